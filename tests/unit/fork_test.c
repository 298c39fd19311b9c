/*
 * B27: in the child of a fork every call on an inherited handle answers Forked at
 * once, releasing is safe, and a new pool works.
 *
 * A child checks by itself and says with its exit status at which check it failed.
 */
#include "support.h"

#include <sys/wait.h>
#include <unistd.h>

#include "core/result.h"
#include "pool/iterator.h"
#include "pool/pool.h"

/* Fails the child at this line; 0 would be success. */
#define CHILD_CHECK(condition)                                                      \
    do {                                                                            \
        if (!(condition))                                                           \
            _exit(__LINE__ % 255 + 1);                                              \
    } while (0)

#define CHILD_FORKED(call)                                                          \
    do {                                                                            \
        asyr_error *error = NULL;                                                   \
        CHILD_CHECK((call) == ASYR_E_FORKED);                                       \
        CHILD_CHECK(unit_take_code(&error) == ASYR_E_FORKED);                       \
    } while (0)

/* All that a child can inherit; the pool's worker is inside a task. */
struct inherited {
    struct gate gate;
    asyr_queue *queue;
    asyr_pool *pool;
    asyr_pool *lent;
    asyr_strand *strand;
    asyr_worker *worker;
    asyr_task *task;
    asyr_function *function;
    asyr_result *running;
    asyr_result *ready;
    asyr_promise *promise;
    asyr_result *next; /* of what is running */
    asyr_iterator *iterator;
    asyr_interrupt *interrupt;
    asyr_task_options *options;
};

static void prepare(struct inherited *had)
{
    had->gate = (struct gate)GATE_CLOSED;
    had->queue = support_queue(0);
    had->interrupt = support_interrupt();
    had->options = support_task_options();
    had->function = support_native(run_echo, NULL);
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_queue(options, had->queue, &error));
    had->pool = support_pool_with(options);
    options = support_pool_options(1);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_worker_source(options, ASYR_WORKERS_HOST, &error));
    had->lent = support_pool_with(options);
    UNIT_SUCCEEDS(asyr_worker_new(had->lent, &had->worker, &error));
    asyr_result_unref(support_submit(had->lent, run_echo, NULL, NULL));
    UNIT_SUCCEEDS(asyr_worker_next(had->worker, A_MINUTE, NULL, &had->task, &error));
    UNIT_SUCCEEDS(
        asyr_strand_new(had->pool, ASYR_STRAND_PINNED, &had->strand, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_strand(had->options, had->strand, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_queue(had->options, had->queue, &error));
    had->ready = support_submit(had->pool, run_echo, NULL, NULL);
    CU_ASSERT_EQUAL(support_outcome(had->ready), ASYR_OK);
    UNIT_SUCCEEDS(
        asyr_pool_imap_fed(had->pool, had->function, NULL, &had->iterator, &error));
    had->running = support_submit(had->pool, run_gate, &had->gate, NULL);
    latch_wait(&had->gate.entered, 1);
    UNIT_SUCCEEDS(asyr_promise_new(had->pool, NULL, &had->promise, NULL, &error));
    UNIT_SUCCEEDS(asyr_result_then(had->running, NULL, had->function, NULL,
                                   &had->next, &error));
}

static void release(struct inherited *had)
{
    asyr_task_options_free(had->options);
    asyr_promise_unref(had->promise);
    asyr_result_unref(had->next);
    asyr_result_unref(had->running);
    asyr_result_unref(had->ready);
    asyr_iterator_unref(had->iterator);
    asyr_worker_free(had->worker);
    asyr_strand_unref(had->strand);
    asyr_interrupt_unref(had->interrupt);
    asyr_function_unref(had->function);
}

static void clean_up(struct inherited *had)
{
    latch_open(&had->gate.leave);
    release(had);
    support_end(had->pool);
    support_end(had->lent);
    asyr_queue_unref(had->queue);
}

static void expect_child_succeeds(pid_t child)
{
    int status = -1;
    CU_ASSERT_TRUE_FATAL(child > 0);
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_TRUE(WIFEXITED(status));
    CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
}

/* A child that hangs is ended by its alarm. */
static pid_t fork_child(void)
{
    pid_t child = fork();
    if (child == 0)
        alarm(60);
    return child;
}

static void use_results(struct inherited *had)
{
    bool truth;
    int32_t outcome;
    int64_t number;
    double real;
    asyr_result *const results[] = {had->running, had->ready};
    for (int i = 0; i < 2; i++) {
        CHILD_FORKED(asyr_result_wait(results[i], ASYR_FOREVER, NULL, &error));
        CHILD_FORKED(asyr_result_get(results[i], 0, NULL, NULL, &error));
        CHILD_FORKED(asyr_result_get_int64(results[i], 0, &number, &error));
        CHILD_FORKED(asyr_result_get_double(results[i], 0, &real, &error));
        CHILD_FORKED(asyr_result_is_successful(results[i], &truth, &error));
        CHILD_FORKED(asyr_result_cancel(results[i], &outcome, &error));
        CHILD_FORKED(asyr_result_notify(results[i], had->queue, 0, &error));
        CHILD_CHECK(!asyr_result_is_ready(results[i]));
        CHILD_CHECK(asyr_result_get_state(results[i]) == -1);
    }
    CHILD_CHECK(asyr_result_wait(had->running, 0, NULL, NULL) == ASYR_E_FORKED);
}

static void ignore_cancel(void *arg)
{
    (void)arg;
}

static void use_combined(struct inherited *had)
{
    int released = 0;
    asyr_promise *promise = NULL;
    asyr_queue *queue = NULL;
    asyr_result *made = NULL;
    asyr_result *const *results = &had->next;
    asyr_error *failure = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    CHILD_FORKED(asyr_result_wait_any(results, 1, 0, NULL, NULL, &error));
    CHILD_FORKED(asyr_result_wait_all(results, 1, 0, NULL, &error));
    CHILD_FORKED(asyr_result_wait_first_error(results, 1, 0, NULL, NULL, &error));
    CHILD_FORKED(asyr_result_as_completed(results, 1, &queue, &error));
    CHILD_FORKED(asyr_result_all(results, 1, NULL, NULL, &made, &error));
    CHILD_FORKED(asyr_result_any(results, 1, NULL, NULL, &made, &error));
    CHILD_FORKED(asyr_result_all(NULL, 0, had->pool, NULL, &made, &error));
    CHILD_FORKED(
        asyr_result_then(had->next, NULL, had->function, NULL, &made, &error));
    CHILD_FORKED(
        asyr_result_rescue(had->next, NULL, had->function, NULL, &made, &error));
    CHILD_FORKED(asyr_promise_new(had->pool, NULL, &promise, NULL, &error));
    CHILD_FORKED(asyr_promise_set_value(had->promise, NULL, &error));
    CHILD_FORKED(asyr_promise_set_error(had->promise, failure, &error));
    CHILD_FORKED(asyr_promise_set_cancel_hook(had->promise, ignore_cancel, &released,
                                              unit_count_release, &error));
    CHILD_CHECK(released == 1);
    CHILD_CHECK(!asyr_promise_is_cancelled(had->promise));
    asyr_error_unref(failure);
}

static void ignore_done(asyr_result *result, void *arg)
{
    (void)result;
    (void)arg;
}

static void use_pools(struct inherited *had)
{
    int released = 0;
    asyr_strand *strand = NULL;
    asyr_worker *worker = NULL;
    asyr_task *task = NULL;
    asyr_value *list = NULL;
    asyr_value_new_list(0, &list, NULL);
    CHILD_FORKED(
        asyr_pool_apply_async(had->pool, had->function, NULL, NULL, NULL, &error));
    CHILD_FORKED(
        asyr_pool_map_async(had->pool, had->function, list, NULL, NULL, &error));
    CHILD_FORKED(
        asyr_pool_starmap_async(had->pool, had->function, list, NULL, NULL, &error));
    CHILD_FORKED(asyr_pool_close(had->pool, &error));
    CHILD_FORKED(asyr_pool_terminate(had->pool, &error));
    CHILD_FORKED(asyr_pool_join(had->pool, ASYR_FOREVER, NULL, &error));
    CHILD_CHECK(asyr_pool_get_state(had->pool) == -1);
    CHILD_FORKED(asyr_strand_new(had->pool, 0, &strand, &error));
    CHILD_FORKED(asyr_worker_new(had->lent, &worker, &error));
    CHILD_FORKED(asyr_worker_run(had->worker, NULL, &error));
    CHILD_FORKED(asyr_worker_next(had->worker, 0, NULL, &task, &error));
    CHILD_FORKED(asyr_worker_done(had->worker, &error));
    CHILD_FORKED(asyr_worker_lost(had->worker, NULL, &error));
    CHILD_FORKED(asyr_task_run(had->task, &error));
    CHILD_FORKED(asyr_result_add_done_callback(had->ready, ignore_done, &released,
                                               unit_count_release, NULL, &error));
    CHILD_CHECK(released == 1);
    asyr_value_unref(list);
}

static asyr_status no_items(void *arg, asyr_value **item, asyr_error **error)
{
    (void)arg;
    (void)item;
    (void)error;
    return ASYR_E_STOP;
}

static void use_iterator(struct inherited *had)
{
    int released = 0;
    asyr_iterator *made = NULL;
    asyr_value *list = unit_list();
    CHILD_FORKED(
        asyr_pool_imap(had->pool, had->function, list, NULL, &made, &error));
    CHILD_FORKED(asyr_pool_imap_fed(had->pool, had->function, NULL, &made, &error));
    CHILD_FORKED(asyr_pool_imap_source(had->pool, had->function, no_items, &released,
                                       unit_count_release, NULL, &made, &error));
    CHILD_CHECK(released == 1);
    CHILD_FORKED(
        asyr_iterator_next(had->iterator, ASYR_FOREVER, NULL, NULL, &error));
    CHILD_FORKED(asyr_iterator_notify(had->iterator, had->queue, 0, &error));
    CHILD_FORKED(asyr_iterator_cancel(had->iterator, &error));
    CHILD_FORKED(asyr_iterator_put(had->iterator, list, ASYR_FOREVER, NULL, &error));
    CHILD_FORKED(asyr_iterator_finish(had->iterator, NULL, &error));
    asyr_value_unref(list);
}

static void use_queue(asyr_queue *queue)
{
    int64_t number;
    asyr_event *event = NULL;
    CHILD_FORKED(asyr_queue_own(queue, &error));
    CHILD_FORKED(asyr_queue_get_descriptor(queue, &number, &error));
    CHILD_FORKED(asyr_queue_run(queue, 0, ASYR_FOREVER, NULL, &number, &error));
    CHILD_FORKED(asyr_queue_next(queue, ASYR_FOREVER, NULL, &event, &error));
    CHILD_FORKED(
        asyr_queue_next_many(queue, ASYR_FOREVER, NULL, &event, 1, &number, &error));
    CHILD_FORKED(asyr_queue_close(queue, &error));
    CHILD_CHECK(asyr_queue_get_count(queue) == 0);
}

static void every_call_in_the_child_answers_forked(void)
{
    struct inherited had;
    prepare(&had);
    pid_t child = fork_child();
    if (child == 0) {
        use_results(&had);
        use_combined(&had);
        use_pools(&had);
        use_iterator(&had);
        use_queue(had.queue);
        _exit(0);
    }
    expect_child_succeeds(child);
    clean_up(&had);
}

static void releasing_in_the_child_is_safe(void)
{
    struct inherited had;
    prepare(&had);
    pid_t child = fork_child();
    if (child == 0) {
        release(&had);
        asyr_pool_unref(had.pool);
        asyr_pool_unref(had.lent);
        asyr_queue_unref(had.queue);
        _exit(0);
    }
    expect_child_succeeds(child);
    clean_up(&had);
}

/* The locks of the parent may be held for ever in the child. */
static void releasing_is_safe_while_a_lock_was_held(void)
{
    struct inherited had;
    prepare(&had);
    asyri_mutex_lock(&had.iterator->lock);
    asyri_mutex_lock(&had.pool->lock);
    asyri_mutex_lock(&had.queue->lock);
    pid_t child = fork_child();
    if (child == 0) {
        use_results(&had);
        use_pools(&had);
        use_iterator(&had);
        use_queue(had.queue);
        asyr_interrupt_trigger(had.interrupt);
        release(&had);
        asyr_pool_unref(had.pool);
        asyr_queue_unref(had.queue);
        _exit(0);
    }
    asyri_mutex_unlock(&had.queue->lock);
    asyri_mutex_unlock(&had.pool->lock);
    asyri_mutex_unlock(&had.iterator->lock);
    expect_child_succeeds(child);
    clean_up(&had);
}

/* A new pool does all that one does: callbacks, strands, waits inside tasks. */
static void run_new_pool(void)
{
    asyr_pool *pool = NULL;
    asyr_result *result = NULL;
    asyr_pool_options *options = NULL;
    asyr_function *function = NULL;
    CHILD_CHECK(asyr_pool_options_new(&options, NULL) == ASYR_OK);
    CHILD_CHECK(asyr_pool_options_set_workers(options, 2, NULL) == ASYR_OK);
    CHILD_CHECK(asyr_pool_new(options, &pool, NULL) == ASYR_OK);
    CHILD_CHECK(asyr_function_new_native(NULL, run_echo, NULL, NULL, &function,
                                         NULL) == ASYR_OK);
    for (int i = 0; i < 10; i++) {
        CHILD_CHECK(asyr_pool_apply_async(pool, function, NULL, NULL, &result,
                                          NULL) == ASYR_OK);
        CHILD_CHECK(asyr_result_get(result, A_MINUTE, NULL, NULL, NULL) == ASYR_OK);
        asyr_result_unref(result);
    }
    CHILD_CHECK(asyr_pool_close(pool, NULL) == ASYR_OK);
    CHILD_CHECK(asyr_pool_join(pool, A_MINUTE, NULL, NULL) == ASYR_OK);
    asyr_pool_unref(pool);
    asyr_function_unref(function);
    asyr_pool_options_free(options);
}

static void a_new_pool_works_in_the_child(void)
{
    struct inherited had;
    prepare(&had);
    pid_t child = fork_child();
    if (child == 0) {
        run_new_pool();
        _exit(0);
    }
    expect_child_succeeds(child);
    clean_up(&had);
}

static void an_inherited_queue_or_strand_is_refused_by_a_new_pool(void)
{
    struct inherited had;
    prepare(&had);
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_queue(options, had.queue, &error));
    pid_t child = fork_child();
    if (child == 0) {
        asyr_pool *pool = NULL;
        CHILD_FORKED(asyr_pool_new(options, &pool, &error));
        CHILD_CHECK(!pool && asyr_pool_new(NULL, &pool, NULL) == ASYR_OK);
        CHILD_FORKED(asyr_pool_apply_async(pool, had.function, NULL, had.options,
                                           NULL, &error));
        asyr_task_options_set_queue(had.options, NULL, NULL);
        CHILD_CHECK(asyr_pool_apply_async(pool, had.function, NULL, had.options,
                                          NULL, NULL) != ASYR_OK);
        asyr_pool_unref(pool);
        _exit(0);
    }
    expect_child_succeeds(child);
    asyr_pool_options_free(options);
    clean_up(&had);
}

/* An event that was taken before the fork. */
static void an_inherited_event_is_refused(void)
{
    asyr_event *event = NULL;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_result *result = support_submit(pool, run_echo, NULL, NULL);
    UNIT_SUCCEEDS(asyr_result_notify(result, queue, 1, &error));
    UNIT_SUCCEEDS(asyr_queue_next(queue, A_MINUTE, NULL, &event, &error));
    pid_t child = fork_child();
    if (child == 0) {
        CHILD_FORKED(asyr_event_get_outcome(event, NULL, &error));
        CHILD_FORKED(asyr_event_run(event, &error));
        CHILD_FORKED(asyr_event_finish(event, NULL, &error));
        CHILD_FORKED(asyr_event_finish_many(&event, 1, &error));
        _exit(0);
    }
    expect_child_succeeds(child);
    UNIT_SUCCEEDS(asyr_event_finish(event, NULL, &error));
    asyr_result_unref(result);
    asyr_queue_unref(queue);
    support_end(pool);
}

/* A task that forks: in the child its thread is the only one. */
static void fork_inside(asyr_task *task, void *arg)
{
    (void)task;
    pid_t child = fork_child();
    if (child == 0) {
        run_new_pool();
        _exit(0);
    }
    *(pid_t *)arg = child;
}

static void a_task_may_fork(void)
{
    pid_t child = -1;
    asyr_pool *pool = support_pool(1);
    CU_ASSERT_EQUAL(
        support_take_outcome(support_submit(pool, fork_inside, &child, NULL)),
        ASYR_OK);
    expect_child_succeeds(child);
    support_end(pool);
}

struct waiting_fork {
    asyr_result *result;
    struct latch begin;
};

static void wait_inside(asyr_task *task, void *arg)
{
    struct waiting_fork *waits = arg;
    (void)task;
    latch_wait(&waits->begin, 1);
    asyr_result_wait(waits->result, ASYR_FOREVER, NULL, NULL);
}

static void wait_in_new_pool(void)
{
    struct waiting_fork waits = {NULL, LATCH_CLOSED};
    asyr_pool *pool = NULL;
    asyr_result *outer = NULL;
    asyr_function *waiter = NULL, *echo = NULL;
    CHILD_CHECK(asyr_pool_new(NULL, &pool, NULL) == ASYR_OK);
    asyr_function_new_native(NULL, wait_inside, &waits, NULL, &waiter, NULL);
    asyr_function_new_native(NULL, run_echo, NULL, NULL, &echo, NULL);
    CHILD_CHECK(asyr_pool_apply_async(pool, waiter, NULL, NULL, &outer, NULL) ==
                ASYR_OK);
    CHILD_CHECK(asyr_pool_apply_async(pool, echo, NULL, NULL, &waits.result, NULL) ==
                ASYR_OK);
    latch_open(&waits.begin);
    CHILD_CHECK(asyr_result_get(outer, A_MINUTE, NULL, NULL, NULL) == ASYR_OK);
}

/* The waits of the parent's tasks are not those of the child. */
static void a_child_forked_while_tasks_wait_sees_none_of_their_waits(void)
{
    struct gate gate = GATE_CLOSED;
    struct waiting_fork waits = {NULL, LATCH_CLOSED};
    asyr_pool *pool = support_pool(2);
    waits.result = support_submit(pool, run_gate, &gate, NULL);
    latch_wait(&gate.entered, 1);
    asyr_result *outer = support_submit(pool, wait_inside, &waits, NULL);
    latch_open(&waits.begin);
    support_await_waiters(waits.result, 1);
    pid_t child = fork_child();
    if (child == 0) {
        wait_in_new_pool();
        _exit(0);
    }
    expect_child_succeeds(child);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    asyr_result_unref(waits.result);
    support_end(pool);
}

CU_TestInfo fork_tests[] = {
    UNIT_TEST(every_call_in_the_child_answers_forked),
    UNIT_TEST(releasing_in_the_child_is_safe),
    UNIT_TEST(releasing_is_safe_while_a_lock_was_held),
    UNIT_TEST(a_new_pool_works_in_the_child),
    UNIT_TEST(an_inherited_queue_or_strand_is_refused_by_a_new_pool),
    UNIT_TEST(an_inherited_event_is_refused),
    UNIT_TEST(a_task_may_fork),
    UNIT_TEST(a_child_forked_while_tasks_wait_sees_none_of_their_waits),
    CU_TEST_INFO_NULL};
