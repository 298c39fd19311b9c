/*
 * B12: where callbacks run: the dispatcher, or a completion queue of the host.
 */
#include "harness.h"

#include <poll.h>
#include <stddef.h>

static asyr_queue *new_queue(int64_t limit)
{
    asyr_queue *queue;
    CHECK_CODE(ASYR_OK, asyr_queue_new(limit, &queue, NULL));
    return queue;
}

static asyr_pool *pool_on(asyr_queue *queue, int64_t workers)
{
    asyr_pool_options *options = pool_options(workers);
    CHECK_CODE(ASYR_OK, asyr_pool_options_set_queue(options, queue, NULL));
    return pool_with(options);
}

static asyr_result *submit_counted(asyr_pool *pool, int64_t called)
{
    return submit(pool, c_function(SQUARE), ints(1, INT64_C(3)),
                  with_callback(count_value, id_arg(called)));
}

static asyr_result *submit_event(asyr_pool *pool, asyr_queue *queue, int32_t kind)
{
    asyr_task_options *options = task_options();
    CHECK_CODE(ASYR_OK, asyr_task_options_set_queue(options, queue, NULL));
    CHECK_CODE(ASYR_OK, asyr_task_options_set_event(options, kind, NULL));
    CHECK_CODE(ASYR_OK, asyr_task_options_set_tag(options, 77, NULL));
    return submit(pool, c_function(SQUARE), ints(1, INT64_C(5)), options);
}

static bool readable(asyr_queue *queue, int timeout_ms)
{
    int64_t descriptor;
    CHECK_CODE(ASYR_OK, asyr_queue_get_descriptor(queue, &descriptor, NULL));
    struct pollfd entry = {.fd = (int)descriptor, .events = POLLIN};
    int count = poll(&entry, 1, timeout_ms);
    CHECK(count >= 0);
    return count == 1;
}

static int64_t drain(asyr_queue *queue)
{
    int64_t count;
    CHECK_CODE(ASYR_OK, asyr_queue_run(queue, 0, 0, NULL, &count, NULL));
    return count;
}

static asyr_event *next_event(asyr_queue *queue)
{
    asyr_event *event;
    CHECK_CODE(ASYR_OK, asyr_queue_next(queue, ASYR_FOREVER, NULL, &event, NULL));
    return event;
}

static void check_event(asyr_event *event, int32_t kind, asyr_result *result,
                        int64_t number)
{
    asyr_value *value;
    int64_t found;
    asyr_result *subject = asyr_event_get_result(event);
    CHECK_INT(kind, asyr_event_get_kind(event));
    CHECK_INT(77, (int64_t)asyr_event_get_tag(event));
    CHECK(subject == result);
    asyr_result_unref(subject);
    CHECK_CODE(ASYR_OK, asyr_event_get_outcome(event, &value, NULL));
    CHECK_CODE(ASYR_OK, asyr_value_get_int64(value, &found, NULL));
    CHECK_INT(number, found);
    asyr_value_unref(value);
}

static asyr_error *log_thread(asyr_value *value, void *arg)
{
    CHECK(value != NULL);
    fixture_log_add((intptr_t)arg, fixture_thread_id());
    return NULL;
}

/* B12.1 */
static void callbacks_run_on_the_dispatcher(void)
{
    int64_t log = fixture_log_new(), mine = fixture_thread_id();
    asyr_pool *pool = pool_of(2);
    for (int turn = 0; turn < 10; turn++) {
        asyr_result *result = submit(pool, c_function(THREAD_ID), NULL,
                                     with_callback(log_thread, id_arg(log)));
        int64_t worker = finish_int(result), callback = fixture_log_get(log, turn);
        CHECK(callback != worker);
        CHECK(callback != mine);
        CHECK_INT(fixture_log_get(log, 0), callback);
    }
    end_pool(pool);
}

/* B12.2 */
static void a_callback_waits_for_the_host(void)
{
    int64_t called = fixture_counter_new();
    asyr_queue *queue = new_queue(0);
    asyr_pool *pool = pool_on(queue, 1);
    asyr_result *result = submit_counted(pool, called);
    CHECK(readable(queue, -1));
    CHECK_INT(1, asyr_queue_get_count(queue));
    CHECK_INT(0, fixture_counter_get(called));
    CHECK(!asyr_result_is_ready(result));
    CHECK_CODE(ASYR_E_TIMEOUT, get_code(result, 0));
    CHECK_INT(1, drain(queue));
    CHECK_INT(1, fixture_counter_get(called));
    CHECK(asyr_result_is_ready(result));
    CHECK_INT(9, finish_int(result));
    end_pool(pool);
    asyr_queue_unref(queue);
}

/* B12.3 */
static void the_descriptor_polls_readable(void)
{
    int64_t called = fixture_counter_new();
    asyr_queue *queue = new_queue(0);
    asyr_pool *pool = pool_on(queue, 2);
    CHECK(!readable(queue, 0));
    for (int64_t turn = 1; turn <= 3; turn++) {
        asyr_result *result = submit_counted(pool, called);
        CHECK(readable(queue, -1));
        CHECK(readable(queue, 0));
        CHECK_INT(1, drain(queue));
        CHECK(!readable(queue, 0));
        CHECK_INT(turn, fixture_counter_get(called));
        asyr_result_unref(result);
    }
    end_pool(pool);
    asyr_queue_unref(queue);
}

/* B12.4 */
static void the_owner_drains_while_it_waits(void)
{
    int64_t log = fixture_log_new();
    asyr_queue *queue = new_queue(0);
    CHECK_CODE(ASYR_OK, asyr_queue_own(queue, NULL));
    asyr_pool *pool = pool_on(queue, 1);
    asyr_result *first = submit(pool, c_function(SQUARE), ints(1, INT64_C(3)),
                                with_callback(log_thread, id_arg(log)));
    CHECK_INT(9, finish_int(first));
    CHECK_INT(1, fixture_log_count(log));
    asyr_result *second = submit(pool, c_function(SQUARE), ints(1, INT64_C(3)),
                                 with_callback(log_thread, id_arg(log)));
    CHECK_CODE(ASYR_OK, asyr_result_wait(second, ASYR_FOREVER, NULL, NULL));
    CHECK_INT(2, fixture_log_count(log));
    CHECK_INT(fixture_thread_id(), fixture_log_get(log, 0));
    CHECK_INT(fixture_thread_id(), fixture_log_get(log, 1));
    asyr_result_unref(second);
    end_pool(pool);
    asyr_queue_unref(queue);
}

/* B12.5 */
static void a_callback_event_holds_the_result_back(void)
{
    asyr_queue *queue = new_queue(0);
    asyr_pool *pool = pool_of(1);
    asyr_result *result = submit_event(pool, queue, ASYR_EVENT_CALLBACK);
    asyr_event *event = next_event(queue);
    check_event(event, ASYR_EVENT_CALLBACK, result, 25);
    CHECK(!asyr_result_is_ready(result));
    CHECK_CODE(ASYR_OK, asyr_event_finish(event, NULL, NULL));
    CHECK(asyr_result_is_ready(result));
    CHECK_INT(25, finish_int(result));
    end_pool(pool);
    asyr_queue_unref(queue);
}

/* B12.6 */
static void an_event_finished_with_an_error_fails_the_result(void)
{
    asyr_queue *queue = new_queue(0);
    asyr_pool *pool = pool_of(1);
    asyr_result *result = submit_event(pool, queue, ASYR_EVENT_CALLBACK);
    asyr_error *raised = asyr_error_new(ASYR_E_TASK, "HostError", "the host raised");
    CHECK_CODE(ASYR_OK, asyr_event_finish(next_event(queue), raised, NULL));
    asyr_error_unref(raised);
    asyr_error *failure = finish_failure(result);
    CHECK_TEXT("HostError", asyr_error_get_kind(failure));
    CHECK_TEXT("the host raised", asyr_error_get_message(failure));
    asyr_error_unref(failure);
    end_pool(pool);
    asyr_queue_unref(queue);
}

/* B12.7 */
static void a_done_event_comes_after_ready(void)
{
    asyr_queue *queue = new_queue(0);
    asyr_pool *pool = pool_of(1);
    asyr_result *first = submit_event(pool, queue, ASYR_EVENT_DONE);
    asyr_event *event = next_event(queue);
    check_event(event, ASYR_EVENT_DONE, first, 25);
    CHECK(asyr_result_is_ready(first));
    CHECK_CODE(ASYR_OK, asyr_event_finish(event, NULL, NULL));
    struct held held = hold(pool);
    CHECK_CODE(ASYR_OK, asyr_result_notify(held.result, queue, 77, NULL));
    CHECK(!readable(queue, 0));
    fixture_latch_open(held.latch);
    event = next_event(queue);
    check_event(event, ASYR_EVENT_DONE, held.result, held.latch);
    CHECK_CODE(ASYR_OK, asyr_event_finish(event, NULL, NULL));
    let_go(held);
    asyr_result_unref(first);
    end_pool(pool);
    asyr_queue_unref(queue);
}

static void note_release(void *arg)
{
    fixture_count((intptr_t)arg);
}

/* B12.8 */
static void a_closed_queue_holds_nothing_back(void)
{
    int64_t called = fixture_counter_new(), released = fixture_counter_new();
    asyr_queue *queue = new_queue(0);
    asyr_pool *pool = pool_on(queue, 1);
    asyr_task_options *options = with_callback(count_value, id_arg(called));
    CHECK_CODE(ASYR_OK, asyr_task_options_set_error_callback(options, count_error,
                                                             id_arg(released),
                                                             note_release, NULL));
    asyr_result *result =
        submit(pool, c_function(SQUARE), ints(1, INT64_C(3)), options);
    CHECK(readable(queue, -1));
    CHECK_CODE(ASYR_OK, asyr_queue_close(queue, NULL));
    CHECK_CODE(ASYR_OK, asyr_queue_close(queue, NULL));
    CHECK_INT(9, finish_int(result));
    end_pool(pool);
    CHECK_INT(0, fixture_counter_get(called));
    CHECK_INT(1, fixture_counter_get(released));
    asyr_queue_unref(queue);
}

/* B12.9 */
static void a_bounded_queue_refuses_the_submit(void)
{
    int64_t called = fixture_counter_new();
    asyr_queue *queue = new_queue(1);
    asyr_pool *pool = pool_on(queue, 1);
    asyr_function *square = c_function(SQUARE);
    asyr_value *arguments = ints(1, INT64_C(3));
    asyr_task_options *options = with_callback(count_value, id_arg(called));
    asyr_result *first = submit_counted(pool, called);
    CHECK_CODE(ASYR_E_QUEUE_FULL,
               asyr_pool_apply_async(pool, square, arguments, options, NULL, NULL));
    CHECK(readable(queue, -1));
    CHECK_INT(1, drain(queue));
    CHECK_INT(9, finish_int(first));
    asyr_result *second = submit(pool, square, arguments, options);
    CHECK(readable(queue, -1));
    CHECK_INT(1, drain(queue));
    CHECK_INT(9, finish_int(second));
    CHECK_INT(2, fixture_counter_get(called));
    end_pool(pool);
    asyr_queue_unref(queue);
}

const struct contract_case queue_cases[] = {
    {"B12.1", callbacks_run_on_the_dispatcher, NULL},
    {"B12.2", a_callback_waits_for_the_host, NULL},
    {"B12.3", the_descriptor_polls_readable, NULL},
    {"B12.4", the_owner_drains_while_it_waits, NULL},
    {"B12.5", a_callback_event_holds_the_result_back, NULL},
    {"B12.6", an_event_finished_with_an_error_fails_the_result, NULL},
    {"B12.7", a_done_event_comes_after_ready, NULL},
    {"B12.8", a_closed_queue_holds_nothing_back, NULL},
    {"B12.9", a_bounded_queue_refuses_the_submit, NULL},
    {NULL, NULL, NULL}};
