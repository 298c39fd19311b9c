/* Seconds to nanoseconds, so that every binding rounds and saturates alike. */
#include "check.h"

/* INT64_MAX is no double; 2^63 is. */
#define TWO_TO_63 9223372036854775808.0

asyr_status asyr_timeout_from_seconds(double seconds, int64_t *timeout_ns,
                                      asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(timeout_ns);
    ASYRI_REQUIRE_GIVEN(timeout_ns, error);
    ASYRI_REQUIRE(seconds == seconds, error,
                  "expected a timeout in seconds, found NaN");
    double nanoseconds = seconds * 1e9;
    if (nanoseconds <= 0)
        return ASYR_OK;
    if (nanoseconds >= TWO_TO_63) {
        *timeout_ns = ASYR_FOREVER;
        return ASYR_OK;
    }
    int64_t whole = (int64_t)nanoseconds;
    *timeout_ns = (double)whole < nanoseconds ? whole + 1 : whole;
    return ASYR_OK;
}
