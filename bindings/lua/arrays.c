/*
 * Arrays: numbers of one type, from a Lua table into the memory of a value.
 *
 * A number that does not fit its element type is refused; nothing is rounded but a
 * double into a float.
 */
#include "support.h"

#include <inttypes.h>
#include <string.h>

static const char *const element_names[] = {"int8",  "uint8",  "int16", "uint16",
                                            "int32", "uint32", "int64", "uint64",
                                            "float", "double", NULL};

const char *element_name_of(asyr_value *array)
{
    int32_t type = 0;
    void *data = NULL;
    asyr_value_get_array(array, &type, &data, NULL, NULL);
    return element_names[type];
}

static int32_t find_element_type(const char *name)
{
    for (int32_t type = 0; name && element_names[type]; type++)
        if (strcmp(name, element_names[type]) == 0)
            return type;
    return -1;
}

/* A number, or a boxed integer, as a value that the caller owns. */
static asyr_value *to_number(lua_State *L, int index, asyr_error **error)
{
    asyr_value *value = glue_to_value(L, index, error);
    if (!value)
        return NULL;
    int32_t type = asyr_value_get_type(value);
    if (type == ASYR_VALUE_INT64 || type == ASYR_VALUE_UINT64 ||
        type == ASYR_VALUE_DOUBLE)
        return value;
    asyr_value_unref(value);
    *error = new_error(ASYR_E_TYPE, "expected a number, found %s",
                       luaL_typename(L, index));
    return NULL;
}

static bool fits(int64_t number, int32_t type)
{
    int bits = 8 * (int)asyr_element_size(type);
    bool is_unsigned = (type & 1) != 0;
    if (is_unsigned)
        return number >= 0 && (bits == 64 || number < (int64_t)1 << bits);
    int64_t limit = bits == 64 ? INT64_MAX : ((int64_t)1 << (bits - 1)) - 1;
    return number <= limit && number >= -limit - 1;
}

static void store_integer(void *data, int64_t place, int32_t type, uint64_t bits)
{
    switch (asyr_element_size(type)) {
    case 1:
        ((uint8_t *)data)[place] = (uint8_t)bits;
        return;
    case 2:
        ((uint16_t *)data)[place] = (uint16_t)bits;
        return;
    case 4:
        ((uint32_t *)data)[place] = (uint32_t)bits;
        return;
    default:
        ((uint64_t *)data)[place] = bits;
    }
}

static bool store_whole(void *data, int64_t place, int32_t type, asyr_value *number,
                        asyr_error **error)
{
    int64_t whole = 0;
    uint64_t large = 0;
    if (type == ASYR_ELEMENT_UINT64) {
        if (asyr_value_get_uint64(number, &large, error) != ASYR_OK)
            return false;
        store_integer(data, place, type, large);
        return true;
    }
    if (asyr_value_get_int64(number, &whole, error) != ASYR_OK)
        return false;
    if (!fits(whole, type)) {
        *error = new_error(ASYR_E_TYPE, "expected an %s, found %" PRId64,
                           element_names[type], whole);
        return false;
    }
    store_integer(data, place, type, (uint64_t)whole);
    return true;
}

static bool store_element(void *data, int64_t place, int32_t type,
                          asyr_value *number, asyr_error **error)
{
    double real = 0;
    if (type != ASYR_ELEMENT_FLOAT && type != ASYR_ELEMENT_DOUBLE)
        return store_whole(data, place, type, number, error);
    if (asyr_value_get_double(number, &real, error) != ASYR_OK)
        return false;
    if (type == ASYR_ELEMENT_FLOAT)
        ((float *)data)[place] = (float)real;
    else
        ((double *)data)[place] = real;
    return true;
}

static bool fill_array(lua_State *L, asyr_value *array, int32_t type, int content,
                       asyr_error **error)
{
    void *data = NULL;
    int64_t count = 0;
    asyr_value_get_array(array, NULL, &data, &count, NULL);
    for (int64_t place = 0; place < count; place++) {
        lua_rawgeti(L, content, (int)(place + 1));
        asyr_value *number = to_number(L, lua_gettop(L), error);
        bool stored = number && store_element(data, place, type, number, error);
        asyr_value_unref(number);
        lua_pop(L, 1);
        if (!stored)
            return false;
    }
    return true;
}

glue_pushed glue_new_array(lua_State *L, glue_index type, glue_index content)
{
    asyr_error *error = NULL;
    int64_t count = 0;
    int32_t element = lua_type(L, type) == LUA_TSTRING
                          ? find_element_type(lua_tostring(L, type))
                          : -1;
    if (element < 0)
        return glue_fail(
            L, new_error(ASYR_E_ARGUMENT,
                         "array: expected an element type such as \"double\", "
                         "found %s",
                         lua_type(L, type) == LUA_TSTRING ? lua_tostring(L, type)
                                                          : luaL_typename(L, type)));
    bool is_table = lua_type(L, content) == LUA_TTABLE;
    if (is_table)
        count = (int64_t)lua_rawlen(L, content);
    else if (glue_read_int64(L, content, "array", &count, &error) != ASYR_OK)
        return glue_fail(L, error);
    asyr_value **slot = push_empty_box(L);
    if (asyr_value_new_array(element, NULL, count, slot, &error) != ASYR_OK)
        return glue_fail(L, error);
    if (is_table && !fill_array(L, *slot, element, content, &error))
        return glue_fail(L, error);
    return 1;
}
