/* Interrupts, by another thread and by a signal. */
#define _GNU_SOURCE
#include "support.h"

#include <signal.h>

#include "base/alloc.h"
#include "core/result.h"
#include "pool/pool.h"

/* A thread that waits, and what came of it. */
struct waiting {
    asyr_result *result;
    asyr_pool *pool;
    asyr_queue *queue;
    asyr_interrupt *interrupt;
    int64_t timeout;
    pthread_t thread;
    asyr_status status;
    asyr_error *error;
    struct latch done;
};

static void *wait_for_result(void *arg)
{
    struct waiting *waiting = arg;
    waiting->status = asyr_result_wait(waiting->result, waiting->timeout,
                                       waiting->interrupt, &waiting->error);
    latch_open(&waiting->done);
    return NULL;
}

static void *wait_for_pool(void *arg)
{
    struct waiting *waiting = arg;
    waiting->status = asyr_pool_join(waiting->pool, waiting->timeout,
                                     waiting->interrupt, &waiting->error);
    return NULL;
}

static void *wait_for_event(void *arg)
{
    struct waiting *waiting = arg;
    asyr_event *event = NULL;
    waiting->status = asyr_queue_next(waiting->queue, waiting->timeout,
                                      waiting->interrupt, &event, &waiting->error);
    return NULL;
}

static void *run_queue(void *arg)
{
    struct waiting *waiting = arg;
    int64_t count = -1;
    waiting->status = asyr_queue_run(waiting->queue, 0, waiting->timeout,
                                     waiting->interrupt, &count, &waiting->error);
    return NULL;
}

static void begin(struct waiting *waiting, void *(*wait)(void *))
{
    latch_init(&waiting->done);
    if (!waiting->timeout)
        waiting->timeout = ASYR_FOREVER;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&waiting->thread, NULL, wait, waiting), 0);
}

static void expect_interrupted(struct waiting *waiting)
{
    pthread_join(waiting->thread, NULL);
    CU_ASSERT_EQUAL(waiting->status, ASYR_E_INTERRUPTED);
    CU_ASSERT_EQUAL(unit_take_code(&waiting->error), ASYR_E_INTERRUPTED);
}

static void no_interrupt_is_fine(void)
{
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_interrupt_new(NULL, &error));
    CU_ASSERT_EQUAL(asyr_interrupt_new(NULL, NULL), ASYR_E_ARGUMENT);
    asyr_interrupt_trigger(NULL);
    asyr_interrupt_clear(NULL);
    asyr_interrupt_unref(NULL);
    CU_ASSERT_PTR_NULL(asyr_interrupt_ref(NULL));
    CU_ASSERT_FALSE(asyr_interrupt_is_triggered(NULL));
}

static void an_interrupt_stays_until_it_is_cleared(void)
{
    asyr_interrupt *interrupt = support_interrupt();
    CU_ASSERT_FALSE(asyr_interrupt_is_triggered(interrupt));
    asyr_interrupt_trigger(interrupt);
    asyr_interrupt_trigger(interrupt);
    CU_ASSERT_TRUE(asyr_interrupt_is_triggered(interrupt));
    asyr_interrupt_clear(interrupt);
    CU_ASSERT_FALSE(asyr_interrupt_is_triggered(interrupt));
    CU_ASSERT_PTR_EQUAL(asyr_interrupt_ref(interrupt), interrupt);
    asyr_interrupt_unref(interrupt);
    asyr_interrupt_unref(interrupt);
}

static asyr_status attempt_new(asyr_error **error)
{
    asyr_interrupt *interrupt = NULL;
    asyr_status status = asyr_interrupt_new(&interrupt, error);
    asyr_interrupt_unref(interrupt);
    return status;
}

static void an_interrupt_without_memory_says_so(void)
{
    unit_fail_each_allocation(attempt_new);
}

/* B6: the result is still readable afterwards. */
static void a_trigger_ends_a_wait_for_a_result(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    struct waiting waiting = {.interrupt = support_interrupt()};
    waiting.result = support_submit(pool, run_gate, &gate, NULL);
    begin(&waiting, wait_for_result);
    support_await_waiters(waiting.result, 1);
    asyr_interrupt_trigger(waiting.interrupt);
    expect_interrupted(&waiting);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(waiting.result), ASYR_OK);
    asyr_interrupt_unref(waiting.interrupt);
    support_end(pool);
}

static void a_trigger_ends_all_waits_that_use_it(void)
{
    struct gate gate = GATE_CLOSED;
    struct waiting waiting[3];
    asyr_pool *pool = support_pool(1);
    asyr_interrupt *interrupt = support_interrupt();
    asyr_result *result = support_submit(pool, run_gate, &gate, NULL);
    for (int i = 0; i < 3; i++) {
        waiting[i] = (struct waiting){.result = result, .interrupt = interrupt};
        begin(&waiting[i], wait_for_result);
    }
    support_await_waiters(result, 3);
    asyr_interrupt_trigger(interrupt);
    for (int i = 0; i < 3; i++)
        expect_interrupted(&waiting[i]);
    latch_open(&gate.leave);
    asyr_result_unref(result);
    asyr_interrupt_unref(interrupt);
    support_end(pool);
}

static void a_wait_with_a_triggered_interrupt_ends_at_once(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_interrupt *interrupt = support_interrupt();
    asyr_result *result = support_submit(pool, run_gate, &gate, NULL);
    asyr_interrupt_trigger(interrupt);
    UNIT_FAILS(ASYR_E_INTERRUPTED,
               asyr_result_wait(result, ASYR_FOREVER, interrupt, &error));
    UNIT_FAILS(ASYR_E_INTERRUPTED,
               asyr_result_get(result, ASYR_FOREVER, interrupt, NULL, &error));
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_outcome(result), ASYR_OK);
    UNIT_SUCCEEDS(asyr_result_wait(result, ASYR_FOREVER, interrupt, &error));
    asyr_result_unref(result);
    asyr_interrupt_unref(interrupt);
    support_end(pool);
}

static void a_trigger_ends_a_join(void)
{
    struct gate gate = GATE_CLOSED;
    struct waiting waiting = {.interrupt = support_interrupt()};
    waiting.pool = support_pool(1);
    asyr_result_unref(support_submit(waiting.pool, run_gate, &gate, NULL));
    UNIT_SUCCEEDS(asyr_pool_close(waiting.pool, &error));
    begin(&waiting, wait_for_pool);
    support_await_sleepers(&waiting.pool->lock, &waiting.pool->ended, 1);
    asyr_interrupt_trigger(waiting.interrupt);
    expect_interrupted(&waiting);
    latch_open(&gate.leave);
    asyr_interrupt_unref(waiting.interrupt);
    support_end(waiting.pool);
}

static void a_trigger_ends_the_waits_of_a_queue(void)
{
    void *(*const waits[])(void *) = {wait_for_event, run_queue};
    asyr_queue *queue = support_queue(0);
    for (int i = 0; i < 2; i++) {
        struct waiting waiting = {.queue = queue, .interrupt = support_interrupt()};
        begin(&waiting, waits[i]);
        support_await_sleepers(&queue->lock, &queue->waiters, 1);
        asyr_interrupt_trigger(waiting.interrupt);
        expect_interrupted(&waiting);
        asyr_interrupt_unref(waiting.interrupt);
    }
    asyr_queue_unref(queue);
}

/* B26: a submit that waits for a place. */
static void *submit_to_full(void *arg)
{
    struct waiting *waiting = arg;
    asyr_function *function = NULL;
    asyr_task_options *options = NULL;
    asyr_function_new_native(NULL, run_echo, NULL, NULL, &function, NULL);
    asyr_task_options_new(&options, NULL);
    asyr_task_options_set_interrupt(options, waiting->interrupt, NULL);
    waiting->status = asyr_pool_apply_async(waiting->pool, function, NULL, options,
                                            &waiting->result, &waiting->error);
    asyr_task_options_free(options);
    asyr_function_unref(function);
    return NULL;
}

static void a_trigger_ends_a_submit_that_waits_for_a_place(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_queue_limit(options, 1, ASYR_FULL_BLOCK, &error));
    struct waiting waiting = {.interrupt = support_interrupt()};
    waiting.pool = support_pool_with(options);
    asyr_result_unref(support_submit(waiting.pool, run_gate, &gate, NULL));
    latch_wait(&gate.entered, 1);
    asyr_result_unref(support_submit(waiting.pool, run_echo, NULL, NULL));
    begin(&waiting, submit_to_full);
    support_await_sleepers(&waiting.pool->lock, &waiting.pool->space, 1);
    asyr_interrupt_trigger(waiting.interrupt);
    expect_interrupted(&waiting);
    CU_ASSERT_PTR_NULL(waiting.result);
    latch_open(&gate.leave);
    asyr_interrupt_unref(waiting.interrupt);
    support_end(waiting.pool);
}

static void ignore_signal(int number)
{
    (void)number;
}

static void handle_signals(struct sigaction *before)
{
    struct sigaction action = {.sa_handler = ignore_signal, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, before);
}

#if defined(ASYRI_PARKER_FUTEX) /* the one parker that is told of signals */

/* B6: a signal ends a wait that has an interrupt. */
static void a_signal_ends_a_wait_with_an_interrupt(void)
{
    struct sigaction before;
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    struct waiting waiting = {.interrupt = support_interrupt()};
    waiting.result = support_submit(pool, run_gate, &gate, NULL);
    handle_signals(&before);
    begin(&waiting, wait_for_result);
    while (latch_count(&waiting.done) == 0) {
        pthread_kill(waiting.thread, SIGUSR1);
        sched_yield();
    }
    expect_interrupted(&waiting);
    CU_ASSERT_FALSE(asyr_interrupt_is_triggered(waiting.interrupt));
    sigaction(SIGUSR1, &before, NULL);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(waiting.result), ASYR_OK);
    asyr_interrupt_unref(waiting.interrupt);
    support_end(pool);
}

#endif

static void a_signal_does_not_end_a_wait_without_one(void)
{
    struct sigaction before;
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    struct waiting waiting = {.result = NULL};
    waiting.result = support_submit(pool, run_gate, &gate, NULL);
    handle_signals(&before);
    begin(&waiting, wait_for_result);
    support_await_waiters(waiting.result, 1);
    for (int i = 0; i < 100; i++)
        pthread_kill(waiting.thread, SIGUSR1);
    latch_open(&gate.leave);
    pthread_join(waiting.thread, NULL);
    CU_ASSERT_EQUAL(waiting.status, ASYR_OK);
    CU_ASSERT_PTR_NULL(waiting.error);
    sigaction(SIGUSR1, &before, NULL);
    asyr_result_unref(waiting.result);
    support_end(pool);
}

/* Signals are for the host's own threads. */
static void record_mask(asyr_task *task, void *arg)
{
    sigset_t mask;
    (void)task;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    *(int *)arg = sigismember(&mask, SIGINT) && sigismember(&mask, SIGUSR1);
}

static void workers_block_signals(void)
{
    int blocked = 0;
    asyr_pool *pool = support_pool(1);
    asyr_result *result = support_submit(pool, record_mask, &blocked, NULL);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    CU_ASSERT_TRUE(blocked);
    support_end(pool);
}

CU_TestInfo interrupt_tests[] = {
    UNIT_TEST(no_interrupt_is_fine),
    UNIT_TEST(an_interrupt_stays_until_it_is_cleared),
    UNIT_TEST(an_interrupt_without_memory_says_so),
    UNIT_TEST(a_trigger_ends_a_wait_for_a_result),
    UNIT_TEST(a_trigger_ends_all_waits_that_use_it),
    UNIT_TEST(a_wait_with_a_triggered_interrupt_ends_at_once),
    UNIT_TEST(a_trigger_ends_a_join),
    UNIT_TEST(a_trigger_ends_the_waits_of_a_queue),
    UNIT_TEST(a_trigger_ends_a_submit_that_waits_for_a_place),
#if defined(ASYRI_PARKER_FUTEX)
    UNIT_TEST(a_signal_ends_a_wait_with_an_interrupt),
#endif
    UNIT_TEST(a_signal_does_not_end_a_wait_without_one),
    UNIT_TEST(workers_block_signals),
    CU_TEST_INFO_NULL};
