/* Errors inside the library. */
#ifndef ASYRI_CORE_ERROR_H
#define ASYRI_CORE_ERROR_H

#include <stddef.h>

#include <asyncresult/codes.h>
#include <asyncresult/types.h>

#if defined(__GNUC__)
#define ASYRI_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define ASYRI_PRINTF(text, first)
#endif

/* Never NULL: without memory, the static Memory error.  Origin "C". */
asyr_error *asyri_error_new(int32_t code, const char *kind, const char *message);
asyr_error *asyri_error_format(int32_t code, const char *format, ...)
    ASYRI_PRINTF(2, 3);
/* The same with a cause, which is borrowed and may be NULL. */
asyr_error *asyri_error_because(asyr_error *cause, int32_t code, const char *format,
                                ...) ASYRI_PRINTF(3, 4);
/* A copy of everything but the code: the kind stays that of the original. */
asyr_error *asyri_error_with_code(asyr_error *error, int32_t code);
/*
 * A copy with `cause` (may be NULL) appended at the end of its chain of causes; the
 * error itself when its chain has that cause already.
 */
asyr_error *asyri_error_append_cause(asyr_error *error, asyr_error *cause);
/*
 * The error as a task's own (consumed, and given back): one whose code says how a
 * wait ended gets the code Task.
 */
asyr_error *asyri_error_of_task(asyr_error *error);
asyr_error *asyri_error_memory(void);

asyr_error *asyri_error_ref(asyr_error *error);
void asyri_error_unref(asyr_error *error);

asyr_status asyri_error_set_trace(asyr_error *target, const char *trace,
                                  asyr_error **error);
asyr_status asyri_error_set_origin(asyr_error *target, const char *origin,
                                   asyr_error **error);
asyr_status asyri_error_set_cause(asyr_error *target, asyr_error *cause,
                                  asyr_error **error);
asyr_status asyri_error_set_value(asyr_error *target, asyr_value *value,
                                  asyr_error **error);

int32_t asyri_error_code(const asyr_error *error);
const char *asyri_error_kind(const asyr_error *error);
const char *asyri_error_message(const asyr_error *error);
const char *asyri_error_trace(const asyr_error *error);
const char *asyri_error_origin(const asyr_error *error);
asyr_error *asyri_error_cause(const asyr_error *error); /* borrowed */
asyr_value *asyri_error_value(const asyr_error *error); /* borrowed */
uint8_t asyri_error_depth(const asyr_error *error); /* how deep values nest in it */

const char *asyri_code_kind(int32_t code);    /* NULL for an unknown code */
const char *asyri_code_meaning(int32_t code); /* NULL for an unknown code */

/*
 * The two ways in which every function here fails: with a new error, or with
 * one that it owns.  `error` may be NULL.  Both return the error's code.
 */
asyr_status asyri_fail(asyr_error **error, int32_t code, const char *format, ...)
    ASYRI_PRINTF(3, 4);
asyr_status asyri_fail_with(asyr_error **error, asyr_error *owned);
void asyri_give_memory_error(asyr_error **error);
static inline asyr_status asyri_fail_memory(asyr_error **error)
{
    asyri_give_memory_error(error);
    return ASYR_E_MEMORY;
}

#endif
