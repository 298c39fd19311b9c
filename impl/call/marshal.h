/* Marshalling: values to arguments of a C function, its return value back. */
#ifndef ASYRI_CALL_MARSHAL_H
#define ASYRI_CALL_MARSHAL_H

#include <asyncresult/types.h>

#include "prototype.h"

/* One argument or return value as C has it. */
union asyri_slot {
    int8_t int8;
    uint8_t uint8;
    int16_t int16;
    uint16_t uint16;
    int32_t int32;
    uint32_t uint32;
    int64_t int64;
    uint64_t uint64;
    float single;
    double number;
    void *pointer;
};

/* Keep as many of the bits as an integer or bool of that kind has. */
void asyri_slot_store(union asyri_slot *slot, uint8_t kind, uint64_t bits);

struct asyri_copy;

struct asyri_arguments {
    struct asyri_copy *copies; /* of bytes that needed a NUL */
    union asyri_slot slots[ASYRI_MAX_PARAMETERS];
};

/*
 * Check the values against the prototype, whose text is `text`, and fill the
 * slots.  They point into the values.  ASYR_OK, ASYR_E_TYPE or ASYR_E_MEMORY.
 */
asyr_status asyri_marshal(const struct asyri_prototype *prototype, const char *text,
                          asyr_value *const *values, int64_t count,
                          struct asyri_arguments *arguments, asyr_error **error);
/* Needed after a success alone. */
void asyri_arguments_clear(struct asyri_arguments *arguments);

/* Owned by the caller; NULL without memory. */
asyr_value *asyri_unmarshal(const struct asyri_ctype *type,
                            const union asyri_slot *slot);

#endif
