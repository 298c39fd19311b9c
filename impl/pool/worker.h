/* Workers, and the tasks that they run. */
#ifndef ASYRI_POOL_WORKER_H
#define ASYRI_POOL_WORKER_H

#include <asyncresult/worker.h>

#include "../platform/fork.h"
#include "../platform/thread_local.h"
#include "pool.h"

/* One run of a job, or of a part of a map, on one thread. */
struct asyr_task {
    asyri_job *job; /* NULL for an initializer's */
    asyri_map *map; /* NULL for an apply */
    asyr_function *function;
    asyr_value *const *arguments;
    int64_t argument_count;
    union asyri_outcome answer; /* owned */
    uint32_t answer_kind;       /* the flags that say what it is */
    bool is_over;               /* of an apply: it was called */
    asyr_value *item;           /* counted: what `arguments` points into, or NULL */
    struct asyri_span span;     /* of a map */
};

/* A worker: one thread that takes tasks, the pool's own or lent. */
struct asyr_worker {
    asyr_pool *pool; /* counted */
    uint32_t generation;
    bool is_pinned;                  /* its thread is a strand's */
    struct asyri_place *place;       /* under the pool's lock; NULL for none */
    struct asyri_thread_start start; /* of a thread of the pool's own */
    /* of the worker's thread: */
    bool initialized;
    bool searching; /* counts as that among the sleepers */
    bool pushed;    /* into its own deque, since its last fair turn */
    uint32_t turn;  /* counts its looks for work */
    int64_t tasks_done;
    asyri_deque *deque; /* its place's; NULL before the first push */
    asyri_sleeper sleeper;
    struct asyri_spent spent; /* recipes to give back */
    /* of a worker that is lent, under the pool's lock: */
    bool retired;     /* it counts no more */
    bool is_coming;   /* it was wanted, and has not looked for work */
    bool awaits_done; /* its task was handed to the host */
    bool blocked;     /* the host says that its task waits */
    bool has_task;
    asyr_task task; /* what it runs by pull */
};

/*
 * What a thread is doing for pools, innermost first: a task that waits may run
 * another one on the same thread.
 */
struct asyri_frame {
    struct asyri_frame *outer;
    uint32_t generation;
    asyr_pool *pool;
    asyr_worker *worker; /* NULL on a thread that is none */
    asyr_task *task;
    struct asyri_sleep *sleep; /* while the task waits for a result */
};

extern ASYRI_THREAD_LOCAL struct asyri_frame *asyri_frame_innermost;

/* NULL outside tasks, and in the child of a fork for those of the parent. */
static inline struct asyri_frame *asyri_frame_current(void)
{
    struct asyri_frame *frame = asyri_frame_innermost;
    return frame && !asyri_is_forked(frame->generation) ? frame : NULL;
}

/* Whether this thread is inside one of the pool's own tasks or callbacks. */
bool asyri_frame_is_inside(asyr_pool *pool);
/* The worker that this thread is for the pool, or NULL. */
static inline asyr_worker *asyri_worker_here(const asyr_pool *pool)
{
    struct asyri_frame *frame = asyri_frame_current();
    return frame && frame->pool == pool ? frame->worker : NULL;
}
/* Where this thread gathers recipes that it gives back; NULL if it is no worker. */
struct asyri_spent *asyri_worker_spent_here(void);

/*
 * task.c: run what an entry stood for, which was claimed, on this thread.  How many
 * tasks that were.
 */
int64_t asyri_entry_run(void *entry, asyr_worker *worker);
/* The parts of that, for a host that pulls: */
bool asyri_task_begin(asyr_task *task, void *entry);
bool asyri_task_begin_item(asyr_task *task, const asyr_worker *worker);
void asyri_task_call(asyr_task *task);
void asyri_task_call_pulled(asyr_task *task); /* by the host, on this thread */
void asyri_task_end_item(asyr_task *task);
/* Whether no item is left that this run has taken. */
bool asyri_task_is_over(const asyr_task *task);
/* Who runs it now; 0 for nobody that is known. */
void asyri_task_set_runner(asyr_task *task, uintptr_t thread);
void asyri_task_end(asyr_task *task, asyr_worker *worker);
/* Its runner is gone: it fails with the error (owned by the callee), and ends. */
void asyri_task_lose(asyr_task *task, asyr_error *error);
/* help.c: a wait of a task has ended, with its thread or without. */
void asyri_sleep_end(struct asyri_sleep *sleep);
/* One begins that is for no result: whether a worker is inside a task, whose place a spare
 * may take. */
bool asyri_sleep_begin(struct asyri_sleep *sleep);

/* What a native function answered through its task; the outcome is consumed. */
void asyri_task_answer(asyr_task *task, union asyri_outcome answer, uint32_t kind);
void asyri_task_answer_value(asyr_task *task, asyr_value *value);
void asyri_task_answer_error(asyr_task *task, asyr_error *error);

/* Whether its result was cancelled, or ended by force. */
bool asyri_task_is_cancelled(const asyr_task *task);

/* A worker that counts for the pool; under the lock.  NULL without memory. */
asyr_worker *asyri_worker_new_locked(asyr_pool *pool);
/* Undo that. */
void asyri_worker_discard_locked(asyr_worker *worker);
/* Free one that has retired. */
void asyri_worker_destroy(asyr_worker *worker);
/* Start one of the pool's own.  0 or an errno value. */
int asyri_worker_start_locked(asyr_pool *pool);
/* Start a spare if work waits for a worker that is blocked; or have one lent. */
void asyri_worker_balance_locked(asyr_pool *pool);
/* A worker that was wanted has come, or will not. */
void asyri_worker_come_locked(asyr_worker *worker);
/* Whether another worker may stand in, and whether there is work for it now. */
bool asyri_worker_has_room_locked(const asyr_pool *pool);
bool asyri_worker_is_wanted_locked(const asyr_pool *pool);

/* search.c: claim an entry from anywhere; NULL when none was found. */
void *asyri_worker_find(asyr_worker *worker);
/* The same for a while, if not enough others search. */
void *asyri_worker_search(asyr_worker *worker);
/* The same until the queues are seen empty, after it has entered among the sleepers. */
void *asyri_worker_look_again(asyr_worker *worker);
/* Put an entry into its own deque, and fence; false when that is full. */
bool asyri_worker_push(asyr_worker *worker, void *entry);
/* Take the newest entry of its own deque if it is this one. */
bool asyri_worker_pop_newest(asyr_worker *worker, const void *entry);
/* The worker will sleep or leave: what it gathered goes where it belongs. */
void asyri_worker_flush(asyr_worker *worker);
/* It will search after the result that it is about to publish, if that was the last
 * task: whoever waits for it may submit the next one, and then need wake nobody. */
void asyri_worker_announce_search(asyr_worker *worker);
/* It found work while it was searching. */
void asyri_worker_end_search(asyr_worker *worker);

/* Claim the next entry, waiting for one; ASYR_E_STOP when there will be none for
 * this worker, ASYR_E_TIMEOUT, ASYR_E_INTERRUPTED. */
asyr_status asyri_worker_take(asyr_worker *worker, int64_t deadline,
                              asyr_interrupt *interrupt, void **entry);
/* Run tasks until the pool ends (ASYR_E_STOP) or the worker has run as many as one
 * may (ASYR_OK), or the interrupt (ASYR_E_INTERRUPTED). */
asyr_status asyri_worker_work(asyr_worker *worker, asyr_interrupt *interrupt);
/* The worker is no more: it counts for nothing from now on. */
void asyri_worker_retire_locked(asyr_worker *worker);
/* That, and it is freed. */
void asyri_worker_retire(asyr_worker *worker);
/* Its thread ended inside a task. */
void asyri_worker_replace(asyr_worker *worker);
/* Make a successor; false if there is none and this one should go on. */
bool asyri_worker_hand_over(asyr_worker *worker);

/* Run the initializer if it has not run yet; false if it failed. */
bool asyri_worker_initialize(asyr_worker *worker);

/* lent.c: what the public functions of these names document. */
asyr_status asyri_worker_lend(asyr_pool *pool, asyr_worker **worker,
                              asyr_error **error);
asyr_status asyri_worker_await(asyr_pool *pool, int64_t timeout_ns,
                               asyr_interrupt *interrupt, asyr_worker **worker,
                               asyr_error **error);
asyr_status asyri_worker_run(asyr_worker *worker, asyr_interrupt *interrupt,
                             asyr_error **error);
asyr_status asyri_worker_next(asyr_worker *worker, int64_t timeout_ns,
                              asyr_interrupt *interrupt, asyr_task **task,
                              asyr_error **error);
asyr_status asyri_worker_claim(asyr_worker *worker, asyr_result *result,
                               asyr_task **task, asyr_error **error);
asyr_status asyri_worker_block(asyr_worker *worker, asyr_error **error);
asyr_status asyri_worker_unblock(asyr_worker *worker, asyr_error **error);
asyr_status asyri_worker_done(asyr_worker *worker, asyr_error **error);
void asyri_worker_lost(asyr_worker *worker, const char *message);
void asyri_worker_free(asyr_worker *worker);

#endif
