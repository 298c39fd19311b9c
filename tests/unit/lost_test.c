/* Tests of threads that end where more than one thing is going on (B25). */
#include "base/alloc.h"
#include "platform/thread.h"
#include "pool/pool.h"
#include "support.h"

/* What stood above a frame on its stack when its thread ended is gone. */
static void scribble(void *arg)
{
    volatile char stack[8192];
    (void)arg;
    for (size_t i = 0; i < sizeof stack; i++)
        stack[i] = 0x5A;
}

/* A task that submits another one and waits for it. */
struct waits_for {
    asyr_pool *pool;
    asyr_native_fn run;
    const asyr_task_options *options;
    asyr_result *result;
};

static void wait_for(asyr_task *task, void *arg)
{
    struct waits_for *waits = arg;
    asyr_function *function = NULL;
    (void)task;
    asyr_function_new_native(NULL, waits->run, NULL, NULL, &function, NULL);
    asyr_pool_apply_async(waits->pool, function, NULL, waits->options,
                          &waits->result, NULL);
    asyr_function_unref(function);
    pthread_cleanup_push(scribble, NULL);
    asyr_result_wait(waits->result, ASYR_FOREVER, NULL, NULL);
    pthread_cleanup_pop(0);
}

/* B24, B25: the one that is waited for runs on the waiter's thread, and ends it. */
static void a_task_that_ends_its_waiters_thread_ends_the_wait(void)
{
    asyr_pool *pool = support_pool(1);
    for (int i = 0; i < 10; i++) {
        struct waits_for waits = {.pool = pool, .run = run_exit};
        asyr_result *outer = support_submit(pool, wait_for, &waits, NULL);
        CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_E_WORKER_LOST);
        CU_ASSERT_EQUAL(support_take_outcome(waits.result), ASYR_E_WORKER_LOST);
        waits.run = run_echo;
        outer = support_submit(pool, wait_for, &waits, NULL);
        CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
        CU_ASSERT_EQUAL(support_take_outcome(waits.result), ASYR_OK);
    }
    support_end(pool);
}

static asyr_error *end_thread(asyr_value *value, void *arg)
{
    (void)value;
    (void)arg;
    pthread_exit(NULL);
}

static asyr_pool *pool_of_lent_workers(asyr_queue *queue)
{
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_worker_source(options, ASYR_WORKERS_HOST, &error));
    UNIT_SUCCEEDS(asyr_pool_options_set_queue(options, queue, &error));
    return support_pool_with(options);
}

struct lent {
    asyr_pool *pool;
    asyr_queue *queue;
};

static void free_worker(void *worker)
{
    asyr_worker_free(worker);
}

/* Work for the pool until it ends, or the thread; drain the queue meanwhile. */
static void *lend_here(void *arg)
{
    struct lent *lent = arg;
    asyr_worker *worker = NULL;
    if (lent->queue)
        asyr_queue_own(lent->queue, NULL);
    if (asyr_worker_new(lent->pool, &worker, NULL))
        return NULL;
    pthread_cleanup_push(free_worker, worker);
    asyr_worker_run(worker, NULL, NULL);
    pthread_cleanup_pop(1);
    return NULL;
}

static void lend_a_thread(struct lent *lent)
{
    pthread_t thread;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, lend_here, lent), 0);
    pthread_join(thread, NULL);
}

/* B12, B25: the wait of a task drains the queue of its thread. */
static void a_callback_that_ends_its_waiters_thread_ends_the_wait(void)
{
    asyr_queue *queue = support_queue(0);
    struct lent lent = {pool_of_lent_workers(queue), queue};
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(options, end_thread, NULL, NULL, &error));
    struct waits_for waits = {
        .pool = lent.pool, .run = run_echo, .options = options};
    asyr_result *outer = support_submit(lent.pool, wait_for, &waits, NULL);
    lend_a_thread(&lent);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_E_WORKER_LOST);
    CU_ASSERT_EQUAL(support_take_outcome(waits.result), ASYR_E_WORKER_LOST);
    waits.options = NULL;
    outer = support_submit(lent.pool, wait_for, &waits, NULL);
    pthread_t thread;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, lend_here, &lent), 0);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    CU_ASSERT_EQUAL(support_take_outcome(waits.result), ASYR_OK);
    asyr_task_options_free(options);
    support_end(lent.pool);
    pthread_join(thread, NULL);
    asyr_queue_unref(queue);
}

enum { LEFT = 5 };

struct leaves {
    asyr_pool *pool;
    asyr_result *results[LEFT];
};

/* Leave tasks in the worker's own queue, and no memory to put them elsewhere. */
static void leave_tasks_behind(asyr_task *task, void *arg)
{
    struct leaves *leaves = arg;
    asyr_function *function = NULL;
    (void)task;
    asyr_function_new_native(NULL, run_echo, NULL, NULL, &function, NULL);
    for (int i = 0; i < LEFT; i++)
        asyr_pool_apply_async(leaves->pool, function, NULL, NULL,
                              &leaves->results[i], NULL);
    asyr_function_unref(function);
    asyr_pool_close(leaves->pool, NULL);
    asyri_alloc_fail_after(0, true);
    pthread_exit(NULL);
}

/* B24, B25: what the lost worker had goes to the next one, or fails, and says why. */
static void tasks_of_a_lost_worker_are_not_lost_without_memory(void)
{
    asyr_queue *queue = support_queue(0);
    struct lent lent = {pool_of_lent_workers(queue), NULL};
    struct leaves leaves = {.pool = lent.pool};
    asyr_result *outer =
        support_submit(lent.pool, leave_tasks_behind, &leaves, NULL);
    lend_a_thread(&lent);
    asyri_alloc_fail_after(-1, false);
    lend_a_thread(&lent);
    asyr_status status = support_take_outcome(outer);
    CU_ASSERT_TRUE(status == ASYR_E_WORKER_LOST || status == ASYR_E_MEMORY);
    for (int i = 0; i < LEFT; i++) {
        status = support_take_outcome(leaves.results[i]);
        CU_ASSERT_TRUE(status == ASYR_OK || status == ASYR_E_MEMORY);
    }
    support_end(lent.pool);
    asyr_queue_unref(queue);
}

static void count(void *released)
{
    atomic_fetch_add((_Atomic int *)released, 1);
}

static asyr_error *pass(asyr_error *failure, void *arg)
{
    (void)failure;
    (void)arg;
    return NULL;
}

/* The strand's next thread, which would go on with the map, cannot be started. */
static void exit_without_a_successor(asyr_task *task, void *arg)
{
    asyri_thread_fail_after(0);
    run_exit(task, arg);
}

/* B7, B25 */
static void a_map_whose_pinned_thread_has_no_successor_is_released(void)
{
    _Atomic int released = 0;
    asyr_pool *pool = support_pool(1);
    asyr_strand *strand = NULL;
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_strand_new(pool, ASYR_STRAND_PINNED, &strand, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_strand(options, strand, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_chunk_size(options, 1, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(options, pass, &released,
                                                       count, &error));
    asyr_result *map =
        support_map(pool, exit_without_a_successor, NULL, 10, options);
    asyr_task_options_free(options);
    CU_ASSERT_EQUAL(support_take_outcome(map), ASYR_E_BROKEN);
    asyri_thread_fail_after(-1);
    asyr_strand_unref(strand);
    support_end(pool);
    CU_ASSERT_EQUAL(released, 1);
}

static void *close_pool(void *pool)
{
    asyr_pool_close(pool, NULL);
    return NULL;
}

static bool is_closed(void *pool)
{
    return asyr_pool_get_state(pool) == ASYR_POOL_CLOSED;
}

/* B21: a submit that saw the pool open holds a shard's lock; its task is to be run. */
static void a_pool_that_a_submit_saw_open_has_not_ended(void)
{
    pthread_t thread;
    asyr_worker *worker = NULL;
    asyr_queue *queue = support_queue(0);
    asyr_pool *pool = pool_of_lent_workers(queue);
    asyri_shard_lock(&pool->shards[0]);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, close_pool, pool), 0);
    support_until(is_closed, pool);
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_pool_join(pool, 0, NULL, &error));
    UNIT_SUCCEEDS(asyr_worker_new(pool, &worker, &error));
    asyri_shard_unlock(&pool->shards[0]);
    pthread_join(thread, NULL);
    asyr_worker_free(worker);
    support_end(pool);
    asyr_queue_unref(queue);
}

CU_TestInfo lost_tests[] = {
    UNIT_TEST(a_task_that_ends_its_waiters_thread_ends_the_wait),
    UNIT_TEST(a_callback_that_ends_its_waiters_thread_ends_the_wait),
    UNIT_TEST(tasks_of_a_lost_worker_are_not_lost_without_memory),
    UNIT_TEST(a_map_whose_pinned_thread_has_no_successor_is_released),
    UNIT_TEST(a_pool_that_a_submit_saw_open_has_not_ended),
    CU_TEST_INFO_NULL};
