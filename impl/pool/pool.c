/*
 * Pools: workers, the tasks that wait for them, and the results still to come.
 *
 *   open --> closed --> sealed --> [ended]       no new work; accepted work completes
 *     \----> terminated --> sealed --> [ended]   what has not begun never runs
 *      \---> broken --> sealed --> [ended]       the initializer failed, or no worker
 *                                                is left
 *
 * A pool has ended when it is sealed, no thread runs its tasks, and its workers and its
 * dispatcher are gone.
 *
 * Whoever changes the state takes the lock of each shard once afterwards; submits look
 * at the state under that lock.  So when the pool is sealed nothing can come any more,
 * and a worker that finds nothing then may leave.  When all have left, entries that
 * stand for nothing any more are taken out of the queues, so that what is still there
 * is work that nobody runs.
 *
 * Locks: a shard's before the pool's, the pool's before that of a completion queue or
 * of the sleepers; the lock of the graph of waits (deadlock.c) before all.  Nothing of
 * the host's is called under any.
 *
 * References: the host's handles count as one; each worker, guest and strand has one.
 * The last handle closes the pool and does not wait; the last reference, often that of
 * the last worker, lets its memory go.  Results have none: their memory is the pool's,
 * which stays as long as one of them is there.
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

enum { FEWEST_SHARDS = 4, MOST_SHARDS = 32, MORE_PLACES = 8, MOST_SPARES = 1024 };

/* When nothing refers to it any more, not even a result. */
static void pool_free(void *arg)
{
    asyr_pool *pool = arg;
    for (uint32_t i = 0; i < pool->shard_count; i++)
        asyri_shard_destroy(&pool->shards[i]);
    for (int32_t i = 0; i < pool->place_count; i++)
        asyri_free(
            atomic_load_explicit(&pool->places[i].deque, memory_order_relaxed));
    asyri_free(pool->shards);
    asyri_free(pool->places);
    asyri_function_unref(pool->initializer);
    asyri_value_unref(pool->initializer_arguments);
    if (pool->owns_queue && pool->queue)
        asyri_queue_unref_handle(pool->queue);
    else
        asyri_queue_unref(pool->queue);
    asyri_closure_unref(pool->hook);
    asyri_error_unref(pool->forced);
    asyri_free(pool->name);
    asyri_sleepers_destroy(&pool->sleepers);
    asyri_result_owner_destroy(&pool->owner);
    asyri_mutex_destroy(&pool->lock);
    asyri_free(pool);
}

static void drop_entries(asyr_pool *pool)
{
    void *entry;
    for (int32_t i = 0; i < pool->place_count; i++) {
        asyri_deque *deque =
            atomic_load_explicit(&pool->places[i].deque, memory_order_acquire);
        while (deque && (entry = asyri_deque_steal(deque)))
            asyri_entry_drop(entry);
    }
    for (uint32_t i = 0; i < pool->shard_count; i++)
        while (asyri_shard_take(&pool->shards[i], &entry, 1, 1))
            asyri_entry_drop(entry);
    for (asyri_list *node; (node = asyri_list_take_first(&pool->spilled));)
        asyri_entry_drop(
            ASYRI_OBJECT(node, struct asyri_job_rare, waiting)->spilled);
}

static void close_heaps(asyr_pool *pool)
{
    asyri_heap_set_init(&pool->heaps, pool_free, pool);
    for (uint32_t i = 0; i < pool->shard_count; i++) {
        asyri_shard *shard = &pool->shards[i];
        struct asyri_grant grants[ASYRI_RECIPES];
        asyri_shard_lock(shard);
        asyri_recipe_cache_empty(&shard->recipes, grants);
        shard->closed = true;
        asyri_heap_close(&shard->cells, &pool->heaps);
        asyri_heap_close(&shard->rares, &pool->heaps);
        asyri_shard_unlock(shard);
        for (int j = 0; j < ASYRI_RECIPES; j++)
            asyri_recipe_give(grants[j].recipe, grants[j].left);
    }
    asyri_heap_set_seal(&pool->heaps);
}

/* No handle, worker, guest or strand is left; results may be. */
static void let_go(asyr_pool *pool)
{
    asyri_pool_terminate(pool); /* a task that nobody was there to run */
    drop_entries(pool);
    if (pool->shards)
        close_heaps(pool);
    else
        pool_free(pool);
}

static asyr_pool *pool_allocate(void)
{
    asyr_pool *pool = asyri_alloc_zeroed(1, sizeof *pool);
    if (!pool)
        return NULL;
    asyri_refcount_init(&pool->handles);
    asyri_refcount_init(&pool->refs);
    asyri_result_owner_init(&pool->owner, &asyri_pool_result_ops);
    pool->generation = pool->owner.generation;
    asyri_mutex_init(&pool->lock);
    asyri_list_init(&pool->spilled);
    asyri_list_init(&pool->strands);
    asyri_list_init(&pool->iterators);
    asyri_waitlist_init(&pool->space);
    asyri_waitlist_init(&pool->wanted);
    asyri_waitlist_init(&pool->ended);
    return pool;
}

/* A lone worker shows in which order it finds its tasks: one ring keeps that of the
 * submits, where a thread that finds a lock held would go to another. */
static uint32_t choose_shard_count(int64_t workers, int64_t cpus)
{
    uint32_t count = FEWEST_SHARDS;
    if (workers == 1)
        return 1;
    while (count < MOST_SHARDS && count < 2 * cpus)
        count *= 2;
    return count;
}

static bool make_shards(asyr_pool *pool, int64_t cpus)
{
    uint32_t count = choose_shard_count(pool->nominal, cpus);
    pool->shards = asyri_alloc_zeroed(count, sizeof *pool->shards);
    if (!pool->shards)
        return false;
    pool->shard_count = count;
    for (uint32_t i = 0; i < count; i++)
        asyri_shard_init(&pool->shards[i], sizeof(asyri_job),
                         (sizeof(struct asyri_job_rare) + 63) / 64 * 64);
    return true;
}

/* For the workers asked for, the spares, and those that hand over just now. */
static bool make_places(asyr_pool *pool)
{
    int64_t spares = pool->spares < MOST_SPARES ? pool->spares : MOST_SPARES;
    int64_t count = pool->nominal + spares + MORE_PLACES;
    if (count > INT32_MAX)
        return false;
    pool->places = asyri_alloc_zeroed((size_t)count, sizeof *pool->places);
    pool->place_count = pool->places ? (int32_t)count : 0;
    return pool->places;
}

static asyr_status configure(asyr_pool *pool, const asyr_pool_options *options,
                             asyr_error **error)
{
    int64_t cpus = asyri_cpu_count();
    pool->nominal = options->workers ? options->workers : cpus;
    pool->source = options->source;
    pool->initializer = asyri_function_ref(options->initializer);
    pool->initializer_arguments = asyri_value_ref(options->arguments);
    pool->max_tasks = options->max_tasks;
    pool->limit = options->limit;
    pool->policy = options->policy;
    pool->spares = options->spares;
    pool->helping = options->helping;
    pool->hook = asyri_closure_ref(options->hook);
    pool->queue = asyri_queue_ref(options->queue);
    pool->owns_queue = !options->queue;
    pool->name = asyri_strdup(options->name ? options->name : "asyncresult");
    asyri_sleepers_init(&pool->sleepers, cpus > 4 ? (int)(cpus / 4) : 1);
    if (!pool->name || !make_shards(pool, cpus) || !make_places(pool))
        return asyri_fail_memory(error);
    asyr_status status = ASYR_OK;
    if (pool->owns_queue)
        status = asyri_queue_new(0, &pool->queue, error);
    pool->owner.queue = pool->queue;
    return status;
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
        let_go(pool);
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

asyr_status asyri_pool_check_open(asyr_pool *pool, asyr_error **error)
{
    switch (asyri_pool_state(pool)) {
    case ASYR_POOL_OPEN:
        return ASYR_OK;
    case ASYR_POOL_TERMINATED:
    case ASYR_POOL_BROKEN:
        return asyri_fail_with(error, asyri_error_ref(pool->forced));
    default:
        return asyri_fail(error, ASYR_E_POOL_CLOSED,
                          "the pool is closed and takes no new work");
    }
}

static bool has_guests(const asyr_pool *pool)
{
    return atomic_load_explicit(&((asyr_pool *)pool)->guests, memory_order_seq_cst);
}

/* The guests come last, see asyri_pool_enter_guest(). */
static bool is_drained_locked(const asyr_pool *pool)
{
    return !asyri_pool_expects_tasks(pool) && pool->workers == 0 &&
           pool->held == 0 && !asyri_pool_has_work(pool) && !has_guests(pool);
}

static bool has_ended_locked(void *arg)
{
    asyr_pool *pool = arg;
    return is_drained_locked(pool) && !pool->dispatching;
}

/* To the shards; without memory for a place a lean job, which is none, fails. */
static void move_on(asyr_pool *pool, void *entry)
{
    asyri_job *job = asyri_entry_job(entry);
    if (asyri_entry_is_dead(entry)) {
        asyri_entry_drop(entry);
    } else if (job->result.rare) {
        asyri_pool_offer(pool, entry);
    } else if (!asyri_pool_offer_lean(pool, entry) && asyri_entry_claim(entry)) {
        asyri_pool_begin_tasks(pool, 1);
        asyri_job_drop(job, asyri_error_memory());
    }
}

/* What thieves left behind: nobody is there to meet the entries of what was run or
 * cancelled elsewhere.  Those of jobs that may be run go on to the shards. */
static void purge_deques(asyr_pool *pool)
{
    void *entry;
    for (int32_t i = 0; i < pool->place_count; i++) {
        asyri_deque *deque =
            atomic_load_explicit(&pool->places[i].deque, memory_order_acquire);
        while (deque && (entry = asyri_deque_steal(deque)))
            move_on(pool, entry);
    }
}

/* Take out one of the spilled entries that stand for nothing. */
static void *take_dead_spilled(asyr_pool *pool)
{
    void *dead = NULL;
    asyri_mutex_lock(&pool->lock);
    asyri_list *node = pool->spilled.next;
    for (; node != &pool->spilled && !dead; node = node->next) {
        void *entry = ASYRI_OBJECT(node, struct asyri_job_rare, waiting)->spilled;
        dead = asyri_entry_is_dead(entry) ? entry : NULL;
    }
    if (dead)
        asyri_list_remove(&asyri_job_rare(asyri_entry_job(dead))->waiting);
    if (asyri_list_is_empty(&pool->spilled))
        atomic_store_explicit(&pool->has_spilled, false, memory_order_relaxed);
    asyri_mutex_unlock(&pool->lock);
    return dead;
}

static void purge(asyr_pool *pool)
{
    purge_deques(pool);
    for (void *dead; (dead = take_dead_spilled(pool));)
        asyri_entry_drop(dead);
    for (uint32_t i = 0; i < pool->shard_count; i++) {
        asyri_shard *shard = &pool->shards[i];
        for (void *dead = pool; dead;) {
            asyri_shard_lock(shard);
            dead = asyri_shard_take_dead(shard, asyri_entry_is_dead);
            asyri_shard_unlock(shard);
            if (dead)
                asyri_entry_drop(dead);
        }
    }
}

static bool has_lost_its_workers(asyr_pool *pool)
{
    asyri_mutex_lock(&pool->lock);
    bool has = pool->workers == 0 && !has_guests(pool);
    asyri_mutex_unlock(&pool->lock);
    return has && atomic_load_explicit(&pool->sealed, memory_order_seq_cst);
}

void asyri_pool_check_end(asyr_pool *pool)
{
    if (!has_lost_its_workers(pool))
        return;
    purge(pool);
    asyri_mutex_lock(&pool->lock);
    if (is_drained_locked(pool)) {
        if (pool->owns_queue && pool->queue)
            asyri_queue_end(pool->queue);
        asyri_waitlist_wake_all(&pool->ended);
        asyri_waitlist_wake_all(&pool->wanted);
    }
    asyri_mutex_unlock(&pool->lock);
}

/* Take each shard's lock once, with a look at what lives in it. */
static void pass_shards(asyr_pool *pool, void (*visit)(void *cell, void *arg),
                        void *arg)
{
    for (uint32_t i = 0; i < pool->shard_count; i++) {
        asyri_shard *shard = &pool->shards[i];
        asyri_shard_lock(shard);
        if (visit && !shard->closed)
            asyri_heap_each(&shard->cells, visit, arg);
        asyri_shard_unlock(shard);
    }
}

/* Nobody can submit any more: everybody looks again. */
static void seal(asyr_pool *pool)
{
    atomic_store_explicit(&pool->sealed, true, memory_order_seq_cst);
    asyri_sleepers_wake_all(&pool->sleepers);
    asyri_mutex_lock(&pool->lock);
    asyri_waitlist_wake_all(&pool->space);
    asyri_strands_look_again_locked(pool);
    asyri_mutex_unlock(&pool->lock);
    asyri_pool_check_end(pool);
}

/* Whether it was this call that changed the state; `forced` is owned by the callee. */
static bool enter_state(asyr_pool *pool, int32_t state, asyr_error *forced)
{
    asyri_mutex_lock(&pool->lock);
    int32_t before = asyri_pool_state(pool);
    bool entered = before == ASYR_POOL_OPEN ||
                   (before == ASYR_POOL_CLOSED && state != ASYR_POOL_CLOSED);
    if (entered) {
        pool->forced = forced;
        atomic_store_explicit(&pool->state, state, memory_order_seq_cst);
    }
    asyri_mutex_unlock(&pool->lock);
    if (!entered)
        asyri_error_unref(forced);
    return entered;
}

/*
 * Lazy maps that were accepted before may still read their input.  Whoever seals has
 * passed the shards: a submit may have seen the pool open until just now.
 */
static void seal_if_closed(asyr_pool *pool)
{
    asyri_mutex_lock(&pool->lock);
    bool seals = asyri_pool_state(pool) == ASYR_POOL_CLOSED && pool->unread == 0;
    asyri_mutex_unlock(&pool->lock);
    if (!seals)
        return;
    pass_shards(pool, NULL, NULL);
    seal(pool);
}

void asyri_pool_close(asyr_pool *pool)
{
    enter_state(pool, ASYR_POOL_CLOSED, NULL);
    seal_if_closed(pool);
}

asyr_status asyri_pool_add_iterator(asyr_pool *pool, asyr_iterator *iterator,
                                    asyr_error **error)
{
    asyri_mutex_lock(&pool->lock);
    asyr_status status = asyri_pool_check_open(pool, error);
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
    asyri_mutex_unlock(&pool->lock);
    seal_if_closed(pool);
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

enum { DOOMED_AT_ONCE = 64 };

/* Jobs that were ended by force and are still to be delivered. */
struct doomed {
    asyri_job *lean; /* those that had not been claimed, by their runner */
    asyri_job *full; /* by their next_doomed */
    asyri_job *running[DOOMED_AT_ONCE];
    int count;
    bool again; /* there are more that run */
};

static void doom(void *cell, void *arg)
{
    asyri_job *job = cell;
    struct doomed *doomed = arg;
    struct asyri_job_rare *rare;
    bool claimed;
    if (doomed->count == DOOMED_AT_ONCE) {
        doomed->again = true;
        return;
    }
    if (!asyri_result_force(&job->result, &claimed))
        return;
    rare = asyri_job_rare(job); /* not before: the cell may be on its way out */
    if (rare) {
        rare->was_claimed = claimed;
        rare->next_doomed = doomed->full;
        doomed->full = job;
    } else if (claimed) {
        asyri_job_set_runner(job, (uintptr_t)doomed->lean);
        doomed->lean = job;
    } else {
        doomed->running[doomed->count++] = job;
    }
}

static void deliver_doomed(struct doomed *doomed)
{
    for (asyri_job *job = doomed->full; job;) {
        asyri_job *next = asyri_job_rare(job)->next_doomed;
        asyri_job_end_forced(job, asyri_job_rare(job)->was_claimed);
        job = next;
    }
    for (asyri_job *job = doomed->lean; job;) {
        asyri_job *next =
            (asyri_job *)atomic_load_explicit(&job->runner, memory_order_relaxed);
        asyri_job_end_forced(job, true);
        job = next;
    }
    for (int i = 0; i < doomed->count; i++)
        asyri_job_end_forced(doomed->running[i], false);
}

/* From the change of the state on, workers run nothing that they find. */
static void end_by_force(asyr_pool *pool, int32_t state, asyr_error *failure)
{
    struct doomed doomed;
    if (!enter_state(pool, state, failure))
        return;
    do {
        doomed = (struct doomed){0};
        pass_shards(pool, doom, &doomed);
        end_iterators(pool, pool->forced);
        deliver_doomed(&doomed);
    } while (doomed.again);
    seal(pool);
}

void asyri_pool_terminate(asyr_pool *pool)
{
    end_by_force(
        pool, ASYR_POOL_TERMINATED,
        asyri_error_new(ASYR_E_TERMINATED, NULL, "the pool was terminated"));
}

void asyri_pool_break(asyr_pool *pool, asyr_error *cause)
{
    end_by_force(pool, ASYR_POOL_BROKEN,
                 asyri_error_because(cause, ASYR_E_BROKEN,
                                     "the pool cannot run tasks: %s",
                                     asyri_error_message(cause)));
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

/* The workers find the lock held, so none runs anything before all have started. */
static int start_workers(asyr_pool *pool)
{
    int failed = 0;
    bool owns = pool->source == ASYR_WORKERS_OWN;
    asyri_mutex_lock(&pool->lock);
    if (!owns)
        asyri_worker_balance_locked(
            pool); /* submits are to ask for one to be lent */
    for (int64_t i = 0; owns && i < pool->nominal && !failed; i++)
        failed = asyri_worker_start_locked(pool);
    if (failed) {
        pool->forced = asyri_error_memory();
        atomic_store_explicit(&pool->state, ASYR_POOL_TERMINATED,
                              memory_order_seq_cst);
    }
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
        seal(created);
        asyri_pool_join(created, ASYR_FOREVER, NULL, NULL);
        asyri_pool_unref(created);
        return status;
    }
    *pool = created;
    return ASYR_OK;
}
