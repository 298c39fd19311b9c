/*
 * Completion queues: places, what was posted, and who is told.  drain.c takes it out.
 *
 * A place is promised when a task is submitted and given back when its event was
 * finished or dropped, so a post never fails for lack of room.
 *
 *   posted (event_list.h) --collect--> first .. last --take--> batch, or a taker
 *
 * A post is one compare-and-swap.  It takes the lock only when the list was idle: then
 * it collects the event itself, raises the descriptor and wakes a waiter.  From then on
 * something waits, and later posts tell nobody, until a drainer has taken the last.
 * While the lock is free, this holds:
 *
 *   - a batch is at work: the list is not idle; the batch's thread looks again at its end
 *   - else nothing was collected: the list is idle (or its first post is on its way to the
 *     lock), the descriptor is lowered
 *   - else something was collected: the descriptor is raised, and, unless the queue is
 *     busy, a waiter that was woken has not come yet or none sleeps
 *
 * Each critical section that could end otherwise ends in asyri_queue_settle_locked().
 * Descriptor and list change together under the lock, so a raise never comes after the
 * clear that belongs to a later state: the post that finds the list idle comes after the
 * step that made it idle, and takes the lock after whoever lowered the descriptor.  Only
 * while a batch is at work the descriptor stays as it was.  So a burst of posts costs one
 * raise, and one clear when it was drained.
 *
 * `promised` is one word with a mark in it, so that a promise sees in one step whether
 * the queue refuses, and who gives the last place of such a queue back sees that somebody
 * waits for it: either that thread sees the mark and wakes the waiters under the lock, or
 * it came before the mark, and so before the look of those who wait for the end.
 *
 * Owner and runner are relaxed: they are compared with a thread that either is the one
 * that looks, and sees what it wrote itself, or that sleeps in the graph of waits, whose
 * lock orders them.
 *
 * The host's handles count apart from the library's references: results that are
 * still to come keep the object, but when the host has dropped its last handle
 * nobody will drain it, so it closes.
 *
 * Locks: the queue's is taken last but for that of an interrupt.  Events are run,
 * finished and dropped without it.
 */
#include "queue.h"

#include <string.h>

#include "../base/alloc.h"
#include "../platform/fork.h"
#include "error.h"

asyr_status asyri_queue_new(int64_t limit, asyr_queue **queue, asyr_error **error)
{
    asyr_queue *created = asyri_alloc_zeroed(1, sizeof *created);
    if (!created)
        return asyri_fail_memory(error);
    asyri_refcount_init(&created->handles);
    asyri_refcount_init(&created->refs);
    created->generation = asyri_fork_stamp();
    created->limit = limit;
    atomic_init(&created->owner, 0);
    atomic_init(&created->runner, 0);
    atomic_init(&created->promised, 0);
    atomic_init(&created->claimed, 0);
    asyri_event_list_init(&created->posted);
    asyri_mutex_init(&created->lock);
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

static asyr_status fail_full(int64_t count, int64_t taken, int64_t limit,
                             asyr_error **error)
{
    return asyri_fail(
        error, ASYR_E_QUEUE_FULL,
        "expected room for %lld in the completion queue, found %lld of "
        "%lld places taken",
        (long long)count, (long long)taken, (long long)limit);
}

asyr_status asyri_queue_promise(asyr_queue *queue, int64_t count, asyr_error **error)
{
    int64_t taken = atomic_load_explicit(&queue->promised, memory_order_relaxed);
    do {
        if (taken & ASYRI_QUEUE_REFUSES)
            return asyri_fail(
                error, ASYR_E_STATE,
                "expected an open completion queue, found a closed one");
        if (queue->limit && count > queue->limit - taken)
            return fail_full(count, taken, queue->limit, error);
    } while (!atomic_compare_exchange_weak_explicit(
        &queue->promised, &taken, taken + count, memory_order_relaxed,
        memory_order_relaxed));
    return ASYR_OK;
}

static void refuse_places(asyr_queue *queue)
{
    atomic_fetch_or_explicit(&queue->promised, ASYRI_QUEUE_REFUSES,
                             memory_order_relaxed);
}

void asyri_queue_give_up(asyr_queue *queue, int64_t count)
{
    int64_t before =
        atomic_fetch_sub_explicit(&queue->promised, count, memory_order_release);
    if (before != (ASYRI_QUEUE_REFUSES | count))
        return;
    asyri_mutex_lock(&queue->lock);
    if (queue->ending)
        asyri_waitlist_wake_all(&queue->waiters);
    asyri_mutex_unlock(&queue->lock);
}

/*
 * A guess where the list goes on, to hide what each of its links costs that another CPU
 * has written.  Cells of a heap are used in their order, by two workers often in turn: so
 * the distance to the last but one tends to stay the same.
 */
static void prefetch_ahead(const asyri_event_link *link,
                           const asyri_event_link *last_but_one)
{
    uintptr_t distance = (uintptr_t)link - (uintptr_t)last_but_one;
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): it need not be an address */
    __builtin_prefetch((const void *)((uintptr_t)link + 4 * distance), 1);
}

static void append_locked(asyr_queue *queue, asyri_event_link *latest)
{
    asyri_event_link *first = NULL, *last_but_one = NULL;
    for (asyri_event_link *link = latest, *next; link; link = next) {
        next = link->next;
        prefetch_ahead(link, last_but_one);
        last_but_one = first;
        link->next = first;
        first = link;
        queue->count++;
    }
    if (queue->first)
        queue->last->next = first;
    else
        queue->first = first;
    queue->last = latest;
}

void asyri_queue_collect_locked(asyr_queue *queue)
{
    asyri_event_link *latest = asyri_event_list_take(&queue->posted);
    if (latest)
        append_locked(queue, latest);
}

bool asyri_queue_find_locked(asyr_queue *queue)
{
    while (queue->count == 0 && !asyri_event_list_rest(&queue->posted))
        asyri_queue_collect_locked(queue);
    return queue->count > 0;
}

void asyri_queue_settle_locked(asyr_queue *queue)
{
    if (queue->at_work)
        return;
    bool waits = asyri_queue_find_locked(queue);
    if (waits && !queue->raised)
        asyri_pollable_raise(&queue->pollable);
    else if (!waits && queue->raised)
        asyri_pollable_clear(&queue->pollable);
    queue->raised = waits;
    if (waits && !queue->busy)
        asyri_waitlist_wake_one(&queue->waiters);
}

/* The event may have been taken since, and the caller's reference with it. */
static bool post_and_tell(asyr_queue *queue, asyr_event *event)
{
    asyri_queue_ref(queue);
    enum asyri_event_list_mark found =
        asyri_event_list_push(&queue->posted, &event->link);
    if (found == ASYRI_EVENT_LIST_IDLE) {
        asyri_mutex_lock(&queue->lock);
        asyri_queue_settle_locked(queue);
        asyri_mutex_unlock(&queue->lock);
    }
    asyri_queue_unref(queue);
    return found != ASYRI_EVENT_LIST_CLOSED;
}

bool asyri_queue_post(asyr_queue *queue, asyr_event *event)
{
    return asyri_event_list_push_awake(&queue->posted, &event->link) ||
           post_and_tell(queue, event);
}

void asyri_queue_own(asyr_queue *queue)
{
    atomic_store_explicit(&queue->owner, asyri_thread_self(), memory_order_relaxed);
}

void asyri_queue_disown(asyr_queue *queue)
{
    atomic_store_explicit(&queue->owner, 0, memory_order_relaxed);
}

bool asyri_queue_has_owner(asyr_queue *queue)
{
    return atomic_load_explicit(&queue->owner, memory_order_relaxed) != 0;
}

asyr_status asyri_queue_get_descriptor(asyr_queue *queue, int64_t *descriptor,
                                       asyr_error **error)
{
    int failed = 0;
    asyri_mutex_lock(&queue->lock);
    if (queue->pollable.read_end < 0) {
        failed = asyri_pollable_open(&queue->pollable);
        if (!failed && queue->raised)
            asyri_pollable_raise(&queue->pollable);
    }
    *descriptor = queue->pollable.read_end;
    asyri_mutex_unlock(&queue->lock);
    if (failed)
        return asyri_fail(error, ASYR_E_SYSTEM, "no descriptor for the queue: %s",
                          strerror(failed));
    return ASYR_OK;
}

static int64_t batch_left_locked(asyr_queue *queue)
{
    int64_t claimed = atomic_load_explicit(&queue->claimed, memory_order_relaxed);
    return claimed < queue->batch_size ? queue->batch_size - claimed : 0;
}

int64_t asyri_queue_count(asyr_queue *queue)
{
    asyri_mutex_lock(&queue->lock);
    asyri_queue_collect_locked(queue);
    int64_t count = queue->count + batch_left_locked(queue);
    asyri_mutex_unlock(&queue->lock);
    return count;
}

/* What waited, in its order; the thread of a batch keeps the event that it runs. */
static asyri_event_link *take_all_locked(asyr_queue *queue)
{
    asyri_queue_put_back_locked(queue);
    asyri_event_link *latest = asyri_event_list_close(&queue->posted);
    if (latest)
        append_locked(queue, latest);
    asyri_event_link *first = queue->first;
    queue->first = queue->last = NULL;
    queue->count = 0;
    return first;
}

void asyri_queue_close(asyr_queue *queue)
{
    asyri_mutex_lock(&queue->lock);
    queue->closed = true;
    refuse_places(queue);
    asyri_event_link *dropped = take_all_locked(queue);
    asyri_queue_settle_locked(queue);
    asyri_waitlist_wake_all(&queue->waiters);
    asyri_mutex_unlock(&queue->lock);
    for (asyri_event_link *next; dropped; dropped = next) {
        next = dropped->next;
        asyri_event_finish(ASYRI_OBJECT(dropped, asyr_event, link), NULL);
    }
}

void asyri_queue_end(asyr_queue *queue)
{
    asyri_mutex_lock(&queue->lock);
    queue->ending = true;
    refuse_places(queue);
    asyri_waitlist_wake_all(&queue->waiters);
    asyri_mutex_unlock(&queue->lock);
}

bool asyri_queue_can_drain(asyr_queue *queue)
{
    uintptr_t self = asyri_thread_self();
    return atomic_load_explicit(&queue->owner, memory_order_relaxed) == self &&
           !asyri_queue_is_run_by(queue, self);
}

bool asyri_queue_is_run_by(asyr_queue *queue, uintptr_t thread)
{
    return atomic_load_explicit(&queue->runner, memory_order_relaxed) == thread;
}

bool asyri_queue_add_waiter(asyr_queue *queue, asyri_wait_node *node,
                            asyri_waiter *waiter)
{
    asyri_mutex_lock(&queue->lock);
    bool empty = queue->busy || !asyri_queue_find_locked(queue);
    node->link.next = node->link.previous = NULL;
    if (empty)
        asyri_waitlist_add(&queue->waiters, node, waiter, NULL);
    asyri_mutex_unlock(&queue->lock);
    return empty;
}

void asyri_queue_remove_waiter(asyr_queue *queue, asyri_wait_node *node)
{
    asyri_mutex_lock(&queue->lock);
    bool woken = !asyri_list_has(&node->link);
    asyri_wait_node_remove(node);
    if (woken)
        asyri_queue_settle_locked(queue);
    asyri_mutex_unlock(&queue->lock);
}
