/*
 * Results: decided once, told everywhere, then ready for good.
 *
 *   pending --> running --> [settled --> its callback runs] --> ready
 *
 * Settling decides the outcome under the owner's lock; exactly one thread wins.
 * That thread delivers: it posts the event that the callback runs in, or, without
 * one, makes the result ready.  The thread that finishes the event makes the
 * result ready.  A callback that fails replaces the outcome before that.
 *
 * Memory order: the state becomes READY with a release, after the outcome was
 * written; whoever reads READY with an acquire may read the outcome without the
 * lock, for it never changes again.
 *
 * Done-callbacks are posted after the result became ready.  A posted event counts
 * as a reference to its result.  Nothing of the host's is called under the lock.
 */
#include "result.h"

#include <assert.h>

#include "../base/alloc.h"
#include "../platform/fork.h"
#include "error.h"
#include "value.h"

/* A done-callback, or the event in place of one, that was added later. */
struct asyri_done {
    asyri_list link;
    asyr_event event;
};

static void finish_callback(asyr_event *event, asyr_error *failure);

static asyr_status take_place(asyr_result *result, asyr_error **error)
{
    if (!result->may_call_back)
        return ASYR_OK;
    asyr_status status = asyri_queue_promise(result->queue, 1, error);
    result->has_place = status == ASYR_OK;
    return status;
}

asyr_status asyri_result_init(asyr_result *result,
                              const struct asyri_result_setup *setup,
                              asyr_error **error)
{
    asyri_refcount_init(&result->refs);
    result->generation = asyri_fork_generation();
    result->ops = setup->ops;
    result->lock = setup->lock;
    result->tag = setup->tag;
    result->queue = asyri_queue_ref(setup->queue);
    result->callback = asyri_closure_ref(setup->callback);
    result->error_callback = asyri_closure_ref(setup->error_callback);
    result->calls_back = setup->event_kind == ASYR_EVENT_CALLBACK;
    result->may_call_back =
        result->calls_back || setup->callback || setup->error_callback;
    asyri_waitlist_init(&result->waiters);
    asyri_list_init(&result->done);
    result->observers = NULL;
    asyri_event_init(&result->event, ASYR_EVENT_CALLBACK, finish_callback);
    atomic_init(&result->state, ASYR_RESULT_PENDING);
    atomic_init(&result->cancelled, false);
    atomic_init(&result->error_read, false);
    asyr_status status = take_place(result, error);
    if (status == ASYR_OK && setup->event_kind == ASYR_EVENT_DONE)
        status =
            asyri_result_add_done(result, NULL, result->queue, result->tag, error);
    return status;
}

static void give_up_place(asyr_result *result)
{
    if (result->has_place)
        asyri_queue_give_up(result->queue, 1);
    result->has_place = false;
}

static void drop_callbacks(asyr_result *result)
{
    asyri_closure_unref(result->callback);
    asyri_closure_unref(result->error_callback);
    result->callback = result->error_callback = NULL;
}

void asyri_result_fini(asyr_result *result)
{
    give_up_place(result);
    drop_callbacks(result);
    for (asyri_list *node; (node = asyri_list_take_first(&result->done));) {
        struct asyri_done *done = ASYRI_OBJECT(node, struct asyri_done, link);
        asyri_queue_give_up(done->event.queue, 1);
        asyri_queue_unref(done->event.queue);
        asyri_closure_unref(done->event.closure);
        asyri_free(done);
    }
    asyri_queue_unref(result->queue);
    asyri_value_unref(result->value);
    asyri_error_unref(result->error);
}

asyr_result *asyri_result_ref(asyr_result *result)
{
    if (result)
        asyri_refcount_take(&result->refs);
    return result;
}

void asyri_result_unref(asyr_result *result)
{
    if (result && asyri_refcount_give(&result->refs))
        result->ops->destroy(result);
}

bool asyri_result_settle_locked(asyr_result *result, asyr_value *value,
                                asyr_error *error)
{
    if (result->settled)
        return false;
    result->settled = true;
    result->value = value;
    result->error = error;
    return true;
}

/* Post the done-callbacks; one whose queue is closed is dropped. */
static void post_done(asyr_result *result, asyri_list *entries)
{
    for (asyri_list *node; (node = asyri_list_take_first(entries));) {
        asyr_event *event = &ASYRI_OBJECT(node, struct asyri_done, link)->event;
        event->result = asyri_result_ref(result);
        if (!asyri_queue_post(event->queue, event))
            asyri_event_finish(event, NULL);
    }
}

bool asyri_result_observe(asyr_result *result, struct asyri_observer *observer)
{
    asyri_mutex_lock(result->lock);
    bool early = !asyri_result_is_ready(result);
    if (early) {
        observer->next = result->observers;
        result->observers = observer;
    }
    asyri_mutex_unlock(result->lock);
    return early;
}

/* An observer may be gone once it was told. */
static void tell(asyr_result *result, struct asyri_observer *observer)
{
    while (observer) {
        struct asyri_observer *next = observer->next;
        observer->ready(observer, result);
        observer = next;
    }
}

static void become_ready(asyr_result *result)
{
    asyri_list done;
    asyri_mutex_lock(result->lock);
    atomic_store_explicit(&result->state, ASYR_RESULT_READY, memory_order_release);
    asyri_waitlist_wake_all(&result->waiters);
    asyri_list_move_all(&result->done, &done);
    struct asyri_observer *observers = result->observers;
    result->observers = NULL;
    asyri_mutex_unlock(result->lock);
    drop_callbacks(result);
    tell(result, observers);
    post_done(result, &done);
    result->ops->retired(result);
}

/* The last step of the event in which the callback ran or was dropped. */
static void finish_callback(asyr_event *event, asyr_error *failure)
{
    asyr_result *result = event->result;
    if (failure) {
        asyr_value *value = result->value;
        asyr_error *error = result->error;
        asyr_error *outcome = asyri_error_append_cause(failure, error);
        asyri_mutex_lock(result->lock);
        result->value = NULL;
        result->error = asyri_error_of_task(outcome);
        asyri_mutex_unlock(result->lock);
        asyri_value_unref(value);
        asyri_error_unref(error);
        asyri_error_unref(failure);
    }
    asyri_event_give_up(event);
    result->has_place = false;
    become_ready(result);
    asyri_result_unref(result);
}

/* What runs for this outcome; ASYRI_EVENT_NOTHING may still tell the host. */
static enum asyri_event_action choose_action(asyr_result *result)
{
    asyr_event *event = &result->event;
    event->closure = result->error ? result->error_callback : result->callback;
    if (!event->closure)
        return ASYRI_EVENT_NOTHING;
    return result->error ? ASYRI_EVENT_CALL_WITH_ERROR : ASYRI_EVENT_CALL_WITH_VALUE;
}

void asyri_result_deliver(asyr_result *result)
{
    asyr_event *event = &result->event;
    event->action = choose_action(result);
    event->tag = result->tag;
    event->queue = result->queue;
    if (event->action != ASYRI_EVENT_NOTHING || result->calls_back) {
        event->result = asyri_result_ref(result);
        if (!asyri_queue_post(result->queue, event))
            asyri_event_finish(event, NULL);
        return;
    }
    give_up_place(result);
    become_ready(result);
}

asyr_status asyri_result_outcome(asyr_result *result, asyr_value **value,
                                 asyr_error **error)
{
    if (!result->error) {
        *value = result->value;
        return ASYR_OK;
    }
    asyri_result_mark_error_read(result);
    return asyri_fail_with(error, asyri_error_ref(result->error));
}

void asyri_result_mark_error_read(asyr_result *result)
{
    atomic_store_explicit(&result->error_read, true, memory_order_relaxed);
}

static void finish_done(asyr_event *event, asyr_error *failure)
{
    struct asyri_done *done = ASYRI_OBJECT(event, struct asyri_done, event);
    asyri_error_unref(failure);
    asyri_closure_unref(event->closure);
    asyri_event_give_up(event);
    asyri_queue_unref(event->queue);
    asyri_result_unref(event->result);
    asyri_free(done);
}

static struct asyri_done *done_new(asyri_closure *closure, asyr_queue *queue,
                                   uint64_t tag)
{
    struct asyri_done *done = asyri_alloc(sizeof *done);
    if (!done)
        return NULL;
    done->link.next = done->link.previous = NULL;
    asyri_event_init(&done->event, ASYR_EVENT_DONE, finish_done);
    done->event.action = closure ? ASYRI_EVENT_CALL_DONE : ASYRI_EVENT_NOTHING;
    done->event.closure = closure;
    done->event.queue = asyri_queue_ref(queue);
    done->event.tag = tag;
    return done;
}

/* Whether it was put into the list; if not, the result is ready. */
static bool append_done(asyr_result *result, struct asyri_done *done)
{
    asyri_mutex_lock(result->lock);
    bool early = !asyri_result_is_ready(result);
    if (early)
        asyri_list_append(&result->done, &done->link);
    asyri_mutex_unlock(result->lock);
    return early;
}

/* Put a done entry where it belongs; the place in the queue was taken. */
static asyr_status place_done(asyr_result *result, asyri_closure *closure,
                              asyr_queue *queue, uint64_t tag, asyr_error **error)
{
    struct asyri_done *done = done_new(closure, queue, tag);
    if (!done) {
        asyri_queue_give_up(queue, 1);
        asyri_closure_unref(closure);
        return asyri_fail_memory(error);
    }
    if (append_done(result, done))
        return ASYR_OK;
    asyri_list ready;
    asyri_list_init(&ready);
    asyri_list_append(&ready, &done->link);
    post_done(result, &ready);
    return ASYR_OK;
}

asyr_status asyri_result_add_done(asyr_result *result, asyri_closure *closure,
                                  asyr_queue *queue, uint64_t tag,
                                  asyr_error **error)
{
    asyr_status status = asyri_queue_promise(queue, 1, error);
    if (status == ASYR_OK)
        return place_done(result, closure, queue, tag, error);
    asyri_closure_unref(closure);
    return status;
}

/* The queue may have ended since with the pool; then the result is ready. */
asyr_status asyri_result_add_done_default(asyr_result *result,
                                          asyri_closure *closure, asyr_error **error)
{
    asyr_error *failure = NULL;
    asyr_status status = ASYR_E_STATE;
    if (!asyri_result_is_ready(result))
        status = result->ops->want_queue(result, &failure);
    if (status == ASYR_OK)
        status = asyri_result_add_done(result, asyri_closure_ref(closure),
                                       result->queue, 0, &failure);
    if (status == ASYR_E_STATE && asyri_result_is_ready(result)) {
        closure->call.done(result, closure->arg);
        status = ASYR_OK;
    }
    asyri_closure_unref(closure);
    if (status != ASYR_OK)
        return asyri_fail_with(error, failure);
    asyri_error_unref(failure);
    return ASYR_OK;
}
