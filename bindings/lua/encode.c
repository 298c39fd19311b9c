/*
 * Encoding: from Lua to a packet.
 *
 * Everything here may raise Lua's want of memory, so it owns nothing: what grows belongs
 * to Lua, and handles are borrowed until new_packet() takes references.  A refusal
 * names the place, which is put together while the recursion unwinds.
 */
#include "encoder.h"

#include <stdio.h>
#include <string.h>

static void open_encoder(struct encoder *e, lua_State *L)
{
    luaL_checkstack(L, 16, "crossing");
    e->L = L;
    open_area(&e->bytes, L);
    open_area(&e->held, L);
    open_memo(&e->memo, L);
    lua_pushnil(L);
    e->names = lua_gettop(L);
    e->names_are_new = false;
    e->count = 0;
    e->depth = 0;
    e->reason[0] = e->path[0] = '\0';
}

bool encode_refusal(struct encoder *e, const char *article, const char *what)
{
    if (!e->reason[0])
        snprintf(e->reason, sizeof e->reason, "%s %s", article, what);
    return false;
}

/* ---- the place ---- */

void prepend_place(struct encoder *e, const char *step)
{
    char path[sizeof e->path];
    snprintf(path, sizeof path, "%.60s%.120s", step, e->path);
    memcpy(e->path, path, sizeof path);
}

static bool is_name(const char *text)
{
    size_t letters = strspn(text, "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    return letters > 0 && !text[letters];
}

/* The key of a table, at `index`. */
static void prepend_key(struct encoder *e, int index)
{
    char step[64];
    int64_t number;
    const char *text =
        lua_type(e->L, index) == LUA_TSTRING ? lua_tostring(e->L, index) : NULL;
    if (read_int64(e->L, index, &number))
        snprintf(step, sizeof step, "[%lld]", (long long)number);
    else if (text && is_name(text))
        snprintf(step, sizeof step, ".%.40s", text);
    else if (text)
        snprintf(step, sizeof step, "[\"%.40s\"]", text);
    else
        snprintf(step, sizeof step, "[%s]", luaL_typename(e->L, index));
    prepend_place(e, step);
}

/* ---- scalars ---- */

void put_tag(struct encoder *e, enum tag tag)
{
    put_byte(&e->bytes, (unsigned char)tag);
}

static void put_string(struct encoder *e, const char *text, size_t length)
{
    put_tag(e, TAG_STRING);
    put_count(&e->bytes, length);
    put_bytes(&e->bytes, text, length);
}

static bool put_number(struct encoder *e, int index)
{
#if HAS_INTEGERS
    if (lua_isinteger(e->L, index)) {
        int64_t integer = (int64_t)lua_tointeger(e->L, index);
        put_tag(e, TAG_INTEGER);
        put_bytes(&e->bytes, &integer, sizeof integer);
        return true;
    }
#endif
    lua_Number number = lua_tonumber(e->L, index);
    put_tag(e, TAG_NUMBER);
    put_bytes(&e->bytes, &number, sizeof number);
    return true;
}

/* ---- names, and what came before ---- */

static void find_names(struct encoder *e)
{
    if (!lua_isnil(e->L, e->names))
        return;
    push_names(e->L);
    lua_replace(e->L, e->names);
}

bool put_named(struct encoder *e, int index)
{
    size_t length;
    find_names(e);
    lua_pushvalue(e->L, index);
    lua_rawget(e->L, e->names);
    const char *name =
        lua_type(e->L, -1) == LUA_TSTRING ? lua_tolstring(e->L, -1, &length) : NULL;
    if (name) {
        put_tag(e, TAG_NAME);
        put_count(&e->bytes, length);
        put_bytes(&e->bytes, name, length);
    }
    lua_pop(e->L, 1);
    return name != NULL;
}

/* For what can cross by its name alone: a field that its module was given since. */
bool put_named_anew(struct encoder *e, int index)
{
    if (put_named(e, index))
        return true;
    if (e->names_are_new)
        return false;
    push_names_anew(e->L);
    lua_replace(e->L, e->names);
    e->names_are_new = true;
    return put_named(e, index);
}

bool put_again(struct encoder *e, const void *address)
{
    uint32_t number = memo_find(&e->memo, address);
    if (!number)
        return false;
    put_tag(e, TAG_AGAIN);
    put_count(&e->bytes, number);
    return true;
}

bool enter_encoded(struct encoder *e)
{
    if (e->depth >= CROSSING_DEPTH || !lua_checkstack(e->L, 10)) {
        char what[64];
        snprintf(what, sizeof what, "value that nests deeper than %d",
                 CROSSING_DEPTH);
        return encode_refusal(e, "a", what);
    }
    e->depth++;
    return true;
}

/* ---- tables ---- */

static bool put_entries(struct encoder *e, int index)
{
    lua_State *L = e->L;
    size_t count_place = e->bytes.used;
    uint32_t count = 0;
    put_bytes(&e->bytes, &count, sizeof count);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1), count++) {
        int item = lua_gettop(L);
        bool done = put_value(e, item - 1);
        if (!done)
            prepend_place(e, "(key)");
        else if (!(done = put_value(e, item)))
            prepend_key(e, item - 1);
        if (!done)
            return false;
    }
    memcpy(e->bytes.data + count_place, &count, sizeof count);
    put_tag(e, TAG_END);
    return true;
}

/* The metatable is on the top of the stack. */
static bool put_metatable(struct encoder *e)
{
    luaL_getmetatable(e->L, ERROR_METATABLE);
    bool is_errors = lua_rawequal(e->L, -1, -2);
    lua_pop(e->L, 1);
    if (is_errors) {
        put_tag(e, TAG_ERRORS);
        return true;
    }
    bool done = put_value(e, lua_gettop(e->L));
    if (!done)
        prepend_place(e, "(metatable)");
    return done;
}

static bool put_plain_table(struct encoder *e, int index, bool has_metatable)
{
    put_tag(e, TAG_TABLE);
    put_count(&e->bytes, lua_rawlen(e->L, index));
    if (!put_entries(e, index))
        return false;
    if (!has_metatable) {
        put_tag(e, TAG_NIL);
        return true;
    }
    return put_metatable(e);
}

/* A table whose metatable has the name of a module as its field __adopt: what is in the
 * field `crossing` is given to adopt() of that module. */
static bool is_adopted(struct encoder *e)
{
    lua_pushliteral(e->L, "__adopt");
    lua_rawget(e->L, -2);
    bool adopted = lua_type(e->L, -1) == LUA_TSTRING;
    if (!adopted)
        lua_pop(e->L, 1);
    return adopted;
}

/* The name of the module is on the top of the stack. */
static bool put_adopted(struct encoder *e, int index)
{
    size_t length;
    const char *module = lua_tolstring(e->L, -1, &length);
    put_tag(e, TAG_ADOPTED);
    put_count(&e->bytes, length);
    put_bytes(&e->bytes, module, length);
    lua_pushliteral(e->L, "crossing");
    lua_rawget(e->L, index);
    return put_value(e, lua_gettop(e->L));
}

static bool put_table(struct encoder *e, int index)
{
    const void *address = lua_topointer(e->L, index);
    if (put_again(e, address) || put_named(e, index))
        return true;
    if (!enter_encoded(e))
        return false;
    memo_add(&e->memo, address, ++e->count);
    int top = lua_gettop(e->L);
    bool has_metatable = lua_getmetatable(e->L, index) != 0;
    bool done = has_metatable && is_adopted(e)
                    ? put_adopted(e, index)
                    : put_plain_table(e, index, has_metatable);
    lua_settop(e->L, top);
    e->depth--;
    return done;
}

/* ---- handles ---- */

static bool put_held(struct encoder *e, enum tag tag, const struct handle_kind *kind,
                     void *object)
{
    struct held held = {kind, object};
    put_tag(e, tag);
    put_count(&e->bytes, e->held.used / sizeof held);
    put_bytes(&e->held, &held, sizeof held);
    return true;
}

static bool put_result(struct encoder *e, int index, void *object)
{
    if (!enter_encoded(e))
        return false;
    put_held(e, TAG_RESULT, &result_kind, object);
    lua_getuservalue(e->L, index);
    bool done = put_value(e, lua_gettop(e->L));
    lua_pop(e->L, 1);
    e->depth--;
    return done;
}

static bool put_userdata(struct encoder *e, int index)
{
    void *object = NULL;
    const struct handle_kind *kind = kind_of(e->L, index, &object);
    if (kind == &result_kind && object)
        return put_result(e, index, object);
    if (kind && object)
        return put_held(e, TAG_HELD, kind, object);
    asyr_value *box = to_box(e->L, index);
    if (box)
        return put_held(e, TAG_BOX, NULL, box);
    return put_named_anew(e, index) || encode_refusal(e, "a", "userdata");
}

static bool put_light(struct encoder *e, int index)
{
    const void *address = lua_touserdata(e->L, index);
    put_tag(e, TAG_LIGHT);
    put_bytes(&e->bytes, &address, sizeof address);
    return true;
}

/* ---- any value ---- */

static bool put_boolean(struct encoder *e, int index)
{
    put_tag(e, lua_toboolean(e->L, index) ? TAG_TRUE : TAG_FALSE);
    return true;
}

static bool put_text(struct encoder *e, int index)
{
    size_t length;
    const char *text = lua_tolstring(e->L, index, &length);
    put_string(e, text, length);
    return true;
}

/* `index` is absolute. */
bool put_value(struct encoder *e, int index)
{
    switch (lua_type(e->L, index)) {
    case LUA_TNONE:
    case LUA_TNIL:
        put_tag(e, TAG_NIL);
        return true;
    case LUA_TBOOLEAN:
        return put_boolean(e, index);
    case LUA_TNUMBER:
        return put_number(e, index);
    case LUA_TSTRING:
        return put_text(e, index);
    case LUA_TTABLE:
        return put_table(e, index);
    case LUA_TFUNCTION:
        return put_function(e, index);
    case LUA_TUSERDATA:
        return put_userdata(e, index);
    case LUA_TLIGHTUSERDATA:
        return put_light(e, index);
    case LUA_TTHREAD:
        return encode_refusal(e, "a", "coroutine");
    default:
        return encode_refusal(e, "a", luaL_typename(e->L, index));
    }
}

/* ---- packets ---- */

static asyr_value *close_encoder(struct encoder *e, enum packet_kind kind, int count,
                                 asyr_error **error)
{
    asyr_value *value = new_packet(kind, count, e->bytes.data, e->bytes.used,
                                   (const struct held *)(const void *)e->held.data,
                                   e->held.used / sizeof(struct held), error);
    lua_settop(e->L, e->bytes.slot - 1);
    return value;
}

static asyr_value *fail_encoder(struct encoder *e, const char *what,
                                asyr_error **error)
{
    *error =
        new_error(ASYR_E_UNSENDABLE, "%s%s: %s cannot cross to another Lua state",
                  what, e->path, e->reason);
    lua_settop(e->L, e->bytes.slot - 1);
    return NULL;
}

/* Whether the library has a value for it: it goes as that. */
static bool is_scalar(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNIL:
    case LUA_TBOOLEAN:
    case LUA_TNUMBER:
    case LUA_TSTRING:
        return true;
    case LUA_TUSERDATA:
        return to_box(L, index) != NULL;
    default:
        return false;
    }
}

asyr_value *cross_value(lua_State *L, int index, const char *what,
                        asyr_error **error)
{
    struct encoder e;
    if (is_scalar(L, index))
        return glue_to_value(L, index, error);
    index = lua_absindex(L, index);
    open_encoder(&e, L);
    return put_value(&e, index) ? close_encoder(&e, PACKET_VALUE, 1, error)
                                : fail_encoder(&e, what, error);
}

asyr_value *cross_function(lua_State *L, int index, asyr_error **error)
{
    struct encoder e;
    index = lua_absindex(L, index);
    open_encoder(&e, L);
    return put_function(&e, index) ? close_encoder(&e, PACKET_VALUE, 1, error)
                                   : fail_encoder(&e, "function", error);
}

static bool are_scalars(lua_State *L, int first, int last)
{
    while (first <= last && is_scalar(L, first))
        first++;
    return first > last;
}

static asyr_value *append(asyr_value *list, asyr_value *item, asyr_error **error)
{
    bool done = list && item && asyr_value_append(list, item, error) == ASYR_OK;
    asyr_value_unref(item);
    if (done)
        return list;
    asyr_value_unref(list);
    return NULL;
}

static asyr_value *scalars_to_list(lua_State *L, int first, int last,
                                   asyr_error **error)
{
    asyr_value *list = NULL;
    asyr_value_new_list(last - first + 1, &list, error);
    for (int index = first; list && index <= last; index++)
        list = append(list, glue_to_value(L, index, error), error);
    return list;
}

static asyr_value *encode_stack(lua_State *L, int first, int last, const char *what,
                                asyr_error **error)
{
    struct encoder e;
    char place[160];
    open_encoder(&e, L);
    for (int index = first; index <= last; index++) {
        if (!put_value(&e, index)) {
            snprintf(place, sizeof place, "%s #%d", what, index - first + 1);
            return fail_encoder(&e, place, error);
        }
    }
    return close_encoder(&e, PACKET_ARGUMENTS, last - first + 1, error);
}

asyr_value *cross_stack(lua_State *L, int first, const char *what,
                        asyr_error **error)
{
    int last = lua_gettop(L);
    asyr_value *list = NULL;
    if (are_scalars(L, first, last))
        return scalars_to_list(L, first, last, error);
    asyr_value *packet = encode_stack(L, first, last, what, error);
    if (packet)
        asyr_value_new_list(1, &list, error);
    return append(list, packet, error);
}
