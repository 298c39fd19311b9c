/* The exported functions of results. */
#include "check.h"

#include "../impl/core/value.h"
#include "../impl/pool/pool.h"

#define REQUIRE_RESULT(result, error)                                               \
    do {                                                                            \
        ASYRI_REQUIRE_GIVEN(result, error);                                         \
        ASYRI_REQUIRE_OWN_PROCESS((result)->owner, error);                          \
    } while (0)

asyr_result *asyr_result_ref(asyr_result *result)
{
    return asyri_result_ref(result);
}

void asyr_result_unref(asyr_result *result)
{
    if (result && !asyri_is_forked(asyri_result_generation(result)))
        asyri_result_unref(result);
}

asyr_status asyr_result_wait(asyr_result *result, int64_t timeout_ns,
                             asyr_interrupt *interrupt, asyr_error **error)
{
    ASYRI_CLEAR(error);
    REQUIRE_RESULT(result, error);
    return asyri_result_wait(result, timeout_ns, interrupt, error);
}

asyr_status asyr_result_get(asyr_result *result, int64_t timeout_ns,
                            asyr_interrupt *interrupt, asyr_value **value,
                            asyr_error **error)
{
    asyr_value *got = NULL;
    ASYRI_CLEAR(value);
    ASYRI_CLEAR(error);
    REQUIRE_RESULT(result, error);
    asyr_status status = asyri_result_wait(result, timeout_ns, interrupt, error);
    if (status != ASYR_OK)
        return status;
    status = asyri_result_value(result, &got, error);
    if (status == ASYR_OK && value)
        *value = got;
    else
        asyri_value_unref(got);
    return status;
}

asyr_status asyr_result_get_int64(asyr_result *result, int64_t timeout_ns,
                                  int64_t *number, asyr_error **error)
{
    ASYRI_CLEAR(number);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(number, error);
    REQUIRE_RESULT(result, error);
    asyr_status status = asyri_result_wait(result, timeout_ns, NULL, error);
    return status == ASYR_OK ? asyri_result_int64(result, number, error) : status;
}

asyr_status asyr_result_get_double(asyr_result *result, int64_t timeout_ns,
                                   double *number, asyr_error **error)
{
    ASYRI_CLEAR(number);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(number, error);
    REQUIRE_RESULT(result, error);
    asyr_status status = asyri_result_wait(result, timeout_ns, NULL, error);
    return status == ASYR_OK ? asyri_result_double(result, number, error) : status;
}

bool asyr_result_is_ready(asyr_result *result)
{
    return result && !asyri_is_forked(asyri_result_generation(result)) &&
           asyri_result_is_ready(result);
}

asyr_status asyr_result_is_successful(asyr_result *result, bool *successful,
                                      asyr_error **error)
{
    ASYRI_CLEAR(successful);
    ASYRI_CLEAR(error);
    REQUIRE_RESULT(result, error);
    ASYRI_REQUIRE_GIVEN(successful, error);
    if (!asyri_result_is_ready(result))
        return asyri_fail(error, ASYR_E_NOT_READY, "the result is not ready yet");
    asyri_result_mark_error_read(result);
    *successful = !asyri_result_error(result);
    return ASYR_OK;
}

int32_t asyr_result_get_state(asyr_result *result)
{
    if (!result || asyri_is_forked(asyri_result_generation(result)))
        return -1;
    uint32_t state = asyri_result_state(result);
    if (state & ASYRI_READY)
        return ASYR_RESULT_READY;
    return state & ASYRI_CLAIMED ? ASYR_RESULT_RUNNING : ASYR_RESULT_PENDING;
}

uint64_t asyr_result_get_tag(const asyr_result *result)
{
    return result ? asyri_result_tag(result) : 0;
}

asyr_status asyr_result_cancel(asyr_result *result, int32_t *outcome,
                               asyr_error **error)
{
    int32_t done = ASYR_CANCEL_TOO_LATE;
    ASYRI_CLEAR(outcome);
    ASYRI_CLEAR(error);
    REQUIRE_RESULT(result, error);
    asyr_status status = asyri_pool_cancel(result, &done);
    if (outcome)
        *outcome = done;
    return status;
}

static asyr_status check_done(asyr_result *result, asyr_done_fn done,
                              asyr_queue *queue, asyr_error **error)
{
    REQUIRE_RESULT(result, error);
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
    REQUIRE_RESULT(result, error);
    ASYRI_REQUIRE_HANDLE(queue, error);
    return asyri_result_add_done(result, NULL, queue, tag, error);
}
