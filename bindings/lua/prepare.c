/*
 * Preparing a Lua state for a worker: what a task finds there.
 *
 * The standard libraries, package.path and package.cpath of the state that made the
 * pool, an os.exit that ends a task alone; then the pool's initializer runs.
 */
#include "states.h"

#include <lualib.h>
#include <stdlib.h>

/* ---- memory ---- */

/* Counts what Lua's own allocator gives.  A state may shrink whatever the limit. */
static void *allocate_limited(void *arg, void *block, size_t before, size_t after)
{
    struct state *state = arg;
    size_t old = block ? before : 0;
    if (after > old &&
        state->memory - old + after > state->states->recipe.memory_limit)
        return NULL;
    void *moved = state->allocate(state->allocator, block, before, after);
    if (moved || after == 0)
        state->memory += after - old;
    return moved;
}

static void limit_memory(struct state *state)
{
    state->memory = (size_t)lua_gc(state->L, LUA_GCCOUNT, 0) * 1024;
    state->allocate = lua_getallocf(state->L, &state->allocator);
    lua_setallocf(state->L, allocate_limited, state);
}

/* ---- what a task finds ---- */

static int refuse_exit(lua_State *L)
{
    glue_push_error(
        L,
        new_error(ASYR_E_TASK, "os.exit: a task cannot end the process; it ended"));
    return lua_error(L);
}

static void set_package_field(lua_State *L, const char *name, const char *text)
{
    lua_getglobal(L, "package");
    if (text && lua_istable(L, -1)) {
        lua_pushstring(L, text);
        lua_setfield(L, -2, name);
    }
    lua_pop(L, 1);
}

static int prepare(lua_State *L)
{
    struct state *state = lua_touserdata(L, 1);
    luaL_openlibs(L);
    glue_open(L);
    set_package_field(L, "path", state->states->recipe.path);
    set_package_field(L, "cpath", state->states->recipe.cpath);
    lua_getglobal(L, "os");
    lua_pushcfunction(L, refuse_exit);
    lua_setfield(L, -2, "exit");
    state->context = get_context(L);
    watch_tasks(state, L);
    return 0;
}

static int prepare_protected(lua_State *L, struct state *state)
{
#if LUA_VERSION_NUM < 502
    return lua_cpcall(L, prepare, state);
#else
    lua_pushcfunction(L, prepare);
    lua_pushlightuserdata(L, state);
    return lua_pcall(L, 1, 0, 0);
#endif
}

bool open_state(struct state *state, asyr_error **error)
{
    lua_State *L = state->L = luaL_newstate();
    if (!L) {
        *error = asyr_error_new(ASYR_E_MEMORY, NULL, NULL);
        return false;
    }
    if (state->states->recipe.memory_limit)
        limit_memory(state);
    int status = prepare_protected(L, state);
    if (status == LUA_OK) {
        enter_worker(state->context);
        return true;
    }
    *error = new_error(status == LUA_ERRMEM ? ASYR_E_MEMORY : ASYR_E_STATE,
                       "a worker's Lua state: %s",
                       lua_isstring(L, -1) ? lua_tostring(L, -1) : "not prepared");
    lua_close(L);
    return false;
}

void close_state(struct state *state)
{
    lua_State *L = state->L;
    state->L = NULL;
    lua_sethook(L, NULL, 0, 0);
    lua_close(L);
    forget_loaded(state);
}

/* ---- the initializer ---- */

/* What stands at `first` is a function, or the name of a module that may be one. */
static void resolve(lua_State *L, int first)
{
    if (lua_type(L, first) != LUA_TSTRING)
        return;
    push_module(L, lua_tostring(L, first));
    lua_replace(L, first);
}

static int initialize(lua_State *L)
{
    asyr_value *list = lua_touserdata(L, 1), *item = NULL;
    int64_t count = asyr_value_get_count(list);
    lua_settop(L, 0);
    for (int64_t index = 0; index < count; index++) {
        asyr_value_get_item(list, index, &item, NULL);
        asyr_value_unref(item);
        const struct packet *packet = to_packet(item);
        if (packet)
            push_packet(L, packet);
        else
            push_value(L, item);
    }
    resolve(L, 1);
    if (lua_type(L, 1) == LUA_TFUNCTION)
        lua_call(L, lua_gettop(L) - 1, 0);
    return 0;
}

asyr_error *initialize_state(struct state *state)
{
    struct entry entry = {state->L, 0};
    struct entry outer = enter_context(state->context, entry);
    asyr_error *error = call_protected(state->context, initialize,
                                       state->states->recipe.initializer, 0);
    leave_context(state->context, outer);
    return error;
}
