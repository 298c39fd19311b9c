/* Functions: the common head and native functions; pool_test.c calls them. */
#include "unit.h"

#include "base/alloc.h"

static void run_nothing(asyr_task *task, void *arg)
{
    (void)task;
    (void)arg;
}

static asyr_function *native(const char *name, int *released)
{
    asyr_function *function = NULL;
    UNIT_SUCCEEDS(asyr_function_new_native(name, run_nothing, released,
                                           unit_count_release, &function, &error));
    return function;
}

static void a_native_function_has_a_name_and_no_prototype(void)
{
    int released = 0;
    asyr_function *named = native("square", &released);
    asyr_function *unnamed = native(NULL, &released);
    CU_ASSERT_STRING_EQUAL(asyr_function_get_name(named), "square");
    CU_ASSERT_STRING_EQUAL(asyr_function_get_name(unnamed), "native");
    CU_ASSERT_PTR_NULL(asyr_function_get_prototype(named));
    asyr_function_unref(named);
    asyr_function_unref(unnamed);
    CU_ASSERT_EQUAL(released, 2);
}

static void the_last_reference_releases_the_argument(void)
{
    int released = 0;
    asyr_function *function = native("f", &released);
    asyr_function *again = asyr_function_ref(function);
    CU_ASSERT_PTR_EQUAL(again, function);
    asyr_function_unref(function);
    CU_ASSERT_EQUAL(released, 0);
    asyr_function_unref(again);
    CU_ASSERT_EQUAL(released, 1);
}

static void a_native_function_needs_no_release(void)
{
    asyr_function *function = NULL;
    UNIT_SUCCEEDS(
        asyr_function_new_native("f", run_nothing, NULL, NULL, &function, &error));
    asyr_function_unref(function);
}

static void a_refused_native_function_releases_its_argument(void)
{
    int released = 0;
    asyr_function *function = NULL;
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_function_new_native("f", NULL, &released, unit_count_release,
                                        &function, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_function_new_native("f", run_nothing, &released,
                                        unit_count_release, NULL, &error));
    CU_ASSERT_EQUAL(asyr_function_new_native("f", NULL, &released,
                                             unit_count_release, &function, NULL),
                    ASYR_E_ARGUMENT);
    CU_ASSERT_EQUAL(released, 3);
    CU_ASSERT_PTR_NULL(function);
}

static int attempts;
static int releases;

static asyr_status attempt_native(asyr_error **error)
{
    asyr_function *function = NULL;
    attempts++;
    asyr_status status = asyr_function_new_native(
        "f", run_nothing, &releases, unit_count_release, &function, error);
    asyr_function_unref(function);
    return status;
}

static void the_argument_is_released_at_every_failing_allocation(void)
{
    unit_fail_each_allocation(attempt_native);
    CU_ASSERT_TRUE(attempts > 2);
    CU_ASSERT_EQUAL(releases, attempts);
}

static void null_is_no_function(void)
{
    CU_ASSERT_STRING_EQUAL(asyr_function_get_name(NULL), "");
    CU_ASSERT_PTR_NULL(asyr_function_get_prototype(NULL));
    CU_ASSERT_PTR_NULL(asyr_function_ref(NULL));
    asyr_function_unref(NULL);
}

CU_TestInfo function_tests[] = {
    UNIT_TEST(a_native_function_has_a_name_and_no_prototype),
    UNIT_TEST(the_last_reference_releases_the_argument),
    UNIT_TEST(a_native_function_needs_no_release),
    UNIT_TEST(a_refused_native_function_releases_its_argument),
    UNIT_TEST(the_argument_is_released_at_every_failing_allocation),
    UNIT_TEST(null_is_no_function),
    CU_TEST_INFO_NULL};
