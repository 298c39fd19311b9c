/* The monotonic clock: of POSIX, or the performance counter of Windows. */
#include "clock.h"

#include <asyncresult/types.h>

enum { SECOND = 1000000000 };

#if defined(_WIN32)

#include <windows.h>

/* In two steps, since the product of a count and a second would overflow. */
int64_t asyri_clock_now(void)
{
    LARGE_INTEGER count, frequency;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    int64_t seconds = count.QuadPart / frequency.QuadPart;
    int64_t rest = count.QuadPart % frequency.QuadPart;
    return seconds * SECOND + rest * SECOND / frequency.QuadPart;
}

#else

#include <time.h>

int64_t asyri_clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec;
}

#endif

int64_t asyri_deadline_in(int64_t timeout_ns)
{
    if (timeout_ns == ASYR_FOREVER)
        return ASYR_FOREVER;
    int64_t now = asyri_clock_now();
    if (timeout_ns <= 0)
        return now;
    return timeout_ns >= ASYR_FOREVER - now ? ASYR_FOREVER : now + timeout_ns;
}

int64_t asyri_time_left(int64_t deadline)
{
    if (deadline == ASYR_FOREVER)
        return ASYR_FOREVER;
    int64_t now = asyri_clock_now();
    return deadline > now ? deadline - now : 0;
}
