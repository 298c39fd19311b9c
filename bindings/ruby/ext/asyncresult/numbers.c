/*
 * Numbers, timeouts and texts from Ruby's to C's.
 */
#include "glue.h"

#define PACK_FLAGS (INTEGER_PACK_LSWORD_FIRST | INTEGER_PACK_NATIVE_BYTE_ORDER)

bool glue_integer_to_int64(VALUE integer, int64_t *number)
{
    int sign;

    if (FIXNUM_P(integer)) {
        *number = FIX2LONG(integer);
        return true;
    }
    sign = rb_integer_pack(integer, number, 1, sizeof *number, 0,
                           PACK_FLAGS | INTEGER_PACK_2COMP);
    return (sign == 1 && *number >= 0) || (sign == -1 && *number < 0) || sign == 0;
}

bool glue_integer_to_uint64(VALUE integer, uint64_t *number)
{
    int sign = rb_integer_pack(integer, number, 1, sizeof *number, 0, PACK_FLAGS);

    return sign == 0 || sign == 1;
}

int64_t glue_whole(VALUE number, const char *name)
{
    int64_t whole = 0;

    if (!RB_INTEGER_TYPE_P(number))
        glue_fail(ASYR_E_ARGUMENT, "%s: expected an Integer, found %" PRIsVALUE,
                  name, rb_inspect(number));
    if (!glue_integer_to_int64(number, &whole))
        glue_fail(ASYR_E_ARGUMENT, "%s: expected 64 bits at most, found %" PRIsVALUE,
                  name, number);
    return whole;
}

int64_t glue_timeout(VALUE seconds)
{
    int64_t timeout_ns = ASYR_FOREVER;
    asyr_error *error = NULL;

    if (NIL_P(seconds))
        return ASYR_FOREVER;
    if (!rb_obj_is_kind_of(seconds, rb_cNumeric))
        glue_fail(ASYR_E_ARGUMENT,
                  "timeout: expected seconds or nil, found %" PRIsVALUE,
                  rb_inspect(seconds));
    asyr_timeout_from_seconds(NUM2DBL(seconds), &timeout_ns, &error);
    if (error != NULL)
        glue_raise(error);
    return timeout_ns;
}

const char *glue_text(VALUE string)
{
    if (NIL_P(string))
        return NULL;
    return StringValueCStr(string);
}
