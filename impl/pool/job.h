/*
 * Jobs: a result together with the work that it stands for.
 *
 * A call is a job of one task; a map is a job of one task per chunk.
 */
#ifndef ASYRI_POOL_JOB_H
#define ASYRI_POOL_JOB_H

#include "../core/result.h"
#include "options.h"

enum asyri_job_kind { ASYRI_JOB_APPLY, ASYRI_JOB_MAP, ASYRI_JOB_STARMAP };

enum asyri_task_state {
    ASYRI_TASK_QUEUED,
    ASYRI_TASK_RUNNING,
    ASYRI_TASK_ENDED /* or dropped */
};

typedef struct asyri_job asyri_job;

struct asyr_task {
    /* under the pool's lock: */
    asyri_list link;    /* in the pool's queue, or in its strand's */
    asyri_list running; /* in the pool's list of running tasks */
    enum asyri_task_state state;
    uintptr_t runner;  /* the thread that runs it */
    bool heads_strand; /* it is the one task of its strand that may begin */
    /* immutable: */
    asyri_job *job; /* NULL for an initializer's */
    asyr_function *function;
    int64_t end; /* the items from `next` up to here */
    /* of the runner: */
    int64_t next;
    asyr_value *item; /* counted: what `arguments` points into, or NULL */
    asyr_value *const *arguments;
    int64_t argument_count;
    asyr_value *answer;       /* owned */
    asyr_error *answer_error; /* owned */
};

struct asyri_job {
    asyr_result result; /* first: a result is its job */
    asyr_pool *pool;    /* counted */
    enum asyri_job_kind kind;
    int32_t policy;      /* enum asyr_error_policy */
    asyr_strand *strand; /* counted; may be NULL */
    int64_t chunk_size;
    int64_t task_count;
    /* until the last task has ended: */
    asyr_function *function;
    asyr_value *input;  /* arguments, or the items */
    asyr_value *output; /* of a map: a list or an array; each item has a place */
    /* under the pool's lock: */
    asyri_list link; /* in the pool's list of unfinished jobs */
    int64_t tasks_left;
    int64_t claim_from;  /* no task before this one can be claimed by a waiter */
    asyr_error *failure; /* the error so far, by the policy */
    int64_t failure_index;
    /* of the thread that ends its pool by force: */
    asyri_job *next_doomed;
    bool doomed_last; /* that dropped the last of its tasks */
    asyr_task tasks[];
};

static inline asyri_job *asyri_job_of(asyr_result *result)
{
    return (asyri_job *)result;
}

/*
 * Make a job with two references: the caller's, and that of its tasks.  The result's
 * queue has been promised what it needs.
 */
asyr_status asyri_job_new(asyr_pool *pool, enum asyri_job_kind kind,
                          asyr_function *function, asyr_value *input,
                          const asyr_task_options *options, asyri_job **job,
                          asyr_error **error);
/* Free a job that nobody saw. */
void asyri_job_discard(asyri_job *job);

/* Whether an item's error takes the place of its value, and the next item runs. */
static inline bool asyri_job_keeps_errors(const asyri_job *job)
{
    return job->kind != ASYRI_JOB_APPLY &&
           (job->policy == ASYR_ERRORS_COLLECT || job->policy == ASYRI_ERRORS_KEEP);
}

/* Under the lock: an item failed.  The error is owned by the callee; the one that
 * is not kept, or NULL, is the caller's to release without the lock. */
asyr_error *asyri_job_fail_locked(asyri_job *job, int64_t index,
                                  asyr_error *failure);
/* Under the lock: what the result becomes when no task is left. */
void asyri_job_settle_locked(asyri_job *job);

#endif
