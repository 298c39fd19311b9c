/*
 * Results: what is called for every task, without a detour through SWIG's objects.
 *
 * The user value of a result is its pool, which lives as long.
 */
#include "support.h"

#include <string.h>

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

/* Push the result of a submit; the options are consumed. */
static glue_pushed push_submitted(lua_State *L, asyr_pool *pool,
                                  asyr_function *function, glue_index arguments,
                                  glue_index owner, asyr_task_options *options)
{
    asyr_error *error = NULL;
    asyr_result *result = submit(L, pool, function, arguments, options, &error);
    asyr_task_options_free(options);
    if (!result)
        return glue_fail(L, error);
    push_object(L, result, &result_kind);
    lua_pushvalue(L, owner);
    lua_setuservalue(L, -2);
    return 1;
}

/* The handle at the place 1 of a table, if there is one of that kind. */
static void *first_object(lua_State *L, int index, const struct handle_kind *kind)
{
    if (lua_type(L, index) != LUA_TTABLE)
        return NULL;
    lua_rawgeti(L, index, 1);
    void *object = to_object(L, -1, kind);
    lua_pop(L, 1);
    return object;
}

/* Call the upvalue with the arguments of this call. */
static int call_upvalue(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

/* Push the two callbacks of a table, or nil; false, with nothing pushed, when the table
 * has anything else. */
static bool push_callbacks(lua_State *L, int given)
{
    int callback = lua_gettop(L) + 1, error_callback = callback + 1;
    lua_settop(L, error_callback);
    lua_pushnil(L);
    while (lua_next(L, given)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
        int place = strcmp(name, "callback") == 0         ? callback
                    : strcmp(name, "error_callback") == 0 ? error_callback
                                                          : 0;
        if (!place || lua_type(L, -1) != LUA_TFUNCTION) {
            lua_settop(L, callback - 1);
            return false;
        }
        lua_replace(L, place);
    }
    return true;
}

/* Submit with the callbacks in the table at the place 4. */
static glue_pushed submit_with_callbacks(lua_State *L, asyr_pool *pool,
                                         asyr_function *function)
{
    asyr_error *error = NULL;
    asyr_task_options *options = callbacks_to_options(L, 5, 6, &error);
    return options ? push_submitted(L, pool, function, 3, 1, options)
                   : glue_fail(L, error);
}

/* apply_async(pool, function, arguments, options), where the options are callbacks. */
static int apply_async(lua_State *L)
{
    asyr_pool *pool = first_object(L, 1, &pool_kind);
    asyr_function *function = pool ? first_object(L, 2, &function_kind) : NULL;
    lua_settop(L, 4);
    int given = lua_type(L, 4);
    glue_pushed count;
    if (function && given == LUA_TNIL)
        count = push_submitted(L, pool, function, 3, 1, NULL);
    else if (function && given == LUA_TTABLE && push_callbacks(L, 4))
        count = submit_with_callbacks(L, pool, function);
    else
        return call_upvalue(L);
    return count < 0 ? lua_error(L) : count;
}

glue_pushed glue_submitter(lua_State *L, glue_index other)
{
    lua_pushvalue(L, other);
    lua_pushcclosure(L, apply_async, 1);
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
        return call_upvalue(L);
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
