/*
 * Taking work back.
 *
 * A call that nobody has claimed is claimed by the canceller, and so never runs.  Of a
 * map the units are dropped that nobody has taken.  What runs sees its flag.
 */
#include "../core/error.h"
#include "chain.h"
#include "promise.h"
#include "strand.h"
#include "submit.h"

static asyr_error *cancelled_error(void)
{
    return asyri_error_new(ASYR_E_CANCELLED, NULL, "the task was cancelled");
}

/* Drop the units that nobody has begun; true if nothing is left by that. */
static bool drop_units(asyri_job *job)
{
    asyri_map *map = asyri_job_map(job);
    asyr_pool *pool = asyri_job_pool(job);
    int64_t dropped = asyri_map_drop(map);
    if (!dropped)
        return false;
    asyri_mutex_lock(&pool->lock);
    asyr_error *unused = asyri_map_fail_locked(map, asyri_job_rare(job)->policy,
                                               INT64_MAX, cancelled_error());
    asyri_mutex_unlock(&pool->lock);
    asyri_error_unref(unused);
    asyri_pool_begin_tasks(pool, dropped);
    return asyri_map_count_off(map, dropped);
}

static int32_t cancel_map(asyri_job *job)
{
    if (!asyri_job_try_hold(job))
        return ASYR_CANCEL_TOO_LATE;
    bool was_last = drop_units(job);
    if (was_last)
        asyri_job_end_map(job);
    asyri_job_release(job, 1);
    return was_last ? ASYR_CANCEL_DEQUEUED : ASYR_CANCEL_ASKED;
}

asyr_status asyri_pool_cancel(asyr_result *result, int32_t *outcome)
{
    asyri_job *job = asyri_job_of(result);
    uint32_t state = asyri_result_state(result);
    *outcome = ASYR_CANCEL_TOO_LATE;
    if (state & ASYRI_SETTLED)
        return ASYR_OK;
    *outcome = ASYR_CANCEL_ASKED;
    atomic_fetch_or_explicit(&result->state, ASYRI_CANCELLED, memory_order_relaxed);
    bool is_whole = !asyri_job_map(job) || asyri_job_strand(job);
    if (is_whole && asyri_result_claim(result)) {
        if (!asyri_chain_is_dropped_early(job))
            asyri_pool_begin_tasks(asyri_job_pool(job), asyri_job_task_count(job));
        asyri_job_drop(job, cancelled_error());
        *outcome = ASYR_CANCEL_DEQUEUED;
    } else if (asyri_job_map(job)) {
        *outcome = cancel_map(job);
    } else {
        asyri_promise_tell_cancelled(job);
    }
    asyri_pool_check_end(asyri_job_pool(job));
    return ASYR_OK;
}
