/**
 * @file
 * Strands: an order for tasks.
 *
 * The tasks of a strand run one at a time, in the order of their submits: for a
 * library or a handle that is not thread-safe.  No thread is held while they
 * wait.  A pinned strand runs all of them on one thread of its own: for a
 * library that keeps state per thread.
 */
#ifndef ASYNCRESULT_STRAND_H
#define ASYNCRESULT_STRAND_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Which threads a strand uses.  @since 0.1 */
enum asyr_strand_kind {
    ASYR_STRAND_SERIAL = 0, /**< any worker, one task at a time */
    ASYR_STRAND_PINNED = 1  /**< always the same thread, which the strand starts */
};

/**
 * Make a strand.
 *
 * @param pool         borrowed.
 * @param kind         one of `enum asyr_strand_kind`.
 * @param[out] strand  owned by the caller; its tasks complete also after it was
 *                     released.
 * @param[out] error   may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT, ASYR_E_MEMORY, ASYR_E_SYSTEM when the thread of a
 *         pinned strand could not be started, ASYR_E_POOL_CLOSED,
 *         ASYR_E_TERMINATED, ASYR_E_BROKEN, ASYR_E_FORKED.
 * @since 0.1
 */
ASYR_API asyr_status asyr_strand_new(asyr_pool *pool, int32_t kind,
                                     asyr_strand **strand, asyr_error **error);

/** Take another reference; returns its argument.  @since 0.1 */
ASYR_API asyr_strand *asyr_strand_ref(asyr_strand *strand);

/** Give a reference back (consumed; may be NULL).  @since 0.1 */
ASYR_API void asyr_strand_unref(asyr_strand *strand);

#ifdef __cplusplus
}
#endif

#endif
