/*
 * Parkers.  This file is compiled twice: for the suite of all unit tests, and by
 * parker_condition.c for the variant of systems without a futex.
 */
#include "unit.h"

#include "platform/parker.h"
#include "platform/thread.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#define MANY 2000

struct pair {
    asyri_parker ping;
    asyri_parker pong;
    int written; /* guarded by the permits alone */
    int read;
    enum asyri_park_outcome outcome;
};

static void pair_init(struct pair *pair)
{
    asyri_parker_init(&pair->ping);
    asyri_parker_init(&pair->pong);
    pair->written = pair->read = 0;
}

static void pair_destroy(struct pair *pair)
{
    asyri_parker_destroy(&pair->ping);
    asyri_parker_destroy(&pair->pong);
}

static void a_permit_given_before_is_kept(void)
{
    asyri_parker parker;
    asyri_parker_init(&parker);
    asyri_unpark(&parker);
    CU_ASSERT_EQUAL(asyri_park(&parker, ASYR_FOREVER), ASYRI_PARK_WOKEN);
    asyri_parker_destroy(&parker);
}

static void two_permits_count_as_one(void)
{
    asyri_parker parker;
    asyri_parker_init(&parker);
    asyri_unpark(&parker);
    asyri_unpark(&parker);
    CU_ASSERT_EQUAL(asyri_park(&parker, ASYR_FOREVER), ASYRI_PARK_WOKEN);
    CU_ASSERT_EQUAL(asyri_park(&parker, asyri_clock_now()), ASYRI_PARK_TIMED_OUT);
    asyri_parker_destroy(&parker);
}

static void without_a_permit_parking_ends_at_the_deadline(void)
{
    asyri_parker parker;
    asyri_parker_init(&parker);
    int64_t deadline = asyri_deadline_in(1000000);
    CU_ASSERT_EQUAL(asyri_park(&parker, deadline), ASYRI_PARK_TIMED_OUT);
    CU_ASSERT_TRUE(asyri_clock_now() >= deadline);
    asyri_parker_destroy(&parker);
}

static void a_deadline_that_has_passed_polls(void)
{
    asyri_parker parker;
    asyri_parker_init(&parker);
    CU_ASSERT_EQUAL(asyri_park(&parker, 0), ASYRI_PARK_TIMED_OUT);
    asyri_parker_destroy(&parker);
}

static void *answer(void *arg)
{
    struct pair *pair = arg;
    for (int i = 1; i <= MANY; i++) {
        asyri_park(&pair->ping, ASYR_FOREVER);
        pair->read = pair->written;
        asyri_unpark(&pair->pong);
    }
    return NULL;
}

static void the_parked_sees_what_the_unparker_wrote(void)
{
    struct pair pair;
    pthread_t thread;
    int mismatches = 0;
    pair_init(&pair);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, answer, &pair), 0);
    for (int i = 1; i <= MANY; i++) {
        pair.written = i;
        asyri_unpark(&pair.ping);
        while (asyri_park(&pair.pong, ASYR_FOREVER) != ASYRI_PARK_WOKEN)
            continue;
        mismatches += pair.read != i;
    }
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(mismatches, 0);
    pair_destroy(&pair);
}

static void *park_once(void *arg)
{
    struct pair *pair = arg;
    asyri_unpark(&pair->pong);
    pair->outcome = asyri_park(&pair->ping, asyri_deadline_in(INT64_MAX / 4));
    return NULL;
}

static void a_far_deadline_waits_for_the_permit(void)
{
    struct pair pair;
    pthread_t thread;
    pair_init(&pair);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, park_once, &pair), 0);
    CU_ASSERT_EQUAL(asyri_park(&pair.pong, ASYR_FOREVER), ASYRI_PARK_WOKEN);
    asyri_unpark(&pair.ping);
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(pair.outcome, ASYRI_PARK_WOKEN);
    pair_destroy(&pair);
}

#if defined(ASYRI_PARKER_FUTEX)

static atomic_int handled;
static atomic_bool stopped;

static void handle(int number)
{
    (void)number;
    atomic_fetch_add(&handled, 1);
}

/* The signal may come before the thread sleeps: so they come until it is seen. */
static void *park_until_signalled(void *arg)
{
    struct pair *pair = arg;
    pair->outcome = asyri_park(&pair->ping, ASYR_FOREVER);
    atomic_store(&stopped, true);
    return NULL;
}

/* B6: also for a handler that was installed with SA_RESTART. */
static void a_signal_ends_an_endless_park(void)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART}, before;
    struct pair pair;
    pthread_t thread;
    pair_init(&pair);
    atomic_store(&stopped, false);
    sigaction(SIGUSR1, &action, &before);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, park_until_signalled, &pair),
                          0);
    while (!atomic_load(&stopped)) {
        pthread_kill(thread, SIGUSR1);
        sched_yield();
    }
    pthread_join(thread, NULL);
    sigaction(SIGUSR1, &before, NULL);
    CU_ASSERT_EQUAL(pair.outcome, ASYRI_PARK_SIGNALLED);
    CU_ASSERT_TRUE(atomic_load(&handled) > 0);
    pair_destroy(&pair);
}

#endif

CU_TestInfo parker_tests[] = {
    UNIT_TEST(a_permit_given_before_is_kept),
    UNIT_TEST(two_permits_count_as_one),
    UNIT_TEST(without_a_permit_parking_ends_at_the_deadline),
    UNIT_TEST(a_deadline_that_has_passed_polls),
    UNIT_TEST(the_parked_sees_what_the_unparker_wrote),
    UNIT_TEST(a_far_deadline_waits_for_the_permit),
#if defined(ASYRI_PARKER_FUTEX)
    UNIT_TEST(a_signal_ends_an_endless_park),
#endif
    CU_TEST_INFO_NULL};
