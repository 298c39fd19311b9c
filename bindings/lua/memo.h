/*
 * A memo: which tables, functions and upvalues came already, by their addresses.
 *
 * Open addressing in an area; the number of an entry is never 0.
 */
#ifndef GLUE_MEMO_H
#define GLUE_MEMO_H

#include "area.h"

struct memo_entry {
    const void *address;
    uint32_t number;
};

struct memo {
    struct area area;
    uint32_t used, slots; /* a power of two */
};

static inline struct memo_entry *memo_entries(struct memo *memo)
{
    return (struct memo_entry *)(void *)memo->area.data;
}

static inline void open_memo(struct memo *memo, lua_State *L)
{
    open_area(&memo->area, L);
    memo->used = 0;
    memo->slots = 16;
    memo->area.used = memo->slots * sizeof(struct memo_entry);
    memset(memo->area.data, 0, memo->area.used);
}

static inline struct memo_entry *memo_slot(struct memo *memo, const void *address)
{
    struct memo_entry *entries = memo_entries(memo);
    uint32_t mask = memo->slots - 1;
    uint32_t at = (uint32_t)(((uintptr_t)address >> 4) * 2654435761u) & mask;
    while (entries[at].address && entries[at].address != address)
        at = (at + 1) & mask;
    return &entries[at];
}

/* Twice as many slots, in memory of their own. */
static inline void grow_memo(struct memo *memo)
{
    lua_State *L = memo->area.L;
    uint32_t count = memo->slots;
    size_t size = (size_t)count * 2 * sizeof(struct memo_entry);
    const struct memo_entry *before = memo_entries(memo);
    unsigned char *data = lua_newuserdata(L, size);
    memset(data, 0, size);
    memo->area.data = data;
    memo->area.used = memo->area.capacity = size;
    memo->slots = count * 2;
    for (uint32_t i = 0; i < count; i++) {
        if (before[i].address)
            *memo_slot(memo, before[i].address) = before[i];
    }
    lua_replace(L, memo->area.slot);
}

/* 0 when it is new. */
static inline uint32_t memo_find(struct memo *memo, const void *address)
{
    return memo_slot(memo, address)->number;
}

static inline void memo_add(struct memo *memo, const void *address, uint32_t number)
{
    if ((memo->used + 1) * 2 > memo->slots)
        grow_memo(memo);
    struct memo_entry *entry = memo_slot(memo, address);
    entry->address = address;
    entry->number = number;
    memo->used++;
}

#endif
