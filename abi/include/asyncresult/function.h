/**
 * @file
 * Functions: what a pool can run.
 *
 * A C function is described by its C prototype, as its header has it; a native
 * function is a callback of the host.
 *
 * The prototypes: a return type, a name, and parameters with or without names.
 * Types are `void`, `bool`, `char`, the signed and unsigned `short`, `int`,
 * `long` and `long long`, `int8_t` to `uint64_t`, `intptr_t`, `uintptr_t`,
 * `size_t`, `ssize_t`, `ptrdiff_t`, `float`, `double`, and pointers.  A function
 * that takes further arguments spells their types after the dots:
 * "int snprintf(char *, size_t, const char *, ..., int, double)".
 *
 * How values become arguments (anything else is an error of kind Type that
 * names the argument; nothing is called with a guessed type):
 *
 * | parameter                    | takes                                     |
 * | ---------------------------- | ----------------------------------------- |
 * | an integer type              | int64, uint64, bool, a double without a   |
 * |                              | fraction; within the type's range         |
 * | `float`, `double`            | double, int64, uint64                     |
 * | `bool`                       | bool, int64 or uint64 0 and 1             |
 * | `const char *`               | string or bytes without a NUL inside; nil |
 * | `const T *`                  | bytes or a string (T one byte or void),   |
 * |                              | an array of T, pointer; nil               |
 * | `T *`                        | an array of T (of anything for `void *`,  |
 * |                              | of any one-byte type for a one-byte T),   |
 * |                              | pointer; nil                              |
 *
 * The function may write into an array that it is given as `T *`.
 *
 * How a return value becomes a value: integers an int64 (uint64 when they are
 * unsigned and do not fit), `float` and `double` a double, `bool` a bool,
 * `void` nil, `const char *` a string that is copied (bytes when it is not
 * UTF-8, nil for NULL), any other pointer a pointer without a release, or nil.
 */
#ifndef ASYNCRESULT_FUNCTION_H
#define ASYNCRESULT_FUNCTION_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Find a C function in a library and prepare it for being called.
 *
 * @param library        borrowed; the function keeps a reference.
 * @param prototype      copied; "double cos(double)".
 * @param[out] function  owned by the caller.
 * @param[out] error     may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT, ASYR_E_MEMORY, ASYR_E_PROTOTYPE with the place
 *         where the text stops to make sense, or ASYR_E_SYMBOL.
 * @since 0.1
 */
ASYR_API asyr_status asyr_function_new_c(asyr_library *library,
                                         const char *prototype,
                                         asyr_function **function,
                                         asyr_error **error);

/**
 * Prepare a C function for being called whose address is known.
 *
 * @param address        the function; it must stay loaded as long as it is used.
 * @param prototype      copied; as for asyr_function_new_c().
 * @param[out] function  owned by the caller.
 * @param[out] error     may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT, ASYR_E_MEMORY or ASYR_E_PROTOTYPE.
 * @since 0.1
 */
ASYR_API asyr_status asyr_function_new_address(void *address, const char *prototype,
                                               asyr_function **function,
                                               asyr_error **error);

/**
 * Make a function from a callback of the host.
 *
 * @param name           copied; shown in messages; NULL for "native".
 * @param run            called on a worker for each task.
 * @param arg            consumed; handed to `run` each time.
 * @param release        called with `arg` when the function is gone; may be NULL.
 * @param[out] function  owned by the caller.
 * @param[out] error     may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT or ASYR_E_MEMORY.
 * @since 0.1
 */
ASYR_API asyr_status asyr_function_new_native(const char *name, asyr_native_fn run,
                                              void *arg, asyr_release_fn release,
                                              asyr_function **function,
                                              asyr_error **error);

/** Take another reference; returns its argument.  @since 0.1 */
ASYR_API asyr_function *asyr_function_ref(asyr_function *function);

/** Give a reference back (consumed; may be NULL).  @since 0.1 */
ASYR_API void asyr_function_unref(asyr_function *function);

/**
 * The function's name.
 *
 * @param function  borrowed; for NULL the answer is "".
 * @return text that lives as long as the function.
 * @since 0.1
 */
ASYR_API const char *asyr_function_get_name(const asyr_function *function);

/**
 * The prototype of a C function, as it was given.
 *
 * @param function  borrowed; may be NULL.
 * @return text that lives as long as the function; NULL for a native function.
 * @since 0.1
 */
ASYR_API const char *asyr_function_get_prototype(const asyr_function *function);

#ifdef __cplusplus
}
#endif

#endif
