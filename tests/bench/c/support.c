/*
 * What the workloads share: starting a pool, stretches of time, producers, and tasks
 * that keep threads busy.
 */
#include "workloads.h"

#include <pthread.h>
#include <stdlib.h>

const struct bench_work bench_empty = {bench_one, NULL};
static const struct bench_work bench_holder = {bench_held, NULL};

int64_t bench_scaled(const struct bench_run *run, int64_t count)
{
    int64_t size = (int64_t)((double)count * run->scale);
    return size < 10 ? 10 : size;
}

void bench_start(struct bench_run *run, int workers)
{
    run->pool = run->peer->start(workers);
}

void bench_stop(struct bench_run *run)
{
    run->peer->stop(run->pool);
}

int bench_holders(const struct bench_run *run, int workers)
{
    return run->peer->holders ? run->peer->holders(workers) : workers;
}

struct bench_watch bench_watch_start(void)
{
    int64_t cpu = bench_cpu_ns();
    return (struct bench_watch){bench_now_ns(), cpu};
}

struct bench_watch bench_watch_stop(struct bench_watch started)
{
    int64_t wall = bench_now_ns();
    return (struct bench_watch){wall - started.wall, bench_cpu_ns() - started.cpu};
}

void bench_print_per(const char *metric, struct bench_watch taken, int64_t count)
{
    bench_print(metric, (double)taken.wall / (double)count);
    bench_print("cpu_ns_per_task", (double)taken.cpu / (double)count);
}

/* Several producers. */

struct producers {
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

void bench_within(struct bench_run *run, int count, bench_body_fn body, void *arg)
{
    struct producers all = {body, arg};
    if (run->peer->within)
        run->peer->within(run->pool, count, body, arg);
    else if (count == 1)
        body(arg, 0);
    else
        in_threads(&all, count);
}

static void submit_held(struct bench_holding *holding, int64_t tasks)
{
    const struct bench_peer *peer = holding->run->peer;
    if (holding->count == BENCH_BATCHES)
        bench_fail("expected %d threads to start a task", holding->threads);
    void *batch = peer->batch_new(holding->run->pool, &bench_holder, tasks);
    holding->batches[holding->count++] = batch;
    peer->submit(batch, tasks);
}

void bench_hold(struct bench_run *run, int threads, struct bench_holding *holding)
{
    *holding = (struct bench_holding){.run = run, .threads = threads};
    bench_gate_close();
    if (threads == 0)
        return;
    submit_held(holding, threads);
    while (!bench_gate_await(threads, 20 * BENCH_MILLISECOND))
        submit_held(holding, 1);
}

void bench_let_go(struct bench_holding *holding)
{
    const struct bench_peer *peer = holding->run->peer;
    bench_gate_open();
    for (int i = 0; i < holding->count; i++) {
        int64_t tasks = i == 0 ? holding->threads : 1;
        bench_check(peer->wait(holding->batches[i], tasks), tasks, "the sum");
        peer->batch_free(holding->batches[i]);
    }
}
