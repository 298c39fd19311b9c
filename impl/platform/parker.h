/*
 * A parker: where one thread sleeps until another one says so.
 *
 * It holds at most one permit.  Unparking gives it; parking takes it, and sleeps
 * until there is one.  What the unparker wrote before is seen by the parked.
 */
#ifndef ASYRI_PLATFORM_PARKER_H
#define ASYRI_PLATFORM_PARKER_H

#include <stdatomic.h>
#include <stdint.h>

#if defined(__linux__) && !defined(ASYRI_PARKER_CONDITION)
#define ASYRI_PARKER_FUTEX 1
#else
#include <pthread.h>
#include <stdbool.h>
#endif

typedef struct asyri_parker {
#if defined(ASYRI_PARKER_FUTEX)
    _Atomic uint32_t permit;
#else
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    bool permit;
#endif
} asyri_parker;

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
