/* The clock that all deadlines are of. */
#ifndef ASYRI_PLATFORM_CLOCK_H
#define ASYRI_PLATFORM_CLOCK_H

#include <stdint.h>

/* Nanoseconds of a clock that never goes back. */
int64_t asyri_clock_now(void);

/* The end of a wait that starts now; ASYR_FOREVER stays what it is. */
int64_t asyri_deadline_in(int64_t timeout_ns);

/* Nanoseconds until then: 0 when it has passed; ASYR_FOREVER stays what it is. */
int64_t asyri_time_left(int64_t deadline);

#endif
