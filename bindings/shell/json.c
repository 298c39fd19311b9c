/*
 * Rows as JSON, one object a line.
 *
 * Integers are written in full, up to 64 bits.  What JSON has no form for is
 * written so that nothing is lost: NaN and the infinities as strings, bytes that
 * are no UTF-8 as {"base64": ...}.  The library is asked what is UTF-8, so that
 * both agree.
 */
#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static bool is_utf8(const char *text, size_t length)
{
    asyr_value *value = NULL;
    bool valid =
        asyr_value_new_string(text, (int64_t)length, &value, NULL) == ASYR_OK;

    asyr_value_unref(value);
    return valid;
}

static void append_string(const char *text, size_t length, struct buffer *row)
{
    buffer_append(row, "\"", 1);
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (byte == '"' || byte == '\\')
            buffer_append(row, "\\", 1);
        if (byte < 0x20 || byte == 0x7f)
            buffer_printf(row, "\\u%04x", byte);
        else
            buffer_append(row, &byte, 1);
    }
    buffer_append(row, "\"", 1);
}

static void append_base64(const unsigned char *data, size_t length,
                          struct buffer *row)
{
    static const char DIGITS[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    buffer_append_text(row, "{\"base64\":\"");
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        unsigned group = (unsigned)data[i] << 16;

        group |= left > 1 ? (unsigned)data[i + 1] << 8 : 0;
        group |= left > 2 ? data[i + 2] : 0;
        buffer_append(row, &DIGITS[group >> 18], 1);
        buffer_append(row, &DIGITS[group >> 12 & 63], 1);
        buffer_append(row, left > 1 ? &DIGITS[group >> 6 & 63] : "=", 1);
        buffer_append(row, left > 2 ? &DIGITS[group & 63] : "=", 1);
    }
    buffer_append_text(row, "\"}");
}

static void append_text(const char *text, size_t length, struct buffer *row)
{
    if (is_utf8(text, length))
        append_string(text, length, row);
    else
        append_base64((const unsigned char *)text, length, row);
}

static void append_quoted(const asyr_value *value, struct buffer *row)
{
    buffer_append(row, "\"", 1);
    format_value(value, row);
    buffer_append(row, "\"", 1);
}

static void append_value(const asyr_value *value, struct buffer *row)
{
    const void *data = NULL;
    int64_t length = 0;
    double real = 0;

    switch (asyr_value_get_type(value)) {
    case ASYR_VALUE_NIL:
        buffer_append_text(row, "null");
        break;
    case ASYR_VALUE_STRING:
    case ASYR_VALUE_BYTES:
        asyr_value_get_bytes(value, &data, &length, NULL);
        append_text(data, (size_t)length, row);
        break;
    case ASYR_VALUE_POINTER:
        append_quoted(value, row);
        break;
    case ASYR_VALUE_DOUBLE:
        asyr_value_get_double(value, &real, NULL);
        if (!isfinite(real)) {
            append_quoted(value, row);
            break;
        }
        /* fall through */
    default:
        format_value(value, row);
    }
}

static void append_failure(const asyr_error *failure, struct buffer *row)
{
    const char *kind = asyr_error_get_kind(failure);
    const char *message = asyr_error_get_message(failure);

    buffer_append_text(row, "\"error\":{\"kind\":");
    append_text(kind, strlen(kind), row);
    buffer_append_text(row, ",\"message\":");
    append_text(message, strlen(message), row);
    buffer_append(row, "}", 1);
}

void json_row(const struct outcome *outcome, struct buffer *row)
{
    const struct item *item = outcome->item;

    buffer_append(row, "{", 1);
    if (item->text) {
        buffer_printf(row, "\"index\":%" PRIu64 ",\"input\":", item->index);
        append_text(item->text, item->length, row);
        buffer_append(row, ",", 1);
    }
    if (outcome->failure) {
        append_failure(outcome->failure, row);
    } else {
        buffer_append_text(row, "\"value\":");
        append_value(outcome->value, row);
    }
    buffer_append_text(row, "}\n");
}
