/* Numbers as arguments and as return values of C functions. */
#include "calling.h"

#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct integer_type {
    const char *name;
    const char *function;
    int64_t least;
    uint64_t most;
} integer_types[] = {
    {"signed char", "callee_signed_char", INT8_MIN, INT8_MAX},
    {"unsigned char", "callee_unsigned_char", 0, UINT8_MAX},
    {"short", "callee_short", INT16_MIN, INT16_MAX},
    {"unsigned short", "callee_unsigned_short", 0, UINT16_MAX},
    {"int", "callee_int", INT32_MIN, INT32_MAX},
    {"unsigned", "callee_unsigned", 0, UINT32_MAX},
    {"long", "callee_long", INT64_MIN, INT64_MAX},
    {"unsigned long", "callee_unsigned_long", 0, UINT64_MAX},
    {"long long", "callee_long_long", INT64_MIN, INT64_MAX},
    {"unsigned long long", "callee_unsigned_long_long", 0, UINT64_MAX},
    {"int8_t", "callee_int8", INT8_MIN, INT8_MAX},
    {"uint8_t", "callee_uint8", 0, UINT8_MAX},
    {"int16_t", "callee_int16", INT16_MIN, INT16_MAX},
    {"uint16_t", "callee_uint16", 0, UINT16_MAX},
    {"int32_t", "callee_int32", INT32_MIN, INT32_MAX},
    {"uint32_t", "callee_uint32", 0, UINT32_MAX},
    {"int64_t", "callee_int64", INT64_MIN, INT64_MAX},
    {"uint64_t", "callee_uint64", 0, UINT64_MAX},
    {"size_t", "callee_size", 0, UINT64_MAX},
};

static void prototype_of(const struct integer_type *type, char *room, size_t size)
{
    snprintf(room, size, "%s %s(%s)", type->name, type->function, type->name);
}

static void check_returns_same(const struct integer_type *type, asyr_value *value)
{
    char prototype[80], room[80];
    prototype_of(type, prototype, sizeof prototype);
    const char *expected = calling_show(value, room, sizeof room);
    RETURNS(expected, run(prototype, 1, value));
}

static void check_misfits(const struct integer_type *type, asyr_value *value,
                          const char *found)
{
    char prototype[80], expected[160];
    prototype_of(type, prototype, sizeof prototype);
    snprintf(expected, sizeof expected,
             "argument 1 (%s): expected an integer from %" PRId64 " to %" PRIu64
             ", found %s",
             type->name, type->least, type->most, found);
    MISFITS(expected, run(prototype, 1, value));
}

static void check_beyond_limits(const struct integer_type *type)
{
    char below[40] = "-1e+19", above[40] = "1e+20";
    if (type->least > INT64_MIN)
        snprintf(below, sizeof below, "%" PRId64, type->least - 1);
    if (type->most < UINT64_MAX)
        snprintf(above, sizeof above, "%" PRIu64, type->most + 1);
    check_misfits(type, type->least > INT64_MIN ? INT(type->least - 1) : REAL(-1e19),
                  below);
    check_misfits(type,
                  type->most < UINT64_MAX ? asyri_value_uint64(type->most + 1)
                                          : REAL(1e20),
                  above);
}

static void check_each_integer_type(void (*check)(const struct integer_type *type))
{
    for (size_t i = 0; i < sizeof integer_types / sizeof *integer_types; i++)
        check(&integer_types[i]);
}

static void check_limits(const struct integer_type *type)
{
    check_returns_same(type, INT(type->least));
    check_returns_same(type, asyri_value_uint64(type->most));
    check_returns_same(type, INT(0));
    check_returns_same(type, INT(1));
}

static void integers_reach_their_limits(void)
{
    check_each_integer_type(check_limits);
}

static void integers_beyond_their_limits_are_refused(void)
{
    check_each_integer_type(check_beyond_limits);
}

static void check_no_integers(const struct integer_type *type)
{
    check_misfits(type, REAL(0.5), "0.5");
    check_misfits(type, REAL(INFINITY), "inf");
    check_misfits(type, TEXT("5"), "a string");
    check_misfits(type, NIL, "nil");
}

static void what_is_no_integer_is_refused(void)
{
    check_each_integer_type(check_no_integers);
}

static void plain_char_is_an_integer(void)
{
    RETURNS("int64 65", run("char callee_char(char)", 1, INT('A')));
    MISFITS(
        CHAR_MIN < 0
            ? "argument 1 (char): expected an integer from -128 to 127, found 256"
            : "argument 1 (char): expected an integer from 0 to 255, found 256",
        run("char callee_char(char)", 1, INT(256)));
}

static void integers_take_bools_and_whole_doubles(void)
{
    RETURNS("int64 1", run("int callee_int(int)", 1, BOOL(true)));
    RETURNS("int64 0", run("int callee_int(int)", 1, REAL(-0.0)));
    RETURNS("int64 -128", run("int8_t callee_int8(int8_t)", 1, REAL(-128.0)));
    RETURNS("int64 -9223372036854775808",
            run("long callee_long(long)", 1, REAL(-9223372036854775808.0)));
    RETURNS("uint64 9223372036854775808",
            run("uint64_t callee_uint64(uint64_t)", 1, REAL(9223372036854775808.0)));
    MISFITS("argument 1 (int8_t): expected an integer from -128 to 127, found -129",
            run("int8_t callee_int8(int8_t)", 1, REAL(-129.0)));
    MISFITS("argument 1 (long): expected an integer from -9223372036854775808 to "
            "9223372036854775807, found 9.223372036854776e+18",
            run("long callee_long(long)", 1, REAL(9223372036854775808.0)));
}

static void nan_is_no_integer(void)
{
    struct outcome outcome = run("int callee_int(int)", 1, REAL(NAN));
    CU_ASSERT_EQUAL(asyr_error_get_code(outcome.error), ASYR_E_TYPE);
    CU_ASSERT_PTR_NOT_NULL(strstr(asyr_error_get_message(outcome.error), "nan"));
    asyr_error_unref(outcome.error);
}

static void the_message_names_the_argument_that_misfits(void)
{
    const char *prototype =
        "void callee_fill(uint8_t *buffer, size_t size, unsigned  char byte)";
    asyr_value *array = asyri_value_array(ASYR_ELEMENT_UINT8, NULL, 4);
    MISFITS(
        "argument 3 (unsigned  char): expected an integer from 0 to 255, found 300",
        run(prototype, 3, asyri_value_ref(array), INT(4), INT(300)));
    MISFITS(
        "argument 2 (size_t): expected an integer from 0 to 18446744073709551615, "
        "found -1",
        run(prototype, 3, array, INT(-1), INT(0)));
}

static void bits_beyond_a_narrow_return_type_are_ignored(void)
{
    RETURNS("int64 -128", run("int8_t callee_low_int8(long long)", 1, INT(0x1280)));
    RETURNS("int64 127", run("int8_t callee_low_int8(long long)", 1, INT(0xff7f)));
    RETURNS("int64 65535", run("uint16_t callee_low_uint16(long long)", 1, INT(-1)));
    RETURNS("false", run("bool callee_is_odd(long long)", 1, INT(0x100)));
    RETURNS("true", run("bool callee_is_odd(long long)", 1, INT(-1)));
}

static void reals_pass_unchanged(void)
{
    RETURNS("double 0.10000000000000001",
            run("double callee_double(double)", 1, REAL(0.1)));
    RETURNS("double 0.5", run("float callee_float(float)", 1, REAL(0.5)));
    RETURNS("double 0.10000000149011612",
            run("float callee_float(float)", 1, REAL(0.1)));
    RETURNS("double 3.4028234663852886e+38",
            run("float callee_float(float)", 1, REAL(FLT_MAX)));
    RETURNS("double inf", run("float callee_float(float)", 1, REAL(INFINITY)));
    RETURNS("double -inf", run("double callee_double(double)", 1, REAL(-INFINITY)));
    struct outcome outcome = run("float callee_float(float)", 1, REAL(NAN));
    CU_ASSERT_TRUE(outcome.value && isnan(outcome.value->as.number));
    asyr_value_unref(outcome.value);
}

static void reals_take_integers(void)
{
    RETURNS("double 3", run("double callee_double(double)", 1, INT(3)));
    RETURNS("double -3", run("float callee_float(float)", 1, INT(-3)));
    RETURNS("double 1.8446744073709552e+19",
            run("double callee_double(double)", 1, asyri_value_uint64(UINT64_MAX)));
}

static void what_is_no_real_is_refused(void)
{
    MISFITS("argument 1 (double): expected a number, found true",
            run("double callee_double(double)", 1, BOOL(true)));
    MISFITS("argument 1 (double): expected a number, found a string",
            run("double callee_double(double)", 1, TEXT("1.5")));
    MISFITS("argument 1 (float): expected a number, found nil",
            run("float callee_float(float)", 1, NIL));
    MISFITS("argument 1 (float): expected a number from -3.40282347e+38 to "
            "3.40282347e+38, found -1e+39",
            run("float callee_float(float)", 1, REAL(-1e39)));
}

static void bools_take_bools_and_the_integers_0_and_1(void)
{
    RETURNS("true", run("bool callee_bool(bool)", 1, BOOL(true)));
    RETURNS("false", run("_Bool callee_bool(_Bool)", 1, BOOL(false)));
    RETURNS("true", run("bool callee_bool(bool)", 1, INT(1)));
    RETURNS("false", run("bool callee_bool(bool)", 1, INT(0)));
    MISFITS("argument 1 (bool): expected a bool, 0 or 1, found 2",
            run("bool callee_bool(bool)", 1, INT(2)));
    MISFITS("argument 1 (bool): expected a bool, 0 or 1, found -1",
            run("bool callee_bool(bool)", 1, INT(-1)));
    MISFITS("argument 1 (bool): expected a bool, 0 or 1, found 1",
            run("bool callee_bool(bool)", 1, REAL(1.0)));
    MISFITS("argument 1 (bool): expected a bool, 0 or 1, found nil",
            run("bool callee_bool(bool)", 1, NIL));
}

CU_TestInfo call_number_tests[] = {
    UNIT_TEST(integers_reach_their_limits),
    UNIT_TEST(integers_beyond_their_limits_are_refused),
    UNIT_TEST(what_is_no_integer_is_refused),
    UNIT_TEST(plain_char_is_an_integer),
    UNIT_TEST(integers_take_bools_and_whole_doubles),
    UNIT_TEST(nan_is_no_integer),
    UNIT_TEST(the_message_names_the_argument_that_misfits),
    UNIT_TEST(bits_beyond_a_narrow_return_type_are_ignored),
    UNIT_TEST(reals_pass_unchanged),
    UNIT_TEST(reals_take_integers),
    UNIT_TEST(what_is_no_real_is_refused),
    UNIT_TEST(bools_take_bools_and_the_integers_0_and_1),
    CU_TEST_INFO_NULL};
