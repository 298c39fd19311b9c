/*
 * The harness of the C runner: cases in processes of their own, and short forms
 * of the calls that every case makes.
 *
 * A check that fails prints its reason and ends the case's process at once, from
 * whatever thread; so nothing here returns an error, and a case releases what it
 * made only on the way that succeeds.
 */
#ifndef ASYR_CONTRACT_HARNESS_H
#define ASYR_CONTRACT_HARNESS_H

#include <pthread.h>
#include <sys/types.h>

#include <asyncresult.h>

#include "fixture.h"

/* Seconds that a case, and a child of it, may take. */
enum { CASE_LIMIT = 60 };

struct contract_case {
    const char *id;
    void (*run)(void);
    const char *skip; /* why C cannot test it, for a case without `run` */
};

extern const struct contract_case get_cases[], callback_cases[], acting_cases[],
    queue_cases[], map_cases[], imap_cases[], pool_cases[], terminate_cases[],
    nested_cases[], full_cases[], process_cases[], strand_cases[], worker_cases[],
    combine_cases[], native_cases[];

#define SQUARE "int64_t fixture_square(int64_t)"
#define BYTE "uint8_t fixture_byte(uint8_t)"
#define LATCH_WAIT "int64_t fixture_latch_wait(int64_t)"
#define COUNT "int64_t fixture_count(int64_t)"
#define THREAD_ID "int64_t fixture_thread_id(void)"

/* Checks. */

#define CHECK(condition)                                                            \
    ((condition) ? (void)0 : fail_case(__FILE__, __LINE__, "expected " #condition))
#define CHECK_INT(expected, found) check_int(__FILE__, __LINE__, expected, found)
#define CHECK_CODE(expected, found) check_code(__FILE__, __LINE__, expected, found)
#define CHECK_TEXT(expected, found) check_text(__FILE__, __LINE__, expected, found)

_Noreturn void fail_case(const char *file, int line, const char *reason);
/* Ends the case's process as one that C cannot test here. */
_Noreturn void skip_case(const char *reason);
void check_int(const char *file, int line, int64_t expected, int64_t found);
void check_code(const char *file, int line, int32_t expected, asyr_status found);
void check_text(const char *file, int line, const char *expected, const char *found);

/* Values and functions; what takes them below consumes them. */

asyr_value *ints(int count, ...); /* a list of int64_t, each given as one */
asyr_value *numbers(int64_t from, int64_t to);    /* a list, both ends included */
asyr_value *pairs(int count, ...);                /* a list of lists of two */
asyr_function *c_function(const char *prototype); /* of the fixture */
asyr_function *native(asyr_native_fn run, void *arg);

/* Pools. */

asyr_pool *pool_of(int64_t workers);
asyr_pool_options *pool_options(int64_t workers);
asyr_pool *pool_with(asyr_pool_options *options);
void end_pool(asyr_pool *pool); /* closes, joins and releases */

/* Submits. */

asyr_task_options *task_options(void);
asyr_result *submit(asyr_pool *pool, asyr_function *function, asyr_value *arguments,
                    asyr_task_options *options);
asyr_result *submit_c(asyr_pool *pool, const char *prototype, asyr_value *arguments);
asyr_result *submit_native(asyr_pool *pool, asyr_native_fn run, void *arg);
asyr_result *submit_map(asyr_pool *pool, asyr_function *function, asyr_value *items,
                        asyr_task_options *options);
asyr_result *submit_starmap(asyr_pool *pool, asyr_function *function,
                            asyr_value *items, asyr_task_options *options);
/* Submits fixture_square; the status, for submits that fail. */
asyr_status try_submit(asyr_pool *pool);

/* Results; `finish` forms wait for ever and release the result. */

int64_t get_int(asyr_result *result);
asyr_status get_code(asyr_result *result, int64_t timeout_ns);
asyr_error *get_failure(asyr_result *result); /* owned; the task's own error */
int64_t finish_int(asyr_result *result);
asyr_status finish_code(asyr_result *result);
asyr_error *finish_failure(asyr_result *result); /* owned, as above */
int64_t item_int(asyr_value *list, int64_t index);

/* A task that holds a worker of the pool until it is let go. */

struct held {
    int64_t latch;
    asyr_result *result;
};

struct held hold(asyr_pool *pool); /* returns once the task runs */
void let_go(struct held held);     /* waits for its value, releases its result */

/* What fits everywhere as a callback: each counts into the counter `arg` names. */

void *id_arg(int64_t id);
asyr_error *count_value(asyr_value *value, void *arg);
asyr_error *count_error(asyr_error *failure, void *arg);
void count_done(asyr_result *result, void *arg);

asyr_error *wait_in_callback(asyr_value *value, void *arg); /* on a latch */

asyr_task_options *with_callback(asyr_callback_fn callback, void *arg);
asyr_task_options *with_error_callback(asyr_error_callback_fn callback, void *arg);
/* Both callbacks, which count into the first counter and into the second. */
asyr_task_options *with_counters(int64_t values, int64_t errors);

/* Threads. */

pthread_t start_thread(void *(*run)(void *), void *arg);
void end_thread(pthread_t thread);
pid_t kernel_thread(void); /* of the caller, for wait_until_asleep() */
/* Returns once the kernel shows the thread asleep: it waits for something. */
void wait_until_asleep(pid_t thread);

/* The threads of this process; 0 where that cannot be told. */
int count_threads(void);
/* Returns once the caller is the only thread: every worker has gone. */
void wait_until_alone(void);

/* Runs in a process of its own and returns its wait status. */
int in_child(void (*run)(void));

#endif
