/**
 * @file
 * Shared libraries, opened at run time.
 */
#ifndef ASYNCRESULT_LIBRARY_H
#define ASYNCRESULT_LIBRARY_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Open a shared library.
 *
 * A name with a slash is a file.  Otherwise it is a file name that the system's
 * loader finds ("libm.so.6"), or a stem ("m"), which stands for libm.so or, where
 * the loader does not take that, for the newest libm.so.<version> that it takes of
 * those in its search path and cache.  The library stays loaded until the last
 * function made from it is released.
 *
 * @param name          copied; NULL for the running program and all it loaded.
 * @param[out] library  owned by the caller.
 * @param[out] error    may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT, ASYR_E_MEMORY, or ASYR_E_LIBRARY with what
 *         the loader said.
 * Threads: any.  May block on the file system and on the library's own start-up.
 * @since 0.1
 */
ASYR_API asyr_status asyr_library_open(const char *name, asyr_library **library,
                                       asyr_error **error);

/** Take another reference; returns its argument.  @since 0.1 */
ASYR_API asyr_library *asyr_library_ref(asyr_library *library);

/** Give a reference back (consumed; may be NULL).  @since 0.1 */
ASYR_API void asyr_library_unref(asyr_library *library);

/**
 * The name by which the library was found: a stem's file name, for example.
 *
 * @param library  borrowed; for NULL the answer is "".
 * @return text that lives as long as the library; "" for the running program.
 * @since 0.1
 */
ASYR_API const char *asyr_library_get_name(const asyr_library *library);

#ifdef __cplusplus
}
#endif

#endif
