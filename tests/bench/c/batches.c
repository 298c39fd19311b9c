/*
 * W1 to W3, W7, W8 and idle: single tasks and their results.
 *
 * Time runs from the first submit to the end of the last wait.  Before it the same
 * was done once with a tenth of the tasks, so that threads, code and the allocator
 * are warm and the memory of a burst is still to come.  What a caller keeps per task
 * is allocated before time runs, and touched within it.
 */
#include "workloads.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    TASKS = 1000000,
    TASKS_PER_PRODUCER = 250000,
    ROUND_TRIPS = 20000,
    COLD_ROUND_TRIPS = 500,
    POLLS = 100000,
    WAITS = 200,
    MANY_WORKERS = 64
};

/* W1, W3 */

struct burst {
    struct bench_run *run;
    int64_t count; /* per producer */
    pthread_barrier_t ready;
    struct bench_watch started;
    struct bench_watch taken;
};

static void burst_once(struct bench_run *run, int64_t count)
{
    const struct bench_peer *peer = run->peer;
    void *batch = peer->batch_new(run->pool, &bench_empty, count);
    peer->submit(batch, count);
    bench_check(peer->wait(batch, count), count, "the sum");
    peer->batch_free(batch);
}

static void burst_body(void *arg, int number)
{
    struct burst *burst = arg;
    const struct bench_peer *peer = burst->run->peer;
    burst_once(burst->run, burst->count / 10);
    void *batch = peer->batch_new(burst->run->pool, &bench_empty, burst->count);
    pthread_barrier_wait(&burst->ready);
    if (number == 0)
        burst->started = bench_watch_start();
    pthread_barrier_wait(&burst->ready);
    peer->submit(batch, burst->count);
    int64_t sum = peer->wait(batch, burst->count);
    pthread_barrier_wait(&burst->ready);
    if (number == 0)
        burst->taken = bench_watch_stop(burst->started);
    bench_check(sum, burst->count, "the sum");
    peer->batch_free(batch);
}

static void bursts(struct bench_run *run, int producers, int64_t count)
{
    struct burst burst = {.run = run, .count = bench_scaled(run, count)};
    pthread_barrier_init(&burst.ready, NULL, (unsigned)producers);
    bench_start(run, run->workers);
    bench_within(run, producers, burst_body, &burst);
    bench_stop(run);
    pthread_barrier_destroy(&burst.ready);
    bench_print_per("ns_per_task", burst.taken, producers * burst.count);
}

void bench_w1(struct bench_run *run)
{
    bursts(run, 1, TASKS);
}

void bench_w3_2(struct bench_run *run)
{
    bursts(run, 2, TASKS_PER_PRODUCER);
}

void bench_w3_4(struct bench_run *run)
{
    bursts(run, 4, TASKS_PER_PRODUCER);
}

/* W1M */

static void memory_body(void *arg, int number)
{
    (void)number;
    struct bench_run *run = arg;
    const struct bench_peer *peer = run->peer;
    int64_t count = bench_scaled(run, TASKS);
    int busy = bench_holders(run, run->workers);
    struct bench_holding holding;
    bench_hold(run, busy, &holding);
    int64_t before = bench_resident_bytes();
    void *batch = peer->batch_new(run->pool, &bench_empty, count);
    peer->submit(batch, count);
    int64_t grown = bench_resident_bytes() - before;
    bench_let_go(&holding);
    bench_check(peer->wait(batch, count), count, "the sum");
    peer->batch_free(batch);
    bench_print("bytes_per_task", (double)grown / (double)count);
}

void bench_w1m(struct bench_run *run)
{
    bench_start(run, run->workers);
    bench_within(run, 1, memory_body, run);
    bench_stop(run);
}

/* W2 */

struct trips {
    struct bench_run *run;
    int64_t sleep_ns;
    int64_t count;
};

static void round_trip(const struct bench_peer *peer, void *batch)
{
    peer->submit(batch, 1);
    if (peer->wait(batch, 1) != 1)
        bench_fail("expected the value 1, found another");
}

static void trips_body(void *arg, int number)
{
    (void)number;
    struct trips *trips = arg;
    const struct bench_peer *peer = trips->run->peer;
    int64_t *samples = bench_alloc(trips->count, sizeof *samples);
    void *batch = peer->batch_new(trips->run->pool, &bench_empty, 1);
    for (int64_t i = 0; i < trips->count / 10; i++)
        round_trip(peer, batch);
    int64_t clock_ns = bench_clock_ns();
    int64_t cpu = bench_cpu_ns();
    for (int64_t i = 0; i < trips->count; i++) {
        if (trips->sleep_ns > 0)
            bench_sleep_ns(trips->sleep_ns);
        int64_t begin = bench_now_ns();
        round_trip(peer, batch);
        samples[i] = bench_now_ns() - begin - clock_ns;
    }
    cpu = bench_cpu_ns() - cpu;
    peer->batch_free(batch);
    bench_print("p50_ns", (double)bench_percentile(samples, trips->count, 50));
    bench_print("p99_ns", (double)bench_percentile(samples, trips->count, 99));
    bench_print("cpu_ns_per_task", (double)cpu / (double)trips->count);
    free(samples);
}

static void round_trips(struct bench_run *run, int64_t count, int64_t sleep_ns)
{
    struct trips trips = {run, sleep_ns, bench_scaled(run, count)};
    bench_start(run, run->workers);
    bench_within(run, 1, trips_body, &trips);
    bench_stop(run);
}

void bench_w2h(struct bench_run *run)
{
    round_trips(run, ROUND_TRIPS, 0);
}

void bench_w2c(struct bench_run *run)
{
    round_trips(run, COLD_ROUND_TRIPS, BENCH_MILLISECOND);
}

/* W7 */

static void print_lateness(struct bench_run *run, void *batch)
{
    int64_t count = bench_scaled(run, WAITS);
    int64_t *samples = bench_alloc(count, sizeof *samples);
    for (int64_t i = 0; i < count; i++) {
        int64_t begin = bench_now_ns();
        if (run->peer->wait_for(batch, BENCH_MILLISECOND))
            bench_fail("expected the wait to end by its timeout");
        samples[i] = bench_now_ns() - begin - BENCH_MILLISECOND;
    }
    bench_print("late_p50_ns", (double)bench_percentile(samples, count, 50));
    bench_print("late_p99_ns", (double)bench_percentile(samples, count, 99));
    free(samples);
}

void bench_w7(struct bench_run *run)
{
    int64_t count = bench_scaled(run, POLLS);
    struct bench_holding holding;
    bench_start(run, run->workers);
    bench_hold(run, 1, &holding);
    void *batch = holding.batches[0];
    run->peer->poll(batch, count / 10);
    int64_t begin = bench_now_ns();
    int64_t ended = run->peer->poll(batch, count);
    int64_t taken = bench_now_ns() - begin;
    bench_check(ended, 0, "polls that found the end");
    bench_print("poll_ns", (double)taken / (double)count);
    if (run->peer->wait_for)
        print_lateness(run, batch);
    bench_let_go(&holding);
    bench_stop(run);
}

/* W8 */

void bench_w8(struct bench_run *run)
{
    int64_t count = bench_scaled(run, TASKS);
    bench_start(run, run->workers);
    run->peer->callbacks(run->pool, count / 10);
    struct bench_watch started = bench_watch_start();
    int64_t called = run->peer->callbacks(run->pool, count);
    struct bench_watch taken = bench_watch_stop(started);
    bench_stop(run);
    bench_check(called, count, "callbacks");
    bench_print_per("ns_per_task", taken, count);
}

/* idle */

static void warm_body(void *arg, int number)
{
    (void)number;
    burst_once(arg, 1000);
}

static void print_idle_cpu(struct bench_run *run)
{
    const int64_t settle_ns = 200 * BENCH_MILLISECOND;
    int64_t idle_ns = (int64_t)(1000 * (double)BENCH_MILLISECOND * run->scale);
    bench_start(run, run->workers);
    bench_within(run, 1, warm_body, run);
    bench_sleep_ns(settle_ns);
    struct bench_watch started = bench_watch_start();
    bench_sleep_ns(idle_ns);
    struct bench_watch taken = bench_watch_stop(started);
    bench_stop(run);
    bench_print("cpu_ms_per_s", (double)taken.cpu * 1000 / (double)taken.wall);
}

/* Once before, so that the pages of the code itself are there. */
static void warm_up(struct bench_run *run)
{
    struct bench_holding holding;
    bench_start(run, 1);
    bench_hold(run, 1, &holding);
    bench_let_go(&holding);
    bench_stop(run);
}

/* Each worker runs a task, so that it is there; the tasks tell where the stacks
   are. */
static void print_idle_memory(struct bench_run *run)
{
    const void *stacks[MANY_WORKERS];
    struct bench_holding holding;
    warm_up(run);
    int64_t before = bench_resident_bytes();
    bench_start(run, MANY_WORKERS);
    bench_hold(run, MANY_WORKERS, &holding);
    int64_t count = bench_gate_stacks(stacks, MANY_WORKERS);
    bench_let_go(&holding);
    bench_sleep_ns(10 * BENCH_MILLISECOND);
    int64_t after = bench_resident_bytes_without(stacks, count);
    bench_stop(run);
    bench_print("rss_kib_64_workers", (double)(after - before) / 1024);
}

void bench_idle(struct bench_run *run)
{
    const struct bench_peer *peer = run->peer;
    if (!peer->starts_once && bench_holders(run, MANY_WORKERS) == MANY_WORKERS)
        print_idle_memory(run);
    print_idle_cpu(run);
}
