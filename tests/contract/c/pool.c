/*
 * B19, B20, B21 and B23: making, closing, joining and dropping a pool.
 */
#include "harness.h"

#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* B19.1 */
static void the_default_is_a_worker_per_cpu(void)
{
    cpu_set_t one;
    asyr_pool *pool;
    CHECK_CODE(ASYR_OK, asyr_pool_new(NULL, &pool, NULL));
    CHECK_INT(asyr_default_worker_count(), asyr_pool_get_worker_count(pool));
    end_pool(pool);
    CPU_ZERO(&one);
    CPU_SET((unsigned)sched_getcpu(), &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0)
        skip_case("the affinity of this process cannot be set");
    CHECK_CODE(ASYR_OK, asyr_pool_new(NULL, &pool, NULL));
    CHECK_INT(1, asyr_pool_get_worker_count(pool));
    end_pool(pool);
}

/* B19.2 */
static void as_many_tasks_run_as_there_are_workers(void)
{
    asyr_result *results[3];
    int64_t latch = fixture_latch_new();
    asyr_pool *pool = pool_of(3);
    for (int i = 0; i < 3; i++)
        results[i] = submit_c(pool, LATCH_WAIT, ints(1, latch));
    fixture_wait_for_waiters(latch, 3);
    CHECK_INT(3, asyr_pool_get_worker_count(pool));
    fixture_latch_open(latch);
    for (int i = 0; i < 3; i++)
        CHECK_INT(latch, finish_int(results[i]));
    end_pool(pool);
}

/* B19.3 */
static void numbers_below_one_are_refused(void)
{
    const int64_t bad[] = {0, -1, INT64_MIN};
    asyr_pool_options *options = pool_options(1);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_CODE(ASYR_E_ARGUMENT,
                   asyr_pool_options_set_workers(options, bad[i], NULL));
        CHECK_CODE(ASYR_E_ARGUMENT, asyr_pool_options_set_max_tasks_per_worker(
                                        options, bad[i], NULL));
        CHECK_CODE(ASYR_E_ARGUMENT, asyr_pool_options_set_queue_limit(
                                        options, bad[i], ASYR_FULL_FAIL, NULL));
    }
    asyr_pool_options_free(options);
}

static void set_initializer(asyr_pool_options *options, asyr_function *function,
                            asyr_value *arguments)
{
    CHECK_CODE(ASYR_OK, asyr_pool_options_set_initializer(options, function,
                                                          arguments, NULL));
    asyr_function_unref(function);
    asyr_value_unref(arguments);
}

/* B19.4 */
static void the_initializer_runs_once_in_each_worker(void)
{
    asyr_result *results[3];
    int64_t counter = fixture_counter_new(), latch = fixture_latch_new();
    asyr_pool_options *options = pool_options(3);
    set_initializer(options, c_function(COUNT), ints(1, counter));
    asyr_pool *pool = pool_with(options);
    CHECK(finish_int(submit_c(pool, "int64_t fixture_counter_get(int64_t)",
                              ints(1, counter))) >= 1);
    for (int i = 0; i < 3; i++)
        results[i] = submit_c(pool, LATCH_WAIT, ints(1, latch));
    fixture_wait_for_waiters(latch, 3);
    CHECK_INT(3, fixture_counter_get(counter));
    fixture_latch_open(latch);
    for (int i = 0; i < 3; i++)
        CHECK_INT(latch, finish_int(results[i]));
    end_pool(pool);
    CHECK_INT(3, fixture_counter_get(counter));
}

struct broken_start {
    int64_t latch, counter;
};

static void wait_then_fail(asyr_task *task, void *arg)
{
    const struct broken_start *start = arg;
    fixture_count(start->counter);
    fixture_latch_wait(start->latch);
    CHECK_CODE(ASYR_OK, asyr_task_fail_with(task, "NoLicence", "no licence", NULL));
}

static asyr_pool *pool_that_breaks(struct broken_start *start, int64_t workers)
{
    *start = (struct broken_start){.latch = fixture_latch_new(),
                                   .counter = fixture_counter_new()};
    asyr_pool_options *options = pool_options(workers);
    set_initializer(options, native(wait_then_fail, start), NULL);
    return pool_with(options);
}

/* B19.5 */
static void a_failed_initializer_breaks_the_pool(void)
{
    struct broken_start start;
    asyr_pool *pool = pool_that_breaks(&start, 2);
    asyr_result *result = submit_c(pool, SQUARE, ints(1, INT64_C(2)));
    fixture_latch_open(start.latch);
    asyr_error *failure = finish_failure(result);
    asyr_error *cause = asyr_error_get_cause(failure);
    CHECK_INT(ASYR_E_BROKEN, asyr_error_get_code(failure));
    CHECK(cause != NULL);
    CHECK_TEXT("no licence", asyr_error_get_message(cause));
    CHECK_CODE(ASYR_E_BROKEN, try_submit(pool));
    CHECK_INT(ASYR_POOL_BROKEN, asyr_pool_get_state(pool));
    asyr_error_unref(cause);
    asyr_error_unref(failure);
    end_pool(pool);
}

/* B19.6 */
static void a_failed_initializer_is_not_tried_for_ever(void)
{
    struct broken_start start;
    asyr_pool *pool = pool_that_breaks(&start, 2);
    asyr_result *result = submit_c(pool, SQUARE, ints(1, INT64_C(2)));
    fixture_latch_open(start.latch);
    CHECK_CODE(ASYR_E_BROKEN, finish_code(result));
    for (int turn = 0; turn < 20; turn++)
        CHECK_CODE(ASYR_E_BROKEN, try_submit(pool));
    end_pool(pool);
    wait_until_alone();
    CHECK(fixture_counter_get(start.counter) <= 2);
}

static asyr_pool *pool_that_recycles(int64_t counter)
{
    asyr_pool_options *options = pool_options(1);
    CHECK_CODE(ASYR_OK,
               asyr_pool_options_set_max_tasks_per_worker(options, 2, NULL));
    set_initializer(options, c_function(COUNT), ints(1, counter));
    return pool_with(options);
}

/* B19.7 */
static void a_worker_is_replaced_after_its_tasks(void)
{
    int64_t threads[6], counter = fixture_counter_new();
    asyr_pool *pool = pool_that_recycles(counter);
    for (int i = 0; i < 6; i++)
        threads[i] = finish_int(submit_c(pool, THREAD_ID, NULL));
    for (int i = 0; i < 6; i += 2)
        CHECK_INT(threads[i], threads[i + 1]);
    CHECK(threads[1] != threads[2]);
    CHECK(threads[3] != threads[4]);
    CHECK(fixture_counter_get(counter) >= 3);
    end_pool(pool);
}

/* B19.7: each task by a worker of its own */
static void many_workers_follow_each_other(void)
{
    int64_t last = 0;
    asyr_pool_options *options = pool_options(1);
    CHECK_CODE(ASYR_OK,
               asyr_pool_options_set_max_tasks_per_worker(options, 1, NULL));
    asyr_pool *pool = pool_with(options);
    for (int turn = 0; turn < 300; turn++) {
        int64_t thread = finish_int(submit_c(pool, THREAD_ID, NULL));
        CHECK(thread != last);
        last = thread;
    }
    end_pool(pool);
    wait_until_alone();
}

static void workers_are_replaced(void)
{
    a_worker_is_replaced_after_its_tasks();
    many_workers_follow_each_other();
}

/* B19.8 */
static void a_chunk_counts_as_one_task(void)
{
    int64_t counter = fixture_counter_new();
    asyr_pool *pool = pool_that_recycles(counter);
    asyr_task_options *options = task_options();
    CHECK_CODE(ASYR_OK, asyr_task_options_set_chunk_size(options, 4, NULL));
    asyr_result *result =
        submit_map(pool, c_function(SQUARE), numbers(1, 8), options);
    CHECK_CODE(ASYR_OK, finish_code(result));
    CHECK(fixture_counter_get(counter) <= 2);
    end_pool(pool);
}

/* Unused under a sanitizer, where its case is skipped. */
__attribute__((unused)) static void limit_address_space(long extra_bytes)
{
    long pages;
    struct rlimit limit;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file && fscanf(file, "%ld", &pages) == 1);
    fclose(file);
    CHECK_INT(0, getrlimit(RLIMIT_AS, &limit));
    limit.rlim_cur = (rlim_t)(pages * sysconf(_SC_PAGESIZE) + extra_bytes);
    CHECK_INT(0, setrlimit(RLIMIT_AS, &limit));
}

/* B20.1 */
static void a_worker_that_cannot_start_is_an_error(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip_case("a sanitizer needs the address space that this case takes away");
#else
    asyr_pool *pool;
    asyr_error *error;
    asyr_pool_options *options = pool_options(1000);
    limit_address_space(96L << 20); /* room for a few stacks */
    CHECK_CODE(ASYR_E_SYSTEM, asyr_pool_new(options, &pool, &error));
    CHECK(pool == NULL);
    CHECK(asyr_error_get_message(error)[0] != '\0');
    asyr_error_unref(error);
    asyr_pool_options_free(options);
    wait_until_alone();
    pool = pool_of(1);
    CHECK_INT(4, finish_int(submit_c(pool, SQUARE, ints(1, INT64_C(2)))));
    end_pool(pool);
#endif
}

static asyr_status try_map(asyr_pool *pool, asyr_value *items)
{
    asyr_function *function = c_function(SQUARE);
    asyr_result *result;
    asyr_status status =
        asyr_pool_map_async(pool, function, items, NULL, &result, NULL);
    CHECK((status == ASYR_OK) == (result != NULL));
    asyr_result_unref(result);
    asyr_function_unref(function);
    asyr_value_unref(items);
    return status;
}

/* B21.1 */
static void a_closed_pool_takes_no_work(void)
{
    asyr_pool *pool = pool_of(1);
    CHECK_CODE(ASYR_OK, asyr_pool_close(pool, NULL));
    CHECK_INT(ASYR_POOL_CLOSED, asyr_pool_get_state(pool));
    CHECK_CODE(ASYR_E_POOL_CLOSED, try_submit(pool));
    CHECK_CODE(ASYR_E_POOL_CLOSED, try_map(pool, numbers(1, 3)));
    CHECK_CODE(ASYR_E_POOL_CLOSED, try_map(pool, ints(0)));
    end_pool(pool);
}

/* B21.2 */
static void accepted_work_completes_after_close(void)
{
    asyr_result *results[5];
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    for (int64_t i = 0; i < 5; i++)
        results[i] = submit_c(pool, SQUARE, ints(1, i));
    CHECK_CODE(ASYR_OK, asyr_pool_close(pool, NULL));
    let_go(held);
    for (int64_t i = 0; i < 5; i++)
        CHECK_INT(i * i, finish_int(results[i]));
    end_pool(pool);
}

/* B21.3 */
static void closing_twice_is_fine(void)
{
    asyr_pool *pool = pool_of(1);
    CHECK_CODE(ASYR_OK, asyr_pool_close(pool, NULL));
    CHECK_CODE(ASYR_OK, asyr_pool_close(pool, NULL));
    end_pool(pool);
}

/* B23.1 */
static void join_of_an_open_pool_is_an_error(void)
{
    asyr_pool *pool = pool_of(1);
    CHECK_CODE(ASYR_E_POOL_RUNNING, asyr_pool_join(pool, 0, NULL, NULL));
    CHECK_CODE(ASYR_E_POOL_RUNNING, asyr_pool_join(pool, ASYR_FOREVER, NULL, NULL));
    end_pool(pool);
}

/* B23.2 */
static void join_waits_for_accepted_work(void)
{
    int64_t counter = fixture_counter_new();
    asyr_pool *pool = pool_of(2);
    for (int turn = 0; turn < 20; turn++)
        asyr_result_unref(submit_c(pool, COUNT, ints(1, counter)));
    CHECK_CODE(ASYR_OK, asyr_pool_close(pool, NULL));
    CHECK_CODE(ASYR_OK, asyr_pool_join(pool, ASYR_FOREVER, NULL, NULL));
    CHECK_INT(20, fixture_counter_get(counter));
    wait_until_alone();
    CHECK_CODE(ASYR_OK, asyr_pool_join(pool, ASYR_FOREVER, NULL, NULL));
    CHECK_CODE(ASYR_OK, asyr_pool_join(pool, 0, NULL, NULL));
    asyr_pool_unref(pool);
}

/* B23.3 */
static void join_says_when_the_timeout_passed(void)
{
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    CHECK_CODE(ASYR_OK, asyr_pool_close(pool, NULL));
    CHECK_CODE(ASYR_E_TIMEOUT, asyr_pool_join(pool, 0, NULL, NULL));
    CHECK_CODE(ASYR_E_TIMEOUT, asyr_pool_join(pool, 20000000, NULL, NULL));
    let_go(held);
    end_pool(pool);
}

/* B23.5 */
static void the_last_reference_may_go_while_tasks_run(void)
{
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    asyr_result *queued = submit_c(pool, SQUARE, ints(1, INT64_C(3)));
    asyr_pool_unref(pool);
    let_go(held);
    CHECK_INT(9, finish_int(queued));
    wait_until_alone();
}

static void drop_pool_in_task(asyr_task *task, void *arg)
{
    asyr_pool **pool = arg;
    asyr_pool_unref(*pool);
    CHECK_CODE(ASYR_OK, asyr_task_return_int64(task, 11, NULL));
}

/* B23.6 */
static void the_last_reference_may_go_in_a_task(void)
{
    asyr_pool *pool = pool_of(2);
    asyr_result *result = submit_native(pool, drop_pool_in_task, &pool);
    CHECK_INT(11, finish_int(result));
    wait_until_alone();
}

static asyr_error *drop_pool_in_callback(asyr_value *value, void *arg)
{
    asyr_pool **pool = arg;
    CHECK(value != NULL);
    asyr_pool_unref(*pool);
    return NULL;
}

/* B23.7 */
static void the_last_reference_may_go_in_a_callback(void)
{
    asyr_pool *pool = pool_of(2);
    asyr_result *result = submit(pool, c_function(SQUARE), ints(1, INT64_C(3)),
                                 with_callback(drop_pool_in_callback, &pool));
    CHECK_INT(9, finish_int(result));
    wait_until_alone();
}

struct joiner {
    asyr_pool *pool;
    asyr_status status;
};

static asyr_error *join_in_callback(asyr_value *value, void *arg)
{
    struct joiner *joiner = arg;
    CHECK(value != NULL);
    CHECK_CODE(ASYR_OK, asyr_pool_close(joiner->pool, NULL));
    joiner->status = asyr_pool_join(joiner->pool, ASYR_FOREVER, NULL, NULL);
    return NULL;
}

/* B23.8 */
static void join_in_a_callback_is_a_deadlock(void)
{
    struct joiner joiner = {.pool = pool_of(1)};
    asyr_result *result =
        submit(joiner.pool, c_function(SQUARE), ints(1, INT64_C(3)),
               with_callback(join_in_callback, &joiner));
    CHECK_INT(9, finish_int(result));
    CHECK_CODE(ASYR_E_DEADLOCK, joiner.status);
    end_pool(joiner.pool);
}

static void join_in_task(asyr_task *task, void *arg)
{
    struct joiner *joiner = arg;
    CHECK_INT(0, asyr_task_get_argument_count(task));
    CHECK_CODE(ASYR_OK, asyr_pool_close(joiner->pool, NULL));
    joiner->status = asyr_pool_join(joiner->pool, ASYR_FOREVER, NULL, NULL);
}

/* B23.9 */
static void join_in_a_task_is_a_deadlock(void)
{
    struct joiner joiner = {.pool = pool_of(1)};
    CHECK_CODE(ASYR_OK,
               finish_code(submit_native(joiner.pool, join_in_task, &joiner)));
    CHECK_CODE(ASYR_E_DEADLOCK, joiner.status);
    end_pool(joiner.pool);
}

const struct contract_case pool_cases[] = {
    {"B19.1", the_default_is_a_worker_per_cpu, NULL},
    {"B19.2", as_many_tasks_run_as_there_are_workers, NULL},
    {"B19.3", numbers_below_one_are_refused, NULL},
    {"B19.4", the_initializer_runs_once_in_each_worker, NULL},
    {"B19.5", a_failed_initializer_breaks_the_pool, NULL},
    {"B19.6", a_failed_initializer_is_not_tried_for_ever, NULL},
    {"B19.7", workers_are_replaced, NULL},
    {"B19.8", a_chunk_counts_as_one_task, NULL},
    {"B20.1", a_worker_that_cannot_start_is_an_error, NULL},
    {"B21.1", a_closed_pool_takes_no_work, NULL},
    {"B21.2", accepted_work_completes_after_close, NULL},
    {"B21.3", closing_twice_is_fine, NULL},
    {"B23.1", join_of_an_open_pool_is_an_error, NULL},
    {"B23.2", join_waits_for_accepted_work, NULL},
    {"B23.3", join_says_when_the_timeout_passed, NULL},
    {"B23.4", NULL, "C has no scope whose end would call the library"},
    {"B23.5", the_last_reference_may_go_while_tasks_run, NULL},
    {"B23.6", the_last_reference_may_go_in_a_task, NULL},
    {"B23.7", the_last_reference_may_go_in_a_callback, NULL},
    {"B23.8", join_in_a_callback_is_a_deadlock, NULL},
    {"B23.9", join_in_a_task_is_a_deadlock, NULL},
    {NULL, NULL, NULL}};
