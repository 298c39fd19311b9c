/* Posts of several threads at once: each event is run or dropped, once and in order. */
#include "support.h"

#include <poll.h>
#include <sched.h>

#include "core/error.h"
#include "core/queue.h"

static bool polls_readable(int64_t descriptor, int timeout)
{
    struct pollfd entry = {.fd = (int)descriptor, .events = POLLIN};
    return poll(&entry, 1, timeout) == 1 && (entry.revents & POLLIN);
}

static void *run_all(void *arg)
{
    asyr_queue_run(arg, 0, 0, NULL, NULL, NULL);
    return NULL;
}

/* Events that are nothing but posted, by threads of their own. */
enum { POSTERS = 3, POSTS = 2000 };

struct poster {
    asyr_queue *queue;
    int number;
    asyr_event events[POSTS];
};

static struct poster posters[POSTERS];
static int last_of[POSTERS], finished, disorder;

/* Callbacks and finishes are of the one that drains. */
static void note_finish(asyr_event *event, asyr_error *failure)
{
    int poster = (int)(event->tag / POSTS), number = (int)(event->tag % POSTS);
    asyri_error_unref(failure);
    disorder += number != last_of[poster];
    last_of[poster] = number + 1;
    finished++;
    asyri_event_give_up(event);
}

static void *post_all(void *arg)
{
    struct poster *poster = arg;
    for (int i = 0; i < POSTS; i++) {
        asyr_event *event = &poster->events[i];
        asyri_event_init(event, ASYR_EVENT_DONE, note_finish);
        event->queue = poster->queue;
        event->tag = (uint64_t)(poster->number * POSTS + i);
        while (asyri_queue_promise(poster->queue, 1, NULL) != ASYR_OK)
            sched_yield();
        asyri_queue_post(poster->queue, event);
        if (i % 64 == 0)
            sched_yield();
    }
    return NULL;
}

/* Each drainer returns only when there is nothing to take now. */
static void drain_by_poll(asyr_queue *queue)
{
    int64_t descriptor = -1;
    UNIT_SUCCEEDS(asyr_queue_get_descriptor(queue, &descriptor, &error));
    while (finished < POSTERS * POSTS && polls_readable(descriptor, 60000))
        UNIT_SUCCEEDS(asyr_queue_run(queue, 100, 0, NULL, NULL, &error));
    CU_ASSERT_FALSE(polls_readable(descriptor, 0));
}

static void drain_by_run(asyr_queue *queue)
{
    while (finished < POSTERS * POSTS)
        UNIT_SUCCEEDS(asyr_queue_run(queue, 0, A_MINUTE, NULL, NULL, &error));
}

static void drain_by_many(asyr_queue *queue)
{
    asyr_event *events[50];
    int64_t count;
    while (finished < POSTERS * POSTS) {
        UNIT_SUCCEEDS(
            asyr_queue_next_many(queue, A_MINUTE, NULL, events, 50, &count, &error));
        UNIT_SUCCEEDS(asyr_event_finish_many(events, count, &error));
    }
}

static void drain_by_one(asyr_queue *queue)
{
    asyr_event *event = NULL;
    while (finished < POSTERS * POSTS) {
        UNIT_SUCCEEDS(asyr_queue_next(queue, A_MINUTE, NULL, &event, &error));
        UNIT_SUCCEEDS(asyr_event_finish(event, NULL, &error));
    }
}

/* B9, B12: nothing is lost, nobody sleeps on, each thread's posts keep their order. */
static void posts_of_several_threads_reach(void (*drain)(asyr_queue *queue),
                                           int64_t limit)
{
    pthread_t threads[POSTERS];
    asyr_queue *queue = support_queue(limit);
    finished = disorder = 0;
    for (int i = 0; i < POSTERS; i++) {
        last_of[i] = 0;
        posters[i].queue = queue;
        posters[i].number = i;
        pthread_create(&threads[i], NULL, post_all, &posters[i]);
    }
    drain(queue);
    for (int i = 0; i < POSTERS; i++)
        pthread_join(threads[i], NULL);
    CU_ASSERT_EQUAL(finished, POSTERS * POSTS);
    CU_ASSERT_EQUAL(disorder, 0);
    CU_ASSERT_EQUAL(asyr_queue_get_count(queue), 0);
    CU_ASSERT_EQUAL(queue->promised, 0);
    asyr_queue_unref(queue);
}

static void posts_reach_a_drainer_that_polls(void)
{
    posts_of_several_threads_reach(drain_by_poll, 0);
    posts_of_several_threads_reach(drain_by_poll, 40);
}

static void posts_reach_a_drainer_that_runs(void)
{
    posts_of_several_threads_reach(drain_by_run, 0);
    posts_of_several_threads_reach(drain_by_run, 40);
}

static void posts_reach_a_drainer_that_takes(void)
{
    posts_of_several_threads_reach(drain_by_many, 0);
    posts_of_several_threads_reach(drain_by_many, 40);
    posts_of_several_threads_reach(drain_by_one, 0);
}

static _Atomic int dropped;

static void note_drop(asyr_event *event, asyr_error *failure)
{
    asyri_error_unref(failure);
    asyri_event_give_up(event);
    dropped++;
}

static void *post_until_closed(void *arg)
{
    struct poster *poster = arg;
    for (int i = 0; i < POSTS; i++) {
        asyr_event *event = &poster->events[i];
        if (asyri_queue_promise(poster->queue, 1, NULL) != ASYR_OK) {
            dropped++;
            continue;
        }
        asyri_event_init(event, ASYR_EVENT_DONE, note_drop);
        event->queue = poster->queue;
        if (!asyri_queue_post(poster->queue, event))
            asyri_event_finish(event, NULL);
    }
    return NULL;
}

/* Each event is run, dropped by the close, or refused: once. */
static void a_close_amid_posts_and_batches_loses_no_event(void)
{
    for (int round = 0; round < 20; round++) {
        pthread_t threads[POSTERS], drainer;
        asyr_queue *queue = support_queue(0);
        dropped = 0;
        for (int i = 0; i < POSTERS; i++) {
            posters[i].queue = queue;
            pthread_create(&threads[i], NULL, post_until_closed, &posters[i]);
        }
        pthread_create(&drainer, NULL, run_all, queue);
        for (int i = 0; i < round; i++)
            sched_yield();
        UNIT_SUCCEEDS(asyr_queue_close(queue, &error));
        for (int i = 0; i < POSTERS; i++)
            pthread_join(threads[i], NULL);
        pthread_join(drainer, NULL);
        CU_ASSERT_EQUAL(dropped, POSTERS * POSTS);
        CU_ASSERT_EQUAL(queue->promised, ASYRI_QUEUE_REFUSES);
        asyr_queue_unref(queue);
    }
}

/* Only what is made needs memory: taking and running needs none. */
static asyr_status attempt_batch(asyr_error **error)
{
    asyr_event *events[2];
    asyr_queue *queue = NULL;
    int64_t count = -1;
    asyr_status status = asyr_queue_new(0, &queue, error);
    if (status != ASYR_OK)
        return status;
    for (int i = 0; i < 2; i++) {
        asyr_event *event = &posters[0].events[i];
        asyri_event_init(event, ASYR_EVENT_DONE, note_drop);
        event->queue = queue;
        CU_ASSERT_EQUAL(asyri_queue_promise(queue, 1, NULL), ASYR_OK);
        CU_ASSERT_TRUE(asyri_queue_post(queue, event));
    }
    CU_ASSERT_EQUAL(asyr_queue_run(queue, 1, 0, NULL, &count, NULL), ASYR_OK);
    CU_ASSERT_EQUAL(count, 1);
    CU_ASSERT_EQUAL(asyr_queue_next_many(queue, 0, NULL, events, 2, &count, NULL),
                    ASYR_OK);
    CU_ASSERT_EQUAL(count, 1);
    CU_ASSERT_EQUAL(asyr_event_finish_many(events, count, NULL), ASYR_OK);
    status = asyr_queue_next_many(queue, 0, NULL, events, 2, &count, error);
    if (status == ASYR_E_TIMEOUT && error) {
        asyr_error_unref(*error);
        *error = NULL;
    }
    asyr_queue_unref(queue);
    return status == ASYR_E_TIMEOUT ? ASYR_OK : status;
}

static void batches_need_no_memory(void)
{
    unit_fail_each_allocation(attempt_batch);
}

static asyr_status ended_with;

static void *run_to_the_end(void *arg)
{
    ended_with = asyr_queue_run(arg, 0, A_MINUTE, NULL, NULL, NULL);
    return NULL;
}

/* A dispatcher's queue ends when its last place is given back, by whatever thread. */
static void the_last_place_of_a_queue_that_ends_wakes_its_runner(void)
{
    pthread_t thread;
    asyr_queue *queue = support_queue(0);
    CU_ASSERT_EQUAL(asyri_queue_promise(queue, 3, NULL), ASYR_OK);
    asyri_queue_end(queue);
    UNIT_FAILS(ASYR_E_STATE, asyri_queue_promise(queue, 1, &error));
    pthread_create(&thread, NULL, run_to_the_end, queue);
    support_await_sleepers(&queue->lock, &queue->waiters, 1);
    asyri_queue_give_up(queue, 2);
    support_await_sleepers(&queue->lock, &queue->waiters, 1);
    asyri_queue_give_up(queue, 1);
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(ended_with, ASYR_E_STATE);
    asyr_queue_unref(queue);
}

CU_TestInfo post_tests[] = {
    UNIT_TEST(the_last_place_of_a_queue_that_ends_wakes_its_runner),
    UNIT_TEST(posts_reach_a_drainer_that_polls),
    UNIT_TEST(posts_reach_a_drainer_that_runs),
    UNIT_TEST(posts_reach_a_drainer_that_takes),
    UNIT_TEST(a_close_amid_posts_and_batches_loses_no_event),
    UNIT_TEST(batches_need_no_memory),
    CU_TEST_INFO_NULL};
