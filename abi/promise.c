/* The exported functions of promises. */
#include "check.h"

#include "../impl/core/value.h"
#include "../impl/pool/promise.h"

asyr_status asyr_promise_new(asyr_pool *pool, const asyr_task_options *options,
                             asyr_promise **promise, asyr_result **result,
                             asyr_error **error)
{
    asyr_result *made = NULL;
    ASYRI_CLEAR(promise);
    ASYRI_CLEAR(result);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(pool, error);
    ASYRI_REQUIRE_GIVEN(promise, error);
    asyr_status status = asyri_promise_new(
        pool, options ? options : &asyri_task_defaults, promise, &made, error);
    if (result)
        *result = made;
    else
        asyri_result_unref(made);
    return status;
}

asyr_promise *asyr_promise_ref(asyr_promise *promise)
{
    return asyri_promise_ref(promise);
}

void asyr_promise_unref(asyr_promise *promise)
{
    if (promise && !asyri_is_forked(promise->generation))
        asyri_promise_unref(promise);
}

asyr_status asyr_promise_set_value(asyr_promise *promise, asyr_value *value,
                                   asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(promise, error);
    union asyri_outcome outcome = {.value = asyri_value_ref(value)};
    return asyri_promise_complete(promise, outcome, 0, error);
}

asyr_status asyr_promise_set_error(asyr_promise *promise, asyr_error *failure,
                                   asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(promise, error);
    ASYRI_REQUIRE_GIVEN(failure, error);
    union asyri_outcome outcome = {
        .error = asyri_error_of_task(asyri_error_ref(failure))};
    return asyri_promise_complete(promise, outcome, ASYRI_FAILED, error);
}

static asyr_status check_hook(asyr_promise *promise, asyr_error **error)
{
    ASYRI_REQUIRE_HANDLE(promise, error);
    return ASYR_OK;
}

asyr_status asyr_promise_set_cancel_hook(asyr_promise *promise, asyr_cancel_fn hook,
                                         void *arg, asyr_release_fn release,
                                         asyr_error **error)
{
    ASYRI_CLEAR(error);
    union asyri_callback call = {.cancel = hook};
    asyri_closure *closure = asyri_closure_new(call, arg, release);
    if (!closure)
        return asyri_fail_memory(error);
    asyr_status status = check_hook(promise, error);
    if (status != ASYR_OK || !hook) {
        asyri_closure_unref(closure);
        closure = NULL;
    }
    if (status == ASYR_OK)
        asyri_promise_set_cancel_hook(promise, closure);
    return status;
}

bool asyr_promise_is_cancelled(const asyr_promise *promise)
{
    return promise && !asyri_is_forked(promise->generation) &&
           asyri_promise_is_cancelled(promise);
}
