/**
 * @file
 * Host workers: threads that a host lends to a pool.
 *
 * For a pool made with ASYR_WORKERS_HOST.  By *push* the library calls each task
 * on the lent thread (asyr_worker_run(): for hosts whose code runs only on
 * threads that they made).  By *pull* the host asks for the next task, runs it
 * as it likes and says when it is done (asyr_worker_next(), asyr_worker_done():
 * for hosts whose code may leave a thread at any time).
 */
#ifndef ASYNCRESULT_WORKER_H
#define ASYNCRESULT_WORKER_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Lend a worker.
 *
 * @param pool         borrowed.
 * @param[out] worker  owned by the caller; used by one thread at a time.
 * @param[out] error   may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT, ASYR_E_MEMORY, ASYR_E_STATE when the pool has
 *         workers of its own or as many as it was made for at work, ASYR_E_STOP when
 *         the pool has ended, ASYR_E_FORKED.
 * @since 0.1
 */
ASYR_API asyr_status asyr_worker_new(asyr_pool *pool, asyr_worker **worker,
                                     asyr_error **error);

/**
 * Wait until the pool wants a worker, and lend it: work is queued that no worker is
 * free to take, and fewer are at work than the pool was made for.  So workers are lent
 * when they are first needed, in place of those that were lost, and, as spares, in place
 * of those that wait for a result inside asyr_task_run() or asyr_worker_run().  A spare
 * that is not needed any more is told so by ASYR_E_STOP.
 *
 * @param pool         borrowed.
 * @param timeout_ns   how long to wait; 0 or less polls.
 * @param interrupt    borrowed; may be NULL.
 * @param[out] worker  owned by the caller, as that of asyr_worker_new().
 * @param[out] error   may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_TIMEOUT, ASYR_E_INTERRUPTED, ASYR_E_STOP when the pool and its
 *         workers have ended, ASYR_E_STATE when it has workers of its own,
 *         ASYR_E_ARGUMENT, ASYR_E_MEMORY, ASYR_E_FORKED.
 * Threads: any.  Blocks up to the timeout.
 * @since 0.1
 */
ASYR_API asyr_status asyr_worker_await(asyr_pool *pool, int64_t timeout_ns,
                                       asyr_interrupt *interrupt,
                                       asyr_worker **worker, asyr_error **error);

/**
 * Take a worker back.  A task that it still has fails with ASYR_E_WORKER_LOST.
 *
 * @param worker  consumed; may be NULL.
 * @since 0.1
 */
ASYR_API void asyr_worker_free(asyr_worker *worker);

/**
 * Run the pool's tasks on this thread until the pool ends (push).
 *
 * @param worker      borrowed.
 * @param interrupt   borrowed; may be NULL.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_E_STOP when the pool has ended or the worker is a spare that is not
 *         needed any more; ASYR_OK when the worker has run as
 *         many tasks as one may and the host should lend another;
 *         ASYR_E_INTERRUPTED between two tasks; ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * Threads: the lent one.  Blocks.
 * @since 0.1
 */
ASYR_API asyr_status asyr_worker_run(asyr_worker *worker, asyr_interrupt *interrupt,
                                     asyr_error **error);

/**
 * Ask for the next task (pull).
 *
 * @param worker      borrowed; it must have no task.
 * @param timeout_ns  how long to wait for one.
 * @param interrupt   borrowed; may be NULL.
 * @param[out] task   lent until asyr_worker_done().
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_TIMEOUT, ASYR_E_INTERRUPTED, ASYR_E_STOP as for
 *         asyr_worker_new(), or when the worker has run as many tasks as one may or
 *         is a spare that is not needed any more,
 *         ASYR_E_STATE when it has a task, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * Threads: one at a time.  Blocks up to the timeout.
 * @since 0.1
 */
ASYR_API asyr_status asyr_worker_next(asyr_worker *worker, int64_t timeout_ns,
                                      asyr_interrupt *interrupt, asyr_task **task,
                                      asyr_error **error);

/**
 * Take one task by its result (pull): a host whose task waits for one that has not begun
 * has it run at once.
 *
 * @param worker      borrowed; it must have no task.
 * @param result      borrowed.
 * @param[out] task   lent until asyr_worker_done().
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK; ASYR_E_STATE when the worker has a task, or the result is not that of a
 *         call of this pool that has not begun and is in no strand; ASYR_E_STOP when the
 *         worker's initializer failed; ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * Threads: one at a time.
 * @since 0.1
 */
ASYR_API asyr_status asyr_worker_claim(asyr_worker *worker, asyr_result *result,
                                       asyr_task **task, asyr_error **error);

/**
 * Say that the worker's task waits, in the host's own way: another worker may be lent in
 * its place until asyr_worker_unblock() or asyr_worker_done().
 *
 * @param worker      borrowed.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_STATE when it has no task or is blocked already,
 *         ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * Threads: any.
 * @since 0.1
 */
ASYR_API asyr_status asyr_worker_block(asyr_worker *worker, asyr_error **error);

/**
 * Say that the worker's task goes on.  A worker that is not needed any more is told so by
 * ASYR_E_STOP.
 *
 * @param worker      borrowed.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_STATE when it is not blocked, ASYR_E_FORKED or
 *         ASYR_E_ARGUMENT.
 * Threads: any.
 * @since 0.1
 */
ASYR_API asyr_status asyr_worker_unblock(asyr_worker *worker, asyr_error **error);

/**
 * Say that the worker's task is done: its answer becomes the outcome.
 *
 * @param worker      borrowed.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_STATE when it has no task, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * Threads: any.
 * @since 0.1
 */
ASYR_API asyr_status asyr_worker_done(asyr_worker *worker, asyr_error **error);

/**
 * Say that the host lost the worker's thread: its task fails with
 * ASYR_E_WORKER_LOST, and a new worker may be lent in its place.
 *
 * @param worker      borrowed; only asyr_worker_free() may follow.
 * @param message     copied; what happened, in one line; may be NULL.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * Threads: any.
 * @since 0.1
 */
ASYR_API asyr_status asyr_worker_lost(asyr_worker *worker, const char *message,
                                      asyr_error **error);

#ifdef __cplusplus
}
#endif

#endif
