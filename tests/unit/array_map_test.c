/* Maps over arrays. */
#include "support.h"

#include <string.h>

#include "base/alloc.h"

static void double_it(asyr_task *task, void *arg)
{
    int64_t number = 0;
    (void)arg;
    asyr_task_get_int64(task, 0, &number, NULL);
    asyr_task_return_int64(task, 2 * number, NULL);
}

static asyr_value *value_of(asyr_result *result)
{
    asyr_value *value = NULL;
    UNIT_SUCCEEDS(asyr_result_get(result, A_MINUTE, NULL, &value, &error));
    return value;
}

static int64_t number_at(asyr_value *list, int64_t index)
{
    int64_t number = -1;
    asyr_value *item = NULL;
    UNIT_SUCCEEDS(asyr_value_get_item(list, index, &item, &error));
    UNIT_SUCCEEDS(asyr_value_get_int64(item, &number, &error));
    asyr_value_unref(item);
    return number;
}

static double half(double number)
{
    return number / 2;
}

/* Over an array, with a C function that returns a number: an array of its type. */
static void a_c_function_maps_an_array_to_an_array(void)
{
    static const double numbers[] = {1, 2, 3, 4, 5, 6, 7};
    void *data = NULL;
    int64_t count = 0;
    int32_t type = -1;
    void *address;
    double (*function)(double) = half;
    memcpy(&address, &function, sizeof address);
    asyr_pool *pool = support_pool(2);
    asyr_function *c = NULL;
    asyr_value *array = NULL;
    asyr_result *result = NULL;
    UNIT_SUCCEEDS(
        asyr_function_new_address(address, "double half(double)", &c, &error));
    UNIT_SUCCEEDS(
        asyr_value_new_array(ASYR_ELEMENT_DOUBLE, numbers, 7, &array, &error));
    UNIT_SUCCEEDS(asyr_pool_map_async(pool, c, array, NULL, &result, &error));
    asyr_value *halves = value_of(result);
    UNIT_SUCCEEDS(asyr_value_get_array(halves, &type, &data, &count, &error));
    CU_ASSERT_EQUAL(type, ASYR_ELEMENT_DOUBLE);
    CU_ASSERT_EQUAL(count, 7);
    for (int i = 0; i < 7; i++)
        CU_ASSERT_DOUBLE_EQUAL(((double *)data)[i], numbers[i] / 2, 0);
    asyr_value_unref(halves);
    asyr_value_unref(array);
    asyr_result_unref(result);
    asyr_function_unref(c);
    support_end(pool);
}

/* C functions whose numbers need all of their type. */
static int8_t get_int8(double number)
{
    return (int8_t)number;
}

static uint16_t get_uint16(double number)
{
    return (uint16_t)number;
}

static int32_t get_int32(double number)
{
    return (int32_t)number;
}

static uint64_t get_uint64(double number)
{
    return UINT64_MAX - (uint64_t)number;
}

static float get_float(double number)
{
    return (float)number / 2;
}

static void keep_int8(const void *data)
{
    CU_ASSERT_EQUAL(((const int8_t *)data)[1], 101);
}

static void keep_uint16(const void *data)
{
    CU_ASSERT_EQUAL(((const uint16_t *)data)[1], 101);
}

static void keep_int32(const void *data)
{
    CU_ASSERT_EQUAL(((const int32_t *)data)[1], 101);
}

static void keep_uint64(const void *data)
{
    CU_ASSERT_EQUAL(((const uint64_t *)data)[1], UINT64_MAX - 101);
}

static void keep_float(const void *data)
{
    CU_ASSERT_DOUBLE_EQUAL(((const float *)data)[1], 50.5, 0);
}

typedef void any_fn(void);

/* Map 100 and 101 with it: the array has its type, and what `check` finds. */
static void map_numbers(any_fn *function, const char *prototype, int32_t element,
                        void (*check)(const void *data))
{
    static const double numbers[] = {100, 101};
    void *address, *data = NULL;
    int64_t count = 0;
    int32_t type = -1;
    asyr_pool *pool = support_pool(1);
    asyr_function *c = NULL;
    asyr_value *array = NULL;
    asyr_result *result = NULL;
    memcpy(&address, &function, sizeof address);
    UNIT_SUCCEEDS(asyr_function_new_address(address, prototype, &c, &error));
    UNIT_SUCCEEDS(
        asyr_value_new_array(ASYR_ELEMENT_DOUBLE, numbers, 2, &array, &error));
    UNIT_SUCCEEDS(asyr_pool_map_async(pool, c, array, NULL, &result, &error));
    asyr_value *mapped = value_of(result);
    UNIT_SUCCEEDS(asyr_value_get_array(mapped, &type, &data, &count, &error));
    CU_ASSERT_EQUAL(type, element);
    CU_ASSERT_EQUAL(count, 2);
    check(data);
    asyr_value_unref(mapped);
    asyr_value_unref(array);
    asyr_result_unref(result);
    asyr_function_unref(c);
    support_end(pool);
}

static void arrays_have_the_type_of_the_c_function(void)
{
    map_numbers((any_fn *)get_int8, "int8_t f(double)", ASYR_ELEMENT_INT8,
                keep_int8);
    map_numbers((any_fn *)get_uint16, "uint16_t f(double)", ASYR_ELEMENT_UINT16,
                keep_uint16);
    map_numbers((any_fn *)get_int32, "int32_t f(double)", ASYR_ELEMENT_INT32,
                keep_int32);
    map_numbers((any_fn *)get_uint64, "uint64_t f(double)", ASYR_ELEMENT_UINT64,
                keep_uint64);
    map_numbers((any_fn *)get_float, "float f(double)", ASYR_ELEMENT_FLOAT,
                keep_float);
}

/* A native function over an array gets numbers and gives a list. */
static void a_native_function_maps_an_array_to_a_list(void)
{
    static const uint8_t numbers[] = {1, 2, 255};
    asyr_pool *pool = support_pool(1);
    asyr_function *function = support_native(double_it, NULL);
    asyr_value *array = NULL;
    asyr_result *result = NULL;
    UNIT_SUCCEEDS(
        asyr_value_new_array(ASYR_ELEMENT_UINT8, numbers, 3, &array, &error));
    UNIT_SUCCEEDS(asyr_pool_map_async(pool, function, array, NULL, &result, &error));
    asyr_value *list = value_of(result);
    CU_ASSERT_EQUAL(asyr_value_get_type(list), ASYR_VALUE_LIST);
    CU_ASSERT_EQUAL(number_at(list, 2), 510);
    asyr_value_unref(list);
    asyr_value_unref(array);
    asyr_result_unref(result);
    asyr_function_unref(function);
    support_end(pool);
}

/* --- what goes wrong on the way, with one worker and one chunk for all items --- */

static atomic_int calls;

static asyr_result *map_in_one_chunk(asyr_pool *pool, any_fn *called,
                                     const char *prototype, asyr_value *input,
                                     int32_t policy)
{
    void *address;
    asyr_function *function = NULL;
    asyr_result *result = NULL;
    asyr_task_options *options = support_task_options();
    memcpy(&address, &called, sizeof address);
    atomic_store(&calls, 0);
    UNIT_SUCCEEDS(asyr_task_options_set_chunk_size(
        options, asyr_value_get_count(input), &error));
    UNIT_SUCCEEDS(asyr_task_options_set_error_policy(options, policy, &error));
    UNIT_SUCCEEDS(asyr_function_new_address(address, prototype, &function, &error));
    UNIT_SUCCEEDS(
        asyr_pool_map_async(pool, function, input, options, &result, &error));
    asyr_task_options_free(options);
    asyr_function_unref(function);
    return result;
}

static asyr_value *array_of(int32_t element_type, const void *data, int64_t count)
{
    asyr_value *array = NULL;
    UNIT_SUCCEEDS(asyr_value_new_array(element_type, data, count, &array, &error));
    return array;
}

static int8_t count_int8(int8_t number)
{
    atomic_fetch_add(&calls, 1);
    return number;
}

/* B16: the rest of the chunk is skipped. */
static void an_element_that_does_not_fit_fails_the_map(void)
{
    static const int64_t numbers[] = {1, 2, 300, 4, 5};
    asyr_pool *pool = support_pool(1);
    asyr_value *array = array_of(ASYR_ELEMENT_INT64, numbers, 5);
    asyr_result *result = map_in_one_chunk(
        pool, (any_fn *)count_int8, "int8_t f(int8_t)", array, ASYR_ERRORS_FIRST);
    asyr_error *failure = support_error(result);
    CU_ASSERT_EQUAL(asyr_error_get_code(failure), ASYR_E_TYPE);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(failure),
                           "argument 1 (int8_t): expected an integer from -128 to "
                           "127, found 300");
    CU_ASSERT_EQUAL(atomic_load(&calls), 2);
    asyr_error_unref(failure);
    asyr_result_unref(result);
    asyr_value_unref(array);
    support_end(pool);
}

/* B16: a map that collects has a place for an error. */
static void a_map_that_collects_keeps_the_error_of_an_element(void)
{
    static const int64_t numbers[] = {1, 300, 3};
    asyr_value *item = NULL;
    asyr_pool *pool = support_pool(1);
    asyr_value *array = array_of(ASYR_ELEMENT_INT64, numbers, 3);
    asyr_result *result = map_in_one_chunk(
        pool, (any_fn *)count_int8, "int8_t f(int8_t)", array, ASYR_ERRORS_COLLECT);
    asyr_value *list = value_of(result);
    CU_ASSERT_EQUAL(number_at(list, 0), 1);
    UNIT_SUCCEEDS(asyr_value_get_item(list, 1, &item, &error));
    CU_ASSERT_EQUAL(asyr_value_get_type(item), ASYR_VALUE_ERROR);
    CU_ASSERT_EQUAL(number_at(list, 2), 3);
    asyr_value_unref(item);
    asyr_value_unref(list);
    asyr_result_unref(result);
    asyr_value_unref(array);
    support_end(pool);
}

static struct gate gate;
static int gated_call; /* which one waits at the gate, from 1 */

static double pass_gate(double number)
{
    if (atomic_fetch_add(&calls, 1) + 1 == gated_call) {
        latch_open(&gate.entered);
        latch_wait(&gate.leave, 1);
    }
    return number;
}

/* How many items are called when the map is cancelled during that call. */
static int count_calls_of_cancelled(int call, int64_t items)
{
    int32_t outcome = 0;
    asyr_pool *pool = support_pool(1);
    asyr_value *array = array_of(ASYR_ELEMENT_DOUBLE, NULL, items);
    latch_init(&gate.entered);
    latch_init(&gate.leave);
    gated_call = call;
    asyr_result *result = map_in_one_chunk(
        pool, (any_fn *)pass_gate, "double f(double)", array, ASYR_ERRORS_FIRST);
    latch_wait(&gate.entered, 1);
    UNIT_SUCCEEDS(asyr_result_cancel(result, &outcome, &error));
    CU_ASSERT_EQUAL(outcome, ASYR_CANCEL_ASKED);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_CANCELLED);
    support_end(pool);
    asyr_value_unref(array);
    return atomic_load(&calls);
}

/* B29: a cancel is seen between slices, the first of which has one item. */
static void a_cancel_ends_a_long_array_map(void)
{
    CU_ASSERT_EQUAL(count_calls_of_cancelled(1, 1000), 1);
    CU_ASSERT_TRUE(count_calls_of_cancelled(2, 1000) <= 9);
    CU_ASSERT_TRUE(count_calls_of_cancelled(10000, 100000) <= 10000 + 4096);
}

static int64_t count_allocations(asyr_pool *pool, int64_t items)
{
    asyr_value *array = array_of(ASYR_ELEMENT_DOUBLE, NULL, items);
    gated_call = 0;
    int64_t before = asyri_alloc_count();
    asyr_result *result = map_in_one_chunk(
        pool, (any_fn *)pass_gate, "double f(double)", array, ASYR_ERRORS_FIRST);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    CU_ASSERT_EQUAL(atomic_load(&calls), items);
    asyr_value_unref(array);
    return asyri_alloc_count() - before;
}

static void an_item_of_an_array_map_allocates_nothing(void)
{
    asyr_pool *pool = support_pool(1);
    count_allocations(pool, 1);
    /* What a pool forgets while it is idle is made anew: a few, whatever the items. */
    CU_ASSERT_TRUE(count_allocations(pool, 2000) < count_allocations(pool, 1) + 10);
    support_end(pool);
}

static double end_thread(double number)
{
    if (number > 2)
        pthread_exit(NULL);
    return number;
}

/* B25, also from within a loop over an array. */
static void an_array_map_that_ends_its_thread_fails(void)
{
    static const double numbers[] = {1, 2, 3, 4};
    asyr_pool *pool = support_pool(1);
    asyr_value *array = array_of(ASYR_ELEMENT_DOUBLE, numbers, 4);
    asyr_result *result = map_in_one_chunk(
        pool, (any_fn *)end_thread, "double f(double)", array, ASYR_ERRORS_FIRST);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_WORKER_LOST);
    result = map_in_one_chunk(pool, (any_fn *)count_int8, "int8_t f(int8_t)", array,
                              ASYR_ERRORS_FIRST);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    CU_ASSERT_EQUAL(atomic_load(&calls), 4);
    asyr_value_unref(array);
    support_end(pool);
}

CU_TestInfo array_map_tests[] = {
    UNIT_TEST(a_c_function_maps_an_array_to_an_array),
    UNIT_TEST(arrays_have_the_type_of_the_c_function),
    UNIT_TEST(a_native_function_maps_an_array_to_a_list),
    UNIT_TEST(an_element_that_does_not_fit_fails_the_map),
    UNIT_TEST(a_map_that_collects_keeps_the_error_of_an_element),
    UNIT_TEST(a_cancel_ends_a_long_array_map),
    UNIT_TEST(an_item_of_an_array_map_allocates_nothing),
    UNIT_TEST(an_array_map_that_ends_its_thread_fails),
    CU_TEST_INFO_NULL};
