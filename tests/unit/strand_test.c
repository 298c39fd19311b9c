/* Strands: serial and pinned. */
#include "support.h"

#include "core/result.h"
#include "pool/pool.h"
#include "pool/strand.h"

static asyr_strand *strand_of(asyr_pool *pool, int32_t kind)
{
    asyr_strand *strand = NULL;
    UNIT_SUCCEEDS(asyr_strand_new(pool, kind, &strand, &error));
    return strand;
}

static asyr_task_options *options_in(asyr_strand *strand)
{
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_strand(options, strand, &error));
    return options;
}

static asyr_result *submit_in(asyr_pool *pool, asyr_strand *strand,
                              asyr_native_fn run, void *arg)
{
    asyr_task_options *options = options_in(strand);
    asyr_result *result = support_submit(pool, run, arg, options);
    asyr_task_options_free(options);
    return result;
}

static void arguments_of_a_strand_are_checked(void)
{
    static const int32_t kinds[] = {-1, 2, INT32_MIN, INT32_MAX};
    asyr_strand *strand = NULL;
    asyr_pool *pool = support_pool(1);
    for (int i = 0; i < 4; i++)
        UNIT_FAILS(ASYR_E_ARGUMENT,
                   asyr_strand_new(pool, kinds[i], &strand, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_strand_new(NULL, 0, &strand, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_strand_new(pool, 0, NULL, &error));
    CU_ASSERT_EQUAL(asyr_strand_new(pool, 2, &strand, NULL), ASYR_E_ARGUMENT);
    CU_ASSERT_PTR_NULL(asyr_strand_ref(NULL));
    asyr_strand_unref(NULL);
    support_end(pool);
}

static void a_strand_of_another_pool_is_refused(void)
{
    asyr_pool *pool = support_pool(1), *other = support_pool(1);
    asyr_strand *strand = strand_of(other, ASYR_STRAND_SERIAL);
    asyr_task_options *options = options_in(strand);
    asyr_function *function = support_native(run_echo, NULL);
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_pool_apply_async(pool, function, NULL, options, NULL, &error));
    asyr_function_unref(function);
    asyr_task_options_free(options);
    asyr_strand_unref(strand);
    support_end(pool);
    support_end(other);
}

static void a_pool_that_is_not_open_makes_no_strand(void)
{
    asyr_strand *strand = NULL;
    asyr_pool *pool = support_pool(1);
    UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    for (int32_t kind = 0; kind <= ASYR_STRAND_PINNED; kind++)
        UNIT_FAILS(ASYR_E_POOL_CLOSED, asyr_strand_new(pool, kind, &strand, &error));
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    UNIT_FAILS(ASYR_E_TERMINATED, asyr_strand_new(pool, 0, &strand, &error));
    support_end(pool);
}

/* What the tasks of a strand saw; nothing guards it but the strand. */
struct seen {
    int next;
    int misplaced;
    int inside;
    int overlaps;
    pthread_t first;
    int threads; /* other than the first */
};

struct place {
    struct seen *seen;
    int number;
};

static void take_place(asyr_task *task, void *arg)
{
    struct place *place = arg;
    struct seen *seen = place->seen;
    (void)task;
    seen->overlaps += seen->inside++ != 0;
    seen->misplaced += seen->next != place->number;
    if (seen->next++ == 0)
        seen->first = pthread_self();
    seen->threads += !pthread_equal(seen->first, pthread_self());
    seen->inside--;
}

#define MANY 200

static struct seen run_many(asyr_pool *pool, int32_t kind)
{
    struct seen seen = {0};
    struct place places[MANY];
    asyr_result *last = NULL;
    asyr_strand *strand = strand_of(pool, kind);
    for (int i = 0; i < MANY; i++) {
        places[i] = (struct place){&seen, i};
        asyr_result_unref(last);
        last = submit_in(pool, strand, take_place, &places[i]);
    }
    CU_ASSERT_EQUAL(support_take_outcome(last), ASYR_OK);
    asyr_strand_unref(strand);
    return seen;
}

static void tasks_run_one_at_a_time_and_in_order(void)
{
    asyr_pool *pool = support_pool(4);
    for (int32_t kind = 0; kind <= ASYR_STRAND_PINNED; kind++) {
        struct seen seen = run_many(pool, kind);
        CU_ASSERT_EQUAL(seen.next, MANY);
        CU_ASSERT_EQUAL(seen.misplaced, 0);
        CU_ASSERT_EQUAL(seen.overlaps, 0);
        if (kind == ASYR_STRAND_PINNED)
            CU_ASSERT_EQUAL(seen.threads, 0);
    }
    support_end(pool);
}

/* B9: a later task of a strand does not call back before an earlier one. */
static void callbacks_keep_the_order_of_the_strand(void)
{
    asyr_pool *pool = support_pool(4);
    for (int32_t kind = 0; kind <= ASYR_STRAND_PINNED; kind++) {
        int misplaced = 0;
        asyr_queue *queue = support_queue(0);
        asyr_strand *strand = strand_of(pool, kind);
        asyr_task_options *options = options_in(strand);
        UNIT_SUCCEEDS(asyr_task_options_set_queue(options, queue, &error));
        UNIT_SUCCEEDS(
            asyr_task_options_set_event(options, ASYR_EVENT_CALLBACK, &error));
        for (uint64_t i = 0; i < MANY; i++) {
            UNIT_SUCCEEDS(asyr_task_options_set_tag(options, i, &error));
            asyr_result_unref(support_submit(pool, run_echo, NULL, options));
        }
        for (uint64_t i = 0; i < MANY; i++) {
            asyr_event *event = NULL;
            UNIT_SUCCEEDS(asyr_queue_next(queue, A_MINUTE, NULL, &event, &error));
            misplaced += asyr_event_get_tag(event) != i;
            UNIT_SUCCEEDS(asyr_event_finish(event, NULL, &error));
        }
        CU_ASSERT_EQUAL(misplaced, 0);
        asyr_task_options_free(options);
        asyr_strand_unref(strand);
        asyr_queue_unref(queue);
    }
    support_end(pool);
}

static void remember_thread(asyr_task *task, void *thread)
{
    (void)task;
    *(pthread_t *)thread = pthread_self();
}

static void a_pinned_strand_has_a_thread_of_its_own(void)
{
    pthread_t worker, pinned;
    asyr_pool *pool = support_pool(1);
    asyr_strand *strand = strand_of(pool, ASYR_STRAND_PINNED);
    asyr_result_unref(submit_in(pool, strand, remember_thread, &pinned));
    asyr_result_unref(support_submit(pool, remember_thread, &worker, NULL));
    asyr_strand_unref(strand);
    support_end(pool);
    CU_ASSERT_FALSE(pthread_equal(worker, pinned));
}

/* A strand with a slow task holds no worker for those behind it. */
static void no_thread_is_held_by_tasks_that_wait_in_a_strand(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(2);
    asyr_strand *strand = strand_of(pool, ASYR_STRAND_SERIAL);
    asyr_result_unref(submit_in(pool, strand, run_gate, &gate));
    for (int i = 0; i < 5; i++)
        asyr_result_unref(submit_in(pool, strand, run_echo, NULL));
    CU_ASSERT_EQUAL(support_take_outcome(support_submit(pool, run_echo, NULL, NULL)),
                    ASYR_OK);
    latch_open(&gate.leave);
    asyr_strand_unref(strand);
    support_end(pool);
}

static void a_strand_can_be_released_early(void)
{
    for (int32_t kind = 0; kind <= ASYR_STRAND_PINNED; kind++) {
        _Atomic int ran = 0;
        struct gate gate = GATE_CLOSED;
        asyr_pool *pool = support_pool(1);
        asyr_strand *strand = strand_of(pool, kind);
        asyr_result_unref(submit_in(pool, strand, run_gate, &gate));
        for (int i = 0; i < 5; i++)
            asyr_result_unref(submit_in(pool, strand, run_count, &ran));
        CU_ASSERT_PTR_EQUAL(asyr_strand_ref(strand), strand);
        asyr_strand_unref(strand);
        asyr_strand_unref(strand);
        latch_open(&gate.leave);
        support_end(pool);
        CU_ASSERT_EQUAL(ran, 5);
    }
}

static void a_strand_can_outlive_its_pool(void)
{
    for (int32_t kind = 0; kind <= ASYR_STRAND_PINNED; kind++) {
        asyr_pool *pool = support_pool(1);
        asyr_strand *strand = strand_of(pool, kind);
        CU_ASSERT_EQUAL(
            support_take_outcome(submit_in(pool, strand, run_echo, NULL)), ASYR_OK);
        support_end(pool);
        asyr_strand_unref(strand);
    }
}

/* B22 */
static void a_terminated_pool_ends_the_tasks_of_its_strands(void)
{
    for (int32_t kind = 0; kind <= ASYR_STRAND_PINNED; kind++) {
        _Atomic int ran = 0;
        struct gate gate = GATE_CLOSED;
        asyr_pool *pool = support_pool(1);
        asyr_strand *strand = strand_of(pool, kind);
        asyr_result *first = submit_in(pool, strand, run_gate, &gate);
        asyr_result *second = submit_in(pool, strand, run_count, &ran);
        latch_wait(&gate.entered, 1);
        UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
        CU_ASSERT_EQUAL(support_take_outcome(first), ASYR_E_TERMINATED);
        CU_ASSERT_EQUAL(support_take_outcome(second), ASYR_E_TERMINATED);
        latch_open(&gate.leave);
        support_terminate(pool);
        CU_ASSERT_EQUAL(ran, 0);
        asyr_strand_unref(strand);
    }
}

/* B29 */
static void cancelling_inside_a_strand_keeps_the_others(void)
{
    for (int32_t kind = 0; kind <= ASYR_STRAND_PINNED; kind++) {
        _Atomic int ran = 0;
        int32_t outcome;
        asyr_result *results[3];
        struct gate gate = GATE_CLOSED;
        asyr_pool *pool = support_pool(1);
        asyr_strand *strand = strand_of(pool, kind);
        asyr_result_unref(submit_in(pool, strand, run_gate, &gate));
        latch_wait(&gate.entered, 1);
        for (int i = 0; i < 3; i++)
            results[i] = submit_in(pool, strand, run_count, &ran);
        UNIT_SUCCEEDS(asyr_result_cancel(results[1], &outcome, &error));
        CU_ASSERT_EQUAL(outcome, ASYR_CANCEL_DEQUEUED);
        latch_open(&gate.leave);
        CU_ASSERT_EQUAL(support_take_outcome(results[0]), ASYR_OK);
        CU_ASSERT_EQUAL(support_take_outcome(results[1]), ASYR_E_CANCELLED);
        CU_ASSERT_EQUAL(support_take_outcome(results[2]), ASYR_OK);
        CU_ASSERT_EQUAL(ran, 2);
        asyr_strand_unref(strand);
        support_end(pool);
    }
}

/* The head of a serial strand sits in the pool's queue, in front of the others. */
static void cancelling_the_head_of_a_strand_lets_the_next_begin(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_strand *strand = strand_of(pool, ASYR_STRAND_SERIAL);
    asyr_result_unref(support_submit(pool, run_gate, &gate, NULL));
    latch_wait(&gate.entered, 1);
    asyr_result *head = submit_in(pool, strand, run_echo, NULL);
    asyr_result *next = submit_in(pool, strand, run_echo, NULL);
    UNIT_SUCCEEDS(asyr_result_cancel(head, NULL, &error));
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(head), ASYR_E_CANCELLED);
    CU_ASSERT_EQUAL(support_take_outcome(next), ASYR_OK);
    asyr_strand_unref(strand);
    support_end(pool);
}

/* B21: an idle worker ends too when the last queued task was taken back. */
/* B29: by chance, the cancel comes while the thread takes the task. */
static void cancels_and_the_thread_of_a_pinned_strand_share_its_tasks(void)
{
    enum { TASKS = 4000 };
    asyr_pool *pool = support_pool(1);
    asyr_strand *strand = strand_of(pool, ASYR_STRAND_PINNED);
    int64_t dequeued = 0;
    _Atomic int ran = 0;
    for (int i = 0; i < TASKS; i++) {
        int32_t outcome = 0;
        asyr_result *result = submit_in(pool, strand, run_count, &ran);
        UNIT_SUCCEEDS(asyr_result_cancel(result, &outcome, &error));
        dequeued += outcome == ASYR_CANCEL_DEQUEUED;
        asyr_result_unref(result);
    }
    asyr_result *last = submit_in(pool, strand, run_count, &ran);
    CU_ASSERT_EQUAL(support_take_outcome(last), ASYR_OK);
    CU_ASSERT_EQUAL(ran + dequeued, TASKS + 1);
    asyr_strand_unref(strand);
    support_end(pool);
}

struct emptier {
    asyr_pool *pool;
    asyr_strand *strand;
    struct latch begun;
};

static void *submit_empty_maps(void *arg)
{
    struct emptier *emptier = arg;
    asyr_status status = ASYR_OK;
    asyr_function *function = support_native(run_echo, NULL);
    asyr_task_options *options = options_in(emptier->strand);
    asyr_value *none = support_numbers(0);
    while (status == ASYR_OK) {
        status =
            asyr_pool_map_async(emptier->pool, function, none, options, NULL, NULL);
        latch_open(&emptier->begun);
    }
    CU_ASSERT_EQUAL(status, ASYR_E_TERMINATED);
    asyr_value_unref(none);
    asyr_task_options_free(options);
    asyr_function_unref(function);
    return NULL;
}

/* B17, B22: by chance, the end comes while such a map is made ready. */
static void empty_maps_in_a_strand_stand_a_terminate(void)
{
    for (int round = 0; round < 200; round++) {
        pthread_t thread;
        asyr_pool *pool = support_pool(1);
        struct emptier emptier = {.pool = pool,
                                  .strand = strand_of(pool, ASYR_STRAND_SERIAL),
                                  .begun = LATCH_CLOSED};
        CU_ASSERT_EQUAL_FATAL(
            pthread_create(&thread, NULL, submit_empty_maps, &emptier), 0);
        latch_wait(&emptier.begun, 1);
        UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
        pthread_join(thread, NULL);
        UNIT_SUCCEEDS(asyr_pool_join(pool, ASYR_FOREVER, NULL, &error));
        asyr_strand_unref(emptier.strand);
        asyr_pool_unref(pool);
    }
}

static void cancelling_the_last_queued_task_lets_a_closed_pool_end(void)
{
    for (int32_t kind = 0; kind <= ASYR_STRAND_PINNED; kind++) {
        struct gate gate = GATE_CLOSED;
        asyr_pool *pool = support_pool(2);
        asyr_strand *strand = strand_of(pool, kind);
        asyr_result_unref(submit_in(pool, strand, run_gate, &gate));
        latch_wait(&gate.entered, 1);
        asyr_result *behind = submit_in(pool, strand, run_echo, NULL);
        UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
        support_await_idle(pool, kind == ASYR_STRAND_PINNED ? 2 : 1);
        UNIT_SUCCEEDS(asyr_result_cancel(behind, NULL, &error));
        latch_open(&gate.leave);
        asyr_result_unref(behind);
        asyr_strand_unref(strand);
        support_end(pool);
    }
}

/* B16: the chunks of a map in a strand keep their order. */
static void a_map_in_a_strand_keeps_its_order(void)
{
    struct seen seen = {0};
    struct place place = {&seen, 0};
    asyr_pool *pool = support_pool(3);
    for (int32_t kind = 0; kind <= ASYR_STRAND_PINNED; kind++) {
        asyr_strand *strand = strand_of(pool, kind);
        asyr_task_options *options = options_in(strand);
        UNIT_SUCCEEDS(asyr_task_options_set_chunk_size(options, 2, &error));
        asyr_result *map = support_map(pool, take_place, &place, 31, options);
        CU_ASSERT_EQUAL(support_take_outcome(map), ASYR_OK);
        asyr_task_options_free(options);
        asyr_strand_unref(strand);
    }
    CU_ASSERT_EQUAL(seen.next, 62);
    CU_ASSERT_EQUAL(seen.overlaps, 0);
    support_end(pool);
}

static void wait_then_fail(asyr_task *task, void *gate)
{
    run_gate(task, gate);
    run_fail(task, NULL);
}

static void a_map_in_a_strand_that_fails_fast_lets_a_closed_pool_end(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool *pool = support_pool(2);
    asyr_strand *strand = strand_of(pool, ASYR_STRAND_SERIAL);
    asyr_task_options *options = options_in(strand);
    UNIT_SUCCEEDS(asyr_task_options_set_chunk_size(options, 1, &error));
    UNIT_SUCCEEDS(
        asyr_task_options_set_error_policy(options, ASYR_ERRORS_FAIL_FAST, &error));
    asyr_result *map = support_map(pool, wait_then_fail, &gate, 10, options);
    latch_wait(&gate.entered, 1);
    UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(map), ASYR_E_TASK);
    asyr_task_options_free(options);
    asyr_strand_unref(strand);
    support_end(pool);
}

/* B25 */
static void a_task_that_ends_its_thread_leaves_the_strand_whole(void)
{
    for (int32_t kind = 0; kind <= ASYR_STRAND_PINNED; kind++) {
        asyr_pool *pool = support_pool(1);
        asyr_strand *strand = strand_of(pool, kind);
        for (int i = 0; i < 10; i++) {
            asyr_result *lost = submit_in(pool, strand, run_exit, NULL);
            asyr_result *next = submit_in(pool, strand, run_echo, NULL);
            CU_ASSERT_EQUAL(support_take_outcome(lost), ASYR_E_WORKER_LOST);
            CU_ASSERT_EQUAL(support_take_outcome(next), ASYR_OK);
        }
        asyr_strand_unref(strand);
        support_end(pool);
    }
}

/* B19: a pinned thread runs the initializer too, and again only for a new thread. */
static void the_thread_of_a_pinned_strand_is_initialized(void)
{
    _Atomic int begun = 0;
    asyr_pool_options *options = support_pool_options(1);
    asyr_function *function = support_native(run_count, &begun);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_initializer(options, function, NULL, &error));
    asyr_function_unref(function);
    asyr_pool *pool = support_pool_with(options);
    CU_ASSERT_EQUAL(support_take_outcome(support_submit(pool, run_echo, NULL, NULL)),
                    ASYR_OK);
    asyr_strand *strand = strand_of(pool, ASYR_STRAND_PINNED);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(
            support_take_outcome(submit_in(pool, strand, run_echo, NULL)), ASYR_OK);
    CU_ASSERT_EQUAL(begun, 2);
    CU_ASSERT_EQUAL(support_take_outcome(submit_in(pool, strand, run_exit, NULL)),
                    ASYR_E_WORKER_LOST);
    CU_ASSERT_EQUAL(support_take_outcome(submit_in(pool, strand, run_echo, NULL)),
                    ASYR_OK);
    CU_ASSERT_EQUAL(begun, 3);
    asyr_strand_unref(strand);
    support_end(pool);
}

static void exit_the_second_time(asyr_task *task, void *counter)
{
    run_count(task, counter);
    if (*(_Atomic int *)counter > 1)
        pthread_exit(NULL);
}

/* B19: it is not tried for ever. */
static void an_initializer_that_ends_a_pinned_thread_is_not_tried_again(void)
{
    _Atomic int begun = 0;
    asyr_strand *strand = NULL;
    asyr_result *result = NULL;
    asyr_pool_options *options = support_pool_options(1);
    asyr_function *function = support_native(exit_the_second_time, &begun);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_initializer(options, function, NULL, &error));
    asyr_pool *pool = support_pool_with(options);
    CU_ASSERT_EQUAL(support_take_outcome(support_submit(pool, run_echo, NULL, NULL)),
                    ASYR_OK);
    strand = strand_of(pool, ASYR_STRAND_PINNED);
    asyr_task_options *in = options_in(strand);
    asyr_status status =
        asyr_pool_apply_async(pool, function, NULL, in, &result, NULL);
    if (status == ASYR_OK)
        status = support_take_outcome(result);
    CU_ASSERT_EQUAL(status, ASYR_E_BROKEN);
    asyr_task_options_free(in);
    asyr_function_unref(function);
    asyr_strand_unref(strand);
    support_end(pool);
    CU_ASSERT_EQUAL(begun, 2);
}

struct waits {
    asyr_result *result;
    struct latch begin;
    _Atomic asyr_status status;
};

static void run_wait(asyr_task *task, void *arg)
{
    struct waits *waits = arg;
    (void)task;
    latch_wait(&waits->begin, 1);
    waits->status = asyr_result_wait(waits->result, ASYR_FOREVER, NULL, NULL);
}

/* B24 */
static void waiting_for_a_later_task_of_the_same_strand_is_a_deadlock(void)
{
    for (int32_t kind = 0; kind <= ASYR_STRAND_PINNED; kind++) {
        struct waits waits = {NULL, LATCH_CLOSED, -1};
        asyr_pool *pool = support_pool(2);
        asyr_strand *strand = strand_of(pool, kind);
        asyr_result *outer = submit_in(pool, strand, run_wait, &waits);
        waits.result = submit_in(pool, strand, run_echo, NULL);
        latch_open(&waits.begin);
        CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
        CU_ASSERT_EQUAL(waits.status, ASYR_E_DEADLOCK);
        CU_ASSERT_EQUAL(support_take_outcome(waits.result), ASYR_OK);
        asyr_strand_unref(strand);
        support_end(pool);
    }
}

/* B24: tasks of two strands that wait for what stands behind the other one. */
static void a_circle_of_two_strands_is_a_deadlock(void)
{
    struct waits waits[2] = {{NULL, LATCH_CLOSED, -1}, {NULL, LATCH_CLOSED, -1}};
    asyr_strand *strands[2];
    asyr_result *outer[2];
    asyr_pool *pool = support_pool(2);
    for (int i = 0; i < 2; i++) {
        strands[i] = strand_of(pool, i);
        outer[i] = submit_in(pool, strands[i], run_wait, &waits[i]);
    }
    for (int i = 0; i < 2; i++)
        waits[i].result = submit_in(pool, strands[!i], run_echo, NULL);
    for (int i = 0; i < 2; i++)
        latch_open(&waits[i].begin);
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(support_take_outcome(outer[i]), ASYR_OK);
        CU_ASSERT_EQUAL(support_take_outcome(waits[i].result), ASYR_OK);
        asyr_strand_unref(strands[i]);
    }
    CU_ASSERT_EQUAL((waits[0].status == ASYR_E_DEADLOCK) +
                        (waits[1].status == ASYR_E_DEADLOCK),
                    1);
    support_end(pool);
}

/* B9: callbacks are serialised, so nothing else guards what they count. */
static asyr_error *call_in_order(asyr_value *value, void *arg)
{
    struct place *place = arg;
    (void)value;
    place->seen->misplaced += place->seen->next++ != place->number;
    return NULL;
}

static void callbacks_of_a_strand_keep_its_order(void)
{
    struct seen seen = {0};
    struct place places[MANY];
    asyr_pool *pool = support_pool(4);
    asyr_strand *strand = strand_of(pool, ASYR_STRAND_SERIAL);
    asyr_result *last = NULL;
    for (int i = 0; i < MANY; i++) {
        asyr_task_options *options = options_in(strand);
        places[i] = (struct place){&seen, i};
        UNIT_SUCCEEDS(asyr_task_options_set_callback(options, call_in_order,
                                                     &places[i], NULL, &error));
        asyr_result_unref(last);
        last = support_submit(pool, run_echo, NULL, options);
        asyr_task_options_free(options);
    }
    CU_ASSERT_EQUAL(support_take_outcome(last), ASYR_OK);
    CU_ASSERT_EQUAL(seen.next, MANY);
    CU_ASSERT_EQUAL(seen.misplaced, 0);
    asyr_strand_unref(strand);
    support_end(pool);
}

/* B25: the pinned thread must not count as an ordinary worker while it leaves. */
static void releasing_pinned_strands_loses_no_worker(void)
{
    asyr_pool *pool = support_pool(1);
    for (int i = 0; i < 500; i++) {
        asyr_strand *strand = strand_of(pool, ASYR_STRAND_PINNED);
        asyr_result *result = support_submit(pool, run_echo, NULL, NULL);
        asyr_strand_unref(strand);
        CU_ASSERT_EQUAL_FATAL(support_take_outcome(result), ASYR_OK);
        result = support_submit(pool, run_echo, NULL, NULL);
        CU_ASSERT_EQUAL_FATAL(support_take_outcome(result), ASYR_OK);
    }
    support_end(pool);
}

CU_TestInfo strand_tests[] = {
    UNIT_TEST(arguments_of_a_strand_are_checked),
    UNIT_TEST(a_strand_of_another_pool_is_refused),
    UNIT_TEST(a_pool_that_is_not_open_makes_no_strand),
    UNIT_TEST(tasks_run_one_at_a_time_and_in_order),
    UNIT_TEST(callbacks_keep_the_order_of_the_strand),
    UNIT_TEST(a_pinned_strand_has_a_thread_of_its_own),
    UNIT_TEST(no_thread_is_held_by_tasks_that_wait_in_a_strand),
    UNIT_TEST(callbacks_of_a_strand_keep_its_order),
    UNIT_TEST(a_strand_can_be_released_early),
    UNIT_TEST(a_strand_can_outlive_its_pool),
    UNIT_TEST(a_terminated_pool_ends_the_tasks_of_its_strands),
    UNIT_TEST(cancelling_inside_a_strand_keeps_the_others),
    UNIT_TEST(cancelling_the_head_of_a_strand_lets_the_next_begin),
    UNIT_TEST(cancels_and_the_thread_of_a_pinned_strand_share_its_tasks),
    UNIT_TEST(empty_maps_in_a_strand_stand_a_terminate),
    UNIT_TEST(cancelling_the_last_queued_task_lets_a_closed_pool_end),
    UNIT_TEST(a_map_in_a_strand_keeps_its_order),
    UNIT_TEST(a_map_in_a_strand_that_fails_fast_lets_a_closed_pool_end),
    UNIT_TEST(a_task_that_ends_its_thread_leaves_the_strand_whole),
    UNIT_TEST(the_thread_of_a_pinned_strand_is_initialized),
    UNIT_TEST(an_initializer_that_ends_a_pinned_thread_is_not_tried_again),
    UNIT_TEST(waiting_for_a_later_task_of_the_same_strand_is_a_deadlock),
    UNIT_TEST(a_circle_of_two_strands_is_a_deadlock),
    UNIT_TEST(releasing_pinned_strands_loses_no_worker),
    CU_TEST_INFO_NULL};
