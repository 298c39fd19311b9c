/*
 * Heaps: slabs of 64 KiB, aligned to their size, so that the address of a cell leads
 * to its slab and its heap.
 *
 * A slab has a bit for each free cell, so that neither the owner's take nor its
 * give reads another cell, and cells are taken in the order of their addresses.
 * They are taken from one word of the current slab.  Any other slab is full, or in
 * the list of those with room, or in that of the empty ones; a give moves it from
 * one to the next in constant time, at the first and at the last cell.  When the
 * current one is exhausted the remote list is collected; then the slab that has had
 * room for longest follows, then an empty one, then a new one.  The first slab is
 * not populated: a pool that runs little stays small.
 *
 * The remote list is a stack: any thread pushes a chain by compare-and-exchange, the
 * owner takes all of it by an exchange.  Nobody pops one cell, so a head that was
 * away and is back again does no harm.  Memory order: a push releases, a collect
 * acquires; pushes are read-modify-writes, so the collect that reads the newest head
 * synchronises with every push below it.  What was written to a cell before it was
 * given is therefore seen by the owner before the cell is handed out again.  The
 * look before a collect is relaxed: what it misses, the next one finds.  A slab's
 * `heap` was written before a cell of it was handed out; who has the cell got it in
 * some ordered way.
 *
 * The close stores each slab's count of cells, then exchanges the head for `closed`
 * with a release; a push that reads it does so with an acquire (the first load and
 * the failed exchange alike; C11 wants no less of the one that succeeds), and so
 * sees `set` and the counts.  It counts its cells
 * off instead.  The closer counts off those that were in the list.  Each count is
 * taken off by acquire and release: who takes off the last one of a slab, and unmaps
 * it, comes after all that others did in it; who takes off the last one of the set
 * comes after the unmapping of all slabs.  A thread touches a slab, the heap or the
 * set after its own subtraction only if that was the last.
 *
 * Owner operations are ordered by what makes the owner one at a time.  `each` alone
 * reads what others write, the state words, with an acquire that pairs with whatever
 * set the state.
 */
#include "heap.h"

#include <assert.h>

/* Cells are aligned to a cache line; the head of a slab takes four of them. */
#define FIRST_CELL 256

static_assert(offsetof(struct asyri_slab, all) == 64, "the owner has its own lines");
static_assert(offsetof(struct asyri_slab, free) == 128, "the bits fill two lines");
static_assert(sizeof(struct asyri_slab) == FIRST_CELL,
              "cells begin behind the head");

static struct asyri_cell closed_mark;
#define CLOSED (&closed_mark)

void asyri_heap_init(asyri_heap *heap, uint32_t cell_size)
{
    assert(cell_size > 0 && cell_size % 64 == 0);
    assert(cell_size <= (ASYRI_SLAB_SIZE - FIRST_CELL) / 2);
    *heap = (asyri_heap){.cell_size = cell_size};
    heap->word = &heap->none;
    asyri_list_init(&heap->slabs);
    asyri_list_init(&heap->room);
    asyri_list_init(&heap->empty);
    atomic_init(&heap->remote, NULL);
}

static void set_all_free(struct asyri_slab *slab, uint32_t size)
{
    for (uint32_t at = FIRST_CELL; at + size <= ASYRI_SLAB_SIZE; at += size) {
        slab->free[at / 4096] |= UINT64_C(1) << (at / 64 % 64);
        ASYRI_POISON((char *)slab + at + sizeof(struct asyri_cell),
                     size - sizeof(struct asyri_cell));
    }
}

static struct asyri_slab *slab_new(asyri_heap *heap)
{
    struct asyri_slab *slab = heap->slab_count
                                  ? asyri_pages_map_populated(ASYRI_SLAB_SIZE)
                                  : asyri_pages_map(ASYRI_SLAB_SIZE);
    if (!slab)
        return NULL;
    slab->heap = heap;
    slab->brink = (ASYRI_SLAB_SIZE - FIRST_CELL) / heap->cell_size - 2;
    set_all_free(slab, heap->cell_size);
    asyri_list_append(&heap->slabs, &slab->all);
    heap->slab_count++;
    return slab;
}

static void slab_free(asyri_heap *heap, struct asyri_slab *slab)
{
    asyri_list_remove(&slab->all);
    heap->slab_count--;
    asyri_pages_unmap(slab, ASYRI_SLAB_SIZE);
}

static void put_empty(asyri_heap *heap, struct asyri_slab *slab)
{
    asyri_list_append(&heap->empty, &slab->node);
    heap->empty_count++;
}

static struct asyri_slab *take_empty(asyri_heap *heap)
{
    asyri_list *node = asyri_list_take_first(&heap->empty);
    if (!node)
        return NULL;
    heap->empty_count--;
    return ASYRI_OBJECT(node, struct asyri_slab, node);
}

/* A slab that is not the current one was full, or has its last cell back. */
void asyri_heap_settle(asyri_heap *heap, struct asyri_slab *slab)
{
    if (slab->used > 0) {
        asyri_list_append(&heap->room, &slab->node);
        return;
    }
    asyri_list_remove(&slab->node);
    put_empty(heap, slab);
}

static void collect(asyri_heap *heap)
{
    if (!atomic_load_explicit(&heap->remote, memory_order_relaxed))
        return;
    struct asyri_cell *cell =
        atomic_exchange_explicit(&heap->remote, NULL, memory_order_acquire);
    assert(cell != CLOSED);
    while (cell) {
        struct asyri_cell *next = cell->next;
        asyri_slab_put(heap, asyri_slab_of(cell), cell);
        cell = next;
    }
}

static struct asyri_slab *next_slab(asyri_heap *heap)
{
    asyri_list *node = asyri_list_take_first(&heap->room);
    if (node)
        return ASYRI_OBJECT(node, struct asyri_slab, node);
    struct asyri_slab *slab = take_empty(heap);
    return slab ? slab : slab_new(heap);
}

/* Take from the first word of the slab that has a cell; false if none has. */
static bool take_from(asyri_heap *heap, struct asyri_slab *slab)
{
    for (size_t i = 0; slab && i < ASYRI_SLAB_WORDS; i++) {
        if (slab->free[i]) {
            heap->current = slab;
            heap->word = &slab->free[i];
            heap->base = (char *)slab + i * 4096;
            return true;
        }
    }
    return false;
}

void *asyri_heap_take_slow(asyri_heap *heap)
{
    if (take_from(heap, heap->current))
        return asyri_heap_take(heap);
    collect(heap);
    if (!take_from(heap, heap->current) && !take_from(heap, next_slab(heap)))
        return NULL;
    return asyri_heap_take(heap);
}

static void each_of_slab(struct asyri_slab *slab, uint32_t size,
                         void (*visit)(void *cell, void *arg), void *arg)
{
    for (uint32_t at = FIRST_CELL; at + size <= ASYRI_SLAB_SIZE; at += size) {
        struct asyri_cell *cell = (void *)((char *)slab + at);
        if (slab->free[at / 4096] >> (at / 64 % 64) & 1)
            continue;
        if (atomic_load_explicit(&cell->state, memory_order_acquire) !=
            ASYRI_CELL_FREE)
            visit(cell, arg);
    }
}

void asyri_heap_each(asyri_heap *heap, void (*visit)(void *cell, void *arg),
                     void *arg)
{
    for (asyri_list *node = heap->slabs.next; node != &heap->slabs;
         node = node->next)
        each_of_slab(ASYRI_OBJECT(node, struct asyri_slab, all), heap->cell_size,
                     visit, arg);
}

size_t asyri_heap_trim(asyri_heap *heap, int64_t keep)
{
    size_t bytes = 0;
    assert(keep >= 0);
    collect(heap);
    if (heap->current && heap->current->used == 0) {
        put_empty(heap, heap->current);
        heap->current = NULL;
        heap->word = &heap->none;
    }
    while (heap->empty_count > keep) {
        slab_free(heap, take_empty(heap));
        bytes += ASYRI_SLAB_SIZE;
    }
    return bytes;
}

int64_t asyri_heap_spare(const asyri_heap *heap)
{
    return heap->empty_count + (heap->current && heap->current->used == 0);
}

int64_t asyri_heap_live(asyri_heap *heap)
{
    int64_t live = 0;
    collect(heap);
    for (asyri_list *node = heap->slabs.next; node != &heap->slabs;
         node = node->next)
        live += ASYRI_OBJECT(node, struct asyri_slab, all)->used;
    return live;
}

static void set_drop(struct asyri_heap_set *set)
{
    if (atomic_fetch_sub_explicit(&set->alive, 1, memory_order_acq_rel) == 1)
        set->emptied(set->arg);
}

/* After the close: count the cell off, and its slab if it was the last. */
static void give_closed(struct asyri_cell *cell)
{
    struct asyri_slab *slab = asyri_slab_of(cell);
    struct asyri_heap_set *set = slab->heap->set;
    if (atomic_fetch_sub_explicit(&slab->alive, 1, memory_order_acq_rel) != 1)
        return;
    asyri_pages_unmap(slab, ASYRI_SLAB_SIZE);
    set_drop(set);
}

static void give_chain_closed(struct asyri_cell *cell)
{
    while (cell) {
        struct asyri_cell *next = cell->next;
        give_closed(cell);
        cell = next;
    }
}

static void push(asyri_heap *heap, struct asyri_cell *first, struct asyri_cell *last)
{
    struct asyri_cell *head =
        atomic_load_explicit(&heap->remote, memory_order_acquire);
    do {
        last->next = head == CLOSED ? NULL : head;
        if (head == CLOSED) {
            give_chain_closed(first);
            return;
        }
    } while (!atomic_compare_exchange_weak_explicit(
        &heap->remote, &head, first, memory_order_acq_rel, memory_order_acquire));
}

void asyri_heap_give_remote(void *cell)
{
    asyri_heap *heap = asyri_heap_of(cell);
    asyri_cell_mark(cell, heap->cell_size);
    push(heap, cell, cell);
}

/* The returns are done with before the push: emptied() may end them too. */
void asyri_returns_flush(struct asyri_returns *returns)
{
    struct asyri_returns given = *returns;
    *returns = (struct asyri_returns){0};
    if (given.count > 0)
        push(given.heap, given.first, given.last);
}

void asyri_heap_set_init(struct asyri_heap_set *set, void (*emptied)(void *arg),
                         void *arg)
{
    atomic_init(&set->alive, 1);
    set->emptied = emptied;
    set->arg = arg;
}

void asyri_heap_set_seal(struct asyri_heap_set *set)
{
    set_drop(set);
}

void asyri_heap_close(asyri_heap *heap, struct asyri_heap_set *set)
{
    asyri_heap_trim(heap, 0);
    heap->set = set;
    for (asyri_list *node = heap->slabs.next; node != &heap->slabs;
         node = node->next) {
        struct asyri_slab *slab = ASYRI_OBJECT(node, struct asyri_slab, all);
        atomic_store_explicit(&slab->alive, slab->used, memory_order_relaxed);
    }
    /* Relaxed: who counts off has seen `closed`, and the seal comes last. */
    atomic_fetch_add_explicit(&set->alive, heap->slab_count, memory_order_relaxed);
    give_chain_closed(
        atomic_exchange_explicit(&heap->remote, CLOSED, memory_order_acq_rel));
}
