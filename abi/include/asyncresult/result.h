/**
 * @file
 * Results: what becomes of a task or of a map.
 *
 * A result is pending, then running, then ready, and stays so.  Its callbacks
 * run before it becomes ready.  Any number of threads may wait; all wake.
 * Dropping the handle changes nothing for the task.
 *
 * A task that waits for another one of its pool makes progress: a task that has
 * not begun is run by its waiter (unless the wait has a timeout), and a spare
 * worker takes the place of one that waits.  A wait that could never end (for
 * the task itself, around a circle, or inside a callback for a result whose own
 * callback is still to run there) fails with ASYR_E_DEADLOCK.
 */
#ifndef ASYNCRESULT_RESULT_H
#define ASYNCRESULT_RESULT_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Where a result stands.  @since 0.1 */
enum asyr_result_state {
    ASYR_RESULT_PENDING = 0, /**< nothing of it has begun */
    ASYR_RESULT_RUNNING = 1, /**< it has begun, or its callbacks are due */
    ASYR_RESULT_READY = 2    /**< it has a value or an error for good */
};

/** What a cancel did.  @since 0.1 */
enum asyr_cancel_outcome {
    ASYR_CANCEL_TOO_LATE = 0, /**< nothing: the task had already ended */
    ASYR_CANCEL_DEQUEUED = 1, /**< the task never runs; its error is Cancelled */
    ASYR_CANCEL_ASKED = 2,    /**< it runs; asyr_task_is_cancelled() says so */
    ASYR_CANCEL_KILLED = 3    /**< its worker process was ended (planned) */
};

/** Take another reference; returns its argument.  @since 0.1 */
ASYR_API asyr_result *asyr_result_ref(asyr_result *result);

/** Give a reference back (consumed; may be NULL).  Any thread.  @since 0.1 */
ASYR_API void asyr_result_unref(asyr_result *result);

/**
 * Wait until the result is ready; say nothing of how the task went.
 *
 * On the thread that owns the result's completion queue (asyr_queue_own()) the
 * queue is drained meanwhile.
 *
 * @param result      borrowed.
 * @param timeout_ns  nanoseconds; 0 or less polls, ASYR_FOREVER waits without
 *                    limit; ignored when the result is ready.
 * @param interrupt   borrowed; may be NULL.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK when it is ready; ASYR_E_TIMEOUT, ASYR_E_INTERRUPTED,
 *         ASYR_E_DEADLOCK, ASYR_E_FORKED or ASYR_E_ARGUMENT otherwise.
 * Threads: any.  Blocks.
 * @since 0.1
 */
ASYR_API asyr_status asyr_result_wait(asyr_result *result, int64_t timeout_ns,
                                      asyr_interrupt *interrupt, asyr_error **error);

/**
 * Wait for a result and take a reference to its value.
 *
 * A task's own error never has the codes Timeout, NotReady, Interrupted or Stop: with
 * one of these it is the wait that failed, and it can be repeated.
 *
 * @param result      borrowed.
 * @param timeout_ns  as for asyr_result_wait().
 * @param interrupt   borrowed; may be NULL.
 * @param[out] value  owned by the caller; may be NULL to leave the value.
 * @param[out] error  may be NULL; owned by the caller.
 * @return as asyr_result_wait(), or the code of the task's own error.
 * Threads: any.  Blocks.
 * @since 0.1
 */
ASYR_API asyr_status asyr_result_get(asyr_result *result, int64_t timeout_ns,
                                     asyr_interrupt *interrupt, asyr_value **value,
                                     asyr_error **error);

/**
 * Wait for a result and read it as an integer; allocates nothing on success.
 *
 * @param result       borrowed.
 * @param timeout_ns   as for asyr_result_wait().
 * @param[out] number  the value, as asyr_value_get_int64() reads it.
 * @param[out] error   may be NULL; owned by the caller.
 * @return as asyr_result_get(), or ASYR_E_TYPE when the value is no such integer.
 * Threads: any.  Blocks.
 * @since 0.1
 */
ASYR_API asyr_status asyr_result_get_int64(asyr_result *result, int64_t timeout_ns,
                                           int64_t *number, asyr_error **error);

/**
 * Wait for a result and read it as a double; allocates nothing on success.
 *
 * @param result       borrowed.
 * @param timeout_ns   as for asyr_result_wait().
 * @param[out] number  the value, as asyr_value_get_double() reads it.
 * @param[out] error   may be NULL; owned by the caller.
 * @return as asyr_result_get(), or ASYR_E_TYPE when the value is no number.
 * Threads: any.  Blocks.
 * @since 0.1
 */
ASYR_API asyr_status asyr_result_get_double(asyr_result *result, int64_t timeout_ns,
                                            double *number, asyr_error **error);

/**
 * Whether the result is ready.  Never blocks.
 *
 * @param result  borrowed; for NULL, or a result of the parent of a fork, the
 *                answer is false.
 * @since 0.1
 */
ASYR_API bool asyr_result_is_ready(asyr_result *result);

/**
 * Whether the task completed without an error.  Never blocks.
 *
 * @param result           borrowed.
 * @param[out] successful  the answer.
 * @param[out] error       may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_NOT_READY, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_result_is_successful(asyr_result *result, bool *successful,
                                               asyr_error **error);

/**
 * Where the result stands: one of `enum asyr_result_state`.
 *
 * @param result  borrowed; for NULL the answer is -1.
 * @since 0.1
 */
ASYR_API int32_t asyr_result_get_state(asyr_result *result);

/**
 * The tag from the options of the submit; 0 without one.
 *
 * @param result  borrowed; for NULL the answer is 0.
 * @since 0.1
 */
ASYR_API uint64_t asyr_result_get_tag(const asyr_result *result);

/**
 * Ask for a task not to run, or to stop.
 *
 * A task that has not begun never runs, and its error is Cancelled; its error
 * callback runs.  A running one sees its flag.  Of a map, the chunks that have
 * not begun never run and the others see the flag.
 *
 * @param result        borrowed.
 * @param[out] outcome  one of `enum asyr_cancel_outcome`; may be NULL.
 * @param[out] error    may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * Threads: any.  Does not block.
 * @since 0.1
 */
ASYR_API asyr_status asyr_result_cancel(asyr_result *result, int32_t *outcome,
                                        asyr_error **error);

/**
 * Have a function called once the result is ready.
 *
 * On a result that is ready it runs at once, on this thread (in the queue if
 * one is given).  Otherwise it runs where the task's callbacks run, after the
 * result became ready, in the order in which such functions were added.
 *
 * @param result      borrowed.
 * @param done        the function.
 * @param arg         consumed; handed to `done`.
 * @param release     called with `arg` in the end; may be NULL.
 * @param queue       borrowed; the completion queue whose host runs it; NULL for
 *                    where the task's callbacks run.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT, ASYR_E_MEMORY, ASYR_E_SYSTEM, ASYR_E_STATE for a
 *         queue that is closed, ASYR_E_QUEUE_FULL, ASYR_E_FORKED.
 * @since 0.1
 */
ASYR_API asyr_status asyr_result_add_done_callback(asyr_result *result,
                                                   asyr_done_fn done, void *arg,
                                                   asyr_release_fn release,
                                                   asyr_queue *queue,
                                                   asyr_error **error);

/**
 * Have an event put into a completion queue once the result is ready.
 *
 * @param result      borrowed.
 * @param queue       borrowed.
 * @param tag         any number; asyr_event_get_tag() has it back.
 * @param[out] error  may be NULL; owned by the caller.
 * @return as asyr_result_add_done_callback().
 * @since 0.1
 */
ASYR_API asyr_status asyr_result_notify(asyr_result *result, asyr_queue *queue,
                                        uint64_t tag, asyr_error **error);

#ifdef __cplusplus
}
#endif

#endif
