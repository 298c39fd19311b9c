/*
 * libasyncresult, through its public ABI alone.
 *
 * Tasks are native functions without arguments, and results are read with
 * asyr_result_get_int64().  Where a task needs a number, the tag of its options
 * carries it.  A map over a typed array has a C function called.
 */
#include "bench.h"

#include <asyncresult.h>
#include <stdatomic.h>
#include <stdlib.h>

static void check_ok(asyr_status status, asyr_error *error, const char *what)
{
    if (status != ASYR_OK)
        bench_fail("expected %s to succeed, found: %s", what,
                   error ? asyr_error_get_message(error) : "no error");
}

/* The pool */

enum { MAPS = 2 };

struct pool {
    asyr_pool *pool;
    asyr_value *squares[MAPS]; /* what the maps of W4a returned */
    int maps;
};

static void *start_with(asyr_pool_options *options, int workers)
{
    struct pool *pool = bench_alloc(1, sizeof *pool);
    asyr_error *error;
    check_ok(asyr_pool_options_set_workers(options, workers, &error), error,
             "workers");
    check_ok(asyr_pool_new(options, &pool->pool, &error), error, "a pool");
    asyr_pool_options_free(options);
    return pool;
}

static asyr_pool_options *options_new(void)
{
    asyr_pool_options *options;
    asyr_error *error;
    check_ok(asyr_pool_options_new(&options, &error), error, "options");
    return options;
}

static void *start(int workers)
{
    return start_with(options_new(), workers);
}

static void stop(void *arg)
{
    struct pool *pool = arg;
    asyr_error *error;
    check_ok(asyr_pool_close(pool->pool, &error), error, "close");
    check_ok(asyr_pool_join(pool->pool, ASYR_FOREVER, NULL, &error), error, "join");
    asyr_pool_unref(pool->pool);
    for (int i = 0; i < pool->maps; i++)
        asyr_value_unref(pool->squares[i]);
    free(pool);
}

/* Batches */

struct batch {
    asyr_pool *pool;
    struct bench_work work;
    asyr_function *function;
    asyr_task_options *options; /* NULL: the tasks need no number */
    asyr_result **results;
};

static void run_work(asyr_task *task, void *arg)
{
    const struct batch *batch = arg;
    int64_t number = (int64_t)asyr_task_get_tag(task);
    int64_t value = batch->work.run(batch->work.context, number);
    asyr_task_return_int64(task, value, NULL);
}

static asyr_function *native_new(asyr_native_fn run, void *arg)
{
    asyr_function *function;
    asyr_error *error;
    check_ok(asyr_function_new_native("bench", run, arg, NULL, &function, &error),
             error, "a function");
    return function;
}

static asyr_task_options *task_options_new(void)
{
    asyr_task_options *options;
    asyr_error *error;
    check_ok(asyr_task_options_new(&options, &error), error, "options");
    return options;
}

static void *batch_new(void *arg, const struct bench_work *work, int64_t count)
{
    struct pool *pool = arg;
    struct batch *batch = bench_alloc(1, sizeof *batch);
    batch->pool = pool->pool;
    batch->work = *work;
    batch->function = native_new(run_work, batch);
    batch->options = work->context ? task_options_new() : NULL;
    batch->results = bench_alloc(count, sizeof *batch->results);
    return batch;
}

static void batch_free(void *arg)
{
    struct batch *batch = arg;
    asyr_function_unref(batch->function);
    asyr_task_options_free(batch->options);
    free(batch->results);
    free(batch);
}

static void submit(void *arg, int64_t count)
{
    struct batch *batch = arg;
    for (int64_t i = 0; i < count; i++) {
        if (batch->options)
            asyr_task_options_set_tag(batch->options, (uint64_t)i, NULL);
        asyr_error *error;
        check_ok(asyr_pool_apply_async(batch->pool, batch->function, NULL,
                                       batch->options, &batch->results[i], &error),
                 error, "a submit");
    }
}

static int64_t wait_for_all(void *arg, int64_t count)
{
    struct batch *batch = arg;
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++) {
        int64_t value;
        asyr_error *error;
        check_ok(
            asyr_result_get_int64(batch->results[i], ASYR_FOREVER, &value, &error),
            error, "a get");
        asyr_result_unref(batch->results[i]);
        sum += value;
    }
    return sum;
}

static int64_t poll_first(void *arg, int64_t count)
{
    struct batch *batch = arg;
    int64_t ended = 0;
    for (int64_t i = 0; i < count; i++)
        ended += asyr_result_is_ready(batch->results[0]);
    return ended;
}

static bool wait_for(void *arg, int64_t timeout_ns)
{
    struct batch *batch = arg;
    return asyr_result_wait(batch->results[0], timeout_ns, NULL, NULL) == ASYR_OK;
}

/* Callbacks: serialised, so that counting them needs no lock. */

struct counted {
    struct bench_latch *latch;
    int64_t count;
};

static asyr_error *count_one(asyr_value *value, void *arg)
{
    (void)value;
    struct counted *counted = arg;
    counted->count++;
    bench_latch_down(counted->latch);
    return NULL;
}

static int64_t callbacks(void *arg, int64_t count)
{
    struct pool *pool = arg;
    struct counted counted = {bench_latch_new(), 0};
    struct batch batch = {.work = {bench_one, NULL}};
    asyr_error *error;
    batch.function = native_new(run_work, &batch);
    asyr_task_options *options = task_options_new();
    check_ok(
        asyr_task_options_set_callback(options, count_one, &counted, NULL, &error),
        error, "a callback");
    bench_latch_set(counted.latch, count);
    for (int64_t i = 0; i < count; i++)
        check_ok(asyr_pool_apply_async(pool->pool, batch.function, NULL, options,
                                       NULL, &error),
                 error, "a submit");
    bench_latch_wait(counted.latch);
    asyr_task_options_free(options);
    asyr_function_unref(batch.function);
    bench_latch_free(counted.latch);
    return counted.count;
}

/* Maps */

static asyr_value *view_of(int32_t type, const void *data, int64_t count)
{
    asyr_value *value;
    asyr_error *error;
    check_ok(asyr_value_new_array_view(type, (void *)(uintptr_t)data, count, NULL,
                                       NULL, &value, &error),
             error, "a view");
    return value;
}

static asyr_function *c_function(void *address, const char *prototype)
{
    asyr_function *function;
    asyr_error *error;
    check_ok(asyr_function_new_address(address, prototype, &function, &error), error,
             "a function");
    return function;
}

/* The value of the map; it consumes the function and the items. */
static asyr_value *map(struct pool *pool, asyr_function *function, asyr_value *items,
                       int64_t chunk_size)
{
    asyr_task_options *options = task_options_new();
    asyr_result *result;
    asyr_value *value;
    asyr_error *error;
    if (chunk_size > 0)
        check_ok(asyr_task_options_set_chunk_size(options, chunk_size, &error),
                 error, "a chunk size");
    check_ok(
        asyr_pool_map_async(pool->pool, function, items, options, &result, &error),
        error, "a map");
    check_ok(asyr_result_get(result, ASYR_FOREVER, NULL, &value, &error), error,
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
    check_ok(asyr_value_get_array(array, NULL, &data, &count, &error), error,
             "reading the array");
    bench_check(count, expected, "the length of the array");
    return data;
}

static const double *squares(const struct bench_peer *peer, void *arg,
                             const double *from, double *to, int64_t count)
{
    (void)peer;
    (void)to;
    struct pool *pool = arg;
    if (pool->maps == MAPS)
        bench_fail("expected at most %d maps", MAPS);
    void *address = (void *)(uintptr_t)bench_square_pointer();
    asyr_value *value = map(pool, c_function(address, "double square(double)"),
                            view_of(ASYR_ELEMENT_DOUBLE, from, count), 0);
    pool->squares[pool->maps++] = value;
    return array_data(value, count);
}

static int64_t spin_map(struct pool *pool, const struct bench_items *items,
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

static int64_t spin_default(const struct bench_peer *peer, void *pool,
                            const struct bench_items *items)
{
    (void)peer;
    return spin_map(pool, items, 0);
}

static int64_t spin_singly(const struct bench_peer *peer, void *pool,
                           const struct bench_items *items)
{
    (void)peer;
    return spin_map(pool, items, 1);
}

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
    check_ok(asyr_pool_apply_async(pool, node, NULL, NULL, &result, &error), error,
             "a submit");
    return result;
}

static int64_t take_node(asyr_result *result)
{
    int64_t nodes;
    asyr_error *error;
    check_ok(asyr_result_get_int64(result, ASYR_FOREVER, &nodes, &error), error,
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

static int64_t tree(void *arg, int depth)
{
    struct pool *pool = arg;
    struct level levels[DEPTHS];
    asyr_function *functions[DEPTHS];
    if (depth >= DEPTHS)
        bench_fail("expected a depth below %d, found %d", DEPTHS, depth);
    for (int i = 0; i <= depth; i++) {
        levels[i] = (struct level){pool->pool, i > 0 ? functions[i - 1] : NULL};
        functions[i] = native_new(run_node, &levels[i]);
    }
    int64_t nodes = take_node(submit_node(pool->pool, functions[depth]));
    for (int i = 0; i <= depth; i++)
        asyr_function_unref(functions[i]);
    return nodes;
}

static const struct bench_peer by_default = {
    .variant = "asyncresult",
    .start = start,
    .stop = stop,
    .batch_new = batch_new,
    .batch_free = batch_free,
    .submit = submit,
    .wait = wait_for_all,
    .poll = poll_first,
    .wait_for = wait_for,
    .callbacks = callbacks,
    .squares = squares,
    .spin_even = spin_default,
    .spin_uneven = spin_default,
    .tree = tree,
};

static const struct bench_peer by_single_items = {
    .variant = "asyncresult-chunk1",
    .start = start,
    .stop = stop,
    .spin_uneven = spin_singly,
};

static const struct bench_peer by_tasks = {
    .variant = "asyncresult-tasks",
    .start = start,
    .stop = stop,
    .batch_new = batch_new,
    .batch_free = batch_free,
    .submit = submit,
    .wait = wait_for_all,
    .spin_even = bench_spin_by_chunk,
    .spin_uneven = bench_spin_by_item,
    .only_maps = true,
};

#ifdef BENCH_HAS_HELPING
static void *start_helping(int workers)
{
    asyr_pool_options *options = options_new();
    asyr_error *error;
    check_ok(asyr_pool_options_set_helping(options, ASYR_HELP_ALL, &error), error,
             "helping");
    return start_with(options, workers);
}

static const struct bench_peer by_helping = {
    .variant = "asyncresult-helping",
    .start = start_helping,
    .stop = stop,
    .batch_new = batch_new,
    .batch_free = batch_free,
    .submit = submit,
    .wait = wait_for_all,
    .tree = tree,
};
#endif

#ifdef BENCH_HAS_MANY
static void submit_many(void *arg, int64_t count)
{
    struct batch *batch = arg;
    asyr_error *error;
    check_ok(asyr_pool_apply_many_async(batch->pool, batch->function, NULL, count,
                                        batch->options, batch->results, &error),
             error, "a submit of many");
}

static const struct bench_peer by_many = {
    .variant = "asyncresult-many",
    .start = start,
    .stop = stop,
    .batch_new = batch_new,
    .batch_free = batch_free,
    .submit = submit_many,
    .wait = wait_for_all,
    .spin_uneven = bench_spin_by_item,
};
#endif

#ifdef BENCH_HAS_RANGE
static void run_range(struct pool *pool, int64_t count, asyr_range_fn kernel,
                      void *context)
{
    asyr_result *result;
    asyr_error *error;
    check_ok(asyr_pool_range_async(pool->pool, 0, count, kernel, context, NULL, NULL,
                                   &result, &error),
             error, "a range");
    check_ok(asyr_result_get(result, ASYR_FOREVER, NULL, NULL, &error), error,
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
    for (int64_t i = begin; i < end; i++)
        range->to[i] = square(range->from[i]);
}

static const double *range_squares(const struct bench_peer *peer, void *pool,
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

static int64_t spin_by_range(const struct bench_peer *peer, void *pool,
                             const struct bench_items *items)
{
    (void)peer;
    struct spin_range range = {.loops = items->loops};
    atomic_init(&range.sum, 0);
    run_range(pool, items->count, spin_kernel, &range);
    return atomic_load_explicit(&range.sum, memory_order_relaxed);
}

static const struct bench_peer by_range = {
    .variant = "asyncresult-range",
    .start = start,
    .stop = stop,
    .squares = range_squares,
    .spin_even = spin_by_range,
    .spin_uneven = spin_by_range,
};
#endif

static const struct bench_peer *const peers[] = {
    &by_default, &by_single_items, &by_tasks,
#ifdef BENCH_HAS_HELPING
    &by_helping,
#endif
#ifdef BENCH_HAS_MANY
    &by_many,
#endif
#ifdef BENCH_HAS_RANGE
    &by_range,
#endif
    NULL,
};

static const char notes[] =
    "W4a asyncresult: a map over a typed array, which makes the array of its "
    "squares;"
    " asyncresult-range and the peers write into an array that is there\n"
    "W4b asyncresult: a map over a typed array, as W5 and W5s, with the default "
    "chunk"
    " size\n"
    "W5* asyncresult-chunk1: the map with a chunk size of 1\n"
    "W5* asyncresult-tasks: a task per item\n"
    "W8 asyncresult: callbacks run on the pool's dispatcher thread, one at a time\n";

int main(int argc, char **argv)
{
    return bench_main(argc, argv, peers, notes);
}
