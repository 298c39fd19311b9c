/* Strings, bytes, pointers, errors and arrays. */
#include "unit.h"

#include <string.h>

#include "base/alloc.h"
#include "core/error.h"
#include "core/value.h"

static void a_string_has_its_length_and_a_nul_after_it(void)
{
    static const char content[] = "a\0b";
    asyr_value *value = NULL;
    const char *found = NULL;
    int64_t length = 0;
    UNIT_SUCCEEDS(asyr_value_new_string(content, 3, &value, &error));
    UNIT_SUCCEEDS(asyr_value_get_string(value, &found, &length, &error));
    CU_ASSERT_EQUAL(length, 3);
    CU_ASSERT_EQUAL(memcmp(found, content, 4), 0);
    CU_ASSERT_EQUAL(asyr_value_get_count(value), 3);
    asyr_value_unref(value);
}

static void a_string_may_be_empty_and_its_length_computed(void)
{
    asyr_value *empty = NULL;
    const char *found = NULL;
    int64_t length = 7;
    UNIT_SUCCEEDS(asyr_value_new_string(NULL, 0, &empty, &error));
    UNIT_SUCCEEDS(asyr_value_get_string(empty, &found, &length, &error));
    CU_ASSERT_EQUAL(length, 0);
    CU_ASSERT_STRING_EQUAL(found, "");
    asyr_value_unref(empty);
    asyr_value *value = unit_text("four");
    UNIT_SUCCEEDS(asyr_value_get_string(value, &found, &length, &error));
    CU_ASSERT_EQUAL(length, 4);
    asyr_value_unref(value);
}

static void utf8_is_accepted_at_every_boundary(void)
{
    static const char *const valid[] = {
        "\x7F",
        "\xC2\x80",
        "\xDF\xBF",
        "\xE0\xA0\x80",
        "\xED\x9F\xBF",
        "\xEE\x80\x80",
        "\xEF\xBF\xBF",
        "\xF0\x90\x80\x80",
        "\xF4\x8F\xBF\xBF",
        "na\xC3\xAFve \xE2\x82\xAC \xF0\x9F\x98\x80"};
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++) {
        asyr_value *value = unit_text(valid[i]);
        asyr_value_unref(value);
    }
}

static void other_bytes_are_no_string(void)
{
    static const char *const invalid[] = {"\x80",     /* a continuation byte alone */
                                          "\xC0\xAF", /* overlong */
                                          "\xC1\xBF", /* overlong */
                                          "\xE0\x9F\xBF",     /* overlong */
                                          "\xF0\x8F\xBF\xBF", /* overlong */
                                          "\xED\xA0\x80", /* the first surrogate */
                                          "\xED\xBF\xBF", /* the last surrogate */
                                          "\xF4\x90\x80\x80", /* above U+10FFFF */
                                          "\xF5\x80\x80\x80",
                                          "\xFF",
                                          "\xC2",         /* cut short */
                                          "\xE2\x82",     /* cut short */
                                          "\xF0\x9F\x98", /* cut short */
                                          "\xC2\x41",     /* no continuation byte */
                                          "\xE2\x82\x41",
                                          "\xF0\x9F\x98\x41",
                                          "fine until \xFE here"};
    for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
        asyr_value *value = NULL;
        UNIT_FAILS(ASYR_E_TYPE,
                   asyr_value_new_string(invalid[i], -1, &value, &error));
        CU_ASSERT_PTR_NULL(value);
    }
}

static void a_character_cut_by_the_length_is_no_string(void)
{
    asyr_value *value = NULL;
    UNIT_FAILS(ASYR_E_TYPE,
               asyr_value_new_string("\xE2\x82\xAC", 2, &value, &error));
    UNIT_SUCCEEDS(asyr_value_new_string("\xE2\x82\xAC\xFF", 3, &value, &error));
    asyr_value_unref(value);
}

static void bytes_are_copied_and_strings_are_bytes_too(void)
{
    char content[] = {1, 0, (char)0xFF};
    asyr_value *value = NULL;
    asyr_value *string = unit_text("abc");
    const void *data = NULL;
    int64_t length = 0;
    UNIT_SUCCEEDS(asyr_value_new_bytes(content, 3, &value, &error));
    content[0] = 9;
    UNIT_SUCCEEDS(asyr_value_get_bytes(value, &data, &length, &error));
    CU_ASSERT_EQUAL(length, 3);
    CU_ASSERT_EQUAL(memcmp(data, "\1\0\xFF", 3), 0);
    UNIT_SUCCEEDS(asyr_value_get_bytes(string, &data, &length, &error));
    CU_ASSERT_EQUAL(length, 3);
    CU_ASSERT_EQUAL(memcmp(data, "abc", 3), 0);
    asyr_value_unref(value);
    asyr_value_unref(string);
}

static void a_bytes_view_points_at_its_owner_and_releases_it_once(void)
{
    static const char content[] = "stays";
    int released = 0;
    asyr_value *value = NULL;
    const void *data = NULL;
    UNIT_SUCCEEDS(asyr_value_new_bytes_view(content, 5, &released,
                                            unit_count_release, &value, &error));
    asyr_value *again = asyr_value_ref(value);
    CU_ASSERT_PTR_EQUAL(again, value);
    UNIT_SUCCEEDS(asyr_value_get_bytes(value, &data, NULL, &error));
    CU_ASSERT_PTR_EQUAL(data, content);
    asyr_value_unref(again);
    CU_ASSERT_EQUAL(released, 0);
    asyr_value_unref(value);
    CU_ASSERT_EQUAL(released, 1);
}

static void an_empty_view_needs_no_data_and_no_release(void)
{
    asyr_value *value = NULL;
    const void *data = NULL;
    int64_t length = 7;
    UNIT_SUCCEEDS(asyr_value_new_bytes_view(NULL, 0, NULL, NULL, &value, &error));
    UNIT_SUCCEEDS(asyr_value_get_bytes(value, &data, &length, &error));
    CU_ASSERT_PTR_NOT_NULL(data);
    CU_ASSERT_EQUAL(length, 0);
    asyr_value_unref(value);
}

static void a_pointer_is_released_with_its_value(void)
{
    int released = 0;
    asyr_value *value = NULL;
    void *found = NULL;
    UNIT_SUCCEEDS(
        asyr_value_new_pointer(&released, unit_count_release, &value, &error));
    UNIT_SUCCEEDS(asyr_value_get_pointer(value, &found, &error));
    CU_ASSERT_PTR_EQUAL(found, &released);
    asyr_value_unref(value);
    CU_ASSERT_EQUAL(released, 1);
}

static void an_error_value_shares_its_error(void)
{
    asyr_error *content = asyr_error_new(ASYR_E_TASK, "Kind", "message");
    asyr_value *value = NULL;
    asyr_error *found = NULL;
    UNIT_SUCCEEDS(asyr_value_new_error(content, &value, &error));
    UNIT_FAILS(ASYR_E_STATE, asyr_error_set_trace(content, "trace", &error));
    asyr_error_unref(content);
    UNIT_SUCCEEDS(asyr_value_get_error(value, &found, &error));
    asyr_value_unref(value);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(found), "message");
    asyr_error_unref(found);
}

static void views_release_their_owner_when_they_are_refused(void)
{
    int released = 0;
    double numbers[2] = {1, 2};
    asyr_value *value = NULL;
    asyr_release_fn count = unit_count_release;
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_value_new_bytes_view("x", -1, &released, count, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_value_new_bytes_view(NULL, 1, &released, count, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_value_new_bytes_view("x", 1, &released, count, NULL, &error));
    CU_ASSERT_EQUAL(released, 3);
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_new_array_view(99, numbers, 2, &released,
                                                          count, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_value_new_array_view(ASYR_ELEMENT_DOUBLE, NULL, 2, &released,
                                         count, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_value_new_array_view(ASYR_ELEMENT_DOUBLE, (char *)numbers + 1, 1,
                                         &released, count, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_value_new_array_view(ASYR_ELEMENT_DOUBLE, numbers, -1, &released,
                                         count, &value, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_value_new_array_view(ASYR_ELEMENT_DOUBLE, numbers, 2, &released,
                                         count, NULL, &error));
    CU_ASSERT_EQUAL(released, 8);
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_value_new_pointer(&released, count, NULL, &error));
    CU_ASSERT_EQUAL(released, 9);
    CU_ASSERT_PTR_NULL(value);
}

static void views_and_pointers_release_their_owner_without_memory(void)
{
    int released = 0;
    double numbers[2] = {1, 2};
    asyr_value *value = NULL;
    asyri_alloc_fail_after(0, 1);
    UNIT_FAILS(ASYR_E_MEMORY,
               asyr_value_new_bytes_view("x", 1, &released, unit_count_release,
                                         &value, &error));
    UNIT_FAILS(ASYR_E_MEMORY,
               asyr_value_new_array_view(ASYR_ELEMENT_DOUBLE, numbers, 2, &released,
                                         unit_count_release, &value, &error));
    UNIT_FAILS(ASYR_E_MEMORY, asyr_value_new_pointer(&released, unit_count_release,
                                                     &value, &error));
    asyri_alloc_fail_after(-1, 0);
    CU_ASSERT_EQUAL(released, 3);
    CU_ASSERT_PTR_NULL(value);
}

static void an_array_holds_every_element_type(void)
{
    static const int64_t sizes[] = {1, 1, 2, 2, 4, 4, 8, 8, 4, 8};
    for (int32_t type = 0; type <= ASYR_ELEMENT_DOUBLE; type++) {
        asyr_value *value = NULL;
        asyr_value *item = NULL;
        int32_t found = -1;
        void *data = NULL;
        int64_t count = 0;
        double number = -1;
        CU_ASSERT_EQUAL(asyr_element_size(type), sizes[type]);
        UNIT_SUCCEEDS(asyr_value_new_array(type, NULL, 3, &value, &error));
        UNIT_SUCCEEDS(asyr_value_get_array(value, &found, &data, &count, &error));
        CU_ASSERT_EQUAL(found, type);
        CU_ASSERT_EQUAL(count, 3);
        CU_ASSERT_EQUAL((uintptr_t)data % (uintptr_t)sizes[type], 0);
        UNIT_SUCCEEDS(asyr_value_get_item(value, 2, &item, &error));
        UNIT_SUCCEEDS(asyr_value_get_double(item, &number, &error));
        CU_ASSERT_EQUAL(number, 0);
        asyr_value_unref(item);
        asyr_value_unref(value);
    }
    CU_ASSERT_EQUAL(asyr_element_size(-1), 0);
    CU_ASSERT_EQUAL(asyr_element_size(ASYR_ELEMENT_DOUBLE + 1), 0);
    CU_ASSERT_EQUAL(asyr_element_size(INT32_MAX), 0);
}

static asyr_value *item_of(int32_t type, const void *data)
{
    asyr_value *array = NULL;
    asyr_value *item = NULL;
    UNIT_SUCCEEDS(asyr_value_new_array(type, data, 1, &array, &error));
    UNIT_SUCCEEDS(asyr_value_get_item(array, 0, &item, &error));
    asyr_value_unref(array);
    return item;
}

static void check_int_item(int32_t type, const void *data, int64_t expected)
{
    asyr_value *item = item_of(type, data);
    int64_t number = 0;
    UNIT_SUCCEEDS(asyr_value_get_int64(item, &number, &error));
    CU_ASSERT_EQUAL(number, expected);
    asyr_value_unref(item);
}

static void items_of_an_array_keep_sign_and_width(void)
{
    check_int_item(ASYR_ELEMENT_INT8, &(int8_t){-128}, -128);
    check_int_item(ASYR_ELEMENT_UINT8, &(uint8_t){255}, 255);
    check_int_item(ASYR_ELEMENT_INT16, &(int16_t){INT16_MIN}, INT16_MIN);
    check_int_item(ASYR_ELEMENT_UINT16, &(uint16_t){UINT16_MAX}, UINT16_MAX);
    check_int_item(ASYR_ELEMENT_INT32, &(int32_t){INT32_MIN}, INT32_MIN);
    check_int_item(ASYR_ELEMENT_UINT32, &(uint32_t){UINT32_MAX}, UINT32_MAX);
    check_int_item(ASYR_ELEMENT_INT64, &(int64_t){INT64_MIN}, INT64_MIN);
    asyr_value *item = item_of(ASYR_ELEMENT_UINT64, &(uint64_t){UINT64_MAX});
    CU_ASSERT_EQUAL(asyr_value_get_type(item), ASYR_VALUE_UINT64);
    asyr_value_unref(item);
    double number = 0;
    item = item_of(ASYR_ELEMENT_FLOAT, &(float){0.5F});
    UNIT_SUCCEEDS(asyr_value_get_double(item, &number, &error));
    CU_ASSERT_EQUAL(number, 0.5);
    asyr_value_unref(item);
    item = item_of(ASYR_ELEMENT_DOUBLE, &(double){1e300});
    UNIT_SUCCEEDS(asyr_value_get_double(item, &number, &error));
    CU_ASSERT_EQUAL(number, 1e300);
    asyr_value_unref(item);
}

static void an_unset_array_has_room_for_its_elements_and_a_nul(void)
{
    asyr_value *array = asyri_value_array_unset(ASYR_ELEMENT_INT16, 3);
    char *data = array->as.block.data;
    CU_ASSERT_EQUAL(asyr_value_get_count(array), 3);
    CU_ASSERT_EQUAL(array->element_type, ASYR_ELEMENT_INT16);
    CU_ASSERT_EQUAL(data[6], 0);
    CU_ASSERT_PTR_NULL(array->as.block.release);
    memset(data, 1, 6);
    asyr_value_unref(array);
    CU_ASSERT_PTR_NULL(asyri_value_array_unset(ASYR_ELEMENT_INT16, INT64_MAX));
    CU_ASSERT_PTR_NULL(asyri_value_array_unset(99, 1));
}

static void an_array_view_points_at_its_owner(void)
{
    double numbers[2] = {1, 2};
    int released = 0;
    asyr_value *value = NULL;
    void *data = NULL;
    UNIT_SUCCEEDS(asyr_value_new_array_view(ASYR_ELEMENT_DOUBLE, numbers, 2,
                                            &released, unit_count_release, &value,
                                            &error));
    UNIT_SUCCEEDS(asyr_value_get_array(value, NULL, &data, NULL, &error));
    CU_ASSERT_PTR_EQUAL(data, numbers);
    asyr_value_unref(value);
    CU_ASSERT_EQUAL(released, 1);
}

static asyr_status attempt_scalars(asyr_error **error)
{
    asyr_value *values[5] = {NULL};
    asyr_status status = asyr_value_new_int64(1 << 20, &values[0], error);
    if (!status)
        status = asyr_value_new_double(0.5, &values[1], error);
    if (!status)
        status = asyr_value_new_string("text", -1, &values[2], error);
    if (!status)
        status = asyr_value_new_bytes("bytes", 5, &values[3], error);
    if (!status)
        status =
            asyr_value_new_array(ASYR_ELEMENT_INT16, NULL, 9, &values[4], error);
    for (int i = 0; i < 5; i++)
        asyr_value_unref(values[i]);
    return status;
}

static asyr_status attempt_item_of_array(asyr_error **error)
{
    static double numbers[] = {0.5};
    asyr_value *array = NULL;
    asyr_value *item = NULL;
    asyr_status status = asyr_value_new_array_view(ASYR_ELEMENT_DOUBLE, numbers, 1,
                                                   NULL, NULL, &array, error);
    if (!status)
        status = asyr_value_get_item(array, 0, &item, error);
    asyr_value_unref(item);
    asyr_value_unref(array);
    return status;
}

static asyr_status attempt_error_value(asyr_error **error)
{
    asyr_value *value = NULL;
    asyr_status status = asyr_value_new_error(asyri_error_memory(), &value, error);
    asyr_value_unref(value);
    return status;
}

static void every_failing_allocation_is_a_memory_error(void)
{
    unit_fail_each_allocation(attempt_scalars);
    unit_fail_each_allocation(attempt_item_of_array);
    unit_fail_each_allocation(attempt_error_value);
}

CU_TestInfo value_tests[] = {
    UNIT_TEST(a_string_has_its_length_and_a_nul_after_it),
    UNIT_TEST(a_string_may_be_empty_and_its_length_computed),
    UNIT_TEST(utf8_is_accepted_at_every_boundary),
    UNIT_TEST(other_bytes_are_no_string),
    UNIT_TEST(a_character_cut_by_the_length_is_no_string),
    UNIT_TEST(bytes_are_copied_and_strings_are_bytes_too),
    UNIT_TEST(a_bytes_view_points_at_its_owner_and_releases_it_once),
    UNIT_TEST(an_empty_view_needs_no_data_and_no_release),
    UNIT_TEST(a_pointer_is_released_with_its_value),
    UNIT_TEST(an_error_value_shares_its_error),
    UNIT_TEST(views_release_their_owner_when_they_are_refused),
    UNIT_TEST(views_and_pointers_release_their_owner_without_memory),
    UNIT_TEST(an_array_holds_every_element_type),
    UNIT_TEST(items_of_an_array_keep_sign_and_width),
    UNIT_TEST(an_unset_array_has_room_for_its_elements_and_a_nul),
    UNIT_TEST(an_array_view_points_at_its_owner),
    UNIT_TEST(every_failing_allocation_is_a_memory_error),
    CU_TEST_INFO_NULL};
