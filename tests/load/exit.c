/*
 * The end of a process whose pool is still at work.
 * usage: load_exit HOW STATE
 *
 * HOW is return (from main), exit, _exit, quick_exit, task (exit inside a task),
 * callback (exit inside a callback) or atexit (a handler drops the pool).
 * STATE is what the pool does meanwhile: idle, running, queued, map, callback,
 * strand, nested or dropped.  The status is 0; a crash or a hang is the failure.
 * Nothing is released on purpose: it stays in `all`.
 */
#include "harness.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    asyr_pool *pool;
    struct held held;
    asyr_result *results[8];
    asyr_strand *strand;
} all;

static void make_idle(void)
{
    CHECK_INT(4, finish_int(submit_c(all.pool, SQUARE, ints(1, INT64_C(2)))));
}

static void make_running(void)
{
    all.held = hold(all.pool);
}

static void make_queued(void)
{
    asyr_pool_unref(all.pool);
    all.pool = pool_of(1);
    all.held = hold(all.pool);
    for (int i = 0; i < 8; i++)
        all.results[i] = submit_c(all.pool, SQUARE, ints(1, INT64_C(3)));
}

static void make_map(void)
{
    int64_t latch = fixture_latch_new();
    all.results[0] = submit_map(all.pool, c_function(LATCH_WAIT),
                                ints(4, latch, latch, latch, latch), NULL);
    fixture_wait_for_waiters(latch, 1);
}

static void make_callback(void)
{
    int64_t latch = fixture_latch_new();
    all.results[0] = submit(all.pool, c_function(SQUARE), ints(1, INT64_C(3)),
                            with_callback(wait_in_callback, id_arg(latch)));
    fixture_wait_for_waiters(latch, 1);
}

static void make_strand(void)
{
    int64_t latch = fixture_latch_new();
    asyr_task_options *options = task_options();
    CHECK_CODE(ASYR_OK,
               asyr_strand_new(all.pool, ASYR_STRAND_PINNED, &all.strand, NULL));
    CHECK_CODE(ASYR_OK, asyr_task_options_set_strand(options, all.strand, NULL));
    all.results[0] =
        submit(all.pool, c_function(LATCH_WAIT), ints(1, latch), options);
    fixture_wait_for_waiters(latch, 1);
}

static void wait_for_held(asyr_task *task, void *arg)
{
    (void)task;
    fixture_count((intptr_t)arg);
    get_code(all.held.result, ASYR_FOREVER);
}

static void make_nested(void)
{
    int64_t begun = fixture_counter_new();
    all.held = hold(all.pool);
    all.results[0] = submit_native(all.pool, wait_for_held, id_arg(begun));
    fixture_wait_for_count(begun, 1);
}

static void make_dropped(void)
{
    all.held = hold(all.pool);
    asyr_result_unref(all.held.result);
    asyr_pool_unref(all.pool);
    all.pool = NULL;
    all.held.result = NULL;
}

static const struct {
    const char *name;
    void (*make)(void);
} states[] = {{"idle", make_idle},         {"running", make_running},
              {"queued", make_queued},     {"map", make_map},
              {"callback", make_callback}, {"strand", make_strand},
              {"nested", make_nested},     {"dropped", make_dropped}};

static void make_state(const char *name)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(name, states[i].name) == 0) {
            states[i].make();
            return;
        }
    CHECK(!"a known state");
}

static void exit_in_task(asyr_task *task, void *arg)
{
    (void)task;
    (void)arg;
    exit(EXIT_SUCCESS);
}

static asyr_error *exit_in_callback(asyr_value *value, void *arg)
{
    (void)value;
    (void)arg;
    exit(EXIT_SUCCESS);
}

/* But for the result of the held task, which a nested one may be waiting for. */
static void drop_at_exit(void)
{
    for (int i = 0; i < 8; i++)
        asyr_result_unref(all.results[i]);
    asyr_strand_unref(all.strand);
    if (all.pool)
        CHECK_CODE(ASYR_OK, asyr_pool_terminate(all.pool, NULL));
    asyr_pool_unref(all.pool);
}

/* Waits for what will end the process. */
static int wait_for_the_end(asyr_result *result)
{
    get_code(result, ASYR_FOREVER);
    pause();
    return EXIT_FAILURE;
}

/* On a pool of its own, since the other one's workers may be held. */
static asyr_pool *second_pool(void)
{
    static asyr_pool *pool;
    pool = pool_of(1);
    return pool;
}

static int end_process(const char *how)
{
    if (strcmp(how, "return") == 0)
        return EXIT_SUCCESS;
    if (strcmp(how, "exit") == 0)
        exit(EXIT_SUCCESS);
    if (strcmp(how, "_exit") == 0)
        _exit(EXIT_SUCCESS);
    if (strcmp(how, "quick_exit") == 0)
        quick_exit(EXIT_SUCCESS);
    if (strcmp(how, "task") == 0)
        return wait_for_the_end(submit_native(second_pool(), exit_in_task, NULL));
    if (strcmp(how, "callback") == 0)
        return wait_for_the_end(submit(second_pool(), c_function(SQUARE),
                                       ints(1, INT64_C(2)),
                                       with_callback(exit_in_callback, NULL)));
    CHECK_INT(0, strcmp(how, "atexit"));
    return atexit(drop_at_exit);
}

int main(int count, char **arguments)
{
    CHECK_INT(3, count);
    all.pool = pool_of(2);
    make_state(arguments[2]);
    return end_process(arguments[1]);
}
