/*
 * Decoding: from a packet to Lua.
 *
 * A packet was made by encode.c of this process, so its bytes are trusted.  Whatever
 * raises (want of memory, a module that cannot be loaded here) leaves nothing behind.
 */
#include "crossing.h"

#include <string.h>

struct decoder {
    lua_State *L;
    const struct packet *packet;
    const unsigned char *at;
    int objects; /* the tables and functions so far, by their numbers */
    int count;
};

static void push_next(struct decoder *d);

static enum tag take_tag(struct decoder *d)
{
    return (enum tag) * d->at++;
}

static void take_bytes(struct decoder *d, void *into, size_t count)
{
    memcpy(into, d->at, count);
    d->at += count;
}

static uint64_t take_count(struct decoder *d)
{
    uint64_t count = 0;
    int shift = 0;
    for (; *d->at & 128; shift += 7)
        count |= (uint64_t)(*d->at++ & 127) << shift;
    return count | (uint64_t)*d->at++ << shift;
}

/* Text in the packet; it lives as long as that. */
static const char *take_text(struct decoder *d, size_t *length)
{
    *length = (size_t)take_count(d);
    const char *text = (const char *)d->at;
    d->at += *length;
    return text;
}

/* What is on the top of the stack gets the next number. */
static void remember(struct decoder *d)
{
    lua_pushvalue(d->L, -1);
    lua_rawseti(d->L, d->objects, ++d->count);
}

/* ---- tables ---- */

static void push_table(struct decoder *d)
{
    lua_State *L = d->L;
    uint32_t entries;
    size_t items = (size_t)take_count(d);
    take_bytes(d, &entries, sizeof entries);
    size_t others = entries > items ? entries - items : 0;
    lua_createtable(L, items < 1 << 24 ? (int)items : 0,
                    others < 1 << 24 ? (int)others : 0);
    remember(d);
    while (*d->at != TAG_END) {
        push_next(d);
        push_next(d);
        lua_rawset(L, -3);
    }
    d->at++;
    push_next(d);
    if (lua_isnil(L, -1))
        lua_pop(L, 1);
    else
        lua_setmetatable(L, -2);
}

static void push_adopted(struct decoder *d)
{
    size_t length;
    int number = ++d->count;
    const char *module = take_text(d, &length);
    lua_pushlstring(d->L, module, length);
    push_module(d->L, lua_tostring(d->L, -1));
    lua_getfield(d->L, -1, "adopt");
    push_next(d);
    lua_call(d->L, 1, 1);
    lua_replace(d->L, -3);
    lua_pop(d->L, 1);
    lua_pushvalue(d->L, -1);
    lua_rawseti(d->L, d->objects, number);
}

static void push_errors_metatable(struct decoder *d)
{
    push_module(d->L, "asyncresult");
    lua_pop(d->L, 1);
    luaL_getmetatable(d->L, ERROR_METATABLE);
}

/* ---- functions ---- */

static void take_upvalue(struct decoder *d, int place)
{
    if (*d->at != TAG_SHARED) {
        push_next(d);
        if (!lua_setupvalue(d->L, -2, place))
            lua_pop(d->L, 1);
        return;
    }
    d->at++;
    int owner = (int)take_count(d), its_place = (int)take_count(d);
    lua_rawgeti(d->L, d->objects, owner);
    join_upvalue(d->L, lua_gettop(d->L) - 1, place, lua_gettop(d->L), its_place);
    lua_pop(d->L, 1);
}

static void push_function(struct decoder *d)
{
    size_t length;
    const char *code = take_text(d, &length);
    if (luaL_loadbuffer(d->L, code, length, "=function") != LUA_OK)
        lua_error(d->L);
    remember(d);
    for (int place = 1; *d->at != TAG_END; place++)
        take_upvalue(d, place);
    d->at++;
#if LUA_VERSION_NUM < 502
    push_next(d);
    lua_setfenv(d->L, -2);
#endif
}

/* ---- names and handles ---- */

static void push_by_name(struct decoder *d)
{
    size_t length;
    const char *name = take_text(d, &length);
    const char *end = memchr(name, '\0', length);
    if (end)
        push_named(d->L, name, (size_t)(end - name), end + 1,
                   length - (size_t)(end - name) - 1);
    else
        push_named(d->L, name, length, NULL, 0);
}

static const struct held *take_held(struct decoder *d)
{
    return &d->packet->held[take_count(d)];
}

/* The metatables of handles have their methods once the module is loaded. */
static void push_held(struct decoder *d)
{
    const struct held *held = take_held(d);
    push_module(d->L, "asyncresult");
    lua_pop(d->L, 1);
    push_shared_object(d->L, held->object, held->kind);
}

static void push_result(struct decoder *d)
{
    push_held(d);
    push_next(d);
    lua_setuservalue(d->L, -2);
}

/* ---- any value ---- */

static void push_integer(struct decoder *d)
{
    int64_t number;
    take_bytes(d, &number, sizeof number);
    push_int64(d->L, number);
}

static void push_number(struct decoder *d)
{
    lua_Number number;
    take_bytes(d, &number, sizeof number);
    lua_pushnumber(d->L, number);
}

static void push_light(struct decoder *d)
{
    void *address;
    take_bytes(d, &address, sizeof address);
    lua_pushlightuserdata(d->L, address);
}

static void push_text(struct decoder *d)
{
    size_t length;
    const char *text = take_text(d, &length);
    lua_pushlstring(d->L, text, length);
}

static void push_again(struct decoder *d)
{
    lua_rawgeti(d->L, d->objects, (int)take_count(d));
}

static void push_box_of(struct decoder *d)
{
    push_box(d->L, take_held(d)->object);
}

static void push_nil(struct decoder *d)
{
    lua_pushnil(d->L);
}

static void push_false(struct decoder *d)
{
    lua_pushboolean(d->L, 0);
}

static void push_true(struct decoder *d)
{
    lua_pushboolean(d->L, 1);
}

static void (*const pushers[])(struct decoder *) = {
    [TAG_NIL] = push_nil,
    [TAG_FALSE] = push_false,
    [TAG_TRUE] = push_true,
    [TAG_INTEGER] = push_integer,
    [TAG_NUMBER] = push_number,
    [TAG_STRING] = push_text,
    [TAG_LIGHT] = push_light,
    [TAG_NAME] = push_by_name,
    [TAG_AGAIN] = push_again,
    [TAG_TABLE] = push_table,
    [TAG_FUNCTION] = push_function,
    [TAG_HELD] = push_held,
    [TAG_RESULT] = push_result,
    [TAG_BOX] = push_box_of,
    [TAG_ERRORS] = push_errors_metatable,
    [TAG_ADOPTED] = push_adopted,
};

static void push_next(struct decoder *d)
{
    luaL_checkstack(d->L, 10, "crossing");
    pushers[take_tag(d)](d);
}

int push_packet(lua_State *L, const struct packet *packet)
{
    struct decoder d = {L, packet, packet->bytes, 0, 0};
    luaL_checkstack(L, packet->count + 10, "crossing");
    lua_newtable(L);
    d.objects = lua_gettop(L);
    for (int32_t i = 0; i < packet->count; i++)
        push_next(&d);
    lua_remove(L, d.objects);
    return packet->count;
}
