/*
 * Marshalling of numbers, of whole calls, and of return values.
 *
 * Every value is checked against the type of its parameter before anything is
 * called.  Arguments lie in the caller's frame, so that a call allocates nothing.
 */
#include "marshal.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../core/error.h"
#include "../core/value.h"
#include "argument.h"

#define TWO_TO_63 9223372036854775808.0
#define TWO_TO_64 18446744073709551616.0

struct range {
    int64_t least;
    uint64_t most;
};

static const struct range ranges[] = {
    [ASYRI_C_INT8] = {INT8_MIN, INT8_MAX},    [ASYRI_C_UINT8] = {0, UINT8_MAX},
    [ASYRI_C_INT16] = {INT16_MIN, INT16_MAX}, [ASYRI_C_UINT16] = {0, UINT16_MAX},
    [ASYRI_C_INT32] = {INT32_MIN, INT32_MAX}, [ASYRI_C_UINT32] = {0, UINT32_MAX},
    [ASYRI_C_INT64] = {INT64_MIN, INT64_MAX}, [ASYRI_C_UINT64] = {0, UINT64_MAX},
};

/* A whole number: its 64 bits, and whether they mean a negative one. */
struct whole {
    uint64_t bits;
    bool is_negative;
};

static bool whole_of_double(double number, struct whole *whole)
{
    if (!(number >= -TWO_TO_63 && number < TWO_TO_64))
        return false;
    whole->is_negative = number < 0;
    if (number < 0) {
        whole->bits = (uint64_t)(int64_t)number;
        return (double)(int64_t)number == number;
    }
    whole->bits = (uint64_t)number;
    return (double)whole->bits == number;
}

static bool whole_of(const asyr_value *value, struct whole *whole)
{
    whole->is_negative = false;
    switch (value->type) {
    case ASYR_VALUE_BOOL:
        whole->bits = value->as.truth;
        return true;
    case ASYR_VALUE_INT64:
        whole->bits = (uint64_t)value->as.int64;
        whole->is_negative = value->as.int64 < 0;
        return true;
    case ASYR_VALUE_UINT64:
        whole->bits = value->as.uint64;
        return true;
    case ASYR_VALUE_DOUBLE:
        return whole_of_double(value->as.number, whole);
    default:
        return false;
    }
}

static bool is_within(struct whole whole, const struct range *range)
{
    return whole.is_negative ? (int64_t)whole.bits >= range->least
                             : whole.bits <= range->most;
}

void asyri_slot_store(union asyri_slot *slot, uint8_t kind, uint64_t bits)
{
    switch (kind) {
    case ASYRI_C_INT8:
    case ASYRI_C_UINT8:
    case ASYRI_C_BOOL:
        slot->uint8 = (uint8_t)bits;
        break;
    case ASYRI_C_INT16:
    case ASYRI_C_UINT16:
        slot->uint16 = (uint16_t)bits;
        break;
    case ASYRI_C_INT32:
    case ASYRI_C_UINT32:
        slot->uint32 = (uint32_t)bits;
        break;
    default:
        slot->uint64 = bits;
        break;
    }
}

static bool convert_integer(const asyr_value *value, const struct asyri_ctype *type,
                            union asyri_slot *slot)
{
    struct whole whole;
    if (!whole_of(value, &whole) || !is_within(whole, &ranges[type->kind]))
        return false;
    asyri_slot_store(slot, type->passed_as, whole.bits);
    return true;
}

static bool convert_bool(const asyr_value *value, const struct asyri_ctype *type,
                         union asyri_slot *slot)
{
    struct whole whole;
    if (value->type == ASYR_VALUE_DOUBLE || !whole_of(value, &whole) ||
        whole.bits > 1)
        return false;
    asyri_slot_store(slot, type->passed_as, whole.bits);
    return true;
}

static bool number_of(const asyr_value *value, double *number)
{
    switch (value->type) {
    case ASYR_VALUE_DOUBLE:
        *number = value->as.number;
        return true;
    case ASYR_VALUE_INT64:
        *number = (double)value->as.int64;
        return true;
    case ASYR_VALUE_UINT64:
        *number = (double)value->as.uint64;
        return true;
    default:
        return false;
    }
}

static bool convert_float(const asyr_value *value, const struct asyri_ctype *type,
                          union asyri_slot *slot)
{
    double number;
    if (!number_of(value, &number) || (isfinite(number) && fabs(number) > FLT_MAX))
        return false;
    if (type->passed_as == ASYRI_C_FLOAT)
        slot->single = (float)number;
    else
        slot->number = (float)number;
    return true;
}

/* Whether the value is one for a parameter of that type, which is no pointer. */
static bool convert(const asyr_value *value, const struct asyri_ctype *type,
                    union asyri_slot *slot)
{
    switch (type->kind) {
    case ASYRI_C_DOUBLE:
        return number_of(value, &slot->number);
    case ASYRI_C_FLOAT:
        return convert_float(value, type, slot);
    case ASYRI_C_BOOL:
        return convert_bool(value, type, slot);
    default:
        return convert_integer(value, type, slot);
    }
}

static asyr_status fail_integer(const struct asyri_argument *argument)
{
    const struct range *range = &ranges[argument->type->kind];
    char expected[80];
    snprintf(expected, sizeof expected, "an integer from %" PRId64 " to %" PRIu64,
             range->least, range->most);
    return asyri_argument_fail(argument, expected);
}

static asyr_status fail_conversion(const struct asyri_argument *argument)
{
    double number;
    switch (argument->type->kind) {
    case ASYRI_C_BOOL:
        return asyri_argument_fail(argument, "a bool, 0 or 1");
    case ASYRI_C_FLOAT:
        if (number_of(argument->value, &number))
            return asyri_argument_fail(
                argument, "a number from -3.40282347e+38 to 3.40282347e+38");
        return asyri_argument_fail(argument, "a number");
    case ASYRI_C_DOUBLE:
        return asyri_argument_fail(argument, "a number");
    default:
        return fail_integer(argument);
    }
}

static asyr_status fail_count(const struct asyri_prototype *prototype, int64_t count,
                              asyr_error **error)
{
    bool is_variadic = prototype->is_variadic && count > prototype->count;
    return asyri_fail(
        error, ASYR_E_TYPE, "expected %d argument%s, found %" PRId64 "%s",
        prototype->count, prototype->count == 1 ? "" : "s", count,
        is_variadic ? "; spell the types of further ones after the dots" : "");
}

asyr_status asyri_marshal(const struct asyri_prototype *prototype, const char *text,
                          asyr_value *const *values, int64_t count,
                          struct asyri_arguments *arguments, asyr_error **error)
{
    arguments->copies = NULL;
    if (count != prototype->count)
        return fail_count(prototype, count, error);
    for (int i = 0; i < prototype->count; i++) {
        const struct asyri_ctype *type = &prototype->parameters[i];
        bool is_pointer = type->kind == ASYRI_C_POINTER;
        if (!is_pointer && convert(values[i], type, &arguments->slots[i]))
            continue;
        struct asyri_argument argument = {.type = type,
                                          .value = values[i],
                                          .text = text,
                                          .place = i + 1,
                                          .all = arguments,
                                          .error = error};
        asyr_status status =
            is_pointer ? asyri_marshal_pointer(&argument, &arguments->slots[i])
                       : fail_conversion(&argument);
        if (status != ASYR_OK) {
            asyri_arguments_clear(arguments);
            return status;
        }
    }
    return ASYR_OK;
}

static asyr_value *unmarshal_pointer(const struct asyri_ctype *type, void *pointer)
{
    if (!pointer)
        return asyri_value_nil();
    if (!asyri_ctype_is_text(type))
        return asyri_value_pointer(pointer, NULL);
    int64_t length = (int64_t)strlen(pointer);
    if (asyri_utf8_is_valid(pointer, length))
        return asyri_value_text(pointer, length);
    return asyri_value_bytes(pointer, length);
}

asyr_value *asyri_unmarshal(const struct asyri_ctype *type,
                            const union asyri_slot *slot)
{
    switch (type->kind) {
    case ASYRI_C_INT8:
        return asyri_value_int64(slot->int8);
    case ASYRI_C_UINT8:
        return asyri_value_int64(slot->uint8);
    case ASYRI_C_INT16:
        return asyri_value_int64(slot->int16);
    case ASYRI_C_UINT16:
        return asyri_value_int64(slot->uint16);
    case ASYRI_C_INT32:
        return asyri_value_int64(slot->int32);
    case ASYRI_C_UINT32:
        return asyri_value_int64(slot->uint32);
    case ASYRI_C_INT64:
        return asyri_value_int64(slot->int64);
    case ASYRI_C_UINT64:
        return asyri_value_uint64(slot->uint64);
    case ASYRI_C_FLOAT:
        return asyri_value_double(slot->single);
    case ASYRI_C_DOUBLE:
        return asyri_value_double(slot->number);
    case ASYRI_C_BOOL:
        return asyri_value_bool(slot->uint8 != 0);
    case ASYRI_C_POINTER:
        return unmarshal_pointer(type, slot->pointer);
    default:
        return asyri_value_nil();
    }
}
