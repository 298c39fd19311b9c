/*
 * The C functions that the benchmarks of the languages have the pool call.
 */
#ifndef ASYR_BENCH_TASKS_H
#define ASYR_BENCH_TASKS_H

#include <stdint.h>

#define BENCH_API __attribute__((visibility("default")))

BENCH_API int64_t bench_same(int64_t number); /* its argument */
/* Its argument, after a microsecond by the monotonic clock. */
BENCH_API int64_t bench_microsecond(int64_t number);
BENCH_API double bench_square(double number);
/* Writes 0, 1, 2 ... into the array; returns the count. */
BENCH_API int64_t bench_count_up(double *numbers, int64_t count);

#endif
