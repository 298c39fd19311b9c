/*
 * What a pool does for the threads that wait for its results, and when a result ends.
 *
 * A task that waits without a time limit runs what it waits for, if it has not begun:
 * that takes exactly the awaited tasks, so nothing else is buried below the wait.  For
 * the rest of the wait a spare worker may take its place.
 */
#include "../core/error.h"
#include "deadlock.h"
#include "pool.h"
#include "worker.h"

/* Take a task of the job that has not begun; NULL if there is none. */
static asyr_task *claim(asyri_job *job)
{
    asyr_pool *pool = job->pool;
    asyr_task *claimed = NULL;
    asyri_mutex_lock(&pool->lock);
    for (; job->claim_from < job->task_count && !claimed; job->claim_from++) {
        asyr_task *task = &job->tasks[job->claim_from];
        if (task->state == ASYRI_TASK_QUEUED)
            claimed = task;
    }
    if (claimed) {
        asyri_task_queue_remove(claimed);
        pool->queued--;
        asyri_task_begin_locked(claimed);
        asyri_waitlist_wake_one(&pool->space);
        asyri_worker_look_again_locked(pool);
    }
    asyri_mutex_unlock(&pool->lock);
    return claimed;
}

/* Tasks of a strand have to keep their order. */
static void run_awaited(asyri_job *job, struct asyri_frame *frame)
{
    if (job->pool != frame->pool || job->strand)
        return;
    for (asyr_task *task; (task = claim(job));)
        asyri_task_run(task, frame->worker);
}

static void block_worker(asyr_worker *worker, struct asyri_sleep *sleep)
{
    asyr_pool *pool = worker->pool;
    sleep->worker = worker;
    asyri_mutex_lock(&pool->lock);
    pool->blocked++;
    asyri_worker_balance_locked(pool);
    asyri_mutex_unlock(&pool->lock);
}

static asyr_status before_sleep(asyr_result *result, int64_t deadline,
                                struct asyri_sleep *sleep, asyr_error **error)
{
    struct asyri_frame *frame = asyri_frame_current();
    bool timed = deadline != ASYR_FOREVER;
    bool in_callback =
        asyri_queue_running_here() ||
        (result->queue && asyri_queue_is_run_by(result->queue, asyri_thread_self()));
    if (!frame && !in_callback)
        return ASYR_OK;
    asyr_status status = asyri_deadlock_enter(result, timed, sleep, error);
    if (status != ASYR_OK || !frame)
        return status;
    frame->sleep = sleep;
    if (!timed)
        run_awaited(asyri_job_of(result), frame);
    if (frame->worker && !frame->worker->is_pinned && !asyri_result_is_ready(result))
        block_worker(frame->worker, sleep);
    return ASYR_OK;
}

static void after_sleep(asyr_result *result, struct asyri_sleep *sleep)
{
    (void)result;
    struct asyri_frame *frame = asyri_frame_current();
    if (frame && frame->sleep == sleep)
        frame->sleep = NULL;
    asyri_sleep_end(sleep);
}

void asyri_sleep_end(struct asyri_sleep *sleep)
{
    asyr_worker *worker = sleep->worker;
    asyri_deadlock_leave(sleep);
    if (!worker)
        return;
    asyri_mutex_lock(&worker->pool->lock);
    worker->pool->blocked--;
    asyri_mutex_unlock(&worker->pool->lock);
}

static asyr_status want_queue(asyr_result *result, asyr_error **error)
{
    return asyri_dispatcher_want(asyri_job_of(result)->pool, error);
}

static void retired(asyr_result *result)
{
    asyri_job *job = asyri_job_of(result);
    asyri_mutex_lock(&job->pool->lock);
    asyri_list_remove(&job->link);
    asyri_pool_check_end_locked(job->pool);
    asyri_mutex_unlock(&job->pool->lock);
}

/* What the host itself asked for is not reported to it as an error. */
static bool is_unread_failure(const asyr_result *result)
{
    if (!result->error ||
        atomic_load_explicit(&result->error_read, memory_order_relaxed))
        return false;
    int32_t code = asyri_error_code(result->error);
    return code != ASYR_E_CANCELLED && code != ASYR_E_TERMINATED;
}

static void destroy(asyr_result *result)
{
    asyri_job *job = asyri_job_of(result);
    if (job->pool->hook && is_unread_failure(result))
        asyri_dispatcher_report(job->pool, result->error);
    asyri_job_discard(job);
}

const struct asyri_result_ops asyri_pool_result_ops = {
    .retired = retired,
    .destroy = destroy,
    .want_queue = want_queue,
    .before_sleep = before_sleep,
    .after_sleep = after_sleep,
};
