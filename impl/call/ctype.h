/* C types: what a parameter or a return value is. */
#ifndef ASYRI_CALL_CTYPE_H
#define ASYRI_CALL_CTYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <asyncresult/value.h>

/* Up to ASYRI_C_DOUBLE a kind equals its enum asyr_element_type. */
enum asyri_ctype_kind {
    ASYRI_C_INT8 = ASYR_ELEMENT_INT8,
    ASYRI_C_UINT8 = ASYR_ELEMENT_UINT8,
    ASYRI_C_INT16 = ASYR_ELEMENT_INT16,
    ASYRI_C_UINT16 = ASYR_ELEMENT_UINT16,
    ASYRI_C_INT32 = ASYR_ELEMENT_INT32,
    ASYRI_C_UINT32 = ASYR_ELEMENT_UINT32,
    ASYRI_C_INT64 = ASYR_ELEMENT_INT64,
    ASYRI_C_UINT64 = ASYR_ELEMENT_UINT64,
    ASYRI_C_FLOAT = ASYR_ELEMENT_FLOAT,
    ASYRI_C_DOUBLE = ASYR_ELEMENT_DOUBLE,
    ASYRI_C_BOOL,
    ASYRI_C_VOID,
    ASYRI_C_POINTER,
    ASYRI_C_OPAQUE /* structs, unknown names: only a pointer to it can be passed */
};

struct asyri_ctype {
    uint8_t kind;
    uint8_t passed_as;     /* kind, but promoted after the dots */
    uint8_t pointee;       /* of a pointer; ASYRI_C_OPAQUE for a further pointer */
    bool pointee_is_const; /* of a pointer */
    bool pointee_is_char;  /* of a pointer: plain char, which means text */
    uint16_t begin;        /* the type's own text within the prototype */
    uint16_t length;
};

/* What a name means at the place where a type is expected. */
enum asyri_cword_class {
    ASYRI_CWORD_UNKNOWN,
    ASYRI_CWORD_QUALIFIER, /* const, volatile, restrict */
    ASYRI_CWORD_BASIC,     /* unsigned, long, int, ... */
    ASYRI_CWORD_TYPEDEF,   /* size_t, uint8_t, ... */
    ASYRI_CWORD_TAG,       /* struct, union, enum */
    ASYRI_CWORD_RESERVED   /* any other keyword: neither a type nor a name */
};

struct asyri_cword {
    const char *text;
    enum asyri_cword_class meaning;
    uint32_t value; /* of BASIC its summand, of TYPEDEF its kind, of const 1 */
};

/* NULL for a name that C leaves to the program. */
const struct asyri_cword *asyri_cword_find(const char *text, size_t length);

/* Whether basic words with that sum make a type, in whatever order; which one. */
bool asyri_ctype_from_sum(uint32_t sum, uint8_t *kind);
bool asyri_ctype_is_char(uint32_t sum); /* plain char */

/* What becomes of an argument of that kind after the dots. */
uint8_t asyri_ctype_promote(uint8_t kind);

static inline bool asyri_ctype_is_number(uint8_t kind)
{
    return kind <= ASYRI_C_DOUBLE;
}

#endif
