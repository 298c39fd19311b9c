/* The exported functions of results. */
#include "check.h"

#include "../impl/core/value.h"
#include "../impl/pool/pool.h"

asyr_result *asyr_result_ref(asyr_result *result)
{
    return asyri_result_ref(result);
}

void asyr_result_unref(asyr_result *result)
{
    if (result && !asyri_is_forked(result->generation))
        asyri_result_unref(result);
}

asyr_status asyr_result_wait(asyr_result *result, int64_t timeout_ns,
                             asyr_interrupt *interrupt, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(result, error);
    return asyri_result_wait(result, timeout_ns, interrupt, error);
}

/* Wait, and lend the value, which lives as long as the result. */
static asyr_status wait_for_value(asyr_result *result, int64_t timeout_ns,
                                  asyr_interrupt *interrupt, asyr_value **value,
                                  asyr_error **error)
{
    ASYRI_REQUIRE_HANDLE(result, error);
    asyr_status status = asyri_result_wait(result, timeout_ns, interrupt, error);
    return status == ASYR_OK ? asyri_result_outcome(result, value, error) : status;
}

asyr_status asyr_result_get(asyr_result *result, int64_t timeout_ns,
                            asyr_interrupt *interrupt, asyr_value **value,
                            asyr_error **error)
{
    asyr_value *lent = NULL;
    ASYRI_CLEAR(value);
    ASYRI_CLEAR(error);
    asyr_status status = wait_for_value(result, timeout_ns, interrupt, &lent, error);
    if (status == ASYR_OK && value)
        *value = asyri_value_ref(lent);
    return status;
}

asyr_status asyr_result_get_int64(asyr_result *result, int64_t timeout_ns,
                                  int64_t *number, asyr_error **error)
{
    asyr_value *lent = NULL;
    ASYRI_CLEAR(number);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(number, error);
    asyr_status status = wait_for_value(result, timeout_ns, NULL, &lent, error);
    return status == ASYR_OK ? asyri_value_get_int64(lent, number, error) : status;
}

asyr_status asyr_result_get_double(asyr_result *result, int64_t timeout_ns,
                                   double *number, asyr_error **error)
{
    asyr_value *lent = NULL;
    ASYRI_CLEAR(number);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(number, error);
    asyr_status status = wait_for_value(result, timeout_ns, NULL, &lent, error);
    return status == ASYR_OK ? asyri_value_get_double(lent, number, error) : status;
}

bool asyr_result_is_ready(asyr_result *result)
{
    return result && !asyri_is_forked(result->generation) &&
           asyri_result_is_ready(result);
}

asyr_status asyr_result_is_successful(asyr_result *result, bool *successful,
                                      asyr_error **error)
{
    ASYRI_CLEAR(successful);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(result, error);
    ASYRI_REQUIRE_GIVEN(successful, error);
    if (!asyri_result_is_ready(result))
        return asyri_fail(error, ASYR_E_NOT_READY, "the result is not ready yet");
    asyri_result_mark_error_read(result);
    *successful = !result->error;
    return ASYR_OK;
}

int32_t asyr_result_get_state(asyr_result *result)
{
    if (!result || asyri_is_forked(result->generation))
        return -1;
    return atomic_load_explicit(&result->state, memory_order_acquire);
}

uint64_t asyr_result_get_tag(const asyr_result *result)
{
    return result ? result->tag : 0;
}

asyr_status asyr_result_cancel(asyr_result *result, int32_t *outcome,
                               asyr_error **error)
{
    int32_t done = ASYR_CANCEL_TOO_LATE;
    ASYRI_CLEAR(outcome);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(result, error);
    asyr_status status = asyri_pool_cancel(result, &done);
    if (outcome)
        *outcome = done;
    return status;
}

static asyr_status check_done(asyr_result *result, asyr_done_fn done,
                              asyr_queue *queue, asyr_error **error)
{
    ASYRI_REQUIRE_HANDLE(result, error);
    ASYRI_REQUIRE_GIVEN(done, error);
    if (queue)
        ASYRI_REQUIRE_OWN_PROCESS(queue, error);
    return ASYR_OK;
}

asyr_status asyr_result_add_done_callback(asyr_result *result, asyr_done_fn done,
                                          void *arg, asyr_release_fn release,
                                          asyr_queue *queue, asyr_error **error)
{
    ASYRI_CLEAR(error);
    union asyri_callback call = {.done = done};
    asyri_closure *closure = asyri_closure_new(call, arg, release);
    if (!closure)
        return asyri_fail_memory(error);
    asyr_status status = check_done(result, done, queue, error);
    if (status != ASYR_OK) {
        asyri_closure_unref(closure);
        return status;
    }
    if (!queue)
        return asyri_result_add_done_default(result, closure, error);
    return asyri_result_add_done(result, closure, queue, 0, error);
}

asyr_status asyr_result_notify(asyr_result *result, asyr_queue *queue, uint64_t tag,
                               asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(result, error);
    ASYRI_REQUIRE_HANDLE(queue, error);
    return asyri_result_add_done(result, NULL, queue, tag, error);
}
