/*
 * Who is to be told when a result is ready: a list that anybody adds to, and that is
 * taken once, or once for each who comes while it is becoming ready.
 *
 * Who observes pushes its node first and sets OBSERVED then, unless READY is there; who
 * sets READY and finds OBSERVED takes the list.  If READY came first the observer takes
 * the list itself, so each node is taken once: by the exchange of the head.
 *
 * Memory order: a push releases the node, a take acquires it.  Setting OBSERVED and
 * READY, both with acquire and release, orders the push before the take where the
 * former came first.
 */
#ifndef ASYRI_CORE_OBSERVERS_H
#define ASYRI_CORE_OBSERVERS_H

#include <stddef.h>

#include <asyncresult/types.h>

#include "state.h"

/* Told when a result is ready, before its done-callbacks are posted. */
struct asyri_observer {
    struct asyri_observer *next;
    void (*ready)(struct asyri_observer *observer, asyr_result *result);
};

typedef _Atomic(struct asyri_observer *) asyri_observers;

static inline void asyri_observers_push(asyri_observers *observers,
                                        struct asyri_observer *observer)
{
    struct asyri_observer *first =
        atomic_load_explicit(observers, memory_order_relaxed);
    do {
        observer->next = first;
    } while (!atomic_compare_exchange_weak_explicit(
        observers, &first, observer, memory_order_release, memory_order_relaxed));
}

/* All of them, the first to come first. */
static inline struct asyri_observer *asyri_observers_take(asyri_observers *observers)
{
    struct asyri_observer *newest =
        atomic_exchange_explicit(observers, NULL, memory_order_acquire);
    struct asyri_observer *first = NULL;
    while (newest) {
        struct asyri_observer *next = newest->next;
        newest->next = first;
        first = newest;
        newest = next;
    }
    return first;
}

/*
 * Add an observer.  True: it will be told, or was.  False: it is ready, and the caller
 * tells `*others`, who came meanwhile, but not the observer.
 */
static inline bool asyri_observers_add(asyri_observers *observers,
                                       _Atomic uint32_t *state,
                                       struct asyri_observer *observer,
                                       struct asyri_observer **others)
{
    *others = NULL;
    asyri_observers_push(observers, observer);
    uint32_t old = atomic_load_explicit(state, memory_order_acquire);
    while (!(old & ASYRI_READY))
        if (atomic_compare_exchange_weak_explicit(state, &old, old | ASYRI_OBSERVED,
                                                  memory_order_acq_rel,
                                                  memory_order_acquire))
            return true;
    *others = asyri_observers_take(observers);
    struct asyri_observer **place = others;
    while (*place && *place != observer)
        place = &(*place)->next;
    if (!*place)
        return true; /* who made it ready has taken it */
    *place = observer->next;
    return false;
}

/* Make ready what is settled; the observers that are to be told. */
static inline struct asyri_observer *
asyri_observers_make_ready(asyri_observers *observers, _Atomic uint32_t *state,
                           uint32_t flags, uint32_t *old)
{
    *old =
        atomic_fetch_or_explicit(state, ASYRI_READY | flags, memory_order_acq_rel);
    return *old & ASYRI_OBSERVED ? asyri_observers_take(observers) : NULL;
}

#endif
