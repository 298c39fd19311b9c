/*
 * How late the kernel may end a sleep of this thread, to save a wake-up: 50 us by
 * default.  That is much of a short sleep, so those are made exact; three system
 * calls for a thread that is about to sleep.
 */
#ifndef ASYRI_PLATFORM_TIMER_SLACK_H
#define ASYRI_PLATFORM_TIMER_SLACK_H

#include <stdint.h>

#if defined(__linux__)

/* Before a sleep of so many nanoseconds; the answer is for the call after it. */
int64_t asyri_timer_slack_cut(int64_t sleep_ns);
void asyri_timer_slack_restore(int64_t slack);

#else

static inline int64_t asyri_timer_slack_cut(int64_t sleep_ns)
{
    (void)sleep_ns;
    return 0;
}

static inline void asyri_timer_slack_restore(int64_t slack)
{
    (void)slack;
}

#endif

#endif
