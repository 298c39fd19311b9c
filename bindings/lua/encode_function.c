/*
 * Encoding a function of Lua: its code, which is dumped once, and its upvalues.
 */
#include "encoder.h"

#include <stdio.h>

static int write_code(lua_State *L, const void *bytes, size_t count, void *arg)
{
    (void)L;
    put_bytes(arg, bytes, count);
    return 0;
}

static const char codes_key = 'd';

/* The table of what functions were dumped as; a string refers to no function. */
static void push_codes(lua_State *L)
{
    lua_pushlightuserdata(L, (void *)&codes_key);
    lua_rawget(L, LUA_REGISTRYINDEX);
    if (lua_istable(L, -1))
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_newtable(L);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushlightuserdata(L, (void *)&codes_key);
    lua_pushvalue(L, -2);
    lua_rawset(L, LUA_REGISTRYINDEX);
}

/* Push the code of a function; nil when it has none. */
static void push_code(lua_State *L, int function)
{
    struct area code;
    push_codes(L);
    lua_pushvalue(L, function);
    lua_rawget(L, -2);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        open_area(&code, L);
        lua_pushvalue(L, function);
        int failed = dump_function(L, write_code, &code);
        lua_pop(L, 1);
        if (failed)
            lua_pushnil(L);
        else
            lua_pushlstring(L, (const char *)code.data, code.used);
        lua_remove(L, code.slot);
        lua_pushvalue(L, function);
        lua_pushvalue(L, -2);
        if (!failed)
            lua_rawset(L, -4);
        else
            lua_pop(L, 2);
    }
    lua_remove(L, -2);
}

/* An upvalue that several functions share crosses once: as the number of the function
 * that had it first, and its place there. */
static bool put_shared(struct encoder *e, int function, int place, uint32_t number)
{
    void *address = upvalue_address(e->L, function, place);
    uint32_t before = address ? memo_find(&e->memo, address) : 0;
    if (before) {
        put_tag(e, TAG_SHARED);
        put_count(&e->bytes, before >> 8);
        put_count(&e->bytes, before & 255);
        return true;
    }
    if (address && number < 1u << 24)
        memo_add(&e->memo, address, number << 8 | (uint32_t)place);
    return false;
}

static void prepend_upvalue(struct encoder *e, const char *name)
{
    char step[64];
    snprintf(step, sizeof step, "(upvalue %.40s)", name && *name ? name : "?");
    prepend_place(e, step);
}

static bool put_upvalues(struct encoder *e, int function, uint32_t number)
{
    lua_State *L = e->L;
    const char *name;
    for (int place = 1; (name = lua_getupvalue(L, function, place)); place++) {
        bool done =
            put_shared(e, function, place, number) || put_value(e, lua_gettop(L));
        lua_pop(L, 1);
        if (!done) {
            prepend_upvalue(e, name);
            return false;
        }
    }
    put_tag(e, TAG_END);
    return true;
}

static bool put_environment(struct encoder *e, int function)
{
#if LUA_VERSION_NUM < 502
    lua_getfenv(e->L, function);
    bool done = put_value(e, lua_gettop(e->L));
    lua_pop(e->L, 1);
    if (!done)
        prepend_place(e, "(environment)");
    return done;
#else
    (void)e;
    (void)function;
    return true;
#endif
}

static bool put_lua_function(struct encoder *e, int index)
{
    size_t length;
    uint32_t number = ++e->count;
    memo_add(&e->memo, lua_topointer(e->L, index), number);
    push_code(e->L, index);
    const char *code = lua_tolstring(e->L, -1, &length);
    if (!code) {
        lua_pop(e->L, 1);
        return encode_refusal(e, "a", "function without code");
    }
    put_tag(e, TAG_FUNCTION);
    put_count(&e->bytes, length);
    put_bytes(&e->bytes, code, length);
    lua_pop(e->L, 1);
    return put_upvalues(e, index, number) && put_environment(e, index);
}

bool put_function(struct encoder *e, int index)
{
    if (lua_iscfunction(e->L, index))
        return put_named_anew(e, index) ||
               encode_refusal(e, "a",
                              "C function that is no field of a loaded module");
    if (put_again(e, lua_topointer(e->L, index)) || put_named(e, index))
        return true;
    if (!enter_encoded(e))
        return false;
    bool done = put_lua_function(e, index);
    e->depth--;
    return done;
}
