/*
 * Parkers of Linux: a futex.
 *
 * Memory order: giving the permit releases, taking it acquires.  The kernel compares
 * the word with 0 and goes to sleep in one step, under the lock that a wake-up takes;
 * so a permit that is given between the look and the sleep is never missed.
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
    return atomic_exchange_explicit(&parker->permit, 0, memory_order_acquire);
}

static enum asyri_park_outcome sleep_until(asyri_parker *parker, int64_t deadline)
{
    struct kernel_time until = {
        .seconds = deadline / 1000000000,
        .nanoseconds = deadline % 1000000000,
    };
    do {
        long failed = syscall(FUTEX, &parker->permit, FUTEX_WAIT_BITSET_PRIVATE, 0,
                              &until, NULL, FUTEX_BITSET_MATCH_ANY);
        if (failed && errno == ETIMEDOUT && deadline != ASYR_FOREVER)
            return ASYRI_PARK_TIMED_OUT;
        if (failed && errno == EINTR)
            return ASYRI_PARK_SIGNALLED;
    } while (!take(parker));
    return ASYRI_PARK_WOKEN;
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
    if (!atomic_exchange_explicit(&parker->permit, 1, memory_order_release))
        syscall(FUTEX, &parker->permit, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
