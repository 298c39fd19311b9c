/*
 * The state of a result: one word, and the count of references beyond the first.
 *
 * result.c says what it means.  Here is every change of it that decides something, so
 * that all of them can be checked alone: who claims, who settles, who frees.
 *
 * Memory order.  Each change acquires and releases: who claims sees what the submit
 * wrote; who completes the holds sees all that the others did before they let go; who
 * reads READY with an acquire sees the outcome.
 */
#ifndef ASYRI_CORE_STATE_H
#define ASYRI_CORE_STATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Bit 0 is always set: memory whose first word is 0 is free.
 */
enum {
    ASYRI_LIVE = 1u << 0,
    /* holds: the memory is free when all four are set */
    ASYRI_DETACHED = 1u << 1, /* no reference is left */
    ASYRI_WORKED = 1u << 2,   /* the work is over and let go */
    ASYRI_POPPED = 1u << 3,   /* no entry of a queue points to it */
    ASYRI_TOLD = 1u << 17,    /* nobody is ending it by force just now */
    /* its way */
    ASYRI_CLAIMED = 1u << 4, /* somebody runs it, or drops it */
    ASYRI_SETTLED = 1u << 5, /* the outcome is decided */
    ASYRI_READY = 1u << 6,
    /* of the outcome */
    ASYRI_FAILED = 1u << 7,
    ASYRI_FORCED = 1u << 8, /* FAILED, with the owner's error */
    ASYRI_INT64 = 1u << 9,  /* a number that is no value yet */
    ASYRI_DOUBLE = 1u << 10,
    /* what others want of it */
    ASYRI_WAITED = 1u << 11,   /* somebody sleeps for it */
    ASYRI_OBSERVED = 1u << 12, /* somebody is to be told */
    ASYRI_CANCELLED = 1u << 13,
    ASYRI_ERROR_READ = 1u << 14,
    /* how it was made */
    ASYRI_CALLS_BACK = 1u << 15, /* an event comes before it is ready */
    ASYRI_FULL = 1u << 16        /* it has the rare part from the beginning */
};

enum { ASYRI_HOLDS = ASYRI_DETACHED | ASYRI_WORKED | ASYRI_POPPED | ASYRI_TOLD };

/* Let holds go; true if nothing holds the memory any more: the caller frees it. */
static inline bool asyri_state_let_go(_Atomic uint32_t *state, uint32_t holds)
{
    uint32_t old = atomic_fetch_or_explicit(state, holds, memory_order_acq_rel);
    return ((old | holds) & ASYRI_HOLDS) == ASYRI_HOLDS;
}

/* Give a reference back; likewise.  A sole one is found by loads: nobody else could
 * take another. */
static inline bool asyri_state_unref(_Atomic uint32_t *state,
                                     _Atomic int32_t *references)
{
    if (atomic_load_explicit(references, memory_order_acquire) > 0 &&
        atomic_fetch_sub_explicit(references, 1, memory_order_acq_rel) > 0)
        return false;
    if ((atomic_load_explicit(state, memory_order_acquire) & ASYRI_HOLDS) ==
        (ASYRI_HOLDS & ~ASYRI_DETACHED))
        return true;
    return asyri_state_let_go(state, ASYRI_DETACHED);
}

/* Claim the work; false if somebody has. */
static inline bool asyri_state_claim(_Atomic uint32_t *state)
{
    if (atomic_load_explicit(state, memory_order_relaxed) & ASYRI_CLAIMED)
        return false;
    uint32_t old =
        atomic_fetch_or_explicit(state, ASYRI_CLAIMED, memory_order_acq_rel);
    return !(old & ASYRI_CLAIMED);
}

/* The same for who took its entry out of a queue; `*freed` as by let_go. */
static inline bool asyri_state_claim_popped(_Atomic uint32_t *state, bool *freed)
{
    uint32_t both = ASYRI_CLAIMED | ASYRI_POPPED;
    uint32_t old = atomic_load_explicit(state, memory_order_relaxed);
    *freed = false;
    do {
        if (old & ASYRI_CLAIMED) {
            *freed = asyri_state_let_go(state, ASYRI_POPPED);
            return false;
        }
    } while (!atomic_compare_exchange_weak_explicit(
        state, &old, old | both, memory_order_acq_rel, memory_order_relaxed));
    return true;
}

/* Settle; false if somebody has. */
static inline bool asyri_state_settle(_Atomic uint32_t *state, uint32_t kind)
{
    uint32_t old = atomic_load_explicit(state, memory_order_relaxed);
    do {
        if (old & ASYRI_SETTLED)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(
        state, &old, old | ASYRI_SETTLED | kind, memory_order_acq_rel,
        memory_order_relaxed));
    return true;
}

/*
 * Settle by who has no reference, and claim what nobody has; false if it is settled, or
 * free.  ASYRI_TOLD holds it then until it is let go.
 */
static inline bool asyri_state_force(_Atomic uint32_t *state, bool *claimed)
{
    uint32_t flags = ASYRI_CLAIMED | ASYRI_SETTLED | ASYRI_FORCED | ASYRI_FAILED |
                     ASYRI_CANCELLED;
    uint32_t old = atomic_load_explicit(state, memory_order_relaxed);
    do {
        if ((old & ASYRI_SETTLED) || !(old & ASYRI_LIVE))
            return false;
    } while (!atomic_compare_exchange_weak_explicit(
        state, &old, (old | flags) & ~(uint32_t)ASYRI_TOLD, memory_order_acq_rel,
        memory_order_relaxed));
    *claimed = !(old & ASYRI_CLAIMED);
    return true;
}

enum asyri_completed {
    ASYRI_COMPLETED,     /* it is ready, and the work was let go */
    ASYRI_TO_BE_TOLD,    /* nothing was done: somebody observes it */
    ASYRI_SETTLED_BEFORE /* nothing was done */
};

/* Settle, make ready and let the work go in one step; `*old` is what was before. */
static inline enum asyri_completed asyri_state_complete(_Atomic uint32_t *state,
                                                        uint32_t kind, uint32_t *old)
{
    uint32_t done = ASYRI_SETTLED | ASYRI_READY | ASYRI_WORKED | kind;
    *old = atomic_load_explicit(state, memory_order_relaxed);
    do {
        if (*old & ASYRI_SETTLED)
            return ASYRI_SETTLED_BEFORE;
        if (*old & ASYRI_OBSERVED)
            return ASYRI_TO_BE_TOLD;
    } while (!atomic_compare_exchange_weak_explicit(
        state, old, *old | done, memory_order_acq_rel, memory_order_relaxed));
    return ASYRI_COMPLETED;
}

/* Whether whoever completed it so has to free it. */
static inline bool asyri_state_is_last(uint32_t old)
{
    return ((old | ASYRI_WORKED) & ASYRI_HOLDS) == ASYRI_HOLDS;
}

#endif
