/*
 * Waiting for a condition.
 *
 * A thread sleeps in the condition's list, under its mutex; who makes the condition
 * true wakes all.  A thread that owns a completion queue drains it meanwhile, and
 * sleeps in both lists at once.
 */
#include "wait.h"

#include "../platform/spin.h"
#include "error.h"
#include "result.h"

enum { SPIN_NS = 20000, RELAX_STEPS = 1, LOOKS_A_YIELD = 32 };

static asyr_status sleep_until_over(const struct asyri_wait *wait)
{
    asyr_status status = ASYR_OK;
    asyri_mutex_lock(wait->mutex);
    while (status == ASYR_OK && !wait->is_over(wait->arg))
        status = asyri_waitlist_wait(wait->list, wait->key, wait->mutex,
                                     wait->deadline, wait->interrupt);
    if (wait->is_over(wait->arg))
        status = ASYR_OK;
    asyri_mutex_unlock(wait->mutex);
    return status;
}

/* Sleep once, until it is over or the queue has something. */
static asyr_status sleep_in_both(const struct asyri_wait *wait, bool *over)
{
    asyri_waiter waiter;
    asyri_wait_node node, queue_node;
    asyr_status status = ASYR_OK;
    asyri_mutex_lock(wait->mutex);
    *over = wait->is_over(wait->arg);
    if (*over) {
        asyri_mutex_unlock(wait->mutex);
        return ASYR_OK;
    }
    asyri_waiter_init(&waiter);
    asyri_waitlist_add(wait->list, &node, &waiter, wait->key);
    asyri_mutex_unlock(wait->mutex);
    if (asyri_queue_add_waiter(wait->queue, &queue_node, &waiter))
        status = asyri_waiter_park(&waiter, wait->deadline, wait->interrupt);
    asyri_queue_remove_waiter(wait->queue, &queue_node);
    asyri_mutex_lock(wait->mutex);
    asyri_wait_node_remove(&node);
    *over = wait->is_over(wait->arg);
    asyri_mutex_unlock(wait->mutex);
    asyri_waiter_destroy(&waiter);
    return *over ? ASYR_OK : status;
}

static asyr_status drain_until_over(const struct asyri_wait *wait)
{
    asyr_status status = ASYR_OK;
    for (bool over = false; !over;) {
        if (asyri_queue_run_one(wait->queue)) {
            asyri_mutex_lock(wait->mutex);
            over = wait->is_over(wait->arg);
            asyri_mutex_unlock(wait->mutex);
        } else if (status == ASYR_OK) {
            status = sleep_in_both(wait, &over);
        } else {
            return status;
        }
    }
    return ASYR_OK;
}

asyr_status asyri_wait(const struct asyri_wait *wait)
{
    return wait->queue ? drain_until_over(wait) : sleep_until_over(wait);
}

/* Under the bucket's lock: ready, or whoever makes it so will come and wake. */
static bool is_ready_or_told(void *arg)
{
    asyr_result *result = arg;
    return atomic_fetch_or_explicit(&result->state, ASYRI_WAITED,
                                    memory_order_acq_rel) &
           ASYRI_READY;
}

static asyr_status fail_wait(asyr_status status, asyr_error **error)
{
    if (status == ASYR_E_INTERRUPTED)
        return asyri_fail(error, status, "the wait was interrupted");
    return asyri_fail(error, ASYR_E_TIMEOUT,
                      "the result was not ready in the time given");
}

/*
 * Look for a while before sleeping: a wake-up costs as much as a thousand tasks.  The
 * thread that would make it ready may need this CPU, so it is given away now and then.
 */
static bool spin_until_ready(const asyr_result *result, int64_t deadline)
{
    int64_t end = asyri_clock_now() + SPIN_NS;
    end = end < deadline ? end : deadline;
    for (int looks = 1; !asyri_result_is_ready(result); looks++) {
        asyri_spin_relax(RELAX_STEPS);
        if (looks % LOOKS_A_YIELD == 0) {
            asyri_spin_yield();
            if (asyri_clock_now() >= end)
                return asyri_result_is_ready(result);
        }
    }
    return true;
}

/* A wait that drains a queue, where a callback may end the thread. */
struct draining {
    asyr_result *result;
    const struct asyri_wait *wait;
    struct asyri_sleep *sleep;
    asyr_status status;
};

static void drain(void *arg)
{
    struct draining *draining = arg;
    draining->status = asyri_wait(draining->wait);
}

static void drain_ended(void *arg)
{
    struct draining *draining = arg;
    draining->result->owner->ops->after_sleep(draining->result, draining->sleep);
}

static asyr_status drain_guarded(asyr_result *result, const struct asyri_wait *wait,
                                 struct asyri_sleep *sleep)
{
    struct draining draining = {.result = result, .wait = wait, .sleep = sleep};
    asyri_thread_guard(drain, drain_ended, &draining);
    return draining.status;
}

/* A wait that does not poll: the owner may help or refuse. */
static asyr_status wait_long(asyr_result *result, const struct asyri_wait *wait,
                             asyr_error **error)
{
    struct asyri_sleep sleep = {0};
    const struct asyri_result_ops *ops = result->owner->ops;
    asyr_status status = ops->before_sleep(result, wait->deadline, &sleep, error);
    if (status != ASYR_OK)
        return status;
    bool ready = asyri_result_is_ready(result);
    if (!ready && wait->queue)
        status = drain_guarded(result, wait, &sleep);
    else if (!ready && !spin_until_ready(result, wait->deadline))
        status = asyri_wait(wait);
    ops->after_sleep(result, &sleep);
    return status == ASYR_OK ? ASYR_OK : fail_wait(status, error);
}

asyr_status asyri_result_wait(asyr_result *result, int64_t timeout_ns,
                              asyr_interrupt *interrupt, asyr_error **error)
{
    if (asyri_result_is_ready(result))
        return ASYR_OK;
    asyr_queue *queue = asyri_result_queue(result);
    bool drain = queue && asyri_queue_can_drain(queue);
    if (timeout_ns <= 0 && !drain)
        return fail_wait(ASYR_E_TIMEOUT, error);
    struct asyri_bucket *bucket = asyri_result_bucket(result->owner, result);
    struct asyri_wait wait = {
        .mutex = &bucket->lock,
        .list = &bucket->waiters,
        .key = result,
        .is_over = is_ready_or_told,
        .arg = result,
        .queue = drain ? queue : NULL,
        .deadline = asyri_deadline_in(timeout_ns),
        .interrupt = interrupt,
    };
    if (timeout_ns > 0)
        return wait_long(result, &wait, error);
    asyr_status status = asyri_wait(&wait);
    return status == ASYR_OK ? ASYR_OK : fail_wait(status, error);
}
