/* C functions: what a library exports, called through libffi. */
#ifndef ASYRI_CALL_CFUNCTION_H
#define ASYRI_CALL_CFUNCTION_H

#include <asyncresult/types.h>

/* Besides ASYR_E_MEMORY: ASYR_E_PROTOTYPE, and of the first ASYR_E_SYMBOL. */
asyr_status asyri_cfunction_new(asyr_library *library, const char *prototype,
                                asyr_function **function, asyr_error **error);
asyr_status asyri_cfunction_new_address(void *address, const char *prototype,
                                        asyr_function **function,
                                        asyr_error **error);

#endif
