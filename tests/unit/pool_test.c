/* Pools: their start and end, full queues, initializers, recycled workers. */
#define _GNU_SOURCE
#include "support.h"

#include <sched.h>
#include <unistd.h>

#include "core/result.h"
#include "pool/pool.h"

static void no_pool_is_refused(void)
{
    asyr_result *result = NULL;
    asyr_function *function = support_native(run_echo, NULL);
    asyr_value *list = unit_list();
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_pool_new(NULL, NULL, &error));
    CU_ASSERT_EQUAL(asyr_pool_new(NULL, NULL, NULL), ASYR_E_ARGUMENT);
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_apply_async(NULL, function, list, NULL, &result, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_map_async(NULL, function, list, NULL, &result, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_starmap_async(NULL, function, list, NULL, &result, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_pool_close(NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_pool_terminate(NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_pool_join(NULL, 0, NULL, &error));
    CU_ASSERT_EQUAL(asyr_pool_join(NULL, 0, NULL, NULL), ASYR_E_ARGUMENT);
    CU_ASSERT_EQUAL(asyr_pool_get_state(NULL), -1);
    CU_ASSERT_EQUAL(asyr_pool_get_worker_count(NULL), 0);
    CU_ASSERT_PTR_NULL(asyr_pool_ref(NULL));
    asyr_pool_unref(NULL);
    asyr_value_unref(list);
    asyr_function_unref(function);
}

static void a_submit_without_a_function_or_a_list_is_refused(void)
{
    asyr_result *result = NULL;
    asyr_pool *pool = support_pool(1);
    asyr_function *function = support_native(run_echo, NULL);
    asyr_value *text = unit_text("text"), *list = unit_list(), *array = NULL;
    UNIT_SUCCEEDS(asyr_value_new_array(ASYR_ELEMENT_INT32, NULL, 2, &array, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_apply_async(pool, NULL, list, NULL, &result, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_apply_async(pool, function, text, NULL, &result, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_map_async(pool, NULL, list, NULL, &result, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_map_async(pool, function, NULL, NULL, &result, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_map_async(pool, function, text, NULL, &result, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_starmap_async(pool, NULL, list, NULL, &result, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_starmap_async(pool, function, NULL, NULL, &result, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_pool_starmap_async(pool, function, array, NULL,
                                                        &result, &error));
    CU_ASSERT_EQUAL(asyr_pool_apply_async(pool, NULL, NULL, NULL, NULL, NULL),
                    ASYR_E_ARGUMENT);
    CU_ASSERT_PTR_NULL(result);
    asyr_value_unref(array);
    asyr_value_unref(list);
    asyr_value_unref(text);
    asyr_function_unref(function);
    support_end(pool);
}

/* B19 */
static void the_defaults_use_every_cpu(void)
{
    asyr_pool *pool = NULL;
    UNIT_SUCCEEDS(asyr_pool_new(NULL, &pool, &error));
    CU_ASSERT_EQUAL(asyr_pool_get_worker_count(pool), asyr_default_worker_count());
    CU_ASSERT_EQUAL(asyr_pool_get_state(pool), ASYR_POOL_OPEN);
    support_end(pool);
}

static void read_name(asyr_task *task, void *name)
{
    (void)task;
    pthread_getname_np(pthread_self(), name, 16);
}

static void its_threads_carry_its_name(void)
{
    char name[16] = "";
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_name(options, "checksums", &error));
    asyr_pool *pool = support_pool_with(options);
    CU_ASSERT_EQUAL(
        support_take_outcome(support_submit(pool, read_name, name, NULL)), ASYR_OK);
    CU_ASSERT_STRING_EQUAL(name, "checksums");
    support_end(pool);
}

static asyr_status submit_status(asyr_pool *pool)
{
    asyr_function *function = support_native(run_echo, NULL);
    asyr_status status =
        asyr_pool_apply_async(pool, function, NULL, NULL, NULL, NULL);
    asyr_value *empty = unit_list();
    CU_ASSERT_EQUAL(asyr_pool_map_async(pool, function, empty, NULL, NULL, NULL),
                    status);
    asyr_value_unref(empty);
    asyr_function_unref(function);
    return status;
}

/* B21 */
static void a_closed_pool_completes_what_it_accepted(void)
{
    _Atomic int ran = 0;
    asyr_result *last = NULL;
    asyr_pool *pool = support_pool(2);
    for (int i = 0; i < 50; i++) {
        asyr_result_unref(last);
        last = support_submit(pool, run_count, &ran, NULL);
    }
    UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    CU_ASSERT_EQUAL(asyr_pool_get_state(pool), ASYR_POOL_CLOSED);
    CU_ASSERT_EQUAL(submit_status(pool), ASYR_E_POOL_CLOSED);
    support_end(pool);
    CU_ASSERT_EQUAL(ran, 50);
    CU_ASSERT_EQUAL(support_take_outcome(last), ASYR_OK);
}

static asyr_error *count_error(asyr_error *failure, void *arg)
{
    if (asyr_error_get_code(failure) == ASYR_E_TERMINATED)
        ++*(_Atomic int *)arg;
    return NULL;
}

/* B22 */
static void terminate_ends_every_result_now(void)
{
    _Atomic int ran = 0, errors = 0;
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(options, count_error, &errors,
                                                       NULL, &error));
    asyr_result *running = support_submit(pool, run_gate, &gate, options);
    asyr_result *queued = support_submit(pool, run_count, &ran, options);
    asyr_result *map = support_map(pool, run_count, &ran, 10, options);
    latch_wait(&gate.entered, 1);
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    CU_ASSERT_EQUAL(asyr_pool_get_state(pool), ASYR_POOL_TERMINATED);
    CU_ASSERT_EQUAL(submit_status(pool), ASYR_E_TERMINATED);
    CU_ASSERT_EQUAL(support_take_outcome(running), ASYR_E_TERMINATED);
    CU_ASSERT_EQUAL(support_take_outcome(queued), ASYR_E_TERMINATED);
    CU_ASSERT_EQUAL(support_take_outcome(map), ASYR_E_TERMINATED);
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_pool_join(pool, 0, NULL, &error));
    latch_open(&gate.leave);
    support_terminate(pool);
    CU_ASSERT_EQUAL(ran, 0);
    CU_ASSERT_EQUAL(errors, 3);
    asyr_task_options_free(options);
}

static void record_cancelled(asyr_task *task, void *arg)
{
    struct gate *gate = arg;
    run_gate(task, gate);
    if (asyr_task_is_cancelled(task))
        latch_open(&gate->entered);
}

/* B22 */
static void a_running_task_sees_that_the_pool_is_terminated(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_result_unref(support_submit(pool, record_cancelled, &gate, NULL));
    latch_wait(&gate.entered, 1);
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    latch_open(&gate.leave);
    support_terminate(pool);
    CU_ASSERT_EQUAL(latch_count(&gate.entered), 2);
}

static void run_until_cancelled(asyr_task *task, void *entered)
{
    latch_open(entered);
    while (!asyr_task_is_cancelled(task))
        sched_yield();
}

/* B22: the worker that the terminate sets free finds nothing to run. */
static void terminate_leaves_nothing_to_a_worker_that_it_frees(void)
{
    enum { QUEUED = 5000 };
    _Atomic int ran = 0, errors = 0;
    struct latch entered = LATCH_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(options, count_error, &errors,
                                                       NULL, &error));
    asyr_result_unref(support_submit(pool, run_until_cancelled, &entered, NULL));
    latch_wait(&entered, 1);
    for (int i = 0; i < QUEUED; i++)
        asyr_result_unref(support_submit(pool, run_count, &ran, options));
    support_terminate(pool);
    CU_ASSERT_EQUAL(ran, 0);
    CU_ASSERT_EQUAL(errors, QUEUED);
    asyr_task_options_free(options);
}

/* B23 */
static void join_needs_a_pool_that_is_not_open(void)
{
    static const int64_t polls[] = {0, -1, INT64_MIN};
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_result_unref(support_submit(pool, run_gate, &gate, NULL));
    UNIT_FAILS(ASYR_E_POOL_RUNNING, asyr_pool_join(pool, A_MINUTE, NULL, &error));
    UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    for (int i = 0; i < 3; i++)
        UNIT_FAILS(ASYR_E_TIMEOUT, asyr_pool_join(pool, polls[i], NULL, &error));
    latch_open(&gate.leave);
    UNIT_SUCCEEDS(asyr_pool_join(pool, ASYR_FOREVER, NULL, &error));
    UNIT_SUCCEEDS(asyr_pool_join(pool, 0, NULL, &error));
    support_end(pool);
}

struct inside {
    asyr_pool *pool;
    asyr_status status;
};

static void join_inside(asyr_task *task, void *arg)
{
    struct inside *inside = arg;
    (void)task;
    asyr_pool_close(inside->pool, NULL);
    inside->status = asyr_pool_join(inside->pool, ASYR_FOREVER, NULL, NULL);
}

static asyr_error *join_in_callback(asyr_value *value, void *arg)
{
    (void)value;
    join_inside(NULL, arg);
    return NULL;
}

/* B23, B24 */
static void join_inside_a_task_or_callback_is_a_deadlock(void)
{
    struct inside task = {support_pool(1), -1}, callback = {support_pool(1), -1};
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_callback(options, join_in_callback,
                                                 &callback, NULL, &error));
    asyr_result_unref(support_submit(task.pool, join_inside, &task, NULL));
    asyr_result_unref(support_submit(callback.pool, run_echo, NULL, options));
    asyr_task_options_free(options);
    support_end(task.pool);
    support_end(callback.pool);
    CU_ASSERT_EQUAL(task.status, ASYR_E_DEADLOCK);
    CU_ASSERT_EQUAL(callback.status, ASYR_E_DEADLOCK);
}

struct dropped {
    asyr_pool *pool;
    struct latch begin;
    struct latch done;
};

static void drop_pool(asyr_task *task, void *arg)
{
    struct dropped *dropped = arg;
    (void)task;
    latch_wait(&dropped->begin, 1);
    asyr_pool_unref(dropped->pool);
    latch_open(&dropped->done);
}

static asyr_error *drop_in_callback(asyr_value *value, void *arg)
{
    (void)value;
    drop_pool(NULL, arg);
    return NULL;
}

/* B23: the last reference may be dropped anywhere. */
static void the_last_reference_may_be_dropped_inside(void)
{
    struct dropped task = {support_pool(2), LATCH_CLOSED, LATCH_CLOSED};
    struct dropped callback = {support_pool(2), LATCH_CLOSED, LATCH_CLOSED};
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_callback(options, drop_in_callback,
                                                 &callback, NULL, &error));
    asyr_result_unref(support_submit(task.pool, drop_pool, &task, NULL));
    asyr_result *result = support_submit(callback.pool, run_echo, NULL, options);
    latch_open(&task.begin);
    latch_open(&callback.begin);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    latch_wait(&task.done, 1);
    asyr_task_options_free(options);
}

static void a_dropped_pool_completes_its_work(void)
{
    struct latch ran = LATCH_CLOSED;
    asyr_pool *pool = support_pool(1);
    CU_ASSERT_PTR_EQUAL(asyr_pool_ref(pool), pool);
    for (int i = 0; i < 20; i++)
        asyr_result_unref(support_submit(pool, run_open, &ran, NULL));
    asyr_pool_unref(pool);
    CU_ASSERT_EQUAL(asyr_pool_get_state(pool), ASYR_POOL_OPEN);
    asyr_pool_unref(pool);
    latch_wait(&ran, 20);
}

/* B19 */
static void an_initializer_runs_once_in_each_worker(void)
{
    struct gate gate = GATE_CLOSED;
    _Atomic int begun = 0;
    asyr_pool_options *options = support_pool_options(3);
    asyr_function *function = support_native(run_count, &begun);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_initializer(options, function, NULL, &error));
    asyr_function_unref(function);
    asyr_pool *pool = support_pool_with(options);
    for (int i = 0; i < 3; i++)
        asyr_result_unref(support_submit(pool, run_gate, &gate, NULL));
    latch_wait(&gate.entered, 3);
    CU_ASSERT_EQUAL(begun, 3);
    latch_open(&gate.leave);
    for (int i = 0; i < 10; i++)
        asyr_result_unref(support_submit(pool, run_echo, NULL, NULL));
    support_end(pool);
    CU_ASSERT_EQUAL(begun, 3);
}

static void wait_then_fail(asyr_task *task, void *arg)
{
    run_gate(task, arg);
    run_fail(task, NULL);
}

/* B19 */
static void an_initializer_that_fails_breaks_the_pool(void)
{
    struct gate gate = GATE_CLOSED;
    _Atomic int ran = 0;
    asyr_pool_options *options = support_pool_options(1);
    asyr_function *function = support_native(wait_then_fail, &gate);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_initializer(options, function, NULL, &error));
    asyr_function_unref(function);
    asyr_pool *pool = support_pool_with(options);
    asyr_result *waiting = support_submit(pool, run_count, &ran, NULL);
    latch_open(&gate.leave);
    asyr_error *error = support_error(waiting);
    asyr_error *cause = asyr_error_get_cause(error);
    CU_ASSERT_EQUAL(asyr_error_get_code(error), ASYR_E_BROKEN);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(cause), "it failed");
    CU_ASSERT_EQUAL(asyr_pool_get_state(pool), ASYR_POOL_BROKEN);
    CU_ASSERT_EQUAL(submit_status(pool), ASYR_E_BROKEN);
    asyr_error_unref(cause);
    asyr_error_unref(error);
    asyr_result_unref(waiting);
    support_end(pool);
    CU_ASSERT_EQUAL(ran, 0);
    CU_ASSERT_EQUAL(latch_count(&gate.entered), 1);
}

/* B19, B25 */
static void an_initializer_that_ends_its_thread_breaks_the_pool(void)
{
    asyr_result *result = NULL;
    asyr_pool_options *options = support_pool_options(2);
    asyr_function *function = support_native(run_exit, NULL);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_initializer(options, function, NULL, &error));
    asyr_pool *pool = support_pool_with(options);
    asyr_status status =
        asyr_pool_apply_async(pool, function, NULL, NULL, &result, NULL);
    if (status == ASYR_OK)
        status = support_take_outcome(result);
    CU_ASSERT_EQUAL(status, ASYR_E_BROKEN);
    asyr_function_unref(function);
    support_end(pool);
}

/* A worker's own mark, set by the initializer, counts its tasks. */
static _Thread_local int tasks_here;

static void count_here(asyr_task *task, void *most)
{
    _Atomic int *highest = most;
    (void)task;
    int count = ++tasks_here;
    int seen = atomic_load(highest);
    while (count > seen && !atomic_compare_exchange_weak(highest, &seen, count))
        continue;
}

/* B19 */
static void a_worker_ends_after_as_many_tasks_as_it_may_run(void)
{
    _Atomic int most = 0, begun = 0;
    asyr_pool_options *options = support_pool_options(1);
    asyr_function *function = support_native(run_count, &begun);
    UNIT_SUCCEEDS(asyr_pool_options_set_max_tasks_per_worker(options, 3, &error));
    UNIT_SUCCEEDS(
        asyr_pool_options_set_initializer(options, function, NULL, &error));
    asyr_function_unref(function);
    asyr_pool *pool = support_pool_with(options);
    for (int i = 0; i < 30; i++)
        CU_ASSERT_EQUAL(
            support_take_outcome(support_submit(pool, count_here, &most, NULL)),
            ASYR_OK);
    support_end(pool);
    CU_ASSERT_EQUAL(most, 3);
    CU_ASSERT_TRUE(begun >= 10);
}

/* B19: chunks count as tasks. */
static void a_chunk_counts_as_one_task(void)
{
    _Atomic int most = 0;
    asyr_pool_options *options = support_pool_options(1);
    asyr_task_options *chunks = support_task_options();
    UNIT_SUCCEEDS(asyr_pool_options_set_max_tasks_per_worker(options, 1, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_chunk_size(chunks, 4, &error));
    asyr_pool *pool = support_pool_with(options);
    asyr_result *result = support_map(pool, count_here, &most, 20, chunks);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    asyr_task_options_free(chunks);
    support_end(pool);
    CU_ASSERT_EQUAL(most, 4);
}

/* B25 */
static void a_task_that_ends_its_thread_loses_its_worker_alone(void)
{
    asyr_pool *pool = support_pool(1);
    for (int i = 0; i < 20; i++) {
        asyr_result *lost = support_submit(pool, run_exit, NULL, NULL);
        asyr_result *next = support_submit(pool, run_echo, NULL, NULL);
        CU_ASSERT_EQUAL(support_take_outcome(lost), ASYR_E_WORKER_LOST);
        CU_ASSERT_EQUAL(support_take_outcome(next), ASYR_OK);
    }
    support_end(pool);
}

static asyr_error *end_thread(asyr_value *value, void *arg)
{
    (void)value;
    (void)arg;
    pthread_exit(NULL);
}

/* B10, B25 */
static void a_callback_that_ends_its_thread_gets_a_new_dispatcher(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(options, end_thread, NULL, NULL, &error));
    for (int i = 0; i < 5; i++) {
        asyr_result *result = support_submit(pool, run_echo, NULL, options);
        CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_WORKER_LOST);
    }
    asyr_task_options_free(options);
    support_end(pool);
}

enum { BURST = 50000 };

static int64_t count_slabs(asyr_pool *pool)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < pool->shard_count; i++) {
        asyri_shard_lock(&pool->shards[i]);
        count += pool->shards[i].cells.slab_count;
        asyri_shard_unlock(&pool->shards[i]);
    }
    return count;
}

static bool has_few_slabs(void *arg)
{
    return count_slabs(arg) <= 2 * (int64_t)((asyr_pool *)arg)->shard_count;
}

/* Also when all of it is given back after the workers have gone to sleep. */
static void memory_goes_back_after_a_burst(void)
{
    static asyr_result *results[BURST];
    asyr_pool *pool = support_pool(2);
    asyr_function *function = support_native(run_echo, NULL);
    for (int i = 0; i < BURST; i++)
        UNIT_SUCCEEDS(
            asyr_pool_apply_async(pool, function, NULL, NULL, &results[i], &error));
    for (int i = 0; i < BURST; i++)
        UNIT_SUCCEEDS(asyr_result_wait(results[i], A_MINUTE, NULL, &error));
    CU_ASSERT_TRUE(count_slabs(pool) > BURST / 1024);
    support_await_idle(pool, 2);
    for (int i = 0; i < BURST; i++)
        asyr_result_unref(results[i]);
    support_until(has_few_slabs, pool);
    asyr_function_unref(function);
    support_end(pool);
}

struct numbered {
    int *next;
    int number;
    _Atomic int *misplaced;
};

static void run_numbered(asyr_task *task, void *arg)
{
    struct numbered *numbered = arg;
    (void)task;
    *numbered->misplaced += (*numbered->next)++ != numbered->number;
}

struct locking {
    asyr_pool *pool;
    struct latch began;
    atomic_bool over;
};

/* Hold the lock that a submit needs, and let it go, again and again. */
static void *lock_and_unlock(void *arg)
{
    struct locking *locking = arg;
    while (!locking->over)
        for (uint32_t i = 0; i < locking->pool->shard_count; i++) {
            asyri_shard_lock(&locking->pool->shards[i]);
            latch_open(&locking->began);
            usleep(200);
            asyri_shard_unlock(&locking->pool->shards[i]);
            usleep(10);
        }
    return NULL;
}

static void one_worker_keeps_the_order_of_the_submits(void)
{
    enum { COUNT = 5000 };
    static struct numbered tasks[COUNT];
    int next = 0;
    _Atomic int misplaced = 0;
    pthread_t thread;
    struct gate gate = GATE_CLOSED;
    struct locking locking = {.pool = support_pool(1)};
    latch_init(&locking.began);
    asyr_result_unref(support_submit(locking.pool, run_gate, &gate, NULL));
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, lock_and_unlock, &locking),
                          0);
    latch_wait(&locking.began, 1);
    for (int i = 0; i < COUNT; i++) {
        tasks[i] = (struct numbered){&next, i, &misplaced};
        asyr_result_unref(
            support_submit(locking.pool, run_numbered, &tasks[i], NULL));
    }
    locking.over = true;
    pthread_join(thread, NULL);
    latch_open(&gate.leave);
    support_end(locking.pool);
    CU_ASSERT_EQUAL(next, COUNT);
    CU_ASSERT_EQUAL(misplaced, 0);
}

CU_TestInfo pool_tests[] = {
    UNIT_TEST(no_pool_is_refused),
    UNIT_TEST(a_submit_without_a_function_or_a_list_is_refused),
    UNIT_TEST(the_defaults_use_every_cpu),
    UNIT_TEST(its_threads_carry_its_name),
    UNIT_TEST(a_closed_pool_completes_what_it_accepted),
    UNIT_TEST(terminate_ends_every_result_now),
    UNIT_TEST(a_running_task_sees_that_the_pool_is_terminated),
    UNIT_TEST(terminate_leaves_nothing_to_a_worker_that_it_frees),
    UNIT_TEST(join_needs_a_pool_that_is_not_open),
    UNIT_TEST(join_inside_a_task_or_callback_is_a_deadlock),
    UNIT_TEST(the_last_reference_may_be_dropped_inside),
    UNIT_TEST(a_dropped_pool_completes_its_work),
    UNIT_TEST(an_initializer_runs_once_in_each_worker),
    UNIT_TEST(an_initializer_that_fails_breaks_the_pool),
    UNIT_TEST(an_initializer_that_ends_its_thread_breaks_the_pool),
    UNIT_TEST(a_worker_ends_after_as_many_tasks_as_it_may_run),
    UNIT_TEST(a_chunk_counts_as_one_task),
    UNIT_TEST(a_task_that_ends_its_thread_loses_its_worker_alone),
    UNIT_TEST(a_callback_that_ends_its_thread_gets_a_new_dispatcher),
    UNIT_TEST(memory_goes_back_after_a_burst),
    UNIT_TEST(one_worker_keeps_the_order_of_the_submits),
    CU_TEST_INFO_NULL};
