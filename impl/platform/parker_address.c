/*
 * Parkers of Windows 8 and later: WaitOnAddress.
 *
 * Memory order: giving the permit releases, taking it acquires.  The system enters
 * the thread among the sleepers before it compares the word with 0, and a wake-up
 * looks for sleepers after the word was changed; so a permit that is given between
 * the look and the sleep is never missed.
 *
 * A sleep may end for nothing, early by the clock, or late by a tick of the system's
 * timer (15.6 ms unless some program has asked for less): so the clock decides.
 * Windows runs no handler on a sleeping thread: there is no ASYRI_PARK_SIGNALLED.
 */
#include "parker.h"

#include <asyncresult/types.h>

#include <stdbool.h>
#include <windows.h>

#include "clock.h"

#if !defined(ASYRI_PARKER_ADDRESS)
#error "parker_type.h has chosen another parker"
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

/* Rounded up; what is too far away is slept for in parts. */
static DWORD milliseconds(int64_t nanoseconds)
{
    if (nanoseconds == ASYR_FOREVER)
        return INFINITE;
    int64_t rounded = (nanoseconds - 1) / 1000000 + 1;
    return rounded < INFINITE ? (DWORD)rounded : INFINITE - 1;
}

enum asyri_park_outcome asyri_park(asyri_parker *parker, int64_t deadline)
{
    uint32_t none = 0;
    while (!take(parker)) {
        int64_t left = asyri_time_left(deadline);
        if (left == 0)
            return ASYRI_PARK_TIMED_OUT;
        WaitOnAddress(&parker->permit, &none, sizeof none, milliseconds(left));
    }
    return ASYRI_PARK_WOKEN;
}

void asyri_unpark(asyri_parker *parker)
{
    if (!atomic_exchange_explicit(&parker->permit, 1, memory_order_release))
        WakeByAddressSingle(&parker->permit);
}
