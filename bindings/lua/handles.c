/*
 * Handles: the userdata of results, pools and functions.
 *
 * These three are passed with every task, and SWIG's own objects, which are found by
 * the names of their types, would cost more than the task.  A handle is a full userdata
 * with one reference, told apart by its first word.  The metatable of results is the
 * class in result.lua, and the user value of a result is its pool.
 */
#include "support.h"

struct handle_kind {
    const char *name;
    void (*release)(void *object);
};

struct handle {
    const struct handle_kind *kind;
    void *object; /* owned; NULL after its finaliser */
};

static void release_result(void *object)
{
    asyr_result_unref(object);
}

static void release_pool(void *object)
{
    glue_release_pool(object);
}

static void release_function(void *object)
{
    asyr_function_unref(object);
}

const struct handle_kind result_kind = {"an AsyncResult", release_result};
const struct handle_kind pool_kind = {"a pool", release_pool};
const struct handle_kind function_kind = {"a function", release_function};

static struct handle *find_handle(lua_State *L, int index)
{
    struct handle *handle = lua_touserdata(L, index);
    return handle && lua_rawlen(L, index) == sizeof *handle ? handle : NULL;
}

void *to_object(lua_State *L, int index, const struct handle_kind *kind)
{
    const struct handle *handle = find_handle(L, index);
    return handle && handle->kind == kind ? handle->object : NULL;
}

asyr_error *refuse_object(lua_State *L, int index, const struct handle_kind *kind)
{
    return new_error(ASYR_E_ARGUMENT, "expected %s, found %s", kind->name,
                     luaL_typename(L, index));
}

/* The key of a metatable in the registry is its kind. */
static void push_metatable(lua_State *L, const struct handle_kind *kind)
{
    lua_pushlightuserdata(L, (void *)kind);
    lua_rawget(L, LUA_REGISTRYINDEX);
}

void push_object(lua_State *L, void *consumed, const struct handle_kind *kind)
{
    struct handle *handle = lua_newuserdata(L, sizeof *handle);
    handle->kind = kind;
    handle->object = consumed;
    push_metatable(L, kind);
    lua_setmetatable(L, -2);
}

static int handle_gc(lua_State *L)
{
    const struct handle_kind *kind = lua_touserdata(L, lua_upvalueindex(1));
    void *object = to_object(L, 1, kind);
    if (!object)
        return 0;
    find_handle(L, 1)->object = NULL;
    kind->release(object);
    return 0;
}

static void open_kind(lua_State *L, const struct handle_kind *kind)
{
    lua_pushlightuserdata(L, (void *)kind);
    lua_newtable(L);
    lua_pushlightuserdata(L, (void *)kind);
    lua_pushcclosure(L, handle_gc, 1);
    lua_setfield(L, -2, "__gc");
    lua_rawset(L, LUA_REGISTRYINDEX);
}

void open_handles(lua_State *L)
{
    open_kind(L, &result_kind);
    open_kind(L, &pool_kind);
    open_kind(L, &function_kind);
}

glue_pushed glue_result_class(lua_State *L)
{
    push_metatable(L, &result_kind);
    return 1;
}
