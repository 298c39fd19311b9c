/* The end of lazy maps: B18, B21, B22 and B23 of the rules of behaviour. */
#include "iterating.h"

/* B22: each call that waits has the error, and after that comes Stop. */
static void terminate_ends_a_next_that_waits_for_input(void)
{
    asyr_pool *pool = support_pool(1);
    struct caller takers[2];
    asyr_iterator *iterator = imap_fed(pool, run_echo, NULL, NULL);
    start(&takers[0], iterator, call_next);
    start(&takers[1], iterator, call_next);
    await_takers(iterator, 2);
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    CU_ASSERT_EQUAL(answer_of(&takers[0]), -ASYR_E_TERMINATED);
    CU_ASSERT_EQUAL(answer_of(&takers[1]), -ASYR_E_TERMINATED);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    CU_ASSERT_EQUAL(put(iterator, 1, 0), ASYR_E_TERMINATED);
    asyr_iterator_unref(iterator);
    support_terminate(pool);
}

/* B22 */
static void terminate_ends_a_put_that_waits(void)
{
    asyr_pool *pool = support_pool(1);
    struct caller putter;
    asyr_iterator *iterator =
        imap_fed(pool, run_echo, NULL, options_of(1, 1, ASYR_ORDER_INPUT));
    CU_ASSERT_EQUAL(put(iterator, 9, 0), ASYR_OK);
    CU_ASSERT_EQUAL(next(iterator), 9);
    CU_ASSERT_EQUAL(put(iterator, 10, 0), ASYR_OK);
    start(&putter, iterator, call_put);
    await_putters(iterator, 1);
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    CU_ASSERT_EQUAL(answer_of(&putter), ASYR_E_TERMINATED);
    asyr_iterator_unref(iterator);
    support_terminate(pool);
}

/* B22: at the place of each item that was read, and once for the rest. */
static void terminate_gives_terminated_to_what_has_not_ended(void)
{
    asyr_pool *pool = support_pool(1);
    struct gate gate = GATE_CLOSED;
    struct source source = {.count = INT32_MAX};
    asyr_iterator *iterator = imap_source(pool, run_first_held, &gate, &source,
                                          options_of(1, 3, ASYR_ORDER_INPUT));
    latch_wait(&gate.entered, 1);
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    CU_ASSERT_EQUAL(source.releases, 1);
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(next(iterator), -ASYR_E_TERMINATED);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    latch_open(&gate.leave);
    asyr_iterator_unref(iterator);
    support_terminate(pool);
}

static void break_pool(asyr_task *task, void *arg)
{
    asyr_error *cause = asyr_error_new(ASYR_E_TASK, NULL, "for a test");
    (void)task;
    asyri_pool_break(arg, cause);
    asyr_error_unref(cause);
}

/* B19 */
static void a_broken_pool_ends_an_iterator(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_iterator *iterator = imap_fed(pool, run_echo, NULL, NULL);
    CU_ASSERT_EQUAL(put(iterator, 9, 0), ASYR_OK);
    CU_ASSERT_EQUAL(next(iterator), 9);
    break_pool(NULL, pool);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_BROKEN);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
    support_end(pool);
}

/* What runs goes on; B29 for the rest. */
static void cancel_drops_what_has_not_begun(void)
{
    asyr_pool *pool = support_pool(1);
    struct gate gate = GATE_CLOSED;
    struct source source = {.count = INT32_MAX};
    asyr_iterator *iterator = imap_source(pool, run_first_held, &gate, &source,
                                          options_of(1, 3, ASYR_ORDER_INPUT));
    latch_wait(&gate.entered, 1);
    UNIT_SUCCEEDS(asyr_iterator_cancel(iterator, &error));
    UNIT_SUCCEEDS(asyr_iterator_cancel(iterator, &error));
    CU_ASSERT_EQUAL(source.releases, 1);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(next(iterator), 0);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(next(iterator), -ASYR_E_CANCELLED);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    CU_ASSERT_EQUAL(source.calls, 3);
    asyr_iterator_unref(iterator);
    support_end(pool);
}

/* A chunk that runs keeps what it has; the rest of its items are cancelled. */
static void cancel_keeps_the_values_of_a_chunk_that_runs(void)
{
    asyr_pool *pool = support_pool(1);
    struct gate gate = GATE_CLOSED;
    asyr_iterator *iterator =
        imap(pool, run_first_held, &gate, 4, options_of(3, 0, ASYR_ORDER_INPUT));
    latch_wait(&gate.entered, 1);
    UNIT_SUCCEEDS(asyr_iterator_cancel(iterator, &error));
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(next(iterator), 0);
    for (int i = 1; i < 4; i++)
        CU_ASSERT_EQUAL(next(iterator), -ASYR_E_CANCELLED);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
    support_end(pool);
}

static void the_last_handle_cancels_and_releases(void)
{
    struct gate gate = GATE_CLOSED;
    struct source source = {.count = INT32_MAX};
    asyr_pool *pool = support_pool(1);
    asyr_iterator *iterator = imap_source(pool, run_first_held, &gate, &source,
                                          options_of(2, 6, ASYR_ORDER_INPUT));
    latch_wait(&gate.entered, 1);
    asyr_iterator_unref(asyr_iterator_ref(iterator));
    CU_ASSERT_EQUAL(source.releases, 0);
    asyr_iterator_unref(iterator);
    CU_ASSERT_EQUAL(source.releases, 1);
    latch_open(&gate.leave);
    asyr_iterator_unref(imap_fed(pool, run_echo, NULL, NULL));
    iterator = imap_fed(pool, run_echo, NULL, options_of(3, 6, ASYR_ORDER_INPUT));
    CU_ASSERT_EQUAL(put(iterator, 1, 0), ASYR_OK); /* part of a chunk */
    asyr_iterator_unref(iterator);
    support_end(pool); /* B23: nothing keeps it */
    CU_ASSERT_EQUAL(latch_count(&gate.entered), 1);
}

/* B21: an iteration that was begun is accepted work. */
static void a_closed_pool_goes_on_with_an_iteration(void)
{
    asyr_pool *pool = support_pool(2);
    asyr_iterator *late = NULL;
    struct source source = {.count = 20};
    asyr_function *function = support_native(run_echo, NULL);
    asyr_iterator *iterator = imap_source(pool, run_echo, NULL, &source,
                                          options_of(1, 2, ASYR_ORDER_INPUT));
    UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    UNIT_FAILS(ASYR_E_POOL_CLOSED,
               asyr_pool_imap_fed(pool, function, NULL, &late, &error));
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_pool_join(pool, 0, NULL, &error));
    for (int i = 0; i < 20; i++)
        CU_ASSERT_EQUAL(next(iterator), i);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    support_end(pool);
    asyr_iterator_unref(iterator);
    asyr_function_unref(function);
}

/* B22: while another thread is inside the source, which is released once it returns. */
static void terminate_does_not_wait_for_a_source(void)
{
    struct gate gate = GATE_CLOSED;
    struct source source = {.count = INT32_MAX};
    struct caller reader;
    asyr_pool *pool = support_pool(1);
    asyr_iterator *iterator = imap_source(pool, run_echo, NULL, &source,
                                          options_of(1, 1, ASYR_ORDER_INPUT));
    CU_ASSERT_EQUAL(next(iterator), 0);
    source.gate = &gate;
    start(&reader, iterator, call_next);
    latch_wait(&gate.entered, 1);
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_TERMINATED);
    CU_ASSERT_EQUAL(source.releases, 0);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(answer_of(&reader), -ASYR_E_TERMINATED);
    CU_ASSERT_EQUAL(source.releases, 1);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
    support_terminate(pool);
}

/* B22: a value that was there stays; what was not read is one error. */
static void terminate_loses_no_value_that_was_there(void)
{
    struct source source = {.count = INT32_MAX};
    asyr_pool *pool = support_pool(1);
    asyr_iterator *iterator = imap_source(pool, run_echo, NULL, &source,
                                          options_of(1, 2, ASYR_ORDER_INPUT));
    asyr_result *last = support_submit(pool, run_echo, NULL, NULL);
    CU_ASSERT_EQUAL(support_take_outcome(last), ASYR_OK);
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    CU_ASSERT_EQUAL(next(iterator), 0);
    CU_ASSERT_EQUAL(next(iterator), 1);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_TERMINATED);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
    support_terminate(pool);
}

/* An iteration whose input was read to the end has nothing more to be told. */
static void terminate_after_the_end_changes_nothing(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_iterator *iterator = imap(pool, run_echo, NULL, 1, NULL);
    CU_ASSERT_EQUAL(next(iterator), 0);
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    UNIT_SUCCEEDS(asyr_iterator_cancel(iterator, &error));
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
    support_terminate(pool);
}

/* B23: the iterator keeps the pool's workers until it needs them no more. */
static void the_last_handle_of_the_pool_may_go_while_it_is_iterated(void)
{
    struct source source = {.count = 50};
    asyr_pool *pool = support_pool(2);
    asyr_iterator *iterator = imap_source(pool, run_echo, NULL, &source,
                                          options_of(3, 6, ASYR_ORDER_INPUT));
    asyr_pool_unref(pool);
    for (int i = 0; i < 50; i++)
        CU_ASSERT_EQUAL(next(iterator), i);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
}

/* B21: join waits for the input to be read, until nobody will.  The workers have time to
 * fall asleep, from which they must be woken. */
static void join_ends_when_an_unread_iterator_is_released(void)
{
    struct source source = {.count = INT32_MAX};
    asyr_pool *pool = support_pool(1);
    asyr_iterator *iterator = imap_source(pool, run_echo, NULL, &source, NULL);
    asyr_iterator *other = imap_fed(pool, run_echo, NULL, NULL);
    UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    UNIT_SUCCEEDS(asyr_iterator_finish(other, NULL, &error));
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_pool_join(pool, 20000000, NULL, &error));
    asyr_iterator_unref(iterator);
    UNIT_SUCCEEDS(asyr_pool_join(pool, A_MINUTE, NULL, &error));
    asyr_iterator_unref(other);
    asyr_pool_unref(pool);
}

/* Whoever asked for an event has one, also of an end that nobody will see. */
static void the_last_handle_posts_the_events_that_are_due(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(1);
    asyr_iterator *iterator = imap(pool, run_first_held, &gate, 2, NULL);
    latch_wait(&gate.entered, 1);
    UNIT_SUCCEEDS(asyr_iterator_notify(iterator, queue, 1, &error));
    UNIT_FAILS(ASYR_E_QUEUE_FULL, asyr_iterator_notify(iterator, queue, 1, &error));
    asyr_iterator_unref(iterator);
    CU_ASSERT_EQUAL(asyr_queue_get_count(queue), 1);
    UNIT_SUCCEEDS(asyr_queue_close(queue, &error));
    latch_open(&gate.leave);
    iterator = imap(pool, run_echo, NULL, 1, NULL);
    UNIT_FAILS(ASYR_E_STATE, asyr_iterator_notify(iterator, queue, 1, &error));
    asyr_iterator_unref(iterator);
    asyr_queue_unref(queue);
    support_end(pool);
}

static void a_queue_may_be_closed_before_its_event_is_due(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_iterator *iterator = imap_fed(pool, run_echo, NULL, NULL);
    UNIT_SUCCEEDS(asyr_iterator_notify(iterator, queue, 1, &error));
    asyr_queue_unref(queue);
    CU_ASSERT_EQUAL(put(iterator, 4, 0), ASYR_OK);
    CU_ASSERT_EQUAL(next(iterator), 4);
    asyr_iterator_unref(iterator);
    support_end(pool);
}

/* A chunk that was partly taken, values that nobody took, an end nobody saw. */
static void an_iterator_may_be_released_in_every_state(void)
{
    asyr_pool *pool = support_pool(2);
    for (int taken = 0; taken < 7; taken++) {
        asyr_iterator *iterator =
            imap(pool, run_third, NULL, 5, options_of(3, 0, taken % 2));
        for (int i = 0; i < taken; i++)
            CU_ASSERT_NOT_EQUAL(next(iterator), -ASYR_E_TIMEOUT);
        if (taken % 3 == 0)
            UNIT_SUCCEEDS(asyr_iterator_cancel(iterator, &error));
        asyr_iterator_unref(iterator);
    }
    support_end(pool);
}

/* Two threads take until the end while something ends it from outside. */
static void *take_until_stop(void *arg)
{
    struct caller *caller = arg;
    while (next(caller->iterator) != -ASYR_E_STOP)
        caller->answer++;
    return NULL;
}

static void end_somehow(int way, asyr_pool *pool, asyr_iterator *iterator)
{
    if (way == 0)
        UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    else if (way == 1)
        UNIT_SUCCEEDS(asyr_iterator_cancel(iterator, &error));
    else
        break_pool(NULL, pool);
}

static void whatever_ends_an_iteration_each_call_comes_to_stop(void)
{
    for (int round = 0; round < 60; round++) {
        struct caller takers[2] = {{.answer = 0}, {.answer = 0}};
        struct source source = {.count = INT32_MAX};
        asyr_pool *pool = support_pool(2);
        asyr_iterator *iterator = imap_source(
            pool, run_third, NULL, &source, options_of(1 + round % 3, 0, round % 2));
        start(&takers[0], iterator, take_until_stop);
        start(&takers[1], iterator, take_until_stop);
        for (int i = 0; i < round; i++)
            next(iterator);
        end_somehow(round % 3, pool, iterator);
        CU_ASSERT(answer_of(&takers[0]) + answer_of(&takers[1]) > 0);
        CU_ASSERT_EQUAL(source.releases, 1);
        CU_ASSERT_FALSE(source.overlapped);
        asyr_iterator_unref(iterator);
        support_end(pool);
    }
}

CU_TestInfo iterator_end_tests[] = {
    UNIT_TEST(terminate_ends_a_next_that_waits_for_input),
    UNIT_TEST(terminate_ends_a_put_that_waits),
    UNIT_TEST(terminate_gives_terminated_to_what_has_not_ended),
    UNIT_TEST(a_broken_pool_ends_an_iterator),
    UNIT_TEST(cancel_drops_what_has_not_begun),
    UNIT_TEST(cancel_keeps_the_values_of_a_chunk_that_runs),
    UNIT_TEST(the_last_handle_cancels_and_releases),
    UNIT_TEST(a_closed_pool_goes_on_with_an_iteration),
    UNIT_TEST(terminate_does_not_wait_for_a_source),
    UNIT_TEST(terminate_loses_no_value_that_was_there),
    UNIT_TEST(terminate_after_the_end_changes_nothing),
    UNIT_TEST(the_last_handle_of_the_pool_may_go_while_it_is_iterated),
    UNIT_TEST(join_ends_when_an_unread_iterator_is_released),
    UNIT_TEST(the_last_handle_posts_the_events_that_are_due),
    UNIT_TEST(a_queue_may_be_closed_before_its_event_is_due),
    UNIT_TEST(an_iterator_may_be_released_in_every_state),
    UNIT_TEST(whatever_ends_an_iteration_each_call_comes_to_stop),
    CU_TEST_INFO_NULL};
