/* The players of the fault test: every kind of submit, and every use of a result. */
#include "faults.h"

#include <stdlib.h>

enum { STEPS = 60, ITEMS = 23, MANY_ITEMS = 400 };

static uint64_t throw_dice(struct round *round)
{
    uint64_t random = atomic_fetch_add(&round->dice, 0x9E3779B97F4A7C15u) | 1;
    next_random(&random);
    return next_random(&random);
}

/* A task that computes a little, and sometimes fails. */
static void leaf(asyr_task *task, void *arg)
{
    int64_t number;
    (void)arg;
    if (asyr_task_get_int64(task, 0, &number, NULL))
        return;
    if (number % 11 == 3)
        asyr_task_fail_with(task, "Faults", "a task that fails", NULL);
    else
        asyr_task_return_int64(task, number * 2, NULL);
}

/* A task that takes a while, unless it is cancelled. */
static void slow(asyr_task *task, void *arg)
{
    uint64_t random = throw_dice(arg) | 1;
    for (int i = 0; i < 4 && !asyr_task_is_cancelled(task); i++)
        pause_for(50000, &random);
    asyr_task_return_double(task, 0.5, NULL);
}

/* A task that now and then ends its thread (B25). */
static void ender(asyr_task *task, void *arg)
{
    if (throw_dice(arg) % 4 == 0)
        pthread_exit(NULL);
    leaf(task, NULL);
}

static asyr_value *list_of(int64_t first, int64_t count)
{
    asyr_value *list;
    if (asyr_value_new_list(count, &list, NULL))
        return NULL;
    for (int64_t i = 0; i < count; i++) {
        asyr_value *item;
        asyr_status status = asyr_value_new_int64(first + i, &item, NULL);
        if (!status)
            status = asyr_value_append(list, item, NULL);
        if (status) {
            asyr_value_unref(list);
            list = NULL;
        }
        asyr_value_unref(item);
        if (!list)
            return NULL;
    }
    return list;
}

static void drop_value(void *arg)
{
    asyr_value_unref(*(asyr_value **)arg);
}

static void drop_result(void *arg)
{
    asyr_result_unref(*(asyr_result **)arg);
}

static asyr_function **choose_place(struct round *round, uint64_t random)
{
    switch (random % 8) {
    case 0:
        return &round->slow;
    case 1:
        return &round->ender;
    default:
        return &round->leaf;
    }
}

static asyr_function *choose_function(struct round *round, uint64_t random)
{
    return *choose_place(round, random);
}

/* For a task, which may go on when the host has dropped its functions; NULL then. */
static asyr_function *take_function(struct round *round, asyr_function **place)
{
    pthread_mutex_lock(&round->lock);
    asyr_function *function = asyr_function_ref(*place);
    pthread_mutex_unlock(&round->lock);
    return function;
}

static void drop_function(void *arg)
{
    asyr_function_unref(*(asyr_function **)arg);
}

/* Submit another one and wait for it, in a way or another (B24). */
static int64_t nest_once(struct round *round, int64_t depth)
{
    uint64_t random = throw_dice(round);
    int64_t part = 0;
    asyr_result *result = NULL;
    asyr_value *input = list_of(depth - 1, 1);
    asyr_function **place =
        depth > 1 ? &round->nest : choose_place(round, random >> 8);
    asyr_function *function = take_function(round, place);
    pthread_cleanup_push(drop_function, &function);
    pthread_cleanup_push(drop_value, &input);
    pthread_cleanup_push(drop_result, &result);
    asyr_status status =
        random & 1
            ? asyr_pool_apply_async(round->pool, function, input, NULL, &result,
                                    NULL)
            : asyr_pool_map_async(round->pool, function, input, NULL, &result, NULL);
    if (!status && random & 2)
        asyr_result_wait(result, (int64_t)(random >> 20) % 400000, round->interrupt,
                         NULL);
    else if (!status && random & 1)
        asyr_result_get_int64(result, ASYR_FOREVER, &part, NULL);
    else if (!status)
        asyr_result_wait(result, ASYR_FOREVER, NULL, NULL);
    pthread_cleanup_pop(1);
    pthread_cleanup_pop(1);
    pthread_cleanup_pop(1);
    return part;
}

/* A task that submits two of its kind, one smaller, and waits for both. */
static void nest(asyr_task *task, void *arg)
{
    int64_t depth = 0, sum = 1;
    asyr_task_get_int64(task, 0, &depth, NULL);
    for (int i = 0; i < 2 && depth > 0; i++)
        sum += nest_once(arg, depth);
    asyr_task_return_int64(task, sum, NULL);
}

static int64_t square(int64_t number)
{
    return number * number;
}

static bool make_native(struct round *round, const char *name, asyr_native_fn run,
                        asyr_function **function)
{
    atomic_fetch_add(&round->functions, 1);
    return !asyr_function_new_native(name, run, round, count_function, function,
                                     NULL);
}

void count_function(void *arg)
{
    atomic_fetch_sub(&((struct round *)arg)->functions, 1);
}

bool make_functions(struct round *round)
{
    union {
        int64_t (*function)(int64_t);
        void *address;
    } square_at = {.function = square};
    return make_native(round, "leaf", leaf, &round->leaf) &&
           make_native(round, "slow", slow, &round->slow) &&
           make_native(round, "ender", ender, &round->ender) &&
           make_native(round, "nest", nest, &round->nest) &&
           !asyr_function_new_address(square_at.address, "int64_t square(int64_t)",
                                      &round->square, NULL);
}

void drop_functions(struct round *round)
{
    asyr_function **places[] = {&round->leaf, &round->slow, &round->ender,
                                &round->nest, &round->square};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        pthread_mutex_lock(&round->lock);
        asyr_function *function = *places[i];
        *places[i] = NULL;
        pthread_mutex_unlock(&round->lock);
        asyr_function_unref(function);
    }
}

static struct record *record_new(struct player *player)
{
    struct record *record = calloc(1, sizeof *record);
    expect(record, "memory for the test itself");
    record->round = player->round;
    record->next = player->records;
    player->records = record;
    return record;
}

static void count_release(void *arg)
{
    atomic_fetch_add(&((struct record *)arg)->released, 1);
}

/* A callback ran: before what was given with it is released. */
static void count_run(struct record *record)
{
    expect(atomic_load(&record->released) < record->given,
           "a callback after its end");
    atomic_fetch_add(&record->ran, 1);
}

/* On the dispatcher's thread, which is then replaced. */
static void maybe_end_thread(struct round *round)
{
    if (round->callbacks_end_threads && throw_dice(round) % 40 == 0)
        pthread_exit(NULL);
}

static asyr_error *on_value(asyr_value *value, void *arg)
{
    (void)value;
    count_run(arg);
    maybe_end_thread(((struct record *)arg)->round);
    if (throw_dice(((struct record *)arg)->round) % 7 == 0)
        return asyr_error_new(ASYR_E_TASK, "Faults", "a callback that fails");
    return NULL;
}

static asyr_error *on_error(asyr_error *failure, void *arg)
{
    expect(asyr_error_get_message(failure)[0] != '\0', "an error without a message");
    count_run(arg);
    return NULL;
}

static void on_done(asyr_result *result, void *arg)
{
    expect(asyr_result_is_ready(result), "done before it is ready");
    count_run(arg);
}

/* Both callbacks, or none: what was given is consumed either way. */
static struct record *set_callbacks(struct player *player)
{
    struct record *record = record_new(player);
    asyr_task_options *options = player->options;
    record->given = 2;
    asyr_status first = asyr_task_options_set_callback(options, on_value, record,
                                                       count_release, NULL);
    asyr_status second = asyr_task_options_set_error_callback(
        options, on_error, record, count_release, NULL);
    if (!first && !second)
        return record;
    asyr_task_options_free(options);
    player->options = NULL;
    return NULL;
}

static struct record *set_event(struct player *player)
{
    struct record *record = record_new(player);
    bool done = chance(&player->random, 50);
    asyr_task_options_set_event(player->options,
                                done ? ASYR_EVENT_DONE : ASYR_EVENT_CALLBACK, NULL);
    asyr_task_options_set_tag(player->options, (uintptr_t)record, NULL);
    return record;
}

static struct record *choose_options(struct player *player)
{
    struct round *round = player->round;
    struct record *record = NULL;
    uint64_t *random = &player->random;
    if (asyr_task_options_new(&player->options, NULL)) {
        player->options = NULL;
        return NULL;
    }
    if (chance(random, 40))
        record = set_callbacks(player);
    else if (round->queue && chance(random, 40))
        record = set_event(player);
    if (!player->options)
        return NULL;
    if (chance(random, 30))
        asyr_task_options_set_strand(player->options,
                                     round->strands[chance(random, 50)], NULL);
    if (chance(random, 30))
        asyr_task_options_set_chunk_size(
            player->options, 1 + (int64_t)(next_random(random) % 9), NULL);
    if (chance(random, 30))
        asyr_task_options_set_interrupt(player->options, round->interrupt, NULL);
    asyr_task_options_set_error_policy(player->options,
                                       (int32_t)(next_random(random) % 4), NULL);
    return record;
}

/* Over a list, or, by a C function, over an array. */
static asyr_status submit_map(struct player *player)
{
    struct round *round = player->round;
    int64_t numbers[MANY_ITEMS] = {0};
    int64_t count = chance(&player->random, 30) ? MANY_ITEMS : ITEMS;
    asyr_function *function = choose_function(round, next_random(&player->random));
    count = chance(&player->random, 5) ? 0 : count;
    if (chance(&player->random, 30)) {
        function = round->square;
        if (asyr_value_new_array(ASYR_ELEMENT_INT64, numbers, count, &player->input,
                                 NULL))
            return ASYR_E_MEMORY;
    } else if (!(player->input = list_of(1, count))) {
        return ASYR_E_MEMORY;
    }
    return asyr_pool_map_async(round->pool, function, player->input, player->options,
                               &player->result, NULL);
}

static asyr_status submit_apply(struct player *player, bool nests)
{
    struct round *round = player->round;
    asyr_function *function = choose_function(round, next_random(&player->random));
    bool drops = chance(&player->random, 10);
    player->input = list_of(nests ? 3 : (int64_t)(player->random % 1000), 1);
    if (!player->input)
        return ASYR_E_MEMORY;
    return asyr_pool_apply_async(round->pool, nests ? round->nest : function,
                                 player->input, player->options,
                                 drops ? NULL : &player->result, NULL);
}

static void drop_submit(struct player *player)
{
    asyr_value_unref(player->input);
    asyr_task_options_free(player->options);
    player->input = NULL;
    player->options = NULL;
}

/* B1..B7 need no more than this: refused for a reason that there was. */
static void check_status(const struct round *round, asyr_status status)
{
    bool ends = atomic_load(&round->ending) || round->may_break || round->has_faults;
    switch (status) {
    case ASYR_OK:
    case ASYR_E_INTERRUPTED:
        return;
    case ASYR_E_MEMORY:
    case ASYR_E_SYSTEM:
        /* A pool that broke while it was made keeps what it broke by. */
        expect(round->has_faults || round->may_break, "a fault that nobody made");
        return;
    case ASYR_E_QUEUE_FULL:
        expect(round->may_refuse, "a full queue without a limit");
        return;
    case ASYR_E_STATE:
        expect(atomic_load(&round->queue_closed) || ends, "a queue that is closed");
        return;
    case ASYR_E_POOL_CLOSED:
    case ASYR_E_TERMINATED:
    case ASYR_E_BROKEN:
        expect(ends, "a pool that ended by itself");
        return;
    default:
        fail("a submit that was refused for no reason");
    }
}

static void submit(struct player *player)
{
    asyr_result **slot = &player->kept[next_random(&player->random) % KEPT];
    struct record *record = NULL;
    asyr_status status;
    if (chance(&player->random, 70))
        record = choose_options(player);
    if (record)
        record->accepted = true; /* if it ends the thread it was */
    if (chance(&player->random, 30))
        status = submit_map(player);
    else
        status = submit_apply(player, chance(&player->random, 15));
    check_status(player->round, status);
    if (record)
        record->accepted = status == ASYR_OK;
    drop_submit(player);
    asyr_result_unref(*slot);
    *slot = player->result;
    player->result = NULL;
}

static asyr_status give_number(void *arg, asyr_value **item, asyr_error **error)
{
    uint64_t throw = throw_dice(((struct record *)arg)->round);
    if (throw % 20 == 0)
        return ASYR_E_STOP;
    if (throw % 20 == 1)
        return ASYR_E_TASK;
    return asyr_value_new_int64((int64_t)(throw % 1000), item, error);
}

/* Begin a lazy map in place of the one before. */
static void begin_lazily(struct player *player)
{
    struct round *round = player->round;
    asyr_status status = ASYR_E_MEMORY;
    asyr_function *function = choose_function(round, next_random(&player->random));
    asyr_iterator_unref(player->iterator);
    player->iterator = NULL;
    if (chance(&player->random, 50)) {
        player->input = list_of(0, ITEMS);
        if (player->input)
            status = asyr_pool_imap(round->pool, function, player->input, NULL,
                                    &player->iterator, NULL);
    } else {
        struct record *record = record_new(player);
        record->given = 1;
        status = asyr_pool_imap_source(round->pool, function, give_number, record,
                                       count_release, NULL, &player->iterator, NULL);
    }
    check_status(round, status);
    drop_submit(player);
}

static void iterate(struct player *player)
{
    struct round *round = player->round;
    if (!player->iterator || chance(&player->random, 15)) {
        begin_lazily(player);
        return;
    }
    if (chance(&player->random, 5))
        asyr_iterator_cancel(player->iterator, NULL);
    for (int i = 0; i < 5; i++)
        asyr_iterator_next(player->iterator,
                           (int64_t)(next_random(&player->random) % 200000),
                           round->interrupt, NULL, NULL);
}

static void add_done(struct player *player, asyr_result *result)
{
    struct record *record = record_new(player);
    record->given = 1;
    record->accepted = true;
    record->accepted = !asyr_result_add_done_callback(result, on_done, record,
                                                      count_release, NULL, NULL);
}

static void wait_somehow(struct player *player, asyr_result *result)
{
    bool timed = chance(&player->random, 50);
    asyr_interrupt *interrupt = player->round->interrupt;
    int64_t timeout =
        timed ? (int64_t)(next_random(&player->random) % 200000) : ASYR_FOREVER;
    asyr_status status = asyr_result_wait(
        result, timeout, chance(&player->random, 50) ? interrupt : NULL, NULL);
    expect(status != ASYR_OK || asyr_result_is_ready(result), "not ready");
    if (status == ASYR_E_INTERRUPTED)
        asyr_interrupt_clear(interrupt);
}

static void use(struct player *player, asyr_result *result)
{
    bool successful;
    asyr_value *value = NULL;
    switch (next_random(&player->random) % 7) {
    case 0:
    case 1:
        wait_somehow(player, result);
        break;
    case 2:
        asyr_result_get(result, 100000, NULL, &value, NULL);
        asyr_value_unref(value);
        break;
    case 3:
        asyr_result_cancel(result, NULL, NULL);
        break;
    case 4:
        asyr_result_is_successful(result, &successful, NULL);
        break;
    case 5:
        asyr_interrupt_trigger(player->round->interrupt);
        break;
    default:
        add_done(player, result);
    }
}

void *play(void *arg)
{
    struct player *player = arg;
    for (int step = 0; step < STEPS; step++) {
        asyr_result *kept = player->kept[next_random(&player->random) % KEPT];
        if (kept && chance(&player->random, 50))
            use(player, kept);
        else if (chance(&player->random, 15))
            iterate(player);
        else
            submit(player);
    }
    return NULL;
}

void end_iteration(struct player *player)
{
    asyr_iterator_unref(player->iterator);
    player->iterator = NULL;
}

/* With a time limit: the thread of a wait without one may run the task, and end. */
static void await_ready(asyr_result *result)
{
    asyr_status status;
    while ((status = asyr_result_wait(result, 10000000, NULL, NULL)))
        expect(status == ASYR_E_TIMEOUT, "a wait that failed");
    expect(asyr_result_is_ready(result), "a result of a pool that ended");
}

void settle_player(struct player *player)
{
    for (int i = 0; i < KEPT; i++)
        if (player->kept[i])
            await_ready(player->kept[i]);
}

void release_player(struct player *player)
{
    for (int i = 0; i < KEPT; i++)
        asyr_result_unref(player->kept[i]);
    drop_submit(player);
}

bool is_settled(const struct player *player)
{
    for (struct record *record = player->records; record; record = record->next) {
        bool runs = record->accepted && !atomic_load(&record->round->queue_closed);
        if (atomic_load(&record->released) < record->given ||
            (runs && atomic_load(&record->ran) < 1))
            return false;
    }
    return true;
}

void check_player(struct player *player)
{
    while (player->records) {
        struct record *record = player->records;
        expect(record->released == record->given, "released more than once");
        expect(record->ran <= record->accepted, "a callback that ran too often");
        player->records = record->next;
        free(record);
    }
}
