/* Nil, bools and numbers: static ones, ranges, conversions. */
#include "unit.h"

#include <float.h>
#include <math.h>

#include "base/alloc.h"

#define TWO_TO_63 9223372036854775808.0
#define TWO_TO_64 18446744073709551616.0

static void nil_and_bools_are_static(void)
{
    asyr_value *nil = NULL;
    asyr_value *again = NULL;
    asyr_value *yes = NULL;
    asyr_value *no = NULL;
    asyri_alloc_fail_after(0, 1);
    UNIT_SUCCEEDS(asyr_value_new_nil(&nil, &error));
    UNIT_SUCCEEDS(asyr_value_new_nil(&again, &error));
    UNIT_SUCCEEDS(asyr_value_new_bool(true, &yes, &error));
    UNIT_SUCCEEDS(asyr_value_new_bool(false, &no, &error));
    asyri_alloc_fail_after(-1, 0);
    CU_ASSERT_PTR_EQUAL(nil, again);
    CU_ASSERT_EQUAL(asyr_value_get_type(nil), ASYR_VALUE_NIL);
    bool truth = false;
    UNIT_SUCCEEDS(asyr_value_get_bool(yes, &truth, &error));
    CU_ASSERT_TRUE(truth);
    UNIT_SUCCEEDS(asyr_value_get_bool(no, &truth, &error));
    CU_ASSERT_FALSE(truth);
    for (int i = 0; i < 3; i++)
        asyr_value_unref(nil);
    CU_ASSERT_EQUAL(asyr_value_get_type(nil), ASYR_VALUE_NIL);
}

static void small_integers_are_static_and_right(void)
{
    asyri_alloc_fail_after(0, 1);
    for (int64_t number = -128; number <= 1023; number++) {
        asyr_value *value = unit_int64(number);
        int64_t found = 0;
        UNIT_SUCCEEDS(asyr_value_get_int64(value, &found, &error));
        CU_ASSERT_EQUAL(found, number);
        asyr_value_unref(value);
    }
    asyr_value *value = NULL;
    UNIT_FAILS(ASYR_E_MEMORY, asyr_value_new_int64(1024, &value, &error));
    UNIT_FAILS(ASYR_E_MEMORY, asyr_value_new_int64(-129, &value, &error));
    asyri_alloc_fail_after(-1, 0);
    CU_ASSERT_PTR_NULL(value);
}

static void integers_keep_all_bits(void)
{
    static const int64_t numbers[] = {INT64_MIN, INT64_MIN + 1, -129,
                                      1024,      INT64_MAX - 1, INT64_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        asyr_value *value = unit_int64(numbers[i]);
        int64_t found = 0;
        CU_ASSERT_EQUAL(asyr_value_get_type(value), ASYR_VALUE_INT64);
        UNIT_SUCCEEDS(asyr_value_get_int64(value, &found, &error));
        CU_ASSERT_EQUAL(found, numbers[i]);
        asyr_value_unref(value);
    }
}

static void uint64_is_a_type_of_its_own_only_above_int64(void)
{
    static const struct {
        uint64_t number;
        int32_t type;
    } cases[] = {{0, ASYR_VALUE_INT64},
                 {INT64_MAX, ASYR_VALUE_INT64},
                 {(uint64_t)INT64_MAX + 1, ASYR_VALUE_UINT64},
                 {UINT64_MAX, ASYR_VALUE_UINT64}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        asyr_value *value = NULL;
        uint64_t found = 0;
        UNIT_SUCCEEDS(asyr_value_new_uint64(cases[i].number, &value, &error));
        CU_ASSERT_EQUAL(asyr_value_get_type(value), cases[i].type);
        UNIT_SUCCEEDS(asyr_value_get_uint64(value, &found, &error));
        CU_ASSERT_EQUAL(found, cases[i].number);
        asyr_value_unref(value);
    }
}

static void a_double_without_a_fraction_is_an_integer(void)
{
    static const struct {
        double number;
        int64_t expected;
    } cases[] = {{0, 0},
                 {-0.0, 0},
                 {3, 3},
                 {-3, -3},
                 {9007199254740993.0, INT64_C(9007199254740992)},
                 {-TWO_TO_63, INT64_MIN},
                 {9223372036854774784.0, INT64_C(9223372036854774784)}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        asyr_value *value = unit_double(cases[i].number);
        int64_t found = -7;
        UNIT_SUCCEEDS(asyr_value_get_int64(value, &found, &error));
        CU_ASSERT_EQUAL(found, cases[i].expected);
        asyr_value_unref(value);
    }
}

static void other_doubles_are_no_int64(void)
{
    static const double numbers[] = {
        0.5, -0.5,      1e300,    TWO_TO_63, -9223372036854777856.0,
        NAN, -INFINITY, INFINITY, TWO_TO_64, DBL_MIN};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        asyr_value *value = unit_double(numbers[i]);
        int64_t found = -7;
        UNIT_FAILS(ASYR_E_TYPE, asyr_value_get_int64(value, &found, &error));
        CU_ASSERT_EQUAL(found, 0);
        asyr_value_unref(value);
    }
}

static void a_double_is_a_uint64_from_zero_to_2_to_the_64(void)
{
    asyr_value *most = unit_double(18446744073709549568.0);
    asyr_value *zero = unit_double(-0.0);
    uint64_t found = 7;
    UNIT_SUCCEEDS(asyr_value_get_uint64(most, &found, &error));
    CU_ASSERT_EQUAL(found, UINT64_C(18446744073709549568));
    UNIT_SUCCEEDS(asyr_value_get_uint64(zero, &found, &error));
    CU_ASSERT_EQUAL(found, 0);
    asyr_value_unref(most);
    asyr_value_unref(zero);
}

static void other_doubles_are_no_uint64(void)
{
    static const double numbers[] = {0.5, -1, TWO_TO_64, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        asyr_value *value = unit_double(numbers[i]);
        uint64_t found = 7;
        UNIT_FAILS(ASYR_E_TYPE, asyr_value_get_uint64(value, &found, &error));
        CU_ASSERT_EQUAL(found, 0);
        asyr_value_unref(value);
    }
}

static void integers_out_of_range_are_refused(void)
{
    asyr_value *large = NULL;
    asyr_value *negative = unit_int64(-1);
    int64_t number = 7;
    uint64_t natural = 7;
    UNIT_SUCCEEDS(asyr_value_new_uint64(UINT64_MAX, &large, &error));
    UNIT_FAILS(ASYR_E_TYPE, asyr_value_get_int64(large, &number, &error));
    UNIT_FAILS(ASYR_E_TYPE, asyr_value_get_uint64(negative, &natural, &error));
    asyr_value_unref(large);
}

static void integers_are_read_as_the_nearest_double(void)
{
    asyr_value *large = NULL;
    asyr_value *odd = unit_int64(INT64_C(9007199254740993));
    double found = 0;
    UNIT_SUCCEEDS(asyr_value_new_uint64(UINT64_MAX, &large, &error));
    UNIT_SUCCEEDS(asyr_value_get_double(large, &found, &error));
    CU_ASSERT_EQUAL(found, TWO_TO_64);
    UNIT_SUCCEEDS(asyr_value_get_double(odd, &found, &error));
    CU_ASSERT_EQUAL(found, 9007199254740992.0);
    asyr_value_unref(large);
    asyr_value_unref(odd);
}

static void doubles_keep_nan_and_the_infinities(void)
{
    asyr_value *nan_value = unit_double(NAN);
    asyr_value *infinite = unit_double(-INFINITY);
    double found = 0;
    UNIT_SUCCEEDS(asyr_value_get_double(nan_value, &found, &error));
    CU_ASSERT_TRUE(isnan(found));
    UNIT_SUCCEEDS(asyr_value_get_double(infinite, &found, &error));
    CU_ASSERT_EQUAL(found, -INFINITY);
    asyr_value_unref(nan_value);
    asyr_value_unref(infinite);
}

CU_TestInfo number_tests[] = {
    UNIT_TEST(nil_and_bools_are_static),
    UNIT_TEST(small_integers_are_static_and_right),
    UNIT_TEST(integers_keep_all_bits),
    UNIT_TEST(uint64_is_a_type_of_its_own_only_above_int64),
    UNIT_TEST(a_double_without_a_fraction_is_an_integer),
    UNIT_TEST(other_doubles_are_no_int64),
    UNIT_TEST(a_double_is_a_uint64_from_zero_to_2_to_the_64),
    UNIT_TEST(other_doubles_are_no_uint64),
    UNIT_TEST(integers_out_of_range_are_refused),
    UNIT_TEST(integers_are_read_as_the_nearest_double),
    UNIT_TEST(doubles_keep_nan_and_the_infinities),
    CU_TEST_INFO_NULL};
