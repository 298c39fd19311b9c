/*
 * Maps: see map.h.
 *
 * Memory order.  Taking units publishes nothing, for they carry no data: relaxed.  What a
 * participant wrote (the output, an array's places) is released when he counts his
 * units off, and acquired by the one whose units are the last.  He counts off when he
 * leaves, not per span: `left` is one word for all.
 *
 * The grain of an adaptive map doubles while a span takes less than 15 us and shrinks
 * when it takes more than 60, so that the counter and the clock cost little, on many
 * processors too; towards the end it is a part of what is left, so that the last spans
 * are short, as in guided self-scheduling (Polychronopoulos and Kuck, 1987).  A span is
 * never a part of two chunks.
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
#include "../platform/clock.h"

enum {
    SPAN_SHORT_NS = 15000,
    SPAN_LONG_NS = 60000,
    SPANS_A_WORKER = 4, /* of what is left, at least */
    MORE_SEATS = 8      /* for waiters that help, and spares */
};

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
    map->is_adaptive = adaptive && !chunk_size;
    map->unit_size = map->is_adaptive ? 1 : map->chunk_size;
    map->unit_count = divide_up(map->items, map->unit_size);
}

asyri_map *asyri_map_new(asyr_value *output, int64_t items, int64_t chunk_size,
                         int64_t workers, bool adaptive)
{
    struct asyri_map sizes = {.output = output, .items = items};
    choose_units(&sizes, chunk_size, workers, adaptive);
    int64_t seats = sizes.unit_count < workers ? sizes.unit_count : workers;
    seats += MORE_SEATS;
    asyri_map *map = asyri_alloc_zeroed(
        1, sizeof *map + (size_t)seats * sizeof(_Atomic uintptr_t));
    if (!map)
        return NULL;
    *map = sizes;
    map->workers = (int32_t)(workers < INT32_MAX ? workers : INT32_MAX);
    map->seat_count = (int32_t)seats;
    atomic_init(&map->left, map->unit_count);
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

bool asyri_map_has_more(const asyri_map *map)
{
    return atomic_load_explicit(&((asyri_map *)map)->next, memory_order_relaxed) <
           map->unit_count;
}

static bool take_seat(asyri_map *map, struct asyri_span *span, uintptr_t thread)
{
    for (int32_t i = 0; i < map->seat_count; i++) {
        uintptr_t nobody = ASYRI_SEAT_FREE;
        span->seat = &map->seats[i];
        if (atomic_compare_exchange_strong_explicit(span->seat, &nobody, thread,
                                                    memory_order_relaxed,
                                                    memory_order_relaxed))
            return true;
    }
    return false;
}

bool asyri_map_join(asyri_map *map, struct asyri_span *span, uintptr_t thread)
{
    *span = (struct asyri_span){.grain = 1};
    return asyri_map_has_more(map) && take_seat(map, span, thread);
}

/* As the grain says, but a part of what is left, and of one chunk; of a chunk that is
 * skipped, all. */
static int64_t units_to_take(const asyri_map *map, const struct asyri_span *span,
                             int64_t next)
{
    int64_t left = map->unit_count - next;
    int64_t part = left / ((int64_t)SPANS_A_WORKER * map->workers) + 1;
    int64_t chunk = map->chunk_size - next % map->chunk_size;
    int64_t units = span->grain;
    if (!map->is_adaptive)
        return 1;
    if (asyri_map_has_failed(map) && asyri_map_skips(map, next))
        return chunk < left ? chunk : left;
    units = units < part ? units : part;
    return units < chunk ? units : chunk;
}

bool asyri_map_take(asyri_map *map, struct asyri_span *span)
{
    int64_t next = atomic_load_explicit(&map->next, memory_order_relaxed);
    int64_t units;
    do {
        if (next >= map->unit_count)
            return false;
        units = units_to_take(map, span, next);
    } while (!atomic_compare_exchange_weak_explicit(&map->next, &next, next + units,
                                                    memory_order_relaxed,
                                                    memory_order_relaxed));
    int64_t rest = map->items - next * map->unit_size;
    span->units = units;
    span->next = next * map->unit_size;
    span->end =
        span->next + (units * map->unit_size < rest ? units * map->unit_size : rest);
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
    atomic_store_explicit(span->seat, ASYRI_SEAT_FREE, memory_order_relaxed);
    return asyri_map_count_off(map, span->done);
}

int64_t asyri_map_drop(asyri_map *map)
{
    int64_t next =
        atomic_exchange_explicit(&map->next, map->unit_count, memory_order_relaxed);
    return map->unit_count - next;
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
    for (int32_t i = 0; i < map->seat_count; i++)
        if (atomic_load_explicit(&((asyri_map *)map)->seats[i],
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
