/*
 * What the harness of the contract's C runner asks of its program: here a check
 * that fails ends the whole process, and says why on standard error.
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void fail_case(const char *file, int line, const char *reason)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, reason);
    _exit(EXIT_FAILURE);
}

void skip_case(const char *reason)
{
    printf("skipped: %s\n", reason);
    fflush(stdout);
    _exit(77);
}
