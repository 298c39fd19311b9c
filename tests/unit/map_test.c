/* Maps: order, chunks, policies for errors, cancelling. */
#include "support.h"

#include <stdio.h>

#include "core/result.h"
#include "pool/job.h"
#include "pool/pool.h"

static void double_it(asyr_task *task, void *arg)
{
    int64_t number = 0;
    (void)arg;
    asyr_task_get_int64(task, 0, &number, NULL);
    asyr_task_return_int64(task, 2 * number, NULL);
}

static void add(asyr_task *task, void *arg)
{
    int64_t a = 0, b = 0;
    (void)arg;
    asyr_task_get_int64(task, 0, &a, NULL);
    asyr_task_get_int64(task, 1, &b, NULL);
    asyr_task_return_int64(task, a + b, NULL);
}

static asyr_task_options *chunks_of(int64_t size, int32_t policy)
{
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_chunk_size(options, size, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_error_policy(options, policy, &error));
    return options;
}

static asyr_value *value_of(asyr_result *result)
{
    asyr_value *value = NULL;
    UNIT_SUCCEEDS(asyr_result_get(result, A_MINUTE, NULL, &value, &error));
    return value;
}

static int64_t number_at(asyr_value *list, int64_t index)
{
    int64_t number = -1;
    asyr_value *item = NULL;
    UNIT_SUCCEEDS(asyr_value_get_item(list, index, &item, &error));
    UNIT_SUCCEEDS(asyr_value_get_int64(item, &number, &error));
    asyr_value_unref(item);
    return number;
}

/* B14 */
static void results_keep_the_order_of_the_items(void)
{
    static const int64_t sizes[] = {1, 2, 3, 7, 49, 50, 51, INT64_MAX};
    asyr_pool *pool = support_pool(3);
    for (int i = 0; i < 8; i++) {
        int misplaced = 0;
        asyr_task_options *options = chunks_of(sizes[i], ASYR_ERRORS_FIRST);
        asyr_result *result = support_map(pool, double_it, NULL, 50, options);
        asyr_value *list = value_of(result);
        CU_ASSERT_EQUAL(asyr_value_get_count(list), 50);
        for (int64_t at = 0; at < 50; at++)
            misplaced += number_at(list, at) != 2 * at;
        CU_ASSERT_EQUAL(misplaced, 0);
        asyr_value_unref(list);
        asyr_result_unref(result);
        asyr_task_options_free(options);
    }
    support_end(pool);
}

static int64_t chunks(int64_t workers, int64_t items, int64_t size)
{
    asyr_pool *pool = support_pool(workers);
    asyr_task_options *options =
        size ? chunks_of(size, ASYR_ERRORS_FIRST) : support_task_options();
    asyr_result *result = support_map(pool, double_it, NULL, items, options);
    int64_t count = asyri_job_task_count(asyri_job_of(result));
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    asyr_task_options_free(options);
    support_end(pool);
    return count;
}

/* B14: ceil(n / (4 * workers)) items make a chunk by default. */
static void the_default_chunk_is_a_quarter_of_a_workers_share(void)
{
    CU_ASSERT_EQUAL(chunks(1, 0, 0), 0);
    CU_ASSERT_EQUAL(chunks(1, 1, 0), 1);
    CU_ASSERT_EQUAL(chunks(1, 4, 0), 4);
    CU_ASSERT_EQUAL(chunks(1, 5, 0), 3);
    CU_ASSERT_EQUAL(chunks(2, 100, 0), 8);
    CU_ASSERT_EQUAL(chunks(3, 25, 0), 9);
    CU_ASSERT_EQUAL(chunks(2, 100, 30), 4);
    CU_ASSERT_EQUAL(chunks(2, 100, INT64_MAX), 1);
}

static void a_starmap_spreads_its_items(void)
{
    asyr_pool *pool = support_pool(2);
    asyr_function *function = support_native(add, NULL);
    asyr_value *items = unit_list();
    asyr_result *result = NULL;
    for (int i = 0; i < 5; i++) {
        asyr_value *pair = support_numbers(2);
        UNIT_SUCCEEDS(asyr_value_append(items, pair, &error));
        asyr_value_unref(pair);
    }
    UNIT_SUCCEEDS(
        asyr_pool_starmap_async(pool, function, items, NULL, &result, &error));
    asyr_value *list = value_of(result);
    CU_ASSERT_EQUAL(asyr_value_get_count(list), 5);
    CU_ASSERT_EQUAL(number_at(list, 4), 1);
    asyr_value_unref(list);
    asyr_value_unref(items);
    asyr_result_unref(result);
    asyr_function_unref(function);
    support_end(pool);
}

static void a_starmap_over_something_else_fails_at_its_item(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_function *function = support_native(add, NULL);
    asyr_value *items = support_numbers(3);
    asyr_result *result = NULL;
    UNIT_SUCCEEDS(
        asyr_pool_starmap_async(pool, function, items, NULL, &result, &error));
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_TYPE);
    asyr_value_unref(items);
    asyr_function_unref(function);
    support_end(pool);
}

struct called {
    _Atomic int values;
    _Atomic int errors;
    int64_t count;
};

static asyr_error *count_list(asyr_value *value, void *arg)
{
    struct called *called = arg;
    called->values++;
    called->count = asyr_value_get_count(value);
    return NULL;
}

static asyr_error *count_error(asyr_error *failure, void *arg)
{
    (void)failure;
    ((struct called *)arg)->errors++;
    return NULL;
}

static void set_callbacks(asyr_task_options *options, struct called *called)
{
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(options, count_list, called, NULL, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(options, count_error, called,
                                                       NULL, &error));
}

/* B17 */
static void an_empty_map_is_ready_and_calls_back_once(void)
{
    struct called called = {.count = -1};
    bool successful = false;
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = support_task_options();
    asyr_result *plain = support_map(pool, double_it, NULL, 0, options);
    CU_ASSERT_TRUE(asyr_result_is_ready(plain));
    UNIT_SUCCEEDS(asyr_result_is_successful(plain, &successful, &error));
    CU_ASSERT_TRUE(successful);
    set_callbacks(options, &called);
    asyr_result *heard = support_map(pool, double_it, NULL, 0, options);
    asyr_value *list = value_of(heard);
    CU_ASSERT_EQUAL(asyr_value_get_type(list), ASYR_VALUE_LIST);
    CU_ASSERT_EQUAL(asyr_value_get_count(list), 0);
    CU_ASSERT_EQUAL(called.values, 1);
    CU_ASSERT_EQUAL(called.count, 0);
    asyr_value_unref(list);
    asyr_result_unref(plain);
    asyr_result_unref(heard);
    asyr_task_options_free(options);
    support_end(pool);
}

/* What the items of a map that fail do. */
struct failing {
    _Atomic uint64_t ran; /* a bit per item */
    uint64_t fails;       /* which of them fail */
};

static void fail_some(asyr_task *task, void *arg)
{
    struct failing *failing = arg;
    int64_t number = 0;
    char message[32];
    asyr_task_get_int64(task, 0, &number, NULL);
    atomic_fetch_or(&failing->ran, UINT64_C(1) << number);
    if (!(failing->fails >> number & 1))
        return;
    snprintf(message, sizeof message, "item %d", (int)number);
    asyr_task_fail_with(task, "Oops", message, NULL);
}

static asyr_error *fail_map(struct failing *failing, int64_t workers, int64_t items,
                            asyr_task_options *options)
{
    asyr_pool *pool = support_pool(workers);
    asyr_result *result = support_map(pool, fail_some, failing, items, options);
    asyr_error *error = support_error(result);
    asyr_result_unref(result);
    support_end(pool);
    return error;
}

/* B16 */
static void a_failure_skips_the_rest_of_its_chunk_alone(void)
{
    struct called called = {.count = -1};
    struct failing failing = {.fails = 1 << 1 | 1 << 6};
    asyr_task_options *options = chunks_of(3, ASYR_ERRORS_FIRST);
    set_callbacks(options, &called);
    asyr_error *error = fail_map(&failing, 1, 9, options);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(error), "item 1");
    CU_ASSERT_EQUAL(failing.ran, 0x7B /* but 2, 7 and 8 */);
    CU_ASSERT_EQUAL(called.errors, 1);
    CU_ASSERT_EQUAL(called.values, 0);
    asyr_error_unref(error);
    asyr_task_options_free(options);
}

/* Take the next item of a map, which fails. */
static void pull_failure(asyr_worker *worker, const char *message)
{
    asyr_task *task = NULL;
    UNIT_SUCCEEDS(asyr_worker_next(worker, A_MINUTE, NULL, &task, &error));
    UNIT_SUCCEEDS(asyr_task_fail_with(task, "Oops", message, &error));
}

/* Both items of a map fail, the second one first. */
static void expect_message(int32_t policy, const char *message)
{
    asyr_worker *workers[2] = {NULL, NULL};
    asyr_pool_options *lent = support_pool_options(2);
    asyr_task_options *options = chunks_of(1, policy);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_worker_source(lent, ASYR_WORKERS_HOST, &error));
    asyr_pool *pool = support_pool_with(lent);
    asyr_result *result = support_map(pool, double_it, NULL, 2, options);
    for (int i = 0; i < 2; i++) {
        UNIT_SUCCEEDS(asyr_worker_new(pool, &workers[i], &error));
        pull_failure(workers[i], i ? "item 1" : "item 0");
    }
    UNIT_SUCCEEDS(asyr_worker_done(workers[1], &error));
    UNIT_SUCCEEDS(asyr_worker_done(workers[0], &error));
    asyr_error *error = support_error(result);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(error), message);
    asyr_error_unref(error);
    asyr_result_unref(result);
    asyr_task_options_free(options);
    for (int i = 0; i < 2; i++)
        asyr_worker_free(workers[i]);
    support_end(pool);
}

/* B16 */
static void the_first_error_to_arrive_wins(void)
{
    expect_message(ASYR_ERRORS_FIRST, "item 1");
}

/* B16 */
static void the_lowest_index_can_be_asked_for(void)
{
    expect_message(ASYR_ERRORS_LOWEST, "item 0");
}

/* B16 */
static void all_errors_can_be_collected(void)
{
    struct failing failing = {.fails = 1 << 1 | 1 << 2};
    asyr_error *second = NULL;
    asyr_value *item = NULL;
    asyr_task_options *options = chunks_of(3, ASYR_ERRORS_COLLECT);
    asyr_pool *pool = support_pool(2);
    asyr_result *result = support_map(pool, fail_some, &failing, 4, options);
    asyr_value *list = value_of(result);
    CU_ASSERT_EQUAL(asyr_value_get_count(list), 4);
    for (int64_t i = 0; i < 4; i++) {
        UNIT_SUCCEEDS(asyr_value_get_item(list, i, &item, &error));
        CU_ASSERT_EQUAL(asyr_value_get_type(item),
                        i == 1 || i == 2 ? ASYR_VALUE_ERROR : ASYR_VALUE_NIL);
        if (i == 2)
            UNIT_SUCCEEDS(asyr_value_get_error(item, &second, &error));
        asyr_value_unref(item);
    }
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(second), "item 2");
    CU_ASSERT_EQUAL(failing.ran, 15);
    asyr_error_unref(second);
    asyr_value_unref(list);
    asyr_result_unref(result);
    asyr_task_options_free(options);
    support_end(pool);
}

/* B16 */
static void a_map_can_fail_fast(void)
{
    struct failing failing = {.fails = 1 << 1};
    asyr_task_options *options = chunks_of(1, ASYR_ERRORS_FAIL_FAST);
    asyr_error *error = fail_map(&failing, 1, 10, options);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(error), "item 1");
    CU_ASSERT_EQUAL(failing.ran, 3);
    asyr_error_unref(error);
    asyr_task_options_free(options);
}

/* B16: the result is ready when all chunks have ended, not before. */
static void a_map_is_ready_when_all_chunks_have_ended(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(2);
    asyr_task_options *options = chunks_of(1, ASYR_ERRORS_FIRST);
    asyr_result *held = support_map(pool, run_gate, &gate, 2, options);
    latch_wait(&gate.entered, 2);
    CU_ASSERT_EQUAL(asyr_result_get_state(held), ASYR_RESULT_RUNNING);
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_result_wait(held, 0, NULL, &error));
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(held), ASYR_OK);
    asyr_task_options_free(options);
    support_end(pool);
}

struct stopping {
    struct gate gate;
    _Atomic int ran;
};

static void count_after_the_first(asyr_task *task, void *arg)
{
    struct stopping *stopping = arg;
    if (stopping->ran++ == 0)
        run_gate(task, &stopping->gate);
}

/* B29: chunks that have not begun never run, and the others stop at an item. */
static void a_cancelled_map_stops_at_the_next_item(void)
{
    static const int64_t sizes[] = {1, 10};
    for (int i = 0; i < 2; i++) {
        int32_t outcome = -1;
        struct stopping stopping = {GATE_CLOSED, 0};
        asyr_task_options *options = chunks_of(sizes[i], ASYR_ERRORS_FIRST);
        asyr_pool *pool = support_pool(1);
        asyr_result *result =
            support_map(pool, count_after_the_first, &stopping, 10, options);
        latch_wait(&stopping.gate.entered, 1);
        UNIT_SUCCEEDS(asyr_result_cancel(result, &outcome, &error));
        CU_ASSERT_EQUAL(outcome, ASYR_CANCEL_ASKED);
        latch_open(&stopping.gate.leave);
        CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_CANCELLED);
        CU_ASSERT_EQUAL(stopping.ran, 1);
        asyr_task_options_free(options);
        support_end(pool);
    }
}

static void a_map_that_has_not_begun_can_be_cancelled(void)
{
    int32_t outcome = -1;
    _Atomic int ran = 0;
    struct gate gate = GATE_CLOSED;
    struct called called = {.count = -1};
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = chunks_of(2, ASYR_ERRORS_FIRST);
    set_callbacks(options, &called);
    asyr_result_unref(support_submit(pool, run_gate, &gate, NULL));
    latch_wait(&gate.entered, 1);
    asyr_result *result = support_map(pool, run_count, &ran, 10, options);
    UNIT_SUCCEEDS(asyr_result_cancel(result, &outcome, &error));
    CU_ASSERT_EQUAL(outcome, ASYR_CANCEL_DEQUEUED);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_CANCELLED);
    latch_open(&gate.leave);
    asyr_task_options_free(options);
    support_end(pool);
    CU_ASSERT_EQUAL(ran, 0);
    CU_ASSERT_EQUAL(called.errors, 1);
}

/* B25 */
static void exit_at_two(asyr_task *task, void *arg)
{
    int64_t number = 0;
    asyr_task_get_int64(task, 0, &number, NULL);
    run_count(task, arg);
    if (number == 2)
        pthread_exit(NULL);
}

static void an_item_that_ends_its_thread_fails_the_map(void)
{
    _Atomic int ran = 0;
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = chunks_of(4, ASYR_ERRORS_FIRST);
    asyr_result *result = support_map(pool, exit_at_two, &ran, 12, options);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_WORKER_LOST);
    CU_ASSERT_EQUAL(ran, 11);
    asyr_task_options_free(options);
    support_end(pool);
}

/* Values nest at most ASYR_MAX_DEPTH deep, in the list of a map too. */
/* B16: "collect" has no failure; each place has its value or its error. */
static void an_item_that_ends_its_thread_is_collected(void)
{
    _Atomic int ran = 0;
    asyr_value *list = NULL;
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = chunks_of(4, ASYR_ERRORS_COLLECT);
    asyr_result *result = support_map(pool, exit_at_two, &ran, 6, options);
    UNIT_SUCCEEDS(asyr_result_get(result, ASYR_FOREVER, NULL, &list, &error));
    CU_ASSERT_EQUAL(asyr_value_get_count(list), 6);
    for (int64_t i = 0; i < asyr_value_get_count(list); i++) {
        asyr_value *item = NULL;
        UNIT_SUCCEEDS(asyr_value_get_item(list, i, &item, &error));
        CU_ASSERT_EQUAL(asyr_value_get_type(item) == ASYR_VALUE_ERROR,
                        i == 2 || i == 3);
        asyr_value_unref(item);
    }
    asyr_value_unref(list);
    asyr_result_unref(result);
    asyr_task_options_free(options);
    support_end(pool);
}

static void return_deep(asyr_task *task, void *deep)
{
    asyr_task_return(task, deep, NULL);
}

static void what_nests_too_deep_fails_the_map(void)
{
    asyr_value *deep = unit_list();
    for (int i = 1; i < ASYR_MAX_DEPTH; i++) {
        asyr_value *outer = unit_list();
        UNIT_SUCCEEDS(asyr_value_append(outer, deep, &error));
        asyr_value_unref(deep);
        deep = outer;
    }
    asyr_pool *pool = support_pool(1);
    asyr_result *result = support_map(pool, return_deep, deep, 3, NULL);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_ARGUMENT);
    support_end(pool);
    asyr_value_unref(deep);
}

CU_TestInfo map_tests[] = {
    UNIT_TEST(results_keep_the_order_of_the_items),
    UNIT_TEST(the_default_chunk_is_a_quarter_of_a_workers_share),
    UNIT_TEST(a_starmap_spreads_its_items),
    UNIT_TEST(a_starmap_over_something_else_fails_at_its_item),
    UNIT_TEST(an_empty_map_is_ready_and_calls_back_once),
    UNIT_TEST(a_failure_skips_the_rest_of_its_chunk_alone),
    UNIT_TEST(the_first_error_to_arrive_wins),
    UNIT_TEST(the_lowest_index_can_be_asked_for),
    UNIT_TEST(all_errors_can_be_collected),
    UNIT_TEST(a_map_can_fail_fast),
    UNIT_TEST(a_map_is_ready_when_all_chunks_have_ended),
    UNIT_TEST(a_cancelled_map_stops_at_the_next_item),
    UNIT_TEST(a_map_that_has_not_begun_can_be_cancelled),
    UNIT_TEST(an_item_that_ends_its_thread_fails_the_map),
    UNIT_TEST(an_item_that_ends_its_thread_is_collected),
    UNIT_TEST(what_nests_too_deep_fails_the_map),
    CU_TEST_INFO_NULL};
