/* The exported functions that take several results. */
#include "check.h"

#include "../impl/core/wait_many.h"

static asyr_status check_results(const char *function, asyr_result *const *results,
                                 int64_t count, asyr_error **error)
{
    ASYRI_REQUIRE(count >= 0, error, "%s: expected a count of 0 or more, found %lld",
                  function, (long long)count);
    ASYRI_REQUIRE(results || count == 0, error, "%s: expected results, found NULL",
                  function);
    for (int64_t i = 0; i < count; i++) {
        ASYRI_REQUIRE(results[i], error, "%s: expected results[%lld], found NULL",
                      function, (long long)i);
        if (asyri_is_forked(asyri_result_generation(results[i])))
            return asyri_fail(error, ASYR_E_FORKED,
                              "%s: results[%lld] belongs to the parent process",
                              function, (long long)i);
    }
    return ASYR_OK;
}

asyr_status asyr_result_wait_any(asyr_result *const *results, int64_t count,
                                 int64_t timeout_ns, asyr_interrupt *interrupt,
                                 int64_t *index, asyr_error **error)
{
    int64_t found = -1;
    ASYRI_CLEAR(error);
    asyr_status status = check_results(__func__, results, count, error);
    if (status == ASYR_OK && count == 0)
        status =
            asyri_fail(error, ASYR_E_ARGUMENT,
                       "%s: expected at least one result, found none", __func__);
    if (status == ASYR_OK)
        status = asyri_result_wait_any(results, count, timeout_ns, interrupt, &found,
                                       error);
    if (index)
        *index = found;
    return status;
}

asyr_status asyr_result_wait_all(asyr_result *const *results, int64_t count,
                                 int64_t timeout_ns, asyr_interrupt *interrupt,
                                 asyr_error **error)
{
    ASYRI_CLEAR(error);
    asyr_status status = check_results(__func__, results, count, error);
    if (status != ASYR_OK)
        return status;
    return asyri_result_wait_all(results, count, timeout_ns, interrupt, error);
}

asyr_status asyr_result_wait_first_error(asyr_result *const *results, int64_t count,
                                         int64_t timeout_ns,
                                         asyr_interrupt *interrupt, int64_t *index,
                                         asyr_error **error)
{
    int64_t found = -1;
    ASYRI_CLEAR(error);
    asyr_status status = check_results(__func__, results, count, error);
    if (status == ASYR_OK)
        status = asyri_result_wait_first_error(results, count, timeout_ns, interrupt,
                                               &found, error);
    if (index)
        *index = found;
    return status;
}

asyr_status asyr_result_as_completed(asyr_result *const *results, int64_t count,
                                     asyr_queue **queue, asyr_error **error)
{
    ASYRI_CLEAR(queue);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(queue, error);
    asyr_status status = check_results(__func__, results, count, error);
    if (status != ASYR_OK)
        return status;
    return asyri_result_as_completed(results, count, queue, error);
}
