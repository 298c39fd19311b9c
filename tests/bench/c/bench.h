/*
 * What the programs of C and C++ share: the workloads, the work of a task, the
 * measuring, and the protocol.
 *
 * A program has one or more peers; each is a table of operations, so that all
 * workloads are written once.  An operation starts or awaits a whole batch: the
 * call through the table is paid per batch, not per task (in W2 per round trip).
 * An operation that a peer lacks is NULL, and its workloads are not listed.
 */
#ifndef ASYR_BENCH_H
#define ASYR_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a task does, with its number in the batch; the values are summed. */
typedef int64_t (*bench_work_fn)(const void *context, int64_t number);

struct bench_work {
    bench_work_fn run;
    const void *context;
};

/* Items that take time: item i spins for loops[i]. */
struct bench_items {
    const int64_t *loops;
    int64_t count;
};

/* What submits and waits; see bench_peer.within. */
typedef void (*bench_body_fn)(void *arg, int number);

struct bench_peer {
    const char *variant;
    void *(*start)(int workers);
    void (*stop)(void *pool);

    /* The number of tasks that keep all threads busy that run tasks, besides the
       submitter's; NULL: the number of workers. */
    int (*holders)(int workers);

    /* Call the body for 0 to count - 1, each on a thread that may submit; NULL: for
       a single one this thread, for several new threads. */
    void (*within)(void *pool, int count, bench_body_fn body, void *arg);

    /* A batch: room for what a caller keeps of `count` tasks.  One round of submit
       and wait at a time; wait gives the sum of the values. */
    void *(*batch_new)(void *pool, const struct bench_work *work, int64_t count);
    void (*batch_free)(void *batch);
    void (*submit)(void *batch, int64_t count);
    int64_t (*wait)(void *batch, int64_t count);

    /* Ask `count` times whether the first task of the batch has ended; how often it
       had. */
    int64_t (*poll)(void *batch, int64_t count);
    /* Whether it ended before the timeout; NULL where it cannot be told. */
    bool (*wait_for)(void *batch, int64_t timeout_ns);

    /* Run `count` tasks, each with a callback that counts; the count. */
    int64_t (*callbacks)(void *pool, int64_t count);
    /* bench_square() of each number: `to`, or an array that lives until stop. */
    const double *(*squares)(const struct bench_peer *peer, void *pool,
                             const double *from, double *to, int64_t count);
    /* bench_spin() for each item; the sum.  `even` is for items of one length. */
    int64_t (*spin_even)(const struct bench_peer *peer, void *pool,
                         const struct bench_items *items);
    int64_t (*spin_uneven)(const struct bench_peer *peer, void *pool,
                           const struct bench_items *items);
    /* The number of nodes of a binary tree, each a task that waits for two more. */
    int64_t (*tree)(void *pool, int depth);
    /* Without W1M: its tasks are never all outstanding. */
    bool never_outstanding;
    /* The pool is one per process: idle tells no memory. */
    bool starts_once;
    /* Only maps: batches serve them, and are no cases of their own. */
    bool only_maps;
};

/* The program: list, notes (text as it is printed) and run. */
int bench_main(int argc, char **argv, const struct bench_peer *const *peers,
               const char *notes);
int bench_workers(void);

/* The work. */
int64_t bench_one(const void *context, int64_t number); /* 1 */
int64_t bench_held(const void *context,
                   int64_t number); /* 1, after the gate opened */
int64_t bench_spin(int64_t loops);  /* loops, after as many */
double bench_square(double number);
int64_t bench_loops_per_us(void);
void bench_gate_close(void);
void bench_gate_open(void);
/* Whether so many tasks came to the gate in time. */
bool bench_gate_await(int64_t count, int64_t timeout_ns);
int64_t bench_gate_stacks(const void **addresses, int64_t limit);

/* For a peer without a parallel loop: a task per item, or per chunk. */
int64_t bench_spin_by_item(const struct bench_peer *peer, void *pool,
                           const struct bench_items *items);
int64_t bench_spin_by_chunk(const struct bench_peer *peer, void *pool,
                            const struct bench_items *items);
const double *bench_squares_by_chunk(const struct bench_peer *peer, void *pool,
                                     const double *from, double *to, int64_t count);
typedef double (*bench_square_fn)(double);
bench_square_fn bench_square_pointer(void); /* which no compiler sees through */

/* Measuring. */
int64_t bench_now_ns(void);
int64_t bench_cpu_ns(void);   /* of all threads, user and system */
int64_t bench_clock_ns(void); /* what reading the clock takes */
int64_t bench_percentile(int64_t *samples, int64_t count, int percent);
int64_t bench_resident_bytes(void);
/* Without the mappings that hold one of the addresses: the stacks. */
int64_t bench_resident_bytes_without(const void *const *addresses, int64_t count);
void bench_sleep_ns(int64_t ns);
void bench_print(const char *metric, double value);

/* Faults end the program with status 1. */
void *bench_alloc(int64_t count, size_t size);
void bench_check(int64_t found, int64_t expected, const char *what);
void bench_fail(const char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));

/* For peers that tell the end of a task in no other way: counts down to zero. */
struct bench_latch;
struct bench_latch *bench_latch_new(void);
void bench_latch_free(struct bench_latch *latch);
void bench_latch_set(struct bench_latch *latch, int64_t count);
void bench_latch_down(struct bench_latch *latch);
void bench_latch_wait(struct bench_latch *latch);

#ifdef __cplusplus
}
#endif

#endif
