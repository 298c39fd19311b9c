/*
 * Chains at random: thousands of results made of results, of two pools, completed,
 * cancelled and ended by force from several threads at once.
 *
 *     chains [SEED [ROUNDS]]
 *
 * Every result must become ready, whatever happens, and each function that was given
 * must be released.
 */
#include <asyncresult.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 20, RESULTS = 300, PROMISES = 30, THREADS = 3, MOST = 4 };

static const int64_t MINUTE = INT64_C(60000000000);
static uint64_t seed = 1;
static _Atomic int64_t alive; /* functions */

struct round {
    uint64_t seed;
    asyr_pool *pools[2];
    asyr_promise *promises[PROMISES];
    asyr_result *results[RESULTS];
};

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static int below(uint64_t *state, int limit)
{
    return (int)(next(state) % (uint64_t)limit);
}

static void stop(const char *what)
{
    fprintf(stderr, "chains %" PRIu64 ": %s\n", seed, what);
    abort();
}

static void need(bool condition, const char *what)
{
    if (!condition)
        stop(what);
}

static void answer(asyr_task *task, void *arg)
{
    asyr_value *value = NULL;
    (void)arg;
    asyr_task_get_argument(task, 0, &value, NULL);
    if (asyr_value_get_type(value) == ASYR_VALUE_INT64)
        asyr_task_return_int64(task, 7, NULL);
    else if (asyr_value_get_type(value) == ASYR_VALUE_LIST)
        asyr_task_fail_with(task, "List", "it got a list", NULL);
    else
        asyr_task_return_double(task, 0.5, NULL);
    asyr_value_unref(value);
}

static void released(void *arg)
{
    (void)arg;
    alive--;
}

static asyr_error *called(asyr_value *value, void *arg)
{
    (void)value;
    (void)arg;
    return NULL;
}

static asyr_task_options *options_new(struct round *round)
{
    asyr_task_options *options = NULL;
    need(asyr_task_options_new(&options, NULL) == ASYR_OK, "options");
    asyr_task_options_set_error_policy(options, below(&round->seed, 4), NULL);
    if (below(&round->seed, 4) == 0)
        asyr_task_options_set_callback(options, called, NULL, NULL, NULL);
    return options;
}

/* A result made of some of those that there are. */
static void chain(struct round *round, int count)
{
    uint64_t *state = &round->seed;
    asyr_result *some[MOST];
    int how_many = 1 + below(state, MOST);
    asyr_result **made = &round->results[count];
    asyr_pool *pool = round->pools[below(state, 2)];
    asyr_function *function = NULL;
    asyr_task_options *options = options_new(round);
    asyr_status status = ASYR_OK;
    alive++;
    need(asyr_function_new_native("answer", answer, NULL, released, &function,
                                  NULL) == ASYR_OK,
         "function");
    for (int i = 0; i < how_many; i++)
        some[i] = round->results[below(state, count)];
    switch (below(state, 6)) {
    case 0:
        status = asyr_result_all(some, how_many, pool, options, made, NULL);
        break;
    case 1:
        status = asyr_result_any(some, how_many, pool, options, made, NULL);
        break;
    case 2:
        status = asyr_result_rescue(some[0], pool, function, options, made, NULL);
        break;
    default:
        status = asyr_result_then(some[0], pool, function, options, made, NULL);
    }
    need(status == ASYR_OK, "a chain is made");
    asyr_task_options_free(options);
    asyr_function_unref(function);
}

static void begin(struct round *round)
{
    for (int i = 0; i < 2; i++) {
        asyr_pool_options *options = NULL;
        asyr_pool_options_new(&options, NULL);
        asyr_pool_options_set_workers(options, 1 + below(&round->seed, 3), NULL);
        if (below(&round->seed, 2))
            asyr_pool_options_set_queue_limit(options, 5, ASYR_FULL_BLOCK, NULL);
        need(asyr_pool_new(options, &round->pools[i], NULL) == ASYR_OK, "pool");
        asyr_pool_options_free(options);
    }
    for (int i = 0; i < PROMISES; i++)
        need(asyr_promise_new(round->pools[i % 2], NULL, &round->promises[i],
                              &round->results[i], NULL) == ASYR_OK,
             "promise");
    for (int i = PROMISES; i < RESULTS; i++)
        chain(round, i);
}

struct thread {
    pthread_t thread;
    struct round *round;
    uint64_t seed;
};

static void complete(asyr_promise *promise, uint64_t *state)
{
    asyr_value *value = NULL;
    asyr_error *failure = asyr_error_new(ASYR_E_TASK, "Oops", "it failed");
    asyr_value_new_int64(below(state, 1000), &value, NULL);
    if (below(state, 3))
        asyr_promise_set_value(promise, value, NULL);
    else
        asyr_promise_set_error(promise, failure, NULL);
    asyr_value_unref(value);
    asyr_error_unref(failure);
}

static void wait_for_some(struct round *round, uint64_t *state)
{
    asyr_result *some[MOST];
    for (int i = 0; i < MOST; i++)
        some[i] = round->results[below(state, RESULTS)];
    switch (below(state, 3)) {
    case 0:
        asyr_result_wait_any(some, MOST, 10000, NULL, NULL, NULL);
        break;
    case 1:
        asyr_result_wait_first_error(some, MOST, 10000, NULL, NULL, NULL);
        break;
    default:
        asyr_result_wait_all(some, MOST, 10000, NULL, NULL);
    }
}

static void *play(void *arg)
{
    struct thread *thread = arg;
    struct round *round = thread->round;
    uint64_t *state = &thread->seed;
    for (int i = 0; i < 4 * PROMISES; i++) {
        int what = below(state, 200);
        if (what < 120)
            complete(round->promises[below(state, PROMISES)], state);
        else if (what < 180)
            asyr_result_cancel(round->results[below(state, RESULTS)], NULL, NULL);
        else if (what < 199)
            wait_for_some(round, state);
        else if (below(state, 4) == 0)
            asyr_pool_terminate(round->pools[below(state, 2)], NULL);
        else
            asyr_pool_close(round->pools[below(state, 2)], NULL);
    }
    return NULL;
}

static void end(struct round *round)
{
    asyr_queue *queue = NULL;
    asyr_event *event = NULL;
    int handed_out = 0;
    need(asyr_result_as_completed(round->results, RESULTS, &queue, NULL) == ASYR_OK,
         "as completed");
    for (int i = 0; i < PROMISES; i++)
        asyr_promise_unref(round->promises[i]);
    while (asyr_queue_next(queue, MINUTE, NULL, &event, NULL) == ASYR_OK) {
        handed_out++;
        asyr_event_finish(event, NULL, NULL);
    }
    asyr_queue_unref(queue);
    need(handed_out == RESULTS, "every result becomes ready");
    for (int i = 0; i < RESULTS; i++) {
        need(asyr_result_is_ready(round->results[i]),
             "what was handed out is ready");
        asyr_result_unref(round->results[i]);
    }
    for (int i = 0; i < 2; i++) {
        asyr_pool_close(round->pools[i], NULL);
        need(asyr_pool_join(round->pools[i], MINUTE, NULL, NULL) == ASYR_OK,
             "the pool ends");
        asyr_pool_unref(round->pools[i]);
    }
}

static void play_round(void)
{
    struct round round = {.seed = seed};
    struct thread threads[THREADS];
    begin(&round);
    for (int i = 0; i < THREADS; i++) {
        threads[i] = (struct thread){.round = &round, .seed = next(&round.seed)};
        need(pthread_create(&threads[i].thread, NULL, play, &threads[i]) == 0,
             "thread");
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i].thread, NULL);
    end(&round);
    need(alive == 0, "every function is released");
}

int main(int argc, char **argv)
{
    int rounds = ROUNDS;
    if (argc > 1)
        seed = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        rounds = (int)strtol(argv[2], NULL, 10);
    seed += seed == 0;
    for (int i = 0; i < rounds; i++, seed++)
        play_round();
    return EXIT_SUCCESS;
}
