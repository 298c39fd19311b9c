/*
 * The quickest way into a pool: one call of a function, without options that matter.
 *
 * The cell is all there is of such a job.  It is taken, filled in and published under
 * one lock of a shard, with two atomic read-modify-writes: that lock, and the publishing
 * itself.
 */
#include "submit.h"

#include "../core/error.h"
#include "../core/value.h"
#include "worker.h"

static bool push(asyr_pool *pool, asyri_shard *shard, asyri_job *job)
{
    asyr_worker *worker = asyri_worker_here(pool);
    return (worker && asyri_worker_push(worker, asyri_entry_of(job))) ||
           asyri_shard_push(shard, asyri_entry_of(job));
}

/* The state comes last: it says that the cell is a job. */
static void fill(asyri_job *job, asyr_pool *pool, asyr_value *arguments,
                 uint32_t state)
{
    job->result.owner = &pool->owner;
    job->input = arguments ? asyri_value_ref(arguments) : NULL;
    job->result.outcome.value = NULL;
    job->result.rare = NULL;
    atomic_store_explicit(&job->result.references, 0, memory_order_relaxed);
    atomic_store_explicit(&job->result.observers, NULL, memory_order_relaxed);
    asyri_job_set_runner(job, 0);
    atomic_store_explicit(&job->result.state, state, memory_order_release);
}

/* With the lock held, which is let go. */
static asyr_status fail(asyri_shard *shard, asyri_job *job, asyr_error **error)
{
    asyri_recipe *recipe = job ? job->recipe : NULL;
    asyr_value *arguments = recipe ? job->input : NULL;
    if (job)
        asyri_heap_give(&shard->cells, job);
    asyri_shard_unlock(shard);
    asyri_recipe_give(recipe, 1);
    asyri_value_unref(arguments);
    return asyri_fail_memory(error);
}

asyr_status asyri_submit_lean(asyr_pool *pool, asyr_function *function,
                              asyr_value *arguments,
                              const asyr_task_options *options, asyr_result **result,
                              asyr_error **error)
{
    uint32_t detached = result ? 0 : ASYRI_DETACHED;
    struct asyri_recipe_key key = {.function = function};
    struct asyri_grant evicted = {.recipe = NULL};
    asyri_shard *shard = asyri_shard_lock_any(pool->shards, pool->shard_count);
    if (!asyri_submit_takes(pool, options)) {
        asyri_shard_unlock(shard);
        return asyri_pool_check_open(pool, error);
    }
    asyri_job *job = asyri_heap_take(&shard->cells);
    if (!job)
        return fail(shard, NULL, error);
    job->recipe = asyri_recipe_take(&shard->recipes, &key, &evicted);
    if (!job->recipe)
        return fail(shard, job, error);
    fill(job, pool, arguments, ASYRI_LIVE | ASYRI_TOLD | detached);
    if (result)
        *result = &job->result;
    if (!push(pool, shard, job)) {
        if (result)
            *result = NULL;
        return fail(shard, job, error);
    }
    asyri_shard_unlock(shard);
    if (evicted.recipe)
        asyri_recipe_give(evicted.recipe, evicted.left);
    asyri_pool_notify(pool);
    return ASYR_OK;
}
