/* Pollables: an eventfd on Linux, a pipe elsewhere. */
#define _GNU_SOURCE
#include "pollable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/eventfd.h>
#endif

void asyri_pollable_init(asyri_pollable *pollable)
{
    pollable->read_end = pollable->write_end = -1;
}

#if defined(__linux__)

int asyri_pollable_open(asyri_pollable *pollable)
{
    int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0)
        return errno;
    pollable->read_end = pollable->write_end = descriptor;
    return 0;
}

#else

int asyri_pollable_open(asyri_pollable *pollable)
{
    int ends[2];
    if (pipe(ends))
        return errno;
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    pollable->read_end = ends[0];
    pollable->write_end = ends[1];
    return 0;
}

#endif

void asyri_pollable_close(asyri_pollable *pollable)
{
    if (pollable->write_end != pollable->read_end)
        close(pollable->write_end);
    if (pollable->read_end >= 0)
        close(pollable->read_end);
    asyri_pollable_init(pollable);
}

void asyri_pollable_raise(asyri_pollable *pollable)
{
    if (pollable->write_end < 0)
        return;
    uint64_t one = 1;
    while (write(pollable->write_end, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}

void asyri_pollable_clear(asyri_pollable *pollable)
{
    if (pollable->read_end < 0)
        return;
    uint64_t drained;
    while (read(pollable->read_end, &drained, sizeof drained) < 0 && errno == EINTR)
        continue;
}
