/*
 * Many tasks, in bursts and one after the other: memory must not grow.
 *
 *     soak [MILLIONS]
 *
 * It fails when more is resident at the end than after the first tenth, but for what
 * an allocator may hold, or when a second after the end what a burst took is not
 * given back.  In `ctest` it is one million; by hand, a hundred.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <asyncresult.h>

enum {
    ROUND = 100000, /* tasks */
    BURST = 90000,  /* of those, at once */
    ROUNDS_A_MILLION = 10,
    IDLE_KIB = 8 * 1024
};

/* A burst may come to lie in each of the pool's shards. */
enum { GROWTH_KIB = 32 * 1024 };

static void answer(asyr_task *task, void *arg)
{
    (void)arg;
    asyr_task_return_int64(task, 1, NULL);
}

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "soak: %s\n", what);
    exit(1);
}

static long resident_kib(void)
{
    long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file)
        return 0;
    if (fscanf(file, "%ld %ld", &size, &resident) != 2)
        resident = 0;
    fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static int64_t take(asyr_result *result)
{
    int64_t number = 0;
    check(asyr_result_get_int64(result, ASYR_FOREVER, &number, NULL) == ASYR_OK,
          "a result");
    asyr_result_unref(result);
    return number;
}

/* Most of the tasks as one burst, the others one by one. */
static int64_t play_round(asyr_pool *pool, asyr_function *function)
{
    static asyr_result *results[BURST];
    int64_t sum = 0;
    for (int i = 0; i < BURST; i++)
        check(asyr_pool_apply_async(pool, function, NULL, NULL, &results[i], NULL) ==
                  ASYR_OK,
              "a submit");
    for (int i = 0; i < BURST; i++)
        sum += take(results[i]);
    for (int i = BURST; i < ROUND; i++) {
        check(asyr_pool_apply_async(pool, function, NULL, NULL, &results[0], NULL) ==
                  ASYR_OK,
              "a submit");
        sum += take(results[0]);
    }
    return sum;
}

/* The pool gives memory back a second after the last task; wait for it, a minute. */
static long resident_when_idle(long expected)
{
    long resident = resident_kib();
    for (int i = 0; i < 600 && resident > expected; i++) {
        struct timespec tenth = {0, 100000000};
        nanosleep(&tenth, NULL);
        resident = resident_kib();
    }
    return resident;
}

int main(int argc, char **argv)
{
    long millions = argc > 1 ? strtol(argv[1], NULL, 10) : 1;
    int64_t sum = 0, rounds = millions * ROUNDS_A_MILLION;
    asyr_pool *pool = NULL;
    asyr_function *function = NULL;
    long before = resident_kib(), early = 0, late = 0;
    check(millions > 0, "expected a number of millions");
    check(asyr_pool_new(NULL, &pool, NULL) == ASYR_OK, "a pool");
    check(asyr_function_new_native(NULL, answer, NULL, NULL, &function, NULL) ==
              ASYR_OK,
          "a function");
    for (int64_t i = 0; i < rounds; i++) {
        sum += play_round(pool, function);
        if (i == rounds / 10)
            early = resident_kib();
    }
    late = resident_kib();
    long idle = resident_when_idle(before + IDLE_KIB);
    printf("%lld tasks; resident KiB: %ld at first, %ld after a tenth, %ld at the "
           "end, %ld when idle\n",
           (long long)sum, before, early, late, idle);
    check(sum == rounds * ROUND, "each task answers once");
    check(late <= early + GROWTH_KIB, "memory has grown");
    check(idle <= before + IDLE_KIB, "memory was not given back");
    asyr_function_unref(function);
    asyr_pool_close(pool, NULL);
    asyr_pool_unref(pool);
    return 0;
}
