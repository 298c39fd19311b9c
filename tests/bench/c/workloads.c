/*
 * The workloads, by the operations of a peer.
 *
 * Time runs from the first submit to the end of the last wait.  Before it the same
 * was done once with a tenth of the tasks, so that threads, code and the allocator
 * are warm and the memory of a burst is still to come.  What a caller keeps per task
 * is allocated before time runs, and touched within it.
 */
#include "workloads.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    TASKS = 1000000,
    TASKS_PER_PRODUCER = 250000,
    ROUND_TRIPS = 20000,
    COLD_ROUND_TRIPS = 500,
    SQUARES = 10000000,
    EVEN_ITEMS = 1000000,
    UNEVEN_ITEMS = 20000,
    POLLS = 100000,
    WAITS = 200,
    MANY_WORKERS = 64,
    BATCHES = 256
};

static const int64_t MILLISECOND = 1000000;
static const struct bench_work empty = {bench_one, NULL};
static const struct bench_work held = {bench_held, NULL};

static int64_t scaled(const struct bench_run *run, int64_t count)
{
    int64_t size = (int64_t)((double)count * run->scale);
    return size < 10 ? 10 : size;
}

static void start(struct bench_run *run, int workers)
{
    run->pool = run->peer->start(workers);
}

static void stop(struct bench_run *run)
{
    run->peer->stop(run->pool);
}

static int holders(const struct bench_run *run, int workers)
{
    return run->peer->holders ? run->peer->holders(workers) : workers;
}

/* Wall and CPU time of a stretch. */
struct watch {
    int64_t wall;
    int64_t cpu;
};

static struct watch watch_start(void)
{
    int64_t cpu = bench_cpu_ns();
    return (struct watch){bench_now_ns(), cpu};
}

static struct watch watch_stop(struct watch started)
{
    int64_t wall = bench_now_ns();
    return (struct watch){wall - started.wall, bench_cpu_ns() - started.cpu};
}

static void print_per(const char *metric, struct watch taken, int64_t count)
{
    bench_print(metric, (double)taken.wall / (double)count);
    bench_print("cpu_ns_per_task", (double)taken.cpu / (double)count);
}

/* Several producers. */

struct producers {
    struct bench_run *run;
    bench_body_fn body;
    void *arg;
};

struct producer {
    const struct producers *all;
    int number;
    pthread_t thread;
};

static void *produce(void *arg)
{
    struct producer *producer = arg;
    producer->all->body(producer->all->arg, producer->number);
    return NULL;
}

static void in_threads(const struct producers *all, int count)
{
    struct producer *producers = bench_alloc(count, sizeof *producers);
    for (int i = 0; i < count; i++) {
        producers[i].all = all;
        producers[i].number = i;
        if (pthread_create(&producers[i].thread, NULL, produce, &producers[i]) != 0)
            bench_fail("expected a thread to start");
    }
    for (int i = 0; i < count; i++)
        pthread_join(producers[i].thread, NULL);
    free(producers);
}

static void within(struct bench_run *run, int count, bench_body_fn body, void *arg)
{
    struct producers all = {run, body, arg};
    if (run->peer->within)
        run->peer->within(run->pool, count, body, arg);
    else if (count == 1)
        body(arg, 0);
    else
        in_threads(&all, count);
}

/* W1, W3 */

struct burst {
    struct bench_run *run;
    int64_t count; /* per producer */
    pthread_barrier_t ready;
    struct watch started;
    struct watch taken;
};

static void burst_once(struct bench_run *run, int64_t count)
{
    const struct bench_peer *peer = run->peer;
    void *batch = peer->batch_new(run->pool, &empty, count);
    peer->submit(batch, count);
    bench_check(peer->wait(batch, count), count, "the sum");
    peer->batch_free(batch);
}

static void burst_body(void *arg, int number)
{
    struct burst *burst = arg;
    const struct bench_peer *peer = burst->run->peer;
    burst_once(burst->run, burst->count / 10);
    void *batch = peer->batch_new(burst->run->pool, &empty, burst->count);
    pthread_barrier_wait(&burst->ready);
    if (number == 0)
        burst->started = watch_start();
    pthread_barrier_wait(&burst->ready);
    peer->submit(batch, burst->count);
    int64_t sum = peer->wait(batch, burst->count);
    pthread_barrier_wait(&burst->ready);
    if (number == 0)
        burst->taken = watch_stop(burst->started);
    bench_check(sum, burst->count, "the sum");
    peer->batch_free(batch);
}

static void bursts(struct bench_run *run, int producers, int64_t count)
{
    struct burst burst = {.run = run, .count = scaled(run, count)};
    pthread_barrier_init(&burst.ready, NULL, (unsigned)producers);
    start(run, run->workers);
    within(run, producers, burst_body, &burst);
    stop(run);
    pthread_barrier_destroy(&burst.ready);
    print_per("ns_per_task", burst.taken, producers * burst.count);
}

static void run_w1(struct bench_run *run)
{
    bursts(run, 1, TASKS);
}

static void run_w3_2(struct bench_run *run)
{
    bursts(run, 2, TASKS_PER_PRODUCER);
}

static void run_w3_4(struct bench_run *run)
{
    bursts(run, 4, TASKS_PER_PRODUCER);
}

/* W1M */

/* Tasks at the gate, on so many threads.  A pool may keep a thread asleep although
   tasks are queued (htslib wakes none while another seems enough): then a further
   task is submitted. */
struct holding {
    struct bench_run *run;
    void *batches[BATCHES]; /* of `threads` tasks the first, of one the others */
    int count;
    int threads;
};

static void submit_held(struct holding *holding, int64_t tasks)
{
    const struct bench_peer *peer = holding->run->peer;
    if (holding->count == BATCHES)
        bench_fail("expected %d threads to start a task", holding->threads);
    void *batch = peer->batch_new(holding->run->pool, &held, tasks);
    holding->batches[holding->count++] = batch;
    peer->submit(batch, tasks);
}

static void hold(struct bench_run *run, int threads, struct holding *holding)
{
    *holding = (struct holding){.run = run, .threads = threads};
    bench_gate_close();
    if (threads == 0)
        return;
    submit_held(holding, threads);
    while (!bench_gate_await(threads, 100 * MILLISECOND))
        submit_held(holding, 1);
}

static void let_go(struct holding *holding)
{
    const struct bench_peer *peer = holding->run->peer;
    bench_gate_open();
    for (int i = 0; i < holding->count; i++) {
        int64_t tasks = i == 0 ? holding->threads : 1;
        bench_check(peer->wait(holding->batches[i], tasks), tasks, "the sum");
        peer->batch_free(holding->batches[i]);
    }
}

static void memory_body(void *arg, int number)
{
    (void)number;
    struct bench_run *run = arg;
    const struct bench_peer *peer = run->peer;
    int64_t count = scaled(run, TASKS);
    int busy = holders(run, run->workers);
    struct holding holding;
    hold(run, busy, &holding);
    int64_t before = bench_resident_bytes();
    void *batch = peer->batch_new(run->pool, &empty, count);
    peer->submit(batch, count);
    int64_t grown = bench_resident_bytes() - before;
    let_go(&holding);
    bench_check(peer->wait(batch, count), count, "the sum");
    peer->batch_free(batch);
    bench_print("bytes_per_task", (double)grown / (double)count);
}

static void run_w1m(struct bench_run *run)
{
    start(run, run->workers);
    within(run, 1, memory_body, run);
    stop(run);
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
    void *batch = peer->batch_new(trips->run->pool, &empty, 1);
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
    struct trips trips = {run, sleep_ns, scaled(run, count)};
    start(run, run->workers);
    within(run, 1, trips_body, &trips);
    stop(run);
}

static void run_w2h(struct bench_run *run)
{
    round_trips(run, ROUND_TRIPS, 0);
}

static void run_w2c(struct bench_run *run)
{
    round_trips(run, COLD_ROUND_TRIPS, MILLISECOND);
}

/* W4a: whole numbers, so that the sum of their squares is exact. */

static int64_t sum_of(const double *numbers, int64_t count)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += (int64_t)numbers[i];
    return sum;
}

static int64_t squares_expected(int64_t count)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += (i % 1000) * (i % 1000);
    return sum;
}

static void run_w4a(struct bench_run *run)
{
    const struct bench_peer *peer = run->peer;
    int64_t count = scaled(run, SQUARES);
    double *from = bench_alloc(count, sizeof *from);
    double *to = bench_alloc(count, sizeof *to);
    for (int64_t i = 0; i < count; i++)
        from[i] = (double)(i % 1000);
    memset(to, 1, (size_t)count * sizeof *to);
    start(run, run->workers);
    peer->squares(peer, run->pool, from, to, count / 10);
    struct watch started = watch_start();
    const double *found = peer->squares(peer, run->pool, from, to, count);
    struct watch taken = watch_stop(started);
    bench_check(sum_of(found, count), squares_expected(count), "the sum");
    stop(run);
    free(from);
    free(to);
    print_per("ns_per_item", taken, count);
}

/* W4b, W5 */

typedef int64_t (*spin_fn)(const struct bench_peer *peer, void *pool,
                           const struct bench_items *items);

/* How long the items take on one thread, from every `step`th of them. */
static double serial_ns(const struct bench_items *items, int64_t step)
{
    int64_t sum = 0;
    int64_t total = 0;
    int64_t begin = bench_now_ns();
    for (int64_t i = 0; i < items->count; i += step)
        sum += bench_spin(items->loops[i]);
    int64_t taken = bench_now_ns() - begin;
    for (int64_t i = 0; i < items->count; i++)
        total += items->loops[i];
    return (double)taken * (double)total / (double)sum;
}

/* The serial time is that before and after, so that a drift of the clock rate is
   halved. */
static void spin_all(struct bench_run *run, spin_fn spin,
                     const struct bench_items *items, int64_t step)
{
    const struct bench_peer *peer = run->peer;
    struct bench_items few = {items->loops, (items->count + 9) / 10};
    int64_t total = 0;
    for (int64_t i = 0; i < items->count; i++)
        total += items->loops[i];
    start(run, run->workers);
    double serial = serial_ns(items, step);
    spin(peer, run->pool, &few);
    struct watch started = watch_start();
    int64_t sum = spin(peer, run->pool, items);
    struct watch taken = watch_stop(started);
    stop(run);
    serial = (serial + serial_ns(items, step)) / 2;
    bench_check(sum, total, "the sum");
    bench_print("efficiency", serial / run->workers / (double)taken.wall);
    bench_print("cpu_ns_per_task", (double)taken.cpu / (double)items->count);
}

static void run_w4b(struct bench_run *run)
{
    int64_t count = scaled(run, EVEN_ITEMS);
    int64_t *loops = bench_alloc(count, sizeof *loops);
    struct bench_items items = {loops, count};
    int64_t each = bench_loops_per_us();
    for (int64_t i = 0; i < count; i++)
        loops[i] = each;
    spin_all(run, run->peer->spin_even, &items, 10);
    free(loops);
}

static uint64_t next_random(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u;
    uint64_t mixed = *state;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

/* 1 us to 1 ms, Pareto with the shape 1, always the same ones. */
static void fill_uneven(int64_t *loops, int64_t count)
{
    const double shortest = 1;
    const double longest = 1000;
    double per_us = (double)bench_loops_per_us();
    uint64_t state = 1;
    for (int64_t i = 0; i < count; i++) {
        double uniform = (double)(next_random(&state) >> 11) / 9007199254740992.0;
        double us = shortest / (1 - uniform * (1 - shortest / longest));
        loops[i] = (int64_t)(us * per_us);
    }
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void run_w5(struct bench_run *run)
{
    int64_t count = scaled(run, UNEVEN_ITEMS);
    int64_t *loops = bench_alloc(count, sizeof *loops);
    struct bench_items items = {loops, count};
    fill_uneven(loops, count);
    spin_all(run, run->peer->spin_uneven, &items, 1);
    free(loops);
}

static void run_w5s(struct bench_run *run)
{
    int64_t count = scaled(run, UNEVEN_ITEMS);
    int64_t *loops = bench_alloc(count, sizeof *loops);
    struct bench_items items = {loops, count};
    fill_uneven(loops, count);
    qsort(loops, (size_t)count, sizeof *loops, compare);
    spin_all(run, run->peer->spin_uneven, &items, 1);
    free(loops);
}

/* W6: at a smaller scale the tree is less deep. */

static void grow(struct bench_run *run, int depth)
{
    depth += (int)floor(log2(run->scale));
    if (depth < 3)
        depth = 3;
    int64_t nodes = ((int64_t)2 << depth) - 1;
    start(run, run->workers);
    int64_t few = run->peer->tree(run->pool, depth - 3);
    bench_check(few, ((int64_t)2 << (depth - 3)) - 1, "the number of nodes");
    struct watch started = watch_start();
    int64_t found = run->peer->tree(run->pool, depth);
    struct watch taken = watch_stop(started);
    stop(run);
    bench_check(found, nodes, "the number of nodes");
    print_per("ns_per_node", taken, nodes);
    bench_print("depth", depth);
}

static void run_w6_16(struct bench_run *run)
{
    grow(run, 16);
}

static void run_w6_20(struct bench_run *run)
{
    grow(run, 20);
}

/* W7 */

static void print_lateness(struct bench_run *run, void *batch)
{
    int64_t count = scaled(run, WAITS);
    int64_t *samples = bench_alloc(count, sizeof *samples);
    for (int64_t i = 0; i < count; i++) {
        int64_t begin = bench_now_ns();
        if (run->peer->wait_for(batch, MILLISECOND))
            bench_fail("expected the wait to end by its timeout");
        samples[i] = bench_now_ns() - begin - MILLISECOND;
    }
    bench_print("late_p50_ns", (double)bench_percentile(samples, count, 50));
    bench_print("late_p99_ns", (double)bench_percentile(samples, count, 99));
    free(samples);
}

static void run_w7(struct bench_run *run)
{
    int64_t count = scaled(run, POLLS);
    struct holding holding;
    start(run, run->workers);
    hold(run, 1, &holding);
    void *batch = holding.batches[0];
    run->peer->poll(batch, count / 10);
    int64_t begin = bench_now_ns();
    int64_t ended = run->peer->poll(batch, count);
    int64_t taken = bench_now_ns() - begin;
    bench_check(ended, 0, "polls that found the end");
    bench_print("poll_ns", (double)taken / (double)count);
    if (run->peer->wait_for)
        print_lateness(run, batch);
    let_go(&holding);
    stop(run);
}

/* W8 */

static void run_w8(struct bench_run *run)
{
    int64_t count = scaled(run, TASKS);
    start(run, run->workers);
    run->peer->callbacks(run->pool, count / 10);
    struct watch started = watch_start();
    int64_t called = run->peer->callbacks(run->pool, count);
    struct watch taken = watch_stop(started);
    stop(run);
    bench_check(called, count, "callbacks");
    print_per("ns_per_task", taken, count);
}

/* idle */

static void warm_body(void *arg, int number)
{
    (void)number;
    burst_once(arg, 1000);
}

static void print_idle_cpu(struct bench_run *run)
{
    const int64_t settle_ns = 200 * MILLISECOND;
    int64_t idle_ns = (int64_t)(1000 * (double)MILLISECOND * run->scale);
    start(run, run->workers);
    within(run, 1, warm_body, run);
    bench_sleep_ns(settle_ns);
    struct watch started = watch_start();
    bench_sleep_ns(idle_ns);
    struct watch taken = watch_stop(started);
    stop(run);
    bench_print("cpu_ms_per_s", (double)taken.cpu * 1000 / (double)taken.wall);
}

/* Each worker runs a task, so that it is there; the tasks tell where the stacks
   are. */
static void print_idle_memory(struct bench_run *run)
{
    const void *stacks[MANY_WORKERS];
    struct holding holding;
    int64_t before = bench_resident_bytes();
    start(run, MANY_WORKERS);
    hold(run, MANY_WORKERS, &holding);
    int64_t count = bench_gate_stacks(stacks, MANY_WORKERS);
    let_go(&holding);
    bench_sleep_ns(10 * MILLISECOND);
    int64_t after = bench_resident_bytes_without(stacks, count);
    stop(run);
    bench_print("rss_kib_64_workers", (double)(after - before) / 1024);
}

static void run_idle(struct bench_run *run)
{
    const struct bench_peer *peer = run->peer;
    if (!peer->starts_once && !peer->leaves_workers_asleep &&
        holders(run, MANY_WORKERS) == MANY_WORKERS)
        print_idle_memory(run);
    print_idle_cpu(run);
}

/* Which peers have what */

static bool has_batches(const struct bench_peer *peer)
{
    return peer->submit && !peer->only_maps;
}

static bool has_outstanding(const struct bench_peer *peer)
{
    return has_batches(peer) && !peer->never_outstanding &&
           !peer->leaves_workers_asleep;
}

static bool has_squares(const struct bench_peer *peer)
{
    return peer->squares;
}

static bool has_even(const struct bench_peer *peer)
{
    return peer->spin_even;
}

static bool has_uneven(const struct bench_peer *peer)
{
    return peer->spin_uneven;
}

static bool has_tree(const struct bench_peer *peer)
{
    return peer->tree;
}

static bool has_poll(const struct bench_peer *peer)
{
    return peer->poll;
}

static bool has_callbacks(const struct bench_peer *peer)
{
    return peer->callbacks;
}

const struct bench_workload bench_workloads[] = {
    {"W1", has_batches, run_w1},     {"W1M", has_outstanding, run_w1m},
    {"W2h", has_batches, run_w2h},   {"W2c", has_batches, run_w2c},
    {"W3-2", has_batches, run_w3_2}, {"W3-4", has_batches, run_w3_4},
    {"W4a", has_squares, run_w4a},   {"W4b", has_even, run_w4b},
    {"W5", has_uneven, run_w5},      {"W5s", has_uneven, run_w5s},
    {"W6-16", has_tree, run_w6_16},  {"W6-20", has_tree, run_w6_20},
    {"W7", has_poll, run_w7},        {"W8", has_callbacks, run_w8},
    {"idle", has_batches, run_idle}, {NULL, NULL, NULL},
};
