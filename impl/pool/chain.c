/*
 * Chains: see chain.h.
 *
 *   awaits --> has its turn: queued, claimed, run ...      (then, rescue)
 *     \-----> ends with an outcome that goes through, or that was gathered
 *      \----> is claimed by who cancels it or ends its pool
 *
 * Each source has an observer in a link.  Whoever makes a source ready keeps what became
 * of it, and works on the link when he works on no other: a chain of ten thousand
 * results whose first one fails is a loop, no recursion.
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
#include "../platform/thread_local.h"
#include "strand.h"

/* The links that this thread is to work on. */
struct work {
    bool busy;
    struct asyri_link *first;
    struct asyri_link *last;
};

static ASYRI_THREAD_LOCAL struct work here;

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

/* The last to work on a link gives the chain's hold back, and frees it. */
static void leave(struct asyri_chain *chain)
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

/* The job ends with the outcome (owned), unless somebody else ends it. */
static void end_with(struct asyri_chain *chain, union asyri_outcome outcome,
                     uint32_t kind)
{
    asyri_job *job = chain->job;
    if (!asyri_result_claim(&job->result)) {
        asyri_outcome_drop(outcome, kind);
        return;
    }
    asyri_job_end_full(job, outcome, kind);
    asyri_chain_end_wait(job);
}

static void end_with_error(struct asyri_chain *chain, asyr_error *error)
{
    end_with(chain, (union asyri_outcome){.error = error}, ASYRI_FAILED);
}

static void end_with_value(struct asyri_chain *chain, asyr_value *value)
{
    end_with(chain, (union asyri_outcome){.value = value}, 0);
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
static void take_turn(struct asyri_chain *chain, asyr_value *argument)
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

/* The outcome of a link as a value or an error; it is the caller's then. */
static union asyri_outcome take_outcome(struct asyri_link *link)
{
    union asyri_outcome outcome = link->is;
    link->is.value = NULL;
    return outcome;
}

static asyr_value *take_as_value(struct asyri_link *link)
{
    if (!(link->kind & ASYRI_FAILED))
        return take_outcome(link).value;
    asyr_value *wrapped = link->wrapped;
    link->wrapped = NULL;
    wrapped->depth = asyri_error_depth(link->is.error);
    wrapped->as.error = take_outcome(link).error;
    link->kind = 0;
    return wrapped;
}

static void pass_on(struct asyri_link *link)
{
    end_with(link->chain, take_outcome(link), link->kind);
    link->kind = 0;
}

static asyr_error *fail_depth(uint8_t depth)
{
    return asyri_error_format(ASYR_E_ARGUMENT,
                              "expected values nested at most %d deep, found %d",
                              ASYR_MAX_DEPTH, depth);
}

/* All are ready: the list, of which each thread that came has filled a place. */
static asyr_value *take_list(struct asyri_chain *chain)
{
    asyr_value *list = chain->list;
    uint8_t deepest = 0;
    for (int64_t i = 0; i < list->as.list.count; i++) {
        uint8_t depth = list->as.list.items[i]->depth;
        deepest = depth > deepest ? depth : deepest;
    }
    list->depth = (uint8_t)(deepest + 1);
    chain->list = NULL;
    return list;
}

static void end_with_list(struct asyri_chain *chain)
{
    asyr_value *list = take_list(chain);
    if (list->depth <= ASYR_MAX_DEPTH) {
        end_with_value(chain, list);
        return;
    }
    end_with_error(chain, fail_depth(list->depth));
    asyri_value_unref(list);
}

static int64_t place_of_failure(struct asyri_chain *chain)
{
    if (chain->policy != ASYR_ERRORS_LOWEST)
        return atomic_load_explicit(&chain->first, memory_order_acquire);
    int64_t place = 0;
    while (place < chain->count && !(chain->links[place].kind & ASYRI_FAILED))
        place++;
    return place < chain->count ? place : -1;
}

static void end_all(struct asyri_chain *chain)
{
    int64_t place = place_of_failure(chain);
    if (place < 0)
        end_with_list(chain);
    else
        end_with_error(chain, asyri_error_ref(chain->links[place].is.error));
}

/* In its place, but for an error that is not collected: that stays in its link. */
static void store(struct asyri_link *link)
{
    asyr_value **items = link->chain->list->as.list.items;
    items[link - link->chain->links] = take_as_value(link);
}

static void work_on_all(struct asyri_link *link, bool last)
{
    struct asyri_chain *chain = link->chain;
    if (last)
        end_all(chain);
    else if ((link->kind & ASYRI_FAILED) && chain->policy == ASYR_ERRORS_FAIL_FAST)
        end_with_error(chain, asyri_error_ref(link->is.error));
}

/* All have failed; an error that nests too deep goes without its value. */
static void end_without_any(struct asyri_chain *chain)
{
    asyr_value *list = take_list(chain);
    asyr_error *failure = chain->failure;
    chain->failure = NULL;
    asyri_error_set_value(failure, list, NULL);
    asyri_value_unref(list);
    end_with_error(chain, failure);
}

static void work_on_any(struct asyri_link *link, bool last)
{
    int64_t none = -1;
    struct asyri_chain *chain = link->chain;
    if (link->is.value) /* else its error is in the list */
        pass_on(link);
    else if (last &&
             atomic_load_explicit(&chain->first, memory_order_acquire) == none)
        end_without_any(chain);
}

static void work_on(struct asyri_link *link)
{
    struct asyri_chain *chain = link->chain;
    bool failed = link->kind & ASYRI_FAILED;
    bool last =
        atomic_fetch_sub_explicit(&chain->left, 1, memory_order_acq_rel) == 1;
    switch (chain->kind) {
    case ASYRI_CHAIN_THEN:
    case ASYRI_CHAIN_RESCUE:
        if (failed == (chain->kind == ASYRI_CHAIN_RESCUE))
            take_turn(chain, take_as_value(link));
        else
            pass_on(link);
        break;
    case ASYRI_CHAIN_ALL:
        work_on_all(link, last);
        break;
    case ASYRI_CHAIN_ANY:
        work_on_any(link, last);
        break;
    }
    leave(chain);
}

static void append(struct asyri_link *link)
{
    link->next = NULL;
    if (here.first)
        here.last->next = link;
    else
        here.first = link;
    here.last = link;
}

/* What works on one makes others ready, which come after it. */
static void work_in_turn(struct asyri_link *link)
{
    append(link);
    if (here.busy)
        return;
    here.busy = true;
    while (here.first) {
        struct asyri_link *first = here.first;
        here.first = first->next;
        work_on(first);
    }
    here.busy = false;
}

static asyr_value *take_number(struct asyri_link *link, uint32_t state,
                               union asyri_outcome outcome)
{
    asyr_value *value = link->number;
    link->number = NULL;
    value->type = state & ASYRI_INT64 ? ASYR_VALUE_INT64 : ASYR_VALUE_DOUBLE;
    if (state & ASYRI_INT64)
        value->as.int64 = outcome.int64;
    else
        value->as.number = outcome.number;
    return value;
}

/* Keep what became of the source. */
static void keep_outcome(struct asyri_link *link, asyr_result *source)
{
    uint32_t state = asyri_result_state(source);
    link->kind = state & ASYRI_FAILED;
    if (state & ASYRI_FAILED) {
        asyri_result_mark_error_read(source);
        link->is.error = asyri_error_ref(asyri_result_error(source));
    } else if (state & (ASYRI_INT64 | ASYRI_DOUBLE)) {
        link->is.value = take_number(link, state, source->outcome);
    } else if (source->outcome.value) {
        link->is.value = asyri_value_ref(source->outcome.value);
    } else {
        link->is.value = asyri_value_nil();
    }
}

/* What a gathering notes of each, before it counts it off. */
static void note(struct asyri_link *link)
{
    int64_t none = -1;
    struct asyri_chain *chain = link->chain;
    bool failed = link->kind & ASYRI_FAILED;
    bool is_all = chain->kind == ASYRI_CHAIN_ALL;
    if (failed == is_all && !(is_all && chain->policy == ASYR_ERRORS_COLLECT))
        atomic_compare_exchange_strong_explicit(
            &chain->first, &none, link - chain->links, memory_order_acq_rel,
            memory_order_relaxed);
    if (is_all ? !failed || chain->policy == ASYR_ERRORS_COLLECT : failed)
        store(link);
}

static void source_is_ready(struct asyri_observer *observer, asyr_result *source)
{
    struct asyri_link *link = ASYRI_OBJECT(observer, struct asyri_link, observer);
    keep_outcome(link, source);
    if (link->chain->kind == ASYRI_CHAIN_ALL || link->chain->kind == ASYRI_CHAIN_ANY)
        note(link);
    work_in_turn(link);
}

static bool make_link(struct asyri_chain *chain, asyr_result *source)
{
    struct asyri_link *link = &chain->links[chain->count++];
    bool wraps =
        chain->kind == ASYRI_CHAIN_RESCUE || chain->kind == ASYRI_CHAIN_ANY ||
        (chain->kind == ASYRI_CHAIN_ALL && chain->policy == ASYR_ERRORS_COLLECT);
    link->observer.ready = source_is_ready;
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
            source_is_ready(&link->observer, link->source);
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
    if (chain->count == 0 && chain->kind == ASYRI_CHAIN_ALL)
        end_all(chain);
    else if (chain->count == 0)
        end_without_any(chain);
    leave(chain);
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
