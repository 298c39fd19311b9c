/*
 * libasyncresult, through its public ABI alone.
 *
 * Tasks are native functions without arguments, and results are read with
 * asyr_result_get_int64().  Where a task needs a number, the tag of its options
 * carries it.  A map over a typed array has a C function called.
 */
#include "ours.h"

#include <stdlib.h>

void ours_check(asyr_status status, asyr_error *error, const char *what)
{
    if (status != ASYR_OK)
        bench_fail("expected %s to succeed, found: %s", what,
                   error ? asyr_error_get_message(error) : "no error");
}

/* The pool */

static void *start_with(asyr_pool_options *options, int workers)
{
    struct ours_pool *pool = bench_alloc(1, sizeof *pool);
    asyr_error *error;
    ours_check(asyr_pool_options_set_workers(options, workers, &error), error,
               "workers");
    ours_check(asyr_pool_new(options, &pool->pool, &error), error, "a pool");
    asyr_pool_options_free(options);
    return pool;
}

static asyr_pool_options *options_new(void)
{
    asyr_pool_options *options;
    asyr_error *error;
    ours_check(asyr_pool_options_new(&options, &error), error, "options");
    return options;
}

static void *start(int workers)
{
    return start_with(options_new(), workers);
}

static void stop(void *arg)
{
    struct ours_pool *pool = arg;
    asyr_error *error;
    ours_check(asyr_pool_close(pool->pool, &error), error, "close");
    ours_check(asyr_pool_join(pool->pool, ASYR_FOREVER, NULL, &error), error,
               "join");
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

asyr_function *ours_native_new(asyr_native_fn run, void *arg)
{
    asyr_function *function;
    asyr_error *error;
    ours_check(asyr_function_new_native("bench", run, arg, NULL, &function, &error),
               error, "a function");
    return function;
}

asyr_task_options *ours_task_options_new(void)
{
    asyr_task_options *options;
    asyr_error *error;
    ours_check(asyr_task_options_new(&options, &error), error, "options");
    return options;
}

static void *batch_new(void *arg, const struct bench_work *work, int64_t count)
{
    struct ours_pool *pool = arg;
    struct batch *batch = bench_alloc(1, sizeof *batch);
    batch->pool = pool->pool;
    batch->work = *work;
    batch->function = ours_native_new(run_work, batch);
    batch->options = work->context ? ours_task_options_new() : NULL;
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
        ours_check(asyr_pool_apply_async(batch->pool, batch->function, NULL,
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
        ours_check(
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
    struct ours_pool *pool = arg;
    struct counted counted = {bench_latch_new(), 0};
    struct batch batch = {.work = {bench_one, NULL}};
    asyr_error *error;
    batch.function = ours_native_new(run_work, &batch);
    asyr_task_options *options = ours_task_options_new();
    ours_check(
        asyr_task_options_set_callback(options, count_one, &counted, NULL, &error),
        error, "a callback");
    bench_latch_set(counted.latch, count);
    for (int64_t i = 0; i < count; i++)
        ours_check(asyr_pool_apply_async(pool->pool, batch.function, NULL, options,
                                         NULL, &error),
                   error, "a submit");
    bench_latch_wait(counted.latch);
    asyr_task_options_free(options);
    asyr_function_unref(batch.function);
    bench_latch_free(counted.latch);
    return counted.count;
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
    .squares = ours_squares,
    .spin_even = ours_spin_default,
    .spin_uneven = ours_spin_default,
    .tree = ours_tree,
};

static const struct bench_peer by_single_items = {
    .variant = "asyncresult-chunk1",
    .start = start,
    .stop = stop,
    .spin_uneven = ours_spin_singly,
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
    ours_check(asyr_pool_options_set_helping(options, ASYR_HELP_ALL, &error), error,
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
    .tree = ours_tree,
};
#endif

#ifdef BENCH_HAS_MANY
static void submit_many(void *arg, int64_t count)
{
    struct batch *batch = arg;
    asyr_error *error;
    ours_check(asyr_pool_apply_many_async(batch->pool, batch->function, NULL, count,
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
static const struct bench_peer by_range = {
    .variant = "asyncresult-range",
    .start = start,
    .stop = stop,
    .squares = ours_squares_by_range,
    .spin_even = ours_spin_by_range,
    .spin_uneven = ours_spin_by_range,
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
