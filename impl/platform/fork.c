/*
 * The fork generation: one counter, raised in the child.
 *
 * No lock is needed: the child has one thread when its handler runs, and later
 * threads are started by it.
 */
#include "fork.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

_Atomic uint32_t asyri_fork_count = 1;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void count_fork(void)
{
    atomic_fetch_add_explicit(&asyri_fork_count, 1, memory_order_relaxed);
}

static void watch(void)
{
    pthread_atfork(NULL, NULL, count_fork);
}

uint32_t asyri_fork_stamp(void)
{
    pthread_once(&once, watch);
    return asyri_fork_generation();
}

void asyri_fork_guard(void (*acquire)(void), void (*release)(void))
{
    pthread_atfork(acquire, release, release);
}
