/*
 * Row formats.
 *
 * A format is cut into pieces once.  A conversion after "value:" is one of
 * printf's without its percent sign; it is checked letter by letter here, so
 * that nothing but one argument of the right type ever reaches printf.
 */
#include "format.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct piece *add_piece(struct format *format, enum piece_kind kind)
{
    struct piece *piece = &format->pieces[format->count++];

    piece->kind = kind;
    return piece;
}

static void add_literal(struct format *format, struct buffer *literal)
{
    struct piece *piece;

    if (literal->length == 0)
        return;
    piece = add_piece(format, PIECE_LITERAL);
    piece->literal = copy_text(literal->data, literal->length);
    piece->length = literal->length;
    literal->length = 0;
}

/* "08x" becomes "%08llx"; false when it is no conversion. */
static bool set_conversion(struct piece *piece, const char *text, size_t length)
{
    size_t flags = strspn(text, "-+ #0");
    size_t width = strspn(text + flags, "0123456789");
    size_t at = flags + width;
    size_t precision = 0;
    const char *size;

    if (text[at] == '.')
        precision = 1 + strspn(text + at + 1, "0123456789");
    at += precision;
    if (flags > 5 || width > 4 || precision > 5 || at + 1 != length ||
        !strchr("diuxXoeEfFgGaAs", text[at]))
        return false;
    size = strchr("diuxXo", text[at]) ? "ll" : "";
    snprintf(piece->conversion, sizeof(piece->conversion), "%%%.*s%s%c", (int)at,
             text, size, text[at]);
    return true;
}

static const struct {
    const char *name;
    enum piece_kind kind;
} NAMES[] = {{"", PIECE_TEXT},     {"index", PIECE_INDEX},
             {"size", PIECE_SIZE}, {"value", PIECE_VALUE},
             {"kind", PIECE_KIND}, {"message", PIECE_MESSAGE}};

static bool add_named(struct format *format, const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        if (strlen(NAMES[i].name) == length &&
            memcmp(NAMES[i].name, name, length) == 0) {
            add_piece(format, NAMES[i].kind);
            return true;
        }
    }
    if (strspn(name, "0123456789") < length || strtoul(name, NULL, 10) == 0)
        return false;
    add_piece(format, PIECE_FIELD)->field = strtoul(name, NULL, 10);
    return true;
}

/* `text` begins with "{"; returns what follows the "}", NULL for a mistake. */
static const char *add_braces(struct format *format, const char *text)
{
    const char *end = strchr(text, '}');
    const char *name = text + 1;

    if (!end)
        return NULL;
    if (strncmp(name, "value:", 6) == 0) {
        struct piece *piece = add_piece(format, PIECE_VALUE);

        name += 6;
        return set_conversion(piece, name, (size_t)(end - name)) ? end + 1 : NULL;
    }
    return add_named(format, name, (size_t)(end - name)) ? end + 1 : NULL;
}

static const char *add_escape(struct buffer *literal, const char *text)
{
    static const char LETTERS[] = "nt\\";
    static const char MEANINGS[] = "\n\t\\";
    const char *found = text[1] ? strchr(LETTERS, text[1]) : NULL;

    if (!found)
        return NULL;
    buffer_append(literal, &MEANINGS[found - LETTERS], 1);
    return text + 2;
}

static const char *add_next(struct format *format, struct buffer *literal,
                            const char *text)
{
    if (*text == '\\')
        return add_escape(literal, text);
    if ((*text == '{' || *text == '}') && text[1] == *text) {
        buffer_append(literal, text, 1);
        return text + 2;
    }
    if (*text == '{') {
        add_literal(format, literal);
        return add_braces(format, text);
    }
    buffer_append(literal, text, 1);
    return *text == '}' ? NULL : text + 1;
}

void format_init(struct format *format, const char *option, const char *text)
{
    struct buffer literal = {0};
    const char *at = text;

    format->count = 0;
    format->pieces = allocate(strlen(text) + 1, sizeof(struct piece));
    while (*at) {
        const char *next = add_next(format, &literal, at);

        if (!next)
            usage_error("%s: '%s' makes no sense at '%s'", option, text, at);
        at = next;
    }
    add_literal(format, &literal);
    buffer_free(&literal);
}

void format_free(struct format *format)
{
    for (size_t i = 0; i < format->count; i++)
        free(format->pieces[i].literal);
    free(format->pieces);
}

/* The fewest digits that read back as the same number. */
static void append_double(double number, struct buffer *text)
{
    char digits[40];

    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof(digits), "%.*g", precision, number);
        if (strtod(digits, NULL) == number)
            break;
    }
    buffer_append_text(text, digits);
}

static void append_number(const asyr_value *value, struct buffer *text)
{
    int64_t integer = 0;
    uint64_t natural = 0;
    double real = 0;
    bool truth = false;
    void *pointer = NULL;

    switch (asyr_value_get_type(value)) {
    case ASYR_VALUE_BOOL:
        asyr_value_get_bool(value, &truth, NULL);
        buffer_append_text(text, truth ? "true" : "false");
        break;
    case ASYR_VALUE_INT64:
        asyr_value_get_int64(value, &integer, NULL);
        buffer_printf(text, "%" PRId64, integer);
        break;
    case ASYR_VALUE_UINT64:
        asyr_value_get_uint64(value, &natural, NULL);
        buffer_printf(text, "%" PRIu64, natural);
        break;
    case ASYR_VALUE_DOUBLE:
        asyr_value_get_double(value, &real, NULL);
        append_double(real, text);
        break;
    case ASYR_VALUE_POINTER:
        asyr_value_get_pointer(value, &pointer, NULL);
        buffer_printf(text, "%p", pointer);
        break;
    }
}

void format_value(const asyr_value *value, struct buffer *text)
{
    const void *data = NULL;
    int64_t length = 0;

    if (asyr_value_get_bytes(value, &data, &length, NULL) == ASYR_OK)
        buffer_append(text, data, (size_t)length);
    else
        append_number(value, text);
}

static asyr_status append_integer(const char *conversion, const asyr_value *value,
                                  struct buffer *row, asyr_error **error)
{
    uint64_t natural = 0;
    int64_t integer = 0;
    asyr_status status;

    if (asyr_value_get_type(value) == ASYR_VALUE_UINT64) {
        status = asyr_value_get_uint64(value, &natural, error);
        if (status == ASYR_OK)
            buffer_printf(row, conversion, (unsigned long long)natural);
        return status;
    }
    status = asyr_value_get_int64(value, &integer, error);
    if (status == ASYR_OK)
        buffer_printf(row, conversion, (long long)integer);
    return status;
}

static asyr_status append_real(const char *conversion, const asyr_value *value,
                               struct buffer *row, asyr_error **error)
{
    double real = 0;
    asyr_status status = asyr_value_get_double(value, &real, error);

    if (status == ASYR_OK)
        buffer_printf(row, conversion, real);
    return status;
}

static asyr_status append_converted(const char *conversion, const asyr_value *value,
                                    struct buffer *row, asyr_error **error)
{
    char letter = conversion[strlen(conversion) - 1];
    struct buffer text = {0};

    if (strchr("diuxXo", letter))
        return append_integer(conversion, value, row, error);
    if (letter != 's')
        return append_real(conversion, value, row, error);
    format_value(value, &text);
    buffer_append(&text, "", 1);
    buffer_printf(row, conversion, text.data);
    buffer_free(&text);
    return ASYR_OK;
}

static asyr_status append_value(const struct piece *piece, const asyr_value *value,
                                struct buffer *row, asyr_error **error)
{
    if (!value)
        return ASYR_OK;
    if (piece->conversion[0])
        return append_converted(piece->conversion, value, row, error);
    format_value(value, row);
    return ASYR_OK;
}

static void append_field(const struct piece *piece, const struct item *item,
                         struct buffer *row)
{
    const char *text;
    size_t length;

    if (item_field(item, piece->field, &text, &length))
        buffer_append(row, text, length);
}

static asyr_status append_piece(const struct piece *piece,
                                const struct outcome *outcome, struct buffer *row,
                                asyr_error **error)
{
    const struct item *item = outcome->item;

    switch (piece->kind) {
    case PIECE_LITERAL:
        buffer_append(row, piece->literal, piece->length);
        break;
    case PIECE_TEXT:
        buffer_append(row, item->text, item->length);
        break;
    case PIECE_FIELD:
        append_field(piece, item, row);
        break;
    case PIECE_INDEX:
        buffer_printf(row, "%" PRIu64, item->index);
        break;
    case PIECE_SIZE:
        buffer_printf(row, "%" PRId64, item->size);
        break;
    case PIECE_VALUE:
        return append_value(piece, outcome->value, row, error);
    case PIECE_KIND:
        buffer_append_text(row, asyr_error_get_kind(outcome->failure));
        break;
    case PIECE_MESSAGE:
        buffer_append_text(row, asyr_error_get_message(outcome->failure));
        break;
    }
    return ASYR_OK;
}

asyr_status format_row(const struct format *format, const struct outcome *outcome,
                       struct buffer *row, asyr_error **error)
{
    size_t length = row->length;
    asyr_status status = ASYR_OK;

    for (size_t i = 0; status == ASYR_OK && i < format->count; i++)
        status = append_piece(&format->pieces[i], outcome, row, error);
    if (status != ASYR_OK)
        row->length = length;
    else
        buffer_append(row, "\n", 1);
    return status;
}
