/*
 * B31: results made of results.
 */
#include "harness.h"

#include <stddef.h>

enum { SOME = 3 };

static void square(asyr_task *task, void *arg)
{
    int64_t number;
    (void)arg;
    CHECK_CODE(ASYR_OK, asyr_task_get_int64(task, 0, &number, NULL));
    asyr_task_return_int64(task, number * number, NULL);
}

static void answer_four(asyr_task *task, void *arg)
{
    asyr_value *value;
    asyr_error *failure;
    (void)arg;
    CHECK_CODE(ASYR_OK, asyr_task_get_argument(task, 0, &value, NULL));
    CHECK_CODE(ASYR_OK, asyr_value_get_error(value, &failure, NULL));
    CHECK_CODE(ASYR_E_TYPE, asyr_error_get_code(failure));
    asyr_error_unref(failure);
    asyr_value_unref(value);
    asyr_task_return_int64(task, 4, NULL);
}

static void count_run(asyr_task *task, void *arg)
{
    (void)task;
    fixture_count((int64_t)(intptr_t)arg);
}

static asyr_result *fails(asyr_pool *pool)
{
    return submit_c(pool, BYTE, ints(1, INT64_C(300)));
}

static asyr_result *then(asyr_result *result, asyr_native_fn run, void *arg)
{
    asyr_result *next;
    asyr_function *function = native(run, arg);
    CHECK_CODE(ASYR_OK, asyr_result_then(result, NULL, function, NULL, &next, NULL));
    asyr_function_unref(function);
    return next;
}

static asyr_result *rescue(asyr_result *result, asyr_native_fn run, void *arg)
{
    asyr_result *next;
    asyr_function *function = native(run, arg);
    CHECK_CODE(ASYR_OK,
               asyr_result_rescue(result, NULL, function, NULL, &next, NULL));
    asyr_function_unref(function);
    return next;
}

static asyr_promise *promise_in(asyr_pool *pool, asyr_result **result)
{
    asyr_promise *promise;
    CHECK_CODE(ASYR_OK, asyr_promise_new(pool, NULL, &promise, result, NULL));
    return promise;
}

/* B31.1 */
static void wait_any_tells_the_place_of_the_first(void)
{
    int64_t index;
    asyr_pool *pool = pool_of(2);
    struct held held = hold(pool);
    asyr_result *results[2] = {held.result,
                               submit_c(pool, SQUARE, ints(1, INT64_C(3)))};
    CHECK_CODE(ASYR_OK,
               asyr_result_wait_any(results, 2, ASYR_FOREVER, NULL, &index, NULL));
    CHECK_INT(1, index);
    asyr_result_unref(results[1]);
    results[1] = fails(pool);
    CHECK_CODE(ASYR_OK,
               asyr_result_wait_any(results, 2, ASYR_FOREVER, NULL, &index, NULL));
    CHECK_INT(1, index);
    CHECK_CODE(ASYR_E_TIMEOUT,
               asyr_result_wait_any(results, 1, 1000, NULL, &index, NULL));
    asyr_result_unref(results[1]);
    let_go(held);
    end_pool(pool);
}

/* B31.2 */
static void wait_all_waits_for_all(void)
{
    asyr_pool *pool = pool_of(2);
    struct held held = hold(pool);
    asyr_result *results[2] = {fails(pool), held.result};
    CHECK_CODE(ASYR_E_TIMEOUT, asyr_result_wait_all(results, 2, 1000, NULL, NULL));
    fixture_latch_open(held.latch);
    CHECK_CODE(ASYR_OK, asyr_result_wait_all(results, 2, ASYR_FOREVER, NULL, NULL));
    CHECK(asyr_result_is_ready(results[0]) && asyr_result_is_ready(results[1]));
    asyr_result_unref(results[0]);
    let_go(held);
    end_pool(pool);
}

/* B31.3 */
static void as_completed_keeps_the_order_of_arrival(void)
{
    asyr_queue *queue;
    asyr_pool *pool = pool_of(2);
    struct held held[2] = {hold(pool), hold(pool)};
    asyr_result *results[2] = {held[0].result, held[1].result};
    CHECK_CODE(ASYR_OK, asyr_result_as_completed(results, 2, &queue, NULL));
    for (int i = 2; i-- > 0;) {
        asyr_event *event;
        fixture_latch_open(held[i].latch);
        CHECK_CODE(ASYR_OK,
                   asyr_queue_next(queue, ASYR_FOREVER, NULL, &event, NULL));
        CHECK_INT(i, (int64_t)asyr_event_get_tag(event));
        CHECK_CODE(ASYR_OK, asyr_event_finish(event, NULL, NULL));
    }
    CHECK_CODE(ASYR_E_STATE, asyr_queue_next(queue, ASYR_FOREVER, NULL,
                                             &(asyr_event *){NULL}, NULL));
    asyr_queue_unref(queue);
    let_go(held[0]);
    let_go(held[1]);
    end_pool(pool);
}

/* B31.4 */
static void then_gets_the_value(void)
{
    asyr_pool *pool = pool_of(1);
    asyr_result *result = submit_c(pool, SQUARE, ints(1, INT64_C(3)));
    CHECK_INT(81, finish_int(then(result, square, NULL)));
    asyr_result_unref(result);
    end_pool(pool);
}

/* B31.5 */
static void an_error_goes_through_then(void)
{
    int64_t counter = fixture_counter_new();
    asyr_pool *pool = pool_of(1);
    asyr_result *result = fails(pool);
    CHECK_CODE(ASYR_E_TYPE, finish_code(then(result, count_run, id_arg(counter))));
    CHECK_INT(0, fixture_counter_get(counter));
    asyr_result_unref(result);
    end_pool(pool);
}

/* B31.6 */
static void rescue_gets_the_error(void)
{
    asyr_pool *pool = pool_of(1);
    asyr_result *bad = fails(pool);
    asyr_result *good = submit_c(pool, SQUARE, ints(1, INT64_C(3)));
    CHECK_INT(4, finish_int(rescue(bad, answer_four, NULL)));
    CHECK_INT(9, finish_int(rescue(good, answer_four, NULL)));
    asyr_result_unref(bad);
    asyr_result_unref(good);
    end_pool(pool);
}

static asyr_result *all_of(asyr_result *const *results, int64_t count)
{
    asyr_result *all;
    CHECK_CODE(ASYR_OK, asyr_result_all(results, count, NULL, NULL, &all, NULL));
    return all;
}

/* B31.7 */
static void all_lists_the_values(void)
{
    asyr_value *list;
    asyr_pool *pool = pool_of(2);
    asyr_result *results[SOME];
    for (int64_t i = 0; i < SOME; i++)
        results[i] = submit_c(pool, SQUARE, ints(1, i));
    asyr_result *all = all_of(results, SOME);
    CHECK_CODE(ASYR_OK, asyr_result_get(all, ASYR_FOREVER, NULL, &list, NULL));
    CHECK_INT(SOME, asyr_value_get_count(list));
    for (int64_t i = 0; i < SOME; i++)
        CHECK_INT(i * i, item_int(list, i));
    asyr_value_unref(list);
    asyr_result_unref(all);
    asyr_result_unref(results[1]);
    results[1] = fails(pool);
    CHECK_CODE(ASYR_E_TYPE, finish_code(all_of(results, SOME)));
    for (int i = 0; i < SOME; i++)
        asyr_result_unref(results[i]);
    end_pool(pool);
}

static asyr_result *any_of(asyr_result *const *results, int64_t count)
{
    asyr_result *any;
    CHECK_CODE(ASYR_OK, asyr_result_any(results, count, NULL, NULL, &any, NULL));
    return any;
}

/* B31.8 */
static void any_is_the_first_value(void)
{
    asyr_pool *pool = pool_of(2);
    struct held held = hold(pool);
    asyr_result *results[SOME] = {fails(pool), held.result,
                                  submit_c(pool, SQUARE, ints(1, INT64_C(3)))};
    CHECK_INT(9, finish_int(any_of(results, SOME)));
    asyr_result *bad[2] = {results[0], results[0]};
    asyr_result *none = any_of(bad, 2);
    asyr_error *failure = get_failure(none);
    asyr_value *errors = asyr_error_get_value(failure);
    CHECK_INT(2, asyr_value_get_count(errors));
    asyr_value_unref(errors);
    asyr_error_unref(failure);
    asyr_result_unref(none);
    asyr_result_unref(results[0]);
    asyr_result_unref(results[2]);
    let_go(held);
    end_pool(pool);
}

/* B31.9 */
static void cancelled_before_its_turn_it_never_runs(void)
{
    int32_t outcome;
    int64_t counter = fixture_counter_new();
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    asyr_result *next = then(held.result, count_run, id_arg(counter));
    CHECK_CODE(ASYR_OK, asyr_result_cancel(next, &outcome, NULL));
    CHECK_INT(ASYR_CANCEL_DEQUEUED, outcome);
    CHECK_CODE(ASYR_E_CANCELLED, finish_code(next));
    CHECK(!asyr_result_is_ready(held.result));
    let_go(held);
    end_pool(pool);
    CHECK_INT(0, fixture_counter_get(counter));
}

/* B31.10 */
static void a_promise_is_completed_by_hand_once(void)
{
    asyr_value *value;
    asyr_result *good, *bad;
    asyr_pool *pool = pool_of(1);
    asyr_error *failure = asyr_error_new(ASYR_E_TASK, "Oops", "it failed");
    asyr_promise *keeps = promise_in(pool, &good), *breaks = promise_in(pool, &bad);
    CHECK_CODE(ASYR_OK, asyr_value_new_int64(6, &value, NULL));
    CHECK_CODE(ASYR_OK, asyr_promise_set_value(keeps, value, NULL));
    CHECK_CODE(ASYR_E_STATE, asyr_promise_set_error(keeps, failure, NULL));
    CHECK_CODE(ASYR_OK, asyr_promise_set_error(breaks, failure, NULL));
    CHECK_CODE(ASYR_E_STATE, asyr_promise_set_value(breaks, value, NULL));
    CHECK_INT(6, finish_int(good));
    CHECK_CODE(ASYR_E_TASK, finish_code(bad));
    asyr_promise_unref(keeps);
    asyr_promise_unref(breaks);
    asyr_error_unref(failure);
    asyr_value_unref(value);
    end_pool(pool);
}

/* B31.11 */
static void terminate_ends_what_waits(void)
{
    asyr_result *result;
    int64_t counter = fixture_counter_new();
    asyr_pool *pool = pool_of(1), *other = pool_of(1);
    asyr_promise *promise = promise_in(other, &result);
    asyr_result *next, *all;
    asyr_function *function = native(count_run, id_arg(counter));
    CHECK_CODE(ASYR_OK, asyr_result_then(result, pool, function, NULL, &next, NULL));
    CHECK_CODE(ASYR_OK, asyr_result_all(&result, 1, pool, NULL, &all, NULL));
    CHECK_CODE(ASYR_OK, asyr_pool_terminate(pool, NULL));
    CHECK_CODE(ASYR_E_TERMINATED, finish_code(next));
    CHECK_CODE(ASYR_E_TERMINATED, finish_code(all));
    CHECK(!asyr_result_is_ready(result));
    asyr_function_unref(function);
    asyr_promise_unref(promise);
    asyr_result_unref(result);
    end_pool(pool);
    end_pool(other);
    CHECK_INT(0, fixture_counter_get(counter));
}

const struct contract_case combine_cases[] = {
    {"B31.1", wait_any_tells_the_place_of_the_first, NULL},
    {"B31.2", wait_all_waits_for_all, NULL},
    {"B31.3", as_completed_keeps_the_order_of_arrival, NULL},
    {"B31.4", then_gets_the_value, NULL},
    {"B31.5", an_error_goes_through_then, NULL},
    {"B31.6", rescue_gets_the_error, NULL},
    {"B31.7", all_lists_the_values, NULL},
    {"B31.8", any_is_the_first_value, NULL},
    {"B31.9", cancelled_before_its_turn_it_never_runs, NULL},
    {"B31.10", a_promise_is_completed_by_hand_once, NULL},
    {"B31.11", terminate_ends_what_waits, NULL},
    {NULL, NULL, NULL}};
