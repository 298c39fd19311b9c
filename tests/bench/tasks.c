/*
 * The tasks of the benchmarks that are written in Lua, Ruby and Go.  They hold no
 * state; any thread may call any of them.
 */
#include "tasks.h"

#include <time.h>

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t bench_same(int64_t number)
{
    return number;
}

int64_t bench_microsecond(int64_t number)
{
    int64_t end = now_ns() + 1000;
    while (now_ns() < end)
        continue;
    return number;
}

double bench_square(double number)
{
    return number * number;
}

int64_t bench_count_up(double *numbers, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        numbers[i] = (double)i;
    return count;
}
