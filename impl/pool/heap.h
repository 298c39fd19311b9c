/*
 * A heap of cells of one size, for results.
 *
 * A heap has one owner at a time: the thread that holds a lock over it, or the one
 * thread that it belongs to.  The owner takes cells and gives them back without
 * atomic operations; any other thread gives them back remotely, and the owner
 * collects those when it needs them.
 *
 * A cell begins with a state word, an _Atomic uint32_t.  It is ASYRI_CELL_FREE in
 * the cells that are not handed out, and in no others but between the take and the
 * first state.  The word of a free cell may be read as long as its slab is mapped,
 * which is until a trim or the close; if a stray write changes it, each() does not
 * mind once the owner has collected the cell.
 */
#ifndef ASYRI_POOL_HEAP_H
#define ASYRI_POOL_HEAP_H

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/list.h"
#include "../platform/pages.h"

#define ASYRI_SLAB_SIZE 65536
#define ASYRI_CELL_FREE 0u
#define ASYRI_RETURNS_LIMIT 64

/* A cell that is not handed out; all behind these two words is poisoned. */
struct asyri_cell {
    _Atomic uint32_t state;
    struct asyri_cell *next; /* among returns or in a remote list */
};

#define ASYRI_SLAB_WORDS (ASYRI_SLAB_SIZE / 64 / 64)

/* The head of a slab; others read the first line, the owner writes the rest. */
struct asyri_slab {
    struct asyri_heap *heap; /* immutable */
    _Atomic uint32_t alive;  /* of a closed heap: cells handed out; any thread */
    char separate[64 - sizeof(void *) * 2];
    asyri_list all;  /* owner, as all below: in the heap's slabs */
    asyri_list node; /* in its `room` or `empty`; in none when it is full */
    uint32_t used;   /* cells handed out, those in the remote list among them */
    uint32_t brink;  /* used - 1 after the first give to a full slab; immutable */
    char behind[56 - sizeof(void *) * 4];
    uint64_t free[ASYRI_SLAB_WORDS]; /* a bit for each 64 bytes: a cell to take */
};

typedef struct asyri_heap {
    uint64_t *word;             /* of the current slab: cells are taken from it */
    char *base;                 /* of the cells of that word */
    struct asyri_slab *current; /* or NULL */
    uint64_t none;              /* 0: the word when there is no current slab */
    uint32_t cell_size;         /* immutable */
    int64_t slab_count;
    int64_t empty_count;
    asyri_list slabs; /* all of them */
    asyri_list room;  /* some cells handed out, some not; not the current one */
    asyri_list empty; /* none handed out; not the current one */
    struct asyri_heap_set *set; /* from the close on */
    char before[64];
    _Atomic(struct asyri_cell *) remote; /* any thread */
    char after[64 - sizeof(void *)];
} asyri_heap;

/*
 * The size is a multiple of 64, to which cells are aligned.  Maps nothing yet.  The
 * heap must not be moved.
 */
void asyri_heap_init(asyri_heap *heap, uint32_t cell_size);

/* The heap of a cell that is handed out.  Any thread. */
static inline asyri_heap *asyri_heap_of(const void *cell);

/* Owner: a cell whose content is not specified; NULL without memory. */
static inline void *asyri_heap_take(asyri_heap *heap);

/* Owner: give back a cell of this heap. */
static inline void asyri_heap_give(asyri_heap *heap, void *cell);

/* Any thread but the owner, and after the close every thread. */
void asyri_heap_give_remote(void *cell);

/*
 * Cells that one thread gathers, to give them back remotely many at a time.  Zero
 * is an empty one.  Flush it before the thread sleeps: what is in it counts as
 * handed out, though each() does not visit it.
 */
struct asyri_returns {
    asyri_heap *heap;
    struct asyri_cell *first;
    struct asyri_cell *last;
    int32_t count;
};

static inline void asyri_returns_add(struct asyri_returns *returns, void *cell);
void asyri_returns_flush(struct asyri_returns *returns);

/*
 * Owner: visit each cell whose state is another than free.  The visit may take and
 * give cells of the heap, but not trim it; whether it comes to a cell that is taken
 * meanwhile is open.
 */
void asyri_heap_each(asyri_heap *heap, void (*visit)(void *cell, void *arg),
                     void *arg);

/* Owner: unmap the slabs without a cell handed out but `keep` of them; the bytes. */
size_t asyri_heap_trim(asyri_heap *heap, int64_t keep);

/* Owner: how many slabs have no cell handed out, before the next collect. */
int64_t asyri_heap_spare(const asyri_heap *heap);

/* Owner: how many cells are handed out. */
int64_t asyri_heap_live(asyri_heap *heap);

/*
 * The end of several heaps.  The owner of each closes it, and neither takes nor
 * gives any more; slabs that have no cell handed out are unmapped, the others when
 * their last cell is given back remotely.  When after the seal no slab is left,
 * emptied() is called, once, by who gave back the last cell or by the seal itself;
 * until then heaps and set must stay where they are.  The seal comes after all
 * closes.
 */
struct asyri_heap_set {
    _Atomic int64_t alive; /* slabs with a cell handed out, and 1 until the seal */
    void (*emptied)(void *arg);
    void *arg;
};

void asyri_heap_set_init(struct asyri_heap_set *set, void (*emptied)(void *arg),
                         void *arg);
void asyri_heap_close(asyri_heap *heap, struct asyri_heap_set *set);
void asyri_heap_set_seal(struct asyri_heap_set *set);

/* The rest is for the inline functions. */

void *asyri_heap_take_slow(asyri_heap *heap);
void asyri_heap_settle(asyri_heap *heap, struct asyri_slab *slab);

static inline struct asyri_slab *asyri_slab_of(const void *cell)
{
    const char *address = cell;
    size_t offset = (uintptr_t)address & (ASYRI_SLAB_SIZE - 1);
    return (struct asyri_slab *)(uintptr_t)(address - offset);
}

/* Whoever gives it away does so by a release. */
static inline void asyri_cell_mark(struct asyri_cell *cell, uint32_t size)
{
    (void)size;
    atomic_store_explicit(&cell->state, ASYRI_CELL_FREE, memory_order_relaxed);
    ASYRI_POISON(cell + 1, size - sizeof *cell);
}

/* Owner: let a marked cell be taken. */
static inline void asyri_slab_put(asyri_heap *heap, struct asyri_slab *slab,
                                  const void *cell)
{
    uintptr_t offset = (uintptr_t)cell & (ASYRI_SLAB_SIZE - 1);
    uint64_t bit = UINT64_C(1) << (offset / 64 % 64);
    assert(!(slab->free[offset / 4096] & bit));
    slab->free[offset / 4096] |= bit;
    slab->used--;
    /* The last cell given, or the first one to a full slab, in one comparison. */
    if (slab->used - 1 >= slab->brink && slab != heap->current)
        asyri_heap_settle(heap, slab);
}

static inline asyri_heap *asyri_heap_of(const void *cell)
{
    return asyri_slab_of(cell)->heap;
}

static inline void *asyri_heap_take(asyri_heap *heap)
{
    uint64_t free = *heap->word;
    if (!free)
        return asyri_heap_take_slow(heap);
    char *cell = heap->base + (size_t)__builtin_ctzll(free) * 64;
    *heap->word = free & (free - 1);
    heap->current->used++;
    ASYRI_UNPOISON(cell, heap->cell_size);
    return cell;
}

static inline void asyri_heap_give(asyri_heap *heap, void *cell)
{
    struct asyri_slab *slab = asyri_slab_of(cell);
    asyri_cell_mark(cell, heap->cell_size);
    asyri_slab_put(heap, slab, cell);
}

static inline void asyri_returns_add(struct asyri_returns *returns, void *cell)
{
    asyri_heap *heap = asyri_heap_of(cell);
    if (heap != returns->heap) {
        asyri_returns_flush(returns);
        returns->heap = heap;
    }
    struct asyri_cell *given = cell;
    asyri_cell_mark(given, heap->cell_size);
    given->next = returns->first;
    if (!returns->first)
        returns->last = given;
    returns->first = given;
    returns->count++;
    if (returns->count == ASYRI_RETURNS_LIMIT)
        asyri_returns_flush(returns);
}

#endif
