/*
 * The lists of a submit of a Lua function: its arguments, and the items of a map.
 */
#include "states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As many as a Lua stack has room for. */
enum { ARGUMENT_LIMIT = 4096 };

/* The arguments in the table at `index`, or what a box holds; NULL with the error. */
static asyr_value *cross_list(lua_State *L, int index, const char *what,
                              const char *each, asyr_error **error)
{
    int64_t count;
    int top = lua_gettop(L);
    asyr_value *box = to_box(L, index);
    if (box)
        return asyr_value_ref(box);
    if (!list_length(L, index, what, &count, error))
        return NULL;
    if (count > ARGUMENT_LIMIT) {
        *error = new_error(ASYR_E_ARGUMENT, "%s: expected %d at most, found %lld",
                           what, ARGUMENT_LIMIT, (long long)count);
        return NULL;
    }
    luaL_checkstack(L, (int)count + 16, what);
    for (int64_t place = 1; place <= count; place++)
        lua_rawgeti(L, index, (int)place);
    asyr_value *list = cross_stack(L, top + 1, each, error);
    lua_settop(L, top);
    return list;
}

asyr_value *cross_arguments(lua_State *L, int index, asyr_error **error)
{
    return cross_list(L, index, "arguments", "argument", error);
}

/* ---- boxes, for the Lua side ---- */

static glue_pushed push_boxed(lua_State *L, asyr_value *consumed, asyr_error *error)
{
    if (!consumed)
        return glue_fail(L, error);
    asyr_value **slot = push_empty_box(L);
    *slot = consumed;
    return 1;
}

glue_pushed glue_cross_arguments(lua_State *L, glue_index list)
{
    asyr_error *error = NULL;
    if (lua_isnil(L, list)) {
        lua_pushnil(L);
        return 1;
    }
    asyr_value *made = cross_arguments(L, list, &error);
    return push_boxed(L, made, error);
}

glue_pushed glue_cross_item(lua_State *L, glue_index item)
{
    asyr_error *error = NULL;
    asyr_value *made = cross_value(L, item, "item", &error);
    return push_boxed(L, made, error);
}

static asyr_value *cross_item(lua_State *L, int64_t place, bool is_list,
                              asyr_error **error)
{
    char what[32], each[64];
    snprintf(what, sizeof what, "item #%lld", (long long)place);
    if (!is_list)
        return cross_value(L, lua_gettop(L), what, error);
    snprintf(each, sizeof each, "%s, argument", what);
    return cross_list(L, lua_gettop(L), what, each, error);
}

static bool add_item(lua_State *L, asyr_value *list, int64_t place, bool is_list,
                     asyr_error **error)
{
    asyr_value *item = cross_item(L, place, is_list, error);
    bool done = item && asyr_value_append(list, item, error) == ASYR_OK;
    asyr_value_unref(item);
    return done;
}

glue_pushed glue_cross_items(lua_State *L, glue_index items, glue_index are_lists)
{
    asyr_error *error = NULL;
    int64_t count;
    asyr_value *box = to_box(L, items);
    if (box)
        return push_boxed(L, asyr_value_ref(box), NULL);
    if (!list_length(L, items, "items", &count, &error))
        return glue_fail(L, error);
    /* The list is Lua's at once: crossing may raise. */
    asyr_value **slot = push_empty_box(L);
    asyr_status status = asyr_value_new_list(count, slot, &error);
    bool is_list = lua_toboolean(L, are_lists);
    for (int64_t place = 1; status == ASYR_OK && place <= count; place++) {
        lua_rawgeti(L, items, (int)place);
        if (!add_item(L, *slot, place, is_list, &error))
            return glue_fail(L, error);
        lua_pop(L, 1);
    }
    return status == ASYR_OK ? 1 : glue_fail(L, error);
}

/* ---- a pool's states ---- */

static char *copy_text(lua_State *L, int index)
{
    const char *text = lua_tostring(L, index);
    return text ? strdup(text) : NULL;
}

static size_t read_size(lua_State *L, int index)
{
    lua_Number number = lua_tonumber(L, index);
    return number > 0 && number < 1e15 ? (size_t)number : 0;
}

glue_pushed glue_new_states(lua_State *L, glue_index path, glue_index cpath,
                            glue_index memory_limit, glue_index stop_count)
{
    struct states *states = new_states();
    if (!states)
        return glue_fail(L, asyr_error_new(ASYR_E_MEMORY, NULL, NULL));
    push_object(L, states, &states_kind);
    states->recipe.path = copy_text(L, path);
    states->recipe.cpath = copy_text(L, cpath);
    states->recipe.memory_limit = read_size(L, memory_limit);
    states->recipe.stop_count = (int)read_size(L, stop_count);
    return 1;
}

static void release_initializer(void *arg)
{
    release_states(arg);
}

glue_pushed glue_new_initializer(lua_State *L, glue_index handle, glue_index list)
{
    asyr_error *error = NULL;
    asyr_function *function = NULL;
    struct states *states = to_object(L, handle, &states_kind);
    if (!states)
        return glue_fail(L, refuse_object(L, handle, &states_kind));
    states->recipe.initializer =
        cross_list(L, list, "initializer", "initializer, argument", &error);
    if (!states->recipe.initializer)
        return glue_fail(L, error);
    retain_states(states);
    if (asyr_function_new_native("initializer", run_initializer, states,
                                 release_initializer, &function, &error) != ASYR_OK)
        return glue_fail(L, error);
    push_object(L, function, &function_kind);
    return 1;
}
