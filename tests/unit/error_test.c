/* Errors: what they carry, who may write them, what happens without memory. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "core/error.h"

#define LAST_CODE ASYR_E_UNSUPPORTED

static void new_keeps_code_kind_and_message(void)
{
    asyr_error *error = asyr_error_new(ASYR_E_TASK, "ZeroDivisionError", "divided");
    CU_ASSERT_EQUAL(asyr_error_get_code(error), ASYR_E_TASK);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_kind(error), "ZeroDivisionError");
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(error), "divided");
    CU_ASSERT_STRING_EQUAL(asyr_error_get_origin(error), "C");
    CU_ASSERT_PTR_NULL(asyr_error_get_trace(error));
    CU_ASSERT_PTR_NULL(asyr_error_get_cause(error));
    CU_ASSERT_PTR_NULL(asyr_error_get_value(error));
    asyr_error_unref(error);
}

static void new_without_kind_and_message_takes_those_of_its_code(void)
{
    for (int32_t code = 1; code <= LAST_CODE; code++) {
        asyr_error *error = asyr_error_new(code, NULL, NULL);
        CU_ASSERT_EQUAL(asyr_error_get_code(error), code);
        CU_ASSERT_STRING_EQUAL(asyr_error_get_kind(error), asyr_code_get_kind(code));
        CU_ASSERT_STRING_EQUAL(asyr_error_get_message(error),
                               asyr_code_get_meaning(code));
        asyr_error_unref(error);
    }
    CU_ASSERT_STRING_EQUAL(asyr_code_get_kind(ASYR_E_TIMEOUT), "Timeout");
    CU_ASSERT_STRING_EQUAL(asyr_code_get_kind(ASYR_E_POOL_CLOSED), "PoolClosed");
}

static void new_with_an_unknown_code_is_an_argument_error(void)
{
    static const int32_t unknown[] = {ASYR_OK, -1, LAST_CODE + 1, INT32_MIN,
                                      INT32_MAX};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        char number[16];
        snprintf(number, sizeof number, "%d", (int)unknown[i]);
        asyr_error *error = asyr_error_new(unknown[i], "Kind", "message");
        CU_ASSERT_EQUAL(asyr_error_get_code(error), ASYR_E_ARGUMENT);
        CU_ASSERT_PTR_NOT_NULL(strstr(asyr_error_get_message(error), number));
        asyr_error_unref(error);
    }
}

static void unknown_codes_have_no_kind_and_no_meaning(void)
{
    CU_ASSERT_PTR_NULL(asyr_code_get_kind(LAST_CODE + 1));
    CU_ASSERT_PTR_NULL(asyr_code_get_meaning(LAST_CODE + 1));
    CU_ASSERT_PTR_NULL(asyr_code_get_kind(-1));
    CU_ASSERT_PTR_NULL(asyr_code_get_meaning(-1));
}

static void null_is_no_error(void)
{
    CU_ASSERT_EQUAL(asyr_error_get_code(NULL), ASYR_OK);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_kind(NULL), "");
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(NULL), "");
    CU_ASSERT_PTR_NULL(asyr_error_get_trace(NULL));
    CU_ASSERT_PTR_NULL(asyr_error_get_origin(NULL));
    CU_ASSERT_PTR_NULL(asyr_error_get_cause(NULL));
    CU_ASSERT_PTR_NULL(asyr_error_get_value(NULL));
    CU_ASSERT_PTR_NULL(asyr_error_ref(NULL));
    asyr_error_unref(NULL);
}

static void setters_set_replace_and_clear(void)
{
    asyr_error *target = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    UNIT_SUCCEEDS(asyr_error_set_trace(target, "first line", &error));
    UNIT_SUCCEEDS(asyr_error_set_trace(target, "a.rb:1\nb.rb:2", &error));
    CU_ASSERT_STRING_EQUAL(asyr_error_get_trace(target), "a.rb:1\nb.rb:2");
    UNIT_SUCCEEDS(asyr_error_set_trace(target, NULL, &error));
    CU_ASSERT_PTR_NULL(asyr_error_get_trace(target));
    UNIT_SUCCEEDS(asyr_error_set_origin(target, "Lua", &error));
    UNIT_SUCCEEDS(asyr_error_set_origin(target, "Ruby", &error));
    CU_ASSERT_STRING_EQUAL(asyr_error_get_origin(target), "Ruby");
    UNIT_SUCCEEDS(asyr_error_set_origin(target, NULL, &error));
    CU_ASSERT_PTR_NULL(asyr_error_get_origin(target));
    asyr_error_unref(target);
}

static void cause_is_shared_and_outlives_its_owner(void)
{
    asyr_error *target = asyr_error_new(ASYR_E_TASK, NULL, "outer");
    asyr_error *cause = asyr_error_new(ASYR_E_SYSTEM, NULL, "inner");
    UNIT_SUCCEEDS(asyr_error_set_cause(target, cause, &error));
    asyr_error *found = asyr_error_get_cause(target);
    CU_ASSERT_PTR_EQUAL(found, cause);
    asyr_error_unref(target);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(cause), "inner");
    asyr_error_unref(found);
    asyr_error_unref(cause);
}

static void cause_can_be_replaced_and_cleared(void)
{
    asyr_error *target = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    asyr_error *first = asyr_error_new(ASYR_E_SYSTEM, NULL, NULL);
    asyr_error *second = asyr_error_new(ASYR_E_MEMORY, NULL, NULL);
    UNIT_SUCCEEDS(asyr_error_set_cause(target, first, &error));
    UNIT_SUCCEEDS(asyr_error_set_cause(target, second, &error));
    CU_ASSERT_PTR_EQUAL(asyri_error_cause(target), second);
    UNIT_SUCCEEDS(asyr_error_set_cause(target, NULL, &error));
    CU_ASSERT_PTR_NULL(asyri_error_cause(target));
    asyr_error_unref(first);
    asyr_error_unref(second);
    asyr_error_unref(target);
}

static void an_error_is_not_its_own_cause(void)
{
    asyr_error *target = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_error_set_cause(target, target, &error));
    CU_ASSERT_PTR_NULL(asyri_error_cause(target));
    asyr_error *cause = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    UNIT_SUCCEEDS(asyr_error_set_cause(target, cause, &error));
    UNIT_FAILS(ASYR_E_STATE, asyr_error_set_cause(cause, target, &error));
    asyr_error_unref(cause);
    asyr_error_unref(target);
}

static void value_is_kept_until_the_error_is_gone(void)
{
    int released = 0;
    asyr_error *target = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    asyr_value *value;
    UNIT_SUCCEEDS(
        asyr_value_new_pointer(&released, unit_count_release, &value, &error));
    UNIT_SUCCEEDS(asyr_error_set_value(target, value, &error));
    asyr_value_unref(value);
    CU_ASSERT_EQUAL(released, 0);
    asyr_value *found = asyr_error_get_value(target);
    CU_ASSERT_PTR_EQUAL(found, value);
    asyr_value_unref(found);
    asyr_error_unref(target);
    CU_ASSERT_EQUAL(released, 1);
}

static void check_setters_refuse(asyr_error *target, int32_t code)
{
    asyr_error *cause = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    asyr_value *value = NULL;
    UNIT_SUCCEEDS(asyr_value_new_bool(true, &value, &error));
    UNIT_FAILS(code, asyr_error_set_trace(target, "trace", &error));
    UNIT_FAILS(code, asyr_error_set_origin(target, "Lua", &error));
    UNIT_FAILS(code, asyr_error_set_cause(target, cause, &error));
    UNIT_FAILS(code, asyr_error_set_value(target, value, &error));
    CU_ASSERT_EQUAL(asyr_error_set_trace(target, "trace", NULL), code);
    CU_ASSERT_EQUAL(asyr_error_set_origin(target, "Lua", NULL), code);
    CU_ASSERT_EQUAL(asyr_error_set_cause(target, cause, NULL), code);
    CU_ASSERT_EQUAL(asyr_error_set_value(target, value, NULL), code);
    asyr_error_unref(cause);
}

static void setters_refuse_null(void)
{
    check_setters_refuse(NULL, ASYR_E_ARGUMENT);
}

static void setters_refuse_a_shared_error_until_it_is_unshared(void)
{
    asyr_error *target = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    asyr_error *other = asyr_error_ref(target);
    CU_ASSERT_PTR_EQUAL(other, target);
    check_setters_refuse(target, ASYR_E_STATE);
    CU_ASSERT_PTR_NULL(asyr_error_get_trace(target));
    asyr_error_unref(other);
    UNIT_SUCCEEDS(asyr_error_set_trace(target, "trace", &error));
    asyr_error_unref(target);
}

static void without_memory_new_is_a_static_memory_error(void)
{
    asyri_alloc_fail_after(0, 1);
    asyr_error *error = asyr_error_new(ASYR_E_TASK, "Kind", "message");
    asyr_error *unknown = asyr_error_new(-1, NULL, NULL);
    asyri_alloc_fail_after(-1, 0);
    CU_ASSERT_EQUAL(asyr_error_get_code(error), ASYR_E_MEMORY);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_kind(error), "Memory");
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(error),
                           asyr_code_get_meaning(ASYR_E_MEMORY));
    CU_ASSERT_STRING_EQUAL(asyr_error_get_origin(error), "C");
    CU_ASSERT_PTR_EQUAL(error, unknown);
    check_setters_refuse(error, ASYR_E_STATE);
    for (int i = 0; i < 3; i++)
        asyr_error_unref(error);
    CU_ASSERT_PTR_EQUAL(asyr_error_ref(error), asyri_error_memory());
}

static void setters_without_memory_keep_what_was_there(void)
{
    asyr_error *target = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    UNIT_SUCCEEDS(asyr_error_set_trace(target, "old trace", &error));
    UNIT_SUCCEEDS(asyr_error_set_origin(target, "Go", &error));
    asyri_alloc_fail_after(0, 1);
    UNIT_FAILS(ASYR_E_MEMORY, asyr_error_set_trace(target, "new", &error));
    UNIT_FAILS(ASYR_E_MEMORY, asyr_error_set_origin(target, "Lua", &error));
    asyri_alloc_fail_after(-1, 0);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_trace(target), "old trace");
    CU_ASSERT_STRING_EQUAL(asyr_error_get_origin(target), "Go");
    asyr_error_unref(target);
}

static void a_long_chain_of_causes_is_released_without_recursion(void)
{
    asyr_error *last = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    for (int i = 0; i < 200000; i++) {
        asyr_error *next = asyr_error_new(ASYR_E_TASK, NULL, NULL);
        if (asyr_error_set_cause(next, last, NULL) != ASYR_OK)
            CU_FAIL_FATAL("the chain could not be made");
        asyr_error_unref(last);
        last = next;
    }
    asyr_error_unref(last);
    CU_PASS("released");
}

/* Errors inside values inside errors. */
static void values_and_errors_nest_up_to_the_limit(void)
{
    asyr_error *inner = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    for (int depth = 1; depth <= ASYR_MAX_DEPTH; depth++) {
        asyr_value *value = NULL;
        asyr_error *outer = asyr_error_new(ASYR_E_TASK, NULL, NULL);
        UNIT_SUCCEEDS(asyr_value_new_error(inner, &value, &error));
        UNIT_SUCCEEDS(asyr_error_set_value(outer, value, &error));
        asyr_value_unref(value);
        asyr_error_unref(inner);
        inner = asyr_error_new(ASYR_E_TASK, NULL, NULL);
        UNIT_SUCCEEDS(asyr_error_set_cause(inner, outer, &error));
        asyr_error_unref(outer);
    }
    asyr_value *deepest = NULL;
    asyr_value *list = NULL;
    asyr_error *target = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    UNIT_SUCCEEDS(asyr_value_new_error(inner, &deepest, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_error_set_value(target, deepest, &error));
    UNIT_SUCCEEDS(asyr_value_new_list(0, &list, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_append(list, deepest, &error));
    asyr_value_unref(list);
    asyr_value_unref(deepest);
    asyr_error_unref(target);
    asyr_error_unref(inner);
}

static asyr_error *full_error(void)
{
    asyr_error *full = asyr_error_new(ASYR_E_TIMEOUT, "Late", "too late");
    asyr_error *cause = asyr_error_new(ASYR_E_SYSTEM, NULL, "clock");
    asyr_value *value = NULL;
    UNIT_SUCCEEDS(asyr_value_new_int64(5, &value, &error));
    UNIT_SUCCEEDS(asyr_error_set_trace(full, "trace", &error));
    UNIT_SUCCEEDS(asyr_error_set_origin(full, "Ruby", &error));
    UNIT_SUCCEEDS(asyr_error_set_cause(full, cause, &error));
    UNIT_SUCCEEDS(asyr_error_set_value(full, value, &error));
    asyr_error_unref(cause);
    asyr_value_unref(value);
    return full;
}

static void with_code_copies_everything_else(void)
{
    asyr_error *original = full_error();
    asyr_error *copy = asyri_error_with_code(original, ASYR_E_TASK);
    CU_ASSERT_EQUAL(asyr_error_get_code(copy), ASYR_E_TASK);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_kind(copy), "Late");
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(copy), "too late");
    CU_ASSERT_STRING_EQUAL(asyr_error_get_trace(copy), "trace");
    CU_ASSERT_STRING_EQUAL(asyr_error_get_origin(copy), "Ruby");
    CU_ASSERT_PTR_EQUAL(asyri_error_cause(copy), asyri_error_cause(original));
    CU_ASSERT_PTR_EQUAL(asyri_error_value(copy), asyri_error_value(original));
    CU_ASSERT_EQUAL(asyr_error_get_code(original), ASYR_E_TIMEOUT);
    asyr_error_unref(original);
    asyr_error_unref(copy);
}

static void with_code_keeps_the_kind_that_came_from_the_old_code(void)
{
    asyr_error *original = asyr_error_new(ASYR_E_TIMEOUT, NULL, NULL);
    asyr_error *copy = asyri_error_with_code(original, ASYR_E_TASK);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_kind(copy), "Timeout");
    asyr_error_unref(original);
    asyr_error_unref(copy);
}

/* B10: the task's own error becomes the end of the callback error's chain. */
static void append_cause_copies_the_chain(void)
{
    asyr_error *chain = full_error();
    asyr_error *cause = asyr_error_new(ASYR_E_TASK, NULL, "the task's own");
    asyr_error *copy = asyri_error_append_cause(chain, cause);
    CU_ASSERT_STRING_EQUAL(asyri_error_message(copy), "too late");
    CU_ASSERT_STRING_EQUAL(asyri_error_message(asyri_error_cause(copy)), "clock");
    CU_ASSERT_PTR_EQUAL(asyri_error_cause(asyri_error_cause(copy)), cause);
    CU_ASSERT_PTR_NULL(asyri_error_cause(asyri_error_cause(chain)));
    asyr_error_unref(copy);
    asyr_error_unref(chain);
    asyr_error_unref(cause);
}

static void append_cause_does_not_repeat_a_cause(void)
{
    asyr_error *chain = full_error();
    asyr_error *same = asyri_error_append_cause(chain, chain);
    CU_ASSERT_PTR_EQUAL(same, chain);
    asyr_error *again = asyri_error_append_cause(chain, asyri_error_cause(chain));
    CU_ASSERT_PTR_EQUAL(again, chain);
    asyr_error *none = asyri_error_append_cause(chain, NULL);
    CU_ASSERT_PTR_EQUAL(none, chain);
    asyr_error_unref(same);
    asyr_error_unref(again);
    asyr_error_unref(none);
    asyr_error_unref(chain);
}

static void append_cause_counts_the_depth_of_the_cause(void)
{
    asyr_error *chain = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    asyr_error *cause = full_error();
    asyr_error *copy = asyri_error_append_cause(chain, cause);
    CU_ASSERT_EQUAL(asyri_error_depth(chain), 0);
    CU_ASSERT_EQUAL(asyri_error_depth(copy), 1);
    asyr_error_unref(copy);
    asyr_error_unref(chain);
    asyr_error_unref(cause);
}

/* B2: a task that fails with a time-out is told apart from a wait that did. */
static void of_task_hides_the_codes_of_a_wait(void)
{
    static const int32_t codes[][2] = {
        {ASYR_E_TIMEOUT, ASYR_E_TASK}, {ASYR_E_NOT_READY, ASYR_E_TASK},
        {ASYR_E_STOP, ASYR_E_TASK},    {ASYR_E_INTERRUPTED, ASYR_E_TASK},
        {ASYR_E_TYPE, ASYR_E_TYPE},    {ASYR_E_TASK, ASYR_E_TASK}};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        asyr_error *own =
            asyri_error_of_task(asyri_error_new(codes[i][0], "Kind", "message"));
        CU_ASSERT_EQUAL(asyri_error_code(own), codes[i][1]);
        CU_ASSERT_STRING_EQUAL(asyri_error_kind(own), "Kind");
        CU_ASSERT_STRING_EQUAL(asyri_error_message(own), "message");
        asyr_error_unref(own);
    }
}

static asyr_error *copied;

static asyr_status attempt_copies(asyr_error **error)
{
    asyr_error *first = asyri_error_with_code(copied, ASYR_E_TASK);
    asyr_error *tail = asyri_error_new(ASYR_E_TASK, "Tail", "tail");
    asyr_error *second = asyri_error_append_cause(copied, tail);
    asyr_error *third = asyri_error_because(tail, ASYR_E_TASK, "number %d", 3);
    int failures = (asyri_error_code(first) == ASYR_E_MEMORY) +
                   (asyri_error_code(tail) == ASYR_E_MEMORY) +
                   (asyri_error_code(second) == ASYR_E_MEMORY) +
                   (asyri_error_code(third) == ASYR_E_MEMORY);
    asyr_error_unref(first);
    asyr_error_unref(tail);
    asyr_error_unref(second);
    asyr_error_unref(third);
    return failures ? asyri_fail_memory(error) : ASYR_OK;
}

static void copies_survive_every_failing_allocation(void)
{
    copied = full_error();
    unit_fail_each_allocation(attempt_copies);
    asyr_error_unref(copied);
}

static void because_wraps_its_cause(void)
{
    asyr_error *cause = asyr_error_new(ASYR_E_TASK, NULL, "inner");
    asyr_error *outer = asyri_error_because(cause, ASYR_E_BROKEN, "worker %d", 3);
    CU_ASSERT_EQUAL(asyri_error_code(outer), ASYR_E_BROKEN);
    CU_ASSERT_STRING_EQUAL(asyri_error_message(outer), "worker 3");
    CU_ASSERT_PTR_EQUAL(asyri_error_cause(outer), cause);
    asyr_error *alone = asyri_error_because(NULL, ASYR_E_BROKEN, "alone");
    CU_ASSERT_PTR_NULL(asyri_error_cause(alone));
    asyr_error_unref(alone);
    asyr_error_unref(outer);
    asyr_error_unref(cause);
}

static void format_makes_messages_of_any_length(void)
{
    char text[5000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    asyr_error *error = asyri_error_format(ASYR_E_TYPE, "%s %d", text, 42);
    CU_ASSERT_EQUAL(strlen(asyri_error_message(error)), sizeof text - 1 + 3);
    CU_ASSERT_STRING_EQUAL(asyri_error_message(error) + sizeof text - 1, " 42");
    asyr_error_unref(error);
}

static void fail_returns_the_code_of_the_error_that_it_leaves(void)
{
    asyr_error *error = NULL;
    CU_ASSERT_EQUAL(asyri_fail(NULL, ASYR_E_TYPE, "nobody reads this"), ASYR_E_TYPE);
    CU_ASSERT_EQUAL(asyri_fail(&error, ASYR_E_TYPE, "found %d", 3), ASYR_E_TYPE);
    CU_ASSERT_STRING_EQUAL(asyr_error_get_message(error), "found 3");
    asyr_error_unref(error);
    asyri_alloc_fail_after(0, 1);
    CU_ASSERT_EQUAL(asyri_fail(&error, ASYR_E_TYPE, "found %d", 3), ASYR_E_MEMORY);
    asyri_alloc_fail_after(-1, 0);
    CU_ASSERT_EQUAL(unit_take_code(&error), ASYR_E_MEMORY);
}

static void fail_with_hands_on_or_releases(void)
{
    int released = 0;
    asyr_error *owned = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    asyr_value *value = NULL;
    UNIT_SUCCEEDS(
        asyr_value_new_pointer(&released, unit_count_release, &value, &error));
    UNIT_SUCCEEDS(asyr_error_set_value(owned, value, &error));
    asyr_value_unref(value);
    asyr_error *passed = NULL;
    CU_ASSERT_EQUAL(asyri_fail_with(&passed, owned), ASYR_E_TASK);
    CU_ASSERT_PTR_EQUAL(passed, owned);
    CU_ASSERT_EQUAL(released, 0);
    CU_ASSERT_EQUAL(asyri_fail_with(NULL, owned), ASYR_E_TASK);
    CU_ASSERT_EQUAL(released, 1);
}

CU_TestInfo error_tests[] = {
    UNIT_TEST(new_keeps_code_kind_and_message),
    UNIT_TEST(new_without_kind_and_message_takes_those_of_its_code),
    UNIT_TEST(new_with_an_unknown_code_is_an_argument_error),
    UNIT_TEST(unknown_codes_have_no_kind_and_no_meaning),
    UNIT_TEST(null_is_no_error),
    UNIT_TEST(setters_set_replace_and_clear),
    UNIT_TEST(cause_is_shared_and_outlives_its_owner),
    UNIT_TEST(cause_can_be_replaced_and_cleared),
    UNIT_TEST(an_error_is_not_its_own_cause),
    UNIT_TEST(value_is_kept_until_the_error_is_gone),
    UNIT_TEST(setters_refuse_null),
    UNIT_TEST(setters_refuse_a_shared_error_until_it_is_unshared),
    UNIT_TEST(without_memory_new_is_a_static_memory_error),
    UNIT_TEST(setters_without_memory_keep_what_was_there),
    UNIT_TEST(a_long_chain_of_causes_is_released_without_recursion),
    UNIT_TEST(values_and_errors_nest_up_to_the_limit),
    UNIT_TEST(with_code_copies_everything_else),
    UNIT_TEST(with_code_keeps_the_kind_that_came_from_the_old_code),
    UNIT_TEST(append_cause_copies_the_chain),
    UNIT_TEST(append_cause_does_not_repeat_a_cause),
    UNIT_TEST(append_cause_counts_the_depth_of_the_cause),
    UNIT_TEST(of_task_hides_the_codes_of_a_wait),
    UNIT_TEST(copies_survive_every_failing_allocation),
    UNIT_TEST(because_wraps_its_cause),
    UNIT_TEST(format_makes_messages_of_any_length),
    UNIT_TEST(fail_returns_the_code_of_the_error_that_it_leaves),
    UNIT_TEST(fail_with_hands_on_or_releases),
    CU_TEST_INFO_NULL};
