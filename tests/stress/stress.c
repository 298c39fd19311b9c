/*
 * Random work from many threads: submits with every option, waits of every kind
 * (with and without time-outs and interrupts), cancels, nested tasks, strands,
 * closures and pools that end at any moment.
 *
 *   stress [SEED [ROUNDS]]
 *
 * A round is a pool and four threads.  Afterwards the sums are checked: what was
 * given to the library was released once, and of the two callbacks of a result
 * exactly one ran, once.  The seed is printed, so that a failure can be repeated.
 */
#include <asyncresult.h>

#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS = 4, STEPS = 150, KEPT = 16, ITEMS = 23 };

static _Atomic int64_t given, released, callbacks_due, callbacks_run;
static _Atomic int64_t dones_due, dones_run;

struct round {
    asyr_pool *pool;
    asyr_queue *queue; /* NULL for the pool's dispatcher */
    asyr_function *leaf;
    asyr_function *nest;
    asyr_strand *strands[2];
    asyr_interrupt *interrupt; /* of all waits that have one */
    atomic_bool ending;
};

struct player {
    struct round *round;
    uint64_t random;
    asyr_result *kept[KEPT];
};

static void fail(const char *what)
{
    fprintf(stderr, "stress: %s\n", what);
    abort();
}

static void expect(bool holds, const char *what)
{
    if (!holds)
        fail(what);
}

/* xorshift64 (George Marsaglia, "Xorshift RNGs", 2003). */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static bool chance(struct player *player, unsigned percent)
{
    return next_random(&player->random) % 100 < percent;
}

static void count_release(void *arg)
{
    (void)arg;
    atomic_fetch_add(&released, 1);
}

static asyr_error *on_value(asyr_value *value, void *arg)
{
    (void)arg;
    atomic_fetch_add(&callbacks_run, 1);
    if (asyr_value_get_type(value) == ASYR_VALUE_INT64) {
        int64_t number;
        asyr_value_get_int64(value, &number, NULL);
        if (number % 7 == 0)
            return asyr_error_new(ASYR_E_TASK, "Stress", "a callback that fails");
    }
    return NULL;
}

static asyr_error *on_error(asyr_error *failure, void *arg)
{
    (void)arg;
    expect(asyr_error_get_message(failure)[0] != '\0', "an error without a message");
    atomic_fetch_add(&callbacks_run, 1);
    return NULL;
}

static void on_done(asyr_result *result, void *arg)
{
    (void)arg;
    expect(asyr_result_is_ready(result), "done before it is ready");
    atomic_fetch_add(&dones_run, 1);
}

static asyr_value *list_of(int64_t number)
{
    asyr_value *list, *item;
    expect(!asyr_value_new_list(1, &list, NULL), "a list");
    expect(!asyr_value_new_int64(number, &item, NULL), "a number");
    expect(!asyr_value_append(list, item, NULL), "an item");
    asyr_value_unref(item);
    return list;
}

/* A task that computes a little, and sometimes fails. */
static void leaf(asyr_task *task, void *arg)
{
    int64_t number;
    (void)arg;
    if (asyr_task_get_int64(task, 0, &number, NULL))
        return;
    if (number % 11 == 3)
        asyr_task_fail_with(task, "Stress", "a task that fails", NULL);
    else
        asyr_task_return_int64(task, number * 2, NULL);
}

/* A task that submits two of its kind, one smaller, and waits for both. */
static void nest(asyr_task *task, void *arg)
{
    struct round *round = arg;
    int64_t depth, sum = 1;
    asyr_task_get_int64(task, 0, &depth, NULL);
    for (int i = 0; i < 2 && depth > 0; i++) {
        asyr_value *arguments = list_of(depth - 1);
        asyr_result *result;
        asyr_status status = asyr_pool_apply_async(round->pool, round->nest,
                                                   arguments, NULL, &result, NULL);
        asyr_value_unref(arguments);
        if (status)
            break;
        int64_t part = 0;
        asyr_result_get_int64(result, i ? 1000000 : ASYR_FOREVER, &part, NULL);
        asyr_result_unref(result);
        sum += part;
    }
    asyr_task_return_int64(task, sum, NULL);
}

static asyr_task_options *choose_options(struct player *player, bool *calls_back)
{
    asyr_task_options *options;
    struct round *round = player->round;
    expect(!asyr_task_options_new(&options, NULL), "options");
    *calls_back = chance(player, 50);
    if (*calls_back) {
        atomic_fetch_add(&given, 2);
        asyr_task_options_set_callback(options, on_value, round, count_release,
                                       NULL);
        asyr_task_options_set_error_callback(options, on_error, round, count_release,
                                             NULL);
    }
    if (chance(player, 30))
        asyr_task_options_set_strand(options, round->strands[chance(player, 50)],
                                     NULL);
    if (chance(player, 30))
        asyr_task_options_set_chunk_size(options, 1 + (int64_t)chance(player, 50),
                                         NULL);
    int32_t policy = (int32_t)(next_random(&player->random) % 4);
    asyr_task_options_set_error_policy(options, policy, NULL);
    return options;
}

static asyr_result *submit(struct player *player)
{
    struct round *round = player->round;
    bool calls_back;
    asyr_task_options *options = choose_options(player, &calls_back);
    asyr_result *result = NULL;
    int64_t number = (int64_t)(next_random(&player->random) % 1000);
    asyr_value *input;
    asyr_status status;
    if (chance(player, 20)) {
        expect(!asyr_value_new_list(0, &input, NULL), "items");
        for (int64_t i = 0; i < ITEMS; i++) {
            asyr_value *item;
            asyr_value_new_int64(number + i, &item, NULL);
            asyr_value_append(input, item, NULL);
            asyr_value_unref(item);
        }
        status = asyr_pool_map_async(round->pool, round->leaf, input, options,
                                     &result, NULL);
    } else if (chance(player, 10)) {
        input = list_of(4);
        status = asyr_pool_apply_async(round->pool, round->nest, input, NULL,
                                       &result, NULL);
        calls_back = false;
    } else {
        input = list_of(number);
        status = asyr_pool_apply_async(round->pool, round->leaf, input, options,
                                       &result, NULL);
    }
    if (!status && calls_back)
        atomic_fetch_add(&callbacks_due, 1);
    expect(!status || atomic_load(&round->ending), "a submit to an open pool");
    asyr_value_unref(input);
    asyr_task_options_free(options);
    return result;
}

/* From none to longer than most tasks take. */
static int64_t short_time(struct player *player)
{
    return (int64_t)(next_random(&player->random) % 200000);
}

/*
 * With the interrupt of all, which any player raises or lowers at any time.  A wait
 * without a time-out is for a result that becomes ready in any case.
 */
static void wait_with_interrupt(struct player *player, asyr_result *result)
{
    asyr_interrupt *interrupt = player->round->interrupt;
    bool limited = chance(player, 50);
    int64_t timeout = limited ? short_time(player) : ASYR_FOREVER;
    asyr_status status = asyr_result_wait(result, timeout, interrupt, NULL);
    expect(status == ASYR_OK || status == ASYR_E_INTERRUPTED ||
               (limited && status == ASYR_E_TIMEOUT),
           "a wait that ended for no reason");
    expect(status != ASYR_OK || asyr_result_is_ready(result),
           "not ready after a wait with an interrupt");
    if (status == ASYR_E_INTERRUPTED)
        asyr_interrupt_clear(interrupt);
}

/* Do something with a result: wait, cancel, ask, add a done-callback. */
static void use(struct player *player, asyr_result *result)
{
    bool successful;
    switch (next_random(&player->random) % 8) {
    case 0:
        asyr_result_wait(result, ASYR_FOREVER, NULL, NULL);
        expect(asyr_result_is_ready(result), "not ready after a wait");
        break;
    case 1:
        asyr_result_get(result, short_time(player), NULL, NULL, NULL);
        break;
    case 2:
        asyr_result_cancel(result, NULL, NULL);
        break;
    case 3:
        asyr_result_is_successful(result, &successful, NULL);
        break;
    case 4:
        wait_with_interrupt(player, result);
        break;
    case 5:
        asyr_interrupt_trigger(player->round->interrupt);
        break;
    default:
        atomic_fetch_add(&given, 1);
        if (!asyr_result_add_done_callback(result, on_done, NULL, count_release,
                                           NULL, NULL))
            atomic_fetch_add(&dones_due, 1);
        break;
    }
}

static void *play(void *arg)
{
    struct player *player = arg;
    for (int step = 0; step < STEPS; step++) {
        asyr_result **slot = &player->kept[next_random(&player->random) % KEPT];
        if (*slot && chance(player, 60)) {
            use(player, *slot);
            continue;
        }
        asyr_result_unref(*slot);
        *slot = submit(player);
    }
    return NULL;
}

static void *drain(void *arg)
{
    struct round *round = arg;
    for (;;) {
        asyr_status status =
            asyr_queue_run(round->queue, 0, 300000, round->interrupt, NULL, NULL);
        if (status == ASYR_E_INTERRUPTED)
            asyr_interrupt_clear(round->interrupt);
        else if (status)
            return NULL;
    }
}

static void set_up(struct round *round, uint64_t *random)
{
    asyr_pool_options *options;
    uint64_t choice = next_random(random);
    memset(round, 0, sizeof *round);
    expect(!asyr_interrupt_new(&round->interrupt, NULL), "an interrupt");
    expect(!asyr_pool_options_new(&options, NULL), "options");
    asyr_pool_options_set_workers(options, 1 + (int64_t)(choice % 3), NULL);
    if (choice & 16)
        asyr_pool_options_set_max_tasks_per_worker(options, 20, NULL);
    if (choice & 32)
        asyr_pool_options_set_queue_limit(
            options, 8, choice & 64 ? ASYR_FULL_BLOCK : ASYR_FULL_CALLER_RUNS, NULL);
    if (choice & 128) {
        expect(!asyr_queue_new(0, &round->queue, NULL), "a queue");
        asyr_pool_options_set_queue(options, round->queue, NULL);
    }
    expect(!asyr_pool_new(options, &round->pool, NULL), "a pool");
    asyr_pool_options_free(options);
    asyr_function_new_native("leaf", leaf, round, NULL, &round->leaf, NULL);
    asyr_function_new_native("nest", nest, round, NULL, &round->nest, NULL);
    for (int32_t kind = 0; kind < 2; kind++)
        expect(!asyr_strand_new(round->pool, kind, &round->strands[kind], NULL),
               "a strand");
}

static void end_pool(struct round *round, bool by_force)
{
    atomic_store(&round->ending, true);
    if (by_force)
        asyr_pool_terminate(round->pool, NULL);
    else
        asyr_pool_close(round->pool, NULL);
}

static void tear_down(struct round *round, struct player *players)
{
    asyr_status status;
    while ((status = asyr_pool_join(round->pool, 50000, NULL, NULL)))
        expect(status == ASYR_E_TIMEOUT, "a join of a pool that ends");
    for (int i = 0; i < THREADS * KEPT; i++) {
        asyr_result *result = players[i / KEPT].kept[i % KEPT];
        if (result)
            expect(!asyr_result_wait(result, ASYR_FOREVER, NULL, NULL),
                   "a result of a pool that ended");
        asyr_result_unref(result);
    }
    for (int kind = 0; kind < 2; kind++)
        asyr_strand_unref(round->strands[kind]);
    asyr_function_unref(round->leaf);
    asyr_function_unref(round->nest);
}

static void play_round(uint64_t *random)
{
    struct round round;
    struct player players[THREADS] = {0};
    pthread_t threads[THREADS], drainer;
    set_up(&round, random);
    if (round.queue)
        expect(!pthread_create(&drainer, NULL, drain, &round), "a thread");
    for (int i = 0; i < THREADS; i++) {
        players[i].round = &round;
        players[i].random = next_random(random) | 1;
        expect(!pthread_create(&threads[i], NULL, play, &players[i]), "a thread");
    }
    bool by_force = next_random(random) & 1;
    if (by_force)
        end_pool(&round, true);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    end_pool(&round, by_force);
    tear_down(&round, players);
    if (round.queue) {
        while (dones_run != dones_due || callbacks_run != callbacks_due)
            sched_yield();
        asyr_queue_close(round.queue, NULL);
        pthread_join(drainer, NULL);
    }
    asyr_pool_unref(round.pool);
    asyr_queue_unref(round.queue);
    asyr_interrupt_unref(round.interrupt);
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : (uint64_t)time(NULL);
    int rounds = argc > 2 ? atoi(argv[2]) : 40;
    uint64_t random = seed * 2654435761u + 1;
    printf("seed %" PRIu64 ", %d rounds\n", seed, rounds);
    fflush(stdout);
    for (int i = 0; i < rounds; i++) {
        play_round(&random);
        expect(released == given, "what was given was not released once");
        expect(callbacks_run == callbacks_due, "a callback did not run once");
        expect(dones_run == dones_due, "a done-callback did not run once");
    }
    printf("%" PRId64 " callbacks, %" PRId64 " done-callbacks, %" PRId64
           " releases\n",
           callbacks_run, dones_run, released);
    return 0;
}
