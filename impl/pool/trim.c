/*
 * Giving back what a burst has left: memory, and references to functions.
 *
 * A worker that goes to sleep forgets the recipes that the shards keep, so that a
 * function which nobody uses any more is released.  Memory goes back a while after the
 * last task: who gives a cell back to a shard with many free slabs asks for a trim, and
 * the worker that is woken for it, or the next one that goes to sleep, sleeps for a
 * second only, and trims if nothing came.  Workers that are lent may not come back, so
 * in their pools the memory goes at once.
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

void asyri_pool_ask_trim(asyr_pool *pool, asyri_heap *heap)
{
    if (pool->source != ASYR_WORKERS_OWN)
        asyri_heap_trim(heap, ASYRI_SPARE_SLABS / 2);
    else if (!atomic_load_explicit(&pool->trims, memory_order_relaxed) &&
             !atomic_exchange_explicit(&pool->trims, true, memory_order_relaxed))
        asyri_sleepers_wake_one(&pool->sleepers);
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
