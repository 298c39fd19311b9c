/**
 * @file
 * Lazy maps: the results of a sequence, one by one.
 *
 * An iterator hands out a value or an error for each item, in the order of the input or
 * of arrival.  An item's error comes at its place and iteration goes on.  After the
 * end every call of asyr_iterator_next() answers ASYR_E_STOP.  An item's own error never
 * has the codes Timeout, NotReady, Interrupted or Stop (it then has the code Task): with
 * one of these it is the call that failed.
 *
 * The input is a list or array, a source that is asked for items, or nothing: then the
 * host puts items in.  The buffer size bounds what was read from the input and not yet
 * handed out, so an endless input is fine.
 *
 * A source is called by one thread at a time, and only by threads that are inside
 * asyr_pool_imap_source() or asyr_iterator_next(): both read until the buffer is full,
 * however long the source takes, and whatever the time limit of the call.  A source that
 * waits for the host to take a value may therefore never return: put items in instead.
 *
 * What ends an iteration early (an input that fails, asyr_iterator_cancel(), a pool that
 * is terminated or breaks while there is input left) is an error after the last value.
 * Each call that was waiting has it, or else the next one; then comes ASYR_E_STOP.
 *
 * An iteration that was begun is accepted work: after asyr_pool_close() it goes on, and
 * asyr_pool_join() waits until its input was read, or it was cancelled or released.
 */
#ifndef ASYNCRESULT_ITERATOR_H
#define ASYNCRESULT_ITERATOR_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A lazy map.  Counted. */
typedef struct asyr_iterator asyr_iterator;

/**
 * Asked for the next item of an input, on a thread that is inside
 * asyr_pool_imap_source() or asyr_iterator_next(); never two at a time, and not again
 * after it failed or the input ended.
 *
 * @param arg         what was given with the source.
 * @param[out] item   owned by the library.
 * @param[out] error  owned by the library; why the input failed.
 * @return ASYR_OK with an item, ASYR_E_STOP at the end of the input, or another code,
 *         which ends the iteration with `error` after the values of what was read.
 */
typedef asyr_status (*asyr_source_fn)(void *arg, asyr_value **item,
                                      asyr_error **error);

/**
 * Begin a lazy map over a list or an array.
 *
 * Of the options, the chunk size (1 by default), the order, the buffer size (by default
 * without limit: everything is submitted at once), the tag, the strand, the queue (which
 * its owner drains while it waits) and the interrupt have a meaning; callbacks, an event
 * and an error policy are refused.  Where the pool's queue has a limit, the first chunk is
 * admitted by the pool's policy, and the rest goes with it as the rest of a map does.
 *
 * @param pool           borrowed.
 * @param function       borrowed; called with one argument.
 * @param items          borrowed; a list or an array.
 * @param options        borrowed; NULL for the defaults.
 * @param[out] iterator  owned by the caller.
 * @param[out] error     may be NULL; owned by the caller.
 * @return as asyr_pool_apply_async().
 * Threads: any.  Blocks only on a full queue with ASYR_FULL_BLOCK.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_imap(asyr_pool *pool, asyr_function *function,
                                    asyr_value *items,
                                    const asyr_task_options *options,
                                    asyr_iterator **iterator, asyr_error **error);

/**
 * Begin a lazy map over what a source gives.
 *
 * The buffer holds 2 chunks per worker by default.
 *
 * @param pool           borrowed.
 * @param function       borrowed; called with one argument.
 * @param source         called for each item.
 * @param arg            consumed; handed to the source.
 * @param release        called with `arg` once: when the input has ended, or with the
 *                       iterator; may be NULL.
 * @param options        borrowed; NULL for the defaults; as for asyr_pool_imap().
 * @param[out] iterator  owned by the caller.
 * @param[out] error     may be NULL; owned by the caller.
 * @return as asyr_pool_apply_async().  A source that fails makes no failure here: its
 *         error comes at its place.
 * Threads: any.  Blocks as long as the source does.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_imap_source(asyr_pool *pool, asyr_function *function,
                                           asyr_source_fn source, void *arg,
                                           asyr_release_fn release,
                                           const asyr_task_options *options,
                                           asyr_iterator **iterator,
                                           asyr_error **error);

/**
 * Begin a lazy map over what asyr_iterator_put() puts in, until asyr_iterator_finish().
 *
 * The buffer holds 2 chunks per worker by default; a host that puts everything in before
 * it takes anything out sets a larger one.  A chunk that is not full is submitted
 * when nothing else is on its way and somebody waits for a value.  The pool's queue limit
 * is none for these items: their limit is the buffer.
 *
 * @param pool           borrowed.
 * @param function       borrowed; called with one argument.
 * @param options        borrowed; NULL for the defaults; as for asyr_pool_imap().
 * @param[out] iterator  owned by the caller.
 * @param[out] error     may be NULL; owned by the caller.
 * @return as asyr_pool_apply_async().
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_imap_fed(asyr_pool *pool, asyr_function *function,
                                        const asyr_task_options *options,
                                        asyr_iterator **iterator,
                                        asyr_error **error);

/** Take another reference; returns its argument.  @since 0.1 */
ASYR_API asyr_iterator *asyr_iterator_ref(asyr_iterator *iterator);

/** Give a reference back (consumed; may be NULL); the last one cancels what has not
 *  begun, reads no more and releases the source.  @since 0.1 */
ASYR_API void asyr_iterator_unref(asyr_iterator *iterator);

/**
 * Take the next value.  Several threads may; each value goes to one of them.
 *
 * Inside a task of the pool it waits as asyr_result_get() does, for the first item that
 * is not ready, also in the order of arrival.
 *
 * @param iterator    borrowed.
 * @param timeout_ns  nanoseconds; 0 or less polls, ASYR_FOREVER waits without limit.
 *                    After a time-out nothing is lost.
 * @param interrupt   borrowed; may be NULL.
 * @param[out] value  owned by the caller; may be NULL, and the value is then dropped.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_STOP after the end, ASYR_E_TIMEOUT, ASYR_E_INTERRUPTED,
 *         ASYR_E_DEADLOCK, the code of an item's error or of what ended the iteration,
 *         ASYR_E_MEMORY when nothing is on its way and no memory to send more,
 *         ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * Threads: any.  Blocks up to the timeout, and as long as the source does.
 * @since 0.1
 */
ASYR_API asyr_status asyr_iterator_next(asyr_iterator *iterator, int64_t timeout_ns,
                                        asyr_interrupt *interrupt,
                                        asyr_value **value, asyr_error **error);

/**
 * Put an event of the kind ASYR_EVENT_NEXT into a queue, once, when a call of
 * asyr_iterator_next() would not wait: a value, an error or the end is there, or nothing
 * is on its way and the call would read more input.
 *
 * Another thread may take the value before; then poll, and ask for another event.
 *
 * @param iterator    borrowed.
 * @param queue       borrowed.
 * @param tag         the event's.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_MEMORY, ASYR_E_QUEUE_FULL, ASYR_E_STATE for a queue that is
 *         closed, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_iterator_notify(asyr_iterator *iterator, asyr_queue *queue,
                                          uint64_t tag, asyr_error **error);

/**
 * Read no more input and cancel what has not begun: each of its items has
 * ASYR_E_CANCELLED at its place, and so has the rest of the input, as one.  What runs sees
 * its cancel flag, and its values still come.
 *
 * @param iterator    borrowed.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_iterator_cancel(asyr_iterator *iterator,
                                          asyr_error **error);

/**
 * Put an item into an iterator of asyr_pool_imap_fed(), waiting while its buffer is full.
 *
 * @param iterator    borrowed.
 * @param item        borrowed.
 * @param timeout_ns  how long to wait for a place; 0 or less tries.
 * @param interrupt   borrowed; may be NULL.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_TIMEOUT, ASYR_E_INTERRUPTED, ASYR_E_MEMORY, ASYR_E_STATE after
 *         asyr_iterator_finish(), what ended the iteration early (ASYR_E_CANCELLED,
 *         ASYR_E_TERMINATED, ASYR_E_BROKEN), ASYR_E_FORKED, or ASYR_E_ARGUMENT, also for
 *         an iterator with an input of its own.
 * Threads: any.  Blocks up to the timeout.
 * @since 0.1
 */
ASYR_API asyr_status asyr_iterator_put(asyr_iterator *iterator, asyr_value *item,
                                       int64_t timeout_ns, asyr_interrupt *interrupt,
                                       asyr_error **error);

/**
 * Say that no more items come.  Twice is fine; the first call counts.
 *
 * @param iterator    borrowed; of asyr_pool_imap_fed().
 * @param failure     borrowed; why the input ended early, an error after the last value;
 *                    NULL for the end of the input.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_FORKED, or ASYR_E_ARGUMENT, also for an iterator with an input
 *         of its own.
 * @since 0.1
 */
ASYR_API asyr_status asyr_iterator_finish(asyr_iterator *iterator,
                                          asyr_error *failure, asyr_error **error);

#ifdef __cplusplus
}
#endif

#endif
