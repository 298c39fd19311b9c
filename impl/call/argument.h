/* An argument on its way from a value to C, and what messages say about it. */
#ifndef ASYRI_CALL_ARGUMENT_H
#define ASYRI_CALL_ARGUMENT_H

#include "../core/value.h"
#include "marshal.h"

struct asyri_argument {
    const struct asyri_ctype *type;
    const asyr_value *value;
    const char *text; /* of the prototype */
    int place;        /* from 1 */
    struct asyri_arguments *all;
    asyr_error **error;
};

/* "argument 2 (unsigned char): expected ..., found ..." */
asyr_status asyri_argument_fail(const struct asyri_argument *argument,
                                const char *expected);
/* The same for something that the value's type does not tell. */
asyr_status asyri_argument_fail_found(const struct asyri_argument *argument,
                                      const char *expected, const char *found);

const char *asyri_element_name(uint8_t element_type);

asyr_status asyri_marshal_pointer(const struct asyri_argument *argument,
                                  union asyri_slot *slot);
/* Whether a pointer of that type means text. */
bool asyri_ctype_is_text(const struct asyri_ctype *type);

#endif
