/*
 * Random faults: memory and threads that are refused, pools that are ended, released
 * or forked at any moment, tasks and callbacks that end their thread, queues that are
 * closed.
 *
 *   faults [SEED [ROUNDS]]
 *
 * A round is a pool of some kind, three players that submit everything there is, the
 * threads of a host where it needs some, and one thread that makes the faults.
 * Afterwards the rules have to hold: every result is ready, of its callbacks exactly one
 * ran, once, what was given was released once.  A round that takes a minute hangs: then
 * the seed is printed and the program aborts.  Leaks are found by the leak sanitizer.
 */
#include "faults.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "platform/thread.h"

enum { PATIENCE_SECONDS = 60, DEFAULT_ROUNDS = 60 };

static uint64_t seed;
static _Atomic int round_number;
static int64_t refused_pools;

void fail(const char *what)
{
    fprintf(stderr, "faults: %s (seed %" PRIu64 ", round %d)\n", what, seed,
            atomic_load(&round_number));
    abort();
}

void expect(bool holds, const char *what)
{
    if (!holds)
        fail(what);
}

/* xorshift64 (George Marsaglia, "Xorshift RNGs", 2003). */
uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

bool chance(uint64_t *state, unsigned percent)
{
    return next_random(state) % 100 < percent;
}

void pause_for(uint64_t most_ns, uint64_t *random)
{
    struct timespec time = {.tv_nsec = (long)(next_random(random) % most_ns)};
    nanosleep(&time, NULL);
}

static void *watch(void *arg)
{
    int seen = -1, seconds = 0;
    (void)arg;
    while (seconds < PATIENCE_SECONDS) {
        struct timespec second = {.tv_sec = 1};
        nanosleep(&second, NULL);
        int now = atomic_load(&round_number);
        seconds = now == seen ? seconds + 1 : 0;
        seen = now;
    }
    fail("it hangs");
    return NULL;
}

static void disarm(void)
{
    asyri_alloc_fail_after(-1, 0);
    asyri_thread_fail_after(-1);
}

/* At any moment while the players play. */
static void make_fault(struct round *round, uint64_t *random)
{
    switch (next_random(random) % 8) {
    case 0:
        asyri_thread_fail_after((int64_t)(next_random(random) % 3));
        break;
    case 1:
        asyri_thread_fail_after(-1);
        break;
    case 2:
        fork_now(round);
        break;
    case 3:
        asyri_alloc_fail_after((int64_t)(next_random(random) % 8), true);
        break;
    case 4:
        asyri_alloc_fail_after(-1, false);
        break;
    default:
        asyri_alloc_fail_after((int64_t)(next_random(random) % 40), false);
    }
}

static void *make_faults(void *arg)
{
    struct round *round = arg;
    uint64_t random = round->seed ^ 0x9E3779B97F4A7C15u;
    while (!atomic_load(&round->stopping)) {
        pause_for(300000, &random);
        if (round->has_faults)
            make_fault(round, &random);
        else if (chance(&random, 10))
            fork_now(round);
    }
    disarm();
    return NULL;
}

static void initialize(asyr_task *task, void *arg)
{
    struct round *round = arg;
    uint64_t throw = atomic_fetch_add(&round->dice, 1) % 5;
    if (throw == 0)
        pthread_exit(NULL);
    if (throw == 1)
        asyr_task_fail_with(task, "Initializer", "an initializer that fails", NULL);
}

static void set_initializer(struct round *round, asyr_pool_options *options)
{
    asyr_function *function;
    atomic_fetch_add(&round->functions, 1);
    expect(!asyr_function_new_native("initialize", initialize, round, count_function,
                                     &function, NULL),
           "a function");
    asyr_pool_options_set_initializer(options, function, NULL, NULL);
    asyr_function_unref(function);
    round->may_break = true;
}

static asyr_pool_options *choose_options(struct round *round, uint64_t *random)
{
    asyr_pool_options *options;
    int32_t policy = (int32_t)(next_random(random) % 3);
    expect(!asyr_pool_options_new(&options, NULL), "options");
    asyr_pool_options_set_workers(options, 1 + (int64_t)chance(random, 60) * 2,
                                  NULL);
    if (round->lent)
        asyr_pool_options_set_worker_source(options, ASYR_WORKERS_HOST, NULL);
    if (chance(random, 20))
        asyr_pool_options_set_max_tasks_per_worker(options, 20, NULL);
    if (chance(random, 40)) {
        asyr_pool_options_set_queue_limit(options, 8, policy, NULL);
        round->may_refuse = policy == ASYR_FULL_FAIL;
    }
    if (chance(random, 30))
        asyr_pool_options_set_helping(options, ASYR_HELP_ALL, NULL);
    if (chance(random, 10))
        set_initializer(round, options);
    if (round->queue)
        asyr_pool_options_set_queue(options, round->queue, NULL);
    return options;
}

/* B20: the first, the second or the last worker cannot be started. */
static void refuse_pool(const asyr_pool_options *options, bool lent)
{
    for (int64_t worker = 0; worker < 3; worker++) {
        asyr_pool *pool = NULL;
        asyri_thread_fail_after(worker);
        asyr_status status = asyr_pool_new(options, &pool, NULL);
        asyri_thread_fail_after(-1);
        expect(status == ASYR_E_SYSTEM || (!status && (worker > 0 || lent)),
               "a pool without its workers");
        refused_pools += status != ASYR_OK;
        if (pool)
            asyr_pool_terminate(pool, NULL);
        asyr_pool_unref(pool);
    }
}

/* Each allocation of a new pool fails; then there is one. */
static void make_pool(struct round *round, uint64_t *random)
{
    asyr_pool_options *options = choose_options(round, random);
    asyr_status status;
    if (chance(random, 20))
        refuse_pool(options, round->lent);
    for (int64_t i = chance(random, 20) ? 0 : 1000; i >= 0; i++) {
        asyri_alloc_fail_after(i, false);
        status = asyr_pool_new(options, &round->pool, NULL);
        disarm();
        if (!status)
            break;
        expect(status == ASYR_E_MEMORY, "a pool refused for no reason");
        refused_pools++;
    }
    asyr_pool_options_free(options);
}

static void set_up(struct round *round, uint64_t *random)
{
    memset(round, 0, sizeof *round);
    pthread_mutex_init(&round->lock, NULL);
    round->seed = next_random(random);
    round->dice = round->seed;
    round->lent = chance(random, 25);
    round->has_faults = chance(random, 70);
    expect(!asyr_interrupt_new(&round->interrupt, NULL), "an interrupt");
    if (chance(random, 40))
        expect(!asyr_queue_new(0, &round->queue, NULL), "a queue");
    round->callbacks_end_threads =
        !round->queue && !round->has_faults && chance(random, 30);
    make_pool(round, random);
    expect(make_functions(round), "functions");
    for (int32_t kind = 0; kind < 2 && !round->may_break; kind++)
        expect(!asyr_strand_new(round->pool, kind, &round->strands[kind], NULL),
               "a strand");
}

/* Close or terminate, or only let the handle go in the end. */
static void end_pool(struct round *round, uint64_t *random)
{
    atomic_store(&round->ending, true);
    if (chance(random, 50))
        expect(!asyr_pool_terminate(round->pool, NULL), "terminate");
    else
        expect(!asyr_pool_close(round->pool, NULL), "close");
}

static void join_pool(struct round *round)
{
    asyr_status status;
    asyr_pool_close(round->pool, NULL);
    while (
        (status = asyr_pool_join(round->pool, 50000000, round->interrupt, NULL))) {
        expect(status == ASYR_E_TIMEOUT || status == ASYR_E_INTERRUPTED,
               "a join of a pool that ends");
        asyr_interrupt_clear(round->interrupt);
    }
}

static void let_go(struct round *round, struct player *players, bool joins)
{
    for (int i = 0; i < PLAYERS; i++)
        end_iteration(&players[i]); /* an input that is left would hold the join */
    if (joins)
        join_pool(round);
    for (int kind = 0; kind < 2; kind++)
        asyr_strand_unref(round->strands[kind]);
    drop_functions(round);
    asyr_pool_unref(round->pool); /* closes it */
    for (int i = 0; i < PLAYERS; i++)
        settle_player(&players[i]);
    for (int i = 0; i < PLAYERS; i++)
        release_player(&players[i]);
}

/* What was accepted is heard of; callbacks may come after the results' handles went. */
static void await_end(const struct round *round, const struct player *players,
                      uint64_t *random)
{
    for (int i = 0; i < PLAYERS; i++)
        while (!is_settled(&players[i]))
            pause_for(200000, random);
    while (atomic_load(&((struct round *)round)->functions))
        pause_for(200000, random);
}

static void start(pthread_t *thread, void *(*run)(void *), void *arg)
{
    expect(!pthread_create(thread, NULL, run, arg), "a thread");
}

static void play_round(uint64_t *random)
{
    struct round round;
    struct player players[PLAYERS] = {0};
    pthread_t threads[PLAYERS], hosts[HOSTS], drainer, faults;
    set_up(&round, random);
    if (round.queue)
        start(&drainer, drain, &round);
    for (int i = 0; i < HOSTS && round.lent; i++)
        start(&hosts[i], lend, &round);
    for (int i = 0; i < PLAYERS; i++) {
        players[i].round = &round;
        players[i].random = next_random(random) | 1;
        start(&threads[i], play, &players[i]);
    }
    start(&faults, make_faults, &round);
    bool ends_early = chance(random, 50);
    if (ends_early) {
        pause_for(4000000, random);
        end_pool(&round, random);
    }
    for (int i = 0; i < PLAYERS; i++)
        pthread_join(threads[i], NULL);
    atomic_store(&round.ending, true);
    atomic_store(&round.stopping, true);
    pthread_join(faults, NULL);
    asyr_pool *lent = round.lent ? asyr_pool_ref(round.pool) : NULL;
    if (lent)
        asyr_pool_close(lent, NULL);
    let_go(&round, players, chance(random, 70));
    for (int i = 0; i < HOSTS && round.lent; i++)
        pthread_join(hosts[i], NULL);
    asyr_pool_unref(lent);
    await_end(&round, players, random);
    if (round.queue) {
        asyr_queue_close(round.queue, NULL);
        pthread_join(drainer, NULL);
    }
    asyr_queue_unref(round.queue);
    asyr_interrupt_unref(round.interrupt);
    for (int i = 0; i < PLAYERS; i++)
        check_player(&players[i]);
    pthread_mutex_destroy(&round.lock);
}

int main(int argc, char **argv)
{
    seed = argc > 1 ? strtoull(argv[1], NULL, 0) : (uint64_t)time(NULL);
    int rounds = argc > 2 ? atoi(argv[2]) : DEFAULT_ROUNDS;
    uint64_t random = seed * 2654435761u + 1;
    pthread_t watchdog;
    printf("seed %" PRIu64 ", %d rounds\n", seed, rounds);
    fflush(stdout);
    start(&watchdog, watch, NULL);
    pthread_detach(watchdog);
    for (int i = 0; i < rounds; i++) {
        atomic_store(&round_number, i);
        play_round(&random);
    }
    printf("%" PRId64 " pools were refused\n", refused_pools);
    return 0;
}
