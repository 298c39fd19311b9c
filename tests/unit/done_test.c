/* Done-callbacks, the hook for errors that nobody read, and cancelling. */
#include "support.h"

#include <stdio.h>

#include "base/alloc.h"
#include "core/result.h"
#include "pool/pool.h"

/* What was called, in which order. */
struct order {
    pthread_mutex_t mutex;
    int count;
    int numbers[16];
    bool ready[16];
};

#define ORDER_EMPTY                                                                 \
    {                                                                               \
        PTHREAD_MUTEX_INITIALIZER, 0, {0},                                          \
        {                                                                           \
            false                                                                   \
        }                                                                           \
    }

struct entry {
    struct order *order;
    int number;
    pthread_t thread;
};

static void note_done(asyr_result *result, void *arg)
{
    struct entry *entry = arg;
    struct order *order = entry->order;
    entry->thread = pthread_self();
    pthread_mutex_lock(&order->mutex);
    order->ready[order->count] = asyr_result_is_ready(result);
    order->numbers[order->count++] = entry->number;
    pthread_mutex_unlock(&order->mutex);
}

static void ignore_done(asyr_result *result, void *arg)
{
    (void)result;
    (void)arg;
}

/* B13 */
static void done_callbacks_run_in_their_order_once_it_is_ready(void)
{
    struct gate gate = GATE_CLOSED;
    struct order order = ORDER_EMPTY;
    struct entry entries[4];
    asyr_pool *pool = support_pool(1);
    asyr_result *result = support_submit(pool, run_gate, &gate, NULL);
    for (int i = 0; i < 4; i++) {
        entries[i] = (struct entry){&order, i, 0};
        UNIT_SUCCEEDS(asyr_result_add_done_callback(result, note_done, &entries[i],
                                                    NULL, NULL, &error));
    }
    latch_open(&gate.leave);
    asyr_result_unref(result);
    support_end(pool);
    CU_ASSERT_EQUAL(order.count, 4);
    for (int i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(order.numbers[i], i);
        CU_ASSERT_TRUE(order.ready[i]);
    }
}

/* B13 */
static void on_a_ready_result_one_runs_at_once_here(void)
{
    int released = 0;
    struct order order = ORDER_EMPTY;
    struct entry entry = {&order, 5, 0};
    asyr_pool *pool = support_pool(1);
    asyr_result *result = support_submit(pool, run_fail, NULL, NULL);
    CU_ASSERT_EQUAL(support_outcome(result), ASYR_E_TASK);
    UNIT_SUCCEEDS(asyr_result_add_done_callback(result, note_done, &entry, NULL,
                                                NULL, &error));
    CU_ASSERT_EQUAL(order.count, 1);
    CU_ASSERT_TRUE(pthread_equal(entry.thread, pthread_self()));
    UNIT_SUCCEEDS(asyr_result_add_done_callback(result, ignore_done, &released,
                                                unit_count_release, NULL, &error));
    CU_ASSERT_EQUAL(released, 1);
    support_end(pool);
    UNIT_SUCCEEDS(asyr_result_add_done_callback(result, note_done, &entry, NULL,
                                                NULL, &error));
    CU_ASSERT_EQUAL(order.count, 2);
    asyr_result_unref(result);
}

static void a_done_callback_can_go_to_a_queue(void)
{
    int64_t count;
    struct order order = ORDER_EMPTY;
    struct entry entry = {&order, 1, 0};
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_result *result = support_submit(pool, run_echo, NULL, NULL);
    CU_ASSERT_EQUAL(support_outcome(result), ASYR_OK);
    UNIT_SUCCEEDS(asyr_result_add_done_callback(result, note_done, &entry, NULL,
                                                queue, &error));
    CU_ASSERT_EQUAL(order.count, 0);
    CU_ASSERT_EQUAL(asyr_queue_get_count(queue), 1);
    UNIT_SUCCEEDS(asyr_queue_run(queue, 0, 0, NULL, &count, &error));
    CU_ASSERT_EQUAL(count, 1);
    CU_ASSERT_EQUAL(order.count, 1);
    asyr_result_unref(result);
    asyr_queue_unref(queue);
    support_end(pool);
}

static void a_done_callback_of_a_closed_queue_is_released(void)
{
    int released = 0;
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0), *closed = support_queue(0);
    asyr_result *result = support_submit(pool, run_gate, &gate, NULL);
    UNIT_SUCCEEDS(asyr_queue_close(closed, &error));
    UNIT_FAILS(ASYR_E_STATE,
               asyr_result_add_done_callback(result, ignore_done, &released,
                                             unit_count_release, closed, &error));
    UNIT_FAILS(ASYR_E_STATE, asyr_result_notify(result, closed, 1, &error));
    CU_ASSERT_EQUAL(released, 1);
    UNIT_SUCCEEDS(asyr_result_add_done_callback(result, ignore_done, &released,
                                                unit_count_release, queue, &error));
    UNIT_SUCCEEDS(asyr_queue_close(queue, &error));
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    support_end(pool);
    CU_ASSERT_EQUAL(released, 2);
    asyr_queue_unref(queue);
    asyr_queue_unref(closed);
}

static void a_done_callback_of_a_full_queue_is_released(void)
{
    int released = 0;
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(1);
    asyr_result *result = support_submit(pool, run_gate, &gate, NULL);
    UNIT_SUCCEEDS(asyr_result_notify(result, queue, 1, &error));
    UNIT_FAILS(ASYR_E_QUEUE_FULL, asyr_result_notify(result, queue, 2, &error));
    UNIT_FAILS(ASYR_E_QUEUE_FULL,
               asyr_result_add_done_callback(result, ignore_done, &released,
                                             unit_count_release, queue, &error));
    CU_ASSERT_EQUAL(released, 1);
    latch_open(&gate.leave);
    asyr_result_unref(result);
    asyr_queue_unref(queue);
    support_end(pool);
}

/* What a hook was told. */
struct unread {
    _Atomic int count;
    _Atomic int released;
    char message[64];
};

static void note_unread(asyr_error *failure, void *arg)
{
    struct unread *unread = arg;
    snprintf(unread->message, sizeof unread->message, "%s",
             asyr_error_get_message(failure));
    unread->count++;
}

static void release_unread(void *arg)
{
    ((struct unread *)arg)->released++;
}

static bool is_released(void *arg)
{
    return ((struct unread *)arg)->released > 0;
}

/* The pool's last thread may still be on its way out when a join has returned. */
static void expect_released_once(struct unread *unread)
{
    support_until(is_released, unread);
    CU_ASSERT_EQUAL(unread->released, 1);
}

static asyr_pool_options *options_with_hook(struct unread *unread)
{
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_unread_error_hook(
        options, note_unread, unread, release_unread, &error));
    return options;
}

/* B7 */
static void an_error_that_nobody_read_is_reported_once(void)
{
    struct unread unread = {0};
    asyr_pool *pool = support_pool_with(options_with_hook(&unread));
    asyr_result_unref(support_submit(pool, run_fail, NULL, NULL));
    support_end(pool);
    CU_ASSERT_EQUAL(unread.count, 1);
    CU_ASSERT_STRING_EQUAL(unread.message, "it failed");
    expect_released_once(&unread);
}

static asyr_error *ignore_error(asyr_error *failure, void *arg)
{
    (void)failure;
    (void)arg;
    return NULL;
}

/* B7 */
static void an_error_that_was_read_is_not_reported(void)
{
    bool successful;
    struct unread unread = {0};
    asyr_pool *pool = support_pool_with(options_with_hook(&unread));
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(options, ignore_error, NULL,
                                                       NULL, &error));
    CU_ASSERT_EQUAL(support_take_outcome(support_submit(pool, run_fail, NULL, NULL)),
                    ASYR_E_TASK);
    asyr_result *asked = support_submit(pool, run_fail, NULL, NULL);
    UNIT_SUCCEEDS(asyr_result_wait(asked, A_MINUTE, NULL, &error));
    UNIT_SUCCEEDS(asyr_result_is_successful(asked, &successful, &error));
    asyr_result_unref(asked);
    asyr_result_unref(support_submit(pool, run_fail, NULL, options));
    asyr_result_unref(support_submit(pool, run_echo, NULL, NULL));
    asyr_task_options_free(options);
    support_end(pool);
    CU_ASSERT_EQUAL(unread.count, 0);
    expect_released_once(&unread);
}

static void what_the_host_asked_for_is_not_reported(void)
{
    struct unread unread = {0};
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool_with(options_with_hook(&unread));
    asyr_result *running = support_submit(pool, run_gate, &gate, NULL);
    asyr_result *cancelled = support_submit(pool, run_echo, NULL, NULL);
    asyr_result *terminated = support_submit(pool, run_echo, NULL, NULL);
    UNIT_SUCCEEDS(asyr_result_cancel(cancelled, NULL, &error));
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    asyr_result_unref(running);
    asyr_result_unref(cancelled);
    asyr_result_unref(terminated);
    latch_open(&gate.leave);
    support_end(pool);
    CU_ASSERT_EQUAL(unread.count, 0);
    expect_released_once(&unread);
}

static void a_report_after_the_end_of_the_pool_is_made_at_once(void)
{
    struct unread unread = {0};
    asyr_pool *pool = support_pool_with(options_with_hook(&unread));
    asyr_result *result = support_submit(pool, run_fail, NULL, NULL);
    support_end(pool);
    CU_ASSERT_EQUAL(unread.count, 0);
    asyr_result_unref(result);
    CU_ASSERT_EQUAL(unread.count, 1);
    expect_released_once(&unread);
}

/* B7, B12: the report comes where the pool's callbacks run. */
static void a_report_comes_through_the_pools_queue(void)
{
    asyr_event *event = NULL;
    struct unread unread = {0};
    asyr_queue *queue = support_queue(0);
    asyr_pool_options *options = options_with_hook(&unread);
    UNIT_SUCCEEDS(asyr_pool_options_set_queue(options, queue, &error));
    asyr_pool *pool = support_pool_with(options);
    for (int i = 0; i < 2; i++)
        asyr_result_unref(support_submit(pool, run_fail, NULL, NULL));
    support_end(pool);
    CU_ASSERT_EQUAL(unread.count, 0);
    UNIT_SUCCEEDS(asyr_queue_next(queue, 0, NULL, &event, &error));
    CU_ASSERT_PTR_NULL(asyr_event_get_result(event));
    UNIT_FAILS(ASYR_E_TASK, asyr_event_get_outcome(event, NULL, &error));
    UNIT_SUCCEEDS(asyr_event_run(event, &error));
    CU_ASSERT_EQUAL(unread.count, 1);
    UNIT_SUCCEEDS(asyr_event_finish(event, NULL, &error));
    asyr_queue_unref(queue); /* drops the second */
    CU_ASSERT_EQUAL(unread.count, 1);
    expect_released_once(&unread);
}

/* B7: an event reads the error only for a host that takes it. */
static void an_event_reads_the_error_that_it_hands_out(void)
{
    for (int taken = 0; taken < 2; taken++) {
        asyr_event *event = NULL;
        asyr_error *failure = NULL;
        struct unread unread = {0};
        asyr_queue *queue = support_queue(0);
        asyr_pool *pool = support_pool_with(options_with_hook(&unread));
        asyr_result *result = support_submit(pool, run_fail, NULL, NULL);
        UNIT_SUCCEEDS(asyr_result_notify(result, queue, 1, &error));
        asyr_result_unref(result);
        UNIT_SUCCEEDS(asyr_queue_next(queue, A_MINUTE, NULL, &event, &error));
        CU_ASSERT_EQUAL(asyr_event_get_outcome(event, NULL, taken ? &failure : NULL),
                        ASYR_E_TASK);
        UNIT_SUCCEEDS(asyr_event_finish(event, NULL, &error));
        asyr_error_unref(failure);
        support_end(pool);
        expect_released_once(&unread);
        CU_ASSERT_EQUAL(unread.count, !taken);
        asyr_queue_unref(queue);
    }
}

static int32_t cancel(asyr_result *result)
{
    int32_t outcome = -1;
    UNIT_SUCCEEDS(asyr_result_cancel(result, &outcome, &error));
    return outcome;
}

/* B29 */
static void a_queued_task_that_is_cancelled_never_runs(void)
{
    _Atomic int ran = 0;
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_result *running = support_submit(pool, run_gate, &gate, NULL);
    asyr_result *queued = support_submit(pool, run_count, &ran, NULL);
    latch_wait(&gate.entered, 1);
    CU_ASSERT_EQUAL(cancel(queued), ASYR_CANCEL_DEQUEUED);
    CU_ASSERT_EQUAL(cancel(queued), ASYR_CANCEL_TOO_LATE);
    UNIT_FAILS(ASYR_E_CANCELLED, asyr_result_get(queued, 0, NULL, NULL, &error));
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(running), ASYR_OK);
    asyr_result_unref(queued);
    support_end(pool);
    CU_ASSERT_EQUAL(ran, 0);
}

struct asked {
    struct gate gate;
    bool before;
    bool after;
};

static void look_at_flag(asyr_task *task, void *arg)
{
    struct asked *asked = arg;
    asked->before = asyr_task_is_cancelled(task);
    run_gate(task, &asked->gate);
    asked->after = asyr_task_is_cancelled(task);
}

static void a_running_task_sees_that_it_is_cancelled(void)
{
    struct asked asked = {.gate = GATE_CLOSED};
    asyr_pool *pool = support_pool(1);
    asyr_result *result = support_submit(pool, look_at_flag, &asked, NULL);
    latch_wait(&asked.gate.entered, 1);
    CU_ASSERT_EQUAL(cancel(result), ASYR_CANCEL_ASKED);
    CU_ASSERT_EQUAL(cancel(result), ASYR_CANCEL_ASKED);
    latch_open(&asked.gate.leave);
    CU_ASSERT_EQUAL(support_outcome(result), ASYR_OK);
    CU_ASSERT_EQUAL(cancel(result), ASYR_CANCEL_TOO_LATE);
    CU_ASSERT_FALSE(asked.before);
    CU_ASSERT_TRUE(asked.after);
    asyr_result_unref(result);
    support_end(pool);
}

static asyr_error *count_error(asyr_error *failure, void *arg)
{
    (void)failure;
    ++*(_Atomic int *)arg;
    return NULL;
}

static void a_cancelled_task_calls_its_error_callback_once(void)
{
    _Atomic int errors = 0;
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(options, count_error, &errors,
                                                       NULL, &error));
    asyr_result *running = support_submit(pool, run_gate, &gate, NULL);
    asyr_result *queued = support_submit(pool, run_echo, NULL, options);
    latch_wait(&gate.entered, 1);
    CU_ASSERT_EQUAL(cancel(queued), ASYR_CANCEL_DEQUEUED);
    CU_ASSERT_EQUAL(support_take_outcome(queued), ASYR_E_CANCELLED);
    CU_ASSERT_EQUAL(errors, 1);
    latch_open(&gate.leave);
    asyr_result_unref(running);
    asyr_task_options_free(options);
    support_end(pool);
}

/* The worker's thread may be freeing the result's work at the same time. */
static void a_cancel_that_comes_late_is_told_so(void)
{
    asyr_pool *pool = support_pool(1);
    for (int i = 0; i < 200; i++) {
        asyr_result *result = support_submit(pool, run_echo, NULL, NULL);
        int32_t outcome = cancel(result);
        asyr_status expected =
            outcome == ASYR_CANCEL_DEQUEUED ? ASYR_E_CANCELLED : ASYR_OK;
        CU_ASSERT_EQUAL(support_take_outcome(result), expected);
    }
    support_end(pool);
}

CU_TestInfo done_tests[] = {
    UNIT_TEST(done_callbacks_run_in_their_order_once_it_is_ready),
    UNIT_TEST(on_a_ready_result_one_runs_at_once_here),
    UNIT_TEST(a_done_callback_can_go_to_a_queue),
    UNIT_TEST(a_done_callback_of_a_closed_queue_is_released),
    UNIT_TEST(a_done_callback_of_a_full_queue_is_released),
    UNIT_TEST(an_error_that_nobody_read_is_reported_once),
    UNIT_TEST(an_error_that_was_read_is_not_reported),
    UNIT_TEST(what_the_host_asked_for_is_not_reported),
    UNIT_TEST(a_report_after_the_end_of_the_pool_is_made_at_once),
    UNIT_TEST(a_report_comes_through_the_pools_queue),
    UNIT_TEST(an_event_reads_the_error_that_it_hands_out),
    UNIT_TEST(a_queued_task_that_is_cancelled_never_runs),
    UNIT_TEST(a_running_task_sees_that_it_is_cancelled),
    UNIT_TEST(a_cancelled_task_calls_its_error_callback_once),
    UNIT_TEST(a_cancel_that_comes_late_is_told_so),
    CU_TEST_INFO_NULL};
