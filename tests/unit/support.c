/* Helpers of the tests of the core. */
#include "support.h"

#include "../../impl/pool/pool.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"

static void give_up(const char *what)
{
    fprintf(stderr, "unit_tests: %s within a minute\n", what);
    abort();
}

void latch_init(struct latch *latch)
{
    pthread_mutex_init(&latch->mutex, NULL);
    pthread_cond_init(&latch->condition, NULL);
    latch->opened = 0;
}

void latch_open(struct latch *latch)
{
    pthread_mutex_lock(&latch->mutex);
    latch->opened++;
    pthread_cond_broadcast(&latch->condition);
    pthread_mutex_unlock(&latch->mutex);
}

void latch_wait(struct latch *latch, int times)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 60;
    pthread_mutex_lock(&latch->mutex);
    while (latch->opened < times) {
        if (pthread_cond_timedwait(&latch->condition, &latch->mutex, &end) ==
            ETIMEDOUT)
            give_up("a latch was not opened");
    }
    pthread_mutex_unlock(&latch->mutex);
}

int latch_count(struct latch *latch)
{
    pthread_mutex_lock(&latch->mutex);
    int opened = latch->opened;
    pthread_mutex_unlock(&latch->mutex);
    return opened;
}

void support_until(bool (*holds)(void *arg), void *arg)
{
    time_t end = time(NULL) + 60;
    while (!holds(arg)) {
        if (time(NULL) > end)
            give_up("what was waited for did not come");
        sched_yield();
    }
}

struct sleepers {
    asyri_mutex *lock;
    asyri_waitlist *list;
    const void *key; /* NULL for all */
    int count;
};

static bool are_asleep(void *arg)
{
    struct sleepers *sleepers = arg;
    asyri_list *nodes = &sleepers->list->nodes;
    int count = 0;
    asyri_mutex_lock(sleepers->lock);
    for (asyri_list *node = nodes->next; node != nodes; node = node->next)
        count += !sleepers->key ||
                 ASYRI_OBJECT(node, asyri_wait_node, link)->key == sleepers->key;
    asyri_mutex_unlock(sleepers->lock);
    return count == sleepers->count;
}

void support_await_sleepers(asyri_mutex *lock, asyri_waitlist *list, int count)
{
    struct sleepers sleepers = {lock, list, NULL, count};
    support_until(are_asleep, &sleepers);
}

void support_await_waiters(asyr_result *result, int count)
{
    struct asyri_bucket *bucket = asyri_result_bucket(result->owner, result);
    struct sleepers sleepers = {&bucket->lock, &bucket->waiters, result, count};
    support_until(are_asleep, &sleepers);
}

struct idle {
    asyr_pool *pool;
    int count;
};

static bool are_idle(void *arg)
{
    struct idle *idle = arg;
    return asyri_sleepers_count_asleep(&idle->pool->sleepers) == idle->count;
}

void support_await_idle(asyr_pool *pool, int count)
{
    struct idle idle = {pool, count};
    support_until(are_idle, &idle);
}

void run_gate(asyr_task *task, void *gate)
{
    struct gate *waits = gate;
    (void)task;
    latch_open(&waits->entered);
    latch_wait(&waits->leave, 1);
}

void run_count(asyr_task *task, void *counter)
{
    (void)task;
    atomic_fetch_add((_Atomic int *)counter, 1);
}

void run_echo(asyr_task *task, void *arg)
{
    asyr_value *value = NULL;
    (void)arg;
    if (asyr_task_get_argument_count(task) > 0)
        asyr_task_get_argument(task, 0, &value, NULL);
    asyr_task_return(task, value, NULL);
    asyr_value_unref(value);
}

void run_fail(asyr_task *task, void *arg)
{
    (void)arg;
    asyr_task_fail_with(task, "Oops", "it failed", NULL);
}

void run_exit(asyr_task *task, void *arg)
{
    (void)task;
    (void)arg;
    pthread_exit(NULL);
}

void run_open(asyr_task *task, void *opened)
{
    (void)task;
    latch_open(opened);
}

asyr_function *support_native(asyr_native_fn run, void *arg)
{
    asyr_function *function = NULL;
    UNIT_SUCCEEDS(asyr_function_new_native(NULL, run, arg, NULL, &function, &error));
    return function;
}

asyr_pool_options *support_pool_options(int64_t workers)
{
    asyr_pool_options *options = NULL;
    UNIT_SUCCEEDS(asyr_pool_options_new(&options, &error));
    UNIT_SUCCEEDS(asyr_pool_options_set_workers(options, workers, &error));
    return options;
}

asyr_task_options *support_task_options(void)
{
    asyr_task_options *options = NULL;
    UNIT_SUCCEEDS(asyr_task_options_new(&options, &error));
    return options;
}

asyr_queue *support_queue(int64_t limit)
{
    asyr_queue *queue = NULL;
    UNIT_SUCCEEDS(asyr_queue_new(limit, &queue, &error));
    return queue;
}

asyr_interrupt *support_interrupt(void)
{
    asyr_interrupt *interrupt = NULL;
    UNIT_SUCCEEDS(asyr_interrupt_new(&interrupt, &error));
    return interrupt;
}

asyr_pool *support_pool_with(asyr_pool_options *options)
{
    asyr_pool *pool = NULL;
    UNIT_SUCCEEDS(asyr_pool_new(options, &pool, &error));
    asyr_pool_options_free(options);
    return pool;
}

asyr_pool *support_pool(int64_t workers)
{
    return support_pool_with(support_pool_options(workers));
}

asyr_result *support_submit(asyr_pool *pool, asyr_native_fn run, void *arg,
                            const asyr_task_options *options)
{
    asyr_result *result = NULL;
    asyr_function *function = support_native(run, arg);
    UNIT_SUCCEEDS(
        asyr_pool_apply_async(pool, function, NULL, options, &result, &error));
    asyr_function_unref(function);
    return result;
}

asyr_result *support_submit_value(asyr_pool *pool, asyr_native_fn run, void *arg,
                                  int64_t argument)
{
    asyr_result *result = NULL;
    asyr_function *function = support_native(run, arg);
    asyr_value *arguments = unit_list();
    asyr_value *value = unit_int64(argument);
    UNIT_SUCCEEDS(asyr_value_append(arguments, value, &error));
    UNIT_SUCCEEDS(
        asyr_pool_apply_async(pool, function, arguments, NULL, &result, &error));
    asyr_value_unref(value);
    asyr_value_unref(arguments);
    asyr_function_unref(function);
    return result;
}

asyr_value *support_numbers(int64_t count)
{
    asyr_value *list = unit_list();
    for (int64_t i = 0; i < count; i++) {
        asyr_value *number = unit_int64(i);
        UNIT_SUCCEEDS(asyr_value_append(list, number, &error));
        asyr_value_unref(number);
    }
    return list;
}

asyr_result *support_map(asyr_pool *pool, asyr_native_fn run, void *arg,
                         int64_t count, const asyr_task_options *options)
{
    asyr_result *result = NULL;
    asyr_function *function = support_native(run, arg);
    asyr_value *items = support_numbers(count);
    UNIT_SUCCEEDS(
        asyr_pool_map_async(pool, function, items, options, &result, &error));
    asyr_value_unref(items);
    asyr_function_unref(function);
    return result;
}

asyr_status support_outcome(asyr_result *result)
{
    return asyr_result_get(result, A_MINUTE, NULL, NULL, NULL);
}

asyr_status support_take_outcome(asyr_result *result)
{
    asyr_status status = support_outcome(result);
    asyr_result_unref(result);
    return status;
}

asyr_error *support_error(asyr_result *result)
{
    asyr_error *error = NULL;
    asyr_status status = asyr_result_get(result, A_MINUTE, NULL, NULL, &error);
    UNIT_CHECK(status != ASYR_OK && error, "the result has an error");
    return error;
}

static void finish(asyr_pool *pool)
{
    UNIT_SUCCEEDS(asyr_pool_join(pool, A_MINUTE, NULL, &error));
    asyr_pool_unref(pool);
}

/* Not twice: a second time would wake who sleeps wrongly. */
void support_end(asyr_pool *pool)
{
    if (asyr_pool_get_state(pool) == ASYR_POOL_OPEN)
        UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    finish(pool);
}

void support_terminate(asyr_pool *pool)
{
    if (asyr_pool_get_state(pool) != ASYR_POOL_TERMINATED)
        UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    finish(pool);
}

/* False when the allocation that was to fail was never reached. */
static bool attempt_without(int successes, int sticky,
                            asyr_status (*attempt)(asyr_error **error))
{
    asyr_error *error = NULL;
    int64_t before = asyri_alloc_count();
    asyri_alloc_fail_after(successes, sticky);
    asyr_status status = attempt(&error);
    asyri_alloc_fail_after(-1, 0);
    bool reached = asyri_alloc_count() - before > successes;
    if (status == ASYR_OK) {
        CU_ASSERT_PTR_NULL(error);
    } else {
        CU_ASSERT_EQUAL(status, ASYR_E_MEMORY);
        CU_ASSERT_EQUAL(unit_take_code(&error), ASYR_E_MEMORY);
    }
    return reached;
}

void support_fail_each_allocation(asyr_status (*attempt)(asyr_error **error))
{
    for (int sticky = 0; sticky < 2; sticky++) {
        int successes = 0;
        while (attempt_without(successes, sticky, attempt))
            successes++;
        UNIT_CHECK(successes > 0, "the attempt allocates something");
    }
}
