/*
 * asyncresult: calls C functions from the shell.
 */
#include "commands.h"

#include <fcntl.h>
#include <string.h>

asyr_pool *open_pool(int64_t workers)
{
    asyr_pool_options *options = NULL;
    asyr_pool *pool = NULL;
    asyr_error *error = NULL;

    must(asyr_pool_options_new(&options, &error), error);
    must(asyr_pool_options_set_workers(options, workers, &error), error);
    must(asyr_pool_new(options, &pool, &error), error);
    asyr_pool_options_free(options);
    return pool;
}

void end_pool(asyr_pool *pool, bool stuck)
{
    asyr_pool_close(pool, NULL);
    if (!stuck)
        asyr_pool_join(pool, ASYR_FOREVER, NULL, NULL);
    asyr_pool_unref(pool);
}

asyr_function *open_function(const struct options *options)
{
    asyr_library *library = NULL;
    asyr_function *function = NULL;
    asyr_error *error = NULL;

    if (asyr_library_open(options->library, &library, &error) != ASYR_OK)
        die_of(STATUS_USAGE, error);
    if (asyr_function_new_c(library, options->prototype, &function, &error) !=
        ASYR_OK)
        die_of(STATUS_USAGE, error);
    asyr_library_unref(library);
    return function;
}

/* A descriptor that came in closed must not become one of the library's: it is
 * opened the wrong way round, so that using it fails as before. */
static void keep_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
    }
}

static bool is_option(const char *word, const char *name, const char *letter)
{
    return strcmp(word, name) == 0 || strcmp(word, letter) == 0;
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : NULL;

    keep_standard_descriptors();
    if (!command)
        usage_error("expected a command: call or map");
    if (strcmp(command, "call") == 0)
        return call_command(argc - 1, argv + 1);
    if (strcmp(command, "map") == 0)
        return map_command(argc - 1, argv + 1);
    if (is_option(command, "--help", "-h"))
        return show(show_help);
    if (is_option(command, "--version", "-V"))
        return show(show_version);
    usage_error("expected a command, call or map, found '%s'", command);
}
