/* The exported functions of pools. */
#include "check.h"

#include <string.h>

#include "../impl/core/queue.h"
#include "../impl/core/value.h"
#include "../impl/executors/threads.h"
#include "../impl/platform/cpu_count.h"
#include "../impl/pool/pool.h"
#include "../impl/pool/range.h"

int64_t asyr_default_worker_count(void)
{
    return asyri_cpu_count();
}

asyr_status asyr_pool_new(const asyr_pool_options *options, asyr_pool **pool,
                          asyr_error **error)
{
    ASYRI_CLEAR(pool);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(pool, error);
    if (options && options->queue)
        ASYRI_REQUIRE_OWN_PROCESS(options->queue, error);
    return asyri_pool_new(options ? options : &asyri_pool_defaults, &asyri_threads,
                          pool, error);
}

asyr_pool *asyr_pool_ref(asyr_pool *pool)
{
    if (pool)
        asyri_pool_ref_handle(pool);
    return pool;
}

void asyr_pool_unref(asyr_pool *pool)
{
    if (pool && !asyri_is_forked(pool->generation))
        asyri_pool_unref_handle(pool);
}

static asyr_status submit(asyr_pool *pool, enum asyri_job_kind kind,
                          asyr_function *function, asyr_value *input,
                          const asyr_task_options *options, asyr_result **result,
                          asyr_error **error)
{
    return asyri_pool_submit(pool, kind, function, input,
                             options ? options : &asyri_task_defaults, result,
                             error);
}

asyr_status asyr_pool_apply_async(asyr_pool *pool, asyr_function *function,
                                  asyr_value *arguments,
                                  const asyr_task_options *options,
                                  asyr_result **result, asyr_error **error)
{
    ASYRI_CLEAR(result);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(pool, error);
    ASYRI_REQUIRE_GIVEN(function, error);
    ASYRI_REQUIRE(!arguments || arguments->type == ASYR_VALUE_LIST, error,
                  "%s: expected a list of arguments, found %s", __func__,
                  asyri_value_type_name(arguments));
    return submit(pool, ASYRI_JOB_APPLY, function, arguments, options, result,
                  error);
}

static asyr_status check_many(asyr_value *const *arguments, int64_t count,
                              asyr_error **error)
{
    ASYRI_REQUIRE(count >= 0, error,
                  "asyr_pool_apply_many_async: expected a count of 0 or more, found "
                  "%lld",
                  (long long)count);
    for (int64_t i = 0; arguments && i < count; i++)
        ASYRI_REQUIRE(!arguments[i] || arguments[i]->type == ASYR_VALUE_LIST, error,
                      "asyr_pool_apply_many_async: task %lld: expected a list of "
                      "arguments, found %s",
                      (long long)i, asyri_value_type_name(arguments[i]));
    return ASYR_OK;
}

asyr_status asyr_pool_apply_many_async(asyr_pool *pool, asyr_function *function,
                                       asyr_value *const *arguments, int64_t count,
                                       const asyr_task_options *options,
                                       asyr_result **results, asyr_error **error)
{
    if (results && count > 0)
        memset(results, 0, (size_t)count * sizeof(void *));
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(pool, error);
    ASYRI_REQUIRE_GIVEN(function, error);
    asyr_status status = check_many(arguments, count, error);
    if (status != ASYR_OK)
        return status;
    return asyri_pool_submit_many(pool, function, arguments, count,
                                  options ? options : &asyri_task_defaults, results,
                                  error);
}

asyr_status asyr_pool_map_async(asyr_pool *pool, asyr_function *function,
                                asyr_value *items, const asyr_task_options *options,
                                asyr_result **result, asyr_error **error)
{
    ASYRI_CLEAR(result);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(pool, error);
    ASYRI_REQUIRE_GIVEN(function, error);
    ASYRI_REQUIRE_GIVEN(items, error);
    ASYRI_REQUIRE(items->type == ASYR_VALUE_LIST || items->type == ASYR_VALUE_ARRAY,
                  error, "%s: expected a list or an array of items, found %s",
                  __func__, asyri_value_type_name(items));
    return submit(pool, ASYRI_JOB_MAP, function, items, options, result, error);
}

asyr_status asyr_pool_starmap_async(asyr_pool *pool, asyr_function *function,
                                    asyr_value *items,
                                    const asyr_task_options *options,
                                    asyr_result **result, asyr_error **error)
{
    ASYRI_CLEAR(result);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(pool, error);
    ASYRI_REQUIRE_GIVEN(function, error);
    ASYRI_REQUIRE_GIVEN(items, error);
    ASYRI_REQUIRE(items->type == ASYR_VALUE_LIST, error,
                  "%s: expected a list of lists of arguments, found %s", __func__,
                  asyri_value_type_name(items));
    return submit(pool, ASYRI_JOB_STARMAP, function, items, options, result, error);
}

static asyr_status check_range(int64_t begin, int64_t end, asyr_error **error)
{
    ASYRI_REQUIRE(begin <= end, error,
                  "expected a range whose end is not below its begin, found %lld to "
                  "%lld",
                  (long long)begin, (long long)end);
    ASYRI_REQUIRE(begin >= 0 || end <= INT64_MAX + begin, error,
                  "expected a range of at most %lld numbers, found %lld to %lld",
                  (long long)INT64_MAX, (long long)begin, (long long)end);
    return ASYR_OK;
}

static asyr_status check_kernel(asyr_pool *pool, int64_t begin, int64_t end,
                                asyr_range_fn kernel, asyr_error **error)
{
    ASYRI_REQUIRE_HANDLE(pool, error);
    ASYRI_REQUIRE_GIVEN(kernel, error);
    return check_range(begin, end, error);
}

asyr_status asyr_pool_range_async(asyr_pool *pool, int64_t begin, int64_t end,
                                  asyr_range_fn kernel, void *context,
                                  asyr_release_fn release,
                                  const asyr_task_options *options,
                                  asyr_result **result, asyr_error **error)
{
    ASYRI_CLEAR(result);
    ASYRI_CLEAR(error);
    asyr_status status = check_kernel(pool, begin, end, kernel, error);
    if (status != ASYR_OK) {
        if (release)
            release(context);
        return status;
    }
    struct asyri_range range = {.begin = begin, .end = end, .kernel = kernel};
    asyr_value *pointer = asyri_value_pointer(context, release);
    if (!pointer)
        return asyri_fail_memory(error);
    status = asyri_pool_submit_range(pool, &range, &asyri_range_function, pointer,
                                     options ? options : &asyri_task_defaults,
                                     result, error);
    asyri_value_unref(pointer);
    return status;
}

asyr_status asyr_pool_range_call_async(asyr_pool *pool, int64_t begin, int64_t end,
                                       asyr_function *function, asyr_value *context,
                                       const asyr_task_options *options,
                                       asyr_result **result, asyr_error **error)
{
    ASYRI_CLEAR(result);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(pool, error);
    ASYRI_REQUIRE_GIVEN(function, error);
    asyr_status status = check_range(begin, end, error);
    if (status != ASYR_OK)
        return status;
    struct asyri_range range = {.begin = begin, .end = end};
    return asyri_pool_submit_range(pool, &range, function, context,
                                   options ? options : &asyri_task_defaults, result,
                                   error);
}

asyr_status asyr_pool_close(asyr_pool *pool, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(pool, error);
    asyri_pool_close(pool);
    return ASYR_OK;
}

asyr_status asyr_pool_terminate(asyr_pool *pool, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(pool, error);
    asyri_pool_terminate(pool);
    return ASYR_OK;
}

asyr_status asyr_pool_join(asyr_pool *pool, int64_t timeout_ns,
                           asyr_interrupt *interrupt, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(pool, error);
    return asyri_pool_join(pool, timeout_ns, interrupt, error);
}

int32_t asyr_pool_get_state(asyr_pool *pool)
{
    if (!pool || asyri_is_forked(pool->generation))
        return -1;
    return asyri_pool_state(pool);
}

int64_t asyr_pool_get_worker_count(asyr_pool *pool)
{
    return pool ? pool->nominal : 0;
}
