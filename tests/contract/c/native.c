/*
 * L1: code of the host as a task: native functions.
 */
#include "harness.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void echo(asyr_task *task, void *arg)
{
    asyr_value *value;
    (void)arg;
    CHECK_CODE(ASYR_OK, asyr_task_get_argument(task, 0, &value, NULL));
    asyr_task_return(task, value, NULL);
    asyr_value_unref(value);
}

/* The sum of its arguments; 300 fails. */
static void add(asyr_task *task, void *arg)
{
    int64_t sum = 0, number;
    (void)arg;
    for (int64_t i = 0; i < asyr_task_get_argument_count(task); i++) {
        CHECK_CODE(ASYR_OK, asyr_task_get_int64(task, i, &number, NULL));
        sum += number;
    }
    if (sum >= 300)
        asyr_task_fail_with(task, "TooMuch", "the sum is too great", NULL);
    else
        asyr_task_return_int64(task, sum, NULL);
}

static asyr_value *made(asyr_status status, asyr_value **value)
{
    CHECK_CODE(ASYR_OK, status);
    return *value;
}

static asyr_result *send(asyr_pool *pool, asyr_value *value)
{
    asyr_value *arguments;
    CHECK_CODE(ASYR_OK, asyr_value_new_list(1, &arguments, NULL));
    CHECK_CODE(ASYR_OK, asyr_value_append(arguments, value, NULL));
    return submit(pool, native(echo, NULL), arguments, NULL);
}

/* C hands over the value itself. */
static void expect_back(asyr_pool *pool, asyr_value *value)
{
    asyr_value *back;
    asyr_result *result = send(pool, value);
    CHECK_CODE(ASYR_OK, asyr_result_get(result, ASYR_FOREVER, NULL, &back, NULL));
    CHECK(back == value);
    asyr_value_unref(back);
    asyr_value_unref(value);
    asyr_result_unref(result);
}

/* L1.1 */
static void values_arrive_and_come_back(void)
{
    asyr_value *value;
    asyr_pool *pool = pool_of(1);
    expect_back(
        pool,
        made(asyr_value_new_int64((INT64_C(1) << 53) + 1, &value, NULL), &value));
    expect_back(pool, made(asyr_value_new_int64(INT64_MAX, &value, NULL), &value));
    expect_back(pool, made(asyr_value_new_double(0.1, &value, NULL), &value));
    expect_back(pool, made(asyr_value_new_string("text", -1, &value, NULL), &value));
    expect_back(pool, made(asyr_value_new_bytes("\0\xff", 2, &value, NULL), &value));
    expect_back(pool, made(asyr_value_new_nil(&value, NULL), &value));
    expect_back(pool, ints(2, INT64_C(1), INT64_C(2)));
    expect_back(pool, made(asyr_value_new_map(0, &value, NULL), &value));
    end_pool(pool);
}

static void fail_fully(asyr_task *task, void *arg)
{
    asyr_error *failure = asyr_error_new(ASYR_E_TASK, "Oops", "it failed");
    asyr_error *cause = asyr_error_new(ASYR_E_TASK, "Cause", "the reason");
    asyr_value *value = ints(1, INT64_C(7));
    (void)arg;
    CHECK_CODE(ASYR_OK, asyr_error_set_trace(failure, "native.c:1", NULL));
    CHECK_CODE(ASYR_OK, asyr_error_set_cause(failure, cause, NULL));
    CHECK_CODE(ASYR_OK, asyr_error_set_value(failure, value, NULL));
    CHECK_CODE(ASYR_OK, asyr_task_fail(task, failure, NULL));
    asyr_value_unref(value);
    asyr_error_unref(cause);
    asyr_error_unref(failure);
}

/* L1.2 */
static void get_raises_the_error_of_the_task(void)
{
    asyr_pool *pool = pool_of(1);
    asyr_error *failure = finish_failure(submit_native(pool, fail_fully, NULL));
    CHECK_TEXT("it failed", asyr_error_get_message(failure));
    CHECK_TEXT("Oops", asyr_error_get_kind(failure));
    CHECK_TEXT("native.c:1", asyr_error_get_trace(failure));
    asyr_error_unref(failure);
    end_pool(pool);
}

/* L1.3 */
static void an_error_keeps_its_cause_and_its_value(void)
{
    asyr_pool *pool = pool_of(1);
    asyr_error *failure = finish_failure(submit_native(pool, fail_fully, NULL));
    asyr_error *cause = asyr_error_get_cause(failure);
    asyr_value *value = asyr_error_get_value(failure);
    CHECK_TEXT("Cause", asyr_error_get_kind(cause));
    CHECK_INT(7, item_int(value, 0));
    asyr_value_unref(value);
    asyr_error_unref(cause);
    asyr_error_unref(failure);
    end_pool(pool);
}

static void expect_items(asyr_result *map, const int64_t *expected, int64_t count)
{
    asyr_value *list;
    CHECK_CODE(ASYR_OK, asyr_result_get(map, ASYR_FOREVER, NULL, &list, NULL));
    CHECK_INT(count, asyr_value_get_count(list));
    for (int64_t i = 0; i < count; i++)
        CHECK_INT(expected[i], item_int(list, i));
    asyr_value_unref(list);
    asyr_result_unref(map);
}

/* L1.4 */
static void a_call_may_have_several_values(void)
{
    const int64_t sums[2] = {3, 7};
    asyr_pool *pool = pool_of(2);
    expect_items(submit_starmap(
                     pool, native(add, NULL),
                     pairs(2, INT64_C(1), INT64_C(2), INT64_C(3), INT64_C(4)), NULL),
                 sums, 2);
    CHECK_INT(55, finish_int(submit(pool, native(add, NULL), numbers(1, 10), NULL)));
    end_pool(pool);
}

static asyr_task_options *with_policy(int32_t policy)
{
    asyr_task_options *options = task_options();
    CHECK_CODE(ASYR_OK, asyr_task_options_set_error_policy(options, policy, NULL));
    CHECK_CODE(ASYR_OK, asyr_task_options_set_chunk_size(options, 1, NULL));
    return options;
}

/* L1.7 */
static void map_runs_it_by_each_policy(void)
{
    const int64_t same[3] = {1, 2, 3};
    asyr_pool *pool = pool_of(2);
    expect_items(submit_map(pool, native(add, NULL), numbers(1, 3), NULL), same, 3);
    for (int32_t policy = ASYR_ERRORS_FIRST; policy <= ASYR_ERRORS_FAIL_FAST;
         policy++) {
        asyr_result *map =
            submit_map(pool, native(add, NULL), ints(2, INT64_C(1), INT64_C(300)),
                       with_policy(policy));
        CHECK_CODE(policy == ASYR_ERRORS_COLLECT ? ASYR_OK : ASYR_E_TASK,
                   finish_code(map));
    }
    end_pool(pool);
}

/* L1.8 */
static void imap_has_its_errors_at_their_places(void)
{
    const asyr_status expected[4] = {ASYR_OK, ASYR_E_TASK, ASYR_OK, ASYR_E_STOP};
    asyr_iterator *iterator;
    asyr_pool *pool = pool_of(2);
    asyr_function *function = native(add, NULL);
    asyr_value *items = ints(3, INT64_C(1), INT64_C(300), INT64_C(2));
    CHECK_CODE(ASYR_OK,
               asyr_pool_imap(pool, function, items, NULL, &iterator, NULL));
    for (int i = 0; i < 4; i++)
        CHECK_CODE(expected[i],
                   asyr_iterator_next(iterator, ASYR_FOREVER, NULL, NULL, NULL));
    asyr_iterator_unref(iterator);
    asyr_value_unref(items);
    asyr_function_unref(function);
    end_pool(pool);
}

static void end_thread_here(asyr_task *task, void *arg)
{
    (void)task;
    (void)arg;
    pthread_exit(NULL);
}

/* L1.9 */
static void one_that_ends_its_thread_is_an_error(void)
{
    asyr_pool *pool = pool_of(1);
    CHECK_CODE(ASYR_E_WORKER_LOST,
               finish_code(submit_native(pool, end_thread_here, NULL)));
    CHECK_INT(3, finish_int(submit(pool, native(add, NULL), numbers(1, 2), NULL)));
    end_pool(pool);
}

static void count_here(asyr_task *task, void *arg)
{
    (void)task;
    fixture_count((int64_t)(intptr_t)arg);
}

static asyr_pool *pool_prepared_by(asyr_function *function)
{
    asyr_pool_options *options = pool_options(2);
    CHECK_CODE(ASYR_OK,
               asyr_pool_options_set_initializer(options, function, NULL, NULL));
    asyr_function_unref(function);
    return pool_with(options);
}

/* L1.10 */
static void an_initializer_prepares_each_worker(void)
{
    int64_t counter = fixture_counter_new();
    asyr_pool *pool = pool_prepared_by(native(count_here, id_arg(counter)));
    fixture_wait_for_count(counter, 2);
    end_pool(pool);
    CHECK_INT(2, fixture_counter_get(counter));
    pool = pool_prepared_by(native(fail_fully, NULL));
    asyr_result *result = NULL;
    asyr_function *function = native(add, NULL);
    asyr_status status =
        asyr_pool_apply_async(pool, function, NULL, NULL, &result, NULL);
    if (status == ASYR_OK)
        status = finish_code(result);
    CHECK_CODE(ASYR_E_BROKEN, status);
    asyr_function_unref(function);
    end_pool(pool);
}

/* Counts, and runs until it sees that it is cancelled; counts again. */
static void run_until_cancelled(asyr_task *task, void *arg)
{
    count_here(task, arg);
    while (!asyr_task_is_cancelled(task))
        sched_yield();
    count_here(task, arg);
}

/* L1.11 */
static void it_sees_that_it_is_cancelled(void)
{
    for (int by_terminate = 0; by_terminate < 2; by_terminate++) {
        int32_t outcome;
        int64_t counter = fixture_counter_new();
        asyr_pool *pool = pool_of(1);
        asyr_result *result =
            submit_native(pool, run_until_cancelled, id_arg(counter));
        fixture_wait_for_count(counter, 1);
        if (by_terminate) {
            CHECK_CODE(ASYR_OK, asyr_pool_terminate(pool, NULL));
        } else {
            CHECK_CODE(ASYR_OK, asyr_result_cancel(result, &outcome, NULL));
            CHECK_INT(ASYR_CANCEL_ASKED, outcome);
        }
        fixture_wait_for_count(counter, 2);
        asyr_result_unref(result);
        end_pool(pool);
    }
}

/* L1.12 */
static void both_run_in_one_pool(void)
{
    asyr_pool *pool = pool_of(2);
    for (int64_t i = 0; i < 10; i++) {
        CHECK_INT(i, finish_int(submit(pool, native(add, NULL), ints(1, i), NULL)));
        CHECK_INT(i * i, finish_int(submit_c(pool, SQUARE, ints(1, i))));
    }
    end_pool(pool);
}

static void count_release(void *arg)
{
    fixture_count((int64_t)(intptr_t)arg);
}

static asyr_function *counted(asyr_native_fn run, int64_t counter)
{
    asyr_function *function;
    CHECK_CODE(ASYR_OK, asyr_function_new_native("counted", run, id_arg(counter),
                                                 count_release, &function, NULL));
    return function;
}

static void do_nothing(asyr_task *task, void *arg)
{
    (void)task;
    (void)arg;
}

/* L1.13 */
static void what_it_refers_to_is_released(void)
{
    int64_t ran = fixture_counter_new(), never = fixture_counter_new();
    asyr_pool *pool = pool_of(1);
    CHECK_CODE(ASYR_OK,
               finish_code(submit(pool, counted(do_nothing, ran), NULL, NULL)));
    struct held held = hold(pool);
    asyr_result *result = submit(pool, counted(do_nothing, never), NULL, NULL);
    CHECK_CODE(ASYR_OK, asyr_result_cancel(result, NULL, NULL));
    asyr_result_unref(result);
    let_go(held);
    end_pool(pool);
    CHECK_INT(1, fixture_wait_for_count(ran, 1));
    CHECK_INT(1, fixture_wait_for_count(never, 1));
}

/* L1.14 */
static void its_callbacks_are_called(void)
{
    int64_t values = fixture_counter_new(), errors = fixture_counter_new();
    asyr_pool *pool = pool_of(1);
    CHECK_CODE(ASYR_OK, finish_code(submit(pool, native(add, NULL), numbers(1, 2),
                                           with_counters(values, errors))));
    CHECK_CODE(ASYR_E_TASK, finish_code(submit(pool, native(fail_fully, NULL), NULL,
                                               with_counters(values, errors))));
    CHECK_INT(1, fixture_counter_get(values));
    CHECK_INT(1, fixture_counter_get(errors));
    end_pool(pool);
}

static void wait_here(asyr_task *task, void *arg)
{
    (void)task;
    fixture_latch_wait((int64_t)(intptr_t)arg);
}

static struct {
    asyr_pool *pool;
    asyr_result *result;
} kept;

static void exit_while_it_runs(void)
{
    int64_t latch = fixture_latch_new();
    kept.pool = pool_of(1);
    kept.result = submit_native(kept.pool, wait_here, id_arg(latch));
    fixture_wait_for_waiters(latch, 1);
    exit(7);
}

/* L1.15 */
static void the_process_ends_with_its_own_status(void)
{
    CHECK_INT(7 << 8, in_child(exit_while_it_runs));
}

const struct contract_case native_cases[] = {
    {"L1.1", values_arrive_and_come_back, NULL},
    {"L1.2", get_raises_the_error_of_the_task, NULL},
    {"L1.3", an_error_keeps_its_cause_and_its_value, NULL},
    {"L1.4", a_call_may_have_several_values, NULL},
    {"L1.5", NULL, "every value of C crosses to a thread"},
    {"L1.6", NULL, "every answer of a native function is a value"},
    {"L1.7", map_runs_it_by_each_policy, NULL},
    {"L1.8", imap_has_its_errors_at_their_places, NULL},
    {"L1.9", one_that_ends_its_thread_is_an_error, NULL},
    {"L1.10", an_initializer_prepares_each_worker, NULL},
    {"L1.11", it_sees_that_it_is_cancelled, NULL},
    {"L1.12", both_run_in_one_pool, NULL},
    {"L1.13", what_it_refers_to_is_released, NULL},
    {"L1.14", its_callbacks_are_called, NULL},
    {"L1.15", the_process_ends_with_its_own_status, NULL},
    {NULL, NULL, NULL}};
