/*
 * Variables of a thread.
 *
 * They are asked for at each submit and each task, and the way that a shared library
 * finds them by default is a call.  With the initial-exec model it is an offset; a
 * library that is loaded late then needs room in the block of each thread, of which
 * the C library keeps some hundred bytes for this, and all of ours are a few words.
 */
#ifndef ASYRI_PLATFORM_THREAD_LOCAL_H
#define ASYRI_PLATFORM_THREAD_LOCAL_H

#include <limits.h> /* which says what the C library is */

#if defined(__GLIBC__) && defined(__GNUC__)
#define ASYRI_THREAD_LOCAL _Thread_local __attribute__((tls_model("initial-exec")))
#else
#define ASYRI_THREAD_LOCAL _Thread_local
#endif

#endif
