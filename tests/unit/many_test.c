/* Many tasks in one submit: all or none, each with its arguments and its tag. */
#include "support.h"

#include "core/queue.h"
#include "core/result.h"
#include "pool/pool.h"

enum { MOST = 3000 }; /* more than a slab has cells */

/* What is submitted together; zero is one task without arguments or options. */
struct batch {
    asyr_pool *pool;
    asyr_native_fn run;
    void *arg;
    asyr_function *function; /* in place of one that runs `run` */
    asyr_value *const *arguments;
    int64_t count;
    const asyr_task_options *options;
    asyr_result *results[MOST];
};

static asyr_status submit(struct batch *batch, asyr_error **error)
{
    asyr_function *made = NULL;
    asyr_status status = ASYR_OK;
    if (!batch->function)
        status = asyr_function_new_native(NULL, batch->run, batch->arg, NULL, &made,
                                          error);
    if (status == ASYR_OK)
        status = asyr_pool_apply_many_async(
            batch->pool, made ? made : batch->function, batch->arguments,
            batch->count, batch->options, batch->results, error);
    asyr_function_unref(made);
    return status;
}

/* Whether no job of the pool is left. */
static bool is_empty(void *arg)
{
    asyr_pool *pool = arg;
    int64_t live = 0;
    for (uint32_t i = 0; i < pool->shard_count; i++) {
        asyri_shard *shard = &pool->shards[i];
        asyri_shard_lock(shard);
        live += asyri_heap_live(&shard->cells) + asyri_heap_live(&shard->rares);
        asyri_shard_unlock(shard);
    }
    return live == 0;
}

static void drop(struct batch *batch)
{
    for (int64_t i = 0; i < batch->count; i++)
        asyr_result_unref(batch->results[i]);
}

static void expect_outcomes(struct batch *batch, asyr_status expected)
{
    for (int64_t i = 0; i < batch->count; i++)
        CU_ASSERT_EQUAL(support_outcome(batch->results[i]), expected);
}

static void expect_refused(struct batch *batch, asyr_status expected)
{
    for (int64_t i = 0; i < batch->count; i++)
        batch->results[i] = (asyr_result *)batch;
    UNIT_FAILS(expected, submit(batch, &error));
    for (int64_t i = 0; i < batch->count; i++)
        CU_ASSERT_PTR_NULL(batch->results[i]);
}

static void each_task_gets_its_own_arguments(void)
{
    asyr_value *arguments[5];
    struct batch batch = {.run = run_echo, .arguments = arguments, .count = 5};
    batch.pool = support_pool(2);
    for (int64_t i = 0; i < 5; i++) {
        asyr_value *number = unit_int64(10 + i);
        arguments[i] = i == 2 ? NULL : unit_list();
        if (arguments[i])
            UNIT_SUCCEEDS(asyr_value_append(arguments[i], number, &error));
        asyr_value_unref(number);
    }
    UNIT_SUCCEEDS(submit(&batch, &error));
    for (int64_t i = 0; i < 5; i++) {
        asyr_value *value = NULL;
        int64_t number = 0;
        UNIT_SUCCEEDS(
            asyr_result_get(batch.results[i], A_MINUTE, NULL, &value, &error));
        if (i == 2) {
            CU_ASSERT_EQUAL(asyr_value_get_type(value), ASYR_VALUE_NIL);
        } else {
            UNIT_SUCCEEDS(asyr_value_get_int64(value, &number, &error));
            CU_ASSERT_EQUAL(number, 10 + i);
        }
        asyr_value_unref(value);
        asyr_value_unref(arguments[i]);
    }
    drop(&batch);
    support_end(batch.pool);
}

/* More than a shard has places for at first, and than a slab has cells. */
static void every_task_runs_once_without_arguments_or_results(void)
{
    enum { TASKS = 5000 };
    _Atomic int ran = 0;
    asyr_pool *pool = support_pool(2);
    asyr_function *function = support_native(run_count, &ran);
    for (int i = 0; i < 3; i++)
        UNIT_SUCCEEDS(asyr_pool_apply_many_async(pool, function, NULL, TASKS, NULL,
                                                 NULL, &error));
    asyr_function_unref(function);
    support_end(pool);
    CU_ASSERT_EQUAL(ran, 3 * TASKS);
}

static void none_at_all_is_fine_while_the_pool_is_open(void)
{
    struct batch batch = {.run = run_echo, .pool = support_pool(1)};
    asyr_result *untouched = (asyr_result *)&batch;
    batch.results[0] = untouched;
    UNIT_SUCCEEDS(submit(&batch, &error));
    CU_ASSERT_PTR_EQUAL(batch.results[0], untouched);
    UNIT_SUCCEEDS(asyr_pool_close(batch.pool, &error));
    UNIT_FAILS(ASYR_E_POOL_CLOSED, submit(&batch, &error)); /* B21 */
    support_end(batch.pool);
}

static void a_closed_pool_takes_none(void)
{
    struct batch batch = {.run = run_echo, .pool = support_pool(1), .count = 3};
    UNIT_SUCCEEDS(asyr_pool_close(batch.pool, &error));
    expect_refused(&batch, ASYR_E_POOL_CLOSED);
    support_end(batch.pool);
}

/* Notes the tag of each task that runs, in the order in which they run. */
struct notes {
    pthread_mutex_t mutex;
    int count;
    uint64_t tags[MOST];
    pthread_t threads[MOST];
};

#define NO_NOTES                                                                    \
    {                                                                               \
        .mutex = PTHREAD_MUTEX_INITIALIZER                                          \
    }

static void run_note(asyr_task *task, void *arg)
{
    struct notes *notes = arg;
    pthread_mutex_lock(&notes->mutex);
    notes->threads[notes->count] = pthread_self();
    notes->tags[notes->count++] = asyr_task_get_tag(task);
    pthread_mutex_unlock(&notes->mutex);
}

static void expect_order(const struct notes *notes, uint64_t first, int count)
{
    CU_ASSERT_EQUAL(notes->count, count);
    for (int i = 0; i < count; i++)
        CU_ASSERT_EQUAL(notes->tags[i], first + (uint64_t)i);
}

static asyr_task_options *options_with_tag(uint64_t tag)
{
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_tag(options, tag, &error));
    return options;
}

static void the_tag_is_that_of_the_options_and_the_place(void)
{
    struct notes notes = NO_NOTES;
    asyr_task_options *options = options_with_tag(UINT64_MAX - 1);
    struct batch batch = {.run = run_note, .arg = &notes, .count = 4};
    batch.pool = support_pool(1);
    batch.options = options;
    UNIT_SUCCEEDS(submit(&batch, &error));
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(asyr_result_get_tag(batch.results[i]),
                        UINT64_MAX - 1 + (uint64_t)i);
    support_end(batch.pool);
    expect_order(&notes, UINT64_MAX - 1, 4);
    drop(&batch);
    asyr_task_options_free(options);
}

static void options_without_a_tag_count_from_0(void)
{
    asyr_task_options *options = support_task_options();
    struct batch batch = {.run = run_echo, .options = options, .count = 3};
    batch.pool = support_pool(1);
    UNIT_SUCCEEDS(submit(&batch, &error));
    CU_ASSERT_EQUAL(asyr_result_get_tag(batch.results[2]), 2);
    drop(&batch);
    asyr_task_options_free(options);
    support_end(batch.pool);
}

/* The tag of each event, which is finished. */
static void expect_events(asyr_queue *queue, int32_t kind, uint64_t first, int count)
{
    for (int i = 0; i < count; i++) {
        asyr_event *event = NULL;
        UNIT_SUCCEEDS(asyr_queue_next(queue, A_MINUTE, NULL, &event, &error));
        CU_ASSERT_EQUAL(asyr_event_get_kind(event), kind);
        CU_ASSERT_EQUAL(asyr_event_get_tag(event), first + (uint64_t)i);
        UNIT_SUCCEEDS(asyr_event_finish(event, NULL, &error));
    }
    CU_ASSERT_EQUAL(asyri_queue_count(queue), 0);
}

static void each_has_an_event_with_its_tag(int32_t kind)
{
    asyr_queue *queue = support_queue(3);
    asyr_task_options *options = options_with_tag(20);
    struct batch batch = {.run = run_echo, .options = options, .count = 3};
    batch.pool = support_pool(1);
    UNIT_SUCCEEDS(asyr_task_options_set_queue(options, queue, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_event(options, kind, &error));
    UNIT_SUCCEEDS(submit(&batch, &error));
    expect_events(queue, kind, 20, 3);
    expect_outcomes(&batch, ASYR_OK);
    drop(&batch);
    asyr_task_options_free(options);
    support_end(batch.pool);
    asyr_queue_unref(queue);
}

static void each_has_a_done_event_with_its_tag(void)
{
    each_has_an_event_with_its_tag(ASYR_EVENT_DONE);
}

static void each_has_a_callback_event_with_its_tag(void)
{
    each_has_an_event_with_its_tag(ASYR_EVENT_CALLBACK);
}

static asyr_error *count_value(asyr_value *value, void *counter)
{
    (void)value;
    atomic_fetch_add((_Atomic int *)counter, 1);
    return NULL;
}

static asyr_error *count_error(asyr_error *failure, void *counter)
{
    (void)failure;
    atomic_fetch_add((_Atomic int *)counter, 1);
    return NULL;
}

/* B8; the release function goes with the last task. */
static void each_calls_back_once(void)
{
    _Atomic int values = 0;
    int released = 0;
    asyr_task_options *options = support_task_options();
    struct batch batch = {.run = run_echo, .options = options, .count = 100};
    batch.pool = support_pool(2);
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(options, count_value, &values, NULL, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(
        options, count_error, &released, unit_count_release, &error));
    UNIT_SUCCEEDS(submit(&batch, &error));
    asyr_task_options_free(options);
    support_end(batch.pool);
    CU_ASSERT_EQUAL(values, 100);
    expect_outcomes(&batch, ASYR_OK);
    drop(&batch);
    CU_ASSERT_EQUAL(released, 1);
}

static void the_tasks_of_a_strand_keep_their_order(int32_t kind)
{
    struct notes notes = NO_NOTES;
    asyr_strand *strand = NULL;
    asyr_task_options *options = options_with_tag(5);
    struct batch batch = {.run = run_note, .arg = &notes, .count = 200};
    batch.options = options;
    batch.pool = support_pool(3);
    UNIT_SUCCEEDS(asyr_strand_new(batch.pool, kind, &strand, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_strand(options, strand, &error));
    UNIT_SUCCEEDS(submit(&batch, &error));
    expect_outcomes(&batch, ASYR_OK);
    expect_order(&notes, 5, 200);
    drop(&batch);
    asyr_task_options_free(options);
    asyr_strand_unref(strand);
    support_end(batch.pool);
}

static void a_serial_strand_keeps_their_order(void)
{
    the_tasks_of_a_strand_keep_their_order(ASYR_STRAND_SERIAL);
}

static void a_pinned_strand_keeps_their_order(void)
{
    the_tasks_of_a_strand_keep_their_order(ASYR_STRAND_PINNED);
}

/* A wake-up for all of them brings several workers. */
static void all_workers_come_to_work(void)
{
    struct gate gate = GATE_CLOSED;
    struct batch batch = {.run = run_gate, .arg = &gate, .count = 4};
    batch.pool = support_pool(4);
    support_await_idle(batch.pool, 4);
    UNIT_SUCCEEDS(submit(&batch, &error));
    latch_wait(&gate.entered, 4);
    for (int i = 0; i < 4; i++)
        latch_open(&gate.leave);
    expect_outcomes(&batch, ASYR_OK);
    drop(&batch);
    support_end(batch.pool);
}

/* A pool of one worker that is busy, and a queue with a limit. */
static asyr_pool *busy_pool(struct gate *gate, int64_t limit, int32_t policy)
{
    asyr_pool_options *options = support_pool_options(1);
    if (limit)
        UNIT_SUCCEEDS(
            asyr_pool_options_set_queue_limit(options, limit, policy, &error));
    asyr_pool *pool = support_pool_with(options);
    asyr_result_unref(support_submit(pool, run_gate, gate, NULL));
    latch_wait(&gate->entered, 1);
    return pool;
}

/* B26 */
static void a_full_queue_fails_for_all_or_none(void)
{
    struct gate gate = GATE_CLOSED;
    _Atomic int ran = 0;
    struct batch batch = {.run = run_count, .arg = &ran, .count = 4};
    batch.pool = busy_pool(&gate, 3, ASYR_FULL_FAIL);
    expect_refused(&batch, ASYR_E_QUEUE_FULL);
    batch.count = 3;
    UNIT_SUCCEEDS(submit(&batch, &error));
    struct batch one_more = {.run = run_count, .arg = &ran, .count = 1};
    one_more.pool = batch.pool;
    expect_refused(&one_more, ASYR_E_QUEUE_FULL);
    latch_open(&gate.leave);
    expect_outcomes(&batch, ASYR_OK);
    CU_ASSERT_EQUAL(ran, 3);
    drop(&batch);
    support_end(batch.pool);
}

/* A thread that submits. */
struct submitter {
    struct batch batch;
    pthread_t thread;
    asyr_status status;
};

static void *submit_there(void *arg)
{
    struct submitter *submitter = arg;
    submitter->status = submit(&submitter->batch, NULL);
    return NULL;
}

static void start(struct submitter *submitter)
{
    CU_ASSERT_EQUAL_FATAL(
        pthread_create(&submitter->thread, NULL, submit_there, submitter), 0);
}

static void start_and_wait(struct submitter *submitter)
{
    asyr_pool *pool = submitter->batch.pool;
    start(submitter);
    support_await_sleepers(&pool->lock, &pool->space, 1);
}

static void expect_status(struct submitter *submitter, asyr_status status)
{
    pthread_join(submitter->thread, NULL);
    CU_ASSERT_EQUAL(submitter->status, status);
}

/* B26: one free place is not enough for two. */
static void a_full_queue_blocks_until_there_is_room_for_all(void)
{
    struct gate gate = GATE_CLOSED;
    _Atomic int ran = 0;
    struct submitter submitter = {
        .batch = {.run = run_count, .arg = &ran, .count = 2}};
    asyr_pool *pool = submitter.batch.pool = busy_pool(&gate, 2, ASYR_FULL_BLOCK);
    asyr_result *first = support_submit(pool, run_echo, NULL, NULL);
    asyr_result *second = support_submit(pool, run_echo, NULL, NULL);
    start_and_wait(&submitter);
    UNIT_SUCCEEDS(asyr_result_cancel(first, NULL, &error));
    support_await_sleepers(&pool->lock, &pool->space, 1);
    UNIT_SUCCEEDS(asyr_result_cancel(second, NULL, &error));
    expect_status(&submitter, ASYR_OK);
    latch_open(&gate.leave);
    expect_outcomes(&submitter.batch, ASYR_OK);
    CU_ASSERT_EQUAL(ran, 2);
    drop(&submitter.batch);
    asyr_result_unref(first);
    asyr_result_unref(second);
    support_end(pool);
}

static void more_than_the_limit_never_wait(void)
{
    struct gate gate = GATE_CLOSED;
    struct batch batch = {.run = run_echo, .count = 3};
    batch.pool = busy_pool(&gate, 2, ASYR_FULL_BLOCK);
    expect_refused(&batch, ASYR_E_QUEUE_FULL);
    latch_open(&gate.leave);
    support_end(batch.pool);
}

static void a_terminate_ends_a_submit_that_waits(void)
{
    struct gate gate = GATE_CLOSED;
    struct submitter submitter = {.batch = {.run = run_echo, .count = 2}};
    asyr_pool *pool = submitter.batch.pool = busy_pool(&gate, 2, ASYR_FULL_BLOCK);
    asyr_result_unref(support_submit(pool, run_echo, NULL, NULL));
    start_and_wait(&submitter);
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    expect_status(&submitter, ASYR_E_TERMINATED);
    CU_ASSERT_PTR_NULL(submitter.batch.results[0]);
    latch_open(&gate.leave);
    support_terminate(pool);
}

static void an_interrupt_ends_a_submit_that_waits(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_interrupt *interrupt = support_interrupt();
    asyr_task_options *options = support_task_options();
    struct submitter submitter = {.batch = {.run = run_echo, .count = 2}};
    asyr_pool *pool = submitter.batch.pool = busy_pool(&gate, 2, ASYR_FULL_BLOCK);
    UNIT_SUCCEEDS(asyr_task_options_set_interrupt(options, interrupt, &error));
    submitter.batch.options = options;
    asyr_result_unref(support_submit(pool, run_echo, NULL, NULL));
    start_and_wait(&submitter);
    asyr_interrupt_trigger(interrupt);
    expect_status(&submitter, ASYR_E_INTERRUPTED);
    latch_open(&gate.leave);
    asyr_task_options_free(options);
    asyr_interrupt_unref(interrupt);
    support_end(pool);
}

/* B26: the first takes the place that there is, and the others run in their order. */
static void the_caller_can_run_those_that_find_no_place(void)
{
    struct gate gate = GATE_CLOSED;
    struct notes notes = NO_NOTES;
    asyr_task_options *options = options_with_tag(0);
    struct batch batch = {.run = run_note, .arg = &notes, .count = 4};
    batch.options = options;
    batch.pool = busy_pool(&gate, 1, ASYR_FULL_CALLER_RUNS);
    UNIT_SUCCEEDS(submit(&batch, &error));
    CU_ASSERT_FALSE(asyr_result_is_ready(batch.results[0]));
    expect_order(&notes, 1, 3);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_TRUE(asyr_result_is_ready(batch.results[1 + i]));
        CU_ASSERT_TRUE(pthread_equal(notes.threads[i], pthread_self()));
    }
    latch_open(&gate.leave);
    expect_outcomes(&batch, ASYR_OK);
    drop(&batch);
    support_until(is_empty, batch.pool);
    asyr_task_options_free(options);
    support_end(batch.pool);
}

/* B25: the tasks that the thread had still to run fail, and their callbacks run. */
static void a_task_that_ends_the_caller_fails_those_behind_it(void)
{
    struct gate gate = GATE_CLOSED;
    _Atomic int failures = 0;
    asyr_task_options *options = support_task_options();
    struct submitter submitter = {.batch = {.count = 3}};
    asyr_pool *pool = submitter.batch.pool =
        busy_pool(&gate, 1, ASYR_FULL_CALLER_RUNS);
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(options, count_error,
                                                       &failures, NULL, &error));
    submitter.batch.options = options;
    submitter.batch.function = support_native(run_exit, NULL);
    asyr_result_unref(support_submit(pool, run_echo, NULL, NULL));
    start(&submitter);
    pthread_join(submitter.thread, NULL);
    CU_ASSERT_PTR_NULL(submitter.batch.results[0]);
    CU_ASSERT_EQUAL(pool->queued, 1);
    latch_open(&gate.leave);
    asyr_function_unref(submitter.batch.function);
    asyr_task_options_free(options);
    support_end(pool);
    CU_ASSERT_EQUAL(failures, 3);
}

/* The task of a pool that has one worker. */
struct inside {
    struct batch batch;
    asyr_status status;
    asyr_status outcome;
    int runs;
};

static void submit_and_wait(asyr_task *task, void *arg)
{
    struct inside *inside = arg;
    (void)task;
    inside->status = submit(&inside->batch, NULL);
    for (int64_t i = 0; i < inside->batch.count; i++)
        if (inside->outcome == ASYR_OK)
            inside->outcome = support_outcome(inside->batch.results[i]);
}

static void submit_inside_a_task(struct inside *inside)
{
    asyr_result *outer =
        support_submit(inside->batch.pool, submit_and_wait, inside, NULL);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    CU_ASSERT_EQUAL(inside->status, ASYR_OK);
    CU_ASSERT_EQUAL(inside->outcome, ASYR_OK);
    drop(&inside->batch);
    support_end(inside->batch.pool);
}

/* B24 */
static void a_task_submits_many_and_waits_for_them(void)
{
    _Atomic int ran = 0;
    struct inside inside = {.batch = {.run = run_count, .arg = &ran, .count = 100}};
    inside.batch.pool = support_pool(1);
    submit_inside_a_task(&inside);
    CU_ASSERT_EQUAL(ran, 100);
}

/* B26: a submit from inside never blocks. */
static void a_task_runs_those_that_find_no_place(void)
{
    _Atomic int ran = 0;
    struct inside inside = {.batch = {.run = run_count, .arg = &ran, .count = 10}};
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_queue_limit(options, 2, ASYR_FULL_BLOCK, &error));
    inside.batch.pool = support_pool_with(options);
    submit_inside_a_task(&inside);
    CU_ASSERT_EQUAL(ran, 10);
}

/* A queue takes the events of all, or of none. */
static void a_completion_queue_has_room_for_all_or_none(void)
{
    asyr_queue *queue = support_queue(3);
    asyr_task_options *options = support_task_options();
    struct batch batch = {.run = run_echo, .options = options, .count = 4};
    batch.pool = support_pool(1);
    UNIT_SUCCEEDS(asyr_task_options_set_queue(options, queue, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_event(options, ASYR_EVENT_DONE, &error));
    expect_refused(&batch, ASYR_E_QUEUE_FULL);
    CU_ASSERT_EQUAL(queue->promised, 0);
    batch.count = 3;
    UNIT_SUCCEEDS(submit(&batch, &error));
    expect_events(queue, ASYR_EVENT_DONE, 0, 3);
    drop(&batch);
    asyr_task_options_free(options);
    support_end(batch.pool);
    asyr_queue_unref(queue);
}

/* Each needs two places: one for its callback and one for its event. */
static void callbacks_and_events_take_their_places_together(void)
{
    _Atomic int values = 0;
    asyr_queue *queue = support_queue(5);
    asyr_task_options *options = support_task_options();
    struct batch batch = {.run = run_echo, .options = options, .count = 3};
    batch.pool = support_pool(1);
    UNIT_SUCCEEDS(asyr_task_options_set_queue(options, queue, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_event(options, ASYR_EVENT_DONE, &error));
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(options, count_value, &values, NULL, &error));
    expect_refused(&batch, ASYR_E_QUEUE_FULL);
    CU_ASSERT_EQUAL(queue->promised, 0);
    batch.count = 2;
    UNIT_SUCCEEDS(submit(&batch, &error));
    while (!asyr_result_is_ready(batch.results[0]) ||
           !asyr_result_is_ready(batch.results[1]))
        UNIT_SUCCEEDS(asyr_queue_run(queue, 1, A_MINUTE, NULL, NULL, &error));
    CU_ASSERT_EQUAL(values, 2);
    drop(&batch);
    asyr_task_options_free(options);
    support_end(batch.pool);
    asyr_queue_unref(queue);
}

/* B22 */
static void a_terminate_ends_those_that_have_not_begun(void)
{
    struct gate gate = GATE_CLOSED;
    _Atomic int ran = 0;
    struct batch batch = {.run = run_count, .arg = &ran, .count = MOST};
    batch.pool = busy_pool(&gate, 0, 0);
    UNIT_SUCCEEDS(submit(&batch, &error));
    UNIT_SUCCEEDS(asyr_pool_terminate(batch.pool, &error));
    expect_outcomes(&batch, ASYR_E_TERMINATED);
    latch_open(&gate.leave);
    support_terminate(batch.pool);
    CU_ASSERT_EQUAL(ran, 0);
    drop(&batch);
}

static void terminate_pool(asyr_task *task, void *arg)
{
    struct inside *inside = arg;
    (void)task;
    inside->runs++;
    asyr_pool_terminate(inside->batch.pool, NULL);
}

/* B22: what the caller had still to run never runs. */
static void a_terminate_ends_those_that_the_caller_was_to_run(void)
{
    struct gate gate = GATE_CLOSED;
    struct inside inside = {.batch = {.run = terminate_pool, .count = 4}};
    inside.batch.arg = &inside;
    asyr_pool *pool = inside.batch.pool = busy_pool(&gate, 1, ASYR_FULL_CALLER_RUNS);
    UNIT_SUCCEEDS(submit(&inside.batch, &error));
    expect_outcomes(&inside.batch, ASYR_E_TERMINATED);
    latch_open(&gate.leave);
    support_terminate(pool);
    CU_ASSERT_EQUAL(inside.runs, 1);
    drop(&inside.batch);
}

/* B29 */
static void one_of_them_is_cancelled_alone(void)
{
    struct gate gate = GATE_CLOSED;
    _Atomic int ran = 0;
    int32_t outcome = -1;
    struct batch batch = {.run = run_count, .arg = &ran, .count = 3};
    batch.pool = busy_pool(&gate, 0, 0);
    UNIT_SUCCEEDS(submit(&batch, &error));
    UNIT_SUCCEEDS(asyr_result_cancel(batch.results[1], &outcome, &error));
    CU_ASSERT_EQUAL(outcome, ASYR_CANCEL_DEQUEUED);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_outcome(batch.results[0]), ASYR_OK);
    CU_ASSERT_EQUAL(support_outcome(batch.results[1]), ASYR_E_CANCELLED);
    CU_ASSERT_EQUAL(support_outcome(batch.results[2]), ASYR_OK);
    CU_ASSERT_EQUAL(ran, 2);
    drop(&batch);
    support_end(batch.pool);
}

/* Submits and terminates that meet: each batch is there as a whole or not at all. */
static void a_terminate_meets_whole_batches(void)
{
    for (int round = 0; round < 20; round++) {
        struct submitter submitter = {.batch = {.run = run_echo, .count = MOST}};
        asyr_pool *pool = submitter.batch.pool = support_pool(2);
        start(&submitter);
        UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
        pthread_join(submitter.thread, NULL);
        CU_ASSERT_TRUE(submitter.status == ASYR_OK ||
                       submitter.status == ASYR_E_TERMINATED);
        for (int i = 0; i < MOST; i++)
            CU_ASSERT_EQUAL(submitter.batch.results[i] != NULL,
                            submitter.status == ASYR_OK);
        drop(&submitter.batch);
        support_terminate(pool);
    }
}

/* What the attempts to submit without memory work with. */
static asyr_pool *pool;
static asyr_queue *queue;
static asyr_strand *strand;
static asyr_task_options *all_options;
static asyr_value *same_arguments[MOST]; /* the same list for all */
static _Atomic int ran;

/* All of them run, or none. */
static asyr_status attempt(const asyr_task_options *options, int64_t count,
                           asyr_error **error)
{
    struct batch batch = {.run = run_count, .arg = &ran, .count = count};
    batch.arguments = same_arguments;
    batch.options = options;
    batch.pool = pool;
    ran = 0;
    asyr_status status = submit(&batch, error);
    if (status != ASYR_OK) {
        CU_ASSERT_TRUE(is_empty(pool));
        CU_ASSERT_PTR_NULL(batch.results[0]);
        CU_ASSERT_EQUAL(queue->promised, 0);
        CU_ASSERT_EQUAL(ran, 0);
        return status;
    }
    for (int i = 0; i < batch.count; i++)
        while (!asyr_result_is_ready(batch.results[i]))
            asyr_queue_run(queue, 0, 1000000, NULL, NULL, NULL);
    asyr_queue_run(queue, 0, 0, NULL, NULL, NULL);
    drop(&batch);
    support_until(is_empty, pool);
    CU_ASSERT_EQUAL(ran, count);
    return ASYR_OK;
}

static asyr_status attempt_lean(asyr_error **error)
{
    return attempt(NULL, MOST, error);
}

static asyr_status attempt_full(asyr_error **error)
{
    return attempt(all_options, 300, error);
}

static void submit_without_memory(asyr_status (*submits)(asyr_error **error))
{
    _Atomic int values = 0;
    int released = 0;
    pool = support_pool(1);
    queue = support_queue(0);
    all_options = support_task_options();
    same_arguments[0] = unit_list();
    for (int i = 1; i < MOST; i++)
        same_arguments[i] = same_arguments[0];
    UNIT_SUCCEEDS(asyr_strand_new(pool, ASYR_STRAND_SERIAL, &strand, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_callback(all_options, count_value, &values,
                                                 NULL, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(
        all_options, count_error, &released, unit_count_release, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_queue(all_options, queue, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_event(all_options, ASYR_EVENT_DONE, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_strand(all_options, strand, &error));
    support_fail_each_allocation(submits);
    asyr_value_unref(same_arguments[0]);
    asyr_task_options_free(all_options);
    asyr_strand_unref(strand);
    support_end(pool);
    asyr_queue_unref(queue);
    CU_ASSERT_EQUAL(released, 1);
}

static void without_memory_none_is_submitted(void)
{
    submit_without_memory(attempt_lean);
}

static void without_memory_none_with_options_is_submitted(void)
{
    submit_without_memory(attempt_full);
}

CU_TestInfo many_tests[] = {
    UNIT_TEST(each_task_gets_its_own_arguments),
    UNIT_TEST(every_task_runs_once_without_arguments_or_results),
    UNIT_TEST(none_at_all_is_fine_while_the_pool_is_open),
    UNIT_TEST(a_closed_pool_takes_none),
    UNIT_TEST(the_tag_is_that_of_the_options_and_the_place),
    UNIT_TEST(options_without_a_tag_count_from_0),
    UNIT_TEST(each_has_a_done_event_with_its_tag),
    UNIT_TEST(each_has_a_callback_event_with_its_tag),
    UNIT_TEST(each_calls_back_once),
    UNIT_TEST(a_serial_strand_keeps_their_order),
    UNIT_TEST(a_pinned_strand_keeps_their_order),
    UNIT_TEST(all_workers_come_to_work),
    UNIT_TEST(a_full_queue_fails_for_all_or_none),
    UNIT_TEST(a_full_queue_blocks_until_there_is_room_for_all),
    UNIT_TEST(more_than_the_limit_never_wait),
    UNIT_TEST(a_terminate_ends_a_submit_that_waits),
    UNIT_TEST(an_interrupt_ends_a_submit_that_waits),
    UNIT_TEST(the_caller_can_run_those_that_find_no_place),
    UNIT_TEST(a_task_that_ends_the_caller_fails_those_behind_it),
    UNIT_TEST(a_task_submits_many_and_waits_for_them),
    UNIT_TEST(a_task_runs_those_that_find_no_place),
    UNIT_TEST(a_completion_queue_has_room_for_all_or_none),
    UNIT_TEST(callbacks_and_events_take_their_places_together),
    UNIT_TEST(a_terminate_ends_those_that_have_not_begun),
    UNIT_TEST(a_terminate_ends_those_that_the_caller_was_to_run),
    UNIT_TEST(one_of_them_is_cancelled_alone),
    UNIT_TEST(a_terminate_meets_whole_batches),
    UNIT_TEST(without_memory_none_is_submitted),
    UNIT_TEST(without_memory_none_with_options_is_submitted),
    CU_TEST_INFO_NULL};
