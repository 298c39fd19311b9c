/*
 * Parkers: a futex on Linux, a mutex and a condition variable elsewhere.
 *
 * Memory order of the futex: giving the permit releases, taking it acquires.  The
 * kernel compares the word with 0 and sleeps in one step, so a permit that is
 * given between the look and the sleep is never missed.
 *
 * A sleep with a time-out ends with EINTR whenever a handler ran, whatever
 * SA_RESTART says; so endless sleeps get a time-out too, far away.
 */
#define _GNU_SOURCE
#include "parker.h"

#include <asyncresult/types.h>

#include <errno.h>
#include <time.h>

static struct timespec timespec_of(int64_t deadline)
{
    struct timespec time = {
        .tv_sec = (time_t)(deadline / 1000000000),
        .tv_nsec = (long)(deadline % 1000000000),
    };
    return time;
}

#if defined(ASYRI_PARKER_FUTEX)

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

void asyri_parker_init(asyri_parker *parker)
{
    atomic_init(&parker->permit, 0);
}

void asyri_parker_destroy(asyri_parker *parker)
{
    (void)parker;
}

enum asyri_park_outcome asyri_park(asyri_parker *parker, int64_t deadline)
{
    struct timespec until = timespec_of(deadline);
    for (;;) {
        if (atomic_exchange_explicit(&parker->permit, 0, memory_order_acquire))
            return ASYRI_PARK_WOKEN;
        long failed = syscall(SYS_futex, &parker->permit, FUTEX_WAIT_BITSET_PRIVATE,
                              0, &until, NULL, FUTEX_BITSET_MATCH_ANY);
        if (failed && errno == ETIMEDOUT && deadline != ASYR_FOREVER)
            return ASYRI_PARK_TIMED_OUT;
        if (failed && errno == EINTR)
            return ASYRI_PARK_SIGNALLED;
    }
}

void asyri_unpark(asyri_parker *parker)
{
    if (!atomic_exchange_explicit(&parker->permit, 1, memory_order_release))
        syscall(SYS_futex, &parker->permit, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

#else

void asyri_parker_init(asyri_parker *parker)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
#if !defined(__APPLE__)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
#endif
    pthread_mutex_init(&parker->mutex, NULL);
    pthread_cond_init(&parker->condition, &attributes);
    pthread_condattr_destroy(&attributes);
    parker->permit = false;
}

void asyri_parker_destroy(asyri_parker *parker)
{
    pthread_cond_destroy(&parker->condition);
    pthread_mutex_destroy(&parker->mutex);
}

enum asyri_park_outcome asyri_park(asyri_parker *parker, int64_t deadline)
{
    struct timespec until = timespec_of(deadline);
    int failed = 0;
    pthread_mutex_lock(&parker->mutex);
    while (!parker->permit && failed != ETIMEDOUT) {
        if (deadline == ASYR_FOREVER)
            pthread_cond_wait(&parker->condition, &parker->mutex);
        else
            failed =
                pthread_cond_timedwait(&parker->condition, &parker->mutex, &until);
    }
    bool woken = parker->permit;
    parker->permit = false;
    pthread_mutex_unlock(&parker->mutex);
    return woken ? ASYRI_PARK_WOKEN : ASYRI_PARK_TIMED_OUT;
}

void asyri_unpark(asyri_parker *parker)
{
    pthread_mutex_lock(&parker->mutex);
    parker->permit = true;
    pthread_cond_signal(&parker->condition);
    pthread_mutex_unlock(&parker->mutex);
}

#endif
