/* Ranges: a kernel, or a function, for each piece of an interval of numbers. */
#include "calling.h"
#include "support.h"

#include <stdio.h>

#include "base/alloc.h"
#include "core/result.h"
#include "pool/pool.h"

enum { MOST = 4096 };

/* What the kernel of a test saw, and what it waits for. */
struct seen {
    _Atomic int marks[MOST]; /* how often each number came */
    int64_t first;           /* of the numbers */
    _Atomic int pieces;
    int64_t begins[MOST]; /* of the pieces, in their order */
    int64_t ends[MOST];
    _Atomic int inside; /* kernels that run */
    _Atomic int most_inside;
    struct gate *gate;    /* passed by each piece, if it is given */
    _Atomic int released; /* how often it was */
};

static void enter(struct seen *seen)
{
    int inside = atomic_fetch_add(&seen->inside, 1) + 1;
    int most = atomic_load(&seen->most_inside);
    while (most < inside &&
           !atomic_compare_exchange_weak(&seen->most_inside, &most, inside))
        continue;
}

static void note(int64_t begin, int64_t end, void *context)
{
    struct seen *seen = context;
    int piece = atomic_fetch_add(&seen->pieces, 1);
    enter(seen);
    seen->begins[piece] = begin;
    seen->ends[piece] = end;
    if (seen->gate) {
        latch_open(&seen->gate->entered);
        latch_wait(&seen->gate->leave, 1);
    }
    atomic_fetch_sub(&seen->inside, 1);
}

static void mark(int64_t begin, int64_t end, void *context)
{
    struct seen *seen = context;
    enter(seen);
    for (int64_t i = begin; i < end; i++)
        atomic_fetch_add(&seen->marks[i - seen->first], 1);
    atomic_fetch_sub(&seen->inside, 1);
}

static void release_seen(void *context)
{
    atomic_fetch_add(&((struct seen *)context)->released, 1);
}

/* Large, so it does not stand on the stack; each test begins with a fresh one. */
static struct seen the_seen;

static struct seen *seen_new(void)
{
    the_seen = (struct seen){.first = 0};
    return &the_seen;
}

static asyr_task_options *chunks_of(int64_t size)
{
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_chunk_size(options, size, &error));
    return options;
}

/* Submit a kernel with `release_seen`. */
static asyr_result *run_range(asyr_pool *pool, int64_t begin, int64_t end,
                              asyr_range_fn kernel, struct seen *seen,
                              const asyr_task_options *options)
{
    asyr_result *result = NULL;
    UNIT_SUCCEEDS(asyr_pool_range_async(pool, begin, end, kernel, seen, release_seen,
                                        options, &result, &error));
    return result;
}

static void expect_each_once(const struct seen *seen, int64_t count)
{
    int wrong = 0;
    for (int64_t i = 0; i < count; i++)
        wrong += seen->marks[i] != 1;
    CU_ASSERT_EQUAL(wrong, 0);
}

/* B14: whatever the chunks, and where numbers are below 0. */
static void each_number_comes_once(void)
{
    static const int64_t sizes[] = {1, 2, 7, 49, 50, 51, INT64_MAX};
    for (int i = 0; i < 7; i++) {
        struct seen *seen = seen_new();
        asyr_pool *pool = support_pool(3);
        asyr_task_options *options = chunks_of(sizes[i]);
        seen->first = -20;
        asyr_result *result = run_range(pool, -20, 30, mark, seen, options);
        CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
        asyr_task_options_free(options);
        support_end(pool);
        expect_each_once(seen, 50);
        CU_ASSERT_EQUAL(seen->released, 1);
    }
}

static void each_number_comes_once_without_a_chunk_size(void)
{
    for (int64_t workers = 1; workers < 4; workers++) {
        struct seen *seen = seen_new();
        asyr_pool *pool = support_pool(workers);
        asyr_result *result = run_range(pool, 0, MOST, mark, seen, NULL);
        CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
        support_end(pool);
        expect_each_once(seen, MOST);
    }
}

static void a_chunk_is_one_piece(void)
{
    struct seen *seen = seen_new();
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = chunks_of(10);
    asyr_result *result = run_range(pool, -15, 8, note, seen, options);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    CU_ASSERT_EQUAL(seen->pieces, 3);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(seen->begins[i], -15 + 10 * i);
        CU_ASSERT_EQUAL(seen->ends[i], i < 2 ? -5 + 10 * i : 8);
    }
    asyr_task_options_free(options);
    support_end(pool);
}

/* As many numbers as there may be, cut so that sums of them would overflow. */
static void a_range_may_reach_from_end_to_end(void)
{
    const int64_t half = INT64_C(1) << 62;
    struct seen *seen = seen_new();
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = chunks_of(half);
    asyr_result *result = run_range(pool, INT64_MIN, -1, note, seen, options);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    CU_ASSERT_EQUAL(seen->pieces, 2);
    CU_ASSERT_EQUAL(seen->begins[0], INT64_MIN);
    CU_ASSERT_EQUAL(seen->ends[0], INT64_MIN + half);
    CU_ASSERT_EQUAL(seen->begins[1], INT64_MIN + half);
    CU_ASSERT_EQUAL(seen->ends[1], -1);
    asyr_task_options_free(options);
    support_end(pool);
}

static void expect_refused(asyr_status code, asyr_pool *pool, int64_t begin,
                           int64_t end, const asyr_task_options *options)
{
    struct seen *seen = seen_new();
    asyr_result *result = (asyr_result *)seen;
    UNIT_FAILS(code, asyr_pool_range_async(pool, begin, end, note, seen,
                                           release_seen, options, &result, &error));
    CU_ASSERT_PTR_NULL(result);
    CU_ASSERT_EQUAL(seen->released, 1);
    CU_ASSERT_EQUAL(seen->pieces, 0);
}

static void a_range_that_is_refused_releases_its_context(void)
{
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = support_task_options();
    expect_refused(ASYR_E_ARGUMENT, pool, 1, 0, NULL);
    expect_refused(ASYR_E_ARGUMENT, pool, INT64_MAX, INT64_MIN, NULL);
    expect_refused(ASYR_E_ARGUMENT, pool, -1, INT64_MAX, NULL);
    expect_refused(ASYR_E_ARGUMENT, pool, INT64_MIN, 0, NULL);
    UNIT_SUCCEEDS(
        asyr_task_options_set_error_policy(options, ASYR_ERRORS_COLLECT, &error));
    expect_refused(ASYR_E_ARGUMENT, pool, 0, 5, options);
    asyr_task_options_free(options);
    UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    expect_refused(ASYR_E_POOL_CLOSED, pool, 0, 5, NULL);
    expect_refused(ASYR_E_POOL_CLOSED, pool, 5, 5, NULL); /* B21 */
    support_end(pool);
}

struct called {
    _Atomic int values;
    _Atomic int errors;
    _Atomic int nils;
};

static asyr_error *count_value(asyr_value *value, void *arg)
{
    struct called *called = arg;
    called->values++;
    called->nils += asyr_value_get_type(value) == ASYR_VALUE_NIL;
    return NULL;
}

static asyr_error *count_error(asyr_error *failure, void *arg)
{
    (void)failure;
    ((struct called *)arg)->errors++;
    return NULL;
}

static void set_callbacks(asyr_task_options *options, struct called *called)
{
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(options, count_value, called, NULL, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(options, count_error, called,
                                                       NULL, &error));
}

/* B17 */
static void an_empty_range_is_ready_at_once(void)
{
    struct seen *seen = seen_new();
    asyr_pool *pool = support_pool(1);
    asyr_result *result = run_range(pool, INT64_MIN, INT64_MIN, note, seen, NULL);
    CU_ASSERT_TRUE(asyr_result_is_ready(result));
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    CU_ASSERT_EQUAL(seen->released, 1);
    CU_ASSERT_EQUAL(seen->pieces, 0);
    support_end(pool);
}

/* B8 */
static void the_value_is_nil_also_for_a_callback(void)
{
    struct called called = {0};
    asyr_value *value = NULL;
    asyr_pool *pool = support_pool(2);
    asyr_task_options *options = support_task_options();
    set_callbacks(options, &called);
    struct seen *seen = seen_new();
    for (int64_t count = 0; count < 100; count += 99) {
        asyr_result *result = run_range(pool, 0, count, mark, seen, options);
        UNIT_SUCCEEDS(asyr_result_get(result, A_MINUTE, NULL, &value, &error));
        CU_ASSERT_EQUAL(asyr_value_get_type(value), ASYR_VALUE_NIL);
        asyr_value_unref(value);
        asyr_result_unref(result);
    }
    asyr_task_options_free(options);
    support_end(pool);
    CU_ASSERT_EQUAL(called.values, 2);
    CU_ASSERT_EQUAL(called.nils, 2);
    CU_ASSERT_EQUAL(called.errors, 0);
}

static void several_workers_take_part(void)
{
    struct gate gate = GATE_CLOSED;
    struct seen *seen = seen_new();
    asyr_pool *pool = support_pool(3);
    seen->gate = &gate;
    asyr_result *result = run_range(pool, 0, 100, note, seen, NULL);
    latch_wait(&gate.entered, 3);
    CU_ASSERT_FALSE(asyr_result_is_ready(result));
    CU_ASSERT_EQUAL(seen->released, 0);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    CU_ASSERT_EQUAL(seen->most_inside, 3);
    support_end(pool);
    CU_ASSERT_EQUAL(seen->released, 1);
}

/* A range whose first piece runs, on the pool's only worker. */
static asyr_result *begin_range(asyr_pool *pool, struct seen *seen)
{
    asyr_task_options *options = chunks_of(10);
    asyr_result *result = run_range(pool, 0, 30, note, seen, options);
    asyr_task_options_free(options);
    latch_wait(&seen->gate->entered, 1);
    return result;
}

/* B29 */
static void a_cancel_drops_the_pieces_that_have_not_begun(void)
{
    struct gate gate = GATE_CLOSED;
    struct seen *seen = seen_new();
    int32_t outcome = -1;
    asyr_pool *pool = support_pool(1);
    seen->gate = &gate;
    asyr_result *result = begin_range(pool, seen);
    UNIT_SUCCEEDS(asyr_result_cancel(result, &outcome, &error));
    CU_ASSERT_EQUAL(outcome, ASYR_CANCEL_ASKED);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_CANCELLED);
    support_end(pool);
    CU_ASSERT_EQUAL(seen->pieces, 1);
    CU_ASSERT_EQUAL(seen->released, 1);
}

/* B29 */
static void a_range_that_has_not_begun_can_be_dequeued(void)
{
    struct gate gate = GATE_CLOSED;
    struct seen *seen = seen_new();
    int32_t outcome = -1;
    asyr_pool *pool = support_pool(1);
    asyr_result_unref(support_submit(pool, run_gate, &gate, NULL));
    latch_wait(&gate.entered, 1);
    asyr_result *result = run_range(pool, 0, 30, note, seen, NULL);
    UNIT_SUCCEEDS(asyr_result_cancel(result, &outcome, &error));
    CU_ASSERT_EQUAL(outcome, ASYR_CANCEL_DEQUEUED);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_CANCELLED);
    latch_open(&gate.leave);
    support_end(pool);
    CU_ASSERT_EQUAL(seen->pieces, 0);
    CU_ASSERT_EQUAL(seen->released, 1);
}

/* B22: the context is there for the kernel that runs. */
static void a_terminate_in_the_middle_ends_it_at_once(void)
{
    struct gate gate = GATE_CLOSED;
    struct seen *seen = seen_new();
    asyr_pool *pool = support_pool(1);
    seen->gate = &gate;
    asyr_result *result = begin_range(pool, seen);
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_TERMINATED);
    CU_ASSERT_EQUAL(seen->released, 0);
    latch_open(&gate.leave);
    support_terminate(pool);
    CU_ASSERT_EQUAL(seen->pieces, 1);
    CU_ASSERT_EQUAL(seen->released, 1);
}

/* B7 */
static void a_dropped_range_runs(void)
{
    struct seen *seen = seen_new();
    asyr_pool *pool = support_pool(2);
    UNIT_SUCCEEDS(asyr_pool_range_async(pool, 0, MOST, mark, seen, release_seen,
                                        NULL, NULL, &error));
    support_end(pool);
    expect_each_once(seen, MOST);
    CU_ASSERT_EQUAL(seen->released, 1);
}

static void the_pieces_of_a_strand_run_one_by_one(void)
{
    struct seen *seen = seen_new();
    asyr_strand *strand = NULL;
    asyr_task_options *options = chunks_of(7);
    asyr_pool *pool = support_pool(3);
    UNIT_SUCCEEDS(asyr_strand_new(pool, ASYR_STRAND_SERIAL, &strand, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_strand(options, strand, &error));
    asyr_result *first = run_range(pool, 0, 700, note, seen, options);
    asyr_result *second = run_range(pool, 700, 1400, note, seen, options);
    CU_ASSERT_EQUAL(support_take_outcome(first), ASYR_OK);
    CU_ASSERT_EQUAL(support_take_outcome(second), ASYR_OK);
    CU_ASSERT_EQUAL(seen->pieces, 200);
    CU_ASSERT_EQUAL(seen->most_inside, 1);
    for (int i = 0; i < 200; i++)
        CU_ASSERT_EQUAL(seen->begins[i], 7 * i);
    asyr_strand_unref(strand);
    asyr_task_options_free(options);
    support_end(pool);
}

/* B26 */
static void the_caller_can_run_a_range_that_finds_no_place(void)
{
    struct gate gate = GATE_CLOSED;
    struct seen *seen = seen_new();
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(asyr_pool_options_set_queue_limit(options, 1,
                                                    ASYR_FULL_CALLER_RUNS, &error));
    asyr_pool *pool = support_pool_with(options);
    asyr_result_unref(support_submit(pool, run_gate, &gate, NULL));
    latch_wait(&gate.entered, 1);
    asyr_result_unref(support_submit(pool, run_echo, NULL, NULL));
    asyr_result *result = run_range(pool, 0, 100, mark, seen, NULL);
    CU_ASSERT_TRUE(asyr_result_is_ready(result));
    expect_each_once(seen, 100);
    asyr_result_unref(result);
    latch_open(&gate.leave);
    support_end(pool);
}

/* A task that runs a range in its own pool. */
struct inside {
    asyr_pool *pool;
    asyr_status status;
};

static void run_range_inside(asyr_task *task, void *arg)
{
    struct inside *inside = arg;
    asyr_result *result = NULL;
    (void)task;
    inside->status = asyr_pool_range_async(inside->pool, 0, MOST, mark, &the_seen,
                                           release_seen, NULL, &result, NULL);
    if (inside->status == ASYR_OK)
        inside->status = support_take_outcome(result);
}

/* B24 */
static void a_task_waits_for_its_range_with_one_worker(void)
{
    struct seen *seen = seen_new();
    struct inside inside = {.pool = support_pool(1), .status = -1};
    asyr_result *outer =
        support_submit(inside.pool, run_range_inside, &inside, NULL);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    CU_ASSERT_EQUAL(inside.status, ASYR_OK);
    support_end(inside.pool);
    expect_each_once(seen, MOST);
    CU_ASSERT_EQUAL(seen->released, 1);
}

static void end_thread(int64_t begin, int64_t end, void *context)
{
    note(begin, end, context);
    pthread_exit(NULL);
}

/* B25 */
static void a_kernel_that_ends_its_thread_loses_its_piece(void)
{
    struct seen *seen = seen_new();
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = chunks_of(10);
    asyr_result *result = run_range(pool, 0, 20, end_thread, seen, options);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_WORKER_LOST);
    asyr_task_options_free(options);
    support_end(pool);
    CU_ASSERT_EQUAL(seen->pieces, 2);
    CU_ASSERT_EQUAL(seen->released, 1);
}

/* A host that pulls gets piece by piece. */
static void a_worker_that_pulls_runs_a_range(void)
{
    struct seen *seen = seen_new();
    asyr_worker *worker = NULL;
    asyr_task *task = NULL;
    asyr_task_options *options = chunks_of(4);
    asyr_pool_options *lent = support_pool_options(1);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_worker_source(lent, ASYR_WORKERS_HOST, &error));
    asyr_pool *pool = support_pool_with(lent);
    UNIT_SUCCEEDS(asyr_worker_new(pool, &worker, &error));
    asyr_result *result = run_range(pool, 0, 10, note, seen, options);
    for (int i = 0; i < 3; i++) {
        UNIT_SUCCEEDS(asyr_worker_next(worker, A_MINUTE, NULL, &task, &error));
        CU_ASSERT_EQUAL(asyr_task_get_argument_count(task), 0);
        UNIT_SUCCEEDS(asyr_task_run(task, &error));
        UNIT_SUCCEEDS(asyr_worker_done(worker, &error));
    }
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    CU_ASSERT_EQUAL(seen->pieces, 3);
    CU_ASSERT_EQUAL(seen->ends[2], 10);
    asyr_task_options_free(options);
    asyr_worker_free(worker);
    support_end(pool);
    CU_ASSERT_EQUAL(seen->released, 1);
}

/* What a function of a range did. */
struct calls {
    _Atomic int count;
    _Atomic int64_t numbers;
    _Atomic int nils;
    _Atomic uint64_t begun; /* a bit for each begin */
    uint64_t fails;         /* which of them fail */
};

static void call_piece(asyr_task *task, void *arg)
{
    struct calls *calls = arg;
    asyr_value *context = NULL;
    char message[32];
    int64_t begin = 0, end = 0;
    asyr_task_get_int64(task, 0, &begin, NULL);
    asyr_task_get_int64(task, 1, &end, NULL);
    asyr_task_get_argument(task, 2, &context, NULL);
    calls->count += asyr_task_get_argument_count(task) == 3;
    calls->numbers += end - begin;
    calls->nils += asyr_value_get_type(context) == ASYR_VALUE_NIL;
    atomic_fetch_or(&calls->begun, UINT64_C(1) << (begin & 63));
    asyr_value_unref(context);
    snprintf(message, sizeof message, "piece %d", (int)begin);
    if (calls->fails >> (begin & 63) & 1)
        asyr_task_fail_with(task, "Oops", message, NULL);
    else
        asyr_task_return_int64(task, 123456789, NULL);
}

static asyr_result *call_range(asyr_pool *pool, int64_t begin, int64_t end,
                               struct calls *calls, asyr_value *context,
                               const asyr_task_options *options)
{
    asyr_result *result = NULL;
    asyr_function *function = support_native(call_piece, calls);
    UNIT_SUCCEEDS(asyr_pool_range_call_async(pool, begin, end, function, context,
                                             options, &result, &error));
    asyr_function_unref(function);
    return result;
}

static void a_function_gets_the_ends_and_the_context(void)
{
    struct calls calls = {0};
    asyr_value *value = NULL;
    asyr_value *context = unit_text("context");
    asyr_task_options *options = chunks_of(10);
    asyr_pool *pool = support_pool(1);
    asyr_result *result = call_range(pool, 0, 35, &calls, context, options);
    UNIT_SUCCEEDS(asyr_result_get(result, A_MINUTE, NULL, &value, &error));
    CU_ASSERT_EQUAL(asyr_value_get_type(value), ASYR_VALUE_NIL);
    CU_ASSERT_EQUAL(calls.count, 4);
    CU_ASSERT_EQUAL(calls.numbers, 35);
    CU_ASSERT_EQUAL(calls.nils, 0);
    CU_ASSERT_EQUAL(calls.begun, UINT64_C(1) << 30 | 1 << 20 | 1 << 10 | 1);
    asyr_value_unref(value);
    asyr_result_unref(result);
    result = call_range(pool, 0, 35, &calls, NULL, options);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    CU_ASSERT_EQUAL(calls.nils, 4);
    asyr_task_options_free(options);
    asyr_value_unref(context);
    support_end(pool);
}

/* B16; one worker, so that the first to arrive is the lowest. */
static void expect_failure(int32_t policy, uint64_t begun)
{
    struct calls calls = {.fails = UINT64_C(1) << 5 | UINT64_C(1) << 10};
    asyr_task_options *options = chunks_of(5);
    asyr_pool *pool = support_pool(1);
    UNIT_SUCCEEDS(asyr_task_options_set_error_policy(options, policy, &error));
    asyr_result *result = call_range(pool, 0, 20, &calls, NULL, options);
    asyr_error *error = support_error(result);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(error), "piece 5");
    CU_ASSERT_EQUAL(calls.begun, begun);
    asyr_error_unref(error);
    asyr_result_unref(result);
    asyr_task_options_free(options);
    support_end(pool);
}

static void a_piece_that_fails_leaves_the_others(void)
{
    expect_failure(ASYR_ERRORS_FIRST, 1 | 1 << 5 | 1 << 10 | 1 << 15);
    expect_failure(ASYR_ERRORS_LOWEST, 1 | 1 << 5 | 1 << 10 | 1 << 15);
}

static void a_piece_that_fails_can_end_them_all(void)
{
    expect_failure(ASYR_ERRORS_FAIL_FAST, 1 | 1 << 5);
}

/* Also in pieces as the pool cuts them: four chunks, of which each fails once. */
static void a_chunk_that_failed_is_skipped(void)
{
    struct calls calls = {.fails = UINT64_MAX};
    asyr_pool *pool = support_pool(1);
    asyr_result *result = call_range(pool, 0, INT64_MAX, &calls, NULL, NULL);
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_TASK);
    CU_ASSERT_TRUE(calls.count >= 4);
    support_end(pool);
}

static void a_c_function_runs_over_a_range(void)
{
    unsigned char marks[200] = {0};
    int wrong = 0;
    asyr_function *function = function_of(
        CALLEE_LIBRARY, "void callee_mark(int64_t, int64_t, unsigned char *)");
    asyr_value *context = POINTER(marks);
    asyr_result *result = NULL;
    asyr_pool *pool = support_pool(2);
    UNIT_SUCCEEDS(asyr_pool_range_call_async(pool, 0, 200, function, context, NULL,
                                             &result, &error));
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_OK);
    for (int i = 0; i < 200; i++)
        wrong += marks[i] != 1;
    CU_ASSERT_EQUAL(wrong, 0);
    asyr_value_unref(context);
    asyr_function_unref(function);
    support_end(pool);
}

static void a_c_function_of_other_types_fails(void)
{
    asyr_function *function =
        function_of(CALLEE_LIBRARY, "double callee_sum(const double *, size_t)");
    asyr_result *result = NULL;
    asyr_pool *pool = support_pool(1);
    UNIT_SUCCEEDS(asyr_pool_range_call_async(pool, 0, 200, function, NULL, NULL,
                                             &result, &error));
    CU_ASSERT_EQUAL(support_take_outcome(result), ASYR_E_TYPE);
    asyr_function_unref(function);
    support_end(pool);
}

/* What the attempts without memory work with. */
static asyr_pool *the_pool;
static asyr_function *the_function;
static asyr_value *the_context;
static const asyr_task_options *the_options;

static bool is_released(void *seen)
{
    return ((struct seen *)seen)->released == 1;
}

static asyr_status attempt_kernel(asyr_error **error)
{
    asyr_result *result = NULL;
    struct seen *seen = seen_new();
    asyr_status status = asyr_pool_range_async(
        the_pool, 0, 200, mark, seen, release_seen, the_options, &result, error);
    if (status != ASYR_OK) {
        CU_ASSERT_EQUAL(seen->released, 1);
        return status;
    }
    status = asyr_result_get(result, A_MINUTE, NULL, NULL, error);
    asyr_result_unref(result);
    support_until(is_released, seen);
    return status;
}

static asyr_status attempt_call(asyr_error **error)
{
    asyr_result *result = NULL;
    asyr_status status = asyr_pool_range_call_async(
        the_pool, 0, 100000, the_function, the_context, the_options, &result, error);
    if (status != ASYR_OK)
        return status;
    status = asyr_result_get(result, A_MINUTE, NULL, NULL, error);
    asyr_result_unref(result);
    return status;
}

static void without_memory_a_range_fails_cleanly(void)
{
    struct calls calls = {0};
    struct called called = {0};
    asyr_task_options *options = chunks_of(30);
    set_callbacks(options, &called);
    the_options = options;
    the_pool = support_pool(1);
    the_function = support_native(call_piece, &calls);
    the_context = unit_text("context");
    support_fail_each_allocation(attempt_kernel);
    asyr_task_options_free(options);
    the_options = options = chunks_of(40000);
    support_fail_each_allocation(attempt_call);
    asyr_task_options_free(options);
    asyr_value_unref(the_context);
    asyr_function_unref(the_function);
    support_end(the_pool);
}

CU_TestInfo range_tests[] = {
    UNIT_TEST(each_number_comes_once),
    UNIT_TEST(each_number_comes_once_without_a_chunk_size),
    UNIT_TEST(a_chunk_is_one_piece),
    UNIT_TEST(a_range_may_reach_from_end_to_end),
    UNIT_TEST(a_range_that_is_refused_releases_its_context),
    UNIT_TEST(an_empty_range_is_ready_at_once),
    UNIT_TEST(the_value_is_nil_also_for_a_callback),
    UNIT_TEST(several_workers_take_part),
    UNIT_TEST(a_cancel_drops_the_pieces_that_have_not_begun),
    UNIT_TEST(a_range_that_has_not_begun_can_be_dequeued),
    UNIT_TEST(a_terminate_in_the_middle_ends_it_at_once),
    UNIT_TEST(a_dropped_range_runs),
    UNIT_TEST(the_pieces_of_a_strand_run_one_by_one),
    UNIT_TEST(the_caller_can_run_a_range_that_finds_no_place),
    UNIT_TEST(a_task_waits_for_its_range_with_one_worker),
    UNIT_TEST(a_kernel_that_ends_its_thread_loses_its_piece),
    UNIT_TEST(a_worker_that_pulls_runs_a_range),
    UNIT_TEST(a_function_gets_the_ends_and_the_context),
    UNIT_TEST(a_piece_that_fails_leaves_the_others),
    UNIT_TEST(a_piece_that_fails_can_end_them_all),
    UNIT_TEST(a_chunk_that_failed_is_skipped),
    UNIT_TEST(a_c_function_runs_over_a_range),
    UNIT_TEST(a_c_function_of_other_types_fails),
    UNIT_TEST(without_memory_a_range_fails_cleanly),
    CU_TEST_INFO_NULL};
