/*
 * What tasks do, and how it is handed to a peer that only has tasks.
 *
 * Spinning counts loops, not time: a thread that loses its CPU does not get its work
 * done meanwhile.  The loop is one chain of multiplications, so that two threads of
 * one core do not get in each other's way.
 *
 * The gate holds tasks: closed and opened by the main thread, under its lock.
 */
#include "bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { GATE_STACKS = 1024 };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_closed; /* this and the rest: under the lock */
    int64_t waiting;
    const void *stacks[GATE_STACKS]; /* an address on the stack of each task */
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

int64_t bench_one(const void *context, int64_t number)
{
    (void)context;
    (void)number;
    return 1;
}

int64_t bench_held(const void *context, int64_t number)
{
    (void)context;
    (void)number;
    pthread_mutex_lock(&gate.lock);
    if (gate.waiting < GATE_STACKS)
        gate.stacks[gate.waiting] = &number;
    gate.waiting++;
    pthread_cond_broadcast(&gate.changed);
    while (gate.is_closed)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    return 1;
}

void bench_gate_close(void)
{
    pthread_mutex_lock(&gate.lock);
    gate.is_closed = true;
    gate.waiting = 0;
    pthread_mutex_unlock(&gate.lock);
}

void bench_gate_open(void)
{
    pthread_mutex_lock(&gate.lock);
    gate.is_closed = false;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

bool bench_gate_await(int64_t count, int64_t timeout_ns)
{
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    int64_t ns = deadline.tv_nsec + timeout_ns;
    deadline.tv_sec += ns / 1000000000;
    deadline.tv_nsec = ns % 1000000000;
    pthread_mutex_lock(&gate.lock);
    int waited = 0;
    while (gate.waiting < count && waited == 0)
        waited = pthread_cond_timedwait(&gate.changed, &gate.lock, &deadline);
    bool came = gate.waiting >= count;
    pthread_mutex_unlock(&gate.lock);
    return came;
}

int64_t bench_gate_stacks(const void **addresses, int64_t limit)
{
    pthread_mutex_lock(&gate.lock);
    int64_t count = 0;
    while (count < limit && count < gate.waiting) {
        addresses[count] = gate.stacks[count];
        count++;
    }
    pthread_mutex_unlock(&gate.lock);
    return count;
}

double bench_square(double number)
{
    return number * number;
}

bench_square_fn bench_square_pointer(void)
{
    static bench_square_fn volatile pointer = bench_square;
    return pointer;
}

int64_t bench_spin(int64_t loops)
{
    uint64_t state = 1;
    for (int64_t i = 0; i < loops; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        __asm__ volatile("" : "+r"(state));
    }
    return loops;
}

/* The best of several tries: the one that was disturbed least. */
int64_t bench_loops_per_us(void)
{
    enum { LOOPS = 1000000, TRIES = 7 };
    const char *given = getenv("BENCH_LOOPS_PER_US");
    if (given && atoll(given) > 0)
        return atoll(given);
    int64_t best = INT64_MAX;
    for (int i = 0; i < TRIES; i++) {
        int64_t start = bench_now_ns();
        bench_spin(LOOPS);
        int64_t taken = bench_now_ns() - start;
        if (taken < best)
            best = taken;
    }
    return (int64_t)LOOPS * 1000 / best;
}

/* Part i of `parts` of `count` items. */
static int64_t part_begin(int64_t count, int64_t parts, int64_t i)
{
    return count / parts * i + (i < count % parts ? i : count % parts);
}

struct parts {
    const struct bench_items *items;
    double *to;
    const double *from;
    int64_t count;
    int64_t parts;
};

static struct parts parts_of(int64_t count)
{
    int64_t parts = 4 * (int64_t)bench_workers();
    return (struct parts){.count = count, .parts = parts < count ? parts : count};
}

static int64_t run_batch(const struct bench_peer *peer, void *pool,
                         const struct bench_work *work, int64_t count)
{
    void *batch = peer->batch_new(pool, work, count);
    peer->submit(batch, count);
    int64_t sum = peer->wait(batch, count);
    peer->batch_free(batch);
    return sum;
}

static int64_t spin_item(const void *context, int64_t number)
{
    const struct bench_items *items = context;
    return bench_spin(items->loops[number]);
}

static int64_t spin_part(const void *context, int64_t number)
{
    const struct parts *parts = context;
    int64_t end = part_begin(parts->count, parts->parts, number + 1);
    int64_t sum = 0;
    for (int64_t i = part_begin(parts->count, parts->parts, number); i < end; i++)
        sum += bench_spin(parts->items->loops[i]);
    return sum;
}

static int64_t square_part(const void *context, int64_t number)
{
    const struct parts *parts = context;
    bench_square_fn square = bench_square_pointer();
    const double *from = parts->from;
    double *to = parts->to;
    int64_t end = part_begin(parts->count, parts->parts, number + 1);
    for (int64_t i = part_begin(parts->count, parts->parts, number); i < end; i++)
        to[i] = square(from[i]);
    return 1;
}

int64_t bench_spin_by_item(const struct bench_peer *peer, void *pool,
                           const struct bench_items *items)
{
    struct bench_work work = {spin_item, items};
    return run_batch(peer, pool, &work, items->count);
}

int64_t bench_spin_by_chunk(const struct bench_peer *peer, void *pool,
                            const struct bench_items *items)
{
    struct parts parts = parts_of(items->count);
    parts.items = items;
    struct bench_work work = {spin_part, &parts};
    return run_batch(peer, pool, &work, parts.parts);
}

const double *bench_squares_by_chunk(const struct bench_peer *peer, void *pool,
                                     const double *from, double *to, int64_t count)
{
    struct parts parts = parts_of(count);
    parts.from = from;
    parts.to = to;
    struct bench_work work = {square_part, &parts};
    bench_check(run_batch(peer, pool, &work, parts.parts), parts.parts, "chunks");
    return to;
}

/*
 * The latch.  The count is atomic, so that only the last one takes the lock; it is
 * signalled under the lock, so that the waiter may go on using the latch at once.
 */
struct bench_latch {
    atomic_llong count;
    pthread_mutex_t lock;
    pthread_cond_t zero;
    bool is_zero; /* under the lock */
};

struct bench_latch *bench_latch_new(void)
{
    struct bench_latch *latch = bench_alloc(1, sizeof *latch);
    atomic_init(&latch->count, 0);
    pthread_mutex_init(&latch->lock, NULL);
    pthread_cond_init(&latch->zero, NULL);
    return latch;
}

void bench_latch_free(struct bench_latch *latch)
{
    pthread_cond_destroy(&latch->zero);
    pthread_mutex_destroy(&latch->lock);
    free(latch);
}

/* Nobody uses the latch yet; what starts the tasks makes it visible to them. */
void bench_latch_set(struct bench_latch *latch, int64_t count)
{
    latch->is_zero = false;
    atomic_store_explicit(&latch->count, count, memory_order_relaxed);
}

/* Release and acquire: the last one hands on what all the others did. */
void bench_latch_down(struct bench_latch *latch)
{
    if (atomic_fetch_sub_explicit(&latch->count, 1, memory_order_acq_rel) != 1)
        return;
    pthread_mutex_lock(&latch->lock);
    latch->is_zero = true;
    pthread_cond_signal(&latch->zero);
    pthread_mutex_unlock(&latch->lock);
}

void bench_latch_wait(struct bench_latch *latch)
{
    pthread_mutex_lock(&latch->lock);
    while (!latch->is_zero)
        pthread_cond_wait(&latch->zero, &latch->lock);
    pthread_mutex_unlock(&latch->lock);
}
