/*
 * Cells that are given back by other threads: each comes back once, and when the heap is
 * closed meanwhile, its last cell ends it, once.
 */
#include "model.h"

#include <string.h>

#include "platform/pages.h"
#include "pool/heap.h"

enum { CELLS = 2, CELL_SIZE = 64 };

static asyri_heap heap;
static struct asyri_heap_set set;
static void *cells[CELLS];
static _Alignas(ASYRI_SLAB_SIZE) char pages[ASYRI_SLAB_SIZE];
static int mapped, emptied;

void *asyri_pages_map(size_t size)
{
    MODEL_CHECK(size == sizeof pages && mapped == 0);
    mapped++;
    return memset(pages, 0, sizeof pages);
}

void *asyri_pages_map_populated(size_t size)
{
    return asyri_pages_map(size);
}

void asyri_pages_unmap(void *memory, size_t size)
{
    MODEL_CHECK(memory == pages && size == sizeof pages && mapped == 1);
    for (int i = 0; i < CELLS; i++)
        model_write_plain((char *)cells[i] + CELL_SIZE - 1); /* nobody uses it now */
    mapped--;
}

static void note_emptied(void *arg)
{
    (void)arg;
    emptied++;
}

static void setup(void)
{
    mapped = emptied = 0;
    asyri_heap_init(&heap, CELL_SIZE);
    for (int i = 0; i < CELLS; i++) {
        cells[i] = asyri_heap_take(&heap);
        atomic_store_explicit((_Atomic uint32_t *)cells[i], 1, memory_order_relaxed);
    }
    asyri_heap_set_init(&set, note_emptied, NULL);
    model_name(&heap.remote, "remote");
    model_name(&asyri_slab_of(cells[0])->alive, "alive");
    model_name(&set.alive, "slabs");
}

static void give(int cell)
{
    model_write_plain((char *)cells[cell] + CELL_SIZE - 1);
    asyri_heap_give_remote(cells[cell]);
}

static void give_first(void)
{
    give(0);
}

static void give_second(void)
{
    give(1);
}

static void close(void)
{
    asyri_heap_close(&heap, &set);
    asyri_heap_set_seal(&set);
}

static void trim_and_close(void)
{
    asyri_heap_trim(&heap, 0);
    close();
}

static void check(void)
{
    MODEL_CHECK(emptied == 1);
    MODEL_CHECK(mapped == 0);
}

static void check_open(void)
{
    MODEL_CHECK(asyri_heap_live(&heap) == 0);
    asyri_heap_trim(&heap, 0);
    MODEL_CHECK(mapped == 0 && emptied == 0);
}

static void collect(void)
{
    asyri_heap_trim(&heap, 1);
}

const struct model_scenario model_scenarios[] = {
    {.name = "two_give_and_the_owner_collects",
     .setup = setup,
     .threads = {give_first, give_second, collect},
     .check = check_open},
    {.name = "given_while_it_is_closed",
     .setup = setup,
     .threads = {give_first, give_second, close},
     .check = check},
    {.name = "given_while_it_is_trimmed_and_closed",
     .setup = setup,
     .threads = {give_first, give_second, trim_and_close},
     .check = check,
     .preemptions = 3},
    {.name = NULL},
};
