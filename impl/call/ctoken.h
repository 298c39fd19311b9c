/* The tokens of a C prototype. */
#ifndef ASYRI_CALL_CTOKEN_H
#define ASYRI_CALL_CTOKEN_H

#include <stdint.h>

enum asyri_ctoken_kind {
    ASYRI_CTOKEN_END,
    ASYRI_CTOKEN_NAME,
    ASYRI_CTOKEN_NUMBER,
    ASYRI_CTOKEN_DOTS,
    ASYRI_CTOKEN_SIGN /* any other character */
};

struct asyri_ctoken {
    enum asyri_ctoken_kind kind;
    char sign;       /* of a SIGN its first byte; 0 otherwise */
    uint16_t begin;  /* in bytes from the beginning of the text */
    uint16_t length; /* in bytes; 0 at the end */
};

/* The token at or after `from` in `text`, which ends in a NUL. */
struct asyri_ctoken asyri_ctoken_at(const char *text, uint16_t from);

#endif
