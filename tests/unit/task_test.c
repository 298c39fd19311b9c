/* Tasks: their arguments and answers, seen from a host that pulls them. */
#include "support.h"

#include <string.h>

static asyr_pool *host_pool(int64_t workers)
{
    asyr_pool_options *options = support_pool_options(workers);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_worker_source(options, ASYR_WORKERS_HOST, &error));
    return support_pool_with(options);
}

static asyr_worker *lend(asyr_pool *pool)
{
    asyr_worker *worker = NULL;
    UNIT_SUCCEEDS(asyr_worker_new(pool, &worker, &error));
    return worker;
}

static asyr_task *next_task(asyr_worker *worker)
{
    asyr_task *task = NULL;
    UNIT_SUCCEEDS(asyr_worker_next(worker, A_MINUTE, NULL, &task, &error));
    return task;
}

/* The functions of tasks, for tasks and arguments that are not there. */
static void no_task_and_no_argument_are_refused(void)
{
    int64_t number;
    double real;
    asyr_value *value = NULL;
    asyr_error *failure = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    static const int64_t indices[] = {-1, 1, INT64_MIN, INT64_MAX};
    asyr_pool *pool = host_pool(1);
    asyr_worker *worker = lend(pool);
    asyr_result *result = support_submit_value(pool, run_echo, NULL, 3);
    asyr_task *task = next_task(worker);
    for (int i = 0; i < 4; i++) {
        UNIT_FAILS(ASYR_E_ARGUMENT,
                   asyr_task_get_argument(task, indices[i], &value, &error));
        UNIT_FAILS(ASYR_E_ARGUMENT,
                   asyr_task_get_int64(task, indices[i], &number, &error));
        UNIT_FAILS(ASYR_E_ARGUMENT,
                   asyr_task_get_double(task, indices[i], &real, &error));
    }
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_get_argument(task, 0, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_get_int64(task, 0, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_get_double(task, 0, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_fail(task, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_get_int64(NULL, 0, &number, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_return(NULL, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_return_int64(NULL, 1, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_return_double(NULL, 1, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_fail(NULL, failure, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_fail_with(NULL, NULL, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_task_run(NULL, &error));
    CU_ASSERT_EQUAL(asyr_task_run(NULL, NULL), ASYR_E_ARGUMENT);
    CU_ASSERT_EQUAL(asyr_task_get_argument_count(NULL), 0);
    CU_ASSERT_EQUAL(asyr_task_get_tag(NULL), 0);
    CU_ASSERT_FALSE(asyr_task_is_cancelled(NULL));
    CU_ASSERT_PTR_NULL(asyr_task_get_function(NULL));
    CU_ASSERT_PTR_NULL(asyr_task_get_native_arg(NULL));
    UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    asyr_error_unref(failure);
    asyr_worker_free(worker);
    support_end(pool);
}

static void an_argument_that_does_not_fit_is_named(void)
{
    int64_t number = 3;
    double real = 3;
    asyr_error *failure = NULL;
    asyr_pool *pool = host_pool(1);
    asyr_worker *worker = lend(pool);
    asyr_function *function = support_native(run_echo, NULL);
    asyr_value *arguments = unit_list(), *text = unit_text("text");
    for (int i = 0; i < 2; i++)
        UNIT_SUCCEEDS(asyr_value_append(arguments, text, &error));
    UNIT_SUCCEEDS(
        asyr_pool_apply_async(pool, function, arguments, NULL, NULL, &error));
    asyr_task *task = next_task(worker);
    UNIT_FAILS(ASYR_E_TYPE, asyr_task_get_int64(task, 0, &number, &error));
    CU_ASSERT_EQUAL(asyr_task_get_double(task, 1, &real, &failure), ASYR_E_TYPE);
    CU_ASSERT_EQUAL(strncmp(asyr_error_get_message(failure), "argument 2: ", 12), 0);
    CU_ASSERT_EQUAL(asyr_task_get_int64(task, 0, &number, NULL), ASYR_E_TYPE);
    UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    asyr_error_unref(failure);
    asyr_value_unref(text);
    asyr_value_unref(arguments);
    asyr_function_unref(function);
    asyr_worker_free(worker);
    support_end(pool);
}

/* The last answer counts. */
static void a_later_answer_replaces_an_earlier_one(void)
{
    int64_t number = 0;
    asyr_pool *pool = host_pool(1);
    asyr_worker *worker = lend(pool);
    asyr_error *failure = asyr_error_new(ASYR_E_TASK, NULL, "first");
    asyr_result *result = support_submit(pool, run_echo, NULL, NULL);
    asyr_task *task = next_task(worker);
    UNIT_SUCCEEDS(asyr_task_fail(task, failure, &error));
    UNIT_SUCCEEDS(asyr_task_return_double(task, 0.5, &error));
    UNIT_SUCCEEDS(asyr_task_fail_with(task, NULL, NULL, &error));
    UNIT_SUCCEEDS(asyr_task_return_int64(task, 4, &error));
    UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    UNIT_SUCCEEDS(asyr_result_get_int64(result, 0, &number, &error));
    CU_ASSERT_EQUAL(number, 4);
    asyr_error_unref(failure);
    asyr_result_unref(result);
    asyr_worker_free(worker);
    support_end(pool);
}

CU_TestInfo task_tests[] = {UNIT_TEST(no_task_and_no_argument_are_refused),
                            UNIT_TEST(an_argument_that_does_not_fit_is_named),
                            UNIT_TEST(a_later_answer_replaces_an_earlier_one),
                            CU_TEST_INFO_NULL};
