/* Waiting for a moment without sleeping. */
#ifndef ASYRI_PLATFORM_SPIN_H
#define ASYRI_PLATFORM_SPIN_H

#if defined(_WIN32)
#include <windows.h>
#else
#include <sched.h>
#endif

/* Tell the CPU, so many times, that this thread spins. */
static inline void asyri_spin_relax(int steps)
{
    for (int i = 0; i < steps; i++) {
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        __asm__ __volatile__("isb");
#else
        __asm__ __volatile__("" ::: "memory");
#endif
    }
}

/*
 * Let another thread have the CPU.  Without it, two threads that spin on the same CPU
 * starve the one that they wait for.
 */
static inline void asyri_spin_yield(void)
{
#if defined(_WIN32)
    SwitchToThread();
#else
    sched_yield();
#endif
}

#endif
