/* Seconds to nanoseconds (B3). */
#include "unit.h"

#include <math.h>

static int64_t nanoseconds(double seconds)
{
    int64_t timeout_ns = -7;
    UNIT_SUCCEEDS(asyr_timeout_from_seconds(seconds, &timeout_ns, &error));
    return timeout_ns;
}

static void whole_and_broken_seconds_are_exact(void)
{
    CU_ASSERT_EQUAL(nanoseconds(0), 0);
    CU_ASSERT_EQUAL(nanoseconds(1), 1000000000);
    CU_ASSERT_EQUAL(nanoseconds(1.5), 1500000000);
    CU_ASSERT_EQUAL(nanoseconds(0.25), 250000000);
    CU_ASSERT_EQUAL(nanoseconds(86400), INT64_C(86400000000000));
}

static void a_fraction_of_a_nanosecond_is_rounded_up(void)
{
    CU_ASSERT_EQUAL(nanoseconds(1e-10), 1);
    CU_ASSERT_EQUAL(nanoseconds(1e-9), 1);
    CU_ASSERT_EQUAL(nanoseconds(1.5e-9), 2);
    CU_ASSERT_EQUAL(nanoseconds(4.9e-324), 1);
}

static void negative_seconds_poll(void)
{
    CU_ASSERT_EQUAL(nanoseconds(-0.0), 0);
    CU_ASSERT_EQUAL(nanoseconds(-1e-300), 0);
    CU_ASSERT_EQUAL(nanoseconds(-3), 0);
    CU_ASSERT_EQUAL(nanoseconds(-INFINITY), 0);
}

static void infinity_and_huge_seconds_are_for_ever(void)
{
    CU_ASSERT_EQUAL(nanoseconds(INFINITY), ASYR_FOREVER);
    CU_ASSERT_EQUAL(nanoseconds(1e300), ASYR_FOREVER);
    CU_ASSERT_EQUAL(nanoseconds(9223372036.854775808), ASYR_FOREVER);
    CU_ASSERT(nanoseconds(9223372036.0) < ASYR_FOREVER);
    CU_ASSERT(nanoseconds(9223372036.0) > 0);
}

static void nan_is_invalid(void)
{
    int64_t timeout_ns = -7;
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_timeout_from_seconds(NAN, &timeout_ns, &error));
    CU_ASSERT_EQUAL(timeout_ns, 0);
    CU_ASSERT_EQUAL(asyr_timeout_from_seconds(NAN, &timeout_ns, NULL),
                    ASYR_E_ARGUMENT);
}

static void null_output_is_refused(void)
{
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_timeout_from_seconds(1, NULL, &error));
    CU_ASSERT_EQUAL(asyr_timeout_from_seconds(1, NULL, NULL), ASYR_E_ARGUMENT);
}

CU_TestInfo timeout_tests[] = {UNIT_TEST(whole_and_broken_seconds_are_exact),
                               UNIT_TEST(a_fraction_of_a_nanosecond_is_rounded_up),
                               UNIT_TEST(negative_seconds_poll),
                               UNIT_TEST(infinity_and_huge_seconds_are_for_ever),
                               UNIT_TEST(nan_is_invalid),
                               UNIT_TEST(null_output_is_refused),
                               CU_TEST_INFO_NULL};
