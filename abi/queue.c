/* The exported functions of completion queues and their events. */
#include "check.h"

#include "../impl/core/queue.h"
#include "../impl/core/result.h"
#include "../impl/core/value.h"

asyr_status asyr_queue_new(int64_t limit, asyr_queue **queue, asyr_error **error)
{
    ASYRI_CLEAR(queue);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(queue, error);
    ASYRI_REQUIRE(limit >= 0, error, "%s: expected a limit of 0 or more, found %lld",
                  __func__, (long long)limit);
    return asyri_queue_new(limit, queue, error);
}

asyr_queue *asyr_queue_ref(asyr_queue *queue)
{
    if (queue)
        asyri_queue_ref_handle(queue);
    return queue;
}

void asyr_queue_unref(asyr_queue *queue)
{
    if (queue && !asyri_is_forked(queue->generation))
        asyri_queue_unref_handle(queue);
}

asyr_status asyr_queue_own(asyr_queue *queue, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(queue, error);
    asyri_queue_own(queue);
    return ASYR_OK;
}

asyr_status asyr_queue_get_descriptor(asyr_queue *queue, int64_t *descriptor,
                                      asyr_error **error)
{
    ASYRI_CLEAR(descriptor);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(queue, error);
    ASYRI_REQUIRE_GIVEN(descriptor, error);
    return asyri_queue_get_descriptor(queue, descriptor, error);
}

int64_t asyr_queue_get_count(asyr_queue *queue)
{
    if (!queue || asyri_is_forked(queue->generation))
        return 0;
    return asyri_queue_count(queue);
}

asyr_status asyr_queue_run(asyr_queue *queue, int64_t limit, int64_t timeout_ns,
                           asyr_interrupt *interrupt, int64_t *count,
                           asyr_error **error)
{
    int64_t ran = 0;
    ASYRI_CLEAR(count);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(queue, error);
    ASYRI_REQUIRE(limit >= 0, error, "%s: expected a limit of 0 or more, found %lld",
                  __func__, (long long)limit);
    asyr_status status =
        asyri_queue_run(queue, limit, timeout_ns, interrupt, &ran, error);
    if (count)
        *count = ran;
    return status;
}

asyr_status asyr_queue_next(asyr_queue *queue, int64_t timeout_ns,
                            asyr_interrupt *interrupt, asyr_event **event,
                            asyr_error **error)
{
    ASYRI_CLEAR(event);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(queue, error);
    ASYRI_REQUIRE_GIVEN(event, error);
    int64_t count;
    return asyri_queue_next(queue, timeout_ns, interrupt, event, 1, &count, error);
}

asyr_status asyr_queue_next_many(asyr_queue *queue, int64_t timeout_ns,
                                 asyr_interrupt *interrupt, asyr_event **events,
                                 int64_t limit, int64_t *count, asyr_error **error)
{
    ASYRI_CLEAR(count);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(queue, error);
    ASYRI_REQUIRE_GIVEN(events, error);
    ASYRI_REQUIRE_GIVEN(count, error);
    ASYRI_REQUIRE(limit >= 1, error, "%s: expected a limit of 1 or more, found %lld",
                  __func__, (long long)limit);
    return asyri_queue_next(queue, timeout_ns, interrupt, events, limit, count,
                            error);
}

asyr_status asyr_queue_close(asyr_queue *queue, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(queue, error);
    asyri_queue_close(queue);
    return ASYR_OK;
}

int32_t asyr_event_get_kind(const asyr_event *event)
{
    return event ? event->kind : -1;
}

uint64_t asyr_event_get_tag(const asyr_event *event)
{
    return event ? event->tag : 0;
}

asyr_result *asyr_event_get_result(const asyr_event *event)
{
    return event ? asyri_result_ref(event->result) : NULL;
}

asyr_status asyr_event_get_outcome(const asyr_event *event, asyr_value **value,
                                   asyr_error **error)
{
    ASYRI_CLEAR(value);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(event, error);
    ASYRI_REQUIRE_OWN_PROCESS(event->queue, error);
    asyr_result *result = event->result;
    if (!result && !event->report)
        return asyri_fail(error, ASYR_E_STATE,
                          "expected an event of a result, found an iterator's");
    if (!result)
        return asyri_fail_with(error, asyri_error_ref(event->report));
    asyr_error *failure = asyri_result_error(result);
    if (failure && error)
        asyri_result_mark_error_read(result);
    if (failure)
        return asyri_fail_with(error, asyri_error_ref(failure));
    return value ? asyri_result_value(result, value, error) : ASYR_OK;
}

asyr_status asyr_event_run(asyr_event *event, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(event, error);
    ASYRI_REQUIRE_OWN_PROCESS(event->queue, error);
    asyri_event_run(event);
    return ASYR_OK;
}

asyr_status asyr_event_finish(asyr_event *event, asyr_error *failure,
                              asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(event, error);
    ASYRI_REQUIRE_OWN_PROCESS(event->queue, error);
    asyri_queue_give_back(event, asyri_error_ref(failure));
    return ASYR_OK;
}

asyr_status asyr_event_finish_many(asyr_event *const *events, int64_t count,
                                   asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE(count >= 0, error, "%s: expected a count of 0 or more, found %lld",
                  __func__, (long long)count);
    if (count > 0)
        ASYRI_REQUIRE_GIVEN(events, error);
    for (int64_t i = 0; i < count; i++) {
        ASYRI_REQUIRE_GIVEN(events[i], error);
        ASYRI_REQUIRE_OWN_PROCESS(events[i]->queue, error);
    }
    asyri_queue_give_back_many(events, count);
    return ASYR_OK;
}
