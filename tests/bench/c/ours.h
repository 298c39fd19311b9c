/*
 * What the files of the program of libasyncresult share.
 */
#ifndef ASYR_BENCH_OURS_H
#define ASYR_BENCH_OURS_H

#include "bench.h"

#include <asyncresult.h>

enum { OURS_MAPS = 2 };

struct ours_pool {
    asyr_pool *pool;
    asyr_value *squares[OURS_MAPS]; /* what the maps of W4a returned */
    int maps;
};

/* The error, if any, is shown, and the program ends. */
void ours_check(asyr_status status, asyr_error *error, const char *what);
asyr_function *ours_native_new(asyr_native_fn run, void *arg);
asyr_task_options *ours_task_options_new(void);

const double *ours_squares(const struct bench_peer *peer, void *pool,
                           const double *from, double *to, int64_t count);
int64_t ours_spin_default(const struct bench_peer *peer, void *pool,
                          const struct bench_items *items);
int64_t ours_spin_singly(const struct bench_peer *peer, void *pool,
                         const struct bench_items *items);
int64_t ours_tree(void *pool, int depth);

#ifdef BENCH_HAS_RANGE
const double *ours_squares_by_range(const struct bench_peer *peer, void *pool,
                                    const double *from, double *to, int64_t count);
int64_t ours_spin_by_range(const struct bench_peer *peer, void *pool,
                           const struct bench_items *items);
#endif

#endif
