/*
 * Parkers of any POSIX system whose condition variables can use the monotonic clock.
 *
 * The mutex guards the permit.  The wake-up is sent under it: the parked thread
 * returns only after the unparker has let go, and needs no other proof that nobody
 * is about to touch the condition variable.
 *
 * A signal does not end the sleep: POSIX has these functions go on after a handler
 * returned, and tells nobody.  They are cancellation points, so cancelling is held
 * off meanwhile: the waiter stands on this thread's stack and in a list of others.
 */
#include "parker.h"

#include <asyncresult/types.h>

#include <assert.h>
#include <errno.h>
#include <time.h>

#include "clock.h"
#include "timer_slack.h"

#if !defined(ASYRI_PARKER_CONDITION)
#error "parker_type.h has chosen another parker"
#endif

void asyri_parker_init(asyri_parker *parker)
{
    pthread_condattr_t attributes;
    int failed = pthread_condattr_init(&attributes);
    failed |= pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    failed |= pthread_cond_init(&parker->condition, &attributes);
    failed |= pthread_mutex_init(&parker->mutex, NULL);
    assert(!failed);
    (void)failed;
    pthread_condattr_destroy(&attributes);
    parker->permit = false;
}

void asyri_parker_destroy(asyri_parker *parker)
{
    pthread_cond_destroy(&parker->condition);
    pthread_mutex_destroy(&parker->mutex);
}

static bool take_locked(asyri_parker *parker)
{
    bool permit = parker->permit;
    parker->permit = false;
    return permit;
}

static bool take(asyri_parker *parker)
{
    pthread_mutex_lock(&parker->mutex);
    bool taken = take_locked(parker);
    pthread_mutex_unlock(&parker->mutex);
    return taken;
}

static int sleep_locked(asyri_parker *parker, int64_t deadline)
{
    struct timespec until = {
        .tv_sec = (time_t)(deadline / 1000000000),
        .tv_nsec = (long)(deadline % 1000000000),
    };
    if (deadline == ASYR_FOREVER)
        return pthread_cond_wait(&parker->condition, &parker->mutex);
    return pthread_cond_timedwait(&parker->condition, &parker->mutex, &until);
}

static bool sleep_until(asyri_parker *parker, int64_t deadline)
{
    int cancelling, failed = 0;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancelling);
    pthread_mutex_lock(&parker->mutex);
    while (!parker->permit && failed != ETIMEDOUT)
        failed = sleep_locked(parker, deadline);
    bool taken = take_locked(parker);
    pthread_mutex_unlock(&parker->mutex);
    pthread_setcancelstate(cancelling, NULL);
    return taken;
}

enum asyri_park_outcome asyri_park(asyri_parker *parker, int64_t deadline)
{
    if (take(parker))
        return ASYRI_PARK_WOKEN;
    int64_t left = asyri_time_left(deadline);
    if (left == 0)
        return ASYRI_PARK_TIMED_OUT;
    int64_t slack = asyri_timer_slack_cut(left);
    bool taken = sleep_until(parker, deadline);
    asyri_timer_slack_restore(slack);
    return taken ? ASYRI_PARK_WOKEN : ASYRI_PARK_TIMED_OUT;
}

void asyri_unpark(asyri_parker *parker)
{
    pthread_mutex_lock(&parker->mutex);
    parker->permit = true;
    pthread_cond_signal(&parker->condition);
    pthread_mutex_unlock(&parker->mutex);
}
