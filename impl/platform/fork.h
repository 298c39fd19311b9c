/*
 * Forks.  Each object that has a lock or a thread is stamped with the generation
 * in which it was made; in the child of a fork the generation is another one.
 */
#ifndef ASYRI_PLATFORM_FORK_H
#define ASYRI_PLATFORM_FORK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* The present generation. */
extern _Atomic uint32_t asyri_fork_count;

static inline uint32_t asyri_fork_generation(void)
{
    return atomic_load_explicit(&asyri_fork_count, memory_order_relaxed);
}

/* The same for a new object; the first call starts to watch for forks. */
uint32_t asyri_fork_stamp(void);

static inline bool asyri_is_forked(uint32_t generation)
{
    return generation != asyri_fork_generation();
}

/*
 * Take `acquire` around each fork, so that the child finds what it guards in
 * order, and run `release` afterwards in both.  At most once.
 */
void asyri_fork_guard(void (*acquire)(void), void (*release)(void));

#endif
