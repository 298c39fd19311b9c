/* Promises: results that are completed by hand. */
#ifndef ASYRI_POOL_PROMISE_H
#define ASYRI_POOL_PROMISE_H

#include <asyncresult/promise.h>

#include "pool.h"

struct asyr_promise {
    asyri_refcount refs;
    uint32_t generation;
    asyr_pool *pool;       /* counted */
    asyri_job *job;        /* counted as a result, with one hold of its work */
    atomic_bool completed; /* the hold has an end, or is about to */
};

asyr_status asyri_promise_new(asyr_pool *pool, const asyr_task_options *options,
                              asyr_promise **promise, asyr_result **result,
                              asyr_error **error);
asyr_promise *asyri_promise_ref(asyr_promise *promise);
void asyri_promise_unref(asyr_promise *promise);

/* Once; the outcome is owned by the callee. */
asyr_status asyri_promise_complete(asyr_promise *promise,
                                   union asyri_outcome outcome, uint32_t kind,
                                   asyr_error **error);
bool asyri_promise_is_cancelled(const asyr_promise *promise);
/* `hook` is owned by the callee; NULL for none. */
void asyri_promise_set_cancel_hook(asyr_promise *promise, asyri_closure *hook);

/* Call the hook of a job, if it is a promise that has one; without any lock. */
void asyri_promise_tell_cancelled(asyri_job *job);

#endif
