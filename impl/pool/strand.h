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
    asyri_task_queue waiting; /* behind the task that may begin, or runs */
    bool active;              /* there is such a task */
    asyri_list link;          /* pinned: in the pool's list */
    asyr_task *head;          /* pinned: the task that may begin */
    bool released;            /* pinned: no more tasks will come */
    asyri_waitlist wake;      /* pinned: its thread */
};

asyr_status asyri_strand_new(asyr_pool *pool, int32_t kind, asyr_strand **strand,
                             asyr_error **error);
asyr_strand *asyri_strand_ref(asyr_strand *strand);
void asyri_strand_unref(asyr_strand *strand);

/* Queue a task in its strand, which may make it one that can begin. */
void asyri_strand_push_locked(asyr_strand *strand, asyr_task *task);
/* The task that could begin has ended or was dropped: the next one can. */
void asyri_strand_advance_locked(asyr_strand *strand);

#endif
