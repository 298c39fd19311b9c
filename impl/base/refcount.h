/*
 * Reference counts.
 *
 * Taking a reference needs no order: the taker already has one.  Giving one back
 * releases what this thread wrote; the one who gives back the last acquires what
 * all the others wrote before it frees the object.
 */
#ifndef ASYRI_BASE_REFCOUNT_H
#define ASYRI_BASE_REFCOUNT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct asyri_refcount {
    _Atomic int32_t count;
} asyri_refcount;

/* An object that is never freed has this count; taking and giving leave it. */
#define ASYRI_REFCOUNT_STATIC INT32_MIN

static inline void asyri_refcount_init(asyri_refcount *refs)
{
    atomic_init(&refs->count, 1);
}

static inline bool asyri_refcount_is_static(const asyri_refcount *refs)
{
    return atomic_load_explicit(&refs->count, memory_order_relaxed) < 0;
}

static inline void asyri_refcount_take(asyri_refcount *refs)
{
    if (!asyri_refcount_is_static(refs))
        atomic_fetch_add_explicit(&refs->count, 1, memory_order_relaxed);
}

/* Whether that was the last reference. */
static inline bool asyri_refcount_give(asyri_refcount *refs)
{
    if (asyri_refcount_is_static(refs))
        return false;
    return atomic_fetch_sub_explicit(&refs->count, 1, memory_order_acq_rel) == 1;
}

/* Whether the caller's is the only reference. */
static inline bool asyri_refcount_is_sole(const asyri_refcount *refs)
{
    return atomic_load_explicit(&refs->count, memory_order_acquire) == 1;
}

#endif
