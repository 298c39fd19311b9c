/*
 * Errors: counted objects, filled by their maker and fixed once shared.
 *
 * An error is one block of memory that ends in its message (and in its kind,
 * when that is not the code's own).  The setters write only while the caller's is
 * the one reference, so that readers need no lock.  As an error cannot be given
 * to itself, causes make a chain and never a circle; it may be long, and is
 * walked and released in a loop.  Values may hold errors and errors hold values:
 * `depth` counts those levels, which ASYR_MAX_DEPTH bounds.
 *
 * Reporting cannot fail: without memory, the error is `memory_error`.
 */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../base/alloc.h"
#include "../base/refcount.h"
#include "value.h"

struct asyr_error {
    asyri_refcount refs;
    int32_t code;
    uint8_t depth;      /* how deep values nest in it and in its causes */
    const char *kind;   /* static, or in this block */
    char *message;      /* in this block */
    const char *origin; /* library_origin, or allocated */
    char *trace;
    asyr_error *cause;
    asyr_value *value;
};

static const char library_origin[] = "C";
static char memory_message[] = "there was not enough memory";

static asyr_error memory_error = {
    .refs = {ASYRI_REFCOUNT_STATIC},
    .code = ASYR_E_MEMORY,
    .kind = "Memory",
    .message = memory_message,
    .origin = library_origin,
};

static const struct code {
    int32_t number;
    const char *kind;
    const char *meaning;
} codes[] = {
#define ASYRI_CODE(number, kind, meaning) {number, kind, meaning},
#include "codes.inc"
#undef ASYRI_CODE
};

static const struct code *find_code(int32_t number)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].number == number)
            return &codes[i];
    return NULL;
}

const char *asyri_code_kind(int32_t code)
{
    const struct code *found = find_code(code);
    return found ? found->kind : NULL;
}

const char *asyri_code_meaning(int32_t code)
{
    const struct code *found = find_code(code);
    return found ? found->meaning : NULL;
}

/* An error with room for its message; NULL without memory. */
static asyr_error *allocate(int32_t code, const char *kind, size_t message_length)
{
    size_t kind_size = kind ? strlen(kind) + 1 : 0;
    asyr_error *error =
        asyri_alloc(sizeof(asyr_error) + kind_size + message_length + 1);
    if (!error)
        return NULL;
    char *text = (char *)(error + 1);
    if (kind)
        memcpy(text, kind, kind_size);
    *error = (asyr_error){.code = code,
                          .kind = kind ? text : asyri_code_kind(code),
                          .message = text + kind_size,
                          .origin = library_origin};
    asyri_refcount_init(&error->refs);
    return error;
}

static asyr_error *allocate_with(int32_t code, const char *kind, const char *message)
{
    size_t length = strlen(message);
    asyr_error *error = allocate(code, kind, length);
    if (error)
        memcpy(error->message, message, length + 1);
    return error;
}

asyr_error *asyri_error_new(int32_t code, const char *kind, const char *message)
{
    if (!message)
        message = asyri_code_meaning(code);
    asyr_error *error = allocate_with(code, kind, message);
    return error ? error : &memory_error;
}

static asyr_error *format_list(int32_t code, const char *format, va_list list)
{
    va_list again;
    va_copy(again, list);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0)
        return asyri_error_new(code, NULL, NULL);
    asyr_error *error = allocate(code, NULL, (size_t)length);
    if (!error)
        return &memory_error;
    vsnprintf(error->message, (size_t)length + 1, format, list);
    return error;
}

asyr_error *asyri_error_format(int32_t code, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    asyr_error *error = format_list(code, format, list);
    va_end(list);
    return error;
}

asyr_error *asyri_error_because(asyr_error *cause, int32_t code, const char *format,
                                ...)
{
    va_list list;
    va_start(list, format);
    asyr_error *error = format_list(code, format, list);
    va_end(list);
    if (cause && error != &memory_error) {
        error->cause = asyri_error_ref(cause);
        error->depth = cause->depth;
    }
    return error;
}

asyr_error *asyri_error_memory(void)
{
    return &memory_error;
}

static bool copy_text(const char *text, char **copy)
{
    *copy = text ? asyri_strdup(text) : NULL;
    return *copy || !text;
}

/* All but the cause; NULL without memory. */
static asyr_error *copy_alone(const asyr_error *error, int32_t code)
{
    asyr_error *copy = allocate_with(code, error->kind, error->message);
    if (!copy)
        return NULL;
    copy->depth = error->depth;
    copy->value = asyri_value_ref(error->value);
    char *origin = NULL;
    if (error->origin != library_origin) {
        if (!copy_text(error->origin, &origin))
            goto no_memory;
        copy->origin = origin;
    }
    if (!copy_text(error->trace, &copy->trace))
        goto no_memory;
    return copy;

no_memory:
    asyri_error_unref(copy);
    return NULL;
}

asyr_error *asyri_error_with_code(asyr_error *error, int32_t code)
{
    asyr_error *copy = copy_alone(error, code);
    if (!copy)
        return &memory_error;
    copy->cause = asyri_error_ref(error->cause);
    return copy;
}

asyr_error *asyri_error_of_task(asyr_error *error)
{
    int32_t code = error->code;
    if (code != ASYR_E_TIMEOUT && code != ASYR_E_NOT_READY &&
        code != ASYR_E_INTERRUPTED && code != ASYR_E_STOP)
        return error;
    asyr_error *own = asyri_error_with_code(error, ASYR_E_TASK);
    asyri_error_unref(error);
    return own;
}

static bool chain_contains(const asyr_error *chain, const asyr_error *error)
{
    while (chain && chain != error)
        chain = chain->cause;
    return chain != NULL;
}

asyr_error *asyri_error_append_cause(asyr_error *error, asyr_error *cause)
{
    if (!cause || chain_contains(error, cause))
        return asyri_error_ref(error);
    asyr_error *first = NULL;
    asyr_error **end = &first;
    for (asyr_error *link = error; link; link = link->cause) {
        *end = copy_alone(link, link->code);
        if (!*end) {
            asyri_error_unref(first);
            return &memory_error;
        }
        if ((*end)->depth < cause->depth)
            (*end)->depth = cause->depth;
        end = &(*end)->cause;
    }
    *end = asyri_error_ref(cause);
    return first;
}

asyr_error *asyri_error_ref(asyr_error *error)
{
    if (error)
        asyri_refcount_take(&error->refs);
    return error;
}

static void free_origin(asyr_error *error)
{
    if (error->origin != library_origin)
        asyri_free((void *)error->origin);
}

void asyri_error_unref(asyr_error *error)
{
    while (error && asyri_refcount_give(&error->refs)) {
        asyr_error *cause = error->cause;
        free_origin(error);
        asyri_free(error->trace);
        asyri_value_unref(error->value);
        asyri_free(error);
        error = cause;
    }
}

static asyr_status check_writable(const asyr_error *target, asyr_error **error)
{
    if (asyri_refcount_is_sole(&target->refs))
        return ASYR_OK;
    return asyri_fail(error, ASYR_E_STATE,
                      "expected an error that nobody shares yet, found one that is "
                      "%s",
                      asyri_refcount_is_static(&target->refs) ? "static" : "shared");
}

asyr_status asyri_error_set_trace(asyr_error *target, const char *trace,
                                  asyr_error **error)
{
    asyr_status status = check_writable(target, error);
    if (status)
        return status;
    char *copy;
    if (!copy_text(trace, &copy))
        return asyri_fail_memory(error);
    asyri_free(target->trace);
    target->trace = copy;
    return ASYR_OK;
}

asyr_status asyri_error_set_origin(asyr_error *target, const char *origin,
                                   asyr_error **error)
{
    asyr_status status = check_writable(target, error);
    if (status)
        return status;
    char *copy;
    if (!copy_text(origin, &copy))
        return asyri_fail_memory(error);
    free_origin(target);
    target->origin = copy;
    return ASYR_OK;
}

static uint8_t depth_with(const asyr_error *cause, const asyr_value *value)
{
    uint8_t below = cause ? cause->depth : 0;
    uint8_t inside = value ? value->depth + 1 : 0;
    return below > inside ? below : inside;
}

asyr_status asyri_error_set_cause(asyr_error *target, asyr_error *cause,
                                  asyr_error **error)
{
    if (cause == target)
        return asyri_fail(error, ASYR_E_ARGUMENT,
                          "expected another error as the cause, found the error "
                          "itself");
    asyr_status status = check_writable(target, error);
    if (status)
        return status;
    asyr_error *old = target->cause;
    target->cause = asyri_error_ref(cause);
    target->depth = depth_with(cause, target->value);
    asyri_error_unref(old);
    return ASYR_OK;
}

asyr_status asyri_error_set_value(asyr_error *target, asyr_value *value,
                                  asyr_error **error)
{
    asyr_status status = check_writable(target, error);
    if (status)
        return status;
    if (value && value->depth >= ASYR_MAX_DEPTH)
        return asyri_fail(error, ASYR_E_ARGUMENT,
                          "expected values that nest at most %d deep, found %d",
                          ASYR_MAX_DEPTH, value->depth + 1);
    asyr_value *old = target->value;
    target->value = asyri_value_ref(value);
    target->depth = depth_with(target->cause, value);
    asyri_value_unref(old);
    return ASYR_OK;
}

int32_t asyri_error_code(const asyr_error *error)
{
    return error->code;
}

const char *asyri_error_kind(const asyr_error *error)
{
    return error->kind;
}

const char *asyri_error_message(const asyr_error *error)
{
    return error->message;
}

const char *asyri_error_trace(const asyr_error *error)
{
    return error->trace;
}

const char *asyri_error_origin(const asyr_error *error)
{
    return error->origin;
}

asyr_error *asyri_error_cause(const asyr_error *error)
{
    return error->cause;
}

asyr_value *asyri_error_value(const asyr_error *error)
{
    return error->value;
}

uint8_t asyri_error_depth(const asyr_error *error)
{
    return error->depth;
}

asyr_status asyri_fail(asyr_error **error, int32_t code, const char *format, ...)
{
    if (!error)
        return code;
    va_list list;
    va_start(list, format);
    *error = format_list(code, format, list);
    va_end(list);
    return (*error)->code;
}

asyr_status asyri_fail_with(asyr_error **error, asyr_error *owned)
{
    asyr_status code = owned->code;
    if (error)
        *error = owned;
    else
        asyri_error_unref(owned);
    return code;
}

void asyri_give_memory_error(asyr_error **error)
{
    asyri_fail_with(error, &memory_error);
}
