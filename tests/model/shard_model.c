/*
 * The ring of a shard: every entry is taken once, in the order of the pushes among those
 * that one taker takes, and who takes one sees what was written before its push; also
 * while the ring is replaced by a longer one.
 */
#include "model.h"

#include <string.h>

#include "pool/shard.h"

static asyri_shard checked;

/* A loop that waits is one for the takers' lock: who holds it goes on meanwhile. */
#define ASYRI_PLATFORM_SPIN_H
static void asyri_spin_relax(int steps)
{
    (void)steps;
    MODEL_AWAIT(&checked.taking, 0);
}
static void asyri_spin_yield(void)
{
}

#define ASYRI_SHARD_FIRST_PLACES 2
#include "pool/shard.c"

enum { ENTRIES = 4, MOST = 2 };

static int entries[ENTRIES];
static int taken[ENTRIES];
static int pushed;

void asyri_heap_init(asyri_heap *heap, uint32_t cell_size)
{
    (void)heap;
    (void)cell_size;
}

size_t asyri_heap_trim(asyri_heap *heap, int64_t keep)
{
    (void)heap;
    (void)keep;
    return 0;
}

static void push(void)
{
    int *entry = &entries[pushed];
    model_write_plain(entry);
    MODEL_CHECK(asyri_shard_push(&checked, entry));
    pushed++;
}

static void set_up(void)
{
    memset(&checked, 0, sizeof checked);
    memset(taken, 0, sizeof taken);
    pushed = 0;
    asyri_shard_init(&checked, 64, 64);
    model_name(&checked.taking, "taking");
    model_name(&checked.head, "head");
    model_name_written_by(&checked.tail, "tail", 0);
    model_name(&checked.self_helped, "hint");
}

static void set_up_full(void)
{
    set_up();
    for (int i = 0; i < ASYRI_SHARD_FIRST_PLACES; i++)
        push();
}

static void note(int *entry)
{
    model_read_plain(entry);
    taken[entry - entries]++;
}

static int take_some(int *last)
{
    void *found[MOST] = {NULL};
    int count = asyri_shard_take(&checked, found, MOST, 1);
    for (int i = 0; i < count; i++) {
        int *entry = found[i];
        MODEL_CHECK(entry - entries > *last);
        *last = (int)(entry - entries);
        note(entry);
    }
    return count;
}

static void take(void)
{
    int last = -1;
    take_some(&last);
}

static void take_twice(void)
{
    int last = -1;
    take_some(&last);
    take_some(&last);
}

/* A hint may be wrong, never the entry. */
static void look(void)
{
    if (!asyri_shard_is_empty(&checked))
        take();
}

static void push_two(void)
{
    push();
    push();
}

static void push_three(void)
{
    push_two();
    push();
}

static void push_and_take_back(void)
{
    push();
    if (asyri_shard_take_back(&checked, &entries[pushed - 1]))
        taken[pushed - 1]++;
}

static bool is_first(void *entry)
{
    return entry == &entries[0];
}

static void take_first_out(void)
{
    void *dead = asyri_shard_take_dead(&checked, is_first);
    if (dead)
        note(dead);
}

/* What is left is still in the ring. */
static void check(void)
{
    int last = -1;
    while (take_some(&last) > 0)
        continue;
    for (int i = 0; i < ENTRIES; i++)
        MODEL_CHECK(taken[i] == (i < pushed));
}

const struct model_scenario model_scenarios[] = {
    {.name = "two_takers",
     .setup = set_up,
     .threads = {push_two, take, take_twice},
     .check = check,
     .preemptions = 4},
    {.name = "a_longer_ring",
     .setup = set_up,
     .threads = {push_three, take_twice},
     .check = check},
    {.name = "a_longer_ring_for_two_takers",
     .setup = set_up_full,
     .threads = {push_two, take, take},
     .check = check,
     .preemptions = 3},
    {.name = "places_used_anew",
     .setup = set_up_full,
     .threads = {push, look},
     .check = check},
    {.name = "taken_back",
     .setup = set_up,
     .threads = {push_and_take_back, take, take},
     .check = check},
    {.name = "a_dead_one_is_taken_out",
     .setup = set_up_full,
     .threads = {take_first_out, take_twice},
     .check = check},
    {.name = NULL},
};
