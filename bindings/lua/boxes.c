/*
 * Boxes: values that Lua has no type for, kept as they are.
 *
 * A box is a full userdata with one reference to a value: an array, a pointer,
 * bytes that must not become a string, or an integer beyond Lua's own.  A box does
 * not change, and goes back to the library as the value that it holds.
 */
#include "support.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct box {
    asyr_value *value; /* owned */
};

asyr_value **push_empty_box(lua_State *L)
{
    struct box *box = lua_newuserdata(L, sizeof *box);
    box->value = NULL;
    luaL_getmetatable(L, BOX_METATABLE);
    lua_setmetatable(L, -2);
    return &box->value;
}

void push_box(lua_State *L, asyr_value *value)
{
    asyr_value **slot = push_empty_box(L);
    *slot = asyr_value_ref(value);
}

asyr_value *to_box(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index))
        return NULL;
    luaL_getmetatable(L, BOX_METATABLE);
    bool is_box = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return is_box ? ((struct box *)lua_touserdata(L, index))->value : NULL;
}

static asyr_value *check_box(lua_State *L)
{
    struct box *box = luaL_checkudata(L, 1, BOX_METATABLE);
    luaL_argcheck(L, box->value, 1, "expected a boxed value, found an empty one");
    return box->value;
}

static int box_gc(lua_State *L)
{
    struct box *box = luaL_checkudata(L, 1, BOX_METATABLE);
    asyr_value_unref(box->value);
    box->value = NULL;
    return 0;
}

static int box_len(lua_State *L)
{
    push_int64(L, asyr_value_get_count(check_box(L)));
    return 1;
}

/* An element of an array; a number needs no owner while it is pushed. */
static void push_element(lua_State *L, asyr_value *array, int64_t index)
{
    asyr_value *item = NULL;
    uint64_t large = 0;
    if (asyr_value_get_item(array, index, &item, NULL) != ASYR_OK) {
        lua_pushnil(L);
        return;
    }
    if (asyr_value_get_type(item) == ASYR_VALUE_DOUBLE) {
        double real = 0;
        asyr_value_get_double(item, &real, NULL);
        asyr_value_unref(item);
        lua_pushnumber(L, (lua_Number)real);
        return;
    }
    bool is_large = asyr_value_get_type(item) == ASYR_VALUE_UINT64;
    int64_t number = 0;
    if (is_large)
        asyr_value_get_uint64(item, &large, NULL);
    else
        asyr_value_get_int64(item, &number, NULL);
    asyr_value_unref(item);
    if (is_large)
        push_uint64(L, large);
    else
        push_int64(L, number);
}

static int box_totable(lua_State *L)
{
    asyr_value *value = check_box(L);
    int64_t count = asyr_value_get_count(value);
    luaL_argcheck(L, asyr_value_get_type(value) == ASYR_VALUE_ARRAY, 1,
                  "expected an array");
    lua_createtable(L, count > INT32_MAX ? INT32_MAX : (int)count, 0);
    for (int64_t index = 0; index < count; index++) {
        push_element(L, value, index);
        lua_rawseti(L, -2, (int)(index + 1));
    }
    return 1;
}

/* array[i] from 1; otherwise a method. */
static int box_index(lua_State *L)
{
    asyr_value *value = check_box(L);
    int64_t index;
    if (read_int64(L, 2, &index)) {
        bool is_array = asyr_value_get_type(value) == ASYR_VALUE_ARRAY;
        if (!is_array || index < 1 || index > asyr_value_get_count(value))
            lua_pushnil(L);
        else
            push_element(L, value, index - 1);
        return 1;
    }
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(1));
    return 1;
}

static int box_tostring(lua_State *L)
{
    asyr_value *value = check_box(L);
    char text[64] = "";
    int64_t number = 0;
    uint64_t large = 0;
    void *pointer = NULL;
    const void *data = NULL;
    switch (asyr_value_get_type(value)) {
    case ASYR_VALUE_INT64:
        asyr_value_get_int64(value, &number, NULL);
        snprintf(text, sizeof text, "%" PRId64, number);
        break;
    case ASYR_VALUE_UINT64:
        asyr_value_get_uint64(value, &large, NULL);
        snprintf(text, sizeof text, "%" PRIu64, large);
        break;
    case ASYR_VALUE_POINTER:
        asyr_value_get_pointer(value, &pointer, NULL);
        snprintf(text, sizeof text, "pointer<%p>", pointer);
        break;
    case ASYR_VALUE_ARRAY:
        snprintf(text, sizeof text, "array<%s, %" PRId64 ">", element_name_of(value),
                 asyr_value_get_count(value));
        break;
    default:
        asyr_value_get_bytes(value, &data, &number, NULL);
        lua_pushlstring(L, data ? data : "", (size_t)number);
        return 1;
    }
    lua_pushstring(L, text);
    return 1;
}

static bool same_bytes(asyr_value *a, asyr_value *b)
{
    const void *first = NULL, *second = NULL;
    int64_t length = 0, other = 0;
    asyr_value_get_bytes(a, &first, &length, NULL);
    asyr_value_get_bytes(b, &second, &other, NULL);
    return length == other &&
           (length == 0 || memcmp(first, second, (size_t)length) == 0);
}

static bool same_content(asyr_value *a, asyr_value *b)
{
    int64_t number = 0, other = 0;
    uint64_t large = 0, other_large = 0;
    void *pointer = NULL, *other_pointer = NULL;
    switch (asyr_value_get_type(a)) {
    case ASYR_VALUE_INT64:
        asyr_value_get_int64(a, &number, NULL);
        asyr_value_get_int64(b, &other, NULL);
        return number == other;
    case ASYR_VALUE_UINT64:
        asyr_value_get_uint64(a, &large, NULL);
        asyr_value_get_uint64(b, &other_large, NULL);
        return large == other_large;
    case ASYR_VALUE_POINTER:
        asyr_value_get_pointer(a, &pointer, NULL);
        asyr_value_get_pointer(b, &other_pointer, NULL);
        return pointer == other_pointer;
    case ASYR_VALUE_BYTES:
        return same_bytes(a, b);
    default:
        return a == b;
    }
}

static int box_eq(lua_State *L)
{
    asyr_value *a = to_box(L, 1), *b = to_box(L, 2);
    bool comparable = a && b && asyr_value_get_type(a) == asyr_value_get_type(b);
    lua_pushboolean(L, comparable && same_content(a, b));
    return 1;
}

static void set_method(lua_State *L, const char *name, lua_CFunction method)
{
    lua_pushcfunction(L, method);
    lua_setfield(L, -2, name);
}

void open_boxes(lua_State *L)
{
    luaL_newmetatable(L, BOX_METATABLE);
    lua_newtable(L);
    set_method(L, "totable", box_totable);
    lua_pushcclosure(L, box_index, 1);
    lua_setfield(L, -2, "__index");
    set_method(L, "__gc", box_gc);
    set_method(L, "__len", box_len);
    set_method(L, "__tostring", box_tostring);
    set_method(L, "__eq", box_eq);
    lua_pushliteral(L, BOX_METATABLE);
    lua_setfield(L, -2, "__name");
    lua_pop(L, 1);
}

/* ---- makers ---- */

glue_pushed glue_fail(lua_State *L, asyr_error *error)
{
    glue_push_error(L, error);
    return -1;
}

glue_pushed glue_new_bytes(lua_State *L, glue_index content)
{
    asyr_error *error = NULL;
    size_t length = 0;
    if (lua_type(L, content) != LUA_TSTRING)
        return glue_fail(L,
                         new_error(ASYR_E_TYPE, "bytes: expected a string, found %s",
                                   luaL_typename(L, content)));
    const char *data = lua_tolstring(L, content, &length);
    asyr_value **slot = push_empty_box(L);
    if (asyr_value_new_bytes(data, (int64_t)length, slot, &error) != ASYR_OK)
        return glue_fail(L, error);
    return 1;
}

/* Digits, or a number of Lua: for the integers that a Lua without 64-bit ones
 * cannot write down. */
glue_pushed glue_new_integer(lua_State *L, glue_index digits)
{
    const char *text = lua_tostring(L, digits);
    char *end = NULL;
    errno = 0;
    uint64_t large = 0;
    int64_t number = text ? strtoll(text, &end, 10) : 0;
    bool is_large = text && errno == ERANGE && text[0] != '-';
    if (is_large) {
        errno = 0;
        large = strtoull(text, &end, 10);
    }
    if (!text || end == text || *end || errno)
        return glue_fail(
            L, new_error(ASYR_E_TYPE,
                         "integer: expected digits of a 64-bit integer, found %s",
                         text ? text : luaL_typename(L, digits)));
    if (is_large)
        push_uint64(L, large);
    else
        push_int64(L, number);
    return 1;
}
