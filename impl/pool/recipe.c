/*
 * Recipes: see recipe.h.
 *
 * Memory order: giving references back releases what this thread did with the recipe,
 * and who gives back the last ones acquires what all others did before he frees it.
 * Taking more needs no order, for who takes has some.
 */
#include "recipe.h"

#include "../base/alloc.h"
#include "../core/function.h"

enum { GRANT = 1 << 16, USES_BEFORE_CACHED = 4 };

static asyri_recipe *recipe_new(const struct asyri_recipe_key *key,
                                int64_t references)
{
    asyri_recipe *recipe = asyri_alloc(sizeof *recipe);
    if (!recipe)
        return NULL;
    atomic_init(&recipe->references, references);
    recipe->function = asyri_function_ref(key->function);
    recipe->callback = asyri_closure_ref(key->callback);
    recipe->error_callback = asyri_closure_ref(key->error_callback);
    return recipe;
}

void asyri_recipe_give(asyri_recipe *recipe, int64_t references)
{
    if (!recipe || atomic_fetch_sub_explicit(&recipe->references, references,
                                             memory_order_acq_rel) != references)
        return;
    asyri_function_unref(recipe->function);
    asyri_closure_unref(recipe->callback);
    asyri_closure_unref(recipe->error_callback);
    asyri_free(recipe);
}

static asyri_recipe *deal(struct asyri_grant *grant)
{
    if (grant->left == 1) {
        atomic_fetch_add_explicit(&grant->recipe->references, GRANT,
                                  memory_order_relaxed);
        grant->left += GRANT;
    }
    grant->left--;
    return grant->recipe;
}

static asyri_recipe *deal_many(struct asyri_grant *grant, int64_t count)
{
    if (grant->left <= count) {
        atomic_fetch_add_explicit(&grant->recipe->references, count + GRANT,
                                  memory_order_relaxed);
        grant->left += count + GRANT;
    }
    grant->left -= count;
    return grant->recipe;
}

/* Whether callbacks come again and again. */
static bool is_worth_caching(struct asyri_recipe_cache *cache,
                             const struct asyri_recipe_key *key)
{
    struct asyri_recipe_key *seen = &cache->seen;
    if (!key->callback && !key->error_callback)
        return true;
    bool same = seen->function == key->function && seen->callback == key->callback &&
                seen->error_callback == key->error_callback;
    cache->seen_count = same ? cache->seen_count + 1 : 1;
    *seen = *key;
    return cache->seen_count > USES_BEFORE_CACHED;
}

asyri_recipe *asyri_recipe_take_slow(struct asyri_recipe_cache *cache,
                                     const struct asyri_recipe_key *key,
                                     struct asyri_grant *evicted)
{
    struct asyri_grant *grant = asyri_recipe_place(cache, key);
    if (asyri_recipe_is_of(grant->recipe, key))
        return deal(grant);
    if (!is_worth_caching(cache, key))
        return recipe_new(key, 1);
    asyri_recipe *recipe = recipe_new(key, GRANT);
    if (!recipe)
        return NULL;
    *evicted = *grant;
    *grant = (struct asyri_grant){.recipe = recipe, .left = GRANT};
    return deal(grant);
}

asyri_recipe *asyri_recipe_take_many(struct asyri_recipe_cache *cache,
                                     const struct asyri_recipe_key *key,
                                     int64_t count, struct asyri_grant *evicted)
{
    asyri_recipe *recipe = asyri_recipe_take(cache, key, evicted);
    if (!recipe || count == 1)
        return recipe;
    for (int i = 0; i < ASYRI_RECIPES; i++)
        if (cache->grants[i].recipe == recipe)
            return deal_many(&cache->grants[i], count - 1);
    atomic_fetch_add_explicit(&recipe->references, count - 1, memory_order_relaxed);
    return recipe;
}

void asyri_recipe_cache_empty(struct asyri_recipe_cache *cache,
                              struct asyri_grant grants[ASYRI_RECIPES])
{
    for (int i = 0; i < ASYRI_RECIPES; i++) {
        grants[i] = cache->grants[i];
        cache->grants[i] = (struct asyri_grant){0};
    }
}

void asyri_recipe_gather_end(struct asyri_spent *spent)
{
    for (int i = 0; i < ASYRI_SPENT; i++) {
        asyri_recipe_give(spent->grants[i].recipe, spent->grants[i].left);
        spent->grants[i] = (struct asyri_grant){0};
    }
}
