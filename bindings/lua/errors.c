/*
 * Errors: the library's objects and Lua's error tables.
 *
 * An error table is a plain table with the fields kind, code, message, trace,
 * origin, cause and value, and one metatable of its own.  What else Lua code may
 * raise (any value) becomes an error of the code Task.
 */
#include "crossing.h"

#include <stdarg.h>
#include <stdio.h>

/* A chain of causes in a Lua table may be a circle. */
enum { CAUSE_LIMIT = 32 };

asyr_error *new_error(int32_t code, const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return asyr_error_new(code, NULL, message);
}

bool is_error(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TTABLE || !lua_getmetatable(L, index))
        return false;
    luaL_getmetatable(L, ERROR_METATABLE);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same;
}

/* ---- to Lua ---- */

static void set_text(lua_State *L, const char *name, const char *text)
{
    if (!text)
        return;
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

static void set_cause(lua_State *L, asyr_error *error)
{
    asyr_error *cause = asyr_error_get_cause(error);
    if (!cause)
        return;
    /* The error keeps it: see from_value.c. */
    asyr_error_unref(cause);
    push_error(L, cause);
    lua_setfield(L, -2, "cause");
}

static void set_value(lua_State *L, asyr_error *error)
{
    asyr_value *value = asyr_error_get_value(error);
    if (!value)
        return;
    asyr_value_unref(value);
    push_value(L, value);
    lua_setfield(L, -2, "value");
}

void push_error(lua_State *L, asyr_error *error)
{
    luaL_checkstack(L, 8, "error");
    lua_createtable(L, 0, 8);
    lua_pushinteger(L, asyr_error_get_code(error));
    lua_setfield(L, -2, "code");
    set_text(L, "kind", asyr_error_get_kind(error));
    set_text(L, "message", asyr_error_get_message(error));
    set_text(L, "trace", asyr_error_get_trace(error));
    set_text(L, "origin", asyr_error_get_origin(error));
    set_cause(L, error);
    set_value(L, error);
    luaL_getmetatable(L, ERROR_METATABLE);
    lua_setmetatable(L, -2);
}

static void push_handle(lua_State *L, void *error)
{
    push_error(L, error);
}

int glue_push_error(lua_State *L, asyr_error *error)
{
    int answer = push_protected(L, push_handle, error);
    asyr_error_unref(error);
    return answer;
}

/* ---- from Lua ---- */

/* The text of a field of the table at `index`; it lives as long as the table. */
static const char *get_text(lua_State *L, int index, const char *name)
{
    lua_pushstring(L, name);
    lua_rawget(L, index);
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    lua_pop(L, 1);
    return text;
}

static int32_t get_code(lua_State *L, int index)
{
    int64_t code = ASYR_E_TASK;
    lua_pushliteral(L, "code");
    lua_rawget(L, index);
    if (!read_int64(L, -1, &code) || code <= 0 || code > INT32_MAX)
        code = ASYR_E_TASK;
    lua_pop(L, 1);
    return (int32_t)code;
}

/* What a task raised goes back to Lua; what a callback raised, to whoever asks. */
static asyr_value *detail_to_value(lua_State *L, int index)
{
    asyr_error *refused = NULL;
    asyr_value *value = is_worker_state(L) ? cross_value(L, index, "value", &refused)
                                           : glue_to_value(L, index, &refused);
    asyr_error_unref(refused);
    return value;
}

static void attach_field_value(lua_State *L, int index, asyr_error *error)
{
    lua_pushliteral(L, "value");
    lua_rawget(L, index);
    asyr_value *value = lua_isnil(L, -1) ? NULL : detail_to_value(L, lua_gettop(L));
    asyr_error_set_value(error, value, NULL);
    asyr_value_unref(value);
    lua_pop(L, 1);
}

static asyr_error *from_table(lua_State *L, int index, const char *trace, int depth)
{
    asyr_error *error =
        asyr_error_new(get_code(L, index), get_text(L, index, "kind"),
                       get_text(L, index, "message"));
    const char *own_trace = get_text(L, index, "trace");
    asyr_error_set_trace(error, own_trace ? own_trace : trace, NULL);
    asyr_error_set_origin(error, get_text(L, index, "origin"), NULL);
    attach_field_value(L, index, error);
    lua_pushliteral(L, "cause");
    lua_rawget(L, index);
    if (depth < CAUSE_LIMIT && lua_checkstack(L, 8) && is_error(L, lua_gettop(L))) {
        asyr_error *cause = from_table(L, lua_gettop(L), NULL, depth + 1);
        asyr_error_set_cause(error, cause, NULL);
        asyr_error_unref(cause);
    }
    lua_pop(L, 1);
    return error;
}

/* What a value prints as, pushed; runs __tostring, so it may raise. */
static const char *push_printed(lua_State *L, int index)
{
    if (luaL_callmeta(L, index, "__tostring") && lua_type(L, -1) == LUA_TSTRING)
        return lua_tostring(L, -1);
    lua_pushfstring(L, "an error value of the type %s", luaL_typename(L, index));
    return lua_tostring(L, -1);
}

static asyr_error *from_other(lua_State *L, int index, const char *trace)
{
    int top = lua_gettop(L);
    const char *message = lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index)
                                                            : push_printed(L, index);
    asyr_error *error = asyr_error_new(ASYR_E_TASK, NULL, message);
    asyr_error_set_trace(error, trace, NULL);
    asyr_error_set_origin(error, "Lua", NULL);
    if (lua_type(L, index) != LUA_TSTRING) {
        asyr_value *value = detail_to_value(L, index);
        asyr_error_set_value(error, value, NULL);
        asyr_value_unref(value);
    }
    lua_settop(L, top);
    return error;
}

asyr_error *error_from_lua(lua_State *L, int index, const char *trace)
{
    if (is_error(L, index))
        return from_table(L, lua_absindex(L, index), trace, 0);
    return from_other(L, lua_absindex(L, index), trace);
}

glue_pushed glue_error_metatable(lua_State *L)
{
    luaL_newmetatable(L, ERROR_METATABLE);
    return 1;
}
