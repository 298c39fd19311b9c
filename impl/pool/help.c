/*
 * What a pool does for the threads that wait for its results, and when a result ends.
 *
 * A task that waits without a time limit runs what it waits for, if it has not begun:
 * that takes exactly the awaited tasks, so nothing else is buried below the wait.  For
 * the rest of the wait a spare worker may take its place.
 */
#include "../base/alloc.h"
#include "../core/error.h"
#include "chain.h"
#include "deadlock.h"
#include "pool.h"
#include "worker.h"

static bool take_from_shard(asyri_job *job)
{
    asyri_shard *shard = asyri_shard_of(job);
    if (!asyri_shard_try_lock(shard))
        return false;
    bool taken = asyri_shard_take_back(shard, job);
    asyri_shard_unlock(shard);
    if (taken)
        asyri_shard_set_hint(shard, true);
    return taken;
}

/* The job's own entry may be the newest here; then it need not be met again. */
static bool take_entry_back(asyri_job *job, asyr_worker *worker)
{
    if (!worker)
        return take_from_shard(job);
    return worker->deque && asyri_deque_peek(worker->deque) == job &&
           asyri_worker_pop_newest(worker, job);
}

static bool claim(asyri_job *job, asyr_worker *worker)
{
    if (asyri_result_state(&job->result) & ASYRI_CLAIMED)
        return false;
    return take_entry_back(job, worker)
               ? asyri_entry_claim(asyri_entry_of(job)) != NULL
               : asyri_result_claim(&job->result);
}

static void run_call(asyri_job *job, asyr_worker *worker)
{
    if (!asyri_job_awaits(job) && claim(job, worker))
        asyri_entry_run(asyri_entry_of(job), worker);
}

/* A task that nobody has claimed waits for nobody, so it can be run at once. */
static bool run_unclaimed(asyri_job *job, asyr_worker *worker)
{
    if (!job->result.rare)
        run_call(job, worker);
    return asyri_result_is_ready(&job->result);
}

/* With the hold that a ticket would have had. */
static void run_map(asyri_job *job, asyr_worker *worker)
{
    if (asyri_map_has_more(asyri_job_map(job)) && asyri_job_try_hold(job))
        asyri_entry_run(asyri_entry_ticket(job), worker);
}

/* Tasks of a strand have to keep their order. */
static void run_awaited(asyri_job *job, asyr_worker *worker)
{
    if (asyri_job_strand(job))
        return;
    if (asyri_job_map(job))
        run_map(job, worker);
    else
        run_call(job, worker);
}

/* The wait's reference goes with its thread, the result stays. */
static void guest_ended(void *arg)
{
    asyri_pool_leave_guest(asyri_job_pool(arg));
}

static void run_as_guest(void *arg)
{
    run_awaited(arg, NULL);
}

static void help_from_outside(asyri_job *job)
{
    asyr_pool *pool = asyri_job_pool(job);
    uint32_t state = asyri_result_state(&job->result);
    if (!asyri_job_map(job) && (state & ASYRI_CLAIMED))
        return;
    asyri_pool_enter_guest(pool);
    asyri_thread_guard(run_as_guest, guest_ended, job);
    asyri_pool_leave_guest(pool);
}

static void block_worker(asyr_worker *worker, struct asyri_sleep *sleep)
{
    asyr_pool *pool = worker->pool;
    sleep->worker = worker;
    asyri_worker_flush(worker);
    asyri_mutex_lock(&pool->lock);
    pool->blocked++;
    asyri_worker_balance_locked(pool);
    asyri_mutex_unlock(&pool->lock);
    asyri_sleepers_notify(&pool->sleepers); /* of what is in its own deque */
}

static void forget_others(struct asyri_sleep *sleep)
{
    for (int64_t i = 0; i < sleep->other_count; i++)
        asyri_result_unref(sleep->others[i]);
    asyri_free(sleep->others);
    sleep->others = NULL;
    sleep->other_count = sleep->strict_count = sleep->other_capacity = 0;
}

void asyri_sleep_end(struct asyri_sleep *sleep)
{
    asyr_worker *worker = sleep->worker;
    struct asyri_frame *frame = asyri_frame_current();
    if (frame && frame->sleep == sleep)
        frame->sleep = NULL;
    asyri_deadlock_leave(sleep);
    forget_others(sleep);
    if (!worker)
        return;
    asyri_mutex_lock(&worker->pool->lock);
    worker->pool->blocked--;
    asyri_worker_balance_locked(worker->pool);
    asyri_mutex_unlock(&worker->pool->lock);
}

bool asyri_sleep_begin(struct asyri_sleep *sleep)
{
    struct asyri_frame *frame = asyri_frame_current();
    if (!frame || !frame->worker || frame->worker->is_pinned)
        return false;
    frame->sleep = sleep; /* a callback that it runs may end the thread */
    block_worker(frame->worker, sleep);
    return true;
}

static void after_sleep(asyr_result *result, struct asyri_sleep *sleep)
{
    (void)result;
    asyri_sleep_end(sleep);
}

/* A wait that was refused is over. */
static asyr_status end_if_refused(asyr_status status, struct asyri_sleep *sleep)
{
    if (status != ASYR_OK)
        after_sleep(NULL, sleep);
    return status;
}

/* What a chain waits for, the farthest first. */
static void run_sources(const struct asyri_sleep *sleep, int64_t from,
                        struct asyri_frame *frame)
{
    for (int64_t i = sleep->other_count; i-- > from;) {
        asyri_job *job = asyri_job_of(sleep->others[i]);
        if (!asyri_result_is_ready(&job->result) &&
            asyri_job_pool(job) == frame->pool)
            run_unclaimed(job, frame->worker);
    }
}

/* The same with those that are run in part or have options, after the look for
 * circles. */
static void join_sources(const struct asyri_sleep *sleep, int64_t from,
                         struct asyri_frame *frame)
{
    for (int64_t i = sleep->other_count; i-- > from;) {
        asyri_job *job = asyri_job_of(sleep->others[i]);
        if (!asyri_result_is_ready(&job->result) &&
            asyri_job_pool(job) == frame->pool)
            run_awaited(job, frame->worker);
    }
}

/* Inside a task or a callback. */
static asyr_status before_inner_sleep(asyr_result *result, struct asyri_frame *frame,
                                      bool timed, struct asyri_sleep *sleep,
                                      asyr_error **error)
{
    asyri_job *job = asyri_job_of(result);
    asyr_worker *worker = frame ? frame->worker : NULL;
    bool helps = frame && !timed;
    bool is_own = helps && asyri_job_pool(job) == frame->pool;
    asyri_sleep_note_sources(result, sleep);
    if (frame)
        frame->sleep = sleep;
    if (helps)
        run_sources(sleep, 0, frame);
    if (is_own && run_unclaimed(job, worker))
        return ASYR_OK;
    asyr_status status = asyri_deadlock_enter(result, timed, sleep, error);
    if (status != ASYR_OK || !frame)
        return status;
    if (helps)
        join_sources(sleep, 0, frame);
    if (is_own)
        run_awaited(job, worker);
    if (worker && !worker->is_pinned && !asyri_result_is_ready(result))
        block_worker(worker, sleep);
    return ASYR_OK;
}

static asyr_status before_sleep(asyr_result *result, int64_t deadline,
                                struct asyri_sleep *sleep, asyr_error **error)
{
    asyri_job *job = asyri_job_of(result);
    struct asyri_frame *frame = asyri_frame_current();
    bool timed = deadline != ASYR_FOREVER;
    if (frame || asyri_queue_running_here() ||
        asyri_queue_is_run_by(asyri_result_queue(result), asyri_thread_self()))
        return end_if_refused(before_inner_sleep(result, frame, timed, sleep, error),
                              sleep);
    if (!timed && asyri_job_pool(job)->helping == ASYR_HELP_ALL)
        help_from_outside(job);
    return ASYR_OK;
}

/* Whether a wait for several is over with this one. */
static bool is_enough(asyr_result *result, const struct asyri_wanted *wanted)
{
    uint32_t state = asyri_result_state(result);
    return (state & ASYRI_READY) && (wanted->any || (state & ASYRI_FAILED));
}

/* True if that was enough. */
static bool run_wanted(const struct asyri_wanted *wanted, struct asyri_frame *frame)
{
    for (int64_t i = 0; i < wanted->count; i++) {
        asyr_result *result = wanted->results[i];
        asyri_job *job = asyri_job_of(result);
        if (!asyri_result_is_ready(result) && asyri_job_pool(job) == frame->pool)
            run_unclaimed(job, frame->worker);
        if (is_enough(result, wanted))
            return true;
    }
    return false;
}

/* Note those that are not ready, all but the first, and what they wait for. */
static bool note_wanted(const struct asyri_wanted *wanted, struct asyri_sleep *sleep,
                        asyr_result **first, int64_t *count)
{
    *first = NULL;
    for (int64_t i = 0; i < wanted->count; i++) {
        asyr_result *result = wanted->results[i];
        if (asyri_result_is_ready(result))
            continue;
        if (!*first)
            *first = result;
        else if (!asyri_sleep_note(sleep, result))
            return false;
    }
    *count = sleep->other_count;
    asyri_sleep_note_sources(*first, sleep);
    return true;
}

static asyr_status look_for_circles(const struct asyri_wanted *wanted,
                                    asyr_result *first, struct asyri_sleep *sleep,
                                    asyr_error **error)
{
    bool timed = wanted->deadline != ASYR_FOREVER;
    if (wanted->any && wanted->count > 1)
        return asyri_deadlock_check_any(wanted->results, wanted->count, timed,
                                        error);
    return first ? asyri_deadlock_enter(first, timed, sleep, error) : ASYR_OK;
}

/* Maps, which are run in part, come after the look for circles. */
static void join_wanted_maps(const struct asyri_wanted *wanted,
                             struct asyri_frame *frame)
{
    for (int64_t i = 0; i < wanted->count; i++) {
        asyri_job *job = asyri_job_of(wanted->results[i]);
        if (!asyri_result_is_ready(&job->result) &&
            asyri_job_pool(job) == frame->pool)
            run_awaited(job, frame->worker);
        if (is_enough(&job->result, wanted))
            return;
    }
}

static asyr_status before_inner_sleep_for(const struct asyri_wanted *wanted,
                                          struct asyri_frame *frame,
                                          struct asyri_sleep *sleep,
                                          asyr_error **error)
{
    asyr_result *first;
    int64_t sources;
    bool helps = frame && wanted->deadline == ASYR_FOREVER;
    if (!note_wanted(wanted, sleep, &first, &sources))
        return asyri_fail_memory(error);
    if (frame)
        frame->sleep = sleep;
    if (helps)
        run_sources(sleep, sources, frame);
    if (helps && run_wanted(wanted, frame))
        return ASYR_OK;
    asyr_status status = look_for_circles(wanted, first, sleep, error);
    if (status != ASYR_OK || !frame)
        return status;
    if (helps) {
        join_sources(sleep, sources, frame);
        join_wanted_maps(wanted, frame);
    }
    if (frame->worker && !frame->worker->is_pinned)
        block_worker(frame->worker, sleep);
    return ASYR_OK;
}

static bool is_inside_callback(const struct asyri_wanted *wanted)
{
    uintptr_t self = asyri_thread_self();
    if (asyri_queue_running_here())
        return true;
    for (int64_t i = 0; i < wanted->count; i++)
        if (asyri_queue_is_run_by(asyri_result_queue(wanted->results[i]), self))
            return true;
    return false;
}

static asyr_status before_sleep_for(const struct asyri_wanted *wanted,
                                    struct asyri_sleep *sleep, asyr_error **error)
{
    struct asyri_frame *frame = asyri_frame_current();
    if (frame || is_inside_callback(wanted))
        return before_inner_sleep_for(wanted, frame, sleep, error);
    if (wanted->deadline != ASYR_FOREVER)
        return ASYR_OK;
    for (int64_t i = 0; i < wanted->count; i++) {
        asyri_job *job = asyri_job_of(wanted->results[i]);
        if (asyri_job_pool(job)->helping == ASYR_HELP_ALL)
            help_from_outside(job);
        if (is_enough(&job->result, wanted))
            break;
    }
    return ASYR_OK;
}

static asyr_status want_queue(asyr_result *result, asyr_error **error)
{
    return asyri_dispatcher_want(asyri_job_pool(asyri_job_of(result)), error);
}

static asyr_error *forced_error(const asyr_result *result)
{
    return asyri_job_pool((const asyri_job *)result)->forced;
}

const struct asyri_result_ops asyri_pool_result_ops = {
    .destroy = asyri_job_destroy,
    .delivered = asyri_job_delivered,
    .forced_error = forced_error,
    .want_queue = want_queue,
    .before_sleep = before_sleep,
    .after_sleep = after_sleep,
    .before_sleep_for = before_sleep_for,
};
