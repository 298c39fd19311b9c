/* C prototypes, parsed at run time: "double cos(double)". */
#ifndef ASYRI_CALL_PROTOTYPE_H
#define ASYRI_CALL_PROTOTYPE_H

#include <asyncresult/types.h>

#include "ctype.h"

#define ASYRI_MAX_PARAMETERS 64
#define ASYRI_MAX_PROTOTYPE 4096 /* bytes, which fit uint16_t */

struct asyri_prototype {
    struct asyri_ctype returns;
    uint16_t name_begin;
    uint16_t name_length;
    bool is_variadic;
    uint8_t fixed_count; /* how many parameters stand before the dots */
    uint8_t count;       /* of all, with those spelled after the dots */
    struct asyri_ctype parameters[ASYRI_MAX_PARAMETERS];
};

/*
 * ASYR_OK or ASYR_E_PROTOTYPE, whose message names the column (from 1, in bytes),
 * what was expected there and what was found.
 */
asyr_status asyri_prototype_parse(const char *text,
                                  struct asyri_prototype *prototype,
                                  asyr_error **error);

#endif
