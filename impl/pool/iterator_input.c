/*
 * The input of an iterator: reading it, and submitting it in chunks.
 *
 * The feeder's role is taken under the lock when there is something to do, and held
 * while the source is called or a chunk is submitted, both without the lock.  A chunk
 * has its memory before its items are read; one that cannot be submitted for want of
 * memory is kept as stalled and comes first the next time, so no item is lost.
 *
 * A source, or a task that runs at once, may end its thread; then the input has failed.
 */
#include "iterator.h"

#include "../base/alloc.h"
#include "../core/container.h"
#include "../core/error.h"
#include "../core/value.h"
#include "../core/wait.h"

struct feeding {
    asyr_iterator *iterator;
    asyri_chunk *chunk; /* in hand, or NULL */
    asyr_status status;
    asyr_error *error;
};

static asyri_chunk *chunk_new(void)
{
    asyri_chunk *chunk = asyri_alloc_zeroed(1, sizeof *chunk);
    if (!chunk)
        return NULL;
    chunk->items = asyri_value_list(1);
    if (chunk->items)
        return chunk;
    asyri_free(chunk);
    return NULL;
}

void asyri_chunk_give_locked(asyri_chunk *chunk)
{
    if (--chunk->references == 0)
        asyri_free(chunk);
}

void asyri_chunk_discard(asyri_chunk *chunk)
{
    if (!chunk)
        return;
    asyri_value_unref(chunk->items);
    asyri_result_unref(chunk->result);
    asyri_free(chunk);
}

/* A place for one more item.  The list is no value of the host's, and has no depth. */
static bool reserve(asyri_chunk *chunk)
{
    asyr_value *list = chunk->items;
    int64_t capacity = list->as.list.capacity;
    if (chunk->count < capacity)
        return true;
    return asyri_list_reserve(list, 2 * capacity);
}

static void append(asyri_chunk *chunk, asyr_value *item)
{
    chunk->items->as.list.items[chunk->count++] = item;
    chunk->items->as.list.count = chunk->count;
}

/* The first failure counts, and a failure of what was read before is one. */
static void close_input(asyr_iterator *iterator, asyr_error *failure)
{
    asyri_mutex_lock(&iterator->lock);
    iterator->is_open = false;
    if (!iterator->failure) {
        iterator->failure = failure;
        failure = NULL;
    }
    asyri_mutex_unlock(&iterator->lock);
    asyri_error_unref(failure);
}

static asyr_status read_source(asyr_iterator *iterator, asyr_value **item,
                               asyr_error **error)
{
    asyr_status status = iterator->source(iterator->source_arg, item, error);
    if (status == ASYR_OK && *item) {
        asyri_error_unref(*error);
        return ASYR_OK;
    }
    asyri_value_unref(*item);
    *item = NULL;
    if (status == ASYR_E_STOP) {
        asyri_error_unref(*error);
        *error = NULL;
    } else if (status == ASYR_OK) {
        asyri_error_unref(*error);
        *error = asyri_error_new(ASYR_E_ARGUMENT, NULL,
                                 "expected an item from the source, found NULL");
    } else if (!*error) {
        *error = asyri_error_new(status, NULL, "the source failed");
    }
    return ASYR_E_STOP;
}

/* ASYR_OK, ASYR_E_STOP at the end, with an error if the input failed, or Memory. */
static asyr_status read_item(asyr_iterator *iterator, asyr_value **item,
                             asyr_error **error)
{
    if (iterator->input == ASYRI_INPUT_SOURCE)
        return read_source(iterator, item, error);
    if (iterator->position >= asyri_value_count(iterator->items))
        return ASYR_E_STOP;
    asyr_status status =
        asyri_value_get_item(iterator->items, iterator->position, item, error);
    iterator->position += status == ASYR_OK;
    return status;
}

static bool count_item(asyr_iterator *iterator)
{
    asyri_mutex_lock(&iterator->lock);
    iterator->ahead++;
    bool is_open = iterator->is_open;
    asyri_mutex_unlock(&iterator->lock);
    return is_open;
}

/* Read into the chunk until it is full; its items go on without memory for more. */
static void read_items(struct feeding *feeding)
{
    asyr_iterator *iterator = feeding->iterator;
    asyri_chunk *chunk = feeding->chunk;
    bool more = true;
    while (more && chunk->count < iterator->chunk_size) {
        asyr_value *item = NULL;
        asyr_error *error = NULL;
        asyr_status status = ASYR_E_MEMORY;
        if (reserve(chunk))
            status = read_item(iterator, &item, &error);
        if (status == ASYR_OK) {
            append(chunk, item);
            more = count_item(iterator);
            continue;
        }
        more = false;
        if (status == ASYR_E_STOP)
            close_input(iterator, error ? asyri_error_of_task(error) : NULL);
        else
            asyri_error_unref(error);
        if (status == ASYR_E_MEMORY && chunk->count == 0)
            feeding->status = asyri_fail_memory(&feeding->error);
    }
    if (iterator->input == ASYRI_INPUT_ITEMS &&
        iterator->position == asyri_value_count(iterator->items))
        close_input(iterator, NULL);
}

static void read_chunk(struct feeding *feeding)
{
    feeding->chunk = chunk_new();
    if (!feeding->chunk) {
        feeding->status = asyri_fail_memory(&feeding->error);
        return;
    }
    read_items(feeding);
    if (feeding->chunk->count > 0)
        return;
    asyri_chunk_discard(feeding->chunk);
    feeding->chunk = NULL;
}

static asyr_status submit(asyr_iterator *iterator, asyri_chunk *chunk,
                          asyr_error **error)
{
    enum asyri_job_kind kind = chunk->count == 1 ? ASYRI_JOB_APPLY : ASYRI_JOB_MAP;
    iterator->options.is_continuation = iterator->admitted;
    iterator->options.chunk_size = chunk->count;
    return asyri_pool_submit(iterator->pool, kind, iterator->function, chunk->items,
                             &iterator->options, &chunk->result, error);
}

static void note_ready_locked(asyri_chunk *chunk)
{
    if (asyri_list_has(&chunk->link) && !asyri_list_has(&chunk->arrival))
        asyri_list_append(&chunk->iterator->arrived, &chunk->arrival);
}

static void chunk_ready(struct asyri_observer *observer, asyr_result *result)
{
    asyri_chunk *chunk = ASYRI_OBJECT(observer, asyri_chunk, observer);
    asyr_iterator *iterator = chunk->iterator;
    (void)result;
    asyri_mutex_lock(&iterator->lock);
    note_ready_locked(chunk);
    asyri_chunk_give_locked(chunk);
    asyri_mutex_unlock(&iterator->lock);
    asyri_iterator_stir(iterator);
    asyri_iterator_unref(iterator);
}

/* Take it into the list, to be observed; false if the iterator was forced to end. */
static bool accept_chunk(asyr_iterator *iterator, asyri_chunk *chunk)
{
    asyri_mutex_lock(&iterator->lock);
    bool accepts = !iterator->is_forced;
    if (accepts) {
        chunk->references = 2;
        asyri_list_append(&iterator->chunks, &chunk->link);
        if (iterator->inside > 0)
            asyri_waitlist_wake_all(&iterator->takers);
    } else {
        iterator->ahead -= chunk->count;
    }
    asyri_mutex_unlock(&iterator->lock);
    return accepts;
}

static void follow(asyr_iterator *iterator, asyri_chunk *chunk)
{
    asyr_result *result = asyri_result_ref(chunk->result);
    int32_t outcome;
    iterator->admitted = true;
    asyri_value_unref(chunk->items);
    chunk->items = NULL;
    chunk->iterator = iterator;
    chunk->observer.ready = chunk_ready;
    if (!accept_chunk(iterator, chunk)) {
        asyri_pool_cancel(result, &outcome);
        asyri_chunk_discard(chunk);
    } else {
        asyri_iterator_ref(iterator);
        if (!asyri_result_observe(result, &chunk->observer))
            chunk_ready(&chunk->observer, result);
    }
    asyri_result_unref(result);
}

/* Keep the chunk for the next time; false if the iterator was forced to end. */
static bool stall(asyr_iterator *iterator, asyri_chunk *chunk)
{
    asyri_mutex_lock(&iterator->lock);
    bool keeps = !iterator->is_forced;
    if (keeps)
        iterator->stalled = chunk;
    asyri_mutex_unlock(&iterator->lock);
    return keeps;
}

static void drop(asyr_iterator *iterator, asyri_chunk *chunk)
{
    asyri_mutex_lock(&iterator->lock);
    iterator->ahead -= chunk->count;
    asyri_mutex_unlock(&iterator->lock);
    asyri_chunk_discard(chunk);
}

/* A first chunk that is refused makes the call fail that began the iteration. */
static void submit_chunk(struct feeding *feeding)
{
    asyr_iterator *iterator = feeding->iterator;
    asyr_error *error = NULL;
    asyr_status status = submit(iterator, feeding->chunk, &error);
    asyri_chunk *chunk = feeding->chunk;
    feeding->chunk = NULL;
    if (status == ASYR_OK) {
        follow(iterator, chunk);
        return;
    }
    bool may_try_again = status == ASYR_E_MEMORY && iterator->admitted;
    if (!may_try_again || !stall(iterator, chunk))
        drop(iterator, chunk);
    if (may_try_again || !iterator->admitted) {
        feeding->status = status;
        feeding->error = error;
    } else {
        close_input(iterator, error);
    }
}

static bool is_due_locked(const asyr_iterator *iterator)
{
    bool awaited = iterator->waiting > 0 || !asyri_list_is_empty(&iterator->notices);
    return !iterator->is_open || iterator->partial->count >= iterator->chunk_size ||
           iterator->ahead >= iterator->buffer_size ||
           (awaited && asyri_list_is_empty(&iterator->chunks));
}

bool asyri_iterator_wants_feeding_locked(const asyr_iterator *iterator)
{
    if (iterator->feeder || iterator->is_forced)
        return false;
    if (iterator->stalled)
        return true;
    if (iterator->input == ASYRI_INPUT_FED)
        return iterator->partial && is_due_locked(iterator);
    return iterator->is_open &&
           iterator->buffer_size - iterator->ahead >= iterator->chunk_size;
}

/* Become the feeder, with a chunk in hand or one to be read. */
static bool begin_feeding(struct feeding *feeding)
{
    asyr_iterator *iterator = feeding->iterator;
    asyri_mutex_lock(&iterator->lock);
    bool wanted = asyri_iterator_wants_feeding_locked(iterator);
    if (wanted) {
        asyri_chunk **place =
            iterator->stalled ? &iterator->stalled : &iterator->partial;
        iterator->feeder = asyri_thread_self();
        feeding->chunk = *place;
        *place = NULL;
    }
    asyri_mutex_unlock(&iterator->lock);
    return wanted;
}

static void end_feeding(asyr_iterator *iterator)
{
    asyri_mutex_lock(&iterator->lock);
    iterator->feeder = 0;
    asyri_mutex_unlock(&iterator->lock);
    asyri_iterator_stir(iterator);
}

static void feed_chunks(void *arg)
{
    struct feeding *feeding = arg;
    do {
        if (!feeding->chunk)
            read_chunk(feeding);
        if (feeding->chunk)
            submit_chunk(feeding);
        end_feeding(feeding->iterator);
    } while (feeding->status == ASYR_OK && begin_feeding(feeding));
}

static void thread_ended(void *arg)
{
    struct feeding *feeding = arg;
    if (feeding->chunk)
        drop(feeding->iterator, feeding->chunk);
    close_input(feeding->iterator,
                asyri_error_new(ASYR_E_WORKER_LOST, NULL,
                                "the thread that read the input ended"));
    end_feeding(feeding->iterator);
    asyri_error_unref(feeding->error);
}

asyr_status asyri_iterator_feed(asyr_iterator *iterator, asyr_error **error)
{
    struct feeding feeding = {.iterator = iterator};
    if (!begin_feeding(&feeding))
        return ASYR_OK;
    asyri_thread_guard(feed_chunks, thread_ended, &feeding);
    return feeding.status == ASYR_OK ? ASYR_OK
                                     : asyri_fail_with(error, feeding.error);
}

static asyr_status fail_put_locked(const asyr_iterator *iterator, asyr_error **error)
{
    if (!iterator->is_finished && iterator->failure)
        return asyri_fail_with(error, asyri_error_ref(iterator->failure));
    return asyri_fail(error, ASYR_E_STATE,
                      "expected an input that takes more items, found one that was "
                      "finished");
}

static bool is_full_locked(const asyr_iterator *iterator)
{
    return iterator->ahead >= iterator->buffer_size ||
           (iterator->partial && iterator->partial->count >= iterator->chunk_size);
}

static bool can_put_or_not_locked(void *arg)
{
    const asyr_iterator *iterator = arg;
    return !iterator->is_open || !is_full_locked(iterator);
}

static asyr_status put_locked(asyr_iterator *iterator, asyr_value *item,
                              asyr_error **error)
{
    if (!iterator->is_open)
        return fail_put_locked(iterator, error);
    if (is_full_locked(iterator))
        return ASYR_E_QUEUE_FULL;
    asyri_chunk *chunk = iterator->partial ? iterator->partial : chunk_new();
    if (!chunk)
        return asyri_fail_memory(error);
    if (!reserve(chunk))
        return asyri_fail_memory(error);
    append(chunk, asyri_value_ref(item));
    iterator->partial = chunk;
    iterator->ahead++;
    return ASYR_OK;
}

static asyr_status try_put(asyr_iterator *iterator, asyr_value *item,
                           asyr_error **error)
{
    asyri_mutex_lock(&iterator->lock);
    asyr_status status = put_locked(iterator, item, error);
    asyri_mutex_unlock(&iterator->lock);
    if (status != ASYR_OK)
        return status;
    asyri_iterator_feed(iterator, NULL); /* without memory, another time */
    asyri_iterator_stir(iterator);
    return ASYR_OK;
}

static asyr_status wait_for_place(asyr_iterator *iterator, int64_t deadline,
                                  asyr_interrupt *interrupt)
{
    struct asyri_wait wait = {
        .mutex = &iterator->lock,
        .list = &iterator->putters,
        .is_over = can_put_or_not_locked,
        .arg = iterator,
        .queue = asyri_iterator_drains(iterator),
        .deadline = deadline,
        .interrupt = interrupt,
    };
    return asyri_wait(&wait);
}

asyr_status asyri_iterator_put(asyr_iterator *iterator, asyr_value *item,
                               int64_t timeout_ns, asyr_interrupt *interrupt,
                               asyr_error **error)
{
    int64_t deadline = asyri_deadline_in(timeout_ns);
    asyr_status status = ASYR_OK;
    while (status == ASYR_OK) {
        asyr_status fed = asyri_iterator_feed(iterator, NULL);
        status = try_put(iterator, item, error);
        if (status != ASYR_E_QUEUE_FULL)
            return status;
        if (fed != ASYR_OK)
            return asyri_fail_memory(error);
        status = wait_for_place(iterator, deadline, interrupt);
    }
    if (status == ASYR_E_INTERRUPTED)
        return asyri_fail(error, status, "the wait for a place was interrupted");
    return asyri_fail(error, status,
                      "the buffer of %lld items was full all the time given",
                      (long long)iterator->buffer_size);
}

void asyri_iterator_finish(asyr_iterator *iterator, asyr_error *failure)
{
    asyri_mutex_lock(&iterator->lock);
    bool finishes = iterator->is_open;
    iterator->is_finished |= finishes;
    iterator->is_open = false;
    if (finishes && failure) {
        iterator->failure = failure;
        failure = NULL;
    }
    asyri_mutex_unlock(&iterator->lock);
    asyri_error_unref(failure);
    asyri_iterator_feed(iterator, NULL); /* without memory, another time */
    asyri_iterator_stir(iterator);
}
