/*
 * How an item becomes the arguments of its call.
 *
 * A word of the template is a placeholder or a value; values are made once and
 * shared by all calls.  Text that comes from an item is only ever text or a
 * number: prefixes such as "file:" count on the command line alone, so no line
 * of input can make the command read a file.
 */
#include "template.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void item_free(struct item *item)
{
    free(item->text);
    asyr_value_unref(item->contents);
    *item = (struct item){0};
}

bool item_field(const struct item *item, size_t number, const char **text,
                size_t *length)
{
    const char *start = item->text;
    const char *end = item->text + item->length;

    for (;; number--) {
        const char *tab = memchr(start, '\t', (size_t)(end - start));

        if (number == 1) {
            *text = start;
            *length = (size_t)((tab ? tab : end) - start);
            return true;
        }
        if (!tab)
            return false;
        start = tab + 1;
    }
}

size_t placeholder_at(const char *text, const char **name, size_t *length)
{
    size_t size;

    if (*text != '{')
        return 0;
    size = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz0123456789");
    *name = text + 1;
    *length = size;
    return text[1 + size] == '}' ? size + 2 : 0;
}

static bool is_name(const char *name, size_t length, const char *wanted)
{
    return strlen(wanted) == length && memcmp(name, wanted, length) == 0;
}

/* A placeholder is a whole word; `name` is what its braces hold. */
static struct part placeholder_part(const char *name, size_t length, bool files)
{
    struct part part = {.kind = PART_TEXT};

    if (length == 0)
        return part;
    part.kind = PART_FIELD;
    part.field = strspn(name, "0123456789") >= length ? strtoul(name, NULL, 10) : 0;
    if (part.field > 0)
        return part;
    part.kind = is_name(name, length, "data") ? PART_CONTENTS : PART_SIZE;
    if (part.kind == PART_SIZE && !is_name(name, length, "size"))
        usage_error("map: unknown placeholder '{%.*s}'; for the text itself write "
                    "'str:{%.*s}'",
                    (int)length, name, (int)length, name);
    if (!files)
        usage_error("map: '{%.*s}' needs --files", (int)length, name);
    return part;
}

static struct part part_of_word(const char *word, enum parameter parameter,
                                bool files)
{
    struct part part = {.kind = PART_VALUE};
    const char *name;
    size_t length;
    size_t size = placeholder_at(word, &name, &length);

    if (size > 0 && word[size] == '\0')
        part = placeholder_part(name, length, files);
    else
        part.value = value_of_word(parameter, word);
    part.parameter = parameter;
    return part;
}

void template_init(struct template *template, char **words,
                   const struct signature *signature, bool files)
{
    static char *whole_file[] = {"{data}", "{size}", NULL};
    size_t count = 0;

    if (!*words && files)
        words = whole_file;
    while (words[count])
        count++;
    template->signature = signature;
    template->count = count;
    template->parts = allocate(count, sizeof(struct part));
    for (size_t i = 0; i < count; i++)
        template->parts[i] =
            part_of_word(words[i], signature_at(signature, i), files);
}

void template_free(struct template *template)
{
    for (size_t i = 0; i < template->count; i++)
        asyr_value_unref(template->parts[i].value);
    free(template->parts);
}

static asyr_status missing_field(size_t number, asyr_error **error)
{
    struct buffer message = {0};

    buffer_printf(&message, "expected a field %zu, found fewer", number);
    buffer_append(&message, "", 1);
    *error = asyr_error_new(ASYR_E_ARGUMENT, NULL, message.data);
    buffer_free(&message);
    return ASYR_E_ARGUMENT;
}

/* `value` becomes the caller's; without one the error says why. */
static asyr_status build_part(const struct part *part, const struct item *item,
                              asyr_value **value, asyr_error **error)
{
    const char *text = item->text;
    size_t length = item->length;

    if (part->kind == PART_VALUE || part->kind == PART_CONTENTS) {
        *value =
            asyr_value_ref(part->kind == PART_VALUE ? part->value : item->contents);
        return ASYR_OK;
    }
    if (part->kind == PART_SIZE)
        return asyr_value_new_int64(item->size, value, error);
    if (part->kind == PART_FIELD && !item_field(item, part->field, &text, &length))
        return missing_field(part->field, error);
    *value = value_of_text(part->parameter, text, length);
    return ASYR_OK;
}

static asyr_status append_part(asyr_value *list, const struct part *part,
                               const struct item *item, asyr_error **error)
{
    asyr_value *value = NULL;
    asyr_status status = build_part(part, item, &value, error);

    if (status == ASYR_OK)
        status = asyr_value_append(list, value, error);
    asyr_value_unref(value);
    return status;
}

/* Without a template every field is an argument. */
static asyr_status append_fields(const struct template *template, asyr_value *list,
                                 const struct item *item, asyr_error **error)
{
    const char *end = item->text + item->length;
    struct item field = {.text = item->text};
    asyr_status status = ASYR_OK;
    const char *tab;

    for (size_t i = 0; status == ASYR_OK && field.text <= end; i++) {
        struct part part = {PART_TEXT, signature_at(template->signature, i), 0,
                            NULL};

        tab = memchr(field.text, '\t', (size_t)(end - field.text));
        field.length = (size_t)((tab ? tab : end) - field.text);
        status = append_part(list, &part, &field, error);
        field.text += field.length + 1;
    }
    return status;
}

asyr_status template_build(const struct template *template, const struct item *item,
                           asyr_value **list, asyr_error **error)
{
    asyr_status status = asyr_value_new_list((int64_t) template->count, list, error);

    if (status == ASYR_OK && template->count == 0)
        status = append_fields(template, *list, item, error);
    for (size_t i = 0; status == ASYR_OK && i < template->count; i++)
        status = append_part(*list, &template->parts[i], item, error);
    if (status != ASYR_OK) {
        asyr_value_unref(*list);
        *list = NULL;
    }
    return status;
}
