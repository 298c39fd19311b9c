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

static asyr_status marshal_integer(const struct asyri_argument *argument,
                                   union asyri_slot *slot)
{
    const struct range *range = &ranges[argument->type->kind];
    struct whole whole;
    if (whole_of(argument->value, &whole) && is_within(whole, range)) {
        asyri_slot_store(slot, argument->type->passed_as, whole.bits);
        return ASYR_OK;
    }
    char expected[80];
    snprintf(expected, sizeof expected, "an integer from %" PRId64 " to %" PRIu64,
             range->least, range->most);
    return asyri_argument_fail(argument, expected);
}

static asyr_status marshal_bool(const struct asyri_argument *argument,
                                union asyri_slot *slot)
{
    struct whole whole;
    if (argument->value->type == ASYR_VALUE_DOUBLE ||
        !whole_of(argument->value, &whole) || whole.bits > 1)
        return asyri_argument_fail(argument, "a bool, 0 or 1");
    asyri_slot_store(slot, argument->type->passed_as, whole.bits);
    return ASYR_OK;
}

static asyr_status marshal_real(const struct asyri_argument *argument,
                                union asyri_slot *slot)
{
    double number;
    switch (argument->value->type) {
    case ASYR_VALUE_DOUBLE:
        number = argument->value->as.number;
        break;
    case ASYR_VALUE_INT64:
        number = (double)argument->value->as.int64;
        break;
    case ASYR_VALUE_UINT64:
        number = (double)argument->value->as.uint64;
        break;
    default:
        return asyri_argument_fail(argument, "a number");
    }
    if (argument->type->kind == ASYRI_C_FLOAT && isfinite(number) &&
        fabs(number) > FLT_MAX)
        return asyri_argument_fail(
            argument, "a number from -3.40282347e+38 to 3.40282347e+38");
    if (argument->type->passed_as == ASYRI_C_FLOAT)
        slot->single = (float)number;
    else if (argument->type->kind == ASYRI_C_FLOAT)
        slot->number = (float)number;
    else
        slot->number = number;
    return ASYR_OK;
}

static asyr_status marshal_one(const struct asyri_argument *argument,
                               union asyri_slot *slot)
{
    switch (argument->type->kind) {
    case ASYRI_C_POINTER:
        return asyri_marshal_pointer(argument, slot);
    case ASYRI_C_BOOL:
        return marshal_bool(argument, slot);
    case ASYRI_C_FLOAT:
    case ASYRI_C_DOUBLE:
        return marshal_real(argument, slot);
    default:
        return marshal_integer(argument, slot);
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
        struct asyri_argument argument = {.type = &prototype->parameters[i],
                                          .value = values[i],
                                          .text = text,
                                          .place = i + 1,
                                          .all = arguments,
                                          .error = error};
        asyr_status status = marshal_one(&argument, &arguments->slots[i]);
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
        return asyri_value_int64((int8_t)slot->uint8);
    case ASYRI_C_UINT8:
        return asyri_value_int64(slot->uint8);
    case ASYRI_C_INT16:
        return asyri_value_int64((int16_t)slot->uint16);
    case ASYRI_C_UINT16:
        return asyri_value_int64(slot->uint16);
    case ASYRI_C_INT32:
        return asyri_value_int64((int32_t)slot->uint32);
    case ASYRI_C_UINT32:
        return asyri_value_int64(slot->uint32);
    case ASYRI_C_INT64:
        return asyri_value_int64((int64_t)slot->uint64);
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
