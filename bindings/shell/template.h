/* How an item becomes the arguments of its call. */
#ifndef SHELL_TEMPLATE_H
#define SHELL_TEMPLATE_H

#include "arguments.h"

struct item {
    uint64_t index;
    char *text; /* the line, or the file's name */
    size_t length;
    asyr_value *contents; /* of the file, until its call has ended */
    int64_t size;         /* of the contents */
};

void item_free(struct item *item);

/* The n-th field of the item's text, split at tabs, from 1; false without one. */
bool item_field(const struct item *item, size_t number, const char **text,
                size_t *length);

/* Reads "{}" or "{3}" or "{name}": returns its length with its braces, 0 when
 * `text` does not begin with one, and its name, which is not NUL-ended. */
size_t placeholder_at(const char *text, const char **name, size_t *length);

enum part_kind { PART_VALUE, PART_TEXT, PART_FIELD, PART_CONTENTS, PART_SIZE };

struct part {
    enum part_kind kind;
    enum parameter parameter;
    size_t field;
    asyr_value *value;
};

struct template
{
    const struct signature *signature;
    struct part *parts; /* none: every field is an argument */
    size_t count;
};

/* From words of the command line, up to a NULL.  `files`: the items are files. */
void template_init(struct template *template, char **words,
                   const struct signature *signature, bool files);
void template_free(struct template *template);

/* The list of arguments, owned by the caller. */
asyr_status template_build(const struct template *template, const struct item *item,
                           asyr_value **list, asyr_error **error);

#endif
