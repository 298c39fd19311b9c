/*
 * One source for Lua 5.1 to 5.4 and LuaJIT: what the older ones lack.
 */
#ifndef GLUE_COMPAT_H
#define GLUE_COMPAT_H

#include <lua.h>
#include <lauxlib.h>

#if LUA_VERSION_NUM < 502
#define LUA_OK 0
#undef lua_rawlen
#define lua_rawlen(L, index) lua_objlen(L, index)
#undef lua_absindex
#define lua_setuservalue lua_setfenv
#define lua_getuservalue lua_getfenv
#define lua_absindex(L, index)                                                      \
    ((index) > 0 || (index) <= LUA_REGISTRYINDEX ? (index)                          \
                                                 : lua_gettop(L) + 1 + (index))
#endif

#if LUA_VERSION_NUM < 503
#define HAS_INTEGERS 0
#else
#define HAS_INTEGERS 1
#endif

#if LUA_VERSION_NUM < 503
#define dump_function(L, writer, arg) lua_dump(L, writer, arg)
#else
#define dump_function(L, writer, arg) lua_dump(L, writer, arg, 0)
#endif

/* Upvalues that functions share: in LuaJIT, but not in Lua 5.1, whose headers it has. */
#if LUA_VERSION_NUM < 502
extern void *lua_upvalueid(lua_State *L, int function, int place)
    __attribute__((weak));
extern void lua_upvaluejoin(lua_State *L, int function, int place, int other,
                            int its_place) __attribute__((weak));
#define upvalue_address(L, function, place)                                         \
    (lua_upvalueid ? lua_upvalueid(L, function, place) : NULL)
#else
#define upvalue_address lua_upvalueid
#endif
#define join_upvalue lua_upvaluejoin

/* The largest whole number up to which every one is a lua_Number of its own. */
#define EXACT_LIMIT ((int64_t)1 << 53)

#endif
