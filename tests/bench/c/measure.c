/*
 * Measuring: clocks, percentiles and memory.  Linux: memory is read from
 * /proc/self/smaps, which counts pages exactly.
 */
#include "bench.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

void bench_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

void bench_check(int64_t found, int64_t expected, const char *what)
{
    if (found != expected)
        bench_fail("expected %" PRId64 " as %s, found %" PRId64, expected, what,
                   found);
}

void *bench_alloc(int64_t count, size_t size)
{
    void *memory = calloc(count > 0 ? (size_t)count : 1, size);
    if (!memory)
        bench_fail("expected memory for %" PRId64 " of %zu bytes, found none", count,
                   size);
    return memory;
}

int64_t bench_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t timeval_ns(struct timeval time)
{
    return (int64_t)time.tv_sec * 1000000000 + (int64_t)time.tv_usec * 1000;
}

int64_t bench_cpu_ns(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return timeval_ns(usage.ru_utime) + timeval_ns(usage.ru_stime);
}

int64_t bench_clock_ns(void)
{
    enum { COUNT = 1001 };
    int64_t samples[COUNT];
    int64_t before = bench_now_ns();
    for (int i = 0; i < COUNT; i++) {
        int64_t now = bench_now_ns();
        samples[i] = now - before;
        before = now;
    }
    return bench_percentile(samples, COUNT, 50);
}

void bench_sleep_ns(int64_t ns)
{
    struct timespec time = {ns / 1000000000, ns % 1000000000};
    while (nanosleep(&time, &time) != 0)
        continue;
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

int64_t bench_percentile(int64_t *samples, int64_t count, int percent)
{
    qsort(samples, (size_t)count, sizeof *samples, compare);
    return samples[(count - 1) * percent / 100];
}

static bool holds_any(uintptr_t begin, uintptr_t end, const void *const *addresses,
                      int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        uintptr_t address = (uintptr_t)addresses[i];
        if (begin <= address && address < end)
            return true;
    }
    return false;
}

int64_t bench_resident_bytes_without(const void *const *addresses, int64_t count)
{
    FILE *maps = fopen("/proc/self/smaps", "r");
    if (!maps)
        bench_fail("expected /proc/self/smaps to be readable");
    char line[512];
    bool excluded = false;
    int64_t sum = 0;
    while (fgets(line, sizeof line, maps)) {
        uintptr_t begin, end;
        int64_t kib;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &begin, &end) == 2)
            excluded = holds_any(begin, end, addresses, count);
        else if (!excluded && sscanf(line, "Rss: %" SCNd64 " kB", &kib) == 1)
            sum += kib * 1024;
    }
    fclose(maps);
    return sum;
}

int64_t bench_resident_bytes(void)
{
    return bench_resident_bytes_without(NULL, 0);
}

void bench_print(const char *metric, double value)
{
    printf("%s %.6g\n", metric, value);
}
