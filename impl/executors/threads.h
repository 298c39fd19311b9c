/* The executor that embeds its workers in this process. */
#ifndef ASYRI_EXECUTORS_THREADS_H
#define ASYRI_EXECUTORS_THREADS_H

#include "../pool/pool.h"

extern const struct asyri_executor asyri_threads;

#endif
