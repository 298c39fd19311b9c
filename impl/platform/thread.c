/*
 * Threads of POSIX.
 *
 * Threads are detached: who waits for one waits for the count that the pool
 * keeps.  They block all signals, so that a host's handlers run on its own
 * threads only; the mask is set around the start, so there is no moment in which
 * the new thread could be hit.
 */
#define _GNU_SOURCE
#include "thread.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

#include "thread_local.h"

static _Atomic int64_t starts_left = -1;

void asyri_mutex_init(asyri_mutex *mutex)
{
    int failed = pthread_mutex_init(&mutex->native, NULL);
    assert(!failed);
    (void)failed;
}

void asyri_mutex_destroy(asyri_mutex *mutex)
{
    pthread_mutex_destroy(&mutex->native);
}

void asyri_mutex_lock(asyri_mutex *mutex)
{
    int failed = pthread_mutex_lock(&mutex->native);
    assert(!failed);
    (void)failed;
}

void asyri_mutex_unlock(asyri_mutex *mutex)
{
    int failed = pthread_mutex_unlock(&mutex->native);
    assert(!failed);
    (void)failed;
}

void asyri_thread_fail_after(int64_t successes)
{
    atomic_store_explicit(&starts_left, successes, memory_order_relaxed);
}

static int refused(void)
{
    if (atomic_load_explicit(&starts_left, memory_order_relaxed) < 0)
        return 0;
    return atomic_fetch_sub_explicit(&starts_left, 1, memory_order_relaxed) == 0;
}

static void *thread_main(void *memory)
{
    struct asyri_thread_start start = *(struct asyri_thread_start *)memory;
#if defined(__linux__)
    pthread_setname_np(pthread_self(), start.name);
#endif
    start.run(start.arg);
    return NULL;
}

static int start_detached(struct asyri_thread_start *start)
{
    pthread_attr_t attributes;
    int failed = pthread_attr_init(&attributes);
    if (failed)
        return failed;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    failed = pthread_create(&thread, &attributes, thread_main, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return failed;
}

int asyri_thread_start(struct asyri_thread_start *start, const char *name,
                       void (*run)(void *arg), void *arg)
{
    if (refused())
        return EAGAIN;
    start->run = run;
    start->arg = arg;
    snprintf(start->name, sizeof start->name, "%s", name);
    return start_detached(start);
}

uintptr_t asyri_thread_self(void)
{
    static ASYRI_THREAD_LOCAL char here;
    return (uintptr_t)&here;
}

void asyri_thread_guard(void (*body)(void *arg), void (*ended)(void *arg), void *arg)
{
    pthread_cleanup_push(ended, arg);
    body(arg);
    pthread_cleanup_pop(0);
}
