/* Results inside the library. */
#ifndef ASYRI_CORE_RESULT_H
#define ASYRI_CORE_RESULT_H

#include <asyncresult/result.h>

#include "../base/refcount.h"
#include "closure.h"
#include "observers.h"
#include "queue.h"
#include "waiter.h"

/* A thread that sleeps for a result; of use to the owner alone. */
struct asyri_sleep {
    asyri_list link;
    uintptr_t thread;
    asyr_result *result;  /* NULL while it is in no list */
    asyr_result **others; /* counted: what it waits for besides; NULL for none */
    int64_t other_count;
    int64_t other_capacity;
    int64_t strict_count; /* of the others: without them it cannot end */
    bool visited;
    void *worker; /* whose place a spare may take; NULL for none */
};

/* What a thread wants of several results, which may have different owners. */
struct asyri_wanted {
    asyr_result *const *results;
    int64_t count;
    bool any; /* until one is ready; else until one has failed or all are ready */
    int64_t deadline;
};

/* What the owner of a result (a pool) does for it. */
struct asyri_result_ops {
    /* Nobody holds it any more: free what surrounds it, and it. */
    void (*destroy)(asyr_result *result);
    /* It was delivered: one hold of its work less. */
    void (*delivered)(asyr_result *result);
    /* The error of a result that its owner ended by force; borrowed. */
    asyr_error *(*forced_error)(const asyr_result *result);
    /* Somebody runs what is posted to its queue (a dispatcher is started). */
    asyr_status (*want_queue)(asyr_result *result, asyr_error **error);
    /* Help it along before this thread sleeps for it, and afterwards. */
    asyr_status (*before_sleep)(asyr_result *result, int64_t deadline,
                                struct asyri_sleep *sleep, asyr_error **error);
    void (*after_sleep)(asyr_result *result, struct asyri_sleep *sleep);
    /* The same before a sleep for several; after_sleep() ends it. */
    asyr_status (*before_sleep_for)(const struct asyri_wanted *wanted,
                                    struct asyri_sleep *sleep, asyr_error **error);
};

/* Where the threads that wait for results sleep, by the result's address. */
struct asyri_bucket {
    asyri_mutex lock;
    asyri_waitlist waiters;
};

enum { ASYRI_BUCKETS = 16 };

/* What all results of one pool share. */
struct asyri_result_owner {
    const struct asyri_result_ops *ops;
    uint32_t generation;
    asyr_queue *queue; /* where callbacks run unless a result has its own */
    struct asyri_bucket buckets[ASYRI_BUCKETS];
};

/* An outcome: which member it is, the flags of the state say. */
union asyri_outcome {
    asyr_value *value; /* NULL is nil */
    asyr_error *error;
    int64_t int64;
    double number;
};

/* The rare part, which a result without callbacks and options does without. */
struct asyri_result_rare {
    uint64_t tag;
    asyr_queue *queue;       /* counted; NULL for the owner's */
    asyri_closure *callback; /* these two live as long as the work */
    asyri_closure *error_callback;
    bool wants_event; /* the host gets its callback as an event */
    asyr_event event;
};

struct asyr_result {
    _Atomic uint32_t state;
    _Atomic int32_t references; /* beyond the first */
    struct asyri_result_owner *owner;
    union asyri_outcome outcome; /* of who settles; then it does not change */
    struct asyri_result_rare *rare;
    _Atomic(struct asyri_observer *) observers;
};

void asyri_result_owner_init(struct asyri_result_owner *owner,
                             const struct asyri_result_ops *ops);
void asyri_result_owner_destroy(struct asyri_result_owner *owner);

asyr_result *asyri_result_ref(asyr_result *result);
void asyri_result_unref(asyr_result *result);

/* Set hold bits (some of the four above); frees the result if all are set then. */
void asyri_result_let_go(asyr_result *result, uint32_t holds);

static inline uint32_t asyri_result_state(const asyr_result *result)
{
    return atomic_load_explicit(&((asyr_result *)result)->state,
                                memory_order_acquire);
}

/* With an acquire: the outcome of a ready result may then be read. */
static inline bool asyri_result_is_ready(const asyr_result *result)
{
    return asyri_result_state(result) & ASYRI_READY;
}

static inline uint32_t asyri_result_generation(const asyr_result *result)
{
    return result->owner->generation;
}

/*
 * Decide the outcome, which is owned by the callee then; `kind` has the flags that
 * say what it is.  False, with nothing taken, if it is decided already.  Who decided
 * it delivers it.
 */
bool asyri_result_settle(asyr_result *result, union asyri_outcome outcome,
                         uint32_t kind);
/*
 * The same with the owner's error, by who has no reference: the result stays until
 * ASYRI_TOLD is let go.  It may have been freed just before, as long as its memory is
 * not taken for another one; false then.  `*claimed`: the work had not been claimed, and is now.
 */
bool asyri_result_force(asyr_result *result, bool *claimed);
/* Claim the work; false if it is claimed. */
bool asyri_result_claim(asyr_result *result);
/* Post its callback, or make it ready; then its owner's `delivered` is called. */
void asyri_result_deliver(asyr_result *result);
/*
 * Settle, deliver and let the work go, in one step where nobody has to be told; for
 * a result without the rare part whose work has no other holds.  False as above.
 */
bool asyri_result_complete(asyr_result *result, union asyri_outcome outcome,
                           uint32_t kind);
void asyri_outcome_drop(union asyri_outcome outcome, uint32_t kind);

struct asyri_bucket *asyri_result_bucket(struct asyri_result_owner *owner,
                                         const asyr_result *result);
/* Wake whoever sleeps for the result, which need not exist any more. */
void asyri_result_wake(struct asyri_result_owner *owner, const asyr_result *result);

/* Fill in the event of a result that calls back; it takes a place in its queue. */
asyr_status asyri_result_promise(asyr_result *result, asyr_error **error);
/* The same with a place that the caller has taken. */
void asyri_result_prepare_callback(asyr_result *result);
/* Undo that, for a result that nobody saw. */
void asyri_result_give_up(asyr_result *result);
/* From ops->destroy: drop outcome and what the rare part holds. */
void asyri_result_fini(asyr_result *result);

/* Where its callbacks run. */
static inline asyr_queue *asyri_result_queue(const asyr_result *result)
{
    asyr_queue *own = result->rare ? result->rare->queue : NULL;
    return own ? own : result->owner->queue;
}

static inline uint64_t asyri_result_tag(const asyr_result *result)
{
    return result->rare ? result->rare->tag : 0;
}

/* What `asyr_result_get` and the others document. */
asyr_status asyri_result_wait(asyr_result *result, int64_t timeout_ns,
                              asyr_interrupt *interrupt, asyr_error **error);
/* Of a ready result: its error, borrowed, or NULL. */
asyr_error *asyri_result_error(asyr_result *result);
/* Of a ready result: its value, owned by the caller; or its error. */
asyr_status asyri_result_value(asyr_result *result, asyr_value **value,
                               asyr_error **error);
asyr_status asyri_result_int64(asyr_result *result, int64_t *number,
                               asyr_error **error);
asyr_status asyri_result_double(asyr_result *result, double *number,
                                asyr_error **error);
void asyri_result_mark_error_read(asyr_result *result);

/*
 * Have a done-callback run in a queue (borrowed) or, with `closure` NULL, an event
 * of the kind ASYR_EVENT_DONE put there.  `closure` is owned by the callee.
 */
asyr_status asyri_result_add_done(asyr_result *result, asyri_closure *closure,
                                  asyr_queue *queue, uint64_t tag,
                                  asyr_error **error);
/* The event for a result that nobody else has seen; its state gets ASYRI_OBSERVED. */
asyr_status asyri_result_expect_done(asyr_result *result, asyr_queue *queue,
                                     uint64_t tag, asyr_error **error);
/* The same with a place that the caller has taken; false without memory. */
bool asyri_result_prepare_done(asyr_result *result, asyr_queue *queue, uint64_t tag);
/* Undo that, for a result that nobody saw. */
void asyri_result_drop_observers(asyr_result *result);
/* The same where the result's callbacks run, or here if it is ready. */
asyr_status asyri_result_add_done_default(asyr_result *result,
                                          asyri_closure *closure,
                                          asyr_error **error);
/* Have the observer told; false if the result is ready, and it will not be. */
bool asyri_result_observe(asyr_result *result, struct asyri_observer *observer);

#endif
