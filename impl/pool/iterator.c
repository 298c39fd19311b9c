/*
 * Iterators: lazy maps, whose results are handed out one by one.
 *
 *   input --(feeder)--> chunk --(pool)--> result ready --(next)--> values and errors
 *
 * Items are read and chunks submitted by the feeder: whichever thread finds, in imap,
 * next, put, notify or finish, that there is room.  There is one at a time, marked in
 * `feeder`, so the order of the chunks is that of the input; it calls the source and
 * submits without any lock.  A result that becomes ready tells its chunk's observer.
 *
 * The input is open until it was read, it failed, or the iterator was forced to end:
 * by a cancel, by the last handle, or by the end of its pool.  `failure` says why it
 * ended early and is told after all values, to every call that began before it was
 * told, and to one at least.  When no chunk is left after that, it is over for good.
 *
 * The lock is the iterator's own; a pool's is never taken under it, nor the other way
 * round.  Nothing of the host's is called or released under it: a result is carried
 * out and released afterwards.
 *
 * References: the host's handles count as one; the pool's list has one until the last
 * handle is gone or the pool was ended by force; each observed chunk has one.
 */
#include "iterator.h"

#include "../base/alloc.h"
#include "../core/error.h"
#include "../core/function.h"
#include "../core/value.h"
#include "../platform/fork.h"
#include "strand.h"

struct asyri_notice {
    asyri_list link;
    asyr_event event;
};

/* Enough to keep each worker busy with one chunk while another one waits for it. */
static int64_t default_buffer_size(const asyr_pool *pool, int64_t chunk_size)
{
    int64_t chunks = 2 * pool->nominal;
    return chunk_size > INT64_MAX / chunks ? INT64_MAX : chunks * chunk_size;
}

static void configure(asyr_iterator *iterator,
                      const struct asyri_iterator_setup *setup)
{
    const asyr_task_options *options = setup->options;
    int64_t chunk_size = options->chunk_size ? options->chunk_size : 1;
    int64_t buffer_size = options->buffer_size;
    if (!buffer_size)
        buffer_size = setup->input == ASYRI_INPUT_ITEMS
                          ? INT64_MAX
                          : default_buffer_size(setup->pool, chunk_size);
    iterator->chunk_size = chunk_size < buffer_size ? chunk_size : buffer_size;
    iterator->buffer_size = buffer_size;
    iterator->options = *options;
    iterator->options.error_policy = ASYRI_ERRORS_KEEP;
    iterator->options.strand = asyri_strand_ref(options->strand);
    iterator->options.queue = asyri_queue_ref(options->queue);
}

static asyr_iterator *iterator_allocate(const struct asyri_iterator_setup *setup)
{
    asyr_iterator *iterator = asyri_alloc_zeroed(1, sizeof *iterator);
    if (!iterator)
        return NULL;
    asyri_refcount_init(&iterator->handles);
    asyri_refcount_init(&iterator->refs);
    iterator->generation = asyri_fork_stamp();
    iterator->pool = asyri_pool_ref(setup->pool);
    iterator->function = asyri_function_ref(setup->function);
    iterator->input = setup->input;
    iterator->items = asyri_value_ref(setup->items);
    iterator->source = setup->source;
    iterator->source_arg = setup->source_arg;
    iterator->source_release = setup->source_release;
    iterator->admitted = setup->input == ASYRI_INPUT_FED;
    iterator->is_open = true;
    asyri_mutex_init(&iterator->lock);
    asyri_list_init(&iterator->chunks);
    asyri_list_init(&iterator->arrived);
    asyri_list_init(&iterator->notices);
    asyri_waitlist_init(&iterator->takers);
    asyri_waitlist_init(&iterator->putters);
    configure(iterator, setup);
    return iterator;
}

static void iterator_free(asyr_iterator *iterator)
{
    asyr_pool *pool = iterator->pool;
    asyri_error_unref(iterator->failure);
    asyri_strand_unref(iterator->options.strand);
    asyri_queue_unref(iterator->options.queue);
    asyri_function_unref(iterator->function);
    asyri_value_unref(iterator->items);
    asyri_mutex_destroy(&iterator->lock);
    asyri_free(iterator);
    asyri_pool_unref(pool);
}

asyr_iterator *asyri_iterator_ref(asyr_iterator *iterator)
{
    asyri_refcount_take(&iterator->refs);
    return iterator;
}

void asyri_iterator_unref(asyr_iterator *iterator)
{
    if (asyri_refcount_give(&iterator->refs))
        iterator_free(iterator);
}

void asyri_iterator_ref_handle(asyr_iterator *iterator)
{
    asyri_refcount_take(&iterator->handles);
}

/* What the start of an iterator leaves behind. */
struct start {
    asyr_iterator *iterator;
    asyr_status status;
    asyr_error *error;
};

/* Later chunks are tried again when they could not be submitted. */
static void fill(void *arg)
{
    struct start *start = arg;
    start->status = asyri_iterator_feed(start->iterator, &start->error);
    if (start->status == ASYR_OK || !start->iterator->admitted)
        return;
    asyri_error_unref(start->error);
    start->status = ASYR_OK;
}

/* The source, or a task that the caller ran, ended the thread. */
static void thread_ended(void *arg)
{
    asyri_iterator_unref_handle(((struct start *)arg)->iterator);
}

static void release_source(const struct asyri_iterator_setup *setup)
{
    if (setup->source_release)
        setup->source_release(setup->source_arg);
}

asyr_status asyri_iterator_new(const struct asyri_iterator_setup *setup,
                               asyr_iterator **iterator, asyr_error **error)
{
    asyr_status status =
        asyri_pool_check_options(setup->pool, setup->options, error);
    asyr_iterator *created = status == ASYR_OK ? iterator_allocate(setup) : NULL;
    if (!created) {
        release_source(setup);
        return status == ASYR_OK ? asyri_fail_memory(error) : status;
    }
    status = asyri_pool_add_iterator(setup->pool, created, error);
    if (status != ASYR_OK) {
        release_source(setup);
        asyri_iterator_unref(created);
        return status;
    }
    struct start start = {.iterator = created};
    asyri_thread_guard(fill, thread_ended, &start);
    created->options.interrupt = NULL; /* borrowed for this call */
    if (start.status != ASYR_OK) {
        asyri_iterator_unref_handle(created);
        return asyri_fail_with(error, start.error);
    }
    *iterator = created;
    return ASYR_OK;
}

/* What was read and not submitted is dropped; the failure stands for it. */
static asyri_chunk *drop_unsubmitted_locked(asyr_iterator *iterator,
                                            asyri_chunk **stalled)
{
    asyri_chunk *partial = iterator->partial;
    *stalled = iterator->stalled;
    iterator->ahead -= partial ? partial->count : 0;
    iterator->ahead -= *stalled ? (*stalled)->count : 0;
    iterator->partial = iterator->stalled = NULL;
    return partial;
}

/* The last first: what runs meanwhile comes before all that is dropped. */
static asyri_chunk *chain_pending_locked(asyr_iterator *iterator)
{
    asyri_chunk *chain = NULL;
    asyri_list *head = &iterator->chunks;
    for (asyri_list *node = head->next; node != head; node = node->next) {
        asyri_chunk *chunk = ASYRI_OBJECT(node, asyri_chunk, link);
        if (asyri_result_is_ready(chunk->result))
            continue;
        chunk->references++;
        chunk->to_cancel = asyri_result_ref(chunk->result);
        chunk->next_cancelled = chain;
        chain = chunk;
    }
    return chain;
}

static void cancel_chain(asyr_iterator *iterator, asyri_chunk *chunk)
{
    while (chunk) {
        asyri_chunk *next = chunk->next_cancelled;
        asyr_result *result = chunk->to_cancel;
        int32_t outcome;
        asyri_pool_cancel(result, &outcome);
        asyri_result_unref(result);
        asyri_mutex_lock(&iterator->lock);
        asyri_chunk_give_locked(chunk);
        asyri_mutex_unlock(&iterator->lock);
        chunk = next;
    }
}

/* Whether something was read, or might be, that no chunk will hand out. */
static bool has_rest_locked(const asyr_iterator *iterator)
{
    return iterator->is_open || iterator->feeder || iterator->partial ||
           iterator->stalled;
}

/* The chunks that were submitted and are to be cancelled. */
static asyri_chunk *force(asyr_iterator *iterator, asyr_error *failure)
{
    asyri_chunk *chain = NULL, *partial = NULL, *stalled = NULL;
    asyri_mutex_lock(&iterator->lock);
    if (!iterator->is_forced) {
        if (has_rest_locked(iterator) && !iterator->failure)
            iterator->failure = asyri_error_ref(failure);
        iterator->is_forced = true;
        iterator->is_open = false;
        partial = drop_unsubmitted_locked(iterator, &stalled);
        chain = chain_pending_locked(iterator);
    }
    asyri_mutex_unlock(&iterator->lock);
    asyri_chunk_discard(partial);
    asyri_chunk_discard(stalled);
    return chain;
}

/* The pool's results are ended already; cancelling them changes nothing. */
void asyri_iterator_end(asyr_iterator *iterator, asyr_error *failure)
{
    cancel_chain(iterator, force(iterator, failure));
    asyri_iterator_stir(iterator);
}

void asyri_iterator_cancel(asyr_iterator *iterator)
{
    asyr_error *failure =
        asyri_error_new(ASYR_E_CANCELLED, NULL, "the lazy map was cancelled");
    asyri_iterator_end(iterator, failure);
    asyri_error_unref(failure);
}

static asyr_result *drop_chunk(asyr_iterator *iterator)
{
    asyr_result *result = NULL;
    asyri_mutex_lock(&iterator->lock);
    asyri_list *first = asyri_list_take_first(&iterator->chunks);
    if (first) {
        asyri_chunk *chunk = ASYRI_OBJECT(first, asyri_chunk, link);
        result = chunk->result;
        chunk->result = NULL;
        if (asyri_list_has(&chunk->arrival))
            asyri_list_remove(&chunk->arrival);
        asyri_chunk_give_locked(chunk);
    }
    asyri_mutex_unlock(&iterator->lock);
    return result;
}

void asyri_iterator_unref_handle(asyr_iterator *iterator)
{
    if (!asyri_refcount_give(&iterator->handles))
        return;
    asyri_iterator_cancel(iterator);
    for (asyr_result *result; (result = drop_chunk(iterator));)
        asyri_result_unref(result);
    asyri_pool_remove_iterator(iterator->pool, iterator);
    asyri_iterator_stir(iterator);
    asyri_iterator_unref(iterator);
}

static void finish_notice(asyr_event *event, asyr_error *failure)
{
    struct asyri_notice *notice = ASYRI_OBJECT(event, struct asyri_notice, event);
    asyri_error_unref(failure);
    asyri_event_give_up(event);
    asyri_queue_unref(event->queue);
    asyri_free(notice);
}

static void post_notices(asyri_list *notices)
{
    for (asyri_list *node; (node = asyri_list_take_first(notices));) {
        asyr_event *event = &ASYRI_OBJECT(node, struct asyri_notice, link)->event;
        if (!asyri_queue_post(event->queue, event))
            asyri_event_finish(event, NULL);
    }
}

/* Without a chunk it takes a call of next to read more. */
static bool would_not_wait_locked(const asyr_iterator *iterator)
{
    return asyri_iterator_front_locked(iterator) ||
           asyri_iterator_is_over_locked(iterator) ||
           (asyri_list_is_empty(&iterator->chunks) &&
            asyri_iterator_wants_feeding_locked(iterator));
}

static bool is_to_be_released_locked(asyr_iterator *iterator)
{
    bool release = !iterator->is_open && !iterator->feeder && !iterator->is_released;
    iterator->is_released |= release;
    return release && iterator->source_release;
}

static bool leaves_locked(asyr_iterator *iterator)
{
    bool leaves = !has_rest_locked(iterator) && !iterator->has_left;
    iterator->has_left |= leaves;
    return leaves;
}

void asyri_iterator_stir(asyr_iterator *iterator)
{
    asyri_list notices;
    asyri_list_init(&notices);
    asyri_mutex_lock(&iterator->lock);
    if (would_not_wait_locked(iterator))
        asyri_list_move_all(&iterator->notices, &notices);
    asyri_waitlist_wake_all(&iterator->takers);
    asyri_waitlist_wake_all(&iterator->putters);
    bool release = is_to_be_released_locked(iterator);
    bool leaves = leaves_locked(iterator);
    asyri_mutex_unlock(&iterator->lock);
    if (release)
        iterator->source_release(iterator->source_arg);
    if (leaves)
        asyri_pool_end_input(iterator->pool);
    post_notices(&notices);
}

asyr_status asyri_iterator_notify(asyr_iterator *iterator, asyr_queue *queue,
                                  uint64_t tag, asyr_error **error)
{
    asyr_status status = asyri_queue_promise(queue, 1, error);
    if (status != ASYR_OK)
        return status;
    struct asyri_notice *notice = asyri_alloc_zeroed(1, sizeof *notice);
    if (!notice) {
        asyri_queue_give_up(queue, 1);
        return asyri_fail_memory(error);
    }
    asyri_event_init(&notice->event, ASYR_EVENT_NEXT, finish_notice);
    notice->event.action = ASYRI_EVENT_NOTHING;
    notice->event.queue = asyri_queue_ref(queue);
    notice->event.tag = tag;
    asyri_mutex_lock(&iterator->lock);
    asyri_list_append(&iterator->notices, &notice->link);
    asyri_mutex_unlock(&iterator->lock);
    if (iterator->input == ASYRI_INPUT_FED) /* what was put may have to go now */
        asyri_iterator_feed(iterator, NULL);
    asyri_iterator_stir(iterator);
    return ASYR_OK;
}
