/*
 * The progress bar: one line, drawn over itself at most ten times a second.
 */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 30, BETWEEN_MS = 100 };

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_init(struct progress *progress)
{
    const char *terminal = getenv("TERM");

    *progress = (struct progress){0};
    progress->shown =
        isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
}

static double part_done(const struct progress *progress)
{
    double part = progress->part;

    if (progress->total > 0)
        part = (double)progress->done / (double)progress->total;
    return part > 1 ? 1 : part;
}

static void draw(struct progress *progress)
{
    static const char FULL[] = "##############################";
    double part = part_done(progress);
    struct buffer line = {0};
    int full = (int)(part * WIDTH);

    buffer_append_text(&line, "\r\033[K");
    if (part > 0)
        buffer_printf(&line, "[%-*.*s] %3d%%  ", WIDTH, full, FULL,
                      (int)(part * 100));
    buffer_printf(&line, "%" PRIu64 " done", progress->done);
    if (progress->failed)
        buffer_printf(&line, ", %" PRIu64 " failed", progress->failed);
    fwrite(line.data, 1, line.length, stderr);
    fflush(stderr);
    buffer_free(&line);
    progress->drawn = true;
    progress->drawn_at = now_ms();
}

void progress_draw(struct progress *progress)
{
    if (progress->shown && now_ms() - progress->drawn_at >= BETWEEN_MS)
        draw(progress);
}

void progress_erase(struct progress *progress)
{
    if (!progress->drawn)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    progress->drawn = false;
    progress->drawn_at = 0;
}

void progress_finish(struct progress *progress)
{
    if (!progress->shown)
        return;
    draw(progress);
    fputc('\n', stderr);
    progress->shown = false;
    progress->drawn = false;
}
