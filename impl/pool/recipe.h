/*
 * Recipes: what many tasks have in common, a function and its callbacks.
 *
 * Tasks of one function come by the million, and a count that all threads change
 * would cost more than the task.  So references are weighted: a cache takes many at
 * once and deals them out one by one under its own lock, and who runs tasks gathers
 * those that he gives back.  Callbacks that are used once, as a closure of a language
 * often is, are not cached: they are let go with their task.
 */
#ifndef ASYRI_POOL_RECIPE_H
#define ASYRI_POOL_RECIPE_H

#include <stdbool.h>
#include <stddef.h>

#include <asyncresult/types.h>

#include "../core/closure.h"

typedef struct asyri_recipe {
    _Atomic int64_t references;
    /* immutable, all counted: */
    asyr_function *function;
    asyri_closure *callback;
    asyri_closure *error_callback;
} asyri_recipe;

/* What it is looked up by; borrowed. */
struct asyri_recipe_key {
    asyr_function *function;
    asyri_closure *callback;
    asyri_closure *error_callback;
};

enum { ASYRI_RECIPES = 32, ASYRI_SPENT = 8 }; /* powers of two */

struct asyri_grant {
    asyri_recipe *recipe;
    int64_t left; /* references not dealt out */
};

/* Of one owner at a time, who holds a lock; each recipe has one place. */
struct asyri_recipe_cache {
    struct asyri_grant grants[ASYRI_RECIPES];
    struct asyri_recipe_key seen; /* with callbacks; compared, never looked into */
    int32_t seen_count;           /* how often in a row */
};

static inline struct asyri_grant *
asyri_recipe_place(struct asyri_recipe_cache *cache,
                   const struct asyri_recipe_key *key)
{
    uintptr_t mixed = (uintptr_t)key->function ^ (uintptr_t)key->callback;
    return &cache->grants[(mixed >> 4 ^ mixed >> 9) % ASYRI_RECIPES];
}

static inline bool asyri_recipe_is_of(const asyri_recipe *recipe,
                                      const struct asyri_recipe_key *key)
{
    return recipe && recipe->function == key->function &&
           recipe->callback == key->callback &&
           recipe->error_callback == key->error_callback;
}

asyri_recipe *asyri_recipe_take_slow(struct asyri_recipe_cache *cache,
                                     const struct asyri_recipe_key *key,
                                     struct asyri_grant *evicted);

/*
 * A reference to the recipe of that key; NULL without memory.  What had to make place
 * is put into `*evicted`, to be given back without the lock.  One of each is always
 * kept in the cache, so that the recipe lives.
 */
static inline asyri_recipe *asyri_recipe_take(struct asyri_recipe_cache *cache,
                                              const struct asyri_recipe_key *key,
                                              struct asyri_grant *evicted)
{
    struct asyri_grant *grant = asyri_recipe_place(cache, key);
    if (grant->left <= 1 || !asyri_recipe_is_of(grant->recipe, key))
        return asyri_recipe_take_slow(cache, key, evicted);
    grant->left--;
    return grant->recipe;
}
/* The same with so many references, at least one. */
asyri_recipe *asyri_recipe_take_many(struct asyri_recipe_cache *cache,
                                     const struct asyri_recipe_key *key,
                                     int64_t count, struct asyri_grant *evicted);
/* Take everything out of the cache, to be given back without the lock. */
void asyri_recipe_cache_empty(struct asyri_recipe_cache *cache,
                              struct asyri_grant grants[ASYRI_RECIPES]);
/* Give references back; the last ones free the recipe.  Nothing for NULL. */
void asyri_recipe_give(asyri_recipe *recipe, int64_t references);

/* References to give back, gathered by one thread; each recipe has one place. */
struct asyri_spent {
    struct asyri_grant grants[ASYRI_SPENT];
};

static inline void asyri_recipe_gather(struct asyri_spent *spent,
                                       asyri_recipe *recipe)
{
    uintptr_t place = (uintptr_t)recipe / sizeof *recipe % ASYRI_SPENT;
    struct asyri_grant *grant = &spent->grants[place];
    if (grant->recipe != recipe) {
        asyri_recipe_give(grant->recipe, grant->left);
        grant->recipe = recipe;
        grant->left = 0;
    }
    grant->left++;
}

void asyri_recipe_gather_end(struct asyri_spent *spent);

#endif
