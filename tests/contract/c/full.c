/*
 * B26: a queue that is full, and its three policies.
 */
#include "harness.h"

#include <stddef.h>

static asyr_pool *bounded_pool(int64_t limit, int32_t policy)
{
    asyr_pool_options *options = pool_options(1);
    CHECK_CODE(ASYR_OK,
               asyr_pool_options_set_queue_limit(options, limit, policy, NULL));
    return pool_with(options);
}

static asyr_result *submit_square(asyr_pool *pool, int64_t number)
{
    return submit_c(pool, SQUARE, ints(1, number));
}

/* B26.1 */
static void fail_raises_queue_full(void)
{
    asyr_pool *pool = bounded_pool(2, ASYR_FULL_FAIL);
    struct held held = hold(pool);
    asyr_result *first = submit_square(pool, 2), *second = submit_square(pool, 3);
    CHECK_CODE(ASYR_E_QUEUE_FULL, try_submit(pool));
    CHECK_CODE(ASYR_E_QUEUE_FULL, try_submit(pool));
    let_go(held);
    CHECK_INT(4, finish_int(first));
    CHECK_INT(9, finish_int(second));
    CHECK_INT(16, finish_int(submit_square(pool, 4)));
    end_pool(pool);
}

struct submitter {
    asyr_pool *pool;
    int64_t log, begun;
    asyr_status status;
    pid_t thread;
};

static void *submit_and_log(void *arg)
{
    struct submitter *submitter = arg;
    submitter->thread = kernel_thread();
    fixture_count(submitter->begun);
    submitter->status = try_submit(submitter->pool);
    fixture_log_add(submitter->log, 2);
    return NULL;
}

/* Starts a thread that submits to a full queue; returns once it waits there. */
static pthread_t start_submitter(struct submitter *submitter)
{
    submitter->log = fixture_log_new();
    submitter->begun = fixture_counter_new();
    pthread_t thread = start_thread(submit_and_log, submitter);
    fixture_wait_for_count(submitter->begun, 1);
    wait_until_asleep(submitter->thread);
    return thread;
}

/* B26.2 */
static void block_waits_for_a_place(void)
{
    asyr_pool *pool = bounded_pool(1, ASYR_FULL_BLOCK);
    struct submitter submitter = {.pool = pool};
    struct held held = hold(pool);
    asyr_result *queued = submit_square(pool, 3);
    pthread_t thread = start_submitter(&submitter);
    fixture_log_add(submitter.log, 1);
    let_go(held);
    end_thread(thread);
    CHECK_CODE(ASYR_OK, submitter.status);
    CHECK_INT(1, fixture_log_get(submitter.log, 0));
    CHECK_INT(2, fixture_log_get(submitter.log, 1));
    CHECK_INT(9, finish_int(queued));
    end_pool(pool);
}

/* B26.3 */
static void caller_runs_runs_in_the_submitting_thread(void)
{
    int64_t thread;
    asyr_pool *pool = bounded_pool(1, ASYR_FULL_CALLER_RUNS);
    struct held held = hold(pool);
    asyr_result *queued = submit_square(pool, 3);
    asyr_result *own = submit_c(pool, THREAD_ID, NULL);
    CHECK(asyr_result_is_ready(own));
    CHECK(!asyr_result_is_ready(queued));
    thread = finish_int(own);
    CHECK_INT(fixture_thread_id(), thread);
    let_go(held);
    CHECK_INT(9, finish_int(queued));
    end_pool(pool);
}

static asyr_task_options *chunks_of_one(void)
{
    asyr_task_options *options = task_options();
    CHECK_CODE(ASYR_OK, asyr_task_options_set_chunk_size(options, 1, NULL));
    return options;
}

/* B26.4 */
static void a_map_needs_one_place(void)
{
    int64_t counter = fixture_counter_new();
    asyr_pool *pool = bounded_pool(1, ASYR_FULL_FAIL);
    struct held held = hold(pool);
    asyr_value *items =
        ints(6, counter, counter, counter, counter, counter, counter);
    asyr_result *map = submit_map(pool, c_function(COUNT), items, chunks_of_one());
    CHECK_CODE(ASYR_E_QUEUE_FULL, try_submit(pool));
    let_go(held);
    CHECK_CODE(ASYR_OK, finish_code(map));
    CHECK_INT(6, fixture_counter_get(counter));
    end_pool(pool);
}

struct crowd {
    asyr_pool *pool;
    int64_t latch;
    asyr_result *waiting, *queued, *own;
    bool own_was_ready;
};

static asyr_error *fill_the_queue(asyr_value *value, void *arg)
{
    struct crowd *crowd = arg;
    CHECK(value != NULL);
    crowd->waiting = submit_c(crowd->pool, LATCH_WAIT, ints(1, crowd->latch));
    fixture_wait_for_waiters(crowd->latch, 1);
    crowd->queued = submit_square(crowd->pool, 3);
    crowd->own = submit_square(crowd->pool, 4);
    crowd->own_was_ready = asyr_result_is_ready(crowd->own);
    return NULL;
}

/* B26.5 */
static void a_submit_in_a_callback_never_blocks(void)
{
    struct crowd crowd = {.pool = bounded_pool(1, ASYR_FULL_BLOCK),
                          .latch = fixture_latch_new()};
    asyr_task_options *options = task_options();
    CHECK_CODE(ASYR_OK, asyr_task_options_set_callback(options, fill_the_queue,
                                                       &crowd, NULL, NULL));
    asyr_result *result =
        submit(crowd.pool, c_function(SQUARE), ints(1, INT64_C(2)), options);
    CHECK_INT(4, finish_int(result));
    CHECK(crowd.own_was_ready);
    CHECK_INT(16, finish_int(crowd.own));
    fixture_latch_open(crowd.latch);
    CHECK_INT(crowd.latch, finish_int(crowd.waiting));
    CHECK_INT(9, finish_int(crowd.queued));
    end_pool(crowd.pool);
}

/* B26.6 */
static void terminate_ends_a_blocked_submit(void)
{
    asyr_pool *pool = bounded_pool(1, ASYR_FULL_BLOCK);
    struct submitter submitter = {.pool = pool};
    struct held held = hold(pool);
    asyr_result *queued = submit_square(pool, 3);
    pthread_t thread = start_submitter(&submitter);
    CHECK_CODE(ASYR_OK, asyr_pool_terminate(pool, NULL));
    end_thread(thread);
    CHECK_CODE(ASYR_E_TERMINATED, submitter.status);
    CHECK_CODE(ASYR_E_TERMINATED, finish_code(queued));
    fixture_latch_open(held.latch);
    asyr_result_unref(held.result);
    end_pool(pool);
}

const struct contract_case full_cases[] = {
    {"B26.1", fail_raises_queue_full, NULL},
    {"B26.2", block_waits_for_a_place, NULL},
    {"B26.3", caller_runs_runs_in_the_submitting_thread, NULL},
    {"B26.4", a_map_needs_one_place, NULL},
    {"B26.5", a_submit_in_a_callback_never_blocks, NULL},
    {"B26.6", terminate_ends_a_blocked_submit, NULL},
    {NULL, NULL, NULL}};
