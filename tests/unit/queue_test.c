/* Completion queues: events by pull and by run, limits, closing, the descriptor. */
#include "support.h"

#include <poll.h>
#include <string.h>
#include <sys/resource.h>

#include "core/queue.h"
#include "core/result.h"

static asyr_error *count_value(asyr_value *value, void *arg)
{
    (void)value;
    ++*(_Atomic int *)arg;
    return NULL;
}

static asyr_error *count_error(asyr_error *failure, void *arg)
{
    (void)failure;
    *(_Atomic int *)arg += 100;
    return NULL;
}

/* Options whose callbacks count in a queue: 1 for a value, 100 for an error. */
static asyr_task_options *counting(asyr_queue *queue, _Atomic int *counter)
{
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_queue(options, queue, &error));
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(options, count_value, counter, NULL, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(options, count_error, counter,
                                                       NULL, &error));
    return options;
}

static asyr_task_options *telling(asyr_queue *queue, int32_t kind, uint64_t tag)
{
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_queue(options, queue, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_event(options, kind, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_tag(options, tag, &error));
    return options;
}

static asyr_event *next_event(asyr_queue *queue)
{
    asyr_event *event = NULL;
    UNIT_SUCCEEDS(asyr_queue_next(queue, A_MINUTE, NULL, &event, &error));
    return event;
}

static void no_queue_is_refused(void)
{
    int64_t number = 1;
    asyr_event *event = NULL;
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_queue_new(0, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_queue_own(NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_queue_get_descriptor(NULL, &number, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_queue_run(NULL, 0, 0, NULL, &number, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_queue_next(NULL, 0, NULL, &event, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_queue_close(NULL, &error));
    CU_ASSERT_EQUAL(asyr_queue_close(NULL, NULL), ASYR_E_ARGUMENT);
    CU_ASSERT_EQUAL(asyr_queue_get_count(NULL), 0);
    CU_ASSERT_PTR_NULL(asyr_queue_ref(NULL));
    asyr_queue_unref(NULL);
}

static void no_event_is_refused(void)
{
    asyr_value *value = NULL;
    CU_ASSERT_EQUAL(asyr_event_get_kind(NULL), -1);
    CU_ASSERT_EQUAL(asyr_event_get_tag(NULL), 0);
    CU_ASSERT_PTR_NULL(asyr_event_get_result(NULL));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_event_get_outcome(NULL, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_event_run(NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_event_finish(NULL, NULL, &error));
    CU_ASSERT_EQUAL(asyr_event_finish(NULL, NULL, NULL), ASYR_E_ARGUMENT);
}

static void numbers_for_a_queue_are_checked(void)
{
    static const int64_t refused[] = {-1, INT64_MIN};
    asyr_queue *queue = support_queue(INT64_MAX), *other;
    for (int i = 0; i < 2; i++) {
        UNIT_FAILS(ASYR_E_ARGUMENT, asyr_queue_new(refused[i], &other, &error));
        CU_ASSERT_PTR_NULL(other);
        UNIT_FAILS(ASYR_E_ARGUMENT,
                   asyr_queue_run(queue, refused[i], 0, NULL, NULL, &error));
        UNIT_FAILS(ASYR_E_TIMEOUT, asyr_queue_next(queue, refused[i], NULL,
                                                   &(asyr_event *){NULL}, &error));
        UNIT_SUCCEEDS(asyr_queue_run(queue, 0, refused[i], NULL, NULL, &error));
    }
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_queue_next(queue, 0, NULL, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_queue_get_descriptor(queue, NULL, &error));
    asyr_queue_unref(queue);
}

/* B12: callbacks run on the thread that drains. */
static void run_calls_what_is_there(void)
{
    int64_t count = -1;
    _Atomic int counter = 0;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_task_options *options = counting(queue, &counter);
    asyr_result *first = support_submit(pool, run_echo, NULL, options);
    asyr_result *second = support_submit(pool, run_fail, NULL, options);
    asyr_result *third = support_submit(pool, run_echo, NULL, options);
    support_end(pool);
    CU_ASSERT_EQUAL(counter, 0);
    CU_ASSERT_EQUAL(asyr_queue_get_count(queue), 3);
    CU_ASSERT_FALSE(asyr_result_is_ready(first));
    UNIT_SUCCEEDS(asyr_queue_run(queue, 1, 0, NULL, &count, &error));
    CU_ASSERT_EQUAL(count, 1);
    CU_ASSERT_EQUAL(counter, 1);
    CU_ASSERT_TRUE(asyr_result_is_ready(first));
    CU_ASSERT_FALSE(asyr_result_is_ready(second));
    UNIT_SUCCEEDS(asyr_queue_run(queue, 0, 0, NULL, &count, &error));
    CU_ASSERT_EQUAL(count, 2);
    CU_ASSERT_EQUAL(counter, 102);
    UNIT_SUCCEEDS(asyr_queue_run(queue, 0, 1000, NULL, &count, &error));
    CU_ASSERT_EQUAL(count, 0);
    CU_ASSERT_EQUAL(support_take_outcome(first), ASYR_OK);
    CU_ASSERT_EQUAL(support_take_outcome(second), ASYR_E_TASK);
    CU_ASSERT_EQUAL(support_take_outcome(third), ASYR_OK);
    asyr_task_options_free(options);
    asyr_queue_unref(queue);
}

/* B9: an event of the kind callback holds its result back until it is finished. */
static void a_callback_event_holds_its_result_back(void)
{
    asyr_value *value = NULL;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_task_options *options = telling(queue, ASYR_EVENT_CALLBACK, 9);
    asyr_result *result = support_submit(pool, run_echo, NULL, options);
    asyr_event *event = next_event(queue);
    asyr_result *about = asyr_event_get_result(event);
    CU_ASSERT_EQUAL(asyr_event_get_kind(event), ASYR_EVENT_CALLBACK);
    CU_ASSERT_EQUAL(asyr_event_get_tag(event), 9);
    CU_ASSERT_PTR_EQUAL(about, result);
    CU_ASSERT_FALSE(asyr_result_is_ready(result));
    UNIT_SUCCEEDS(asyr_event_get_outcome(event, &value, &error));
    CU_ASSERT_EQUAL(asyr_value_get_type(value), ASYR_VALUE_NIL);
    UNIT_SUCCEEDS(asyr_event_run(event, &error));
    CU_ASSERT_FALSE(asyr_result_is_ready(result));
    UNIT_SUCCEEDS(asyr_event_finish(event, NULL, &error));
    CU_ASSERT_TRUE(asyr_result_is_ready(result));
    asyr_value_unref(value);
    asyr_result_unref(about);
    asyr_result_unref(result);
    asyr_task_options_free(options);
    asyr_queue_unref(queue);
    support_end(pool);
}

/* B10 */
static void what_a_host_raises_becomes_the_result(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_task_options *options = telling(queue, ASYR_EVENT_CALLBACK, 0);
    asyr_error *raised = asyr_error_new(ASYR_E_TASK, "HostError", "raised");
    asyr_result *result = support_submit(pool, run_fail, NULL, options);
    asyr_event *event = next_event(queue);
    UNIT_FAILS(ASYR_E_TASK, asyr_event_get_outcome(event, NULL, &error));
    UNIT_SUCCEEDS(asyr_event_finish(event, raised, &error));
    asyr_error *error = support_error(result), *cause = asyr_error_get_cause(error);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(error), "raised");
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(cause), "it failed");
    CU_ASSERT_PTR_NULL(asyr_error_get_cause(raised));
    asyr_error_unref(cause);
    asyr_error_unref(error);
    asyr_error_unref(raised);
    asyr_result_unref(result);
    asyr_task_options_free(options);
    asyr_queue_unref(queue);
    support_end(pool);
}

static asyr_error *raise(asyr_value *value, void *arg)
{
    (void)value;
    return asyr_error_ref(arg);
}

/* A function that is run by pull answers like one that the library ran. */
static void a_function_run_by_the_taker_can_fail(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_task_options *options = support_task_options();
    asyr_error *raised = asyr_error_new(ASYR_E_TASK, NULL, "first");
    asyr_error *second = asyr_error_new(ASYR_E_TASK, NULL, "second");
    UNIT_SUCCEEDS(asyr_task_options_set_queue(options, queue, &error));
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(options, raise, raised, NULL, &error));
    for (int i = 0; i < 2; i++) {
        asyr_result *result = support_submit(pool, run_echo, NULL, options);
        asyr_event *event = next_event(queue);
        UNIT_SUCCEEDS(asyr_event_run(event, &error));
        UNIT_SUCCEEDS(asyr_event_run(event, &error));
        UNIT_SUCCEEDS(asyr_event_finish(event, i ? second : NULL, &error));
        asyr_error *error = support_error(result);
        CU_ASSERT_STRING_EQUAL(asyr_error_get_message(error),
                               i ? "second" : "first");
        asyr_error_unref(error);
        asyr_result_unref(result);
    }
    asyr_error_unref(raised);
    asyr_error_unref(second);
    asyr_task_options_free(options);
    asyr_queue_unref(queue);
    support_end(pool);
}

/* B9: while one is taken and not finished, nothing else is handed out. */
static void callbacks_of_a_queue_are_serialised(void)
{
    asyr_event *none = NULL;
    int64_t count = -1;
    asyr_pool *pool = support_pool(2);
    asyr_queue *queue = support_queue(0);
    asyr_task_options *options = telling(queue, ASYR_EVENT_CALLBACK, 0);
    asyr_result_unref(support_submit(pool, run_echo, NULL, options));
    asyr_result_unref(support_submit(pool, run_echo, NULL, options));
    support_end(pool);
    asyr_event *event = next_event(queue);
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_queue_next(queue, 0, NULL, &none, &error));
    CU_ASSERT_PTR_NULL(none);
    UNIT_SUCCEEDS(asyr_queue_run(queue, 0, 0, NULL, &count, &error));
    CU_ASSERT_EQUAL(count, 0);
    CU_ASSERT_EQUAL(asyr_queue_get_count(queue), 1);
    UNIT_SUCCEEDS(asyr_event_finish(event, NULL, &error));
    event = next_event(queue);
    UNIT_SUCCEEDS(asyr_event_finish(event, NULL, &error));
    asyr_task_options_free(options);
    asyr_queue_unref(queue);
}

static void done_events_come_after_the_result_is_ready(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_task_options *options = telling(queue, ASYR_EVENT_DONE, 3);
    asyr_result *result = support_submit(pool, run_fail, NULL, options);
    UNIT_SUCCEEDS(asyr_result_notify(result, queue, 4, &error));
    asyr_event *first = next_event(queue), *second = next_event(queue);
    CU_ASSERT_EQUAL(asyr_event_get_kind(first), ASYR_EVENT_DONE);
    CU_ASSERT_TRUE(asyr_result_is_ready(result));
    CU_ASSERT_EQUAL(asyr_event_get_tag(first), 3);
    CU_ASSERT_EQUAL(asyr_event_get_tag(second), 4);
    UNIT_FAILS(ASYR_E_TASK, asyr_event_get_outcome(second, NULL, &error));
    UNIT_SUCCEEDS(asyr_event_finish(second, NULL, &error));
    UNIT_SUCCEEDS(asyr_event_finish(first, NULL, &error));
    asyr_result_unref(result);
    asyr_task_options_free(options);
    asyr_queue_unref(queue);
    support_end(pool);
}

/* A submit with callbacks and a done event has both, in that order. */
static void a_done_event_follows_the_callback_functions(void)
{
    _Atomic int counter = 0;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(2);
    asyr_task_options *options = counting(queue, &counter);
    UNIT_SUCCEEDS(asyr_task_options_set_event(options, ASYR_EVENT_DONE, &error));
    asyr_result_unref(support_submit(pool, run_echo, NULL, options));
    asyr_event *event = next_event(queue);
    CU_ASSERT_EQUAL(asyr_event_get_kind(event), ASYR_EVENT_CALLBACK);
    UNIT_SUCCEEDS(asyr_event_run(event, &error));
    UNIT_SUCCEEDS(asyr_event_finish(event, NULL, &error));
    CU_ASSERT_EQUAL(counter, 1);
    event = next_event(queue);
    CU_ASSERT_EQUAL(asyr_event_get_kind(event), ASYR_EVENT_DONE);
    UNIT_SUCCEEDS(asyr_event_finish(event, NULL, &error));
    asyr_task_options_free(options);
    asyr_queue_unref(queue);
    support_end(pool);
}

static void submit_refused(asyr_pool *pool, const asyr_task_options *options,
                           int32_t code)
{
    asyr_result *result = NULL;
    asyr_function *function = support_native(run_echo, NULL);
    asyr_error *error = NULL;
    CU_ASSERT_EQUAL(
        asyr_pool_apply_async(pool, function, NULL, options, &result, &error), code);
    CU_ASSERT_EQUAL(unit_take_code(&error), code);
    CU_ASSERT_PTR_NULL(result);
    asyr_function_unref(function);
}

static void an_event_needs_a_queue_and_no_second_callback(void)
{
    _Atomic int counter = 0;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_task_options *both = counting(queue, &counter);
    UNIT_SUCCEEDS(asyr_task_options_set_event(both, ASYR_EVENT_CALLBACK, &error));
    submit_refused(pool, both, ASYR_E_ARGUMENT);
    asyr_task_options_free(both);
    for (int32_t kind = 0; kind <= ASYR_EVENT_DONE; kind++) {
        asyr_task_options *alone = support_task_options();
        UNIT_SUCCEEDS(asyr_task_options_set_event(alone, kind, &error));
        submit_refused(pool, alone, ASYR_E_ARGUMENT);
        asyr_task_options_free(alone);
    }
    asyr_queue_unref(queue);
    support_end(pool);
}

/* A place is taken at the submit, so that no completion is ever lost. */
static void places_are_promised_at_the_submit(void)
{
    _Atomic int counter = 0;
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(2);
    asyr_task_options *options = counting(queue, &counter);
    asyr_result_unref(support_submit(pool, run_gate, &gate, options));
    asyr_result_unref(support_submit(pool, run_echo, NULL, options));
    submit_refused(pool, options, ASYR_E_QUEUE_FULL);
    UNIT_SUCCEEDS(asyr_task_options_set_event(options, ASYR_EVENT_DONE, &error));
    submit_refused(pool, options, ASYR_E_QUEUE_FULL);
    CU_ASSERT_EQUAL(queue->promised, 2);
    latch_open(&gate.leave);
    support_end(pool);
    UNIT_SUCCEEDS(asyr_queue_run(queue, 0, 0, NULL, NULL, &error));
    CU_ASSERT_EQUAL(counter, 2);
    CU_ASSERT_EQUAL(queue->promised, 0);
    asyr_task_options_free(options);
    asyr_queue_unref(queue);
}

/* A callback for the other outcome gives its place back. */
static void an_unused_place_is_given_back(void)
{
    _Atomic int counter = 0;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(1);
    asyr_task_options *options = counting(queue, &counter);
    UNIT_SUCCEEDS(
        asyr_task_options_set_error_callback(options, NULL, NULL, NULL, &error));
    for (int i = 0; i < 3; i++) {
        asyr_result *result = support_submit(pool, run_fail, NULL, options);
        CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_TASK);
    }
    CU_ASSERT_EQUAL(counter, 0);
    asyr_task_options_free(options);
    asyr_queue_unref(queue);
    support_end(pool);
}

static void closing_releases_callbacks_unrun_and_results_become_ready(void)
{
    int released = 0;
    _Atomic int counter = 0;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_task_options *options = counting(queue, &counter);
    UNIT_SUCCEEDS(asyr_task_options_set_callback(options, count_value, &released,
                                                 unit_count_release, &error));
    asyr_result *result = support_submit(pool, run_echo, NULL, options);
    asyr_task_options_free(options);
    support_end(pool);
    CU_ASSERT_FALSE(asyr_result_is_ready(result));
    UNIT_SUCCEEDS(asyr_queue_close(queue, &error));
    UNIT_SUCCEEDS(asyr_queue_close(queue, &error));
    CU_ASSERT_EQUAL(released, 1);
    CU_ASSERT_EQUAL(asyr_queue_get_count(queue), 0);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    asyr_queue_unref(queue);
}

static void a_closed_queue_refuses(void)
{
    _Atomic int counter = 0;
    asyr_event *event = NULL;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_task_options *options = counting(queue, &counter);
    UNIT_SUCCEEDS(asyr_queue_close(queue, &error));
    UNIT_FAILS(ASYR_E_STATE,
               asyr_queue_next(queue, ASYR_FOREVER, NULL, &event, &error));
    UNIT_FAILS(ASYR_E_STATE,
               asyr_queue_run(queue, 0, ASYR_FOREVER, NULL, NULL, &error));
    submit_refused(pool, options, ASYR_E_STATE);
    asyr_task_options_free(options);
    asyr_queue_unref(queue);
    support_end(pool);
}

/* The last handle closes, whatever is still to come. */
static void a_dropped_queue_closes(void)
{
    _Atomic int counter = 0;
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_task_options *options = counting(queue, &counter);
    asyr_result *result = support_submit(pool, run_gate, &gate, options);
    asyr_task_options_free(options);
    asyr_queue_unref(queue);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    CU_ASSERT_EQUAL(counter, 0);
    support_end(pool);
}

static void an_event_can_be_finished_after_its_queue_was_dropped(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_task_options *options = telling(queue, ASYR_EVENT_CALLBACK, 0);
    asyr_result *result = support_submit(pool, run_echo, NULL, options);
    asyr_event *event = next_event(queue);
    asyr_task_options_free(options);
    asyr_queue_unref(queue);
    CU_ASSERT_FALSE(asyr_result_is_ready(result));
    UNIT_SUCCEEDS(asyr_event_finish(event, NULL, &error));
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    support_end(pool);
}

static bool polls_readable(int64_t descriptor)
{
    struct pollfd entry = {.fd = (int)descriptor, .events = POLLIN};
    return poll(&entry, 1, 0) == 1 && (entry.revents & POLLIN);
}

/* B12 */
static void the_descriptor_is_readable_while_something_waits(void)
{
    int64_t descriptor = -1, again = -1;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_task_options *options = telling(queue, ASYR_EVENT_DONE, 0);
    UNIT_SUCCEEDS(asyr_queue_get_descriptor(queue, &descriptor, &error));
    UNIT_SUCCEEDS(asyr_queue_get_descriptor(queue, &again, &error));
    CU_ASSERT_EQUAL(descriptor, again);
    CU_ASSERT_FALSE(polls_readable(descriptor));
    asyr_result_unref(support_submit(pool, run_echo, NULL, options));
    asyr_result_unref(support_submit(pool, run_echo, NULL, options));
    support_end(pool);
    CU_ASSERT_TRUE(polls_readable(descriptor));
    UNIT_SUCCEEDS(asyr_event_finish(next_event(queue), NULL, &error));
    CU_ASSERT_TRUE(polls_readable(descriptor));
    UNIT_SUCCEEDS(asyr_event_finish(next_event(queue), NULL, &error));
    CU_ASSERT_FALSE(polls_readable(descriptor));
    asyr_task_options_free(options);
    asyr_queue_unref(queue);
}

static void a_descriptor_asked_for_late_is_readable_at_once(void)
{
    int64_t descriptor = -1;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_task_options *options = telling(queue, ASYR_EVENT_DONE, 0);
    asyr_result_unref(support_submit(pool, run_echo, NULL, options));
    support_end(pool);
    UNIT_SUCCEEDS(asyr_queue_get_descriptor(queue, &descriptor, &error));
    CU_ASSERT_TRUE(polls_readable(descriptor));
    UNIT_SUCCEEDS(asyr_queue_close(queue, &error));
    CU_ASSERT_FALSE(polls_readable(descriptor));
    asyr_task_options_free(options);
    asyr_queue_unref(queue);
}

static void a_queue_without_a_descriptor_says_so(void)
{
    struct rlimit before, none;
    int64_t descriptor = 5;
    asyr_queue *queue = support_queue(0);
    CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &none), 0);
    asyr_error *failure = NULL;
    asyr_status refused = asyr_queue_get_descriptor(queue, &descriptor, &failure);
    setrlimit(RLIMIT_NOFILE, &before);
    CU_ASSERT_EQUAL(refused, ASYR_E_SYSTEM);
    CU_ASSERT_EQUAL(unit_take_code(&failure), ASYR_E_SYSTEM);
    CU_ASSERT_EQUAL(descriptor, -1);
    UNIT_SUCCEEDS(asyr_queue_get_descriptor(queue, &descriptor, &error));
    asyr_queue_unref(queue);
}

static asyr_status attempt_new(asyr_error **error)
{
    asyr_queue *queue = NULL;
    asyr_status status = asyr_queue_new(0, &queue, error);
    asyr_queue_unref(queue);
    return status;
}

static void a_queue_without_memory_says_so(void)
{
    unit_fail_each_allocation(attempt_new);
}

CU_TestInfo queue_tests[] = {
    UNIT_TEST(no_queue_is_refused),
    UNIT_TEST(no_event_is_refused),
    UNIT_TEST(numbers_for_a_queue_are_checked),
    UNIT_TEST(run_calls_what_is_there),
    UNIT_TEST(a_callback_event_holds_its_result_back),
    UNIT_TEST(what_a_host_raises_becomes_the_result),
    UNIT_TEST(a_function_run_by_the_taker_can_fail),
    UNIT_TEST(callbacks_of_a_queue_are_serialised),
    UNIT_TEST(done_events_come_after_the_result_is_ready),
    UNIT_TEST(a_done_event_follows_the_callback_functions),
    UNIT_TEST(an_event_needs_a_queue_and_no_second_callback),
    UNIT_TEST(places_are_promised_at_the_submit),
    UNIT_TEST(an_unused_place_is_given_back),
    UNIT_TEST(closing_releases_callbacks_unrun_and_results_become_ready),
    UNIT_TEST(a_closed_queue_refuses),
    UNIT_TEST(a_dropped_queue_closes),
    UNIT_TEST(an_event_can_be_finished_after_its_queue_was_dropped),
    UNIT_TEST(the_descriptor_is_readable_while_something_waits),
    UNIT_TEST(a_descriptor_asked_for_late_is_readable_at_once),
    UNIT_TEST(a_queue_without_a_descriptor_says_so),
    UNIT_TEST(a_queue_without_memory_says_so),
    CU_TEST_INFO_NULL};
