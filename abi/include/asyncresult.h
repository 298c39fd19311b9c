/**
 * @file
 * libasyncresult: call code asynchronously from any language.
 *
 * Hand a C function of any shared library, or a callback of your own, to a
 * pool of threads; get an asyr_result to wait for, time out on, cancel, or be
 * called back by.  This header includes one header per object.
 *
 * Conventions, everywhere:
 * - Objects are opaque handles.  Counted ones have `_new`, `_ref` and `_unref`;
 *   those with a single owner have `_new` and `_free`.  `_unref(NULL)` and
 *   `_free(NULL)` do nothing.
 * - A call that can fail returns a status (ASYR_OK is 0) and, where its last
 *   parameter `error` is not NULL, stores there an error object that the caller
 *   owns, or NULL on success.  No call keeps a "last error".
 * - *borrowed*: the caller keeps it.  *owned*: the caller must release it.
 *   *consumed*: the callee takes it, even when the call fails.
 * - An output parameter is set to NULL or 0 when the call fails.  One that is
 *   documented as optional may be NULL.
 * - Timeouts are nanoseconds in an int64_t: 0 or less polls, ASYR_FOREVER waits
 *   without limit.  Sizes and counts are int64_t; a negative one is refused.
 * - Text is UTF-8 and ends in a NUL.
 * - Threads: any, unless an entry says otherwise.
 * - After `fork`, in the child, a call on an inherited pool, result, queue,
 *   strand, promise or worker answers ASYR_E_FORKED; releasing it is safe.
 */
#ifndef ASYNCRESULT_H
#define ASYNCRESULT_H

#include "asyncresult/types.h"
#include "asyncresult/version.h"
#include "asyncresult/codes.h"
#include "asyncresult/error.h"
#include "asyncresult/value.h"
#include "asyncresult/timeout.h"
#include "asyncresult/interrupt.h"
#include "asyncresult/library.h"
#include "asyncresult/function.h"
#include "asyncresult/task.h"
#include "asyncresult/result.h"
#include "asyncresult/queue.h"
#include "asyncresult/task_options.h"
#include "asyncresult/pool_options.h"
#include "asyncresult/pool.h"
#include "asyncresult/iterator.h"
#include "asyncresult/combine.h"
#include "asyncresult/promise.h"
#include "asyncresult/strand.h"
#include "asyncresult/worker.h"

#endif
