/*
 * Values: from the library to Lua.
 *
 * Everything that pushes may raise (for want of memory), so it owns nothing: a part of
 * a value is released as soon as it was fetched, since its parent, which does not
 * change, keeps it.  Only glue_push_value() owns what it pushes.
 */
#include "crossing.h"

static const char null_key = 'n';

static void push_null(lua_State *L)
{
    lua_pushlightuserdata(L, (void *)&null_key);
}

bool is_null(lua_State *L, int index)
{
    return lua_islightuserdata(L, index) && lua_touserdata(L, index) == &null_key;
}

static void push_text(lua_State *L, asyr_value *value)
{
    const void *data = NULL;
    int64_t length = 0;
    asyr_value_get_bytes(value, &data, &length, NULL);
    lua_pushlstring(L, data ? data : "", (size_t)length);
}

/* A part of a list or a map: nil has to be something there. */
static void push_part(lua_State *L, asyr_value *part)
{
    if (asyr_value_get_type(part) == ASYR_VALUE_NIL)
        push_null(L);
    else
        push_value(L, part);
}

static void push_list(lua_State *L, asyr_value *list)
{
    int64_t count = asyr_value_get_count(list);
    lua_createtable(L, count > INT32_MAX ? INT32_MAX : (int)count, 0);
    for (int64_t index = 0; index < count; index++) {
        asyr_value *item = NULL;
        asyr_value_get_item(list, index, &item, NULL);
        asyr_value_unref(item);
        push_part(L, item);
        lua_rawseti(L, -2, (int)(index + 1));
    }
}

static void push_map(lua_State *L, asyr_value *map)
{
    int64_t count = asyr_value_get_count(map);
    lua_newtable(L);
    for (int64_t index = 0; index < count; index++) {
        asyr_value *key = NULL, *item = NULL;
        asyr_value_get_entry(map, index, &key, &item, NULL);
        asyr_value_unref(key);
        asyr_value_unref(item);
        push_part(L, key);
        push_part(L, item);
        lua_rawset(L, -3);
    }
}

static void push_error_value(lua_State *L, asyr_value *value)
{
    asyr_error *content = NULL;
    asyr_value_get_error(value, &content, NULL);
    asyr_error_unref(content);
    push_error(L, content);
}

static void push_number(lua_State *L, asyr_value *value)
{
    int64_t number = 0;
    uint64_t large = 0;
    double real = 0;
    switch (asyr_value_get_type(value)) {
    case ASYR_VALUE_INT64:
        asyr_value_get_int64(value, &number, NULL);
        push_int64(L, number);
        return;
    case ASYR_VALUE_UINT64:
        asyr_value_get_uint64(value, &large, NULL);
        push_uint64(L, large);
        return;
    default:
        asyr_value_get_double(value, &real, NULL);
        lua_pushnumber(L, (lua_Number)real);
    }
}

static void push_array(lua_State *L, asyr_value *array)
{
    const struct packet *packet = to_packet(array);
    if (packet)
        push_packet(L, packet);
    else
        push_box(L, array);
}

void push_value(lua_State *L, asyr_value *value)
{
    bool truth = false;
    luaL_checkstack(L, 8, "value");
    switch (asyr_value_get_type(value)) {
    case ASYR_VALUE_BOOL:
        asyr_value_get_bool(value, &truth, NULL);
        lua_pushboolean(L, truth);
        return;
    case ASYR_VALUE_INT64:
    case ASYR_VALUE_UINT64:
    case ASYR_VALUE_DOUBLE:
        push_number(L, value);
        return;
    case ASYR_VALUE_STRING:
    case ASYR_VALUE_BYTES:
        push_text(L, value);
        return;
    case ASYR_VALUE_LIST:
        push_list(L, value);
        return;
    case ASYR_VALUE_MAP:
        push_map(L, value);
        return;
    case ASYR_VALUE_ERROR:
        push_error_value(L, value);
        return;
    case ASYR_VALUE_POINTER:
        push_box(L, value);
        return;
    case ASYR_VALUE_ARRAY:
        push_array(L, value);
        return;
    default:
        lua_pushnil(L);
    }
}

static void push_handle(lua_State *L, void *value)
{
    push_value(L, value);
}

bool push_plain(lua_State *L, asyr_value *value)
{
    bool truth = false;
    int64_t number = 0;
    double real = 0;
    switch (asyr_value_get_type(value)) {
    case ASYR_VALUE_BOOL:
        asyr_value_get_bool(value, &truth, NULL);
        lua_pushboolean(L, truth);
        return true;
    case ASYR_VALUE_INT64:
        asyr_value_get_int64(value, &number, NULL);
        return push_small_int64(L, number);
    case ASYR_VALUE_DOUBLE:
        asyr_value_get_double(value, &real, NULL);
        lua_pushnumber(L, (lua_Number)real);
        return true;
    default:
        return false;
    }
}

int glue_push_value(lua_State *L, asyr_value *value)
{
    int answer = push_plain(L, value) ? 0 : push_protected(L, push_handle, value);
    asyr_value_unref(value);
    return answer;
}

static void push_part_handle(lua_State *L, void *part)
{
    push_part(L, part);
}

int glue_push_part(lua_State *L, asyr_value *part)
{
    int answer = push_plain(L, part) ? 0 : push_protected(L, push_part_handle, part);
    asyr_value_unref(part);
    return answer;
}

glue_pushed glue_null(lua_State *L)
{
    push_null(L);
    return 1;
}
