/* Taking from lazy maps: B14, B18 and B24 of the rules of behaviour. */
#include "iterating.h"

/* B14, B18: also every call after the end answers Stop. */
static void values_come_in_the_order_of_the_input_then_stop(void)
{
    asyr_pool *pool = support_pool(3);
    EACH_CHUNK_SIZE(chunk)
    {
        asyr_iterator *iterator =
            imap(pool, run_echo, NULL, 10, options_of(chunk, 0, ASYR_ORDER_INPUT));
        for (int i = 0; i < 10; i++)
            CU_ASSERT_EQUAL(next(iterator), i);
        for (int i = 0; i < 3; i++)
            UNIT_FAILS(ASYR_E_STOP, asyr_iterator_next(iterator, ASYR_FOREVER, NULL,
                                                       NULL, &error));
        asyr_iterator_unref(iterator);
    }
    support_end(pool);
}

static void an_empty_input_stops_at_once(void)
{
    asyr_pool *pool = support_pool(1);
    struct source source = {.count = 0};
    asyr_iterator *iterator = imap(pool, run_echo, NULL, 0, NULL);
    CU_ASSERT_EQUAL(next_within(iterator, 0), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
    iterator = imap_source(pool, run_echo, NULL, &source, NULL);
    CU_ASSERT_EQUAL(next_within(iterator, 0), -ASYR_E_STOP);
    CU_ASSERT_EQUAL(source.calls, 1);
    CU_ASSERT_EQUAL(source.releases, 1);
    asyr_iterator_unref(iterator);
    CU_ASSERT_EQUAL(source.releases, 1);
    iterator = imap_fed(pool, run_echo, NULL, NULL);
    CU_ASSERT_EQUAL(next_within(iterator, 0), -ASYR_E_TIMEOUT);
    UNIT_SUCCEEDS(asyr_iterator_finish(iterator, NULL, &error));
    CU_ASSERT_EQUAL(next_within(iterator, 0), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
    support_end(pool);
}

/* B18: at every chunk size. */
static void an_item_fails_at_its_place_and_iteration_goes_on(void)
{
    asyr_pool *pool = support_pool(2);
    EACH_CHUNK_SIZE(chunk)
    {
        asyr_iterator *iterator =
            imap(pool, run_third, NULL, 10, options_of(chunk, 0, ASYR_ORDER_INPUT));
        for (int i = 0; i < 10; i++)
            CU_ASSERT_EQUAL(next(iterator), i % 3 ? i : -ASYR_E_TASK);
        CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
        asyr_iterator_unref(iterator);
    }
    support_end(pool);
}

/* B18: no value is lost by a time-out. */
static void a_timeout_loses_no_value(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_result *held = support_submit(pool, run_gate, &gate, NULL);
    asyr_iterator *iterator = imap(pool, run_echo, NULL, 3, NULL);
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_iterator_next(iterator, 0, NULL, NULL, &error));
    UNIT_FAILS(ASYR_E_TIMEOUT,
               asyr_iterator_next(iterator, 1000000, NULL, NULL, &error));
    latch_open(&gate.leave);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(next(iterator), i);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
    CU_ASSERT_EQUAL(support_take_outcome(held), ASYR_OK);
    support_end(pool);
}

static void an_interrupt_loses_no_value(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_interrupt *interrupt = support_interrupt();
    asyr_iterator *iterator = imap(pool, run_gate, &gate, 1, NULL);
    asyr_interrupt_trigger(interrupt);
    UNIT_FAILS(ASYR_E_INTERRUPTED,
               asyr_iterator_next(iterator, ASYR_FOREVER, interrupt, NULL, &error));
    latch_open(&gate.leave);
    UNIT_SUCCEEDS(asyr_iterator_next(iterator, ASYR_FOREVER, NULL, NULL, &error));
    asyr_iterator_unref(iterator);
    asyr_interrupt_unref(interrupt);
    support_end(pool);
}

/* B14 */
static void values_come_in_the_order_of_arrival(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(2);
    asyr_iterator *iterator =
        imap(pool, run_first_held, &gate, 5, options_of(1, 0, ASYR_ORDER_ARRIVAL));
    for (int i = 1; i < 5; i++)
        CU_ASSERT_EQUAL(next(iterator), i);
    CU_ASSERT_EQUAL(next_within(iterator, 0), -ASYR_E_TIMEOUT);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(next(iterator), 0);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
    support_end(pool);
}

/* A task that runs a lazy map in its own pool, by which it answers the sum. */
static void run_nested(asyr_task *task, void *arg)
{
    asyr_iterator *iterator = NULL;
    asyr_function *function = NULL;
    asyr_value *items = support_numbers(20);
    asyr_task_options *options = NULL;
    int64_t sum = 0;
    asyr_task_options_new(&options, NULL);
    asyr_task_options_set_buffer_size(options, 4, NULL);
    asyr_function_new_native(NULL, run_echo, NULL, NULL, &function, NULL);
    asyr_pool_imap(arg, function, items, options, &iterator, NULL);
    for (int64_t number; (number = next_within(iterator, ASYR_FOREVER)) >= 0;)
        sum += number;
    asyr_task_return_int64(task, sum, NULL);
    asyr_iterator_unref(iterator);
    asyr_function_unref(function);
    asyr_task_options_free(options);
    asyr_value_unref(items);
}

/* B24 */
static void next_inside_a_task_works_with_one_worker(void)
{
    asyr_pool *pool = support_pool(1);
    int64_t sum = 0;
    asyr_result *result = support_submit(pool, run_nested, pool, NULL);
    UNIT_SUCCEEDS(asyr_result_get_int64(result, A_MINUTE, &sum, &error));
    CU_ASSERT_EQUAL(sum, 190);
    asyr_result_unref(result);
    support_end(pool);
}

static _Atomic(asyr_iterator *) own_iterator;

static void run_own_next(asyr_task *task, void *ready)
{
    latch_wait(ready, 1);
    int64_t answer = next_within(atomic_load(&own_iterator), ASYR_FOREVER);
    asyr_task_return_int64(task, answer, NULL);
}

/* B24 */
static void an_item_that_waits_for_itself_is_a_deadlock(void)
{
    struct latch ready = LATCH_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_iterator *iterator = imap(pool, run_own_next, &ready, 1, NULL);
    atomic_store(&own_iterator, iterator);
    latch_open(&ready);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_DEADLOCK);
    asyr_iterator_unref(iterator);
    support_end(pool);
}

/* Many threads take: each value goes to one, each sees an order, the source has one
 * caller at a time. */
#define TAKERS 4
#define MANY 2000

struct taker {
    pthread_t thread;
    asyr_iterator *iterator;
    _Atomic int *seen;
    bool in_order;
};

static void *take_all(void *arg)
{
    struct taker *taker = arg;
    int64_t last = -1;
    taker->in_order = true;
    for (int64_t number; (number = next(taker->iterator)) != -ASYR_E_STOP;) {
        taker->in_order = taker->in_order && number > last;
        last = number;
        if (number >= 0)
            atomic_fetch_add(&taker->seen[number], 1);
    }
    return NULL;
}

static void each_value_goes_to_one_of_several_threads(void)
{
    static _Atomic int seen[MANY];
    asyr_pool *pool = support_pool(2);
    EACH_CHUNK_SIZE(chunk)
    {
        struct taker takers[TAKERS];
        struct source source = {.count = MANY};
        asyr_iterator *iterator = imap_source(
            pool, run_echo, NULL, &source, options_of(chunk, 20, ASYR_ORDER_INPUT));
        for (int i = 0; i < MANY; i++)
            atomic_store(&seen[i], 0);
        for (int i = 0; i < TAKERS; i++) {
            takers[i].iterator = iterator;
            takers[i].seen = seen;
            pthread_create(&takers[i].thread, NULL, take_all, &takers[i]);
        }
        for (int i = 0; i < TAKERS; i++) {
            pthread_join(takers[i].thread, NULL);
            CU_ASSERT_TRUE(takers[i].in_order);
        }
        int alone = 0;
        for (int i = 0; i < MANY; i++)
            alone += atomic_load(&seen[i]) == 1;
        CU_ASSERT_EQUAL(alone, MANY);
        CU_ASSERT_FALSE(source.overlapped);
        CU_ASSERT_EQUAL(source.releases, 1);
        asyr_iterator_unref(iterator);
    }
    support_end(pool);
}

static int32_t next_event(asyr_queue *queue, int64_t timeout, uint64_t *tag)
{
    asyr_event *event = NULL;
    if (asyr_queue_next(queue, timeout, NULL, &event, NULL) != ASYR_OK)
        return -1;
    int32_t kind = asyr_event_get_kind(event);
    *tag = asyr_event_get_tag(event);
    CU_ASSERT_PTR_NULL(asyr_event_get_result(event));
    UNIT_FAILS(ASYR_E_STATE, asyr_event_get_outcome(event, NULL, &error));
    UNIT_SUCCEEDS(asyr_event_finish(event, NULL, &error));
    return kind;
}

static void notify_tells_once_when_next_would_not_wait(void)
{
    struct gate gate = GATE_CLOSED;
    uint64_t tag = 0;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_iterator *iterator = imap(pool, run_first_held, &gate, 1, NULL);
    UNIT_SUCCEEDS(asyr_iterator_notify(iterator, queue, 41, &error));
    CU_ASSERT_EQUAL(next_event(queue, 0, &tag), -1);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(next_event(queue, A_MINUTE, &tag), ASYR_EVENT_NEXT);
    CU_ASSERT_EQUAL(tag, 41);
    CU_ASSERT_EQUAL(next_within(iterator, 0), 0);
    CU_ASSERT_EQUAL(next_event(queue, 0, &tag), -1);
    UNIT_SUCCEEDS(asyr_iterator_notify(iterator, queue, 42, &error));
    CU_ASSERT_EQUAL(next_event(queue, 0, &tag), ASYR_EVENT_NEXT);
    CU_ASSERT_EQUAL(tag, 42);
    CU_ASSERT_EQUAL(next_within(iterator, 0), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
    asyr_queue_unref(queue);
    support_end(pool);
}

static void notify_tells_of_what_is_put_and_of_the_end_by_force(void)
{
    uint64_t tag = 0;
    asyr_pool *pool = support_pool(1);
    asyr_queue *queue = support_queue(0);
    asyr_iterator *iterator =
        imap_fed(pool, run_echo, NULL, options_of(4, 8, ASYR_ORDER_INPUT));
    UNIT_SUCCEEDS(asyr_iterator_notify(iterator, queue, 1, &error));
    CU_ASSERT_EQUAL(next_event(queue, 0, &tag), -1);
    CU_ASSERT_EQUAL(put(iterator, 6, 0), ASYR_OK);
    CU_ASSERT_EQUAL(next_event(queue, A_MINUTE, &tag), ASYR_EVENT_NEXT);
    CU_ASSERT_EQUAL(next_within(iterator, 0), 6);
    UNIT_SUCCEEDS(asyr_iterator_notify(iterator, queue, 2, &error));
    CU_ASSERT_EQUAL(next_event(queue, 0, &tag), -1);
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    CU_ASSERT_EQUAL(next_event(queue, A_MINUTE, &tag), ASYR_EVENT_NEXT);
    CU_ASSERT_EQUAL(tag, 2);
    CU_ASSERT_EQUAL(next_within(iterator, 0), -ASYR_E_TERMINATED);
    asyr_iterator_unref(iterator);
    asyr_queue_unref(queue);
    support_terminate(pool);
}

/* Every second number is answered by an error as a value. */
static void run_error_value(asyr_task *task, void *arg)
{
    asyr_value *value = NULL;
    asyr_error *content = asyr_error_new(ASYR_E_TASK, "Held", "is only a value");
    (void)arg;
    if (argument(task) % 2) {
        asyr_value_new_error(content, &value, NULL);
        asyr_task_return(task, value, NULL);
    } else {
        asyr_task_fail(task, content, NULL);
    }
    asyr_value_unref(value);
    asyr_error_unref(content);
}

static void an_error_that_was_returned_as_a_value_is_one(void)
{
    asyr_pool *pool = support_pool(2);
    EACH_CHUNK_SIZE(chunk)
    {
        asyr_iterator *iterator = imap(pool, run_error_value, NULL, 6,
                                       options_of(chunk, 0, ASYR_ORDER_INPUT));
        for (int i = 0; i < 6; i++) {
            asyr_value *value = NULL;
            asyr_status status =
                asyr_iterator_next(iterator, A_MINUTE, NULL, &value, NULL);
            CU_ASSERT_EQUAL(status, i % 2 ? ASYR_OK : ASYR_E_TASK);
            CU_ASSERT_EQUAL(asyr_value_get_type(value),
                            i % 2 ? ASYR_VALUE_ERROR : -1);
            asyr_value_unref(value);
        }
        asyr_iterator_unref(iterator);
    }
    support_end(pool);
}

/* The codes with which next itself may fail. */
static void run_code(asyr_task *task, void *arg)
{
    static const int32_t codes[] = {ASYR_E_TIMEOUT, ASYR_E_STOP, ASYR_E_INTERRUPTED,
                                    ASYR_E_NOT_READY};
    asyr_error *failure = asyr_error_new(codes[argument(task)], NULL, "its own");
    (void)arg;
    asyr_task_fail(task, failure, NULL);
    asyr_error_unref(failure);
}

/* B2 */
static void an_error_of_an_item_is_told_apart_from_one_of_next(void)
{
    asyr_pool *pool = support_pool(1);
    EACH_CHUNK_SIZE(chunk)
    {
        asyr_iterator *iterator =
            imap(pool, run_code, NULL, 4, options_of(chunk, 0, ASYR_ORDER_INPUT));
        for (int i = 0; i < 4; i++)
            CU_ASSERT_EQUAL(next(iterator), -ASYR_E_TASK);
        CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
        asyr_iterator_unref(iterator);
    }
    support_end(pool);
}

static void run_second_exits(asyr_task *task, void *arg)
{
    if (argument(task) == 1)
        run_exit(task, arg);
    run_echo(task, arg);
}

/* B25: what the thread had done is kept; what it had yet to do is lost with it. */
static void an_item_that_ends_its_thread_loses_the_rest_of_its_chunk(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_iterator *iterator =
        imap(pool, run_second_exits, NULL, 4, options_of(3, 0, ASYR_ORDER_INPUT));
    CU_ASSERT_EQUAL(next(iterator), 0);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_WORKER_LOST);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_WORKER_LOST);
    CU_ASSERT_EQUAL(next(iterator), 3);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
    support_end(pool);
}

static asyr_value *nested(int depth)
{
    asyr_value *value = unit_list();
    for (int i = 1; i < depth; i++) {
        asyr_value *outer = unit_list();
        UNIT_SUCCEEDS(asyr_value_append(outer, value, &error));
        asyr_value_unref(value);
        value = outer;
    }
    return value;
}

/* A chunk is no value: what fits alone fits in one. */
static void items_may_nest_as_deep_as_values_may(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_value *deep = nested(ASYR_MAX_DEPTH);
    EACH_CHUNK_SIZE(chunk)
    {
        asyr_iterator *iterator =
            imap_fed(pool, run_echo, NULL, options_of(chunk, 4, ASYR_ORDER_INPUT));
        for (int i = 0; i < 4; i++)
            UNIT_SUCCEEDS(asyr_iterator_put(iterator, deep, 0, NULL, &error));
        for (int i = 0; i < 4; i++) {
            asyr_value *value = NULL;
            UNIT_SUCCEEDS(
                asyr_iterator_next(iterator, A_MINUTE, NULL, &value, &error));
            CU_ASSERT_PTR_EQUAL(value, deep);
            asyr_value_unref(value);
        }
        asyr_iterator_unref(iterator);
    }
    asyr_value_unref(deep);
    support_end(pool);
}

static void chunks_arrive_as_a_whole(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(2);
    asyr_iterator *iterator =
        imap(pool, run_first_held, &gate, 6, options_of(3, 0, ASYR_ORDER_ARRIVAL));
    for (int i = 3; i < 6; i++)
        CU_ASSERT_EQUAL(next(iterator), i);
    latch_open(&gate.leave);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(next(iterator), i);
    CU_ASSERT_EQUAL(next(iterator), -ASYR_E_STOP);
    asyr_iterator_unref(iterator);
    support_end(pool);
}

static asyr_error *open_latch(asyr_value *value, void *latch)
{
    (void)value;
    latch_open(latch);
    return NULL;
}

static void run_latch_wait(asyr_task *task, void *latch)
{
    latch_wait(latch, 1);
    run_echo(task, NULL);
}

/* B12: the item waits for a callback that only this thread can run. */
static void next_on_the_thread_that_owns_the_queue_drains_it(void)
{
    struct latch called = LATCH_CLOSED;
    asyr_queue *queue = support_queue(0);
    asyr_pool_options *pool_options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_queue(pool_options, queue, &error));
    asyr_pool *pool = support_pool_with(pool_options);
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(options, open_latch, &called, NULL, &error));
    UNIT_SUCCEEDS(asyr_queue_own(queue, &error));
    asyr_result_unref(support_submit(pool, run_echo, NULL, options));
    asyr_iterator *iterator = imap(pool, run_latch_wait, &called, 1, NULL);
    CU_ASSERT_EQUAL(next(iterator), 0);
    asyr_iterator_unref(iterator);
    asyr_task_options_free(options);
    support_end(pool);
    asyr_queue_unref(queue);
}

/* Items by items, as a host that pulls has them. */
static void a_lent_worker_runs_the_items(void)
{
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_worker_source(options, ASYR_WORKERS_HOST, &error));
    asyr_pool *pool = support_pool_with(options);
    asyr_worker *worker = NULL;
    UNIT_SUCCEEDS(asyr_worker_new(pool, &worker, &error));
    asyr_iterator *iterator =
        imap(pool, run_third, NULL, 5, options_of(3, 0, ASYR_ORDER_INPUT));
    for (int i = 0; i < 5; i++) {
        asyr_task *task = NULL;
        UNIT_SUCCEEDS(asyr_worker_next(worker, 0, NULL, &task, &error));
        UNIT_SUCCEEDS(asyr_task_run(task, &error));
        UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    }
    for (int i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(next_within(iterator, 0), i % 3 ? i : -ASYR_E_TASK);
    asyr_iterator_unref(iterator);
    asyr_worker_free(worker);
    support_end(pool);
}

struct together {
    _Atomic int now;
    _Atomic bool overlapped;
};

static void run_alone(asyr_task *task, void *arg)
{
    struct together *together = arg;
    if (atomic_fetch_add(&together->now, 1) != 0)
        atomic_store(&together->overlapped, true);
    run_echo(task, NULL);
    atomic_fetch_sub(&together->now, 1);
}

static void the_items_of_a_strand_run_one_at_a_time(void)
{
    static struct together together;
    asyr_pool *pool = support_pool(3);
    asyr_strand *strand = NULL;
    UNIT_SUCCEEDS(asyr_strand_new(pool, ASYR_STRAND_SERIAL, &strand, &error));
    asyr_task_options *options = options_of(2, 8, ASYR_ORDER_INPUT);
    UNIT_SUCCEEDS(asyr_task_options_set_strand(options, strand, &error));
    asyr_iterator *iterator = imap(pool, run_alone, &together, 50, options);
    asyr_strand_unref(strand);
    for (int i = 0; i < 50; i++)
        CU_ASSERT_EQUAL(next(iterator), i);
    CU_ASSERT_FALSE(together.overlapped);
    asyr_iterator_unref(iterator);
    support_end(pool);
}

CU_TestInfo iterator_tests[] = {
    UNIT_TEST(values_come_in_the_order_of_the_input_then_stop),
    UNIT_TEST(an_empty_input_stops_at_once),
    UNIT_TEST(an_item_fails_at_its_place_and_iteration_goes_on),
    UNIT_TEST(a_timeout_loses_no_value),
    UNIT_TEST(an_interrupt_loses_no_value),
    UNIT_TEST(values_come_in_the_order_of_arrival),
    UNIT_TEST(next_inside_a_task_works_with_one_worker),
    UNIT_TEST(an_item_that_waits_for_itself_is_a_deadlock),
    UNIT_TEST(each_value_goes_to_one_of_several_threads),
    UNIT_TEST(notify_tells_once_when_next_would_not_wait),
    UNIT_TEST(notify_tells_of_what_is_put_and_of_the_end_by_force),
    UNIT_TEST(an_error_that_was_returned_as_a_value_is_one),
    UNIT_TEST(an_error_of_an_item_is_told_apart_from_one_of_next),
    UNIT_TEST(an_item_that_ends_its_thread_loses_the_rest_of_its_chunk),
    UNIT_TEST(items_may_nest_as_deep_as_values_may),
    UNIT_TEST(chunks_arrive_as_a_whole),
    UNIT_TEST(next_on_the_thread_that_owns_the_queue_drains_it),
    UNIT_TEST(a_lent_worker_runs_the_items),
    UNIT_TEST(the_items_of_a_strand_run_one_at_a_time),
    CU_TEST_INFO_NULL};
