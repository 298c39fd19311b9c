/*
 * Promises: see promise.h.
 *
 * A promise is a job that is claimed from the beginning, by whoever holds the promise,
 * and in no queue.  Who completes it is the one who runs it: he settles and lets the
 * work go, as at the end of a task.  A pool that is ended by force settles it first;
 * then what is set comes too late and is dropped.
 *
 * The pool does not wait for its promises when it is closed, but it stays, for each
 * holds a reference.
 *
 * The hook is in the rare part of the job, under the pool's lock, and is taken out by
 * whoever calls or drops it: who cancels, who ends the pool by force, who completes.
 */
#include "promise.h"

#include "../base/alloc.h"
#include "../core/error.h"

static asyr_status fail_strand(asyr_error **error)
{
    return asyri_fail(error, ASYR_E_ARGUMENT,
                      "expected options without a strand, for nothing of a promise "
                      "runs in the pool");
}

asyr_status asyri_promise_new(asyr_pool *pool, const asyr_task_options *options,
                              asyr_promise **promise, asyr_result **result,
                              asyr_error **error)
{
    if (options->strand)
        return fail_strand(error);
    asyr_promise *created = asyri_alloc(sizeof *created);
    if (!created)
        return asyri_fail_memory(error);
    asyr_status status = asyri_pool_submit_apart(pool, ASYRI_JOB_PROMISE, NULL, NULL,
                                                 options, result, error);
    if (status != ASYR_OK) {
        asyri_free(created);
        return status;
    }
    asyri_refcount_init(&created->refs);
    created->generation = pool->generation;
    created->pool = asyri_pool_ref(pool);
    created->job = asyri_job_of(asyri_result_ref(*result));
    atomic_init(&created->completed, false);
    *promise = created;
    return ASYR_OK;
}

asyr_promise *asyri_promise_ref(asyr_promise *promise)
{
    if (promise)
        asyri_refcount_take(&promise->refs);
    return promise;
}

void asyri_promise_unref(asyr_promise *promise)
{
    if (!promise || !asyri_refcount_give(&promise->refs))
        return;
    if (!atomic_load_explicit(&promise->completed, memory_order_relaxed)) {
        union asyri_outcome outcome = {
            .error =
                asyri_error_new(ASYR_E_CANCELLED, NULL,
                                "the promise was released before it was completed")};
        asyri_promise_complete(promise, outcome, ASYRI_FAILED, NULL);
    }
    asyri_result_unref(&promise->job->result);
    asyri_pool_unref(promise->pool);
    asyri_free(promise);
}

/* Put a hook in the place of another, which the caller releases without the lock. */
static asyri_closure *exchange_hook(asyri_job *job, asyri_closure *hook)
{
    asyr_pool *pool = asyri_job_pool(job);
    struct asyri_job_rare *rare = asyri_job_rare(job);
    asyri_mutex_lock(&pool->lock);
    asyri_closure *before = rare->cancel_hook;
    rare->cancel_hook = hook;
    asyri_mutex_unlock(&pool->lock);
    return before;
}

asyr_status asyri_promise_complete(asyr_promise *promise,
                                   union asyri_outcome outcome, uint32_t kind,
                                   asyr_error **error)
{
    if (atomic_exchange_explicit(&promise->completed, true, memory_order_seq_cst)) {
        asyri_outcome_drop(outcome, kind);
        return asyri_fail(error, ASYR_E_STATE,
                          "expected a promise that waits, found a completed one");
    }
    asyri_closure_unref(exchange_hook(promise->job, NULL));
    if (asyri_job_end_full(promise->job, outcome, kind))
        return ASYR_OK;
    return asyri_fail(error, ASYR_E_STATE,
                      "expected a promise that waits, found one that ended with its "
                      "pool");
}

bool asyri_promise_is_cancelled(const asyr_promise *promise)
{
    return asyri_result_state(&promise->job->result) & ASYRI_CANCELLED;
}

void asyri_promise_tell_cancelled(asyri_job *job)
{
    struct asyri_job_rare *rare = asyri_job_rare(job);
    if (!rare || rare->kind != ASYRI_JOB_PROMISE)
        return;
    asyri_closure *hook = exchange_hook(job, NULL);
    if (!hook)
        return;
    hook->call.cancel(hook->arg);
    asyri_closure_unref(hook);
}

/* Set first and look then, as who cancels flags first and looks for a hook then. */
void asyri_promise_set_cancel_hook(asyr_promise *promise, asyri_closure *hook)
{
    asyri_closure_unref(exchange_hook(promise->job, hook));
    if (atomic_load_explicit(&promise->completed, memory_order_seq_cst))
        asyri_closure_unref(exchange_hook(promise->job, NULL));
    else if (asyri_promise_is_cancelled(promise))
        asyri_promise_tell_cancelled(promise->job);
}
