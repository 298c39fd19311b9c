/*
 * A parker: where one thread sleeps until another one says so.
 *
 * It holds at most one permit.  Unparking gives it; parking takes it, and sleeps
 * until there is one.  What the unparker wrote before is seen by the parked.
 *
 * There is one for each kind of system; parker_type.h chooses.
 */
#ifndef ASYRI_PLATFORM_PARKER_H
#define ASYRI_PLATFORM_PARKER_H

#include <stdint.h>

#include "parker_type.h"

enum asyri_park_outcome {
    ASYRI_PARK_WOKEN,
    ASYRI_PARK_TIMED_OUT,
    ASYRI_PARK_SIGNALLED /* a signal handler ran; where the system tells */
};

void asyri_parker_init(asyri_parker *parker);
void asyri_parker_destroy(asyri_parker *parker);

/* Sleep until there is a permit or asyri_clock_now() reaches the deadline. */
enum asyri_park_outcome asyri_park(asyri_parker *parker, int64_t deadline);

/* Any thread; the parker must live until the call returns. */
void asyri_unpark(asyri_parker *parker);

#endif
