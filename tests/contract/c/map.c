/*
 * B16 and B17: maps, their chunks, and what an error of an item does.
 */
#include "harness.h"

#include <stddef.h>
#include <string.h>

#define LOG_BYTE "uint8_t fixture_log_byte(int64_t, uint8_t)"
#define BAD INT64_C(300)

static asyr_task_options *chunks_of(int64_t size)
{
    asyr_task_options *options = task_options();
    CHECK_CODE(ASYR_OK, asyr_task_options_set_chunk_size(options, size, NULL));
    return options;
}

static asyr_task_options *chunks_with(int64_t size, int32_t policy)
{
    asyr_task_options *options = chunks_of(size);
    CHECK_CODE(ASYR_OK, asyr_task_options_set_error_policy(options, policy, NULL));
    return options;
}

static asyr_value *get_list(asyr_result *result)
{
    asyr_value *list;
    CHECK_CODE(ASYR_OK, asyr_result_get(result, ASYR_FOREVER, NULL, &list, NULL));
    CHECK_INT(ASYR_VALUE_LIST, asyr_value_get_type(list));
    return list;
}

/* The numbers 1, 300 and a text: two items that fail, told apart by message. */
static asyr_value *two_bad_items(void)
{
    asyr_value *items = ints(2, INT64_C(1), BAD), *text;
    CHECK_CODE(ASYR_OK, asyr_value_new_string("text", -1, &text, NULL));
    CHECK_CODE(ASYR_OK, asyr_value_append(items, text, NULL));
    asyr_value_unref(text);
    return items;
}

static void finish_with_message(asyr_result *result, const char *part)
{
    asyr_error *failure = finish_failure(result);
    CHECK_INT(ASYR_E_TYPE, asyr_error_get_code(failure));
    if (!strstr(asyr_error_get_message(failure), part))
        CHECK_TEXT(part, asyr_error_get_message(failure));
    asyr_error_unref(failure);
}

static void check_squares(asyr_pool *pool, asyr_task_options *options)
{
    asyr_result *result =
        submit_map(pool, c_function(SQUARE), numbers(1, 100), options);
    asyr_value *list = get_list(result);
    CHECK_INT(100, asyr_value_get_count(list));
    for (int64_t index = 0; index < 100; index++)
        CHECK_INT((index + 1) * (index + 1), item_int(list, index));
    asyr_value_unref(list);
    asyr_result_unref(result);
}

/* B16.1 */
static void a_map_keeps_the_order(void)
{
    asyr_pool *pool = pool_of(4);
    check_squares(pool, NULL);
    check_squares(pool, chunks_of(1));
    check_squares(pool, chunks_of(7));
    check_squares(pool, chunks_of(INT64_MAX));
    end_pool(pool);
}

/* B16.2 */
static void a_failed_item_skips_the_rest_of_its_chunk(void)
{
    const int64_t expected[] = {1, 4, 5, 6, 7, 8};
    int64_t log = fixture_log_new();
    asyr_pool *pool = pool_of(1);
    asyr_value *items = pairs(9, log, INT64_C(1), log, BAD, log, INT64_C(3), log,
                              INT64_C(4), log, INT64_C(5), log, INT64_C(6), log,
                              INT64_C(7), log, INT64_C(8), log, BAD);
    asyr_result *result =
        submit_starmap(pool, c_function(LOG_BYTE), items, chunks_of(3));
    CHECK_CODE(ASYR_E_TYPE, finish_code(result));
    CHECK_INT(6, fixture_log_count(log));
    for (int64_t index = 0; index < 6; index++)
        CHECK_INT(expected[index], fixture_log_get(log, index));
    end_pool(pool);
}

/* Fails with its argument in the message; item 0 once item 3 runs, so that the
 * errors of 1 and 2 came before. */
static void fail_late(asyr_task *task, void *arg)
{
    int64_t latch = (intptr_t)arg, number;
    char message[] = "item 0";
    CHECK_CODE(ASYR_OK, asyr_task_get_int64(task, 0, &number, NULL));
    if (number == 0)
        fixture_latch_wait(latch);
    message[5] = (char)('0' + number);
    CHECK_CODE(ASYR_OK, asyr_task_fail_with(task, "ItemError", message, NULL));
    if (number == 3)
        fixture_latch_open(latch);
}

static void check_winner(int32_t policy, const char *message)
{
    int64_t latch = fixture_latch_new();
    asyr_pool *pool = pool_of(2);
    asyr_error *failure =
        finish_failure(submit_map(pool, native(fail_late, id_arg(latch)),
                                  numbers(0, 3), chunks_with(1, policy)));
    CHECK_TEXT(message, asyr_error_get_message(failure));
    asyr_error_unref(failure);
    end_pool(pool);
}

/* B16.3 */
static void the_first_error_to_arrive_is_raised(void)
{
    asyr_pool *pool = pool_of(1);
    asyr_result *result =
        submit_map(pool, c_function(BYTE), two_bad_items(), chunks_of(1));
    finish_with_message(result, "300");
    end_pool(pool);
    check_winner(ASYR_ERRORS_FIRST, "item 1");
}

/* B16.4 */
static void the_error_callback_is_called_once(void)
{
    int64_t values = fixture_counter_new(), errors = fixture_counter_new();
    asyr_pool *pool = pool_of(2);
    asyr_task_options *options = chunks_of(1);
    CHECK_CODE(ASYR_OK, asyr_task_options_set_callback(options, count_value,
                                                       id_arg(values), NULL, NULL));
    CHECK_CODE(ASYR_OK, asyr_task_options_set_error_callback(
                            options, count_error, id_arg(errors), NULL, NULL));
    asyr_result *result =
        submit_map(pool, c_function(BYTE), ints(4, BAD, BAD, BAD, BAD), options);
    CHECK_CODE(ASYR_E_TYPE, finish_code(result));
    end_pool(pool);
    CHECK_INT(0, fixture_counter_get(values));
    CHECK_INT(1, fixture_counter_get(errors));
}

/* B16.5 */
static void a_map_waits_for_all_its_chunks(void)
{
    int64_t latch = fixture_latch_new();
    asyr_pool *pool = pool_of(1);
    asyr_result *result = submit_starmap(
        pool, c_function("uint8_t fixture_latch_byte(int64_t, uint8_t)"),
        pairs(2, latch, BAD, latch, INT64_C(1)), chunks_of(1));
    fixture_wait_for_waiters(latch, 1); /* the failed chunk came before */
    CHECK(!asyr_result_is_ready(result));
    fixture_latch_open(latch);
    CHECK_CODE(ASYR_E_TYPE, finish_code(result));
    end_pool(pool);
}

/* B16.6 */
static void the_lowest_index_wins(void)
{
    check_winner(ASYR_ERRORS_LOWEST, "item 0");
}

/* B16.7 */
static void collect_has_each_outcome_in_its_place(void)
{
    asyr_value *item;
    asyr_error *failure;
    asyr_pool *pool = pool_of(2);
    asyr_result *result =
        submit_map(pool, c_function(BYTE), ints(3, INT64_C(1), BAD, INT64_C(3)),
                   chunks_with(3, ASYR_ERRORS_COLLECT));
    asyr_value *list = get_list(result);
    CHECK_INT(3, asyr_value_get_count(list));
    CHECK_INT(1, item_int(list, 0));
    CHECK_INT(3, item_int(list, 2));
    CHECK_CODE(ASYR_OK, asyr_value_get_item(list, 1, &item, NULL));
    CHECK_CODE(ASYR_OK, asyr_value_get_error(item, &failure, NULL));
    CHECK_INT(ASYR_E_TYPE, asyr_error_get_code(failure));
    asyr_error_unref(failure);
    asyr_value_unref(item);
    asyr_value_unref(list);
    asyr_result_unref(result);
    end_pool(pool);
}

/* B16.8 */
static void fail_fast_cancels_what_has_not_begun(void)
{
    int64_t log = fixture_log_new();
    asyr_pool *pool = pool_of(1);
    asyr_value *items =
        pairs(4, log, INT64_C(1), log, BAD, log, INT64_C(3), log, INT64_C(4));
    asyr_result *result = submit_starmap(pool, c_function(LOG_BYTE), items,
                                         chunks_with(1, ASYR_ERRORS_FAIL_FAST));
    CHECK_CODE(ASYR_E_TYPE, finish_code(result));
    end_pool(pool);
    CHECK_INT(1, fixture_log_count(log));
}

/* B16.9 */
static void a_chunk_size_below_one_is_refused(void)
{
    asyr_task_options *options = task_options();
    CHECK_CODE(ASYR_E_ARGUMENT, asyr_task_options_set_chunk_size(options, 0, NULL));
    CHECK_CODE(ASYR_E_ARGUMENT,
               asyr_task_options_set_chunk_size(options, INT64_MIN, NULL));
    asyr_task_options_free(options);
}

/* B16.10 */
static void starmap_spreads_the_arguments(void)
{
    asyr_pool *pool = pool_of(2);
    asyr_result *result =
        submit_starmap(pool, c_function("int64_t fixture_add(int64_t, int64_t)"),
                       pairs(3, INT64_C(1), INT64_C(10), INT64_C(2), INT64_C(20),
                             INT64_C(3), INT64_C(30)),
                       NULL);
    asyr_value *list = get_list(result);
    CHECK_INT(3, asyr_value_get_count(list));
    for (int64_t index = 0; index < 3; index++)
        CHECK_INT(11 * (index + 1), item_int(list, index));
    asyr_value_unref(list);
    asyr_result_unref(result);
    end_pool(pool);
}

/* B17.1 */
static void an_empty_map_is_ready_at_once(void)
{
    bool successful = false;
    asyr_pool *pool = pool_of(1);
    struct held held = hold(pool);
    asyr_result *result = submit_map(pool, c_function(SQUARE), ints(0), NULL);
    CHECK(asyr_result_is_ready(result));
    CHECK_CODE(ASYR_OK, asyr_result_is_successful(result, &successful, NULL));
    CHECK(successful);
    asyr_value *list = get_list(result);
    CHECK_INT(0, asyr_value_get_count(list));
    asyr_value_unref(list);
    asyr_result_unref(result);
    let_go(held);
    end_pool(pool);
}

static asyr_error *note_empty(asyr_value *value, void *arg)
{
    CHECK_INT(ASYR_VALUE_LIST, asyr_value_get_type(value));
    CHECK_INT(0, asyr_value_get_count(value));
    fixture_count((intptr_t)arg);
    return NULL;
}

/* B17.2 */
static void an_empty_map_calls_back_once(void)
{
    int64_t called = fixture_counter_new();
    asyr_pool *pool = pool_of(1);
    asyr_task_options *options = task_options();
    CHECK_CODE(ASYR_OK, asyr_task_options_set_callback(options, note_empty,
                                                       id_arg(called), NULL, NULL));
    asyr_result *result = submit_map(pool, c_function(SQUARE), ints(0), options);
    CHECK_CODE(ASYR_OK, finish_code(result));
    CHECK_INT(1, fixture_counter_get(called));
    end_pool(pool);
    CHECK_INT(1, fixture_counter_get(called));
}

const struct contract_case map_cases[] = {
    {"B16.1", a_map_keeps_the_order, NULL},
    {"B16.2", a_failed_item_skips_the_rest_of_its_chunk, NULL},
    {"B16.3", the_first_error_to_arrive_is_raised, NULL},
    {"B16.4", the_error_callback_is_called_once, NULL},
    {"B16.5", a_map_waits_for_all_its_chunks, NULL},
    {"B16.6", the_lowest_index_wins, NULL},
    {"B16.7", collect_has_each_outcome_in_its_place, NULL},
    {"B16.8", fail_fast_cancels_what_has_not_begun, NULL},
    {"B16.9", a_chunk_size_below_one_is_refused, NULL},
    {"B16.10", starmap_spreads_the_arguments, NULL},
    {"B17.1", an_empty_map_is_ready_at_once, NULL},
    {"B17.2", an_empty_map_calls_back_once, NULL},
    {NULL, NULL, NULL}};
