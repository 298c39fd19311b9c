/*
 * Maps: see map.h.
 *
 * Memory order.  A range is one word, changed by compare-exchange; whoever changes it
 * has the units that he took out of it.  What a participant wrote (the output, an
 * array's places) is released when he counts his units off, and acquired by the one
 * whose units are the last.  Taking a share releases nothing: units carry no data.
 *
 * A participant counts off when he leaves, not per span: `left` is one word for all.
 *
 * The grain of an adaptive map doubles while a span takes less than 15 us and shrinks
 * when it takes more than 60, so that looking at the clock costs little and the last
 * spans are short; a span is never more than a quarter of its range, nor of two chunks.
 *
 * An item that fails skips the rest of its chunk, parts of which may be in the hands
 * of others: they look at a bit of the chunk, once any has failed.  Without memory for
 * the bits only the failing span skips its rest.
 */
#include "map.h"

#include <asyncresult/task_options.h>

#include "../base/alloc.h"
#include "../core/error.h"
#include "../core/value.h"
#include "../platform/thread.h"

enum { SPAN_SHORT_NS = 15000, SPAN_LONG_NS = 60000, MORE_SHARES = 4 };

static uint64_t range_of(uint64_t begin, uint64_t end)
{
    return end << 32 | begin;
}

static uint64_t begin_of(uint64_t range)
{
    return (uint32_t)range;
}

static uint64_t end_of(uint64_t range)
{
    return range >> 32;
}

static uint64_t length_of(uint64_t range)
{
    return end_of(range) > begin_of(range) ? end_of(range) - begin_of(range) : 0;
}

static int64_t divide_up(int64_t dividend, int64_t divisor)
{
    return dividend / divisor + (dividend % divisor != 0);
}

/* ceil(n / (4 * workers)), as Python's Pool has it. */
static int64_t default_chunk_size(int64_t items, int64_t workers)
{
    int64_t size = divide_up(items, 4 * workers);
    return size > 0 ? size : 1;
}

static void choose_units(asyri_map *map, int64_t chunk_size, int64_t workers,
                         bool adaptive)
{
    map->chunk_size =
        chunk_size ? chunk_size : default_chunk_size(map->items, workers);
    map->is_adaptive = adaptive && !chunk_size && map->items <= UINT32_MAX;
    map->unit_size = map->is_adaptive ? 1 : map->chunk_size;
    map->unit_count = divide_up(map->items, map->unit_size);
}

asyri_map *asyri_map_new(asyr_value *output, int64_t items, int64_t chunk_size,
                         int64_t workers, bool adaptive)
{
    struct asyri_map sizes = {.output = output, .items = items};
    choose_units(&sizes, chunk_size, workers, adaptive);
    if (sizes.unit_count > UINT32_MAX)
        return NULL;
    int64_t shares = sizes.unit_count < workers ? sizes.unit_count : workers;
    shares += MORE_SHARES;
    asyri_map *map = asyri_alloc_zeroed(
        1, sizeof *map + (size_t)shares * sizeof(struct asyri_share));
    if (!map)
        return NULL;
    *map = sizes;
    map->share_count = (int32_t)shares;
    atomic_init(&map->left, map->unit_count);
    atomic_init(&map->shares[0].range, range_of(0, (uint64_t)map->unit_count));
    return map;
}

void asyri_map_free(asyri_map *map)
{
    if (!map)
        return;
    asyri_value_unref(map->output);
    asyri_error_unref(map->failure);
    asyri_free(
        (void *)atomic_load_explicit(&map->failed_chunks, memory_order_acquire));
    asyri_free(map);
}

/* The share with the longest range that no other participant holds, or any. */
static struct asyri_share *find_longest(asyri_map *map, uint64_t *range)
{
    struct asyri_share *longest = NULL;
    *range = 0;
    for (int32_t i = 0; i < map->share_count; i++) {
        uint64_t seen =
            atomic_load_explicit(&map->shares[i].range, memory_order_relaxed);
        if (length_of(seen) > length_of(*range)) {
            longest = &map->shares[i];
            *range = seen;
        }
    }
    return longest;
}

bool asyri_map_has_more(const asyri_map *map)
{
    uint64_t range;
    return find_longest((asyri_map *)map, &range) != NULL;
}

/*
 * The back half of the longest range becomes the participant's own; all of it where
 * nobody takes from its front.
 */
static bool refill(asyri_map *map, struct asyri_share *own)
{
    uint64_t range;
    for (struct asyri_share *from; (from = find_longest(map, &range));) {
        bool is_led = atomic_load_explicit(&from->taken, memory_order_relaxed);
        uint64_t middle =
            begin_of(range) + (is_led && from != own ? length_of(range) / 2 : 0);
        if (!atomic_compare_exchange_strong_explicit(
                &from->range, &range, range_of(begin_of(range), middle),
                memory_order_relaxed, memory_order_relaxed))
            continue;
        atomic_store_explicit(&own->range, range_of(middle, end_of(range)),
                              memory_order_relaxed);
        return true;
    }
    return false;
}

static bool take_share(asyri_map *map, struct asyri_span *span)
{
    for (int32_t i = 0; i < map->share_count; i++) {
        struct asyri_share *share = &map->shares[i];
        if (!atomic_load_explicit(&share->taken, memory_order_relaxed) &&
            !atomic_exchange_explicit(&share->taken, true, memory_order_acquire)) {
            span->share = share;
            return true;
        }
    }
    return false;
}

bool asyri_map_join(asyri_map *map, struct asyri_span *span, uintptr_t thread)
{
    *span = (struct asyri_span){.grain = 1};
    if (!asyri_map_has_more(map) || !take_share(map, span))
        return false;
    atomic_store_explicit(&span->share->runner, thread, memory_order_relaxed);
    return true;
}

/* As the grain says, but a part of the range, and of one chunk. */
static uint64_t units_to_take(const asyri_map *map, const struct asyri_span *span,
                              uint64_t range)
{
    if (!map->is_adaptive)
        return 1;
    uint64_t units = (uint64_t)span->grain;
    uint64_t part = length_of(range) / 4 + 1;
    uint64_t chunk = (uint64_t)map->chunk_size;
    uint64_t rest = chunk - begin_of(range) % chunk;
    units = units < part ? units : part;
    return units < rest ? units : rest;
}

/* Units from the front of the own range; 0 when it is empty. */
static uint64_t take_front(asyri_map *map, struct asyri_span *span, uint64_t *begin)
{
    uint64_t range = atomic_load_explicit(&span->share->range, memory_order_relaxed);
    for (;;) {
        if (length_of(range) == 0)
            return 0;
        *begin = begin_of(range);
        uint64_t units = units_to_take(map, span, range);
        if (atomic_compare_exchange_weak_explicit(
                &span->share->range, &range, range_of(*begin + units, end_of(range)),
                memory_order_relaxed, memory_order_relaxed))
            return units;
    }
}

bool asyri_map_take(asyri_map *map, struct asyri_span *span)
{
    uint64_t begin, units;
    while (!(units = take_front(map, span, &begin)))
        if (!refill(map, span->share))
            return false;
    int64_t end = (int64_t)(begin + units) * map->unit_size;
    span->units = (int64_t)units;
    span->next = (int64_t)begin * map->unit_size;
    span->end = end < map->items ? end : map->items;
    span->begun = map->is_adaptive ? asyri_clock_now() : 0;
    return true;
}

static void adapt(struct asyri_span *span)
{
    int64_t taken = asyri_clock_now() - span->begun;
    if (taken < SPAN_SHORT_NS && span->grain <= INT32_MAX / 2)
        span->grain *= 2;
    else if (taken > SPAN_LONG_NS && span->grain > 1)
        span->grain = span->grain * SPAN_LONG_NS / taken / 2 + 1;
}

void asyri_map_end_span(asyri_map *map, struct asyri_span *span)
{
    span->done += span->units;
    span->chunks += divide_up(span->units * map->unit_size, map->chunk_size);
    span->units = 0;
    if (map->is_adaptive)
        adapt(span);
}

bool asyri_map_leave(asyri_map *map, struct asyri_span *span)
{
    atomic_store_explicit(&span->share->runner, 0, memory_order_relaxed);
    atomic_store_explicit(&span->share->taken, false, memory_order_release);
    return asyri_map_count_off(map, span->done);
}

int64_t asyri_map_drop(asyri_map *map)
{
    int64_t dropped = 0;
    uint64_t range;
    for (struct asyri_share *share; (share = find_longest(map, &range));) {
        if (atomic_compare_exchange_strong_explicit(&share->range, &range, 0,
                                                    memory_order_relaxed,
                                                    memory_order_relaxed))
            dropped += (int64_t)length_of(range);
    }
    return dropped;
}

bool asyri_map_count_off(asyri_map *map, int64_t units)
{
    return units > 0 && atomic_fetch_sub_explicit(&map->left, units,
                                                  memory_order_acq_rel) == units;
}

/* The bits of the failed chunks, made by the first who needs them; may be NULL. */
static _Atomic uint8_t *failed_bits(asyri_map *map)
{
    _Atomic uint8_t *bits =
        atomic_load_explicit(&map->failed_chunks, memory_order_acquire);
    if (bits)
        return bits;
    int64_t chunks = divide_up(map->items, map->chunk_size);
    _Atomic uint8_t *made = asyri_alloc_zeroed((size_t)(chunks + 7) / 8, 1);
    if (!made)
        return NULL;
    if (atomic_compare_exchange_strong_explicit(&map->failed_chunks, &bits, made,
                                                memory_order_acq_rel,
                                                memory_order_acquire))
        return made;
    asyri_free((void *)made);
    return bits;
}

void asyri_map_skip_chunk(asyri_map *map, int64_t item)
{
    if (!map->is_adaptive)
        return;
    _Atomic uint8_t *bits = failed_bits(map);
    int64_t chunk = item / map->chunk_size;
    if (bits)
        atomic_fetch_or_explicit(&bits[chunk / 8], (uint8_t)(1u << chunk % 8),
                                 memory_order_relaxed);
}

bool asyri_map_skips(const asyri_map *map, int64_t item)
{
    _Atomic uint8_t *bits = atomic_load_explicit(&((asyri_map *)map)->failed_chunks,
                                                 memory_order_acquire);
    int64_t chunk = item / map->chunk_size;
    return bits && (atomic_load_explicit(&bits[chunk / 8], memory_order_relaxed) >>
                        chunk % 8 &
                    1);
}

bool asyri_map_is_run_by(const asyri_map *map, uintptr_t thread)
{
    for (int32_t i = 0; i < map->share_count; i++)
        if (atomic_load_explicit(&((asyri_map *)map)->shares[i].runner,
                                 memory_order_relaxed) == thread)
            return true;
    return false;
}

asyr_error *asyri_map_fail_locked(asyri_map *map, int32_t policy, int64_t index,
                                  asyr_error *failure)
{
    asyr_error *before = map->failure;
    bool better =
        !before || (policy == ASYR_ERRORS_LOWEST && index < map->failure_index);
    if (!better)
        return failure;
    map->failure = failure;
    map->failure_index = index;
    return before;
}
