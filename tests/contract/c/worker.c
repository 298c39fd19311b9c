/*
 * W1: workers whose threads the host lends, by push and by pull.
 */
#include "harness.h"

#include <stddef.h>
#include <string.h>

static asyr_pool *host_pool(int64_t workers)
{
    asyr_pool_options *options = pool_options(workers);
    CHECK_CODE(ASYR_OK, asyr_pool_options_set_worker_source(
                            options, ASYR_WORKERS_HOST, NULL));
    return pool_with(options);
}

static asyr_worker *new_worker(asyr_pool *pool)
{
    asyr_worker *worker;
    CHECK_CODE(ASYR_OK, asyr_worker_new(pool, &worker, NULL));
    return worker;
}

static asyr_task *next_task(asyr_worker *worker)
{
    asyr_task *task;
    CHECK_CODE(ASYR_OK, asyr_worker_next(worker, ASYR_FOREVER, NULL, &task, NULL));
    return task;
}

static asyr_status poll_task(asyr_worker *worker)
{
    asyr_task *task;
    return asyr_worker_next(worker, 0, NULL, &task, NULL);
}

struct lent {
    asyr_pool *pool;
    asyr_interrupt *interrupt;
    int64_t begun, thread_id;
    asyr_status status;
    pid_t thread;
};

static void *lend_by_push(void *arg)
{
    struct lent *lent = arg;
    asyr_worker *worker = new_worker(lent->pool);
    lent->thread_id = fixture_thread_id();
    lent->thread = kernel_thread();
    fixture_count(lent->begun);
    lent->status = asyr_worker_run(worker, lent->interrupt, NULL);
    asyr_worker_free(worker);
    return NULL;
}

static void *lend_by_pull(void *arg)
{
    struct lent *lent = arg;
    asyr_task *task;
    asyr_worker *worker = new_worker(lent->pool);
    lent->thread = kernel_thread();
    fixture_count(lent->begun);
    lent->status =
        asyr_worker_next(worker, ASYR_FOREVER, lent->interrupt, &task, NULL);
    asyr_worker_free(worker);
    return NULL;
}

static pthread_t start_lent(struct lent *lent, void *(*lend)(void *))
{
    lent->begun = fixture_counter_new();
    lent->status = ASYR_E_STATE;
    pthread_t thread = start_thread(lend, lent);
    fixture_wait_for_count(lent->begun, 1);
    return thread;
}

static void return_thread(asyr_task *task, void *arg)
{
    (void)arg;
    CHECK_CODE(ASYR_OK, asyr_task_return_int64(task, fixture_thread_id(), NULL));
}

/* W1.1 */
static void push_runs_tasks_on_the_lent_thread(void)
{
    struct lent lent = {.pool = host_pool(1)};
    asyr_result *early = submit_native(lent.pool, return_thread, NULL);
    pthread_t thread = start_lent(&lent, lend_by_push);
    CHECK_INT(lent.thread_id, finish_int(early));
    CHECK_INT(lent.thread_id, finish_int(submit_c(lent.pool, THREAD_ID, NULL)));
    CHECK_CODE(ASYR_E_TYPE,
               finish_code(submit_c(lent.pool, BYTE, ints(1, INT64_C(300)))));
    end_pool(lent.pool);
    end_thread(thread);
    CHECK_CODE(ASYR_E_STOP, lent.status);
    wait_until_alone();
}

static void never_called(asyr_task *task, void *arg)
{
    (void)task;
    (void)arg;
    CHECK(!"the host runs the function of a task that it pulled");
}

static void pull_a_native_task(asyr_pool *pool, asyr_worker *worker)
{
    int cookie;
    asyr_result *result = submit_native(pool, never_called, &cookie);
    asyr_task *task = next_task(worker);
    CHECK(asyr_task_get_native_arg(task) == &cookie);
    CHECK_CODE(ASYR_E_STATE, poll_task(worker));
    CHECK_CODE(ASYR_OK, asyr_task_return_int64(task, 12, NULL));
    CHECK(!asyr_result_is_ready(result));
    CHECK_CODE(ASYR_OK, asyr_worker_done(worker, NULL));
    CHECK(asyr_result_is_ready(result));
    CHECK_INT(12, finish_int(result));
}

static void pull_a_c_task(asyr_pool *pool, asyr_worker *worker)
{
    asyr_result *result = submit_c(pool, THREAD_ID, NULL);
    asyr_task *task = next_task(worker);
    CHECK(asyr_task_get_native_arg(task) == NULL);
    CHECK_CODE(ASYR_OK, asyr_task_run(task, NULL));
    CHECK_CODE(ASYR_OK, asyr_worker_done(worker, NULL));
    CHECK_INT(fixture_thread_id(), finish_int(result));
}

static void pull_a_failing_task(asyr_pool *pool, asyr_worker *worker)
{
    asyr_result *result = submit_native(pool, never_called, NULL);
    CHECK_CODE(ASYR_OK, asyr_task_fail_with(next_task(worker), "Panic", "oh", NULL));
    CHECK_CODE(ASYR_OK, asyr_worker_done(worker, NULL));
    CHECK_CODE(ASYR_E_TASK, finish_code(result));
}

/* W1.2 */
static void pull_ends_when_the_host_says_done(void)
{
    asyr_pool *pool = host_pool(1);
    asyr_worker *worker = new_worker(pool);
    CHECK_CODE(ASYR_E_TIMEOUT, poll_task(worker));
    CHECK_CODE(ASYR_E_STATE, asyr_worker_done(worker, NULL));
    pull_a_native_task(pool, worker);
    pull_a_c_task(pool, worker);
    pull_a_failing_task(pool, worker);
    CHECK_CODE(ASYR_OK, asyr_pool_close(pool, NULL));
    CHECK_CODE(ASYR_E_STOP, poll_task(worker));
    asyr_worker_free(worker);
    end_pool(pool);
}

static void lose_worker(asyr_pool *pool)
{
    asyr_worker *worker = new_worker(pool);
    asyr_result *result = submit_native(pool, never_called, NULL);
    next_task(worker);
    CHECK_CODE(ASYR_OK, asyr_worker_lost(worker, "the goroutine ended", NULL));
    asyr_worker_free(worker);
    asyr_error *failure = finish_failure(result);
    CHECK_INT(ASYR_E_WORKER_LOST, asyr_error_get_code(failure));
    CHECK(strstr(asyr_error_get_message(failure), "the goroutine ended"));
    asyr_error_unref(failure);
}

/* W1.3 */
static void a_lost_worker_loses_its_task_alone(void)
{
    asyr_pool *pool = host_pool(1);
    lose_worker(pool);
    asyr_worker *worker = new_worker(pool);
    asyr_result *abandoned = submit_native(pool, never_called, NULL);
    next_task(worker);
    asyr_worker_free(worker);
    CHECK_CODE(ASYR_E_WORKER_LOST, finish_code(abandoned));
    worker = new_worker(pool);
    pull_a_c_task(pool, worker);
    asyr_worker_free(worker);
    end_pool(pool);
}

/* W1.4 */
static void more_workers_than_places_are_refused(void)
{
    asyr_worker *second;
    asyr_pool *pool = host_pool(1), *own = pool_of(1);
    asyr_worker *first = new_worker(pool);
    CHECK_CODE(ASYR_E_STATE, asyr_worker_new(pool, &second, NULL));
    CHECK(second == NULL);
    CHECK_CODE(ASYR_E_STATE, asyr_worker_new(own, &second, NULL));
    asyr_worker_free(first);
    first = new_worker(pool);
    asyr_worker_free(first);
    end_pool(own);
    end_pool(pool);
}

static void check_interrupt(void *(*lend)(void *))
{
    struct lent lent = {.pool = host_pool(1)};
    CHECK_CODE(ASYR_OK, asyr_interrupt_new(&lent.interrupt, NULL));
    pthread_t thread = start_lent(&lent, lend);
    wait_until_asleep(lent.thread);
    asyr_interrupt_trigger(lent.interrupt);
    end_thread(thread);
    CHECK_CODE(ASYR_E_INTERRUPTED, lent.status);
    asyr_interrupt_unref(lent.interrupt);
    end_pool(lent.pool);
}

/* W1.5 */
static void an_interrupt_ends_the_wait_for_a_task(void)
{
    check_interrupt(lend_by_push);
    check_interrupt(lend_by_pull);
}

const struct contract_case worker_cases[] = {
    {"W1.1", push_runs_tasks_on_the_lent_thread, NULL},
    {"W1.2", pull_ends_when_the_host_says_done, NULL},
    {"W1.3", a_lost_worker_loses_its_task_alone, NULL},
    {"W1.4", more_workers_than_places_are_refused, NULL},
    {"W1.5", an_interrupt_ends_the_wait_for_a_task, NULL},
    {NULL, NULL, NULL}};
