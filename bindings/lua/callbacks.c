/*
 * Callbacks: Lua functions that the library calls.
 *
 * The library calls them while the Lua thread waits for a result, joins a pool or
 * drains a queue, so below a Lua call of ours.  A Lua error must not pass through
 * the library's frames: everything that can raise happens in call_protected().
 */
#include "support.h"

struct call {
    int function;
    void *handle; /* borrowed from the library */
};

static int call_with_value(lua_State *L)
{
    struct call *call = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, call->function);
    push_value(L, call->handle);
    lua_call(L, 1, 0);
    return 0;
}

static int call_with_error(lua_State *L)
{
    struct call *call = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, call->function);
    push_error(L, call->handle);
    lua_call(L, 1, 0);
    return 0;
}

static int call_with_nothing(lua_State *L)
{
    struct call *call = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, call->function);
    lua_call(L, 0, 0);
    return 0;
}

static asyr_error *run(struct callback *callback, lua_CFunction function,
                       void *handle)
{
    struct call call = {callback->function, handle};
    return call_protected(callback->context, function, &call, 0);
}

static asyr_error *on_value(asyr_value *value, void *arg)
{
    struct callback *callback = arg;
    lua_State *L = begin_protected(callback->context);
    if (!L)
        return refuse_call();
    lua_rawgeti(L, LUA_REGISTRYINDEX, callback->function);
    if (push_plain(L, value))
        return end_protected(callback->context, L, 1);
    lua_pop(L, 2);
    return run(callback, call_with_value, value);
}

static asyr_error *on_error(asyr_error *failure, void *arg)
{
    return run(arg, call_with_error, failure);
}

/* The Lua side guards what these two call: nobody could be told of an error. */
static void on_unread_error(asyr_error *failure, void *arg)
{
    asyr_error_unref(run(arg, call_with_error, failure));
}

static void on_done(asyr_result *result, void *arg)
{
    (void)result;
    asyr_error_unref(run(arg, call_with_nothing, NULL));
}

static struct callback *make(lua_State *L, glue_index index, asyr_error **error)
{
    struct callback *callback = new_callback(L, index);
    if (!callback)
        *error = asyr_error_new(ASYR_E_MEMORY, NULL, NULL);
    return callback;
}

asyr_status glue_set_callback(lua_State *L, asyr_task_options *options,
                              glue_index callback, asyr_error **error)
{
    struct callback *made = make(L, callback, error);
    if (!made)
        return ASYR_E_MEMORY;
    return asyr_task_options_set_callback(options, on_value, made, release_callback,
                                          error);
}

asyr_status glue_set_error_callback(lua_State *L, asyr_task_options *options,
                                    glue_index callback, asyr_error **error)
{
    struct callback *made = make(L, callback, error);
    if (!made)
        return ASYR_E_MEMORY;
    return asyr_task_options_set_error_callback(options, on_error, made,
                                                release_callback, error);
}

asyr_status glue_set_unread_error_hook(lua_State *L, asyr_pool_options *options,
                                       glue_index callback, asyr_error **error)
{
    struct callback *made = make(L, callback, error);
    if (!made)
        return ASYR_E_MEMORY;
    return asyr_pool_options_set_unread_error_hook(options, on_unread_error, made,
                                                   release_callback, error);
}

asyr_status glue_add_done_callback(lua_State *L, asyr_result *result,
                                   glue_index callback, asyr_queue *queue,
                                   asyr_error **error)
{
    struct callback *made = make(L, callback, error);
    if (!made)
        return ASYR_E_MEMORY;
    return asyr_result_add_done_callback(result, on_done, made, release_callback,
                                         queue, error);
}

void glue_free_task_options(asyr_task_options *consumed)
{
    asyr_task_options_free(consumed);
}

void glue_free_pool_options(asyr_pool_options *consumed)
{
    asyr_pool_options_free(consumed);
}
