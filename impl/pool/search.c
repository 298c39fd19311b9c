/*
 * Looking for work.
 *
 * A worker first takes what it has itself, the newest entry of its deque; then what
 * came from outside, many at a time, of which it runs the first and lays the rest open
 * to thieves in its deque, so that they come out in the order of their submits; then
 * it steals from the others.  Where its tasks submit others it turns that around now and
 * then, or a task that submits its own successor would keep all others waiting.
 *
 * An entry says that a job may be there to be run; whether it is, its claim decides.
 * A job whose pool was ended by force is not run, but ended here.
 */
#include "worker.h"

#include "../base/alloc.h"
#include "../platform/fence.h"
#include "../platform/spin.h"

enum {
    BATCH = 64,
    PARTS_A_WORKER = 2,
    FAIR_TURN = 61,
    SPIN_NS = 40000,
    RELAX_STEPS = 1,
    PATIENT_STEPS = 80,
    PATIENCE = 3, /* looks */
    LOOKS_A_CLOCK = 8,
    CLOCKS_A_YIELD = 4
};

static asyri_deque *deque_new(void)
{
    asyri_deque *deque = asyri_alloc(sizeof *deque);
    if (deque)
        asyri_deque_init(deque);
    return deque;
}

/* Thieves look at the places up to the last one that has a deque. */
static void show_place(asyr_pool *pool, const struct asyri_place *place)
{
    int32_t needed = (int32_t)(place - pool->places) + 1;
    int32_t count = atomic_load_explicit(&pool->deque_count, memory_order_relaxed);
    while (count < needed && !atomic_compare_exchange_weak_explicit(
                                 &pool->deque_count, &count, needed,
                                 memory_order_release, memory_order_relaxed))
        continue;
}

static int32_t deque_count(const asyr_pool *pool)
{
    return atomic_load_explicit(&((asyr_pool *)pool)->deque_count,
                                memory_order_acquire);
}

/* Its deque, made when it is first needed; NULL without memory or a place. */
static asyri_deque *own_deque(asyr_worker *worker)
{
    if (worker->deque || !worker->place)
        return worker->deque;
    struct asyri_place *place = worker->place;
    worker->deque = atomic_load_explicit(&place->deque, memory_order_acquire);
    if (!worker->deque) {
        worker->deque = deque_new();
        atomic_store_explicit(&place->deque, worker->deque, memory_order_release);
        show_place(worker->pool, place);
    }
    return worker->deque;
}

bool asyri_worker_push(asyr_worker *worker, void *entry)
{
    asyri_deque *deque = own_deque(worker);
    if (!deque || !asyri_deque_push(deque, entry))
        return false;
    worker->pushed = true;
    asyri_fence(); /* the look at the sleepers comes after it */
    return true;
}

bool asyri_worker_pop_newest(asyr_worker *worker, const void *entry)
{
    void *popped = asyri_deque_pop(worker->deque);
    if (popped == entry)
        return true;
    if (popped)
        asyri_deque_push(worker->deque, popped); /* it has its place yet */
    return false;
}

/* One needs no deque, which a worker with little to do then never has. */
static int room_for(asyr_worker *worker, uint64_t wanted)
{
    if (wanted <= 1)
        return 1;
    asyri_deque *deque = own_deque(worker);
    int room = deque ? asyri_deque_room(deque) : 0;
    return room < BATCH - 1 ? room + 1 : BATCH;
}

static void *claim(asyr_worker *worker, void *entry)
{
    asyri_job *job = asyri_entry_claim(entry);
    if (!job)
        return NULL;
    if (!asyri_pool_is_ended_by_force(worker->pool))
        return entry;
    if (asyri_entry_is_ticket(entry))
        asyri_job_release(job, 1);
    else
        asyri_job_end_claimed_by_force(job);
    return NULL;
}

static void *pop(asyr_worker *worker)
{
    void *entry;
    if (!worker->deque)
        return NULL;
    while ((entry = asyri_deque_pop(worker->deque)))
        if (claim(worker, entry))
            return entry;
    return NULL;
}

static void *steal_from(asyr_worker *worker, asyri_deque *deque)
{
    void *entry;
    while (deque && (entry = asyri_deque_steal(deque)))
        if (claim(worker, entry))
            return entry;
    return NULL;
}

/* Claim the first of a batch that can be; the rest goes to the deque, backwards. */
static void *claim_first(asyr_worker *worker, void **entries, int count)
{
    int first = 0;
    for (int i = 0; i < count; i++)
        __builtin_prefetch(asyri_entry_job(entries[i]), 1);
    while (first < count && !claim(worker, entries[first]))
        first++;
    for (int i = count - 1; i > first; i--)
        asyri_deque_push(worker->deque, entries[i]); /* there is room */
    return first < count ? entries[first] : NULL;
}

static void *take_from(asyr_worker *worker, asyri_shard *shard)
{
    void *entries[BATCH];
    uint64_t parts = PARTS_A_WORKER * (uint64_t)worker->pool->nominal;
    if (asyri_shard_is_empty(shard))
        return NULL;
    for (int count;
         (count = asyri_shard_take(
              shard, entries, room_for(worker, asyri_shard_length(shard) / parts),
              parts)) > 0;) {
        void *entry = claim_first(worker, entries, count);
        if (entry)
            return entry;
    }
    return NULL;
}

static void *take_spilled(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    void *entry = NULL;
    if (!atomic_load_explicit(&pool->has_spilled, memory_order_relaxed))
        return NULL;
    asyri_mutex_lock(&pool->lock);
    asyri_list *first = asyri_list_take_first(&pool->spilled);
    if (asyri_list_is_empty(&pool->spilled))
        atomic_store_explicit(&pool->has_spilled, false, memory_order_relaxed);
    asyri_mutex_unlock(&pool->lock);
    if (first)
        entry = ASYRI_OBJECT(first, struct asyri_job_rare, waiting)->spilled;
    return entry && claim(worker, entry) ? entry : NULL;
}

static void *take_from_shards(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    void *entry = take_spilled(worker);
    for (uint32_t i = 0; i < pool->shard_count && !entry; i++)
        entry = take_from(
            worker, &pool->shards[(worker->turn + i) & (pool->shard_count - 1)]);
    return entry;
}

static asyri_deque *deque_at(const asyr_pool *pool, int32_t place)
{
    return atomic_load_explicit(&pool->places[place].deque, memory_order_acquire);
}

static void *steal(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    void *entry = NULL;
    int32_t count = deque_count(pool);
    for (int32_t i = 0; i < count && !entry; i++)
        entry = steal_from(worker,
                           deque_at(pool, (int32_t)((worker->turn + (uint32_t)i) %
                                                    (uint32_t)count)));
    return entry;
}

void *asyri_worker_find(asyr_worker *worker)
{
    void *entry;
    if (++worker->turn % FAIR_TURN == 0 && worker->pushed) {
        worker->pushed = false;
        if ((entry = take_from_shards(worker)) ||
            (entry = steal_from(worker, worker->deque)))
            return entry;
    }
    if ((entry = pop(worker)) || (entry = take_from_shards(worker)))
        return entry;
    return steal(worker);
}

static bool has_inner_work(const asyr_pool *pool)
{
    int32_t count = deque_count(pool);
    for (int32_t i = 0; i < count; i++) {
        asyri_deque *deque = deque_at(pool, i);
        if (deque && !asyri_deque_is_empty(deque))
            return true;
    }
    return atomic_load_explicit(&((asyr_pool *)pool)->has_spilled,
                                memory_order_seq_cst);
}

bool asyri_pool_has_work(const asyr_pool *pool)
{
    for (uint32_t i = 0; i < pool->shard_count; i++)
        if (!asyri_shard_is_empty(&pool->shards[i]))
            return true;
    return has_inner_work(pool);
}

void asyri_pool_notify(asyr_pool *pool)
{
    if (!asyri_sleepers_notify(&pool->sleepers))
        return;
    asyri_mutex_lock(&pool->lock);
    asyri_worker_balance_locked(pool);
    asyri_mutex_unlock(&pool->lock);
}

void asyri_worker_end_search(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    if (!worker->searching)
        return;
    worker->searching = false;
    if (asyri_sleepers_end_search(&pool->sleepers) && asyri_pool_has_work(pool))
        asyri_pool_notify(pool);
}

void asyri_worker_announce_search(asyr_worker *worker)
{
    if (worker->searching || (worker->deque && !asyri_deque_is_empty(worker->deque)))
        return;
    if (!asyri_pool_has_work(worker->pool))
        worker->searching = asyri_sleepers_start_search(&worker->pool->sleepers);
}

void asyri_worker_flush(asyr_worker *worker)
{
    asyri_recipe_gather_end(&worker->spent);
}

/* What a searcher sees at a glance. */
struct sight {
    bool now;     /* there is work */
    bool later;   /* there is some that its submitter is likely to run himself */
    bool patient; /* such submitters are about */
};

static struct sight look(const asyr_pool *pool)
{
    struct sight sight = {.now = has_inner_work(pool)};
    for (uint32_t i = 0; i < pool->shard_count; i++) {
        const asyri_shard *shard = &pool->shards[i];
        bool hint = asyri_shard_hint(shard);
        bool has = !asyri_shard_is_empty(shard);
        sight.now |= has && !hint;
        sight.later |= has && hint;
        sight.patient |= hint;
    }
    return sight;
}

/*
 * Look for a while; the others go on meanwhile, also on this CPU.  A thread that waits
 * for each task and runs it itself is disturbed by every look at its shard: it is looked
 * at seldom, and its task is taken only if it stays.
 */
static void *spin(asyr_worker *worker)
{
    int64_t end = asyri_clock_now() + SPIN_NS;
    int put_off = 0;
    for (int looks = 1;; looks++) {
        struct sight sight = look(worker->pool);
        put_off = sight.later ? put_off + 1 : 0;
        void *entry =
            sight.now || put_off > PATIENCE ? asyri_worker_find(worker) : NULL;
        if (entry)
            return entry;
        asyri_spin_relax(sight.patient ? PATIENT_STEPS : RELAX_STEPS);
        if (looks % LOOKS_A_CLOCK != 0 && !sight.patient)
            continue;
        if (looks % (LOOKS_A_CLOCK * CLOCKS_A_YIELD) == 0)
            asyri_spin_yield();
        int64_t now = asyri_clock_now();
        if (sight.later)
            end = now + SPIN_NS;
        if (now >= end || asyri_pool_state(worker->pool) != ASYR_POOL_OPEN)
            return NULL;
    }
}

void *asyri_worker_search(asyr_worker *worker)
{
    if (!worker->searching)
        worker->searching = asyri_sleepers_start_search(&worker->pool->sleepers);
    return worker->searching ? spin(worker) : NULL;
}

void *asyri_worker_look_again(asyr_worker *worker)
{
    while (asyri_pool_has_work(worker->pool)) {
        void *entry = asyri_worker_find(worker);
        if (entry)
            return entry;
        asyri_spin_yield();
    }
    return NULL;
}
