/**
 * @file
 * Several results: waiting for one of them or for all, and results made of results.
 *
 * The results of one call may belong to different pools.  One that is given twice counts
 * twice.  Waits are those of asyr_result_wait(): what this thread has to drain is
 * drained, unstarted tasks are helped, and inside a task a spare worker stands in.
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

#ifdef __cplusplus
}
#endif

#endif
