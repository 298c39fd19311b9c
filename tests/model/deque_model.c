/*
 * The deque: whatever the owner and the thieves do, every entry is taken once, and
 * who takes one sees what its owner wrote before the push.
 */
#include "model.h"

#define ASYRI_DEQUE_SLOTS 2
#include "pool/deque.h"

#define ENTRIES 4

static asyri_deque deque;
static int entries[ENTRIES];
static int taken[ENTRIES];
static int pushed;

static void setup(void)
{
    asyri_deque_init(&deque);
    model_name(&deque.head, "head");
    model_name_written_by(&deque.bottom, "bottom", 0);
    model_name_written_by(&deque.slots[0], "slot", 0);
    model_name_written_by(&deque.slots[1], "slot", 0);
    for (int i = 0; i < ENTRIES; i++)
        taken[i] = 0;
    pushed = 0;
}

static bool push(void)
{
    int *entry = &entries[pushed];
    model_write_plain(entry);
    if (!asyri_deque_push(&deque, entry))
        return false;
    pushed++;
    return true;
}

static bool take(int *entry)
{
    if (!entry)
        return false;
    model_read_plain(entry);
    taken[entry - entries]++;
    return true;
}

static bool pop(void)
{
    return take(asyri_deque_pop(&deque));
}

static bool steal(void)
{
    return take(asyri_deque_steal(&deque));
}

/* What is left is still in the deque, in order. */
static void check(void)
{
    while (steal())
        continue;
    for (int i = 0; i < ENTRIES; i++)
        MODEL_CHECK(taken[i] == (i < pushed));
}

static void check_drained(void)
{
    MODEL_CHECK(asyri_deque_is_empty(&deque));
    check();
}

static void push_and_pop(void)
{
    push();
    pop();
}

static void steal_one(void)
{
    steal();
}

static void steal_two(void)
{
    steal();
    steal();
}

static void push_two_and_drain(void)
{
    MODEL_CHECK(push());
    MODEL_CHECK(push());
    while (pop())
        continue;
}

/* Pushes follow on pops that met a thief. */
static void push_and_pop_alternately(void)
{
    push();
    pop();
    push();
    push();
    pop();
}

/* The third push uses the first slot anew. */
static void push_round(void)
{
    push();
    push();
    while (pushed < 3 && push())
        continue;
    if (asyri_deque_room(&deque) > 0)
        MODEL_CHECK(push());
    pop();
}

/* What was peeked at is the next to be popped, unless it is stolen. */
static void peek_and_pop(void)
{
    push();
    push();
    void *newest = asyri_deque_peek(&deque);
    int *popped = asyri_deque_pop(&deque);
    MODEL_CHECK(!popped || popped == newest);
    take(popped);
}

/* A deque that looks empty to a thief has given up all that it saw pushed. */
static _Atomic int told;

static void setup_told(void)
{
    setup();
    atomic_init(&told, 0);
    model_name(&told, "told");
}

static void push_and_tell(void)
{
    push();
    atomic_store_explicit(&told, 1, memory_order_release);
}

static void look_when_told(void)
{
    if (!atomic_load_explicit(&told, memory_order_acquire))
        return;
    MODEL_CHECK(!asyri_deque_is_empty(&deque));
    MODEL_CHECK(steal());
}

#define SCENARIO(name, setup, check, ...)                                           \
    {                                                                               \
        name, setup, {__VA_ARGS__}, check, NULL, false, 0                           \
    }

const struct model_scenario model_scenarios[] = {
    SCENARIO("one_entry_one_thief", setup, check, push_and_pop, steal_one),
    SCENARIO("one_entry_two_thieves", setup, check, push_and_pop, steal_one,
             steal_one),
    SCENARIO("drained_by_its_owner", setup, check_drained, push_two_and_drain,
             steal_one, steal_one),
    SCENARIO("pushes_after_pops", setup, check, push_and_pop_alternately, steal_two),
    SCENARIO("slots_used_anew", setup, check, push_round, steal_two),
    SCENARIO("slots_used_anew_two_thieves", setup, check, push_round, steal_one,
             steal_one),
    SCENARIO("peek", setup, check, peek_and_pop, steal_two),
    SCENARIO("not_empty_when_told", setup_told, check, push_and_tell,
             look_when_told),
    {.name = NULL}};
