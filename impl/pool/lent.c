/*
 * Workers that a host lends.
 *
 * By push the host's thread works like one of the pool's own.  By pull the host gets
 * one item of a task after the other: the task is the worker's until its last item is
 * done.  The thread that pulls need not be the one that runs it, so no thread counts
 * as the runner of such a task.
 */
#include "worker.h"

#include "../base/alloc.h"
#include "../core/error.h"
#include "../core/value.h"
#include "chain.h"

static asyr_status fail_stop(asyr_error **error)
{
    return asyri_fail(error, ASYR_E_STOP, "there are no more tasks for this worker");
}

static asyr_status check_source(const asyr_pool *pool, asyr_error **error)
{
    if (pool->source == ASYR_WORKERS_HOST)
        return ASYR_OK;
    return asyri_fail(error, ASYR_E_STATE,
                      "expected a pool whose workers are lent, found one with "
                      "workers of its own");
}

static bool expects_nothing_locked(const asyr_pool *pool)
{
    return !asyri_pool_expects_tasks(pool) && pool->held == 0 &&
           !asyri_pool_has_work(pool);
}

static asyr_status check_lendable_locked(asyr_pool *pool, asyr_error **error)
{
    asyr_status status = check_source(pool, error);
    if (status != ASYR_OK)
        return status;
    if (expects_nothing_locked(pool))
        return fail_stop(error);
    if (!asyri_worker_has_room_locked(pool))
        return asyri_fail(error, ASYR_E_STATE,
                          "the pool has all the %lld workers it was made for",
                          (long long)pool->nominal);
    return ASYR_OK;
}

static asyr_status lend_locked(asyr_pool *pool, asyr_worker **worker,
                               asyr_error **error)
{
    *worker = asyri_worker_new_locked(pool);
    if (!*worker)
        return asyri_fail_memory(error);
    if (pool->workers - pool->pinned > pool->nominal)
        atomic_store_explicit(&pool->has_extra, true, memory_order_relaxed);
    asyri_worker_balance_locked(pool);
    return ASYR_OK;
}

asyr_status asyri_worker_lend(asyr_pool *pool, asyr_worker **worker,
                              asyr_error **error)
{
    asyri_mutex_lock(&pool->lock);
    asyr_status status = check_lendable_locked(pool, error);
    if (status == ASYR_OK)
        status = lend_locked(pool, worker, error);
    asyri_mutex_unlock(&pool->lock);
    return status;
}

/* Whoever still runs something may leave a part of it to another worker. */
static bool has_ended_locked(const asyr_pool *pool)
{
    return expects_nothing_locked(pool) && pool->workers == 0;
}

static asyr_status await_locked(asyr_pool *pool, int64_t deadline,
                                asyr_interrupt *interrupt)
{
    asyr_status status = ASYR_OK;
    while (!asyri_worker_is_wanted_locked(pool)) {
        if (has_ended_locked(pool))
            return ASYR_E_STOP;
        if (status != ASYR_OK)
            return status;
        status = asyri_waitlist_wait(&pool->wanted, NULL, &pool->lock, deadline,
                                     interrupt);
    }
    return ASYR_OK;
}

/* Until it has looked for work, no other is wanted. */
static asyr_status lend_wanted_locked(asyr_pool *pool, asyr_worker **worker,
                                      asyr_error **error)
{
    asyr_status status = lend_locked(pool, worker, error);
    if (status == ASYR_OK && *worker) {
        (*worker)->is_coming = true;
        pool->coming++;
    }
    return status;
}

asyr_status asyri_worker_await(asyr_pool *pool, int64_t timeout_ns,
                               asyr_interrupt *interrupt, asyr_worker **worker,
                               asyr_error **error)
{
    int64_t deadline = asyri_deadline_in(timeout_ns);
    asyr_status status = check_source(pool, error);
    if (status != ASYR_OK)
        return status;
    asyri_mutex_lock(&pool->lock);
    status = await_locked(pool, deadline, interrupt);
    if (status == ASYR_OK)
        status = lend_wanted_locked(pool, worker, error);
    else if (status == ASYR_E_STOP)
        status = fail_stop(error);
    else
        status = asyri_fail(error, status,
                            status == ASYR_E_TIMEOUT
                                ? "no worker was wanted in the time given"
                                : "the wait was interrupted");
    asyri_mutex_unlock(&pool->lock);
    return status;
}

static asyr_status check_free(const asyr_worker *worker, asyr_error **error)
{
    if (worker->retired)
        return asyri_fail(error, ASYR_E_STATE, "the worker was lost");
    if (worker->awaits_done)
        return asyri_fail(error, ASYR_E_STATE,
                          "expected a worker without a task, found one whose task "
                          "is not done");
    return ASYR_OK;
}

asyr_status asyri_worker_run(asyr_worker *worker, asyr_interrupt *interrupt,
                             asyr_error **error)
{
    asyr_status status = check_free(worker, error);
    if (status != ASYR_OK)
        return status;
    status = asyri_worker_work(worker, interrupt);
    worker->tasks_done = status == ASYR_OK ? 0 : worker->tasks_done;
    if (status == ASYR_E_STOP)
        return fail_stop(error);
    if (status == ASYR_E_INTERRUPTED)
        return asyri_fail(error, status, "the worker was interrupted");
    return status;
}

static void end_task(asyr_worker *worker)
{
    asyr_task *task = &worker->task;
    worker->has_task = false;
    asyri_task_end(task, worker);
    worker->tasks_done += task->map ? task->span.chunks : 1;
}

/* The worker's task, at an item that the host can run; false without one. */
static bool has_item(asyr_worker *worker)
{
    asyr_task *task = &worker->task;
    if (!worker->has_task)
        return false;
    while (asyri_task_begin_item(task, worker)) {
        if (!(task->answer_kind & ASYRI_FAILED))
            return true;
        asyri_task_end_item(task); /* it has no arguments to be called with */
    }
    end_task(worker);
    return false;
}

static asyr_status take(asyr_worker *worker, int64_t deadline,
                        asyr_interrupt *interrupt)
{
    asyr_pool *pool = worker->pool;
    void *entry;
    if (pool->max_tasks && worker->tasks_done >= pool->max_tasks)
        return ASYR_E_STOP;
    asyr_status status = asyri_worker_take(worker, deadline, interrupt, &entry);
    if (status != ASYR_OK)
        return status;
    worker->has_task = asyri_task_begin(&worker->task, entry);
    if (worker->has_task)
        asyri_task_set_runner(&worker->task, 0);
    return ASYR_OK;
}

static asyr_status fail_take(asyr_status status, asyr_error **error)
{
    if (status == ASYR_E_STOP)
        return fail_stop(error);
    if (status == ASYR_E_INTERRUPTED)
        return asyri_fail(error, status, "the wait was interrupted");
    return asyri_fail(error, status, "no task came in the time given");
}

asyr_status asyri_worker_next(asyr_worker *worker, int64_t timeout_ns,
                              asyr_interrupt *interrupt, asyr_task **task,
                              asyr_error **error)
{
    int64_t deadline = asyri_deadline_in(timeout_ns);
    asyr_status status = check_free(worker, error);
    if (status != ASYR_OK)
        return status;
    if (!asyri_worker_initialize(worker))
        return fail_stop(error);
    while (!has_item(worker)) {
        status = take(worker, deadline, interrupt);
        if (status != ASYR_OK)
            return fail_take(status, error);
    }
    worker->awaits_done = true;
    *task = &worker->task;
    return ASYR_OK;
}

static bool can_be_claimed(const asyr_worker *worker, asyri_job *job)
{
    return asyri_job_pool(job) == worker->pool && !asyri_job_map(job) &&
           !asyri_job_strand(job) && !asyri_job_awaits(job) &&
           !(asyri_result_state(&job->result) & ASYRI_SETTLED);
}

/* Its entry is a hint, which whoever meets it later drops. */
static bool claim_call(asyr_worker *worker, asyri_job *job)
{
    if (!can_be_claimed(worker, job) || !asyri_result_claim(&job->result))
        return false;
    if (asyri_pool_is_ended_by_force(worker->pool)) {
        asyri_job_end_claimed_by_force(job);
        return false;
    }
    worker->has_task = asyri_task_begin(&worker->task, asyri_entry_of(job));
    if (worker->has_task)
        asyri_task_set_runner(&worker->task, 0);
    return has_item(worker);
}

asyr_status asyri_worker_claim(asyr_worker *worker, asyr_result *result,
                               asyr_task **task, asyr_error **error)
{
    asyr_status status = check_free(worker, error);
    if (status != ASYR_OK)
        return status;
    if (!asyri_worker_initialize(worker))
        return fail_stop(error);
    if (!claim_call(worker, asyri_job_of(result)))
        return asyri_fail(error, ASYR_E_STATE,
                          "expected the result of a call of this pool that has not "
                          "begun and is in no strand, found another one");
    worker->awaits_done = true;
    *task = &worker->task;
    return ASYR_OK;
}

static asyr_status set_blocked(asyr_worker *worker, bool blocked)
{
    asyr_pool *pool = worker->pool;
    asyri_mutex_lock(&pool->lock);
    bool changes = worker->blocked != blocked && (worker->awaits_done || !blocked);
    if (changes) {
        worker->blocked = blocked;
        pool->blocked += blocked ? 1 : -1;
        asyri_worker_balance_locked(pool);
    }
    asyri_mutex_unlock(&pool->lock);
    return changes ? ASYR_OK : ASYR_E_STATE;
}

asyr_status asyri_worker_block(asyr_worker *worker, asyr_error **error)
{
    asyri_worker_flush(worker);
    if (set_blocked(worker, true) == ASYR_OK)
        return ASYR_OK;
    return asyri_fail(error, ASYR_E_STATE,
                      "expected a worker whose task runs, found one that is blocked "
                      "or has no task");
}

asyr_status asyri_worker_unblock(asyr_worker *worker, asyr_error **error)
{
    if (set_blocked(worker, false) == ASYR_OK)
        return ASYR_OK;
    return asyri_fail(error, ASYR_E_STATE,
                      "expected a worker that is blocked, found another one");
}

static void end_block(asyr_worker *worker)
{
    if (worker->blocked)
        set_blocked(worker, false);
}

asyr_status asyri_worker_done(asyr_worker *worker, asyr_error **error)
{
    asyr_task *task = &worker->task;
    if (!worker->awaits_done)
        return asyri_fail(error, ASYR_E_STATE,
                          "expected a worker with a task, found one without");
    end_block(worker);
    worker->awaits_done = false;
    asyri_task_end_item(task);
    if (asyri_task_is_over(task))
        end_task(worker);
    return ASYR_OK;
}

static void retire(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    asyri_worker_flush(worker);
    asyri_mutex_lock(&pool->lock);
    asyri_worker_retire_locked(worker);
    asyri_worker_balance_locked(pool);
    asyri_mutex_unlock(&pool->lock);
    if (asyri_pool_has_work(pool))
        asyri_pool_notify(pool);
    asyri_pool_check_end(pool);
}

void asyri_worker_lost(asyr_worker *worker, const char *message)
{
    if (worker->retired) {
        asyri_worker_flush(worker); /* it left as surplus */
        return;
    }
    end_block(worker);
    if (worker->has_task)
        asyri_task_lose(&worker->task,
                        asyri_error_new(ASYR_E_WORKER_LOST, NULL,
                                        message ? message : "the worker was lost"));
    worker->has_task = false;
    worker->awaits_done = false;
    retire(worker);
}

void asyri_worker_free(asyr_worker *worker)
{
    asyri_worker_lost(worker, "the host took its worker back");
    asyri_worker_destroy(worker);
}
