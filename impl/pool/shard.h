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
    _Atomic uint64_t tail; /* written under the lock */
    char apart_too[128 - sizeof(uint64_t)];
    _Atomic uint32_t taking; /* the takers' lock */
    _Atomic uint64_t head;   /* written under the takers' lock */
    void **ring; /* changed under both locks; NULL before the first push */
    uint64_t mask;
};

void asyri_shard_init(asyri_shard *shard, uint32_t cell_size, uint32_t rare_size);
/* The rest of it, the heaps having ended. */
void asyri_shard_destroy(asyri_shard *shard);

bool asyri_shard_try_lock(asyri_shard *shard);
void asyri_shard_lock(asyri_shard *shard);
void asyri_shard_unlock(asyri_shard *shard);
/* Lock one of `count` shards, a power of two: this thread's favourite if possible. */
asyri_shard *asyri_shard_lock_any(asyri_shard *shards, uint32_t count);

/*
 * With the lock held: append an entry; false without memory.  The write that
 * publishes it is sequentially consistent.
 */
bool asyri_shard_push(asyri_shard *shard, void *entry);
/* The same, with room for so many made before. */
bool asyri_shard_reserve(asyri_shard *shard, uint64_t count);

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
void asyri_shard_publish(asyri_shard *shard, uint64_t count);

/* Any thread: take the oldest entries, at least one, at most `most` of them and one of
 * `parts`; so a short queue keeps its order. */
int asyri_shard_take(asyri_shard *shard, void **entries, int most, uint64_t parts);
/* With the lock held: take the newest entry if it is `entry`. */
bool asyri_shard_take_back(asyri_shard *shard, const void *entry);
/* With the lock held: take out, one by one, all entries that `is_dead` says so of. */
void *asyri_shard_take_dead(asyri_shard *shard, bool (*is_dead)(void *entry));
/* With the lock held: give memory back that a burst has left; bytes. */
size_t asyri_shard_trim(asyri_shard *shard);

/* Any thread, a hint; sequentially consistent, as sleepers.h asks for. */
static inline bool asyri_shard_is_empty(const asyri_shard *shard)
{
    uint64_t head = atomic_load_explicit(&shard->head, memory_order_seq_cst);
    return head == atomic_load_explicit(&shard->tail, memory_order_seq_cst);
}

#endif
