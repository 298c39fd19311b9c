/*
 * Lazy maps with each allocation failing in turn, wherever it is made.
 *
 * An attempt takes until the end.  An item, or the input, may fail for want of memory, and
 * so may a call that has nothing else to answer, which is then made again; but no item is
 * left out and none comes twice.
 */
#include "iterating.h"

#include "core/error.h"

#define ITEMS 7
#define TRIES 60

static asyr_pool *pool;
static asyr_function *function;
static asyr_value *items;
static asyr_queue *queue;
static int64_t chunk;

/* Large numbers, which take memory. */
static void run_large(asyr_task *task, void *arg)
{
    (void)arg;
    asyr_task_return_int64(task, 1000000 + argument(task), NULL);
}

static void set_up(asyr_native_fn run)
{
    pool = support_pool(2);
    queue = support_queue(0);
    function = support_native(run, NULL);
    items = support_numbers(ITEMS);
}

static void tear_down(void)
{
    asyr_value_unref(items);
    asyr_function_unref(function);
    asyr_queue_unref(queue);
    support_end(pool);
}

/* What came until the end, and whether it came in order. */
struct taken {
    int outcomes;
    int without_memory;
    bool in_order;
};

static void take_all(asyr_iterator *iterator, struct taken *taken)
{
    int64_t last = -1;
    *taken = (struct taken){.in_order = true};
    for (int tries = 0; tries < TRIES; tries++) {
        int64_t answer = next(iterator);
        if (answer == -ASYR_E_STOP)
            return;
        taken->outcomes++;
        taken->without_memory += answer == -ASYR_E_MEMORY;
        if (answer >= 0)
            taken->in_order = taken->in_order && answer > last;
        last = answer >= 0 ? answer : last;
    }
}

static asyr_status finish(asyr_iterator *iterator, asyr_error **error)
{
    struct taken taken;
    take_all(iterator, &taken);
    asyr_iterator_unref(iterator);
    CU_ASSERT_TRUE(taken.in_order);
    UNIT_CHECK(taken.outcomes >= ITEMS || taken.without_memory > 0,
               "each item comes, unless the input failed");
    if (taken.without_memory == 0)
        return ASYR_OK;
    if (error)
        *error = asyri_error_memory();
    return ASYR_E_MEMORY;
}

static asyr_status make_options(int64_t buffer, asyr_task_options **options,
                                asyr_error **error)
{
    asyr_status status = asyr_task_options_new(options, error);
    if (status == ASYR_OK)
        status = asyr_task_options_set_chunk_size(*options, chunk, error);
    if (status == ASYR_OK)
        status = asyr_task_options_set_buffer_size(*options, buffer, error);
    return status;
}

static asyr_status attempt_list(asyr_error **error)
{
    asyr_iterator *iterator = NULL;
    asyr_task_options *options = NULL;
    asyr_status status = make_options(4, &options, error);
    if (status == ASYR_OK)
        status = asyr_pool_imap(pool, function, items, options, &iterator, error);
    asyr_task_options_free(options);
    return status == ASYR_OK ? finish(iterator, error) : status;
}

/* With one that is released exactly once. */
static asyr_status attempt_source(asyr_error **error)
{
    struct source source = {.count = ITEMS};
    asyr_iterator *iterator = NULL;
    asyr_task_options *options = NULL;
    asyr_status status = make_options(3, &options, error);
    if (status != ASYR_OK) {
        asyr_task_options_free(options);
        return status;
    }
    status = asyr_pool_imap_source(pool, function, read_number, &source,
                                   release_source, options, &iterator, error);
    asyr_task_options_free(options);
    if (status == ASYR_OK)
        status = finish(iterator, error);
    CU_ASSERT_EQUAL(source.releases, 1);
    return status;
}

static asyr_status feed(asyr_iterator *iterator, asyr_error **error)
{
    for (int64_t i = 0; i < ITEMS; i++) {
        asyr_value *item = NULL;
        asyr_status status = asyr_value_get_item(items, i, &item, error);
        if (status == ASYR_OK)
            status = asyr_iterator_put(iterator, item, 0, NULL, error);
        asyr_value_unref(item);
        if (status != ASYR_OK)
            return status;
    }
    return asyr_iterator_finish(iterator, NULL, error);
}

static asyr_status attempt_fed(asyr_error **error)
{
    asyr_iterator *iterator = NULL;
    asyr_task_options *options = NULL;
    asyr_status status = make_options(ITEMS, &options, error);
    if (status == ASYR_OK)
        status = asyr_pool_imap_fed(pool, function, options, &iterator, error);
    asyr_task_options_free(options);
    if (status == ASYR_OK)
        status = feed(iterator, error);
    if (status == ASYR_OK)
        return finish(iterator, error);
    asyr_iterator_unref(iterator);
    return status;
}

static asyr_status attempt_notify(asyr_error **error)
{
    asyr_iterator *iterator = NULL;
    asyr_status status = asyr_pool_imap_fed(pool, function, NULL, &iterator, error);
    if (status == ASYR_OK)
        status = asyr_iterator_notify(iterator, queue, 0, error);
    asyr_iterator_unref(iterator);
    asyr_queue_run(queue, 0, 0, NULL, NULL, NULL);
    return status;
}

/* Ends by force have nothing to fail with. */
static asyr_status attempt_end(asyr_error **error)
{
    asyr_pool *fresh = NULL;
    asyr_iterator *iterator = NULL;
    struct taken taken;
    asyr_status status = asyr_pool_new(NULL, &fresh, error);
    if (status != ASYR_OK)
        return status;
    status = asyr_pool_imap(fresh, function, items, NULL, &iterator, error);
    if (status == ASYR_OK)
        asyr_iterator_cancel(iterator, NULL);
    asyr_pool_terminate(fresh, NULL);
    asyr_pool_join(fresh, ASYR_FOREVER, NULL, NULL);
    if (status == ASYR_OK) {
        take_all(iterator, &taken);
        CU_ASSERT(taken.outcomes < TRIES);
    }
    asyr_iterator_unref(iterator);
    asyr_pool_unref(fresh);
    return status;
}

static void at_each_chunk_size(asyr_status (*attempt)(asyr_error **error))
{
    EACH_CHUNK_SIZE(size)
    {
        chunk = size;
        support_fail_each_allocation(attempt);
    }
}

static void a_lazy_map_over_a_list(void)
{
    set_up(run_large);
    at_each_chunk_size(attempt_list);
    tear_down();
}

static void a_lazy_map_whose_items_fail(void)
{
    set_up(run_fail);
    at_each_chunk_size(attempt_list);
    tear_down();
}

static void a_lazy_map_over_a_source(void)
{
    set_up(run_large);
    at_each_chunk_size(attempt_source);
    tear_down();
}

static void a_lazy_map_that_is_fed(void)
{
    set_up(run_large);
    at_each_chunk_size(attempt_fed);
    tear_down();
}

static void an_event_of_an_iterator(void)
{
    set_up(run_echo);
    support_fail_each_allocation(attempt_notify);
    tear_down();
}

static void the_end_of_a_lazy_map_by_force(void)
{
    set_up(run_large);
    support_fail_each_allocation(attempt_end);
    tear_down();
}

CU_TestInfo iterator_memory_tests[] = {UNIT_TEST(a_lazy_map_over_a_list),
                                       UNIT_TEST(a_lazy_map_whose_items_fail),
                                       UNIT_TEST(a_lazy_map_over_a_source),
                                       UNIT_TEST(a_lazy_map_that_is_fed),
                                       UNIT_TEST(an_event_of_an_iterator),
                                       UNIT_TEST(the_end_of_a_lazy_map_by_force),
                                       CU_TEST_INFO_NULL};
