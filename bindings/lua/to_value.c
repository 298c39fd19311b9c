/*
 * Values: from Lua to the library.
 *
 * Nothing raises a Lua error here (but for Lua's own want of memory): each function
 * answers an owned value, or NULL with an error object.  A refusal names the place,
 * "[2].name", which is put together while the recursion unwinds, so that success
 * costs nothing.
 */
#include "support.h"

#include <stdio.h>
#include <string.h>

struct conversion {
    lua_State *L;
    asyr_error **error;
    int depth;
    char reason[160];
    char path[160];
};

enum { SHORT_LIST = 8 };

enum shape { SHAPE_LIST, SHAPE_MAP };

static asyr_value *convert(struct conversion *c, int index);

static asyr_value *convert_string(struct conversion *c, int index)
{
    size_t length;
    const char *text = lua_tolstring(c->L, index, &length);
    asyr_value *value = NULL;
    if (asyr_value_new_string(text, (int64_t)length, &value, NULL) == ASYR_OK)
        return value;
    asyr_value_new_bytes(text, (int64_t)length, &value, c->error);
    return value;
}

static asyr_value *refuse(struct conversion *c, const char *what)
{
    if (!c->reason[0])
        snprintf(c->reason, sizeof c->reason, "%s", what);
    return NULL;
}

/* Put a key, at `index`, before the path of what failed below it. */
static void extend_path(struct conversion *c, int index)
{
    char path[sizeof c->path];
    int64_t number;
    if (read_int64(c->L, index, &number))
        snprintf(path, sizeof path, "[%lld]%.100s", (long long)number, c->path);
    else if (lua_type(c->L, index) == LUA_TSTRING)
        snprintf(path, sizeof path, ".%.40s%.100s", lua_tostring(c->L, index),
                 c->path);
    else
        snprintf(path, sizeof path, "[%s]%.100s", luaL_typename(c->L, index),
                 c->path);
    memcpy(c->path, path, sizeof path);
}

/* The field `n`, as table.pack sets it, with its key and value on the top of the stack;
 * -1 for another field. */
static int64_t packed_count(lua_State *L)
{
    int64_t count;
    bool is_n = lua_type(L, -2) == LUA_TSTRING && lua_rawlen(L, -2) == 1 &&
                lua_tostring(L, -2)[0] == 'n';
    return is_n && read_int64(L, -1, &count) && count >= 0 ? count : -1;
}

/* A list has the keys 1 to `count`; with a field `n`, only some of 1 to n. */
static enum shape measure(lua_State *L, int index, int64_t *count)
{
    int64_t packed = -1, found = 0, highest = 0, key;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (read_int64(L, -2, &key) && key >= 1) {
            found++;
            if (key > highest)
                highest = key;
        } else if ((packed = packed_count(L)) < 0) {
            lua_pop(L, 2);
            *count = (int64_t)lua_rawlen(L, index);
            return SHAPE_MAP;
        }
    }
    *count = packed >= 0 ? packed : highest;
    if (packed >= 0 ? highest <= packed : found == highest)
        return SHAPE_LIST;
    *count = (int64_t)lua_rawlen(L, index);
    return SHAPE_MAP;
}

static bool append_item(struct conversion *c, asyr_value *list, int index,
                        int64_t place)
{
    lua_rawgeti(c->L, index, (int)place);
    asyr_value *item = convert(c, lua_gettop(c->L));
    lua_pop(c->L, 1);
    if (!item) {
        lua_pushinteger(c->L, (lua_Integer)place);
        extend_path(c, lua_gettop(c->L));
        lua_pop(c->L, 1);
        return false;
    }
    asyr_status status = asyr_value_append(list, item, c->error);
    asyr_value_unref(item);
    return status == ASYR_OK;
}

static asyr_value *convert_list(struct conversion *c, int index, int64_t count)
{
    asyr_value *list = NULL;
    if (asyr_value_new_list(count, &list, c->error) != ASYR_OK)
        return NULL;
    for (int64_t place = 1; place <= count; place++) {
        if (!append_item(c, list, index, place)) {
            asyr_value_unref(list);
            return NULL;
        }
    }
    return list;
}

/* The key and the item stand on the top of the stack. */
static bool put_entry(struct conversion *c, asyr_value *map)
{
    int top = lua_gettop(c->L), key_type = lua_type(c->L, top - 1);
    if (key_type != LUA_TSTRING && key_type != LUA_TNUMBER &&
        key_type != LUA_TBOOLEAN) {
        refuse(c, "a key that is no string, number or boolean");
        return false;
    }
    asyr_value *key = convert(c, top - 1);
    asyr_value *item = key ? convert(c, top) : NULL;
    bool done = item && asyr_value_put(map, key, item, c->error) == ASYR_OK;
    if (!item)
        extend_path(c, top - 1);
    asyr_value_unref(item);
    asyr_value_unref(key);
    return done;
}

static asyr_value *convert_map(struct conversion *c, int index)
{
    asyr_value *map = NULL;
    if (asyr_value_new_map(0, &map, c->error) != ASYR_OK)
        return NULL;
    for (lua_pushnil(c->L); lua_next(c->L, index); lua_pop(c->L, 1)) {
        if (!put_entry(c, map)) {
            lua_pop(c->L, 2);
            asyr_value_unref(map);
            return NULL;
        }
    }
    return map;
}

static asyr_value *convert_error(struct conversion *c, int index)
{
    asyr_value *value = NULL;
    asyr_error *content = error_from_lua(c->L, index, NULL);
    asyr_value_new_error(content, &value, c->error);
    asyr_error_unref(content);
    return value;
}

static asyr_value *convert_table(struct conversion *c, int index)
{
    if (is_error(c->L, index))
        return convert_error(c, index);
    if (c->depth >= ASYR_MAX_DEPTH || !lua_checkstack(c->L, 8))
        return refuse(c, "a table that nests too deep, or contains itself");
    c->depth++;
    int64_t count;
    asyr_value *value = measure(c->L, index, &count) == SHAPE_LIST
                            ? convert_list(c, index, count)
                            : convert_map(c, index);
    c->depth--;
    return value;
}

static asyr_value *convert_userdata(struct conversion *c, int index)
{
    asyr_value *value = NULL;
    if (is_null(c->L, index))
        asyr_value_new_nil(&value, c->error);
    else if ((value = to_box(c->L, index)))
        asyr_value_ref(value);
    else
        refuse(c, luaL_typename(c->L, index));
    return value;
}

/* `index` is absolute. */
static asyr_value *convert(struct conversion *c, int index)
{
    asyr_value *value = NULL;
    switch (lua_type(c->L, index)) {
    case LUA_TNONE:
    case LUA_TNIL:
        asyr_value_new_nil(&value, c->error);
        return value;
    case LUA_TBOOLEAN:
        asyr_value_new_bool(lua_toboolean(c->L, index), &value, c->error);
        return value;
    case LUA_TNUMBER:
        return number_to_value(c->L, index, c->error);
    case LUA_TSTRING:
        return convert_string(c, index);
    case LUA_TTABLE:
        return convert_table(c, index);
    case LUA_TUSERDATA:
    case LUA_TLIGHTUSERDATA:
        return convert_userdata(c, index);
    default:
        return refuse(c, luaL_typename(c->L, index));
    }
}

static void report_refusal(struct conversion *c, const char *what)
{
    if (*c->error)
        return;
    *c->error = new_error(ASYR_E_UNSENDABLE,
                          "%s%s: expected nil, a boolean, number, string, table or "
                          "boxed value, found %s",
                          what, c->path, c->reason);
}

asyr_value *glue_to_value(lua_State *L, int index, asyr_error **error)
{
    struct conversion c = {.L = L, .error = error};
    asyr_value *value = convert(&c, lua_absindex(L, index));
    if (!value)
        report_refusal(&c, "value");
    return value;
}

bool list_length(lua_State *L, int index, const char *what, int64_t *count,
                 asyr_error **error)
{
    if (lua_type(L, index) != LUA_TTABLE) {
        *error = new_error(ASYR_E_TYPE, "%s: expected a list, found %s", what,
                           luaL_typename(L, index));
        return false;
    }
    if (measure(L, lua_absindex(L, index), count) == SHAPE_LIST)
        return true;
    *error = new_error(ASYR_E_TYPE,
                       "%s: expected a list, found a table with other keys than 1 "
                       "to %lld; a list with gaps needs a field n",
                       what, (long long)*count);
    return false;
}

static asyr_value *table_to_list(struct conversion *c, int index, const char *what)
{
    int64_t count;
    return list_length(c->L, index, what, &count, c->error)
               ? convert_list(c, index, count)
               : NULL;
}

/* The key, and the item above it. */
static bool append_in_order(struct conversion *c, asyr_value *list, int key,
                            lua_Number place)
{
    if (lua_type(c->L, key) != LUA_TNUMBER || lua_tonumber(c->L, key) != place)
        return false;
    asyr_value *item = convert(c, key + 1);
    bool done = item && asyr_value_append(list, item, c->error) == ASYR_OK;
    asyr_value_unref(item);
    return done;
}

/* A short table whose keys come as 1, 2, ...: nearly every list of arguments.  NULL when
 * table_to_list() has to look at it. */
static asyr_value *convert_in_order(struct conversion *c, int index)
{
    lua_State *L = c->L;
    int top = lua_gettop(L);
    int64_t count = (int64_t)lua_rawlen(L, index);
    asyr_value *list = NULL;
    if (count > SHORT_LIST || asyr_value_new_list(count, &list, NULL) != ASYR_OK)
        return NULL;
    bool in_order = true;
    lua_pushnil(L);
    for (lua_Number place = 1; in_order && lua_next(L, index); place++) {
        in_order = append_in_order(c, list, top + 1, place);
        lua_settop(L, top + 1);
    }
    if (in_order)
        return list;
    lua_settop(L, top);
    asyr_value_unref(list);
    return NULL;
}

asyr_value *glue_to_list(lua_State *L, int index, const char *what,
                         asyr_error **error)
{
    struct conversion c;
    c.L = L;
    c.error = error;
    c.depth = 1;
    c.reason[0] = c.path[0] = '\0';
    index = lua_absindex(L, index);
    asyr_value *box = to_box(L, index);
    if (box)
        return asyr_value_ref(box);
    asyr_value *list = NULL;
    if (lua_type(L, index) == LUA_TTABLE)
        list = convert_in_order(&c, index);
    if (list || *error)
        return list;
    c.reason[0] = c.path[0] = '\0';
    list = table_to_list(&c, index, what);
    if (!list)
        report_refusal(&c, what);
    return list;
}
