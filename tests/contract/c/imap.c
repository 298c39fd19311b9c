/*
 * B14, B15 and B18: lazy maps and their iterators; B12.10, B21.4, B22.9 and B24.10 for
 * them.
 */
#include "harness.h"

#include <stddef.h>

#define BAD INT64_C(300)

static const int64_t chunk_sizes[] = {1, 3, 100};

static asyr_task_options *reading(int64_t chunk, int64_t buffer)
{
    asyr_task_options *options = task_options();
    CHECK_CODE(ASYR_OK, asyr_task_options_set_chunk_size(options, chunk, NULL));
    CHECK_CODE(ASYR_OK, asyr_task_options_set_buffer_size(options, buffer, NULL));
    return options;
}

/* Everything but the pool is consumed. */
static asyr_iterator *imap(asyr_pool *pool, asyr_function *function,
                           asyr_value *items, asyr_task_options *options)
{
    asyr_iterator *iterator;
    CHECK_CODE(ASYR_OK,
               asyr_pool_imap(pool, function, items, options, &iterator, NULL));
    asyr_function_unref(function);
    asyr_value_unref(items);
    asyr_task_options_free(options);
    return iterator;
}

static asyr_status next_code(asyr_iterator *iterator, int64_t timeout_ns)
{
    return asyr_iterator_next(iterator, timeout_ns, NULL, NULL, NULL);
}

static int64_t next_int(asyr_iterator *iterator)
{
    asyr_value *value;
    int64_t number;
    CHECK_CODE(ASYR_OK,
               asyr_iterator_next(iterator, ASYR_FOREVER, NULL, &value, NULL));
    CHECK_CODE(ASYR_OK, asyr_value_get_int64(value, &number, NULL));
    asyr_value_unref(value);
    return number;
}

/* The end comes now, and again; the iterator is released. */
static void expect_end(asyr_iterator *iterator)
{
    CHECK_CODE(ASYR_E_STOP, next_code(iterator, ASYR_FOREVER));
    CHECK_CODE(ASYR_E_STOP, next_code(iterator, 0));
    asyr_iterator_unref(iterator);
}

/* The numbers from 1 on; then the end, or an error. */
struct input {
    int64_t count;
    int64_t given;
    int64_t calls;
    bool fails;
    asyr_pool *pool; /* to be used while an item is read, or NULL */
};

static asyr_status read_input(void *arg, asyr_value **item, asyr_error **error)
{
    struct input *input = arg;
    input->calls++;
    if (input->pool)
        CHECK_INT(16,
                  finish_int(submit_c(input->pool, SQUARE, ints(1, INT64_C(4)))));
    if (input->given < input->count)
        return asyr_value_new_int64(++input->given, item, error);
    if (!input->fails)
        return ASYR_E_STOP;
    *error = asyr_error_new(ASYR_E_TASK, "InputError", "the input failed");
    return ASYR_E_TASK;
}

static asyr_iterator *imap_input(asyr_pool *pool, const char *prototype,
                                 struct input *input, asyr_task_options *options)
{
    asyr_iterator *iterator;
    asyr_function *function = c_function(prototype);
    CHECK_CODE(ASYR_OK, asyr_pool_imap_source(pool, function, read_input, input,
                                              NULL, options, &iterator, NULL));
    asyr_function_unref(function);
    asyr_task_options_free(options);
    return iterator;
}

/* B14.1 */
static void the_values_come_in_the_order_of_the_items(void)
{
    asyr_pool *pool = pool_of(3);
    for (size_t i = 0; i < sizeof chunk_sizes / sizeof chunk_sizes[0]; i++) {
        asyr_iterator *iterator = imap(pool, c_function(SQUARE), numbers(1, 20),
                                       reading(chunk_sizes[i], 1000));
        for (int64_t number = 1; number <= 20; number++)
            CHECK_INT(number * number, next_int(iterator));
        expect_end(iterator);
    }
    end_pool(pool);
}

/* B14.2 */
static void the_values_come_in_the_order_of_arrival(void)
{
    int64_t held = fixture_latch_new(), open = fixture_latch_new();
    asyr_pool *pool = pool_of(2);
    asyr_task_options *options = task_options();
    fixture_latch_open(open);
    CHECK_CODE(ASYR_OK,
               asyr_task_options_set_order(options, ASYR_ORDER_ARRIVAL, NULL));
    asyr_iterator *iterator =
        imap(pool, c_function(LATCH_WAIT), ints(2, held, open), options);
    CHECK_INT(open, next_int(iterator));
    fixture_latch_open(held);
    CHECK_INT(held, next_int(iterator));
    expect_end(iterator);
    end_pool(pool);
}

/* B14.3 */
static void a_size_below_one_is_refused(void)
{
    asyr_task_options *options = task_options();
    for (int64_t size = -1; size <= 0; size++) {
        CHECK_CODE(ASYR_E_ARGUMENT,
                   asyr_task_options_set_chunk_size(options, size, NULL));
        CHECK_CODE(ASYR_E_ARGUMENT,
                   asyr_task_options_set_buffer_size(options, size, NULL));
    }
    asyr_task_options_free(options);
}

/* B15.1 */
static void an_input_that_fails_ends_the_iteration_at_its_place(void)
{
    struct input input = {.count = 5, .fails = true};
    asyr_error *failure;
    asyr_pool *pool = pool_of(2);
    asyr_iterator *iterator = imap_input(pool, SQUARE, &input, reading(2, 3));
    for (int64_t number = 1; number <= 5; number++)
        CHECK_INT(number * number, next_int(iterator));
    CHECK_CODE(ASYR_E_TASK,
               asyr_iterator_next(iterator, ASYR_FOREVER, NULL, NULL, &failure));
    CHECK_TEXT("the input failed", asyr_error_get_message(failure));
    asyr_error_unref(failure);
    expect_end(iterator);
    end_pool(pool);
}

/* B18.1 */
static void an_item_fails_at_its_place(void)
{
    asyr_pool *pool = pool_of(2);
    for (size_t i = 0; i < sizeof chunk_sizes / sizeof chunk_sizes[0]; i++) {
        asyr_iterator *iterator =
            imap(pool, c_function(BYTE),
                 ints(5, INT64_C(1), BAD, INT64_C(3), BAD, INT64_C(5)),
                 reading(chunk_sizes[i], 1000));
        CHECK_INT(1, next_int(iterator));
        CHECK_CODE(ASYR_E_TYPE, next_code(iterator, ASYR_FOREVER));
        CHECK_INT(3, next_int(iterator));
        CHECK_CODE(ASYR_E_TYPE, next_code(iterator, ASYR_FOREVER));
        CHECK_INT(5, next_int(iterator));
        expect_end(iterator);
    }
    end_pool(pool);
}

/* B18.2 */
static void a_timeout_loses_no_value(void)
{
    int64_t latch = fixture_latch_new();
    asyr_pool *pool = pool_of(1);
    asyr_iterator *iterator =
        imap(pool, c_function(LATCH_WAIT), ints(2, latch, latch), NULL);
    CHECK_CODE(ASYR_E_TIMEOUT, next_code(iterator, 1000000));
    CHECK_CODE(ASYR_E_TIMEOUT, next_code(iterator, 0));
    fixture_latch_open(latch);
    CHECK_INT(latch, next_int(iterator));
    CHECK_INT(latch, next_int(iterator));
    expect_end(iterator);
    end_pool(pool);
}

/* B18.3 */
static void the_end_comes_for_ever(void)
{
    struct input nothing = {.count = 0};
    asyr_pool *pool = pool_of(1);
    asyr_iterator *iterator = imap(pool, c_function(SQUARE), numbers(1, 1), NULL);
    CHECK_INT(1, next_int(iterator));
    expect_end(iterator);
    expect_end(imap(pool, c_function(SQUARE), ints(0), NULL));
    expect_end(imap_input(pool, SQUARE, &nothing, NULL));
    CHECK_INT(1, nothing.calls);
    end_pool(pool);
}

/* B18.4 */
static void an_endless_input_is_read_as_far_as_the_buffer(void)
{
    struct input input = {.count = INT64_MAX};
    asyr_pool *pool = pool_of(2);
    asyr_iterator *iterator = imap_input(pool, SQUARE, &input, reading(1, 4));
    for (int64_t number = 1; number <= 50; number++) {
        CHECK(input.calls <= number - 1 + 4);
        CHECK_INT(number * number, next_int(iterator));
    }
    asyr_iterator_unref(iterator);
    end_pool(pool);
}

/* B18.5 */
static void a_slow_input_delays_nobody_else(void)
{
    asyr_pool *pool = pool_of(1);
    struct input input = {.count = 3, .pool = pool};
    asyr_iterator *iterator = imap_input(pool, SQUARE, &input, reading(1, 2));
    for (int64_t number = 1; number <= 3; number++)
        CHECK_INT(number * number, next_int(iterator));
    expect_end(iterator);
    CHECK_INT(4, input.calls);
    end_pool(pool);
}

/* B18.6 */
static void a_dropped_iterator_cancels_what_has_not_begun(void)
{
    int64_t counter = fixture_counter_new();
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    asyr_iterator_unref(
        imap(pool, c_function(COUNT), ints(3, counter, counter, counter), NULL));
    let_go(held);
    end_pool(pool);
    CHECK_INT(0, fixture_counter_get(counter));
}

/* B18.7 */
static void cancel_reads_no_more(void)
{
    int64_t latch = fixture_latch_new();
    asyr_pool *pool = pool_of(1);
    asyr_iterator *iterator =
        imap(pool, c_function(LATCH_WAIT), ints(4, latch, latch, latch, latch),
             reading(1, 2));
    fixture_wait_for_waiters(latch, 1);
    CHECK_CODE(ASYR_OK, asyr_iterator_cancel(iterator, NULL));
    fixture_latch_open(latch);
    CHECK_INT(latch, next_int(iterator));
    CHECK_CODE(ASYR_E_CANCELLED, next_code(iterator, ASYR_FOREVER)); /* the second */
    CHECK_CODE(ASYR_E_CANCELLED, next_code(iterator, ASYR_FOREVER)); /* the rest */
    expect_end(iterator);
    end_pool(pool);
}

static void expect_event(asyr_queue *queue, uint64_t tag)
{
    asyr_event *event;
    CHECK_CODE(ASYR_OK, asyr_queue_next(queue, ASYR_FOREVER, NULL, &event, NULL));
    CHECK_INT(ASYR_EVENT_NEXT, asyr_event_get_kind(event));
    CHECK(asyr_event_get_tag(event) == tag);
    CHECK_CODE(ASYR_OK, asyr_event_finish(event, NULL, NULL));
    CHECK_INT(0, asyr_queue_get_count(queue));
}

/* B12.10 */
static void an_event_tells_when_next_would_not_wait(void)
{
    int64_t latch = fixture_latch_new();
    asyr_queue *queue;
    asyr_pool *pool = pool_of(1);
    CHECK_CODE(ASYR_OK, asyr_queue_new(0, &queue, NULL));
    asyr_iterator *iterator =
        imap(pool, c_function(LATCH_WAIT), ints(1, latch), NULL);
    CHECK_CODE(ASYR_OK, asyr_iterator_notify(iterator, queue, 5, NULL));
    CHECK_INT(0, asyr_queue_get_count(queue));
    fixture_latch_open(latch);
    expect_event(queue, 5);
    CHECK_CODE(ASYR_OK, next_code(iterator, 0));
    CHECK_CODE(ASYR_OK, asyr_iterator_notify(iterator, queue, 6, NULL));
    expect_event(queue, 6);
    CHECK_CODE(ASYR_E_STOP, next_code(iterator, 0));
    asyr_iterator_unref(iterator);
    asyr_queue_unref(queue);
    end_pool(pool);
}

/* B21.4 */
static void a_lazy_map_goes_on_after_close(void)
{
    struct input input = {.count = 20};
    asyr_pool *pool = pool_of(2);
    asyr_iterator *iterator = imap_input(pool, SQUARE, &input, reading(1, 2));
    CHECK_CODE(ASYR_OK, asyr_pool_close(pool, NULL));
    for (int64_t number = 1; number <= 20; number++)
        CHECK_INT(number * number, next_int(iterator));
    expect_end(iterator);
    CHECK_CODE(ASYR_OK, asyr_pool_join(pool, ASYR_FOREVER, NULL, NULL));
    asyr_pool_unref(pool);
}

struct taker {
    asyr_iterator *iterator;
    int64_t asleep; /* a latch */
    pid_t thread;
};

static void *expect_terminated(void *arg)
{
    struct taker *taker = arg;
    taker->thread = kernel_thread();
    fixture_latch_open(taker->asleep);
    CHECK_CODE(ASYR_E_TERMINATED, next_code(taker->iterator, ASYR_FOREVER));
    return NULL;
}

/* B22.9 */
static void terminate_ends_an_iteration(void)
{
    int64_t latch = fixture_latch_new();
    asyr_pool *pool = pool_of(1);
    asyr_iterator *iterator = imap(pool, c_function(LATCH_WAIT),
                                   ints(3, latch, latch, latch), reading(1, 2));
    struct taker taker = {.iterator = iterator, .asleep = fixture_latch_new()};
    fixture_wait_for_waiters(latch, 1);
    pthread_t thread = start_thread(expect_terminated, &taker);
    fixture_latch_wait(taker.asleep);
    wait_until_asleep(taker.thread);
    CHECK_CODE(ASYR_OK, asyr_pool_terminate(pool, NULL));
    end_thread(thread);
    CHECK_CODE(ASYR_E_TERMINATED,
               next_code(iterator, ASYR_FOREVER)); /* the second */
    CHECK_CODE(ASYR_E_TERMINATED, next_code(iterator, ASYR_FOREVER)); /* the rest */
    expect_end(iterator);
    fixture_latch_open(latch);
    CHECK_CODE(ASYR_OK, asyr_pool_join(pool, ASYR_FOREVER, NULL, NULL));
    asyr_pool_unref(pool);
}

static void sum_squares(asyr_task *task, void *arg)
{
    int64_t sum = 0;
    asyr_iterator *iterator =
        imap(arg, c_function(SQUARE), numbers(1, 10), reading(1, 3));
    for (int i = 0; i < 10; i++)
        sum += next_int(iterator);
    expect_end(iterator);
    CHECK_CODE(ASYR_OK, asyr_task_return_int64(task, sum, NULL));
}

/* B24.10 */
static void next_inside_a_task_works_with_one_worker(void)
{
    asyr_pool *pool = pool_of(1);
    CHECK_INT(385, finish_int(submit_native(pool, sum_squares, pool)));
    end_pool(pool);
}

const struct contract_case imap_cases[] = {
    {"B12.10", an_event_tells_when_next_would_not_wait, NULL},
    {"B14.1", the_values_come_in_the_order_of_the_items, NULL},
    {"B14.2", the_values_come_in_the_order_of_arrival, NULL},
    {"B14.3", a_size_below_one_is_refused, NULL},
    {"B15.1", an_input_that_fails_ends_the_iteration_at_its_place, NULL},
    {"B18.1", an_item_fails_at_its_place, NULL},
    {"B18.2", a_timeout_loses_no_value, NULL},
    {"B18.3", the_end_comes_for_ever, NULL},
    {"B18.4", an_endless_input_is_read_as_far_as_the_buffer, NULL},
    {"B18.5", a_slow_input_delays_nobody_else, NULL},
    {"B18.6", a_dropped_iterator_cancels_what_has_not_begun, NULL},
    {"B18.7", cancel_reads_no_more, NULL},
    {"B21.4", a_lazy_map_goes_on_after_close, NULL},
    {"B22.9", terminate_ends_an_iteration, NULL},
    {"B24.10", next_inside_a_task_works_with_one_worker, NULL},
    {NULL, NULL, NULL}};
