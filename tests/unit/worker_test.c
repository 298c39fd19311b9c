/* Workers that a host lends, by push and by pull. */
#include "support.h"

#include "core/result.h"
#include "pool/pool.h"

static asyr_pool *host_pool_with(asyr_pool_options *options)
{
    UNIT_SUCCEEDS(
        asyr_pool_options_set_worker_source(options, ASYR_WORKERS_HOST, &error));
    return support_pool_with(options);
}

static asyr_pool *host_pool(int64_t workers)
{
    return host_pool_with(support_pool_options(workers));
}

static asyr_worker *lend(asyr_pool *pool)
{
    asyr_worker *worker = NULL;
    UNIT_SUCCEEDS(asyr_worker_new(pool, &worker, &error));
    return worker;
}

static asyr_task *next_task(asyr_worker *worker)
{
    asyr_task *task = NULL;
    UNIT_SUCCEEDS(asyr_worker_next(worker, A_MINUTE, NULL, &task, &error));
    return task;
}

/* A thread that is lent until the pool ends, with how that ended. */
struct pushing {
    asyr_pool *pool;
    asyr_interrupt *interrupt;
    pthread_t thread;
    asyr_worker *worker;
    asyr_status status;
    struct latch done;
};

static void *push(void *arg)
{
    struct pushing *pushing = arg;
    pushing->status = asyr_worker_new(pushing->pool, &pushing->worker, NULL);
    if (pushing->status == ASYR_OK)
        pushing->status = asyr_worker_run(pushing->worker, pushing->interrupt, NULL);
    latch_open(&pushing->done);
    return NULL;
}

static void begin(struct pushing *pushing)
{
    latch_init(&pushing->done);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&pushing->thread, NULL, push, pushing), 0);
}

static void expect_end(struct pushing *pushing, asyr_status status)
{
    latch_wait(&pushing->done, 1);
    pthread_join(pushing->thread, NULL);
    CU_ASSERT_EQUAL(pushing->status, status);
}

static void no_worker_is_refused(void)
{
    asyr_worker *worker = NULL;
    asyr_task *task = NULL;
    asyr_pool *pool = host_pool(1);
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_worker_new(NULL, &worker, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_worker_new(pool, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_worker_run(NULL, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_worker_next(NULL, 0, NULL, &task, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_worker_done(NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_worker_lost(NULL, "gone", &error));
    CU_ASSERT_EQUAL(asyr_worker_done(NULL, NULL), ASYR_E_ARGUMENT);
    asyr_worker_free(NULL);
    worker = lend(pool);
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_worker_next(worker, 0, NULL, NULL, &error));
    asyr_worker_free(worker);
    support_end(pool);
}

static void a_pool_takes_as_many_as_it_was_made_for(void)
{
    asyr_worker *worker = NULL;
    asyr_pool *own = support_pool(1), *pool = host_pool(2);
    asyr_worker *first = lend(pool), *second = lend(pool);
    UNIT_FAILS(ASYR_E_STATE, asyr_worker_new(own, &worker, &error));
    UNIT_FAILS(ASYR_E_STATE, asyr_worker_new(pool, &worker, &error));
    CU_ASSERT_PTR_NULL(worker);
    asyr_worker_free(first);
    worker = lend(pool);
    UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    asyr_worker_free(second);
    UNIT_FAILS(ASYR_E_STOP, asyr_worker_new(pool, &second, &error));
    asyr_worker_free(worker);
    support_end(pool);
    support_end(own);
}

static void a_closed_pool_still_takes_a_worker_for_its_queue(void)
{
    asyr_pool *pool = host_pool(1);
    asyr_result *result = support_submit(pool, run_echo, NULL, NULL);
    UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    asyr_worker *worker = lend(pool);
    UNIT_FAILS(ASYR_E_STOP, asyr_worker_run(worker, NULL, &error));
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    asyr_worker_free(worker);
    support_end(pool);
}

static void remember_thread(asyr_task *task, void *thread)
{
    (void)task;
    *(pthread_t *)thread = pthread_self();
}

static void a_pushed_worker_runs_tasks_on_its_thread(void)
{
    pthread_t thread;
    struct pushing pushing = {.pool = host_pool(1)};
    begin(&pushing);
    for (int i = 0; i < 5; i++) {
        asyr_result *result =
            support_submit(pushing.pool, remember_thread, &thread, NULL);
        CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
        CU_ASSERT_TRUE(pthread_equal(thread, pushing.thread));
    }
    UNIT_SUCCEEDS(asyr_pool_close(pushing.pool, &error));
    expect_end(&pushing, ASYR_E_STOP);
    asyr_worker_free(pushing.worker);
    support_end(pushing.pool);
}

static void a_pushed_worker_can_be_interrupted_between_tasks(void)
{
    struct pushing pushing = {.pool = host_pool(1),
                              .interrupt = support_interrupt()};
    begin(&pushing);
    CU_ASSERT_EQUAL(
        support_take_outcome(support_submit(pushing.pool, run_echo, NULL, NULL)),
        ASYR_OK);
    asyr_interrupt_trigger(pushing.interrupt);
    expect_end(&pushing, ASYR_E_INTERRUPTED);
    asyr_interrupt_clear(pushing.interrupt);
    asyr_result *result = support_submit(pushing.pool, run_echo, NULL, NULL);
    UNIT_SUCCEEDS(asyr_pool_close(pushing.pool, &error));
    UNIT_FAILS(ASYR_E_STOP,
               asyr_worker_run(pushing.worker, pushing.interrupt, &error));
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    asyr_worker_free(pushing.worker);
    asyr_interrupt_unref(pushing.interrupt);
    support_end(pushing.pool);
}

/* B19 */
static void a_pushed_worker_runs_as_many_tasks_as_it_may(void)
{
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_max_tasks_per_worker(options, 2, &error));
    asyr_pool *pool = host_pool_with(options);
    asyr_worker *worker = lend(pool);
    for (int i = 0; i < 4; i++)
        asyr_result_unref(support_submit(pool, run_echo, NULL, NULL));
    UNIT_SUCCEEDS(asyr_worker_run(worker, NULL, &error));
    CU_ASSERT_TRUE(asyri_pool_has_work(pool));
    asyr_worker_free(worker);
    worker = lend(pool);
    UNIT_SUCCEEDS(asyr_worker_run(worker, NULL, &error));
    CU_ASSERT_EQUAL(pool->queued, 0);
    asyr_worker_free(worker);
    support_end(pool);
}

/* B19 */
static void a_lent_worker_runs_the_initializer_once(void)
{
    _Atomic int begun = 0;
    asyr_pool_options *options = support_pool_options(1);
    asyr_function *function = support_native(run_count, &begun);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_initializer(options, function, NULL, &error));
    asyr_function_unref(function);
    asyr_pool *pool = host_pool_with(options);
    asyr_worker *worker = lend(pool);
    for (int i = 0; i < 3; i++) {
        asyr_result_unref(support_submit(pool, run_echo, NULL, NULL));
        next_task(worker);
        UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    }
    CU_ASSERT_EQUAL(begun, 1);
    asyr_worker_free(worker);
    support_end(pool);
}

static void run_itself(asyr_task *task, void *answer)
{
    *(asyr_status *)answer = asyr_task_run(task, NULL);
}

static void an_initializers_task_cannot_be_run_again(void)
{
    asyr_status answer = -1;
    asyr_pool_options *options = support_pool_options(1);
    asyr_function *function = support_native(run_itself, &answer);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_initializer(options, function, NULL, &error));
    asyr_function_unref(function);
    asyr_pool *pool = support_pool_with(options);
    CU_ASSERT_EQUAL(support_take_outcome(support_submit(pool, run_echo, NULL, NULL)),
                    ASYR_OK);
    CU_ASSERT_EQUAL(answer, ASYR_E_ARGUMENT);
    support_end(pool);
}

/* B19 */
static void an_initializer_that_fails_stops_a_lent_worker(void)
{
    asyr_task *task = NULL;
    asyr_pool_options *options = support_pool_options(1);
    asyr_function *function = support_native(run_fail, NULL);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_initializer(options, function, NULL, &error));
    asyr_function_unref(function);
    asyr_pool *pool = host_pool_with(options);
    asyr_result *result = support_submit(pool, run_echo, NULL, NULL);
    asyr_worker *worker = lend(pool);
    UNIT_FAILS(ASYR_E_STOP, asyr_worker_next(worker, 0, NULL, &task, &error));
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_BROKEN);
    asyr_worker_free(worker);
    support_end(pool);
}

static void a_pulled_task_is_answered_by_its_host(void)
{
    int64_t number = 0;
    int mark = 0;
    asyr_value *argument = NULL;
    asyr_pool *pool = host_pool(1);
    asyr_worker *worker = lend(pool);
    asyr_result *result = support_submit_value(pool, run_echo, &mark, 6);
    asyr_task *task = next_task(worker);
    asyr_function *function = asyr_task_get_function(task);
    CU_ASSERT_STRING_EQUAL(asyr_function_get_name(function), "native");
    CU_ASSERT_PTR_EQUAL(asyr_task_get_native_arg(task), &mark);
    CU_ASSERT_EQUAL(asyr_task_get_argument_count(task), 1);
    UNIT_SUCCEEDS(asyr_task_get_int64(task, 0, &number, &error));
    UNIT_SUCCEEDS(asyr_task_get_argument(task, 0, &argument, &error));
    UNIT_SUCCEEDS(asyr_task_return_int64(task, 7 * number, &error));
    CU_ASSERT_FALSE(asyr_result_is_ready(result));
    UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    UNIT_SUCCEEDS(asyr_result_get_int64(result, 0, &number, &error));
    CU_ASSERT_EQUAL(number, 42);
    asyr_value_unref(argument);
    asyr_function_unref(function);
    asyr_result_unref(result);
    asyr_worker_free(worker);
    support_end(pool);
}

static void a_pulled_task_can_be_run_by_the_library(void)
{
    int64_t number = 0;
    asyr_pool *pool = host_pool(1);
    asyr_worker *worker = lend(pool);
    asyr_result *result = support_submit_value(pool, run_echo, NULL, 5);
    UNIT_SUCCEEDS(asyr_task_run(next_task(worker), &error));
    UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    UNIT_SUCCEEDS(asyr_result_get_int64(result, 0, &number, &error));
    CU_ASSERT_EQUAL(number, 5);
    asyr_result_unref(result);
    asyr_worker_free(worker);
    support_end(pool);
}

static void next_and_done_alternate(void)
{
    asyr_task *task = NULL;
    asyr_pool *pool = host_pool(1);
    asyr_worker *worker = lend(pool);
    UNIT_FAILS(ASYR_E_STATE, asyr_worker_done(worker, &error));
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_worker_next(worker, 0, NULL, &task, &error));
    UNIT_FAILS(ASYR_E_TIMEOUT,
               asyr_worker_next(worker, INT64_MIN, NULL, &task, &error));
    asyr_result *result = support_submit(pool, run_echo, NULL, NULL);
    next_task(worker);
    UNIT_FAILS(ASYR_E_STATE, asyr_worker_next(worker, 0, NULL, &task, &error));
    UNIT_FAILS(ASYR_E_STATE, asyr_worker_run(worker, NULL, &error));
    UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    UNIT_FAILS(ASYR_E_STATE, asyr_worker_done(worker, &error));
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    UNIT_FAILS(ASYR_E_STOP,
               asyr_worker_next(worker, ASYR_FOREVER, NULL, &task, &error));
    asyr_worker_free(worker);
    support_end(pool);
}

static void *pull_one(void *arg)
{
    struct pushing *pulling = arg;
    asyr_task *task = NULL;
    pulling->status = asyr_worker_next(pulling->worker, ASYR_FOREVER,
                                       pulling->interrupt, &task, NULL);
    latch_open(&pulling->done);
    return NULL;
}

static void a_pull_can_be_interrupted(void)
{
    struct pushing pulling = {.pool = host_pool(1),
                              .interrupt = support_interrupt()};
    pulling.worker = lend(pulling.pool);
    latch_init(&pulling.done);
    pthread_create(&pulling.thread, NULL, pull_one, &pulling);
    support_await_idle(pulling.pool, 1);
    asyr_interrupt_trigger(pulling.interrupt);
    expect_end(&pulling, ASYR_E_INTERRUPTED);
    asyr_worker_free(pulling.worker);
    asyr_interrupt_unref(pulling.interrupt);
    support_end(pulling.pool);
}

static asyr_result *map_of(asyr_pool *pool, int64_t items, int64_t chunk)
{
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_chunk_size(options, chunk, &error));
    asyr_result *result = support_map(pool, run_echo, NULL, items, options);
    asyr_task_options_free(options);
    return result;
}

static void a_map_is_pulled_item_by_item(void)
{
    asyr_value *list = NULL;
    asyr_pool *pool = host_pool(1);
    asyr_worker *worker = lend(pool);
    asyr_result *result = map_of(pool, 5, 2);
    for (int64_t i = 0; i < 5; i++) {
        int64_t number = -1;
        asyr_task *task = next_task(worker);
        UNIT_SUCCEEDS(asyr_task_get_int64(task, 0, &number, &error));
        CU_ASSERT_EQUAL(number, i);
        UNIT_SUCCEEDS(asyr_task_return_int64(task, i * i, &error));
        CU_ASSERT_FALSE(asyr_result_is_ready(result));
        UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    }
    UNIT_SUCCEEDS(asyr_result_get(result, 0, NULL, &list, &error));
    CU_ASSERT_EQUAL(asyr_value_get_count(list), 5);
    asyr_value_unref(list);
    asyr_result_unref(result);
    asyr_worker_free(worker);
    support_end(pool);
}

/* B16: the rest of the chunk is skipped for a host that pulls, too. */
static void a_pulled_item_that_fails_skips_the_rest_of_its_chunk(void)
{
    int64_t number = -1;
    asyr_pool *pool = host_pool(1);
    asyr_worker *worker = lend(pool);
    asyr_result *result = map_of(pool, 6, 3);
    UNIT_SUCCEEDS(asyr_task_fail_with(next_task(worker), NULL, "first", &error));
    UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    UNIT_SUCCEEDS(asyr_task_get_int64(next_task(worker), 0, &number, &error));
    CU_ASSERT_EQUAL(number, 3);
    UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    for (int i = 0; i < 2; i++) {
        next_task(worker);
        UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    }
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_TASK);
    asyr_worker_free(worker);
    support_end(pool);
}

static void items_without_arguments_fail_before_the_host_sees_them(void)
{
    asyr_task *task = NULL;
    asyr_pool *pool = host_pool(1);
    asyr_worker *worker = lend(pool);
    asyr_function *function = support_native(run_echo, NULL);
    asyr_value *items = support_numbers(4);
    asyr_result *result = NULL;
    UNIT_SUCCEEDS(
        asyr_pool_starmap_async(pool, function, items, NULL, &result, &error));
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_worker_next(worker, 0, NULL, &task, &error));
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_TYPE);
    asyr_value_unref(items);
    asyr_function_unref(function);
    asyr_worker_free(worker);
    support_end(pool);
}

/* B25 */
static void a_lost_worker_fails_its_task_and_can_be_replaced(void)
{
    asyr_pool *pool = host_pool(1);
    asyr_worker *worker = lend(pool), *next = NULL;
    asyr_task *task = NULL;
    asyr_result *result = map_of(pool, 4, 4);
    next_task(worker);
    UNIT_SUCCEEDS(asyr_worker_lost(worker, "goroutine exited", &error));
    asyr_error *lost = support_error(result);
    CU_ASSERT_EQUAL(asyr_error_get_code(lost), ASYR_E_WORKER_LOST);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(lost), "goroutine exited");
    asyr_error_unref(lost);
    UNIT_SUCCEEDS(asyr_worker_lost(worker, NULL, &error));
    UNIT_FAILS(ASYR_E_STATE, asyr_worker_next(worker, 0, NULL, &task, &error));
    UNIT_FAILS(ASYR_E_STATE, asyr_worker_run(worker, NULL, &error));
    UNIT_FAILS(ASYR_E_STATE, asyr_worker_done(worker, &error));
    next = lend(pool);
    asyr_worker_free(worker);
    asyr_worker_free(next);
    asyr_result_unref(result);
    support_end(pool);
}

static void a_worker_lost_without_a_word_has_a_message(void)
{
    asyr_pool *pool = host_pool(1);
    asyr_worker *worker = lend(pool);
    asyr_result *result = support_submit(pool, run_echo, NULL, NULL);
    next_task(worker);
    UNIT_SUCCEEDS(asyr_worker_lost(worker, NULL, &error));
    asyr_error *error = support_error(result);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(error), "the worker was lost");
    asyr_error_unref(error);
    asyr_result_unref(result);
    asyr_worker_free(worker);
    support_end(pool);
}

static void a_worker_taken_back_with_a_task_fails_it(void)
{
    for (int done = 0; done < 2; done++) {
        asyr_pool *pool = host_pool(1);
        asyr_worker *worker = lend(pool);
        asyr_result *result = map_of(pool, 4, 4);
        next_task(worker);
        if (done) /* between two items */
            UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
        asyr_worker_free(worker);
        CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_WORKER_LOST);
        support_end(pool);
    }
}

/* B22 */
static void a_pulled_task_of_a_terminated_pool_is_told(void)
{
    asyr_pool *pool = host_pool(1);
    asyr_worker *worker = lend(pool);
    asyr_result *result = map_of(pool, 4, 4);
    asyr_task *task = next_task(worker);
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    CU_ASSERT_TRUE(asyr_task_is_cancelled(task));
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_TERMINATED);
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_pool_join(pool, 0, NULL, &error));
    UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    UNIT_FAILS(ASYR_E_STOP, asyr_worker_next(worker, 0, NULL, &task, &error));
    asyr_worker_free(worker);
    support_terminate(pool);
}

/* B29 */
static void a_pulled_map_that_is_cancelled_stops_at_the_next_item(void)
{
    asyr_task *task = NULL;
    asyr_pool *pool = host_pool(1);
    asyr_worker *worker = lend(pool);
    asyr_result *result = map_of(pool, 4, 4);
    next_task(worker);
    UNIT_SUCCEEDS(asyr_result_cancel(result, NULL, &error));
    UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_worker_next(worker, 0, NULL, &task, &error));
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_CANCELLED);
    asyr_worker_free(worker);
    support_end(pool);
}

/* B19 */
static void a_pulling_worker_runs_as_many_tasks_as_it_may(void)
{
    asyr_task *task = NULL;
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_max_tasks_per_worker(options, 1, &error));
    asyr_pool *pool = host_pool_with(options);
    asyr_worker *worker = lend(pool);
    asyr_result *result = map_of(pool, 4, 2);
    for (int i = 0; i < 4; i++) {
        next_task(worker);
        UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
        if (i != 1)
            continue;
        UNIT_FAILS(ASYR_E_STOP, asyr_worker_next(worker, 0, NULL, &task, &error));
        asyr_worker_free(worker);
        worker = lend(pool);
    }
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    asyr_worker_free(worker);
    support_end(pool);
}

/* B24: no thread runs a task that was pulled, so nothing can be told of it. */
static void a_lent_thread_may_wait_for_another_task(void)
{
    asyr_pool *pool = host_pool(2);
    asyr_worker *first = lend(pool), *second = lend(pool);
    asyr_result *outer = support_submit(pool, run_echo, NULL, NULL);
    asyr_result *inner = support_submit(pool, run_echo, NULL, NULL);
    next_task(first);
    next_task(second);
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_result_wait(outer, 1000, NULL, &error));
    UNIT_SUCCEEDS(asyr_worker_done(second, &error));
    UNIT_SUCCEEDS(asyr_result_wait(inner, ASYR_FOREVER, NULL, &error));
    UNIT_SUCCEEDS(asyr_worker_done(first, &error));
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    asyr_result_unref(inner);
    asyr_worker_free(first);
    asyr_worker_free(second);
    support_end(pool);
}

CU_TestInfo worker_tests[] = {
    UNIT_TEST(no_worker_is_refused),
    UNIT_TEST(a_pool_takes_as_many_as_it_was_made_for),
    UNIT_TEST(a_closed_pool_still_takes_a_worker_for_its_queue),
    UNIT_TEST(a_pushed_worker_runs_tasks_on_its_thread),
    UNIT_TEST(a_pushed_worker_can_be_interrupted_between_tasks),
    UNIT_TEST(a_pushed_worker_runs_as_many_tasks_as_it_may),
    UNIT_TEST(a_lent_worker_runs_the_initializer_once),
    UNIT_TEST(an_initializers_task_cannot_be_run_again),
    UNIT_TEST(an_initializer_that_fails_stops_a_lent_worker),
    UNIT_TEST(a_pulled_task_is_answered_by_its_host),
    UNIT_TEST(a_pulled_task_can_be_run_by_the_library),
    UNIT_TEST(next_and_done_alternate),
    UNIT_TEST(a_pull_can_be_interrupted),
    UNIT_TEST(a_map_is_pulled_item_by_item),
    UNIT_TEST(a_pulled_item_that_fails_skips_the_rest_of_its_chunk),
    UNIT_TEST(items_without_arguments_fail_before_the_host_sees_them),
    UNIT_TEST(a_lost_worker_fails_its_task_and_can_be_replaced),
    UNIT_TEST(a_worker_lost_without_a_word_has_a_message),
    UNIT_TEST(a_worker_taken_back_with_a_task_fails_it),
    UNIT_TEST(a_pulled_task_of_a_terminated_pool_is_told),
    UNIT_TEST(a_pulled_map_that_is_cancelled_stops_at_the_next_item),
    UNIT_TEST(a_pulling_worker_runs_as_many_tasks_as_it_may),
    UNIT_TEST(a_lent_thread_may_wait_for_another_task),
    CU_TEST_INFO_NULL};
