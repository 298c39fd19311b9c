/* The fence between a store and a later load of something else. */
#ifndef ASYRI_PLATFORM_FENCE_H
#define ASYRI_PLATFORM_FENCE_H

#include <stdatomic.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ASYRI_FENCE_UNKNOWN 1
#endif
#elif defined(__SANITIZE_THREAD__)
#define ASYRI_FENCE_UNKNOWN 1
#endif

/* Sequentially consistent; by an operation where a tool knows no fences. */
static inline void asyri_fence(void)
{
#if defined(ASYRI_FENCE_UNKNOWN)
    static _Atomic int nothing;
    atomic_fetch_add_explicit(&nothing, 0, memory_order_seq_cst);
#else
    atomic_thread_fence(memory_order_seq_cst);
#endif
}

#endif
