/* What the parts of the checker share; programs use model.h. */
#ifndef ENGINE_H
#define ENGINE_H

#include "atomics.h"
#include "model.h"

/* explore.c: choices, the states that are known, and the log of an execution. */

struct model_options {
    const char *mutants[8];
    const char *weakened[8]; /* FUNCTION:OPERATION:OBJECT=ORDER */
    bool weakened_met[8];
    int preemptions; /* instead of the scenario's bound; -1: keep that */
    bool must_fail;
    bool quiet;
    bool survey;
};
extern struct model_options model_options;

/* Print a fault and what led to it. */
void explore_report_fault(const char *what);

struct model_counts {
    uint64_t executions; /* begun, of which: */
    uint64_t complete;
    uint64_t merged; /* given up at a state that is known */
    uint64_t cut;    /* given up because too long */
    uint64_t states;
    unsigned longest;
};

/* False when a check failed; the failed execution was printed, unless quiet. */
bool explore(const struct model_scenario *scenario, struct model_counts *counts);

/* One of the alternatives, each of which is taken in some execution. */
unsigned explore_choose(unsigned count);
/* Whether a choice that is made now comes for the first time. */
bool explore_is_new(void);
/* Remember a state; false when it was known. */
bool explore_add_state(uint64_t state);

static inline uint64_t explore_mix(uint64_t a, uint64_t b)
{
    uint64_t x = (a ^ (b + UINT64_C(0x9e3779b97f4a7c15) + (a << 6) + (a >> 2))) *
                 UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

struct explore_step {
    int thread;
    const char *function;
    const char *operation;
    const char *object;
    uint64_t value;
    memory_order order;
};
void explore_log(const struct explore_step *step);
const char *explore_order_name(memory_order order);

/* The order to use instead; in a survey, this place is noted. */
memory_order explore_weaken(const char *function, const char *operation,
                            const char *object, memory_order order);

/* A place in the source where an order was met. */
struct explore_site {
    const char *function;
    const char *operation;
    const char *object;
    memory_order order;
};
extern struct explore_site explore_sites[];
extern int explore_site_count;

/* The bound on pre-emptions; -1: none. */
int explore_preemptions(void);

/* threads.c: coroutines. */

enum threads_outcome {
    THREADS_ENDED, /* nobody can go on */
    THREADS_MERGED,
    THREADS_CUT,
    THREADS_FAILED
};

enum threads_outcome threads_run(const struct model_scenario *scenario);
int threads_count(void);
int threads_self(void); /* -1 when alone: setup, check */
unsigned threads_steps(void);
/* The whole past of the running thread, as a hash. */
uint64_t threads_past(void);
void threads_remember(uint64_t what);
/* The running thread is about to do something that others can notice. */
void threads_step(void);
/* Let nobody come between the last step and the next, which is sound as a rule only
 * where what others could do in between may as well come before or after both. */
void threads_glue(void);
/* As threads_step(), not before the newest value of the object is, or is not, `value`. */
void threads_step_when(const volatile void *object, size_t size, uint64_t value,
                       bool equal);
/* Give the execution up; returns only when alone. */
void threads_fail(void);

/* memory.c: the memory model. */

void memory_reset(void);
void memory_start(int threads);
/* The hash of all that happened, but for the threads' pasts. */
uint64_t memory_state(void);
uint64_t memory_newest(const volatile void *object, size_t size);
/* Read-modify-writes of the newest store: once it is so, or in a step that began. */
void memory_exchange_when(const volatile void *object, size_t size, uint64_t value,
                          bool equal, uint64_t replacement, const char *function);
uint64_t memory_exchange(const volatile void *object, size_t size, uint64_t value,
                         memory_order order, const char *function);
/* Whether a thread's clock had that value before the running thread's last step. */
bool memory_has_happened(int thread, uint32_t clock);
/* The running thread's clock at its next step. */
uint32_t memory_next_clock(void);
/* Too many of something: give up. */
void memory_overflow(const char *what);

/* plain.c: memory that is not atomic. */

void plain_reset(void);
/* From now on nobody may touch it. */
void plain_free(const void *start, size_t size);
void plain_check_alive(const volatile void *address);

/* system.c */
void system_reset(void);

#endif
