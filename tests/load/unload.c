/*
 * The library opened by dlopen, closed while its workers run, opened again, and
 * closed before the process ends; by a program that is not linked with it.
 * usage: load_unload LIBRARY running | idle | often | never
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <asyncresult.h>

#include "fixture.h"

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
    fprintf(stderr, "load_unload: %s\n", what);
    _exit(EXIT_FAILURE);
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

static void close_library(void)
{
    require(dlclose(library) == 0, "dlclose failed");
}

static void wait_for_latch(asyr_task *task, void *arg)
{
    (void)task;
    (void)arg;
    fixture_latch_wait(latch);
}

static asyr_pool *new_pool(void)
{
    asyr_pool *pool;
    require(CALL(asyr_pool_new)(NULL, &pool, NULL) == ASYR_OK, "no pool");
    return pool;
}

static asyr_result *submit(asyr_pool *pool)
{
    asyr_function *function;
    asyr_result *result;
    require(CALL(asyr_function_new_native)("wait", wait_for_latch, NULL, NULL,
                                           &function, NULL) == ASYR_OK,
            "no function");
    require(CALL(asyr_pool_apply_async)(pool, function, NULL, NULL, &result, NULL) ==
                ASYR_OK,
            "no submit");
    CALL(asyr_function_unref)(function);
    return result;
}

static void end_task(asyr_result *result)
{
    require(CALL(asyr_result_get)(result, ASYR_FOREVER, NULL, NULL, NULL) == ASYR_OK,
            "no value");
    CALL(asyr_result_unref)(result);
}

static void end_pool(asyr_pool *pool)
{
    require(CALL(asyr_pool_close)(pool, NULL) == ASYR_OK, "no close");
    require(CALL(asyr_pool_join)(pool, ASYR_FOREVER, NULL, NULL) == ASYR_OK,
            "no join");
    CALL(asyr_pool_unref)(pool);
}

static void close_while_running(const char *path)
{
    asyr_pool *pool = new_pool();
    asyr_result *result = submit(pool);
    fixture_wait_for_waiters(latch, 1);
    close_library();
    fixture_latch_open(latch); /* the worker returns into what was closed */
    open_library(path);
    end_task(result);
    end_pool(pool);
    close_library();
}

static void close_while_idle(void)
{
    fixture_latch_open(latch);
    end_task(submit(new_pool()));
    close_library();
}

static void open_and_close_often(const char *path)
{
    fixture_latch_open(latch);
    for (int turn = 0; turn < 50; turn++) {
        asyr_pool *pool = new_pool();
        end_task(submit(pool));
        end_pool(pool);
        close_library();
        open_library(path);
    }
    close_library();
}

static void end_with_running_worker(void)
{
    submit(new_pool());
    fixture_wait_for_waiters(latch, 1);
    close_library();
}

int main(int count, char **arguments)
{
    require(count == 3, "usage: load_unload LIBRARY running | idle | often | never");
    const char *how = arguments[2];
    latch = fixture_latch_new();
    open_library(arguments[1]);
    if (strcmp(how, "running") == 0)
        close_while_running(arguments[1]);
    else if (strcmp(how, "idle") == 0)
        close_while_idle();
    else if (strcmp(how, "often") == 0)
        open_and_close_often(arguments[1]);
    else
        end_with_running_worker();
    return EXIT_SUCCESS;
}
