/*
 * Weighted references to a recipe: it is freed once, by who gives the last ones back,
 * after all that others did with it.
 */
#include "model.h"

#include "core/function.h"
#include "pool/recipe.h"

static struct asyri_recipe_cache cache; /* of the first thread, who holds its lock */
static asyri_recipe *first, *second;    /* of tasks that run, each a reference */
static int function;                    /* read by who has a reference */
static int frees;

asyr_function *asyri_function_ref(asyr_function *of)
{
    return of;
}

/* By who frees the recipe. */
void asyri_function_unref(asyr_function *of)
{
    MODEL_CHECK(of == (asyr_function *)(void *)&function);
    model_write_plain(&function);
    frees++;
}

asyri_closure *asyri_closure_ref(asyri_closure *closure)
{
    return closure;
}

void asyri_closure_unref(asyri_closure *closure)
{
    (void)closure;
}

static asyri_recipe *take(void)
{
    struct asyri_recipe_key key = {.function = (asyr_function *)(void *)&function};
    struct asyri_grant evicted = {.recipe = NULL};
    asyri_recipe *recipe = asyri_recipe_take(&cache, &key, &evicted);
    MODEL_CHECK(evicted.recipe == NULL);
    return recipe;
}

static void set_up(void)
{
    cache = (struct asyri_recipe_cache){.seen_count = 0};
    frees = 0;
    first = take();
    second = take();
    MODEL_CHECK(first == second);
    model_name(&first->references, "references");
}

/* What the cache has left is the one that it always keeps. */
static void set_up_dealt_out(void)
{
    struct asyri_grant *grant = NULL;
    set_up();
    for (int i = 0; i < ASYRI_RECIPES; i++)
        if (cache.grants[i].recipe == first)
            grant = &cache.grants[i];
    asyri_recipe_give(first, grant->left - 1);
    grant->left = 1;
}

static void run(asyri_recipe *recipe)
{
    model_read_plain(&function);
    asyri_recipe_give(recipe, 1);
}

static void run_first(void)
{
    run(first);
}

static void run_second(void)
{
    run(second);
}

static void run_both(void)
{
    struct asyri_spent spent = {.grants = {{NULL, 0}}};
    model_read_plain(&function);
    asyri_recipe_gather(&spent, first);
    asyri_recipe_gather(&spent, second);
    asyri_recipe_gather_end(&spent);
}

static void forget(void)
{
    struct asyri_grant grants[ASYRI_RECIPES];
    asyri_recipe_cache_empty(&cache, grants);
    for (int i = 0; i < ASYRI_RECIPES; i++)
        asyri_recipe_give(grants[i].recipe, grants[i].left);
}

static void submit_and_forget(void)
{
    asyri_recipe *recipe = take();
    forget();
    run(recipe);
}

static void check(void)
{
    MODEL_CHECK(frees == 1);
}

const struct model_scenario model_scenarios[] = {
    {.name = "forgotten_while_tasks_run",
     .setup = set_up,
     .threads = {forget, run_first, run_second},
     .check = check},
    {.name = "gathered_and_forgotten",
     .setup = set_up,
     .threads = {submit_and_forget, run_both},
     .check = check},
    {.name = "more_are_dealt_while_tasks_end",
     .setup = set_up_dealt_out,
     .threads = {submit_and_forget, run_first, run_second},
     .check = check},
    {.name = NULL},
};
