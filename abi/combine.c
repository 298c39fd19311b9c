/* The exported functions that take several results. */
#include "check.h"

#include "../impl/core/wait_many.h"
#include "../impl/pool/chain.h"

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

static asyr_status check_pool(asyr_pool *pool, asyr_error **error)
{
    if (pool)
        ASYRI_REQUIRE_OWN_PROCESS(pool, error);
    return ASYR_OK;
}

static asyr_status chain_call(const char *name, enum asyri_chain_kind kind,
                              asyr_result *result, asyr_pool *pool,
                              asyr_function *function,
                              const asyr_task_options *options, asyr_result **next,
                              asyr_error **error)
{
    asyr_result *made = NULL;
    ASYRI_CLEAR(next);
    ASYRI_CLEAR(error);
    asyr_status status = check_results(name, &result, 1, error);
    if (status == ASYR_OK)
        status = check_pool(pool, error);
    if (status != ASYR_OK)
        return status;
    ASYRI_REQUIRE(function, error, "%s: expected function, found NULL", name);
    status =
        asyri_chain_call(kind, result, pool, function,
                         options ? options : &asyri_task_defaults, &made, error);
    if (next)
        *next = made;
    else
        asyri_result_unref(made);
    return status;
}

asyr_status asyr_result_then(asyr_result *result, asyr_pool *pool,
                             asyr_function *function,
                             const asyr_task_options *options, asyr_result **next,
                             asyr_error **error)
{
    return chain_call(__func__, ASYRI_CHAIN_THEN, result, pool, function, options,
                      next, error);
}

asyr_status asyr_result_rescue(asyr_result *result, asyr_pool *pool,
                               asyr_function *function,
                               const asyr_task_options *options, asyr_result **next,
                               asyr_error **error)
{
    return chain_call(__func__, ASYRI_CHAIN_RESCUE, result, pool, function, options,
                      next, error);
}

static asyr_status gather(const char *name, enum asyri_chain_kind kind,
                          asyr_result *const *results, int64_t count,
                          asyr_pool *pool, const asyr_task_options *options,
                          asyr_result **result, asyr_error **error)
{
    asyr_result *made = NULL;
    ASYRI_CLEAR(result);
    ASYRI_CLEAR(error);
    asyr_status status = check_results(name, results, count, error);
    if (status == ASYR_OK)
        status = check_pool(pool, error);
    if (status != ASYR_OK)
        return status;
    ASYRI_REQUIRE(pool || count > 0, error,
                  "%s: expected a pool or at least one result, found neither", name);
    status =
        asyri_chain_gather(kind, results, count, pool,
                           options ? options : &asyri_task_defaults, &made, error);
    if (result)
        *result = made;
    else
        asyri_result_unref(made);
    return status;
}

asyr_status asyr_result_all(asyr_result *const *results, int64_t count,
                            asyr_pool *pool, const asyr_task_options *options,
                            asyr_result **all, asyr_error **error)
{
    return gather(__func__, ASYRI_CHAIN_ALL, results, count, pool, options, all,
                  error);
}

asyr_status asyr_result_any(asyr_result *const *results, int64_t count,
                            asyr_pool *pool, const asyr_task_options *options,
                            asyr_result **any, asyr_error **error)
{
    return gather(__func__, ASYRI_CHAIN_ANY, results, count, pool, options, any,
                  error);
}
