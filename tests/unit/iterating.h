/*
 * What the tests of iterators share: short ways to begin lazy maps, to take and to put,
 * and calls on other threads.
 */
#ifndef ITERATING_H
#define ITERATING_H

#include "support.h"

#include "pool/iterator.h"

static inline asyr_task_options *options_of(int64_t chunk, int64_t buffer,
                                            int32_t order)
{
    asyr_task_options *options = support_task_options();
    UNIT_SUCCEEDS(asyr_task_options_set_chunk_size(options, chunk, &error));
    if (buffer)
        UNIT_SUCCEEDS(asyr_task_options_set_buffer_size(options, buffer, &error));
    UNIT_SUCCEEDS(asyr_task_options_set_order(options, order, &error));
    return options;
}

/* `options` is consumed and may be NULL. */
static inline asyr_iterator *imap(asyr_pool *pool, asyr_native_fn run, void *arg,
                                  int64_t count, asyr_task_options *options)
{
    asyr_iterator *iterator = NULL;
    asyr_function *function = support_native(run, arg);
    asyr_value *items = support_numbers(count);
    UNIT_SUCCEEDS(asyr_pool_imap(pool, function, items, options, &iterator, &error));
    asyr_value_unref(items);
    asyr_function_unref(function);
    asyr_task_options_free(options);
    return iterator;
}

static inline asyr_iterator *imap_fed(asyr_pool *pool, asyr_native_fn run, void *arg,
                                      asyr_task_options *options)
{
    asyr_iterator *iterator = NULL;
    asyr_function *function = support_native(run, arg);
    UNIT_SUCCEEDS(asyr_pool_imap_fed(pool, function, options, &iterator, &error));
    asyr_function_unref(function);
    asyr_task_options_free(options);
    return iterator;
}

/* The next number, or the negative code of what came in its place. */
static inline int64_t next_within(asyr_iterator *iterator, int64_t timeout)
{
    asyr_value *value = NULL;
    int64_t number = -1;
    asyr_status status = asyr_iterator_next(iterator, timeout, NULL, &value, NULL);
    if (status != ASYR_OK)
        return -(int64_t)status;
    asyr_value_get_int64(value, &number, NULL);
    asyr_value_unref(value);
    return number;
}

static inline int64_t next(asyr_iterator *iterator)
{
    return next_within(iterator, A_MINUTE);
}

static inline asyr_status put(asyr_iterator *iterator, int64_t number,
                              int64_t timeout)
{
    asyr_value *item = unit_int64(number);
    asyr_status status = asyr_iterator_put(iterator, item, timeout, NULL, NULL);
    asyr_value_unref(item);
    return status;
}

static inline int64_t argument(asyr_task *task)
{
    asyr_value *value = NULL;
    int64_t number = -1;
    asyr_task_get_argument(task, 0, &value, NULL);
    asyr_value_get_int64(value, &number, NULL);
    asyr_value_unref(value);
    return number;
}

/* Numbers divisible by 3 fail. */
static inline void run_third(asyr_task *task, void *arg)
{
    int64_t number = argument(task);
    (void)arg;
    if (number % 3 == 0)
        asyr_task_fail_with(task, "Oops", "it failed", NULL);
    else
        run_echo(task, NULL);
}

/* A source of the numbers from 0 on. */
struct source {
    _Atomic int calls;
    int count; /* then it ends, or fails */
    bool fails;
    _Atomic int releases;
    _Atomic int inside;
    _Atomic bool overlapped;
    struct gate *gate; /* entered and left at each call */
};

static inline asyr_status read_number(void *arg, asyr_value **item,
                                      asyr_error **error)
{
    struct source *source = arg;
    int number = atomic_fetch_add(&source->calls, 1);
    asyr_status status;
    if (atomic_fetch_add(&source->inside, 1) != 0)
        atomic_store(&source->overlapped, true);
    if (source->gate)
        run_gate(NULL, source->gate);
    if (number < source->count)
        status = asyr_value_new_int64(number, item, error);
    else if (!source->fails)
        status = ASYR_E_STOP;
    else {
        *error = asyr_error_new(ASYR_E_TIMEOUT, "Broken", "no more paper");
        status = ASYR_E_TIMEOUT;
    }
    atomic_fetch_sub(&source->inside, 1);
    return status;
}

static inline void release_source(void *arg)
{
    atomic_fetch_add(&((struct source *)arg)->releases, 1);
}

static inline asyr_iterator *imap_source(asyr_pool *pool, asyr_native_fn run,
                                         void *arg, struct source *source,
                                         asyr_task_options *options)
{
    asyr_iterator *iterator = NULL;
    asyr_function *function = support_native(run, arg);
    UNIT_SUCCEEDS(asyr_pool_imap_source(pool, function, read_number, source,
                                        release_source, options, &iterator, &error));
    asyr_function_unref(function);
    asyr_task_options_free(options);
    return iterator;
}

static const int64_t chunk_sizes[] = {1, 3, 100};

#define EACH_CHUNK_SIZE(chunk)                                                      \
    for (const int64_t *at = chunk_sizes, *end = at + 3; at < end; at++)            \
        for (int64_t chunk = *at, once = 1; once; once = 0)

/* The number 0 waits until it may end. */
static inline void run_first_held(asyr_task *task, void *gate)
{
    int64_t number = argument(task);
    if (number == 0)
        run_gate(task, gate);
    run_echo(task, NULL);
}

/* A call of next or put on another thread. */
struct caller {
    pthread_t thread;
    asyr_iterator *iterator;
    int64_t answer;
};

static inline void *call_next(void *arg)
{
    struct caller *caller = arg;
    caller->answer = next(caller->iterator);
    return NULL;
}

static inline void *call_put(void *arg)
{
    struct caller *caller = arg;
    caller->answer = put(caller->iterator, 77, A_MINUTE);
    return NULL;
}

static inline void start(struct caller *caller, asyr_iterator *iterator,
                         void *(*call)(void *caller))
{
    caller->iterator = iterator;
    pthread_create(&caller->thread, NULL, call, caller);
}

static inline int64_t answer_of(struct caller *caller)
{
    pthread_join(caller->thread, NULL);
    return caller->answer;
}

static inline void await_takers(asyr_iterator *iterator, int count)
{
    support_await_sleepers(&iterator->lock, &iterator->takers, count);
}

static inline void await_putters(asyr_iterator *iterator, int count)
{
    support_await_sleepers(&iterator->lock, &iterator->putters, count);
}

#endif
