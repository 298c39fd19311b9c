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

/* The options of a submit that has callbacks alone; NULL on failure. */
static asyr_task_options *callbacks_to_options(lua_State *L, glue_index callback,
                                               glue_index error_callback,
                                               asyr_error **error)
{
    asyr_task_options *options = NULL;
    asyr_status status = asyr_task_options_new(&options, error);
    if (status == ASYR_OK && !lua_isnil(L, callback))
        status = glue_set_callback(L, options, callback, error);
    if (status == ASYR_OK && !lua_isnil(L, error_callback))
        status = glue_set_error_callback(L, options, error_callback, error);
    if (status == ASYR_OK)
        return options;
    asyr_task_options_free(options);
    return NULL;
}

/* An owned result, or NULL with the error. */
static asyr_result *submit(lua_State *L, asyr_pool *pool, asyr_function *function,
                           glue_index arguments, const asyr_task_options *options,
                           asyr_error **error)
{
    asyr_result *result = NULL;
    asyr_value *list = NULL;
    if (!lua_isnil(L, arguments) &&
        !(list = glue_to_list(L, arguments, "arguments", error)))
        return NULL;
    asyr_pool_apply_async(pool, function, list, options, &result, error);
    asyr_value_unref(list);
    return result;
}

glue_pushed glue_submit(lua_State *L, asyr_pool *pool, asyr_function *function,
                        glue_index arguments, glue_index owner, glue_index callback,
                        glue_index error_callback)
{
    asyr_error *error = NULL;
    asyr_task_options *options = NULL;
    bool has_callbacks = !lua_isnil(L, callback) || !lua_isnil(L, error_callback);
    if (has_callbacks &&
        !(options = callbacks_to_options(L, callback, error_callback, &error)))
        return glue_fail(L, error);
    asyr_result *result = submit(L, pool, function, arguments, options, &error);
    asyr_task_options_free(options);
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
