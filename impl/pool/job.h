/*
 * Jobs: a result together with the work that it stands for.
 *
 * A job is one cell of a shard's heap: the state, the outcome, and what a call needs.
 * What few jobs have (callbacks, a queue or a strand of their own, a map's items) is in
 * its rare part.  A job with a rare part is *full*.
 */
#ifndef ASYRI_POOL_JOB_H
#define ASYRI_POOL_JOB_H

#include "../core/result.h"
#include "map.h"
#include "options.h"
#include "recipe.h"

enum asyri_job_kind {
    ASYRI_JOB_APPLY,
    ASYRI_JOB_MAP,
    ASYRI_JOB_STARMAP,
    ASYRI_JOB_RANGE,
    ASYRI_JOB_PROMISE, /* completed by hand: it is claimed, and in no queue */
    ASYRI_JOB_CHAINED  /* waits for other results, in no queue until its turn */
};

typedef struct asyri_job {
    asyr_result result;          /* first: a result is its job */
    struct asyri_recipe *recipe; /* one reference, until the work is let go */
    asyr_value *input;           /* counted, likewise; arguments, or the items */
    _Atomic uintptr_t runner;    /* the thread that runs it, or 0; a hint; while it
                                     is being ended by force, the next one */
} asyri_job;

_Static_assert(sizeof(asyri_job) <= 64 || sizeof(void *) != 8,
               "a job is one line of the cache");

struct asyri_job_rare {
    _Atomic uint32_t live; /* as the heap demands: not 0 */
    _Atomic int32_t holds; /* of the work: its delivery, those who run it, entries */
    struct asyri_result_rare common;
    /* immutable: */
    uint8_t kind;   /* enum asyri_job_kind */
    uint8_t policy; /* enum asyr_error_policy */
    bool is_chained;
    /* under the pool's lock: */
    atomic_bool awaits; /* of a chain: its turn has not come; read without */
    bool heads_strand;  /* it is the one task of its strand that may begin */
    /* of the thread that ends its pool by force: */
    bool was_claimed;
    asyri_job *next_doomed;
    /* immutable: */
    asyr_strand *strand; /* counted; may be NULL */
    asyri_map *map;      /* owned; NULL for an apply */
    asyri_job *job;
    /* under the pool's lock: */
    union {
        struct asyri_chain *chain;  /* of what is chained, while it is there */
        asyri_closure *cancel_hook; /* of a promise: called by a cancel, once */
    };
    asyri_list waiting; /* behind others in its strand, or among the spilled */
    void *spilled;      /* the entry, if it is among those */
};

/* Every task with a callback has one: each line of it costs some time. */
_Static_assert(sizeof(struct asyri_job_rare) <= 192 || sizeof(void *) != 8,
               "the rare part of a job is three lines of the cache");

static inline asyri_job *asyri_job_of(asyr_result *result)
{
    return (asyri_job *)result;
}

static inline struct asyri_job_rare *asyri_job_rare(const asyri_job *job)
{
    struct asyri_result_rare *common = job->result.rare;
    return common ? ASYRI_OBJECT(common, struct asyri_job_rare, common) : NULL;
}

static inline asyri_map *asyri_job_map(const asyri_job *job)
{
    struct asyri_job_rare *rare = asyri_job_rare(job);
    return rare ? rare->map : NULL;
}

/* Whether an item's error takes the place of its value, and the next item runs. */
static inline bool asyri_job_keeps_errors(const asyri_job *job)
{
    int32_t policy = asyri_job_rare(job)->policy;
    return policy == ASYR_ERRORS_COLLECT || policy == ASYRI_ERRORS_KEEP;
}

static inline asyr_strand *asyri_job_strand(const asyri_job *job)
{
    struct asyri_job_rare *rare = asyri_job_rare(job);
    return rare ? rare->strand : NULL;
}

asyr_pool *asyri_job_pool(const asyri_job *job);
/* Whose heap it is in. */
struct asyri_shard *asyri_shard_of(const asyri_job *job);

/* How many tasks it counts as in a queue with a limit. */
int64_t asyri_job_task_count(const asyri_job *job);

/*
 * The entries of queues: a job that may be claimed, or a ticket to a map, which
 * anybody may join who holds one.
 */
static inline void *asyri_entry_of(asyri_job *job)
{
    return job;
}

static inline void *asyri_entry_ticket(asyri_job *job)
{
    return (char *)job + 1;
}

static inline bool asyri_entry_is_ticket(const void *entry)
{
    return (uintptr_t)entry & 1;
}

static inline asyri_job *asyri_entry_job(void *entry)
{
    return (asyri_job *)(void *)((char *)entry - ((uintptr_t)entry & 1));
}

/* An entry was taken out of a queue: claim its job.  NULL if somebody else has; the
 * job may be gone then. */
asyri_job *asyri_entry_claim(void *entry);
/* Whether an entry stands for nothing that could be run. */
bool asyri_entry_is_dead(void *entry);
/* An entry was taken out of a queue that nobody will run; likewise. */
void asyri_entry_drop(void *entry);

/* Who runs it is known from now on to those who look for circles. */
static inline void asyri_job_set_runner(asyri_job *job, uintptr_t thread)
{
    atomic_store_explicit(&job->runner, thread, memory_order_relaxed);
}

/* Hold a full job's work, for who has a reference; false if it is over. */
bool asyri_job_try_hold(asyri_job *job);
/* Let so many holds of a full job's work go; the last ones release it. */
void asyri_job_release(asyri_job *job, int32_t holds);
/*
 * A claimed job that is no map has ended: settle, deliver, release.  Its entry, if it
 * has one, is somebody else's.  The outcome is owned by the callee.
 */
void asyri_job_end(asyri_job *job, union asyri_outcome outcome, uint32_t kind,
                   struct asyri_spent *spent);
/* The same for a full job; false if it had been settled before. */
bool asyri_job_end_full(asyri_job *job, union asyri_outcome outcome, uint32_t kind);
/* All units of a map have ended: decide its outcome, and deliver it. */
void asyri_job_end_map(asyri_job *job);
/* A participant leaves early: let another one come, who has a hold of the work. */
void asyri_job_offer_rest(asyri_job *job);
/* A job that was claimed will not run, for its pool was ended by force. */
void asyri_job_end_claimed_by_force(asyri_job *job);
/* After asyri_result_force(): deliver, and release what was claimed. */
void asyri_job_end_forced(asyri_job *job, bool claimed);
/* A job that was claimed will not run, but end with the error (owned). */
void asyri_job_drop(asyri_job *job, asyr_error *error);

/* Of asyri_result_ops. */
void asyri_job_destroy(asyr_result *result);
void asyri_job_delivered(asyr_result *result);

#endif
