/*
 * Parkers.  This file is compiled into the program of all unit tests, for the parker
 * that the library was built with, and into one of plain.c for each of the others.
 */
#define _GNU_SOURCE
#include "unit.h"

#include "platform/clock.h"
#include "platform/parker.h"

#include <pthread.h>
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
    const int64_t deadlines[] = {INT64_MIN, -1, 0, asyri_clock_now()};
    asyri_parker parker;
    asyri_parker_init(&parker);
    for (int i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(asyri_park(&parker, deadlines[i]), ASYRI_PARK_TIMED_OUT);
        asyri_unpark(&parker);
        CU_ASSERT_EQUAL(asyri_park(&parker, deadlines[i]), ASYRI_PARK_WOKEN);
    }
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

/* The deadline closes in on the moment at which the permit comes. */
static void *answer_near_the_deadline(void *arg)
{
    struct pair *pair = arg;
    int64_t sleep = 20000;
    for (int i = 1; i <= MANY; i++) {
        bool woken =
            asyri_park(&pair->ping, asyri_deadline_in(sleep)) == ASYRI_PARK_WOKEN;
        sleep = woken ? sleep * 15 / 16 : sleep * 17 / 16 + 1000;
        while (!woken)
            woken = asyri_park(&pair->ping, ASYR_FOREVER) == ASYRI_PARK_WOKEN;
        pair->read = pair->written;
        asyri_unpark(&pair->pong);
    }
    return NULL;
}

/* A permit that was lost would leave both asleep. */
static void no_permit_is_lost_to_a_deadline(void)
{
    struct pair pair;
    pthread_t thread;
    int mismatches = 0;
    pair_init(&pair);
    CU_ASSERT_EQUAL_FATAL(
        pthread_create(&thread, NULL, answer_near_the_deadline, &pair), 0);
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

#if !defined(_WIN32)

static void *park_while_cancelled(void *arg)
{
    struct pair *pair = arg;
    pthread_cancel(pthread_self());
    pair->outcome = asyri_park(&pair->ping, asyri_deadline_in(1000000));
    pthread_testcancel();
    return NULL;
}

/* Others may hold the address of the parker, which is on the thread's stack. */
static void a_cancelled_thread_stays_to_the_end_of_its_park(void)
{
    struct pair pair;
    pthread_t thread;
    void *end = NULL;
    pair_init(&pair);
    pair.outcome = ASYRI_PARK_WOKEN;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, park_while_cancelled, &pair),
                          0);
    pthread_join(thread, &end);
    CU_ASSERT_EQUAL(pair.outcome, ASYRI_PARK_TIMED_OUT);
    CU_ASSERT_TRUE(end == PTHREAD_CANCELED);
    pair_destroy(&pair);
}

#endif
#if defined(__linux__)

#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "platform/timer_slack.h"

#define A_SLACK 12345

static int slack(void)
{
    return prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
}

static void a_short_sleep_has_no_slack(void)
{
    prctl(PR_SET_TIMERSLACK, A_SLACK, 0, 0, 0);
    int64_t before = asyri_timer_slack_cut(1);
    CU_ASSERT_EQUAL(slack(), 1);
    asyri_timer_slack_restore(before);
    CU_ASSERT_EQUAL(slack(), A_SLACK);
    prctl(PR_SET_TIMERSLACK, 0, 0, 0, 0);
}

static void a_long_sleep_keeps_its_slack(void)
{
    const int64_t sleeps[] = {10000000, INT64_C(1000000000000), ASYR_FOREVER};
    prctl(PR_SET_TIMERSLACK, A_SLACK, 0, 0, 0);
    for (int i = 0; i < 3; i++) {
        int64_t before = asyri_timer_slack_cut(sleeps[i]);
        CU_ASSERT_EQUAL(slack(), A_SLACK);
        asyri_timer_slack_restore(before);
        CU_ASSERT_EQUAL(slack(), A_SLACK);
    }
    prctl(PR_SET_TIMERSLACK, 0, 0, 0, 0);
}

/* A thread that parks for short times, one after the other. */
struct napper {
    asyri_parker parker;
    atomic_int id;
    atomic_bool stopped;
    int slack; /* at its end */
};

static void *nap(void *arg)
{
    struct napper *napper = arg;
    prctl(PR_SET_TIMERSLACK, A_SLACK, 0, 0, 0);
    atomic_store(&napper->id, gettid());
    while (!atomic_load(&napper->stopped))
        asyri_park(&napper->parker, asyri_deadline_in(5000000));
    napper->slack = slack();
    return NULL;
}

/* Of another thread; -1 where only root may see it. */
static int slack_of(int thread)
{
    char path[64];
    int seen = -1;
    snprintf(path, sizeof path, "/proc/%d/timerslack_ns", thread);
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    if (fscanf(file, "%d", &seen) != 1)
        seen = -1;
    fclose(file);
    return seen;
}

static void parking_gives_the_slack_back(void)
{
    struct napper napper = {.slack = 0};
    pthread_t thread;
    int64_t limit = asyri_deadline_in(INT64_C(60000000000));
    int seen = A_SLACK;
    asyri_parker_init(&napper.parker);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, nap, &napper), 0);
    while (!atomic_load(&napper.id))
        sched_yield();
    while (seen != 1 && seen != -1 && asyri_clock_now() < limit)
        seen = slack_of(atomic_load(&napper.id));
    atomic_store(&napper.stopped, true);
    pthread_join(thread, NULL);
    CU_ASSERT_TRUE(seen == 1 || seen == -1);
    CU_ASSERT_EQUAL(napper.slack, A_SLACK);
    asyri_parker_destroy(&napper.parker);
}

#endif
#if defined(ASYRI_PARKER_FUTEX)

#include <signal.h>

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
    UNIT_TEST(no_permit_is_lost_to_a_deadline),
    UNIT_TEST(a_far_deadline_waits_for_the_permit),
#if !defined(_WIN32)
    UNIT_TEST(a_cancelled_thread_stays_to_the_end_of_its_park),
#endif
#if defined(__linux__)
    UNIT_TEST(a_short_sleep_has_no_slack),
    UNIT_TEST(a_long_sleep_keeps_its_slack),
    UNIT_TEST(parking_gives_the_slack_back),
#endif
#if defined(ASYRI_PARKER_FUTEX)
    UNIT_TEST(a_signal_ends_an_endless_park),
#endif
    CU_TEST_INFO_NULL};
