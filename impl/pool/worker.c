/*
 * Workers: threads that take tasks until their pool ends.
 *
 * A worker counts for its pool from the moment when it is made, under the lock, until
 * it retires.  One that waits inside a task is blocked, and while work is queued that
 * nobody can take, a spare stands in; when there are more workers at work than were
 * asked for, the next one to look for a task retires.
 *
 * A worker that finds no task sleeps in the pool's list.  Each push wakes one.  Who
 * was woken looks at the queue before it leaves for another reason, so a wake-up is
 * never lost.
 */
#include "worker.h"

#include "../base/alloc.h"
#include "../core/error.h"
#include "../core/function.h"
#include "../core/value.h"

#include <errno.h>
#include <string.h>

asyr_worker *asyri_worker_new_locked(asyr_pool *pool)
{
    asyr_worker *worker = asyri_alloc_zeroed(1, sizeof *worker);
    if (!worker)
        return NULL;
    worker->pool = asyri_pool_ref(pool);
    worker->generation = pool->generation;
    pool->workers++;
    return worker;
}

int asyri_worker_start_locked(asyr_pool *pool)
{
    asyr_worker *worker = asyri_worker_new_locked(pool);
    if (!worker)
        return ENOMEM;
    int failed = pool->executor->start(worker);
    if (failed) {
        pool->workers--;
        asyri_free(worker);
        asyri_pool_unref(pool); /* the caller has another reference */
    }
    return failed;
}

/* Workers that could run a task, those asleep included. */
static int64_t at_work_locked(const asyr_pool *pool)
{
    return pool->workers - pool->pinned - pool->blocked;
}

void asyri_worker_balance_locked(asyr_pool *pool)
{
    if (pool->source != ASYR_WORKERS_OWN || pool->blocked == 0)
        return;
    if (asyri_task_queue_is_empty(&pool->runnable) || pool->sleeping > 0)
        return;
    bool bounded = pool->workers - pool->pinned - pool->nominal >= pool->spares;
    if (at_work_locked(pool) < pool->nominal && !bounded)
        asyri_worker_start_locked(pool); /* without one, the wait takes longer */
}

/* More at work than were asked for: a spare whose blocked worker goes on. */
static bool is_surplus_locked(const asyr_pool *pool)
{
    return pool->source == ASYR_WORKERS_OWN && at_work_locked(pool) > pool->nominal;
}

static bool has_ended_for_workers_locked(const asyr_pool *pool)
{
    return !asyri_pool_expects_tasks_locked(pool) && pool->queued == 0;
}

void asyri_worker_look_again_locked(asyr_pool *pool)
{
    if (has_ended_for_workers_locked(pool))
        asyri_waitlist_wake_all(&pool->idle);
}

static asyr_task *pop_locked(asyr_pool *pool)
{
    asyr_task *task = asyri_task_queue_pop(&pool->runnable);
    if (!task)
        return NULL;
    pool->queued--;
    asyri_task_begin_locked(task);
    asyri_waitlist_wake_one(&pool->space);
    asyri_worker_look_again_locked(pool);
    return task;
}

/* In one step: a pinned worker that counted as any other for a moment would make
 * one of those leave as surplus. */
static void retire_locked(asyr_worker *worker)
{
    if (worker->retired)
        return;
    worker->pool->workers--;
    if (worker->is_pinned)
        worker->pool->pinned--;
    worker->retired = true;
}

/* Leaving counts at once, so that two never leave for the same reason. */
static bool leave_if_surplus_locked(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    if (!is_surplus_locked(pool))
        return false;
    retire_locked(worker);
    if (!asyri_task_queue_is_empty(&pool->runnable))
        asyri_waitlist_wake_one(&pool->idle);
    return true;
}

asyr_status asyri_worker_take_locked(asyr_worker *worker, int64_t deadline,
                                     asyr_interrupt *interrupt, asyr_task **task)
{
    asyr_pool *pool = worker->pool;
    asyr_status status = ASYR_OK;
    for (;;) {
        if (leave_if_surplus_locked(worker))
            return ASYR_E_STOP;
        *task = pop_locked(pool);
        if (*task) {
            asyri_worker_balance_locked(pool);
            return ASYR_OK;
        }
        if (has_ended_for_workers_locked(pool))
            return ASYR_E_STOP;
        if (status != ASYR_OK)
            return status;
        pool->sleeping++;
        status = asyri_waitlist_wait(&pool->idle, &pool->lock, deadline, interrupt);
        pool->sleeping--;
    }
}

static void call_initializer(void *arg)
{
    asyr_pool *pool = ((asyr_worker *)arg)->pool;
    asyr_value *list = pool->initializer_arguments;
    asyr_task task = {
        .function = pool->initializer,
        .arguments = list ? list->as.list.items : NULL,
        .argument_count = list ? list->as.list.count : 0,
    };
    asyri_task_call(&task);
    if (task.answer_error)
        asyri_pool_break(pool, task.answer_error);
    asyri_task_answer(&task, NULL, NULL);
}

static void initializer_ended_thread(void *arg)
{
    asyr_error *cause = asyri_error_new(ASYR_E_WORKER_LOST, NULL,
                                        "the initializer ended its thread");
    asyri_pool_break(((asyr_worker *)arg)->pool, cause);
    asyri_error_unref(cause);
}

bool asyri_worker_initialize(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    if (!worker->initialized && pool->initializer &&
        asyri_pool_state(pool) != ASYR_POOL_BROKEN)
        asyri_thread_guard(call_initializer, initializer_ended_thread, worker);
    worker->initialized = true;
    return asyri_pool_state(pool) != ASYR_POOL_BROKEN;
}

asyr_status asyri_worker_work(asyr_worker *worker, asyr_interrupt *interrupt)
{
    asyr_pool *pool = worker->pool;
    if (!asyri_worker_initialize(worker))
        return ASYR_E_STOP;
    for (;;) {
        asyr_task *task;
        asyri_mutex_lock(&pool->lock);
        asyr_status status =
            asyri_worker_take_locked(worker, ASYR_FOREVER, interrupt, &task);
        asyri_mutex_unlock(&pool->lock);
        if (status != ASYR_OK)
            return status;
        asyri_task_run(task, worker);
        if (pool->max_tasks && ++worker->tasks_done >= pool->max_tasks)
            return ASYR_OK;
    }
}

/* The successor counts in place of the old one, so that it is no surplus. */
static int succeed_locked(asyr_worker *worker)
{
    int failed = asyri_worker_start_locked(worker->pool);
    if (!failed)
        retire_locked(worker);
    return failed;
}

void asyri_worker_retire(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    asyri_mutex_lock(&pool->lock);
    retire_locked(worker);
    asyri_pool_check_end_locked(pool);
    asyri_mutex_unlock(&pool->lock);
    asyri_free(worker);
    asyri_pool_unref(pool);
}

bool asyri_worker_hand_over(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    asyri_mutex_lock(&pool->lock);
    bool started = succeed_locked(worker) == 0;
    asyri_mutex_unlock(&pool->lock);
    worker->tasks_done = 0;
    return started;
}

void asyri_worker_replace(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    asyri_mutex_lock(&pool->lock);
    bool wanted = !has_ended_for_workers_locked(pool);
    int failed = wanted ? succeed_locked(worker) : 0;
    bool alone = failed && at_work_locked(pool) + pool->blocked <= 1;
    asyri_mutex_unlock(&pool->lock);
    if (alone) {
        asyr_error *cause = asyri_error_format(
            ASYR_E_SYSTEM, "no worker could be started in place of the last one: %s",
            strerror(failed));
        asyri_pool_break(pool, cause);
        asyri_error_unref(cause);
    }
    asyri_worker_retire(worker);
}
