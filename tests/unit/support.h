/*
 * What the tests of the core share: latches, functions for tasks, and short ways to
 * make pools and to submit.
 *
 * Checks are made on the main thread alone, since CUnit counts them without a lock:
 * tasks and callbacks write down what they saw.  A wait that would never end stops
 * the program with a message, from whatever thread.
 */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/waiter.h"
#include "unit.h"

#define A_MINUTE INT64_C(60000000000)

/* Something that happens a number of times, and can be waited for. */
struct latch {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    int opened;
};

#define LATCH_CLOSED                                                                \
    {                                                                               \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0                      \
    }

void latch_init(struct latch *latch);
void latch_open(struct latch *latch);
void latch_wait(struct latch *latch, int times); /* until it was opened so often */
int latch_count(struct latch *latch);

/* Wait for a state inside the library that no latch can tell of. */
void support_until(bool (*holds)(void *arg), void *arg);
void support_await_sleepers(asyri_mutex *lock, asyri_waitlist *list, int count);
void support_await_waiters(asyr_result *result, int count); /* that sleep for it */
void support_await_idle(asyr_pool *pool, int count);        /* workers that sleep */

/* The argument of run_gate(), which says that it runs and waits until it may end. */
struct gate {
    struct latch entered;
    struct latch leave;
};

#define GATE_CLOSED                                                                 \
    {                                                                               \
        LATCH_CLOSED, LATCH_CLOSED                                                  \
    }

/* Functions for tasks: */
void run_gate(asyr_task *task, void *gate);
void run_count(asyr_task *task, void *counter); /* an _Atomic int */
void run_echo(asyr_task *task, void *arg);      /* the first argument, or nil */
void run_fail(asyr_task *task, void *arg);   /* kind "Oops", message "it failed" */
void run_exit(asyr_task *task, void *arg);   /* ends its thread */
void run_open(asyr_task *task, void *latch); /* opens a latch */

asyr_function *support_native(asyr_native_fn run, void *arg);
asyr_pool_options *support_pool_options(int64_t workers);
asyr_task_options *support_task_options(void);
asyr_queue *support_queue(int64_t limit);
asyr_interrupt *support_interrupt(void);
asyr_pool *support_pool(int64_t workers);
asyr_pool *support_pool_with(asyr_pool_options *options); /* options consumed */

/* Submit a call; `options` is borrowed and may be NULL. */
asyr_result *support_submit(asyr_pool *pool, asyr_native_fn run, void *arg,
                            const asyr_task_options *options);
asyr_result *support_submit_value(asyr_pool *pool, asyr_native_fn run, void *arg,
                                  int64_t argument);
/* A list of the numbers from 0 on. */
asyr_value *support_numbers(int64_t count);
/* Submit a map of them. */
asyr_result *support_map(asyr_pool *pool, asyr_native_fn run, void *arg,
                         int64_t count, const asyr_task_options *options);

/* How a get ends, after at most a minute; the second consumes the result. */
asyr_status support_outcome(asyr_result *result);
asyr_status support_take_outcome(asyr_result *result);
/* The error of a result that failed, owned by the caller. */
asyr_error *support_error(asyr_result *result);

/* Close or terminate, then join within a minute and give the handle back. */
void support_end(asyr_pool *pool);
void support_terminate(asyr_pool *pool);

/*
 * Run `attempt` with its first allocation failing, then its second, and so on until
 * one is never reached, wherever it is made; then again with all later ones failing
 * too.  `attempt` sees to the end of everything that it began, and returns ASYR_OK or
 * ASYR_E_MEMORY with an error that says so.
 */
void support_fail_each_allocation(asyr_status (*attempt)(asyr_error **error));

#endif
