/* Bad input to values: other types, sizes, NULL. */
#include "unit.h"

#include <string.h>

#include "core/value.h"

/* Each getter accepts the types whose bit is set, and refuses all others. */
static void check_status(asyr_status status, asyr_error **error, int type,
                         unsigned accepted)
{
    if (accepted & 1U << type) {
        CU_ASSERT_EQUAL(status, ASYR_OK);
        CU_ASSERT_PTR_NULL(*error);
        return;
    }
    CU_ASSERT_EQUAL(status, ASYR_E_TYPE);
    CU_ASSERT_PTR_NOT_NULL(strstr(asyr_error_get_message(*error), "expected"));
    CU_ASSERT_PTR_NOT_NULL(strstr(asyr_error_get_message(*error), "found"));
    CU_ASSERT_EQUAL(unit_take_code(error), ASYR_E_TYPE);
}

static void read_scalars(asyr_value *value, int type)
{
    asyr_error *error = NULL;
    bool truth;
    int64_t number;
    uint64_t natural;
    double real_number;
    check_status(asyr_value_get_bool(value, &truth, &error), &error, type,
                 1U << ASYR_VALUE_BOOL);
    check_status(asyr_value_get_int64(value, &number, &error), &error, type,
                 1U << ASYR_VALUE_INT64);
    check_status(asyr_value_get_uint64(value, &natural, &error), &error, type,
                 1U << ASYR_VALUE_INT64 | 1U << ASYR_VALUE_UINT64);
    check_status(asyr_value_get_double(value, &real_number, &error), &error, type,
                 1U << ASYR_VALUE_INT64 | 1U << ASYR_VALUE_UINT64 |
                     1U << ASYR_VALUE_DOUBLE);
}

static void read_blocks(asyr_value *value, int type)
{
    asyr_error *error = NULL;
    const char *string;
    const void *bytes;
    void *data;
    void *pointer;
    check_status(asyr_value_get_string(value, &string, NULL, &error), &error, type,
                 1U << ASYR_VALUE_STRING);
    check_status(asyr_value_get_bytes(value, &bytes, NULL, &error), &error, type,
                 1U << ASYR_VALUE_STRING | 1U << ASYR_VALUE_BYTES);
    check_status(asyr_value_get_array(value, NULL, &data, NULL, &error), &error,
                 type, 1U << ASYR_VALUE_ARRAY);
    check_status(asyr_value_get_pointer(value, &pointer, &error), &error, type,
                 1U << ASYR_VALUE_POINTER);
}

static void read_containers(asyr_value *value, int type)
{
    asyr_error *error = NULL;
    asyr_error *content = NULL;
    asyr_value *item = NULL;
    check_status(asyr_value_find(value, "key", &item, &error), &error, type,
                 1U << ASYR_VALUE_MAP);
    check_status(asyr_value_get_error(value, &content, &error), &error, type,
                 1U << ASYR_VALUE_ERROR);
    asyr_error_unref(content);
    CU_ASSERT_EQUAL(asyr_value_append(value, value, NULL),
                    type == ASYR_VALUE_LIST ? ASYR_E_ARGUMENT : ASYR_E_TYPE);
    CU_ASSERT_EQUAL(asyr_value_put(value, value, value, NULL),
                    type == ASYR_VALUE_MAP ? ASYR_E_ARGUMENT : ASYR_E_TYPE);
}

static void getters_refuse_every_other_type(void)
{
    asyr_value *values[12];
    unit_one_of_each(values);
    for (int type = 0; type < 12; type++) {
        CU_ASSERT_EQUAL(asyr_value_get_type(values[type]), type);
        read_scalars(values[type], type);
        read_blocks(values[type], type);
        read_containers(values[type], type);
        asyr_value_unref(values[type]);
    }
}

static void items_are_read_from_lists_and_arrays_only(void)
{
    asyr_value *values[12];
    unit_one_of_each(values);
    for (int type = 0; type < 12; type++) {
        asyr_value *item = NULL;
        asyr_value *key = NULL;
        int32_t expected = ASYR_E_TYPE;
        if (type == ASYR_VALUE_LIST || type == ASYR_VALUE_ARRAY)
            expected = ASYR_E_ARGUMENT;
        UNIT_FAILS(expected, asyr_value_get_item(values[type], 3, &item, &error));
        expected = type == ASYR_VALUE_MAP ? ASYR_E_ARGUMENT : ASYR_E_TYPE;
        UNIT_FAILS(expected,
                   asyr_value_get_entry(values[type], 0, &key, &item, &error));
        asyr_value_unref(values[type]);
    }
}

static void only_containers_and_blocks_have_a_count(void)
{
    static const int64_t counts[12] = {
        [ASYR_VALUE_STRING] = 4, [ASYR_VALUE_BYTES] = 2, [ASYR_VALUE_ARRAY] = 3};
    asyr_value *values[12];
    unit_one_of_each(values);
    for (int type = 0; type < 12; type++) {
        CU_ASSERT_EQUAL(asyr_value_get_count(values[type]), counts[type]);
        asyr_value_unref(values[type]);
    }
}

static void sizes_below_zero_are_refused(void)
{
    asyr_value *value = NULL;
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_string("x", -2, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_bytes("x", -1, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_list(-1, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_map(INT64_MIN, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_value_new_array(ASYR_ELEMENT_INT8, NULL, -1, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_array(10, NULL, 1, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_array(-1, NULL, 1, &value, &error));
    CU_ASSERT_PTR_NULL(value);
}

static void sizes_beyond_memory_are_memory_errors(void)
{
    asyr_value *value = NULL;
    UNIT_FAILS(ASYR_E_MEMORY, asyr_value_new_list(INT64_MAX, &value, &error));
    UNIT_FAILS(ASYR_E_MEMORY, asyr_value_new_list(INT64_MAX / 8, &value, &error));
    UNIT_FAILS(ASYR_E_MEMORY, asyr_value_new_map(INT64_MAX, &value, &error));
    UNIT_FAILS(ASYR_E_MEMORY, asyr_value_new_map(INT64_C(1) << 31, &value, &error));
    UNIT_FAILS(ASYR_E_MEMORY, asyr_value_new_array(ASYR_ELEMENT_INT8, NULL,
                                                   INT64_MAX, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_array(ASYR_ELEMENT_INT16, NULL,
                                                     INT64_MAX, &value, &error));
    UNIT_FAILS(ASYR_E_MEMORY, asyr_value_new_array(ASYR_ELEMENT_DOUBLE, NULL,
                                                   INT64_MAX / 8, &value, &error));
    CU_ASSERT_PTR_NULL(value);
}

static void a_null_output_is_refused(void)
{
    asyr_error *content = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_nil(NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_bool(true, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_int64(1, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_uint64(1, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_double(1, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_string("x", 1, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_bytes("x", 1, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_list(0, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_map(0, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_error(content, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_pointer(NULL, NULL, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_value_new_array(ASYR_ELEMENT_INT8, NULL, 1, NULL, &error));
    CU_ASSERT_EQUAL(asyr_value_new_nil(NULL, NULL), ASYR_E_ARGUMENT);
    CU_ASSERT_EQUAL(asyr_value_new_array(99, NULL, 1, NULL, NULL), ASYR_E_ARGUMENT);
    asyr_error_unref(content);
}

static void null_content_is_refused(void)
{
    asyr_value *value = NULL;
    asyr_value *list = unit_list();
    asyr_value *map = unit_map();
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_string(NULL, 1, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_string(NULL, -1, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_bytes(NULL, 1, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_error(NULL, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_append(NULL, list, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_append(list, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_put(NULL, list, list, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_put(map, NULL, list, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_put(map, list, NULL, &error));
    CU_ASSERT_EQUAL(asyr_value_append(NULL, NULL, NULL), ASYR_E_ARGUMENT);
    CU_ASSERT_PTR_NULL(value);
    asyr_value_unref(list);
    asyr_value_unref(map);
}

static void reading_null_is_refused(void)
{
    bool truth;
    int64_t number;
    uint64_t natural;
    double real_number;
    const char *string;
    const void *bytes;
    void *data;
    asyr_value *item;
    asyr_error *content;
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_bool(NULL, &truth, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_int64(NULL, &number, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_uint64(NULL, &natural, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_double(NULL, &real_number, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_value_get_string(NULL, &string, &number, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_bytes(NULL, &bytes, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_item(NULL, 0, &item, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_entry(NULL, 0, &item, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_find(NULL, "key", &item, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_error(NULL, &content, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_pointer(NULL, &data, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_value_get_array(NULL, NULL, &data, NULL, &error));
    CU_ASSERT_EQUAL(asyr_value_get_type(NULL), -1);
    CU_ASSERT_EQUAL(asyr_value_get_count(NULL), 0);
    CU_ASSERT_PTR_NULL(asyr_value_ref(NULL));
    asyr_value_unref(NULL);
}

static void reading_into_null_is_refused(void)
{
    asyr_value *values[12];
    asyr_value *item;
    unit_one_of_each(values);
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_bool(values[1], NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_int64(values[2], NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_uint64(values[3], NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_double(values[4], NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_value_get_string(values[5], NULL, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_bytes(values[6], NULL, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_item(values[7], 0, NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_find(values[8], NULL, &item, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_find(values[8], "key", NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_error(values[9], NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_get_pointer(values[10], NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_value_get_array(values[11], NULL, NULL, NULL, &error));
    CU_ASSERT_EQUAL(asyr_value_get_int64(values[2], NULL, NULL), ASYR_E_ARGUMENT);
    for (int type = 0; type < 12; type++)
        asyr_value_unref(values[type]);
}

CU_TestInfo value_input_tests[] = {
    UNIT_TEST(getters_refuse_every_other_type),
    UNIT_TEST(items_are_read_from_lists_and_arrays_only),
    UNIT_TEST(only_containers_and_blocks_have_a_count),
    UNIT_TEST(sizes_below_zero_are_refused),
    UNIT_TEST(sizes_beyond_memory_are_memory_errors),
    UNIT_TEST(a_null_output_is_refused),
    UNIT_TEST(null_content_is_refused),
    UNIT_TEST(reading_null_is_refused),
    UNIT_TEST(reading_into_null_is_refused),
    CU_TEST_INFO_NULL};
