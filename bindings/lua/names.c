/*
 * Names: how a module, and a function that only its module has, is found again in
 * another Lua state.
 *
 * The table of names has the modules of package.loaded and their fields that are
 * functions or userdata, each with its name as value.  Of the globals only C functions
 * are named: a function that a script has made is no worker's.  The table is kept, with
 * the number of modules that it was made from at its place 1.
 */
#include "crossing.h"

#include <string.h>

static const char names_key = 'n';

static void push_loaded(lua_State *L)
{
    lua_getfield(L, LUA_REGISTRYINDEX, "_LOADED");
}

static lua_Number count_loaded(lua_State *L)
{
    lua_Number count = 0;
    push_loaded(L);
    if (lua_istable(L, -1)) {
        for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
            count++;
    }
    lua_pop(L, 1);
    return count;
}

/* Whether a name is better than the one before it: the same one each time. */
static bool is_better(lua_State *L, int name, int before)
{
    if (lua_type(L, before) != LUA_TSTRING)
        return true;
    size_t length = lua_rawlen(L, name), other = lua_rawlen(L, before);
    bool is_global = strcmp(lua_tostring(L, name), "_G") == 0;
    bool was_global = strcmp(lua_tostring(L, before), "_G") == 0;
    if (is_global != was_global)
        return was_global;
    if (length != other)
        return length < other;
    return memcmp(lua_tostring(L, name), lua_tostring(L, before), length) < 0;
}

/* The name is on the top of the stack, and is popped. */
static void set_name(lua_State *L, int names, int object)
{
    lua_pushvalue(L, object);
    lua_rawget(L, names);
    bool better = is_better(L, lua_gettop(L) - 1, lua_gettop(L));
    lua_pop(L, 1);
    if (better) {
        lua_pushvalue(L, object);
        lua_insert(L, -2);
        lua_rawset(L, names);
    } else {
        lua_pop(L, 1);
    }
}

static bool has_name(lua_State *L, int field, bool is_global)
{
    int type = lua_type(L, field);
    return type == LUA_TUSERDATA ||
           (type == LUA_TFUNCTION && (!is_global || lua_iscfunction(L, field)));
}

static void name_fields(lua_State *L, int names, int module, const char *name)
{
    bool is_global = strcmp(name, "_G") == 0;
    for (lua_pushnil(L); lua_next(L, module); lua_pop(L, 1)) {
        int field = lua_gettop(L);
        if (lua_type(L, field - 1) != LUA_TSTRING || !has_name(L, field, is_global))
            continue;
        lua_pushstring(L, name);
        lua_pushlstring(L, "", 1);
        lua_pushvalue(L, field - 1);
        lua_concat(L, 3);
        set_name(L, names, field);
    }
}

static bool can_be_named(int type)
{
    return type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TUSERDATA;
}

static void name_modules(lua_State *L, int names, int loaded)
{
    for (lua_pushnil(L); lua_next(L, loaded); lua_pop(L, 1)) {
        int module = lua_gettop(L);
        if (lua_type(L, module - 1) != LUA_TSTRING ||
            !can_be_named(lua_type(L, module)))
            continue;
        lua_pushvalue(L, module - 1);
        set_name(L, names, module);
        if (lua_istable(L, module))
            name_fields(L, names, module, lua_tostring(L, module - 1));
    }
}

static void make_names(lua_State *L)
{
    luaL_checkstack(L, 16, "names");
    lua_newtable(L);
    lua_newtable(L);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    int names = lua_gettop(L);
    push_loaded(L);
    if (lua_istable(L, -1))
        name_modules(L, names, names + 1);
    lua_settop(L, names);
    lua_pushnumber(L, count_loaded(L));
    lua_rawseti(L, names, 1);
}

void push_names_anew(lua_State *L)
{
    make_names(L);
    lua_pushlightuserdata(L, (void *)&names_key);
    lua_pushvalue(L, -2);
    lua_rawset(L, LUA_REGISTRYINDEX);
}

void push_names(lua_State *L)
{
    lua_pushlightuserdata(L, (void *)&names_key);
    lua_rawget(L, LUA_REGISTRYINDEX);
    if (lua_istable(L, -1)) {
        lua_rawgeti(L, -1, 1);
        bool is_fresh = lua_tonumber(L, -1) == count_loaded(L);
        lua_pop(L, 1);
        if (is_fresh)
            return;
    }
    lua_pop(L, 1);
    push_names_anew(L);
}

/* ---- what a name stands for ---- */

void push_module(lua_State *L, const char *module)
{
    push_loaded(L);
    lua_getfield(L, -1, module);
    lua_remove(L, -2);
    if (!lua_isnil(L, -1))
        return;
    lua_pop(L, 1);
    lua_getglobal(L, "require");
    lua_pushstring(L, module);
    lua_call(L, 1, 1);
}

void push_named(lua_State *L, const char *module, size_t module_length,
                const char *field, size_t field_length)
{
    luaL_checkstack(L, 8, "name");
    lua_pushlstring(L, module, module_length);
    push_module(L, lua_tostring(L, -1));
    lua_remove(L, -2);
    if (!field)
        return;
    if (lua_istable(L, -1)) {
        lua_pushlstring(L, field, field_length);
        lua_rawget(L, -2);
        lua_remove(L, -2);
    }
    if (lua_isnil(L, -1) || lua_istable(L, -1))
        luaL_error(L, "the module '%s' has no function '%s' in this Lua state",
                   module, field);
}
