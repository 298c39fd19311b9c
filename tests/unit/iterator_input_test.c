/* The input of lazy maps: B15, B18 and B26 of the rules of behaviour. */
#include "iterating.h"

/* B15 and B18: the error comes once, after the values, then Stop; its code is Task. */
static void a_source_that_fails_ends_the_iteration_at_its_place(void)
{
    asyr_pool *pool = support_pool(2);
    EACH_CHUNK_SIZE(chunk)
    {
        struct source source = {.count = 7, .fails = true};
        asyr_iterator *iterator = imap_source(
            pool, run_echo, NULL, &source, options_of(chunk, 0, ASYR_ORDER_INPUT));
        for (int i = 0; i < 7; i++)
            CU_ASSERT_EQUAL(next(iterator), i);
        asyr_error *error = NULL;
        CU_ASSERT_EQUAL(asyr_iterator_next(iterator, A_MINUTE, NULL, NULL, &error),
                        ASYR_E_TASK);
        CU_ASSERT_STRING_EQUAL(asyr_error_get_kind(error), "Broken");
        CU_ASSERT_STRING_EQUAL(asyr_error_get_message(error), "no more paper");
        asyr_error_unref(error);
        CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
        CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
        CU_ASSERT_EQUAL(source.calls, 8);
        CU_ASSERT_EQUAL(source.releases, 1);
        asyr_iterator_unref(iterator);
    }
    support_end(pool);
}

/* B18: an endless input is fine with a buffer, which bounds what was read. */
static void the_buffer_bounds_what_is_read_ahead(void)
{
    asyr_pool *pool = support_pool(2);
    EACH_CHUNK_SIZE(chunk)
    {
        struct source source = {.count = INT32_MAX};
        asyr_iterator *iterator = imap_source(
            pool, run_echo, NULL, &source, options_of(chunk, 4, ASYR_ORDER_INPUT));
        CU_ASSERT(source.calls >= 1 && source.calls <= 4);
        for (int i = 0; i < 50; i++) {
            CU_ASSERT_EQUAL(next(iterator), i);
            CU_ASSERT(source.calls <= i + 4);
        }
        CU_ASSERT_EQUAL(source.releases, 0);
        asyr_iterator_unref(iterator);
        CU_ASSERT_EQUAL(source.releases, 1);
    }
    support_end(pool);
}

static void what_is_put_comes_out_in_order(void)
{
    asyr_pool *pool = support_pool(2);
    EACH_CHUNK_SIZE(chunk)
    {
        asyr_iterator *iterator =
            imap_fed(pool, run_echo, NULL, options_of(chunk, 8, ASYR_ORDER_INPUT));
        for (int i = 0; i < 8; i++)
            CU_ASSERT_EQUAL(put(iterator, i, 0), ASYR_OK);
        for (int i = 0; i < 8; i++)
            CU_ASSERT_EQUAL(next(iterator), i);
        UNIT_SUCCEEDS(asyr_iterator_finish(iterator, NULL, &error));
        CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
        asyr_iterator_unref(iterator);
    }
    support_end(pool);
}

/* A chunk that is not full goes when somebody waits for it. */
static void a_waiting_next_has_what_is_put(void)
{
    asyr_pool *pool = support_pool(1);
    struct caller taker;
    asyr_iterator *iterator =
        imap_fed(pool, run_echo, NULL, options_of(5, 10, ASYR_ORDER_INPUT));
    start(&taker, iterator, call_next);
    await_takers(iterator, 1);
    CU_ASSERT_EQUAL(put(iterator, 3, 0), ASYR_OK);
    CU_ASSERT_EQUAL(answer_of(&taker), 3);
    CU_ASSERT_EQUAL(put(iterator, 4, 0), ASYR_OK);
    CU_ASSERT_EQUAL(next(iterator), 4);
    asyr_iterator_unref(iterator);
    support_end(pool);
}

/* B18: backpressure. */
static void put_waits_while_the_buffer_is_full(void)
{
    asyr_pool *pool = support_pool(1);
    struct caller putter;
    EACH_CHUNK_SIZE(chunk)
    {
        asyr_iterator *iterator =
            imap_fed(pool, run_echo, NULL, options_of(chunk, 2, ASYR_ORDER_INPUT));
        CU_ASSERT_EQUAL(put(iterator, 0, 0), ASYR_OK);
        CU_ASSERT_EQUAL(put(iterator, 1, 0), ASYR_OK);
        CU_ASSERT_EQUAL(put(iterator, 2, 0), ASYR_E_TIMEOUT);
        start(&putter, iterator, call_put);
        await_putters(iterator, 1);
        CU_ASSERT_EQUAL(next(iterator), 0);
        CU_ASSERT_EQUAL(answer_of(&putter), ASYR_OK);
        CU_ASSERT_EQUAL(put(iterator, 2, 0), ASYR_E_TIMEOUT);
        CU_ASSERT_EQUAL(next(iterator), 1);
        CU_ASSERT_EQUAL(next(iterator), 77);
        asyr_iterator_unref(iterator);
    }
    support_end(pool);
}

static void put_after_finish_is_a_state_error(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_value *item = unit_int64(1);
    asyr_iterator *iterator = imap_fed(pool, run_echo, NULL, NULL);
    asyr_error *failure = asyr_error_new(ASYR_E_STOP, "Cut", "the line was cut");
    CU_ASSERT_EQUAL(put(iterator, 5, 0), ASYR_OK);
    UNIT_SUCCEEDS(asyr_iterator_finish(iterator, failure, &error));
    UNIT_SUCCEEDS(asyr_iterator_finish(iterator, NULL, &error));
    UNIT_FAILS(ASYR_E_STATE, asyr_iterator_put(iterator, item, 0, NULL, &error));
    CU_ASSERT_EQUAL(next(iterator), 5);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_TASK);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
    asyr_error_unref(failure);
    iterator = imap(pool, run_echo, NULL, 1, NULL);
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_iterator_put(iterator, item, 0, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_iterator_finish(iterator, NULL, &error));
    asyr_iterator_unref(iterator);
    asyr_value_unref(item);
    support_end(pool);
}

static void an_array_is_read_item_by_item(void)
{
    static const int32_t numbers[] = {5, -6, 7};
    static const int64_t expected[] = {5, -1, 7};
    asyr_pool *pool = support_pool(1);
    asyr_value *items = NULL;
    asyr_iterator *iterator = NULL;
    asyr_function *function = support_native(run_echo, NULL);
    UNIT_SUCCEEDS(
        asyr_value_new_array(ASYR_ELEMENT_INT32, numbers, 3, &items, &error));
    UNIT_SUCCEEDS(asyr_pool_imap(pool, function, items, NULL, &iterator, &error));
    for (int i = 0; i < 3; i++) {
        int64_t number = next(iterator);
        CU_ASSERT_EQUAL(number == -6 ? -1 : number, expected[i]);
    }
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
    asyr_value_unref(items);
    asyr_function_unref(function);
    support_end(pool);
}

/* B18: also of a list no more than the buffer is submitted. */
static void the_buffer_bounds_a_list_too(void)
{
    _Atomic int counter = 0;
    asyr_pool *pool = support_pool(1);
    asyr_iterator *iterator =
        imap(pool, run_count, &counter, 100, options_of(2, 5, ASYR_ORDER_INPUT));
    for (int i = 0; i < 100; i++) {
        UNIT_SUCCEEDS(asyr_iterator_next(iterator, A_MINUTE, NULL, NULL, &error));
        CU_ASSERT(atomic_load(&counter) <= i + 6);
    }
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
    support_end(pool);
}

/* A default that keeps the workers busy. */
static void a_source_has_a_buffer_of_two_chunks_per_worker(void)
{
    asyr_pool *pool = support_pool(3);
    struct source source = {.count = INT32_MAX};
    asyr_iterator *iterator = imap_source(pool, run_echo, NULL, &source,
                                          options_of(5, 0, ASYR_ORDER_INPUT));
    CU_ASSERT_EQUAL(source.calls, 30);
    asyr_iterator_unref(iterator);
    support_end(pool);
}

/* B18: whoever has a value to take does not wait for the source. */
static void a_slow_source_delays_no_other_call(void)
{
    struct gate gate = GATE_CLOSED;
    struct source source = {.count = 4};
    struct caller reader;
    asyr_pool *pool = support_pool(1);
    asyr_iterator *iterator = imap_source(pool, run_echo, NULL, &source,
                                          options_of(1, 3, ASYR_ORDER_INPUT));
    CU_ASSERT_EQUAL(next(iterator), 0);
    source.gate = &gate;
    start(&reader, iterator, call_next);
    latch_wait(&gate.entered, 1);
    CU_ASSERT_EQUAL(next(iterator), 1);
    CU_ASSERT_EQUAL(next(iterator), 2);
    CU_ASSERT_EQUAL(next_within(iterator, 0), -ASYR_E_TIMEOUT);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(answer_of(&reader), 3);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    CU_ASSERT_FALSE(source.overlapped);
    asyr_iterator_unref(iterator);
    support_end(pool);
}

/* A source that takes from its own iterator, at its third call. */
struct reentrant {
    asyr_iterator *iterator;
    int calls;
    int64_t seen[3];
};

static asyr_status read_reentrant(void *arg, asyr_value **item, asyr_error **error)
{
    struct reentrant *source = arg;
    if (source->calls++ < 1)
        return asyr_value_new_int64(8, item, error);
    for (int i = 0; i < 2; i++)
        source->seen[i] = next_within(source->iterator, ASYR_FOREVER);
    return ASYR_E_STOP;
}

/* B24: it has what is on its way; then it would wait for itself. */
static void a_source_that_waits_for_its_iterator_is_a_deadlock(void)
{
    struct reentrant source = {.calls = 0};
    asyr_pool *pool = support_pool(1);
    asyr_function *function = support_native(run_echo, NULL);
    asyr_task_options *options = options_of(1, 1, ASYR_ORDER_INPUT);
    UNIT_SUCCEEDS(asyr_pool_imap_source(pool, function, read_reentrant, &source,
                                        NULL, options, &source.iterator, &error));
    CU_ASSERT_EQUAL(next(source.iterator), 8);
    CU_ASSERT_EQUAL(next(source.iterator), -ASYR_E_STOP);
    CU_ASSERT_EQUAL(source.seen[0], -ASYR_E_DEADLOCK);
    asyr_iterator_unref(source.iterator);
    asyr_task_options_free(options);
    asyr_function_unref(function);
    support_end(pool);
}

static asyr_status read_nothing(void *arg, asyr_value **item, asyr_error **error)
{
    (void)arg;
    (void)item;
    (void)error;
    return ASYR_OK;
}

static asyr_status read_without_why(void *arg, asyr_value **item, asyr_error **error)
{
    (void)arg;
    (void)error;
    *item = unit_int64(1 << 20);
    return ASYR_E_SYSTEM;
}

static void a_source_that_breaks_its_rules_fails(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_iterator *iterator = NULL;
    asyr_function *function = support_native(run_echo, NULL);
    UNIT_SUCCEEDS(asyr_pool_imap_source(pool, function, read_nothing, NULL, NULL,
                                        NULL, &iterator, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_iterator_next(iterator, A_MINUTE, NULL, NULL, &error));
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
    UNIT_SUCCEEDS(asyr_pool_imap_source(pool, function, read_without_why, NULL, NULL,
                                        NULL, &iterator, &error));
    UNIT_FAILS(ASYR_E_SYSTEM,
               asyr_iterator_next(iterator, A_MINUTE, NULL, NULL, &error));
    asyr_iterator_unref(iterator);
    asyr_function_unref(function);
    support_end(pool);
}

static asyr_status read_exit(void *arg, asyr_value **item, asyr_error **error)
{
    struct source *source = arg;
    if (source->calls >= source->count)
        pthread_exit(NULL);
    return read_number(arg, item, error);
}

/* The pool, and where the iterator goes. */
struct beginning {
    asyr_pool *pool;
    struct source *source;
    asyr_iterator *iterator;
};

static void *begin_exiting(void *arg)
{
    struct beginning *beginning = arg;
    asyr_function *function = NULL;
    asyr_task_options *options = NULL;
    asyr_function_new_native(NULL, run_echo, NULL, NULL, &function, NULL);
    asyr_task_options_new(&options, NULL);
    asyr_task_options_set_buffer_size(options, 2, NULL);
    asyr_pool_imap_source(beginning->pool, function, read_exit, beginning->source,
                          release_source, options, &beginning->iterator, NULL);
    asyr_task_options_free(options);
    asyr_function_unref(function);
    return NULL;
}

/* B25 */
static void a_source_that_ends_its_thread_has_failed(void)
{
    pthread_t thread;
    struct caller taker;
    struct source source = {.count = 2};
    asyr_pool *pool = support_pool(1);
    struct beginning beginning = {pool, &source, NULL};
    pthread_create(&thread, NULL, begin_exiting, &beginning);
    pthread_join(thread, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(beginning.iterator);
    CU_ASSERT_EQUAL(next(beginning.iterator), 0);
    start(&taker, beginning.iterator, call_next);
    answer_of(&taker); /* it ends inside the source */
    CU_ASSERT_EQUAL(source.releases, 1);
    CU_ASSERT_EQUAL(next(beginning.iterator), 1);
    CU_ASSERT_EQUAL(next(beginning.iterator), -ASYR_E_WORKER_LOST);
    CU_ASSERT_EQUAL(next(beginning.iterator), -ASYR_E_STOP);
    asyr_iterator_unref(beginning.iterator);
    support_end(pool);
}

/* B26: the first chunk is admitted by the policy; the others go with it. */
static asyr_pool *limited_pool(int32_t policy, struct gate *gate)
{
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_queue_limit(options, 1, policy, &error));
    asyr_pool *pool = support_pool_with(options);
    asyr_result_unref(support_submit(pool, run_gate, gate, NULL));
    latch_wait(&gate->entered, 1);
    return pool;
}

static void a_full_queue_refuses_a_lazy_map_by_the_policy_fail(void)
{
    struct gate gate = GATE_CLOSED;
    struct source source = {.count = 5};
    asyr_pool *pool = limited_pool(ASYR_FULL_FAIL, &gate);
    asyr_function *function = support_native(run_echo, NULL);
    asyr_iterator *iterator =
        imap(pool, run_echo, NULL, 5, options_of(1, 3, ASYR_ORDER_INPUT));
    asyr_iterator *late = NULL;
    UNIT_FAILS(ASYR_E_QUEUE_FULL,
               asyr_pool_imap_source(pool, function, read_number, &source,
                                     release_source, NULL, &late, &error));
    CU_ASSERT_PTR_NULL(late);
    CU_ASSERT_EQUAL(source.releases, 1);
    latch_open(&gate.leave);
    for (int i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(next(iterator), i);
    asyr_iterator_unref(iterator);
    asyr_function_unref(function);
    support_end(pool);
}

static void a_full_queue_makes_the_caller_run_the_first_chunk(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = limited_pool(ASYR_FULL_CALLER_RUNS, &gate);
    asyr_result *queued = support_submit(pool, run_echo, NULL, NULL);
    asyr_iterator *iterator = imap(pool, run_echo, NULL, 3, NULL);
    CU_ASSERT_EQUAL(next_within(iterator, 0), 0);
    CU_ASSERT_EQUAL(next_within(iterator, 0), -ASYR_E_TIMEOUT);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(next(iterator), 1);
    CU_ASSERT_EQUAL(next(iterator), 2);
    asyr_iterator_unref(iterator);
    asyr_result_unref(queued);
    support_end(pool);
}

struct taking {
    asyr_iterator *iterator;
    int64_t number;
};

static void take_next(asyr_task *task, void *arg)
{
    struct taking *taking = arg;
    (void)task;
    taking->number = next_within(taking->iterator, ASYR_FOREVER);
}

static bool sleeps_inside(void *arg)
{
    asyr_iterator *iterator = arg;
    asyri_mutex_lock(&iterator->lock);
    bool sleeps = iterator->inside == 1;
    asyri_mutex_unlock(&iterator->lock);
    return sleeps;
}

/* B24: the only worker waits before there is anything that it could run. */
static void a_task_runs_what_is_put_in_while_it_waits(void)
{
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_spare_workers(options, 0, &error));
    asyr_pool *pool = support_pool_with(options);
    struct taking taking = {.iterator = imap_fed(pool, run_echo, NULL, NULL)};
    asyr_result *result = support_submit(pool, take_next, &taking, NULL);
    support_until(sleeps_inside, taking.iterator);
    asyr_value *item = NULL;
    UNIT_SUCCEEDS(asyr_value_new_int64(7, &item, &error));
    UNIT_SUCCEEDS(asyr_iterator_put(taking.iterator, item, 0, NULL, &error));
    asyr_value_unref(item);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    CU_ASSERT_EQUAL(taking.number, 7);
    asyr_iterator_unref(taking.iterator);
    support_terminate(pool);
}

CU_TestInfo iterator_input_tests[] = {
    UNIT_TEST(a_source_that_fails_ends_the_iteration_at_its_place),
    UNIT_TEST(the_buffer_bounds_what_is_read_ahead),
    UNIT_TEST(what_is_put_comes_out_in_order),
    UNIT_TEST(a_waiting_next_has_what_is_put),
    UNIT_TEST(put_waits_while_the_buffer_is_full),
    UNIT_TEST(put_after_finish_is_a_state_error),
    UNIT_TEST(an_array_is_read_item_by_item),
    UNIT_TEST(the_buffer_bounds_a_list_too),
    UNIT_TEST(a_source_has_a_buffer_of_two_chunks_per_worker),
    UNIT_TEST(a_slow_source_delays_no_other_call),
    UNIT_TEST(a_source_that_waits_for_its_iterator_is_a_deadlock),
    UNIT_TEST(a_source_that_breaks_its_rules_fails),
    UNIT_TEST(a_source_that_ends_its_thread_has_failed),
    UNIT_TEST(a_full_queue_refuses_a_lazy_map_by_the_policy_fail),
    UNIT_TEST(a_full_queue_makes_the_caller_run_the_first_chunk),
    UNIT_TEST(a_task_runs_what_is_put_in_while_it_waits),
    CU_TEST_INFO_NULL};
