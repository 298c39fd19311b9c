/*
 * Whole files as values.
 *
 * A file is read, not mapped: one that shrinks meanwhile must not end the
 * command with a signal.  The size that the system tells is a hint only, since
 * files that are made up as they are read (below /proc, say) tell none.
 */
#include "contents.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static asyr_status fail(int number, asyr_error **error)
{
    *error = asyr_error_new(ASYR_E_SYSTEM, NULL, strerror(number));
    return ASYR_E_SYSTEM;
}

/* Returns an errno, or 0 with memory that the caller frees. */
static int read_all(int fd, size_t hint, char **data, size_t *length)
{
    size_t capacity = hint + 1;
    ssize_t got = 1;

    *length = 0;
    *data = malloc(capacity);
    while (*data && got > 0) {
        if (*length == capacity) {
            char *more = realloc(*data, capacity *= 2);

            if (!more)
                return ENOMEM;
            *data = more;
        }
        got = read(fd, *data + *length, capacity - *length);
        if (got > 0)
            *length += (size_t)got;
    }
    if (!*data)
        return ENOMEM;
    return got < 0 ? errno : 0;
}

asyr_status contents_read(const char *path, asyr_value **value, asyr_error **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    char *data = NULL;
    size_t length = 0;
    int problem;

    *value = NULL;
    if (fd < 0)
        return fail(errno, error);
    problem = fstat(fd, &status) < 0 ? errno : 0;
    if (!problem)
        problem = read_all(fd, (size_t)status.st_size, &data, &length);
    close(fd);
    if (problem) {
        free(data);
        return fail(problem, error);
    }
    return asyr_value_new_bytes_view(data, (int64_t)length, data, free, value,
                                     error);
}
