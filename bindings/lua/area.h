/*
 * An area: memory that grows, and that Lua gives back.
 *
 * It begins on the C stack.  What outgrows that is a userdata in a slot of the Lua
 * stack, so an error of Lua leaves nothing behind.
 */
#ifndef GLUE_AREA_H
#define GLUE_AREA_H

#include <lua.h>
#include <stdint.h>
#include <string.h>

struct area {
    lua_State *L;
    int slot; /* on the stack; absolute */
    unsigned char *data;
    size_t used, capacity;
    unsigned char first[512];
};

static inline void open_area(struct area *area, lua_State *L)
{
    lua_pushnil(L);
    area->L = L;
    area->slot = lua_gettop(L);
    area->data = area->first;
    area->used = 0;
    area->capacity = sizeof area->first;
}

/* May raise; the stack is as before. */
static inline void grow_area(struct area *area, size_t needed)
{
    size_t capacity = area->capacity * 2;
    while (capacity < needed)
        capacity *= 2;
    unsigned char *data = lua_newuserdata(area->L, capacity);
    memcpy(data, area->data, area->used);
    lua_replace(area->L, area->slot);
    area->data = data;
    area->capacity = capacity;
}

static inline void put_bytes(struct area *area, const void *bytes, size_t count)
{
    if (area->used + count > area->capacity)
        grow_area(area, area->used + count);
    memcpy(area->data + area->used, bytes, count);
    area->used += count;
}

static inline void put_byte(struct area *area, unsigned char byte)
{
    put_bytes(area, &byte, 1);
}

/* Seven bits in each byte, the lowest first. */
static inline void put_count(struct area *area, uint64_t count)
{
    for (; count > 127; count >>= 7)
        put_byte(area, (unsigned char)(count | 128));
    put_byte(area, (unsigned char)count);
}

#endif
