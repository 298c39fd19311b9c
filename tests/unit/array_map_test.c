/* Maps over arrays. */
#include "support.h"

#include <string.h>

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

CU_TestInfo array_map_tests[] = {
    UNIT_TEST(a_c_function_maps_an_array_to_an_array),
    UNIT_TEST(arrays_have_the_type_of_the_c_function),
    UNIT_TEST(a_native_function_maps_an_array_to_a_list), CU_TEST_INFO_NULL};
