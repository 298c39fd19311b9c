/* Workers, and the tasks that they run. */
#ifndef ASYRI_POOL_WORKER_H
#define ASYRI_POOL_WORKER_H

#include <asyncresult/worker.h>

#include "pool.h"

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

/* NULL outside tasks, and in the child of a fork for those of the parent. */
struct asyri_frame *asyri_frame_current(void);
/* Whether this thread is inside one of the pool's own tasks or callbacks. */
bool asyri_frame_is_inside(asyr_pool *pool);

/* task.c: run a task that was begun, to its end, on this thread. */
void asyri_task_run(asyr_task *task, asyr_worker *worker);
/* The parts of that, for a host that pulls: */
bool asyri_task_begin_item(asyr_task *task);
void asyri_task_call(asyr_task *task);
void asyri_task_call_pulled(asyr_task *task); /* by the host, on this thread */
void asyri_task_end_item(asyr_task *task);
void asyri_task_end(asyr_task *task);
/* Its runner is gone: it fails with the error (owned by the callee), and ends. */
void asyri_task_lose(asyr_task *task, asyr_error *error);
/* help.c: a wait of a task has ended, with its thread or without. */
void asyri_sleep_end(struct asyri_sleep *sleep);

/* Under the lock: the task now runs, on this thread. */
void asyri_task_begin_locked(asyr_task *task);
/* What a native function answered through its task; NULL with an error. */
void asyri_task_answer(asyr_task *task, asyr_value *value, asyr_error *error);

/* Whether its result was cancelled, or ended by force. */
bool asyri_task_is_cancelled(const asyr_task *task);

/* A worker that counts for the pool; under the lock.  NULL without memory. */
asyr_worker *asyri_worker_new_locked(asyr_pool *pool);
/* Start one of the pool's own.  0 or an errno value. */
int asyri_worker_start_locked(asyr_pool *pool);
/* A task has left the queue: if nothing more will come, the idle ones end. */
void asyri_worker_look_again_locked(asyr_pool *pool);
/* Start a spare if work waits for a worker that is blocked. */
void asyri_worker_balance_locked(asyr_pool *pool);

/* Under the lock: begin the next task, waiting for one; ASYR_E_STOP when there will be
 * none for this worker, ASYR_E_TIMEOUT, ASYR_E_INTERRUPTED. */
asyr_status asyri_worker_take_locked(asyr_worker *worker, int64_t deadline,
                                     asyr_interrupt *interrupt, asyr_task **task);
/* Run tasks until the pool ends (ASYR_E_STOP) or the worker has run as many as one
 * may (ASYR_OK), or the interrupt (ASYR_E_INTERRUPTED). */
asyr_status asyri_worker_work(asyr_worker *worker, asyr_interrupt *interrupt);
/* The worker is no more: it is freed. */
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
asyr_status asyri_worker_run(asyr_worker *worker, asyr_interrupt *interrupt,
                             asyr_error **error);
asyr_status asyri_worker_next(asyr_worker *worker, int64_t timeout_ns,
                              asyr_interrupt *interrupt, asyr_task **task,
                              asyr_error **error);
asyr_status asyri_worker_done(asyr_worker *worker, asyr_error **error);
void asyri_worker_lost(asyr_worker *worker, const char *message);
void asyri_worker_free(asyr_worker *worker);

#endif
