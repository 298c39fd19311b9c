/* Results made of results. */
#include "support.h"

#include <stdio.h>

#include "base/alloc.h"
#include "core/result.h"
#include "pool/pool.h"

enum { SOME = 3, LONG = 10000 };

struct pair {
    asyr_promise *promise;
    asyr_result *result;
};

static struct pair promise_in(asyr_pool *pool)
{
    struct pair pair = {NULL, NULL};
    UNIT_SUCCEEDS(asyr_promise_new(pool, NULL, &pair.promise, &pair.result, &error));
    return pair;
}

static void keep_number(struct pair *pair, int64_t number)
{
    asyr_value *value = unit_int64(number);
    UNIT_SUCCEEDS(asyr_promise_set_value(pair->promise, value, &error));
    asyr_value_unref(value);
}

static void break_promise(struct pair *pair, const char *kind)
{
    asyr_error *failure = asyr_error_new(ASYR_E_TASK, kind, "it failed");
    UNIT_SUCCEEDS(asyr_promise_set_error(pair->promise, failure, &error));
    asyr_error_unref(failure);
}

static void drop_pair(struct pair *pair)
{
    asyr_promise_unref(pair->promise);
    asyr_result_unref(pair->result);
}

typedef asyr_status chain_fn(asyr_result *result, asyr_pool *pool,
                             asyr_function *function,
                             const asyr_task_options *options, asyr_result **next,
                             asyr_error **error);
typedef asyr_status gather_fn(asyr_result *const *results, int64_t count,
                              asyr_pool *pool, const asyr_task_options *options,
                              asyr_result **result, asyr_error **error);

static asyr_result *chain(chain_fn *call, asyr_result *result, asyr_pool *pool,
                          asyr_native_fn run, void *arg,
                          const asyr_task_options *options)
{
    asyr_result *next = NULL;
    asyr_function *function = support_native(run, arg);
    UNIT_SUCCEEDS(call(result, pool, function, options, &next, &error));
    asyr_function_unref(function);
    return next;
}

static asyr_result *then(asyr_result *result, asyr_native_fn run, void *arg)
{
    return chain(asyr_result_then, result, NULL, run, arg, NULL);
}

/* Adds one to a number. */
static void run_next(asyr_task *task, void *arg)
{
    int64_t number = -1;
    (void)arg;
    asyr_task_get_int64(task, 0, &number, NULL);
    asyr_task_return_int64(task, number + 1, NULL);
}

static void run_double(asyr_task *task, void *arg)
{
    (void)arg;
    asyr_task_return_double(task, 2.5, NULL);
}

static void check_number(asyr_result *result, int64_t expected)
{
    int64_t number = -1;
    UNIT_SUCCEEDS(asyr_result_get_int64(result, A_MINUTE, &number, &error));
    CU_ASSERT_EQUAL(number, expected);
}

static void take_number(asyr_result *result, int64_t expected)
{
    check_number(result, expected);
    asyr_result_unref(result);
}

static void check_kind(asyr_result *result, const char *kind)
{
    asyr_error *failure = support_error(result);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_kind(failure), kind);
    asyr_error_unref(failure);
}

/* B31.4 */
static void then_gets_the_value_whatever_it_is(void)
{
    double number = 0;
    asyr_pool *pool = support_pool(1);
    asyr_result *first = support_submit_value(pool, run_next, NULL, 41);
    asyr_result *second = then(first, run_next, NULL);
    take_number(then(second, run_next, NULL), 44);
    take_number(second, 43);
    asyr_result_unref(first);
    first = support_submit(pool, run_double, NULL, NULL);
    second = then(first, run_echo, NULL);
    UNIT_SUCCEEDS(asyr_result_get_double(second, A_MINUTE, &number, &error));
    CU_ASSERT_EQUAL(number, 2.5);
    asyr_result_unref(first);
    asyr_result_unref(second);
    first = support_submit(pool, run_echo, NULL, NULL);
    CU_ASSERT_EQUAL(support_take_outcome(then(first, run_echo, NULL)), ASYR_OK);
    asyr_result_unref(first);
    support_end(pool);
}

/* B31.5 */
static void an_error_goes_through_then_as_it_is(void)
{
    _Atomic int ran = 0;
    asyr_pool *pool = support_pool(1);
    asyr_result *first = support_submit(pool, run_fail, NULL, NULL);
    asyr_result *next = then(first, run_count, &ran);
    asyr_error *before = support_error(first), *after = support_error(next);
    CU_ASSERT_PTR_EQUAL(before, after);
    CU_ASSERT_EQUAL(ran, 0);
    asyr_error_unref(before);
    asyr_error_unref(after);
    asyr_result_unref(next);
    asyr_result_unref(first);
    support_end(pool);
}

static void note_kind(asyr_task *task, void *arg)
{
    asyr_value *value = NULL;
    asyr_error *failure = NULL;
    asyr_task_get_argument(task, 0, &value, NULL);
    asyr_value_get_error(value, &failure, NULL);
    snprintf(arg, 20, "%s", asyr_error_get_kind(failure));
    asyr_error_unref(failure);
    asyr_value_unref(value);
    asyr_task_return_int64(task, 5, NULL);
}

/* B31.6 */
static void rescue_gets_the_error_and_a_value_goes_through(void)
{
    char kind[20] = "";
    _Atomic int ran = 0;
    asyr_pool *pool = support_pool(1);
    asyr_result *bad = support_submit(pool, run_fail, NULL, NULL);
    asyr_result *good = support_submit_value(pool, run_next, NULL, 6);
    take_number(chain(asyr_result_rescue, bad, NULL, note_kind, kind, NULL), 5);
    CU_ASSERT_STRING_EQUAL(kind, "Oops");
    take_number(chain(asyr_result_rescue, good, NULL, run_count, &ran, NULL), 7);
    CU_ASSERT_EQUAL(ran, 0);
    asyr_result_unref(bad);
    asyr_result_unref(good);
    support_end(pool);
}

static asyr_result *gather(gather_fn *call, struct pair *pairs, int64_t count,
                           asyr_pool *pool, int32_t policy)
{
    asyr_result *made = NULL;
    asyr_result *results[SOME];
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_error_policy(options, policy, &error));
    for (int64_t i = 0; i < count; i++)
        results[i] = pairs[i].result;
    UNIT_SUCCEEDS(call(results, count, pool, options, &made, &error));
    asyr_task_options_free(options);
    return made;
}

static void check_list(asyr_result *result, int64_t count)
{
    asyr_value *list = NULL;
    UNIT_SUCCEEDS(asyr_result_get(result, A_MINUTE, NULL, &list, &error));
    CU_ASSERT_EQUAL(asyr_value_get_count(list), count);
    for (int64_t i = 0; i < asyr_value_get_count(list); i++) {
        int64_t number = -1;
        asyr_value *item = NULL;
        UNIT_SUCCEEDS(asyr_value_get_item(list, i, &item, &error));
        UNIT_SUCCEEDS(asyr_value_get_int64(item, &number, &error));
        CU_ASSERT_EQUAL(number, i);
        asyr_value_unref(item);
    }
    asyr_value_unref(list);
}

/* Promises of two pools in turn. */
struct promised {
    asyr_pool *pools[2];
    struct pair pairs[SOME];
};

static void begin_promised(struct promised *promised)
{
    for (int i = 0; i < 2; i++)
        promised->pools[i] = support_pool(1);
    for (int i = 0; i < SOME; i++)
        promised->pairs[i] = promise_in(promised->pools[i % 2]);
}

static void end_promised(struct promised *promised)
{
    for (int i = 0; i < SOME; i++)
        drop_pair(&promised->pairs[i]);
    for (int i = 0; i < 2; i++)
        support_end(promised->pools[i]);
}

/* B31.7 */
static void all_is_the_list_of_the_values_in_the_order_of_the_results(void)
{
    struct promised promised;
    begin_promised(&promised);
    asyr_result *all =
        gather(asyr_result_all, promised.pairs, SOME, NULL, ASYR_ERRORS_FIRST);
    for (int i = SOME; i-- > 0;) {
        CU_ASSERT_FALSE(asyr_result_is_ready(all));
        keep_number(&promised.pairs[i], i);
    }
    check_list(all, SOME);
    asyr_result_unref(all);
    end_promised(&promised);
}

static void alls_error_is_chosen_by_the_policy_once_all_are_ready(void)
{
    for (int32_t policy = ASYR_ERRORS_FIRST; policy <= ASYR_ERRORS_LOWEST;
         policy++) {
        struct promised promised;
        begin_promised(&promised);
        asyr_result *all =
            gather(asyr_result_all, promised.pairs, SOME, NULL, policy);
        break_promise(&promised.pairs[2], "Second");
        break_promise(&promised.pairs[1], "First");
        CU_ASSERT_FALSE(asyr_result_is_ready(all));
        keep_number(&promised.pairs[0], 0);
        check_kind(all, policy == ASYR_ERRORS_FIRST ? "Second" : "First");
        asyr_result_unref(all);
        end_promised(&promised);
    }
}

static void all_fails_fast_or_collects_when_asked_to(void)
{
    struct promised promised;
    asyr_value *list = NULL, *item = NULL;
    begin_promised(&promised);
    asyr_result *fast =
        gather(asyr_result_all, promised.pairs, SOME, NULL, ASYR_ERRORS_FAIL_FAST);
    asyr_result *collected =
        gather(asyr_result_all, promised.pairs, SOME, NULL, ASYR_ERRORS_COLLECT);
    break_promise(&promised.pairs[1], "Oops");
    check_kind(fast, "Oops");
    keep_number(&promised.pairs[0], 0);
    keep_number(&promised.pairs[2], 2);
    UNIT_SUCCEEDS(asyr_result_get(collected, A_MINUTE, NULL, &list, &error));
    UNIT_SUCCEEDS(asyr_value_get_item(list, 1, &item, &error));
    CU_ASSERT_EQUAL(asyr_value_get_type(item), ASYR_VALUE_ERROR);
    asyr_value_unref(item);
    asyr_value_unref(list);
    asyr_result_unref(fast);
    asyr_result_unref(collected);
    end_promised(&promised);
}

/* B31.8 */
static void any_is_the_first_value(void)
{
    struct promised promised;
    begin_promised(&promised);
    asyr_result *any =
        gather(asyr_result_any, promised.pairs, SOME, NULL, ASYR_ERRORS_FIRST);
    break_promise(&promised.pairs[0], "Oops");
    CU_ASSERT_FALSE(asyr_result_is_ready(any));
    keep_number(&promised.pairs[2], 2);
    check_number(any, 2);
    keep_number(&promised.pairs[1], 1);
    take_number(any, 2);
    end_promised(&promised);
}

static void any_of_failed_ones_lists_their_errors(void)
{
    const char *kinds[SOME] = {"A", "B", "C"};
    struct promised promised;
    begin_promised(&promised);
    asyr_result *any =
        gather(asyr_result_any, promised.pairs, SOME, NULL, ASYR_ERRORS_FIRST);
    for (int i = SOME; i-- > 0;)
        break_promise(&promised.pairs[i], kinds[i]);
    asyr_error *failure = support_error(any);
    asyr_value *list = asyr_error_get_value(failure);
    CU_ASSERT_EQUAL(asyr_error_get_code(failure), ASYR_E_TASK);
    CU_ASSERT_EQUAL(asyr_value_get_count(list), SOME);
    for (int i = 0; i < SOME; i++) {
        asyr_value *item = NULL;
        asyr_error *each = NULL;
        UNIT_SUCCEEDS(asyr_value_get_item(list, i, &item, &error));
        UNIT_SUCCEEDS(asyr_value_get_error(item, &each, &error));
        CU_ASSERT_STRING_EQUAL(asyr_error_get_kind(each), kinds[i]);
        asyr_error_unref(each);
        asyr_value_unref(item);
    }
    asyr_value_unref(list);
    asyr_error_unref(failure);
    asyr_result_unref(any);
    end_promised(&promised);
}

/* B17 */
static void of_no_results_both_are_ready_at_once(void)
{
    asyr_result *all = NULL, *any = NULL;
    asyr_pool *pool = support_pool(1);
    UNIT_SUCCEEDS(asyr_result_all(NULL, 0, pool, NULL, &all, &error));
    CU_ASSERT_TRUE(asyr_result_is_ready(all));
    check_list(all, 0);
    UNIT_SUCCEEDS(asyr_result_any(NULL, 0, pool, NULL, &any, &error));
    CU_ASSERT_EQUAL(support_take_outcome(any), ASYR_E_TASK);
    asyr_result_unref(all);
    support_end(pool);
}

/* B31.9 */
static void cancelled_before_its_turn_it_never_runs(void)
{
    int32_t outcome = -1;
    _Atomic int ran = 0;
    asyr_pool *pool = support_pool(1);
    struct pair pair = promise_in(pool);
    asyr_result *made[2] = {then(pair.result, run_count, &ran),
                            gather(asyr_result_all, &pair, 1, NULL, 0)};
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(asyr_result_get_state(made[i]), ASYR_RESULT_PENDING);
        UNIT_SUCCEEDS(asyr_result_cancel(made[i], &outcome, &error));
        CU_ASSERT_EQUAL(outcome, ASYR_CANCEL_DEQUEUED);
        CU_ASSERT_EQUAL(support_take_outcome(made[i]), ASYR_E_CANCELLED);
    }
    CU_ASSERT_FALSE(asyr_promise_is_cancelled(pair.promise));
    keep_number(&pair, 3);
    check_number(pair.result, 3);
    CU_ASSERT_EQUAL(ran, 0);
    CU_ASSERT_EQUAL(pool->held, 0);
    CU_ASSERT_EQUAL(pool->awaiting, 0);
    drop_pair(&pair);
    support_end(pool);
}

/* B31.11, B22: also where the other result is of another pool. */
static void terminate_ends_what_waits_at_once(void)
{
    struct promised promised;
    _Atomic int ran = 0;
    begin_promised(&promised);
    asyr_result *first = chain(asyr_result_then, promised.pairs[1].result,
                               promised.pools[0], run_count, &ran, NULL);
    asyr_result *second = then(first, run_count, &ran);
    asyr_result *all =
        gather(asyr_result_all, promised.pairs, SOME, promised.pools[0], 0);
    UNIT_SUCCEEDS(asyr_pool_terminate(promised.pools[0], &error));
    CU_ASSERT_EQUAL(support_take_outcome(first), ASYR_E_TERMINATED);
    CU_ASSERT_EQUAL(support_take_outcome(second), ASYR_E_TERMINATED);
    CU_ASSERT_EQUAL(support_take_outcome(all), ASYR_E_TERMINATED);
    UNIT_SUCCEEDS(asyr_pool_join(promised.pools[0], A_MINUTE, NULL, &error));
    keep_number(&promised.pairs[1], 3);
    CU_ASSERT_EQUAL(ran, 0);
    end_promised(&promised);
}

static void *join_pool(void *arg)
{
    asyr_pool_join(arg, ASYR_FOREVER, NULL, NULL);
    return NULL;
}

/* B21 */
static void a_closed_pool_runs_what_was_chained_before(void)
{
    pthread_t joiner;
    asyr_pool *pool = support_pool(1), *other = support_pool(1);
    struct pair pair = promise_in(other);
    asyr_result *first =
        chain(asyr_result_then, pair.result, pool, run_next, NULL, NULL);
    asyr_result *last = then(first, run_next, NULL);
    UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    UNIT_FAILS(ASYR_E_TIMEOUT, asyr_pool_join(pool, 1, NULL, &error));
    asyr_result *refused = NULL;
    asyr_function *function = support_native(run_next, NULL);
    UNIT_FAILS(ASYR_E_POOL_CLOSED,
               asyr_result_then(first, NULL, function, NULL, &refused, &error));
    asyr_function_unref(function);
    pthread_create(&joiner, NULL, join_pool, pool);
    keep_number(&pair, 1);
    pthread_join(joiner, NULL);
    CU_ASSERT_TRUE(asyr_result_is_ready(last));
    take_number(last, 3);
    asyr_result_unref(first);
    drop_pair(&pair);
    support_end(pool);
    support_end(other);
}

static void a_released_pool_runs_it_too(void)
{
    asyr_pool *pool = support_pool(1), *other = support_pool(1);
    struct pair pair = promise_in(other);
    asyr_result *next =
        chain(asyr_result_then, pair.result, pool, run_next, NULL, NULL);
    asyr_pool_unref(pool);
    keep_number(&pair, 1);
    take_number(next, 2);
    drop_pair(&pair);
    support_end(other);
}

/* A chain is a loop, no recursion: its stack would not suffice. */
static void a_long_chain_ends_whether_well_or_not(void)
{
    for (int fails = 0; fails < 2; fails++) {
        asyr_pool *pool = support_pool(1);
        struct pair pair = promise_in(pool);
        asyr_result *last = asyr_result_ref(pair.result);
        asyr_function *function = support_native(run_next, NULL);
        for (int i = 0; i < LONG; i++) {
            asyr_result *next = NULL;
            asyr_result_then(last, NULL, function, NULL, &next, NULL);
            asyr_result_unref(last);
            last = next;
        }
        asyr_function_unref(function);
        if (fails)
            break_promise(&pair, "Oops");
        else
            keep_number(&pair, 0);
        if (fails)
            check_kind(last, "Oops");
        else
            check_number(last, LONG);
        asyr_result_unref(last);
        drop_pair(&pair);
        support_end(pool);
    }
}

/* B26 */
static void it_counts_in_a_limited_queue_from_its_turn_on(void)
{
    struct gate gate = GATE_CLOSED;
    asyr_pool_options *options = support_pool_options(1);
    UNIT_SUCCEEDS(
        asyr_pool_options_set_queue_limit(options, 1, ASYR_FULL_FAIL, &error));
    asyr_pool *pool = support_pool_with(options);
    struct pair pair = promise_in(pool);
    asyr_result *made[SOME];
    for (int i = 0; i < SOME; i++)
        made[i] = then(pair.result, run_next, NULL);
    CU_ASSERT_EQUAL(pool->queued, 0);
    asyr_result *busy = support_submit(pool, run_gate, &gate, NULL);
    latch_wait(&gate.entered, 1);
    keep_number(&pair, 4);
    CU_ASSERT_EQUAL(pool->queued, SOME);
    asyr_function *function = support_native(run_next, NULL);
    UNIT_FAILS(ASYR_E_QUEUE_FULL,
               asyr_pool_apply_async(pool, function, NULL, NULL, NULL, &error));
    asyr_function_unref(function);
    UNIT_SUCCEEDS(asyr_result_cancel(made[0], NULL, &error));
    CU_ASSERT_EQUAL(pool->queued, SOME - 1);
    latch_open(&gate.leave);
    CU_ASSERT_EQUAL(support_take_outcome(busy), ASYR_OK);
    CU_ASSERT_EQUAL(support_take_outcome(made[0]), ASYR_E_CANCELLED);
    for (int i = 1; i < SOME; i++)
        take_number(made[i], 5);
    CU_ASSERT_EQUAL(pool->queued, 0);
    drop_pair(&pair);
    support_end(pool);
}

/* Also one that is cancelled, and in a pool that was closed meanwhile. */
static void it_enters_its_strand_at_its_turn(void)
{
    for (int32_t kind = ASYR_STRAND_SERIAL; kind <= ASYR_STRAND_PINNED; kind++) {
        struct gate gate = GATE_CLOSED;
        asyr_strand *strand = NULL;
        asyr_pool *pool = support_pool(2);
        struct pair pair = promise_in(pool);
        asyr_task_options *options = support_task_options();
        UNIT_SUCCEEDS(asyr_strand_new(pool, kind, &strand, &error));
        UNIT_SUCCEEDS(asyr_task_options_set_strand(options, strand, &error));
        asyr_result *made[SOME];
        for (int i = 0; i < SOME; i++)
            made[i] =
                chain(asyr_result_then, pair.result, NULL, run_next, NULL, options);
        asyr_result *early =
            chain(asyr_result_then, pair.result, NULL, run_next, NULL, options);
        asyr_result *head = support_submit(pool, run_gate, &gate, options);
        asyr_task_options_free(options);
        asyr_strand_unref(strand);
        UNIT_SUCCEEDS(asyr_result_cancel(early, NULL, &error));
        latch_wait(&gate.entered, 1);
        if (kind == ASYR_STRAND_SERIAL)
            UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
        keep_number(&pair, 4);
        UNIT_SUCCEEDS(asyr_result_cancel(made[1], NULL, &error));
        latch_open(&gate.leave);
        CU_ASSERT_EQUAL(support_take_outcome(head), ASYR_OK);
        CU_ASSERT_EQUAL(support_take_outcome(early), ASYR_E_CANCELLED);
        CU_ASSERT_EQUAL(support_take_outcome(made[1]), ASYR_E_CANCELLED);
        take_number(made[0], 5);
        take_number(made[2], 5);
        drop_pair(&pair);
        support_end(pool);
    }
}

static void a_pinned_strand_of_a_closed_pool_waits_for_it(void)
{
    asyr_strand *strand = NULL;
    asyr_pool *pool = support_pool(1);
    struct pair pair = promise_in(pool);
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_strand_new(pool, ASYR_STRAND_PINNED, &strand, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_strand(options, strand, &error));
    asyr_result *next =
        chain(asyr_result_then, pair.result, NULL, run_next, NULL, options);
    asyr_task_options_free(options);
    UNIT_SUCCEEDS(asyr_pool_close(pool, &error));
    keep_number(&pair, 4);
    take_number(next, 5);
    asyr_strand_unref(strand);
    drop_pair(&pair);
    support_end(pool);
}

/* A task that waits for a result, and how that ended. */
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

static asyr_pool *pool_without_spares(int64_t workers)
{
    asyr_pool_options *options = support_pool_options(workers);
    UNIT_SUCCEEDS(asyr_pool_options_set_spare_workers(options, 0, &error));
    return support_pool_with(options);
}

/* B24 */
static void a_task_runs_all_that_leads_to_what_it_waits_for(void)
{
    for (int way = 0; way < 3; way++) {
        struct waits waits = {.begin = LATCH_CLOSED};
        asyr_pool *pool = pool_without_spares(1);
        asyr_result *outer = support_submit(pool, run_wait, &waits, NULL);
        asyr_result *first = support_submit_value(pool, run_next, NULL, 0);
        asyr_result *second = then(first, run_next, NULL);
        asyr_result *both[2] = {then(second, run_next, NULL), first};
        gather_fn *call = way == 1 ? asyr_result_all : asyr_result_any;
        waits.result = asyr_result_ref(both[0]);
        if (way > 0) {
            asyr_result_unref(waits.result);
            UNIT_SUCCEEDS(call(both, 2, NULL, NULL, &waits.result, &error));
        }
        latch_open(&waits.begin);
        CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
        CU_ASSERT_EQUAL(waits.status, ASYR_OK);
        asyr_result_unref(waits.result);
        asyr_result_unref(both[0]);
        asyr_result_unref(second);
        asyr_result_unref(first);
        support_end(pool);
    }
}

/* B24 */
static void a_task_that_waits_for_what_waits_for_it_is_a_deadlock(void)
{
    for (int way = 0; way < 2; way++) {
        struct waits waits = {.begin = LATCH_CLOSED};
        asyr_pool *pool = support_pool(2);
        asyr_result *outer = support_submit(pool, run_wait, &waits, NULL);
        asyr_result *next = then(outer, run_next, NULL);
        asyr_result *all = NULL;
        UNIT_SUCCEEDS(asyr_result_all(&next, 1, NULL, NULL, &all, &error));
        waits.result = way ? all : next;
        latch_open(&waits.begin);
        CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
        CU_ASSERT_EQUAL(waits.status, ASYR_E_DEADLOCK);
        asyr_result_wait(all, A_MINUTE, NULL, NULL);
        asyr_result_unref(next);
        asyr_result_unref(all);
        support_end(pool);
    }
}

/* B24: two tasks, each of which waits for what comes after the other. */
static void a_circle_through_chains_is_a_deadlock(void)
{
    struct waits waits[2] = {{.begin = LATCH_CLOSED}, {.begin = LATCH_CLOSED}};
    asyr_pool *pool = support_pool(2);
    asyr_result *outer[2];
    for (int i = 0; i < 2; i++)
        outer[i] = support_submit(pool, run_wait, &waits[i], NULL);
    for (int i = 0; i < 2; i++)
        waits[i].result = then(outer[1 - i], run_next, NULL);
    for (int i = 0; i < 2; i++)
        latch_open(&waits[i].begin);
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL(support_outcome(outer[i]), ASYR_OK);
    CU_ASSERT_TRUE(waits[0].status == ASYR_E_DEADLOCK ||
                   waits[1].status == ASYR_E_DEADLOCK);
    for (int i = 0; i < 2; i++) {
        asyr_result_unref(waits[i].result);
        asyr_result_unref(outer[i]);
    }
    support_end(pool);
}

static void any_that_may_end_is_no_deadlock(void)
{
    struct waits waits = {.begin = LATCH_CLOSED};
    asyr_pool *pool = support_pool(2);
    asyr_result *outer = support_submit(pool, run_wait, &waits, NULL);
    struct pair pair = promise_in(pool);
    asyr_result *both[2] = {outer, pair.result};
    UNIT_SUCCEEDS(asyr_result_any(both, 2, NULL, NULL, &waits.result, &error));
    latch_open(&waits.begin);
    keep_number(&pair, 9);
    CU_ASSERT_EQUAL(support_take_outcome(outer), ASYR_OK);
    CU_ASSERT_EQUAL(waits.status, ASYR_OK);
    take_number(waits.result, 9);
    drop_pair(&pair);
    support_end(pool);
}

static asyr_error *count_value(asyr_value *value, void *arg)
{
    (void)value;
    ++*(_Atomic int *)arg;
    return NULL;
}

/* B8, B9: of what was run, went through and was gathered. */
static void its_callbacks_run_as_those_of_a_task(void)
{
    _Atomic int called = 0;
    int released = 0;
    asyr_pool *pool = support_pool(1);
    struct pair pair = promise_in(pool);
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(
        asyr_task_options_set_callback(options, count_value, &called, NULL, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_error_callback(options, NULL, &released,
                                                       unit_count_release, &error));
    asyr_result *all = NULL;
    asyr_result *made =
        chain(asyr_result_then, pair.result, NULL, run_next, NULL, options);
    asyr_result *through =
        chain(asyr_result_rescue, made, NULL, run_next, NULL, options);
    asyr_result *both[2] = {made, through};
    UNIT_SUCCEEDS(asyr_result_all(both, 2, NULL, options, &all, &error));
    asyr_task_options_free(options);
    keep_number(&pair, 1);
    CU_ASSERT_EQUAL(support_take_outcome(all), ASYR_OK);
    CU_ASSERT_EQUAL(called, 3);
    take_number(through, 2);
    take_number(made, 2);
    drop_pair(&pair);
    support_end(pool);
}

static void no_memory_is_needed_to_end(void)
{
    struct promised promised;
    asyr_value *value = unit_int64(1 << 20);
    begin_promised(&promised);
    asyr_result *source =
        support_submit_value(promised.pools[0], run_next, NULL, 70000);
    check_number(source, 70001);
    asyr_result *both[2] = {promised.pairs[0].result, source};
    asyr_result *made[4] = {NULL};
    made[0] = chain(asyr_result_rescue, promised.pairs[0].result, NULL, run_echo,
                    NULL, NULL);
    made[1] = then(promised.pairs[0].result, run_echo, NULL);
    UNIT_SUCCEEDS(asyr_result_all(both, 2, NULL, NULL, &made[2], &error));
    UNIT_SUCCEEDS(asyr_result_any(both, 1, NULL, NULL, &made[3], &error));
    asyri_alloc_fail_after(0, 1);
    asyr_promise_set_value(promised.pairs[0].promise, value, NULL);
    for (int i = 0; i < 4; i++)
        asyr_result_wait(made[i], A_MINUTE, NULL, NULL);
    asyri_alloc_fail_after(-1, 0);
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(support_take_outcome(made[i]), ASYR_OK);
    asyr_value_unref(value);
    asyr_result_unref(source);
    end_promised(&promised);
}

static struct pair attempted;

static asyr_status attempt_chains(asyr_error **error)
{
    asyr_result *next = NULL, *rescued = NULL, *all = NULL, *any = NULL;
    asyr_function *function = NULL;
    asyr_status status =
        asyr_function_new_native("echo", run_echo, NULL, NULL, &function, error);
    if (status == ASYR_OK)
        status =
            asyr_result_then(attempted.result, NULL, function, NULL, &next, error);
    if (status == ASYR_OK)
        status = asyr_result_rescue(next, NULL, function, NULL, &rescued, error);
    if (status == ASYR_OK)
        status = asyr_result_all(&rescued, 1, NULL, NULL, &all, error);
    if (status == ASYR_OK)
        status = asyr_result_any(&all, 1, NULL, NULL, &any, error);
    if (next)
        asyr_result_cancel(next, NULL, NULL);
    asyr_result_unref(any);
    asyr_result_unref(all);
    asyr_result_unref(rescued);
    asyr_result_unref(next);
    asyr_function_unref(function);
    return status;
}

static void chains_fail_cleanly_without_memory(void)
{
    asyr_pool *pool = support_pool(1);
    attempted = promise_in(pool);
    support_fail_each_allocation(attempt_chains);
    drop_pair(&attempted);
    support_end(pool);
}

CU_TestInfo chain_tests[] = {
    UNIT_TEST(then_gets_the_value_whatever_it_is),
    UNIT_TEST(an_error_goes_through_then_as_it_is),
    UNIT_TEST(rescue_gets_the_error_and_a_value_goes_through),
    UNIT_TEST(all_is_the_list_of_the_values_in_the_order_of_the_results),
    UNIT_TEST(alls_error_is_chosen_by_the_policy_once_all_are_ready),
    UNIT_TEST(all_fails_fast_or_collects_when_asked_to),
    UNIT_TEST(any_is_the_first_value),
    UNIT_TEST(any_of_failed_ones_lists_their_errors),
    UNIT_TEST(of_no_results_both_are_ready_at_once),
    UNIT_TEST(cancelled_before_its_turn_it_never_runs),
    UNIT_TEST(terminate_ends_what_waits_at_once),
    UNIT_TEST(a_closed_pool_runs_what_was_chained_before),
    UNIT_TEST(a_released_pool_runs_it_too),
    UNIT_TEST(a_long_chain_ends_whether_well_or_not),
    UNIT_TEST(it_counts_in_a_limited_queue_from_its_turn_on),
    UNIT_TEST(it_enters_its_strand_at_its_turn),
    UNIT_TEST(a_pinned_strand_of_a_closed_pool_waits_for_it),
    UNIT_TEST(a_task_runs_all_that_leads_to_what_it_waits_for),
    UNIT_TEST(a_task_that_waits_for_what_waits_for_it_is_a_deadlock),
    UNIT_TEST(a_circle_through_chains_is_a_deadlock),
    UNIT_TEST(any_that_may_end_is_no_deadlock),
    UNIT_TEST(its_callbacks_run_as_those_of_a_task),
    UNIT_TEST(no_memory_is_needed_to_end),
    UNIT_TEST(chains_fail_cleanly_without_memory),
    CU_TEST_INFO_NULL};
