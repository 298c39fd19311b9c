/**
 * @file
 * Functions: what a pool can run.
 *
 * A C function is described by its C prototype, as its header has it; a native
 * function is a callback of the host.
 *
 * A prototype is a return type, a name, and parameters with or without names; it
 * has at most 64 parameters and 4096 bytes.  The types are
 *
 * - `void`, `bool`, `char`, the signed and unsigned `short`, `int`, `long` and
 *   `long long` in any order of their words, `float`, `double`;
 * - `int8_t` to `uint64_t`, `intmax_t`, `uintmax_t`, `intptr_t`, `uintptr_t`,
 *   `size_t`, `ssize_t`, `ptrdiff_t`, `wchar_t`, `pid_t`, `uid_t`, `gid_t`,
 *   `mode_t`, and, where pointers have 64 bits, `time_t` and `off_t`;
 * - pointers to anything: `FILE *`, `struct foo *` and `char **` are opaque;
 * - `T name[]` as a parameter, which is `T *`.
 *
 * What headers have besides is accepted: `extern`, `const`, `volatile`,
 * `restrict`, a semicolon at the end; no parameters are `(void)`.  A function that
 * takes further arguments spells their types after the dots, and is called with
 * just those: "int snprintf(char *, size_t, const char *, ..., int, double)".
 *
 * Nothing is called with a guessed type.  Structs, unions and enums by value, `long
 * double`, complex numbers, pointers to functions, `()`, attributes, and names that
 * are not listed above are errors of kind Prototype, which name the column (from 1,
 * in bytes), what was expected there and what was found.  Where a library has a
 * name of its own for a type, spell what it stands for; spell a pointer to a
 * function `void *`.
 *
 * How values become arguments; anything else, and a wrong number of them, is an
 * error of kind Type that names the argument, and the function is not called:
 *
 * | parameter          | takes                                               |
 * | ------------------ | --------------------------------------------------- |
 * | an integer type    | int64, uint64, bool, a double without a fraction;   |
 * |                    | within the type's range                             |
 * | `float`, `double`  | double, int64, uint64; within the type's range      |
 * | `bool`             | bool, int64 0 and 1                                 |
 * | `const char *`     | a string or bytes without a NUL inside, an array of |
 * |                    | one-byte numbers with a NUL in it, pointer, nil     |
 * | `const void *`     | bytes, a string, any array, pointer, nil            |
 * | `const T *`        | an array of T, pointer, nil; where T is one byte    |
 * |                    | wide also bytes and strings                         |
 * | `void *`           | any array, pointer, nil                             |
 * | `T *`              | an array of T, pointer, nil                         |
 * | an opaque pointer  | pointer, nil                                        |
 *
 * An array of T has elements of the same width and sign; for a T of one byte
 * (`char`, `bool`) both int8 and uint8 will do.  The function gets the address of
 * the value's own memory, which lives until the call is over, and may write into
 * an array that it is given as `T *`; strings and bytes never change.  It must not
 * keep the address.  Empty bytes and arrays are not NULL; nil is.  What a pointer
 * value points to is not checked.
 *
 * How a return value becomes a value: integers an int64 (uint64 when they are
 * unsigned and do not fit), `float` and `double` a double, `bool` a bool,
 * `void` nil, `const char *` a string that is copied (bytes when it is not
 * UTF-8, nil for NULL), any other pointer a pointer without a release, or nil.
 * `errno` is not part of it: a call may run on any worker, so read it through the
 * library's own means or not at all.
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
 * @return ASYR_OK, ASYR_E_ARGUMENT, ASYR_E_MEMORY, ASYR_E_PROTOTYPE, or
 *         ASYR_E_SYMBOL when the library has no such symbol or it is data.
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
