/*
 * From text to values.
 *
 * The prototype says what each parameter is, in the four classes that matter
 * here: a number written for a `const char *` is text, one written for an `int`
 * is a number.  A text that is not of its parameter's class goes to the library
 * as a string, and the library's Type error says what was expected and found;
 * so no check is made twice and no argument is guessed.
 */
#include "arguments.h"
#include "contents.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool has_word(const char *text, size_t length, const char *word)
{
    size_t size = strlen(word);

    for (size_t i = 0; i + size <= length; i++) {
        bool begins =
            i == 0 || !(isalnum((unsigned char)text[i - 1]) || text[i - 1] == '_');
        bool ends = i + size == length || !(isalnum((unsigned char)text[i + size]) ||
                                            text[i + size] == '_');

        if (begins && ends && memcmp(text + i, word, size) == 0)
            return true;
    }
    return false;
}

static enum parameter class_of(const char *text, size_t length)
{
    if (memchr(text, '*', length) || memchr(text, '[', length))
        return PARAMETER_POINTER;
    if (has_word(text, length, "double") || has_word(text, length, "float"))
        return PARAMETER_REAL;
    if (has_word(text, length, "bool") || has_word(text, length, "_Bool"))
        return PARAMETER_BOOL;
    return PARAMETER_INTEGER;
}

static bool is_no_parameter(const char *text, size_t length)
{
    size_t blanks = 0;

    while (blanks < length && isspace((unsigned char)text[blanks]))
        blanks++;
    if (blanks == length || text[blanks] == '.')
        return true;
    return has_word(text, length, "void") && !memchr(text, '*', length);
}

void signature_init(struct signature *signature, const char *prototype)
{
    const char *at = strchr(prototype, '(');
    const char *end = strrchr(prototype, ')');

    signature->parameters = allocate(strlen(prototype), sizeof(enum parameter));
    signature->count = 0;
    while (at && end && at < end) {
        const char *text = at + 1;
        size_t length = strcspn(text, ",)");

        if (!is_no_parameter(text, length))
            signature->parameters[signature->count++] = class_of(text, length);
        at = text + length;
    }
}

void signature_free(struct signature *signature)
{
    free(signature->parameters);
}

enum parameter signature_at(const struct signature *signature, size_t index)
{
    return index < signature->count ? signature->parameters[index]
                                    : PARAMETER_UNKNOWN;
}

static asyr_value *string_or_bytes(const char *text, size_t length)
{
    asyr_value *value = NULL;
    asyr_error *error = NULL;

    if (asyr_value_new_string(text, (int64_t)length, &value, NULL) == ASYR_OK)
        return value;
    must(asyr_value_new_bytes(text, (int64_t)length, &value, &error), error);
    return value;
}

/* Decimal, or hexadecimal after "0x"; a leading zero is no octal. */
static asyr_value *integer_of(const char *text)
{
    const char *digits = text + (*text == '-' || *text == '+');
    int base = digits[0] == '0' && (digits[1] | 32) == 'x' ? 16 : 10;
    asyr_value *value = NULL;
    char *end;

    if (!isdigit((unsigned char)*digits))
        return NULL;
    errno = 0;
    if (*text == '-') {
        long long number = strtoll(text, &end, base);

        if (*end == '\0' && errno == 0)
            asyr_value_new_int64(number, &value, NULL);
    } else {
        unsigned long long number = strtoull(text, &end, base);

        if (*end == '\0' && errno == 0)
            asyr_value_new_uint64(number, &value, NULL);
    }
    return value;
}

static asyr_value *real_of(const char *text)
{
    asyr_value *value = NULL;
    char *end;
    double number = strtod(text, &end);

    if (end != text && *end == '\0')
        asyr_value_new_double(number, &value, NULL);
    return value;
}

static asyr_value *bool_of(const char *text)
{
    asyr_value *value = NULL;

    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        asyr_value_new_bool(*text == 't', &value, NULL);
    return value ? value : integer_of(text);
}

/* NULL when the text is nothing but text. */
static asyr_value *number_of(enum parameter parameter, const char *text)
{
    asyr_value *value = NULL;

    if (parameter == PARAMETER_BOOL)
        return bool_of(text);
    if (parameter == PARAMETER_INTEGER || parameter == PARAMETER_UNKNOWN)
        value = integer_of(text);
    return value ? value : real_of(text);
}

asyr_value *value_of_text(enum parameter parameter, const char *text, size_t length)
{
    asyr_value *value = NULL;
    char *copy;

    if (parameter == PARAMETER_POINTER || memchr(text, '\0', length))
        return string_or_bytes(text, length);
    copy = copy_text(text, length);
    value = number_of(parameter, copy);
    if (!value)
        value = string_or_bytes(copy, length);
    free(copy);
    return value;
}

static asyr_value *contents_of(const char *path)
{
    asyr_value *value = NULL;
    asyr_error *error = NULL;

    if (contents_read(path, &value, &error) != ASYR_OK) {
        complain("%s: %s", path, asyr_error_get_message(error));
        asyr_error_unref(error);
        exit(STATUS_FAILED);
    }
    return value;
}

asyr_value *value_of_word(enum parameter parameter, const char *word)
{
    asyr_value *value = NULL;
    asyr_error *error = NULL;

    if (strncmp(word, "file:", 5) == 0)
        return contents_of(word + 5);
    if (strncmp(word, "str:", 4) == 0)
        return string_or_bytes(word + 4, strlen(word + 4));
    if (strcmp(word, "nil") == 0) {
        must(asyr_value_new_nil(&value, &error), error);
        return value;
    }
    return value_of_text(parameter, word, strlen(word));
}
