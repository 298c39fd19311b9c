/* Strands inside the library. */
#ifndef ASYRI_POOL_STRAND_H
#define ASYRI_POOL_STRAND_H

#include <asyncresult/strand.h>

#include "pool.h"

struct asyr_strand {
    asyri_refcount refs;
    uint32_t generation;
    asyr_pool *pool; /* counted */
    int32_t kind;    /* enum asyr_strand_kind */
    /* under the pool's lock: */
    asyri_list waiting;  /* behind the job that may begin, or runs */
    asyri_job *active;   /* that job, or NULL */
    asyri_list link;     /* pinned: in the pool's list */
    void *head;          /* pinned: the entry that may be run */
    bool released;       /* pinned: no more tasks will come */
    asyri_waitlist wake; /* pinned: its thread */
};

asyr_status asyri_strand_new(asyr_pool *pool, int32_t kind, asyr_strand **strand,
                             asyr_error **error);
asyr_strand *asyri_strand_ref(asyr_strand *strand);
void asyri_strand_unref(asyr_strand *strand);

/*
 * Queue a job in its strand, with its shard's lock held.  True if it may begin at once:
 * the caller then puts its entry into the shard's ring.
 */
bool asyri_strand_push(asyri_job *job);
/* The same with the pool's lock alone; the caller offers it. */
bool asyri_strand_push_locked(asyri_job *job);
/* Have the pinned ones look whether they are still needed. */
void asyri_strands_look_again_locked(asyr_pool *pool);
/* The job has begun. */
void asyri_strand_begin(asyri_job *job);
/* It will never begin, and was claimed by this thread. */
void asyri_strand_drop(asyri_job *job);
/* It has ended: the next one can begin. */
void asyri_strand_advance(asyri_job *job);
/* A map's participant has left early: another one goes on with it. */
void asyri_strand_resume(asyri_job *job);
/* Whether the thread runs what comes before the job in its strand, or it; a hint. */
bool asyri_strand_is_run_by(asyr_strand *strand, uintptr_t thread);

#endif
