/* What submits of one task and of many have in common. */
#ifndef ASYRI_POOL_SUBMIT_H
#define ASYRI_POOL_SUBMIT_H

#include "../core/value.h"
#include "pool.h"
#include "range.h"

/* All that a submit is about. */
struct asyri_submit {
    asyr_pool *pool;
    enum asyri_job_kind kind;
    asyr_function *function;
    asyr_value *input;
    const asyr_task_options *options;
    bool is_detached; /* nobody wants the result */
    bool here;        /* it runs on this thread */
    const struct asyri_range *range;
    struct asyri_chain *chain; /* what it waits for; NULL for nothing */
    /* made before the shard is locked: */
    asyri_map *map;
    /* made under the shard's lock: */
    asyri_job *job;
    struct asyri_grant evicted;
    asyri_recipe *unused;
};

/* A part of work that was accepted before may also come to a closed pool. */
static inline bool asyri_submit_takes(const asyr_pool *pool,
                                      const asyr_task_options *options)
{
    int32_t state = asyri_pool_state(pool);
    return state == ASYR_POOL_OPEN ||
           (options->is_continuation && state == ASYR_POOL_CLOSED);
}

static inline bool asyri_submit_needs_rare(const asyr_task_options *options)
{
    return options->callback || options->error_callback || options->queue ||
           options->strand || options->event_kind >= 0 || options->tag;
}

static inline bool asyri_submit_calls_back(const asyr_task_options *options)
{
    return options->callback || options->error_callback ||
           options->event_kind == ASYR_EVENT_CALLBACK;
}

/* All of a job's cell but its recipe and its state. */
static inline void asyri_submit_init_job(struct asyri_submit *submit, asyri_job *job)
{
    atomic_store_explicit(&job->result.references, 0, memory_order_relaxed);
    job->result.owner = &submit->pool->owner;
    job->result.outcome.value = NULL;
    job->result.rare = NULL;
    atomic_store_explicit(&job->result.observers, NULL, memory_order_relaxed);
    job->input = asyri_value_ref(submit->input);
    asyri_job_set_runner(job, 0);
    submit->job = job;
}

/* admission.c: how many tasks of a queue with a limit it is; take their places. */
int64_t asyri_submit_task_count(const struct asyri_submit *submit);
asyr_status asyri_submit_admit(struct asyri_submit *submit, asyr_error **error);

/* lean.c: a call of a function alone; `result` may be NULL. */
asyr_status asyri_submit_lean(asyr_pool *pool, asyr_function *function,
                              asyr_value *arguments,
                              const asyr_task_options *options, asyr_result **result,
                              asyr_error **error);

/* With the shard's lock held: the rare part of its job; false without memory. */
bool asyri_submit_make_rare(struct asyri_submit *submit, asyri_shard *shard);
/* Likewise: from now on the cell is a job. */
void asyri_submit_set_state(struct asyri_submit *submit);
/* Free a full job that nobody saw; `promised`: its callback has a place. */
void asyri_submit_discard(struct asyri_submit *submit, asyri_shard *home,
                          bool promised);

/* How many tasks a queue with a limit has room for. */
static inline int64_t asyri_pool_room_locked(const asyr_pool *pool)
{
    int64_t room = pool->limit ? pool->limit - pool->queued : INT64_MAX;
    return room > 0 ? room : 0;
}

/* Wait for so many places; the pool may be closed meanwhile. */
asyr_status asyri_pool_wait_for_room_locked(asyr_pool *pool, int64_t places,
                                            asyr_interrupt *interrupt,
                                            asyr_error **error);

#endif
