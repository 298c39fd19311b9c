/*
 * libasyncresult: maps, ranges and the tree.
 */
#include "ours.h"

#include <stdatomic.h>

/* Maps */

static asyr_value *view_of(int32_t type, const void *data, int64_t count)
{
    asyr_value *value;
    asyr_error *error;
    ours_check(asyr_value_new_array_view(type, (void *)(uintptr_t)data, count, NULL,
                                         NULL, &value, &error),
               error, "a view");
    return value;
}

static asyr_function *c_function(void *address, const char *prototype)
{
    asyr_function *function;
    asyr_error *error;
    ours_check(asyr_function_new_address(address, prototype, &function, &error),
               error, "a function");
    return function;
}

/* The value of the map; it consumes the function and the items. */
static asyr_value *map(struct ours_pool *pool, asyr_function *function,
                       asyr_value *items, int64_t chunk_size)
{
    asyr_task_options *options = ours_task_options_new();
    asyr_result *result;
    asyr_value *value;
    asyr_error *error;
    if (chunk_size > 0)
        ours_check(asyr_task_options_set_chunk_size(options, chunk_size, &error),
                   error, "a chunk size");
    ours_check(
        asyr_pool_map_async(pool->pool, function, items, options, &result, &error),
        error, "a map");
    ours_check(asyr_result_get(result, ASYR_FOREVER, NULL, &value, &error), error,
               "the map's result");
    asyr_result_unref(result);
    asyr_task_options_free(options);
    asyr_function_unref(function);
    asyr_value_unref(items);
    return value;
}

static const void *array_data(const asyr_value *array, int64_t expected)
{
    void *data;
    int64_t count;
    asyr_error *error;
    ours_check(asyr_value_get_array(array, NULL, &data, &count, &error), error,
               "reading the array");
    bench_check(count, expected, "the length of the array");
    return data;
}

const double *ours_squares(const struct bench_peer *peer, void *arg,
                           const double *from, double *to, int64_t count)
{
    (void)peer;
    (void)to;
    struct ours_pool *pool = arg;
    if (pool->maps == OURS_MAPS)
        bench_fail("expected at most %d maps", OURS_MAPS);
    void *address = (void *)(uintptr_t)bench_square_pointer();
    asyr_value *value = map(pool, c_function(address, "double square(double)"),
                            view_of(ASYR_ELEMENT_DOUBLE, from, count), 0);
    pool->squares[pool->maps++] = value;
    return array_data(value, count);
}

static int64_t spin_map(struct ours_pool *pool, const struct bench_items *items,
                        int64_t chunk_size)
{
    void *address = (void *)(uintptr_t)bench_spin;
    asyr_value *value =
        map(pool, c_function(address, "int64_t spin(int64_t)"),
            view_of(ASYR_ELEMENT_INT64, items->loops, items->count), chunk_size);
    const int64_t *loops = array_data(value, items->count);
    int64_t sum = 0;
    for (int64_t i = 0; i < items->count; i++)
        sum += loops[i];
    asyr_value_unref(value);
    return sum;
}

int64_t ours_spin_default(const struct bench_peer *peer, void *pool,
                          const struct bench_items *items)
{
    (void)peer;
    return spin_map(pool, items, 0);
}

int64_t ours_spin_singly(const struct bench_peer *peer, void *pool,
                         const struct bench_items *items)
{
    (void)peer;
    return spin_map(pool, items, 1);
}

#ifdef BENCH_HAS_RANGE
static void run_range(struct ours_pool *pool, int64_t count, asyr_range_fn kernel,
                      void *context)
{
    asyr_result *result;
    asyr_error *error;
    ours_check(asyr_pool_range_async(pool->pool, 0, count, kernel, context, NULL,
                                     NULL, &result, &error),
               error, "a range");
    ours_check(asyr_result_get(result, ASYR_FOREVER, NULL, NULL, &error), error,
               "the range's result");
    asyr_result_unref(result);
}

struct square_range {
    const double *from;
    double *to;
};

static void square_kernel(int64_t begin, int64_t end, void *context)
{
    const struct square_range *range = context;
    bench_square_fn square = bench_square_pointer();
    const double *from = range->from;
    double *to = range->to;
    for (int64_t i = begin; i < end; i++)
        to[i] = square(from[i]);
}

const double *ours_squares_by_range(const struct bench_peer *peer, void *pool,
                                    const double *from, double *to, int64_t count)
{
    (void)peer;
    struct square_range range = {from, to};
    run_range(pool, count, square_kernel, &range);
    return to;
}

struct spin_range {
    const int64_t *loops;
    atomic_llong sum;
};

static void spin_kernel(int64_t begin, int64_t end, void *context)
{
    struct spin_range *range = context;
    int64_t sum = 0;
    for (int64_t i = begin; i < end; i++)
        sum += bench_spin(range->loops[i]);
    atomic_fetch_add_explicit(&range->sum, sum, memory_order_relaxed);
}

int64_t ours_spin_by_range(const struct bench_peer *peer, void *pool,
                           const struct bench_items *items)
{
    (void)peer;
    struct spin_range range = {.loops = items->loops};
    atomic_init(&range.sum, 0);
    run_range(pool, items->count, spin_kernel, &range);
    return atomic_load_explicit(&range.sum, memory_order_relaxed);
}
#endif

/* The tree: a function for each depth, which knows the one below. */

enum { DEPTHS = 64 };

struct level {
    asyr_pool *pool;
    asyr_function *below; /* NULL for leaves */
};

static asyr_result *submit_node(asyr_pool *pool, asyr_function *node)
{
    asyr_result *result;
    asyr_error *error;
    ours_check(asyr_pool_apply_async(pool, node, NULL, NULL, &result, &error), error,
               "a submit");
    return result;
}

static int64_t take_node(asyr_result *result)
{
    int64_t nodes;
    asyr_error *error;
    ours_check(asyr_result_get_int64(result, ASYR_FOREVER, &nodes, &error), error,
               "a get");
    asyr_result_unref(result);
    return nodes;
}

static void run_node(asyr_task *task, void *arg)
{
    const struct level *level = arg;
    int64_t nodes = 1;
    if (level->below) {
        asyr_result *left = submit_node(level->pool, level->below);
        asyr_result *right = submit_node(level->pool, level->below);
        nodes += take_node(right);
        nodes += take_node(left);
    }
    asyr_task_return_int64(task, nodes, NULL);
}

int64_t ours_tree(void *arg, int depth)
{
    struct ours_pool *pool = arg;
    struct level levels[DEPTHS];
    asyr_function *functions[DEPTHS] = {NULL};
    if (depth < 0 || depth >= DEPTHS)
        bench_fail("expected a depth from 0 to below %d, found %d", DEPTHS, depth);
    for (int i = 0; i <= depth; i++) {
        levels[i] = (struct level){pool->pool, i > 0 ? functions[i - 1] : NULL};
        functions[i] = ours_native_new(run_node, &levels[i]);
    }
    int64_t nodes = take_node(submit_node(pool->pool, functions[depth]));
    for (int i = 0; i <= depth; i++)
        asyr_function_unref(functions[i]);
    return nodes;
}
