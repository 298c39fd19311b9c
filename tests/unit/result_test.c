/* Results: reading, callbacks before ready, done-callbacks, cancel, unread errors. */
#include "support.h"

#include <string.h>

#include "core/result.h"
#include "pool/pool.h"

/* What a callback saw; the main thread looks at it after the result is ready. */
struct heard {
    asyr_result **result;
    _Atomic int values;
    _Atomic int errors;
    _Atomic int dones;
    bool was_ready;
    int64_t number;
    asyr_error *failure; /* counted */
    asyr_error *answer;  /* what the callback raises, or NULL */
    struct latch entered;
    struct latch leave;
    int released;
};

#define HEARD_NOTHING                                                               \
    {                                                                               \
        .entered = LATCH_CLOSED, .leave = LATCH_CLOSED                              \
    }

static asyr_error *hear_value(asyr_value *value, void *arg)
{
    struct heard *heard = arg;
    heard->values++;
    asyr_value_get_int64(value, &heard->number, NULL);
    return asyr_error_ref(heard->answer);
}

static asyr_error *hear_error(asyr_error *failure, void *arg)
{
    struct heard *heard = arg;
    heard->errors++;
    asyr_error_unref(heard->failure);
    heard->failure = asyr_error_ref(failure);
    return asyr_error_ref(heard->answer);
}

static asyr_error *hear_slowly(asyr_value *value, void *arg)
{
    struct heard *heard = arg;
    latch_open(&heard->entered);
    latch_wait(&heard->leave, 1);
    return hear_value(value, arg);
}

static void hear_done(asyr_result *result, void *arg)
{
    struct heard *heard = arg;
    heard->was_ready = asyr_result_is_ready(result);
    heard->dones++;
}

static asyr_task_options *options_to_hear(struct heard *heard,
                                          asyr_callback_fn callback)
{
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(options, callback, heard, NULL, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(options, hear_error, heard,
                                                       NULL, &error));
    return options;
}

/* Submit with both callbacks. */
static asyr_result *submit_heard(asyr_pool *pool, asyr_native_fn run, void *arg,
                                 struct heard *heard)
{
    asyr_task_options *options = options_to_hear(heard, hear_value);
    asyr_result *result = support_submit(pool, run, arg, options);
    asyr_task_options_free(options);
    return result;
}

static void return_seven(asyr_task *task, void *arg)
{
    (void)arg;
    asyr_task_return_int64(task, 7, NULL);
}

static void return_half(asyr_task *task, void *arg)
{
    (void)arg;
    asyr_task_return_double(task, 0.5, NULL);
}

/* B1 */
static void get_returns_the_value_each_time(void)
{
    int64_t number;
    double real;
    asyr_pool *pool = support_pool(1);
    asyr_result *result = support_submit(pool, return_seven, NULL, NULL);
    asyr_result *half = support_submit(pool, return_half, NULL, NULL);
    for (int i = 0; i < 2; i++) {
        asyr_value *value = NULL;
        UNIT_SUCCEEDS(asyr_result_get(result, A_MINUTE, NULL, &value, &error));
        CU_ASSERT_EQUAL(asyr_value_get_type(value), ASYR_VALUE_INT64);
        asyr_value_unref(value);
        UNIT_SUCCEEDS(asyr_result_get_int64(result, A_MINUTE, &number, &error));
        CU_ASSERT_EQUAL(number, 7);
        UNIT_SUCCEEDS(asyr_result_get_double(half, A_MINUTE, &real, &error));
        CU_ASSERT_DOUBLE_EQUAL(real, 0.5, 0);
        UNIT_FAILS(ASYR_E_TYPE,
                   asyr_result_get_int64(half, A_MINUTE, &number, &error));
    }
    asyr_result_unref(result);
    asyr_result_unref(half);
    support_end(pool);
}

/* B1: the same error object, so nothing can be appended by reading. */
static void get_raises_the_same_error_each_time(void)
{
    int64_t number = 3;
    double real = 3;
    asyr_pool *pool = support_pool(1);
    asyr_result *result = support_submit(pool, run_fail, NULL, NULL);
    asyr_error *first = support_error(result), *second = support_error(result);
    CU_ASSERT_PTR_EQUAL(first, second);
    CU_ASSERT_EQUAL(asyr_error_get_code(first), ASYR_E_TASK);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_kind(first), "Oops");
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(first), "it failed");
    CU_ASSERT_PTR_NULL(asyr_error_get_cause(first));
    UNIT_FAILS(ASYR_E_TASK, asyr_result_get_int64(result, 0, &number, &error));
    UNIT_FAILS(ASYR_E_TASK, asyr_result_get_double(result, 0, &real, &error));
    CU_ASSERT_EQUAL(number, 0);
    asyr_error_unref(first);
    asyr_error_unref(second);
    asyr_result_unref(result);
    support_end(pool);
}

/* B2 */
static void get_after_a_timeout_works(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_result *result = support_submit(pool, run_gate, &gate, NULL);
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_result_get(result, 1000, NULL, NULL, &error));
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_result_wait(result, 1000, NULL, &error));
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    CU_ASSERT_EQUAL(latch_count(&gate.entered), 1);
    support_end(pool);
}

static void fail_with_code(asyr_task *task, void *code)
{
    asyr_error *failure = asyr_error_new(*(int32_t *)code, "Mine", "my own");
    asyr_task_fail(task, failure, NULL);
    asyr_error_unref(failure);
}

/* B2: a task's own time-out is told apart from one of the wait. */
static void a_task_that_fails_as_a_wait_does_gets_the_code_task(void)
{
    int32_t codes[] = {ASYR_E_TIMEOUT, ASYR_E_NOT_READY, ASYR_E_INTERRUPTED};
    asyr_pool *pool = support_pool(1);
    for (int i = 0; i < 3; i++) {
        asyr_result *result = support_submit(pool, fail_with_code, &codes[i], NULL);
        asyr_error *error = support_error(result);
        CU_ASSERT_EQUAL(asyr_error_get_code(error), ASYR_E_TASK);
        CU_ASSERT_STRING_EQUAL(asyr_error_get_kind(error), "Mine");
        asyr_error_unref(error);
        asyr_result_unref(result);
    }
    support_end(pool);
}

/* B3 */
static void zero_and_negative_timeouts_poll(void)
{
    static const int64_t polls[] = {0, -1, INT64_MIN};
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_result *result = support_submit(pool, run_gate, &gate, NULL);
    for (int i = 0; i < 3; i++)
        UNIT_FAILS(ASYR_E_TIMEOUT, asyr_result_wait(result, polls[i], NULL, &error));
    CU_ASSERT_EQUAL(asyr_result_wait(result, 0, NULL, NULL), ASYR_E_TIMEOUT);
    latch_open(&gate.leave);
    UNIT_SUCCEEDS(asyr_result_wait(result, ASYR_FOREVER - 1, NULL, &error));
    for (int i = 0; i < 3; i++)
        UNIT_SUCCEEDS(asyr_result_get(result, polls[i], NULL, NULL, &error));
    asyr_result_unref(result);
    support_end(pool);
}

/* B4, B5 */
static void wait_says_nothing_of_how_the_task_went(void)
{
    bool successful = true;
    asyr_pool *pool = support_pool(1);
    asyr_result *result = support_submit(pool, run_fail, NULL, NULL);
    UNIT_SUCCEEDS(asyr_result_wait(result, A_MINUTE, NULL, &error));
    UNIT_SUCCEEDS(asyr_result_is_successful(result, &successful, &error));
    CU_ASSERT_FALSE(successful);
    asyr_result_unref(result);
    support_end(pool);
}

/* B5 */
static void a_result_goes_from_pending_to_running_to_ready(void)
{
    bool successful;
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_result *first = support_submit(pool, run_gate, &gate, NULL);
    asyr_result *second = support_submit(pool, run_echo, NULL, NULL);
    latch_wait(&gate.entered, 1);
    CU_ASSERT_EQUAL(asyr_result_get_state(first), ASYR_RESULT_RUNNING);
    CU_ASSERT_EQUAL(asyr_result_get_state(second), ASYR_RESULT_PENDING);
    CU_ASSERT_FALSE(asyr_result_is_ready(first));
    UNIT_FAILS(ASYR_E_NOT_READY,
               asyr_result_is_successful(first, &successful, &error));
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_outcome(second), ASYR_OK);
    CU_ASSERT_EQUAL(support_outcome(first), ASYR_OK);
    CU_ASSERT_EQUAL(asyr_result_get_state(first), ASYR_RESULT_READY);
    CU_ASSERT_TRUE(asyr_result_is_ready(second));
    UNIT_SUCCEEDS(asyr_result_is_successful(first, &successful, &error));
    CU_ASSERT_TRUE(successful);
    asyr_result_unref(first);
    asyr_result_unref(second);
    support_end(pool);
}

static void no_result_is_refused(void)
{
    int64_t number;
    double real;
    bool truth;
    int32_t outcome;
    int released = 0;
    asyr_value *value = unit_int64(1), *before = value;
    asyr_queue *queue = support_queue(0);
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_result_wait(NULL, 0, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_result_get(NULL, 0, NULL, &value, &error));
    CU_ASSERT_PTR_NULL(value);
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_result_get_int64(NULL, 0, &number, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_result_get_double(NULL, 0, &real, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_result_is_successful(NULL, &truth, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_result_cancel(NULL, &outcome, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_result_notify(NULL, queue, 0, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_result_add_done_callback(NULL, hear_done, &released,
                                             unit_count_release, NULL, &error));
    CU_ASSERT_EQUAL(released, 1);
    CU_ASSERT_FALSE(asyr_result_is_ready(NULL));
    CU_ASSERT_EQUAL(asyr_result_get_state(NULL), -1);
    CU_ASSERT_EQUAL(asyr_result_get_tag(NULL), 0);
    CU_ASSERT_PTR_NULL(asyr_result_ref(NULL));
    asyr_result_unref(NULL);
    CU_ASSERT_EQUAL(asyr_result_wait(NULL, 0, NULL, NULL), ASYR_E_ARGUMENT);
    asyr_value_unref(before);
    asyr_queue_unref(queue);
}

static void missing_places_are_refused(void)
{
    int released = 0;
    asyr_pool *pool = support_pool(1);
    asyr_result *result = support_submit(pool, return_seven, NULL, NULL);
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_result_get_int64(result, 0, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_result_get_double(result, 0, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_result_is_successful(result, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_result_notify(result, NULL, 0, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_result_add_done_callback(result, NULL, &released,
                                             unit_count_release, NULL, &error));
    CU_ASSERT_EQUAL(released, 1);
    UNIT_SUCCEEDS(asyr_result_get(result, A_MINUTE, NULL, NULL, &error));
    UNIT_SUCCEEDS(asyr_result_cancel(result, NULL, &error));
    asyr_result_unref(result);
    support_end(pool);
}

static void the_tag_of_the_submit_comes_back(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_tag(options, UINT64_MAX, &error));
    asyr_result *tagged = support_submit(pool, run_echo, NULL, options);
    asyr_result *untagged = support_submit(pool, run_echo, NULL, NULL);
    CU_ASSERT_EQUAL(asyr_result_get_tag(tagged), UINT64_MAX);
    CU_ASSERT_EQUAL(asyr_result_get_tag(untagged), 0);
    asyr_result_unref(tagged);
    asyr_result_unref(untagged);
    asyr_task_options_free(options);
    support_end(pool);
}

struct reader {
    pthread_t thread;
    asyr_result *result;
    asyr_status status;
    int64_t number;
};

static void *read_result(void *arg)
{
    struct reader *reader = arg;
    reader->status =
        asyr_result_get_int64(reader->result, ASYR_FOREVER, &reader->number, NULL);
    return NULL;
}

static void wait_for_gate_then_seven(asyr_task *task, void *gate)
{
    run_gate(task, gate);
    return_seven(task, NULL);
}

/* B6 */
static void all_threads_that_wait_wake(void)
{
    struct reader readers[5];
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_result *result =
        support_submit(pool, wait_for_gate_then_seven, &gate, NULL);
    for (int i = 0; i < 5; i++) {
        readers[i].result = result;
        pthread_create(&readers[i].thread, NULL, read_result, &readers[i]);
    }
    support_await_waiters(result, 5);
    latch_open(&gate.leave);
    for (int i = 0; i < 5; i++) {
        pthread_join(readers[i].thread, NULL);
        CU_ASSERT_EQUAL(readers[i].status, ASYR_OK);
        CU_ASSERT_EQUAL(readers[i].number, 7);
    }
    asyr_result_unref(result);
    support_end(pool);
}

/* B7 */
static void a_dropped_handle_changes_nothing(void)
{
    struct heard heard = HEARD_NOTHING;
    asyr_pool *pool = support_pool(1);
    asyr_function *function = support_native(return_seven, NULL);
    asyr_task_options *options = options_to_hear(&heard, hear_value);
    asyr_result_unref(support_submit(pool, return_seven, NULL, options));
    UNIT_SUCCEEDS(
        asyr_pool_apply_async(pool, function, NULL, options, NULL, &error));
    asyr_task_options_free(options);
    asyr_function_unref(function);
    support_end(pool);
    CU_ASSERT_EQUAL(heard.values, 2);
    CU_ASSERT_EQUAL(heard.number, 7);
}

/* B8 */
static void exactly_one_callback_runs_once(void)
{
    struct heard success = HEARD_NOTHING, failure = HEARD_NOTHING;
    asyr_pool *pool = support_pool(2);
    asyr_result *first = submit_heard(pool, return_seven, NULL, &success);
    asyr_result *second = submit_heard(pool, run_fail, NULL, &failure);
    CU_ASSERT_EQUAL(support_take_outcome(first), ASYR_OK);
    CU_ASSERT_EQUAL(support_take_outcome(second), ASYR_E_TASK);
    support_end(pool);
    CU_ASSERT_EQUAL(success.values, 1);
    CU_ASSERT_EQUAL(success.errors, 0);
    CU_ASSERT_EQUAL(success.number, 7);
    CU_ASSERT_EQUAL(failure.values, 0);
    CU_ASSERT_EQUAL(failure.errors, 1);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(failure.failure), "it failed");
    asyr_error_unref(failure.failure);
}

/* B9 */
static void the_result_becomes_ready_after_its_callback(void)
{
    struct heard heard = HEARD_NOTHING;
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = options_to_hear(&heard, hear_slowly);
    asyr_result *result = support_submit(pool, return_seven, NULL, options);
    latch_wait(&heard.entered, 1);
    CU_ASSERT_FALSE(asyr_result_is_ready(result));
    CU_ASSERT_EQUAL(asyr_result_get_state(result), ASYR_RESULT_RUNNING);
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_result_wait(result, 0, NULL, &error));
    latch_open(&heard.leave);
    CU_ASSERT_EQUAL(support_outcome(result), ASYR_OK);
    CU_ASSERT_EQUAL(heard.values, 1);
    asyr_result_unref(result);
    asyr_task_options_free(options);
    support_end(pool);
}

/* B11 */
static void a_slow_callback_delays_no_result_without_one(void)
{
    struct heard heard = HEARD_NOTHING;
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = options_to_hear(&heard, hear_slowly);
    asyr_result *slow = support_submit(pool, return_seven, NULL, options);
    latch_wait(&heard.entered, 1);
    CU_ASSERT_EQUAL(support_take_outcome(support_submit(pool, run_echo, NULL, NULL)),
                    ASYR_OK);
    CU_ASSERT_FALSE(asyr_result_is_ready(slow));
    latch_open(&heard.leave);
    CU_ASSERT_EQUAL(support_take_outcome(slow), ASYR_OK);
    asyr_task_options_free(options);
    support_end(pool);
}

/* B10 */
static void a_callback_that_fails_becomes_the_outcome(void)
{
    struct heard heard = HEARD_NOTHING;
    heard.answer = asyr_error_new(ASYR_E_TASK, "CallbackError", "from the callback");
    asyr_pool *pool = support_pool(1);
    asyr_result *result = submit_heard(pool, return_seven, NULL, &heard);
    asyr_error *error = support_error(result);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(error), "from the callback");
    CU_ASSERT_PTR_NULL(asyr_error_get_cause(error));
    asyr_error_unref(error);
    asyr_result_unref(result);
    CU_ASSERT_EQUAL(support_take_outcome(support_submit(pool, run_echo, NULL, NULL)),
                    ASYR_OK);
    support_end(pool);
    asyr_error_unref(heard.answer);
}

/* B10: the task's own error is the end of the chain of causes. */
static void the_tasks_error_stays_as_the_last_cause(void)
{
    struct heard heard = HEARD_NOTHING;
    asyr_error *inner = asyr_error_new(ASYR_E_STATE, NULL, "inner");
    heard.answer = asyr_error_new(ASYR_E_TASK, "CallbackError", "outer");
    UNIT_SUCCEEDS(asyr_error_set_cause(heard.answer, inner, &error));
    asyr_pool *pool = support_pool(1);
    asyr_result *result = submit_heard(pool, run_fail, NULL, &heard);
    asyr_error *error = support_error(result);
    asyr_error *first = asyr_error_get_cause(error);
    asyr_error *second = asyr_error_get_cause(first);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(error), "outer");
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(first), "inner");
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(second), "it failed");
    CU_ASSERT_PTR_NULL(asyr_error_get_cause(second));
    CU_ASSERT_PTR_NULL(asyr_error_get_cause(inner));
    asyr_error_unref(second);
    asyr_error_unref(first);
    asyr_error_unref(error);
    asyr_error_unref(inner);
    asyr_result_unref(result);
    support_end(pool);
    asyr_error_unref(heard.answer);
    asyr_error_unref(heard.failure);
}

/* B10: an error callback that raises what it was given makes no circle. */
static asyr_error *raise_the_same(asyr_error *failure, void *arg)
{
    (void)arg;
    return asyr_error_ref(failure);
}

static void an_error_callback_may_raise_its_own_argument(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(options, raise_the_same, NULL,
                                                       NULL, &error));
    asyr_result *result = support_submit(pool, run_fail, NULL, options);
    asyr_error *error = support_error(result);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(error), "it failed");
    CU_ASSERT_PTR_NULL(asyr_error_get_cause(error));
    asyr_error_unref(error);
    asyr_result_unref(result);
    asyr_task_options_free(options);
    support_end(pool);
}

/* B10, B2: also a callback's error never looks like one of the wait. */
static void a_callback_that_times_out_gets_the_code_task(void)
{
    struct heard heard = HEARD_NOTHING;
    heard.answer = asyr_error_new(ASYR_E_TIMEOUT, NULL, "in the callback");
    asyr_pool *pool = support_pool(1);
    asyr_result *result = submit_heard(pool, return_seven, NULL, &heard);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_TASK);
    support_end(pool);
    asyr_error_unref(heard.answer);
}

CU_TestInfo result_tests[] = {
    UNIT_TEST(get_returns_the_value_each_time),
    UNIT_TEST(get_raises_the_same_error_each_time),
    UNIT_TEST(get_after_a_timeout_works),
    UNIT_TEST(a_task_that_fails_as_a_wait_does_gets_the_code_task),
    UNIT_TEST(zero_and_negative_timeouts_poll),
    UNIT_TEST(wait_says_nothing_of_how_the_task_went),
    UNIT_TEST(a_result_goes_from_pending_to_running_to_ready),
    UNIT_TEST(no_result_is_refused),
    UNIT_TEST(missing_places_are_refused),
    UNIT_TEST(the_tag_of_the_submit_comes_back),
    UNIT_TEST(all_threads_that_wait_wake),
    UNIT_TEST(a_dropped_handle_changes_nothing),
    UNIT_TEST(exactly_one_callback_runs_once),
    UNIT_TEST(the_result_becomes_ready_after_its_callback),
    UNIT_TEST(a_slow_callback_delays_no_result_without_one),
    UNIT_TEST(a_callback_that_fails_becomes_the_outcome),
    UNIT_TEST(the_tasks_error_stays_as_the_last_cause),
    UNIT_TEST(an_error_callback_may_raise_its_own_argument),
    UNIT_TEST(a_callback_that_times_out_gets_the_code_task),
    CU_TEST_INFO_NULL};
