/*
 * Rows.
 *
 * Rows are collected and written in one go whenever the command is about to
 * wait, so a pipe's reader sees each as early as it can and no write is small
 * without need.
 */
#include "rows.h"
#include "json.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void rows_init(struct rows *rows, const struct options *options)
{
    const char *standard = options->files ? "{value}  {}" : "{value}";

    *rows = (struct rows){.json = options->json,
                          .has_error_format = options->error_format != NULL};
    format_init(&rows->format, "--format",
                options->format ? options->format : standard);
    format_init(&rows->error_format, "--error-format",
                options->error_format ? options->error_format : "");
}

void rows_free(struct rows *rows)
{
    format_free(&rows->format);
    format_free(&rows->error_format);
    buffer_free(&rows->pending);
}

static void say_failure(const struct outcome *outcome, struct progress *progress)
{
    const struct item *item = outcome->item;
    const char *message = asyr_error_get_message(outcome->failure);

    progress_erase(progress);
    if (item->text)
        complain("%.*s: %s", (int)item->length, item->text, message);
    else
        complain("%s", message);
}

static void add_failure(struct rows *rows, const struct outcome *outcome,
                        struct progress *progress)
{
    rows->failed = true;
    progress->failed++;
    if (rows->json)
        json_row(outcome, &rows->pending);
    else if (rows->has_error_format)
        format_row(&rows->error_format, outcome, &rows->pending, NULL);
    else
        say_failure(outcome, progress);
}

void rows_add(struct rows *rows, const struct outcome *outcome,
              struct progress *progress)
{
    struct outcome refused = {.item = outcome->item};

    progress->done++;
    if (outcome->failure) {
        add_failure(rows, outcome, progress);
        return;
    }
    if (rows->json) {
        json_row(outcome, &rows->pending);
        return;
    }
    if (format_row(&rows->format, outcome, &rows->pending, &refused.failure) ==
        ASYR_OK)
        return;
    add_failure(rows, &refused, progress);
    asyr_error_unref(refused.failure);
}

void end_by_signal(int number)
{
    sigset_t set;

    signal(number, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(number);
    _exit(128 + number);
}

static void write_failed(int number, struct progress *progress)
{
    progress_erase(progress);
    if (number == EPIPE)
        end_by_signal(SIGPIPE);
    complain("write error: %s", strerror(number));
    _exit(STATUS_FAILED);
}

void rows_flush(struct rows *rows, struct progress *progress)
{
    size_t written = 0;

    if (rows->pending.length > 0 && isatty(STDOUT_FILENO))
        progress_erase(progress);
    while (written < rows->pending.length) {
        ssize_t got = write(STDOUT_FILENO, rows->pending.data + written,
                            rows->pending.length - written);

        if (got < 0 && errno != EINTR)
            write_failed(errno, progress);
        written += got > 0 ? (size_t)got : 0;
    }
    rows->pending.length = 0;
}
