/* Work-stealing deques; tests/model goes through their interleavings. */
#include "support.h"

#include <sched.h>
#include <string.h>

#include "pool/deque.h"

#define THIEVES 2
#define ENTRIES 100000

static int entries[ENTRIES];

static asyri_deque *new_deque(void)
{
    static asyri_deque deque;
    asyri_deque_init(&deque);
    return &deque;
}

static void push_count(asyri_deque *deque, int count)
{
    for (int i = 0; i < count; i++)
        CU_ASSERT_TRUE(asyri_deque_push(deque, &entries[i]));
}

static void a_new_deque_is_empty(void)
{
    asyri_deque *deque = new_deque();
    CU_ASSERT_TRUE(asyri_deque_is_empty(deque));
    CU_ASSERT_PTR_NULL(asyri_deque_pop(deque));
    CU_ASSERT_PTR_NULL(asyri_deque_peek(deque));
    CU_ASSERT_PTR_NULL(asyri_deque_steal(deque));
    CU_ASSERT_EQUAL(asyri_deque_room(deque), ASYRI_DEQUE_SLOTS);
}

static void pop_takes_the_newest(void)
{
    asyri_deque *deque = new_deque();
    push_count(deque, 3);
    for (int i = 2; i >= 0; i--) {
        CU_ASSERT_FALSE(asyri_deque_is_empty(deque));
        CU_ASSERT_PTR_EQUAL(asyri_deque_pop(deque), &entries[i]);
    }
    CU_ASSERT_PTR_NULL(asyri_deque_pop(deque));
    CU_ASSERT_TRUE(asyri_deque_is_empty(deque));
}

static void steal_takes_the_oldest(void)
{
    asyri_deque *deque = new_deque();
    push_count(deque, 3);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_PTR_EQUAL(asyri_deque_steal(deque), &entries[i]);
    CU_ASSERT_PTR_NULL(asyri_deque_steal(deque));
    CU_ASSERT_PTR_NULL(asyri_deque_pop(deque));
}

static void peek_leaves_the_newest(void)
{
    asyri_deque *deque = new_deque();
    push_count(deque, 2);
    CU_ASSERT_PTR_EQUAL(asyri_deque_peek(deque), &entries[1]);
    CU_ASSERT_PTR_EQUAL(asyri_deque_pop(deque), &entries[1]);
    CU_ASSERT_PTR_EQUAL(asyri_deque_peek(deque), &entries[0]);
    CU_ASSERT_PTR_EQUAL(asyri_deque_steal(deque), &entries[0]);
    CU_ASSERT_PTR_NULL(asyri_deque_peek(deque));
}

static void a_full_deque_refuses_a_push_and_keeps_its_entries(void)
{
    asyri_deque *deque = new_deque();
    push_count(deque, ASYRI_DEQUE_SLOTS);
    CU_ASSERT_EQUAL(asyri_deque_room(deque), 0);
    CU_ASSERT_FALSE(asyri_deque_push(deque, &entries[ASYRI_DEQUE_SLOTS]));
    for (int i = 0; i < ASYRI_DEQUE_SLOTS; i++)
        CU_ASSERT_PTR_EQUAL(asyri_deque_steal(deque), &entries[i]);
    CU_ASSERT_TRUE(asyri_deque_is_empty(deque));
}

static void a_steal_makes_room(void)
{
    asyri_deque *deque = new_deque();
    push_count(deque, ASYRI_DEQUE_SLOTS);
    asyri_deque_steal(deque);
    CU_ASSERT_EQUAL(asyri_deque_room(deque), 1);
    CU_ASSERT_TRUE(asyri_deque_push(deque, &entries[ASYRI_DEQUE_SLOTS]));
    CU_ASSERT_FALSE(asyri_deque_push(deque, &entries[0]));
    CU_ASSERT_PTR_EQUAL(asyri_deque_peek(deque), &entries[ASYRI_DEQUE_SLOTS]);
}

static void the_slots_are_used_round_and_round(void)
{
    asyri_deque *deque = new_deque();
    int wrong = 0;
    for (int i = 0; i + 2 < ENTRIES; i += 3) {
        asyri_deque_push(deque, &entries[i]);
        asyri_deque_push(deque, &entries[i + 1]);
        asyri_deque_push(deque, &entries[i + 2]);
        wrong += asyri_deque_steal(deque) != &entries[i];
        wrong += asyri_deque_pop(deque) != &entries[i + 2];
        wrong += asyri_deque_steal(deque) != &entries[i + 1];
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(asyri_deque_room(deque), ASYRI_DEQUE_SLOTS);
}

struct race {
    asyri_deque deque;
    atomic_bool pushed_all;
    _Atomic int taken[ENTRIES];
};

/* entries[] is plain memory: a thief that sees an entry sees what is in it. */
static void take(struct race *race, int *entry)
{
    atomic_fetch_add(&race->taken[*entry], 1);
}

static void *run_thief(void *arg)
{
    struct race *race = arg;
    while (!atomic_load(&race->pushed_all) || !asyri_deque_is_empty(&race->deque)) {
        int *entry = asyri_deque_steal(&race->deque);
        if (entry)
            take(race, entry);
    }
    return NULL;
}

static void pop_one(struct race *race)
{
    int *entry = asyri_deque_pop(&race->deque);
    if (entry)
        take(race, entry);
}

static void push_one(struct race *race, int number)
{
    entries[number] = number;
    while (!asyri_deque_push(&race->deque, &entries[number]))
        sched_yield();
}

/* Mostly empty or nearly so: there the owner and the thieves meet. */
static void run_owner(struct race *race)
{
    for (int i = 0; i < ENTRIES; i++) {
        push_one(race, i);
        if (i % 8 != 0)
            pop_one(race);
        if (i % 512 == 0)
            sched_yield();
    }
    atomic_store(&race->pushed_all, true);
    while (!asyri_deque_is_empty(&race->deque))
        pop_one(race);
}

static void owner_and_thieves_take_every_entry_once(void)
{
    static struct race race;
    pthread_t thieves[THIEVES];
    int wrong = 0;
    memset(&race, 0, sizeof race);
    memset(entries, 0xff, sizeof entries);
    asyri_deque_init(&race.deque);
    for (int i = 0; i < THIEVES; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&thieves[i], NULL, run_thief, &race),
                              0);
    run_owner(&race);
    for (int i = 0; i < THIEVES; i++)
        pthread_join(thieves[i], NULL);
    for (int i = 0; i < ENTRIES; i++)
        wrong += atomic_load(&race.taken[i]) != 1;
    CU_ASSERT_EQUAL(wrong, 0);
}

CU_TestInfo deque_tests[] = {
    UNIT_TEST(a_new_deque_is_empty),
    UNIT_TEST(pop_takes_the_newest),
    UNIT_TEST(steal_takes_the_oldest),
    UNIT_TEST(peek_leaves_the_newest),
    UNIT_TEST(a_full_deque_refuses_a_push_and_keeps_its_entries),
    UNIT_TEST(a_steal_makes_room),
    UNIT_TEST(the_slots_are_used_round_and_round),
    UNIT_TEST(owner_and_thieves_take_every_entry_once),
    CU_TEST_INFO_NULL};
