/*
 * nng: an operation (nng_aio) that is finished at once, so that its callback, which
 * is the task, runs on nng's own threads.  The operation is the result's handle.
 */
#include "bench.h"

#include <nng/nng.h>
#include <stdlib.h>
#include <unistd.h>

struct job {
    nng_aio *aio;
    struct batch *batch;
    int64_t value;
};

struct batch {
    struct bench_work work;
    struct job *jobs;
};

static void check(int status, const char *what)
{
    if (status != 0)
        bench_fail("expected %s to succeed, found: %s", what, nng_strerror(status));
}

/* nng starts its threads with the first operation, and never ends them. */
static void *start(int workers)
{
    (void)workers;
    return NULL;
}

static void stop(void *pool)
{
    (void)pool;
}

/* Two threads per CPU run callbacks. */
static int holders(int workers)
{
    (void)workers;
    return 2 * (int)sysconf(_SC_NPROCESSORS_ONLN);
}

static void *batch_new(void *pool, const struct bench_work *work, int64_t count)
{
    (void)pool;
    struct batch *batch = bench_alloc(1, sizeof *batch);
    batch->work = *work;
    batch->jobs = bench_alloc(count, sizeof *batch->jobs);
    return batch;
}

static void batch_free(void *arg)
{
    struct batch *batch = arg;
    free(batch->jobs);
    free(batch);
}

static void run_job(void *arg)
{
    struct job *job = arg;
    const struct batch *batch = job->batch;
    job->value = batch->work.run(batch->work.context, job - batch->jobs);
}

static void start_job(struct job *job)
{
    check(nng_aio_alloc(&job->aio, run_job, job), "an operation");
    if (!nng_aio_begin(job->aio))
        bench_fail("expected an operation to begin");
    nng_aio_finish(job->aio, 0);
}

static void submit(void *arg, int64_t count)
{
    struct batch *batch = arg;
    for (int64_t i = 0; i < count; i++) {
        batch->jobs[i].batch = batch;
        start_job(&batch->jobs[i]);
    }
}

static int64_t wait_for_all(void *arg, int64_t count)
{
    struct batch *batch = arg;
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++) {
        nng_aio_wait(batch->jobs[i].aio);
        check(nng_aio_result(batch->jobs[i].aio), "an operation");
        sum += batch->jobs[i].value;
        nng_aio_free(batch->jobs[i].aio);
    }
    return sum;
}

static int64_t callbacks(void *pool, int64_t count)
{
    struct bench_work work = {bench_one, NULL};
    struct batch *batch = batch_new(pool, &work, count);
    submit(batch, count);
    int64_t called = wait_for_all(batch, count);
    batch_free(batch);
    return called;
}

static const struct bench_peer nng = {
    .variant = "nng",
    .start = start,
    .stop = stop,
    .holders = holders,
    .batch_new = batch_new,
    .batch_free = batch_free,
    .submit = submit,
    .wait = wait_for_all,
    .callbacks = callbacks,
    .squares = bench_squares_by_chunk,
    .spin_even = bench_spin_by_chunk,
    .spin_uneven = bench_spin_by_item,
    .starts_once = true,
};

static const struct bench_peer *const peers[] = {&nng, NULL};

static const char notes[] =
    "* nng: the task is the callback of an operation that is finished at once; nng "
    "has"
    " two threads per CPU for them, whatever BENCH_WORKERS says\n"
    "W4a nng: no parallel loop: a task per chunk, four chunks per worker; also W4b\n"
    "W5* nng: a task per item\n"
    "W6-* nng: left out: a task that waits keeps its thread, so the tree starves\n"
    "W7 nng: left out: a wait cannot time out without ending the operation\n"
    "W8 nng: the callback is the task itself\n";

int main(int argc, char **argv)
{
    return bench_main(argc, argv, peers, notes);
}
