/*
 * What every exported function does first.  Programming faults are answered
 * here, with a message that says what was expected; impl/ asserts them.
 */
#ifndef ASYRI_ABI_CHECK_H
#define ASYRI_ABI_CHECK_H

#include <asyncresult.h>

#include "../impl/core/error.h"
#include "../impl/platform/fork.h"

/* Clear an output parameter, which may be NULL. */
#define ASYRI_CLEAR(out)                                                            \
    do {                                                                            \
        if (out)                                                                    \
            *(out) = 0;                                                             \
    } while (0)

/* Return an Argument error unless `condition` holds. */
#define ASYRI_REQUIRE(condition, error, ...)                                        \
    do {                                                                            \
        if (!(condition))                                                           \
            return asyri_fail((error), ASYR_E_ARGUMENT, __VA_ARGS__);               \
    } while (0)

/* Return an Argument error for a handle or a pointer that is NULL. */
#define ASYRI_REQUIRE_GIVEN(pointer, error)                                         \
    ASYRI_REQUIRE((pointer) != NULL, (error),                                       \
                  "%s: expected " #pointer ", found NULL", __func__)

/* Return a Forked error for a handle that this process inherited by fork. */
#define ASYRI_REQUIRE_OWN_PROCESS(handle, error)                                    \
    do {                                                                            \
        if (asyri_is_forked((handle)->generation))                                  \
            return asyri_fail((error), ASYR_E_FORKED,                               \
                              "%s: " #handle " belongs to the parent process",      \
                              __func__);                                            \
    } while (0)

/* The checks of a handle that has a lock: it is given, and of this process. */
#define ASYRI_REQUIRE_HANDLE(handle, error)                                         \
    do {                                                                            \
        ASYRI_REQUIRE_GIVEN((handle), (error));                                     \
        ASYRI_REQUIRE_OWN_PROCESS((handle), (error));                               \
    } while (0)

#endif
