/*
 * Submitting work, and taking it back.
 *
 * A submit makes the whole job before it takes the pool's lock.  Under the lock it
 * finds the pool open and a place in the queue, or waits for one; then the job's
 * tasks are queued, all at once.
 *
 * In a full queue a submit from inside one of the pool's own tasks or callbacks must
 * not block, for it could be the one that everybody waits for: it runs its task
 * itself.  A task of a strand cannot be run out of its order; it is queued over the
 * limit instead.
 */
#include "pool.h"

#include "../core/error.h"
#include "../core/queue.h"
#include "../platform/fork.h"
#include "strand.h"
#include "worker.h"

enum admission {
    ADMIT_QUEUE, /* put it into the queue */
    ADMIT_HERE,  /* run it on this thread */
    ADMIT_NOT
};

static bool is_full_locked(const asyr_pool *pool)
{
    return pool->limit && pool->queued >= pool->limit;
}

/* Wait for a place; the pool may be closed meanwhile. */
static asyr_status wait_for_space_locked(asyr_pool *pool, asyr_interrupt *interrupt,
                                         asyr_error **error)
{
    while (is_full_locked(pool) && pool->state == ASYR_POOL_OPEN) {
        asyr_status status =
            asyri_waitlist_wait(&pool->space, &pool->lock, ASYR_FOREVER, interrupt);
        if (status == ASYR_E_INTERRUPTED && is_full_locked(pool) &&
            pool->state == ASYR_POOL_OPEN)
            return asyri_fail(error, status,
                              "the wait for a place in the queue was interrupted");
    }
    return asyri_pool_check_open_locked(pool, error);
}

static asyr_status check_admits_locked(asyr_pool *pool,
                                       const asyr_task_options *options,
                                       asyr_error **error)
{
    if (options->is_continuation && pool->state == ASYR_POOL_CLOSED)
        return ASYR_OK;
    return asyri_pool_check_open_locked(pool, error);
}

static asyr_status admit_locked(asyr_pool *pool, const asyr_task_options *options,
                                enum admission *admission, asyr_error **error)
{
    bool inside = asyri_frame_is_inside(pool);
    *admission = ADMIT_NOT;
    asyr_status status = check_admits_locked(pool, options, error);
    if (status != ASYR_OK)
        return status;
    *admission = ADMIT_QUEUE;
    if (!is_full_locked(pool) || options->is_continuation)
        return ASYR_OK;
    if (pool->policy == ASYR_FULL_FAIL)
        return asyri_fail(error, ASYR_E_QUEUE_FULL,
                          "the queue holds as many tasks as it may, %lld",
                          (long long)pool->limit);
    if (inside || pool->policy == ASYR_FULL_CALLER_RUNS) {
        if (!options->strand)
            *admission = ADMIT_HERE;
        return ASYR_OK;
    }
    return wait_for_space_locked(pool, options->interrupt, error);
}

static void push_locked(asyr_pool *pool, asyr_task *task)
{
    pool->queued++;
    if (task->job->strand) {
        asyri_strand_push_locked(task->job->strand, task);
        return;
    }
    asyri_task_queue_push(&pool->runnable, task);
    asyri_waitlist_wake_one(&pool->idle);
}

static asyr_status enqueue(asyr_pool *pool, asyri_job *job,
                           const asyr_task_options *options, bool *here,
                           asyr_error **error)
{
    enum admission admission;
    asyri_mutex_lock(&pool->lock);
    asyr_status status = admit_locked(pool, options, &admission, error);
    if (status == ASYR_OK) {
        asyri_list_append(&pool->jobs, &job->link);
        *here = admission == ADMIT_HERE;
        for (int64_t i = 0; i < job->task_count; i++) {
            if (*here)
                asyri_task_begin_locked(&job->tasks[i]);
            else
                push_locked(pool, &job->tasks[i]);
        }
        asyri_worker_balance_locked(pool);
    }
    asyri_mutex_unlock(&pool->lock);
    return status;
}

static void run_all(void *arg)
{
    asyri_job *job = arg;
    for (int64_t i = 0; i < job->task_count; i++)
        asyri_task_run(&job->tasks[i], NULL);
}

/* One of them ended the thread: so do the others, and the submit's references. */
static void lose_rest(void *arg)
{
    asyri_job *job = arg;
    for (int64_t i = 0; i < job->task_count; i++) {
        if (job->tasks[i].state == ASYRI_TASK_RUNNING)
            asyri_task_lose(&job->tasks[i],
                            asyri_error_new(ASYR_E_WORKER_LOST, NULL,
                                            "the thread that ran the map ended"));
    }
    asyri_result_unref(&job->result);
    asyri_result_unref(&job->result);
}

/* A map of nothing is ready at once. */
static void complete_empty(asyri_job *job)
{
    asyri_mutex_lock(&job->pool->lock);
    asyri_job_settle_locked(job);
    asyri_mutex_unlock(&job->pool->lock);
    asyri_result_deliver(&job->result);
    asyri_job_release_work(job);
}

asyr_status asyri_pool_check_options(asyr_pool *pool,
                                     const asyr_task_options *options,
                                     asyr_error **error)
{
    bool functions = options->callback || options->error_callback;
    if (options->queue && asyri_is_forked(options->queue->generation))
        return asyri_fail(error, ASYR_E_FORKED,
                          "the completion queue belongs to the parent process");
    if (options->strand && options->strand->pool != pool)
        return asyri_fail(error, ASYR_E_ARGUMENT,
                          "expected a strand of this pool, found another pool's");
    if (options->event_kind == ASYR_EVENT_CALLBACK && functions)
        return asyri_fail(error, ASYR_E_ARGUMENT,
                          "expected callback functions or an event of the kind "
                          "callback, found both");
    if (options->event_kind >= 0 && !options->queue && pool->owns_queue)
        return asyri_fail(error, ASYR_E_ARGUMENT,
                          "expected a completion queue for the event, found none");
    if (!functions || options->queue)
        return ASYR_OK;
    return asyri_dispatcher_want(pool, error);
}

static asyr_status check_admits(asyr_pool *pool, const asyr_task_options *options,
                                asyr_error **error)
{
    asyri_mutex_lock(&pool->lock);
    asyr_status status = check_admits_locked(pool, options, error);
    asyri_mutex_unlock(&pool->lock);
    return status;
}

static asyr_status submit_job(asyr_pool *pool, asyri_job *job,
                              const asyr_task_options *options, asyr_error **error)
{
    bool here = false;
    asyr_status status = enqueue(pool, job, options, &here, error);
    if (status != ASYR_OK)
        return status;
    if (job->task_count == 0)
        complete_empty(job);
    else if (here)
        asyri_thread_guard(run_all, lose_rest, job);
    return ASYR_OK;
}

asyr_status asyri_pool_submit(asyr_pool *pool, enum asyri_job_kind kind,
                              asyr_function *function, asyr_value *input,
                              const asyr_task_options *options, asyr_result **result,
                              asyr_error **error)
{
    asyri_job *job;
    asyr_status status = check_admits(pool, options, error);
    if (status == ASYR_OK)
        status = asyri_pool_check_options(pool, options, error);
    if (status == ASYR_OK)
        status = asyri_job_new(pool, kind, function, input, options, &job, error);
    if (status != ASYR_OK)
        return status;
    asyri_result_ref(&job->result); /* it may end before this returns */
    status = submit_job(pool, job, options, error);
    if (status != ASYR_OK) {
        asyri_job_discard(job);
        return status;
    }
    asyri_result_unref(&job->result);
    if (result)
        *result = &job->result;
    else
        asyri_result_unref(&job->result);
    return ASYR_OK;
}

void asyri_pool_dequeue_locked(asyr_pool *pool, asyr_task *task)
{
    asyr_strand *strand = task->job->strand;
    task->state = ASYRI_TASK_ENDED;
    pool->queued--;
    asyri_worker_look_again_locked(pool);
    if (asyri_list_has(&task->link))
        asyri_task_queue_remove(task);
    if (task->heads_strand)
        asyri_strand_advance_locked(strand);
    asyri_waitlist_wake_one(&pool->space);
}

int64_t asyri_job_drop_queued_locked(asyri_job *job)
{
    int64_t dropped = 0;
    for (int64_t i = 0; i < job->task_count; i++) {
        if (job->tasks[i].state != ASYRI_TASK_QUEUED)
            continue;
        asyri_pool_dequeue_locked(job->pool, &job->tasks[i]);
        dropped++;
    }
    return dropped;
}

/* What a cancel changes; the error is used for what never ran. */
static int32_t cancel_locked(asyri_job *job, asyr_error *cancelled, bool *settled,
                             bool *last, asyr_error **unused)
{
    if (job->result.settled)
        return ASYR_CANCEL_TOO_LATE;
    atomic_store_explicit(&job->result.cancelled, true, memory_order_relaxed);
    int64_t dropped = asyri_job_drop_queued_locked(job);
    if (dropped)
        *unused = asyri_job_fail_locked(job, INT64_MAX, asyri_error_ref(cancelled));
    *last = asyri_job_count_down_locked(job, dropped);
    if (*last) {
        asyri_job_settle_locked(job);
        *settled = true;
    }
    return *last ? ASYR_CANCEL_DEQUEUED : ASYR_CANCEL_ASKED;
}

asyr_status asyri_pool_cancel(asyr_result *result, int32_t *outcome)
{
    asyri_job *job = asyri_job_of(result);
    asyr_pool *pool = job->pool;
    asyr_error *unused = NULL;
    bool settled = false, last = false;
    asyr_error *cancelled =
        asyri_error_new(ASYR_E_CANCELLED, NULL, "the task was cancelled");
    asyri_mutex_lock(&pool->lock);
    *outcome = cancel_locked(job, cancelled, &settled, &last, &unused);
    asyri_pool_check_end_locked(pool);
    asyri_mutex_unlock(&pool->lock);
    if (settled)
        asyri_result_deliver(result);
    if (last)
        asyri_job_release_work(job);
    asyri_error_unref(unused);
    asyri_error_unref(cancelled);
    return ASYR_OK;
}
