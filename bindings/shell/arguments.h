/* From text to values: by the parameter that the text is for. */
#ifndef SHELL_ARGUMENTS_H
#define SHELL_ARGUMENTS_H

#include "common.h"

enum parameter {
    PARAMETER_INTEGER,
    PARAMETER_REAL,
    PARAMETER_BOOL,
    PARAMETER_POINTER,
    PARAMETER_UNKNOWN /* beyond the prototype: the text's own form decides */
};

struct signature {
    enum parameter *parameters;
    size_t count;
};

/* Of a prototype that the library has accepted. */
void signature_init(struct signature *signature, const char *prototype);
void signature_free(struct signature *signature);
enum parameter signature_at(const struct signature *signature, size_t index);

/* The value of a text that is taken as it is (a line of input, say). */
asyr_value *value_of_text(enum parameter parameter, const char *text, size_t length);

/* The value of a word of the command line: "str:", "file:" and "nil" are seen to.
 * A file that cannot be read ends the command. */
asyr_value *value_of_word(enum parameter parameter, const char *word);

#endif
