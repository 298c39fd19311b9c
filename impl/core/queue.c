/*
 * Completion queues: a list of events under a lock.
 *
 * A place is promised when a task is submitted and given back when its event was
 * finished or dropped, so a post never fails for lack of room.  While a callback
 * runs, or its event is taken and not finished, the queue is busy and hands
 * nothing out: callbacks are serialised.  The descriptor is raised when events
 * wait and lowered when none do, both under the lock, so it never lies.
 *
 * The host's handles count apart from the library's references: results that are
 * still to come keep the object, but when the host has dropped its last handle
 * nobody will drain it, so it closes.
 *
 * Locks: the queue's is taken last but for that of an interrupt.  Events are run,
 * finished and dropped without it.
 */
#include "queue.h"

#include <assert.h>
#include <string.h>

#include "../base/alloc.h"
#include "../platform/fork.h"
#include "error.h"
#include "interrupt.h"

static _Thread_local struct asyri_running *innermost;

asyr_status asyri_queue_new(int64_t limit, asyr_queue **queue, asyr_error **error)
{
    asyr_queue *created = asyri_alloc_zeroed(1, sizeof *created);
    if (!created)
        return asyri_fail_memory(error);
    asyri_refcount_init(&created->handles);
    asyri_refcount_init(&created->refs);
    created->generation = asyri_fork_generation();
    created->limit = limit;
    asyri_mutex_init(&created->lock);
    asyri_list_init(&created->events);
    asyri_waitlist_init(&created->waiters);
    asyri_pollable_init(&created->pollable);
    *queue = created;
    return ASYR_OK;
}

asyr_queue *asyri_queue_ref(asyr_queue *queue)
{
    if (queue)
        asyri_refcount_take(&queue->refs);
    return queue;
}

void asyri_queue_unref(asyr_queue *queue)
{
    if (!queue || !asyri_refcount_give(&queue->refs))
        return;
    asyri_pollable_close(&queue->pollable);
    asyri_mutex_destroy(&queue->lock);
    asyri_free(queue);
}

void asyri_queue_ref_handle(asyr_queue *queue)
{
    asyri_refcount_take(&queue->handles);
}

void asyri_queue_unref_handle(asyr_queue *queue)
{
    if (!asyri_refcount_give(&queue->handles))
        return;
    asyri_queue_close(queue);
    asyri_queue_unref(queue);
}

asyr_status asyri_queue_promise(asyr_queue *queue, asyr_error **error)
{
    asyri_mutex_lock(&queue->lock);
    bool closed = queue->closed || queue->ending;
    bool full = queue->limit && queue->promised >= queue->limit;
    if (!closed && !full)
        queue->promised++;
    asyri_mutex_unlock(&queue->lock);
    if (closed)
        return asyri_fail(error, ASYR_E_STATE,
                          "expected an open completion queue, found a closed one");
    if (full)
        return asyri_fail(error, ASYR_E_QUEUE_FULL,
                          "all %lld places of the completion queue are taken",
                          (long long)queue->limit);
    return ASYR_OK;
}

void asyri_queue_give_up(asyr_queue *queue)
{
    asyri_mutex_lock(&queue->lock);
    queue->promised--;
    if (queue->ending)
        asyri_waitlist_wake_all(&queue->waiters);
    asyri_mutex_unlock(&queue->lock);
}

bool asyri_queue_post(asyr_queue *queue, asyr_event *event)
{
    asyri_mutex_lock(&queue->lock);
    bool open = !queue->closed;
    if (open) {
        asyri_list_append(&queue->events, &event->link);
        if (queue->count++ == 0)
            asyri_pollable_raise(&queue->pollable);
        asyri_waitlist_wake_one(&queue->waiters);
    }
    asyri_mutex_unlock(&queue->lock);
    return open;
}

void asyri_queue_own(asyr_queue *queue)
{
    asyri_mutex_lock(&queue->lock);
    queue->owner = asyri_thread_self();
    asyri_mutex_unlock(&queue->lock);
}

asyr_status asyri_queue_get_descriptor(asyr_queue *queue, int64_t *descriptor,
                                       asyr_error **error)
{
    int failed = 0;
    asyri_mutex_lock(&queue->lock);
    if (queue->pollable.read_end < 0) {
        failed = asyri_pollable_open(&queue->pollable);
        if (!failed && queue->count > 0)
            asyri_pollable_raise(&queue->pollable);
    }
    *descriptor = queue->pollable.read_end;
    asyri_mutex_unlock(&queue->lock);
    if (failed)
        return asyri_fail(error, ASYR_E_SYSTEM, "no descriptor for the queue: %s",
                          strerror(failed));
    return ASYR_OK;
}

int64_t asyri_queue_count(asyr_queue *queue)
{
    asyri_mutex_lock(&queue->lock);
    int64_t count = queue->count;
    asyri_mutex_unlock(&queue->lock);
    return count;
}

/* NULL when nothing waits or the queue is busy. */
static asyr_event *take_locked(asyr_queue *queue)
{
    if (queue->busy || queue->count == 0)
        return NULL;
    asyri_list *first = asyri_list_take_first(&queue->events);
    if (--queue->count == 0)
        asyri_pollable_clear(&queue->pollable);
    return ASYRI_OBJECT(first, asyr_event, link);
}

static void set_busy_locked(asyr_queue *queue)
{
    queue->busy = true;
    queue->runner = asyri_thread_self();
}

/* Let the next event out, and whoever waits for the end of the queue. */
static void set_idle(asyr_queue *queue)
{
    asyri_mutex_lock(&queue->lock);
    queue->busy = false;
    queue->runner = 0;
    if (queue->ending)
        asyri_waitlist_wake_all(&queue->waiters);
    else if (queue->count > 0)
        asyri_waitlist_wake_one(&queue->waiters);
    asyri_mutex_unlock(&queue->lock);
}

static asyr_status fail_closed(asyr_error **error)
{
    return asyri_fail(error, ASYR_E_STATE, "the completion queue is closed");
}

static asyr_status fail_wait(asyr_status status, asyr_error **error)
{
    if (status == ASYR_E_INTERRUPTED)
        return asyri_fail(error, status, "the wait was interrupted");
    return asyri_fail(error, status, "no event came in the time given");
}

/* Take an event, waiting for it; with the lock held before and after. */
static asyr_status wait_locked(asyr_queue *queue, int64_t deadline,
                               asyr_interrupt *interrupt, asyr_event **event)
{
    asyr_status status = ASYR_OK;
    for (;;) {
        *event = take_locked(queue);
        if (*event)
            return ASYR_OK;
        if (queue->closed || (queue->ending && queue->promised == 0))
            return ASYR_E_STATE;
        if (status != ASYR_OK)
            return status;
        status =
            asyri_waitlist_wait(&queue->waiters, &queue->lock, deadline, interrupt);
    }
}

asyr_status asyri_queue_next(asyr_queue *queue, int64_t timeout_ns,
                             asyr_interrupt *interrupt, asyr_event **event,
                             asyr_error **error)
{
    int64_t deadline = asyri_deadline_in(timeout_ns);
    asyri_mutex_lock(&queue->lock);
    asyr_status status = wait_locked(queue, deadline, interrupt, event);
    if (status == ASYR_OK && (*event)->kind == ASYR_EVENT_CALLBACK)
        set_busy_locked(queue);
    asyri_mutex_unlock(&queue->lock);
    if (status == ASYR_OK)
        return ASYR_OK;
    return status == ASYR_E_STATE ? fail_closed(error) : fail_wait(status, error);
}

static void run_function(void *arg)
{
    asyri_event_run(((struct asyri_running *)arg)->event);
}

static void finish_running(struct asyri_running *running, asyr_error *failure)
{
    innermost = running->outer;
    asyri_event_finish(running->event, failure);
    set_idle(running->queue);
    asyri_queue_unref(running->queue);
}

static void thread_ended(void *arg)
{
    finish_running(arg,
                   asyri_error_new(ASYR_E_WORKER_LOST, NULL,
                                   "the callback ended the thread that ran it"));
}

static void run_taken(asyr_queue *queue, asyr_event *event)
{
    struct asyri_running running = {innermost, asyri_queue_ref(queue), event};
    innermost = &running;
    asyri_thread_guard(run_function, thread_ended, &running);
    finish_running(&running, NULL);
}

const struct asyri_running *asyri_queue_running_here(void)
{
    return innermost;
}

void asyri_queue_give_back(asyr_event *event, asyr_error *failure)
{
    asyr_queue *queue = asyri_queue_ref(event->queue);
    bool held = event->kind == ASYR_EVENT_CALLBACK;
    asyri_event_finish(event, failure);
    if (held)
        set_idle(queue);
    asyri_queue_unref(queue);
}

bool asyri_queue_run_one(asyr_queue *queue)
{
    asyri_mutex_lock(&queue->lock);
    asyr_event *event = take_locked(queue);
    if (event)
        set_busy_locked(queue);
    asyri_mutex_unlock(&queue->lock);
    if (event)
        run_taken(queue, event);
    return event != NULL;
}

/* Wait for the first event and run it; others may follow. */
static asyr_status run_first(asyr_queue *queue, int64_t timeout_ns,
                             asyr_interrupt *interrupt, bool *ran)
{
    asyr_event *event = NULL;
    int64_t deadline = asyri_deadline_in(timeout_ns);
    asyri_mutex_lock(&queue->lock);
    asyr_status status = ASYR_OK;
    if (queue->runner != asyri_thread_self())
        status = wait_locked(queue, deadline, interrupt, &event);
    if (event)
        set_busy_locked(queue);
    asyri_mutex_unlock(&queue->lock);
    *ran = event != NULL;
    if (event)
        run_taken(queue, event);
    return status;
}

asyr_status asyri_queue_run(asyr_queue *queue, int64_t limit, int64_t timeout_ns,
                            asyr_interrupt *interrupt, int64_t *count,
                            asyr_error **error)
{
    bool ran;
    *count = 0;
    asyr_status status = run_first(queue, timeout_ns, interrupt, &ran);
    if (status == ASYR_E_STATE)
        return fail_closed(error);
    if (status == ASYR_E_INTERRUPTED)
        return fail_wait(status, error);
    while (ran) {
        ++*count;
        if (limit && *count >= limit)
            break;
        ran = asyri_queue_run_one(queue);
    }
    return ASYR_OK;
}

void asyri_queue_close(asyr_queue *queue)
{
    asyri_list dropped;
    asyri_mutex_lock(&queue->lock);
    queue->closed = true;
    asyri_list_move_all(&queue->events, &dropped);
    if (queue->count > 0)
        asyri_pollable_clear(&queue->pollable);
    queue->count = 0;
    asyri_waitlist_wake_all(&queue->waiters);
    asyri_mutex_unlock(&queue->lock);
    for (asyri_list *node; (node = asyri_list_take_first(&dropped));)
        asyri_event_finish(ASYRI_OBJECT(node, asyr_event, link), NULL);
}

void asyri_queue_end(asyr_queue *queue)
{
    asyri_mutex_lock(&queue->lock);
    queue->ending = true;
    asyri_waitlist_wake_all(&queue->waiters);
    asyri_mutex_unlock(&queue->lock);
}

bool asyri_queue_can_drain(asyr_queue *queue)
{
    uintptr_t self = asyri_thread_self();
    asyri_mutex_lock(&queue->lock);
    bool can = queue->owner == self && queue->runner != self;
    asyri_mutex_unlock(&queue->lock);
    return can;
}

bool asyri_queue_is_run_by(asyr_queue *queue, uintptr_t thread)
{
    asyri_mutex_lock(&queue->lock);
    bool is = queue->runner == thread;
    asyri_mutex_unlock(&queue->lock);
    return is;
}

bool asyri_queue_add_waiter(asyr_queue *queue, asyri_wait_node *node,
                            asyri_waiter *waiter)
{
    asyri_mutex_lock(&queue->lock);
    bool empty = queue->count == 0 || queue->busy;
    node->link.next = node->link.previous = NULL;
    if (empty)
        asyri_waitlist_add(&queue->waiters, node, waiter);
    asyri_mutex_unlock(&queue->lock);
    return empty;
}

void asyri_queue_remove_waiter(asyr_queue *queue, asyri_wait_node *node)
{
    asyri_mutex_lock(&queue->lock);
    bool woken = !asyri_list_has(&node->link);
    asyri_wait_node_remove(node);
    if (woken && queue->count > 0)
        asyri_waitlist_wake_one(&queue->waiters);
    asyri_mutex_unlock(&queue->lock);
}
