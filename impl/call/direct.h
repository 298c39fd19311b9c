/* Calls of C functions through pointers of their own type, for usual signatures. */
#ifndef ASYRI_CALL_DIRECT_H
#define ASYRI_CALL_DIRECT_H

#include "marshal.h"

/* Call the function at the address; what it returns is in its member of the slot. */
typedef void asyri_direct_call(void *address, const union asyri_slot *arguments,
                               union asyri_slot *returned);

/* NULL for a signature that libffi calls. */
asyri_direct_call *asyri_direct_call_find(const struct asyri_prototype *prototype);

/* Call the function at the address with each element of [begin, end) and keep what
 * it returns in the same place of `output`. */
typedef void asyri_direct_loop(void *address, const void *input, int64_t begin,
                               int64_t end, void *output);

/* For elements of that type; NULL where there is no such loop. */
asyri_direct_loop *asyri_direct_loop_find(const struct asyri_prototype *prototype,
                                          uint8_t element_type);

#endif
