/*
 * B7 to B9 and B13: callbacks, whether and when they run, and done-callbacks.
 */
#include "harness.h"

#include <stddef.h>

struct probe {
    asyr_result *result; /* the one whose callback runs */
    int64_t counter, latch, log, meter;
    bool ready;
};

/* B7.1 */
static void a_dropped_result_is_still_called_back(void)
{
    int64_t values = fixture_counter_new(), errors = fixture_counter_new();
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    asyr_result_unref(submit(pool, c_function(SQUARE), ints(1, INT64_C(3)),
                             with_counters(values, errors)));
    asyr_result_unref(submit(pool, c_function(BYTE), ints(1, INT64_C(300)),
                             with_counters(values, errors)));
    let_go(held);
    end_pool(pool);
    CHECK_INT(1, fixture_counter_get(values));
    CHECK_INT(1, fixture_counter_get(errors));
}

static void note_unread(asyr_error *failure, void *arg)
{
    CHECK_INT(ASYR_E_TYPE, asyr_error_get_code(failure));
    fixture_count((intptr_t)arg);
}

/* B7.2 */
static void the_unread_hook_has_unread_errors_alone(void)
{
    int64_t unread = fixture_counter_new();
    asyr_pool_options *options = pool_options(1);
    CHECK_CODE(ASYR_OK, asyr_pool_options_set_unread_error_hook(
                            options, note_unread, id_arg(unread), NULL, NULL));
    asyr_pool *pool = pool_with(options);
    asyr_result *read = submit_c(pool, BYTE, ints(1, INT64_C(300)));
    asyr_result *dropped = submit_c(pool, BYTE, ints(1, INT64_C(300)));
    CHECK_CODE(ASYR_E_TYPE, finish_code(read));
    CHECK_CODE(ASYR_OK, asyr_result_wait(dropped, ASYR_FOREVER, NULL, NULL));
    asyr_result_unref(dropped);
    fixture_wait_for_count(unread, 1);
    end_pool(pool);
    CHECK_INT(1, fixture_counter_get(unread));
}

static asyr_error *log_value(asyr_value *value, void *arg)
{
    struct probe *probe = arg;
    int64_t number;
    fixture_together(probe->meter);
    CHECK_CODE(ASYR_OK, asyr_value_get_int64(value, &number, NULL));
    fixture_log_add(probe->log, number);
    return NULL;
}

/* B8.1 */
static void the_callback_has_the_value_once(void)
{
    int64_t errors = fixture_counter_new();
    struct probe probe = {.log = fixture_log_new(), .meter = fixture_meter_new()};
    asyr_pool *pool = pool_of(2);
    asyr_task_options *options = with_callback(log_value, &probe);
    CHECK_CODE(ASYR_OK, asyr_task_options_set_error_callback(
                            options, count_error, id_arg(errors), NULL, NULL));
    asyr_result *result =
        submit(pool, c_function(SQUARE), ints(1, INT64_C(7)), options);
    CHECK_INT(49, finish_int(result));
    end_pool(pool);
    CHECK_INT(1, fixture_log_count(probe.log));
    CHECK_INT(49, fixture_log_get(probe.log, 0));
    CHECK_INT(0, fixture_counter_get(errors));
}

static asyr_error *note_type_error(asyr_error *failure, void *arg)
{
    CHECK_INT(ASYR_E_TYPE, asyr_error_get_code(failure));
    fixture_count((intptr_t)arg);
    return NULL;
}

/* B8.2 */
static void the_error_callback_has_the_error_once(void)
{
    int64_t values = fixture_counter_new(), errors = fixture_counter_new();
    asyr_pool *pool = pool_of(2);
    asyr_task_options *options =
        with_error_callback(note_type_error, id_arg(errors));
    CHECK_CODE(ASYR_OK, asyr_task_options_set_callback(options, count_value,
                                                       id_arg(values), NULL, NULL));
    asyr_result *result =
        submit(pool, c_function(BYTE), ints(1, INT64_C(300)), options);
    CHECK_CODE(ASYR_E_TYPE, finish_code(result));
    end_pool(pool);
    CHECK_INT(0, fixture_counter_get(values));
    CHECK_INT(1, fixture_counter_get(errors));
}

/* B8.3: in C a callback returns NULL for "nothing raised". */
static void what_a_callback_returns_is_ignored(void)
{
    int64_t values = fixture_counter_new(), errors = fixture_counter_new();
    asyr_pool *pool = pool_of(1);
    asyr_result *value = submit(pool, c_function(SQUARE), ints(1, INT64_C(3)),
                                with_counters(values, errors));
    asyr_result *failed = submit(pool, c_function(BYTE), ints(1, INT64_C(300)),
                                 with_counters(values, errors));
    CHECK_INT(9, finish_int(value));
    asyr_error *failure = get_failure(failed);
    CHECK(asyr_error_get_cause(failure) == NULL);
    asyr_error_unref(failure);
    asyr_result_unref(failed);
    end_pool(pool);
}

static asyr_error *look_at_ready(asyr_value *value, void *arg)
{
    struct probe *probe = arg;
    CHECK(value != NULL);
    probe->ready = asyr_result_is_ready(probe->result);
    fixture_count(probe->counter);
    return NULL;
}

/* B9.1 */
static void inside_a_callback_ready_is_false(void)
{
    struct probe probe = {.ready = true,
                          .counter = fixture_counter_new(),
                          .latch = fixture_latch_new()};
    asyr_pool *pool = pool_of(1);
    probe.result = submit(pool, c_function(LATCH_WAIT), ints(1, probe.latch),
                          with_callback(look_at_ready, &probe));
    fixture_latch_open(probe.latch);
    CHECK_INT(probe.latch, get_int(probe.result));
    CHECK_INT(1, fixture_counter_get(probe.counter));
    CHECK(!probe.ready);
    asyr_result_unref(probe.result);
    end_pool(pool);
}

struct getter {
    asyr_result *result;
    int64_t log, begun;
    pid_t thread;
};

static void *get_and_log(void *arg)
{
    struct getter *getter = arg;
    getter->thread = kernel_thread();
    fixture_count(getter->begun);
    CHECK_INT(4, get_int(getter->result));
    fixture_log_add(getter->log, 2);
    return NULL;
}

/* B9.2 */
static void get_returns_after_the_callback(void)
{
    int64_t latch = fixture_latch_new();
    asyr_pool *pool = pool_of(1);
    asyr_result *result = submit(pool, c_function(SQUARE), ints(1, INT64_C(2)),
                                 with_callback(wait_in_callback, id_arg(latch)));
    struct getter getter = {
        .result = result, .log = fixture_log_new(), .begun = fixture_counter_new()};
    fixture_wait_for_waiters(latch, 1);
    pthread_t thread = start_thread(get_and_log, &getter);
    fixture_wait_for_count(getter.begun, 1);
    wait_until_asleep(getter.thread);
    fixture_log_add(getter.log, 1);
    fixture_latch_open(latch);
    end_thread(thread);
    CHECK_INT(1, fixture_log_get(getter.log, 0));
    CHECK_INT(2, fixture_log_get(getter.log, 1));
    asyr_result_unref(result);
    end_pool(pool);
}

/* B9.3 */
static void callbacks_run_one_at_a_time_in_order(void)
{
    struct probe probe = {.log = fixture_log_new(), .meter = fixture_meter_new()};
    asyr_pool *one = pool_of(1), *many = pool_of(4);
    for (int64_t number = 0; number < 10; number++)
        asyr_result_unref(submit(one, c_function(SQUARE), ints(1, number),
                                 with_callback(log_value, &probe)));
    end_pool(one);
    for (int64_t index = 0; index < 10; index++)
        CHECK_INT(index * index, fixture_log_get(probe.log, index));
    probe.log = fixture_log_new();
    for (int64_t number = 0; number < 40; number++)
        asyr_result_unref(submit(many, c_function(SQUARE), ints(1, number),
                                 with_callback(log_value, &probe)));
    end_pool(many);
    CHECK_INT(40, fixture_log_count(probe.log));
    CHECK_INT(1, fixture_max_together(probe.meter));
}

static void add_done(asyr_result *result, asyr_done_fn done, void *arg)
{
    CHECK_CODE(ASYR_OK,
               asyr_result_add_done_callback(result, done, arg, NULL, NULL, NULL));
}

/* B13.1 */
static void a_done_callback_runs_once(void)
{
    int64_t counter = fixture_counter_new();
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    asyr_result *failed = submit_c(pool, BYTE, ints(1, INT64_C(300)));
    add_done(held.result, count_done, id_arg(counter));
    add_done(failed, count_done, id_arg(counter));
    CHECK_INT(0, fixture_counter_get(counter));
    let_go(held);
    CHECK_CODE(ASYR_E_TYPE, finish_code(failed));
    fixture_wait_for_count(counter, 2);
    end_pool(pool);
    CHECK_INT(2, fixture_counter_get(counter));
}

static void note_thread(asyr_result *result, void *arg)
{
    CHECK(asyr_result_is_ready(result));
    *(int64_t *)arg = fixture_thread_id();
}

/* B13.2 */
static void on_a_ready_result_it_runs_at_once(void)
{
    int64_t thread = 0;
    asyr_pool *pool = pool_of(1);
    asyr_result *result = submit_c(pool, SQUARE, ints(1, INT64_C(2)));
    CHECK_INT(4, get_int(result));
    add_done(result, note_thread, &thread);
    CHECK_INT(fixture_thread_id(), thread);
    asyr_result_unref(result);
    end_pool(pool);
}

struct place {
    int64_t log, number;
};

static void log_place(asyr_result *result, void *arg)
{
    const struct place *place = arg;
    CHECK(asyr_result_is_ready(result));
    fixture_log_add(place->log, place->number);
}

/* B13.3 */
static void done_callbacks_run_in_order(void)
{
    enum { COUNT_OF_PLACES = 5 };
    struct place places[COUNT_OF_PLACES];
    int64_t log = fixture_log_new();
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    for (int i = 0; i < COUNT_OF_PLACES; i++) {
        places[i] = (struct place){.log = log, .number = i};
        add_done(held.result, log_place, &places[i]);
    }
    let_go(held);
    end_pool(pool);
    CHECK_INT(COUNT_OF_PLACES, fixture_log_count(log));
    for (int i = 0; i < COUNT_OF_PLACES; i++)
        CHECK_INT(i, fixture_log_get(log, i));
}

const struct contract_case callback_cases[] = {
    {"B7.1", a_dropped_result_is_still_called_back, NULL},
    {"B7.2", the_unread_hook_has_unread_errors_alone, NULL},
    {"B8.1", the_callback_has_the_value_once, NULL},
    {"B8.2", the_error_callback_has_the_error_once, NULL},
    {"B8.3", what_a_callback_returns_is_ignored, NULL},
    {"B9.1", inside_a_callback_ready_is_false, NULL},
    {"B9.2", get_returns_after_the_callback, NULL},
    {"B9.3", callbacks_run_one_at_a_time_in_order, NULL},
    {"B13.1", a_done_callback_runs_once, NULL},
    {"B13.2", on_a_ready_result_it_runs_at_once, NULL},
    {"B13.3", done_callbacks_run_in_order, NULL},
    {NULL, NULL, NULL}};
