/*
 * Maps: the items of one job, shared out among those who run it.
 *
 * A map is cut into units: chunks, where a chunk size was asked for, or single items.
 * Participants take units from the front, one or several at a time, so that they begin
 * in the order of the items.  Nothing is allocated or queued for an item.
 */
#ifndef ASYRI_POOL_MAP_H
#define ASYRI_POOL_MAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <asyncresult/types.h>

typedef struct asyri_map {
    /* immutable: */
    int64_t items;
    int64_t unit_size;  /* items of a unit */
    int64_t chunk_size; /* items that one failure skips the rest of */
    int64_t unit_count;
    bool is_adaptive; /* several units are taken at once */
    int32_t seat_count;
    int32_t workers; /* who may take part, to cut by */
    /* of a range, immutable from the submit on: */
    int64_t begin;
    asyr_range_fn kernel; /* NULL where a function is called */
    /* until the work is let go: */
    asyr_value
        *output; /* a list or an array, a place for each item; of a range NULL */
    /* atomic: */
    _Atomic int64_t left; /* units that have neither ended nor been dropped */
    _Atomic(_Atomic uint8_t *) failed_chunks; /* NULL before the first failure */
    /* under the pool's lock: */
    asyr_error *failure; /* the error so far, by the policy */
    int64_t failure_index;
    char apart[64];
    _Atomic int64_t next; /* the first unit that nobody has taken */
    char apart_too[64 - sizeof(int64_t)];
    _Atomic uintptr_t
        seats[]; /* who takes part: a thread, or one of the two below */
} asyri_map;

enum { ASYRI_SEAT_FREE = 0, ASYRI_SEAT_UNKNOWN = 1 };

/* Items, one after the other, that one participant has taken. */
struct asyri_span {
    _Atomic uintptr_t *seat;
    int64_t next; /* of the items */
    int64_t end;
    int64_t units;  /* taken and not ended */
    int64_t done;   /* ended and not counted off yet */
    int64_t grain;  /* units to take next, if there are many */
    int64_t chunks; /* that it has run so far, parts as whole ones */
    int64_t begun;  /* when, by the clock */
};

/* `workers` may run it; `chunk_size` is 0 for the default.  NULL without memory, and
 * the output is the caller's then. */
asyri_map *asyri_map_new(asyr_value *output, int64_t items, int64_t chunk_size,
                         int64_t workers, bool adaptive);
void asyri_map_free(asyri_map *map);

/* Become a participant; false when nothing is left to take, or no seat. */
bool asyri_map_join(asyri_map *map, struct asyri_span *span, uintptr_t thread);
/* Take the next items; false when nothing is left. */
bool asyri_map_take(asyri_map *map, struct asyri_span *span);
/* The items taken have ended, or their rest was skipped. */
void asyri_map_end_span(asyri_map *map, struct asyri_span *span);
/* Leave.  True if the map has ended by that. */
bool asyri_map_leave(asyri_map *map, struct asyri_span *span);
/* Whether another participant would find something. */
bool asyri_map_has_more(const asyri_map *map);
/* Drop what nobody has taken; how many units. */
int64_t asyri_map_drop(asyri_map *map);
/* Units have ended or were dropped; true if they were the last. */
bool asyri_map_count_off(asyri_map *map, int64_t units);

/* An item failed: the rest of its chunk is skipped. */
void asyri_map_skip_chunk(asyri_map *map, int64_t item);
bool asyri_map_skips(const asyri_map *map, int64_t item);
/* Whether any chunk has failed; quicker than to look at each. */
static inline bool asyri_map_has_failed(const asyri_map *map)
{
    return atomic_load_explicit(&map->failed_chunks, memory_order_acquire) != NULL;
}

/* Whether the thread runs a part of it; a hint. */
bool asyri_map_is_run_by(const asyri_map *map, uintptr_t thread);

/* Under the pool's lock: an item failed.  The error is owned by the callee; the one
 * that is not kept, or NULL, is the caller's to release without the lock. */
asyr_error *asyri_map_fail_locked(asyri_map *map, int32_t policy, int64_t index,
                                  asyr_error *failure);

#endif
