/* Results that are completed by hand. */
#include "support.h"

#include "core/result.h"
#include "pool/pool.h"

struct pair {
    asyr_promise *promise;
    asyr_result *result;
};

static struct pair promise_in(asyr_pool *pool, const asyr_task_options *options)
{
    struct pair pair = {NULL, NULL};
    UNIT_SUCCEEDS(
        asyr_promise_new(pool, options, &pair.promise, &pair.result, &error));
    return pair;
}

static void drop_pair(struct pair *pair)
{
    asyr_promise_unref(pair->promise);
    asyr_result_unref(pair->result);
}

static void set_number(asyr_promise *promise, int64_t number)
{
    asyr_value *value = unit_int64(number);
    UNIT_SUCCEEDS(asyr_promise_set_value(promise, value, &error));
    asyr_value_unref(value);
}

static void check_number(asyr_result *result, int64_t expected)
{
    int64_t number = -1;
    UNIT_SUCCEEDS(asyr_result_get_int64(result, A_MINUTE, &number, &error));
    CU_ASSERT_EQUAL(number, expected);
}

/* B31 */
static void a_promise_is_completed_with_a_value_once(void)
{
    asyr_pool *pool = support_pool(1);
    struct pair pair = promise_in(pool, NULL);
    CU_ASSERT_EQUAL(asyr_result_get_state(pair.result), ASYR_RESULT_RUNNING);
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_result_wait(pair.result, 1, NULL, &error));
    set_number(pair.promise, 7);
    check_number(pair.result, 7);
    UNIT_FAILS(ASYR_E_STATE, asyr_promise_set_value(pair.promise, NULL, &error));
    asyr_error *failure = asyr_error_new(ASYR_E_TASK, "Oops", "it failed");
    UNIT_FAILS(ASYR_E_STATE, asyr_promise_set_error(pair.promise, failure, &error));
    asyr_error_unref(failure);
    check_number(pair.result, 7);
    drop_pair(&pair);
    support_end(pool);
}

static void its_error_is_the_very_one_that_was_set(void)
{
    asyr_pool *pool = support_pool(1);
    struct pair pair = promise_in(pool, NULL);
    asyr_error *failure = asyr_error_new(ASYR_E_TASK, "Oops", "it failed");
    UNIT_SUCCEEDS(asyr_promise_set_error(pair.promise, failure, &error));
    asyr_error *found = support_error(pair.result);
    CU_ASSERT_PTR_EQUAL(found, failure);
    asyr_error_unref(found);
    asyr_error_unref(failure);
    drop_pair(&pair);
    support_end(pool);
}

/* B2 */
static void an_error_that_says_how_a_wait_ended_becomes_a_tasks_own(void)
{
    asyr_pool *pool = support_pool(1);
    struct pair pair = promise_in(pool, NULL);
    asyr_error *failure = asyr_error_new(ASYR_E_TIMEOUT, "Slow", "too slow");
    UNIT_SUCCEEDS(asyr_promise_set_error(pair.promise, failure, &error));
    asyr_error_unref(failure);
    CU_ASSERT_EQUAL(support_outcome(pair.result), ASYR_E_TASK);
    drop_pair(&pair);
    support_end(pool);
}

static void one_that_is_released_uncompleted_is_cancelled(void)
{
    asyr_pool *pool = support_pool(1);
    struct pair pair = promise_in(pool, NULL);
    asyr_promise_unref(asyr_promise_ref(pair.promise));
    CU_ASSERT_FALSE(asyr_result_is_ready(pair.result));
    asyr_promise_unref(pair.promise);
    CU_ASSERT_EQUAL(support_take_outcome(pair.result), ASYR_E_CANCELLED);
    support_end(pool);
}

static asyr_error *note_ready(asyr_value *value, void *arg)
{
    struct latch *latch = arg;
    (void)value;
    latch_open(latch);
    return NULL;
}

static asyr_error *note_error(asyr_error *failure, void *arg)
{
    (void)failure;
    latch_open(arg);
    return NULL;
}

static asyr_task_options *calling_back(struct latch *values, struct latch *errors)
{
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(options, note_ready, values, NULL, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(options, note_error, errors,
                                                       NULL, &error));
    return options;
}

/* B8 */
static void its_callbacks_run_as_those_of_a_task(void)
{
    struct latch values = LATCH_CLOSED, errors = LATCH_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = calling_back(&values, &errors);
    UNIT_SUCCEEDS(asyr_task_options_set_tag(options, 11, &error));
    struct pair good = promise_in(pool, options);
    struct pair bad = promise_in(pool, options);
    asyr_task_options_free(options);
    CU_ASSERT_EQUAL(asyr_result_get_tag(good.result), 11);
    set_number(good.promise, 1);
    asyr_promise_unref(bad.promise);
    CU_ASSERT_EQUAL(support_take_outcome(good.result), ASYR_OK);
    CU_ASSERT_EQUAL(support_take_outcome(bad.result), ASYR_E_CANCELLED);
    CU_ASSERT_EQUAL(latch_count(&values), 1);
    CU_ASSERT_EQUAL(latch_count(&errors), 1);
    asyr_promise_unref(good.promise);
    support_end(pool);
}

static void tell_latch(void *arg)
{
    latch_open(arg);
}

/* B29 */
static void a_cancel_asks_and_tells_the_hook_once(void)
{
    int released = 0;
    int32_t outcome = -1;
    struct latch told = LATCH_CLOSED;
    asyr_pool *pool = support_pool(1);
    struct pair pair = promise_in(pool, NULL);
    UNIT_SUCCEEDS(
        asyr_promise_set_cancel_hook(pair.promise, tell_latch, &told, NULL, &error));
    CU_ASSERT_FALSE(asyr_promise_is_cancelled(pair.promise));
    for (int i = 0; i < 2; i++) {
        UNIT_SUCCEEDS(asyr_result_cancel(pair.result, &outcome, &error));
        CU_ASSERT_EQUAL(outcome, ASYR_CANCEL_ASKED);
    }
    CU_ASSERT_EQUAL(latch_count(&told), 1);
    CU_ASSERT_TRUE(asyr_promise_is_cancelled(pair.promise));
    UNIT_SUCCEEDS(
        asyr_promise_set_cancel_hook(pair.promise, tell_latch, &told, NULL, &error));
    CU_ASSERT_EQUAL(latch_count(&told), 2);
    UNIT_SUCCEEDS(asyr_promise_set_cancel_hook(
        pair.promise, unit_count_release, &released, unit_count_release, &error));
    CU_ASSERT_EQUAL(released, 2);
    set_number(pair.promise, 3);
    UNIT_SUCCEEDS(asyr_result_cancel(pair.result, &outcome, &error));
    CU_ASSERT_EQUAL(outcome, ASYR_CANCEL_TOO_LATE);
    check_number(pair.result, 3);
    drop_pair(&pair);
    support_end(pool);
}

static void a_hook_that_is_not_needed_is_released(void)
{
    int released = 0;
    struct latch told = LATCH_CLOSED;
    asyr_pool *pool = support_pool(1);
    struct pair pair = promise_in(pool, NULL);
    for (int i = 0; i < 2; i++)
        UNIT_SUCCEEDS(asyr_promise_set_cancel_hook(pair.promise, unit_count_release,
                                                   &released, unit_count_release,
                                                   &error));
    CU_ASSERT_EQUAL(released, 1);
    UNIT_SUCCEEDS(
        asyr_promise_set_cancel_hook(pair.promise, NULL, NULL, NULL, &error));
    CU_ASSERT_EQUAL(released, 2);
    UNIT_SUCCEEDS(asyr_promise_set_cancel_hook(
        pair.promise, unit_count_release, &released, unit_count_release, &error));
    set_number(pair.promise, 3);
    CU_ASSERT_EQUAL(released, 3);
    UNIT_SUCCEEDS(asyr_promise_set_cancel_hook(
        pair.promise, unit_count_release, &released, unit_count_release, &error));
    CU_ASSERT_EQUAL(released, 4);
    CU_ASSERT_EQUAL(latch_count(&told), 0);
    drop_pair(&pair);
    support_end(pool);
}

/* B22 */
static void terminate_ends_it_at_once_and_tells_its_hook(void)
{
    struct latch told = LATCH_CLOSED, values = LATCH_CLOSED, errors = LATCH_CLOSED;
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = calling_back(&values, &errors);
    struct pair pair = promise_in(pool, options);
    asyr_task_options_free(options);
    UNIT_SUCCEEDS(
        asyr_promise_set_cancel_hook(pair.promise, tell_latch, &told, NULL, &error));
    UNIT_SUCCEEDS(asyr_pool_terminate(pool, &error));
    CU_ASSERT_EQUAL(support_outcome(pair.result), ASYR_E_TERMINATED);
    CU_ASSERT_EQUAL(latch_count(&told), 1);
    CU_ASSERT_EQUAL(latch_count(&errors), 1);
    CU_ASSERT_TRUE(asyr_promise_is_cancelled(pair.promise));
    UNIT_FAILS(ASYR_E_STATE, asyr_promise_set_value(pair.promise, NULL, &error));
    CU_ASSERT_EQUAL(support_outcome(pair.result), ASYR_E_TERMINATED);
    support_terminate(pool);
    drop_pair(&pair);
}

/* B21 */
static void a_closed_pool_is_joined_and_its_promises_are_completed_later(void)
{
    asyr_pool *pool = support_pool(1);
    struct pair pair = promise_in(pool, NULL);
    support_end(pool);
    set_number(pair.promise, 5);
    check_number(pair.result, 5);
    drop_pair(&pair);
}

static void a_closed_pool_makes_no_promise(void)
{
    asyr_promise *promise = NULL;
    asyr_result *result = NULL;
    asyr_pool *pool = support_pool(1);
    UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    UNIT_FAILS(ASYR_E_POOL_CLOSED,
               asyr_promise_new(pool, NULL, &promise, &result, &error));
    CU_ASSERT_PTR_NULL(promise);
    CU_ASSERT_PTR_NULL(result);
    support_end(pool);
}

static void one_with_a_strand_is_refused(void)
{
    asyr_promise *promise = NULL;
    asyr_strand *strand = NULL;
    asyr_pool *pool = support_pool(1);
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_strand_new(pool, ASYR_STRAND_SERIAL, &strand, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_strand(options, strand, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT,
               asyr_promise_new(pool, options, &promise, NULL, &error));
    asyr_task_options_free(options);
    asyr_strand_unref(strand);
    support_end(pool);
}

static void its_result_may_be_left(void)
{
    asyr_promise *promise = NULL;
    asyr_pool *pool = support_pool(1);
    UNIT_SUCCEEDS(asyr_promise_new(pool, NULL, &promise, NULL, &error));
    set_number(promise, 5);
    asyr_promise_unref(promise);
    support_end(pool);
}

/* B26 */
static void it_takes_no_place_in_a_queue_with_a_limit(void)
{
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_queue_limit(options, 1, ASYR_FULL_FAIL, &error));
    asyr_pool *pool = support_pool_with(options);
    struct pair pairs[4];
    for (int i = 0; i < 4; i++)
        pairs[i] = promise_in(pool, NULL);
    CU_ASSERT_EQUAL(support_take_outcome(support_submit(pool, run_echo, NULL, NULL)),
                    ASYR_OK);
    for (int i = 0; i < 4; i++)
        drop_pair(&pairs[i]);
    CU_ASSERT_EQUAL(pool->queued, 0);
    support_end(pool);
}

struct racer {
    asyr_promise *promise;
    struct latch *start;
    pthread_t thread;
    asyr_status status;
};

static void *race(void *arg)
{
    struct racer *racer = arg;
    latch_wait(racer->start, 1);
    racer->status = asyr_promise_set_value(racer->promise, NULL, NULL);
    asyr_promise_unref(racer->promise);
    return NULL;
}

static void of_several_threads_one_completes_it(void)
{
    asyr_pool *pool = support_pool(1);
    for (int round = 0; round < 100; round++) {
        struct racer racers[3];
        struct latch start = LATCH_CLOSED;
        int won = 0;
        struct pair pair = promise_in(pool, NULL);
        for (int i = 0; i < 3; i++) {
            racers[i] = (struct racer){asyr_promise_ref(pair.promise), &start, 0, 0};
            pthread_create(&racers[i].thread, NULL, race, &racers[i]);
        }
        latch_open(&start);
        for (int i = 0; i < 3; i++) {
            pthread_join(racers[i].thread, NULL);
            won += racers[i].status == ASYR_OK;
        }
        CU_ASSERT_EQUAL(won, 1);
        CU_ASSERT_EQUAL(support_outcome(pair.result), ASYR_OK);
        drop_pair(&pair);
    }
    support_end(pool);
}

static asyr_status attempt_promise(asyr_error **error)
{
    struct latch latch = LATCH_CLOSED;
    asyr_pool *pool = NULL;
    struct pair pair = {NULL, NULL};
    asyr_task_options *options = NULL;
    asyr_status status = asyr_pool_new(NULL, &pool, error);
    if (status == ASYR_OK)
        status = asyr_task_options_new(&options, error);
    if (status == ASYR_OK)
        status =
            asyr_task_options_set_callback(options, note_ready, &latch, NULL, error);
    if (status == ASYR_OK)
        status = asyr_promise_new(pool, options, &pair.promise, &pair.result, error);
    if (status == ASYR_OK) /* it needs no memory */
        status = asyr_promise_set_value(pair.promise, NULL, error);
    if (status == ASYR_OK)
        status = asyr_result_get(pair.result, ASYR_FOREVER, NULL, NULL, error);
    drop_pair(&pair);
    asyr_task_options_free(options);
    if (pool) {
        asyr_pool_terminate(pool, NULL);
        asyr_pool_join(pool, ASYR_FOREVER, NULL, NULL);
    }
    asyr_pool_unref(pool);
    return status;
}

static void it_fails_cleanly_without_memory(void)
{
    support_fail_each_allocation(attempt_promise);
}

CU_TestInfo promise_tests[] = {
    UNIT_TEST(a_promise_is_completed_with_a_value_once),
    UNIT_TEST(its_error_is_the_very_one_that_was_set),
    UNIT_TEST(an_error_that_says_how_a_wait_ended_becomes_a_tasks_own),
    UNIT_TEST(one_that_is_released_uncompleted_is_cancelled),
    UNIT_TEST(its_callbacks_run_as_those_of_a_task),
    UNIT_TEST(a_cancel_asks_and_tells_the_hook_once),
    UNIT_TEST(a_hook_that_is_not_needed_is_released),
    UNIT_TEST(terminate_ends_it_at_once_and_tells_its_hook),
    UNIT_TEST(a_closed_pool_is_joined_and_its_promises_are_completed_later),
    UNIT_TEST(a_closed_pool_makes_no_promise),
    UNIT_TEST(one_with_a_strand_is_refused),
    UNIT_TEST(its_result_may_be_left),
    UNIT_TEST(it_takes_no_place_in_a_queue_with_a_limit),
    UNIT_TEST(of_several_threads_one_completes_it),
    UNIT_TEST(it_fails_cleanly_without_memory),
    CU_TEST_INFO_NULL};
