/* Helpers of the unit tests. */
#include "unit.h"

#include "base/alloc.h"
#include "core/value.h"

asyr_value *unit_int64(int64_t number)
{
    asyr_value *value = NULL;
    UNIT_SUCCEEDS(asyr_value_new_int64(number, &value, &error));
    return value;
}

asyr_value *unit_double(double number)
{
    asyr_value *value = NULL;
    UNIT_SUCCEEDS(asyr_value_new_double(number, &value, &error));
    return value;
}

asyr_value *unit_text(const char *content)
{
    asyr_value *value = NULL;
    UNIT_SUCCEEDS(asyr_value_new_string(content, -1, &value, &error));
    return value;
}

asyr_value *unit_list(void)
{
    asyr_value *value = NULL;
    UNIT_SUCCEEDS(asyr_value_new_list(0, &value, &error));
    return value;
}

asyr_value *unit_map(void)
{
    asyr_value *value = NULL;
    UNIT_SUCCEEDS(asyr_value_new_map(0, &value, &error));
    return value;
}

void unit_one_of_each(asyr_value *values[12])
{
    asyr_error *content = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    values[0] = asyri_value_nil();
    values[1] = asyri_value_bool(true);
    values[2] = unit_int64(5);
    UNIT_SUCCEEDS(asyr_value_new_uint64(UINT64_MAX, &values[3], &error));
    values[4] = unit_double(0.5);
    values[5] = unit_text("text");
    UNIT_SUCCEEDS(asyr_value_new_bytes("\xFF\0", 2, &values[6], &error));
    values[7] = unit_list();
    values[8] = unit_map();
    UNIT_SUCCEEDS(asyr_value_new_error(content, &values[9], &error));
    UNIT_SUCCEEDS(asyr_value_new_pointer(NULL, NULL, &values[10], &error));
    UNIT_SUCCEEDS(
        asyr_value_new_array(ASYR_ELEMENT_DOUBLE, NULL, 3, &values[11], &error));
    asyr_error_unref(content);
}

int32_t unit_take_code(asyr_error **error)
{
    int32_t code = -1;
    if (*error && asyr_error_get_message(*error)[0])
        code = asyr_error_get_code(*error);
    asyr_error_unref(*error);
    *error = NULL;
    return code;
}

asyr_error *unit_sentinel(void)
{
    static char anything;
    return (asyr_error *)(void *)&anything;
}

static void fail_each(asyr_status (*attempt)(asyr_error **error), int sticky)
{
    for (int successes = 0; successes < 10000; successes++) {
        asyr_error *error = NULL;
        asyri_alloc_fail_after(successes, sticky);
        asyr_status status = attempt(&error);
        asyri_alloc_fail_after(-1, 0);
        if (status == ASYR_OK) {
            UNIT_CHECK(successes > 0, "the attempt allocates something");
            UNIT_CHECK(error == NULL, "a success leaves no error");
            return;
        }
        CU_ASSERT_EQUAL(status, ASYR_E_MEMORY);
        CU_ASSERT_EQUAL(unit_take_code(&error), ASYR_E_MEMORY);
    }
    CU_FAIL("the attempt never succeeded");
}

void unit_fail_each_allocation(asyr_status (*attempt)(asyr_error **error))
{
    fail_each(attempt, 0);
    fail_each(attempt, 1);
}

void unit_count_release(void *arg)
{
    ++*(int *)arg;
}
