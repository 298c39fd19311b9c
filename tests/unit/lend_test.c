/* Hosts that wait until their pool wants another worker. */
#include "support.h"

#include "pool/pool.h"

static asyr_pool *host_pool(int64_t workers, int64_t spares)
{
    asyr_pool_options *options = support_pool_options(workers);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_worker_source(options, ASYR_WORKERS_HOST, &error));
    UNIT_SUCCEEDS(asyr_pool_options_set_spare_workers(options, spares, &error));
    return support_pool_with(options);
}

static asyr_worker *await(asyr_pool *pool)
{
    asyr_worker *worker = NULL;
    UNIT_SUCCEEDS(asyr_worker_await(pool, A_MINUTE, NULL, &worker, &error));
    return worker;
}

static void expect_none_wanted(asyr_pool *pool, asyr_status expected)
{
    asyr_worker *worker = NULL;
    UNIT_FAILS(expected, asyr_worker_await(pool, 0, NULL, &worker, &error));
    CU_ASSERT_PTR_NULL(worker);
}

/* Run the next task on this thread. */
static void run_next(asyr_worker *worker)
{
    asyr_task *task = NULL;
    UNIT_SUCCEEDS(asyr_worker_next(worker, A_MINUTE, NULL, &task, &error));
    UNIT_SUCCEEDS(asyr_task_run(task, &error));
    UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
}

static void a_worker_is_wanted_once_work_waits_for_it(void)
{
    asyr_task *task = NULL;
    asyr_pool *pool = host_pool(2, 0);
    expect_none_wanted(pool, ASYR_E_TIMEOUT);
    asyr_result *first = support_submit(pool, run_echo, NULL, NULL);
    asyr_result *second = support_submit(pool, run_echo, NULL, NULL);
    asyr_result *third = support_submit(pool, run_echo, NULL, NULL);
    asyr_worker *one = await(pool);
    expect_none_wanted(pool, ASYR_E_TIMEOUT);
    UNIT_SUCCEEDS(asyr_worker_next(one, 0, NULL, &task, &error));
    asyr_worker *two = await(pool);
    expect_none_wanted(pool, ASYR_E_TIMEOUT);
    UNIT_SUCCEEDS(asyr_worker_done(one, &error));
    run_next(two);
    run_next(two);
    CU_ASSERT_EQUAL(support_take_outcome(first), ASYR_OK);
    CU_ASSERT_EQUAL(support_take_outcome(second), ASYR_OK);
    CU_ASSERT_EQUAL(support_take_outcome(third), ASYR_OK);
    asyr_worker_free(one);
    asyr_worker_free(two);
    support_end(pool);
}

struct awaiting {
    asyr_pool *pool;
    asyr_interrupt *interrupt;
    pthread_t thread;
    asyr_status status;
    asyr_worker *worker; /* of another thread */
    struct latch over;
};

/* Lend workers until that ends, each for one task. */
static void *lend(void *arg)
{
    struct awaiting *awaiting = arg;
    asyr_worker *worker = NULL;
    while ((awaiting->status =
                asyr_worker_await(awaiting->pool, A_MINUTE, awaiting->interrupt,
                                  &worker, NULL)) == ASYR_OK) {
        asyr_task *task = NULL;
        if (asyr_worker_next(worker, A_MINUTE, NULL, &task, NULL) == ASYR_OK) {
            asyr_task_run(task, NULL);
            asyr_worker_done(worker, NULL);
        }
        asyr_worker_free(worker);
    }
    asyr_pool_unref(awaiting->pool);
    return NULL;
}

static void begin(struct awaiting *awaiting)
{
    asyr_pool_ref(awaiting->pool);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&awaiting->thread, NULL, lend, awaiting),
                          0);
}

static void expect_end(struct awaiting *awaiting, asyr_status status)
{
    pthread_join(awaiting->thread, NULL);
    CU_ASSERT_EQUAL(awaiting->status, status);
}

static void a_submit_wakes_who_awaits(void)
{
    struct awaiting awaiting = {.pool = host_pool(1, 0)};
    begin(&awaiting);
    for (int i = 0; i < 5; i++) {
        support_await_sleepers(&awaiting.pool->lock, &awaiting.pool->wanted, 1);
        asyr_result *result = support_submit(awaiting.pool, run_echo, NULL, NULL);
        CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    }
    support_end(awaiting.pool);
    expect_end(&awaiting, ASYR_E_STOP);
}

static void *take_and_wait(void *arg)
{
    asyr_task *task = NULL;
    struct awaiting *taking = arg;
    asyr_worker_next(taking->worker, A_MINUTE, NULL, &task, NULL);
    latch_wait(&taking->over, 1);
    asyr_worker_free(taking->worker);
    return NULL;
}

/* It counts as searching from when it was woken, so the second submit wakes nobody. */
static void what_a_woken_worker_leaves_is_for_another(void)
{
    pthread_t thread;
    struct awaiting awaiting = {.pool = host_pool(2, 0)};
    latch_init(&awaiting.over);
    UNIT_SUCCEEDS(asyr_worker_new(awaiting.pool, &awaiting.worker, &error));
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, take_and_wait, &awaiting),
                          0);
    support_await_idle(awaiting.pool, 1);
    begin(&awaiting);
    support_await_sleepers(&awaiting.pool->lock, &awaiting.pool->wanted, 1);
    asyr_result *first = support_submit(awaiting.pool, run_echo, NULL, NULL);
    asyr_result *second = support_submit(awaiting.pool, run_echo, NULL, NULL);
    CU_ASSERT_EQUAL(support_take_outcome(second), ASYR_OK);
    latch_open(&awaiting.over);
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(support_take_outcome(first), ASYR_E_WORKER_LOST);
    support_end(awaiting.pool);
    expect_end(&awaiting, ASYR_E_STOP);
}

static void an_await_can_be_interrupted(void)
{
    struct awaiting awaiting = {.pool = host_pool(1, 0),
                                .interrupt = support_interrupt()};
    begin(&awaiting);
    support_await_sleepers(&awaiting.pool->lock, &awaiting.pool->wanted, 1);
    asyr_interrupt_trigger(awaiting.interrupt);
    expect_end(&awaiting, ASYR_E_INTERRUPTED);
    asyr_interrupt_unref(awaiting.interrupt);
    support_end(awaiting.pool);
}

static void a_lost_worker_is_wanted_again(void)
{
    asyr_task *task = NULL;
    asyr_pool *pool = host_pool(1, 0);
    asyr_result *first = support_submit(pool, run_echo, NULL, NULL);
    asyr_result *second = support_submit(pool, run_echo, NULL, NULL);
    asyr_worker *worker = await(pool);
    UNIT_SUCCEEDS(asyr_worker_next(worker, 0, NULL, &task, &error));
    expect_none_wanted(pool, ASYR_E_TIMEOUT);
    asyr_worker_free(worker);
    CU_ASSERT_EQUAL(support_take_outcome(first), ASYR_E_WORKER_LOST);
    worker = await(pool);
    run_next(worker);
    CU_ASSERT_EQUAL(support_take_outcome(second), ASYR_OK);
    asyr_worker_free(worker);
    support_end(pool);
}

/* A task that waits for one that runs elsewhere. */
struct waiting {
    asyr_result *result;
    asyr_status status;
};

static void wait_for(asyr_task *task, void *arg)
{
    struct waiting *waiting = arg;
    (void)task;
    waiting->status = asyr_result_wait(waiting->result, A_MINUTE, NULL, NULL);
}

static void *run_on_thread(void *worker)
{
    run_next(worker);
    return NULL;
}

/* B24 */
static void a_spare_is_wanted_for_a_worker_that_waits_and_ends_after_it(void)
{
    asyr_task *task = NULL;
    pthread_t thread;
    struct gate gate = GATE_CLOSED;
    asyr_pool *other = support_pool(1), *pool = host_pool(1, 1);
    struct waiting waiting = {.result =
                                  support_submit(other, run_gate, &gate, NULL)};
    asyr_result *outer = support_submit(pool, wait_for, &waiting, NULL);
    asyr_worker *worker = await(pool);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, run_on_thread, worker), 0);
    support_await_waiters(waiting.result, 1);
    asyr_result *queued = support_submit(pool, run_echo, NULL, NULL);
    asyr_worker *spare = await(pool);
    run_next(spare);
    CU_ASSERT_EQUAL(support_take_outcome(queued), ASYR_OK);
    latch_open(&gate.leave);
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(waiting.status, ASYR_OK);
    UNIT_FAILS(ASYR_E_STOP, asyr_worker_next(spare, A_MINUTE, NULL, &task, &error));
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    CU_ASSERT_EQUAL(support_take_outcome(waiting.result), ASYR_OK);
    asyr_worker_free(spare);
    asyr_worker_free(worker);
    support_end(pool);
    support_end(other);
}

/* B24 */
static void a_host_that_says_its_task_waits_may_lend_a_spare(void)
{
    asyr_task *task = NULL;
    asyr_pool *pool = host_pool(1, 1);
    asyr_result *outer = support_submit(pool, run_echo, NULL, NULL);
    asyr_result *queued = support_submit(pool, run_echo, NULL, NULL);
    asyr_worker *worker = await(pool);
    UNIT_FAILS(ASYR_E_STATE, asyr_worker_block(worker, &error));
    UNIT_SUCCEEDS(asyr_worker_next(worker, 0, NULL, &task, &error));
    expect_none_wanted(pool, ASYR_E_TIMEOUT);
    UNIT_SUCCEEDS(asyr_worker_block(worker, &error));
    UNIT_FAILS(ASYR_E_STATE, asyr_worker_block(worker, &error));
    asyr_worker *spare = await(pool);
    run_next(spare);
    CU_ASSERT_EQUAL(support_take_outcome(queued), ASYR_OK);
    UNIT_SUCCEEDS(asyr_worker_unblock(worker, &error));
    UNIT_FAILS(ASYR_E_STATE, asyr_worker_unblock(worker, &error));
    UNIT_FAILS(ASYR_E_STOP, asyr_worker_next(spare, A_MINUTE, NULL, &task, &error));
    UNIT_SUCCEEDS(asyr_worker_block(worker, &error));
    UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    CU_ASSERT_EQUAL(pool->blocked, 0);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    asyr_worker_free(spare);
    asyr_worker_free(worker);
    support_end(pool);
}

/* B24 */
static void a_task_that_has_not_begun_can_be_taken_by_its_result(void)
{
    asyr_task *task = NULL;
    asyr_pool *pool = host_pool(1, 1), *other = host_pool(1, 1);
    asyr_result *first = support_submit(pool, run_echo, NULL, NULL);
    asyr_result *second = support_submit(pool, run_echo, NULL, NULL);
    asyr_result *foreign = support_submit(other, run_echo, NULL, NULL);
    asyr_worker *worker = await(pool);
    UNIT_SUCCEEDS(asyr_worker_claim(worker, second, &task, &error));
    UNIT_FAILS(ASYR_E_STATE, asyr_worker_claim(worker, first, &task, &error));
    UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    CU_ASSERT_TRUE(asyr_result_is_ready(second));
    CU_ASSERT_FALSE(asyr_result_is_ready(first));
    UNIT_FAILS(ASYR_E_STATE, asyr_worker_claim(worker, second, &task, &error));
    UNIT_FAILS(ASYR_E_STATE, asyr_worker_claim(worker, foreign, &task, &error));
    run_next(worker);
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_worker_next(worker, 0, NULL, &task, &error));
    CU_ASSERT_EQUAL(support_take_outcome(first), ASYR_OK);
    CU_ASSERT_EQUAL(support_take_outcome(second), ASYR_OK);
    asyr_result_unref(foreign);
    asyr_worker_free(worker);
    UNIT_SUCCEEDS(asyr_pool_terminate(other, &error));
    support_end(pool);
    support_end(other);
}

static void nobody_is_wanted_by_a_pool_that_has_ended_or_has_its_own(void)
{
    asyr_pool *pool = host_pool(1, 0), *own = support_pool(1);
    expect_none_wanted(own, ASYR_E_STATE);
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    expect_none_wanted(pool, ASYR_E_STOP);
    support_end(pool);
    support_end(own);
}

CU_TestInfo lend_tests[] = {
    UNIT_TEST(a_worker_is_wanted_once_work_waits_for_it),
    UNIT_TEST(a_submit_wakes_who_awaits),
    UNIT_TEST(what_a_woken_worker_leaves_is_for_another),
    UNIT_TEST(an_await_can_be_interrupted),
    UNIT_TEST(a_lost_worker_is_wanted_again),
    UNIT_TEST(a_spare_is_wanted_for_a_worker_that_waits_and_ends_after_it),
    UNIT_TEST(a_host_that_says_its_task_waits_may_lend_a_spare),
    UNIT_TEST(a_task_that_has_not_begun_can_be_taken_by_its_result),
    UNIT_TEST(nobody_is_wanted_by_a_pool_that_has_ended_or_has_its_own),
    CU_TEST_INFO_NULL};
