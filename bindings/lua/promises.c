/*
 * Promises: results that Lua code completes.
 */
#include "crossing.h"

glue_pushed glue_promise_new(lua_State *L, asyr_pool *pool,
                             asyr_task_options *options)
{
    asyr_promise *promise = NULL;
    asyr_result *result = NULL;
    asyr_error *error = NULL;
    if (asyr_promise_new(pool, options, &promise, &result, &error) != ASYR_OK)
        return glue_fail(L, error);
    push_object(L, promise, &promise_kind);
    push_object(L, result, &result_kind);
    return 2;
}

static asyr_promise *find_promise(lua_State *L, int index, asyr_error **error)
{
    asyr_promise *promise = to_object(L, index, &promise_kind);
    if (!promise)
        *error = refuse_object(L, index, &promise_kind);
    return promise;
}

glue_pushed glue_promise_set_value(lua_State *L, glue_index handle, glue_index value)
{
    asyr_error *error = NULL;
    asyr_value *made = NULL;
    asyr_promise *promise = find_promise(L, handle, &error);
    if (promise && (made = cross_value(L, value, "value", &error))) {
        asyr_promise_set_value(promise, made, &error);
        asyr_value_unref(made);
    }
    return error ? glue_fail(L, error) : 0;
}

glue_pushed glue_promise_set_error(lua_State *L, glue_index handle,
                                   glue_index failure)
{
    asyr_error *error = NULL;
    asyr_promise *promise = find_promise(L, handle, &error);
    if (promise) {
        asyr_error *made = error_from_lua(L, failure, NULL);
        asyr_promise_set_error(promise, made, &error);
        asyr_error_unref(made);
    }
    return error ? glue_fail(L, error) : 0;
}

glue_pushed glue_promise_is_cancelled(lua_State *L, glue_index handle)
{
    lua_pushboolean(L,
                    asyr_promise_is_cancelled(to_object(L, handle, &promise_kind)));
    return 1;
}
