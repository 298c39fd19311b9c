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
    void (*retain)(void *object);
    void (*release)(void *object);
    /* For a handle that came from another Lua state; NULL for the same. */
    void (*release_shared)(void *object);
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

static void release_strand(void *object)
{
    asyr_strand_unref(object);
}

static void retain_result(void *object)
{
    asyr_result_ref(object);
}

static void retain_pool(void *object)
{
    asyr_pool_ref(object);
}

static void unref_pool(void *object)
{
    asyr_pool_unref(object);
}

static void retain_function(void *object)
{
    asyr_function_ref(object);
}

static void retain_strand(void *object)
{
    asyr_strand_ref(object);
}

static void retain_promise(void *object)
{
    asyr_promise_ref(object);
}

static void release_promise(void *object)
{
    asyr_promise_unref(object);
}

static void hold_states(void *object)
{
    retain_states(object);
}

static void drop_states(void *object)
{
    release_states(object);
}

const struct handle_kind result_kind = {"an AsyncResult", retain_result,
                                        release_result, NULL};
/* Its maker's handle ends the pool. */
const struct handle_kind pool_kind = {"a pool", retain_pool, release_pool,
                                      unref_pool};
const struct handle_kind function_kind = {"a function", retain_function,
                                          release_function, NULL};
const struct handle_kind strand_kind = {"a strand", retain_strand, release_strand,
                                        NULL};
const struct handle_kind states_kind = {"a pool's Lua states", hold_states,
                                        drop_states, NULL};

const struct handle_kind promise_kind = {"a promise", retain_promise,
                                         release_promise, NULL};

static const struct handle_kind *const kinds[] = {
    &result_kind, &pool_kind, &function_kind, &strand_kind, &promise_kind,
    &states_kind, NULL};

void retain_object(const struct handle_kind *kind, void *object)
{
    kind->retain(object);
}

void release_object(const struct handle_kind *kind, void *object)
{
    (kind->release_shared ? kind->release_shared : kind->release)(object);
}

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

const struct handle_kind *kind_of(lua_State *L, int index, void **object)
{
    const struct handle *handle = find_handle(L, index);
    for (int i = 0; handle && kinds[i]; i++) {
        if (handle->kind == kinds[i]) {
            *object = handle->object;
            return kinds[i];
        }
    }
    return NULL;
}

asyr_error *refuse_object(lua_State *L, int index, const struct handle_kind *kind)
{
    return new_error(ASYR_E_ARGUMENT, "expected %s, found %s", kind->name,
                     luaL_typename(L, index));
}

/* The key of a metatable in the registry is its kind; of that for shared handles, the
 * place of its release function. */
static void push_metatable(lua_State *L, const void *key)
{
    lua_pushlightuserdata(L, (void *)key);
    lua_rawget(L, LUA_REGISTRYINDEX);
}

static struct handle *push_handle(lua_State *L, const struct handle_kind *kind,
                                  const void *key)
{
    struct handle *handle = lua_newuserdata(L, sizeof *handle);
    handle->kind = kind;
    handle->object = NULL;
    push_metatable(L, key);
    lua_setmetatable(L, -2);
    return handle;
}

void push_object(lua_State *L, void *consumed, const struct handle_kind *kind)
{
    push_handle(L, kind, kind)->object = consumed;
}

void push_shared_object(lua_State *L, void *object, const struct handle_kind *kind)
{
    const void *key =
        kind->release_shared ? (const void *)&kind->release_shared : kind;
    struct handle *handle = push_handle(L, kind, key);
    kind->retain(object);
    handle->object = object;
}

/* The kind is the first upvalue; whether the handle is a shared one, the second. */
static int handle_gc(lua_State *L)
{
    const struct handle_kind *kind = lua_touserdata(L, lua_upvalueindex(1));
    void *object = to_object(L, 1, kind);
    if (!object)
        return 0;
    find_handle(L, 1)->object = NULL;
    if (lua_toboolean(L, lua_upvalueindex(2)))
        kind->release_shared(object);
    else
        kind->release(object);
    return 0;
}

static void open_metatable(lua_State *L, const void *key,
                           const struct handle_kind *kind)
{
    lua_pushlightuserdata(L, (void *)key);
    lua_newtable(L);
    lua_pushlightuserdata(L, (void *)kind);
    lua_pushboolean(L, key != kind);
    lua_pushcclosure(L, handle_gc, 2);
    lua_setfield(L, -2, "__gc");
    lua_rawset(L, LUA_REGISTRYINDEX);
}

void open_handles(lua_State *L)
{
    for (int i = 0; kinds[i]; i++) {
        open_metatable(L, kinds[i], kinds[i]);
        if (kinds[i]->release_shared)
            open_metatable(L, &kinds[i]->release_shared, kinds[i]);
    }
}

glue_pushed glue_result_class(lua_State *L)
{
    push_metatable(L, &result_kind);
    return 1;
}

glue_pushed glue_handle_address(lua_State *L, glue_index handle)
{
    void *object = NULL;
    if (kind_of(L, handle, &object) && object)
        lua_pushlightuserdata(L, object);
    else
        lua_pushnil(L);
    return 1;
}
