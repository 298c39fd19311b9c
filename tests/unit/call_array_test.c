/*
 * C functions over arrays: whatever the types, the same numbers, and the same errors
 * at the same items, as by a call for each item.
 */
#include "calling.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "call/marshal.h"
#include "call/signature.h"
#include "core/error.h"
#include "core/function.h"

#define MOST 8

typedef void any_fn(void);

/* A function of each type to each: the low bytes of the number, or more. */
#define REREAD(a, r)                                                                \
    static TYPE_##r reread_##a##_##r(TYPE_##a number)                               \
    {                                                                               \
        union asyri_slot slot = {.uint64 = 0};                                      \
        slot.MEMBER_##a = number;                                                   \
        return slot.MEMBER_##r;                                                     \
    }
#define TO_EACH(X, t)                                                               \
    X(t, a) X(t, A) X(t, s) X(t, S) X(t, i) X(t, I) X(t, l) X(t, L) X(t, f) X(t, d)
#define FROM_EACH(X)                                                                \
    TO_EACH(X, a)                                                                   \
    TO_EACH(X, A)                                                                   \
    TO_EACH(X, s)                                                                   \
    TO_EACH(X, S)                                                                   \
    TO_EACH(X, i)                                                                   \
    TO_EACH(X, I)                                                                   \
    TO_EACH(X, l)                                                                   \
    TO_EACH(X, L)                                                                   \
    TO_EACH(X, f)                                                                   \
    TO_EACH(X, d)

FROM_EACH(REREAD)

#define SPELL(type) SPELL_EXPANDED(type)
#define SPELL_EXPANDED(type) #type
#define CASE(a, r)                                                                  \
    {SPELL(TYPE_##r) " f(" SPELL(TYPE_##a) ")", (any_fn *)reread_##a##_##r},

static const struct array_case {
    const char *prototype;
    any_fn *function;
} cases[] = {FROM_EACH(CASE)};

#define NUMBERS(letter, ...)                                                        \
    asyri_value_array(KIND_##letter, (const TYPE_##letter[MOST]){__VA_ARGS__}, MOST)

/* Numbers of that type, the outermost among them. */
static asyr_value *numbers_of(int32_t element_type)
{
    switch (element_type) {
    case KIND_a:
        return NUMBERS(a, 0, 1, -1, INT8_MIN, INT8_MAX, 2, 3, 4);
    case KIND_A:
        return NUMBERS(A, 0, 1, 127, 128, UINT8_MAX, 2, 3, 4);
    case KIND_s:
        return NUMBERS(s, 0, -1, 127, 128, -129, INT16_MIN, INT16_MAX, 4);
    case KIND_S:
        return NUMBERS(S, 0, 1, 255, 256, 32767, 32768, UINT16_MAX, 4);
    case KIND_i:
        return NUMBERS(i, 0, -1, 256, 65536, -32769, INT32_MIN, INT32_MAX, 4);
    case KIND_I:
        return NUMBERS(I, 0, 1, 256, 65536, INT32_MAX, 0x80000000, UINT32_MAX, 4);
    case KIND_l:
        return NUMBERS(l, 0, -1, 256, INT64_C(1) << 32, (INT64_C(1) << 53) + 1,
                       INT64_MIN, INT64_MAX, 4);
    case KIND_L:
        return NUMBERS(L, 0, 1, 65536, UINT64_C(1) << 32, INT64_MAX,
                       UINT64_C(1) << 63, UINT64_MAX, 4);
    case KIND_f:
        return NUMBERS(f, 0, -0.0F, 1.5F, -3, FLT_MAX, INFINITY, NAN, 4);
    default:
        return NUMBERS(d, 0, -0.0, 1.5, -3, DBL_MAX, -INFINITY, NAN, 1e30);
    }
}

static asyr_function *function_at(any_fn *function, const char *prototype)
{
    void *address;
    asyr_function *made = NULL;
    memcpy(&address, &function, sizeof address);
    UNIT_SUCCEEDS(asyr_function_new_address(address, prototype, &made, &error));
    return made;
}

/* Call it with one item; false, with an error, when that failed. */
static bool map_item(asyr_function *function, const asyr_value *input, int64_t index,
                     asyr_value *output, asyr_error **failure)
{
    asyr_value *item = NULL;
    int64_t size = asyri_element_size(output->element_type);
    CU_ASSERT_EQUAL(asyri_value_get_item(input, index, &item, NULL), ASYR_OK);
    struct outcome outcome = call_function(function, &item, 1);
    asyr_value_unref(item);
    *failure = outcome.error;
    if (outcome.error)
        return false;
    CU_ASSERT_TRUE(
        asyri_value_store_element(outcome.value, output->element_type,
                                  (char *)output->as.block.data + index * size));
    asyr_value_unref(outcome.value);
    return true;
}

static void check_same_error(asyr_error *one, asyr_error *other, const char *text)
{
    UNIT_CHECK(asyr_error_get_code(one) == asyr_error_get_code(other), text);
    UNIT_CHECK(strcmp(asyr_error_get_message(one), asyr_error_get_message(other)) ==
                   0,
               text);
    asyr_error_unref(one);
    asyr_error_unref(other);
}

/* Both ways over the whole array, past every item that fails. */
static void check_same(asyr_function *function, const char *prototype,
                       int32_t element_type)
{
    asyr_value *input = numbers_of(element_type);
    asyr_value *mapped = asyri_value_array(function->return_element, NULL, MOST);
    asyr_value *expected = asyri_value_array(function->return_element, NULL, MOST);
    int64_t size = asyri_element_size(function->return_element);
    for (int64_t at = 0; at < MOST; at++) {
        asyr_error *error = NULL, *expected_error = NULL;
        int64_t from = at;
        while (at < MOST && map_item(function, input, at, expected, &expected_error))
            at++;
        UNIT_CHECK(function->ops->map_array(function, input, from, MOST, mapped,
                                            &error) == at,
                   prototype);
        check_same_error(error, expected_error, prototype);
    }
    UNIT_CHECK(memcmp(mapped->as.block.data, expected->as.block.data,
                      (size_t)(MOST * size)) == 0,
               prototype);
    asyr_value_unref(input);
    asyr_value_unref(mapped);
    asyr_value_unref(expected);
}

static void all_types_are_mapped_as_item_by_item(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        asyr_function *function = function_at(cases[i].function, cases[i].prototype);
        for (int32_t type = 0; type <= ASYR_ELEMENT_DOUBLE; type++)
            check_same(function, cases[i].prototype, type);
        asyr_function_unref(function);
    }
}

static void only_the_items_of_the_range_are_called(void)
{
    asyr_function *function = function_at((any_fn *)reread_d_d, "double f(double)");
    asyr_value *input =
        asyri_value_array(ASYR_ELEMENT_DOUBLE, (const double[]){1, 2, 3, 4, 5}, 5);
    asyr_value *output = asyri_value_array(ASYR_ELEMENT_DOUBLE, NULL, 5);
    const double *results = output->as.block.data;
    asyr_error *error = NULL;
    CU_ASSERT_EQUAL(function->ops->map_array(function, input, 1, 3, output, &error),
                    3);
    CU_ASSERT_PTR_NULL(error);
    CU_ASSERT_DOUBLE_EQUAL(results[0], 0, 0);
    CU_ASSERT_DOUBLE_EQUAL(results[1], 2, 0);
    CU_ASSERT_DOUBLE_EQUAL(results[2], 3, 0);
    CU_ASSERT_DOUBLE_EQUAL(results[3], 0, 0);
    asyr_value_unref(input);
    asyr_value_unref(output);
    asyr_function_unref(function);
}

/* Maps two int64 numbers, and expects the first to be refused with that message. */
static void check_refused(any_fn *called, const char *prototype, const char *message)
{
    asyr_function *function = function_at(called, prototype);
    asyr_value *input =
        asyri_value_array(ASYR_ELEMENT_INT64, (const int64_t[]){5, 6}, 2);
    asyr_value *output = asyri_value_array(function->return_element, NULL, 2);
    asyr_error *error = NULL;
    CU_ASSERT_EQUAL(function->ops->map_array(function, input, 0, 2, output, &error),
                    0);
    CU_ASSERT_EQUAL(asyr_error_get_code(error), ASYR_E_TYPE);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(error), message);
    asyr_error_unref(error);
    asyr_value_unref(input);
    asyr_value_unref(output);
    asyr_function_unref(function);
}

static void functions_of_no_single_number_refuse_each_item(void)
{
    check_refused((any_fn *)reread_l_l, "long f(void)",
                  "expected 0 arguments, found 1");
    check_refused((any_fn *)reread_l_l, "long f(long, long)",
                  "expected 2 arguments, found 1");
    check_refused((any_fn *)reread_l_l, "long f(const char *)",
                  "argument 1 (const char *): expected a string, bytes, an array of "
                  "int8 or uint8, a pointer or nil, found 5");
    check_refused((any_fn *)reread_l_l, "long f(bool)",
                  "argument 1 (bool): expected a bool, 0 or 1, found 5");
}

static int halve(int number)
{
    errno = EDOM;
    return number / 2;
}

static void mapping_allocates_nothing(void)
{
    asyr_function *function = function_at((any_fn *)halve, "int halve(int)");
    asyr_value *output = asyri_value_array(ASYR_ELEMENT_INT32, NULL, 3);
    asyr_value *fits =
        asyri_value_array(ASYR_ELEMENT_INT32, (const int32_t[]){1 << 20, 7, -9}, 3);
    asyr_value *wide =
        asyri_value_array(ASYR_ELEMENT_INT64, (const int64_t[]){1 << 20, 7, -9}, 3);
    int64_t before = asyri_alloc_count();
    asyr_error *error = NULL;
    CU_ASSERT_EQUAL(function->ops->map_array(function, fits, 0, 3, output, &error),
                    3);
    CU_ASSERT_EQUAL(function->ops->map_array(function, wide, 0, 3, output, &error),
                    3);
    CU_ASSERT_EQUAL(asyri_alloc_count(), before);
    CU_ASSERT_EQUAL(((const int32_t *)output->as.block.data)[0], 1 << 19);
    CU_ASSERT_EQUAL(((const int32_t *)output->as.block.data)[2], -4);
    asyr_value_unref(fits);
    asyr_value_unref(wide);
    asyr_value_unref(output);
    asyr_function_unref(function);
}

CU_TestInfo call_array_tests[] = {
    UNIT_TEST(all_types_are_mapped_as_item_by_item),
    UNIT_TEST(only_the_items_of_the_range_are_called),
    UNIT_TEST(functions_of_no_single_number_refuse_each_item),
    UNIT_TEST(mapping_allocates_nothing), CU_TEST_INFO_NULL};
