/*
 * Workers: threads that take tasks until their pool ends.
 *
 * A worker counts for its pool from the moment when it is made, under the lock, until
 * it retires.  One that waits inside a task is blocked, and while work is queued that
 * nobody can take, a spare stands in; when there are more workers at work than were
 * asked for, the next one to look for a task retires.
 *
 *   busy --> searching --> asleep --> searching        (sleepers.h)
 *
 * A worker that finds nothing searches for a while, if not enough others do, then
 * enters among the sleepers, looks once more, and parks.  It leaves for good when the
 * pool is sealed (nobody can submit any more), there is nothing to find, and no strand
 * holds a task back; whoever makes the last of these true wakes all.
 *
 * A worker leaves what is in its deque to thieves; its place and the deque are there
 * for the next one.
 */
#include "worker.h"

#include "../base/alloc.h"
#include "../core/error.h"
#include "../core/function.h"
#include "../core/value.h"

#include <errno.h>
#include <string.h>

enum { TRIM_AFTER_NS = 1000000000 };

/* Its place, for a worker that takes from the pool's queues. */
static struct asyri_place *take_place_locked(asyr_pool *pool)
{
    for (int32_t i = 0; i < pool->place_count; i++) {
        struct asyri_place *place = &pool->places[i];
        if (!place->taken) {
            place->taken = true;
            return place;
        }
    }
    return NULL;
}

asyr_worker *asyri_worker_new_locked(asyr_pool *pool)
{
    asyr_worker *worker = asyri_alloc_zeroed(1, sizeof *worker);
    if (!worker)
        return NULL;
    worker->pool = asyri_pool_ref(pool);
    worker->generation = pool->generation;
    worker->place = take_place_locked(pool);
    asyri_sleeper_init(&worker->sleeper);
    pool->workers++;
    return worker;
}

void asyri_worker_destroy(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    asyri_sleeper_destroy(&pool->sleepers, &worker->sleeper);
    asyri_free(worker);
    asyri_pool_unref(pool);
}

void asyri_worker_discard_locked(asyr_worker *worker)
{
    asyri_worker_retire_locked(worker);
    asyri_worker_destroy(worker); /* the caller has another reference to the pool */
}

int asyri_worker_start_locked(asyr_pool *pool)
{
    asyr_worker *worker = asyri_worker_new_locked(pool);
    if (!worker)
        return ENOMEM;
    int failed = pool->executor->start(worker);
    if (failed)
        asyri_worker_discard_locked(worker);
    return failed;
}

/* Workers that could run a task, those asleep included. */
static int64_t at_work_locked(const asyr_pool *pool)
{
    return pool->workers - pool->pinned - pool->blocked;
}

/* A worker is blocked, or was never lent, and may have another one in its place. */
bool asyri_worker_has_room_locked(const asyr_pool *pool)
{
    return (pool->blocked > 0 || pool->source == ASYR_WORKERS_HOST) &&
           at_work_locked(pool) < pool->nominal &&
           pool->workers - pool->pinned - pool->nominal < pool->spares;
}

bool asyri_worker_is_wanted_locked(const asyr_pool *pool)
{
    return asyri_worker_has_room_locked(pool) && pool->coming == 0 &&
           asyri_pool_has_work(pool) &&
           asyri_sleepers_count_asleep(&pool->sleepers) == 0 &&
           asyri_sleepers_count_searching(&pool->sleepers) == 0;
}

void asyri_worker_come_locked(asyr_worker *worker)
{
    worker->pool->coming -= worker->is_coming;
    worker->is_coming = false;
}

static void start_spare_locked(asyr_pool *pool)
{
    if (asyri_worker_start_locked(pool) == 0) /* else the wait takes longer */
        atomic_store_explicit(&pool->has_extra, true, memory_order_relaxed);
    if (!asyri_worker_has_room_locked(pool))
        asyri_sleepers_clear_attention(&pool->sleepers);
}

/* Submits look here while a worker's place is empty. */
void asyri_worker_balance_locked(asyr_pool *pool)
{
    if (!asyri_worker_has_room_locked(pool)) {
        asyri_sleepers_clear_attention(&pool->sleepers);
        return;
    }
    asyri_sleepers_ask_attention(&pool->sleepers);
    if (!asyri_worker_is_wanted_locked(pool))
        return;
    if (pool->source == ASYR_WORKERS_HOST)
        asyri_waitlist_wake_one(&pool->wanted);
    else
        start_spare_locked(pool);
}

/* More at work than were asked for: a spare whose blocked worker goes on. */
static bool is_surplus_locked(const asyr_pool *pool)
{
    return at_work_locked(pool) > pool->nominal;
}

/* In one step: a pinned worker that counted as any other for a moment would make
 * one of those leave as surplus. */
void asyri_worker_retire_locked(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    if (worker->retired)
        return;
    pool->workers--;
    asyri_worker_come_locked(worker);
    if (worker->is_pinned)
        pool->pinned--;
    if (worker->place)
        worker->place->taken = false;
    worker->place = NULL;
    worker->deque = NULL;
    worker->retired = true;
}

/* Leaving counts at once, so that two never leave for the same reason. */
static bool leave_if_surplus(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    if (!atomic_load_explicit(&pool->has_extra, memory_order_relaxed))
        return false;
    asyri_mutex_lock(&pool->lock);
    bool surplus = is_surplus_locked(pool);
    if (surplus)
        asyri_worker_retire_locked(worker);
    if (pool->workers - pool->pinned <= pool->nominal)
        atomic_store_explicit(&pool->has_extra, false, memory_order_relaxed);
    asyri_mutex_unlock(&pool->lock);
    if (surplus && asyri_pool_has_work(pool)) /* its own deque, too */
        asyri_pool_notify(pool);
    return surplus;
}

/* Whether nothing will come for it any more. */
static bool has_ended_for(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    if (!atomic_load_explicit(&pool->sealed, memory_order_seq_cst))
        return false;
    asyri_mutex_lock(&pool->lock);
    bool ended = pool->held == 0;
    asyri_mutex_unlock(&pool->lock);
    return ended && !asyri_pool_has_work(pool);
}

/* The last to sleep sees to it that memory goes back a while after a burst. */
static int64_t deadline_for_trim(asyr_pool *pool, int64_t deadline)
{
    if (!atomic_load_explicit(&pool->trims, memory_order_relaxed))
        return deadline;
    int64_t due = asyri_deadline_in(TRIM_AFTER_NS);
    return due < deadline ? due : deadline;
}

/* Sleep until woken; the entry if one was found before. */
static asyr_status sleep(asyr_worker *worker, int64_t deadline,
                         asyr_interrupt *interrupt, void **entry)
{
    asyr_pool *pool = worker->pool;
    int64_t due = deadline_for_trim(pool, deadline);
    bool trims = due < deadline;
    asyri_worker_flush(worker);
    asyri_pool_forget_recipes(pool);
    asyri_sleepers_enter(&pool->sleepers, &worker->sleeper, worker->searching);
    worker->searching = false;
    *entry = asyri_worker_look_again(worker);
    if (*entry || has_ended_for(worker)) {
        asyri_sleepers_leave(&pool->sleepers, &worker->sleeper);
        worker->searching = true;
        return *entry ? ASYR_OK : ASYR_E_STOP;
    }
    asyr_status status =
        asyri_sleepers_park(&pool->sleepers, &worker->sleeper, due, interrupt);
    worker->searching = status == ASYR_OK;
    if (status == ASYR_E_TIMEOUT && trims) {
        asyri_pool_trim(pool);
        return ASYR_OK;
    }
    return status;
}

/* Search and sleep once; ASYR_OK without an entry is to try again. */
static asyr_status await(asyr_worker *worker, int64_t deadline,
                         asyr_interrupt *interrupt, void **entry)
{
    bool is_late = deadline != ASYR_FOREVER && deadline <= asyri_clock_now();
    *entry =
        is_late ? NULL : asyri_worker_search(worker); /* a poll does not search */
    if (*entry)
        return ASYR_OK;
    if (has_ended_for(worker))
        return ASYR_E_STOP;
    if (is_late)
        return ASYR_E_TIMEOUT;
    return sleep(worker, deadline, interrupt, entry);
}

/* What it leaves may call for the next one. */
static void come(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    asyri_mutex_lock(&pool->lock);
    asyri_worker_come_locked(worker);
    asyri_worker_balance_locked(pool);
    asyri_mutex_unlock(&pool->lock);
}

asyr_status asyri_worker_take(asyr_worker *worker, int64_t deadline,
                              asyr_interrupt *interrupt, void **entry)
{
    asyr_status status = ASYR_OK;
    *entry = NULL;
    while (!*entry) {
        if (leave_if_surplus(worker))
            status = ASYR_E_STOP;
        else
            *entry = asyri_worker_find(worker);
        if (*entry || status != ASYR_OK)
            break; /* whoever gives up has looked once more */
        status = await(worker, deadline, interrupt, entry);
        if (status == ASYR_E_STOP)
            break;
    }
    asyri_worker_end_search(worker);
    if (worker->is_coming)
        come(worker);
    return *entry ? ASYR_OK : status;
}

static void call_initializer(void *arg)
{
    asyr_pool *pool = ((asyr_worker *)arg)->pool;
    asyr_value *list = pool->initializer_arguments;
    asyr_task task = {
        .function = pool->initializer,
        .arguments = list ? list->as.list.items : NULL,
        .argument_count = list ? list->as.list.count : 0,
    };
    asyri_task_call(&task);
    if (task.answer_kind & ASYRI_FAILED)
        asyri_pool_break(pool, task.answer.error);
    asyri_task_answer_value(&task, NULL);
}

static void initializer_ended_thread(void *arg)
{
    asyr_error *cause = asyri_error_new(ASYR_E_WORKER_LOST, NULL,
                                        "the initializer ended its thread");
    asyri_pool_break(((asyr_worker *)arg)->pool, cause);
    asyri_error_unref(cause);
}

bool asyri_worker_initialize(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    asyri_mutex_lock(&pool->lock); /* until all have started, or one could not */
    asyri_mutex_unlock(&pool->lock);
    if (!worker->initialized && pool->initializer &&
        !asyri_pool_is_ended_by_force(pool))
        asyri_thread_guard(call_initializer, initializer_ended_thread, worker);
    worker->initialized = true;
    return asyri_pool_state(pool) != ASYR_POOL_BROKEN;
}

asyr_status asyri_worker_work(asyr_worker *worker, asyr_interrupt *interrupt)
{
    asyr_pool *pool = worker->pool;
    if (!asyri_worker_initialize(worker))
        return ASYR_E_STOP;
    for (;;) {
        void *entry = NULL;
        asyr_status status =
            asyri_worker_take(worker, ASYR_FOREVER, interrupt, &entry);
        if (status != ASYR_OK)
            return status;
        worker->tasks_done += asyri_entry_run(entry, worker);
        if (pool->max_tasks && worker->tasks_done >= pool->max_tasks) {
            asyri_worker_end_search(worker);
            return ASYR_OK;
        }
    }
}

/* The successor counts in place of the old one, so that it is no surplus. */
static int succeed_locked(asyr_worker *worker)
{
    int failed = asyri_worker_start_locked(worker->pool);
    if (!failed)
        asyri_worker_retire_locked(worker);
    return failed;
}

void asyri_worker_retire(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    asyri_worker_end_search(worker);
    asyri_worker_flush(worker);
    asyri_pool_forget_recipes(pool);
    asyri_mutex_lock(&pool->lock);
    asyri_worker_retire_locked(worker);
    asyri_mutex_unlock(&pool->lock);
    if (asyri_pool_has_work(pool))
        asyri_pool_notify(pool);
    asyri_pool_check_end(pool);
    asyri_worker_destroy(worker);
}

bool asyri_worker_hand_over(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    asyri_mutex_lock(&pool->lock);
    bool started = succeed_locked(worker) == 0;
    asyri_mutex_unlock(&pool->lock);
    worker->tasks_done = 0;
    return started;
}

static bool has_ended_for_workers(asyr_pool *pool)
{
    return atomic_load_explicit(&pool->sealed, memory_order_seq_cst) &&
           pool->held == 0 && !asyri_pool_has_work(pool);
}

void asyri_worker_replace(asyr_worker *worker)
{
    asyr_pool *pool = worker->pool;
    asyri_mutex_lock(&pool->lock);
    bool wanted = !has_ended_for_workers(pool);
    int failed = wanted ? succeed_locked(worker) : 0;
    asyri_worker_retire_locked(worker); /* of two that go at once, one is the last */
    bool alone = failed && at_work_locked(pool) + pool->blocked == 0;
    asyri_mutex_unlock(&pool->lock);
    if (alone) {
        asyr_error *cause = asyri_error_format(
            ASYR_E_SYSTEM, "no worker could be started in place of the last one: %s",
            strerror(failed));
        asyri_pool_break(pool, cause);
        asyri_error_unref(cause);
    }
    asyri_worker_retire(worker);
}
