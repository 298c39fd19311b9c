/* Calls as a whole: how functions are made, counts, variadics, memory. */
#include "calling.h"

#include <string.h>

#include "base/alloc.h"
#include "core/function.h"

static void functions_know_their_names(void)
{
    asyr_function *function = function_of("m", "double  cos(double x);");
    CU_ASSERT_STRING_EQUAL(asyr_function_get_name(function), "cos");
    CU_ASSERT_STRING_EQUAL(asyr_function_get_prototype(function),
                           "double  cos(double x);");
    asyr_function_unref(function);
    CU_ASSERT_STRING_EQUAL(asyr_function_get_name(NULL), "");
    CU_ASSERT_PTR_NULL(asyr_function_get_prototype(NULL));
}

static int32_t return_element(const char *prototype)
{
    asyr_function *function = function_of(CALLEE_LIBRARY, prototype);
    int32_t element = function ? function->return_element : -2;
    asyr_function_unref(function);
    return element;
}

static void functions_know_which_number_they_return(void)
{
    CU_ASSERT_EQUAL(return_element("double callee_double(double)"),
                    ASYR_ELEMENT_DOUBLE);
    CU_ASSERT_EQUAL(return_element("float callee_float(float)"), ASYR_ELEMENT_FLOAT);
    CU_ASSERT_EQUAL(return_element("uint8_t callee_uint8(uint8_t)"),
                    ASYR_ELEMENT_UINT8);
    CU_ASSERT_EQUAL(return_element("long callee_long(long)"), ASYR_ELEMENT_INT64);
    CU_ASSERT_EQUAL(return_element("bool callee_bool(bool)"), -1);
    CU_ASSERT_EQUAL(return_element("void callee_nothing(void)"), -1);
    CU_ASSERT_EQUAL(return_element("void *callee_pointer(void *)"), -1);
}

static void each_call_reaches_the_function_once(void)
{
    asyr_function *function = function_of(CALLEE_LIBRARY, "int callee_count(void)");
    struct outcome first = call_function(function, NULL, 0);
    struct outcome second = call_function(function, NULL, 0);
    CU_ASSERT_EQUAL(second.value->as.int64 - first.value->as.int64, 1);
    asyr_value_unref(first.value);
    asyr_value_unref(second.value);
    asyr_function_unref(function);
}

static void a_misfit_keeps_the_function_from_being_called(void)
{
    asyr_function *function = function_of(CALLEE_LIBRARY, "int callee_count(void)");
    asyr_value *too_much = INT(1);
    struct outcome first = call_function(function, NULL, 0);
    MISFITS("expected 0 arguments, found 1", call_function(function, &too_much, 1));
    struct outcome second = call_function(function, NULL, 0);
    CU_ASSERT_EQUAL(second.value->as.int64 - first.value->as.int64, 1);
    asyr_value_unref(first.value);
    asyr_value_unref(second.value);
    asyr_function_unref(function);
}

static void a_wrong_count_is_refused(void)
{
    MISFITS("expected 1 argument, found 0", run("int callee_int(int)", 0));
    MISFITS("expected 1 argument, found 2",
            run("int callee_int(int)", 2, INT(1), INT(2)));
    MISFITS("expected 2 arguments, found 1",
            run("long callee_sum_ints(int, ..., int)", 1, INT(1)));
    MISFITS(
        "expected 1 argument, found 3; spell the types of further ones after the "
        "dots",
        run("long callee_sum_ints(int, ...)", 3, INT(2), INT(1), INT(2)));
}

static void twenty_arguments_arrive_in_order(void)
{
    asyr_value *out = ARRAY(INT8, NULL, 160);
    RETURNS(
        "int64 101",
        run("int callee_twenty(char *, size_t, int8_t, uint8_t, int16_t, uint16_t, "
            "int32_t, uint32_t, int64_t, uint64_t, float, double, bool, "
            "const char *, float, double, short, long, unsigned long, double)",
            20, asyri_value_ref(out), INT(160), INT(-1), INT(2), INT(-3), INT(4),
            INT(-5), INT(6), INT(INT64_MIN), asyri_value_uint64(UINT64_MAX),
            REAL(9.5), REAL(10.25), BOOL(true), TEXT("twelve"), REAL(13.5),
            REAL(-14.75), INT(-15), INT(16), INT(17), REAL(0.5)));
    CU_ASSERT_STRING_EQUAL((const char *)out->as.block.data,
                           "-1 2 -3 4 -5 6 -9223372036854775808 "
                           "18446744073709551615 9.5 10.25 1 twelve "
                           "13.5 -14.75 -15 16 17 0.5");
    asyri_value_unref(out);
}

static void variadic_integers_are_promoted(void)
{
    RETURNS("int64 0", run("long callee_sum_ints(int, ...)", 1, INT(0)));
    RETURNS("int64 -40000",
            run("long callee_sum_ints(int, ..., short, int8_t, uint8_t, bool, int)",
                6, INT(5), INT(-32768), INT(-128), INT(255), BOOL(true),
                INT(-7360)));
    MISFITS("argument 2 (uint8_t): expected an integer from 0 to 255, found 256",
            run("long callee_sum_ints(int, ..., uint8_t)", 2, INT(1), INT(256)));
}

static void variadic_reals_are_promoted(void)
{
    RETURNS("double 0.75", run("double callee_sum_doubles(int, ..., float, double)",
                               3, INT(2), REAL(0.5), REAL(0.25)));
    RETURNS("double 0.10000000149011612",
            run("double callee_sum_doubles(int, ..., float)", 2, INT(1), REAL(0.1)));
}

static void wide_types_pass_after_the_dots(void)
{
    RETURNS(
        "int64 4294967308",
        run("long long callee_mixed_dots(int, ..., int64_t, const char *, size_t)",
            4, INT(1), INT(INT64_C(4294967296)), TEXT("four"), INT(7)));
}

static void snprintf_writes_into_an_array(void)
{
    asyr_value *out = ARRAY(UINT8, NULL, 32);
    RETURNS("int64 12",
            run_in("c",
                   "int snprintf(char *, size_t, const char *, ..., int, double, "
                   "const char *)",
                   6, asyri_value_ref(out), INT(32), TEXT("%d|%.2f|%s"), INT(-42),
                   REAL(2.5), TEXT("abc")));
    CU_ASSERT_STRING_EQUAL((const char *)out->as.block.data, "-42|2.50|abc");
    asyri_value_unref(out);

    asyr_value *small = ARRAY(INT8, NULL, 4);
    RETURNS("int64 6", run_in("c", "int snprintf(char *, size_t, const char *, ...)",
                              3, asyri_value_ref(small), INT(4), TEXT("cut it")));
    CU_ASSERT_STRING_EQUAL((const char *)small->as.block.data, "cut");
    asyri_value_unref(small);
}

static void a_function_keeps_its_library_loaded(void)
{
    asyr_library *library = NULL;
    asyr_function *function = NULL;
    UNIT_SUCCEEDS(asyr_library_open(CALLEE_LIBRARY, &library, &error));
    UNIT_SUCCEEDS(
        asyr_function_new_c(library, "int callee_int(int)", &function, &error));
    asyr_library_unref(library);
    asyr_value *five = INT(5);
    RETURNS("int64 5", call_function(function, &five, 1));
    asyr_function_unref(function);
}

static int seven(void)
{
    return 7;
}

static void an_address_can_be_called(void)
{
    asyr_function *function = NULL;
    void *address = (void *)(intptr_t)seven;
    UNIT_SUCCEEDS(
        asyr_function_new_address(address, "int seven(void)", &function, &error));
    RETURNS("int64 7", call_function(function, NULL, 0));
    asyr_function_unref(function);
}

/* --- what cannot be made --- */

static void check_refused(asyr_status expected, const char *prototype,
                          const char *message)
{
    asyr_library *library = NULL;
    asyr_function *function = (asyr_function *)(void *)&library;
    asyr_error *error = NULL;
    asyr_library_open(CALLEE_LIBRARY, &library, NULL);
    CU_ASSERT_EQUAL(asyr_function_new_c(library, prototype, &function, &error),
                    expected);
    CU_ASSERT_EQUAL(asyr_error_get_code(error), expected);
    CU_ASSERT_PTR_NULL(function);
    CU_ASSERT_PTR_NOT_NULL(strstr(asyr_error_get_message(error), message));
    asyr_error_unref(error);
    asyr_library_unref(library);
}

static void an_unknown_symbol_is_refused(void)
{
    check_refused(ASYR_E_SYMBOL, "int callee_unknown(int)",
                  "has no function \"callee_unknown\"");
    check_refused(ASYR_E_SYMBOL, "int callee_unknown(int)", CALLEE_LIBRARY);
}

static void data_is_not_called(void)
{
    check_refused(ASYR_E_SYMBOL, "int callee_variable(void)", "it is data");
    check_refused(ASYR_E_SYMBOL, "int callee_thread_variable(void)", "it is data");
    check_refused(ASYR_E_SYMBOL, "int callee_constant(void)", "it is data");
}

/* These are chosen at load time among several, or lie in the kernel's own object. */
static void indirect_functions_are_called(void)
{
    RETURNS("int64 3", run_in("c", "size_t strnlen(const char *, size_t)", 2,
                              TEXT("abcdef"), INT(3)));
    struct outcome outcome = run_in("c", "time_t time(time_t *)", 1, NIL);
    CU_ASSERT_TRUE(outcome.value && outcome.value->as.int64 > 0);
    asyr_value_unref(outcome.value);
}

static void a_prototype_that_does_not_parse_is_refused(void)
{
    check_refused(ASYR_E_PROTOTYPE, "int callee_int(integer)",
                  "column 16 of \"int callee_int(integer)\": expected");
    check_refused(ASYR_E_PROTOTYPE,
                  "void qsort(void *, size_t, size_t, int (*)(const void *, "
                  "const void *))",
                  "function pointers are not supported");
}

static void missing_arguments_are_refused(void)
{
    asyr_library *library = NULL;
    asyr_function *function = NULL;
    asyr_library_open(NULL, &library, NULL);
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_function_new_c(NULL, "int f(int)", &function, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_function_new_c(library, NULL, &function, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_function_new_c(library, "int abs(int)", NULL, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_function_new_address(NULL, "int f(int)", &function, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_function_new_address(library, NULL, &function, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_function_new_address(library, "int f(int)", NULL, &error));
    CU_ASSERT_EQUAL(asyr_function_new_c(NULL, NULL, NULL, NULL), ASYR_E_ARGUMENT);
    asyr_library_unref(library);
    asyr_function_unref(NULL);
    CU_ASSERT_PTR_NULL(asyr_function_ref(NULL));
}

static void do_nothing(asyr_task *task, void *arg)
{
    (void)task;
    (void)arg;
}

static void a_native_function_consumes_its_arg_once(void)
{
    int released = 0;
    asyr_function *function = NULL;
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_function_new_native(NULL, NULL, &released, unit_count_release,
                                        &function, &error));
    CU_ASSERT_EQUAL(released, 1);
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_function_new_native(NULL, do_nothing, &released,
                                        unit_count_release, NULL, &error));
    CU_ASSERT_EQUAL(released, 2);
    UNIT_SUCCEEDS(asyr_function_new_native(NULL, do_nothing, &released,
                                           unit_count_release, &function, &error));
    CU_ASSERT_EQUAL(released, 2);
    CU_ASSERT_STRING_EQUAL(asyr_function_get_name(function), "native");
    CU_ASSERT_PTR_NULL(asyr_function_get_prototype(function));
    asyr_function_unref(function);
    CU_ASSERT_EQUAL(released, 3);
}

/* --- memory --- */

static asyr_status make_function(asyr_error **error)
{
    asyr_library *library = NULL;
    asyr_function *function = NULL;
    asyr_status status = asyr_library_open(CALLEE_LIBRARY, &library, error);
    if (status == ASYR_OK)
        status = asyr_function_new_c(library, "long callee_sum_ints(int, ..., int)",
                                     &function, error);
    CU_ASSERT_EQUAL(function != NULL, status == ASYR_OK);
    asyr_function_unref(function);
    asyr_library_unref(library);
    return status;
}

static asyr_function *function_under_test;
static asyr_value *values_under_test[2];

static asyr_status call_once(asyr_error **error)
{
    struct outcome outcome =
        call_function(function_under_test, values_under_test, 2);
    CU_ASSERT_EQUAL(outcome.value == NULL, outcome.error != NULL);
    asyr_status status = asyr_error_get_code(outcome.error);
    asyr_value_unref(outcome.value);
    *error = outcome.error;
    return status;
}

static void without_memory_no_function_is_made(void)
{
    unit_fail_each_allocation(make_function);
}

static void without_memory_a_call_fails(void)
{
    function_under_test =
        function_of(CALLEE_LIBRARY,
                    "unsigned long callee_two_lengths(const char *, const char *)");
    values_under_test[0] = VIEW("abc", 2);
    values_under_test[1] = VIEW("def", 1);
    unit_fail_each_allocation(call_once);
    asyr_value_unref(values_under_test[0]);
    asyr_value_unref(values_under_test[1]);
    asyr_function_unref(function_under_test);
}

static void without_memory_a_returned_number_is_an_error(void)
{
    function_under_test = function_of("m", "double pow(double, double)");
    values_under_test[0] = INT(2);
    values_under_test[1] = INT(3);
    unit_fail_each_allocation(call_once);
    asyr_function_unref(function_under_test);
}

static void a_call_allocates_nothing_but_its_value(void)
{
    asyr_function *function =
        function_of(CALLEE_LIBRARY,
                    "int callee_twenty(char *, size_t, int8_t, uint8_t, int16_t, "
                    "uint16_t, int32_t, uint32_t, int64_t, uint64_t, float, double, "
                    "bool, const char *, float, double, short, long, "
                    "unsigned long, double)");
    asyr_value *values[20];
    for (int i = 0; i < 20; i++)
        values[i] = INT(1);
    values[0] = NIL;
    values[1] = INT(0);
    values[12] = BOOL(true);
    values[13] = TEXT("text");
    int64_t before = asyri_alloc_count();
    struct outcome outcome = call_function(function, values, 20);
    CU_ASSERT_EQUAL(asyri_alloc_count(), before);
    CU_ASSERT_TRUE(outcome.value && outcome.value->as.int64 > 0);
    asyr_value_unref(outcome.value);
    asyr_value_unref(values[13]);
    asyr_function_unref(function);
}

CU_TestInfo call_tests[] = {UNIT_TEST(functions_know_their_names),
                            UNIT_TEST(functions_know_which_number_they_return),
                            UNIT_TEST(each_call_reaches_the_function_once),
                            UNIT_TEST(a_misfit_keeps_the_function_from_being_called),
                            UNIT_TEST(a_wrong_count_is_refused),
                            UNIT_TEST(twenty_arguments_arrive_in_order),
                            UNIT_TEST(variadic_integers_are_promoted),
                            UNIT_TEST(variadic_reals_are_promoted),
                            UNIT_TEST(wide_types_pass_after_the_dots),
                            UNIT_TEST(snprintf_writes_into_an_array),
                            UNIT_TEST(a_function_keeps_its_library_loaded),
                            UNIT_TEST(an_address_can_be_called),
                            UNIT_TEST(an_unknown_symbol_is_refused),
                            UNIT_TEST(data_is_not_called),
                            UNIT_TEST(indirect_functions_are_called),
                            UNIT_TEST(a_prototype_that_does_not_parse_is_refused),
                            UNIT_TEST(missing_arguments_are_refused),
                            UNIT_TEST(a_native_function_consumes_its_arg_once),
                            UNIT_TEST(without_memory_no_function_is_made),
                            UNIT_TEST(without_memory_a_call_fails),
                            UNIT_TEST(without_memory_a_returned_number_is_an_error),
                            UNIT_TEST(a_call_allocates_nothing_but_its_value),
                            CU_TEST_INFO_NULL};
