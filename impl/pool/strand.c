/*
 * Strands: at most one job of each may begin or runs; the others wait behind it, in no
 * queue of the pool.
 *
 * A serial strand offers that one to all workers.  A pinned strand gives it to its own
 * thread, which counts as one of the pool's workers and runs its initializer.  All of
 * a strand is guarded by its pool's lock; entries are offered without it.
 *
 * A job that waits may be claimed by who cancels it or ends the pool; it is then taken
 * out by asyri_strand_drop(), and if it was made to head the strand in between, the
 * next one follows.  A map in a strand has one participant at a time.
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

/* The job may begin.  True if its entry is still to be offered to all workers. */
static bool activate_locked(asyr_strand *strand, asyri_job *job)
{
    asyri_job_rare(job)->heads_strand = true;
    strand->active = job;
    if (strand->kind != ASYR_STRAND_PINNED) {
        atomic_fetch_and_explicit(&job->result.state, ~(uint32_t)ASYRI_POPPED,
                                  memory_order_relaxed);
        return true;
    }
    strand->head = asyri_entry_of(job);
    asyri_waitlist_wake_all(&strand->wake);
    return false;
}

bool asyri_strand_push_locked(asyri_job *job)
{
    asyr_strand *strand = asyri_job_strand(job);
    strand->pool->held++;
    if (!strand->active)
        return activate_locked(strand, job);
    asyri_list_append(&strand->waiting, &asyri_job_rare(job)->waiting);
    return false;
}

bool asyri_strand_push(asyri_job *job)
{
    asyr_pool *pool = asyri_job_pool(job);
    asyri_mutex_lock(&pool->lock);
    bool begins = asyri_strand_push_locked(job);
    asyri_mutex_unlock(&pool->lock);
    return begins;
}

void asyri_strands_look_again_locked(asyr_pool *pool)
{
    for (asyri_list *node = pool->strands.next; node != &pool->strands;
         node = node->next)
        asyri_waitlist_wake_all(&ASYRI_OBJECT(node, asyr_strand, link)->wake);
}

/* One less is held back: if nothing more will come, the workers end. */
static void let_one_begin_locked(asyr_pool *pool)
{
    if (--pool->held > 0)
        return;
    if (atomic_load_explicit(&pool->sealed, memory_order_seq_cst))
        asyri_sleepers_wake_all(&pool->sleepers);
}

void asyri_strand_begin(asyri_job *job)
{
    asyr_pool *pool = asyri_job_pool(job);
    asyri_mutex_lock(&pool->lock);
    let_one_begin_locked(pool);
    asyri_mutex_unlock(&pool->lock);
}

/* The next job that may begin, if it is to be offered. */
static asyri_job *next_locked(asyr_strand *strand)
{
    asyri_list *first = asyri_list_take_first(&strand->waiting);
    strand->active = NULL;
    strand->head = NULL;
    if (first) {
        asyri_job *job = ASYRI_OBJECT(first, struct asyri_job_rare, waiting)->job;
        return activate_locked(strand, job) ? job : NULL;
    }
    if (strand->kind == ASYR_STRAND_PINNED)
        asyri_waitlist_wake_all(&strand->wake);
    return NULL;
}

/* Once, for the job that heads its strand. */
static asyri_job *pass_on_locked(asyri_job *job)
{
    struct asyri_job_rare *rare = asyri_job_rare(job);
    bool heads = rare->heads_strand;
    rare->heads_strand = false;
    return heads ? next_locked(rare->strand) : NULL;
}

/* Whether a pinned thread has yet to take a ticket to the job, a map that is over. */
static bool has_ticket_locked(asyri_job *job)
{
    return asyri_job_strand(job)->head == asyri_entry_ticket(job);
}

void asyri_strand_advance(asyri_job *job)
{
    asyr_pool *pool = asyri_job_pool(job);
    asyri_mutex_lock(&pool->lock);
    bool has_ticket = has_ticket_locked(job);
    asyri_job *next = pass_on_locked(job);
    asyri_mutex_unlock(&pool->lock);
    if (next)
        asyri_pool_offer(pool, asyri_entry_of(next));
    if (has_ticket)
        asyri_job_release(job, 1);
}

void asyri_strand_drop(asyri_job *job)
{
    asyr_pool *pool = asyri_job_pool(job);
    struct asyri_job_rare *rare = asyri_job_rare(job);
    asyri_mutex_lock(&pool->lock);
    if (asyri_list_has(&rare->waiting) && !rare->spilled)
        asyri_list_remove(&rare->waiting);
    asyri_job *next = pass_on_locked(job);
    let_one_begin_locked(pool);
    asyri_mutex_unlock(&pool->lock);
    if (next)
        asyri_pool_offer(pool, asyri_entry_of(next));
}

void asyri_strand_resume(asyri_job *job)
{
    asyr_strand *strand = asyri_job_strand(job);
    asyr_pool *pool = strand->pool;
    if (strand->kind != ASYR_STRAND_PINNED) {
        asyri_pool_offer(pool, asyri_entry_ticket(job));
        return;
    }
    asyri_mutex_lock(&pool->lock);
    bool is_active = strand->active == job; /* else it was ended meanwhile */
    if (is_active)
        strand->head = asyri_entry_ticket(job);
    asyri_waitlist_wake_all(&strand->wake);
    asyri_mutex_unlock(&pool->lock);
    if (!is_active)
        asyri_job_release(job, 1);
}

static bool runs(asyri_job *job, uintptr_t thread)
{
    asyri_map *map = asyri_job_map(job);
    return map ? asyri_map_is_run_by(map, thread)
               : atomic_load_explicit(&job->runner, memory_order_relaxed) == thread;
}

bool asyri_strand_is_run_by(asyr_strand *strand, uintptr_t thread)
{
    asyri_mutex_lock(&strand->pool->lock);
    bool is = strand->active && runs(strand->active, thread);
    asyri_mutex_unlock(&strand->pool->lock);
    return is;
}

/* With the pool's lock, without which a job is not freed that heads its strand: it has
 * no entry in any queue that would keep it. */
static bool claim_locked(void *entry)
{
    return asyri_entry_is_ticket(entry) ||
           asyri_result_claim(&asyri_entry_job(entry)->result);
}

static bool may_have_more_locked(const asyr_strand *strand)
{
    const asyr_pool *pool = strand->pool;
    return !strand->released &&
           (asyri_pool_expects_tasks(pool) || strand->active || pool->awaiting > 0);
}

/* The entry that a pinned thread is to run, claimed, or NULL when there will be none. */
static void *next_entry(asyr_strand *strand)
{
    asyr_pool *pool = strand->pool;
    void *entry = NULL;
    asyri_mutex_lock(&pool->lock);
    while (!entry && (strand->head || may_have_more_locked(strand))) {
        if (!strand->head) {
            asyri_waitlist_wait(&strand->wake, NULL, &pool->lock, ASYR_FOREVER,
                                NULL);
            continue;
        }
        if (claim_locked(strand->head))
            entry = strand->head;
        strand->head = NULL; /* who else claimed it lets the next one begin */
    }
    asyri_mutex_unlock(&pool->lock);
    return entry;
}

static void run(void *entry, asyr_worker *worker)
{
    if (!asyri_entry_is_ticket(entry) && asyri_pool_is_ended_by_force(worker->pool))
        asyri_job_end_claimed_by_force(asyri_entry_job(entry));
    else
        asyri_entry_run(entry, worker);
}

struct pinned_thread {
    asyr_strand *strand;
    asyr_worker *worker;
    struct asyri_thread_start start;
};

static void work(void *arg)
{
    struct pinned_thread *thread = arg;
    if (!asyri_worker_initialize(thread->worker))
        return;
    for (void *entry; (entry = next_entry(thread->strand));)
        run(entry, thread->worker);
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
    int failed = asyri_thread_start(&thread->start, pool->name, thread_main, thread);
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
    int failed = asyri_thread_start(&thread->start, pool->name, thread_main, thread);
    if (failed) {
        thread->worker->is_pinned = false;
        asyri_worker_discard_locked(thread->worker);
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
    asyr_status status = asyri_pool_check_open(pool, error);
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
    asyri_list_init(&created->waiting);
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
