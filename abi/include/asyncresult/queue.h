/**
 * @file
 * Completion queues: callbacks and completions, drained by their host.
 *
 * A host that may be entered from its own threads only (an interpreter, an
 * event loop) makes a queue, gives it to its pool or to single tasks, and
 * drains it: by running what is in it (asyr_queue_run()), by taking events one
 * by one (asyr_queue_next()), or by waiting for a result on the thread that
 * owns the queue (asyr_queue_own()).  A descriptor says when there is something
 * to drain.
 *
 * Callbacks of a queue are serialised: while one runs, or while an event of the
 * kind ASYR_EVENT_CALLBACK is taken and not finished, nothing else is handed out.
 *
 * A queue is closed by asyr_queue_close() or when the host's last reference is
 * dropped.  Its callbacks are then released unrun, and the results that they
 * held back become ready.
 */
#ifndef ASYNCRESULT_QUEUE_H
#define ASYNCRESULT_QUEUE_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What an event is.  @since 0.1 */
enum asyr_event_kind {
    /** A callback is due; the result becomes ready when the event is finished. */
    ASYR_EVENT_CALLBACK = 0,
    /** A result is ready. */
    ASYR_EVENT_DONE = 1,
    /** An iterator's next call will not wait; asyr_iterator_notify() asks for it. */
    ASYR_EVENT_NEXT = 2
};

/**
 * Make a completion queue.
 *
 * @param limit        how many entries may be promised or waiting at once; 0 for
 *                     no limit.  A place is taken when a task is submitted, so
 *                     a completion is never lost; without one the submit fails
 *                     with ASYR_E_QUEUE_FULL.
 * @param[out] queue   owned by the caller.
 * @param[out] error   may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT or ASYR_E_MEMORY.
 * @since 0.1
 */
ASYR_API asyr_status asyr_queue_new(int64_t limit, asyr_queue **queue,
                                    asyr_error **error);

/** Take another reference; returns its argument.  @since 0.1 */
ASYR_API asyr_queue *asyr_queue_ref(asyr_queue *queue);

/** Give a reference back (consumed; may be NULL); the last one closes.
 *  @since 0.1 */
ASYR_API void asyr_queue_unref(asyr_queue *queue);

/**
 * Make this thread the queue's owner: its waits for results whose callbacks go
 * to the queue, or whose pool has it, drain the queue.  Without an owner no
 * wait drains it.  A host that moves to another thread owns the queue again there.
 *
 * @param queue       borrowed.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_queue_own(asyr_queue *queue, asyr_error **error);

/**
 * A descriptor that polls readable while something waits in the queue.
 *
 * Wait for it with poll, epoll, kqueue or an event loop, then drain the queue; while
 * a call runs what is in the queue, it may say either.  Never read from it or close it (use `dup` for a loop that does).  On Windows
 * it is the HANDLE of a manual-reset event.
 *
 * @param queue            borrowed; the descriptor lives as long as the queue.
 * @param[out] descriptor  the descriptor.
 * @param[out] error       may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_SYSTEM, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_queue_get_descriptor(asyr_queue *queue,
                                               int64_t *descriptor,
                                               asyr_error **error);

/**
 * How many entries wait in the queue.
 *
 * @param queue  borrowed; for NULL the answer is 0.
 * @since 0.1
 */
ASYR_API int64_t asyr_queue_get_count(asyr_queue *queue);

/**
 * Run what is in the queue, on this thread: callbacks are called, events without
 * a function are finished without an error.
 *
 * Called inside a callback of the queue it runs nothing and answers 0.
 *
 * @param queue       borrowed.
 * @param limit       how many entries at most; 0 for all that are there.
 * @param timeout_ns  how long to wait for the first.
 * @param interrupt   borrowed; may be NULL.
 * @param[out] count  how many ran; may be NULL.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK (also when none ran), ASYR_E_INTERRUPTED, ASYR_E_STATE for a
 *         queue that is closed, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * Threads: any.  Blocks up to the timeout, and as long as the callbacks do.
 * @since 0.1
 */
ASYR_API asyr_status asyr_queue_run(asyr_queue *queue, int64_t limit,
                                    int64_t timeout_ns, asyr_interrupt *interrupt,
                                    int64_t *count, asyr_error **error);

/**
 * Take the next event.
 *
 * While a callback of the queue runs, or its event is taken and not finished, there
 * is none, on this thread either.
 *
 * @param queue       borrowed.
 * @param timeout_ns  how long to wait for it.
 * @param interrupt   borrowed; may be NULL.
 * @param[out] event  owned by the caller, who gives it to asyr_event_finish().
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_TIMEOUT, ASYR_E_INTERRUPTED, ASYR_E_STATE for a queue that
 *         is closed, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * Threads: any.  Blocks up to the timeout.
 * @since 0.1
 */
ASYR_API asyr_status asyr_queue_next(asyr_queue *queue, int64_t timeout_ns,
                                     asyr_interrupt *interrupt, asyr_event **event,
                                     asyr_error **error);

/**
 * Take events, in their order: those that are there, up to a limit.
 *
 * As callbacks are serialised, at most one event of the kind ASYR_EVENT_CALLBACK is
 * among them, and it is the last.
 *
 * @param queue        borrowed.
 * @param timeout_ns   how long to wait for the first.
 * @param interrupt    borrowed; may be NULL.
 * @param[out] events  an array of `limit` places, of which the first `count` are filled;
 *                     the events are owned by the caller, who gives each to
 *                     asyr_event_finish() or all to asyr_event_finish_many().
 * @param limit        how many at most: 1 or more.
 * @param[out] count   how many there are; 0 on failure.
 * @param[out] error   may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_TIMEOUT, ASYR_E_INTERRUPTED, ASYR_E_STATE for a queue that
 *         is closed, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * Threads: any.  Blocks up to the timeout.
 * @since 0.1
 */
ASYR_API asyr_status asyr_queue_next_many(asyr_queue *queue, int64_t timeout_ns,
                                          asyr_interrupt *interrupt,
                                          asyr_event **events, int64_t limit,
                                          int64_t *count, asyr_error **error);

/**
 * Close the queue: see the head of this file.  Twice is fine.
 *
 * @param queue       borrowed.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_queue_close(asyr_queue *queue, asyr_error **error);

/**
 * The event's kind: one of `enum asyr_event_kind`.
 *
 * @param event  borrowed; for NULL the answer is -1.
 * @since 0.1
 */
ASYR_API int32_t asyr_event_get_kind(const asyr_event *event);

/**
 * The tag that was given for the event.
 *
 * @param event  borrowed; for NULL the answer is 0.
 * @since 0.1
 */
ASYR_API uint64_t asyr_event_get_tag(const asyr_event *event);

/**
 * The result that the event is about.
 *
 * @param event  borrowed.
 * @return owned by the caller; NULL for NULL, for an iterator's event, and for the report
 *         of an error that nobody read.
 * @since 0.1
 */
ASYR_API asyr_result *asyr_event_get_result(const asyr_event *event);

/**
 * How the task went, as a callback would see it.
 *
 * @param event       borrowed.
 * @param[out] value  owned by the caller; may be NULL.
 * @param[out] error  may be NULL, and the error then still counts as unread; owned
 *                    by the caller; the task's own error.
 * @return ASYR_OK, the code of the task's error, ASYR_E_STATE for an iterator's event,
 *         ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_event_get_outcome(const asyr_event *event,
                                            asyr_value **value, asyr_error **error);

/**
 * Run the function that belongs to the event, if there is one, on this thread.
 *
 * @param event       borrowed.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_event_run(asyr_event *event, asyr_error **error);

/**
 * Give an event back; a result that it held back becomes ready.
 *
 * @param event       consumed.
 * @param failure     borrowed; what the host's callback raised, which becomes
 *                    the result; NULL for nothing.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK; ASYR_E_FORKED or ASYR_E_ARGUMENT, and the event is then not
 *         consumed.
 * @since 0.1
 */
ASYR_API asyr_status asyr_event_finish(asyr_event *event, asyr_error *failure,
                                       asyr_error **error);

/**
 * Give events back as asyr_event_finish() does, none of them with a failure.
 *
 * @param events      an array of events, of one queue or of several; each is consumed.
 * @param count       how many; with 0 `events` may be NULL.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK; ASYR_E_FORKED or ASYR_E_ARGUMENT, and then no event is consumed.
 * @since 0.1
 */
ASYR_API asyr_status asyr_event_finish_many(asyr_event *const *events, int64_t count,
                                            asyr_error **error);

#ifdef __cplusplus
}
#endif

#endif
