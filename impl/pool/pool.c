/*
 * Pools: workers, the tasks that wait for them, and the results still to come.
 *
 *   open --> closed --> [ended]        no new work; accepted work completes
 *     \----> terminated --> [ended]    what has not begun never runs
 *      \---> broken --> [ended]        the initializer failed, or no worker is left
 *
 * A pool has ended when it is not open, no task is queued or runs, and its workers
 * and its dispatcher are gone.
 *
 * One lock guards the pool, its tasks and strands, and the outcomes of its results.
 * Under it the lock of a completion queue may be taken, never the other way round;
 * the lock of the graph of waits (deadlock.c) is taken before it.  Nothing of the
 * host's is called under it.
 *
 * References: the host's handles count as one; each worker, each job and each strand
 * has one.  The last handle closes the pool and does not wait; the last reference,
 * often that of the last worker, frees it.
 */
#include "pool.h"

#include <errno.h>
#include <string.h>

#include "../base/alloc.h"
#include "../core/error.h"
#include "../core/function.h"
#include "../core/value.h"
#include "../core/wait.h"
#include "../platform/cpu_count.h"
#include "../platform/fork.h"
#include "iterator.h"
#include "strand.h"
#include "worker.h"

static void pool_free(asyr_pool *pool)
{
    asyri_function_unref(pool->initializer);
    asyri_value_unref(pool->initializer_arguments);
    if (pool->owns_queue && pool->queue)
        asyri_queue_unref_handle(pool->queue);
    else
        asyri_queue_unref(pool->queue);
    asyri_closure_unref(pool->hook);
    asyri_error_unref(pool->broken);
    asyri_free(pool->name);
    asyri_mutex_destroy(&pool->lock);
    asyri_free(pool);
}

static asyr_pool *pool_allocate(void)
{
    asyr_pool *pool = asyri_alloc_zeroed(1, sizeof *pool);
    if (!pool)
        return NULL;
    asyri_refcount_init(&pool->handles);
    asyri_refcount_init(&pool->refs);
    pool->generation = asyri_fork_generation();
    asyri_mutex_init(&pool->lock);
    asyri_task_queue_init(&pool->runnable);
    asyri_list_init(&pool->running);
    asyri_list_init(&pool->jobs);
    asyri_list_init(&pool->strands);
    asyri_list_init(&pool->iterators);
    asyri_waitlist_init(&pool->idle);
    asyri_waitlist_init(&pool->space);
    asyri_waitlist_init(&pool->ended);
    return pool;
}

static asyr_status configure(asyr_pool *pool, const asyr_pool_options *options,
                             asyr_error **error)
{
    pool->nominal = options->workers ? options->workers : asyri_cpu_count();
    pool->source = options->source;
    pool->initializer = asyri_function_ref(options->initializer);
    pool->initializer_arguments = asyri_value_ref(options->arguments);
    pool->max_tasks = options->max_tasks;
    pool->limit = options->limit;
    pool->policy = options->policy;
    pool->spares = options->spares;
    pool->hook = asyri_closure_ref(options->hook);
    pool->queue = asyri_queue_ref(options->queue);
    pool->owns_queue = !options->queue;
    pool->name = asyri_strdup(options->name ? options->name : "asyncresult");
    if (!pool->name)
        return asyri_fail_memory(error);
    return pool->owns_queue ? asyri_queue_new(0, &pool->queue, error) : ASYR_OK;
}

/* The workers find the lock held, so none runs anything before all have started. */
static int start_workers(asyr_pool *pool)
{
    int failed = 0;
    if (pool->source != ASYR_WORKERS_OWN)
        return 0;
    asyri_mutex_lock(&pool->lock);
    for (int64_t i = 0; i < pool->nominal && !failed; i++)
        failed = asyri_worker_start_locked(pool);
    if (failed)
        pool->state = ASYR_POOL_TERMINATED;
    asyri_mutex_unlock(&pool->lock);
    return failed;
}

asyr_status asyri_pool_new(const asyr_pool_options *options,
                           const struct asyri_executor *executor, asyr_pool **pool,
                           asyr_error **error)
{
    asyr_pool *created = pool_allocate();
    if (!created)
        return asyri_fail_memory(error);
    created->executor = executor;
    asyr_status status = configure(created, options, error);
    if (status == ASYR_OK && created->hook)
        status = asyri_dispatcher_want(created, error);
    int failed = status == ASYR_OK ? start_workers(created) : 0;
    if (failed == ENOMEM)
        status = asyri_fail_memory(error);
    else if (failed)
        status = asyri_fail(error, ASYR_E_SYSTEM,
                            "%lld workers were asked for, and one could not be "
                            "started: %s",
                            (long long)created->nominal, strerror(failed));
    if (status != ASYR_OK) {
        asyri_pool_terminate(created);
        asyri_pool_join(created, ASYR_FOREVER, NULL, NULL);
        asyri_pool_unref(created);
        return status;
    }
    *pool = created;
    return ASYR_OK;
}

asyr_pool *asyri_pool_ref(asyr_pool *pool)
{
    if (pool)
        asyri_refcount_take(&pool->refs);
    return pool;
}

void asyri_pool_unref(asyr_pool *pool)
{
    if (pool && asyri_refcount_give(&pool->refs))
        pool_free(pool);
}

void asyri_pool_ref_handle(asyr_pool *pool)
{
    asyri_refcount_take(&pool->handles);
}

void asyri_pool_unref_handle(asyr_pool *pool)
{
    if (!asyri_refcount_give(&pool->handles))
        return;
    asyri_pool_close(pool);
    asyri_pool_unref(pool);
}

asyr_status asyri_pool_check_open_locked(asyr_pool *pool, asyr_error **error)
{
    switch (pool->state) {
    case ASYR_POOL_OPEN:
        return ASYR_OK;
    case ASYR_POOL_TERMINATED:
        return asyri_fail(error, ASYR_E_TERMINATED, "the pool was terminated");
    case ASYR_POOL_BROKEN:
        return asyri_fail_with(error, asyri_error_ref(pool->broken));
    default:
        return asyri_fail(error, ASYR_E_POOL_CLOSED,
                          "the pool is closed and takes no new work");
    }
}

asyr_status asyri_pool_check_open(asyr_pool *pool, asyr_error **error)
{
    asyri_mutex_lock(&pool->lock);
    asyr_status status = asyri_pool_check_open_locked(pool, error);
    asyri_mutex_unlock(&pool->lock);
    return status;
}

bool asyri_pool_is_drained_locked(const asyr_pool *pool)
{
    return !asyri_pool_expects_tasks_locked(pool) && pool->queued == 0 &&
           pool->workers == 0 && asyri_list_is_empty(&pool->running);
}

static bool has_ended_locked(void *arg)
{
    asyr_pool *pool = arg;
    return asyri_pool_is_drained_locked(pool) && !pool->dispatching;
}

void asyri_pool_check_end_locked(asyr_pool *pool)
{
    if (!asyri_pool_is_drained_locked(pool))
        return;
    if (pool->owns_queue && pool->queue && asyri_list_is_empty(&pool->jobs))
        asyri_queue_end(pool->queue);
    asyri_waitlist_wake_all(&pool->ended);
}

/* Everybody looks again: the pool's state is another one. */
static void wake_everybody_locked(asyr_pool *pool)
{
    asyri_waitlist_wake_all(&pool->idle);
    asyri_waitlist_wake_all(&pool->space);
    for (asyri_list *node = pool->strands.next; node != &pool->strands;
         node = node->next)
        asyri_waitlist_wake_all(&ASYRI_OBJECT(node, asyr_strand, link)->wake);
    asyri_pool_check_end_locked(pool);
}

void asyri_pool_close(asyr_pool *pool)
{
    asyri_mutex_lock(&pool->lock);
    if (pool->state == ASYR_POOL_OPEN)
        pool->state = ASYR_POOL_CLOSED;
    wake_everybody_locked(pool);
    asyri_mutex_unlock(&pool->lock);
}

asyr_status asyri_pool_add_iterator(asyr_pool *pool, asyr_iterator *iterator,
                                    asyr_error **error)
{
    asyri_mutex_lock(&pool->lock);
    asyr_status status = asyri_pool_check_open_locked(pool, error);
    if (status == ASYR_OK) {
        asyri_list_append(&pool->iterators, &iterator->link);
        asyri_iterator_ref(iterator);
        pool->unread++;
    }
    asyri_mutex_unlock(&pool->lock);
    return status;
}

void asyri_pool_remove_iterator(asyr_pool *pool, asyr_iterator *iterator)
{
    asyri_mutex_lock(&pool->lock);
    bool was_there = asyri_list_has(&iterator->link);
    if (was_there)
        asyri_list_remove(&iterator->link);
    asyri_mutex_unlock(&pool->lock);
    if (was_there)
        asyri_iterator_unref(iterator);
}

void asyri_pool_end_input(asyr_pool *pool)
{
    asyri_mutex_lock(&pool->lock);
    pool->unread--;
    if (!asyri_pool_expects_tasks_locked(pool))
        wake_everybody_locked(pool);
    asyri_mutex_unlock(&pool->lock);
}

static asyr_iterator *take_iterator(asyr_pool *pool)
{
    asyri_mutex_lock(&pool->lock);
    asyri_list *first = asyri_list_take_first(&pool->iterators);
    asyri_mutex_unlock(&pool->lock);
    return first ? ASYRI_OBJECT(first, asyr_iterator, link) : NULL;
}

/* None is added to a pool that is not open. */
static void end_iterators(asyr_pool *pool, asyr_error *failure)
{
    for (asyr_iterator *iterator; (iterator = take_iterator(pool));) {
        asyri_iterator_end(iterator, failure);
        asyri_iterator_unref(iterator);
    }
}

/* Drop what of the job is queued, and decide its outcome. */
static void doom_locked(asyri_job *job, asyr_error *failure)
{
    atomic_store_explicit(&job->result.cancelled, true, memory_order_relaxed);
    job->doomed_last =
        asyri_job_count_down_locked(job, asyri_job_drop_queued_locked(job));
    asyri_result_settle_locked(&job->result, NULL, asyri_error_ref(failure));
    asyri_result_ref(&job->result);
}

/*
 * Enter the state and doom every job that has no outcome yet, in one step, so that no
 * worker finds a task in between.  They are chained in the order of their submits.
 */
static bool doom_all(asyr_pool *pool, int32_t state, asyr_error *failure,
                     asyri_job **doomed)
{
    asyri_mutex_lock(&pool->lock);
    bool entered = pool->state == ASYR_POOL_OPEN || pool->state == ASYR_POOL_CLOSED;
    if (entered) {
        pool->state = state;
        if (state == ASYR_POOL_BROKEN)
            pool->broken = asyri_error_ref(failure);
        for (asyri_list *node = pool->jobs.next; node != &pool->jobs;
             node = node->next) {
            asyri_job *job = ASYRI_OBJECT(node, asyri_job, link);
            if (job->result.settled)
                continue;
            doom_locked(job, failure);
            *doomed = job;
            doomed = &job->next_doomed;
        }
    }
    *doomed = NULL;
    wake_everybody_locked(pool);
    asyri_mutex_unlock(&pool->lock);
    return entered;
}

static void end_by_force(asyr_pool *pool, int32_t state, asyr_error *failure)
{
    asyri_job *job = NULL;
    if (!doom_all(pool, state, failure, &job))
        return;
    end_iterators(pool, failure);
    while (job) {
        asyri_job *next = job->next_doomed;
        bool last = job->doomed_last;
        asyri_result_deliver(&job->result);
        if (last)
            asyri_job_release_work(job);
        asyri_result_unref(&job->result);
        job = next;
    }
}

void asyri_pool_terminate(asyr_pool *pool)
{
    asyr_error *failure =
        asyri_error_new(ASYR_E_TERMINATED, NULL, "the pool was terminated");
    end_by_force(pool, ASYR_POOL_TERMINATED, failure);
    asyri_error_unref(failure);
}

void asyri_pool_break(asyr_pool *pool, asyr_error *cause)
{
    asyr_error *failure =
        asyri_error_because(cause, ASYR_E_BROKEN, "the pool cannot run tasks: %s",
                            asyri_error_message(cause));
    end_by_force(pool, ASYR_POOL_BROKEN, failure);
    asyri_error_unref(failure);
}

static asyr_status check_joinable(asyr_pool *pool, asyr_error **error)
{
    if (asyri_pool_state(pool) == ASYR_POOL_OPEN)
        return asyri_fail(error, ASYR_E_POOL_RUNNING,
                          "expected a pool that is closed or terminated, found an "
                          "open one");
    if (asyri_frame_is_inside(pool))
        return asyri_fail(error, ASYR_E_DEADLOCK,
                          "a task or callback of the pool would wait for itself");
    return ASYR_OK;
}

asyr_status asyri_pool_join(asyr_pool *pool, int64_t timeout_ns,
                            asyr_interrupt *interrupt, asyr_error **error)
{
    asyr_status status = check_joinable(pool, error);
    if (status != ASYR_OK)
        return status;
    bool drain = !pool->owns_queue && asyri_queue_can_drain(pool->queue);
    struct asyri_wait wait = {
        .mutex = &pool->lock,
        .list = &pool->ended,
        .is_over = has_ended_locked,
        .arg = pool,
        .queue = drain ? pool->queue : NULL,
        .deadline = asyri_deadline_in(timeout_ns),
        .interrupt = interrupt,
    };
    status = asyri_wait(&wait);
    if (status == ASYR_E_TIMEOUT)
        return asyri_fail(error, status,
                          "the pool's workers had not ended in the time given");
    if (status != ASYR_OK)
        return asyri_fail(error, status, "the wait was interrupted");
    return ASYR_OK;
}

int32_t asyri_pool_state(asyr_pool *pool)
{
    asyri_mutex_lock(&pool->lock);
    int32_t state = pool->state;
    asyri_mutex_unlock(&pool->lock);
    return state;
}
