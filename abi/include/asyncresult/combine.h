/**
 * @file
 * Several results: waiting for one of them or for all, and results made of results.
 *
 * The results of one call may belong to different pools.  One that is given twice counts
 * twice.  Waits are those of asyr_result_wait(): what this thread has to drain is
 * drained, unstarted tasks are helped, and inside a task a spare worker stands in.
 *
 * A result that is made of others is a result as any other, of the pool that was given:
 * its callbacks run as those of a task, and terminating that pool ends it at once, while
 * the results that it waits for go on.  Closing the pool does not: what was chained
 * before is accepted work, and runs.  Cancelled before its turn it never runs, its error
 * is Cancelled, and what it waited for is as it was.
 */
#ifndef ASYNCRESULT_COMBINE_H
#define ASYNCRESULT_COMBINE_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Wait until one of the results is ready, whether it has a value or an error.
 *
 * Inside a task or callback it fails with ASYR_E_DEADLOCK when none of them could ever
 * become ready; a circle that others close through this wait later is not seen.
 *
 * @param results     borrowed, with all that is in it, until the call returns.
 * @param count       at least 1.
 * @param timeout_ns  as for asyr_result_wait(), for all of them together.
 * @param interrupt   borrowed; may be NULL.
 * @param[out] index  the place of the first that is ready, the lowest when there are
 *                    several; -1 on failure; may be NULL.
 * @param[out] error  may be NULL; owned by the caller.
 * @return as asyr_result_wait(), or ASYR_E_MEMORY.
 * Threads: any.  Blocks.
 * @since 0.1
 */
ASYR_API asyr_status asyr_result_wait_any(asyr_result *const *results, int64_t count,
                                          int64_t timeout_ns,
                                          asyr_interrupt *interrupt, int64_t *index,
                                          asyr_error **error);

/**
 * Wait until all of the results are ready; say nothing of how they went.
 *
 * @param results     borrowed; may be NULL when there are none.
 * @param count       how many; for 0 the wait is over at once.
 * @param timeout_ns  as for asyr_result_wait(), for all of them together.
 * @param interrupt   borrowed; may be NULL.
 * @param[out] error  may be NULL; owned by the caller.
 * @return as asyr_result_wait().
 * Threads: any.  Blocks.
 * @since 0.1
 */
ASYR_API asyr_status asyr_result_wait_all(asyr_result *const *results, int64_t count,
                                          int64_t timeout_ns,
                                          asyr_interrupt *interrupt,
                                          asyr_error **error);

/**
 * Wait until one of the results has failed, or all have ended well.
 *
 * @param results     borrowed; may be NULL when there are none.
 * @param count       how many; for 0 the wait is over at once.
 * @param timeout_ns  as for asyr_result_wait(), for all of them together.
 * @param interrupt   borrowed; may be NULL.
 * @param[out] index  the place of the first that failed, the lowest when there are
 *                    several; -1 when all have ended well, and on failure; may be NULL.
 *                    asyr_result_get() has its error.
 * @param[out] error  may be NULL; owned by the caller.
 * @return as asyr_result_wait(), or ASYR_E_MEMORY.
 * Threads: any.  Blocks.
 * @since 0.1
 */
ASYR_API asyr_status asyr_result_wait_first_error(asyr_result *const *results,
                                                  int64_t count, int64_t timeout_ns,
                                                  asyr_interrupt *interrupt,
                                                  int64_t *index,
                                                  asyr_error **error);

/**
 * Make a queue that hands out an event of the kind ASYR_EVENT_DONE for each result, in
 * the order in which they become ready; those that are ready already come first, in
 * their order here.
 *
 * The tag of an event is the result's place.  The queue takes no other events.  Once
 * each of them was taken and given back (asyr_event_finish()), asyr_queue_next() fails
 * with ASYR_E_STATE, as for a queue that was closed.  A wait for the queue inside a task
 * helps no other task, and no spare worker stands in.
 *
 * @param results     borrowed; may be NULL when there are none.
 * @param count       how many.
 * @param[out] queue  owned by the caller; giving it back early drops the rest.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_MEMORY, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * Threads: any.  Does not block.
 * @since 0.1
 */
ASYR_API asyr_status asyr_result_as_completed(asyr_result *const *results,
                                              int64_t count, asyr_queue **queue,
                                              asyr_error **error);

/**
 * Call a function with the value of a result, once that is ready.
 *
 * The value is the function's only argument, and its answer the value of the new result.
 * An error goes through: it becomes that of the new result, as it is, counts as read,
 * and the function never runs.
 *
 * In a pool whose queue has a limit the task counts from its turn on.  It is then queued
 * over the limit if need be: it neither blocks nor fails.
 *
 * @param result      borrowed; of any pool.
 * @param pool        borrowed; where the function runs; NULL for the result's own.
 * @param function    borrowed.
 * @param options     borrowed; as for asyr_pool_apply_async(), a strand too, which the
 *                    task enters at its turn; NULL for the defaults.
 * @param[out] next   owned by the caller; may be NULL.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, or as asyr_pool_apply_async() but for ASYR_E_QUEUE_FULL of the pool:
 *         a pool that takes no new work refuses.
 * Threads: any.  Does not block.
 * @since 0.1
 */
ASYR_API asyr_status asyr_result_then(asyr_result *result, asyr_pool *pool,
                                      asyr_function *function,
                                      const asyr_task_options *options,
                                      asyr_result **next, asyr_error **error);

/**
 * Call a function with the error of a result, once that is ready.
 *
 * The error is the function's only argument, a value of the type error, and counts as
 * read; the function's answer is the value of the new result.  A value goes through.
 * Everything else is as for asyr_result_then().
 * @since 0.1
 */
ASYR_API asyr_status asyr_result_rescue(asyr_result *result, asyr_pool *pool,
                                        asyr_function *function,
                                        const asyr_task_options *options,
                                        asyr_result **next, asyr_error **error);

/**
 * Make a result of the values of several: a list, in the order of the results.
 *
 * What an error does is the error policy of the options, as for a map.  By default, and
 * with ASYR_ERRORS_LOWEST, the new result is ready when all are, and its error is the
 * first to arrive, or that of the lowest place; with ASYR_ERRORS_FAIL_FAST it fails with
 * the first error at once, and nothing is cancelled; with ASYR_ERRORS_COLLECT it has
 * each one's value or error.  Errors count as read.
 *
 * Nothing of it runs in the pool, and it takes no place in a queue with a limit.
 *
 * @param results     borrowed; may be NULL when there are none.
 * @param count       how many; for 0 the list is empty, and ready at once.
 * @param pool        borrowed; for the callbacks; NULL for that of the first result.
 * @param options     borrowed; callbacks, completion queue, event, tag and error policy
 *                    count, a strand is refused; NULL for the defaults.
 * @param[out] all    owned by the caller; may be NULL.
 * @param[out] error  may be NULL; owned by the caller.
 * @return as asyr_result_then().
 * Threads: any.  Does not block.
 * @since 0.1
 */
ASYR_API asyr_status asyr_result_all(asyr_result *const *results, int64_t count,
                                     asyr_pool *pool,
                                     const asyr_task_options *options,
                                     asyr_result **all, asyr_error **error);

/**
 * Make a result of the first value of several.
 *
 * When all have failed it fails with ASYR_E_TASK, and the value of that error is the
 * list of the errors, in the order of the results; so it does for no results at all.
 * Otherwise their errors are dropped; all of them count as read.  The others go on when
 * the first value is there.
 *
 * Everything else is as for asyr_result_all().
 * @since 0.1
 */
ASYR_API asyr_status asyr_result_any(asyr_result *const *results, int64_t count,
                                     asyr_pool *pool,
                                     const asyr_task_options *options,
                                     asyr_result **any, asyr_error **error);

#ifdef __cplusplus
}
#endif

#endif
