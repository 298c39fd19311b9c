/*
 * Draining a completion queue: taking its events, and running them in batches.
 *
 * While a callback runs, or its event is taken and not finished, the queue is busy and
 * hands nothing out: callbacks are serialised.  A thread that runs events stays in charge
 * until it leaves (busy, at_work and runner are set), and takes the lock once for each
 * batch.  What it has not begun still waits in the queue: it counts, and closing drops it.
 *
 * So each event of a batch is claimed by one fetch-and-add of an index.  Who closes adds
 * so much that nothing is left to claim; both are read-modify-writes of one word, so no
 * event has two takers.  The order is relaxed: the batch is filled by the thread that
 * runs it, and others look at it under the lock that it was filled under.
 *
 * Places: for a queue with a limit, each is given back while its event is finished, before
 * its result is ready, so that who has seen the result finds the place free.  Without a
 * limit nobody counts on it, and a batch gives its places back at once.
 *
 * A callback that ends its thread unwinds through one guard for all: its event fails, the
 * rest of the batch goes back to the front, and the queue is left.
 */
#include "queue.h"

#include "error.h"
#include "interrupt.h"
#include "../platform/thread_local.h"

/* More than the index of any event. */
static const int64_t CLAIMED_ALL = INT64_MAX / 2;

static ASYRI_THREAD_LOCAL struct asyri_running *innermost;

/* The events that a thread runs in one go. */
struct drain {
    struct asyri_running running;
    asyr_queue *queue; /* counted */
    int64_t size;      /* of the batch when it was filled */
    int64_t left;      /* how many more it may take */
    int64_t ran;
    int64_t places; /* to give back */
};

const struct asyri_running *asyri_queue_running_here(void)
{
    return innermost;
}

static asyr_event *pop_locked(asyr_queue *queue)
{
    asyr_event *event = ASYRI_OBJECT(queue->first, asyr_event, link);
    queue->first = event->link.next;
    queue->count--;
    return event;
}

void asyri_queue_put_back_locked(asyr_queue *queue)
{
    int64_t claimed =
        atomic_exchange_explicit(&queue->claimed, CLAIMED_ALL, memory_order_relaxed);
    for (int64_t i = queue->batch_size; i > claimed; i--) {
        asyri_event_link *link = &queue->batch[i - 1]->link;
        link->next = queue->first;
        if (!queue->first)
            queue->last = link;
        queue->first = link;
        queue->count++;
    }
    queue->batch_size = 0;
}

static void enter_locked(asyr_queue *queue)
{
    queue->busy = true;
    atomic_store_explicit(&queue->runner, asyri_thread_self(), memory_order_relaxed);
}

/* Let the next event out, and whoever waits for the end of the queue. */
static void leave_locked(asyr_queue *queue)
{
    queue->busy = queue->at_work = false;
    atomic_store_explicit(&queue->runner, 0, memory_order_relaxed);
    asyri_queue_settle_locked(queue);
    if (queue->ending)
        asyri_waitlist_wake_all(&queue->waiters);
}

static void leave(asyr_queue *queue)
{
    asyri_mutex_lock(&queue->lock);
    leave_locked(queue);
    asyri_mutex_unlock(&queue->lock);
}

static bool has_ended_locked(asyr_queue *queue)
{
    return queue->closed ||
           (queue->ending &&
            atomic_load_explicit(&queue->promised, memory_order_acquire) ==
                ASYRI_QUEUE_REFUSES);
}

/* Wait until an event can be taken; with the lock held before and after. */
static asyr_status wait_locked(asyr_queue *queue, int64_t timeout_ns,
                               asyr_interrupt *interrupt)
{
    asyr_status status = ASYR_OK;
    int64_t deadline = timeout_ns > 0 ? asyri_deadline_in(timeout_ns) : 0;
    for (;;) {
        if (!queue->busy && asyri_queue_find_locked(queue))
            return ASYR_OK;
        if (has_ended_locked(queue))
            return ASYR_E_STATE;
        if (status != ASYR_OK)
            return status;
        if (timeout_ns > 0)
            status = asyri_waitlist_wait(&queue->waiters, NULL, &queue->lock,
                                         deadline, interrupt);
        else
            return interrupt && asyri_interrupt_is_triggered(interrupt)
                       ? ASYR_E_INTERRUPTED
                       : ASYR_E_TIMEOUT;
    }
}

static asyr_status fail_wait(asyr_status status, asyr_error **error)
{
    if (status == ASYR_E_STATE)
        return asyri_fail(error, status, "the completion queue is closed");
    if (status == ASYR_E_INTERRUPTED)
        return asyri_fail(error, status, "the wait was interrupted");
    return asyri_fail(error, status, "no event came in the time given");
}

static int64_t take_locked(asyr_queue *queue, asyr_event **events, int64_t limit)
{
    int64_t taken = 0;
    while (taken < limit && !queue->busy && asyri_queue_find_locked(queue)) {
        events[taken] = pop_locked(queue);
        if (events[taken++]->kind == ASYR_EVENT_CALLBACK)
            enter_locked(queue);
    }
    return taken;
}

asyr_status asyri_queue_next(asyr_queue *queue, int64_t timeout_ns,
                             asyr_interrupt *interrupt, asyr_event **events,
                             int64_t limit, int64_t *count, asyr_error **error)
{
    *count = 0;
    asyri_mutex_lock(&queue->lock);
    asyr_status status = wait_locked(queue, timeout_ns, interrupt);
    if (status == ASYR_OK) {
        *count = take_locked(queue, events, limit);
        asyri_queue_settle_locked(queue);
    }
    asyri_mutex_unlock(&queue->lock);
    return status == ASYR_OK ? ASYR_OK : fail_wait(status, error);
}

void asyri_queue_give_back(asyr_event *event, asyr_error *failure)
{
    if (event->kind != ASYR_EVENT_CALLBACK) {
        asyri_event_finish(event, failure);
        return;
    }
    asyr_queue *queue = asyri_queue_ref(event->queue);
    asyri_event_finish(event, failure);
    leave(queue);
    asyri_queue_unref(queue);
}

/* Those at the front that belong to one queue. */
static int64_t give_back_some(asyr_event *const *events, int64_t count)
{
    int64_t given = 0;
    asyr_queue *queue = asyri_queue_ref(events[0]->queue);
    while (given < count && events[given]->queue == queue) {
        events[given]->keeps_place = !queue->limit;
        asyri_queue_give_back(events[given++], NULL);
    }
    if (!queue->limit)
        asyri_queue_give_up(queue, given);
    asyri_queue_unref(queue);
    return given;
}

void asyri_queue_give_back_many(asyr_event *const *events, int64_t count)
{
    for (int64_t given = 0; given < count;)
        given += give_back_some(events + given, count - given);
}

/* Claim the next event of the batch; NULL after the last. */
static asyr_event *claim(const struct drain *drain)
{
    asyr_queue *queue = drain->queue;
    int64_t index =
        atomic_fetch_add_explicit(&queue->claimed, 1, memory_order_relaxed);
    return index < drain->size ? queue->batch[index] : NULL;
}

static void finish(struct drain *drain, asyr_event *event, asyr_error *failure)
{
    drain->running.event = NULL;
    innermost = drain->running.outer;
    event->keeps_place = !drain->queue->limit;
    drain->places += event->keeps_place;
    drain->ran++;
    asyri_event_finish(event, failure);
}

static void give_places_back(struct drain *drain)
{
    if (drain->places > 0)
        asyri_queue_give_up(drain->queue, drain->places);
    drain->places = 0;
}

/* The next batch; false if there is none. */
static bool fill_locked(struct drain *drain)
{
    asyr_queue *queue = drain->queue;
    int64_t size = 0;
    if (queue->count == 0)
        asyri_queue_collect_locked(queue);
    while (size < ASYRI_QUEUE_BATCH && size < drain->left && queue->count > 0) {
        asyr_event *event = pop_locked(queue);
        __builtin_prefetch(event->result, 1); /* a worker had it last */
        queue->batch[size++] = event;
    }
    drain->left -= size;
    drain->size = queue->batch_size = size;
    atomic_store_explicit(&queue->claimed, 0, memory_order_relaxed);
    return size > 0;
}

static bool next_batch(struct drain *drain)
{
    give_places_back(drain);
    asyri_mutex_lock(&drain->queue->lock);
    bool more = fill_locked(drain);
    if (!more)
        leave_locked(drain->queue);
    asyri_mutex_unlock(&drain->queue->lock);
    return more;
}

static void run_batches(void *arg)
{
    struct drain *drain = arg;
    do {
        for (asyr_event *event; (event = claim(drain));) {
            drain->running.event = event;
            innermost = &drain->running;
            asyri_event_run(event);
            finish(drain, event, NULL);
        }
    } while (next_batch(drain));
}

static void thread_ended(void *arg)
{
    struct drain *drain = arg;
    asyr_queue *queue = drain->queue;
    if (drain->running.event)
        finish(drain, drain->running.event,
               asyri_error_new(ASYR_E_WORKER_LOST, NULL,
                               "the callback ended the thread that ran it"));
    give_places_back(drain);
    asyri_mutex_lock(&queue->lock);
    asyri_queue_put_back_locked(queue);
    leave_locked(queue);
    asyri_mutex_unlock(&queue->lock);
    asyri_queue_unref(queue);
}

static void begin_locked(struct drain *drain, asyr_queue *queue, int64_t limit)
{
    drain->queue = asyri_queue_ref(queue);
    drain->left = limit;
    queue->at_work = true;
    enter_locked(queue);
    fill_locked(drain);
}

/* After begin_locked(), without the lock; how many it ran. */
static int64_t run(struct drain *drain)
{
    drain->running.outer = innermost;
    asyri_thread_guard(run_batches, thread_ended, drain);
    asyri_queue_unref(drain->queue);
    return drain->ran;
}

bool asyri_queue_run_one(asyr_queue *queue)
{
    struct drain drain = {0};
    asyri_mutex_lock(&queue->lock);
    if (!queue->busy && asyri_queue_find_locked(queue))
        begin_locked(&drain, queue, 1);
    asyri_mutex_unlock(&queue->lock);
    return drain.queue && run(&drain) > 0;
}

asyr_status asyri_queue_run(asyr_queue *queue, int64_t limit, int64_t timeout_ns,
                            asyr_interrupt *interrupt, int64_t *count,
                            asyr_error **error)
{
    struct drain drain = {0};
    *count = 0;
    if (asyri_queue_is_run_by(queue, asyri_thread_self()))
        return ASYR_OK;
    asyri_mutex_lock(&queue->lock);
    asyr_status status = wait_locked(queue, timeout_ns, interrupt);
    if (status == ASYR_OK)
        begin_locked(&drain, queue, limit ? limit : INT64_MAX);
    asyri_mutex_unlock(&queue->lock);
    if (status == ASYR_OK)
        *count = run(&drain);
    else if (status != ASYR_E_TIMEOUT)
        return fail_wait(status, error);
    return ASYR_OK;
}
