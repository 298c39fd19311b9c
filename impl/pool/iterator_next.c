/*
 * Taking what an iterator has: each value goes to one call of next.
 *
 * A call first feeds the iterator, so that as much is read as the buffer allows while
 * it waits.  Outside of tasks it sleeps in the iterator's list.  Inside a task or a
 * callback it waits for the first chunk's result as a get would: the pool lets it run
 * what has not begun, puts a spare in its place, or says that it would wait for itself.
 */
#include "iterator.h"

#include "../core/error.h"
#include "../core/value.h"
#include "../core/wait.h"
#include "worker.h"

/* A call of next. */
struct call {
    asyr_iterator *iterator;
    int64_t deadline;
    asyr_interrupt *interrupt;
    bool knows_failure; /* it was told before the call */
    bool is_stalled;    /* for want of memory */
    bool is_inside;     /* a task, and sleeps until there is a chunk */
    /* what was taken: */
    asyr_result *result; /* owned */
    int64_t index;       /* of the item in its chunk */
    int64_t count;
};

enum look { LOOK_TAKEN, LOOK_FAILED, LOOK_STOP, LOOK_NOTHING };

asyri_chunk *asyri_iterator_front_locked(const asyr_iterator *iterator)
{
    const asyri_list *chunks = &iterator->chunks, *arrived = &iterator->arrived;
    if (asyri_list_is_empty(chunks))
        return NULL;
    if (iterator->options.order == ASYR_ORDER_ARRIVAL &&
        !asyri_list_is_empty(arrived))
        return ASYRI_OBJECT(arrived->next, asyri_chunk, arrival);
    asyri_chunk *first = ASYRI_OBJECT(chunks->next, asyri_chunk, link);
    return asyri_result_is_ready(first->result) ? first : NULL;
}

bool asyri_iterator_is_over_locked(const asyr_iterator *iterator)
{
    if (iterator->is_open || !asyri_list_is_empty(&iterator->chunks))
        return false;
    return iterator->is_forced ||
           (!iterator->feeder && !iterator->stalled && !iterator->partial);
}

/* The list's reference to the result goes with the last item. */
static void take_locked(struct call *call, asyri_chunk *chunk)
{
    asyr_iterator *iterator = call->iterator;
    call->index = chunk->taken++;
    call->count = chunk->count;
    iterator->ahead--;
    if (chunk->taken < chunk->count) {
        call->result = asyri_result_ref(chunk->result);
        return;
    }
    call->result = chunk->result;
    chunk->result = NULL;
    asyri_list_remove(&chunk->link);
    if (asyri_list_has(&chunk->arrival))
        asyri_list_remove(&chunk->arrival);
    asyri_chunk_give_locked(chunk);
}

static enum look look_locked(struct call *call, asyr_error **failure)
{
    asyr_iterator *iterator = call->iterator;
    asyri_chunk *chunk = asyri_iterator_front_locked(iterator);
    if (chunk) {
        take_locked(call, chunk);
        return LOOK_TAKEN;
    }
    if (!asyri_iterator_is_over_locked(iterator))
        return LOOK_NOTHING;
    if (!iterator->failure || call->knows_failure)
        return LOOK_STOP;
    iterator->failure_told = true;
    *failure = asyri_error_ref(iterator->failure);
    return LOOK_FAILED;
}

static bool is_worth_looking_locked(void *arg)
{
    const struct call *call = arg;
    const asyr_iterator *iterator = call->iterator;
    return (call->is_inside && !asyri_list_is_empty(&iterator->chunks)) ||
           asyri_iterator_front_locked(iterator) ||
           asyri_iterator_is_over_locked(iterator) ||
           (!call->is_stalled && asyri_iterator_wants_feeding_locked(iterator));
}

asyr_queue *asyri_iterator_drains(asyr_iterator *iterator)
{
    asyr_queue *queue =
        iterator->options.queue ? iterator->options.queue : iterator->pool->queue;
    return asyri_queue_can_drain(queue) ? queue : NULL;
}

/* Inside a task or a callback: the result of the first chunk, owned. */
static asyr_result *awaited_result(asyr_iterator *iterator)
{
    asyr_result *result = NULL;
    if (!asyri_frame_current() && !asyri_queue_running_here())
        return NULL;
    asyri_mutex_lock(&iterator->lock);
    if (!asyri_list_is_empty(&iterator->chunks))
        result = asyri_result_ref(
            ASYRI_OBJECT(iterator->chunks.next, asyri_chunk, link)->result);
    asyri_mutex_unlock(&iterator->lock);
    return result;
}

static int64_t time_left(int64_t deadline)
{
    return deadline == ASYR_FOREVER ? deadline : deadline - asyri_clock_now();
}

/* Inside a task, where nothing is on its way yet: a spare stands in, and the first chunk
 * to come wakes it, so that it can run that. */
static void count_inside(asyr_iterator *iterator, int change)
{
    asyri_mutex_lock(&iterator->lock);
    iterator->inside += change;
    asyri_mutex_unlock(&iterator->lock);
}

static asyr_status sleep_in_list(struct call *call, asyr_error **error)
{
    asyr_iterator *iterator = call->iterator;
    struct asyri_sleep sleep = {0};
    struct asyri_wait wait = {
        .mutex = &iterator->lock,
        .list = &iterator->takers,
        .is_over = is_worth_looking_locked,
        .arg = call,
        .queue = asyri_iterator_drains(iterator),
        .deadline = call->deadline,
        .interrupt = call->interrupt,
    };
    call->is_inside = asyri_sleep_begin(&sleep);
    if (call->is_inside)
        count_inside(iterator, 1);
    asyr_status status = asyri_wait(&wait);
    if (call->is_inside)
        count_inside(iterator, -1);
    asyri_sleep_end(&sleep);
    if (status == ASYR_E_INTERRUPTED)
        return asyri_fail(error, status, "the wait was interrupted");
    if (status == ASYR_E_TIMEOUT)
        return asyri_fail(error, status, "no value came in the time given");
    return status;
}

static asyr_status wait_for_more(struct call *call, asyr_error **error)
{
    asyr_result *result = awaited_result(call->iterator);
    if (!result)
        return sleep_in_list(call, error);
    asyr_status status =
        asyri_result_wait(result, time_left(call->deadline), call->interrupt, error);
    asyri_result_unref(result);
    return status;
}

/* Nothing is on its way, and this thread is inside the source that should read it. */
static bool waits_for_itself_locked(const asyr_iterator *iterator)
{
    return asyri_list_is_empty(&iterator->chunks) &&
           iterator->feeder == asyri_thread_self();
}

/* What keeps a call from waiting when there is nothing to take. */
static asyr_status check_wait_locked(const struct call *call, asyr_error **error)
{
    const asyr_iterator *iterator = call->iterator;
    if (waits_for_itself_locked(iterator))
        return asyri_fail(error, ASYR_E_DEADLOCK,
                          "the source of the iterator would wait for itself");
    if (call->is_stalled && asyri_list_is_empty(&iterator->chunks))
        return asyri_fail_memory(error);
    return ASYR_OK;
}

/* LOOK_NOTHING says that `error` has why. */
static enum look take(struct call *call, asyr_error **error)
{
    asyr_iterator *iterator = call->iterator;
    asyr_status status = ASYR_OK;
    asyr_error *ended = NULL;
    for (;;) {
        call->is_stalled = asyri_iterator_feed(iterator, NULL) != ASYR_OK;
        asyri_mutex_lock(&iterator->lock);
        enum look look = look_locked(call, error);
        if (look == LOOK_NOTHING && status == ASYR_OK)
            status = check_wait_locked(call, &ended);
        asyri_mutex_unlock(&iterator->lock);
        if (look != LOOK_NOTHING) {
            asyri_error_unref(ended);
            return look;
        }
        if (status != ASYR_OK) {
            *error = ended;
            return look;
        }
        status = wait_for_more(call, &ended);
    }
}

static void begin_call(struct call *call)
{
    asyr_iterator *iterator = call->iterator;
    asyri_mutex_lock(&iterator->lock);
    iterator->waiting++;
    call->knows_failure = iterator->failure_told;
    asyri_mutex_unlock(&iterator->lock);
}

static void end_call(struct call *call)
{
    asyr_iterator *iterator = call->iterator;
    asyri_mutex_lock(&iterator->lock);
    iterator->waiting--;
    asyri_mutex_unlock(&iterator->lock);
}

/* The item's own part of what its chunk has; the chunk's value is consumed. */
static asyr_status take_item(const struct call *call, asyr_value *all,
                             asyr_value **value, asyr_error **error)
{
    asyr_error *failure;
    asyr_value *item = all->as.list.items[call->index];
    asyr_status status = ASYR_OK;
    if (asyri_value_is_failure(item, &failure))
        status = asyri_fail_with(error, asyri_error_ref(failure));
    else
        *value = asyri_value_ref(item);
    asyri_value_unref(all);
    return status;
}

static asyr_status outcome(const struct call *call, asyr_value **value,
                           asyr_error **error)
{
    asyr_value *all = NULL;
    asyr_status status = asyri_result_value(call->result, &all, error);
    if (status != ASYR_OK)
        return status;
    if (call->count > 1)
        return take_item(call, all, value, error);
    *value = all;
    return ASYR_OK;
}

asyr_status asyri_iterator_next(asyr_iterator *iterator, int64_t timeout_ns,
                                asyr_interrupt *interrupt, asyr_value **value,
                                asyr_error **error)
{
    struct call call = {
        .iterator = iterator,
        .deadline = asyri_deadline_in(timeout_ns),
        .interrupt = interrupt,
    };
    asyr_error *failure = NULL;
    begin_call(&call);
    enum look look = take(&call, &failure);
    end_call(&call);
    if (look == LOOK_STOP)
        return asyri_fail(error, ASYR_E_STOP, "the iterator has no more values");
    if (look != LOOK_TAKEN)
        return asyri_fail_with(error, failure);
    asyri_iterator_stir(iterator);
    asyr_status status = outcome(&call, value, error);
    asyri_result_unref(call.result);
    return status;
}
