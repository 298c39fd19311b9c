/* Rows: what becomes of each outcome, and standard output. */
#ifndef SHELL_ROWS_H
#define SHELL_ROWS_H

#include "options.h"
#include "progress.h"

struct rows {
    bool json;
    bool has_error_format;
    struct format format;
    struct format error_format;
    struct buffer pending;
    bool failed; /* whether any call did */
};

void rows_init(struct rows *rows, const struct options *options);
void rows_free(struct rows *rows);

/* Add the row of an outcome, or say on standard error why it has none. */
void rows_add(struct rows *rows, const struct outcome *outcome,
              struct progress *progress);

/* Write what was added.  When that fails the command ends: like a tool that
 * SIGPIPE ends when the reader has gone, with a message otherwise. */
void rows_flush(struct rows *rows, struct progress *progress);

/* Restore a signal's default action and send it to this process. */
void end_by_signal(int number) __attribute__((noreturn));

#endif
