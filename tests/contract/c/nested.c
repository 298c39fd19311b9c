/*
 * B24 and B25: tasks that wait for tasks, and tasks that end their thread.
 */
#include "harness.h"

#include <stddef.h>

#define EXIT_THREAD "void fixture_exit_thread(void)"

static asyr_pool *pool_with_spares(int64_t workers, int64_t spares)
{
    asyr_pool_options *options = pool_options(workers);
    CHECK_CODE(ASYR_OK, asyr_pool_options_set_spare_workers(options, spares, NULL));
    return pool_with(options);
}

static void get_inner(asyr_task *task, void *arg)
{
    asyr_result *inner = submit_c(arg, SQUARE, ints(1, INT64_C(6)));
    CHECK_CODE(ASYR_OK, asyr_task_return_int64(task, finish_int(inner) + 1, NULL));
}

/* B24.1 */
static void a_task_runs_the_task_it_waits_for(void)
{
    asyr_pool *pool = pool_of(1);
    CHECK_INT(37, finish_int(submit_native(pool, get_inner, pool)));
    end_pool(pool);
    pool = pool_with_spares(1, 0);
    CHECK_INT(37, finish_int(submit_native(pool, get_inner, pool)));
    end_pool(pool);
}

static void descend(asyr_task *task, void *arg)
{
    int64_t depth, below = 0;
    CHECK_CODE(ASYR_OK, asyr_task_get_int64(task, 0, &depth, NULL));
    if (depth > 0)
        below =
            finish_int(submit(arg, native(descend, arg), ints(1, depth - 1), NULL));
    CHECK_CODE(ASYR_OK, asyr_task_return_int64(task, below + 1, NULL));
}

/* B24.2 */
static void tasks_wait_for_tasks_to_any_depth(void)
{
    asyr_pool *pool = pool_of(1);
    asyr_result *result =
        submit(pool, native(descend, pool), ints(1, INT64_C(100)), NULL);
    CHECK_INT(101, finish_int(result));
    end_pool(pool);
}

static void get_other(asyr_task *task, void *arg)
{
    CHECK_CODE(ASYR_OK, asyr_task_return_int64(task, get_int(arg), NULL));
}

/* Spares leave when they look for work and their waiter is back. */
static void wait_for_spares_to_go(asyr_pool *pool, int workers)
{
    while (count_threads() > workers + 1)
        CHECK_INT(4, finish_int(submit_c(pool, SQUARE, ints(1, INT64_C(2)))));
}

/* B24.3 */
static void a_spare_worker_runs_what_is_queued(void)
{
    asyr_pool *pool = pool_of(2);
    struct held held = hold(pool);
    asyr_result *waiting = submit_native(pool, get_other, held.result);
    asyr_result *opener =
        submit_c(pool, "int64_t fixture_latch_open(int64_t)", ints(1, held.latch));
    CHECK_INT(held.latch, finish_int(waiting));
    CHECK_INT(held.latch, finish_int(opener));
    let_go(held);
    wait_for_spares_to_go(pool, 2);
    end_pool(pool);
}

static void get_inner_in_time(asyr_task *task, void *arg)
{
    int64_t number;
    asyr_result *inner = submit_c(arg, SQUARE, ints(1, INT64_C(6)));
    CHECK_CODE(ASYR_OK,
               asyr_result_get_int64(inner, INT64_C(40000000000), &number, NULL));
    asyr_result_unref(inner);
    CHECK_CODE(ASYR_OK, asyr_task_return_int64(task, number, NULL));
}

/* B24.4 */
static void a_wait_with_a_timeout_progresses_too(void)
{
    asyr_pool *pool = pool_of(1);
    CHECK_INT(36, finish_int(submit_native(pool, get_inner_in_time, pool)));
    end_pool(pool);
}

/* Tasks that wait for each other: each begins once all results are known. */
struct circle {
    asyr_result *next;
    int64_t latch;
    asyr_status status;
};

static void wait_for_next(asyr_task *task, void *arg)
{
    struct circle *circle = arg;
    fixture_latch_wait(circle->latch);
    circle->status = get_code(circle->next, ASYR_FOREVER);
    CHECK_CODE(ASYR_OK, asyr_task_return_int64(task, 1, NULL));
}

/* A circle of `count` tasks in a pool; how many of them had Deadlock. */
static int deadlocks_in_circle(int64_t workers, int count)
{
    struct circle circles[4];
    asyr_result *results[4];
    int deadlocks = 0;
    int64_t latch = fixture_latch_new();
    asyr_pool *pool = pool_of(workers);
    for (int i = 0; i < count; i++) {
        circles[i] = (struct circle){.latch = latch, .status = ASYR_E_STATE};
        results[i] = submit_native(pool, wait_for_next, &circles[i]);
    }
    for (int i = 0; i < count; i++)
        circles[i].next = results[(i + 1) % count];
    if (workers >= count) /* each on a thread of its own, not nested on one */
        fixture_wait_for_waiters(latch, count);
    fixture_latch_open(latch);
    for (int i = 0; i < count; i++) {
        CHECK_INT(1, get_int(results[i]));
        CHECK(circles[i].status == ASYR_OK || circles[i].status == ASYR_E_DEADLOCK);
        deadlocks += circles[i].status == ASYR_E_DEADLOCK;
    }
    for (int i = 0; i < count; i++)
        asyr_result_unref(results[i]);
    end_pool(pool);
    return deadlocks;
}

/* B24.5 */
static void a_task_that_waits_for_itself_is_a_deadlock(void)
{
    CHECK_INT(1, deadlocks_in_circle(1, 1));
    CHECK_INT(1, deadlocks_in_circle(2, 1));
}

/* B24.6 */
static void a_circle_of_waits_is_a_deadlock(void)
{
    CHECK(deadlocks_in_circle(2, 2) >= 1);
    CHECK(deadlocks_in_circle(1, 2) >= 1);
    CHECK(deadlocks_in_circle(4, 4) >= 1);
    CHECK(deadlocks_in_circle(1, 4) >= 1);
}

static void map_inside(asyr_task *task, void *arg)
{
    asyr_value *list;
    int64_t sum = 0;
    asyr_result *result = submit_map(arg, c_function(SQUARE), numbers(1, 10), NULL);
    CHECK_CODE(ASYR_OK, asyr_result_get(result, ASYR_FOREVER, NULL, &list, NULL));
    for (int64_t index = 0; index < 10; index++)
        sum += item_int(list, index);
    asyr_value_unref(list);
    asyr_result_unref(result);
    CHECK_CODE(ASYR_OK, asyr_task_return_int64(task, sum, NULL));
}

/* B24.7 */
static void a_task_can_wait_for_a_map(void)
{
    asyr_pool *pool = pool_of(1);
    CHECK_INT(385, finish_int(submit_native(pool, map_inside, pool)));
    end_pool(pool);
    pool = pool_with_spares(1, 0);
    CHECK_INT(385, finish_int(submit_native(pool, map_inside, pool)));
    end_pool(pool);
}

struct outer {
    asyr_pool *pool;
    asyr_result *inner;
};

static void poll_inner(asyr_task *task, void *arg)
{
    struct outer *outer = arg;
    outer->inner = submit_c(outer->pool, SQUARE, ints(1, INT64_C(6)));
    asyr_status status = get_code(outer->inner, 20000000);
    CHECK_CODE(ASYR_OK, asyr_task_return_int64(task, status, NULL));
}

/* B24.8 */
static void without_spares_a_place_stays_empty(void)
{
    struct outer outer = {.pool = pool_with_spares(1, 0)};
    CHECK_INT(ASYR_E_TIMEOUT,
              finish_int(submit_native(outer.pool, poll_inner, &outer)));
    CHECK_INT(36, finish_int(outer.inner));
    end_pool(outer.pool);
}

struct strand_task {
    asyr_pool *pool;
    asyr_strand *strand;
};

static asyr_task_options *in_strand(asyr_strand *strand)
{
    asyr_task_options *options = task_options();
    CHECK_CODE(ASYR_OK, asyr_task_options_set_strand(options, strand, NULL));
    return options;
}

static void get_in_strand(asyr_task *task, void *arg)
{
    const struct strand_task *own = arg;
    asyr_result *inner = submit(own->pool, c_function(SQUARE), ints(1, INT64_C(6)),
                                in_strand(own->strand));
    asyr_status status = finish_code(inner);
    CHECK(status == ASYR_OK || status == ASYR_E_DEADLOCK);
    CHECK_CODE(ASYR_OK, asyr_task_return_int64(task, 1, NULL));
}

static void wait_within_strand(int32_t kind)
{
    struct strand_task own = {.pool = pool_of(2)};
    CHECK_CODE(ASYR_OK, asyr_strand_new(own.pool, kind, &own.strand, NULL));
    CHECK_INT(1, finish_int(submit(own.pool, native(get_in_strand, &own), NULL,
                                   in_strand(own.strand))));
    asyr_strand_unref(own.strand);
    end_pool(own.pool);
}

/* B24.9 */
static void a_wait_within_a_strand_does_not_hang(void)
{
    wait_within_strand(ASYR_STRAND_SERIAL);
    wait_within_strand(ASYR_STRAND_PINNED);
}

/* B25.1 */
static void a_task_that_ends_its_thread_is_an_error(void)
{
    asyr_pool *pool = pool_of(2);
    asyr_error *failure = finish_failure(submit_c(pool, EXIT_THREAD, NULL));
    CHECK_INT(ASYR_E_WORKER_LOST, asyr_error_get_code(failure));
    CHECK_TEXT("WorkerLost", asyr_error_get_kind(failure));
    asyr_error_unref(failure);
    end_pool(pool);
}

static void exit_thread_at_three(asyr_task *task, void *arg)
{
    int64_t number;
    (void)arg;
    CHECK_CODE(ASYR_OK, asyr_task_get_int64(task, 0, &number, NULL));
    if (number == 3)
        pthread_exit(NULL);
}

/* B25.2 */
static void an_ended_worker_is_replaced(void)
{
    asyr_pool *pool = pool_of(1);
    for (int64_t turn = 0; turn < 5; turn++) {
        CHECK_CODE(ASYR_E_WORKER_LOST,
                   finish_code(submit_c(pool, EXIT_THREAD, NULL)));
        CHECK_INT(turn * turn, finish_int(submit_c(pool, SQUARE, ints(1, turn))));
    }
    asyr_result *map =
        submit_map(pool, native(exit_thread_at_three, NULL), numbers(1, 20), NULL);
    CHECK_CODE(ASYR_E_WORKER_LOST, finish_code(map));
    CHECK_INT(4, finish_int(submit_c(pool, SQUARE, ints(1, INT64_C(2)))));
    end_pool(pool);
    wait_until_alone();
}

const struct contract_case nested_cases[] = {
    {"B24.1", a_task_runs_the_task_it_waits_for, NULL},
    {"B24.2", tasks_wait_for_tasks_to_any_depth, NULL},
    {"B24.3", a_spare_worker_runs_what_is_queued, NULL},
    {"B24.4", a_wait_with_a_timeout_progresses_too, NULL},
    {"B24.5", a_task_that_waits_for_itself_is_a_deadlock, NULL},
    {"B24.6", a_circle_of_waits_is_a_deadlock, NULL},
    {"B24.7", a_task_can_wait_for_a_map, NULL},
    {"B24.8", without_spares_a_place_stays_empty, NULL},
    {"B24.9", a_wait_within_a_strand_does_not_hang, NULL},
    {"B25.1", a_task_that_ends_its_thread_is_an_error, NULL},
    {"B25.2", an_ended_worker_is_replaced, NULL},
    {"B25.3", NULL, "a callback in C leaves by returning alone"},
    {NULL, NULL, NULL}};
