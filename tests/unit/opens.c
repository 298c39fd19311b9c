/*
 * opens NAME WHAT ...: open each library NAME and compare the name under which it
 * was found, or the error's message, with WHAT.  A program of its own, because the
 * loader reads LD_LIBRARY_PATH at the start.
 */
#include <stdio.h>
#include <string.h>

#include <asyncresult.h>

static int opens_as(const char *name, const char *expected)
{
    asyr_library *library = NULL;
    asyr_error *error = NULL;
    asyr_library_open(name, &library, &error);
    const char *found =
        error ? asyr_error_get_message(error) : asyr_library_get_name(library);
    int is_equal = strcmp(found, expected) == 0;
    if (!is_equal)
        fprintf(stderr, "opens: %s: expected %s, found %s\n", name, expected, found);
    asyr_error_unref(error);
    asyr_library_unref(library);
    return is_equal;
}

int main(int argc, char **argv)
{
    int failures = argc < 3 || argc % 2 == 0;
    for (int i = 1; i + 1 < argc; i += 2)
        failures += !opens_as(argv[i], argv[i + 1]);
    return failures != 0;
}
