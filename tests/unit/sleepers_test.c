/* Sleeping workers; tests/model goes through their interleavings. */
#include "support.h"

#include <sched.h>
#include <string.h>

#include "core/interrupt.h"
#include "pool/sleepers.h"

#define WORKERS 4
#define PUBLISHERS 2
#define PUBLISHED 5000 /* by each */

static asyri_sleepers sleepers;
static asyri_sleeper places[WORKERS];

static void begin(int limit)
{
    asyri_sleepers_init(&sleepers, limit);
    for (int i = 0; i < WORKERS; i++)
        asyri_sleeper_init(&places[i]);
}

static void end(void)
{
    for (int i = 0; i < WORKERS; i++)
        asyri_sleeper_destroy(&sleepers, &places[i]);
    asyri_sleepers_destroy(&sleepers);
}

static void check_counts(int asleep, int searching)
{
    CU_ASSERT_EQUAL(asyri_sleepers_count_asleep(&sleepers), asleep);
    CU_ASSERT_EQUAL(asyri_sleepers_count_searching(&sleepers), searching);
}

/* Woken already, so that the park returns at once. */
static asyr_status park(int place)
{
    return asyri_sleepers_park(&sleepers, &places[place], ASYR_FOREVER, NULL);
}

static asyr_status poll_park(int place, asyr_interrupt *interrupt)
{
    return asyri_sleepers_park(&sleepers, &places[place], asyri_clock_now(),
                               interrupt);
}

static void notify_wakes_nobody_when_nobody_sleeps(void)
{
    begin(1);
    CU_ASSERT_FALSE(asyri_sleepers_notify(&sleepers));
    check_counts(0, 0);
    end();
}

static void notify_makes_a_sleeper_a_searcher(void)
{
    begin(1);
    asyri_sleepers_enter(&sleepers, &places[0], false);
    check_counts(1, 0);
    CU_ASSERT_FALSE(asyri_sleepers_notify(&sleepers));
    check_counts(0, 1);
    CU_ASSERT_EQUAL(park(0), ASYR_OK);
    CU_ASSERT_FALSE(asyri_sleepers_end_search(&sleepers));
    check_counts(0, 0);
    end();
}

static void notify_wakes_nobody_while_somebody_searches(void)
{
    begin(1);
    asyri_sleepers_enter(&sleepers, &places[0], false);
    CU_ASSERT_TRUE(asyri_sleepers_start_search(&sleepers));
    asyri_sleepers_notify(&sleepers);
    check_counts(1, 1);
    CU_ASSERT_TRUE(asyri_sleepers_end_search(&sleepers));
    asyri_sleepers_notify(&sleepers);
    check_counts(0, 1);
    CU_ASSERT_EQUAL(park(0), ASYR_OK);
    end();
}

static void the_last_to_fall_asleep_wakes_first(void)
{
    begin(1);
    for (int i = 0; i < 3; i++)
        asyri_sleepers_enter(&sleepers, &places[i], false);
    for (int i = 2; i >= 0; i--) {
        asyri_sleepers_notify(&sleepers);
        CU_ASSERT_EQUAL(park(i), ASYR_OK);
        CU_ASSERT_EQUAL(asyri_sleepers_end_search(&sleepers), i > 0);
    }
    check_counts(0, 0);
    end();
}

static void only_so_many_begin_to_search(void)
{
    begin(2);
    CU_ASSERT_TRUE(asyri_sleepers_start_search(&sleepers));
    CU_ASSERT_TRUE(asyri_sleepers_start_search(&sleepers));
    CU_ASSERT_FALSE(asyri_sleepers_start_search(&sleepers));
    check_counts(0, 2);
    asyri_sleepers_enter(&sleepers, &places[0], true);
    check_counts(1, 1);
    CU_ASSERT_TRUE(asyri_sleepers_end_search(&sleepers));
    asyri_sleepers_leave(&sleepers, &places[0]);
    CU_ASSERT_FALSE(asyri_sleepers_end_search(&sleepers));
    end();
}

static void who_leaves_is_searching(void)
{
    begin(1);
    asyri_sleepers_enter(&sleepers, &places[0], false);
    asyri_sleepers_enter(&sleepers, &places[1], false);
    asyri_sleepers_leave(&sleepers, &places[0]);
    check_counts(1, 1);
    CU_ASSERT_TRUE(asyri_sleepers_end_search(&sleepers));
    asyri_sleepers_notify(&sleepers);
    CU_ASSERT_EQUAL(park(1), ASYR_OK);
    end();
}

static void who_was_chosen_leaves_searching_once(void)
{
    begin(1);
    asyri_sleepers_enter(&sleepers, &places[0], false);
    asyri_sleepers_notify(&sleepers);
    asyri_sleepers_leave(&sleepers, &places[0]);
    check_counts(0, 1);
    CU_ASSERT_FALSE(asyri_sleepers_end_search(&sleepers));
    end();
}

static void a_permit_that_is_left_over_wakes_nobody(void)
{
    begin(1);
    asyri_sleepers_enter(&sleepers, &places[0], false);
    asyri_sleepers_notify(&sleepers);
    asyri_sleepers_leave(&sleepers, &places[0]);
    asyri_sleepers_enter(&sleepers, &places[0], true);
    CU_ASSERT_EQUAL(poll_park(0, NULL), ASYR_E_TIMEOUT);
    check_counts(0, 0);
    end();
}

static void after_a_time_out_nobody_sleeps(void)
{
    begin(1);
    asyri_sleepers_enter(&sleepers, &places[0], false);
    CU_ASSERT_EQUAL(poll_park(0, NULL), ASYR_E_TIMEOUT);
    check_counts(0, 0);
    asyri_sleepers_notify(&sleepers);
    check_counts(0, 0);
    end();
}

static void an_interrupt_ends_a_sleep(void)
{
    asyr_interrupt *interrupt = support_interrupt();
    begin(1);
    asyri_interrupt_trigger(interrupt);
    asyri_sleepers_enter(&sleepers, &places[0], false);
    asyr_status status =
        asyri_sleepers_park(&sleepers, &places[0], ASYR_FOREVER, interrupt);
    CU_ASSERT_EQUAL(status, ASYR_E_INTERRUPTED);
    check_counts(0, 0);
    end();
    asyri_interrupt_unref(interrupt);
}

/* Otherwise its wake-up would be lost. */
static void who_was_chosen_is_not_interrupted(void)
{
    asyr_interrupt *interrupt = support_interrupt();
    begin(1);
    asyri_interrupt_trigger(interrupt);
    asyri_sleepers_enter(&sleepers, &places[0], false);
    asyri_sleepers_notify(&sleepers);
    CU_ASSERT_EQUAL(poll_park(0, interrupt), ASYR_OK);
    check_counts(0, 1);
    end();
    asyri_interrupt_unref(interrupt);
}

static void wake_all_makes_all_sleepers_searchers(void)
{
    begin(1);
    for (int i = 0; i < WORKERS; i++)
        asyri_sleepers_enter(&sleepers, &places[i], false);
    asyri_sleepers_wake_all(&sleepers);
    check_counts(0, WORKERS);
    for (int i = 0; i < WORKERS; i++) {
        CU_ASSERT_EQUAL(park(i), ASYR_OK);
        CU_ASSERT_FALSE(asyri_sleepers_end_search(&sleepers));
    }
    check_counts(0, 0);
    end();
}

static void wake_all_with_nobody_asleep_does_nothing(void)
{
    begin(1);
    asyri_sleepers_wake_all(&sleepers);
    check_counts(0, 0);
    end();
}

static void attention_makes_notify_return_true(void)
{
    begin(1);
    asyri_sleepers_enter(&sleepers, &places[0], false);
    asyri_sleepers_ask_attention(&sleepers);
    check_counts(1, 0);
    CU_ASSERT_TRUE(asyri_sleepers_notify(&sleepers));
    CU_ASSERT_EQUAL(park(0), ASYR_OK);
    CU_ASSERT_TRUE(asyri_sleepers_notify(&sleepers));
    asyri_sleepers_clear_attention(&sleepers);
    CU_ASSERT_FALSE(asyri_sleepers_notify(&sleepers));
    check_counts(0, 1);
    end();
}

/* Work is only counted; nobody ever looks at a clock, so a lost wake-up is for ever. */
static struct {
    _Atomic int work;
    _Atomic int done;
    atomic_bool closed;
} stress;

static bool take_work(void)
{
    int work = atomic_load(&stress.work);
    while (work > 0) {
        if (atomic_compare_exchange_weak(&stress.work, &work, work - 1))
            return true;
    }
    return false;
}

static void finish_search(void)
{
    if (asyri_sleepers_end_search(&sleepers) && atomic_load(&stress.work) > 0)
        asyri_sleepers_notify(&sleepers);
}

/* Whether it is searching afterwards. */
static bool search_or_sleep(asyri_sleeper *place, bool searching, int round)
{
    if (!searching && asyri_sleepers_start_search(&sleepers))
        return true;
    asyri_sleepers_enter(&sleepers, place, searching);
    if (atomic_load(&stress.work) > 0 || atomic_load(&stress.closed)) {
        asyri_sleepers_leave(&sleepers, place);
        return true;
    }
    int64_t deadline = round % 8 ? ASYR_FOREVER : asyri_clock_now() + round * 100;
    return asyri_sleepers_park(&sleepers, place, deadline, NULL) == ASYR_OK;
}

static void *run_worker(void *place)
{
    bool searching = false;
    for (int round = 0;; round++) {
        if (take_work()) {
            if (searching)
                finish_search();
            searching = false;
            atomic_fetch_add(&stress.done, 1);
        } else if (atomic_load(&stress.closed)) {
            break;
        } else {
            searching = search_or_sleep(place, searching, round);
        }
    }
    if (searching)
        finish_search();
    return NULL;
}

static bool all_is_taken(void *arg)
{
    (void)arg;
    return atomic_load(&stress.work) == 0;
}

/* Waits after each burst, so that workers fall asleep while others publish. */
static void *run_publisher(void *arg)
{
    (void)arg;
    for (int i = 0; i < PUBLISHED; i++) {
        atomic_fetch_add(&stress.work, 1);
        asyri_sleepers_notify(&sleepers);
        if (i % 3 == 0)
            support_until(all_is_taken, NULL);
    }
    return NULL;
}

static bool all_is_done(void *arg)
{
    (void)arg;
    return atomic_load(&stress.done) == PUBLISHERS * PUBLISHED;
}

static bool all_are_asleep(void *arg)
{
    (void)arg;
    return asyri_sleepers_count_asleep(&sleepers) == WORKERS;
}

static void nobody_sleeps_while_there_is_work(void)
{
    pthread_t workers[WORKERS], publishers[PUBLISHERS];
    memset(&stress, 0, sizeof stress);
    begin(2);
    for (int i = 0; i < WORKERS; i++)
        CU_ASSERT_EQUAL_FATAL(
            pthread_create(&workers[i], NULL, run_worker, &places[i]), 0);
    for (int i = 0; i < PUBLISHERS; i++)
        CU_ASSERT_EQUAL_FATAL(
            pthread_create(&publishers[i], NULL, run_publisher, NULL), 0);
    for (int i = 0; i < PUBLISHERS; i++)
        pthread_join(publishers[i], NULL);
    support_until(all_is_done, NULL);
    support_until(all_are_asleep, NULL);
    atomic_store(&stress.closed, true);
    asyri_sleepers_wake_all(&sleepers);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
    CU_ASSERT_EQUAL(atomic_load(&stress.work), 0);
    check_counts(0, 0);
    end();
}

CU_TestInfo sleepers_tests[] = {
    UNIT_TEST(notify_wakes_nobody_when_nobody_sleeps),
    UNIT_TEST(notify_makes_a_sleeper_a_searcher),
    UNIT_TEST(notify_wakes_nobody_while_somebody_searches),
    UNIT_TEST(the_last_to_fall_asleep_wakes_first),
    UNIT_TEST(only_so_many_begin_to_search),
    UNIT_TEST(who_leaves_is_searching),
    UNIT_TEST(who_was_chosen_leaves_searching_once),
    UNIT_TEST(a_permit_that_is_left_over_wakes_nobody),
    UNIT_TEST(after_a_time_out_nobody_sleeps),
    UNIT_TEST(an_interrupt_ends_a_sleep),
    UNIT_TEST(who_was_chosen_is_not_interrupted),
    UNIT_TEST(wake_all_makes_all_sleepers_searchers),
    UNIT_TEST(wake_all_with_nobody_asleep_does_nothing),
    UNIT_TEST(attention_makes_notify_return_true),
    UNIT_TEST(nobody_sleeps_while_there_is_work),
    CU_TEST_INFO_NULL};
