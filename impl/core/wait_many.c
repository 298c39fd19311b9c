/*
 * Waiting for several results.
 *
 * All of them is one wait after the other.  For any of them, or the first that fails,
 * the thread enters the bucket of each result once, with one waiter for all, and looks
 * at the results whenever somebody wakes it.  It leaves the buckets when the wait is
 * over, so a wait that is repeated leaves nothing behind.
 *
 *   enter the buckets --> look --> sleep --> look ... --> leave the buckets
 *
 * A wake-up is not lost: WAITED is set under the bucket's lock before the look, so who
 * makes a result ready afterwards takes that lock, and finds the node.
 *
 * The completion queues of the results that this thread owns are drained meanwhile; a
 * sleep is then in those queues, too.  A callback may end the thread, so such a wait
 * is left through a guard.
 */
#include "wait_many.h"

#include "../base/alloc.h"
#include "error.h"

/* One for each result; and for each queue that is drained, from the front. */
struct place {
    asyri_wait_node node;
    asyr_queue *queue;
    asyri_wait_node queue_node;
};

struct wait_many {
    struct asyri_wanted wanted;
    asyr_interrupt *interrupt;
    asyri_waiter waiter;
    struct asyri_sleep sleep;
    struct place *places;
    int64_t queue_count;
    bool entered;
    bool noted; /* before_sleep_for() was called */
    int64_t index;
    asyr_status status;
};

static bool is_over(struct wait_many *wait)
{
    bool all = true;
    for (int64_t i = 0; i < wait->wanted.count; i++) {
        uint32_t state = asyri_result_state(wait->wanted.results[i]);
        bool ready = state & ASYRI_READY;
        all = all && ready;
        if (ready && (wait->wanted.any || (state & ASYRI_FAILED))) {
            wait->index = i;
            return true;
        }
    }
    return all;
}

static void find_queue(struct wait_many *wait, asyr_result *result)
{
    asyr_queue *queue = asyri_result_queue(result);
    if (!queue || !asyri_queue_can_drain(queue))
        return;
    for (int64_t i = 0; i < wait->queue_count; i++)
        if (wait->places[i].queue == queue)
            return;
    wait->places[wait->queue_count++].queue = queue;
}

static bool run_one_event(struct wait_many *wait)
{
    for (int64_t i = 0; i < wait->queue_count; i++)
        if (asyri_queue_run_one(wait->places[i].queue))
            return true;
    return false;
}

static void enter_bucket(struct wait_many *wait, int64_t index)
{
    asyr_result *result = wait->wanted.results[index];
    struct asyri_bucket *bucket = asyri_result_bucket(result->owner, result);
    if (asyri_result_is_ready(result))
        return;
    asyri_mutex_lock(&bucket->lock);
    atomic_fetch_or_explicit(&result->state, ASYRI_WAITED, memory_order_acq_rel);
    asyri_waitlist_add(&bucket->waiters, &wait->places[index].node, &wait->waiter,
                       result);
    asyri_mutex_unlock(&bucket->lock);
}

static void enter_buckets(struct wait_many *wait)
{
    if (wait->entered)
        return;
    wait->entered = true;
    for (int64_t i = 0; i < wait->wanted.count; i++)
        enter_bucket(wait, i);
}

static void leave_buckets(struct wait_many *wait)
{
    if (!wait->entered)
        return;
    wait->entered = false;
    for (int64_t i = 0; i < wait->wanted.count; i++) {
        asyr_result *result = wait->wanted.results[i];
        struct asyri_bucket *bucket = asyri_result_bucket(result->owner, result);
        if (!wait->places[i].node.waiter)
            continue;
        asyri_mutex_lock(&bucket->lock);
        asyri_wait_node_remove(&wait->places[i].node);
        asyri_mutex_unlock(&bucket->lock);
    }
}

/* Into all queues; false if one has something to run. */
static bool enter_queues(struct wait_many *wait)
{
    bool empty = true;
    for (int64_t i = 0; i < wait->queue_count; i++) {
        struct place *place = &wait->places[i];
        empty = asyri_queue_add_waiter(place->queue, &place->queue_node,
                                       &wait->waiter) &&
                empty;
    }
    return empty;
}

static asyr_status sleep_once(struct wait_many *wait)
{
    asyr_status status = ASYR_OK;
    enter_buckets(wait);
    if (is_over(wait))
        return ASYR_OK;
    if (enter_queues(wait))
        status =
            asyri_waiter_park(&wait->waiter, wait->wanted.deadline, wait->interrupt);
    for (int64_t i = 0; i < wait->queue_count; i++)
        asyri_queue_remove_waiter(wait->places[i].queue,
                                  &wait->places[i].queue_node);
    return status;
}

static void sleep_until_over(void *arg)
{
    struct wait_many *wait = arg;
    while (!is_over(wait)) {
        if (run_one_event(wait))
            continue;
        if (wait->status != ASYR_OK)
            return;
        wait->status = sleep_once(wait);
    }
    wait->status = ASYR_OK;
}

static void end_sleep(struct wait_many *wait)
{
    asyr_result *first = wait->wanted.results[0];
    if (wait->noted)
        first->owner->ops->after_sleep(first, &wait->sleep);
}

static void leave(void *arg)
{
    struct wait_many *wait = arg;
    leave_buckets(wait);
    asyri_waiter_destroy(&wait->waiter);
    asyri_free(wait->places);
    end_sleep(wait);
}

static void run(struct wait_many *wait)
{
    asyri_waiter_init(&wait->waiter);
    for (int64_t i = 0; i < wait->wanted.count; i++)
        find_queue(wait, wait->wanted.results[i]);
    if (wait->queue_count > 0)
        asyri_thread_guard(sleep_until_over, leave, wait);
    else
        sleep_until_over(wait);
    leave(wait);
}

static asyr_status fail_wait(const struct wait_many *wait, asyr_error **error)
{
    if (wait->status == ASYR_E_INTERRUPTED)
        return asyri_fail(error, wait->status, "the wait was interrupted");
    if (wait->wanted.any)
        return asyri_fail(error, ASYR_E_TIMEOUT,
                          "none of the %lld results was ready in the time given",
                          (long long)wait->wanted.count);
    return asyri_fail(error, ASYR_E_TIMEOUT,
                      "none of the %lld results had failed, and not all were ready, "
                      "in the time given",
                      (long long)wait->wanted.count);
}

/* A wait that does not poll: the owners may help or refuse. */
static asyr_status prepare(struct wait_many *wait, asyr_error **error)
{
    const struct asyri_result_ops *ops = wait->wanted.results[0]->owner->ops;
    asyr_status status = ops->before_sleep_for(&wait->wanted, &wait->sleep, error);
    wait->noted = true;
    if (status != ASYR_OK)
        end_sleep(wait);
    return status;
}

static asyr_status wait_for(struct wait_many *wait, int64_t timeout_ns,
                            asyr_error **error)
{
    asyr_status status = ASYR_OK;
    wait->index = -1;
    if (is_over(wait))
        return ASYR_OK;
    wait->wanted.deadline = asyri_deadline_in(timeout_ns);
    if (timeout_ns > 0)
        status = prepare(wait, error);
    if (status != ASYR_OK)
        return status;
    wait->places =
        asyri_alloc_zeroed((size_t)wait->wanted.count, sizeof *wait->places);
    if (wait->places)
        run(wait);
    else
        end_sleep(wait);
    if (!wait->places)
        return asyri_fail_memory(error);
    return wait->status == ASYR_OK ? ASYR_OK : fail_wait(wait, error);
}

asyr_status asyri_result_wait_any(asyr_result *const *results, int64_t count,
                                  int64_t timeout_ns, asyr_interrupt *interrupt,
                                  int64_t *index, asyr_error **error)
{
    struct wait_many wait = {
        .wanted = {.results = results, .count = count, .any = true},
        .interrupt = interrupt};
    asyr_status status = wait_for(&wait, timeout_ns, error);
    *index = status == ASYR_OK ? wait.index : -1;
    return status;
}

asyr_status asyri_result_wait_first_error(asyr_result *const *results, int64_t count,
                                          int64_t timeout_ns,
                                          asyr_interrupt *interrupt, int64_t *index,
                                          asyr_error **error)
{
    struct wait_many wait = {.wanted = {.results = results, .count = count},
                             .interrupt = interrupt};
    asyr_status status = wait_for(&wait, timeout_ns, error);
    *index = status == ASYR_OK ? wait.index : -1;
    return status;
}

static int64_t left_of(int64_t timeout_ns, int64_t deadline)
{
    if (timeout_ns <= 0 || deadline == ASYR_FOREVER)
        return timeout_ns;
    return asyri_time_left(deadline);
}

asyr_status asyri_result_wait_all(asyr_result *const *results, int64_t count,
                                  int64_t timeout_ns, asyr_interrupt *interrupt,
                                  asyr_error **error)
{
    asyr_status status = ASYR_OK;
    int64_t deadline = asyri_deadline_in(timeout_ns);
    for (int64_t i = 0; i < count && status == ASYR_OK; i++)
        status = asyri_result_wait(results[i], left_of(timeout_ns, deadline),
                                   interrupt, error);
    return status;
}

/* It ends by itself, once each of its events was given back. */
asyr_status asyri_result_as_completed(asyr_result *const *results, int64_t count,
                                      asyr_queue **queue, asyr_error **error)
{
    asyr_queue *created;
    asyr_status status = asyri_queue_new(0, &created, error);
    for (int64_t i = 0; i < count && status == ASYR_OK; i++) {
        status =
            asyri_result_add_done(results[i], NULL, created, (uint64_t)i, error);
        if (status != ASYR_OK)
            asyri_queue_unref_handle(created);
    }
    if (status != ASYR_OK)
        return status;
    asyri_queue_end(created);
    *queue = created;
    return ASYR_OK;
}
