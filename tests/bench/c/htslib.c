/*
 * htslib: hts_tpool, whose results come back in the order of the submits, by a queue
 * of one producer (hts_tpool_process), so each batch has its own.
 */
#include "bench.h"

#include <htslib/thread_pool.h>
#include <stdlib.h>

struct job {
    struct batch *batch;
    int64_t value;
};

struct batch {
    hts_tpool *pool;
    hts_tpool_process *queue;
    struct bench_work work;
    struct job *jobs;
};

static void *start(int workers)
{
    hts_tpool *pool = hts_tpool_init(workers);
    if (!pool)
        bench_fail("expected a pool to start");
    return pool;
}

static void stop(void *pool)
{
    hts_tpool_destroy(pool);
}

/* A submit blocks once there are as many tasks and results as the queue's size. */
static void *batch_new(void *pool, const struct bench_work *work, int64_t count)
{
    struct batch *batch = bench_alloc(1, sizeof *batch);
    batch->pool = pool;
    batch->work = *work;
    batch->jobs = bench_alloc(count, sizeof *batch->jobs);
    batch->queue = hts_tpool_process_init(pool, (int)count + 1, 0);
    if (!batch->queue)
        bench_fail("expected a queue of results");
    return batch;
}

static void batch_free(void *arg)
{
    struct batch *batch = arg;
    hts_tpool_process_destroy(batch->queue);
    free(batch->jobs);
    free(batch);
}

static void *run_job(void *arg)
{
    struct job *job = arg;
    struct batch *batch = job->batch;
    job->value = batch->work.run(batch->work.context, job - batch->jobs);
    return job;
}

static void submit(void *arg, int64_t count)
{
    struct batch *batch = arg;
    for (int64_t i = 0; i < count; i++) {
        batch->jobs[i].batch = batch;
        if (hts_tpool_dispatch(batch->pool, batch->queue, run_job,
                               &batch->jobs[i]) != 0)
            bench_fail("expected a submit to succeed");
    }
}

static int64_t wait_for_all(void *arg, int64_t count)
{
    struct batch *batch = arg;
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++) {
        hts_tpool_result *result = hts_tpool_next_result_wait(batch->queue);
        if (!result)
            bench_fail("expected a result, found the end of the queue");
        const struct job *job = hts_tpool_result_data(result);
        sum += job->value;
        hts_tpool_delete_result(result, 0);
    }
    return sum;
}

static int64_t poll_first(void *arg, int64_t count)
{
    struct batch *batch = arg;
    int64_t found = 0;
    for (int64_t i = 0; i < count; i++)
        found += hts_tpool_next_result(batch->queue) != NULL;
    return found;
}

static const struct bench_peer htslib = {
    .variant = "htslib",
    .start = start,
    .stop = stop,
    .batch_new = batch_new,
    .batch_free = batch_free,
    .submit = submit,
    .wait = wait_for_all,
    .poll = poll_first,
    .squares = bench_squares_by_chunk,
    .spin_even = bench_spin_by_chunk,
    .spin_uneven = bench_spin_by_item,
};

static const struct bench_peer *const peers[] = {&htslib, NULL};

static const char notes[] =
    "* htslib: results come in the order of the submits, from a queue per producer;"
    " they cannot be waited for in another order\n"
    "W4a htslib: no parallel loop: a task per chunk, four chunks per worker; also "
    "W4b\n"
    "W5* htslib: a task per item\n"
    "W6-* htslib: left out: a task that waits keeps its thread, so the tree "
    "starves\n"
    "W7 htslib: no timed wait\n"
    "W8 htslib: left out: no callbacks\n";

int main(int argc, char **argv)
{
    return bench_main(argc, argv, peers, notes);
}
