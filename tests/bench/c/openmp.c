/*
 * libgomp: tasks of OpenMP, as GCC compiles them.  There is no pool and no result:
 * a team of threads shares the tasks of a parallel region, its master among them,
 * and a task stores its value in memory of the caller.
 */
#include "bench.h"

#include <omp.h>
#include <stdlib.h>

static int team; /* the number of threads */

struct batch {
    struct bench_work work;
    int64_t *values;
};

static void *start(int workers)
{
    omp_set_dynamic(0);
    team = workers;
    return NULL;
}

static void stop(void *pool)
{
    (void)pool;
}

/* The first `count` threads of the team submit, the others only run tasks. */
static void within(void *pool, int count, bench_body_fn body, void *arg)
{
    (void)pool;
    int threads = count > team ? count : team;
#pragma omp parallel num_threads(threads)
    {
        int number = omp_get_thread_num();
        if (number < count)
            body(arg, number);
    }
}

static void *batch_new(void *pool, const struct bench_work *work, int64_t count)
{
    (void)pool;
    struct batch *batch = bench_alloc(1, sizeof *batch);
    batch->work = *work;
    batch->values = bench_alloc(count, sizeof *batch->values);
    return batch;
}

static void batch_free(void *arg)
{
    struct batch *batch = arg;
    free(batch->values);
    free(batch);
}

static void submit(void *arg, int64_t count)
{
    struct batch *batch = arg;
    for (int64_t i = 0; i < count; i++) {
#pragma omp task firstprivate(batch, i)
        batch->values[i] = batch->work.run(batch->work.context, i);
    }
}

static int64_t wait_for_all(void *arg, int64_t count)
{
    struct batch *batch = arg;
#pragma omp taskwait
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += batch->values[i];
    return sum;
}

static const double *squares(const struct bench_peer *peer, void *pool,
                             const double *from, double *to, int64_t count)
{
    (void)peer;
    (void)pool;
    bench_square_fn square = bench_square_pointer();
#pragma omp parallel for num_threads(team)
    for (int64_t i = 0; i < count; i++)
        to[i] = square(from[i]);
    return to;
}

static int64_t spin_even(const struct bench_peer *peer, void *pool,
                         const struct bench_items *items)
{
    (void)peer;
    (void)pool;
    int64_t sum = 0;
#pragma omp parallel for num_threads(team) reduction(+ : sum)
    for (int64_t i = 0; i < items->count; i++)
        sum += bench_spin(items->loops[i]);
    return sum;
}

static int64_t spin_uneven(const struct bench_peer *peer, void *pool,
                           const struct bench_items *items)
{
    (void)peer;
    (void)pool;
    int64_t sum = 0;
#pragma omp parallel for num_threads(team) schedule(dynamic) reduction(+ : sum)
    for (int64_t i = 0; i < items->count; i++)
        sum += bench_spin(items->loops[i]);
    return sum;
}

static int64_t grow(int depth)
{
    if (depth == 0)
        return 1;
    int64_t left;
    int64_t right;
#pragma omp task shared(left)
    left = grow(depth - 1);
#pragma omp task shared(right)
    right = grow(depth - 1);
#pragma omp taskwait
    return 1 + left + right;
}

static int64_t tree(void *pool, int depth)
{
    (void)pool;
    int64_t nodes;
#pragma omp parallel num_threads(team)
#pragma omp single
    nodes = grow(depth);
    return nodes;
}

static const struct bench_peer libgomp = {
    .variant = "libgomp",
    .start = start,
    .stop = stop,
    .within = within,
    .batch_new = batch_new,
    .batch_free = batch_free,
    .submit = submit,
    .wait = wait_for_all,
    .squares = squares,
    .spin_even = spin_even,
    .spin_uneven = spin_uneven,
    .tree = tree,
    .never_outstanding = true,
    .starts_once = true,
};

static const struct bench_peer *const peers[] = {&libgomp, NULL};

static const char notes[] =
    "* libgomp: no handle of a result: a task stores its value in memory of the "
    "caller,"
    " who waits for all of its tasks; the submitter is one of the workers\n"
    "* libgomp: once 64 tasks per thread are queued, the submitter runs the next "
    "ones"
    " itself, at once\n"
    "W1M libgomp: left out: its tasks are never all outstanding\n"
    "W2* libgomp: the waiter may run the task\n"
    "W3-* libgomp: the producers are the workers, so W3-4 has four\n"
    "W5* libgomp: a parallel loop with schedule(dynamic)\n"
    "W7 libgomp: left out: neither polls nor timed waits\n"
    "W8 libgomp: left out: no callbacks\n";

int main(int argc, char **argv)
{
    return bench_main(argc, argv, peers, notes);
}
