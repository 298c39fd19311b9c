/*
 * Closes the library while a worker runs, and opens it again.
 * usage: contract_unload LIBRARY; ends with status 3 when all is well.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <asyncresult.h>

#include "fixture.h"

enum { WELL = 3 };

/* A function of the library that is open, with the type that its header has. */
#define CALL(name) ((__typeof__(name) *)find_symbol(#name))

/* LeakSanitizer crashes on running threads of a library that was opened late. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

static void *library;
static int64_t latch;

static void require(int truth, const char *what)
{
    if (truth)
        return;
    fprintf(stderr, "contract_unload: %s\n", what);
    exit(EXIT_FAILURE);
}

static void *find_symbol(const char *name)
{
    void *address = dlsym(library, name);
    require(address != NULL, name);
    return address;
}

static void open_library(const char *path)
{
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    require(library != NULL, path);
}

static void wait_here(asyr_task *task, void *arg)
{
    (void)task;
    (void)arg;
    fixture_latch_wait(latch);
}

static void submit_held(asyr_pool *pool)
{
    asyr_function *function;
    require(CALL(asyr_function_new_native)("wait", wait_here, NULL, NULL, &function,
                                           NULL) == ASYR_OK,
            "no function");
    require(CALL(asyr_pool_apply_async)(pool, function, NULL, NULL, NULL, NULL) ==
                ASYR_OK,
            "no submit");
    CALL(asyr_function_unref)(function);
    fixture_wait_for_waiters(latch, 1);
}

static void end_pool(asyr_pool *pool)
{
    require(CALL(asyr_pool_close)(pool, NULL) == ASYR_OK, "no close");
    require(CALL(asyr_pool_join)(pool, ASYR_FOREVER, NULL, NULL) == ASYR_OK,
            "no join");
    CALL(asyr_pool_unref)(pool);
}

int main(int count, char **arguments)
{
    asyr_pool *pool;
    require(count == 2, "usage: contract_unload LIBRARY");
    alarm(60);
    latch = fixture_latch_new();
    open_library(arguments[1]);
    require(CALL(asyr_pool_new)(NULL, &pool, NULL) == ASYR_OK, "no pool");
    submit_held(pool);
    dlclose(library);
    fixture_latch_open(latch); /* the worker returns into what was closed */
    open_library(arguments[1]);
    end_pool(pool);
    dlclose(library);
    return WELL;
}
