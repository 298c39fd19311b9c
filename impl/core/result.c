/*
 * Results: decided once, told everywhere, then ready for good.
 *
 *   pending --> claimed --> settled --> [its callback runs] --> ready
 *
 * One word says all of it.  Bits are added, with two exceptions: the holds of an entry
 * and of who ends it by force are taken anew.  Claiming (the owner's affair)
 * decides who runs or drops the work, settling who decides the outcome; each has one
 * winner.  The winner of the second delivers: it posts the event that the callback
 * runs in, or makes the result ready.  A callback that fails replaces the outcome
 * before that.
 *
 * Memory order.  READY is set with a release after the outcome was written, and read
 * with an acquire before the outcome is read; it never changes again.  The outcome is
 * written by who won SETTLED, afterwards; only asyri_result_complete() writes it
 * before, to save an operation, on results that nobody else settles with an outcome
 * of his own (who ends a result by force leaves it alone).
 *
 * Four holds keep the memory: the references, the work, the entry in a queue, and who
 * ends it by force.  Each is let go by one fetch-or with acquire and release, and the
 * one that completes the four frees.  A sole reference is found by a load: nobody else
 * could take another.  Events count as references from the promise on, for a result
 * that is detached cannot be referred to again.
 *
 * Who sleeps sets WAITED under the lock of the bucket before it enters its list; who
 * makes the result ready and finds WAITED takes that lock and wakes.  By then the
 * result may be gone, so it is only named by its address.
 *
 * Who observes, and how it is told once, says observers.h; the changes of the word that
 * decide something are in state.h.
 */
#include "result.h"

#include "../base/alloc.h"
#include "../platform/fork.h"
#include "error.h"
#include "value.h"

void asyri_result_owner_init(struct asyri_result_owner *owner,
                             const struct asyri_result_ops *ops)
{
    owner->ops = ops;
    owner->generation = asyri_fork_stamp();
    for (int i = 0; i < ASYRI_BUCKETS; i++) {
        asyri_mutex_init(&owner->buckets[i].lock);
        asyri_waitlist_init(&owner->buckets[i].waiters);
    }
}

void asyri_result_owner_destroy(struct asyri_result_owner *owner)
{
    for (int i = 0; i < ASYRI_BUCKETS; i++)
        asyri_mutex_destroy(&owner->buckets[i].lock);
}

struct asyri_bucket *asyri_result_bucket(struct asyri_result_owner *owner,
                                         const asyr_result *result)
{
    return &owner->buckets[((uintptr_t)result >> 6) % ASYRI_BUCKETS];
}

void asyri_result_wake(struct asyri_result_owner *owner, const asyr_result *result)
{
    struct asyri_bucket *bucket = asyri_result_bucket(owner, result);
    asyri_mutex_lock(&bucket->lock);
    asyri_waitlist_wake_for(&bucket->waiters, result);
    asyri_mutex_unlock(&bucket->lock);
}

asyr_result *asyri_result_ref(asyr_result *result)
{
    if (result)
        atomic_fetch_add_explicit(&result->references, 1, memory_order_relaxed);
    return result;
}

void asyri_result_let_go(asyr_result *result, uint32_t holds)
{
    struct asyri_result_owner *owner = result->owner;
    if (asyri_state_let_go(&result->state, holds))
        owner->ops->destroy(result);
}

void asyri_result_unref(asyr_result *result)
{
    if (!result)
        return;
    struct asyri_result_owner *owner = result->owner;
    if (asyri_state_unref(&result->state, &result->references))
        owner->ops->destroy(result);
}

void asyri_outcome_drop(union asyri_outcome outcome, uint32_t kind)
{
    if (kind & ASYRI_FAILED)
        asyri_error_unref(outcome.error);
    else if (!(kind & (ASYRI_INT64 | ASYRI_DOUBLE)))
        asyri_value_unref(outcome.value);
}

bool asyri_result_settle(asyr_result *result, union asyri_outcome outcome,
                         uint32_t kind)
{
    if (!asyri_state_settle(&result->state, kind))
        return false;
    if (!(kind & ASYRI_FORCED))
        result->outcome = outcome;
    return true;
}

bool asyri_result_claim(asyr_result *result)
{
    return asyri_state_claim(&result->state);
}

bool asyri_result_force(asyr_result *result, bool *claimed)
{
    return asyri_state_force(&result->state, claimed);
}

static void tell(asyr_result *result, struct asyri_observer *observer)
{
    while (observer) {
        struct asyri_observer *next = observer->next;
        observer->ready(observer, result);
        observer = next;
    }
}

/* Make it ready, with flags that the callback's failure adds. */
static void become_ready(asyr_result *result, uint32_t flags)
{
    uint32_t old;
    struct asyri_observer *observers =
        asyri_observers_make_ready(&result->observers, &result->state, flags, &old);
    if (old & ASYRI_WAITED)
        asyri_result_wake(result->owner, result);
    tell(result, observers);
    result->owner->ops->delivered(result);
}

bool asyri_result_complete(asyr_result *result, union asyri_outcome outcome,
                           uint32_t kind)
{
    struct asyri_result_owner *owner = result->owner;
    uint32_t old;
    result->outcome = outcome;
    switch (asyri_state_complete(&result->state, kind, &old)) {
    case ASYRI_SETTLED_BEFORE:
        return false;
    case ASYRI_TO_BE_TOLD:
        if (!asyri_result_settle(result, outcome, kind))
            return false;
        become_ready(result, 0);
        return true;
    case ASYRI_COMPLETED:
        break;
    }
    if (old & ASYRI_WAITED)
        asyri_result_wake(owner, result);
    if (asyri_state_is_last(old))
        owner->ops->destroy(result);
    return true;
}

/* The last step of the event in which the callback ran or was dropped. */
static void finish_callback(asyr_event *event, asyr_error *failure)
{
    asyr_result *result = event->result;
    uint32_t flags = 0;
    if (failure) {
        uint32_t kind = asyri_result_state(result);
        asyr_error *before = asyri_result_error(result);
        asyr_error *outcome = asyri_error_append_cause(failure, before);
        if (!(kind & ASYRI_FORCED))
            asyri_outcome_drop(result->outcome, kind);
        result->outcome.error = asyri_error_of_task(outcome);
        atomic_fetch_and_explicit(&result->state, ~(uint32_t)ASYRI_FORCED,
                                  memory_order_relaxed);
        asyri_error_unref(failure);
        flags = ASYRI_FAILED;
    }
    asyri_event_give_up(event);
    become_ready(result, flags);
    asyri_result_unref(result);
}

void asyri_result_prepare_callback(asyr_result *result)
{
    struct asyri_result_rare *rare = result->rare;
    asyri_event_init(&rare->event, ASYR_EVENT_CALLBACK, finish_callback);
    rare->event.tag = rare->tag;
    rare->event.queue = asyri_result_queue(result);
    rare->event.result = asyri_result_ref(result);
}

asyr_status asyri_result_promise(asyr_result *result, asyr_error **error)
{
    asyri_result_prepare_callback(result);
    return asyri_queue_promise(result->rare->event.queue, 1, error);
}

void asyri_result_give_up(asyr_result *result)
{
    asyri_queue_give_up(result->rare->event.queue, 1);
}

/* What runs for this outcome; ASYRI_EVENT_NOTHING may still tell the host. */
static enum asyri_event_action choose_action(const struct asyri_result_rare *rare,
                                             bool failed, asyri_closure **closure)
{
    *closure = failed ? rare->error_callback : rare->callback;
    if (!*closure)
        return ASYRI_EVENT_NOTHING;
    return failed ? ASYRI_EVENT_CALL_WITH_ERROR : ASYRI_EVENT_CALL_WITH_VALUE;
}

static void post_callback(asyr_result *result, bool failed)
{
    struct asyri_result_rare *rare = result->rare;
    asyr_event *event = &rare->event;
    event->action = choose_action(rare, failed, &event->closure);
    if (event->action == ASYRI_EVENT_NOTHING && !rare->wants_event) {
        asyri_result_give_up(result);
        become_ready(result, 0);
        asyri_result_unref(result);
        return;
    }
    if (!asyri_queue_post(event->queue, event))
        asyri_event_finish(event, NULL);
}

void asyri_result_deliver(asyr_result *result)
{
    uint32_t state = atomic_load_explicit(&result->state, memory_order_relaxed);
    if (state & ASYRI_CALLS_BACK)
        post_callback(result, state & ASYRI_FAILED);
    else
        become_ready(result, 0);
}

void asyri_result_fini(asyr_result *result)
{
    uint32_t state = asyri_result_state(result);
    struct asyri_result_rare *rare = result->rare;
    if ((state & ASYRI_SETTLED) && !(state & ASYRI_FORCED))
        asyri_outcome_drop(result->outcome, state);
    if (rare)
        asyri_queue_unref(rare->queue);
}

void asyri_result_mark_error_read(asyr_result *result)
{
    if (!(asyri_result_state(result) & ASYRI_ERROR_READ))
        atomic_fetch_or_explicit(&result->state, ASYRI_ERROR_READ,
                                 memory_order_relaxed);
}

asyr_error *asyri_result_error(asyr_result *result)
{
    uint32_t state = asyri_result_state(result);
    if (!(state & ASYRI_FAILED))
        return NULL;
    if (state & ASYRI_FORCED)
        return result->owner->ops->forced_error(result);
    return result->outcome.error;
}

static asyr_status fail_with_outcome(asyr_result *result, asyr_error **error)
{
    asyri_result_mark_error_read(result);
    return asyri_fail_with(error, asyri_error_ref(asyri_result_error(result)));
}

asyr_status asyri_result_value(asyr_result *result, asyr_value **value,
                               asyr_error **error)
{
    uint32_t state = asyri_result_state(result);
    if (state & ASYRI_FAILED)
        return fail_with_outcome(result, error);
    if (state & ASYRI_INT64)
        *value = asyri_value_int64(result->outcome.int64);
    else if (state & ASYRI_DOUBLE)
        *value = asyri_value_double(result->outcome.number);
    else if (result->outcome.value)
        *value = asyri_value_ref(result->outcome.value);
    else
        *value = asyri_value_nil();
    return *value ? ASYR_OK : asyri_fail_memory(error);
}

asyr_status asyri_result_int64(asyr_result *result, int64_t *number,
                               asyr_error **error)
{
    asyr_value *value = NULL;
    if (asyri_result_state(result) & ASYRI_INT64) {
        *number = result->outcome.int64;
        return ASYR_OK;
    }
    asyr_status status = asyri_result_value(result, &value, error);
    if (status != ASYR_OK)
        return status;
    status = asyri_value_get_int64(value, number, error);
    asyri_value_unref(value);
    return status;
}

asyr_status asyri_result_double(asyr_result *result, double *number,
                                asyr_error **error)
{
    asyr_value *value = NULL;
    if (asyri_result_state(result) & ASYRI_DOUBLE) {
        *number = result->outcome.number;
        return ASYR_OK;
    }
    asyr_status status = asyri_result_value(result, &value, error);
    if (status != ASYR_OK)
        return status;
    status = asyri_value_get_double(value, number, error);
    asyri_value_unref(value);
    return status;
}

bool asyri_result_observe(asyr_result *result, struct asyri_observer *observer)
{
    struct asyri_observer *others;
    if (asyri_result_is_ready(result))
        return false;
    bool told =
        asyri_observers_add(&result->observers, &result->state, observer, &others);
    tell(result, others);
    return told;
}

/* A done-callback, or the event in place of one, that was added later. */
struct done {
    struct asyri_observer observer;
    asyr_event event;
};

static void finish_done(asyr_event *event, asyr_error *failure)
{
    asyri_error_unref(failure);
    asyri_closure_unref(event->closure);
    asyri_event_give_up(event);
    asyri_queue_unref(event->queue);
    asyri_result_unref(event->result);
    asyri_free(ASYRI_OBJECT(event, struct done, event));
}

/* Post it; one whose queue is closed is dropped. */
static void post_done(struct asyri_observer *observer, asyr_result *result)
{
    asyr_event *event = &ASYRI_OBJECT(observer, struct done, observer)->event;
    (void)result;
    if (!asyri_queue_post(event->queue, event))
        asyri_event_finish(event, NULL);
}

static struct done *done_new(asyr_result *result, asyri_closure *closure,
                             asyr_queue *queue, uint64_t tag)
{
    struct done *done = asyri_alloc(sizeof *done);
    if (!done)
        return NULL;
    done->observer.ready = post_done;
    asyri_event_init(&done->event, ASYR_EVENT_DONE, finish_done);
    done->event.action = closure ? ASYRI_EVENT_CALL_DONE : ASYRI_EVENT_NOTHING;
    done->event.closure = closure;
    done->event.queue = asyri_queue_ref(queue);
    done->event.result = asyri_result_ref(result);
    done->event.tag = tag;
    return done;
}

/* With a place in the queue; NULL, having dropped the closure, and why. */
static struct done *promise_done(asyr_result *result, asyri_closure *closure,
                                 asyr_queue *queue, uint64_t tag,
                                 asyr_status *status, asyr_error **error)
{
    *status = asyri_queue_promise(queue, 1, error);
    if (*status == ASYR_OK) {
        struct done *done = done_new(result, closure, queue, tag);
        if (done)
            return done;
        asyri_queue_give_up(queue, 1);
        *status = asyri_fail_memory(error);
    }
    asyri_closure_unref(closure);
    return NULL;
}

asyr_status asyri_result_add_done(asyr_result *result, asyri_closure *closure,
                                  asyr_queue *queue, uint64_t tag,
                                  asyr_error **error)
{
    asyr_status status;
    struct done *done = promise_done(result, closure, queue, tag, &status, error);
    if (done && !asyri_result_observe(result, &done->observer))
        post_done(&done->observer, result);
    return status;
}

bool asyri_result_prepare_done(asyr_result *result, asyr_queue *queue, uint64_t tag)
{
    struct done *done = done_new(result, NULL, queue, tag);
    if (!done)
        return false;
    done->observer.next = NULL;
    atomic_store_explicit(&result->observers, &done->observer, memory_order_relaxed);
    return true;
}

asyr_status asyri_result_expect_done(asyr_result *result, asyr_queue *queue,
                                     uint64_t tag, asyr_error **error)
{
    asyr_status status = asyri_queue_promise(queue, 1, error);
    if (status != ASYR_OK || asyri_result_prepare_done(result, queue, tag))
        return status;
    asyri_queue_give_up(queue, 1);
    return asyri_fail_memory(error);
}

void asyri_result_drop_observers(asyr_result *result)
{
    struct asyri_observer *observer = asyri_observers_take(&result->observers);
    while (observer) {
        struct asyri_observer *next = observer->next;
        struct done *done = ASYRI_OBJECT(observer, struct done, observer);
        done->event.result = NULL; /* it goes without counting */
        asyri_event_finish(&done->event, NULL);
        observer = next;
    }
}

/* The queue may have ended since with the pool; then the result is ready. */
asyr_status asyri_result_add_done_default(asyr_result *result,
                                          asyri_closure *closure, asyr_error **error)
{
    asyr_error *failure = NULL;
    asyr_status status = ASYR_E_STATE;
    if (!asyri_result_is_ready(result))
        status = result->owner->ops->want_queue(result, &failure);
    if (status == ASYR_OK)
        status = asyri_result_add_done(result, asyri_closure_ref(closure),
                                       asyri_result_queue(result), 0, &failure);
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
