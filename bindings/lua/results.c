/*
 * Results: what is called for every task, without a detour through SWIG's objects.
 *
 * The user value of a result is its pool, which lives as long.
 */
#include "crossing.h"

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

/* What apply_async() was called for: with the pool at 1, the function at 2 and the
 * arguments at 3. */
struct call {
    asyr_pool *pool;
    asyr_function *function; /* NULL for one of Lua */
};

static asyr_value *take_arguments(lua_State *L, bool is_lua, asyr_error **error)
{
    return is_lua ? cross_arguments(L, 3, error)
                  : glue_to_list(L, 3, "arguments", error);
}

/* An owned result, or NULL with the error. */
static asyr_result *submit(lua_State *L, const struct call *call,
                           const asyr_task_options *options, asyr_error **error)
{
    asyr_result *result = NULL;
    asyr_value *list = NULL;
    bool is_lua = !call->function;
    asyr_function *function = is_lua ? lua_function(L, 1, 2, error) : call->function;
    if (!function)
        return NULL;
    if (!lua_isnil(L, 3) && !(list = take_arguments(L, is_lua, error)))
        return NULL;
    asyr_pool_apply_async(call->pool, function, list, options, &result, error);
    asyr_value_unref(list);
    return result;
}

/* Push the result of a submit; the options are consumed. */
static glue_pushed push_submitted(lua_State *L, const struct call *call,
                                  asyr_task_options *options)
{
    asyr_error *error = NULL;
    asyr_result *result = submit(L, call, options, &error);
    asyr_task_options_free(options);
    if (!result)
        return glue_fail(L, error);
    push_object(L, result, &result_kind);
    lua_pushvalue(L, 1);
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
static glue_pushed submit_with_callbacks(lua_State *L, const struct call *call)
{
    asyr_error *error = NULL;
    asyr_task_options *options = callbacks_to_options(L, 5, 6, &error);
    return options ? push_submitted(L, call, options) : glue_fail(L, error);
}

/* Whether the pool at 1 and the function at 2 are what apply_async() takes. */
static bool find_call(lua_State *L, struct call *call)
{
    call->pool = first_object(L, 1, &pool_kind);
    call->function = NULL;
    if (!call->pool || lua_type(L, 2) == LUA_TFUNCTION)
        return call->pool != NULL;
    call->function = first_object(L, 2, &function_kind);
    return call->function != NULL;
}

/* apply_async(pool, function, arguments, options), where the options are callbacks. */
static int apply_async(lua_State *L)
{
    struct call call;
    lua_settop(L, 4);
    bool is_found = find_call(L, &call);
    int given = lua_type(L, 4);
    glue_pushed count;
    if (is_found && given == LUA_TNIL)
        count = push_submitted(L, &call, NULL);
    else if (is_found && given == LUA_TTABLE && push_callbacks(L, 4))
        count = submit_with_callbacks(L, &call);
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
