/*
 * Shards: see shard.h.
 *
 * The ring has one producer at a time, who holds the lock, and one consumer at a time,
 * who holds the takers' lock.
 *
 *   lock          --> taking                      (to put another ring in place)
 *
 * Memory order.  A taker acquires from `tail` what the push released: the entry, and
 * the job behind it.  The producer acquires `head` before it writes a place anew, so
 * the taker's read of it came before.  `ring` and `mask` are read under either lock
 * and written under both.  The store of `tail` is sequentially consistent: together
 * with the look at the sleepers that follows it, no wake-up is lost.
 *
 * A taker that finds the takers' lock held goes away: somebody is taking there.  One
 * that holds it may lose its CPU, and then others wait for that shard; this costs a
 * time slice once in a long while, where a lock-free ring that can grow would cost all
 * takers more, every time.
 */
#include "shard.h"

#include "../base/alloc.h"
#include "../platform/spin.h"

enum { TRIES = 16, KEEP_PLACES = 4096, KEEP_SLABS = 1 };

#ifndef ASYRI_SHARD_FIRST_PLACES
#define ASYRI_SHARD_FIRST_PLACES 64
#endif

void asyri_shard_init(asyri_shard *shard, uint32_t cell_size, uint32_t rare_size)
{
    atomic_init(&shard->locked, 0);
    atomic_init(&shard->taking, 0);
    atomic_init(&shard->head, 0);
    atomic_init(&shard->tail, 0);
    asyri_heap_init(&shard->cells, cell_size);
    asyri_heap_init(&shard->rares, rare_size);
}

void asyri_shard_destroy(asyri_shard *shard)
{
    asyri_free(shard->ring);
}

ASYRI_THREAD_LOCAL uint32_t asyri_shard_favourite;

static bool try_lock(_Atomic uint32_t *lock)
{
    return !atomic_load_explicit(lock, memory_order_relaxed) &&
           !atomic_exchange_explicit(lock, 1, memory_order_acquire);
}

static void unlock(_Atomic uint32_t *lock)
{
    atomic_store_explicit(lock, 0, memory_order_release);
}

static void lock_surely(_Atomic uint32_t *lock)
{
    for (int tries = 1; !try_lock(lock); tries++) {
        asyri_spin_relax(1);
        if (tries % TRIES == 0)
            asyri_spin_yield();
    }
}

void asyri_shard_lock(asyri_shard *shard)
{
    lock_surely(&shard->locked);
}

/* The favourite is new, or somebody else's just now. */
asyri_shard *asyri_shard_lock_another(asyri_shard *shards, uint32_t count)
{
    static _Atomic uint32_t threads;
    uint32_t favourite = asyri_shard_favourite;
    if (!favourite)
        favourite = atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed);
    for (uint32_t tries = 1;; tries++) {
        favourite += favourite == UINT32_MAX ? 2 : 1;
        asyri_shard *shard = &shards[favourite & (count - 1)];
        if (asyri_shard_try_lock(shard)) {
            asyri_shard_favourite = favourite;
            return shard;
        }
        if (tries % (2 * count) == 0)
            asyri_spin_yield();
    }
}

/* With both locks: a ring of that many places, a power of two. */
static bool replace_ring(asyri_shard *shard, uint64_t places)
{
    uint64_t head = atomic_load_explicit(&shard->head, memory_order_relaxed);
    uint64_t tail = atomic_load_explicit(&shard->tail, memory_order_relaxed);
    void **ring = asyri_alloc(places * sizeof *ring);
    if (!ring)
        return false;
    for (uint64_t i = head; i != tail; i++)
        ring[i & (places - 1)] = shard->ring[i & shard->mask];
    asyri_free(shard->ring);
    shard->ring = ring;
    shard->mask = places - 1;
    shard->places = places;
    return true;
}

bool asyri_shard_make_room(asyri_shard *shard, uint64_t count)
{
    uint64_t tail = atomic_load_explicit(&shard->tail, memory_order_relaxed);
    shard->head_seen = atomic_load_explicit(&shard->head, memory_order_acquire);
    uint64_t needed = tail + count - shard->head_seen;
    if (needed <= shard->places)
        return true;
    if (needed > SIZE_MAX / sizeof *shard->ring / 4)
        return false;
    uint64_t places = shard->ring ? 2 * shard->places : ASYRI_SHARD_FIRST_PLACES;
    while (places < needed)
        places *= 2;
    lock_surely(&shard->taking);
    bool replaced = replace_ring(shard, places);
    unlock(&shard->taking);
    return replaced;
}

int asyri_shard_take(asyri_shard *shard, void **entries, int most, uint64_t parts)
{
    if (asyri_shard_is_empty(shard) || !try_lock(&shard->taking))
        return 0;
    uint64_t head = atomic_load_explicit(&shard->head, memory_order_relaxed);
    uint64_t tail = atomic_load_explicit(&shard->tail, memory_order_acquire);
    uint64_t part = (tail - head) / parts;
    int count = part < (uint64_t)most ? (int)part : most;
    count += count == 0 && tail != head;
    for (int i = 0; i < count; i++)
        entries[i] = shard->ring[(head + (uint64_t)i) & shard->mask];
    atomic_store_explicit(&shard->head, head + (uint64_t)count,
                          memory_order_release);
    unlock(&shard->taking);
    asyri_shard_set_hint(shard, false);
    return count;
}

bool asyri_shard_take_back(asyri_shard *shard, const void *entry)
{
    if (!try_lock(&shard->taking))
        return false;
    uint64_t head = atomic_load_explicit(&shard->head, memory_order_relaxed);
    uint64_t tail = atomic_load_explicit(&shard->tail, memory_order_relaxed);
    bool is_newest = tail != head && shard->ring[(tail - 1) & shard->mask] == entry;
    if (is_newest)
        atomic_store_explicit(&shard->tail, tail - 1, memory_order_release);
    unlock(&shard->taking);
    return is_newest;
}

void *asyri_shard_take_dead(asyri_shard *shard, bool (*is_dead)(void *entry))
{
    void *dead = NULL;
    lock_surely(&shard->taking);
    uint64_t head = atomic_load_explicit(&shard->head, memory_order_relaxed);
    uint64_t tail = atomic_load_explicit(&shard->tail, memory_order_relaxed);
    uint64_t at = head;
    while (at != tail && !is_dead(shard->ring[at & shard->mask]))
        at++;
    if (at != tail) {
        dead = shard->ring[at & shard->mask];
        for (; at != head; at--)
            shard->ring[at & shard->mask] = shard->ring[(at - 1) & shard->mask];
        atomic_store_explicit(&shard->head, head + 1, memory_order_release);
    }
    unlock(&shard->taking);
    return dead;
}

static size_t trim_ring(asyri_shard *shard)
{
    size_t before = shard->places * sizeof *shard->ring;
    if (shard->places <= KEEP_PLACES)
        return 0;
    lock_surely(&shard->taking);
    if (asyri_shard_is_empty(shard))
        replace_ring(shard, ASYRI_SHARD_FIRST_PLACES);
    shard->head_seen = atomic_load_explicit(&shard->head, memory_order_relaxed);
    unlock(&shard->taking);
    return before - shard->places * sizeof *shard->ring;
}

size_t asyri_shard_trim(asyri_shard *shard)
{
    return trim_ring(shard) + asyri_heap_trim(&shard->cells, KEEP_SLABS) +
           asyri_heap_trim(&shard->rares, KEEP_SLABS);
}
