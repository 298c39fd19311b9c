/*
 * Events: what a completion queue hands out.
 *
 * An event belongs to the object that it tells of.  It is posted once, taken by
 * one thread, perhaps run, and finished, all by that thread.  The function it
 * runs is called without any lock.
 */
#include "queue.h"

#include <assert.h>

#include "error.h"
#include "result.h"
#include "value.h"

void asyri_event_init(asyr_event *event, int32_t kind,
                      void (*finish)(asyr_event *event, asyr_error *failure))
{
    *event = (asyr_event){.kind = kind, .finish = finish};
}

/* A result that calls back holds a value, never a bare number. */
static asyr_value *borrow_value(const asyr_result *result)
{
    asyr_value *value = result->outcome.value;
    return value ? value : asyri_value_nil();
}

void asyri_event_run(asyr_event *event)
{
    asyri_closure *closure = event->closure;
    asyr_error *failure = NULL;
    switch ((enum asyri_event_action)event->action) {
    case ASYRI_EVENT_NOTHING:
        break;
    case ASYRI_EVENT_CALL_WITH_VALUE:
        failure = closure->call.value(borrow_value(event->result), closure->arg);
        break;
    case ASYRI_EVENT_CALL_WITH_ERROR:
        asyri_result_mark_error_read(event->result);
        failure =
            closure->call.error(asyri_result_error(event->result), closure->arg);
        break;
    case ASYRI_EVENT_CALL_DONE:
        closure->call.done(event->result, closure->arg);
        break;
    case ASYRI_EVENT_REPORT_UNREAD:
        closure->call.unread(event->report, closure->arg);
        break;
    }
    if (event->failure)
        asyri_error_unref(event->failure);
    event->failure = failure;
}

void asyri_event_give_up(asyr_event *event)
{
    if (!event->keeps_place)
        asyri_queue_give_up(event->queue, 1);
}

void asyri_event_finish(asyr_event *event, asyr_error *failure)
{
    if (failure)
        asyri_error_unref(event->failure);
    else
        failure = event->failure;
    event->failure = NULL;
    event->finish(event, failure);
}
