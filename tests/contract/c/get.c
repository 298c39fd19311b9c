/*
 * B1 to B6: get, wait, ready, successful, and who may wait.
 */
#include "harness.h"

#include <math.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

/* B1.1 */
static void get_returns_the_value(void)
{
    asyr_pool *pool = pool_of(2);
    CHECK_INT(25, finish_int(submit_c(pool, SQUARE, ints(1, INT64_C(5)))));
    end_pool(pool);
}

/* B1.2 */
static void get_waits_for_a_running_task(void)
{
    asyr_pool *pool = pool_of(2);
    struct held held = hold(pool);
    asyr_result *opener =
        submit_c(pool, "int64_t fixture_latch_open(int64_t)", ints(1, held.latch));
    CHECK_INT(held.latch, finish_int(held.result));
    CHECK_INT(held.latch, finish_int(opener));
    end_pool(pool);
}

/* B1.3 */
static void get_raises_the_task_error(void)
{
    asyr_pool *pool = pool_of(1);
    asyr_error *failure =
        finish_failure(submit_c(pool, BYTE, ints(1, INT64_C(300))));
    CHECK_INT(ASYR_E_TYPE, asyr_error_get_code(failure));
    CHECK_TEXT("Type", asyr_error_get_kind(failure));
    CHECK(strstr(asyr_error_get_message(failure), "argument 1"));
    CHECK(strstr(asyr_error_get_message(failure), "300"));
    asyr_error_unref(failure);
    end_pool(pool);
}

static void compare_errors(asyr_error *first, asyr_error *second)
{
    asyr_error *cause = asyr_error_get_cause(second);
    CHECK_TEXT(asyr_error_get_kind(first), asyr_error_get_kind(second));
    CHECK_TEXT(asyr_error_get_message(first), asyr_error_get_message(second));
    CHECK(asyr_error_get_trace(first) == asyr_error_get_trace(second));
    CHECK(cause == NULL);
}

/* B1.4 */
static void get_again_gives_the_same(void)
{
    asyr_pool *pool = pool_of(1);
    asyr_result *value = submit_c(pool, SQUARE, ints(1, INT64_C(4)));
    asyr_result *failed = submit_c(pool, BYTE, ints(1, INT64_C(300)));
    asyr_error *first = get_failure(failed);
    for (int turn = 0; turn < 3; turn++) {
        asyr_error *again = get_failure(failed);
        compare_errors(first, again);
        asyr_error_unref(again);
        CHECK_INT(16, get_int(value));
    }
    asyr_error_unref(first);
    asyr_result_unref(failed);
    asyr_result_unref(value);
    end_pool(pool);
}

static void check_text_task(asyr_pool *pool)
{
    asyr_result *result = submit_c(pool, "const char *fixture_text(void)", NULL);
    asyr_value *value;
    const char *text;
    int64_t length;
    CHECK_CODE(ASYR_OK, asyr_result_get(result, ASYR_FOREVER, NULL, &value, NULL));
    CHECK_CODE(ASYR_OK, asyr_value_get_string(value, &text, &length, NULL));
    CHECK_TEXT("asynchronous", text);
    CHECK_INT(12, length);
    asyr_value_unref(value);
    asyr_result_unref(result);
}

static void check_double_task(asyr_pool *pool)
{
    asyr_value *list, *number;
    double half;
    CHECK_CODE(ASYR_OK, asyr_value_new_list(1, &list, NULL));
    CHECK_CODE(ASYR_OK, asyr_value_new_double(5.0, &number, NULL));
    CHECK_CODE(ASYR_OK, asyr_value_append(list, number, NULL));
    asyr_value_unref(number);
    asyr_result *result = submit_c(pool, "double fixture_half(double)", list);
    CHECK_CODE(ASYR_OK, asyr_result_get_double(result, ASYR_FOREVER, &half, NULL));
    CHECK(half == 2.5);
    asyr_result_unref(result);
}

static void check_nothing_task(asyr_pool *pool)
{
    asyr_result *result = submit_c(pool, "void fixture_nothing(void)", NULL);
    asyr_value *value;
    CHECK_CODE(ASYR_OK, asyr_result_get(result, ASYR_FOREVER, NULL, &value, NULL));
    CHECK_INT(ASYR_VALUE_NIL, asyr_value_get_type(value));
    asyr_value_unref(value);
    asyr_result_unref(result);
}

/* B1.5 */
static void values_arrive_as_such(void)
{
    asyr_pool *pool = pool_of(1);
    CHECK_INT(9, finish_int(submit_c(pool, SQUARE, ints(1, INT64_C(3)))));
    check_double_task(pool);
    check_text_task(pool);
    check_nothing_task(pool);
    end_pool(pool);
}

/* B2.1 */
static void get_after_a_timeout_has_the_value(void)
{
    asyr_pool *pool = pool_of(1);
    int64_t counter = fixture_counter_new(), latch = fixture_latch_new();
    asyr_result *result =
        submit_c(pool, "int64_t fixture_count_and_wait(int64_t, int64_t)",
                 ints(2, counter, latch));
    CHECK_CODE(ASYR_E_TIMEOUT, get_code(result, 20 * SECOND / 1000));
    fixture_latch_open(latch);
    CHECK_INT(1, get_int(result));
    CHECK_INT(1, finish_int(result));
    CHECK_INT(1, fixture_counter_get(counter));
    end_pool(pool);
}

static void fail_with_timeout(asyr_task *task, void *arg)
{
    asyr_error *failure =
        asyr_error_new(ASYR_E_TIMEOUT, "SocketTimeout", "too slow");
    (void)arg;
    CHECK_CODE(ASYR_OK, asyr_task_fail(task, failure, NULL));
    asyr_error_unref(failure);
}

/* B2.2 */
static void a_task_time_out_is_no_timeout(void)
{
    asyr_pool *pool = pool_of(1);
    asyr_error *failure =
        finish_failure(submit_native(pool, fail_with_timeout, NULL));
    CHECK_INT(ASYR_E_TASK, asyr_error_get_code(failure));
    CHECK_TEXT("SocketTimeout", asyr_error_get_kind(failure));
    CHECK_TEXT("too slow", asyr_error_get_message(failure));
    asyr_error_unref(failure);
    end_pool(pool);
}

/* B3.1 */
static void zero_and_negative_timeouts_poll(void)
{
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    CHECK_CODE(ASYR_E_TIMEOUT, get_code(held.result, 0));
    CHECK_CODE(ASYR_E_TIMEOUT, get_code(held.result, -1));
    CHECK_CODE(ASYR_E_TIMEOUT, get_code(held.result, INT64_MIN));
    let_go(held);
    end_pool(pool);
}

static void *get_with_timeout(void *arg)
{
    struct held *held = arg;
    asyr_result *result = held->result;
    int64_t timeout_ns, number, seen = held->latch;
    double seconds[] = {INFINITY, 1e300, 1e10, 9.3e9};
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
        CHECK_CODE(ASYR_OK,
                   asyr_timeout_from_seconds(seconds[i], &timeout_ns, NULL));
        CHECK_INT(ASYR_FOREVER, timeout_ns);
    }
    CHECK_CODE(ASYR_OK,
               asyr_result_get_int64(result, ASYR_FOREVER - 1, &number, NULL));
    CHECK_INT(seen, number);
    return NULL;
}

/* B3.2 */
static void infinite_and_huge_timeouts_wait(void)
{
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    pthread_t waiter = start_thread(get_with_timeout, &held);
    fixture_latch_open(held.latch);
    CHECK_INT(held.latch, get_int(held.result));
    end_thread(waiter);
    asyr_result_unref(held.result);
    end_pool(pool);
}

/* B3.3 */
static void nan_is_an_argument_error(void)
{
    int64_t timeout_ns = 7;
    asyr_error *error;
    CHECK_CODE(ASYR_E_ARGUMENT, asyr_timeout_from_seconds(NAN, &timeout_ns, &error));
    CHECK_INT(0, timeout_ns);
    CHECK(strlen(asyr_error_get_message(error)) > 0);
    asyr_error_unref(error);
}

/* B3.4 */
static void a_ready_result_ignores_the_timeout(void)
{
    asyr_pool *pool = pool_of(1);
    asyr_result *result = submit_c(pool, SQUARE, ints(1, INT64_C(6)));
    int64_t number;
    CHECK_INT(36, get_int(result));
    CHECK_CODE(ASYR_OK, asyr_result_get_int64(result, 0, &number, NULL));
    CHECK_INT(36, number);
    CHECK_CODE(ASYR_OK, asyr_result_get_int64(result, INT64_MIN, &number, NULL));
    CHECK_INT(36, number);
    asyr_result_unref(result);
    end_pool(pool);
}

/* B4.1 */
static void wait_says_ready_also_for_an_error(void)
{
    asyr_pool *pool = pool_of(1);
    asyr_result *value = submit_c(pool, SQUARE, ints(1, INT64_C(4)));
    asyr_result *failed = submit_c(pool, BYTE, ints(1, INT64_C(300)));
    asyr_error *error;
    CHECK_CODE(ASYR_OK, asyr_result_wait(value, ASYR_FOREVER, NULL, NULL));
    CHECK_CODE(ASYR_OK, asyr_result_wait(failed, ASYR_FOREVER, NULL, &error));
    CHECK(error == NULL);
    CHECK_CODE(ASYR_OK, asyr_result_wait(failed, 0, NULL, NULL));
    asyr_result_unref(value);
    asyr_result_unref(failed);
    end_pool(pool);
}

/* B4.2 */
static void wait_says_when_the_timeout_passed(void)
{
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    CHECK_CODE(ASYR_E_TIMEOUT, asyr_result_wait(held.result, 0, NULL, NULL));
    CHECK_CODE(ASYR_E_TIMEOUT,
               asyr_result_wait(held.result, SECOND / 50, NULL, NULL));
    let_go(held);
    end_pool(pool);
}

/* B5.1 */
static void ready_is_false_then_true(void)
{
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    CHECK(!asyr_result_is_ready(held.result));
    CHECK_INT(ASYR_RESULT_RUNNING, asyr_result_get_state(held.result));
    fixture_latch_open(held.latch);
    CHECK_INT(held.latch, get_int(held.result));
    CHECK(asyr_result_is_ready(held.result));
    CHECK_INT(ASYR_RESULT_READY, asyr_result_get_state(held.result));
    asyr_result_unref(held.result);
    end_pool(pool);
}

/* B5.2 */
static void successful_before_ready_is_an_error(void)
{
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    bool successful = true;
    CHECK_CODE(ASYR_E_NOT_READY,
               asyr_result_is_successful(held.result, &successful, NULL));
    CHECK(!successful);
    let_go(held);
    end_pool(pool);
}

/* B5.3 */
static void successful_tells_value_from_error(void)
{
    asyr_pool *pool = pool_of(1);
    asyr_result *value = submit_c(pool, SQUARE, ints(1, INT64_C(4)));
    asyr_result *failed = submit_c(pool, BYTE, ints(1, INT64_C(300)));
    bool successful = false;
    CHECK_INT(16, get_int(value));
    CHECK_CODE(ASYR_OK, asyr_result_is_successful(value, &successful, NULL));
    CHECK(successful);
    CHECK_CODE(ASYR_E_TYPE, get_code(failed, ASYR_FOREVER));
    CHECK_CODE(ASYR_OK, asyr_result_is_successful(failed, &successful, NULL));
    CHECK(!successful);
    asyr_result_unref(value);
    asyr_result_unref(failed);
    end_pool(pool);
}

struct waiter {
    asyr_result *result;
    asyr_interrupt *interrupt;
    asyr_status expected;
    int64_t begun; /* a counter */
    pid_t thread;
};

static void *wait_for_expected(void *arg)
{
    struct waiter *waiter = arg;
    waiter->thread = kernel_thread();
    fixture_count(waiter->begun);
    CHECK_CODE(waiter->expected, asyr_result_get(waiter->result, ASYR_FOREVER,
                                                 waiter->interrupt, NULL, NULL));
    return NULL;
}

/* Starts a thread that waits, and returns once it does. */
static pthread_t start_waiter(struct waiter *waiter)
{
    waiter->begun = fixture_counter_new();
    pthread_t thread = start_thread(wait_for_expected, waiter);
    fixture_wait_for_count(waiter->begun, 1);
    wait_until_asleep(waiter->thread);
    return thread;
}

/* B6.1 */
static void many_threads_wait_and_all_wake(void)
{
    enum { WAITERS = 8 };
    pthread_t threads[WAITERS];
    struct waiter waiters[WAITERS];
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    asyr_result *failed = submit_c(pool, BYTE, ints(1, INT64_C(300)));
    for (int i = 0; i < WAITERS; i++) {
        waiters[i] = (struct waiter){.result = i % 2 ? failed : held.result,
                                     .expected = i % 2 ? ASYR_E_TYPE : ASYR_OK};
        threads[i] = start_waiter(&waiters[i]);
    }
    fixture_latch_open(held.latch);
    for (int i = 0; i < WAITERS; i++)
        end_thread(threads[i]);
    let_go(held);
    asyr_result_unref(failed);
    end_pool(pool);
}

/* B6.2 */
static void an_interrupt_ends_the_wait(void)
{
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    struct waiter waiter = {.result = held.result, .expected = ASYR_E_INTERRUPTED};
    CHECK_CODE(ASYR_OK, asyr_interrupt_new(&waiter.interrupt, NULL));
    pthread_t thread = start_waiter(&waiter);
    asyr_interrupt_trigger(waiter.interrupt);
    end_thread(thread);
    CHECK(!asyr_result_is_ready(held.result));
    asyr_interrupt_unref(waiter.interrupt);
    let_go(held);
    end_pool(pool);
}

static void note_signal(int number)
{
    (void)number;
}

/* B6.3 */
static void a_signal_ends_the_wait(void)
{
    struct sigaction action = {.sa_handler = note_signal};
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    struct waiter waiter = {.result = held.result, .expected = ASYR_E_INTERRUPTED};
#if defined(NO_SIGNAL_ENDS_A_WAIT)
    skip_case("condition variables tell nobody of a signal");
#endif
    CHECK_INT(0, sigaction(SIGUSR1, &action, NULL));
    CHECK_CODE(ASYR_OK, asyr_interrupt_new(&waiter.interrupt, NULL));
    pthread_t thread = start_waiter(&waiter);
    CHECK_INT(0, pthread_kill(thread, SIGUSR1));
    end_thread(thread);
    CHECK(!asyr_interrupt_is_triggered(waiter.interrupt));
    asyr_interrupt_unref(waiter.interrupt);
    let_go(held);
    end_pool(pool);
}

const struct contract_case get_cases[] = {
    {"B1.1", get_returns_the_value, NULL},
    {"B1.2", get_waits_for_a_running_task, NULL},
    {"B1.3", get_raises_the_task_error, NULL},
    {"B1.4", get_again_gives_the_same, NULL},
    {"B1.5", values_arrive_as_such, NULL},
    {"B2.1", get_after_a_timeout_has_the_value, NULL},
    {"B2.2", a_task_time_out_is_no_timeout, NULL},
    {"B3.1", zero_and_negative_timeouts_poll, NULL},
    {"B3.2", infinite_and_huge_timeouts_wait, NULL},
    {"B3.3", nan_is_an_argument_error, NULL},
    {"B3.4", a_ready_result_ignores_the_timeout, NULL},
    {"B4.1", wait_says_ready_also_for_an_error, NULL},
    {"B4.2", wait_says_when_the_timeout_passed, NULL},
    {"B5.1", ready_is_false_then_true, NULL},
    {"B5.2", successful_before_ready_is_an_error, NULL},
    {"B5.3", successful_tells_value_from_error, NULL},
    {"B6.1", many_threads_wait_and_all_wake, NULL},
    {"B6.2", an_interrupt_ends_the_wait, NULL},
    {"B6.3", a_signal_ends_the_wait, NULL},
    {NULL, NULL, NULL}};
