/* The clock and deadlines, on each system: also run by plain.c. */
#include "unit.h"

#include "platform/clock.h"

#include <time.h>

static int64_t monotonic_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void the_clock_is_the_monotonic_one(void)
{
    for (int i = 0; i < 1000; i++) {
        int64_t before = monotonic_now();
        int64_t now = asyri_clock_now();
        int64_t after = monotonic_now();
        CU_ASSERT_TRUE(before <= now);
        CU_ASSERT_TRUE(now <= after);
    }
}

/* B3 */
static void deadlines_never_overflow(void)
{
    int64_t before = asyri_clock_now();
    CU_ASSERT_EQUAL(asyri_deadline_in(ASYR_FOREVER), ASYR_FOREVER);
    CU_ASSERT_EQUAL(asyri_deadline_in(ASYR_FOREVER - 1), ASYR_FOREVER);
    CU_ASSERT_TRUE(asyri_deadline_in(INT64_MIN) >= before);
    CU_ASSERT_TRUE(asyri_deadline_in(-1) <= asyri_clock_now());
    CU_ASSERT_TRUE(asyri_deadline_in(1000) >= before + 1000);
}

/* B3 */
static void the_time_left_is_never_negative(void)
{
    const int64_t hour = INT64_C(3600000000000);
    CU_ASSERT_EQUAL(asyri_time_left(ASYR_FOREVER), ASYR_FOREVER);
    CU_ASSERT_EQUAL(asyri_time_left(INT64_MIN), 0);
    CU_ASSERT_EQUAL(asyri_time_left(asyri_clock_now()), 0);
    int64_t deadline = asyri_deadline_in(hour);
    int64_t left = asyri_time_left(deadline);
    CU_ASSERT_TRUE(left <= hour);
    CU_ASSERT_TRUE(left >= deadline - asyri_clock_now());
}

CU_TestInfo clock_tests[] = {
    UNIT_TEST(the_clock_is_the_monotonic_one), UNIT_TEST(deadlines_never_overflow),
    UNIT_TEST(the_time_left_is_never_negative), CU_TEST_INFO_NULL};
