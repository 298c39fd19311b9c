/*
 * Marshalling of pointers.
 *
 * Arguments point straight into the values, which outlive the call.  What C may
 * write into must be an array, as strings and bytes never change.  The one copy is
 * of a view of bytes given as text: nothing says that a NUL follows it.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "../base/alloc.h"
#include "../core/error.h"
#include "argument.h"

struct asyri_copy {
    struct asyri_copy *next;
    char text[];
};

static bool is_byte(uint8_t kind)
{
    return kind == ASYRI_C_INT8 || kind == ASYRI_C_UINT8 || kind == ASYRI_C_BOOL;
}

bool asyri_ctype_is_text(const struct asyri_ctype *type)
{
    return type->pointee_is_const && type->pointee_is_char;
}

static bool takes_bytes(const struct asyri_ctype *type)
{
    return type->pointee_is_const &&
           (type->pointee == ASYRI_C_VOID || is_byte(type->pointee));
}

static bool takes_array(const struct asyri_ctype *type, uint8_t element_type)
{
    if (is_byte(type->pointee))
        return is_byte(element_type);
    return type->pointee == ASYRI_C_VOID || type->pointee == element_type;
}

static asyr_status fail_pointer(const struct asyri_argument *argument)
{
    const struct asyri_ctype *type = argument->type;
    const char *bytes = takes_bytes(type) ? "a string, bytes, " : "";
    char expected[80];
    if (type->pointee == ASYRI_C_VOID)
        snprintf(expected, sizeof expected, "%san array, a pointer or nil", bytes);
    else if (is_byte(type->pointee))
        snprintf(expected, sizeof expected,
                 "%san array of int8 or uint8, a pointer or nil", bytes);
    else if (asyri_ctype_is_number(type->pointee))
        snprintf(expected, sizeof expected, "an array of %s, a pointer or nil",
                 asyri_element_name(type->pointee));
    else
        snprintf(expected, sizeof expected, "a pointer or nil");
    if (type->pointee_is_const || type->pointee == ASYRI_C_OPAQUE)
        return asyri_argument_fail(argument, expected);
    if (argument->value->type == ASYR_VALUE_STRING)
        return asyri_argument_fail_found(argument, expected,
                                         "a string, which is immutable");
    if (argument->value->type == ASYR_VALUE_BYTES)
        return asyri_argument_fail_found(argument, expected,
                                         "bytes, which are immutable");
    return asyri_argument_fail(argument, expected);
}

/* Whether the value's data lies right behind it, and then a NUL behind the data. */
static bool has_own_data(const asyr_value *value)
{
    return value->as.block.data == (const void *)(value + 1);
}

static asyr_status copy_text(const struct asyri_argument *argument,
                             union asyri_slot *slot)
{
    const asyr_value *value = argument->value;
    size_t length = (size_t)value->as.block.count;
    struct asyri_copy *copy = asyri_alloc(sizeof *copy + length + 1);
    if (!copy)
        return asyri_fail_memory(argument->error);
    memcpy(copy->text, value->as.block.data, length);
    copy->text[length] = '\0';
    copy->next = argument->all->copies;
    argument->all->copies = copy;
    slot->pointer = copy->text;
    return ASYR_OK;
}

static asyr_status marshal_text(const struct asyri_argument *argument,
                                union asyri_slot *slot)
{
    const asyr_value *value = argument->value;
    const char *data = value->as.block.data;
    const char *nul = memchr(data, '\0', (size_t)value->as.block.count);
    if (nul) {
        char found[80];
        snprintf(found, sizeof found,
                 "one at byte %td (const void * takes any bytes)", nul - data + 1);
        return asyri_argument_fail_found(argument, "text without a NUL", found);
    }
    if (!has_own_data(value))
        return copy_text(argument, slot);
    slot->pointer = value->as.block.data;
    return ASYR_OK;
}

static asyr_status marshal_bytes(const struct asyri_argument *argument,
                                 union asyri_slot *slot)
{
    if (asyri_ctype_is_text(argument->type))
        return marshal_text(argument, slot);
    if (!takes_bytes(argument->type))
        return fail_pointer(argument);
    slot->pointer = argument->value->as.block.data;
    return ASYR_OK;
}

static asyr_status marshal_array(const struct asyri_argument *argument,
                                 union asyri_slot *slot)
{
    const asyr_value *value = argument->value;
    if (!takes_array(argument->type, value->element_type))
        return fail_pointer(argument);
    if (asyri_ctype_is_text(argument->type) &&
        !memchr(value->as.block.data, '\0', (size_t)value->as.block.count))
        return asyri_argument_fail_found(
            argument, "an array with a NUL at the end of its text", "one without");
    slot->pointer = value->as.block.data;
    return ASYR_OK;
}

asyr_status asyri_marshal_pointer(const struct asyri_argument *argument,
                                  union asyri_slot *slot)
{
    switch (argument->value->type) {
    case ASYR_VALUE_NIL:
        slot->pointer = NULL;
        return ASYR_OK;
    case ASYR_VALUE_POINTER:
        slot->pointer = argument->value->as.pointer.address;
        return ASYR_OK;
    case ASYR_VALUE_STRING:
    case ASYR_VALUE_BYTES:
        return marshal_bytes(argument, slot);
    case ASYR_VALUE_ARRAY:
        return marshal_array(argument, slot);
    default:
        return fail_pointer(argument);
    }
}

void asyri_arguments_clear(struct asyri_arguments *arguments)
{
    while (arguments->copies) {
        struct asyri_copy *copy = arguments->copies;
        arguments->copies = copy->next;
        asyri_free(copy);
    }
}
