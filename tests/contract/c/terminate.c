/*
 * B22 and B29: terminate, and cancel.
 */
#include "harness.h"

#include <stddef.h>

/* Opens the latch of a task whose result was terminated, and ends the pool. */
static void end_terminated(asyr_pool *pool, struct held held)
{
    fixture_latch_open(held.latch);
    asyr_result_unref(held.result);
    end_pool(pool);
}

static void terminate(asyr_pool *pool)
{
    CHECK_CODE(ASYR_OK, asyr_pool_terminate(pool, NULL));
}

/* B22.1 */
static void queued_work_never_runs(void)
{
    int64_t counter = fixture_counter_new();
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    for (int turn = 0; turn < 5; turn++)
        asyr_result_unref(submit_c(pool, COUNT, ints(1, counter)));
    terminate(pool);
    CHECK_INT(ASYR_POOL_TERMINATED, asyr_pool_get_state(pool));
    end_terminated(pool, held);
    CHECK_INT(0, fixture_counter_get(counter));
}

/* B22.2 */
static void every_unfinished_result_is_terminated(void)
{
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    asyr_result *queued = submit_c(pool, SQUARE, ints(1, INT64_C(2)));
    asyr_result *map = submit_map(pool, c_function(SQUARE), numbers(1, 9), NULL);
    terminate(pool);
    CHECK_CODE(ASYR_E_TERMINATED, get_code(held.result, ASYR_FOREVER));
    CHECK_CODE(ASYR_E_TERMINATED, finish_code(queued));
    CHECK_CODE(ASYR_E_TERMINATED, finish_code(map));
    CHECK_INT(1, fixture_latch_waiting(held.latch));
    end_terminated(pool, held);
}

/* B22.2: a map of which a chunk runs */
static void a_running_map_is_terminated(void)
{
    int64_t latch = fixture_latch_new();
    asyr_pool *pool = pool_of(1);
    asyr_task_options *options = task_options();
    CHECK_CODE(ASYR_OK, asyr_task_options_set_chunk_size(options, 1, NULL));
    asyr_result *map = submit_map(pool, c_function(LATCH_WAIT),
                                  ints(3, latch, latch, latch), options);
    fixture_wait_for_waiters(latch, 1);
    terminate(pool);
    CHECK_CODE(ASYR_E_TERMINATED, finish_code(map));
    CHECK_INT(1, fixture_latch_waiting(latch));
    fixture_latch_open(latch);
    end_pool(pool);
}

static void unfinished_results_are_terminated(void)
{
    every_unfinished_result_is_terminated();
    a_running_map_is_terminated();
}

struct waiter {
    asyr_result *result;
    int64_t begun;
    pid_t thread;
};

static void *wait_for_terminated(void *arg)
{
    struct waiter *waiter = arg;
    waiter->thread = kernel_thread();
    fixture_count(waiter->begun);
    CHECK_CODE(ASYR_E_TERMINATED, get_code(waiter->result, ASYR_FOREVER));
    return NULL;
}

/* B22.3 */
static void a_waiting_thread_wakes(void)
{
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    struct waiter waiter = {.result = held.result, .begun = fixture_counter_new()};
    pthread_t thread = start_thread(wait_for_terminated, &waiter);
    fixture_wait_for_count(waiter.begun, 1);
    wait_until_asleep(waiter.thread);
    terminate(pool);
    end_thread(thread);
    end_terminated(pool, held);
}

/* B22.4 */
static void each_error_callback_is_called_once(void)
{
    int64_t values = fixture_counter_new(), errors = fixture_counter_new();
    int64_t latch = fixture_latch_new();
    asyr_pool *pool = pool_of(1);
    asyr_result *running = submit(pool, c_function(LATCH_WAIT), ints(1, latch),
                                  with_counters(values, errors));
    fixture_wait_for_waiters(latch, 1);
    asyr_result *queued = submit(pool, c_function(SQUARE), ints(1, INT64_C(2)),
                                 with_counters(values, errors));
    asyr_result *map = submit_map(pool, c_function(SQUARE), numbers(1, 9),
                                  with_counters(values, errors));
    terminate(pool);
    CHECK_CODE(ASYR_E_TERMINATED, finish_code(running));
    CHECK_CODE(ASYR_E_TERMINATED, finish_code(queued));
    CHECK_CODE(ASYR_E_TERMINATED, finish_code(map));
    CHECK_INT(3, fixture_counter_get(errors));
    fixture_latch_open(latch);
    end_pool(pool);
    CHECK_INT(3, fixture_counter_get(errors));
    CHECK_INT(0, fixture_counter_get(values));
}

struct flagged {
    int64_t latch;
    bool before, after;
};

static void look_at_flag(asyr_task *task, void *arg)
{
    struct flagged *flagged = arg;
    flagged->before = asyr_task_is_cancelled(task);
    fixture_latch_wait(flagged->latch);
    flagged->after = asyr_task_is_cancelled(task);
    CHECK_CODE(ASYR_OK, asyr_task_return_int64(task, 5, NULL));
}

static asyr_result *submit_flagged(asyr_pool *pool, struct flagged *flagged)
{
    *flagged = (struct flagged){.latch = fixture_latch_new(), .before = true};
    asyr_result *result = submit_native(pool, look_at_flag, flagged);
    fixture_wait_for_waiters(flagged->latch, 1);
    return result;
}

/* B22.5 */
static void a_running_task_sees_the_termination(void)
{
    struct flagged flagged;
    asyr_pool *pool = pool_of(1);
    asyr_result *result = submit_flagged(pool, &flagged);
    terminate(pool);
    fixture_latch_open(flagged.latch);
    CHECK_CODE(ASYR_E_TERMINATED, finish_code(result));
    end_pool(pool);
    CHECK(!flagged.before);
    CHECK(flagged.after);
}

/* B22.6 */
static void join_waits_for_the_running_task(void)
{
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    terminate(pool);
    CHECK_CODE(ASYR_E_TIMEOUT, asyr_pool_join(pool, 20000000, NULL, NULL));
    end_terminated(pool, held);
    wait_until_alone();
}

/* B22.7 */
static void a_terminated_pool_takes_no_work(void)
{
    asyr_pool *pool = pool_of(1);
    terminate(pool);
    CHECK_CODE(ASYR_E_TERMINATED, try_submit(pool));
    end_pool(pool);
}

/* B22.8 */
static void terminating_twice_is_fine(void)
{
    asyr_pool *pool = pool_of(1);
    CHECK_CODE(ASYR_OK, asyr_pool_close(pool, NULL));
    terminate(pool);
    terminate(pool);
    CHECK_CODE(ASYR_OK, asyr_pool_close(pool, NULL));
    CHECK_INT(ASYR_POOL_TERMINATED, asyr_pool_get_state(pool));
    end_pool(pool);
}

static int32_t cancel(asyr_result *result)
{
    int32_t outcome = -1;
    CHECK_CODE(ASYR_OK, asyr_result_cancel(result, &outcome, NULL));
    return outcome;
}

/* B29.1 */
static void a_queued_task_is_dequeued(void)
{
    int64_t counter = fixture_counter_new();
    int64_t values = fixture_counter_new(), errors = fixture_counter_new();
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    asyr_result *result = submit(pool, c_function(COUNT), ints(1, counter),
                                 with_counters(values, errors));
    CHECK_INT(ASYR_CANCEL_DEQUEUED, cancel(result));
    CHECK_CODE(ASYR_E_CANCELLED, get_code(result, ASYR_FOREVER));
    CHECK_INT(1, fixture_counter_get(errors));
    CHECK_INT(ASYR_CANCEL_TOO_LATE, cancel(result));
    let_go(held);
    end_pool(pool);
    CHECK_CODE(ASYR_E_CANCELLED, finish_code(result));
    CHECK_INT(0, fixture_counter_get(counter));
    CHECK_INT(0, fixture_counter_get(values));
    CHECK_INT(1, fixture_counter_get(errors));
}

/* B29.2 */
static void a_running_task_is_asked(void)
{
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    CHECK_INT(ASYR_CANCEL_ASKED, cancel(held.result));
    CHECK(!asyr_result_is_ready(held.result));
    let_go(held);
    end_pool(pool);
}

/* B29.3 */
static void an_ended_task_is_too_late(void)
{
    asyr_pool *pool = pool_of(1);
    asyr_result *result = submit_c(pool, SQUARE, ints(1, INT64_C(4)));
    CHECK_INT(16, get_int(result));
    CHECK_INT(ASYR_CANCEL_TOO_LATE, cancel(result));
    CHECK_INT(16, finish_int(result));
    end_pool(pool);
}

/* B29.4 */
static void a_running_task_sees_the_cancel(void)
{
    struct flagged flagged;
    asyr_pool *pool = pool_of(1);
    asyr_result *result = submit_flagged(pool, &flagged);
    CHECK_INT(ASYR_CANCEL_ASKED, cancel(result));
    fixture_latch_open(flagged.latch);
    CHECK_INT(5, finish_int(result));
    CHECK(!flagged.before);
    CHECK(flagged.after);
    end_pool(pool);
}

const struct contract_case terminate_cases[] = {
    {"B22.1", queued_work_never_runs, NULL},
    {"B22.2", unfinished_results_are_terminated, NULL},
    {"B22.3", a_waiting_thread_wakes, NULL},
    {"B22.4", each_error_callback_is_called_once, NULL},
    {"B22.5", a_running_task_sees_the_termination, NULL},
    {"B22.6", join_waits_for_the_running_task, NULL},
    {"B22.7", a_terminated_pool_takes_no_work, NULL},
    {"B22.8", terminating_twice_is_fine, NULL},
    {"B29.1", a_queued_task_is_dequeued, NULL},
    {"B29.2", a_running_task_is_asked, NULL},
    {"B29.3", an_ended_task_is_too_late, NULL},
    {"B29.4", a_running_task_sees_the_cancel, NULL},
    {NULL, NULL, NULL}};
