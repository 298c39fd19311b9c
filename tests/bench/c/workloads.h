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

/* Wall and CPU time of a stretch. */
struct bench_watch {
    int64_t wall;
    int64_t cpu;
};

enum { BENCH_BATCHES = 256, BENCH_MILLISECOND = 1000000 /* ns */ };

/* Tasks at the gate, on so many threads.  A pool may keep a thread asleep although
   tasks are queued (htslib wakes none while another seems enough): then a further
   task is submitted. */
struct bench_holding {
    struct bench_run *run;
    void *batches[BENCH_BATCHES]; /* the first of `threads` tasks, the others of 1 */
    int count;
    int threads;
};

struct bench_workload {
    const char *name;
    bool (*is_for)(const struct bench_peer *peer);
    void (*run)(struct bench_run *run);
};

extern const struct bench_workload bench_workloads[]; /* ends with a NULL name */
extern const struct bench_work bench_empty;

int64_t bench_scaled(const struct bench_run *run, int64_t count);
void bench_start(struct bench_run *run, int workers);
void bench_stop(struct bench_run *run);
int bench_holders(const struct bench_run *run, int workers);

struct bench_watch bench_watch_start(void);
struct bench_watch bench_watch_stop(struct bench_watch started);
void bench_print_per(const char *metric, struct bench_watch taken, int64_t count);

/* Call the body for 0 to count - 1, where the peer has it called. */
void bench_within(struct bench_run *run, int count, bench_body_fn body, void *arg);

/* Keep so many threads busy until bench_let_go(). */
void bench_hold(struct bench_run *run, int threads, struct bench_holding *holding);
void bench_let_go(struct bench_holding *holding);

void bench_w1(struct bench_run *run);
void bench_w1m(struct bench_run *run);
void bench_w2h(struct bench_run *run);
void bench_w2c(struct bench_run *run);
void bench_w3_2(struct bench_run *run);
void bench_w3_4(struct bench_run *run);
void bench_w4a(struct bench_run *run);
void bench_w4b(struct bench_run *run);
void bench_w5(struct bench_run *run);
void bench_w5s(struct bench_run *run);
void bench_w6_16(struct bench_run *run);
void bench_w6_20(struct bench_run *run);
void bench_w7(struct bench_run *run);
void bench_w8(struct bench_run *run);
void bench_idle(struct bench_run *run);

#endif
