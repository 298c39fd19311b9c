/*
 * Giving back what a burst has left: memory, and references to functions.
 *
 * A worker that goes to sleep forgets the recipes that the shards keep, so that a
 * function which nobody uses any more is released.  Memory goes back a while after the
 * last task: a shard that comes to have many free slabs says so, and the worker that
 * is then woken, or the next one that goes to sleep, sleeps for a second only, and
 * trims if nothing came.
 */
#include "pool.h"

void asyri_pool_forget_recipes(asyr_pool *pool)
{
    for (uint32_t i = 0; i < pool->shard_count; i++) {
        asyri_shard *shard = &pool->shards[i];
        struct asyri_grant grants[ASYRI_RECIPES];
        if (!asyri_shard_try_lock(shard))
            continue; /* it is in use */
        asyri_recipe_cache_empty(&shard->recipes, grants);
        asyri_shard_unlock(shard);
        for (int j = 0; j < ASYRI_RECIPES; j++)
            asyri_recipe_give(grants[j].recipe, grants[j].left);
    }
}

void asyri_pool_trim(asyr_pool *pool)
{
    atomic_store_explicit(&pool->trims, false, memory_order_relaxed);
    for (uint32_t i = 0; i < pool->shard_count; i++) {
        asyri_shard *shard = &pool->shards[i];
        asyri_shard_lock(shard);
        asyri_shard_trim(shard);
        asyri_shard_unlock(shard);
    }
}
