/* Row formats, such as '{value:08x}  {}'. */
#ifndef SHELL_FORMAT_H
#define SHELL_FORMAT_H

#include "template.h"

enum piece_kind {
    PIECE_LITERAL,
    PIECE_TEXT,
    PIECE_FIELD,
    PIECE_INDEX,
    PIECE_SIZE,
    PIECE_VALUE,
    PIECE_KIND,
    PIECE_MESSAGE
};

struct piece {
    enum piece_kind kind;
    size_t field;
    char conversion[24]; /* of printf, for a value; "" for its own text */
    char *literal;
    size_t length;
};

struct format {
    struct piece *pieces;
    size_t count;
};

/* What a row says: `failure` in place of `value` when the call failed. */
struct outcome {
    const struct item *item;
    asyr_value *value;
    asyr_error *failure;
};

/* A mistake in `text` ends the command; `option` is named in its message. */
void format_init(struct format *format, const char *option, const char *text);
void format_free(struct format *format);

/* Append a row and a newline; fails with a Type error for a value that its conversion cannot
 * take, and then appends nothing. */
asyr_status format_row(const struct format *format, const struct outcome *outcome,
                       struct buffer *row, asyr_error **error);

/* Append a value as text: a number in full, a string as it is. */
void format_value(const asyr_value *value, struct buffer *text);

#endif
