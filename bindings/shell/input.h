/* Items: lines (or NUL-ended records) of standard input, or operands. */
#ifndef SHELL_INPUT_H
#define SHELL_INPUT_H

#include "common.h"

struct input {
    char **operands; /* NULL: standard input is read */
    int separator;
    bool ended;
    struct buffer buffer;
    size_t start;    /* of what was not handed out yet */
    size_t searched; /* up to here there is no separator */
    double size;     /* of standard input, in bytes; 0 when it is no file */
    double handed_out;
};

void input_init(struct input *input, char **operands, int separator);
void input_free(struct input *input);

/* The next item, which lives until input_fill(); false when none is here yet or
 * no more will come (`ended`). */
bool input_next(struct input *input, const char **text, size_t *length);

/* Whether no more will come and all that came was handed out. */
bool input_is_exhausted(const struct input *input);

/* Read once from standard input; returns an errno or 0. */
int input_fill(struct input *input);

#endif
