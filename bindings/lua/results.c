/*
 * Results: what is called for every task, without a detour through SWIG's objects.
 *
 * The user value of a result is its pool, which lives as long.
 */
#include "support.h"

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
    if (!to_object(L, result, &result_kind))
        return glue_fail(L, refuse_object(L, result, &result_kind));
    lua_getuservalue(L, result);
    return 1;
}

/* ---- what is called for every task ---- */

glue_pushed glue_submit(lua_State *L, glue_index pool, glue_index function,
                        glue_index arguments, glue_index owner)
{
    asyr_error *error = NULL;
    asyr_value *list = NULL;
    asyr_pool *to = to_object(L, pool, &pool_kind);
    asyr_function *callee = to_object(L, function, &function_kind);
    if (!to || !callee)
        return glue_fail(L, to ? refuse_object(L, function, &function_kind)
                               : refuse_object(L, pool, &pool_kind));
    if (!lua_isnil(L, arguments) &&
        !(list = glue_to_list(L, arguments, "arguments", &error)))
        return glue_fail(L, error);
    asyr_result *result = NULL;
    asyr_pool_apply_async(to, callee, list, NULL, &result, &error);
    asyr_value_unref(list);
    if (!result)
        return glue_fail(L, error);
    push_object(L, result, &result_kind);
    lua_pushvalue(L, owner);
    lua_setuservalue(L, -2);
    return 1;
}

/* get() of a result that is ready; otherwise the upvalue, which waits, is called. */
static int get(lua_State *L)
{
    asyr_value *value = NULL;
    asyr_error *error = NULL;
    asyr_result *result = to_object(L, 1, &result_kind);
    if (!result) {
        glue_push_error(L, refuse_object(L, 1, &result_kind));
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
