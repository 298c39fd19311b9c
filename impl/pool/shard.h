/*
 * Shards: where threads leave work for a pool.
 *
 * A pool has several, and each thread has a favourite, so that threads that submit
 * rarely meet.  A shard has a lock for those who submit, with the memory of its
 * results, and a ring of entries that workers take from at the other end, under a lock
 * of its own.  Both are held for a few dozen instructions, and never waited for where
 * another shard would do.
 */
#ifndef ASYRI_POOL_SHARD_H
#define ASYRI_POOL_SHARD_H

#include "../platform/thread_local.h"
#include "heap.h"
#include "recipe.h"

typedef struct asyri_shard asyri_shard;

struct asyri_shard {
    _Atomic uint32_t locked;
    bool closed; /* under the lock, as all below: it frees nothing here any more */
    asyri_heap cells;
    asyri_heap rares;
    struct asyri_recipe_cache recipes;
    uint64_t head_seen; /* the head when it was last looked at, or before */
    char apart[128];
    /* changed under both locks, and read by both sides: */
    void **ring;     /* NULL before the first push */
    uint64_t mask;   /* places - 1, or 0 */
    uint64_t places; /* 0 or a power of two */
    /* A hint: of late who submitted here ran the tasks himself. */
    atomic_bool self_helped;
    char apart_too[128 - 4 * sizeof(uint64_t)];
    _Atomic uint64_t tail; /* written under the lock */
    char apart_as_well[128 - sizeof(uint64_t)];
    _Atomic uint32_t taking; /* the takers' lock */
    _Atomic uint64_t head;   /* written under the takers' lock */
};

void asyri_shard_init(asyri_shard *shard, uint32_t cell_size, uint32_t rare_size);
/* The rest of it, the heaps having ended. */
void asyri_shard_destroy(asyri_shard *shard);

static inline bool asyri_shard_try_lock(asyri_shard *shard)
{
    return !atomic_load_explicit(&shard->locked, memory_order_relaxed) &&
           !atomic_exchange_explicit(&shard->locked, 1, memory_order_acquire);
}

static inline void asyri_shard_unlock(asyri_shard *shard)
{
    atomic_store_explicit(&shard->locked, 0, memory_order_release);
}

void asyri_shard_lock(asyri_shard *shard);

/* This thread's favourite shard, from 1; 0 before it has one. */
extern ASYRI_THREAD_LOCAL uint32_t asyri_shard_favourite;

asyri_shard *asyri_shard_lock_another(asyri_shard *shards, uint32_t count);

/* Lock one of `count` shards, a power of two: this thread's favourite if possible. */
static inline asyri_shard *asyri_shard_lock_any(asyri_shard *shards, uint32_t count)
{
    asyri_shard *shard = &shards[asyri_shard_favourite & (count - 1)];
    if (asyri_shard_favourite && asyri_shard_try_lock(shard))
        return shard;
    return asyri_shard_lock_another(shards, count);
}

/*
 * With the lock held: append an entry; false without memory.  The write that
 * publishes it is sequentially consistent.
 */
static inline bool asyri_shard_push(asyri_shard *shard, void *entry);
/* The same in two steps, the first of which makes room for so many. */
static inline bool asyri_shard_reserve(asyri_shard *shard, uint64_t count);

/* With room reserved: lay an entry into the place `ahead` of the next, unseen. */
static inline void asyri_shard_lay(asyri_shard *shard, uint64_t ahead, void *entry)
{
    uint64_t tail = atomic_load_explicit(&shard->tail, memory_order_relaxed);
    shard->ring[(tail + ahead) & shard->mask] = entry;
}
static inline void *asyri_shard_laid(const asyri_shard *shard, uint64_t ahead)
{
    uint64_t tail = atomic_load_explicit(&shard->tail, memory_order_relaxed);
    return shard->ring[(tail + ahead) & shard->mask];
}
/* Publish so many that were laid, as a push does. */
static inline void asyri_shard_publish(asyri_shard *shard, uint64_t count)
{
    uint64_t tail = atomic_load_explicit(&shard->tail, memory_order_relaxed);
    /* An exchange is quicker than a store that is sequentially consistent. */
    atomic_exchange_explicit(&shard->tail, tail + count, memory_order_seq_cst);
}

bool asyri_shard_make_room(asyri_shard *shard, uint64_t count);

static inline bool asyri_shard_reserve(asyri_shard *shard, uint64_t count)
{
    uint64_t tail = atomic_load_explicit(&shard->tail, memory_order_relaxed);
    return tail + count - shard->head_seen <= shard->places ||
           asyri_shard_make_room(shard, count);
}

static inline bool asyri_shard_push(asyri_shard *shard, void *entry)
{
    if (!asyri_shard_reserve(shard, 1))
        return false;
    asyri_shard_lay(shard, 0, entry);
    asyri_shard_publish(shard, 1);
    return true;
}

/* Any thread: take the oldest entries, at least one, at most `most` of them and one of
 * `parts`; so a short queue keeps its order. */
int asyri_shard_take(asyri_shard *shard, void **entries, int most, uint64_t parts);
/* With the lock held: take the newest entry if it is `entry`. */
bool asyri_shard_take_back(asyri_shard *shard, const void *entry);
/* With the lock held: take out, one by one, all entries that `is_dead` says so of. */
void *asyri_shard_take_dead(asyri_shard *shard, bool (*is_dead)(void *entry));
/* With the lock held: give memory back that a burst has left; bytes. */
size_t asyri_shard_trim(asyri_shard *shard);

/* Any thread: say whether who submits here runs the tasks himself. */
static inline void asyri_shard_set_hint(asyri_shard *shard, bool self_helped)
{
    if (atomic_load_explicit(&shard->self_helped, memory_order_relaxed) !=
        self_helped)
        atomic_store_explicit(&shard->self_helped, self_helped,
                              memory_order_relaxed);
}

static inline bool asyri_shard_hint(const asyri_shard *shard)
{
    return atomic_load_explicit(&((asyri_shard *)shard)->self_helped,
                                memory_order_relaxed);
}

/* Any thread, a hint; sequentially consistent, as sleepers.h asks for. */
static inline bool asyri_shard_is_empty(const asyri_shard *shard)
{
    uint64_t head = atomic_load_explicit(&shard->head, memory_order_seq_cst);
    return head == atomic_load_explicit(&shard->tail, memory_order_seq_cst);
}

/* Any thread, a hint. */
static inline uint64_t asyri_shard_length(const asyri_shard *shard)
{
    uint64_t head = atomic_load_explicit(&shard->head, memory_order_relaxed);
    uint64_t tail = atomic_load_explicit(&shard->tail, memory_order_relaxed);
    return tail > head ? tail - head : 0;
}

#endif
