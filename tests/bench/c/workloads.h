/*
 * The workloads, written once for all peers; ../README.md says what each does.
 */
#ifndef ASYR_BENCH_WORKLOADS_H
#define ASYR_BENCH_WORKLOADS_H

#include "bench.h"

struct bench_run {
    const struct bench_peer *peer;
    void *pool;
    int workers;
    double scale;
};

struct bench_workload {
    const char *name;
    bool (*is_for)(const struct bench_peer *peer);
    void (*run)(struct bench_run *run);
};

extern const struct bench_workload bench_workloads[]; /* ends with a NULL name */

#endif
