/**
 * @file
 * Pools: a set of workers and the tasks that wait for them.
 *
 * A pool is open, then closed (no new work, accepted work completes) or
 * terminated (what has not begun never runs).  Dropping the last reference
 * closes it and never waits, so it may be dropped anywhere, also inside the
 * pool's own tasks and callbacks; asyr_pool_join() waits.
 */
#ifndef ASYNCRESULT_POOL_H
#define ASYNCRESULT_POOL_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Where a pool stands.  @since 0.1 */
enum asyr_pool_state {
    ASYR_POOL_OPEN = 0,
    ASYR_POOL_CLOSED = 1,
    ASYR_POOL_TERMINATED = 2,
    ASYR_POOL_BROKEN = 3
};

/**
 * How many CPUs this process may use: the default number of workers.  It is the
 * size of the affinity mask, and no more than the CPU quota of the process's
 * control group, rounded up.
 *
 * @return at least 1.
 * @since 0.1
 */
ASYR_API int64_t asyr_default_worker_count(void);

/**
 * Make a pool and start its workers.
 *
 * @param options     borrowed; NULL for the defaults.
 * @param[out] pool   owned by the caller.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT, ASYR_E_MEMORY, or ASYR_E_SYSTEM when a worker could
 *         not be started (the others are stopped).
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_new(const asyr_pool_options *options,
                                   asyr_pool **pool, asyr_error **error);

/** Take another reference; returns its argument.  @since 0.1 */
ASYR_API asyr_pool *asyr_pool_ref(asyr_pool *pool);

/** Give a reference back (consumed; may be NULL); the last one closes the pool
 *  and does not wait for it.  @since 0.1 */
ASYR_API void asyr_pool_unref(asyr_pool *pool);

/**
 * Have a function called with arguments by a worker.
 *
 * With one worker the tasks that one thread submits begin in the order of its submits,
 * unless tasks submit or wait for others themselves.
 *
 * @param pool         borrowed.
 * @param function     borrowed.
 * @param arguments    borrowed; a list with one value per argument; NULL for
 *                     none.
 * @param options      borrowed; NULL for the defaults.
 * @param[out] result  owned by the caller; may be NULL to drop it.
 * @param[out] error   may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT, ASYR_E_MEMORY, ASYR_E_POOL_CLOSED,
 *         ASYR_E_TERMINATED, ASYR_E_BROKEN, ASYR_E_QUEUE_FULL, ASYR_E_INTERRUPTED, ASYR_E_STATE for a queue
 *         or strand that is closed, ASYR_E_SYSTEM, ASYR_E_FORKED.
 * Threads: any.  Blocks only on a full queue with ASYR_FULL_BLOCK.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_apply_async(asyr_pool *pool, asyr_function *function,
                                           asyr_value *arguments,
                                           const asyr_task_options *options,
                                           asyr_result **result, asyr_error **error);

/**
 * Submit many calls of a function at once, all or none: when this fails, none of them
 * runs, and none was ever seen.
 *
 * Given options, the tag of each task is that of the options plus its place, from 0;
 * they hold for each, as if it had been submitted alone.  The tasks begin in their
 * order.
 *
 * In a queue with a limit the tasks need places for all of them together.  More than
 * the limit are refused with ASYR_E_QUEUE_FULL, and with ASYR_FULL_BLOCK fewer wait
 * until all find a place.  With ASYR_FULL_CALLER_RUNS, and inside one of the pool's own
 * tasks or callbacks, the first ones take the places that there are and this thread
 * runs the others, in their order, before the call returns; tasks of a strand are
 * queued over the limit instead.  A completion queue with a limit has room for the
 * events of all, or refuses all.
 *
 * @param pool          borrowed.
 * @param function      borrowed.
 * @param arguments     borrowed, an array of `count` places; each is borrowed and a list
 *                      with one value per argument, or NULL for none.  NULL when no
 *                      task has arguments.
 * @param count         how many tasks, 0 or more.
 * @param options       borrowed; NULL for the defaults.
 * @param[out] results  an array of `count` places, each owned by the caller, and NULL
 *                      after a failure; may be NULL to drop them all.
 * @param[out] error    may be NULL; owned by the caller.
 * @return as asyr_pool_apply_async().
 * Threads: any.  Blocks only on a full queue with ASYR_FULL_BLOCK.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_apply_many_async(
    asyr_pool *pool, asyr_function *function, asyr_value *const *arguments,
    int64_t count, const asyr_task_options *options, asyr_result **results,
    asyr_error **error);

/**
 * Have a function called with each item of a sequence; the value is the list of
 * what it returned, in the order of the items.
 *
 * Over an array, with a C function that returns a number, the value is an array
 * of the function's return type.
 *
 * @param pool         borrowed.
 * @param function     borrowed; called with one argument.
 * @param items        borrowed; a list or an array.
 * @param options      borrowed; NULL for the defaults.
 * @param[out] result  owned by the caller; may be NULL to drop it.
 * @param[out] error   may be NULL; owned by the caller.
 * @return as asyr_pool_apply_async().
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_map_async(asyr_pool *pool, asyr_function *function,
                                         asyr_value *items,
                                         const asyr_task_options *options,
                                         asyr_result **result, asyr_error **error);

/**
 * Like asyr_pool_map_async(), with each item a list of arguments.
 *
 * @param items  borrowed; a list of lists.  An item that is none fails at its
 *               place, with ASYR_E_TYPE.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_starmap_async(
    asyr_pool *pool, asyr_function *function, asyr_value *items,
    const asyr_task_options *options, asyr_result **result, asyr_error **error);

/**
 * Have a kernel run over the numbers from `begin` to below `end`: a loop without a value
 * for each number.
 *
 * The range is cut as a map over as many items is, by the options' chunk size or else as
 * the pool sees fit, and the kernel is called once for each piece, on any of the pool's
 * workers and on several at once.  The value is nil.  A cancel drops the pieces that have
 * not begun.  The options are those of a map, but for the error policy
 * ASYR_ERRORS_COLLECT, which is refused: there are no items that could hold errors.
 *
 * @param pool         borrowed.
 * @param begin        the first number.
 * @param end          the one after the last, `begin` or more; the range is empty, and
 *                     its result ready at once, when they are equal.  The range has
 *                     at most INT64_MAX numbers.
 * @param kernel       called with the ends of each piece and `context`.
 * @param context      what the kernel gets; may be NULL.
 * @param release      called once with `context` when no kernel will run any more, also
 *                     when this fails; may be NULL.
 * @param options      borrowed; NULL for the defaults.
 * @param[out] result  owned by the caller; may be NULL to drop it.
 * @param[out] error   may be NULL; owned by the caller.
 * @return as asyr_pool_apply_async().
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_range_async(asyr_pool *pool, int64_t begin,
                                           int64_t end, asyr_range_fn kernel,
                                           void *context, asyr_release_fn release,
                                           const asyr_task_options *options,
                                           asyr_result **result, asyr_error **error);

/**
 * Like asyr_pool_range_async(), with a function that is called with three arguments: the
 * ends of the piece and `context`.  A C function is "void f(int64_t, int64_t, T *)", say;
 * what a function returns is dropped.
 *
 * A piece whose call fails is an item that fails: the rest of its chunk is skipped.
 *
 * @param function  borrowed.
 * @param context   borrowed; NULL for nil.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_range_call_async(asyr_pool *pool, int64_t begin,
                                                int64_t end, asyr_function *function,
                                                asyr_value *context,
                                                const asyr_task_options *options,
                                                asyr_result **result,
                                                asyr_error **error);

/**
 * Take no new work; accepted work completes.  Twice is fine.
 *
 * @param pool        borrowed.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_close(asyr_pool *pool, asyr_error **error);

/**
 * End the pool: what has not begun never runs, and every result that is not
 * ready gets ASYR_E_TERMINATED now.  A task that runs sees its cancel flag; it
 * cannot be stopped, and asyr_pool_join() waits for it.  Twice is fine.
 *
 * @param pool        borrowed.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_terminate(asyr_pool *pool, asyr_error **error);

/**
 * Wait until every worker of a closed or terminated pool has ended and the
 * callbacks that run on its dispatcher have run.  Twice is fine.
 *
 * On the thread that owns the pool's completion queue the queue is drained
 * meanwhile.  Callbacks that come to a host's queue last may still wait there when
 * this returns: drain it once more before closing it.
 *
 * @param pool        borrowed.
 * @param timeout_ns  nanoseconds; 0 or less polls, ASYR_FOREVER waits without
 *                    limit.
 * @param interrupt   borrowed; may be NULL.
 * @param[out] error  may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_POOL_RUNNING when the pool is open, ASYR_E_TIMEOUT,
 *         ASYR_E_INTERRUPTED, ASYR_E_DEADLOCK inside one of the pool's own tasks or
 *         callbacks, ASYR_E_FORKED or ASYR_E_ARGUMENT.
 * Threads: any.  Blocks.
 * @since 0.1
 */
ASYR_API asyr_status asyr_pool_join(asyr_pool *pool, int64_t timeout_ns,
                                    asyr_interrupt *interrupt, asyr_error **error);

/**
 * Where the pool stands: one of `enum asyr_pool_state`.
 *
 * @param pool  borrowed; for NULL, or a pool of the parent of a fork, the answer
 *              is -1.
 * @since 0.1
 */
ASYR_API int32_t asyr_pool_get_state(asyr_pool *pool);

/**
 * The number of workers that the pool was made with.
 *
 * @param pool  borrowed; for NULL the answer is 0.
 * @since 0.1
 */
ASYR_API int64_t asyr_pool_get_worker_count(asyr_pool *pool);

#ifdef __cplusplus
}
#endif

#endif
