/*
 * Strands: at most one task of each may begin or runs; the others wait behind it.
 *
 * A serial strand puts that one into the pool's queue.  A pinned strand gives it to
 * its own thread, which counts as one of the pool's workers and runs its initializer.
 * All of a strand is guarded by its pool's lock.
 *
 * Each job counts as a reference, so a strand outlives its tasks.  The thread of a
 * pinned strand holds none: when the last is gone it is told, ends, and frees the
 * strand; if it has ended before, with the pool, the last reference frees it.
 */
#include "strand.h"

#include <errno.h>
#include <string.h>

#include "../base/alloc.h"
#include "../core/error.h"
#include "../platform/fork.h"
#include "worker.h"

static void strand_free(asyr_strand *strand)
{
    asyr_pool *pool = strand->pool;
    asyri_free(strand);
    asyri_pool_unref(pool);
}

static void make_beginnable_locked(asyr_strand *strand, asyr_task *task)
{
    task->heads_strand = true;
    strand->active = true;
    if (strand->kind == ASYR_STRAND_PINNED) {
        strand->head = task;
        asyri_waitlist_wake_all(&strand->wake);
        return;
    }
    asyri_task_queue_push(&strand->pool->runnable, task);
    asyri_waitlist_wake_one(&strand->pool->idle);
}

void asyri_strand_push_locked(asyr_strand *strand, asyr_task *task)
{
    if (strand->active)
        asyri_task_queue_push(&strand->waiting, task);
    else
        make_beginnable_locked(strand, task);
}

void asyri_strand_advance_locked(asyr_strand *strand)
{
    asyr_task *next = asyri_task_queue_pop(&strand->waiting);
    strand->active = false;
    strand->head = NULL;
    if (next)
        make_beginnable_locked(strand, next);
    else if (strand->kind == ASYR_STRAND_PINNED)
        asyri_waitlist_wake_all(&strand->wake);
}

static asyr_task *take_head_locked(asyr_strand *strand)
{
    asyr_pool *pool = strand->pool;
    asyr_task *task = strand->head;
    strand->head = NULL;
    pool->queued--;
    asyri_task_begin_locked(task);
    asyri_waitlist_wake_one(&pool->space);
    asyri_worker_look_again_locked(pool);
    return task;
}

/* The next task, or NULL when there will be none. */
static asyr_task *next_task(asyr_strand *strand)
{
    asyr_pool *pool = strand->pool;
    asyr_task *task = NULL;
    asyri_mutex_lock(&pool->lock);
    while (!strand->head && !strand->released &&
           (asyri_pool_expects_tasks_locked(pool) || strand->active))
        asyri_waitlist_wait(&strand->wake, &pool->lock, ASYR_FOREVER, NULL);
    if (strand->head)
        task = take_head_locked(strand);
    asyri_mutex_unlock(&pool->lock);
    return task;
}

struct pinned_thread {
    asyr_strand *strand;
    asyr_worker *worker;
};

static void work(void *arg)
{
    struct pinned_thread *thread = arg;
    if (!asyri_worker_initialize(thread->worker))
        return;
    for (asyr_task *task; (task = next_task(thread->strand));)
        asyri_task_run(task, thread->worker);
}

static void leave(struct pinned_thread *thread)
{
    asyr_strand *strand = thread->strand;
    asyr_pool *pool = strand->pool;
    asyri_mutex_lock(&pool->lock);
    asyri_list_remove(&strand->link);
    bool last = strand->released;
    asyri_mutex_unlock(&pool->lock);
    asyri_worker_retire(thread->worker);
    if (last)
        strand_free(strand);
    asyri_free(thread);
}

static void thread_main(void *arg);

/* A task ended the thread: the strand goes on with another one. */
static void ended(void *arg)
{
    struct pinned_thread *thread = arg;
    asyr_pool *pool = asyri_pool_ref(thread->strand->pool);
    thread->worker->initialized = false;
    int failed = asyri_thread_start(pool->name, thread_main, thread);
    if (failed) {
        asyr_error *cause = asyri_error_format(
            ASYR_E_SYSTEM, "the thread of a strand could not be started again: %s",
            strerror(failed));
        asyri_pool_break(pool, cause);
        asyri_error_unref(cause);
        leave(thread);
    }
    asyri_pool_unref(pool);
}

static void thread_main(void *arg)
{
    asyri_thread_guard(work, ended, arg);
    leave(arg);
}

/* Start the thread of a pinned strand; 0 or an errno value. */
static int start_locked(asyr_strand *strand, struct pinned_thread *thread)
{
    asyr_pool *pool = strand->pool;
    thread->strand = strand;
    thread->worker = asyri_worker_new_locked(pool);
    if (!thread->worker)
        return ENOMEM;
    thread->worker->is_pinned = true;
    int failed = asyri_thread_start(pool->name, thread_main, thread);
    if (failed) {
        pool->workers--;
        asyri_free(thread->worker);
        asyri_pool_unref(pool); /* the strand has another reference */
        return failed;
    }
    pool->pinned++;
    asyri_list_append(&pool->strands, &strand->link);
    return 0;
}

static asyr_status start_pinned(asyr_strand *strand, asyr_error **error)
{
    asyr_pool *pool = strand->pool;
    struct pinned_thread *thread = asyri_alloc(sizeof *thread);
    if (!thread)
        return asyri_fail_memory(error);
    int failed = 0;
    asyri_mutex_lock(&pool->lock);
    asyr_status status = asyri_pool_check_open_locked(pool, error);
    if (status == ASYR_OK)
        failed = start_locked(strand, thread);
    asyri_mutex_unlock(&pool->lock);
    if (status == ASYR_OK && !failed)
        return ASYR_OK;
    asyri_free(thread);
    if (status != ASYR_OK)
        return status;
    if (failed == ENOMEM)
        return asyri_fail_memory(error);
    return asyri_fail(error, ASYR_E_SYSTEM,
                      "the thread of a strand could not be started: %s",
                      strerror(failed));
}

asyr_status asyri_strand_new(asyr_pool *pool, int32_t kind, asyr_strand **strand,
                             asyr_error **error)
{
    asyr_status status = asyri_pool_check_open(pool, error);
    if (status != ASYR_OK)
        return status;
    asyr_strand *created = asyri_alloc_zeroed(1, sizeof *created);
    if (!created)
        return asyri_fail_memory(error);
    asyri_refcount_init(&created->refs);
    created->generation = pool->generation;
    created->pool = asyri_pool_ref(pool);
    created->kind = kind;
    asyri_task_queue_init(&created->waiting);
    asyri_waitlist_init(&created->wake);
    if (kind == ASYR_STRAND_PINNED)
        status = start_pinned(created, error);
    if (status != ASYR_OK) {
        strand_free(created);
        return status;
    }
    *strand = created;
    return ASYR_OK;
}

asyr_strand *asyri_strand_ref(asyr_strand *strand)
{
    if (strand)
        asyri_refcount_take(&strand->refs);
    return strand;
}

void asyri_strand_unref(asyr_strand *strand)
{
    if (!strand || !asyri_refcount_give(&strand->refs))
        return;
    asyr_pool *pool = asyri_pool_ref(strand->pool);
    asyri_mutex_lock(&pool->lock);
    bool has_thread = asyri_list_has(&strand->link);
    strand->released = true;
    asyri_waitlist_wake_all(&strand->wake);
    asyri_mutex_unlock(&pool->lock);
    if (!has_thread)
        strand_free(strand);
    asyri_pool_unref(pool);
}
