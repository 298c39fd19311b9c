/*
 * Chains: jobs that wait for other results, of any pools.
 *
 * A job that waits is in no queue.  It ends with what it waits for, or, when it has a
 * function to run, has its turn then and goes on as any other.
 */
#ifndef ASYRI_POOL_CHAIN_H
#define ASYRI_POOL_CHAIN_H

#include "pool.h"

enum asyri_chain_kind {
    ASYRI_CHAIN_THEN,   /* run with the value; an error goes through */
    ASYRI_CHAIN_RESCUE, /* run with the error; a value goes through */
    ASYRI_CHAIN_ALL,    /* the values of all */
    ASYRI_CHAIN_ANY     /* the first value */
};

/* From one result to the job that waits for it. */
struct asyri_link {
    struct asyri_observer observer;
    struct asyri_link *next; /* to be worked on by the same thread */
    struct asyri_chain *chain;
    asyr_result *source;    /* counted */
    asyr_value *number;     /* for a value that is no object yet; NULL once used */
    asyr_value *wrapped;    /* for an error as a value; NULL if there is no need */
    union asyri_outcome is; /* of the source, once it is ready; owned */
    uint32_t kind;
};

/* All that ending needs is made with it, so that nothing is allocated then. */
struct asyri_chain {
    asyr_pool *pool; /* counted */
    asyri_job *job;  /* as long as it has its hold as an entry's */
    enum asyri_chain_kind kind;
    int32_t policy;        /* enum asyr_error_policy */
    asyr_value *list;      /* arguments, values or errors */
    asyr_error *failure;   /* of any of them; then owned by the outcome */
    _Atomic int64_t first; /* the place of the first error to arrive, of all; of the
                              first value, of any; or -1 */
    _Atomic int64_t left;  /* that are not ready */
    _Atomic int64_t unworked; /* links that a thread may still work on */
    int64_t count;
    struct asyri_link links[];
};

/* `pool` may be NULL for that of the result. */
asyr_status asyri_chain_call(enum asyri_chain_kind kind, asyr_result *source,
                             asyr_pool *pool, asyr_function *function,
                             const asyr_task_options *options, asyr_result **next,
                             asyr_error **error);
/* `pool` may be NULL for that of the first. */
asyr_status asyri_chain_gather(enum asyri_chain_kind kind,
                               asyr_result *const *results, int64_t count,
                               asyr_pool *pool, const asyr_task_options *options,
                               asyr_result **result, asyr_error **error);

/* Whether its turn has not come, so that it must not be run; false for good after. */
static inline bool asyri_job_awaits(const asyri_job *job)
{
    const struct asyri_job_rare *rare = asyri_job_rare(job);
    return rare && rare->is_chained &&
           atomic_load_explicit(&((struct asyri_job_rare *)rare)->awaits,
                                memory_order_acquire);
}

/* The same for who has claimed it, whom the answer stays true for. */
bool asyri_chain_is_dropped_early(asyri_job *job);
/* With the shard's lock held: the pool stays until it has ended its wait. */
void asyri_chain_begin_wait(struct asyri_chain *chain, asyri_job *job);
/* It has ended without a turn. */
void asyri_chain_end_wait(asyri_job *job);

/* The last to work on a link gives the chain's hold back, and frees it. */
void asyri_chain_leave(struct asyri_chain *chain);
/* The job is queued with the argument (owned), unless somebody has claimed it. */
void asyri_chain_take_turn(struct asyri_chain *chain, asyr_value *argument);

/* chain_work.c: of each link's observer. */
void asyri_chain_source_is_ready(struct asyri_observer *observer,
                                 asyr_result *source);
/* It has no sources. */
void asyri_chain_end_empty(struct asyri_chain *chain);

/* chain_sources.c: note one more that a sleep waits for; false without memory. */
bool asyri_sleep_note(struct asyri_sleep *sleep, asyr_result *result);
/*
 * Note what `first` (may be NULL) and all that was noted wait for, and what that waits
 * for, as far as there is memory.  Those without which none of it can end come first,
 * `sleep->strict_count` of them.
 */
void asyri_sleep_note_sources(asyr_result *first, struct asyri_sleep *sleep);

#endif
