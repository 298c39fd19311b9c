/**
 * @file
 * Timeouts: from the seconds of a language to the nanoseconds of the library.
 */
#ifndef ASYNCRESULT_TIMEOUT_H
#define ASYNCRESULT_TIMEOUT_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Turn seconds into nanoseconds, rounded up to the next one.
 *
 * Infinity, and what is too large for nanoseconds, becomes ASYR_FOREVER; what is
 * below zero becomes 0, a poll.
 *
 * @param seconds          any number but NaN.
 * @param[out] timeout_ns  nanoseconds.
 * @param[out] error       may be NULL; owned by the caller.
 * @return ASYR_OK, or ASYR_E_ARGUMENT for NaN.
 * @since 0.1
 */
ASYR_API asyr_status asyr_timeout_from_seconds(double seconds, int64_t *timeout_ns,
                                               asyr_error **error);

#ifdef __cplusplus
}
#endif

#endif
