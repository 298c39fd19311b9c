/*
 * B27 and B28: fork, exit, exec, and a library that is closed.
 *
 * A child runs in_child(), which takes a function without arguments: what it
 * inherits is in `family`, and is never released by a child that ends by exit,
 * as a program that forgets about its pool does not either.
 */
#include "harness.h"

#include <dlfcn.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    asyr_pool *pool;
    asyr_strand *strand;
    asyr_queue *queue;
    asyr_result *ready;
    struct held held;
} family;

static void make_family(void)
{
    family.pool = pool_of(2);
    family.held = hold(family.pool);
    family.ready = submit_c(family.pool, SQUARE, ints(1, INT64_C(5)));
    CHECK_INT(25, get_int(family.ready));
    CHECK_CODE(ASYR_OK, asyr_queue_new(0, &family.queue, NULL));
    CHECK_CODE(ASYR_OK, asyr_strand_new(family.pool, ASYR_STRAND_SERIAL,
                                        &family.strand, NULL));
}

static void release_family(void)
{
    asyr_strand_unref(family.strand);
    asyr_queue_unref(family.queue);
    asyr_result_unref(family.ready);
}

static void end_family(void)
{
    release_family();
    let_go(family.held);
    end_pool(family.pool);
}

static void check_exit(int expected, int status)
{
    CHECK(WIFEXITED(status));
    CHECK_INT(expected, WEXITSTATUS(status));
}

static void check_inherited_results(asyr_result *result)
{
    bool successful;
    int32_t outcome;
    CHECK_CODE(ASYR_E_FORKED, get_code(result, ASYR_FOREVER));
    CHECK_CODE(ASYR_E_FORKED, asyr_result_wait(result, ASYR_FOREVER, NULL, NULL));
    CHECK_CODE(ASYR_E_FORKED, asyr_result_is_successful(result, &successful, NULL));
    CHECK_CODE(ASYR_E_FORKED, asyr_result_cancel(result, &outcome, NULL));
    CHECK(!asyr_result_is_ready(result));
}

static asyr_status submit_in_strand(void)
{
    asyr_task_options *options = task_options();
    asyr_function *function = c_function(THREAD_ID);
    CHECK_CODE(ASYR_OK, asyr_task_options_set_strand(options, family.strand, NULL));
    asyr_status status =
        asyr_pool_apply_async(family.pool, function, NULL, options, NULL, NULL);
    asyr_function_unref(function);
    asyr_task_options_free(options);
    return status;
}

static void use_inherited_handles(void)
{
    asyr_event *event;
    check_inherited_results(family.held.result);
    check_inherited_results(family.ready);
    CHECK_CODE(ASYR_E_FORKED, try_submit(family.pool));
    CHECK_CODE(ASYR_E_FORKED, submit_in_strand());
    CHECK_CODE(ASYR_E_FORKED,
               asyr_queue_next(family.queue, ASYR_FOREVER, NULL, &event, NULL));
    CHECK_CODE(ASYR_E_FORKED, asyr_pool_close(family.pool, NULL));
    CHECK_CODE(ASYR_E_FORKED, asyr_pool_terminate(family.pool, NULL));
    CHECK_CODE(ASYR_E_FORKED, asyr_pool_join(family.pool, ASYR_FOREVER, NULL, NULL));
}

/* ThreadSanitizer has locks of its own, which may be held for ever in the child. */
static void skip_under_thread_sanitizer(void)
{
#if defined(__SANITIZE_THREAD__)
    skip_case("ThreadSanitizer cannot open a library in the child of a fork");
#endif
}

/* B27.1 */
static void inherited_handles_answer_forked(void)
{
    skip_under_thread_sanitizer();
    make_family();
    check_exit(0, in_child(use_inherited_handles));
    end_family();
}

static void release_and_exit(void)
{
    release_family();
    asyr_result_unref(family.held.result);
    asyr_pool_unref(family.pool);
#if defined(__SANITIZE_ADDRESS__)
    _exit(5); /* by design a child frees nothing of its parent's workers */
#else
    exit(5);
#endif
}

/* B27.2 */
static void inherited_handles_can_be_released(void)
{
    make_family();
    check_exit(5, in_child(release_and_exit));
    end_family();
}

static void use_a_new_pool(void)
{
    int64_t called = fixture_counter_new();
    asyr_pool *pool = pool_of(2);
    asyr_task_options *options = task_options();
    CHECK_CODE(ASYR_OK, asyr_task_options_set_callback(options, count_value,
                                                       id_arg(called), NULL, NULL));
    asyr_result *result =
        submit(pool, c_function(SQUARE), ints(1, INT64_C(7)), options);
    CHECK_INT(49, finish_int(result));
    CHECK_INT(1, fixture_counter_get(called));
    end_pool(pool);
}

/* B27.3 */
static void a_new_pool_works_in_the_child(void)
{
    skip_under_thread_sanitizer();
    make_family();
    check_exit(0, in_child(use_a_new_pool));
    end_family();
}

static void exit_while_a_task_runs(void)
{
    family.pool = pool_of(2);
    family.held = hold(family.pool);
    exit(7);
}

/* B28.1 */
static void exit_with_a_running_task(void)
{
    check_exit(7, in_child(exit_while_a_task_runs));
}

static void exit_while_idle(void)
{
    family.pool = pool_of(2);
    CHECK_INT(4, finish_int(submit_c(family.pool, SQUARE, ints(1, INT64_C(2)))));
    exit(7);
}

/* B28.2 */
static void exit_with_an_idle_pool(void)
{
    check_exit(7, in_child(exit_while_idle));
}

static void exec_while_a_task_runs(void)
{
    family.pool = pool_of(2);
    family.held = hold(family.pool);
    execl("/bin/sh", "sh", "-c", "exit 9", (char *)NULL);
}

/* B28.3 */
static void exec_with_a_running_task(void)
{
    check_exit(9, in_child(exec_while_a_task_runs));
}

/* A program beside this one that is not linked with the library. */
static void run_unload(void)
{
    Dl_info info;
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 20);
    CHECK(length > 0);
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    strcpy(slash + 1, "contract_unload");
    CHECK(dladdr((void *)asyr_version, &info) != 0);
    execl(path, path, info.dli_fname, (char *)NULL);
}

/* B28.4 */
static void the_library_can_be_closed_and_opened(void)
{
    check_exit(3, in_child(run_unload));
}

const struct contract_case process_cases[] = {
    {"B27.1", inherited_handles_answer_forked, NULL},
    {"B27.2", inherited_handles_can_be_released, NULL},
    {"B27.3", a_new_pool_works_in_the_child, NULL},
    {"B28.1", exit_with_a_running_task, NULL},
    {"B28.2", exit_with_an_idle_pool, NULL},
    {"B28.3", exec_with_a_running_task, NULL},
    {"B28.4", the_library_can_be_closed_and_opened, NULL},
    {NULL, NULL, NULL}};
