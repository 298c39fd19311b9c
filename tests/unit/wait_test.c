/* Waiting inside tasks and callbacks, and in circles. */
#include "support.h"

#include "core/queue.h"
#include "core/result.h"
#include "pool/pool.h"

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

/* A task that waits, and how that ended. */
struct waits {
    asyr_result *result; /* for which */
    struct latch begin;
    int64_t timeout;
    _Atomic asyr_status status;
    struct latch done;
};

#define WAITS_FOREVER                                                               \
    {                                                                               \
        NULL, LATCH_CLOSED, ASYR_FOREVER, -1, LATCH_CLOSED                          \
    }

static void run_wait(asyr_task *task, void *arg)
{
    struct waits *waits = arg;
    (void)task;
    latch_wait(&waits->begin, 1);
    waits->status = asyr_result_wait(waits->result, waits->timeout, NULL, NULL);
    latch_open(&waits->done);
}

/* B24 */
static void a_task_runs_what_it_waits_for(void)
{
    struct waits waits = WAITS_FOREVER;
    asyr_pool *pool = support_pool(1);
    asyr_result *outer = support_submit(pool, run_wait, &waits, NULL);
    waits.result = support_submit(pool, run_echo, NULL, NULL);
    latch_open(&waits.begin);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    CU_ASSERT_EQUAL(waits.status, ASYR_OK);
    CU_ASSERT_EQUAL(pool->workers, 1);
    asyr_result_unref(waits.result);
    support_end(pool);
}

static void a_task_runs_the_whole_map_that_it_waits_for(void)
{
    struct waits waits = WAITS_FOREVER;
    _Atomic int ran = 0;
    asyr_pool *pool = support_pool(1);
    asyr_result *outer = support_submit(pool, run_wait, &waits, NULL);
    waits.result = support_map(pool, run_count, &ran, 30, NULL);
    latch_open(&waits.begin);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    CU_ASSERT_EQUAL(ran, 30);
    asyr_result_unref(waits.result);
    support_end(pool);
}

/* B24: what runs is waited for with a spare in the waiter's place. */
static void a_spare_stands_in_for_a_task_that_waits(void)
{
    struct waits waits = WAITS_FOREVER;
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(2);
    waits.result = support_submit(pool, run_gate, &gate, NULL);
    latch_wait(&gate.entered, 1);
    asyr_result *outer = support_submit(pool, run_wait, &waits, NULL);
    latch_open(&waits.begin);
    asyr_result *other = support_submit(pool, run_open, &gate.leave, NULL);
    CU_ASSERT_EQUAL(support_take_outcome(other), ASYR_OK);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    CU_ASSERT_EQUAL(waits.status, ASYR_OK);
    asyr_result_unref(waits.result);
    support_end(pool);
}

/* B24: also when the wait has a timeout. */
static void a_spare_runs_what_a_timed_wait_waits_for(void)
{
    struct waits waits = WAITS_FOREVER;
    waits.timeout = A_MINUTE;
    asyr_pool *pool = support_pool(1);
    asyr_result *outer = support_submit(pool, run_wait, &waits, NULL);
    waits.result = support_submit(pool, run_echo, NULL, NULL);
    latch_open(&waits.begin);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    CU_ASSERT_EQUAL(waits.status, ASYR_OK);
    asyr_result_unref(waits.result);
    support_end(pool);
}

/* B24: bounded. */
static void spares_are_bounded(void)
{
    struct waits waits[3] = {WAITS_FOREVER, WAITS_FOREVER, WAITS_FOREVER};
    struct gate gate = GATE_CLOSED;
    _Atomic int ran = 0;
    asyr_pool *other = support_pool(1);
    asyr_pool_options *options = support_pool_options(1);
    asyr_result *outer[3];
    UNIT_SUCCEEDS(asyr_pool_options_set_spare_workers(options, 1, &error));
    asyr_pool *pool = support_pool_with(options);
    asyr_result *held = support_submit(other, run_gate, &gate, NULL);
    for (int i = 0; i < 3; i++) {
        waits[i].result = held;
        latch_open(&waits[i].begin);
        outer[i] = support_submit(pool, run_wait, &waits[i], NULL);
    }
    support_await_waiters(held, 2);
    asyr_result *last = support_submit(pool, run_count, &ran, NULL);
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_result_wait(last, 1000, NULL, &error));
    CU_ASSERT_EQUAL(pool->workers, 2);
    CU_ASSERT_EQUAL(ran, 0);
    latch_open(&gate.leave);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(support_take_outcome(outer[i]), ASYR_OK);
        CU_ASSERT_EQUAL(waits[i].status, ASYR_OK);
    }
    CU_ASSERT_EQUAL(support_take_outcome(last), ASYR_OK);
    asyr_result_unref(held);
    support_end(pool);
    support_end(other);
}

static bool has_nominal_workers(void *arg)
{
    asyr_pool *pool = arg;
    asyri_mutex_lock(&pool->lock);
    bool nominal = pool->workers == pool->nominal;
    asyri_mutex_unlock(&pool->lock);
    return nominal;
}

static void a_spare_ends_when_its_place_is_taken_again(void)
{
    struct waits waits = WAITS_FOREVER;
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(2);
    waits.result = support_submit(pool, run_gate, &gate, NULL);
    latch_wait(&gate.entered, 1);
    latch_open(&waits.begin);
    asyr_result *outer = support_submit(pool, run_wait, &waits, NULL);
    support_await_waiters(waits.result, 1);
    CU_ASSERT_EQUAL(support_take_outcome(support_submit(pool, run_echo, NULL, NULL)),
                    ASYR_OK);
    CU_ASSERT_EQUAL(pool->workers, 3);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    asyr_result_unref(waits.result);
    for (int i = 0; i < 10; i++)
        CU_ASSERT_EQUAL(
            support_take_outcome(support_submit(pool, run_echo, NULL, NULL)),
            ASYR_OK);
    support_until(has_nominal_workers, pool);
    support_end(pool);
}

/* B24 */
static void a_task_that_waits_for_itself_is_a_deadlock(void)
{
    static const int64_t timeouts[] = {ASYR_FOREVER, A_MINUTE};
    for (int i = 0; i < 2; i++) {
        struct waits waits = WAITS_FOREVER;
        waits.timeout = timeouts[i];
        asyr_pool *pool = support_pool(1);
        waits.result = support_submit(pool, run_wait, &waits, NULL);
        latch_open(&waits.begin);
        CU_ASSERT_EQUAL(support_take_outcome(waits.result), ASYR_OK);
        CU_ASSERT_EQUAL(waits.status, ASYR_E_DEADLOCK);
        support_end(pool);
    }
}

/* Tasks that each wait for the next one, around a circle; one of them is told. */
static void expect_circle_broken(asyr_pool *const *pools, int count)
{
    struct waits waits[3] = {WAITS_FOREVER, WAITS_FOREVER, WAITS_FOREVER};
    asyr_result *results[3];
    int deadlocks = 0, fine = 0;
    for (int i = 0; i < count; i++)
        results[i] = support_submit(pools[i], run_wait, &waits[i], NULL);
    for (int i = 0; i < count; i++)
        waits[i].result = results[(i + 1) % count];
    for (int i = 0; i < count; i++)
        latch_open(&waits[i].begin);
    for (int i = 0; i < count; i++) {
        CU_ASSERT_EQUAL(support_outcome(results[i]), ASYR_OK);
        deadlocks += waits[i].status == ASYR_E_DEADLOCK;
        fine += waits[i].status == ASYR_OK;
    }
    for (int i = 0; i < count; i++)
        asyr_result_unref(results[i]);
    CU_ASSERT_EQUAL(deadlocks, 1);
    CU_ASSERT_EQUAL(fine, count - 1);
}

/* B24 */
static void a_circle_of_two_or_three_is_a_deadlock(void)
{
    for (int workers = 1; workers <= 3; workers++) {
        asyr_pool *pool = support_pool(workers);
        asyr_pool *const pools[3] = {pool, pool, pool};
        for (int i = 0; i < 20; i++) {
            expect_circle_broken(pools, 2);
            expect_circle_broken(pools, 3);
        }
        support_end(pool);
    }
}

/* B24 */
static void a_circle_across_two_pools_is_a_deadlock(void)
{
    asyr_pool *pools[3] = {support_pool(1), support_pool(1)};
    pools[2] = pools[0];
    for (int i = 0; i < 20; i++) {
        expect_circle_broken(pools, 2);
        expect_circle_broken(pools, 3);
    }
    support_end(pools[0]);
    support_end(pools[1]);
}

static asyr_error *wait_in_callback(asyr_value *value, void *arg)
{
    (void)value;
    run_wait(NULL, arg);
    return NULL;
}

/* Submit something whose callback waits. */
static asyr_result *submit_waiting_callback(asyr_pool *pool, struct waits *waits,
                                            asyr_queue *queue)
{
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_callback(options, wait_in_callback, waits,
                                                 NULL, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_queue(options, queue, &error));
    asyr_result *result = support_submit(pool, run_echo, NULL, options);
    asyr_task_options_free(options);
    return result;
}

/* B10 */
static void a_callback_that_waits_for_its_own_result_is_a_deadlock(void)
{
    struct waits waits = WAITS_FOREVER;
    asyr_pool *pool = support_pool(1);
    waits.result = submit_waiting_callback(pool, &waits, NULL);
    latch_open(&waits.begin);
    CU_ASSERT_EQUAL(support_take_outcome(waits.result), ASYR_OK);
    CU_ASSERT_EQUAL(waits.status, ASYR_E_DEADLOCK);
    support_end(pool);
}

/* B10 */
static void a_callback_that_waits_for_a_later_one_is_a_deadlock(void)
{
    _Atomic int counter = 0;
    struct waits waits = WAITS_FOREVER;
    asyr_pool *pool = support_pool(1);
    asyr_result *outer = submit_waiting_callback(pool, &waits, NULL);
    waits.result = submit_counted(pool, &counter);
    latch_open(&waits.begin);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    CU_ASSERT_EQUAL(waits.status, ASYR_E_DEADLOCK);
    CU_ASSERT_EQUAL(support_take_outcome(waits.result), ASYR_OK);
    CU_ASSERT_EQUAL(counter, 1);
    support_end(pool);
}

/* B10: waiting there for what calls nothing back is fine. */
static void a_callback_may_wait_for_a_result_without_one(void)
{
    struct waits waits = WAITS_FOREVER;
    asyr_pool *pool = support_pool(1);
    asyr_result *outer = submit_waiting_callback(pool, &waits, NULL);
    waits.result = support_submit(pool, run_echo, NULL, NULL);
    latch_open(&waits.begin);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    CU_ASSERT_EQUAL(waits.status, ASYR_OK);
    asyr_result_unref(waits.result);
    support_end(pool);
}

/* B10, B12 */
static void a_callback_that_the_owner_drains_may_not_wait_for_itself(void)
{
    struct waits waits = WAITS_FOREVER;
    asyr_queue *queue = support_queue(0);
    asyr_pool *pool = pool_with_queue(1, queue);
    UNIT_SUCCEEDS(asyr_queue_own(queue, &error));
    waits.result = submit_waiting_callback(pool, &waits, queue);
    latch_open(&waits.begin);
    CU_ASSERT_EQUAL(support_take_outcome(waits.result), ASYR_OK);
    CU_ASSERT_EQUAL(waits.status, ASYR_E_DEADLOCK);
    support_end(pool);
    asyr_queue_unref(queue);
}

/* B24, B10: a task waits for a callback that waits for the task. */
static void a_circle_of_a_task_and_a_callback_is_a_deadlock(void)
{
    for (int i = 0; i < 20; i++) {
        struct waits task = WAITS_FOREVER, callback = WAITS_FOREVER;
        asyr_pool *pool = support_pool(2);
        callback.result = support_submit(pool, run_wait, &task, NULL);
        task.result = submit_waiting_callback(pool, &callback, NULL);
        latch_open(&task.begin);
        latch_open(&callback.begin);
        CU_ASSERT_EQUAL(support_outcome(task.result), ASYR_OK);
        CU_ASSERT_EQUAL(support_take_outcome(callback.result), ASYR_OK);
        asyr_result_unref(task.result);
        CU_ASSERT_EQUAL((task.status == ASYR_E_DEADLOCK) +
                            (callback.status == ASYR_E_DEADLOCK),
                        1);
        support_end(pool);
    }
}

/* Two waits for the same thing are none. */
static void many_tasks_may_wait_for_the_same_result(void)
{
    struct waits waits[4] = {WAITS_FOREVER, WAITS_FOREVER, WAITS_FOREVER,
                             WAITS_FOREVER};
    asyr_result *outer[4];
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_result *held = support_submit(pool, run_gate, &gate, NULL);
    latch_wait(&gate.entered, 1);
    for (int i = 0; i < 4; i++) {
        waits[i].result = held;
        latch_open(&waits[i].begin);
        outer[i] = support_submit(pool, run_wait, &waits[i], NULL);
    }
    latch_open(&gate.leave);
    for (int i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(support_take_outcome(outer[i]), ASYR_OK);
        CU_ASSERT_EQUAL(waits[i].status, ASYR_OK);
    }
    asyr_result_unref(held);
    support_end(pool);
}

struct seen {
    pthread_t thread;
};

static void run_note_thread(asyr_task *task, void *arg)
{
    struct seen *seen = arg;
    (void)task;
    seen->thread = pthread_self();
}

/* A pool of one worker, which a gate holds, so that only a waiter can run the rest. */
static asyr_pool *held_pool(int32_t helping, struct gate *gate, asyr_result **held)
{
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_helping(options, helping, &error));
    asyr_pool *pool = support_pool_with(options);
    *held = support_submit(pool, run_gate, gate, NULL);
    latch_wait(&gate->entered, 1);
    return pool;
}

static void a_thread_that_may_help_runs_what_it_waits_for(void)
{
    struct gate gate = GATE_CLOSED;
    struct seen seen = {0};
    asyr_result *held;
    asyr_pool *pool = held_pool(ASYR_HELP_ALL, &gate, &held);
    asyr_result *result = support_submit(pool, run_note_thread, &seen, NULL);
    UNIT_SUCCEEDS(asyr_result_wait(result, ASYR_FOREVER, NULL, &error));
    asyr_result_unref(result);
    CU_ASSERT_TRUE(pthread_equal(seen.thread, pthread_self()));
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(held), ASYR_OK);
    support_end(pool);
}

/* B3: a wait with a time limit runs nothing, for it could not keep the limit. */
static void a_timed_wait_does_not_help(void)
{
    struct gate gate = GATE_CLOSED;
    struct seen seen = {0};
    asyr_result *held;
    asyr_pool *pool = held_pool(ASYR_HELP_ALL, &gate, &held);
    asyr_result *result = support_submit(pool, run_note_thread, &seen, NULL);
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_result_wait(result, 1000, NULL, &error));
    CU_ASSERT_EQUAL(asyr_result_get_state(result), ASYR_RESULT_PENDING);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    CU_ASSERT_EQUAL(support_take_outcome(held), ASYR_OK);
    support_end(pool);
}

static void by_default_only_workers_run_tasks(void)
{
    struct gate gate = GATE_CLOSED;
    struct seen seen = {0};
    asyr_result *held;
    asyr_pool *pool = held_pool(ASYR_HELP_WORKERS, &gate, &held);
    asyr_result *result = support_submit(pool, run_note_thread, &seen, NULL);
    latch_open(&gate.leave);
    UNIT_SUCCEEDS(asyr_result_wait(result, ASYR_FOREVER, NULL, &error));
    asyr_result_unref(result);
    CU_ASSERT_FALSE(pthread_equal(seen.thread, pthread_self()));
    CU_ASSERT_EQUAL(support_take_outcome(held), ASYR_OK);
    support_end(pool);
}

/* The entry of what a waiter ran is met by a worker later, or by the end. */
static void many_waits_that_help_leave_nothing_behind(void)
{
    struct gate gate = GATE_CLOSED;
    _Atomic int ran = 0;
    asyr_result *held;
    asyr_pool *pool = held_pool(ASYR_HELP_ALL, &gate, &held);
    for (int i = 0; i < 1000; i++) {
        asyr_result *first = support_submit(pool, run_count, (void *)&ran, NULL);
        asyr_result *second = support_submit(pool, run_count, (void *)&ran, NULL);
        UNIT_SUCCEEDS(asyr_result_wait(first, ASYR_FOREVER, NULL, &error));
        UNIT_SUCCEEDS(asyr_result_wait(second, ASYR_FOREVER, NULL, &error));
        asyr_result_unref(first);
        asyr_result_unref(second);
    }
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(held), ASYR_OK);
    support_end(pool);
    CU_ASSERT_EQUAL(ran, 2000);
}

CU_TestInfo wait_tests[] = {
    UNIT_TEST(a_task_runs_what_it_waits_for),
    UNIT_TEST(a_task_runs_the_whole_map_that_it_waits_for),
    UNIT_TEST(a_spare_stands_in_for_a_task_that_waits),
    UNIT_TEST(a_spare_runs_what_a_timed_wait_waits_for),
    UNIT_TEST(spares_are_bounded),
    UNIT_TEST(a_spare_ends_when_its_place_is_taken_again),
    UNIT_TEST(a_task_that_waits_for_itself_is_a_deadlock),
    UNIT_TEST(a_circle_of_two_or_three_is_a_deadlock),
    UNIT_TEST(a_circle_across_two_pools_is_a_deadlock),
    UNIT_TEST(a_callback_that_waits_for_its_own_result_is_a_deadlock),
    UNIT_TEST(a_callback_that_waits_for_a_later_one_is_a_deadlock),
    UNIT_TEST(a_callback_may_wait_for_a_result_without_one),
    UNIT_TEST(a_callback_that_the_owner_drains_may_not_wait_for_itself),
    UNIT_TEST(a_circle_of_a_task_and_a_callback_is_a_deadlock),
    UNIT_TEST(many_tasks_may_wait_for_the_same_result),
    UNIT_TEST(a_thread_that_may_help_runs_what_it_waits_for),
    UNIT_TEST(a_timed_wait_does_not_help),
    UNIT_TEST(by_default_only_workers_run_tasks),
    UNIT_TEST(many_waits_that_help_leave_nothing_behind),
    CU_TEST_INFO_NULL};
