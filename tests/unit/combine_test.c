/* Waiting for several results. */
#include "support.h"

#include "core/queue.h"
#include "core/result.h"
#include "pool/pool.h"

enum { SOME = 3 };

/* Tasks that each wait for a gate, of two pools in turn. */
struct gated {
    asyr_pool *pools[2];
    struct gate gates[SOME];
    asyr_result *results[SOME];
};

static void begin_gated(struct gated *gated)
{
    for (int i = 0; i < 2; i++)
        gated->pools[i] = support_pool(2);
    for (int i = 0; i < SOME; i++) {
        gated->gates[i] = (struct gate)GATE_CLOSED;
        gated->results[i] =
            support_submit(gated->pools[i % 2], run_gate, &gated->gates[i], NULL);
    }
}

static void end_gated(struct gated *gated)
{
    for (int i = 0; i < SOME; i++) {
        latch_open(&gated->gates[i].leave);
        CU_ASSERT_EQUAL(support_take_outcome(gated->results[i]), ASYR_OK);
    }
    for (int i = 0; i < 2; i++)
        support_end(gated->pools[i]);
}

static int64_t wait_any(asyr_result *const *results, int64_t count)
{
    int64_t index = -2;
    UNIT_SUCCEEDS(
        asyr_result_wait_any(results, count, A_MINUTE, NULL, &index, &error));
    return index;
}

static int64_t wait_first_error(asyr_result *const *results, int64_t count)
{
    int64_t index = -2;
    UNIT_SUCCEEDS(asyr_result_wait_first_error(results, count, A_MINUTE, NULL,
                                               &index, &error));
    return index;
}

/* A thread that waits for several. */
struct waiter {
    pthread_t thread;
    asyr_result *const *results;
    int64_t count;
    bool any;
    asyr_interrupt *interrupt;
    asyr_status status;
    int64_t index;
};

static void *run_waiter(void *arg)
{
    struct waiter *waiter = arg;
    waiter->status =
        (waiter->any ? asyr_result_wait_any : asyr_result_wait_first_error)(
            waiter->results, waiter->count, ASYR_FOREVER, waiter->interrupt,
            &waiter->index, NULL);
    return NULL;
}

static void start_waiter(struct waiter *waiter)
{
    pthread_create(&waiter->thread, NULL, run_waiter, waiter);
    support_await_waiters(waiter->results[waiter->count - 1], 1);
}

/* B31, B6 */
static void wait_any_wakes_for_whichever_is_ready_first(void)
{
    for (int first = 0; first < SOME; first++) {
        struct gated gated;
        begin_gated(&gated);
        struct waiter waiter = {
            .results = gated.results, .count = SOME, .any = true};
        start_waiter(&waiter);
        latch_open(&gated.gates[first].leave);
        pthread_join(waiter.thread, NULL);
        CU_ASSERT_EQUAL(waiter.status, ASYR_OK);
        CU_ASSERT_EQUAL(waiter.index, first);
        support_await_waiters(gated.results[(first + 1) % SOME], 0);
        end_gated(&gated);
    }
}

static void wait_any_of_ready_ones_gives_the_lowest_place(void)
{
    struct gated gated;
    begin_gated(&gated);
    for (int i = SOME; i-- > 1;) {
        latch_open(&gated.gates[i].leave);
        CU_ASSERT_EQUAL(support_outcome(gated.results[i]), ASYR_OK);
        CU_ASSERT_EQUAL(wait_any(gated.results, SOME), i);
    }
    end_gated(&gated);
}

static void wait_any_counts_a_failed_one(void)
{
    struct gated gated;
    begin_gated(&gated);
    asyr_result *results[2] = {gated.results[0],
                               support_submit(gated.pools[1], run_fail, NULL, NULL)};
    CU_ASSERT_EQUAL(wait_any(results, 2), 1);
    asyr_result_unref(results[1]);
    end_gated(&gated);
}

/* B2, B3 */
static void waits_for_several_time_out(void)
{
    struct gated gated;
    int64_t index = 5;
    begin_gated(&gated);
    for (int64_t timeout = -1; timeout <= 1; timeout++) {
        UNIT_FAILS(ASYR_E_TIMEOUT, asyr_result_wait_any(gated.results, SOME, timeout,
                                                        NULL, &index, &error));
        CU_ASSERT_EQUAL(index, -1);
        UNIT_FAILS(ASYR_E_TIMEOUT,
                   asyr_result_wait_first_error(gated.results, SOME, timeout, NULL,
                                                &index, &error));
        CU_ASSERT_EQUAL(index, -1);
        UNIT_FAILS(ASYR_E_TIMEOUT,
                   asyr_result_wait_all(gated.results, SOME, timeout, NULL, &error));
    }
    end_gated(&gated);
}

/* B6 */
static void waits_for_several_are_interrupted(void)
{
    struct gated gated;
    begin_gated(&gated);
    for (int any = 0; any < 2; any++) {
        struct waiter waiter = {.results = gated.results,
                                .count = SOME,
                                .any = any,
                                .interrupt = support_interrupt()};
        start_waiter(&waiter);
        asyr_interrupt_trigger(waiter.interrupt);
        pthread_join(waiter.thread, NULL);
        CU_ASSERT_EQUAL(waiter.status, ASYR_E_INTERRUPTED);
        asyr_interrupt_unref(waiter.interrupt);
    }
    end_gated(&gated);
}

static void wait_all_returns_once_all_are_ready_also_failed_ones(void)
{
    struct gated gated;
    begin_gated(&gated);
    asyr_result *results[SOME] = {
        gated.results[0], support_submit(gated.pools[1], run_fail, NULL, NULL),
        gated.results[2]};
    latch_open(&gated.gates[0].leave);
    latch_open(&gated.gates[2].leave);
    UNIT_SUCCEEDS(asyr_result_wait_all(results, SOME, A_MINUTE, NULL, &error));
    for (int i = 0; i < SOME; i++)
        CU_ASSERT_TRUE(asyr_result_is_ready(results[i]));
    asyr_result_unref(results[1]);
    end_gated(&gated);
}

static void wait_first_error_returns_while_others_run(void)
{
    struct gated gated;
    begin_gated(&gated);
    asyr_result *results[SOME] = {
        gated.results[0], gated.results[1],
        support_submit(gated.pools[1], run_fail, NULL, NULL)};
    CU_ASSERT_EQUAL(wait_first_error(results, SOME), 2);
    CU_ASSERT_FALSE(asyr_result_is_ready(results[0]));
    asyr_result_unref(results[2]);
    end_gated(&gated);
}

static void wait_first_error_without_one_waits_for_all(void)
{
    struct gated gated;
    begin_gated(&gated);
    struct waiter waiter = {.results = gated.results, .count = SOME};
    start_waiter(&waiter);
    for (int i = 0; i < SOME; i++)
        latch_open(&gated.gates[i].leave);
    pthread_join(waiter.thread, NULL);
    CU_ASSERT_EQUAL(waiter.status, ASYR_OK);
    CU_ASSERT_EQUAL(waiter.index, -1);
    for (int i = 0; i < SOME; i++)
        CU_ASSERT_TRUE(asyr_result_is_ready(gated.results[i]));
    end_gated(&gated);
}

static void a_result_may_be_given_twice(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_result *result = support_submit(pool, run_echo, NULL, NULL);
    asyr_result *both[2] = {result, result};
    UNIT_SUCCEEDS(asyr_result_wait_all(both, 2, A_MINUTE, NULL, &error));
    CU_ASSERT_EQUAL(wait_any(both, 2), 0);
    CU_ASSERT_EQUAL(wait_first_error(both, 2), -1);
    asyr_result_unref(result);
    support_end(pool);
}

/* A task that waits for several in its own pool. */
struct inner {
    struct latch begin;
    asyr_result *results[2];
    asyr_status (*wait)(struct inner *inner);
    _Atomic asyr_status status;
};

static asyr_status inner_any(struct inner *inner)
{
    return asyr_result_wait_any(inner->results, 2, ASYR_FOREVER, NULL, NULL, NULL);
}

static asyr_status inner_all(struct inner *inner)
{
    return asyr_result_wait_all(inner->results, 2, ASYR_FOREVER, NULL, NULL);
}

static asyr_status inner_first_error(struct inner *inner)
{
    return asyr_result_wait_first_error(inner->results, 2, ASYR_FOREVER, NULL, NULL,
                                        NULL);
}

static void run_inner(asyr_task *task, void *arg)
{
    struct inner *inner = arg;
    (void)task;
    latch_wait(&inner->begin, 1);
    inner->status = inner->wait(inner);
}

static asyr_status (*const inner_waits[])(struct inner *inner) = {
    inner_any, inner_all, inner_first_error};

static asyr_pool *pool_without_spares(int64_t workers)
{
    asyr_pool_options *options = support_pool_options(workers);
    UNIT_SUCCEEDS(asyr_pool_options_set_spare_workers(options, 0, &error));
    return support_pool_with(options);
}

/* B24 */
static void a_task_runs_those_that_it_waits_for(void)
{
    for (int way = 0; way < 3; way++) {
        struct inner inner = {.begin = LATCH_CLOSED, .wait = inner_waits[way]};
        _Atomic int ran = 0;
        asyr_pool *pool = pool_without_spares(1);
        asyr_result *outer = support_submit(pool, run_inner, &inner, NULL);
        inner.results[0] = support_submit(pool, run_echo, NULL, NULL);
        inner.results[1] = support_map(pool, run_count, &ran, 5, NULL);
        latch_open(&inner.begin);
        CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
        CU_ASSERT_EQUAL(inner.status, ASYR_OK);
        asyr_result_unref(inner.results[0]);
        asyr_result_unref(inner.results[1]);
        support_end(pool);
    }
}

/* B24 */
static void a_spare_stands_in_for_a_task_that_waits_for_several(void)
{
    for (int way = 0; way < 3; way++) {
        struct inner inner = {.begin = LATCH_CLOSED, .wait = inner_waits[way]};
        struct gate gates[2] = {GATE_CLOSED, GATE_CLOSED};
        asyr_pool *pool = support_pool(3);
        for (int i = 0; i < 2; i++) {
            inner.results[i] = support_submit(pool, run_gate, &gates[i], NULL);
            latch_wait(&gates[i].entered, 1);
        }
        asyr_result *outer = support_submit(pool, run_inner, &inner, NULL);
        latch_open(&inner.begin);
        asyr_result *opens[2];
        for (int i = 0; i < 2; i++)
            opens[i] = support_submit(pool, run_open, &gates[i].leave, NULL);
        for (int i = 0; i < 2; i++)
            CU_ASSERT_EQUAL(support_take_outcome(opens[i]), ASYR_OK);
        CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
        CU_ASSERT_EQUAL(inner.status, ASYR_OK);
        asyr_result_unref(inner.results[0]);
        asyr_result_unref(inner.results[1]);
        support_end(pool);
    }
}

/* B24 */
static void a_task_that_waits_for_itself_among_others_is_a_deadlock(void)
{
    for (int way = 1; way < 3; way++) {
        struct inner inner = {.begin = LATCH_CLOSED, .wait = inner_waits[way]};
        asyr_pool *pool = support_pool(2);
        asyr_result *outer = support_submit(pool, run_inner, &inner, NULL);
        inner.results[0] = support_submit(pool, run_echo, NULL, NULL);
        inner.results[1] = outer;
        latch_open(&inner.begin);
        CU_ASSERT_EQUAL(support_outcome(outer), ASYR_OK);
        CU_ASSERT_EQUAL(inner.status, ASYR_E_DEADLOCK);
        asyr_result_unref(inner.results[0]);
        asyr_result_unref(outer);
        support_end(pool);
    }
}

static void wait_any_is_a_deadlock_only_if_none_could_end(void)
{
    for (int both = 0; both < 2; both++) {
        struct inner inner = {.begin = LATCH_CLOSED, .wait = inner_any};
        asyr_pool *pool = support_pool(2);
        asyr_result *outer = support_submit(pool, run_inner, &inner, NULL);
        asyr_result *other = support_submit(pool, run_echo, NULL, NULL);
        inner.results[0] = outer;
        inner.results[1] = both ? outer : other;
        latch_open(&inner.begin);
        CU_ASSERT_EQUAL(support_outcome(outer), ASYR_OK);
        CU_ASSERT_EQUAL(inner.status, both ? ASYR_E_DEADLOCK : ASYR_OK);
        asyr_result_unref(other);
        asyr_result_unref(outer);
        support_end(pool);
    }
}

static asyr_error *count_value(asyr_value *value, void *arg)
{
    (void)value;
    ++*(int *)arg;
    return NULL;
}

/* With a callback that runs in the queue, of which this thread is the only drainer. */
static asyr_result *submit_into(asyr_pool *pool, asyr_queue *queue, int *counter)
{
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(options, count_value, counter, NULL, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_queue(options, queue, &error));
    asyr_result *result = support_submit(pool, run_echo, NULL, options);
    asyr_task_options_free(options);
    return result;
}

/* B12: also several queues. */
static void waits_for_several_drain_what_the_thread_owns(void)
{
    asyr_pool *pool = support_pool(1);
    for (int way = 0; way < 3; way++) {
        struct inner inner = {.begin = LATCH_CLOSED};
        int counters[2] = {0, 0};
        asyr_queue *queues[2];
        for (int i = 0; i < 2; i++) {
            queues[i] = support_queue(0);
            UNIT_SUCCEEDS(asyr_queue_own(queues[i], &error));
            inner.results[i] = submit_into(pool, queues[i], &counters[i]);
        }
        CU_ASSERT_EQUAL(inner_waits[way](&inner), ASYR_OK);
        CU_ASSERT_EQUAL(counters[0] + counters[1] >= 1, true);
        for (int i = 0; i < 2; i++) {
            CU_ASSERT_EQUAL(support_take_outcome(inner.results[i]), ASYR_OK);
            CU_ASSERT_EQUAL(counters[i], 1);
            asyr_queue_unref(queues[i]);
        }
    }
    support_end(pool);
}

static asyr_error *end_thread(asyr_value *value, void *arg)
{
    (void)value;
    (void)arg;
    pthread_exit(NULL);
}

struct ending {
    asyr_pool *pool;
    asyr_result *results[2];
    struct gate *gate;
};

static void *wait_and_end(void *arg)
{
    struct ending *ending = arg;
    asyr_queue *queue = support_queue(0);
    asyr_task_options *options = support_task_options();
    asyr_queue_own(queue, NULL);
    asyr_task_options_set_callback(options, end_thread, NULL, NULL, NULL);
    asyr_task_options_set_queue(options, queue, NULL);
    ending->results[0] = support_submit(ending->pool, run_gate, ending->gate, NULL);
    ending->results[1] = support_submit(ending->pool, run_echo, NULL, options);
    asyr_task_options_free(options);
    asyr_queue_unref(queue); /* the result keeps it open no longer than that */
    asyr_result_wait_any(ending->results, 2, ASYR_FOREVER, NULL, NULL, NULL);
    return &ending->pool;
}

static void a_callback_that_ends_the_thread_leaves_no_waiter_behind(void)
{
    pthread_t thread;
    void *came_back = NULL;
    struct gate gate = GATE_CLOSED;
    struct ending ending = {.pool = support_pool(2), .gate = &gate};
    pthread_create(&thread, NULL, wait_and_end, &ending);
    pthread_join(thread, &came_back);
    (void)came_back;
    support_await_waiters(ending.results[0], 0);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(ending.results[0]), ASYR_OK);
    support_outcome(ending.results[1]);
    asyr_result_unref(ending.results[1]);
    support_end(ending.pool);
}

static uint64_t next_tag(asyr_queue *queue)
{
    asyr_event *event = NULL;
    UNIT_SUCCEEDS(asyr_queue_next(queue, A_MINUTE, NULL, &event, &error));
    uint64_t tag = asyr_event_get_tag(event);
    CU_ASSERT_EQUAL(asyr_event_get_kind(event), ASYR_EVENT_DONE);
    UNIT_SUCCEEDS(asyr_event_finish(event, NULL, &error));
    return tag;
}

static void as_completed_hands_out_each_in_the_order_of_arrival(void)
{
    struct gated gated;
    asyr_queue *queue = NULL;
    asyr_event *event = NULL;
    begin_gated(&gated);
    latch_open(&gated.gates[1].leave);
    CU_ASSERT_EQUAL(support_outcome(gated.results[1]), ASYR_OK);
    UNIT_SUCCEEDS(asyr_result_as_completed(gated.results, SOME, &queue, &error));
    CU_ASSERT_EQUAL(next_tag(queue), 1);
    latch_open(&gated.gates[2].leave);
    CU_ASSERT_EQUAL(next_tag(queue), 2);
    latch_open(&gated.gates[0].leave);
    CU_ASSERT_EQUAL(next_tag(queue), 0);
    UNIT_FAILS(ASYR_E_STATE, asyr_queue_next(queue, A_MINUTE, NULL, &event, &error));
    asyr_queue_unref(queue);
    end_gated(&gated);
}

static void as_completed_of_none_is_over_at_once(void)
{
    asyr_queue *queue = NULL;
    asyr_event *event = NULL;
    UNIT_SUCCEEDS(asyr_result_as_completed(NULL, 0, &queue, &error));
    UNIT_FAILS(ASYR_E_STATE, asyr_queue_next(queue, A_MINUTE, NULL, &event, &error));
    asyr_queue_unref(queue);
}

static void as_completed_may_be_given_back_early(void)
{
    struct gated gated;
    asyr_queue *queue = NULL;
    begin_gated(&gated);
    UNIT_SUCCEEDS(asyr_result_as_completed(gated.results, SOME, &queue, &error));
    asyr_queue_unref(queue);
    end_gated(&gated);
}

/* B22 */
static void terminate_ends_waits_for_several(void)
{
    for (int any = 0; any < 2; any++) {
        struct gated gated;
        begin_gated(&gated);
        struct waiter waiter = {.results = gated.results, .count = SOME, .any = any};
        start_waiter(&waiter);
        UNIT_SUCCEEDS(asyr_pool_terminate(gated.pools[0], &error));
        pthread_join(waiter.thread, NULL);
        CU_ASSERT_EQUAL(waiter.status, ASYR_OK);
        CU_ASSERT_EQUAL(waiter.index % 2, 0); /* either of that pool */
        for (int i = 0; i < SOME; i++)
            latch_open(&gated.gates[i].leave);
        for (int i = 0; i < SOME; i++)
            asyr_result_unref(gated.results[i]);
        for (int i = 0; i < 2; i++)
            support_terminate(gated.pools[i]);
    }
}

static asyr_result *pending[2];

static asyr_status attempt_waits(asyr_error **error)
{
    asyr_queue *queue = NULL;
    asyr_status status = asyr_result_wait_any(pending, 2, 1, NULL, NULL, error);
    if (status != ASYR_E_TIMEOUT)
        return status;
    asyr_error_unref(*error);
    *error = NULL;
    status = asyr_result_as_completed(pending, 2, &queue, error);
    asyr_queue_unref(queue);
    return status;
}

static void waits_for_several_fail_cleanly_without_memory(void)
{
    struct gated gated;
    begin_gated(&gated);
    pending[0] = gated.results[0];
    pending[1] = gated.results[1];
    support_fail_each_allocation(attempt_waits);
    end_gated(&gated);
}

CU_TestInfo combine_tests[] = {
    UNIT_TEST(wait_any_wakes_for_whichever_is_ready_first),
    UNIT_TEST(wait_any_of_ready_ones_gives_the_lowest_place),
    UNIT_TEST(wait_any_counts_a_failed_one),
    UNIT_TEST(waits_for_several_time_out),
    UNIT_TEST(waits_for_several_are_interrupted),
    UNIT_TEST(wait_all_returns_once_all_are_ready_also_failed_ones),
    UNIT_TEST(wait_first_error_returns_while_others_run),
    UNIT_TEST(wait_first_error_without_one_waits_for_all),
    UNIT_TEST(a_result_may_be_given_twice),
    UNIT_TEST(a_task_runs_those_that_it_waits_for),
    UNIT_TEST(a_spare_stands_in_for_a_task_that_waits_for_several),
    UNIT_TEST(a_task_that_waits_for_itself_among_others_is_a_deadlock),
    UNIT_TEST(wait_any_is_a_deadlock_only_if_none_could_end),
    UNIT_TEST(waits_for_several_drain_what_the_thread_owns),
    UNIT_TEST(a_callback_that_ends_the_thread_leaves_no_waiter_behind),
    UNIT_TEST(as_completed_hands_out_each_in_the_order_of_arrival),
    UNIT_TEST(as_completed_of_none_is_over_at_once),
    UNIT_TEST(as_completed_may_be_given_back_early),
    UNIT_TEST(terminate_ends_waits_for_several),
    UNIT_TEST(waits_for_several_fail_cleanly_without_memory),
    CU_TEST_INFO_NULL};
