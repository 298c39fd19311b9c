/*
 * S1: strands, serial and pinned.
 */
#include "harness.h"

#include <stddef.h>

static asyr_strand *new_strand(asyr_pool *pool, int32_t kind)
{
    asyr_strand *strand;
    CHECK_CODE(ASYR_OK, asyr_strand_new(pool, kind, &strand, NULL));
    return strand;
}

static asyr_result *submit_in(asyr_strand *strand, asyr_pool *pool,
                              const char *prototype, asyr_value *arguments)
{
    asyr_task_options *options = task_options();
    CHECK_CODE(ASYR_OK, asyr_task_options_set_strand(options, strand, NULL));
    return submit(pool, c_function(prototype), arguments, options);
}

static void check_order(int32_t kind)
{
    enum { TASKS = 40 };
    int64_t log = fixture_log_new(), meter = fixture_meter_new();
    asyr_pool *pool = pool_of(4);
    asyr_strand *strand = new_strand(pool, kind);
    for (int64_t i = 0; i < TASKS; i++) {
        asyr_result_unref(submit_in(strand, pool,
                                    "int64_t fixture_log_add(int64_t, int64_t)",
                                    ints(2, log, i)));
        asyr_result_unref(submit_in(
            strand, pool, "int64_t fixture_together(int64_t)", ints(1, meter)));
    }
    asyr_strand_unref(strand);
    end_pool(pool);
    CHECK_INT(TASKS, fixture_log_count(log));
    CHECK_INT(1, fixture_max_together(meter));
    for (int64_t i = 0; i < TASKS; i++)
        CHECK_INT(i, fixture_log_get(log, i));
}

/* S1.1 */
static void tasks_of_a_strand_run_one_by_one_in_order(void)
{
    check_order(ASYR_STRAND_SERIAL);
    check_order(ASYR_STRAND_PINNED);
}

/* S1.2 */
static void a_task_that_waits_for_its_turn_holds_no_worker(void)
{
    int64_t latch = fixture_latch_new(), counter = fixture_counter_new();
    asyr_pool *pool = pool_of(2);
    asyr_strand *strand = new_strand(pool, ASYR_STRAND_SERIAL);
    asyr_result *first = submit_in(strand, pool, LATCH_WAIT, ints(1, latch));
    fixture_wait_for_waiters(latch, 1);
    asyr_result *second = submit_in(strand, pool, COUNT, ints(1, counter));
    CHECK_INT(9, finish_int(submit_c(pool, SQUARE, ints(1, INT64_C(3)))));
    CHECK_INT(0, fixture_counter_get(counter));
    CHECK(!asyr_result_is_ready(second));
    fixture_latch_open(latch);
    CHECK_INT(latch, finish_int(first));
    CHECK_INT(1, finish_int(second));
    asyr_strand_unref(strand);
    end_pool(pool);
}

/* S1.3 */
static void a_pinned_strand_has_a_thread_of_its_own(void)
{
    asyr_pool *pool = pool_of(3);
    asyr_strand *strand = new_strand(pool, ASYR_STRAND_PINNED);
    int64_t own = finish_int(submit_in(strand, pool, THREAD_ID, NULL));
    CHECK(own != fixture_thread_id());
    for (int turn = 0; turn < 30; turn++) {
        CHECK_INT(own, finish_int(submit_in(strand, pool, THREAD_ID, NULL)));
        CHECK(own != finish_int(submit_c(pool, THREAD_ID, NULL)));
    }
    asyr_strand_unref(strand);
    end_pool(pool);
    wait_until_alone();
}

static void check_after_failure(int32_t kind)
{
    asyr_pool *pool = pool_of(1);
    asyr_strand *strand = new_strand(pool, kind);
    asyr_result *failed = submit_in(strand, pool, BYTE, ints(1, INT64_C(300)));
    asyr_result *behind = submit_in(strand, pool, SQUARE, ints(1, INT64_C(5)));
    asyr_strand_unref(strand);
    CHECK_CODE(ASYR_E_TYPE, finish_code(failed));
    CHECK_INT(25, finish_int(behind));
    end_pool(pool);
}

/* S1.4 */
static void those_behind_a_failed_task_run(void)
{
    check_after_failure(ASYR_STRAND_SERIAL);
    check_after_failure(ASYR_STRAND_PINNED);
}

const struct contract_case strand_cases[] = {
    {"S1.1", tasks_of_a_strand_run_one_by_one_in_order, NULL},
    {"S1.2", a_task_that_waits_for_its_turn_holds_no_worker, NULL},
    {"S1.3", a_pinned_strand_has_a_thread_of_its_own, NULL},
    {"S1.4", those_behind_a_failed_task_run, NULL},
    {NULL, NULL, NULL}};
