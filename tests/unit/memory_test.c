/*
 * Every allocation made to fail in turn: a call fails cleanly with Memory, or
 * succeeds; nothing hangs, and what was given is released once.
 */
#include "support.h"

#include "core/result.h"
#include "pool/pool.h"

/* What the attempts of a test work with, and what they give. */
static asyr_pool *pool;
static asyr_queue *queue;
static asyr_strand *strand;
static asyr_function *function;
static asyr_value *items;
static _Atomic int given;
static _Atomic int released;

static void count_released(void *arg)
{
    (void)arg;
    released++;
}

static asyr_error *hear_value(asyr_value *value, void *arg)
{
    (void)value;
    (void)arg;
    return NULL;
}

static asyr_error *hear_error(asyr_error *failure, void *arg)
{
    (void)failure;
    (void)arg;
    return NULL;
}

static void hear_unread(asyr_error *failure, void *arg)
{
    (void)failure;
    (void)arg;
}

static void hear_done(asyr_result *result, void *arg)
{
    (void)result;
    (void)arg;
}

/* A task that allocates. */
static void answer_number(asyr_task *task, void *arg)
{
    (void)arg;
    asyr_task_return_int64(task, 1000000, NULL);
}

static void set_up(asyr_native_fn run)
{
    given = released = 0;
    pool = support_pool(2);
    queue = support_queue(0);
    function = support_native(run, NULL);
    UNIT_SUCCEEDS(asyr_strand_new(pool, ASYR_STRAND_SERIAL, &strand, &error));
    items = unit_list();
    for (int i = 0; i < 5; i++) {
        asyr_value *pair = support_numbers(2);
        UNIT_SUCCEEDS(asyr_value_append(items, pair, &error));
        asyr_value_unref(pair);
    }
}

static void tear_down(void)
{
    asyr_value_unref(items);
    asyr_strand_unref(strand);
    asyr_function_unref(function);
    support_end(pool);
    asyr_queue_unref(queue);
    CU_ASSERT_EQUAL(given, released);
}

/* All options but those of a map. */
static asyr_status set_all(asyr_task_options *options, asyr_error **error)
{
    given++;
    asyr_status status = asyr_task_options_set_callback(options, hear_value, NULL,
                                                        count_released, error);
    if (status != ASYR_OK)
        return status;
    given++;
    status = asyr_task_options_set_error_callback(options, hear_error, NULL,
                                                  count_released, error);
    if (status == ASYR_OK)
        status = asyr_task_options_set_queue(options, queue, error);
    if (status == ASYR_OK)
        status = asyr_task_options_set_event(options, ASYR_EVENT_DONE, error);
    if (status == ASYR_OK)
        status = asyr_task_options_set_strand(options, strand, error);
    if (status == ASYR_OK)
        status = asyr_task_options_set_chunk_size(options, 2, error);
    return status;
}

/* The outcome of a result may be Memory too; drain what it put into the queue. */
static asyr_status finish(asyr_result *result, asyr_error **error)
{
    while (!asyr_result_is_ready(result))
        asyr_queue_run(queue, 1, 1000000, NULL, NULL, NULL);
    asyr_status status = asyr_result_get(result, 0, NULL, NULL, error);
    asyr_result_unref(result);
    asyr_queue_run(queue, 0, 0, NULL, NULL, NULL);
    return status;
}

typedef asyr_status submit_fn(asyr_pool *to, asyr_function *run, asyr_value *input,
                              const asyr_task_options *options, asyr_result **result,
                              asyr_error **error);

static asyr_status attempt(submit_fn *submit, asyr_error **error)
{
    asyr_task_options *options = NULL;
    asyr_result *result = NULL;
    asyr_status status = asyr_task_options_new(&options, error);
    if (status == ASYR_OK)
        status = set_all(options, error);
    if (status == ASYR_OK)
        status = submit(pool, function, items, options, &result, error);
    asyr_task_options_free(options);
    return status == ASYR_OK ? finish(result, error) : status;
}

static asyr_status attempt_apply(asyr_error **error)
{
    return attempt(asyr_pool_apply_async, error);
}

static asyr_status attempt_map(asyr_error **error)
{
    return attempt(asyr_pool_map_async, error);
}

static asyr_status attempt_starmap(asyr_error **error)
{
    return attempt(asyr_pool_starmap_async, error);
}

static void a_submit_with_all_options(void)
{
    set_up(answer_number);
    support_fail_each_allocation(attempt_apply);
    support_fail_each_allocation(attempt_map);
    support_fail_each_allocation(attempt_starmap);
    tear_down();
}

/* Without a queue of the host's, the dispatcher's thread is needed. */
static asyr_status attempt_first_callback(asyr_error **error)
{
    asyr_pool *fresh = NULL;
    asyr_result *result = NULL;
    asyr_task_options *options = NULL;
    asyr_status status = asyr_pool_new(NULL, &fresh, error);
    if (status == ASYR_OK)
        status = asyr_task_options_new(&options, error);
    if (status == ASYR_OK) {
        given++;
        status = asyr_task_options_set_callback(options, hear_value, NULL,
                                                count_released, error);
    }
    if (status == ASYR_OK)
        status =
            asyr_pool_apply_async(fresh, function, NULL, options, &result, error);
    if (status == ASYR_OK)
        status = asyr_result_get(result, A_MINUTE, NULL, NULL, error);
    asyr_result_unref(result);
    asyr_task_options_free(options);
    if (fresh) {
        asyr_pool_terminate(fresh, NULL);
        asyr_pool_join(fresh, ASYR_FOREVER, NULL, NULL);
    }
    asyr_pool_unref(fresh);
    return status;
}

static void the_first_submit_with_a_callback(void)
{
    set_up(answer_number);
    support_fail_each_allocation(attempt_first_callback);
    tear_down();
}

static asyr_status attempt_pool(asyr_error **error)
{
    asyr_pool *fresh = NULL;
    asyr_pool_options *options = NULL;
    asyr_status status = asyr_pool_options_new(&options, error);
    if (status == ASYR_OK)
        status = asyr_pool_options_set_workers(options, 3, error);
    if (status == ASYR_OK)
        status = asyr_pool_options_set_name(options, "name", error);
    if (status == ASYR_OK)
        status = asyr_pool_options_set_initializer(options, function, items, error);
    if (status == ASYR_OK) {
        given++;
        status = asyr_pool_options_set_unread_error_hook(options, hear_unread, NULL,
                                                         count_released, error);
    }
    if (status == ASYR_OK)
        status = asyr_pool_new(options, &fresh, error);
    asyr_pool_options_free(options);
    if (!fresh)
        return status;
    asyr_pool_close(fresh, NULL);
    asyr_pool_join(fresh, ASYR_FOREVER, NULL, NULL);
    asyr_pool_unref(fresh);
    return status;
}

/* What comes after a result is ready may still be on its way. */
static bool all_are_released(void *arg)
{
    (void)arg;
    asyr_queue_run(queue, 0, 0, NULL, NULL, NULL);
    return given == released;
}

/* B20: the workers that were started are stopped. */
static void a_new_pool(void)
{
    set_up(run_echo);
    support_fail_each_allocation(attempt_pool);
    support_until(all_are_released, NULL);
    tear_down();
}

static asyr_status attempt_strands(asyr_error **error)
{
    for (int32_t kind = 0; kind <= ASYR_STRAND_PINNED; kind++) {
        asyr_strand *fresh = NULL;
        asyr_status status = asyr_strand_new(pool, kind, &fresh, error);
        asyr_strand_unref(fresh);
        if (status != ASYR_OK)
            return status;
    }
    return ASYR_OK;
}

static void a_new_strand(void)
{
    set_up(run_echo);
    support_fail_each_allocation(attempt_strands);
    tear_down();
}

static asyr_result *held;

static asyr_status attempt_done_callback(asyr_error **error)
{
    given++;
    asyr_status status = asyr_result_add_done_callback(held, hear_done, NULL,
                                                       count_released, NULL, error);
    if (status != ASYR_OK)
        return status;
    given++;
    status = asyr_result_add_done_callback(held, hear_done, NULL, count_released,
                                           queue, error);
    if (status != ASYR_OK)
        return status;
    return asyr_result_notify(held, queue, 1, error);
}

static void a_done_callback(void)
{
    struct gate gate = GATE_CLOSED;
    set_up(run_echo);
    held = support_submit(pool, run_gate, &gate, NULL);
    support_fail_each_allocation(attempt_done_callback);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_outcome(held), ASYR_OK);
    support_fail_each_allocation(attempt_done_callback);
    asyr_result_unref(held);
    support_until(all_are_released, NULL);
    tear_down();
}

/* A worker that is lent, its task and the host's answer. */
static asyr_status attempt_lent(asyr_error **error)
{
    asyr_worker *worker = NULL;
    asyr_task *task = NULL;
    asyr_result *result = NULL;
    asyr_status status = asyr_worker_new(pool, &worker, error);
    if (status == ASYR_OK)
        status = asyr_pool_apply_async(pool, function, NULL, NULL, &result, error);
    if (status == ASYR_OK)
        status = asyr_worker_next(worker, ASYR_FOREVER, NULL, &task, error);
    if (status == ASYR_OK) {
        status = asyr_task_return_int64(task, 1000000, error);
        asyr_worker_done(worker, NULL);
    }
    asyr_result_unref(result);
    asyr_worker_free(worker);
    return status;
}

static void a_lent_worker(void)
{
    set_up(run_echo);
    asyr_pool *own = pool;
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_worker_source(options, ASYR_WORKERS_HOST, &error));
    pool = support_pool_with(options);
    support_fail_each_allocation(attempt_lent);
    support_end(pool);
    pool = own;
    tear_down();
}

/* A callback that submits, as it can. */
static asyr_error *submit_more(asyr_value *value, void *arg)
{
    (void)value;
    (void)arg;
    asyr_error *error = NULL;
    asyr_pool_apply_async(pool, function, NULL, NULL, NULL, &error);
    return error;
}

static asyr_status attempt_nested(asyr_error **error)
{
    asyr_result *result = NULL;
    asyr_task_options *options = NULL;
    asyr_status status = asyr_task_options_new(&options, error);
    if (status == ASYR_OK)
        status =
            asyr_task_options_set_callback(options, submit_more, NULL, NULL, error);
    if (status == ASYR_OK)
        status =
            asyr_pool_apply_async(pool, function, NULL, options, &result, error);
    if (status == ASYR_OK)
        status = asyr_result_get(result, A_MINUTE, NULL, NULL, error);
    asyr_result_unref(result);
    asyr_task_options_free(options);
    return status;
}

/* B10 */
static void a_callback_that_submits(void)
{
    set_up(answer_number);
    support_fail_each_allocation(attempt_nested);
    tear_down();
}

/* The error of a callback is appended to the task's own. */
static asyr_error *raise_another(asyr_error *failure, void *arg)
{
    (void)failure;
    (void)arg;
    return asyr_error_new(ASYR_E_TASK, "Other", "raised in the callback");
}

static asyr_status attempt_chain(asyr_error **error)
{
    asyr_result *result = NULL;
    asyr_task_options *options = NULL;
    asyr_status status = asyr_task_options_new(&options, error);
    if (status == ASYR_OK)
        status = asyr_task_options_set_error_callback(options, raise_another, NULL,
                                                      NULL, error);
    if (status == ASYR_OK)
        status =
            asyr_pool_apply_async(pool, function, NULL, options, &result, error);
    if (status == ASYR_OK)
        status = asyr_result_get(result, A_MINUTE, NULL, NULL, error);
    asyr_result_unref(result);
    asyr_task_options_free(options);
    if (status != ASYR_E_TASK)
        return status;
    asyr_error_unref(*error);
    *error = NULL;
    return ASYR_OK;
}

/* B10 */
static void a_callback_that_fails(void)
{
    set_up(run_fail);
    support_fail_each_allocation(attempt_chain);
    tear_down();
}

/* Cancel and terminate have nothing to fail with: they always do what they say. */
static asyr_status attempt_end(asyr_error **error)
{
    asyr_pool *fresh = NULL;
    asyr_result *result = NULL;
    asyr_status status = asyr_pool_new(NULL, &fresh, error);
    if (status != ASYR_OK)
        return status;
    status = asyr_pool_map_async(fresh, function, items, NULL, &result, error);
    if (status == ASYR_OK)
        status = asyr_result_cancel(result, NULL, error);
    if (status == ASYR_OK)
        status = asyr_pool_terminate(fresh, error);
    if (status == ASYR_OK)
        asyr_result_wait(result, ASYR_FOREVER, NULL, NULL);
    else
        asyr_pool_terminate(fresh, NULL);
    asyr_pool_join(fresh, ASYR_FOREVER, NULL, NULL);
    asyr_result_unref(result);
    asyr_pool_unref(fresh);
    return status;
}

static void a_cancel_and_a_terminate(void)
{
    set_up(answer_number);
    support_fail_each_allocation(attempt_end);
    tear_down();
}

/* B16: a map that collects needs memory for each error. */
static asyr_status attempt_collect(asyr_error **error)
{
    asyr_result *result = NULL;
    asyr_task_options *options = NULL;
    asyr_status status = asyr_task_options_new(&options, error);
    if (status == ASYR_OK)
        status =
            asyr_task_options_set_error_policy(options, ASYR_ERRORS_COLLECT, error);
    if (status == ASYR_OK)
        status = asyr_pool_map_async(pool, function, items, options, &result, error);
    if (status == ASYR_OK)
        status = asyr_result_get(result, A_MINUTE, NULL, NULL, error);
    asyr_result_unref(result);
    asyr_task_options_free(options);
    return status;
}

static void a_map_that_collects_errors(void)
{
    set_up(run_fail);
    support_fail_each_allocation(attempt_collect);
    tear_down();
}

/* The items of an array become values when they are needed. */
static asyr_status attempt_array(asyr_error **error)
{
    asyr_result *result = NULL;
    asyr_status status =
        asyr_pool_map_async(pool, function, items, NULL, &result, error);
    if (status == ASYR_OK)
        status = asyr_result_get(result, A_MINUTE, NULL, NULL, error);
    asyr_result_unref(result);
    return status;
}

static void a_map_over_an_array(void)
{
    static const double numbers[] = {1e9, 2e9, 3e9};
    set_up(run_echo);
    asyr_value_unref(items);
    UNIT_SUCCEEDS(
        asyr_value_new_array(ASYR_ELEMENT_DOUBLE, numbers, 3, &items, &error));
    support_fail_each_allocation(attempt_array);
    tear_down();
}

/* B7: without memory for the report there is none, and the rest goes on. */
static asyr_status attempt_unread(asyr_error **error)
{
    asyr_status status =
        asyr_pool_apply_async(pool, function, NULL, NULL, NULL, error);
    asyr_value *nothing = NULL;
    asyr_result *result = NULL;
    if (status == ASYR_OK)
        status = asyr_pool_apply_async(pool, function, NULL, NULL, &result, error);
    if (status == ASYR_OK)
        asyr_result_get(result, A_MINUTE, NULL, &nothing, NULL);
    asyr_result_unref(result);
    return status;
}

static void a_report_of_an_error_that_nobody_read(void)
{
    set_up(run_fail);
    asyr_pool *without = pool;
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_unread_error_hook(options, hear_unread, NULL,
                                                          NULL, &error));
    pool = support_pool_with(options);
    support_fail_each_allocation(attempt_unread);
    support_end(pool);
    pool = without;
    tear_down();
}

CU_TestInfo memory_tests[] = {UNIT_TEST(a_submit_with_all_options),
                              UNIT_TEST(the_first_submit_with_a_callback),
                              UNIT_TEST(a_new_pool),
                              UNIT_TEST(a_new_strand),
                              UNIT_TEST(a_done_callback),
                              UNIT_TEST(a_lent_worker),
                              UNIT_TEST(a_callback_that_submits),
                              UNIT_TEST(a_callback_that_fails),
                              UNIT_TEST(a_cancel_and_a_terminate),
                              UNIT_TEST(a_map_that_collects_errors),
                              UNIT_TEST(a_map_over_an_array),
                              UNIT_TEST(a_report_of_an_error_that_nobody_read),
                              CU_TEST_INFO_NULL};
