/**
 * @file
 * The options of a submit.
 *
 * A builder belongs to one thread at a time and may serve any number of
 * submits; each takes what it needs.
 */
#ifndef ASYNCRESULT_TASK_OPTIONS_H
#define ASYNCRESULT_TASK_OPTIONS_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What an error of one item does to a map.  @since 0.1 */
enum asyr_error_policy {
    /** The first error to arrive; the rest of its chunk is skipped. */
    ASYR_ERRORS_FIRST = 0,
    /** The error of the lowest index; the rest of its chunk is skipped. */
    ASYR_ERRORS_LOWEST = 1,
    /** No failure: each item's place has its value or its error. */
    ASYR_ERRORS_COLLECT = 2,
    /** The first error to arrive; chunks that have not begun are cancelled. */
    ASYR_ERRORS_FAIL_FAST = 3
};

/** The order in which an iterator hands out what it has.  @since 0.1 */
enum asyr_order {
    /** That of the input (imap). */
    ASYR_ORDER_INPUT = 0,
    /** That of arrival (imap_unordered); items of one chunk come together. */
    ASYR_ORDER_ARRIVAL = 1
};

/**
 * Make a builder with the defaults.
 *
 * @param[out] options  owned by the caller.
 * @param[out] error    may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT or ASYR_E_MEMORY.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_options_new(asyr_task_options **options,
                                           asyr_error **error);

/** Free a builder (consumed; may be NULL).  @since 0.1 */
ASYR_API void asyr_task_options_free(asyr_task_options *options);

/**
 * Set what is called with the value of a task that succeeds.
 *
 * Of `callback` and `error_callback` exactly one runs, exactly once, before the
 * result becomes ready.  Callbacks are serialised per pool or per queue.
 *
 * @param options     borrowed.
 * @param callback    NULL for none.
 * @param arg         consumed; handed to the callback.
 * @param release     called with `arg` after the last task that has it; may be
 *                    NULL.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT or ASYR_E_MEMORY.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_options_set_callback(asyr_task_options *options,
                                                    asyr_callback_fn callback,
                                                    void *arg,
                                                    asyr_release_fn release,
                                                    asyr_error **error);

/**
 * Set what is called with the error of a task that fails.
 *
 * Parameters and errors as for asyr_task_options_set_callback().
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_options_set_error_callback(
    asyr_task_options *options, asyr_error_callback_fn callback, void *arg,
    asyr_release_fn release, asyr_error **error);

/**
 * Set where the task's callbacks run.
 *
 * @param options     borrowed.
 * @param queue       borrowed; NULL for the pool's queue or, if it has none, the
 *                    pool's own dispatcher thread.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_options_set_queue(asyr_task_options *options,
                                                 asyr_queue *queue,
                                                 asyr_error **error);

/**
 * Ask for an event in place of callback functions: of the kind
 * ASYR_EVENT_CALLBACK before the result becomes ready, which waits until the host
 * has finished it, or ASYR_EVENT_DONE afterwards.
 *
 * The event goes to the queue of asyr_task_options_set_queue() or, without one,
 * to the pool's; a submit with neither fails with ASYR_E_ARGUMENT, and so does
 * one with callback functions and an event of the kind ASYR_EVENT_CALLBACK.  Its
 * tag is that of asyr_task_options_set_tag().
 *
 * @param options     borrowed.
 * @param kind        ASYR_EVENT_CALLBACK, ASYR_EVENT_DONE, or -1 for no event.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_options_set_event(asyr_task_options *options,
                                                 int32_t kind, asyr_error **error);

/**
 * Set a number that the task, its result and its event carry.
 *
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_options_set_tag(asyr_task_options *options,
                                               uint64_t tag, asyr_error **error);

/**
 * Set the strand in which the task runs.
 *
 * @param options     borrowed.
 * @param strand      borrowed; of the pool that the task is submitted to; NULL
 *                    for none.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_options_set_strand(asyr_task_options *options,
                                                  asyr_strand *strand,
                                                  asyr_error **error);

/**
 * Set what ends a submit early that waits for a place in a full queue.
 *
 * @param options     borrowed.
 * @param interrupt   borrowed; NULL for none.  The submit then fails with
 *                    ASYR_E_INTERRUPTED.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_options_set_interrupt(asyr_task_options *options,
                                                     asyr_interrupt *interrupt,
                                                     asyr_error **error);

/**
 * Set how many items of a map make one chunk, which one worker runs in order.
 *
 * @param options     borrowed.
 * @param chunk_size  at least 1; by default ceil(n / (4 * workers)), and 1 for an
 *                    iterator.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_options_set_chunk_size(asyr_task_options *options,
                                                      int64_t chunk_size,
                                                      asyr_error **error);

/**
 * Set what an error of one item does to a map.
 *
 * @param options     borrowed.
 * @param policy      one of `enum asyr_error_policy`.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_options_set_error_policy(asyr_task_options *options,
                                                        int32_t policy,
                                                        asyr_error **error);

/**
 * Set the order in which an iterator hands out what it has.
 *
 * @param options     borrowed.
 * @param order       one of `enum asyr_order`; by default that of the input.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_options_set_order(asyr_task_options *options,
                                                 int32_t order, asyr_error **error);

/**
 * Set how many items of its input an iterator may have read and not yet handed out.
 *
 * @param options     borrowed.
 * @param items       at least 1; a chunk is never larger.  By default there is no limit
 *                    for a list or an array; for others it is 2 chunks per worker.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_task_options_set_buffer_size(asyr_task_options *options,
                                                       int64_t items,
                                                       asyr_error **error);

#ifdef __cplusplus
}
#endif

#endif
