/**
 * @file
 * The options of a pool.
 */
#ifndef ASYNCRESULT_POOL_OPTIONS_H
#define ASYNCRESULT_POOL_OPTIONS_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Whose threads the workers are.  @since 0.1 */
enum asyr_worker_source {
    ASYR_WORKERS_OWN = 0, /**< threads that the pool starts */
    ASYR_WORKERS_HOST = 1 /**< threads that the host lends: asyr_worker_new() */
};

/** What a submit does when the queue is at its limit.  @since 0.1 */
enum asyr_full_policy {
    ASYR_FULL_BLOCK = 0,      /**< wait for a place */
    ASYR_FULL_FAIL = 1,       /**< fail with ASYR_E_QUEUE_FULL */
    ASYR_FULL_CALLER_RUNS = 2 /**< run the task in the submitting thread */
};

/** Which threads run a task that has not begun while they wait for it.  @since 0.1 */
enum asyr_helping {
    ASYR_HELP_WORKERS = 0, /**< the pool's own tasks, only */
    ASYR_HELP_ALL = 1      /**< any thread that waits */
};

/**
 * Make a builder with the defaults.
 *
 * @param[out] options  owned by the caller.
 * @param[out] error    may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT or ASYR_E_MEMORY.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_options_new(asyr_pool_options **options,
                                           asyr_error **error);

/** Free a builder (consumed; may be NULL).  @since 0.1 */
ASYR_API void asyr_pool_options_free(asyr_pool_options *options);

/**
 * Set the number of workers.
 *
 * @param options     borrowed.
 * @param workers     1 to 1000000; by default asyr_default_worker_count().
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_options_set_workers(asyr_pool_options *options,
                                                   int64_t workers,
                                                   asyr_error **error);

/**
 * Set whose threads the workers are.
 *
 * @param options     borrowed.
 * @param source      one of `enum asyr_worker_source`.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_options_set_worker_source(asyr_pool_options *options,
                                                         int32_t source,
                                                         asyr_error **error);

/**
 * Set a function that runs once in each worker before its first task.
 *
 * If it fails the pool is broken: submits, and results that wait, get
 * ASYR_E_BROKEN with its error as the cause, and it is not tried again.
 *
 * @param options     borrowed.
 * @param function    borrowed; NULL for none.
 * @param arguments   borrowed; a list; NULL for none.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_options_set_initializer(asyr_pool_options *options,
                                                       asyr_function *function,
                                                       asyr_value *arguments,
                                                       asyr_error **error);

/**
 * Set after how many tasks a worker ends and a new one takes its place.
 *
 * @param options     borrowed.
 * @param tasks       at least 1 (a chunk of a map counts as one task); by
 *                    default a worker lives as long as the pool.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_options_set_max_tasks_per_worker(
    asyr_pool_options *options, int64_t tasks, asyr_error **error);

/**
 * Set how many tasks may wait in the queue, and what a submit does when it is
 * full.  A map is accepted as a whole when there is one place.
 *
 * @param options     borrowed.
 * @param limit       at least 1; by default there is none.
 * @param policy      one of `enum asyr_full_policy`.  A submit from one of the
 *                    pool's own tasks or callbacks never blocks: it runs the
 *                    task itself.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_options_set_queue_limit(asyr_pool_options *options,
                                                       int64_t limit, int32_t policy,
                                                       asyr_error **error);

/**
 * Set how many spare workers may stand in for workers that wait.
 *
 * @param options     borrowed.
 * @param spares      0 to 1000000; by default 64.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_options_set_spare_workers(asyr_pool_options *options,
                                                         int64_t spares,
                                                         asyr_error **error);

/**
 * Set which threads help.
 *
 * A wait without a time limit, for a result that has not begun, can run it on the
 * waiting thread: nobody need be woken then, and it is how a task waits for
 * others of its pool.  By default only the pool's own tasks do so, and everything else
 * runs on workers: what a function finds there (its thread, thread-local state, an
 * initializer's work) is then what its host expects, and a wait can be interrupted.
 * With ASYR_HELP_ALL any thread helps, but for tasks of a strand; such a thread runs
 * no initializer, and cannot be interrupted while it runs the task.
 *
 * @param options     borrowed.
 * @param helping     one of `enum asyr_helping`.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_options_set_helping(asyr_pool_options *options,
                                                   int32_t helping,
                                                   asyr_error **error);

/**
 * Set the completion queue in which the pool's callbacks run.
 *
 * @param options     borrowed.
 * @param queue       borrowed; NULL for the pool's own dispatcher thread.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_options_set_queue(asyr_pool_options *options,
                                                 asyr_queue *queue,
                                                 asyr_error **error);

/**
 * Set a name, which the pool's threads carry where the system shows it.
 *
 * @param options     borrowed.
 * @param name        copied; NULL for "asyncresult".
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT or ASYR_E_MEMORY.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_options_set_name(asyr_pool_options *options,
                                                const char *name,
                                                asyr_error **error);

/**
 * Set what is called with an error that nobody read before its result was
 * released: by a get, a wait that was followed by asyr_result_is_successful(), an
 * error callback or an event.  It runs where the pool's callbacks run; a host that
 * takes events one by one gets one of the kind ASYR_EVENT_DONE, with the tag 0, no
 * result, and the error as its outcome.
 *
 * @param options     borrowed.
 * @param hook        NULL for none.
 * @param arg         consumed; handed to the hook.
 * @param release     called with `arg` in the end; may be NULL.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT or ASYR_E_MEMORY.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_options_set_unread_error_hook(
    asyr_pool_options *options, asyr_unread_error_fn hook, void *arg,
    asyr_release_fn release, asyr_error **error);

#ifdef __cplusplus
}
#endif

#endif
