/* Pools inside the library. */
#ifndef ASYRI_POOL_POOL_H
#define ASYRI_POOL_POOL_H

#include <asyncresult/iterator.h>
#include <asyncresult/pool.h>

#include "deque.h"
#include "job.h"
#include "shard.h"
#include "sleepers.h"

/* Who starts a pool's own workers. */
struct asyri_executor {
    /* Start a thread that works for the worker, which it then owns.  0 or errno. */
    int (*start)(asyr_worker *worker);
};

/* A worker's place in its pool, with what waits there for it or for thieves. */
struct asyri_place {
    _Atomic(asyri_deque *) deque; /* made by its first worker; then it stays */
    bool taken;                   /* under the pool's lock */
};

struct asyr_pool {
    struct asyri_result_owner owner;
    asyri_refcount handles; /* of the host; the last one closes */
    asyri_refcount refs;    /* of everybody but the results, all handles as one */
    /* immutable after new: */
    uint32_t generation; /* these two as in the owner */
    asyr_queue *queue;
    const struct asyri_executor *executor;
    int64_t nominal; /* workers asked for */
    int32_t source;
    asyr_function *initializer;
    asyr_value *initializer_arguments;
    int64_t max_tasks;
    int64_t limit;
    int32_t policy;
    int64_t spares;
    int32_t helping; /* enum asyr_helping */
    bool owns_queue; /* the dispatcher's */
    asyri_closure *hook;
    char *name;
    asyri_shard *shards;
    uint32_t shard_count; /* a power of two */
    struct asyri_place *places;
    int32_t place_count;
    _Atomic int32_t deque_count; /* no place from there on has a deque */
    /* atomic: */
    _Atomic int32_t state;   /* enum asyr_pool_state; written under the lock */
    atomic_bool sealed;      /* not open, and every submit has seen it */
    atomic_bool has_extra;   /* more workers may be at work than were asked for */
    atomic_bool has_spilled; /* there are jobs in `spilled` */
    atomic_bool trims;       /* memory of a burst waits to be given back */
    _Atomic int64_t guests;  /* threads that run its tasks and are no workers */
    asyri_sleepers sleepers;
    /* under the lock: */
    asyri_mutex lock;
    asyr_error *forced;   /* what ended it; set before the state */
    int64_t queued;       /* with a limit: tasks not begun */
    int64_t held;         /* tasks of strands and chains that have not begun */
    int64_t awaiting;     /* of those, tasks whose turn has not come in a chain */
    int64_t workers;      /* alive, spares and pinned threads included */
    int64_t pinned;       /* threads of pinned strands */
    int64_t blocked;      /* workers that wait inside a task */
    int64_t coming;       /* lent, as was wanted, and yet to look for work */
    asyri_list spilled;   /* jobs whose entries found no memory for a place */
    asyri_list strands;   /* those with a thread of their own */
    asyri_list iterators; /* lazy maps that have not ended */
    int64_t unread;       /* of those, the ones with input still to come */
    bool dispatching;     /* the dispatcher's thread lives */
    struct asyri_thread_start dispatcher;
    asyri_waitlist space;        /* submits without a place */
    asyri_waitlist wanted;       /* hosts that would lend a worker */
    asyri_waitlist ended;        /* joins */
    struct asyri_heap_set heaps; /* once it has ended */
};

asyr_status asyri_pool_new(const asyr_pool_options *options,
                           const struct asyri_executor *executor, asyr_pool **pool,
                           asyr_error **error);
asyr_pool *asyri_pool_ref(asyr_pool *pool);
void asyri_pool_unref(asyr_pool *pool);
void asyri_pool_ref_handle(asyr_pool *pool);
void asyri_pool_unref_handle(asyr_pool *pool);

void asyri_pool_close(asyr_pool *pool);
void asyri_pool_terminate(asyr_pool *pool);
/* The pool can run nothing any more; `cause` is borrowed. */
void asyri_pool_break(asyr_pool *pool, asyr_error *cause);
asyr_status asyri_pool_join(asyr_pool *pool, int64_t timeout_ns,
                            asyr_interrupt *interrupt, asyr_error **error);

static inline int32_t asyri_pool_state(const asyr_pool *pool)
{
    return atomic_load_explicit(&((asyr_pool *)pool)->state, memory_order_acquire);
}

static inline bool asyri_pool_is_ended_by_force(const asyr_pool *pool)
{
    int32_t state = asyri_pool_state(pool);
    return state == ASYR_POOL_TERMINATED || state == ASYR_POOL_BROKEN;
}

/* Why the pool takes no work; ASYR_OK while it is open. */
asyr_status asyri_pool_check_open(asyr_pool *pool, asyr_error **error);
/* Tell whoever waits for it if the pool has ended. */
void asyri_pool_check_end(asyr_pool *pool);

/* Whether tasks may still be pushed: by a submit that saw the pool open, too, or by a
 * lazy map that was accepted before. */
static inline bool asyri_pool_expects_tasks(const asyr_pool *pool)
{
    return !atomic_load_explicit(&((asyr_pool *)pool)->sealed, memory_order_seq_cst);
}
/* A lazy map begins, with a reference of the pool's; ends; has read all its input. */
asyr_status asyri_pool_add_iterator(asyr_pool *pool, asyr_iterator *iterator,
                                    asyr_error **error);
void asyri_pool_remove_iterator(asyr_pool *pool, asyr_iterator *iterator);
void asyri_pool_end_input(asyr_pool *pool);

/* submit.c */
asyr_status asyri_pool_submit(asyr_pool *pool, enum asyri_job_kind kind,
                              asyr_function *function, asyr_value *input,
                              const asyr_task_options *options, asyr_result **result,
                              asyr_error **error);
/* The same for a promise, or for a job that waits in a chain; the others are NULL. */
asyr_status asyri_pool_submit_apart(asyr_pool *pool, enum asyri_job_kind kind,
                                    asyr_function *function,
                                    struct asyri_chain *chain,
                                    const asyr_task_options *options,
                                    asyr_result **result, asyr_error **error);
/* submit_many.c: several calls, all or none; `arguments` and `results` may be NULL. */
asyr_status asyri_pool_submit_many(asyr_pool *pool, asyr_function *function,
                                   asyr_value *const *arguments, int64_t count,
                                   const asyr_task_options *options,
                                   asyr_result **results, asyr_error **error);
/* Whether the pool can do what the options ask for. */
asyr_status asyri_pool_check_options(asyr_pool *pool,
                                     const asyr_task_options *options,
                                     asyr_error **error);
/* Put an entry of a full job where any worker finds it; never fails. */
void asyri_pool_offer(asyr_pool *pool, void *entry);
/* The same for a lean job; false without memory. */
bool asyri_pool_offer_lean(asyr_pool *pool, void *entry);
asyr_status asyri_pool_cancel(asyr_result *result, int32_t *outcome);

/* With a limit: tasks have begun, or never will. */
void asyri_pool_begin_tasks(asyr_pool *pool, int64_t tasks);

/* A thread that is no worker runs a task of the pool, or does no more. */
void asyri_pool_enter_guest(asyr_pool *pool);
void asyri_pool_leave_guest(asyr_pool *pool);

/* search.c: whether any queue has an entry, by sequentially consistent loads. */
bool asyri_pool_has_work(const asyr_pool *pool);
/* Work was offered: wake a worker, or start one, if that is needed. */
void asyri_pool_notify(asyr_pool *pool);

/* trim.c: give memory back that a burst has left; functions that nobody uses now. */
enum { ASYRI_SPARE_SLABS = 16 }; /* of a heap: more of them are left by a burst */
/* The heap, whose shard is locked, has more than that. */
void asyri_pool_ask_trim(asyr_pool *pool, asyri_heap *heap);
void asyri_pool_trim(asyr_pool *pool);
void asyri_pool_forget_recipes(asyr_pool *pool);

/* dispatcher.c */
asyr_status asyri_dispatcher_want(asyr_pool *pool, asyr_error **error);
void asyri_dispatcher_report(asyr_pool *pool, asyr_error *failure);

extern const struct asyri_result_ops asyri_pool_result_ops;

#endif
