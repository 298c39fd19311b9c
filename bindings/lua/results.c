/*
 * Results: the userdata that a program holds.
 *
 * A result is a full userdata with one reference and its pool as the user value, so a
 * task costs one object of Lua.  Its metatable is the class in result.lua.  It is told
 * apart by its first word: comparing metatables costs more than the rest of get().
 */
#include "support.h"

struct result_box {
    const void *mark;    /* &result_key */
    asyr_result *result; /* owned; NULL after its finaliser */
};

static const char result_key = 'r';

static struct result_box *to_box_of_result(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TUSERDATA ||
        lua_rawlen(L, index) != sizeof(struct result_box))
        return NULL;
    struct result_box *box = lua_touserdata(L, index);
    return box->mark == &result_key ? box : NULL;
}

asyr_result *to_result(lua_State *L, int index)
{
    struct result_box *box = to_box_of_result(L, index);
    return box ? box->result : NULL;
}

static asyr_result **push_empty_result(lua_State *L)
{
    struct result_box *box = lua_newuserdata(L, sizeof *box);
    box->mark = &result_key;
    box->result = NULL;
    lua_pushlightuserdata(L, (void *)&result_key);
    lua_rawget(L, LUA_REGISTRYINDEX);
    lua_setmetatable(L, -2);
    return &box->result;
}

void push_result(lua_State *L, asyr_result *consumed)
{
    *push_empty_result(L) = consumed;
}

static int result_gc(lua_State *L)
{
    struct result_box *box = to_box_of_result(L, 1);
    if (box) {
        asyr_result_unref(box->result);
        box->result = NULL;
    }
    return 0;
}

void open_results(lua_State *L)
{
    lua_pushlightuserdata(L, (void *)&result_key);
    lua_newtable(L);
    lua_pushcfunction(L, result_gc);
    lua_setfield(L, -2, "__gc");
    lua_rawset(L, LUA_REGISTRYINDEX);
}

glue_pushed glue_result_class(lua_State *L)
{
    lua_pushlightuserdata(L, (void *)&result_key);
    lua_rawget(L, LUA_REGISTRYINDEX);
    return 1;
}

asyr_error *refuse_result(lua_State *L, int index)
{
    return new_error(ASYR_E_ARGUMENT, "result: expected an AsyncResult, found %s",
                     luaL_typename(L, index));
}

/* ---- the pool ---- */

glue_pushed glue_own_result(lua_State *L, glue_index result, glue_index pool)
{
    lua_pushvalue(L, pool);
    lua_setuservalue(L, result);
    lua_pushvalue(L, result);
    return 1;
}

glue_pushed glue_result_pool(lua_State *L, glue_index result)
{
    if (!to_result(L, result))
        return glue_fail(L, refuse_result(L, result));
    lua_getuservalue(L, result);
    return 1;
}

/* ---- what is called for every task ---- */

glue_pushed glue_submit(lua_State *L, asyr_pool *pool, asyr_function *function,
                        glue_index arguments, glue_index owner)
{
    asyr_error *error = NULL;
    asyr_value *list = NULL;
    asyr_result **slot = push_empty_result(L);
    if (!lua_isnil(L, arguments) &&
        !(list = glue_to_list(L, arguments, "arguments", &error)))
        return glue_fail(L, error);
    asyr_status status =
        asyr_pool_apply_async(pool, function, list, NULL, slot, &error);
    asyr_value_unref(list);
    if (status != ASYR_OK)
        return glue_fail(L, error);
    lua_pushvalue(L, owner);
    lua_setuservalue(L, -2);
    return 1;
}

/* get() of a result that is ready; otherwise the upvalue, which waits, is called. */
static int get(lua_State *L)
{
    asyr_value *value = NULL;
    asyr_error *error = NULL;
    asyr_result *result = to_result(L, 1);
    if (!result) {
        glue_push_error(L, refuse_result(L, 1));
        return lua_error(L);
    }
    if (!asyr_result_is_ready(result)) {
        lua_settop(L, 2);
        lua_pushvalue(L, lua_upvalueindex(1));
        lua_insert(L, 1);
        lua_call(L, 2, 1);
        return 1;
    }
    if (asyr_result_get(result, 0, NULL, &value, &error) == ASYR_OK) {
        if (glue_push_value(L, value) == 0)
            return 1;
    } else {
        glue_push_error(L, error);
    }
    return lua_error(L);
}

glue_pushed glue_result_getter(lua_State *L, glue_index waiting)
{
    lua_pushvalue(L, waiting);
    lua_pushcclosure(L, get, 1);
    return 1;
}
