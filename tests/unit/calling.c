/* How the tests call C functions. */
#include "calling.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/function.h"

#define MOST_ARGUMENTS 80

asyr_function *function_of(const char *library, const char *prototype)
{
    asyr_library *opened = NULL;
    asyr_function *function = NULL;
    asyr_error *error = NULL;
    if (asyr_library_open(library, &opened, &error) == ASYR_OK)
        asyr_function_new_c(opened, prototype, &function, &error);
    UNIT_CHECK(function != NULL, error ? asyr_error_get_message(error) : prototype);
    asyr_error_unref(error);
    asyr_library_unref(opened);
    return function;
}

struct outcome call_function(asyr_function *function, asyr_value *const *values,
                             int count)
{
    struct outcome outcome = {NULL, NULL};
    outcome.value =
        function->ops->call(function, NULL, values, count, &outcome.error);
    return outcome;
}

struct outcome run_in(const char *library, const char *prototype, int count, ...)
{
    struct outcome outcome = {NULL, NULL};
    asyr_value *values[MOST_ARGUMENTS];
    va_list list;
    va_start(list, count);
    for (int i = 0; i < count; i++)
        values[i] = va_arg(list, asyr_value *);
    va_end(list);
    asyr_function *function = function_of(library, prototype);
    if (function)
        outcome = call_function(function, values, count);
    asyr_function_unref(function);
    for (int i = 0; i < count; i++)
        asyr_value_unref(values[i]);
    return outcome;
}

const char *calling_show(const asyr_value *value, char *room, size_t size)
{
    switch (asyr_value_get_type(value)) {
    case ASYR_VALUE_NIL:
        return "nil";
    case ASYR_VALUE_BOOL:
        return value->as.truth ? "true" : "false";
    case ASYR_VALUE_INT64:
        snprintf(room, size, "int64 %" PRId64, value->as.int64);
        return room;
    case ASYR_VALUE_UINT64:
        snprintf(room, size, "uint64 %" PRIu64, value->as.uint64);
        return room;
    case ASYR_VALUE_DOUBLE:
        snprintf(room, size, "double %.17g", value->as.number);
        return room;
    case ASYR_VALUE_STRING:
        snprintf(room, size, "string \"%s\"", (const char *)value->as.block.data);
        return room;
    case ASYR_VALUE_BYTES:
        snprintf(room, size, "%d bytes", (int)value->as.block.count);
        return room;
    case ASYR_VALUE_POINTER:
        snprintf(room, size, "pointer %p", value->as.pointer.address);
        return room;
    default:
        return "something else";
    }
}

void calling_check(int line, const char *file, struct outcome outcome,
                   const char *expected)
{
    char room[256];
    const char *found = outcome.error
                            ? asyr_error_get_message(outcome.error)
                            : calling_show(outcome.value, room, sizeof room);
    bool is_one = (outcome.error == NULL) == (outcome.value != NULL);
    bool is_equal = strcmp(found, expected) == 0;
    if (!is_equal)
        fprintf(stderr, "%s:%d\n  expected %s\n  found    %s\n", file, line,
                expected, found);
    CU_assertImplementation(is_one && is_equal, (unsigned)line, expected, file, "",
                            CU_FALSE);
    asyr_value_unref(outcome.value);
    asyr_error_unref(outcome.error);
}

void calling_check_misfit(int line, const char *file, struct outcome outcome,
                          const char *expected)
{
    CU_assertImplementation(asyr_error_get_code(outcome.error) == ASYR_E_TYPE,
                            (unsigned)line, "a Type error", file, "", CU_FALSE);
    calling_check(line, file, outcome, expected);
}
