/* Messages, exit statuses and a growing buffer: what every file here uses. */
#ifndef SHELL_COMMON_H
#define SHELL_COMMON_H

#include <stdbool.h>
#include <stddef.h>

#include <asyncresult.h>

/* The statuses that the manual page promises. */
enum { STATUS_FINE = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

/* Write "asyncresult: ..." and a newline to standard error. */
void complain(const char *format, ...) PRINTF_LIKE(1, 2);

/* Complain, point to --help, and exit with STATUS_USAGE. */
void usage_error(const char *format, ...) PRINTF_LIKE(1, 2)
    __attribute__((noreturn));

/* Complain with the message of `error` (consumed) and exit with `status`. */
void die_of(int status, asyr_error *error) __attribute__((noreturn));

/* End the command for want of memory when `status` is not ASYR_OK. */
void must(asyr_status status, asyr_error *error);

/* As calloc and strndup, but they end the command when there is no memory. */
void *allocate(size_t count, size_t size);
char *copy_text(const char *text, size_t length);

struct buffer {
    char *data;
    size_t length;
    size_t capacity;
};

/* Room for `more` bytes after the present ones; returns where they begin. */
char *buffer_reserve(struct buffer *buffer, size_t more);
void buffer_append(struct buffer *buffer, const void *data, size_t length);
void buffer_append_text(struct buffer *buffer, const char *text);
void buffer_printf(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);
void buffer_free(struct buffer *buffer);

#endif
