/**
 * @file
 * Errors: owned objects with a chain of causes, never state of a thread.
 *
 * An error is built, then shared; from then on it does not change.  Reading it
 * again never appends to it.
 */
#ifndef ASYNCRESULT_ERROR_H
#define ASYNCRESULT_ERROR_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Make an error.
 *
 * It never fails: without memory it answers a static Memory error, and for a
 * code outside `enum asyr_code` (or ASYR_OK) an Argument error that says so.
 * Its origin is "C" until asyr_error_set_origin() says otherwise.
 *
 * @param code     one of `enum asyr_code` but ASYR_OK.
 * @param kind     copied; the name of the error's class in its language, or
 *                 NULL for the code's own, as asyr_code_get_kind() has it.
 * @param message  copied; one line; NULL for the code's meaning.
 * @return owned by the caller; never NULL.
 * @since 0.1
 */
ASYR_API asyr_error *asyr_error_new(int32_t code, const char *kind,
                                    const char *message);

/**
 * Take another reference.
 *
 * @param error  borrowed; may be NULL.
 * @return `error`.
 * @since 0.1
 */
ASYR_API asyr_error *asyr_error_ref(asyr_error *error);

/**
 * Give a reference back.
 *
 * @param error  consumed; may be NULL.
 * @since 0.1
 */
ASYR_API void asyr_error_unref(asyr_error *error);

/**
 * Set where the error was raised, as text in the form of its language.
 *
 * @param target      borrowed; the caller's must be its only reference.
 * @param trace       copied; NULL for none.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT, ASYR_E_MEMORY, or ASYR_E_STATE for an error
 *         that is shared or static.
 * @since 0.1
 */
ASYR_API asyr_status asyr_error_set_trace(asyr_error *target, const char *trace,
                                          asyr_error **error);

/**
 * Set the language in which the error was raised ("Ruby", "Lua", ...).
 *
 * An error that the library made has the origin "C".
 *
 * @param target      as for asyr_error_set_trace().
 * @param origin      copied; NULL for none.
 * @param[out] error  may be NULL; owned by the caller.
 * @return as asyr_error_set_trace().
 * @since 0.1
 */
ASYR_API asyr_status asyr_error_set_origin(asyr_error *target, const char *origin,
                                           asyr_error **error);

/**
 * Set the error that led to this one.
 *
 * @param target      as for asyr_error_set_trace().
 * @param cause       borrowed; NULL for none; not `target` itself.
 * @param[out] error  may be NULL; owned by the caller.
 * @return as asyr_error_set_trace().
 * @since 0.1
 */
ASYR_API asyr_status asyr_error_set_cause(asyr_error *target, asyr_error *cause,
                                          asyr_error **error);

/**
 * Attach a value: the host's own exception, say, as a pointer value.
 *
 * @param target      as for asyr_error_set_trace().
 * @param value       borrowed; NULL for none.
 * @param[out] error  may be NULL; owned by the caller.
 * @return as asyr_error_set_trace().
 * @since 0.1
 */
ASYR_API asyr_status asyr_error_set_value(asyr_error *target, asyr_value *value,
                                          asyr_error **error);

/**
 * The code: one of `enum asyr_code`.
 *
 * @param error  borrowed; for NULL the answer is ASYR_OK.
 * @since 0.1
 */
ASYR_API int32_t asyr_error_get_code(const asyr_error *error);

/**
 * The kind: the class name in the language of origin, "ZeroDivisionError" say.
 *
 * @param error  borrowed; for NULL the answer is "".
 * @return text that lives as long as the error; never NULL.
 * @since 0.1
 */
ASYR_API const char *asyr_error_get_kind(const asyr_error *error);

/**
 * The message: one line, without a trailing dot.
 *
 * @param error  borrowed; for NULL the answer is "".
 * @return text that lives as long as the error; never NULL.
 * @since 0.1
 */
ASYR_API const char *asyr_error_get_message(const asyr_error *error);

/**
 * Where the error was raised.
 *
 * @param error  borrowed; may be NULL.
 * @return text that lives as long as the error; NULL for none.
 * @since 0.1
 */
ASYR_API const char *asyr_error_get_trace(const asyr_error *error);

/**
 * The language in which the error was raised.
 *
 * @param error  borrowed; may be NULL.
 * @return text that lives as long as the error; NULL for none.
 * @since 0.1
 */
ASYR_API const char *asyr_error_get_origin(const asyr_error *error);

/**
 * The error that led to this one.
 *
 * @param error  borrowed; may be NULL.
 * @return owned by the caller; NULL for none.
 * @since 0.1
 */
ASYR_API asyr_error *asyr_error_get_cause(const asyr_error *error);

/**
 * The value attached to the error.
 *
 * @param error  borrowed; may be NULL.
 * @return owned by the caller; NULL for none.
 * @since 0.1
 */
ASYR_API asyr_value *asyr_error_get_value(const asyr_error *error);

/**
 * The kind that belongs to a code: "Timeout" for ASYR_E_TIMEOUT.
 *
 * @return static text; NULL for a code that this release does not know.
 * @since 0.1
 */
ASYR_API const char *asyr_code_get_kind(int32_t code);

/**
 * What a code means, in a few words.
 *
 * @return static text; NULL for a code that this release does not know.
 * @since 0.1
 */
ASYR_API const char *asyr_code_get_meaning(int32_t code);

#ifdef __cplusplus
}
#endif

#endif
