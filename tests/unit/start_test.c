/*
 * Every start of a thread made to fail in turn: workers, the dispatcher, strands,
 * spares, and those that take the place of another (B20, B25).
 */
#include "support.h"

#include "base/alloc.h"
#include "core/result.h"
#include "platform/thread.h"
#include "pool/pool.h"
#include "pool/worker.h"

static asyr_error *ignore_value(asyr_value *value, void *arg)
{
    (void)value;
    (void)arg;
    return NULL;
}

static asyr_error *end_thread(asyr_value *value, void *arg)
{
    (void)value;
    (void)arg;
    pthread_exit(NULL);
}

static void ignore_unread(asyr_error *failure, void *arg)
{
    (void)failure;
    (void)arg;
}

static void ignore_done(asyr_result *result, void *arg)
{
    (void)result;
    (void)arg;
}

static void count_released(void *counter)
{
    ++*(_Atomic int *)counter;
}

static bool is_one(void *counter)
{
    return *(_Atomic int *)counter == 1;
}

static asyr_task_options *with_callback(asyr_callback_fn callback)
{
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(options, callback, NULL, NULL, &error));
    return options;
}

/* B20: whichever of them it is, the others are stopped and the pool is not made. */
static void a_worker_that_does_not_start_fails_the_pool(void)
{
    for (int64_t successes = 0; successes <= 5; successes++) {
        _Atomic int released = 0;
        asyr_pool *pool = NULL;
        asyr_pool_options *options = support_pool_options(4);
        UNIT_SUCCEEDS(asyr_pool_options_set_unread_error_hook(
            options, ignore_unread, &released, count_released, &error));
        asyri_thread_fail_after(successes); /* the dispatcher is the first */
        if (successes < 5)
            UNIT_FAILS(ASYR_E_SYSTEM, asyr_pool_new(options, &pool, &error));
        else
            UNIT_SUCCEEDS(asyr_pool_new(options, &pool, &error));
        asyri_thread_fail_after(-1);
        asyr_pool_options_free(options);
        CU_ASSERT_EQUAL(pool != NULL, successes == 5);
        if (pool)
            support_end(pool);
        support_until(is_one, &released);
    }
}

static void a_dispatcher_that_does_not_start_fails_the_submit_alone(void)
{
    asyr_result *result = NULL;
    asyr_pool *pool = support_pool(1);
    asyr_function *function = support_native(run_echo, NULL);
    asyr_task_options *options = with_callback(ignore_value);
    asyri_thread_fail_after(0);
    UNIT_FAILS(ASYR_E_SYSTEM, asyr_pool_apply_async(pool, function, NULL, options,
                                                    &result, &error));
    asyri_thread_fail_after(-1);
    CU_ASSERT_PTR_NULL(result);
    CU_ASSERT_EQUAL(
        support_take_outcome(support_submit(pool, run_echo, NULL, options)),
        ASYR_OK);
    asyr_task_options_free(options);
    asyr_function_unref(function);
    support_end(pool);
}

/* B13 */
static void a_dispatcher_that_does_not_start_releases_a_done_callback(void)
{
    _Atomic int released = 0;
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_result *result = support_submit(pool, run_gate, &gate, NULL);
    asyri_thread_fail_after(0);
    UNIT_FAILS(ASYR_E_SYSTEM,
               asyr_result_add_done_callback(result, ignore_done, &released,
                                             count_released, NULL, &error));
    asyri_thread_fail_after(-1);
    CU_ASSERT_EQUAL(released, 1);
    UNIT_SUCCEEDS(asyr_result_add_done_callback(result, ignore_done, NULL, NULL,
                                                NULL, &error));
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    support_end(pool);
}

/* B10, B25: without a dispatcher callbacks are dropped, and nothing hangs. */
static void a_dispatcher_that_is_not_replaced_drops_callbacks(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_task_options *ending = with_callback(end_thread);
    asyr_task_options *later = with_callback(ignore_value);
    struct gate gate = GATE_CLOSED;
    asyr_result *held = support_submit(pool, run_gate, &gate, ending);
    asyr_result *next = support_submit(pool, run_echo, NULL, later);
    asyri_thread_fail_after(0);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(held), ASYR_E_WORKER_LOST);
    CU_ASSERT_EQUAL(support_take_outcome(next), ASYR_OK);
    CU_ASSERT_EQUAL(support_take_outcome(support_submit(pool, run_echo, NULL, NULL)),
                    ASYR_OK);
    support_end(pool);
    asyri_thread_fail_after(-1);
    asyr_task_options_free(ending);
    asyr_task_options_free(later);
}

static void a_pinned_strand_that_does_not_start_is_not_made(void)
{
    asyr_strand *strand = NULL;
    asyr_pool *pool = support_pool(1);
    asyri_thread_fail_after(0);
    UNIT_FAILS(ASYR_E_SYSTEM,
               asyr_strand_new(pool, ASYR_STRAND_PINNED, &strand, &error));
    asyri_thread_fail_after(-1);
    CU_ASSERT_PTR_NULL(strand);
    UNIT_SUCCEEDS(asyr_strand_new(pool, ASYR_STRAND_PINNED, &strand, &error));
    asyr_strand_unref(strand);
    support_end(pool);
}

/* B25: tasks that nobody could run get an error. */
static void a_pinned_thread_that_is_not_replaced_breaks_the_pool(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_strand *strand = NULL;
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_strand_new(pool, ASYR_STRAND_PINNED, &strand, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_strand(options, strand, &error));
    asyr_strand_unref(strand);
    asyr_result *first = support_submit(pool, run_gate, &gate, options);
    asyr_result *lost = support_submit(pool, run_exit, NULL, options);
    asyr_result *next = support_submit(pool, run_echo, NULL, options);
    asyr_task_options_free(options);
    latch_wait(&gate.entered, 1);
    asyri_thread_fail_after(0);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(first), ASYR_OK);
    CU_ASSERT_EQUAL(support_take_outcome(lost), ASYR_E_WORKER_LOST);
    CU_ASSERT_EQUAL(support_take_outcome(next), ASYR_E_BROKEN);
    asyri_thread_fail_after(-1);
    CU_ASSERT_EQUAL(asyr_pool_get_state(pool), ASYR_POOL_BROKEN);
    support_end(pool);
}

/* A task that waits for another one. */
struct waits {
    asyr_result *result;
    struct latch begin;
};

static void run_wait(asyr_task *task, void *arg)
{
    struct waits *waits = arg;
    (void)task;
    latch_wait(&waits->begin, 1);
    asyr_result_wait(waits->result, ASYR_FOREVER, NULL, NULL);
}

/* B24: the wait takes longer, and the next submit tries again. */
static void a_spare_that_does_not_start_is_tried_again(void)
{
    struct gate gate = GATE_CLOSED;
    struct waits waits = {NULL, LATCH_CLOSED};
    asyr_pool *pool = support_pool(2);
    waits.result = support_submit(pool, run_gate, &gate, NULL);
    latch_wait(&gate.entered, 1);
    asyr_result *outer = support_submit(pool, run_wait, &waits, NULL);
    support_await_idle(pool, 0);
    asyr_result *queued = support_submit(pool, run_echo, NULL, NULL);
    asyri_thread_fail_after(0);
    latch_open(&waits.begin);
    support_await_waiters(waits.result, 1);
    asyri_thread_fail_after(-1);
    CU_ASSERT_EQUAL(support_take_outcome(support_submit(pool, run_echo, NULL, NULL)),
                    ASYR_OK);
    CU_ASSERT_EQUAL(support_take_outcome(queued), ASYR_OK);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    asyr_result_unref(waits.result);
    support_end(pool);
}

/* B25 */
static void the_last_worker_that_is_not_replaced_breaks_the_pool(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_result *first = support_submit(pool, run_gate, &gate, NULL);
    asyr_result *lost = support_submit(pool, run_exit, NULL, NULL);
    asyr_result *next = support_submit(pool, run_echo, NULL, NULL);
    asyri_thread_fail_after(0);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(first), ASYR_OK);
    CU_ASSERT_EQUAL(support_take_outcome(lost), ASYR_E_WORKER_LOST);
    asyr_error *error = support_error(next), *cause = asyr_error_get_cause(error);
    asyri_thread_fail_after(-1);
    CU_ASSERT_EQUAL(asyr_error_get_code(error), ASYR_E_BROKEN);
    CU_ASSERT_EQUAL(asyr_error_get_code(cause), ASYR_E_SYSTEM);
    asyr_error_unref(cause);
    asyr_error_unref(error);
    asyr_result_unref(next);
    support_end(pool);
}

/* B25 */
static void another_worker_goes_on_alone(void)
{
    asyr_pool *pool = support_pool(2);
    asyri_thread_fail_after(0);
    CU_ASSERT_EQUAL(support_take_outcome(support_submit(pool, run_exit, NULL, NULL)),
                    ASYR_E_WORKER_LOST);
    for (int i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(
            support_take_outcome(support_submit(pool, run_echo, NULL, NULL)),
            ASYR_OK);
    support_end(pool);
    asyri_thread_fail_after(-1);
}

/* B19 */
static void a_worker_without_a_successor_goes_on(void)
{
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_max_tasks_per_worker(options, 1, &error));
    asyr_pool *pool = support_pool_with(options);
    for (int i = 0; i < 10; i++) {
        asyri_thread_fail_after(0);
        for (int j = 0; j < 3; j++)
            CU_ASSERT_EQUAL(
                support_take_outcome(support_submit(pool, run_echo, NULL, NULL)),
                ASYR_OK);
    }
    support_end(pool);
    asyri_thread_fail_after(-1);
}

/* Workers that wait until their successor has looked for work, then retire. */
static _Atomic int ended_workers;

static bool successor_has_looked(void *arg)
{
    asyr_pool *pool = arg;
    bool sleeps = asyri_sleepers_count_asleep(&pool->sleepers) > 0;
    return sleeps || !asyri_pool_has_work(pool) || ended_workers > 0;
}

static void work_slowly(void *arg)
{
    asyr_worker *worker = arg;
    bool succeeded = false;
    while (!succeeded && asyri_worker_work(worker, NULL) == ASYR_OK)
        succeeded = asyri_worker_hand_over(worker);
    if (succeeded)
        support_until(successor_has_looked, worker->pool);
    ended_workers++;
    asyri_worker_retire(worker);
}

static int start_slowly(asyr_worker *worker)
{
    ended_workers = 0;
    return asyri_thread_start(&worker->start, worker->pool->name, work_slowly,
                              worker);
}

/* B19: a successor that looks for work before the old worker is gone stays. */
static void a_successor_is_no_surplus(void)
{
    static const struct asyri_executor slow = {.start = start_slowly};
    asyr_pool *pool = NULL;
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_max_tasks_per_worker(options, 1, &error));
    CU_ASSERT_EQUAL_FATAL(asyri_pool_new(options, &slow, &pool, NULL), ASYR_OK);
    asyr_pool_options_free(options);
    for (int i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(
            support_take_outcome(support_submit(pool, run_echo, NULL, NULL)),
            ASYR_OK);
    support_end(pool);
}

/* A task ends the thread while there is no memory to replace it. */
static bool end_without(int64_t successes, int sticky)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_result *first = support_submit(pool, run_gate, &gate, NULL);
    asyr_result *lost = support_submit(pool, run_exit, NULL, NULL);
    asyr_result *next = support_submit(pool, run_echo, NULL, NULL);
    int64_t before = asyri_alloc_count();
    latch_wait(&gate.entered, 1);
    asyri_alloc_fail_after(successes, sticky);
    latch_open(&gate.leave);
    asyr_status first_status = support_take_outcome(first);
    asyr_status lost_status = support_take_outcome(lost);
    asyr_status next_status = support_take_outcome(next);
    bool reached = asyri_alloc_count() - before > successes;
    asyri_alloc_fail_after(-1, 0);
    CU_ASSERT_EQUAL(first_status, ASYR_OK);
    CU_ASSERT_TRUE(lost_status == ASYR_E_WORKER_LOST ||
                   lost_status == ASYR_E_MEMORY);
    CU_ASSERT_TRUE(next_status == ASYR_OK || next_status == ASYR_E_BROKEN ||
                   next_status == ASYR_E_MEMORY);
    support_end(pool);
    return reached;
}

static void a_worker_lost_without_memory_hangs_nobody(void)
{
    for (int sticky = 0; sticky < 2; sticky++) {
        int64_t successes = 0;
        while (end_without(successes, sticky))
            successes++;
        CU_ASSERT_TRUE(successes > 0);
    }
}

CU_TestInfo start_tests[] = {
    UNIT_TEST(a_worker_that_does_not_start_fails_the_pool),
    UNIT_TEST(a_dispatcher_that_does_not_start_fails_the_submit_alone),
    UNIT_TEST(a_dispatcher_that_does_not_start_releases_a_done_callback),
    UNIT_TEST(a_dispatcher_that_is_not_replaced_drops_callbacks),
    UNIT_TEST(a_pinned_strand_that_does_not_start_is_not_made),
    UNIT_TEST(a_pinned_thread_that_is_not_replaced_breaks_the_pool),
    UNIT_TEST(a_spare_that_does_not_start_is_tried_again),
    UNIT_TEST(the_last_worker_that_is_not_replaced_breaks_the_pool),
    UNIT_TEST(another_worker_goes_on_alone),
    UNIT_TEST(a_worker_without_a_successor_goes_on),
    UNIT_TEST(a_successor_is_no_surplus),
    UNIT_TEST(a_worker_lost_without_memory_hangs_nobody),
    CU_TEST_INFO_NULL};
