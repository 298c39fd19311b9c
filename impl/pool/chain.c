/*
 * Chains: see chain.h.
 *
 *   awaits --> has its turn: queued, claimed, run ...      (then, rescue)
 *     \-----> ends with an outcome that goes through, or that was gathered
 *      \----> is claimed by who cancels it or ends its pool
 *
 * Each source has an observer in a link, which chain_work.c works on once it is ready.
 *
 * Until all its links were worked on, the chain is there, and the job with it: it holds
 * the job as an entry of a queue does.  When the job has its turn that hold becomes the
 * entry's.  `rare->chain` is under the pool's lock, for those who look what the job waits
 * for, and is cleared before the chain is freed.
 *
 * Whether the job has its turn is decided under the pool's lock: not if it is claimed by
 * then.  So who has claimed it, and takes the lock, sees which it was, for good.  A job
 * that waits is held in its pool as those of strands are, so that a pool which is closed
 * runs it all the same; it counts in a queue with a limit from its turn on.
 *
 * Where a wait ends without a turn, any thread may claim; who wins settles.
 */
#include "chain.h"

#include "../base/alloc.h"
#include "../core/error.h"
#include "../core/value.h"
#include "strand.h"

static void drop_links(struct asyri_chain *chain)
{
    for (int64_t i = 0; i < chain->count; i++) {
        struct asyri_link *link = &chain->links[i];
        asyri_value_unref(link->number);
        asyri_value_unref(link->wrapped);
        asyri_outcome_drop(link->is, link->kind);
        asyri_result_unref(link->source);
    }
}

static void chain_free(struct asyri_chain *chain)
{
    drop_links(chain);
    asyri_value_unref(chain->list);
    asyri_error_unref(chain->failure);
    asyri_pool_unref(chain->pool);
    asyri_free(chain);
}

/* Nobody looks at the chain any more. */
static void detach_locked(struct asyri_chain *chain)
{
    asyri_job_rare(chain->job)->chain = NULL;
}

void asyri_chain_leave(struct asyri_chain *chain)
{
    if (atomic_fetch_sub_explicit(&chain->unworked, 1, memory_order_acq_rel) > 1)
        return;
    if (chain->job) {
        asyri_mutex_lock(&chain->pool->lock);
        detach_locked(chain);
        asyri_mutex_unlock(&chain->pool->lock);
        asyri_result_let_go(&chain->job->result, ASYRI_POPPED);
    }
    chain_free(chain);
}

void asyri_chain_begin_wait(struct asyri_chain *chain, asyri_job *job)
{
    asyr_pool *pool = chain->pool;
    chain->job = job;
    asyri_mutex_lock(&pool->lock);
    pool->held++;
    pool->awaiting++;
    asyri_mutex_unlock(&pool->lock);
}

/* One less is held back: if nothing more will come, the workers end. */
static void let_go_locked(asyr_pool *pool)
{
    pool->held--;
    pool->awaiting--;
    if (!atomic_load_explicit(&pool->sealed, memory_order_seq_cst))
        return;
    if (pool->held == 0)
        asyri_sleepers_wake_all(&pool->sleepers);
    if (pool->awaiting == 0)
        asyri_strands_look_again_locked(pool);
}

void asyri_chain_end_wait(asyri_job *job)
{
    asyr_pool *pool = asyri_job_pool(job);
    asyri_mutex_lock(&pool->lock);
    atomic_store_explicit(&asyri_job_rare(job)->awaits, false, memory_order_release);
    let_go_locked(pool);
    asyri_mutex_unlock(&pool->lock);
    asyri_pool_check_end(pool);
}

bool asyri_chain_is_dropped_early(asyri_job *job)
{
    asyr_pool *pool = asyri_job_pool(job);
    struct asyri_job_rare *rare = asyri_job_rare(job);
    if (!rare || !rare->is_chained)
        return false;
    asyri_mutex_lock(&pool->lock);
    bool awaits = asyri_job_awaits(job);
    asyri_mutex_unlock(&pool->lock);
    return awaits;
}

/* What is to be done with a job that has its turn. */
enum turn { TURN_NONE, TURN_OFFER, TURN_IN_STRAND };

/* Into its strand, where it has no entry while others are before it. */
static enum turn enter_strand_locked(asyri_job *job)
{
    atomic_fetch_or_explicit(&job->result.state, ASYRI_POPPED, memory_order_relaxed);
    bool begins = asyri_strand_push_locked(job);
    let_go_locked(asyri_job_pool(job));
    return begins ? TURN_OFFER : TURN_IN_STRAND;
}

static enum turn take_turn_locked(struct asyri_chain *chain)
{
    asyri_job *job = chain->job;
    struct asyri_job_rare *rare = asyri_job_rare(job);
    if (asyri_result_state(&job->result) & ASYRI_CLAIMED)
        return TURN_NONE;
    job->input = chain->list;
    chain->list = NULL;
    detach_locked(chain);
    chain->job = NULL;
    if (chain->pool->limit)
        chain->pool->queued++;
    enum turn turn = rare->strand ? enter_strand_locked(job) : TURN_OFFER;
    atomic_store_explicit(&rare->awaits, false, memory_order_release);
    return turn;
}

/* From its offer on, or in its strand, the job may be gone. */
void asyri_chain_take_turn(struct asyri_chain *chain, asyr_value *argument)
{
    asyr_pool *pool = chain->pool;
    asyri_job *job = chain->job;
    bool has_strand = asyri_job_strand(job);
    chain->list->as.list.items[0] = argument;
    chain->list->as.list.count = 1;
    asyri_mutex_lock(&pool->lock);
    enum turn turn = take_turn_locked(chain);
    asyri_mutex_unlock(&pool->lock);
    if (turn == TURN_OFFER)
        asyri_pool_offer(pool, asyri_entry_of(job));
    if (turn == TURN_NONE || has_strand)
        return;
    asyri_mutex_lock(&pool->lock);
    let_go_locked(pool);
    asyri_mutex_unlock(&pool->lock);
    asyri_pool_check_end(pool);
}

static bool make_link(struct asyri_chain *chain, asyr_result *source)
{
    struct asyri_link *link = &chain->links[chain->count++];
    bool wraps =
        chain->kind == ASYRI_CHAIN_RESCUE || chain->kind == ASYRI_CHAIN_ANY ||
        (chain->kind == ASYRI_CHAIN_ALL && chain->policy == ASYR_ERRORS_COLLECT);
    link->observer.ready = asyri_chain_source_is_ready;
    link->chain = chain;
    link->source = asyri_result_ref(source);
    link->number = asyri_value_new(ASYR_VALUE_INT64);
    if (wraps)
        link->wrapped = asyri_value_new(ASYR_VALUE_ERROR);
    return link->number && (link->wrapped || !wraps);
}

static bool make_list(struct asyri_chain *chain, int64_t count)
{
    bool is_gathering =
        chain->kind == ASYRI_CHAIN_ALL || chain->kind == ASYRI_CHAIN_ANY;
    chain->list = asyri_value_list(is_gathering ? count : 1);
    if (!chain->list || !is_gathering)
        return chain->list;
    for (int64_t i = 0; i < count; i++)
        chain->list->as.list.items[i] = asyri_value_nil();
    chain->list->as.list.count = count;
    return true;
}

/* True if it is no Memory error itself. */
static bool make_failure(struct asyri_chain *chain, int64_t count)
{
    if (chain->kind != ASYRI_CHAIN_ANY)
        return true;
    chain->failure = asyri_error_format(
        ASYR_E_TASK, "none of %lld results has a value", (long long)count);
    return asyri_error_code(chain->failure) == ASYR_E_TASK;
}

static struct asyri_chain *chain_new(enum asyri_chain_kind kind,
                                     asyr_result *const *sources, int64_t count,
                                     asyr_pool *pool,
                                     const asyr_task_options *options)
{
    size_t most =
        (SIZE_MAX / 2 - sizeof(struct asyri_chain)) / sizeof(struct asyri_link);
    if ((uint64_t)count > most)
        return NULL;
    struct asyri_chain *chain =
        asyri_alloc_zeroed(1, sizeof *chain + (size_t)count * sizeof *chain->links);
    if (!chain)
        return NULL;
    chain->pool = asyri_pool_ref(pool);
    chain->kind = kind;
    chain->policy = options->error_policy;
    atomic_init(&chain->first, -1);
    atomic_init(&chain->left, count);
    atomic_init(&chain->unworked, count + 1);
    bool made = make_list(chain, count) && make_failure(chain, count);
    for (int64_t i = 0; made && i < count; i++)
        made = make_link(chain, sources[i]);
    if (made)
        return chain;
    chain_free(chain);
    return NULL;
}

/* From here on nothing fails; a source that is ready is worked on at once. */
static void observe_sources(struct asyri_chain *chain)
{
    for (int64_t i = 0; i < chain->count; i++) {
        struct asyri_link *link = &chain->links[i];
        if (!asyri_result_observe(link->source, &link->observer))
            asyri_chain_source_is_ready(&link->observer, link->source);
    }
}

static asyr_status start(struct asyri_chain *chain, asyr_function *function,
                         const asyr_task_options *options, asyr_result **result,
                         asyr_error **error)
{
    asyr_status status = asyri_pool_submit_apart(
        chain->pool, ASYRI_JOB_CHAINED, function, chain, options, result, error);
    if (status != ASYR_OK) {
        chain_free(chain);
        return status;
    }
    observe_sources(chain);
    if (chain->count == 0)
        asyri_chain_end_empty(chain);
    asyri_chain_leave(chain);
    return ASYR_OK;
}

asyr_status asyri_chain_call(enum asyri_chain_kind kind, asyr_result *source,
                             asyr_pool *pool, asyr_function *function,
                             const asyr_task_options *options, asyr_result **next,
                             asyr_error **error)
{
    asyr_pool *its = pool ? pool : asyri_job_pool(asyri_job_of(source));
    asyr_status status = asyri_pool_check_open(its, error);
    if (status != ASYR_OK)
        return status;
    struct asyri_chain *chain = chain_new(kind, &source, 1, its, options);
    if (!chain)
        return asyri_fail_memory(error);
    return start(chain, function, options, next, error);
}

asyr_status asyri_chain_gather(enum asyri_chain_kind kind,
                               asyr_result *const *results, int64_t count,
                               asyr_pool *pool, const asyr_task_options *options,
                               asyr_result **result, asyr_error **error)
{
    asyr_pool *its = pool ? pool : asyri_job_pool(asyri_job_of(results[0]));
    if (options->strand)
        return asyri_fail(
            error, ASYR_E_ARGUMENT,
            "expected options without a strand, for nothing of it runs "
            "in the pool");
    asyr_status status = asyri_pool_check_open(its, error);
    if (status != ASYR_OK)
        return status;
    struct asyri_chain *chain = chain_new(kind, results, count, its, options);
    if (!chain)
        return asyri_fail_memory(error);
    return start(chain, NULL, options, result, error);
}
