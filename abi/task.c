/* The exported functions of tasks. */
#include "check.h"

#include "../impl/core/function.h"
#include "../impl/core/value.h"
#include "../impl/pool/worker.h"

int64_t asyr_task_get_argument_count(const asyr_task *task)
{
    return task ? task->argument_count : 0;
}

/* Lend an argument. */
static asyr_status find_argument(const asyr_task *task, int64_t index,
                                 asyr_value **value, asyr_error **error)
{
    ASYRI_REQUIRE_GIVEN(task, error);
    ASYRI_REQUIRE(index >= 0 && index < task->argument_count, error,
                  "expected an argument's index below %lld, found %lld",
                  (long long)task->argument_count, (long long)index);
    *value = task->arguments[index];
    return ASYR_OK;
}

asyr_status asyr_task_get_argument(const asyr_task *task, int64_t index,
                                   asyr_value **value, asyr_error **error)
{
    asyr_value *lent = NULL;
    ASYRI_CLEAR(value);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(value, error);
    asyr_status status = find_argument(task, index, &lent, error);
    if (status == ASYR_OK)
        *value = asyri_value_ref(lent);
    return status;
}

/* Say which argument it was that could not be read. */
static asyr_status name_argument(asyr_status status, asyr_error *cause,
                                 int64_t index, asyr_error **error)
{
    if (status == ASYR_OK)
        return ASYR_OK;
    asyri_fail(error, status, "argument %lld: %s", (long long)index + 1,
               asyri_error_message(cause));
    asyri_error_unref(cause);
    return status;
}

asyr_status asyr_task_get_int64(const asyr_task *task, int64_t index,
                                int64_t *number, asyr_error **error)
{
    asyr_value *lent = NULL;
    asyr_error *cause = NULL;
    ASYRI_CLEAR(number);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(number, error);
    asyr_status status = find_argument(task, index, &lent, error);
    if (status != ASYR_OK)
        return status;
    status = asyri_value_get_int64(lent, number, &cause);
    return name_argument(status, cause, index, error);
}

asyr_status asyr_task_get_double(const asyr_task *task, int64_t index,
                                 double *number, asyr_error **error)
{
    asyr_value *lent = NULL;
    asyr_error *cause = NULL;
    ASYRI_CLEAR(number);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(number, error);
    asyr_status status = find_argument(task, index, &lent, error);
    if (status != ASYR_OK)
        return status;
    status = asyri_value_get_double(lent, number, &cause);
    return name_argument(status, cause, index, error);
}

asyr_status asyr_task_return(asyr_task *task, asyr_value *value, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(task, error);
    asyri_task_answer_value(task, asyri_value_ref(value));
    return ASYR_OK;
}

asyr_status asyr_task_return_int64(asyr_task *task, int64_t number,
                                   asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(task, error);
    asyri_task_answer(task, (union asyri_outcome){.int64 = number}, ASYRI_INT64);
    return ASYR_OK;
}

asyr_status asyr_task_return_double(asyr_task *task, double number,
                                    asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(task, error);
    asyri_task_answer(task, (union asyri_outcome){.number = number}, ASYRI_DOUBLE);
    return ASYR_OK;
}

asyr_status asyr_task_fail(asyr_task *task, asyr_error *failure, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(task, error);
    ASYRI_REQUIRE_GIVEN(failure, error);
    asyri_task_answer_error(task, asyri_error_ref(failure));
    return ASYR_OK;
}

asyr_status asyr_task_fail_with(asyr_task *task, const char *kind,
                                const char *message, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(task, error);
    asyri_task_answer_error(task, asyri_error_new(ASYR_E_TASK, kind, message));
    return ASYR_OK;
}

bool asyr_task_is_cancelled(const asyr_task *task)
{
    return task && asyri_task_is_cancelled(task);
}

uint64_t asyr_task_get_tag(const asyr_task *task)
{
    return task && task->job ? asyri_result_tag(&task->job->result) : 0;
}

asyr_function *asyr_task_get_function(const asyr_task *task)
{
    return task ? asyri_function_ref(task->function) : NULL;
}

void *asyr_task_get_native_arg(const asyr_task *task)
{
    return task ? task->function->native_arg : NULL;
}

asyr_status asyr_task_run(asyr_task *task, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(task, error);
    ASYRI_REQUIRE(task->job, error, "%s: expected a task that a worker pulled",
                  __func__);
    ASYRI_REQUIRE_OWN_PROCESS(asyri_job_pool(task->job), error);
    asyri_task_call_pulled(task);
    return ASYR_OK;
}
