/* Completion queues and their events inside the library. */
#ifndef ASYRI_CORE_QUEUE_H
#define ASYRI_CORE_QUEUE_H

#include <asyncresult/queue.h>

#include "../base/list.h"
#include "../base/refcount.h"
#include "../platform/pollable.h"
#include "../platform/thread.h"
#include "closure.h"
#include "event_list.h"
#include "waiter.h"

/* What an event does when it is run. */
enum asyri_event_action {
    ASYRI_EVENT_NOTHING, /* it only tells */
    ASYRI_EVENT_CALL_WITH_VALUE,
    ASYRI_EVENT_CALL_WITH_ERROR,
    ASYRI_EVENT_CALL_DONE,
    ASYRI_EVENT_REPORT_UNREAD
};

/*
 * An event is part of what it tells of, so that a completion allocates nothing.
 * Its fields do not change after it was posted, but for those of the taker.
 */
struct asyr_event {
    asyri_event_link link;
    int32_t kind;     /* enum asyr_event_kind */
    uint8_t action;   /* enum asyri_event_action */
    bool keeps_place; /* of the taker: who finishes it gives the place back */
    uint64_t tag;
    asyr_queue *queue;      /* counted while the event has a place there */
    asyr_result *result;    /* counted while the event is posted; may be NULL */
    asyri_closure *closure; /* counted; NULL for ASYRI_EVENT_NOTHING */
    asyr_error *report;     /* of ASYRI_EVENT_REPORT_UNREAD */
    /* What to do once the event was run or dropped; it may free the event. */
    void (*finish)(asyr_event *event, asyr_error *failure);
    asyr_error *failure; /* of the taker: what the function returned */
};

/* How many events a drainer takes at once: a lock each is what they share. */
#define ASYRI_QUEUE_BATCH 64

/* In `places`: no more are promised. */
#define ASYRI_QUEUE_REFUSES (INT64_C(1) << 62)

/* Between fields that different threads write all the time. */
#define ASYRI_QUEUE_APART(name) char name[64]

struct asyr_queue {
    asyri_refcount handles; /* of the host; the last one closes */
    asyri_refcount refs;    /* of everybody, all handles counting as one */
    uint32_t generation;
    int64_t limit; /* 0 for none */
    /* atomic: */
    _Atomic uintptr_t owner;  /* a thread, or 0 */
    _Atomic uintptr_t runner; /* the thread inside a callback, or 0 */
    ASYRI_QUEUE_APART(before_promised);
    _Atomic int64_t promised; /* places taken, those of waiting events included */
    ASYRI_QUEUE_APART(before_posted);
    asyri_event_list posted;
    ASYRI_QUEUE_APART(before_lock);
    /* under the lock: */
    asyri_mutex lock;
    asyri_event_link *first; /* events that were collected, in their order */
    asyri_event_link *last;
    int64_t count; /* of these */
    bool busy;     /* a batch runs, or the event of a callback is taken */
    bool at_work;  /* a batch runs, whose thread looks again when it ends */
    bool raised;   /* the descriptor is readable, or would be */
    bool closed;
    bool ending; /* ends for its runner once no place is taken */
    asyri_waitlist waiters;
    asyri_pollable pollable;
    /* the batch: filled under the lock; each index is claimed once */
    int64_t batch_size;
    asyr_event *batch[ASYRI_QUEUE_BATCH];
    ASYRI_QUEUE_APART(before_claimed);
    _Atomic int64_t claimed;
};

/* An event that a thread runs, perhaps inside another one. */
struct asyri_running {
    struct asyri_running *outer;
    asyr_event *event;
};

asyr_status asyri_queue_new(int64_t limit, asyr_queue **queue, asyr_error **error);
asyr_queue *asyri_queue_ref(asyr_queue *queue);
void asyri_queue_unref(asyr_queue *queue);
void asyri_queue_ref_handle(asyr_queue *queue);
void asyri_queue_unref_handle(asyr_queue *queue);

/* Take places for events that will be posted or given up: all or none. */
asyr_status asyri_queue_promise(asyr_queue *queue, int64_t count,
                                asyr_error **error);
void asyri_queue_give_up(asyr_queue *queue, int64_t count);

/*
 * Put an event into its place.  False when the queue is closed: the caller then
 * drops the event, which still has its place.  Otherwise the event, and what it
 * alone keeps alive, may be gone when this returns.
 */
bool asyri_queue_post(asyr_queue *queue, asyr_event *event);

void asyri_queue_own(asyr_queue *queue);
void asyri_queue_disown(asyr_queue *queue);
bool asyri_queue_has_owner(asyr_queue *queue);
asyr_status asyri_queue_get_descriptor(asyr_queue *queue, int64_t *descriptor,
                                       asyr_error **error);
int64_t asyri_queue_count(asyr_queue *queue);
/* Take 1 to `limit` events; that of a callback is the last. */
asyr_status asyri_queue_next(asyr_queue *queue, int64_t timeout_ns,
                             asyr_interrupt *interrupt, asyr_event **events,
                             int64_t limit, int64_t *count, asyr_error **error);
asyr_status asyri_queue_run(asyr_queue *queue, int64_t limit, int64_t timeout_ns,
                            asyr_interrupt *interrupt, int64_t *count,
                            asyr_error **error);
/* Finish an event that was taken; `failure` is owned by the callee. */
void asyri_queue_give_back(asyr_event *event, asyr_error *failure);
/* The same without failures, for several of any queues. */
void asyri_queue_give_back_many(asyr_event *const *events, int64_t count);
void asyri_queue_close(asyr_queue *queue);

/* End as soon as no place is taken: for the dispatcher of a pool that ended. */
void asyri_queue_end(asyr_queue *queue);

/* Whether this thread owns the queue and may drain it now. */
bool asyri_queue_can_drain(asyr_queue *queue);
/* Whether the thread is inside a callback of the queue. */
bool asyri_queue_is_run_by(asyr_queue *queue, uintptr_t thread);
/* The innermost event that this thread runs; NULL outside of all. */
const struct asyri_running *asyri_queue_running_here(void);
/* Run one event if there is one. */
bool asyri_queue_run_one(asyr_queue *queue);
/* Put a waiter into the queue; false if there is something to run. */
bool asyri_queue_add_waiter(asyr_queue *queue, asyri_wait_node *node,
                            asyri_waiter *waiter);
void asyri_queue_remove_waiter(asyr_queue *queue, asyri_wait_node *node);

/* For the drainer, with the lock held: */

/* Whether an event was collected or can be; if not, the queue goes idle. */
bool asyri_queue_find_locked(asyr_queue *queue);
/* Collect what was posted, and stay awake. */
void asyri_queue_collect_locked(asyr_queue *queue);
/* Put the rest of the batch in front again; nobody can claim it afterwards. */
void asyri_queue_put_back_locked(asyr_queue *queue);
/* Whoever changed what waits, or whether it may be taken, tells the others. */
void asyri_queue_settle_locked(asyr_queue *queue);

/* Fill in an event that has no place yet. */
void asyri_event_init(asyr_event *event, int32_t kind,
                      void (*finish)(asyr_event *event, asyr_error *failure));
void asyri_event_run(asyr_event *event);
/* For `finish`: give the event's place back, unless who finishes it does. */
void asyri_event_give_up(asyr_event *event);
/* `failure` is owned by the callee. */
void asyri_event_finish(asyr_event *event, asyr_error *failure);

#endif
