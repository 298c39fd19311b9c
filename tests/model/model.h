/*
 * What a model program uses; README.md says how all this works.
 *
 * A program includes the source that it checks, and defines model_scenarios: a few
 * threads each, which are run in every interleaving and with every value that the
 * C memory model lets a load see.  model.c has the command line.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODEL_THREADS 4

struct model_scenario {
    const char *name;
    void (*setup)(void); /* static objects only; before the threads, alone */
    void (*threads[MODEL_THREADS])(void);
    void (*check)(void);     /* after them, alone; sees the newest values */
    bool (*summarize)(void); /* once, after all executions, or NULL */
    bool may_sleep;          /* threads may be blocked in the end */
    int preemptions;         /* 0: any number; else at most so many */
};

/* The last one has no name. */
extern const struct model_scenario model_scenarios[];

/* What must hold; a scenario's thread, its setup or its check may say so. */
#define MODEL_CHECK(condition)                                                      \
    ((condition) ? (void)0 : model_fail("expected " #condition))
void model_fail(const char *what);

/* For messages and for --weaken: `address` is that of an atomic object. */
void model_name(const volatile void *address, const char *name);
/*
 * The same, of an object that only one thread stores to, which is checked.  What that
 * thread loads from it depends on nobody else: fewer executions are needed.
 */
void model_name_written_by(const volatile void *address, const char *name,
                           int thread);

/* Whether --mutant NAME was given. */
bool model_mutant(const char *name);

/* All answers from 0 to count - 1 are tried. */
unsigned model_choose(unsigned count);

/* Whether the thread (0, 1, ...) never came to its end; for a scenario's check. */
bool model_is_blocked(int thread);

/*
 * Sleep until the newest value of an atomic object is another one (or is that one),
 * and acquire it: in place of loops that wait.
 */
#define MODEL_AWAIT_NOT(object, value)                                              \
    model_await((object), sizeof *(object), (uintptr_t)(value), false, __func__)
#define MODEL_AWAIT(object, value)                                                  \
    model_await((object), sizeof *(object), (uintptr_t)(value), true, __func__)
void model_await(const volatile void *object, size_t size, uint64_t value,
                 bool equal, const char *function);

/* An access to memory that is not atomic: two that race are a fault. */
void model_read_plain(const void *address);
void model_write_plain(const void *address);

#endif
