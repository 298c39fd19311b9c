/* Shared libraries, opened by name. */
#ifndef ASYRI_CALL_LIBRARY_H
#define ASYRI_CALL_LIBRARY_H

#include <asyncresult/types.h>

/* `name` is NULL for the running program, or not empty. */
asyr_status asyri_library_open(const char *name, asyr_library **library,
                               asyr_error **error);
asyr_library *asyri_library_ref(asyr_library *library);
void asyri_library_unref(asyr_library *library);

/* What was opened: "libm.so.6"; "" for the running program. */
const char *asyri_library_name(const asyr_library *library);

/* The address of a function; ASYR_OK or ASYR_E_SYMBOL. */
asyr_status asyri_library_find(asyr_library *library, const char *symbol,
                               void **address, asyr_error **error);

#endif
