/* The host of the fault test: its workers, its completion queue, its forks. */
#include "faults.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "platform/thread.h"

enum { EVENTS = 16, CHILD_SECONDS = 50 };

/* The sanitizers' allocators are not made for the child of a fork. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MAY_FREE = 0 };
#else
enum { MAY_FREE = 1 };
#endif

struct life {
    struct round *round;
    asyr_worker *worker;
    uint64_t random;
};

static void end_life(void *arg)
{
    struct life *life = arg;
    asyr_worker_free(life->worker);
    life->worker = NULL;
}

static void push(struct life *life)
{
    asyr_worker_run(life->worker,
                    chance(&life->random, 50) ? life->round->interrupt : NULL, NULL);
    asyr_interrupt_clear(life->round->interrupt);
}

static void pull(struct life *life)
{
    for (;;) {
        asyr_task *task;
        asyr_status status =
            asyr_worker_next(life->worker, 1000000, NULL, &task, NULL);
        if (status == ASYR_E_TIMEOUT)
            continue;
        if (status)
            return;
        if (chance(&life->random, 5)) {
            asyr_worker_lost(life->worker, "the host lost it", NULL);
            return;
        }
        expect(!asyr_task_run(task, NULL), "a task that was pulled");
        expect(!asyr_worker_done(life->worker, NULL), "a task that is done");
    }
}

/* One worker, until it is worn out, lost, or its thread ended. */
static void *live(void *arg)
{
    struct life *life = arg;
    pthread_cleanup_push(end_life, life);
    if (chance(&life->random, 50))
        push(life);
    else
        pull(life);
    pthread_cleanup_pop(1);
    return NULL;
}

void *lend(void *arg)
{
    struct life life = {.round = arg};
    life.random = life.round->seed | 1;
    for (;;) {
        pthread_t thread;
        asyr_status status = asyr_worker_new(life.round->pool, &life.worker, NULL);
        if (status == ASYR_E_STOP)
            return NULL;
        if (status) {
            pause_for(100000, &life.random);
            continue;
        }
        expect(!pthread_create(&thread, NULL, live, &life), "a thread");
        pthread_join(thread, NULL);
    }
}

/* Events that were asked for have their record as a tag. */
static void handle(asyr_event *event)
{
    struct record *record = (struct record *)(uintptr_t)asyr_event_get_tag(event);
    if (record)
        atomic_fetch_add(&record->ran, 1);
    else
        expect(!asyr_event_run(event, NULL), "an event of a function");
    expect(!asyr_event_finish(event, NULL, NULL), "an event that is over");
}

void *drain(void *arg)
{
    struct round *round = arg;
    asyr_event *events[EVENTS];
    uint64_t random = round->seed | 1;
    for (;;) {
        int64_t count = 0;
        asyr_status status = asyr_queue_next_many(round->queue, 300000, NULL, events,
                                                  EVENTS, &count, NULL);
        if (status == ASYR_E_STATE)
            return NULL;
        for (int64_t i = 0; i < count; i++)
            handle(events[i]);
        if (round->has_faults && chance(&random, 1)) {
            atomic_store(&round->queue_closed, true);
            asyr_queue_close(round->queue, NULL);
        }
    }
}

static void must_be_forked(asyr_status status)
{
    if (status != ASYR_E_FORKED)
        _exit(2);
}

/* B27: every call answers at once, and letting go is safe. */
static void be_child(struct round *round, asyr_result *result)
{
    asyr_result *made = NULL;
    asyr_strand *strand = NULL;
    asyr_value *value = NULL;
    alarm(CHILD_SECONDS);
    pthread_mutex_init(&round->lock, NULL); /* who may have held it is not here */
    asyri_alloc_fail_after(-1, false);
    asyri_thread_fail_after(-1);
    must_be_forked(
        asyr_pool_apply_async(round->pool, round->leaf, NULL, NULL, &made, NULL));
    must_be_forked(asyr_pool_close(round->pool, NULL));
    must_be_forked(asyr_pool_terminate(round->pool, NULL));
    must_be_forked(asyr_pool_join(round->pool, ASYR_FOREVER, NULL, NULL));
    must_be_forked(asyr_strand_new(round->pool, 0, &strand, NULL));
    if (result) {
        must_be_forked(asyr_result_wait(result, ASYR_FOREVER, NULL, NULL));
        must_be_forked(asyr_result_get(result, ASYR_FOREVER, NULL, &value, NULL));
        must_be_forked(asyr_result_cancel(result, NULL, NULL));
    }
    if (round->queue)
        must_be_forked(asyr_queue_run(round->queue, 0, 0, NULL, NULL, NULL));
    asyr_result_unref(result);
    for (int kind = 0; kind < 2; kind++)
        asyr_strand_unref(round->strands[kind]);
    asyr_pool_unref(round->pool);
    asyr_queue_unref(round->queue);
    if (MAY_FREE)
        drop_functions(round);
    _exit(0);
}

void fork_now(struct round *round)
{
    asyr_result *result = NULL;
    int status = 0;
    asyri_alloc_fail_after(-1, false); /* the submit may wait for those who work */
    asyr_pool_apply_async(round->pool, round->slow, NULL, NULL, &result, NULL);
    pid_t child = fork();
    expect(child >= 0, "a child");
    if (child == 0)
        be_child(round, result);
    expect(waitpid(child, &status, 0) == child, "a child that ends");
    expect(WIFEXITED(status) && WEXITSTATUS(status) == 0,
           "a child that was at fault");
    asyr_result_unref(result);
}
