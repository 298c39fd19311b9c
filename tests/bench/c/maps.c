/*
 * W4 to W6: work that is split.  As in batches.c, a tenth of it is done before time
 * runs.
 */
#include "workloads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SQUARES = 10000000, EVEN_ITEMS = 1000000, UNEVEN_ITEMS = 20000 };

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

void bench_w4a(struct bench_run *run)
{
    const struct bench_peer *peer = run->peer;
    int64_t count = bench_scaled(run, SQUARES);
    double *from = bench_alloc(count, sizeof *from);
    double *to = bench_alloc(count, sizeof *to);
    for (int64_t i = 0; i < count; i++)
        from[i] = (double)(i % 1000);
    memset(to, 1, (size_t)count * sizeof *to);
    bench_start(run, run->workers);
    peer->squares(peer, run->pool, from, to, count / 10);
    struct bench_watch started = bench_watch_start();
    const double *found = peer->squares(peer, run->pool, from, to, count);
    struct bench_watch taken = bench_watch_stop(started);
    bench_check(sum_of(found, count), squares_expected(count), "the sum");
    bench_stop(run);
    free(from);
    free(to);
    bench_print_per("ns_per_item", taken, count);
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
    bench_start(run, run->workers);
    double serial = serial_ns(items, step);
    spin(peer, run->pool, &few);
    struct bench_watch started = bench_watch_start();
    int64_t sum = spin(peer, run->pool, items);
    struct bench_watch taken = bench_watch_stop(started);
    bench_stop(run);
    serial = (serial + serial_ns(items, step)) / 2;
    bench_check(sum, total, "the sum");
    bench_print("efficiency", serial / run->workers / (double)taken.wall);
    bench_print("cpu_ns_per_task", (double)taken.cpu / (double)items->count);
}

void bench_w4b(struct bench_run *run)
{
    int64_t count = bench_scaled(run, EVEN_ITEMS);
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

void bench_w5(struct bench_run *run)
{
    int64_t count = bench_scaled(run, UNEVEN_ITEMS);
    int64_t *loops = bench_alloc(count, sizeof *loops);
    struct bench_items items = {loops, count};
    fill_uneven(loops, count);
    spin_all(run, run->peer->spin_uneven, &items, 1);
    free(loops);
}

void bench_w5s(struct bench_run *run)
{
    int64_t count = bench_scaled(run, UNEVEN_ITEMS);
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
    bench_start(run, run->workers);
    int64_t few = run->peer->tree(run->pool, depth - 3);
    bench_check(few, ((int64_t)2 << (depth - 3)) - 1, "the number of nodes");
    struct bench_watch started = bench_watch_start();
    int64_t found = run->peer->tree(run->pool, depth);
    struct bench_watch taken = bench_watch_stop(started);
    bench_stop(run);
    bench_check(found, nodes, "the number of nodes");
    bench_print_per("ns_per_node", taken, nodes);
    bench_print("depth", depth);
}

void bench_w6_16(struct bench_run *run)
{
    grow(run, 16);
}

void bench_w6_20(struct bench_run *run)
{
    grow(run, 20);
}
