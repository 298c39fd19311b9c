/*
 * Code: a Lua function as the pool knows it.
 *
 * A pool keeps what it made of each function, by the function's identity and weakly.
 * The dump is made once.  Upvalues are copied at each submit; when nothing differs from
 * the last time, the same code is submitted again, and a state that has it loaded need
 * not load it again.
 *
 * A state keeps what it loaded once a function was submitted more than once.  It has a
 * reference to the memory of the code alone, and looks for what was released whenever
 * anything was.
 */
#include "states.h"

#include <stdio.h>
#include <stdlib.h>

enum { KEPT_FUNCTIONS = 256 };

/* ---- the memory of a code ---- */

static void unref_code(struct code *code)
{
    if (atomic_fetch_sub_explicit(&code->references, 1, memory_order_acq_rel) > 1)
        return;
    free(code);
}

/* Called when the library has no task of it any more. */
static void release_code(void *arg)
{
    struct code *code = arg;
    struct states *states = code->states;
    atomic_store(&code->is_released, true);
    atomic_fetch_add(&states->released, 1);
    asyr_value_unref(code->packet);
    unref_code(code);
    release_states(states);
}

static struct code *new_code(struct states *states, asyr_value *packet)
{
    struct code *code = malloc(sizeof *code);
    if (!code)
        return NULL;
    atomic_init(&code->references, 1);
    atomic_init(&code->is_released, false);
    atomic_init(&code->is_reused, false);
    code->states = states;
    code->packet = packet;
    code->is_constant = false;
    retain_states(states);
    return code;
}

/* ---- in a worker ---- */

static void forget(lua_State *L, struct state *state, struct loaded **link)
{
    struct loaded *loaded = *link;
    *link = loaded->next;
    state->function_count--;
    if (L) {
        lua_pushlightuserdata(L, loaded->code);
        lua_pushnil(L);
        lua_rawset(L, LUA_REGISTRYINDEX);
    }
    unref_code(loaded->code);
    free(loaded);
}

void forget_loaded(struct state *state)
{
    while (state->functions)
        forget(NULL, state, &state->functions);
}

static void forget_released_code(lua_State *L, struct state *state)
{
    unsigned released = atomic_load(&state->states->released);
    if (released == state->released)
        return;
    state->released = released;
    for (struct loaded **link = &state->functions; *link;) {
        if (atomic_load(&(*link)->code->is_released))
            forget(L, state, link);
        else
            link = &(*link)->next;
    }
}

/* Keep the function on the top of the stack. */
static void keep(lua_State *L, struct state *state, struct code *code)
{
    while (state->function_count >= KEPT_FUNCTIONS)
        forget(L, state, &state->functions);
    lua_pushlightuserdata(L, code);
    lua_pushvalue(L, -2);
    lua_rawset(L, LUA_REGISTRYINDEX);
    struct loaded *loaded = malloc(sizeof *loaded);
    if (!loaded) {
        lua_pushlightuserdata(L, code);
        lua_pushnil(L);
        lua_rawset(L, LUA_REGISTRYINDEX);
        return;
    }
    atomic_fetch_add_explicit(&code->references, 1, memory_order_relaxed);
    loaded->code = code;
    loaded->next = state->functions;
    state->functions = loaded;
    state->function_count++;
}

void push_loaded(lua_State *L, struct state *state, struct code *code)
{
    forget_released_code(L, state);
    lua_pushlightuserdata(L, code);
    lua_rawget(L, LUA_REGISTRYINDEX);
    if (!lua_isnil(L, -1))
        return;
    lua_pop(L, 1);
    push_packet(L, to_packet(code->packet));
    if (atomic_load_explicit(&code->is_reused, memory_order_relaxed))
        keep(L, state, code);
}

/* ---- at a submit ---- */

struct known {
    asyr_function *function; /* owned */
    struct code *code;       /* alive as long as that */
};

static int known_gc(lua_State *L)
{
    struct known *known = lua_touserdata(L, 1);
    asyr_function_unref(known->function);
    known->function = NULL;
    return 0;
}

static void push_known_metatable(lua_State *L)
{
    if (!luaL_newmetatable(L, "asyncresult.Code"))
        return;
    lua_pushcfunction(L, known_gc);
    lua_setfield(L, -2, "__gc");
}

/* A function whose only upvalue, if any, are the globals. */
static bool is_constant(lua_State *L, int function)
{
#if LUA_VERSION_NUM < 502
    if (!lua_getupvalue(L, function, 1))
        return true;
    lua_pop(L, 1);
    return false;
#else
    if (!lua_getupvalue(L, function, 1))
        return true;
    lua_pushglobaltable(L);
    bool globals = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    if (globals && lua_getupvalue(L, function, 2)) {
        lua_pop(L, 1);
        return false;
    }
    return globals;
#endif
}

static void name_function(lua_State *L, int function, char *name, size_t size)
{
    lua_Debug record;
    lua_pushvalue(L, function);
    lua_getinfo(L, ">S", &record);
    snprintf(name, size, "%s:%d", record.short_src, record.linedefined);
}

/* Fill what is known of a function; consumes the packet. */
static bool make_known(lua_State *L, struct known *known, struct states *states,
                       int function, asyr_value *packet, asyr_error **error)
{
    char name[LUA_IDSIZE + 16];
    asyr_function *made = NULL;
    struct code *code = new_code(states, packet);
    if (!code) {
        asyr_value_unref(packet);
        *error = asyr_error_new(ASYR_E_MEMORY, NULL, NULL);
        return false;
    }
    code->is_constant = lua_iscfunction(L, function) || is_constant(L, function);
    name_function(L, function, name, sizeof name);
    if (asyr_function_new_native(name, run_lua_task, code, release_code, &made,
                                 error) != ASYR_OK)
        return false;
    asyr_function_unref(known->function);
    known->function = made;
    known->code = code;
    return true;
}

/* A function that was submitted before: anew if what it refers to has changed. */
static bool renew_known(lua_State *L, struct known *known, struct states *states,
                        int function, asyr_error **error)
{
    if (!known->code->is_constant) {
        asyr_value *packet = cross_function(L, function, error);
        if (!packet)
            return false;
        if (!is_same_packet(packet, known->code->packet))
            return make_known(L, known, states, function, packet, error);
        asyr_value_unref(packet);
    }
    atomic_store_explicit(&known->code->is_reused, true, memory_order_relaxed);
    return true;
}

static bool add_known(lua_State *L, struct states *states, int function, int cache,
                      struct known **known, asyr_error **error)
{
    lua_pushvalue(L, function);
    *known = lua_newuserdata(L, sizeof **known);
    (*known)->function = NULL;
    push_known_metatable(L);
    lua_setmetatable(L, -2);
    asyr_value *packet = cross_function(L, function, error);
    bool done = packet && make_known(L, *known, states, function, packet, error);
    if (done)
        lua_rawset(L, cache);
    else
        lua_pop(L, 2);
    return done;
}

asyr_function *lua_function(lua_State *L, int pool, int function, asyr_error **error)
{
    int top = lua_gettop(L);
    luaL_checkstack(L, 16, "function");
    lua_rawgeti(L, pool, 2);
    lua_rawgeti(L, pool, 3);
    struct states *states = to_object(L, top + 1, &states_kind);
    if (!states || !lua_istable(L, top + 2)) {
        lua_settop(L, top);
        *error = new_error(ASYR_E_ARGUMENT, "expected a pool, found %s",
                           luaL_typename(L, pool));
        return NULL;
    }
    lua_pushvalue(L, function);
    lua_rawget(L, top + 2);
    struct known *known = lua_touserdata(L, -1);
    bool done = known ? renew_known(L, known, states, function, error)
                      : add_known(L, states, function, top + 2, &known, error);
    lua_settop(L, top);
    return done ? known->function : NULL;
}

glue_pushed glue_lua_function(lua_State *L, glue_index pool, glue_index function,
                              glue_index is_reused)
{
    asyr_error *error = NULL;
    asyr_function *found = lua_function(L, pool, function, &error);
    if (!found)
        return glue_fail(L, error);
    if (lua_toboolean(L, is_reused)) {
        lua_rawgeti(L, pool, 3);
        lua_pushvalue(L, function);
        lua_rawget(L, -2);
        struct known *known = lua_touserdata(L, -1);
        atomic_store(&known->code->is_reused, true);
        lua_pop(L, 2);
    }
    push_shared_object(L, found, &function_kind);
    return 1;
}
