/**
 * @file
 * Tasks: one call of a native function, seen from inside it.
 *
 * A task is valid until its function returns or, for a task that a host worker
 * pulled, until asyr_worker_done().  It belongs to the thread that runs it.
 * The last answer counts: a later asyr_task_return_...() or asyr_task_fail...()
 * replaces an earlier one.
 */
#ifndef ASYNCRESULT_TASK_H
#define ASYNCRESULT_TASK_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * How many arguments the task was given.
 *
 * @param task  borrowed; for NULL the answer is 0.
 * @since 0.1
 */
ASYR_API int64_t asyr_task_get_argument_count(const asyr_task *task);

/**
 * Take a reference to an argument.
 *
 * @param task        borrowed.
 * @param index       from 0.
 * @param[out] value  owned by the caller.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, or ASYR_E_ARGUMENT when there is no such argument.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_get_argument(const asyr_task *task, int64_t index,
                                            asyr_value **value, asyr_error **error);

/**
 * Read an argument as an integer, as asyr_value_get_int64() does.
 *
 * @param task         borrowed.
 * @param index        from 0.
 * @param[out] number  the argument.
 * @param[out] error   may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT, or ASYR_E_TYPE, which names the argument.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_get_int64(const asyr_task *task, int64_t index,
                                         int64_t *number, asyr_error **error);

/**
 * Read an argument as a double, as asyr_value_get_double() does.
 *
 * @param task         borrowed.
 * @param index        from 0.
 * @param[out] number  the argument.
 * @param[out] error   may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT, or ASYR_E_TYPE, which names the argument.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_get_double(const asyr_task *task, int64_t index,
                                          double *number, asyr_error **error);

/**
 * Answer with a value.
 *
 * @param task        borrowed.
 * @param value       borrowed; NULL for nil.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_return(asyr_task *task, asyr_value *value,
                                      asyr_error **error);

/**
 * Answer with an integer.
 *
 * @return ASYR_OK, ASYR_E_ARGUMENT, or ASYR_E_MEMORY (the task then fails so).
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_return_int64(asyr_task *task, int64_t number,
                                            asyr_error **error);

/**
 * Answer with a double.
 *
 * @return ASYR_OK, ASYR_E_ARGUMENT, or ASYR_E_MEMORY (the task then fails so).
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_return_double(asyr_task *task, double number,
                                             asyr_error **error);

/**
 * Fail with an error.
 *
 * An error whose code says how a wait ended (Timeout, NotReady, Interrupted, Stop)
 * reaches the result with the code Task and everything else unchanged, so that
 * a task's own time-out is never taken for one of the wait.
 *
 * @param task        borrowed.
 * @param failure     borrowed.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_fail(asyr_task *task, asyr_error *failure,
                                    asyr_error **error);

/**
 * Fail with a new error of the code ASYR_E_TASK.
 *
 * @param task        borrowed.
 * @param kind        copied; as for asyr_error_new().
 * @param message     copied; as for asyr_error_new().
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_fail_with(asyr_task *task, const char *kind,
                                         const char *message, asyr_error **error);

/**
 * Whether somebody asked the task to stop: by cancelling its result or by
 * terminating the pool.  A long task looks now and then.
 *
 * @param task  borrowed; for NULL the answer is false.
 * Threads: any.
 * @since 0.1
 */
ASYR_API bool asyr_task_is_cancelled(const asyr_task *task);

/**
 * The tag from the options of the submit; 0 without one.
 *
 * @param task  borrowed; for NULL the answer is 0.
 * @since 0.1
 */
ASYR_API uint64_t asyr_task_get_tag(const asyr_task *task);

/**
 * The function that the task runs.
 *
 * @param task  borrowed.
 * @return owned by the caller; NULL for NULL.
 * @since 0.1
 */
ASYR_API asyr_function *asyr_task_get_function(const asyr_task *task);

/**
 * What was given as `arg` to asyr_function_new_native(): how a host that pulls
 * its tasks finds its own function.
 *
 * @param task  borrowed.
 * @return NULL for a C function.
 * @since 0.1
 */
ASYR_API void *asyr_task_get_native_arg(const asyr_task *task);

/**
 * Run the task's function on this thread, for a task that a host worker pulled
 * and does not run by itself (a C function, say).
 *
 * @param task        borrowed.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK (how the call went is the task's answer), ASYR_E_FORKED or
 *         ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_run(asyr_task *task, asyr_error **error);

#ifdef __cplusplus
}
#endif

#endif
