/* Pools inside the library. */
#ifndef ASYRI_POOL_POOL_H
#define ASYRI_POOL_POOL_H

#include <asyncresult/iterator.h>
#include <asyncresult/pool.h>

#include "job.h"
#include "task_queue.h"

/* Who starts a pool's own workers. */
struct asyri_executor {
    /* Start a thread that works for the worker, which it then owns.  0 or errno. */
    int (*start)(asyr_worker *worker);
};

/* A worker: one thread that takes tasks, the pool's own or lent. */
struct asyr_worker {
    asyr_pool *pool; /* counted */
    uint32_t generation;
    bool is_pinned; /* its thread is a strand's */
    /* of the worker's thread: */
    bool initialized;
    int64_t tasks_done;
    /* of a worker that is lent, under the pool's lock: */
    bool retired;     /* it counts no more */
    bool awaits_done; /* its task was handed to the host */
    asyr_task *task;  /* what it runs by pull, or NULL */
};

struct asyr_pool {
    asyri_refcount handles; /* of the host; the last one closes */
    asyri_refcount refs;    /* of everybody, all handles counting as one */
    uint32_t generation;
    /* immutable after new: */
    const struct asyri_executor *executor;
    int64_t nominal; /* workers asked for */
    int32_t source;
    asyr_function *initializer;
    asyr_value *initializer_arguments;
    int64_t max_tasks;
    int64_t limit;
    int32_t policy;
    int64_t spares;
    asyr_queue *queue; /* the host's, or the dispatcher's */
    bool owns_queue;
    asyri_closure *hook;
    char *name;
    /* under the lock: */
    asyri_mutex lock;
    int32_t state;      /* enum asyr_pool_state */
    asyr_error *broken; /* why, in that state */
    asyri_task_queue runnable;
    int64_t queued;       /* tasks not begun, those behind others in strands too */
    asyri_list running;   /* tasks */
    asyri_list jobs;      /* not ready */
    int64_t workers;      /* alive, spares and pinned threads included */
    int64_t pinned;       /* threads of pinned strands */
    int64_t blocked;      /* workers that wait inside a task */
    int64_t sleeping;     /* workers that wait for a task */
    asyri_list strands;   /* those with a thread of their own */
    asyri_list iterators; /* lazy maps that have not ended */
    int64_t unread;       /* of those, the ones with input still to come */
    bool dispatching;     /* the dispatcher's thread lives */
    asyri_waitlist idle;  /* workers without a task */
    asyri_waitlist space; /* submits without a place */
    asyri_waitlist ended; /* joins */
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
int32_t asyri_pool_state(asyr_pool *pool);

/* Why the pool takes no work; ASYR_OK while it is open. */
asyr_status asyri_pool_check_open_locked(asyr_pool *pool, asyr_error **error);
asyr_status asyri_pool_check_open(asyr_pool *pool, asyr_error **error);
/* Tell whoever waits for it when the pool has ended. */
void asyri_pool_check_end_locked(asyr_pool *pool);
/* Whether all work of a closed pool is done but for what runs. */
bool asyri_pool_is_drained_locked(const asyr_pool *pool);

/* Whether tasks may still be pushed: also by a lazy map that was accepted before. */
static inline bool asyri_pool_expects_tasks_locked(const asyr_pool *pool)
{
    return pool->state == ASYR_POOL_OPEN ||
           (pool->state == ASYR_POOL_CLOSED && pool->unread > 0);
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
/* Whether the pool can do what the options ask for. */
asyr_status asyri_pool_check_options(asyr_pool *pool,
                                     const asyr_task_options *options,
                                     asyr_error **error);
asyr_status asyri_pool_cancel(asyr_result *result, int32_t *outcome);
/* Take a task that has not begun out of its queue; it counts as ended. */
void asyri_pool_dequeue_locked(asyr_pool *pool, asyr_task *task);
/* The same for all of a job; how many they were. */
int64_t asyri_job_drop_queued_locked(asyri_job *job);
/* Tasks of the job have ended; true if they were the last. */
bool asyri_job_count_down_locked(asyri_job *job, int64_t tasks);
/* After that, without the lock. */
void asyri_job_release_work(asyri_job *job);

/* dispatcher.c */
asyr_status asyri_dispatcher_want(asyr_pool *pool, asyr_error **error);
void asyri_dispatcher_report(asyr_pool *pool, asyr_error *failure);

extern const struct asyri_result_ops asyri_pool_result_ops;

#endif
