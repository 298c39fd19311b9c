/**
 * @file
 * Promises: results that are completed by hand.
 *
 * A promise is for work that no pool runs: a request of an event loop, a device, a
 * library with callbacks of its own.  Its result is as any other: it can be waited for,
 * cancelled, chained and called back by.  It belongs to a pool for its callbacks and for
 * the end of the pool: terminating the pool makes it Terminated at once.  A pool that is
 * closed can be joined while promises wait; they can still be completed.
 *
 * A promise that is released uncompleted gives its result ASYR_E_CANCELLED, so that
 * nobody waits for ever.
 */
#ifndef ASYNCRESULT_PROMISE_H
#define ASYNCRESULT_PROMISE_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Make a promise and its result.
 *
 * The result counts as running until it is completed.  It takes no place in a queue
 * with a limit.
 *
 * @param pool         borrowed; kept until the promise is released.
 * @param options      borrowed; callbacks, completion queue, event and tag count, a
 *                     strand is refused, the rest is ignored; NULL for the defaults.
 * @param[out] promise owned by the caller.
 * @param[out] result  owned by the caller; may be NULL.
 * @param[out] error   may be NULL; owned by the caller.
 * @return ASYR_OK, or as asyr_pool_apply_async().
 * Threads: any.
 * @since 0.1
 */
ASYR_API asyr_status asyr_promise_new(asyr_pool *pool,
                                      const asyr_task_options *options,
                                      asyr_promise **promise, asyr_result **result,
                                      asyr_error **error);

/** Take another reference; returns its argument.  @since 0.1 */
ASYR_API asyr_promise *asyr_promise_ref(asyr_promise *promise);

/**
 * Give a reference back (consumed; may be NULL).
 *
 * The last one completes a promise that waits with ASYR_E_CANCELLED.  Any thread.
 * @since 0.1
 */
ASYR_API void asyr_promise_unref(asyr_promise *promise);

/**
 * Complete the promise with a value.  Its callback runs before its result is ready.
 *
 * @param promise     borrowed.
 * @param value       borrowed; NULL for nil.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK; ASYR_E_STATE when it was completed before or ended with its pool;
 *         ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * Threads: any.  Of several that complete it one succeeds.
 * @since 0.1
 */
ASYR_API asyr_status asyr_promise_set_value(asyr_promise *promise, asyr_value *value,
                                            asyr_error **error);

/**
 * Complete the promise with an error, whose code becomes Task if it says how a wait
 * ended (as for asyr_task_fail()).
 *
 * @param promise     borrowed.
 * @param failure     borrowed.
 * @param[out] error  may be NULL; owned by the caller.
 * @return as asyr_promise_set_value().
 * Threads: any.
 * @since 0.1
 */
ASYR_API asyr_status asyr_promise_set_error(asyr_promise *promise,
                                            asyr_error *failure, asyr_error **error);

/**
 * Have a function called, once, when somebody cancels the result or the pool is ended
 * by force.
 *
 * A cancel completes nothing: asyr_result_cancel() answers ASYR_CANCEL_ASKED, and who
 * holds the promise completes or releases it.  A promise that was cancelled before has
 * the function called at once, here.  One that is completed releases it uncalled; a call
 * that has begun by then goes on.
 *
 * @param promise     borrowed.
 * @param hook        the function, in place of one that was set before; NULL for none.
 *                    It may call the library, but must not wait.
 * @param arg         consumed; handed to `hook`.
 * @param release     called with `arg` in the end; may be NULL.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_MEMORY, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * Threads: any; `hook` runs on the thread that cancels or ends the pool.
 * @since 0.1
 */
ASYR_API asyr_status asyr_promise_set_cancel_hook(asyr_promise *promise,
                                                  asyr_cancel_fn hook, void *arg,
                                                  asyr_release_fn release,
                                                  asyr_error **error);

/**
 * Whether somebody cancelled the result, or ended the pool by force.
 *
 * @param promise  borrowed; for NULL, or in the child of a fork, the answer is false.
 * Threads: any.
 * @since 0.1
 */
ASYR_API bool asyr_promise_is_cancelled(const asyr_promise *promise);

#ifdef __cplusplus
}
#endif

#endif
