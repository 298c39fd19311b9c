/*
 * Numbers: 64-bit integers in every Lua.
 *
 * Lua 5.3 has integers of its own.  An older one has doubles alone: a whole number up
 * to 2^53 goes as an integer, and an integer beyond comes back in a box.
 */
#include "support.h"

#include <math.h>

static bool is_whole(double number)
{
    return number >= -0x1p63 && number < 0x1p63 && floor(number) == number;
}

bool read_int64(lua_State *L, int index, int64_t *number)
{
    if (lua_type(L, index) != LUA_TNUMBER)
        return false;
#if HAS_INTEGERS
    if (lua_isinteger(L, index)) {
        *number = (int64_t)lua_tointeger(L, index);
        return true;
    }
#endif
    double read = (double)lua_tonumber(L, index);
    if (!is_whole(read))
        return false;
    *number = (int64_t)read;
    return true;
}

asyr_status glue_read_int64(lua_State *L, int index, const char *what,
                            int64_t *number, asyr_error **error)
{
    if (read_int64(L, index, number))
        return ASYR_OK;
    if (lua_type(L, index) == LUA_TNUMBER)
        *error =
            new_error(ASYR_E_ARGUMENT, "%s: expected a whole number, found %.17g",
                      what, (double)lua_tonumber(L, index));
    else
        *error = new_error(ASYR_E_ARGUMENT, "%s: expected a whole number, found %s",
                           what, luaL_typename(L, index));
    return ASYR_E_ARGUMENT;
}

asyr_value *number_to_value(lua_State *L, int index, asyr_error **error)
{
    asyr_value *value = NULL;
#if HAS_INTEGERS
    if (lua_isinteger(L, index))
        asyr_value_new_int64((int64_t)lua_tointeger(L, index), &value, error);
    else
        asyr_value_new_double((double)lua_tonumber(L, index), &value, error);
#else
    double number = (double)lua_tonumber(L, index);
    bool whole = is_whole(number) && fabs(number) <= (double)EXACT_LIMIT;
    if (whole && !(number == 0 && signbit(number)))
        asyr_value_new_int64((int64_t)number, &value, error);
    else
        asyr_value_new_double(number, &value, error);
#endif
    return value;
}

static void push_boxed_number(lua_State *L, uint64_t number, bool is_signed)
{
    asyr_value **slot = push_empty_box(L);
    asyr_status status = is_signed
                             ? asyr_value_new_int64((int64_t)number, slot, NULL)
                             : asyr_value_new_uint64(number, slot, NULL);
    if (status != ASYR_OK)
        luaL_error(L, "not enough memory");
}

bool push_small_int64(lua_State *L, int64_t number)
{
#if HAS_INTEGERS
    lua_pushinteger(L, (lua_Integer)number);
    return true;
#else
    bool is_small = number >= -EXACT_LIMIT && number <= EXACT_LIMIT;
    if (is_small)
        lua_pushnumber(L, (lua_Number)number);
    return is_small;
#endif
}

void push_int64(lua_State *L, int64_t number)
{
    if (!push_small_int64(L, number))
        push_boxed_number(L, (uint64_t)number, true);
}

void push_uint64(lua_State *L, uint64_t number)
{
    if (number <= INT64_MAX)
        push_int64(L, (int64_t)number);
    else
        push_boxed_number(L, number, false);
}
