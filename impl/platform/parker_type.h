/*
 * Which parker this system has.  The build may force the one that needs nothing but
 * POSIX: ASYRI_PARKER_CONDITION.
 */
#ifndef ASYRI_PLATFORM_PARKER_TYPE_H
#define ASYRI_PLATFORM_PARKER_TYPE_H

#if defined(ASYRI_PARKER_CONDITION)
#elif defined(__linux__)
#define ASYRI_PARKER_FUTEX 1
#elif defined(_WIN32)
#define ASYRI_PARKER_ADDRESS 1
#else
#define ASYRI_PARKER_CONDITION 1
#endif

#if defined(ASYRI_PARKER_CONDITION)

#include <pthread.h>
#include <stdbool.h>

typedef struct asyri_parker {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    bool permit; /* under the mutex */
} asyri_parker;

#else

#include <stdatomic.h>
#include <stdint.h>

typedef struct asyri_parker {
    _Atomic uint32_t permit; /* the system compares it and sleeps */
} asyri_parker;

#endif

#endif
