/*
 * The encoder: what encode.c and encode_function.c share.
 */
#ifndef GLUE_ENCODER_H
#define GLUE_ENCODER_H

#include "crossing.h"
#include "memo.h"

struct encoder {
    lua_State *L;
    struct area bytes;
    struct area held; /* of struct held */
    struct memo memo;
    int names; /* on the stack; nil until it is needed */
    bool names_are_new;
    uint32_t count; /* of tables and functions */
    int depth;
    char reason[128];
    char path[192];
};

/* Each puts the value at the absolute `index`; false with the reason. */
bool put_value(struct encoder *e, int index);
bool put_function(struct encoder *e, int index);
/* False when the value has no name; the second one looks at the modules again. */
bool put_named(struct encoder *e, int index);
bool put_named_anew(struct encoder *e, int index);
/* False when it did not come before. */
bool put_again(struct encoder *e, const void *address);
void put_tag(struct encoder *e, enum tag tag);
/* Go one level deeper, unless that is too deep. */
bool enter_encoded(struct encoder *e);
/* Keep the reason; false. */
bool encode_refusal(struct encoder *e, const char *article, const char *what);
/* Put a step before the place of what was refused. */
void prepend_place(struct encoder *e, const char *step);

#endif
