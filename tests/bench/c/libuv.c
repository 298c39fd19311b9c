/*
 * libuv: uv_queue_work(), whose work runs in libuv's own thread pool and whose end
 * is told by the loop that it was queued in.  There is no handle of a result: the
 * caller keeps the request, and the work stores the value beside it.
 *
 * A loop belongs to one thread, so each batch, and so each producer, has its own;
 * the thread pool is one for the process.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

struct job {
    uv_work_t request;
    const struct batch *batch;
    int64_t value;
};

struct batch {
    uv_loop_t loop;
    struct bench_work work;
    struct job *jobs;
    int64_t ended;
    bool timer_fired;
};

static void check(int status, const char *what)
{
    if (status != 0)
        bench_fail("expected %s to succeed, found: %s", what, uv_strerror(status));
}

/* The pool is started by the first request. */
static void *start(int workers)
{
    char text[16];
    snprintf(text, sizeof text, "%d", workers);
    setenv("UV_THREADPOOL_SIZE", text, 1);
    return NULL;
}

static void stop(void *pool)
{
    (void)pool;
    uv_library_shutdown();
}

static void *batch_new(void *pool, const struct bench_work *work, int64_t count)
{
    (void)pool;
    struct batch *batch = bench_alloc(1, sizeof *batch);
    check(uv_loop_init(&batch->loop), "a loop");
    batch->work = *work;
    batch->jobs = bench_alloc(count, sizeof *batch->jobs);
    return batch;
}

static void batch_free(void *arg)
{
    struct batch *batch = arg;
    uv_run(&batch->loop, UV_RUN_DEFAULT);
    check(uv_loop_close(&batch->loop), "closing the loop");
    free(batch->jobs);
    free(batch);
}

static void run_job(uv_work_t *request)
{
    struct job *job = request->data;
    const struct batch *batch = job->batch;
    job->value = batch->work.run(batch->work.context, job - batch->jobs);
}

static void end_job(uv_work_t *request, int status)
{
    (void)status;
    struct job *job = request->data;
    ((struct batch *)job->batch)->ended++;
}

static void submit(void *arg, int64_t count)
{
    struct batch *batch = arg;
    batch->ended = 0;
    for (int64_t i = 0; i < count; i++) {
        struct job *job = &batch->jobs[i];
        job->batch = batch;
        job->request.data = job;
        check(uv_queue_work(&batch->loop, &job->request, run_job, end_job),
              "a submit");
    }
}

static int64_t wait_for_all(void *arg, int64_t count)
{
    struct batch *batch = arg;
    while (batch->ended < count)
        uv_run(&batch->loop, UV_RUN_ONCE);
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += batch->jobs[i].value;
    return sum;
}

static int64_t poll_first(void *arg, int64_t count)
{
    struct batch *batch = arg;
    int64_t found = 0;
    for (int64_t i = 0; i < count; i++) {
        uv_run(&batch->loop, UV_RUN_NOWAIT);
        found += batch->ended;
    }
    return found;
}

/* A timer may fire before the turn polls: without the stop it would then block. */
static void fire(uv_timer_t *timer)
{
    struct batch *batch = timer->data;
    batch->timer_fired = true;
    uv_stop(&batch->loop);
}

static bool wait_for(void *arg, int64_t timeout_ns)
{
    struct batch *batch = arg;
    uv_timer_t timer;
    check(uv_timer_init(&batch->loop, &timer), "a timer");
    timer.data = batch;
    batch->timer_fired = false;
    uv_update_time(&batch->loop);
    check(uv_timer_start(&timer, fire, (uint64_t)(timeout_ns / 1000000), 0),
          "a timer");
    while (batch->ended == 0 && !batch->timer_fired)
        uv_run(&batch->loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&batch->loop, UV_RUN_NOWAIT);
    return batch->ended > 0;
}

/* Each request tells its end by a callback anyway. */
static int64_t callbacks(void *pool, int64_t count)
{
    struct bench_work work = {bench_one, NULL};
    struct batch *batch = batch_new(pool, &work, count);
    submit(batch, count);
    bench_check(wait_for_all(batch, count), count, "the sum");
    int64_t called = batch->ended;
    batch_free(batch);
    return called;
}

static const struct bench_peer libuv = {
    .variant = "libuv",
    .start = start,
    .stop = stop,
    .batch_new = batch_new,
    .batch_free = batch_free,
    .submit = submit,
    .wait = wait_for_all,
    .poll = poll_first,
    .wait_for = wait_for,
    .callbacks = callbacks,
    .squares = bench_squares_by_chunk,
    .spin_even = bench_spin_by_chunk,
    .spin_uneven = bench_spin_by_item,
    .starts_once = true,
};

static const struct bench_peer *const peers[] = {&libuv, NULL};

static const char notes[] =
    "* libuv: no handle of a result: the caller keeps each request, and its loop "
    "counts"
    " those that ended\n"
    "W3-* libuv: a loop per producer, as a loop belongs to one thread\n"
    "W4a libuv: no parallel loop: a task per chunk, four chunks per worker; also "
    "W4b\n"
    "W5* libuv: a task per item\n"
    "W6-* libuv: left out: a task that waits keeps its thread, so the tree starves\n"
    "W7 libuv: a poll is a turn of the loop, a timed wait a timer of the loop, whose"
    " clock has milliseconds\n";

int main(int argc, char **argv)
{
    return bench_main(argc, argv, peers, notes);
}
