/* A descriptor that polls readable between a raise and a clear. */
#ifndef ASYRI_PLATFORM_POLLABLE_H
#define ASYRI_PLATFORM_POLLABLE_H

typedef struct asyri_pollable {
    int read_end; /* -1 while it is not open */
    int write_end;
} asyri_pollable;

void asyri_pollable_init(asyri_pollable *pollable);
int asyri_pollable_open(asyri_pollable *pollable); /* 0 or an errno value */
void asyri_pollable_close(asyri_pollable *pollable);

/* Each is a system call; the caller sees to it that they alternate. */
void asyri_pollable_raise(asyri_pollable *pollable);
void asyri_pollable_clear(asyri_pollable *pollable);

#endif
