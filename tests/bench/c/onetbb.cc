/*
 * oneTBB: tasks of a task_group, parallel loops.  There is no handle of a result: a
 * task stores its value in memory of the caller, who waits for all of a group.  The
 * waiter is one of the workers.
 */
#include "bench.h"

#include <cstdlib>
#include <functional>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_reduce.h>
#include <oneapi/tbb/task_group.h>

namespace tbb = oneapi::tbb;
using range = tbb::blocked_range<int64_t>;

static void *start(int workers)
{
    auto parallelism = tbb::global_control::max_allowed_parallelism;
    return new tbb::global_control(parallelism, (size_t)workers);
}

static void stop(void *pool)
{
    delete (tbb::global_control *)pool;
}

/* The submitter is one of them. */
static int holders(int workers)
{
    return workers - 1;
}

struct batch {
    bench_work work;
    tbb::task_group group;
    int64_t *values;
};

static void *batch_new(void *pool, const bench_work *work, int64_t count)
{
    (void)pool;
    batch *made = new batch;
    made->work = *work;
    made->values = (int64_t *)bench_alloc(count, sizeof(int64_t));
    return made;
}

static void batch_free(void *arg)
{
    batch *old = (batch *)arg;
    free(old->values);
    delete old;
}

static void submit(void *arg, int64_t count)
{
    batch *to = (batch *)arg;
    for (int64_t i = 0; i < count; i++)
        to->group.run([=] { to->values[i] = to->work.run(to->work.context, i); });
}

static int64_t wait_for_all(void *arg, int64_t count)
{
    batch *of = (batch *)arg;
    of->group.wait();
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += of->values[i];
    return sum;
}

static const double *squares(const bench_peer *peer, void *pool, const double *from,
                             double *to, int64_t count)
{
    (void)peer;
    (void)pool;
    bench_square_fn square = bench_square_pointer();
    tbb::parallel_for(range(0, count), [=](const range &part) {
        for (int64_t i = part.begin(); i < part.end(); i++)
            to[i] = square(from[i]);
    });
    return to;
}

static int64_t spin(const bench_peer *peer, void *pool, const bench_items *items)
{
    (void)peer;
    (void)pool;
    auto body = [=](const range &part, int64_t sum) {
        for (int64_t i = part.begin(); i < part.end(); i++)
            sum += bench_spin(items->loops[i]);
        return sum;
    };
    return tbb::parallel_reduce(range(0, items->count), (int64_t)0, body,
                                std::plus<int64_t>());
}

static int64_t grow(int depth)
{
    if (depth == 0)
        return 1;
    int64_t left = 0;
    int64_t right = 0;
    tbb::task_group group;
    group.run([&] { left = grow(depth - 1); });
    group.run([&] { right = grow(depth - 1); });
    group.wait();
    return 1 + left + right;
}

static int64_t tree(void *pool, int depth)
{
    (void)pool;
    return grow(depth);
}

static const bench_peer onetbb = {
    .variant = "onetbb",
    .start = start,
    .stop = stop,
    .holders = holders,
    .batch_new = batch_new,
    .batch_free = batch_free,
    .submit = submit,
    .wait = wait_for_all,
    .squares = squares,
    .spin_even = spin,
    .spin_uneven = spin,
    .tree = tree,
};

static const bench_peer *const peers[] = {&onetbb, NULL};

static const char notes[] =
    "* onetbb: no handle of a result: a task stores its value in memory of the "
    "caller,"
    " who waits for a task_group; the waiter is one of the workers\n"
    "W2* onetbb: the waiter runs the task\n"
    "W3-* onetbb: a task_group per producer\n"
    "W4a onetbb: parallel_for with its own choice of the grain; W4b and W5 by"
    " parallel_reduce\n"
    "W6-* onetbb: a task_group per node\n"
    "W7 onetbb: left out: neither polls nor timed waits\n"
    "W8 onetbb: left out: no callbacks\n";

int main(int argc, char **argv)
{
    return bench_main(argc, argv, peers, notes);
}
