/*
 * The entry of the module: what `require` calls.
 *
 * SWIG keeps its table of types for the whole process and fills it while the first
 * Lua state opens the module, without a lock; and it leaves names of its own among
 * the globals.  So its entry is called from here: one state at a time, and what it
 * did to the globals is undone.
 */
#include "support.h"

#include <stdatomic.h>

static atomic_flag opening = ATOMIC_FLAG_INIT;

static const char *const left_behind[] = {"swig_type", "swig_equals",
                                          "asyncresult_native", NULL};

static void forget_globals(lua_State *L)
{
    for (int i = 0; left_behind[i]; i++) {
        lua_pushnil(L);
        lua_setglobal(L, left_behind[i]);
    }
}

static int open_in_lua(lua_State *L)
{
    int count = glue_open_wrapper(L);
    forget_globals(L);
    return count;
}

__attribute__((visibility("default"))) int luaopen_asyncresult_native(lua_State *L);

int luaopen_asyncresult_native(lua_State *L)
{
    lua_pushcfunction(L, open_in_lua);
    /* Held for less than a millisecond, once for each Lua state. */
    while (atomic_flag_test_and_set_explicit(&opening, memory_order_acquire))
        ;
    int status = lua_pcall(L, 0, 1, 0);
    atomic_flag_clear_explicit(&opening, memory_order_release);
    return status == LUA_OK ? 1 : lua_error(L);
}
