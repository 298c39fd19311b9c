/* Pointers as arguments and as return values: text, bytes, arrays, addresses. */
#include "calling.h"

#include <stdio.h>
#include <string.h>

#define LIBC "libc.so.6"
#define STRLEN "size_t strlen(const char *)"
#define SUM_BYTES "unsigned callee_sum_bytes(const unsigned char *, size_t)"
#define FILL "void callee_fill(uint8_t *, size_t, uint8_t)"
#define SUM "double callee_sum(const double *, size_t)"

static void text_takes_strings_and_bytes(void)
{
    RETURNS("int64 5", run_in(LIBC, STRLEN, 1, TEXT("hello")));
    RETURNS("int64 0", run_in(LIBC, STRLEN, 1, TEXT("")));
    RETURNS("int64 3", run_in(LIBC, STRLEN, 1, BYTES("\xff\xfe\xfd")));
    RETURNS("int64 0", run_in(LIBC, STRLEN, 1, BYTES("")));
    RETURNS("true", run("bool callee_is_null(const char *)", 1, NIL));
    RETURNS("false", run("bool callee_is_null(const char *)", 1, TEXT("")));
}

/* No NUL follows what a view shows, so C gets a copy that has one. */
static void text_from_a_view_ends_where_the_view_does(void)
{
    static const char content[] = "abcdef";
    RETURNS("int64 3", run_in(LIBC, STRLEN, 1, VIEW(content, 3)));
    RETURNS("int64 0", run_in(LIBC, STRLEN, 1, VIEW(NULL, 0)));
    RETURNS("int64 24", run("long callee_two_lengths(const char *, const char *)", 2,
                            VIEW(content, 2), VIEW(content, 4)));
}

static void text_with_a_nul_inside_is_refused(void)
{
    MISFITS("argument 1 (const char *): expected text without a NUL, found one at "
            "byte 3 (const void * takes any bytes)",
            run_in(LIBC, STRLEN, 1, asyri_value_text("ab\0c", 4)));
    MISFITS("argument 1 (const char *): expected text without a NUL, found one at "
            "byte 1 (const void * takes any bytes)",
            run_in(LIBC, STRLEN, 1, BYTES("\0")));
    MISFITS("argument 2 (const char *): expected text without a NUL, found one at "
            "byte 2 (const void * takes any bytes)",
            run("long callee_two_lengths(const char *, const char *)", 2,
                VIEW("abc", 2), VIEW("a\0c", 3)));
}

static void text_takes_arrays_of_bytes_with_a_nul(void)
{
    RETURNS("int64 2", run_in(LIBC, STRLEN, 1, ARRAY(INT8, "ab", 3)));
    RETURNS("int64 2", run_in(LIBC, STRLEN, 1, ARRAY(UINT8, "ab\0d", 4)));
    MISFITS(
        "argument 1 (const char *): expected an array with a NUL at the end of its "
        "text, found one without",
        run_in(LIBC, STRLEN, 1, ARRAY(INT8, "ab", 2)));
}

static void text_takes_pointers_and_nothing_else(void)
{
    static char content[] = "four";
    RETURNS("int64 4", run_in(LIBC, STRLEN, 1, POINTER(content)));
#define TEXT_OR                                                                     \
    "argument 1 (const char *): expected a string, bytes, an array of int8 or "     \
    "uint8, a pointer or nil, found "
    MISFITS(TEXT_OR "5", run_in(LIBC, STRLEN, 1, INT(5)));
    MISFITS(TEXT_OR "0.5", run_in(LIBC, STRLEN, 1, REAL(0.5)));
    MISFITS(TEXT_OR "false", run_in(LIBC, STRLEN, 1, BOOL(false)));
    MISFITS(TEXT_OR "a list", run_in(LIBC, STRLEN, 1, asyri_value_list(0)));
    MISFITS(TEXT_OR "a map", run_in(LIBC, STRLEN, 1, asyri_value_map(0)));
    MISFITS(TEXT_OR "an array of int16",
            run_in(LIBC, STRLEN, 1, ARRAY(INT16, NULL, 2)));
}

static void buffers_to_read_take_any_bytes(void)
{
    RETURNS("int64 6", run(SUM_BYTES, 2, BYTES("\1\0\2\3"), INT(4)));
    RETURNS("int64 3", run(SUM_BYTES, 2, VIEW("\1\2\3", 2), INT(2)));
    RETURNS("int64 195", run(SUM_BYTES, 2, TEXT("ab"), INT(2)));
    RETURNS("int64 510", run(SUM_BYTES, 2, ARRAY(INT8, "\xff\xff", 2), INT(2)));
    RETURNS("int64 6", run("unsigned callee_sum_bytes(const void *, size_t)", 2,
                           BYTES("\1\0\2\3"), INT(4)));
    RETURNS("int64 10", run("unsigned callee_sum_bytes(const void *, size_t)", 2,
                            ARRAY(INT32, ((int32_t[]){4, 6}), 2), INT(8)));
    RETURNS("int64 0", run(SUM_BYTES, 2, NIL, INT(0)));
    MISFITS(
        "argument 1 (const void *): expected a string, bytes, an array, a pointer "
        "or nil, found 7",
        run("bool callee_is_null(const void *)", 1, INT(7)));
}

/* A NULL would make zlib begin anew instead of keeping the sum. */
static void empty_bytes_are_no_null(void)
{
    RETURNS("false", run("bool callee_is_null(const void *)", 1, BYTES("")));
    RETURNS("false", run("bool callee_is_null(const void *)", 1, VIEW(NULL, 0)));
    RETURNS("false", run("bool callee_is_null(void *)", 1, ARRAY(DOUBLE, NULL, 0)));
    RETURNS("int64 5", run_in("z",
                              "unsigned long crc32(unsigned long, "
                              "const unsigned char *, unsigned int)",
                              3, INT(5), BYTES(""), INT(0)));
}

static void zlib_computes_the_check_value_of_crc32(void)
{
    RETURNS("int64 3421780262", run_in("libz.so.1",
                                       "unsigned long crc32(unsigned long, "
                                       "const unsigned char *, unsigned int)",
                                       3, INT(0), BYTES("123456789"), INT(9)));
}

static void arrays_are_read_in_place(void)
{
    double numbers[] = {0.5, 1.5, 4};
    RETURNS("double 6", run(SUM, 2, ARRAY(DOUBLE, numbers, 3), INT(3)));
    RETURNS("double 2",
            run(SUM, 2,
                asyri_value_array_view(ASYR_ELEMENT_DOUBLE, numbers, 3, NULL, NULL),
                INT(2)));
#define DOUBLES                                                                     \
    "argument 1 (const double *): expected an array of double, a pointer or nil"
    MISFITS(DOUBLES ", found an array of float",
            run(SUM, 2, ARRAY(FLOAT, NULL, 3), INT(3)));
    MISFITS(DOUBLES ", found bytes", run(SUM, 2, BYTES("12345678"), INT(1)));
    MISFITS(DOUBLES ", found 0.5", run(SUM, 2, REAL(0.5), INT(1)));
    MISFITS(
        "argument 1 (unsigned *): expected an array of uint32, a pointer or nil, "
        "found an array of int32",
        run("bool callee_is_null(unsigned *)", 1, ARRAY(INT32, NULL, 1)));
}

static void functions_write_into_arrays(void)
{
    asyr_value *array = ARRAY(UINT8, NULL, 4);
    RETURNS("nil", run(FILL, 3, asyri_value_ref(array), INT(3), INT(171)));
    CU_ASSERT_EQUAL(memcmp(array->as.block.data, "\xab\xab\xab\0", 4), 0);
    asyri_value_unref(array);

    uint8_t memory[4] = {0};
    RETURNS("nil",
            run(FILL, 3,
                asyri_value_array_view(ASYR_ELEMENT_INT8, memory, 4, NULL, NULL),
                INT(2), INT(1)));
    CU_ASSERT_EQUAL(memcmp(memory, "\1\1\0\0", 4), 0);
    RETURNS("nil", run(FILL, 3, POINTER(memory), INT(4), INT(9)));
    CU_ASSERT_EQUAL(memcmp(memory, "\t\t\t\t", 4), 0);
}

static void functions_change_wider_arrays(void)
{
    asyr_value *array = ARRAY(FLOAT, ((float[]){1, 2, 3}), 3);
    RETURNS("nil", run("void callee_scale(float numbers[], int count, float factor)",
                       3, asyri_value_ref(array), INT(2), REAL(0.5)));
    const float *numbers = array->as.block.data;
    CU_ASSERT_EQUAL(numbers[0], 0.5f);
    CU_ASSERT_EQUAL(numbers[1], 1);
    CU_ASSERT_EQUAL(numbers[2], 3);
    asyri_value_unref(array);

    asyr_value *shorts = ARRAY(INT16, ((int16_t[]){-3, 7}), 2);
    RETURNS("nil", run("void callee_double_each(int16_t *, int)", 2,
                       asyri_value_ref(shorts), INT(2)));
    const int16_t *doubled = shorts->as.block.data;
    CU_ASSERT_EQUAL(doubled[0], -6);
    CU_ASSERT_EQUAL(doubled[1], 14);
    asyri_value_unref(shorts);
}

static void what_never_changes_is_not_written_to(void)
{
    MISFITS(
        "argument 1 (uint8_t *): expected an array of int8 or uint8, a pointer or "
        "nil, found bytes, which are immutable",
        run(FILL, 3, BYTES("abc"), INT(3), INT(0)));
    MISFITS("argument 1 (char *): expected an array of int8 or uint8, a pointer or "
            "nil, found a string, which is immutable",
            run("bool callee_is_null(char *)", 1, TEXT("abc")));
    MISFITS("argument 1 (void *): expected an array, a pointer or nil, found bytes, "
            "which are immutable",
            run("bool callee_is_null(void *)", 1, BYTES("abc")));
    MISFITS("argument 1 (float numbers[]): expected an array of float, a pointer or "
            "nil, found 1",
            run("void callee_scale(float numbers[], int, float)", 3, INT(1), INT(1),
                INT(1)));
}

static void what_is_opaque_takes_addresses_alone(void)
{
    static int anything;
    char expected[40];
    snprintf(expected, sizeof expected, "pointer %p", (void *)&anything);
    RETURNS(expected, run("struct thing *callee_pointer(struct thing *)", 1,
                          POINTER(&anything)));
    RETURNS("true", run("bool callee_is_null(const FILE *)", 1, NIL));
    MISFITS("argument 1 (FILE *): expected a pointer or nil, found bytes",
            run("bool callee_is_null(FILE *)", 1, BYTES("abc")));
    MISFITS(
        "argument 1 (char **): expected a pointer or nil, found an array of uint64",
        run("bool callee_is_null(char **)", 1, ARRAY(UINT64, NULL, 2)));
    MISFITS(
        "argument 1 (const char *const *): expected a pointer or nil, found a list",
        run("bool callee_is_null(const char *const *)", 1, asyri_value_list(0)));
}

static void pointers_are_returned_as_they_are(void)
{
    static char anything[] = "x";
    char expected[40];
    snprintf(expected, sizeof expected, "pointer %p", (void *)anything);
    RETURNS(expected, run("void *callee_pointer(void *)", 1, POINTER(anything)));
    RETURNS(expected, run("char *callee_pointer(void *)", 1, POINTER(anything)));
    RETURNS(expected, run("const unsigned char *callee_pointer(void *)", 1,
                          POINTER(anything)));
    RETURNS("nil", run("void *callee_pointer(void *)", 1, NIL));
}

static void returned_text_is_copied(void)
{
    const char *prototype = "const char *callee_text(int)";
    RETURNS("nil", run(prototype, 1, INT(0)));
    RETURNS("string \"\"", run(prototype, 1, INT(1)));
    RETURNS("string \"text\"", run(prototype, 1, INT(2)));
    RETURNS("string \"gr\xc3\xbc\xc3\x9f\"", run(prototype, 1, INT(3)));
    RETURNS("1 bytes", run(prototype, 1, INT(4)));
}

CU_TestInfo call_pointer_tests[] = {
    UNIT_TEST(text_takes_strings_and_bytes),
    UNIT_TEST(text_from_a_view_ends_where_the_view_does),
    UNIT_TEST(text_with_a_nul_inside_is_refused),
    UNIT_TEST(text_takes_arrays_of_bytes_with_a_nul),
    UNIT_TEST(text_takes_pointers_and_nothing_else),
    UNIT_TEST(buffers_to_read_take_any_bytes),
    UNIT_TEST(empty_bytes_are_no_null),
    UNIT_TEST(zlib_computes_the_check_value_of_crc32),
    UNIT_TEST(arrays_are_read_in_place),
    UNIT_TEST(functions_write_into_arrays),
    UNIT_TEST(functions_change_wider_arrays),
    UNIT_TEST(what_never_changes_is_not_written_to),
    UNIT_TEST(what_is_opaque_takes_addresses_alone),
    UNIT_TEST(pointers_are_returned_as_they_are),
    UNIT_TEST(returned_text_is_copied),
    CU_TEST_INFO_NULL};
