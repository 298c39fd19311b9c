/*
 * Messages, exit statuses and a growing buffer.
 *
 * The command has nothing to save when memory runs out, so an allocation that
 * fails ends it at once; only file contents, which may be of any size, are
 * allocated elsewhere and fail their own item alone.
 */
#include "common.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void complain_with(const char *format, va_list arguments)
{
    flockfile(stderr);
    fputs("asyncresult: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    funlockfile(stderr);
}

void complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain_with(format, arguments);
    va_end(arguments);
}

void usage_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain_with(format, arguments);
    va_end(arguments);
    fputs("Try 'asyncresult --help' for more information.\n", stderr);
    exit(STATUS_USAGE);
}

void die_of(int status, asyr_error *error)
{
    complain("%s", asyr_error_get_message(error));
    asyr_error_unref(error);
    exit(status);
}

void must(asyr_status status, asyr_error *error)
{
    if (status != ASYR_OK)
        die_of(STATUS_FAILED, error);
}

static void *checked(void *memory)
{
    if (!memory) {
        complain("out of memory");
        exit(STATUS_FAILED);
    }
    return memory;
}

void *allocate(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size));
}

char *copy_text(const char *text, size_t length)
{
    char *copy = allocate(length + 1, 1);

    memcpy(copy, text, length);
    return copy;
}

char *buffer_reserve(struct buffer *buffer, size_t more)
{
    size_t needed = buffer->length + more;

    if (needed > buffer->capacity) {
        size_t capacity = buffer->capacity ? buffer->capacity : 256;

        while (capacity < needed)
            capacity *= 2;
        buffer->data = checked(realloc(buffer->data, capacity));
        buffer->capacity = capacity;
    }
    return buffer->data + buffer->length;
}

void buffer_append(struct buffer *buffer, const void *data, size_t length)
{
    if (length == 0)
        return;
    memcpy(buffer_reserve(buffer, length), data, length);
    buffer->length += length;
}

void buffer_append_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    int length;

    va_start(arguments, format);
    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    if (length > 0) {
        vsnprintf(buffer_reserve(buffer, (size_t)length + 1), (size_t)length + 1,
                  format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
    va_end(arguments);
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}
