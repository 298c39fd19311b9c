/*
 * Who gets into a queue with a limit, and how many of its tasks wait.
 *
 * A pool with a limit counts its queued tasks under its lock, before the shard is
 * locked.  In a full queue a submit from inside one of the pool's own tasks or
 * callbacks must not block, for it could be the one that everybody waits for: it runs
 * its task itself.  A task of a strand cannot be run out of its order; it is queued
 * over the limit instead.
 */
#include "../core/error.h"
#include "submit.h"
#include "worker.h"

enum admission {
    ADMIT_QUEUE, /* put it into the queue */
    ADMIT_HERE,  /* run it on this thread */
    ADMIT_NOT
};

static bool is_full_locked(const asyr_pool *pool)
{
    return asyri_pool_room_locked(pool) < 1;
}

asyr_status asyri_pool_wait_for_room_locked(asyr_pool *pool, int64_t places,
                                            asyr_interrupt *interrupt,
                                            asyr_error **error)
{
    while (asyri_pool_room_locked(pool) < places &&
           asyri_pool_state(pool) == ASYR_POOL_OPEN) {
        asyr_status status = asyri_waitlist_wait(&pool->space, NULL, &pool->lock,
                                                 ASYR_FOREVER, interrupt);
        if (status == ASYR_E_INTERRUPTED && asyri_pool_room_locked(pool) < places &&
            asyri_pool_state(pool) == ASYR_POOL_OPEN)
            return asyri_fail(error, status,
                              "the wait for a place in the queue was interrupted");
    }
    return asyri_pool_check_open(pool, error);
}

static asyr_status admit_locked(asyr_pool *pool, const asyr_task_options *options,
                                enum admission *admission, asyr_error **error)
{
    bool inside = asyri_frame_is_inside(pool);
    *admission = ADMIT_NOT;
    if (!asyri_submit_takes(pool, options))
        return asyri_pool_check_open(pool, error);
    *admission = ADMIT_QUEUE;
    if (!is_full_locked(pool) || options->is_continuation)
        return ASYR_OK;
    if (pool->policy == ASYR_FULL_FAIL)
        return asyri_fail(error, ASYR_E_QUEUE_FULL,
                          "the queue holds as many tasks as it may, %lld",
                          (long long)pool->limit);
    if (inside || pool->policy == ASYR_FULL_CALLER_RUNS) {
        if (!options->strand)
            *admission = ADMIT_HERE;
        return ASYR_OK;
    }
    return asyri_pool_wait_for_room_locked(pool, 1, options->interrupt, error);
}

int64_t asyri_submit_task_count(const struct asyri_submit *submit)
{
    const asyri_map *map = submit->map;
    if (!map)
        return 1;
    return map->items / map->chunk_size + (map->items % map->chunk_size != 0);
}

asyr_status asyri_submit_admit(struct asyri_submit *submit, asyr_error **error)
{
    asyr_pool *pool = submit->pool;
    enum admission admission = ADMIT_QUEUE;
    if (!pool->limit)
        return ASYR_OK;
    asyri_mutex_lock(&pool->lock);
    asyr_status status = admit_locked(pool, submit->options, &admission, error);
    submit->here = admission == ADMIT_HERE;
    if (status == ASYR_OK)
        pool->queued += asyri_submit_task_count(submit);
    asyri_mutex_unlock(&pool->lock);
    return status;
}

void asyri_pool_begin_tasks(asyr_pool *pool, int64_t tasks)
{
    if (!pool->limit || tasks == 0)
        return;
    asyri_mutex_lock(&pool->lock);
    pool->queued -= tasks;
    if (!is_full_locked(pool))
        asyri_waitlist_wake_all(&pool->space);
    asyri_mutex_unlock(&pool->lock);
}

/*
 * A guest counts before it claims, and its job's entry is in some queue until then.  So
 * who sees all queues empty, and afterwards no guest, knows that nothing runs.  One that
 * leaves an open pool need not look whether that has ended: who closes it looks
 * afterwards, and all of this is sequentially consistent.
 */
void asyri_pool_enter_guest(asyr_pool *pool)
{
    atomic_fetch_add_explicit(&pool->guests, 1, memory_order_seq_cst);
}

void asyri_pool_leave_guest(asyr_pool *pool)
{
    atomic_fetch_sub_explicit(&pool->guests, 1, memory_order_seq_cst);
    if (atomic_load_explicit(&pool->state, memory_order_seq_cst) != ASYR_POOL_OPEN)
        asyri_pool_check_end(pool);
}
