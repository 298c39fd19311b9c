/* Lazy maps inside the library. */
#ifndef ASYRI_POOL_ITERATOR_H
#define ASYRI_POOL_ITERATOR_H

#include <asyncresult/iterator.h>

#include "../core/result.h"
#include "pool.h"

enum asyri_input { ASYRI_INPUT_ITEMS, ASYRI_INPUT_SOURCE, ASYRI_INPUT_FED };

/* Items that one task runs in order. */
typedef struct asyri_chunk {
    asyri_list
        link; /* in the iterator's chunks; under its lock, as all that follows */
    asyri_list arrival; /* in its list of arrived ones */
    struct asyri_observer observer;
    asyr_iterator *iterator; /* counted while the result is observed */
    int references;          /* the list's, the observer's, a cancel's */
    asyr_value *items;       /* until it is submitted */
    asyr_result *result;     /* counted; NULL once the last item was taken */
    int64_t count;
    int64_t taken;
    asyr_result *to_cancel; /* counted */
    struct asyri_chunk *next_cancelled;
} asyri_chunk;

struct asyr_iterator {
    asyri_list link;        /* in the pool's list; under the pool's lock */
    asyri_refcount handles; /* of the host; the last one ends it */
    asyri_refcount refs;    /* of everybody, all handles counting as one */
    uint32_t generation;
    /* immutable after new: */
    asyr_pool *pool; /* counted */
    asyr_function *function;
    enum asyri_input input;
    int64_t chunk_size;  /* no more than the buffer */
    int64_t buffer_size; /* items read and not handed out, at most */
    asyr_value *items;
    asyr_source_fn source;
    void *source_arg;
    asyr_release_fn source_release;
    /* of the feeder, the one thread that reads or submits: */
    int64_t position;          /* in the items */
    bool admitted;             /* its first chunk was, or it is fed */
    asyr_task_options options; /* of each chunk */
    /* under the lock: */
    asyri_mutex lock;
    uintptr_t feeder;    /* a thread, or 0 */
    bool is_open;        /* there may be more input */
    bool is_forced;      /* cancelled, or its pool was ended by force */
    bool is_finished;    /* by the host that feeds it */
    bool is_released;    /* the source */
    bool has_left;       /* the pool expects no more of it */
    asyr_error *failure; /* what ended the input early */
    bool failure_told;
    asyri_list chunks;     /* submitted, in the order of the input */
    asyri_list arrived;    /* those whose results are ready, as they came */
    asyri_chunk *partial;  /* being fed; not empty */
    asyri_chunk *stalled;  /* could not be submitted for want of memory */
    int64_t ahead;         /* items read and not handed out */
    int64_t waiting;       /* calls of next */
    asyri_list notices;    /* of struct asyri_notice */
    asyri_waitlist takers; /* calls of next */
    int64_t inside; /* of the takers, those that would run what is on its way */
    asyri_waitlist putters;
};

/* What an iterator is made from; everything is borrowed but `source_arg`. */
struct asyri_iterator_setup {
    asyr_pool *pool;
    asyr_function *function;
    enum asyri_input input;
    asyr_value *items;
    asyr_source_fn source;
    void *source_arg;
    asyr_release_fn source_release;
    const asyr_task_options *options;
};

/* Also when it fails, the source is released once. */
asyr_status asyri_iterator_new(const struct asyri_iterator_setup *setup,
                               asyr_iterator **iterator, asyr_error **error);
asyr_iterator *asyri_iterator_ref(asyr_iterator *iterator);
void asyri_iterator_unref(asyr_iterator *iterator);
void asyri_iterator_ref_handle(asyr_iterator *iterator);
void asyri_iterator_unref_handle(asyr_iterator *iterator);
asyr_status asyri_iterator_notify(asyr_iterator *iterator, asyr_queue *queue,
                                  uint64_t tag, asyr_error **error);
void asyri_iterator_cancel(asyr_iterator *iterator);
/* Its pool was ended by force; `failure` is borrowed. */
void asyri_iterator_end(asyr_iterator *iterator, asyr_error *failure);
/* After every change: wake, release, tell.  Without the lock. */
void asyri_iterator_stir(asyr_iterator *iterator);

/* iterator_input.c */
asyr_status asyri_iterator_feed(asyr_iterator *iterator, asyr_error **error);
bool asyri_iterator_wants_feeding_locked(const asyr_iterator *iterator);
asyr_status asyri_iterator_put(asyr_iterator *iterator, asyr_value *item,
                               int64_t timeout_ns, asyr_interrupt *interrupt,
                               asyr_error **error);
/* `failure` is owned by the callee. */
void asyri_iterator_finish(asyr_iterator *iterator, asyr_error *failure);
void asyri_chunk_give_locked(asyri_chunk *chunk);
/* One that was not submitted. */
void asyri_chunk_discard(asyri_chunk *chunk);

/* iterator_next.c */
asyr_status asyri_iterator_next(asyr_iterator *iterator, int64_t timeout_ns,
                                asyr_interrupt *interrupt, asyr_value **value,
                                asyr_error **error);
/* The chunk that the next value comes from; NULL while there is none. */
asyri_chunk *asyri_iterator_front_locked(const asyr_iterator *iterator);
/* Whether no chunk is left and none will come. */
bool asyri_iterator_is_over_locked(const asyr_iterator *iterator);
/* The queue that this thread drains while it waits, or NULL. */
asyr_queue *asyri_iterator_drains(asyr_iterator *iterator);

#endif
