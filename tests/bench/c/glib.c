/*
 * GLib: GThreadPool, which has no results, and GTask, whose end is told by the main
 * context of the thread that made it.
 */
#include "bench.h"

#include <gio/gio.h>
#include <stdlib.h>

static void check_ok(gboolean ok, GError *error, const char *what)
{
    if (!ok)
        bench_fail("expected %s to succeed, found: %s", what,
                   error ? error->message : "no error");
}

/* GThreadPool: a job in memory of the caller, a latch for all of a batch. */

struct pool_job {
    struct pool_batch *batch;
    int64_t value;
};

struct pool_batch {
    GThreadPool *pool;
    struct bench_work work;
    struct bench_latch *latch;
    struct pool_job *jobs;
    GAsyncQueue *ended; /* of a batch that is polled: one entry per job */
};

static void run_pool_job(gpointer data, gpointer user_data)
{
    (void)user_data;
    struct pool_job *job = data;
    struct pool_batch *batch = job->batch;
    job->value = batch->work.run(batch->work.context, job - batch->jobs);
    if (batch->ended)
        g_async_queue_push(batch->ended, job);
    bench_latch_down(batch->latch);
}

static void *pool_start(int workers)
{
    GError *error = NULL;
    GThreadPool *pool = g_thread_pool_new(run_pool_job, NULL, workers, TRUE, &error);
    check_ok(pool != NULL, error, "a pool");
    return pool;
}

static void pool_stop(void *pool)
{
    g_thread_pool_free(pool, FALSE, TRUE);
}

static void *pool_batch_new(void *pool, const struct bench_work *work, int64_t count)
{
    struct pool_batch *batch = bench_alloc(1, sizeof *batch);
    batch->pool = pool;
    batch->work = *work;
    batch->latch = bench_latch_new();
    batch->jobs = bench_alloc(count, sizeof *batch->jobs);
    if (work->run == bench_held)
        batch->ended = g_async_queue_new();
    return batch;
}

static void pool_batch_free(void *arg)
{
    struct pool_batch *batch = arg;
    if (batch->ended)
        g_async_queue_unref(batch->ended);
    bench_latch_free(batch->latch);
    free(batch->jobs);
    free(batch);
}

static void pool_submit(void *arg, int64_t count)
{
    struct pool_batch *batch = arg;
    GError *error = NULL;
    bench_latch_set(batch->latch, count);
    for (int64_t i = 0; i < count; i++) {
        batch->jobs[i].batch = batch;
        check_ok(g_thread_pool_push(batch->pool, &batch->jobs[i], &error), error,
                 "a submit");
    }
}

static int64_t pool_wait(void *arg, int64_t count)
{
    struct pool_batch *batch = arg;
    bench_latch_wait(batch->latch);
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += batch->jobs[i].value;
    return sum;
}

static int64_t pool_poll(void *arg, int64_t count)
{
    struct pool_batch *batch = arg;
    int64_t found = 0;
    for (int64_t i = 0; i < count; i++)
        found += g_async_queue_try_pop(batch->ended) != NULL;
    return found;
}

static bool pool_wait_for(void *arg, int64_t timeout_ns)
{
    struct pool_batch *batch = arg;
    guint64 timeout_us = (guint64)(timeout_ns / 1000);
    return g_async_queue_timeout_pop(batch->ended, timeout_us) != NULL;
}

static const struct bench_peer thread_pool = {
    .variant = "glib-pool",
    .start = pool_start,
    .stop = pool_stop,
    .batch_new = pool_batch_new,
    .batch_free = pool_batch_free,
    .submit = pool_submit,
    .wait = pool_wait,
    .poll = pool_poll,
    .wait_for = pool_wait_for,
    .squares = bench_squares_by_chunk,
    .spin_even = bench_spin_by_chunk,
    .spin_uneven = bench_spin_by_item,
};

/* GTask */

struct task_batch {
    GMainContext *context;
    struct bench_work work;
    GTask **tasks;
    int64_t ended;
};

static void run_task(GTask *task, gpointer source, gpointer data,
                     GCancellable *cancel)
{
    (void)source;
    (void)cancel;
    const struct task_batch *batch = data;
    g_task_return_int(task, batch->work.run(batch->work.context, 0));
}

static void count_task(GObject *source, GAsyncResult *result, gpointer data)
{
    (void)source;
    (void)result;
    struct task_batch *batch = data;
    batch->ended++;
}

static void *task_start(int workers)
{
    (void)workers;
    return NULL;
}

static void task_stop(void *pool)
{
    (void)pool;
}

static void *task_batch_new(void *pool, const struct bench_work *work, int64_t count)
{
    (void)pool;
    struct task_batch *batch = bench_alloc(1, sizeof *batch);
    batch->work = *work;
    batch->tasks = bench_alloc(count, sizeof(GTask *));
    batch->context = g_main_context_new();
    return batch;
}

static void task_batch_free(void *arg)
{
    struct task_batch *batch = arg;
    g_main_context_unref(batch->context);
    free(batch->tasks);
    free(batch);
}

static void task_submit(void *arg, int64_t count)
{
    struct task_batch *batch = arg;
    batch->ended = 0;
    g_main_context_push_thread_default(batch->context);
    for (int64_t i = 0; i < count; i++) {
        batch->tasks[i] = g_task_new(NULL, NULL, count_task, batch);
        g_task_set_task_data(batch->tasks[i], batch, NULL);
        g_task_run_in_thread(batch->tasks[i], run_task);
    }
    g_main_context_pop_thread_default(batch->context);
}

static int64_t task_wait(void *arg, int64_t count)
{
    struct task_batch *batch = arg;
    int64_t sum = 0;
    while (batch->ended < count)
        g_main_context_iteration(batch->context, TRUE);
    for (int64_t i = 0; i < count; i++) {
        GError *error = NULL;
        sum += g_task_propagate_int(batch->tasks[i], &error);
        check_ok(error == NULL, error, "a task");
        g_object_unref(batch->tasks[i]);
    }
    return sum;
}

static int64_t task_callbacks(void *pool, int64_t count)
{
    struct bench_work work = {bench_one, NULL};
    struct task_batch *batch = task_batch_new(pool, &work, count);
    task_submit(batch, count);
    bench_check(task_wait(batch, count), count, "the sum");
    int64_t called = batch->ended;
    task_batch_free(batch);
    return called;
}

/* GTask's pool has ten threads, whatever is asked for. */
static int task_holders(int workers)
{
    (void)workers;
    return 10;
}

static const struct bench_peer task = {
    .variant = "glib-task",
    .start = task_start,
    .stop = task_stop,
    .holders = task_holders,
    .batch_new = task_batch_new,
    .batch_free = task_batch_free,
    .submit = task_submit,
    .wait = task_wait,
    .callbacks = task_callbacks,
    .never_outstanding = true,
};

static const struct bench_peer *const peers[] = {&thread_pool, &task, NULL};

static const char notes[] =
    "* glib-pool: no results: the value is stored in memory of the caller, and a "
    "count"
    " of the unfinished tasks is waited for\n"
    "W4a glib-pool: no parallel loop: a task per chunk, four chunks per worker; also"
    " W4b\n"
    "W5* glib-pool: a task per item\n"
    "W6-* glib-*: left out: a task that waits keeps its thread, so the tree "
    "starves\n"
    "W7 glib-pool: a poll and a timed wait are those of a GAsyncQueue that the "
    "task's"
    " end is pushed to\n"
    "W8 glib-pool: left out: no callbacks\n"
    "* glib-task: GTask's own pool, of ten threads whatever BENCH_WORKERS says\n"
    "W1M glib-task: left out: GTask starts more threads when all are held\n"
    "W7 glib-task: left out: no timed wait\n";

int main(int argc, char **argv)
{
    return bench_main(argc, argv, peers, notes);
}
