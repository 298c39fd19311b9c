/* Results inside the library. */
#ifndef ASYRI_CORE_RESULT_H
#define ASYRI_CORE_RESULT_H

#include <asyncresult/result.h>

#include "../base/refcount.h"
#include "closure.h"
#include "queue.h"
#include "waiter.h"

/* A thread that sleeps for a result; of use to the owner alone. */
struct asyri_sleep {
    asyri_list link;
    uintptr_t thread;
    asyr_result *result; /* NULL while it is in no list */
    bool visited;
    void *worker; /* whose place a spare may take; NULL for none */
};

/* What the owner of a result (a pool) does for it. */
struct asyri_result_ops {
    /* It is ready and was told everywhere; without any lock. */
    void (*retired)(asyr_result *result);
    /* The last reference is gone: free what surrounds it, and it. */
    void (*destroy)(asyr_result *result);
    /* Somebody runs what is posted to its queue (a dispatcher is started). */
    asyr_status (*want_queue)(asyr_result *result, asyr_error **error);
    /* Help it along before this thread sleeps for it, and afterwards. */
    asyr_status (*before_sleep)(asyr_result *result, int64_t deadline,
                                struct asyri_sleep *sleep, asyr_error **error);
    void (*after_sleep)(asyr_result *result, struct asyri_sleep *sleep);
};

/*
 * Told when a result is ready, before its done-callbacks are posted: without any lock,
 * on the thread that made it ready.  It belongs to whoever observes.
 */
struct asyri_observer {
    struct asyri_observer *next;
    void (*ready)(struct asyri_observer *observer, asyr_result *result);
};

struct asyr_result {
    asyri_refcount refs;
    /* immutable after new: */
    uint32_t generation;
    const struct asyri_result_ops *ops;
    asyri_mutex *lock; /* the owner's */
    uint64_t tag;
    asyr_queue *queue; /* where its callbacks run; counted */
    asyri_closure *callback;
    asyri_closure *error_callback;
    bool calls_back;    /* an event comes before it is ready, whatever happens */
    bool may_call_back; /* that, or there is a callback for some outcome */
    /* under the lock: */
    bool settled; /* value or error is decided; they change once more if a
                     callback fails, and not after it is ready */
    asyr_value *value;
    asyr_error *error;
    asyri_waitlist waiters;
    asyri_list done; /* of struct asyri_done */
    struct asyri_observer *observers;
    asyr_event event;
    /* of the thread that makes it ready: */
    bool has_place; /* a place in the queue was promised for `event` */
    /* atomic: */
    _Atomic int32_t state; /* enum asyr_result_state */
    atomic_bool cancelled;
    atomic_bool error_read;
};

struct asyri_result_setup {
    const struct asyri_result_ops *ops;
    asyri_mutex *lock;
    uint64_t tag;
    asyr_queue *queue; /* borrowed */
    asyri_closure *callback;
    asyri_closure *error_callback;
    int32_t event_kind; /* enum asyr_event_kind, or -1 */
};

/*
 * Fill in a result whose memory the owner has allocated.  It takes the place in
 * the queue that its callbacks need, which may fail.
 */
asyr_status asyri_result_init(asyr_result *result,
                              const struct asyri_result_setup *setup,
                              asyr_error **error);
/* Undo that, for a result that nobody saw, or from ops->destroy. */
void asyri_result_fini(asyr_result *result);

asyr_result *asyri_result_ref(asyr_result *result);
void asyri_result_unref(asyr_result *result);

/*
 * Decide the outcome, with the lock held: exactly one of `value` and `error`,
 * both owned by the callee.  False, with nothing taken, if it is decided already.
 * Who decided it delivers it, without the lock.
 */
bool asyri_result_settle_locked(asyr_result *result, asyr_value *value,
                                asyr_error *error);
void asyri_result_deliver(asyr_result *result);

/* With an acquire: what ready results hold may then be read without the lock. */
static inline bool asyri_result_is_ready(const asyr_result *result)
{
    return atomic_load_explicit(&result->state, memory_order_acquire) ==
           ASYR_RESULT_READY;
}

/* What `asyr_result_get` and the others document. */
asyr_status asyri_result_wait(asyr_result *result, int64_t timeout_ns,
                              asyr_interrupt *interrupt, asyr_error **error);
asyr_status asyri_result_outcome(asyr_result *result, asyr_value **value,
                                 asyr_error **error); /* value borrowed */
void asyri_result_mark_error_read(asyr_result *result);
/* False, and the observer is not told, if the result is ready already. */
bool asyri_result_observe(asyr_result *result, struct asyri_observer *observer);

/*
 * Have a done-callback run in a queue (borrowed) or, with `closure` NULL, an event
 * of the kind ASYR_EVENT_DONE put there.  `closure` is owned by the callee.
 */
asyr_status asyri_result_add_done(asyr_result *result, asyri_closure *closure,
                                  asyr_queue *queue, uint64_t tag,
                                  asyr_error **error);
/* The same where the result's callbacks run, or here if it is ready. */
asyr_status asyri_result_add_done_default(asyr_result *result,
                                          asyri_closure *closure,
                                          asyr_error **error);

#endif
