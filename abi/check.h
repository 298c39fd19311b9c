/*
 * What every exported function does first.  Programming faults are answered
 * here, with a message that says what was expected; impl/ asserts them.
 */
#ifndef ASYRI_ABI_CHECK_H
#define ASYRI_ABI_CHECK_H

#include <asyncresult.h>

#include "../impl/core/error.h"

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

#endif
