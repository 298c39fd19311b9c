/* Heaps of cells, what other threads give back to them, and their end. */
#include "unit.h"

#include "base/alloc.h"
#include "pool/heap.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#if defined(__linux__) && !defined(ASYRI_ADDRESS_SANITIZER)
#define TELLS_MAPPED 1
#include <sys/mman.h>
#endif

#define MANY 100000
#define SOME 5000
#define GIVERS 3
#define ROUNDS 20
#define HEAPS 4

/* What a test writes into a cell. */
struct item {
    _Atomic uint32_t state;
    uint32_t pad;
    uint64_t number;
    uint64_t last[6]; /* the whole of a cell is for the test */
};

static struct item *take(asyri_heap *heap, uint64_t number)
{
    struct item *item = asyri_heap_take(heap);
    if (!item)
        return NULL;
    atomic_store_explicit(&item->state, 1, memory_order_relaxed);
    item->number = number;
    item->last[5] = ~number;
    return item;
}

static bool holds(const struct item *item, uint64_t number)
{
    return item->number == number && item->last[5] == ~number;
}

static struct item **take_many(asyri_heap *heap, int64_t count)
{
    struct item **items = calloc((size_t)count, sizeof *items);
    for (int64_t i = 0; i < count; i++)
        items[i] = take(heap, (uint64_t)i);
    return items;
}

static bool all_hold(struct item **items, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        if (!items[i] || !holds(items[i], (uint64_t)i))
            return false;
    }
    return true;
}

static void shuffle(struct item **items, int64_t count)
{
    uint64_t seed = 88172645463325252u;
    for (int64_t i = count - 1; i > 0; i--) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int64_t other = (int64_t)((seed >> 33) % (uint64_t)(i + 1));
        struct item *kept = items[i];
        items[i] = items[other];
        items[other] = kept;
    }
}

static void give_many(asyri_heap *heap, struct item **items, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        asyri_heap_give(heap, items[i]);
}

static void return_many(struct item **items, int64_t count)
{
    struct asyri_returns returns = {0};
    for (int64_t i = 0; i < count; i++)
        asyri_returns_add(&returns, items[i]);
    asyri_returns_flush(&returns);
}

static void count_call(void *calls)
{
    atomic_fetch_add((_Atomic int *)calls, 1);
}

/* Close a heap whose cells are all back; it must be empty then. */
static void end(asyri_heap *heap)
{
    _Atomic int calls = 0;
    struct asyri_heap_set set;
    asyri_heap_set_init(&set, count_call, &calls);
    CU_ASSERT_EQUAL(asyri_heap_live(heap), 0);
    asyri_heap_close(heap, &set);
    asyri_heap_set_seal(&set);
    CU_ASSERT_EQUAL(calls, 1);
}

static uintptr_t slab_address(const void *cell)
{
    return (uintptr_t)cell & ~(uintptr_t)(ASYRI_SLAB_SIZE - 1);
}

/* Whether the system has the slab mapped; `otherwise` where that cannot be told. */
static bool is_mapped(uintptr_t address, bool otherwise)
{
#if defined(TELLS_MAPPED)
    unsigned char resident;
    (void)otherwise;
    return mincore((void *)slab_address((void *)address), 1, &resident) == 0 ||
           errno != ENOMEM;
#else
    (void)address;
    return otherwise;
#endif
}

static void pages_are_zero_and_aligned_to_their_size(void)
{
    for (size_t size = ASYRI_SLAB_SIZE; size <= (size_t)1 << 22; size *= 2) {
        char *pages = asyri_pages_map(size);
        char *populated = asyri_pages_map_populated(size);
        CU_ASSERT_EQUAL((uintptr_t)pages & (size - 1), 0);
        CU_ASSERT_EQUAL((uintptr_t)populated & (size - 1), 0);
        CU_ASSERT_TRUE(pages[0] == 0 && pages[size - 1] == 0);
        CU_ASSERT_TRUE(populated[0] == 0 && populated[size - 1] == 0);
        memset(pages, 1, size);
        memset(populated, 2, size);
        CU_ASSERT_EQUAL(pages[size - 1], 1);
        asyri_pages_unmap(pages, size);
        asyri_pages_unmap(populated, size);
        CU_ASSERT_FALSE(is_mapped((uintptr_t)pages, false));
        CU_ASSERT_FALSE(is_mapped((uintptr_t)populated + size - 1, false));
    }
}

static void pages_take_part_in_fault_injection(void)
{
    asyri_alloc_fail_after(0, 1);
    CU_ASSERT_PTR_NULL(asyri_pages_map(ASYRI_SLAB_SIZE));
    CU_ASSERT_PTR_NULL(asyri_pages_map_populated(ASYRI_SLAB_SIZE));
    asyri_alloc_fail_after(-1, 0);
}

static void a_heap_without_cells_maps_nothing(void)
{
    asyri_heap heap;
    asyri_heap_init(&heap, 64);
    CU_ASSERT_EQUAL(heap.slab_count, 0);
    CU_ASSERT_EQUAL(asyri_heap_spare(&heap), 0);
    CU_ASSERT_EQUAL(asyri_heap_trim(&heap, 0), 0);
    end(&heap);
}

static void check_cells_of(uint32_t size)
{
    asyri_heap heap;
    asyri_heap_init(&heap, size);
    int64_t misplaced = 0;
    struct item **items = take_many(&heap, MANY);
    for (int i = 0; i < MANY; i++) {
        misplaced += (uintptr_t)items[i] % 64 != 0;
        misplaced += asyri_heap_of(items[i]) != &heap;
        misplaced +=
            slab_address((char *)items[i] + size - 1) != slab_address(items[i]);
        memset((char *)items[i] + sizeof(struct item), 0xa5,
               size - sizeof(struct item));
    }
    CU_ASSERT_EQUAL(misplaced, 0);
    CU_ASSERT_TRUE(all_hold(items, MANY));
    CU_ASSERT_EQUAL(asyri_heap_live(&heap), MANY);
    give_many(&heap, items, MANY);
    free(items);
    end(&heap);
}

static void cells_are_aligned_and_distinct(void)
{
    check_cells_of(64);
    check_cells_of(128);
    check_cells_of(320);
}

static void a_slab_is_used_to_its_end(void)
{
    asyri_heap heap;
    asyri_heap_init(&heap, 64);
    struct item **items = take_many(&heap, 1020);
    CU_ASSERT_EQUAL(heap.slab_count, 1);
    struct item *further = take(&heap, 0);
    CU_ASSERT_EQUAL(heap.slab_count, 2);
    give_many(&heap, items, 1020);
    asyri_heap_give(&heap, further);
    CU_ASSERT_EQUAL(asyri_heap_spare(&heap), 2);
    free(items);
    end(&heap);
}

static void a_given_cell_is_marked_and_taken_again(void)
{
    asyri_heap heap;
    asyri_heap_init(&heap, 64);
    struct item *first = take(&heap, 1);
    struct item *second = take(&heap, 2);
    CU_ASSERT_PTR_NOT_EQUAL(first, second);
    asyri_heap_give(&heap, first);
    CU_ASSERT_EQUAL(atomic_load(&first->state), ASYRI_CELL_FREE);
    CU_ASSERT_PTR_EQUAL(take(&heap, 3), first);
    CU_ASSERT_TRUE(holds(first, 3) && holds(second, 2));
    asyri_heap_give(&heap, second);
    asyri_heap_give(&heap, first);
    end(&heap);
}

static void cells_given_in_any_order_are_all_taken_again(void)
{
    asyri_heap heap;
    asyri_heap_init(&heap, 64);
    struct item **items = take_many(&heap, MANY);
    int64_t slabs = heap.slab_count;
    shuffle(items, MANY);
    give_many(&heap, items, MANY / 2);
    for (int64_t i = 0; i < MANY / 2; i++)
        items[i] = take(&heap, (uint64_t)i);
    CU_ASSERT_TRUE(all_hold(items, MANY / 2));
    CU_ASSERT_EQUAL(heap.slab_count, slabs);
    shuffle(items, MANY);
    give_many(&heap, items, MANY);
    CU_ASSERT_EQUAL(asyri_heap_spare(&heap), slabs);
    free(items);
    items = take_many(&heap, MANY);
    CU_ASSERT_TRUE(all_hold(items, MANY));
    CU_ASSERT_EQUAL(heap.slab_count, slabs);
    give_many(&heap, items, MANY);
    free(items);
    end(&heap);
}

static void trim_unmaps_empty_slabs_but_those_kept(void)
{
    asyri_heap heap;
    asyri_heap_init(&heap, 64);
    struct item **items = take_many(&heap, MANY);
    int64_t slabs = heap.slab_count;
    uintptr_t used = slab_address(items[0]);
    uintptr_t unused = slab_address(items[MANY / 2]);
    give_many(&heap, items + 1, MANY - 1);
    CU_ASSERT_EQUAL(asyri_heap_spare(&heap), slabs - 1);
    size_t bytes = asyri_heap_trim(&heap, 3);
    CU_ASSERT_EQUAL(bytes, (size_t)(slabs - 4) * ASYRI_SLAB_SIZE);
    CU_ASSERT_EQUAL(heap.slab_count, 4);
    CU_ASSERT_EQUAL(asyri_heap_trim(&heap, 3), 0);
    CU_ASSERT_EQUAL(asyri_heap_trim(&heap, 0), 3 * (size_t)ASYRI_SLAB_SIZE);
    CU_ASSERT_TRUE(is_mapped(used, true));
    CU_ASSERT_FALSE(is_mapped(unused, false));
    CU_ASSERT_TRUE(holds(items[0], 0));
    asyri_heap_give(&heap, items[0]);
    free(items);
    CU_ASSERT_EQUAL(asyri_heap_trim(&heap, 0), ASYRI_SLAB_SIZE);
    CU_ASSERT_EQUAL(heap.slab_count, 0);
    items = take_many(&heap, SOME);
    CU_ASSERT_TRUE(all_hold(items, SOME));
    give_many(&heap, items, SOME);
    free(items);
    end(&heap);
}

static void trim_collects_what_was_given_remotely(void)
{
    asyri_heap heap;
    asyri_heap_init(&heap, 64);
    struct item **items = take_many(&heap, SOME);
    int64_t slabs = heap.slab_count;
    return_many(items, SOME);
    CU_ASSERT_EQUAL(asyri_heap_spare(&heap), 0);
    CU_ASSERT_EQUAL(asyri_heap_trim(&heap, 0), (size_t)slabs * ASYRI_SLAB_SIZE);
    free(items);
    end(&heap);
}

static void cells_given_remotely_are_taken_before_a_new_slab_is_mapped(void)
{
    asyri_heap heap;
    asyri_heap_init(&heap, 64);
    struct item **items = take_many(&heap, MANY);
    int64_t slabs = heap.slab_count;
    for (int round = 0; round < 3; round++) {
        return_many(items, MANY);
        free(items);
        items = take_many(&heap, MANY);
        CU_ASSERT_TRUE(all_hold(items, MANY));
        CU_ASSERT_EQUAL(heap.slab_count, slabs);
    }
    give_many(&heap, items, MANY);
    free(items);
    end(&heap);
}

static void add_number(void *cell, void *sum)
{
    *(uint64_t *)sum += ((struct item *)cell)->number;
}

static uint64_t sum_of(asyri_heap *heap)
{
    uint64_t sum = 0;
    asyri_heap_each(heap, add_number, &sum);
    return sum;
}

static void each_visits_the_cells_that_are_handed_out(void)
{
    asyri_heap heap;
    struct asyri_returns returns = {0};
    asyri_heap_init(&heap, 64);
    CU_ASSERT_EQUAL(sum_of(&heap), 0);
    struct item **items = take_many(&heap, SOME);
    uint64_t sum = (uint64_t)SOME * (SOME - 1) / 2;
    CU_ASSERT_EQUAL(sum_of(&heap), sum);
    asyri_heap_give(&heap, items[10]);
    asyri_heap_give(&heap, items[SOME - 1]);
    asyri_heap_give_remote(items[2000]);
    asyri_returns_add(&returns, items[3000]);
    sum -= 10 + (SOME - 1) + 2000 + 3000;
    CU_ASSERT_EQUAL(sum_of(&heap), sum);
    CU_ASSERT_EQUAL(asyri_heap_live(&heap), SOME - 3);
    asyri_returns_flush(&returns);
    CU_ASSERT_EQUAL(asyri_heap_live(&heap), SOME - 4);
    CU_ASSERT_EQUAL(sum_of(&heap), sum);
    struct item *again = take(&heap, 7);
    CU_ASSERT_EQUAL(sum_of(&heap), sum + 7);
    items[10] = again;
    items[2000] = items[3000] = items[SOME - 1] = NULL;
    for (int i = 0; i < SOME; i++) {
        if (items[i])
            asyri_heap_give(&heap, items[i]);
    }
    CU_ASSERT_EQUAL(sum_of(&heap), 0);
    free(items);
    end(&heap);
}

static void give_visited(void *cell, void *heap)
{
    asyri_heap_give(heap, cell);
}

static void each_may_give_what_it_visits(void)
{
    asyri_heap heap;
    asyri_heap_init(&heap, 64);
    free(take_many(&heap, SOME));
    asyri_heap_each(&heap, give_visited, &heap);
    CU_ASSERT_EQUAL(asyri_heap_live(&heap), 0);
    CU_ASSERT_EQUAL(asyri_heap_spare(&heap), heap.slab_count);
    end(&heap);
}

static void returns_go_to_the_heap_they_came_from(void)
{
    asyri_heap heaps[2];
    struct asyri_returns returns = {0};
    asyri_heap_init(&heaps[0], 64);
    asyri_heap_init(&heaps[1], 128);
    struct item **first = take_many(&heaps[0], 200);
    struct item **second = take_many(&heaps[1], 200);
    for (int i = 0; i < ASYRI_RETURNS_LIMIT; i++)
        asyri_returns_add(&returns, first[i]);
    CU_ASSERT_EQUAL(returns.count, 0);
    CU_ASSERT_EQUAL(asyri_heap_live(&heaps[0]), 200 - ASYRI_RETURNS_LIMIT);
    for (int i = ASYRI_RETURNS_LIMIT; i < 200; i++) {
        asyri_returns_add(&returns, first[i]);
        asyri_returns_add(&returns, second[i]);
        CU_ASSERT_EQUAL(returns.count, 1);
    }
    CU_ASSERT_EQUAL(asyri_heap_live(&heaps[0]), 0);
    asyri_returns_flush(&returns);
    CU_ASSERT_EQUAL(asyri_heap_live(&heaps[1]), ASYRI_RETURNS_LIMIT);
    return_many(second, ASYRI_RETURNS_LIMIT);
    free(first);
    free(second);
    end(&heaps[0]);
    end(&heaps[1]);
}

static void take_without_memory_answers_null(void)
{
    asyri_heap heap;
    asyri_heap_init(&heap, 64);
    asyri_alloc_fail_after(0, 1);
    CU_ASSERT_PTR_NULL(take(&heap, 0));
    CU_ASSERT_PTR_NULL(take(&heap, 0));
    for (int slabs = 1; slabs < 4; slabs++) {
        asyri_alloc_fail_after(slabs, 1);
        int64_t taken = 0;
        struct item **items = take_many(&heap, SOME);
        while (items[taken])
            taken++;
        CU_ASSERT_EQUAL(heap.slab_count, slabs);
        CU_ASSERT_EQUAL(taken, slabs * 1020);
        CU_ASSERT_EQUAL(asyri_heap_live(&heap), taken);
        CU_ASSERT_TRUE(all_hold(items, taken));
        give_many(&heap, items, 1);
        CU_ASSERT_PTR_EQUAL(take(&heap, 0), items[0]);
        give_many(&heap, items, taken);
        CU_ASSERT_EQUAL(asyri_heap_trim(&heap, 0), (size_t)slabs * ASYRI_SLAB_SIZE);
        free(items);
    }
    asyri_alloc_fail_after(-1, 0);
    struct item *item = take(&heap, 5);
    CU_ASSERT_TRUE(item && holds(item, 5));
    asyri_heap_give(&heap, item);
    end(&heap);
}

/* A thread that gives back cells which others took, and counts wrong contents. */
struct giver {
    pthread_t thread;
    struct item **items;
    int64_t count;
    bool one_by_one;
    int64_t given; /* for emptied() too, which comes after the last give */
    int64_t wrong;
};

static void *give_back(void *arg)
{
    struct giver *giver = arg;
    struct asyri_returns returns = {0};
    for (int64_t i = 0; i < giver->count; i++) {
        struct item *item = giver->items[i];
        giver->wrong += !holds(item, (uint64_t)i);
        item->number = 0;
        giver->given++;
        if (giver->one_by_one)
            asyri_heap_give_remote(item);
        else
            asyri_returns_add(&returns, item);
    }
    asyri_returns_flush(&returns);
    return NULL;
}

static void giver_start(struct giver *giver, asyri_heap *heap, int64_t count,
                        bool one_by_one)
{
    *giver = (struct giver){
        .items = take_many(heap, count), .count = count, .one_by_one = one_by_one};
    CU_ASSERT_EQUAL(pthread_create(&giver->thread, NULL, give_back, giver), 0);
}

static int64_t giver_join(struct giver *giver)
{
    pthread_join(giver->thread, NULL);
    free(giver->items);
    return giver->wrong;
}

static void other_threads_give_while_the_owner_takes(void)
{
    asyri_heap heap;
    struct giver givers[GIVERS];
    asyri_heap_init(&heap, 64);
    for (int round = 0; round < ROUNDS; round++) {
        int64_t wrong = 0;
        for (int i = 0; i < GIVERS; i++)
            giver_start(&givers[i], &heap, SOME, i == 0);
        struct item **items = take_many(&heap, SOME);
        if (round % 3 == 0)
            asyri_heap_trim(&heap, 1);
        wrong += !all_hold(items, SOME);
        give_many(&heap, items, SOME);
        free(items);
        for (int i = 0; i < GIVERS; i++)
            wrong += giver_join(&givers[i]);
        CU_ASSERT_EQUAL(wrong, 0);
        CU_ASSERT_EQUAL(asyri_heap_live(&heap), 0);
    }
    CU_ASSERT_EQUAL(asyri_heap_spare(&heap), heap.slab_count);
    end(&heap);
}

/* How a set was emptied. */
struct ending {
    struct asyri_heap_set set;
    _Atomic int calls;
    pthread_t thread;
    const struct giver *givers; /* GIVERS of them, or NULL */
    int64_t given;
};

static void note_emptied(void *arg)
{
    struct ending *ending = arg;
    ending->thread = pthread_self();
    for (int i = 0; ending->givers && i < GIVERS; i++)
        ending->given += ending->givers[i].given;
    atomic_fetch_add(&ending->calls, 1);
}

static void ending_init(struct ending *ending)
{
    *ending = (struct ending){.givers = NULL};
    asyri_heap_set_init(&ending->set, note_emptied, ending);
}

static void heaps_without_cells_are_emptied_by_the_seal(void)
{
    asyri_heap heaps[HEAPS];
    struct ending ending;
    ending_init(&ending);
    for (int i = 0; i < HEAPS; i++) {
        asyri_heap_init(&heaps[i], 64);
        struct item **items = take_many(&heaps[i], SOME);
        give_many(&heaps[i], items, SOME / 2);
        return_many(items + SOME / 2, SOME / 2);
        free(items);
        asyri_heap_close(&heaps[i], &ending.set);
        CU_ASSERT_EQUAL(ending.calls, 0);
    }
    asyri_heap_set_seal(&ending.set);
    CU_ASSERT_EQUAL(ending.calls, 1);
}

static void *give_one(void *item)
{
    asyri_heap_give_remote(item);
    return NULL;
}

static void the_last_cell_of_closed_heaps_empties_them_on_its_thread(void)
{
    asyri_heap heaps[HEAPS];
    struct ending ending;
    struct item *last[HEAPS];
    ending_init(&ending);
    for (int i = 0; i < HEAPS; i++) {
        asyri_heap_init(&heaps[i], 64);
        last[i] = take(&heaps[i], (uint64_t)i);
        asyri_heap_close(&heaps[i], &ending.set);
    }
    asyri_heap_set_seal(&ending.set);
    for (int i = 0; i < HEAPS; i++) {
        pthread_t thread;
        CU_ASSERT_EQUAL(ending.calls, 0);
        CU_ASSERT_TRUE(holds(last[i], (uint64_t)i));
        CU_ASSERT_EQUAL(pthread_create(&thread, NULL, give_one, last[i]), 0);
        pthread_t giver = thread;
        pthread_join(thread, NULL);
        CU_ASSERT_FALSE(is_mapped((uintptr_t)last[i], false));
        CU_ASSERT_EQUAL(ending.calls, i == HEAPS - 1);
        CU_ASSERT_TRUE(i < HEAPS - 1 || pthread_equal(ending.thread, giver));
    }
}

static void the_slabs_of_a_closed_heap_go_one_by_one(void)
{
    asyri_heap heap;
    struct ending ending;
    ending_init(&ending);
    asyri_heap_init(&heap, 64);
    struct item **items = take_many(&heap, SOME);
    uintptr_t first = slab_address(items[0]);
    uintptr_t last = slab_address(items[SOME - 1]);
    return_many(items, 10);
    asyri_heap_close(&heap, &ending.set);
    asyri_heap_set_seal(&ending.set);
    return_many(items + 10, SOME - 11);
    CU_ASSERT_FALSE(is_mapped(first, false));
    CU_ASSERT_TRUE(is_mapped(last, true));
    CU_ASSERT_TRUE(holds(items[SOME - 1], SOME - 1));
    CU_ASSERT_EQUAL(ending.calls, 0);
    asyri_heap_give_remote(items[SOME - 1]);
    CU_ASSERT_FALSE(is_mapped(last, false));
    CU_ASSERT_EQUAL(ending.calls, 1);
    free(items);
}

static void heaps_closed_while_others_give_are_emptied_once(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        asyri_heap heaps[2];
        struct ending ending;
        struct giver givers[GIVERS];
        int64_t wrong = 0;
        /* With few cells the givers share a slab to its end. */
        int64_t count = round % 4 < 2 ? SOME : 200;
        ending_init(&ending);
        ending.givers = givers;
        asyri_heap_init(&heaps[0], 64);
        asyri_heap_init(&heaps[1], 64);
        for (int i = 0; i < GIVERS; i++)
            giver_start(&givers[i], &heaps[i % 2], count, round % 2);
        asyri_heap_close(&heaps[0], &ending.set);
        asyri_heap_close(&heaps[1], &ending.set);
        asyri_heap_set_seal(&ending.set);
        for (int i = 0; i < GIVERS; i++)
            wrong += giver_join(&givers[i]);
        CU_ASSERT_EQUAL(wrong, 0);
        CU_ASSERT_EQUAL(ending.calls, 1);
        CU_ASSERT_EQUAL(ending.given, GIVERS * count);
    }
}

CU_TestInfo heap_tests[] = {
    UNIT_TEST(pages_are_zero_and_aligned_to_their_size),
    UNIT_TEST(pages_take_part_in_fault_injection),
    UNIT_TEST(a_heap_without_cells_maps_nothing),
    UNIT_TEST(cells_are_aligned_and_distinct),
    UNIT_TEST(a_slab_is_used_to_its_end),
    UNIT_TEST(a_given_cell_is_marked_and_taken_again),
    UNIT_TEST(cells_given_in_any_order_are_all_taken_again),
    UNIT_TEST(trim_unmaps_empty_slabs_but_those_kept),
    UNIT_TEST(trim_collects_what_was_given_remotely),
    UNIT_TEST(cells_given_remotely_are_taken_before_a_new_slab_is_mapped),
    UNIT_TEST(each_visits_the_cells_that_are_handed_out),
    UNIT_TEST(each_may_give_what_it_visits),
    UNIT_TEST(returns_go_to_the_heap_they_came_from),
    UNIT_TEST(take_without_memory_answers_null),
    UNIT_TEST(other_threads_give_while_the_owner_takes),
    UNIT_TEST(heaps_without_cells_are_emptied_by_the_seal),
    UNIT_TEST(the_last_cell_of_closed_heaps_empties_them_on_its_thread),
    UNIT_TEST(the_slabs_of_a_closed_heap_go_one_by_one),
    UNIT_TEST(heaps_closed_while_others_give_are_emptied_once),
    CU_TEST_INFO_NULL};
