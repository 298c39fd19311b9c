/*
 * Parkers of Linux: a futex.
 *
 *     0 --asyri_unpark--> PERMIT --asyri_park--> 0
 *     0 --sleep--> ASLEEP --asyri_unpark, which wakes--> PERMIT
 *                  ASLEEP --time-out, signal--> 0
 *
 * Only the parker's own thread makes the word 0 or ASLEEP, so ASLEEP says for sure
 * that somebody has to be woken, and without it no system call is made.
 *
 * Memory order: giving the permit releases, taking it acquires (also when another
 * permit was given on top: an exchange continues the release sequence).  ASLEEP
 * carries nothing and is relaxed; that the unparker sees it or the sleeper the
 * permit follows from the order of changes to the one word.  The kernel compares the
 * word with ASLEEP and goes to sleep in one step, under the lock that a wake-up
 * takes; so a permit that is given between the two is never missed.  The test
 * parker_schedules runs this source in every interleaving.
 *
 * A sleep with a time-out ends with EINTR whenever a handler ran, whatever
 * SA_RESTART says; so endless sleeps get a time-out too, far away.
 *
 * The call is made by hand, and is no cancellation point: a cancelled thread goes on
 * sleeping here, and nobody is left with a waiter on a stack that is gone.
 */
#define _GNU_SOURCE
#include "parker.h"

#include <asyncresult/types.h>

#include <errno.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "timer_slack.h"

#if !defined(ASYRI_PARKER_FUTEX)
#error "parker_type.h has chosen another parker"
#endif

/* What the kernel reads, whatever width the C library gives to a time_t. */
struct kernel_time {
    int64_t seconds;
    int64_t nanoseconds;
};

#if defined(SYS_futex_time64)
#define FUTEX SYS_futex_time64
#else
#define FUTEX SYS_futex
_Static_assert(sizeof(void *) == 8, "a 32-bit system has a futex with 64-bit times");
#endif

enum { PERMIT = 1, ASLEEP = 2 };

void asyri_parker_init(asyri_parker *parker)
{
    atomic_init(&parker->permit, 0);
}

void asyri_parker_destroy(asyri_parker *parker)
{
    (void)parker;
}

static bool take(asyri_parker *parker)
{
    return atomic_exchange_explicit(&parker->permit, 0, memory_order_acquire) ==
           PERMIT;
}

static bool move(asyri_parker *parker, uint32_t from, uint32_t to)
{
    return atomic_compare_exchange_strong_explicit(
        &parker->permit, &from, to, memory_order_relaxed, memory_order_relaxed);
}

/* ASYRI_PARK_WOKEN also when it ended for nothing. */
static enum asyri_park_outcome sleep_once(asyri_parker *parker, int64_t deadline)
{
    struct kernel_time until = {
        .seconds = deadline / 1000000000,
        .nanoseconds = deadline % 1000000000,
    };
    if (!move(parker, 0, ASLEEP))
        return ASYRI_PARK_WOKEN;
    long failed = syscall(FUTEX, &parker->permit, FUTEX_WAIT_BITSET_PRIVATE, ASLEEP,
                          &until, NULL, FUTEX_BITSET_MATCH_ANY);
    int reason = failed ? errno : 0;
    move(parker, ASLEEP, 0);
    if (reason == ETIMEDOUT && deadline != ASYR_FOREVER)
        return ASYRI_PARK_TIMED_OUT;
    return reason == EINTR ? ASYRI_PARK_SIGNALLED : ASYRI_PARK_WOKEN;
}

static enum asyri_park_outcome sleep_until(asyri_parker *parker, int64_t deadline)
{
    enum asyri_park_outcome outcome;
    do {
        outcome = sleep_once(parker, deadline);
    } while (outcome == ASYRI_PARK_WOKEN && !take(parker));
    return outcome;
}

enum asyri_park_outcome asyri_park(asyri_parker *parker, int64_t deadline)
{
    if (take(parker))
        return ASYRI_PARK_WOKEN;
    int64_t left = asyri_time_left(deadline);
    if (left == 0)
        return ASYRI_PARK_TIMED_OUT;
    int64_t slack = asyri_timer_slack_cut(left);
    enum asyri_park_outcome outcome = sleep_until(parker, deadline);
    asyri_timer_slack_restore(slack);
    return outcome;
}

void asyri_unpark(asyri_parker *parker)
{
    if (atomic_exchange_explicit(&parker->permit, PERMIT, memory_order_release) ==
        ASLEEP)
        syscall(FUTEX, &parker->permit, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
