/*
 * B10 and B11: callbacks that act: that raise, submit, wait, or take their time.
 *
 * What a callback looks at is in a probe; its latch holds the task until the
 * probe is complete.
 */
#include "harness.h"

#include <stddef.h>

struct probe {
    asyr_pool *pool;
    asyr_result *result; /* the one whose callback runs */
    asyr_result *other;
    int64_t counter, latch;
    asyr_status status, other_status;
};

/* Submits a task that waits on the probe's latch, with the probe's callback. */
static asyr_result *submit_probe(asyr_pool *pool, asyr_callback_fn callback,
                                 struct probe *probe)
{
    probe->pool = pool;
    probe->latch = fixture_latch_new();
    probe->counter = fixture_counter_new();
    probe->result = submit(pool, c_function(LATCH_WAIT), ints(1, probe->latch),
                           with_callback(callback, probe));
    fixture_wait_for_waiters(probe->latch, 1);
    return probe->result;
}

static asyr_error *raise_from_value(asyr_value *value, void *arg)
{
    (void)value;
    (void)arg;
    return asyr_error_new(ASYR_E_TASK, "CallbackFailed", "the callback broke");
}

static asyr_error *raise_from_error(asyr_error *failure, void *arg)
{
    (void)failure;
    (void)arg;
    return asyr_error_new(ASYR_E_TASK, "CallbackFailed", "the error callback broke");
}

/* B10.1 */
static void the_callback_error_becomes_the_result(void)
{
    asyr_pool *pool = pool_of(1);
    asyr_error *failure =
        finish_failure(submit(pool, c_function(SQUARE), ints(1, INT64_C(2)),
                              with_callback(raise_from_value, NULL)));
    CHECK_INT(ASYR_E_TASK, asyr_error_get_code(failure));
    CHECK_TEXT("CallbackFailed", asyr_error_get_kind(failure));
    CHECK_TEXT("the callback broke", asyr_error_get_message(failure));
    CHECK(asyr_error_get_cause(failure) == NULL);
    asyr_error_unref(failure);
    end_pool(pool);
}

/* B10.2 */
static void the_task_error_stays_as_the_cause(void)
{
    asyr_pool *pool = pool_of(1);
    asyr_error *failure =
        finish_failure(submit(pool, c_function(BYTE), ints(1, INT64_C(300)),
                              with_error_callback(raise_from_error, NULL)));
    asyr_error *cause = asyr_error_get_cause(failure);
    CHECK_TEXT("the error callback broke", asyr_error_get_message(failure));
    CHECK(cause != NULL);
    CHECK_INT(ASYR_E_TYPE, asyr_error_get_code(cause));
    asyr_error_unref(cause);
    asyr_error_unref(failure);
    end_pool(pool);
}

/* B10.3 */
static void a_raising_callback_harms_nobody(void)
{
    int64_t counter = fixture_counter_new();
    asyr_pool *pool = pool_of(1);
    asyr_result_unref(submit(pool, c_function(SQUARE), ints(1, INT64_C(2)),
                             with_callback(raise_from_value, NULL)));
    asyr_result_unref(submit(pool, c_function(BYTE), ints(1, INT64_C(300)),
                             with_error_callback(raise_from_error, NULL)));
    asyr_result *after = submit(pool, c_function(SQUARE), ints(1, INT64_C(3)),
                                with_callback(count_value, id_arg(counter)));
    CHECK_INT(9, finish_int(after));
    CHECK_INT(1, fixture_counter_get(counter));
    end_pool(pool);
}

static asyr_error *submit_in_callback(asyr_value *value, void *arg)
{
    struct probe *probe = arg;
    CHECK(value != NULL);
    probe->other = submit_c(probe->pool, SQUARE, ints(1, INT64_C(8)));
    return NULL;
}

/* B10.4 */
static void a_callback_can_submit(void)
{
    struct probe probe = {0};
    asyr_pool *pool = pool_of(1);
    asyr_result *result = submit_probe(pool, submit_in_callback, &probe);
    fixture_latch_open(probe.latch);
    CHECK_INT(probe.latch, finish_int(result));
    CHECK_INT(64, finish_int(probe.other));
    end_pool(pool);
}

static asyr_error *get_in_callback(asyr_value *value, void *arg)
{
    struct probe *probe = arg;
    CHECK(value != NULL);
    fixture_wait_for_count(probe->counter, 1);
    probe->status = get_code(probe->result, ASYR_FOREVER);
    probe->other_status = get_code(probe->other, ASYR_FOREVER);
    return NULL;
}

/* B10.5 */
static void a_wait_for_a_due_callback_is_a_deadlock(void)
{
    int64_t called = fixture_counter_new();
    struct probe probe = {0};
    asyr_pool *pool = pool_of(1);
    asyr_result *result = submit_probe(pool, get_in_callback, &probe);
    probe.other = submit(pool, c_function(COUNT), ints(1, probe.counter),
                         with_callback(count_value, id_arg(called)));
    fixture_latch_open(probe.latch);
    CHECK_INT(probe.latch, finish_int(result));
    CHECK_CODE(ASYR_E_DEADLOCK, probe.status);
    CHECK_CODE(ASYR_E_DEADLOCK, probe.other_status);
    CHECK_INT(1, finish_int(probe.other));
    CHECK_INT(1, fixture_counter_get(called));
    end_pool(pool);
}

static asyr_error *get_new_in_callback(asyr_value *value, void *arg)
{
    struct probe *probe = arg;
    CHECK(value != NULL);
    probe->other_status = get_code(probe->other, ASYR_FOREVER);
    CHECK_INT(25, finish_int(submit_c(probe->pool, SQUARE, ints(1, INT64_C(5)))));
    return NULL;
}

/* B10.6 */
static void a_callback_can_wait_for_others(void)
{
    struct probe probe = {.other_status = ASYR_E_STATE};
    asyr_pool *pool = pool_of(1);
    asyr_result *result = submit_probe(pool, get_new_in_callback, &probe);
    probe.other = submit_c(pool, SQUARE, ints(1, INT64_C(4)));
    fixture_latch_open(probe.latch);
    CHECK_INT(probe.latch, finish_int(result));
    CHECK_CODE(ASYR_OK, probe.other_status);
    CHECK_INT(16, finish_int(probe.other));
    end_pool(pool);
}

/* B11.1 */
static void a_slow_callback_delays_no_plain_result(void)
{
    int64_t latch = fixture_latch_new();
    asyr_pool *pool = pool_of(1);
    asyr_result *slow = submit(pool, c_function(SQUARE), ints(1, INT64_C(2)),
                               with_callback(wait_in_callback, id_arg(latch)));
    fixture_wait_for_waiters(latch, 1);
    CHECK_INT(81, finish_int(submit_c(pool, SQUARE, ints(1, INT64_C(9)))));
    CHECK(!asyr_result_is_ready(slow));
    fixture_latch_open(latch);
    CHECK_INT(4, finish_int(slow));
    end_pool(pool);
}

/* B11.2 */
static void a_slow_callback_delays_other_callbacks(void)
{
    int64_t latch = fixture_latch_new(), ran = fixture_counter_new();
    int64_t called = fixture_counter_new();
    asyr_pool *pool = pool_of(1);
    asyr_result *slow = submit(pool, c_function(SQUARE), ints(1, INT64_C(2)),
                               with_callback(wait_in_callback, id_arg(latch)));
    fixture_wait_for_waiters(latch, 1);
    asyr_result *next = submit(pool, c_function(COUNT), ints(1, ran),
                               with_callback(count_value, id_arg(called)));
    asyr_result *later = submit_c(pool, SQUARE, ints(1, INT64_C(3)));
    CHECK_INT(9, finish_int(later)); /* so the one worker is done with `next` */
    CHECK_INT(1, fixture_counter_get(ran));
    CHECK_INT(0, fixture_counter_get(called));
    CHECK(!asyr_result_is_ready(next));
    fixture_latch_open(latch);
    CHECK_INT(4, finish_int(slow));
    CHECK_INT(1, finish_int(next));
    CHECK_INT(1, fixture_counter_get(called));
    end_pool(pool);
}

const struct contract_case acting_cases[] = {
    {"B10.1", the_callback_error_becomes_the_result, NULL},
    {"B10.2", the_task_error_stays_as_the_cause, NULL},
    {"B10.3", a_raising_callback_harms_nobody, NULL},
    {"B10.4", a_callback_can_submit, NULL},
    {"B10.5", a_wait_for_a_due_callback_is_a_deadlock, NULL},
    {"B10.6", a_callback_can_wait_for_others, NULL},
    {"B11.1", a_slow_callback_delays_no_plain_result, NULL},
    {"B11.2", a_slow_callback_delays_other_callbacks, NULL},
    {NULL, NULL, NULL}};
