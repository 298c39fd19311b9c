/*
 * A work-stealing deque of a fixed size, as by Chase and Lev (SPAA 2005), with the
 * memory orders of Le, Pop, Cohen and Zappa Nardelli (PPoPP 2013) except that their
 * fences are orders on the operations here.
 *
 * Its owner, one thread, pushes and pops at the bottom, and any thread steals the
 * oldest entry at the head.  Entries are pointers, never NULL, in the slots from head
 * up to but not including bottom, counted without end.  Who moves the head past an
 * entry has it; the owner takes the newest without that while another one is below.
 *
 * Memory order:
 * - A thief acquires from bottom what the push released: the slot, and all that the
 *   owner wrote before.  Slots are relaxed.  A thief may read a slot that is being
 *   used anew: the owner uses it anew after the head has gone past it, so that the
 *   thief's compare-exchange of the head fails.
 * - The owner acquires the head in a push, so that a thief's read of the slot that is
 *   used anew came before.
 * - The pop writes bottom and then reads the head; a thief reads the head and then
 *   bottom.  All four are sequentially consistent: either the pop sees that the head
 *   has reached its entry, or the thief sees that bottom has.  Only the last entry
 *   is seen by both, and the compare-exchange of the head decides.
 * - The pop puts bottom back with a relaxed store, which lets nobody take anything:
 *   the head is there by then.
 */
#ifndef ASYRI_POOL_DEQUE_H
#define ASYRI_POOL_DEQUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef ASYRI_DEQUE_SLOTS
#define ASYRI_DEQUE_SLOTS 256 /* a power of two */
#endif

/* Two lines apart: processors fetch them in pairs. */
#define ASYRI_DEQUE_APART 128

typedef struct asyri_deque {
    _Atomic int64_t head; /* thieves and the owner */
    char apart[ASYRI_DEQUE_APART - sizeof(int64_t)];
    _Atomic int64_t bottom; /* written by the owner */
    int64_t seen;           /* owner: the head when it last looked, or before */
    _Atomic(void *) slots[ASYRI_DEQUE_SLOTS];
} asyri_deque;

static inline _Atomic(void *) *asyri_deque_slot(asyri_deque *deque, int64_t index)
{
    return &deque->slots[(uint64_t)index % ASYRI_DEQUE_SLOTS];
}

static inline void asyri_deque_init(asyri_deque *deque)
{
    atomic_init(&deque->head, 0);
    atomic_init(&deque->bottom, 0);
    deque->seen = 0;
    for (int64_t i = 0; i < ASYRI_DEQUE_SLOTS; i++)
        atomic_init(asyri_deque_slot(deque, i), NULL);
}

/* Owner: how many pushes fit now; thieves make it more. */
static inline int asyri_deque_room(asyri_deque *deque)
{
    int64_t bottom = atomic_load_explicit(&deque->bottom, memory_order_relaxed);
    deque->seen = atomic_load_explicit(&deque->head, memory_order_acquire);
    return (int)(ASYRI_DEQUE_SLOTS - (bottom - deque->seen));
}

/*
 * Owner: false when it is full.  This releases and is no fence: who looks for
 * sleepers afterwards owes what sleepers.h says.
 */
static inline bool asyri_deque_push(asyri_deque *deque, void *entry)
{
    int64_t bottom = atomic_load_explicit(&deque->bottom, memory_order_relaxed);
    if (bottom - deque->seen == ASYRI_DEQUE_SLOTS && asyri_deque_room(deque) == 0)
        return false;
    atomic_store_explicit(asyri_deque_slot(deque, bottom), entry,
                          memory_order_relaxed);
    atomic_store_explicit(&deque->bottom, bottom + 1, memory_order_release);
    return true;
}

/* Owner: whether there is nothing to pop; the head only grows, so it stays so. */
static inline bool asyri_deque_is_drained(asyri_deque *deque, int64_t bottom)
{
    if (bottom != deque->seen)
        deque->seen = atomic_load_explicit(&deque->head, memory_order_acquire);
    return bottom == deque->seen;
}

/* Owner, whose pop wrote `index` to bottom: the last entry, or NULL if stolen. */
static inline void *asyri_deque_pop_last(asyri_deque *deque, int64_t index,
                                         int64_t head)
{
    void *entry = NULL;
    if (head == index && atomic_compare_exchange_strong_explicit(
                             &deque->head, &head, index + 1, memory_order_seq_cst,
                             memory_order_relaxed))
        entry = atomic_load_explicit(asyri_deque_slot(deque, index),
                                     memory_order_relaxed);
    atomic_store_explicit(&deque->bottom, index + 1, memory_order_relaxed);
    return entry;
}

/* Owner: take the newest entry; NULL, and cheaply, from an empty deque. */
static inline void *asyri_deque_pop(asyri_deque *deque)
{
    int64_t index = atomic_load_explicit(&deque->bottom, memory_order_relaxed);
    if (asyri_deque_is_drained(deque, index))
        return NULL;
    index--;
    /* An exchange is quicker than a store that is sequentially consistent. */
    atomic_exchange_explicit(&deque->bottom, index, memory_order_seq_cst);
    int64_t head = atomic_load_explicit(&deque->head, memory_order_seq_cst);
    if (head >= index)
        return asyri_deque_pop_last(deque, index, head);
    return atomic_load_explicit(asyri_deque_slot(deque, index),
                                memory_order_relaxed);
}

/* Owner: the newest entry, which stays and may have been stolen; NULL when empty. */
static inline void *asyri_deque_peek(asyri_deque *deque)
{
    int64_t bottom = atomic_load_explicit(&deque->bottom, memory_order_relaxed);
    if (asyri_deque_is_drained(deque, bottom))
        return NULL;
    return atomic_load_explicit(asyri_deque_slot(deque, bottom - 1),
                                memory_order_relaxed);
}

/*
 * Any thread: take the oldest entry.  A race that is lost is tried again: somebody
 * else got an entry then.  So NULL says that the deque was empty, or that its owner
 * was popping the last entry.
 */
static inline void *asyri_deque_steal(asyri_deque *deque)
{
    for (;;) {
        int64_t head = atomic_load_explicit(&deque->head, memory_order_seq_cst);
        int64_t bottom = atomic_load_explicit(&deque->bottom, memory_order_seq_cst);
        if (head >= bottom)
            return NULL;
        void *entry = atomic_load_explicit(asyri_deque_slot(deque, head),
                                           memory_order_relaxed);
        if (atomic_compare_exchange_strong_explicit(&deque->head, &head, head + 1,
                                                    memory_order_seq_cst,
                                                    memory_order_relaxed))
            return entry;
    }
}

/*
 * Any thread: a hint, as soon as it is given.  Sequentially consistent, for the look
 * of a worker that has entered among the sleepers.
 */
static inline bool asyri_deque_is_empty(const asyri_deque *deque)
{
    int64_t head = atomic_load_explicit(&deque->head, memory_order_seq_cst);
    return head >= atomic_load_explicit(&deque->bottom, memory_order_seq_cst);
}

#endif
