/* Threads, mutexes and the clock. */
#ifndef ASYRI_PLATFORM_THREAD_H
#define ASYRI_PLATFORM_THREAD_H

#include <pthread.h>
#include <stdint.h>

#include "clock.h"

typedef struct asyri_mutex {
    pthread_mutex_t native;
} asyri_mutex;

#define ASYRI_MUTEX_STATIC                                                          \
    {                                                                               \
        PTHREAD_MUTEX_INITIALIZER                                                   \
    }

void asyri_mutex_init(asyri_mutex *mutex);
void asyri_mutex_destroy(asyri_mutex *mutex);
void asyri_mutex_lock(asyri_mutex *mutex);
void asyri_mutex_unlock(asyri_mutex *mutex);

/* What a new thread is told; its starter's, until run() is called. */
struct asyri_thread_start {
    void (*run)(void *arg);
    void *arg;
    char name[16];
};

/*
 * Start a detached thread with all signals blocked.  `name` is shown by the
 * system's tools, cut to what it allows.  0 or an errno value.
 *
 * The thread itself allocates and frees nothing: the first time that a thread does,
 * many C libraries set some pages aside for it.
 */
int asyri_thread_start(struct asyri_thread_start *start, const char *name,
                       void (*run)(void *arg), void *arg);

/* Fault injection, for tests: as asyri_alloc_fail_after(). */
void asyri_thread_fail_after(int64_t successes);

/* Who this thread is: never 0, not the same for two threads that live. */
uintptr_t asyri_thread_self(void);

/*
 * Run body(arg); if it ends the thread (pthread_exit, cancellation) instead of
 * returning, ended(arg) runs on the way out.
 */
void asyri_thread_guard(void (*body)(void *arg), void (*ended)(void *arg),
                        void *arg);

#endif
