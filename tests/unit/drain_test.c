/* Draining a queue: by waits of the thread that owns it, and by several takers. */
#include "support.h"

#include "core/queue.h"
#include "core/result.h"

static asyr_error *count_value(asyr_value *value, void *arg)
{
    (void)value;
    ++*(_Atomic int *)arg;
    return NULL;
}

/* Submit with a callback that counts in the pool's queue. */
static asyr_result *submit_counted(asyr_pool *pool, _Atomic int *counter)
{
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(options, count_value, counter, NULL, &error));
    asyr_result *result = support_submit(pool, run_echo, NULL, options);
    asyr_task_options_free(options);
    return result;
}

static asyr_pool *pool_with_queue(int64_t workers, asyr_queue *queue)
{
    asyr_pool_options *options = support_pool_options(workers);
    UNIT_SUCCEEDS(asyr_pool_options_set_queue(options, queue, &error));
    return support_pool_with(options);
}

/* B12 */
static void a_wait_of_the_owner_drains_the_queue(void)
{
    _Atomic int counter = 0;
    asyr_queue *queue = support_queue(0);
    asyr_pool *pool = pool_with_queue(1, queue);
    UNIT_SUCCEEDS(asyr_queue_own(queue, &error));
    asyr_result *first = submit_counted(pool, &counter);
    asyr_result *second = submit_counted(pool, &counter);
    CU_ASSERT_EQUAL(support_outcome(second), ASYR_OK);
    CU_ASSERT_EQUAL(counter, 2);
    CU_ASSERT_EQUAL(support_take_outcome(first), ASYR_OK);
    asyr_result_unref(second);
    support_end(pool);
    asyr_queue_unref(queue);
}

/* B12: without an owner no wait drains. */
static void a_wait_of_another_thread_does_not_drain(void)
{
    _Atomic int counter = 0;
    asyr_queue *queue = support_queue(0);
    asyr_pool *pool = pool_with_queue(1, queue);
    asyr_result *result = submit_counted(pool, &counter);
    support_end(pool);
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_result_wait(result, 1000, NULL, &error));
    CU_ASSERT_EQUAL(counter, 0);
    UNIT_SUCCEEDS(asyr_queue_run(queue, 0, 0, NULL, NULL, &error));
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    asyr_queue_unref(queue);
}

static void a_poll_of_the_owner_drains_what_is_there(void)
{
    _Atomic int counter = 0;
    asyr_queue *queue = support_queue(0);
    asyr_pool *pool = pool_with_queue(1, queue);
    UNIT_SUCCEEDS(asyr_queue_own(queue, &error));
    asyr_result *result = submit_counted(pool, &counter);
    support_end(pool);
    UNIT_SUCCEEDS(asyr_result_get(result, 0, NULL, NULL, &error));
    asyr_result_unref(result);
    asyr_queue_unref(queue);
}

static void a_drain_keeps_its_deadline(void)
{
    _Atomic int counter = 0;
    struct gate gate = GATE_CLOSED;
    asyr_queue *queue = support_queue(0);
    asyr_pool *pool = pool_with_queue(2, queue);
    UNIT_SUCCEEDS(asyr_queue_own(queue, &error));
    asyr_result *slow = support_submit(pool, run_gate, &gate, NULL);
    asyr_result *quick = submit_counted(pool, &counter);
    CU_ASSERT_EQUAL(support_take_outcome(quick), ASYR_OK);
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_result_wait(slow, 1000, NULL, &error));
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_result_wait(slow, -1, NULL, &error));
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(slow), ASYR_OK);
    support_end(pool);
    asyr_queue_unref(queue);
}

/* The results' callbacks may be what the pool's own tasks wait for. */
static void a_join_of_the_owner_drains_the_queue(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_queue *queue = support_queue(0);
    asyr_pool *pool = pool_with_queue(1, queue);
    _Atomic int counter = 0;
    UNIT_SUCCEEDS(asyr_queue_own(queue, &error));
    asyr_result *first = submit_counted(pool, &counter);
    asyr_result *held = support_submit(pool, run_gate, &gate, NULL);
    latch_wait(&gate.entered, 1);
    UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_pool_join(pool, 1000, NULL, &error));
    CU_ASSERT_EQUAL(counter, 1);
    latch_open(&gate.leave);
    asyr_result_unref(first);
    asyr_result_unref(held);
    support_end(pool);
    asyr_queue_unref(queue);
}

/* A thread that owns the queue and waits for a result. */
struct owner {
    asyr_queue *queue;
    asyr_result *result;
    asyr_interrupt *interrupt;
    pthread_t thread;
    asyr_status status;
};

static void *own_and_wait(void *arg)
{
    struct owner *owner = arg;
    asyr_queue_own(owner->queue, NULL);
    owner->status =
        asyr_result_wait(owner->result, ASYR_FOREVER, owner->interrupt, NULL);
    return NULL;
}

static void begin(struct owner *owner)
{
    CU_ASSERT_EQUAL_FATAL(pthread_create(&owner->thread, NULL, own_and_wait, owner),
                          0);
    support_await_waiters(owner->result, 1);
}

static void a_sleeping_owner_wakes_for_the_queue_and_for_the_result(void)
{
    _Atomic int counter = 0;
    struct gate gate = GATE_CLOSED;
    struct owner owner = {.queue = support_queue(0)};
    asyr_pool *pool = pool_with_queue(2, owner.queue);
    owner.result = support_submit(pool, run_gate, &gate, NULL);
    begin(&owner);
    for (int i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(support_take_outcome(submit_counted(pool, &counter)),
                        ASYR_OK);
    CU_ASSERT_EQUAL(counter, 5);
    latch_open(&gate.leave);
    pthread_join(owner.thread, NULL);
    CU_ASSERT_EQUAL(owner.status, ASYR_OK);
    asyr_result_unref(owner.result);
    support_end(pool);
    asyr_queue_unref(owner.queue);
}

/* B6 */
static void a_sleeping_owner_can_be_interrupted(void)
{
    struct gate gate = GATE_CLOSED;
    struct owner owner = {support_queue(0), NULL, support_interrupt(), 0, -1};
    asyr_pool *pool = pool_with_queue(1, owner.queue);
    owner.result = support_submit(pool, run_gate, &gate, NULL);
    begin(&owner);
    asyr_interrupt_trigger(owner.interrupt);
    pthread_join(owner.thread, NULL);
    CU_ASSERT_EQUAL(owner.status, ASYR_E_INTERRUPTED);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(owner.result), ASYR_OK);
    asyr_interrupt_unref(owner.interrupt);
    support_end(pool);
    asyr_queue_unref(owner.queue);
}

/* A thread that takes events until the queue is closed. */
struct taker {
    asyr_queue *queue;
    pthread_t thread;
    int taken;
    struct latch *each;
    asyr_status end;
};

static void *take_events(void *arg)
{
    struct taker *taker = arg;
    asyr_event *event = NULL;
    for (;;) {
        taker->end = asyr_queue_next(taker->queue, ASYR_FOREVER, NULL, &event, NULL);
        if (taker->end != ASYR_OK)
            return NULL;
        taker->taken++;
        asyr_event_finish(event, NULL, NULL);
        latch_open(taker->each);
    }
}

static void several_threads_may_take_events_until_it_is_closed(void)
{
    struct latch each = LATCH_CLOSED;
    struct taker takers[3];
    int taken = 0;
    asyr_queue *queue = support_queue(0);
    asyr_pool *pool = pool_with_queue(2, queue);
    asyr_task_options *options = support_task_options();
    for (int i = 0; i < 3; i++) {
        takers[i] = (struct taker){queue, 0, 0, &each, -1};
        pthread_create(&takers[i].thread, NULL, take_events, &takers[i]);
    }
    for (int i = 0; i < 200; i++) {
        UNIT_SUCCEEDS(asyr_task_options_set_event(options, i % 2, &error));
        asyr_result_unref(support_submit(pool, run_echo, NULL, options));
    }
    latch_wait(&each, 200);
    support_await_sleepers(&queue->lock, &queue->waiters, 3);
    UNIT_SUCCEEDS(asyr_queue_close(queue, &error));
    for (int i = 0; i < 3; i++) {
        pthread_join(takers[i].thread, NULL);
        CU_ASSERT_EQUAL(takers[i].end, ASYR_E_STATE);
        taken += takers[i].taken;
    }
    CU_ASSERT_EQUAL(taken, 200);
    asyr_task_options_free(options);
    support_end(pool);
    asyr_queue_unref(queue);
}

CU_TestInfo drain_tests[] = {
    UNIT_TEST(a_wait_of_the_owner_drains_the_queue),
    UNIT_TEST(a_wait_of_another_thread_does_not_drain),
    UNIT_TEST(a_poll_of_the_owner_drains_what_is_there),
    UNIT_TEST(a_drain_keeps_its_deadline),
    UNIT_TEST(a_join_of_the_owner_drains_the_queue),
    UNIT_TEST(a_sleeping_owner_wakes_for_the_queue_and_for_the_result),
    UNIT_TEST(a_sleeping_owner_can_be_interrupted),
    UNIT_TEST(several_threads_may_take_events_until_it_is_closed),
    CU_TEST_INFO_NULL};
