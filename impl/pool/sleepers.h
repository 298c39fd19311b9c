/*
 * The workers that sleep, and those that search for work.
 *
 * A wake-up costs as much as a thousand small tasks.  So whoever publishes work wakes
 * one worker, and only if somebody sleeps and nobody searches; the one who is woken
 * counts as searching from the moment it is chosen.  The last searcher that finds
 * work looks for more, and wakes the next.
 *
 *     busy --start_search--> searching --end_search--> busy
 *     busy or searching --enter--> asleep --leave, or chosen by a waker--> searching
 *                                  asleep --time-out or interrupt--> busy
 *
 * What nobody may leave out:
 * - Who publishes: the write that publishes is sequentially consistent, or a fence
 *   that is stands between it and asyri_sleepers_notify().  A read-modify-write of
 *   another object there is one on x86-64 and AArch64, though not in the C standard.
 * - Who enters: look for work everywhere once more before parking, with loads that
 *   are sequentially consistent (asyri_deque_is_empty() is).
 * - Whose end_search says so: look for more work, and notify if there is.
 */
#ifndef ASYRI_POOL_SLEEPERS_H
#define ASYRI_POOL_SLEEPERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "../base/list.h"
#include "../core/waiter.h"
#include "../platform/thread.h"

#define ASYRI_SLEEPERS_MOST 65535 /* workers */

/* The word: two counts of 16 bits each, and a flag. */
#define ASYRI_SLEEPERS_ASLEEP UINT64_C(0x1)
#define ASYRI_SLEEPERS_SEARCHING UINT64_C(0x10000)
#define ASYRI_SLEEPERS_ATTENTION UINT64_C(0x100000000)

typedef struct asyri_sleepers {
    _Atomic uint64_t word;
    char apart[128 - sizeof(uint64_t)]; /* others write what follows */
    int limit;                          /* immutable after init */
    asyri_mutex mutex;
    asyri_list list; /* under the mutex: the one to be woken next is the first */
    int forestalled; /* under the mutex: wakers that will find nobody to wake */
} asyri_sleepers;

/* One worker's place; stands in the worker. */
typedef struct asyri_sleeper {
    asyri_list link;    /* under the mutex: in the list while it can be chosen */
    atomic_bool chosen; /* written under the mutex */
    asyri_waiter waiter;
} asyri_sleeper;

/* `limit`: how many may search at once by their own decision, at least 1. */
void asyri_sleepers_init(asyri_sleepers *sleepers, int limit);
void asyri_sleepers_destroy(asyri_sleepers *sleepers);

void asyri_sleeper_init(asyri_sleeper *sleeper);
/* Its worker is not asleep; a waker that still touches it is waited for. */
void asyri_sleeper_destroy(asyri_sleepers *sleepers, asyri_sleeper *sleeper);

static inline int asyri_sleepers_asleep_in(uint64_t word)
{
    return (int)(word & 0xffff);
}

static inline int asyri_sleepers_searching_in(uint64_t word)
{
    return (int)(word >> 16 & 0xffff);
}

/* Whether new work calls for a wake-up. */
static inline bool asyri_sleepers_wants_waking(uint64_t word)
{
    return asyri_sleepers_asleep_in(word) && !asyri_sleepers_searching_in(word);
}

/* How many sleep, and how many search; any thread, a hint. */
int asyri_sleepers_count_asleep(const asyri_sleepers *sleepers);
int asyri_sleepers_count_searching(const asyri_sleepers *sleepers);

void asyri_sleepers_wake_one(asyri_sleepers *sleepers);

/*
 * Any thread that has published work, and has met what is said above: wake one
 * worker, if that is needed.  True when attention is asked for.
 */
static inline bool asyri_sleepers_notify(asyri_sleepers *sleepers)
{
    uint64_t word = atomic_load_explicit(&sleepers->word, memory_order_seq_cst);
    if (asyri_sleepers_wants_waking(word))
        asyri_sleepers_wake_one(sleepers);
    return word & ASYRI_SLEEPERS_ATTENTION;
}

/* Any thread: let notify return true from now on, or no more. */
void asyri_sleepers_ask_attention(asyri_sleepers *sleepers);
void asyri_sleepers_clear_attention(asyri_sleepers *sleepers);

/* Any thread: all that sleep become searchers. */
void asyri_sleepers_wake_all(asyri_sleepers *sleepers);

/* A worker begins to search; false, and it does not, when enough do. */
bool asyri_sleepers_start_search(asyri_sleepers *sleepers);

/*
 * A searcher has found work, or leaves.  True when it was the last one and somebody
 * sleeps, or attention is asked for: the caller looks whether there is more work, and
 * then notifies.
 */
bool asyri_sleepers_end_search(asyri_sleepers *sleepers);

/*
 * A worker, which is searching or not, counts as asleep from now on.  It looks for
 * work once more, and then either leaves or parks.
 */
void asyri_sleepers_enter(asyri_sleepers *sleepers, asyri_sleeper *sleeper,
                          bool searching);

/*
 * A worker that has entered found work when it looked: it is searching from now on,
 * whether or not a waker chose it meanwhile, and ends its search as any other.
 */
void asyri_sleepers_leave(asyri_sleepers *sleepers, asyri_sleeper *sleeper);

/*
 * A worker that has entered sleeps.  ASYR_OK: it was woken and is searching.
 * ASYR_E_TIMEOUT or ASYR_E_INTERRUPTED: it neither sleeps nor searches any more.
 */
asyr_status asyri_sleepers_park(asyri_sleepers *sleepers, asyri_sleeper *sleeper,
                                int64_t deadline, asyr_interrupt *interrupt);

#endif
