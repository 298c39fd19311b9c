/* Lazy maps: B14, B15, B18, B21, B22, B24 and B27 of the rules of behaviour. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "pool/iterator.h"

static asyr_task_options *options_of(int64_t chunk, int64_t buffer, int32_t order)
{
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_chunk_size(options, chunk, &error));
    if (buffer)
        UNIT_SUCCEEDS(asyr_task_options_set_buffer_size(options, buffer, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_order(options, order, &error));
    return options;
}

/* `options` is consumed and may be NULL. */
static asyr_iterator *imap(asyr_pool *pool, asyr_native_fn run, void *arg,
                           int64_t count, asyr_task_options *options)
{
    asyr_iterator *iterator = NULL;
    asyr_function *function = support_native(run, arg);
    asyr_value *items = support_numbers(count);
    UNIT_SUCCEEDS(asyr_pool_imap(pool, function, items, options, &iterator, &error));
    asyr_value_unref(items);
    asyr_function_unref(function);
    asyr_task_options_free(options);
    return iterator;
}

static asyr_iterator *imap_fed(asyr_pool *pool, asyr_native_fn run, void *arg,
                               asyr_task_options *options)
{
    asyr_iterator *iterator = NULL;
    asyr_function *function = support_native(run, arg);
    UNIT_SUCCEEDS(asyr_pool_imap_fed(pool, function, options, &iterator, &error));
    asyr_function_unref(function);
    asyr_task_options_free(options);
    return iterator;
}

/* The next number, or the negative code of what came in its place. */
static int64_t next_within(asyr_iterator *iterator, int64_t timeout)
{
    asyr_value *value = NULL;
    int64_t number = -1;
    asyr_status status = asyr_iterator_next(iterator, timeout, NULL, &value, NULL);
    if (status != ASYR_OK)
        return -(int64_t)status;
    asyr_value_get_int64(value, &number, NULL);
    asyr_value_unref(value);
    return number;
}

static int64_t next(asyr_iterator *iterator)
{
    return next_within(iterator, A_MINUTE);
}

static asyr_status put(asyr_iterator *iterator, int64_t number, int64_t timeout)
{
    asyr_value *item = unit_int64(number);
    asyr_status status = asyr_iterator_put(iterator, item, timeout, NULL, NULL);
    asyr_value_unref(item);
    return status;
}

static int64_t argument(asyr_task *task)
{
    asyr_value *value = NULL;
    int64_t number = -1;
    asyr_task_get_argument(task, 0, &value, NULL);
    asyr_value_get_int64(value, &number, NULL);
    asyr_value_unref(value);
    return number;
}

/* Numbers divisible by 3 fail, those that leave 1 are answered by an error value. */
static void run_third(asyr_task *task, void *arg)
{
    int64_t number = argument(task);
    (void)arg;
    if (number % 3 == 0)
        asyr_task_fail_with(task, "Oops", "it failed", NULL);
    else
        run_echo(task, NULL);
}

/* A source of the numbers from 0 on. */
struct source {
    _Atomic int calls;
    int count; /* then it ends, or fails */
    bool fails;
    _Atomic int releases;
    _Atomic int inside;
    _Atomic bool overlapped;
    struct gate *gate; /* entered and left at each call */
};

static asyr_status read_number(void *arg, asyr_value **item, asyr_error **error)
{
    struct source *source = arg;
    int number = atomic_fetch_add(&source->calls, 1);
    asyr_status status;
    if (atomic_fetch_add(&source->inside, 1) != 0)
        atomic_store(&source->overlapped, true);
    if (source->gate)
        run_gate(NULL, source->gate);
    if (number < source->count)
        status = asyr_value_new_int64(number, item, error);
    else if (!source->fails)
        status = ASYR_E_STOP;
    else {
        *error = asyr_error_new(ASYR_E_TIMEOUT, "Broken", "no more paper");
        status = ASYR_E_TIMEOUT;
    }
    atomic_fetch_sub(&source->inside, 1);
    return status;
}

static void release_source(void *arg)
{
    atomic_fetch_add(&((struct source *)arg)->releases, 1);
}

static asyr_iterator *imap_source(asyr_pool *pool, asyr_native_fn run, void *arg,
                                  struct source *source, asyr_task_options *options)
{
    asyr_iterator *iterator = NULL;
    asyr_function *function = support_native(run, arg);
    UNIT_SUCCEEDS(asyr_pool_imap_source(pool, function, read_number, source,
                                        release_source, options, &iterator, &error));
    asyr_function_unref(function);
    asyr_task_options_free(options);
    return iterator;
}

static const int64_t chunk_sizes[] = {1, 3, 100};

#define EACH_CHUNK_SIZE(chunk)                                                      \
    for (const int64_t *at = chunk_sizes, *end = at + 3; at < end; at++)            \
        for (int64_t chunk = *at, once = 1; once; once = 0)

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

/* The number 0 waits until it may end. */
static void run_first_held(asyr_task *task, void *gate)
{
    int64_t number = argument(task);
    if (number == 0)
        run_gate(task, gate);
    run_echo(task, NULL);
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

/* A call of next or put on another thread. */
struct caller {
    pthread_t thread;
    asyr_iterator *iterator;
    int64_t answer;
};

static void *call_next(void *arg)
{
    struct caller *caller = arg;
    caller->answer = next(caller->iterator);
    return NULL;
}

static void *call_put(void *arg)
{
    struct caller *caller = arg;
    caller->answer = put(caller->iterator, 77, A_MINUTE);
    return NULL;
}

static void start(struct caller *caller, asyr_iterator *iterator,
                  void *(*call)(void *caller))
{
    caller->iterator = iterator;
    pthread_create(&caller->thread, NULL, call, caller);
}

static int64_t answer_of(struct caller *caller)
{
    pthread_join(caller->thread, NULL);
    return caller->answer;
}

static void await_takers(asyr_iterator *iterator, int count)
{
    support_await_sleepers(&iterator->lock, &iterator->takers, count);
}

static void await_putters(asyr_iterator *iterator, int count)
{
    support_await_sleepers(&iterator->lock, &iterator->putters, count);
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

CU_TestInfo iterator_tests[] = {
    UNIT_TEST(values_come_in_the_order_of_the_input_then_stop),
    UNIT_TEST(an_empty_input_stops_at_once),
    UNIT_TEST(an_item_fails_at_its_place_and_iteration_goes_on),
    UNIT_TEST(a_source_that_fails_ends_the_iteration_at_its_place),
    UNIT_TEST(the_buffer_bounds_what_is_read_ahead),
    UNIT_TEST(a_timeout_loses_no_value),
    UNIT_TEST(an_interrupt_loses_no_value),
    UNIT_TEST(values_come_in_the_order_of_arrival),
    UNIT_TEST(what_is_put_comes_out_in_order),
    UNIT_TEST(a_waiting_next_has_what_is_put),
    UNIT_TEST(put_waits_while_the_buffer_is_full),
    UNIT_TEST(put_after_finish_is_a_state_error),
    UNIT_TEST(terminate_ends_a_next_that_waits_for_input),
    UNIT_TEST(terminate_ends_a_put_that_waits),
    UNIT_TEST(terminate_gives_terminated_to_what_has_not_ended),
    UNIT_TEST(a_broken_pool_ends_an_iterator),
    UNIT_TEST(cancel_drops_what_has_not_begun),
    UNIT_TEST(cancel_keeps_the_values_of_a_chunk_that_runs),
    UNIT_TEST(the_last_handle_cancels_and_releases),
    UNIT_TEST(a_closed_pool_goes_on_with_an_iteration),
    UNIT_TEST(next_inside_a_task_works_with_one_worker),
    UNIT_TEST(an_item_that_waits_for_itself_is_a_deadlock),
    UNIT_TEST(each_value_goes_to_one_of_several_threads),
    UNIT_TEST(notify_tells_once_when_next_would_not_wait),
    UNIT_TEST(notify_tells_of_what_is_put_and_of_the_end_by_force),
    CU_TEST_INFO_NULL};
