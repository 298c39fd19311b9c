/* B26: full queues, and the cancels and interrupts around them. */
#include "support.h"

#include "core/interrupt.h"
#include "core/result.h"
#include "pool/pool.h"
#include "pool/worker.h"

/* A pool of one worker that is busy, with as many tasks queued as may be. */
struct full {
    struct gate gate;
    asyr_pool *pool;
};

static void fill(struct full *full, int64_t limit, int32_t policy)
{
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_queue_limit(options, limit, policy, &error));
    full->gate = (struct gate)GATE_CLOSED;
    full->pool = support_pool_with(options);
    asyr_result_unref(support_submit(full->pool, run_gate, &full->gate, NULL));
    latch_wait(&full->gate.entered, 1);
    for (int64_t i = 0; i < limit; i++)
        asyr_result_unref(support_submit(full->pool, run_echo, NULL, NULL));
}

static void empty(struct full *full)
{
    latch_open(&full->gate.leave);
    support_end(full->pool);
}

/* A thread that submits. */
struct submitter {
    asyr_pool *pool;
    asyr_interrupt *interrupt;
    pthread_t thread;
    asyr_status status;
    asyr_result *result;
    struct latch done;
};

static void *submit_echo(void *arg)
{
    struct submitter *submitter = arg;
    asyr_function *function = NULL;
    asyr_task_options *options = NULL;
    asyr_function_new_native(NULL, run_echo, NULL, NULL, &function, NULL);
    asyr_task_options_new(&options, NULL);
    asyr_task_options_set_interrupt(options, submitter->interrupt, NULL);
    submitter->status = asyr_pool_apply_async(submitter->pool, function, NULL,
                                              options, &submitter->result, NULL);
    asyr_task_options_free(options);
    asyr_function_unref(function);
    latch_open(&submitter->done);
    return NULL;
}

static void start(struct submitter *submitter, asyr_pool *pool, int expected)
{
    submitter->pool = pool;
    latch_init(&submitter->done);
    CU_ASSERT_EQUAL_FATAL(
        pthread_create(&submitter->thread, NULL, submit_echo, submitter), 0);
    support_await_sleepers(&pool->lock, &pool->space, expected);
}

static void expect_status(struct submitter *submitter, asyr_status status)
{
    latch_wait(&submitter->done, 1);
    pthread_join(submitter->thread, NULL);
    CU_ASSERT_EQUAL(submitter->status, status);
    asyr_result_unref(submitter->result);
}

static void a_full_queue_can_fail(void)
{
    struct full full;
    asyr_result *result = NULL;
    asyr_function *function = support_native(run_echo, NULL);
    fill(&full, 2, ASYR_FULL_FAIL);
    UNIT_FAILS(ASYR_E_QUEUE_FULL, asyr_pool_apply_async(full.pool, function, NULL,
                                                        NULL, &result, &error));
    CU_ASSERT_PTR_NULL(result);
    asyr_function_unref(function);
    empty(&full);
}

static void a_full_queue_can_block(void)
{
    struct full full;
    struct submitter first = {0}, second = {0};
    fill(&full, 1, ASYR_FULL_BLOCK);
    start(&first, full.pool, 1);
    start(&second, full.pool, 2);
    latch_open(&full.gate.leave);
    expect_status(&first, ASYR_OK);
    expect_status(&second, ASYR_OK);
    empty(&full);
}

static void remember_thread(asyr_task *task, void *thread)
{
    (void)task;
    *(pthread_t *)thread = pthread_self();
}

static void the_caller_can_run_what_finds_no_place(void)
{
    struct full full;
    pthread_t thread;
    fill(&full, 1, ASYR_FULL_CALLER_RUNS);
    asyr_result *result = support_submit(full.pool, remember_thread, &thread, NULL);
    CU_ASSERT_TRUE(asyr_result_is_ready(result));
    CU_ASSERT_TRUE(pthread_equal(thread, pthread_self()));
    asyr_result_unref(result);
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_chunk_size(options, 2, &error));
    result = support_map(full.pool, remember_thread, &thread, 5, options);
    CU_ASSERT_TRUE(asyr_result_is_ready(result));
    asyr_result_unref(result);
    asyr_task_options_free(options);
    empty(&full);
}

/* B17, B26 */
static void an_empty_map_is_ready_at_once_in_a_full_queue(void)
{
    struct full full;
    fill(&full, 1, ASYR_FULL_CALLER_RUNS);
    asyr_result *map = support_map(full.pool, run_echo, NULL, 0, NULL);
    CU_ASSERT_TRUE_FATAL(asyr_result_is_ready(map));
    CU_ASSERT_EQUAL(support_take_outcome(map), ASYR_OK);
    empty(&full);
}

static void a_map_needs_one_place(void)
{
    struct full full;
    _Atomic int ran = 0;
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_chunk_size(options, 1, &error));
    fill(&full, 1, ASYR_FULL_FAIL);
    latch_open(&full.gate.leave);
    support_await_idle(full.pool, 1);
    asyr_result *map = support_map(full.pool, run_count, &ran, 10, options);
    CU_ASSERT_EQUAL(support_take_outcome(map), ASYR_OK);
    CU_ASSERT_EQUAL(ran, 10);
    asyr_task_options_free(options);
    support_end(full.pool);
}

static void a_close_ends_submits_that_wait(void)
{
    struct full full;
    struct submitter submitter = {0};
    fill(&full, 1, ASYR_FULL_BLOCK);
    start(&submitter, full.pool, 1);
    UNIT_SUCCEEDS(asyr_pool_close(full.pool, &error));
    expect_status(&submitter, ASYR_E_POOL_CLOSED);
    empty(&full);
}

static void a_terminate_ends_submits_that_wait(void)
{
    struct full full;
    struct submitter submitter = {0};
    fill(&full, 1, ASYR_FULL_BLOCK);
    start(&submitter, full.pool, 1);
    UNIT_SUCCEEDS(asyr_pool_terminate(full.pool, &error));
    expect_status(&submitter, ASYR_E_TERMINATED);
    empty(&full);
}

static void a_cancel_frees_a_place(void)
{
    struct submitter submitter = {0};
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_queue_limit(options, 1, ASYR_FULL_BLOCK, &error));
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool_with(options);
    asyr_result_unref(support_submit(pool, run_gate, &gate, NULL));
    latch_wait(&gate.entered, 1);
    asyr_result *queued = support_submit(pool, run_echo, NULL, NULL);
    start(&submitter, pool, 1);
    UNIT_SUCCEEDS(asyr_result_cancel(queued, NULL, &error));
    expect_status(&submitter, ASYR_OK);
    asyr_result_unref(queued);
    latch_open(&gate.leave);
    support_end(pool);
}

/* What a task or callback that submits to its own pool got. */
struct inside {
    struct full full;
    asyr_status status;
    pthread_t here;
    pthread_t ran_on;
    struct latch done;
};

static void submit_inside(asyr_task *task, void *arg)
{
    struct inside *inside = arg;
    asyr_function *function = NULL;
    (void)task;
    latch_wait(&inside->full.gate.leave, 1);
    inside->here = pthread_self();
    asyr_function_new_native(NULL, remember_thread, &inside->ran_on, NULL, &function,
                             NULL);
    inside->status =
        asyr_pool_apply_async(inside->full.pool, function, NULL, NULL, NULL, NULL);
    asyr_function_unref(function);
    latch_open(&inside->done);
}

static void begin_inside(struct inside *inside, int32_t policy)
{
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_queue_limit(options, 1, policy, &error));
    latch_init(&inside->done);
    inside->full.gate = (struct gate)GATE_CLOSED;
    inside->full.pool = support_pool_with(options);
}

/* A submit from inside never blocks: it runs its task itself. */
static void a_task_that_submits_to_a_full_queue_runs_it(void)
{
    struct inside inside;
    begin_inside(&inside, ASYR_FULL_BLOCK);
    asyr_result *outer =
        support_submit(inside.full.pool, submit_inside, &inside, NULL);
    struct submitter other = {0};
    start(&other, inside.full.pool, 0);
    expect_status(&other, ASYR_OK);
    latch_open(&inside.full.gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    CU_ASSERT_EQUAL(inside.status, ASYR_OK);
    CU_ASSERT_TRUE(pthread_equal(inside.here, inside.ran_on));
    support_end(inside.full.pool);
}

static asyr_error *submit_in_callback(asyr_value *value, void *arg)
{
    (void)value;
    submit_inside(NULL, arg);
    return NULL;
}

static void a_callback_that_submits_to_a_full_queue_runs_it(void)
{
    struct inside inside;
    struct gate gate = GATE_CLOSED;
    begin_inside(&inside, ASYR_FULL_BLOCK);
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_callback(options, submit_in_callback,
                                                 &inside, NULL, &error));
    asyr_result *outer = support_submit(inside.full.pool, run_echo, NULL, options);
    asyr_result_unref(support_submit(inside.full.pool, run_gate, &gate, NULL));
    latch_wait(&gate.entered, 1);
    asyr_result_unref(support_submit(inside.full.pool, run_echo, NULL, NULL));
    latch_open(&inside.full.gate.leave);
    latch_wait(&inside.done, 1);
    CU_ASSERT_EQUAL(inside.status, ASYR_OK);
    CU_ASSERT_TRUE(pthread_equal(inside.here, inside.ran_on));
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    asyr_task_options_free(options);
    support_end(inside.full.pool);
}

static asyr_error *submit_and_join_in_callback(asyr_value *value, void *arg)
{
    struct inside *inside = arg;
    submit_in_callback(value, arg);
    asyr_pool_close(inside->full.pool, NULL);
    CU_ASSERT_EQUAL(asyr_pool_join(inside->full.pool, ASYR_FOREVER, NULL, NULL),
                    ASYR_E_DEADLOCK); /* B23 */
    return NULL;
}

/* Where a callback runs makes no difference: here, in a queue of its task alone. */
static void a_callback_in_another_queue_submits_without_blocking_too(void)
{
    struct inside inside;
    struct gate gate = GATE_CLOSED;
    int64_t count = 0;
    begin_inside(&inside, ASYR_FULL_BLOCK);
    asyr_queue *queue = support_queue(0);
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_queue(options, queue, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_callback(
        options, submit_and_join_in_callback, &inside, NULL, &error));
    asyr_result *outer = support_submit(inside.full.pool, run_echo, NULL, options);
    asyr_result_unref(support_submit(inside.full.pool, run_gate, &gate, NULL));
    latch_wait(&gate.entered, 1);
    asyr_result_unref(support_submit(inside.full.pool, run_echo, NULL, NULL));
    latch_open(&inside.full.gate.leave);
    UNIT_SUCCEEDS(asyr_queue_run(queue, 1, ASYR_FOREVER, NULL, &count, &error));
    CU_ASSERT_EQUAL(count, 1);
    CU_ASSERT_EQUAL(inside.status, ASYR_OK);
    CU_ASSERT_TRUE(pthread_equal(pthread_self(), inside.ran_on));
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    asyr_task_options_free(options);
    asyr_queue_unref(queue);
    support_end(inside.full.pool);
}

static asyr_error *ignore_value(asyr_value *value, void *arg)
{
    (void)value;
    (void)arg;
    return NULL;
}

/* A callback and an event need two places in their queue: both or none. */
static void a_submit_that_finds_one_of_two_places_takes_none(void)
{
    asyr_queue *queue = support_queue(1);
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = support_task_options();
    asyr_function *function = support_native(run_echo, NULL);
    UNIT_SUCCEEDS(asyr_task_options_set_queue(options, queue, &error));
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(options, ignore_value, NULL, NULL, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_event(options, ASYR_EVENT_DONE, &error));
    UNIT_FAILS(ASYR_E_QUEUE_FULL,
               asyr_pool_apply_async(pool, function, NULL, options, NULL, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_event(options, -1, &error));
    UNIT_SUCCEEDS(
        asyr_pool_apply_async(pool, function, NULL, options, NULL, &error));
    UNIT_SUCCEEDS(asyr_queue_run(queue, 1, ASYR_FOREVER, NULL, NULL, &error));
    asyr_function_unref(function);
    asyr_task_options_free(options);
    support_end(pool);
    asyr_queue_unref(queue);
}

static asyr_pool *host_pool_with_one_place(void)
{
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_worker_source(options, ASYR_WORKERS_HOST, &error));
    UNIT_SUCCEEDS(
        asyr_pool_options_set_queue_limit(options, 1, ASYR_FULL_BLOCK, &error));
    return support_pool_with(options);
}

static void end_lent(asyr_pool *pool, asyr_worker *worker)
{
    UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    UNIT_FAILS(ASYR_E_STOP, asyr_worker_run(worker, NULL, &error));
    asyr_worker_free(worker);
    support_end(pool);
}

/* The wake-up for a free place goes on when the woken submit was interrupted. */
static void an_interrupted_submit_leaves_its_place_to_the_next(void)
{
    asyr_worker *worker = NULL;
    asyr_task *task = NULL;
    struct submitter first = {.interrupt = support_interrupt()}, second = {0};
    asyr_pool *pool = host_pool_with_one_place();
    UNIT_SUCCEEDS(asyr_worker_new(pool, &worker, &error));
    asyr_result_unref(support_submit(pool, run_echo, NULL, NULL));
    start(&first, pool, 1);
    start(&second, pool, 2);

    asyri_interrupt_trigger(first.interrupt);
    UNIT_SUCCEEDS(asyr_worker_next(worker, A_MINUTE, NULL, &task, &error));
    UNIT_SUCCEEDS(asyr_worker_done(worker, &error));

    latch_wait(&first.done, 1);
    if (first.status == ASYR_OK) { /* it took the place */
        UNIT_SUCCEEDS(asyr_worker_next(worker, A_MINUTE, NULL, &task, &error));
        UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    }
    expect_status(&second, ASYR_OK);
    pthread_join(first.thread, NULL);
    asyr_result_unref(first.result);
    asyr_interrupt_unref(first.interrupt);
    end_lent(pool, worker);
}

static void exit_in_the_caller(asyr_task *task, void *arg)
{
    (void)task;
    (void)arg;
    pthread_exit(NULL);
}

struct ending {
    asyr_pool *pool;
    const asyr_task_options *options;
    asyr_function *function;
    asyr_value *items;
};

static void *map_on_this_thread(void *arg)
{
    struct ending *ending = arg;
    asyr_pool_map_async(ending->pool, ending->function, ending->items,
                        ending->options, NULL, NULL);
    return NULL;
}

static asyr_error *open_latch(asyr_error *failure, void *arg)
{
    (void)failure;
    latch_open(arg);
    return NULL;
}

/* B25: also when it was the submitter's own thread that ended. */
static void a_map_whose_caller_ends_inside_it_fails(void)
{
    struct full full;
    pthread_t thread;
    struct latch called = LATCH_CLOSED;
    fill(&full, 1, ASYR_FULL_CALLER_RUNS);
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_chunk_size(options, 1, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(options, open_latch, &called,
                                                       NULL, &error));
    struct ending ending = {full.pool, options,
                            support_native(exit_in_the_caller, NULL),
                            support_numbers(3)};
    pthread_create(&thread, NULL, map_on_this_thread, &ending);
    pthread_join(thread, NULL);
    latch_wait(&called, 1);
    asyr_value_unref(ending.items);
    asyr_function_unref(ending.function);
    asyr_task_options_free(options);
    empty(&full);
}

CU_TestInfo full_tests[] = {
    UNIT_TEST(a_full_queue_can_fail),
    UNIT_TEST(a_full_queue_can_block),
    UNIT_TEST(the_caller_can_run_what_finds_no_place),
    UNIT_TEST(an_empty_map_is_ready_at_once_in_a_full_queue),
    UNIT_TEST(a_map_needs_one_place),
    UNIT_TEST(a_close_ends_submits_that_wait),
    UNIT_TEST(a_terminate_ends_submits_that_wait),
    UNIT_TEST(a_cancel_frees_a_place),
    UNIT_TEST(a_task_that_submits_to_a_full_queue_runs_it),
    UNIT_TEST(a_callback_that_submits_to_a_full_queue_runs_it),
    UNIT_TEST(a_callback_in_another_queue_submits_without_blocking_too),
    UNIT_TEST(a_submit_that_finds_one_of_two_places_takes_none),
    UNIT_TEST(an_interrupted_submit_leaves_its_place_to_the_next),
    UNIT_TEST(a_map_whose_caller_ends_inside_it_fails),
    CU_TEST_INFO_NULL};
