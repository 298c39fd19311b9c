/* The pace of a loop over items of unknown cost. */
#include "unit.h"

#include "pool/pace.h"

static void the_first_slice_has_one_item(void)
{
    struct asyri_pace pace = ASYRI_PACE_START;
    CU_ASSERT_EQUAL(asyri_pace_slice(&pace, 5, 1000), 6);
}

static void slices_go_on_to_the_end(void)
{
    struct asyri_pace pace = ASYRI_PACE_START;
    int64_t at = 3, longest = 0;
    while (at < 1000000) {
        int64_t end = asyri_pace_slice(&pace, at, 1000000);
        UNIT_CHECK(end > at && end <= 1000000, "a slice within the items");
        longest = end - at > longest ? end - at : longest;
        at = end;
    }
    CU_ASSERT_TRUE(longest > 1 && longest <= 4096);
}

static void the_last_slice_ends_with_the_items(void)
{
    struct asyri_pace pace = {.items = 4096, .began = 0};
    CU_ASSERT_EQUAL(asyri_pace_slice(&pace, 10, 17), 17);
    CU_ASSERT_EQUAL(asyri_pace_slice(&pace, 17, 18), 18);
}

/* A slice that began when the clock did took longer than any should. */
static void after_a_slow_slice_comes_a_shorter_one(void)
{
    struct asyri_pace pace = {.items = 512, .began = 1};
    CU_ASSERT_EQUAL(asyri_pace_slice(&pace, 0, 1000), 64);
    pace.began = 1;
    CU_ASSERT_EQUAL(asyri_pace_slice(&pace, 0, 1000), 8);
    pace = (struct asyri_pace){.items = 1, .began = 1};
    CU_ASSERT_EQUAL(asyri_pace_slice(&pace, 0, 1000), 1);
}

CU_TestInfo pace_tests[] = {
    UNIT_TEST(the_first_slice_has_one_item), UNIT_TEST(slices_go_on_to_the_end),
    UNIT_TEST(the_last_slice_ends_with_the_items),
    UNIT_TEST(after_a_slow_slice_comes_a_shorter_one), CU_TEST_INFO_NULL};
