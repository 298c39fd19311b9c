/**
 * @file
 * The handles, the callback types and the few constants that all headers share.
 */
#ifndef ASYNCRESULT_TYPES_H
#define ASYNCRESULT_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#if defined(_WIN32)
#if defined(ASYRI_BUILDING)
#define ASYR_API __declspec(dllexport)
#elif defined(ASYR_STATIC)
#define ASYR_API
#else
#define ASYR_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define ASYR_API __attribute__((visibility("default")))
#else
#define ASYR_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** What a call returns: ASYR_OK or one of `enum asyr_code`.  @since 0.1 */
typedef int32_t asyr_status;

/**
 * A timeout without limit.  It is the only endless one, so that a deadline
 * that was computed wrongly can never become an endless wait.
 * @since 0.1
 */
#define ASYR_FOREVER INT64_MAX

/** An error: code, kind, message, trace, origin, cause, value.  Counted. */
typedef struct asyr_error asyr_error;
/** An immutable value that any language can make and read.  Counted. */
typedef struct asyr_value asyr_value;
/** A way to end a wait early from another thread.  Counted. */
typedef struct asyr_interrupt asyr_interrupt;
/** A shared library that was opened.  Counted. */
typedef struct asyr_library asyr_library;
/** Something that a pool can run.  Counted. */
typedef struct asyr_function asyr_function;
/** One call of a native function, seen from inside it.  Lent by the library. */
typedef struct asyr_task asyr_task;
/** What becomes of a task or of a map.  Counted. */
typedef struct asyr_result asyr_result;
/** A completion queue, drained by its host.  Counted. */
typedef struct asyr_queue asyr_queue;
/** One entry taken from a completion queue.  One owner. */
typedef struct asyr_event asyr_event;
/** A builder for the options of a submit.  One owner. */
typedef struct asyr_task_options asyr_task_options;
/** A builder for the options of a pool.  One owner. */
typedef struct asyr_pool_options asyr_pool_options;
/** A set of workers and the tasks that wait for them.  Counted. */
typedef struct asyr_pool asyr_pool;
/** An order for tasks: one at a time.  Counted. */
typedef struct asyr_strand asyr_strand;
/** The other end of a result that is completed by hand.  Counted. */
typedef struct asyr_promise asyr_promise;
/** A worker whose thread is lent by the host.  One owner. */
typedef struct asyr_worker asyr_worker;

/**
 * Releases what a host gave to the library.  It runs exactly once, on any
 * thread, also when the call that took `arg` failed or the task was dropped.
 * It must not call back into the library except to release handles.
 */
typedef void (*asyr_release_fn)(void *arg);

/**
 * A function of the host that a pool runs.  It reads its arguments from `task`
 * and answers through it; without an answer the value is nil.
 *
 * @param task  borrowed; valid until the function returns.
 * @param arg   what was given to asyr_function_new_native().
 */
typedef void (*asyr_native_fn)(asyr_task *task, void *arg);

/**
 * Called with the value of a task, before its result becomes ready.
 *
 * @param value  borrowed.
 * @param arg    what was given with the callback.
 * @return NULL, or an error (consumed by the library) that becomes the result.
 */
typedef asyr_error *(*asyr_callback_fn)(asyr_value *value, void *arg);

/**
 * Called with the error of a task, before its result becomes ready.
 *
 * @param failure  borrowed.
 * @param arg      what was given with the callback.
 * @return NULL, or an error (consumed by the library) that becomes the result;
 *         the task's own error becomes the end of its chain of causes.
 */
typedef asyr_error *(*asyr_error_callback_fn)(asyr_error *failure, void *arg);

/**
 * A loop over the numbers from `begin` to below `end`: see asyr_pool_range_async().
 *
 * @param begin    the first number.
 * @param end      the one after the last, greater than `begin`.
 * @param context  what was given with the kernel.
 */
typedef void (*asyr_range_fn)(int64_t begin, int64_t end, void *context);

/**
 * Called once a result is ready.
 *
 * @param result  borrowed.
 * @param arg     what was given with the callback.
 */
typedef void (*asyr_done_fn)(asyr_result *result, void *arg);

/**
 * Called with an error that nobody read before its result was released.
 *
 * @param failure  borrowed.
 * @param arg      what was given with the hook.
 */
typedef void (*asyr_unread_error_fn)(asyr_error *failure, void *arg);

/**
 * Called once when somebody cancels the result of a promise, or its pool ends by force.
 *
 * @param arg  what was given with the hook.
 */
typedef void (*asyr_cancel_fn)(void *arg);

#ifdef __cplusplus
}
#endif

#endif
