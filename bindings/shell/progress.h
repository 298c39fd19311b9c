/* The progress bar. */
#ifndef SHELL_PROGRESS_H
#define SHELL_PROGRESS_H

#include "common.h"

struct progress {
    bool shown; /* whether there is a bar at all */
    bool drawn; /* whether it is on the screen now */
    int64_t drawn_at;
    uint64_t done;
    uint64_t failed;
    uint64_t total; /* 0: not known */
    double part;    /* of the input, when the total is not known; 0: neither */
};

/* On standard error, if that is a terminal that can move its cursor. */
void progress_init(struct progress *progress);

/* Draw it anew, unless it was drawn a moment ago. */
void progress_draw(struct progress *progress);

/* Take it off the screen, so that something else can be written. */
void progress_erase(struct progress *progress);

/* Draw it as it stands, and leave it there. */
void progress_finish(struct progress *progress);

#endif
