/*
 * Submitting many tasks in one call, all or none.
 *
 * What may fail comes first: places in a queue with a limit, places for events, memory
 * for the jobs and for their entries.  Then all entries are published at once, under
 * the lock of one shard, so that nobody ever sees a part of them.
 *
 * Lean jobs are made in one pass with the lock held, each with its entry laid into the
 * ring behind what is published; if memory ends in between, the entries tell what to
 * give back.  Full jobs are remembered in an array, for their events are promised
 * without the lock.
 *
 * Where a full queue lets the caller run tasks, the first ones get the places that
 * there are, and the thread runs the rest after all were published.  Those are claimed
 * from the beginning; if one of them ends the thread, the others fail.
 */
#include "submit.h"

#include "../base/alloc.h"
#include "../core/error.h"
#include "strand.h"
#include "worker.h"

struct many {
    struct asyri_submit submit; /* in common, and of the job that is being made */
    asyr_value *const *arguments;
    asyr_result **results;
    int64_t count;
    int64_t queued; /* the first so many; the others run on this thread */
    asyri_recipe *recipe;
    /* of full jobs: */
    asyri_job **jobs;
    int64_t made;
    int64_t run;
    asyri_shard *home;
};

static asyr_status fail_too_many(const struct many *many, asyr_error **error)
{
    return asyri_fail(error, ASYR_E_QUEUE_FULL,
                      "expected room for %lld tasks in the queue, found %lld places "
                      "of %lld",
                      (long long)many->count,
                      (long long)asyri_pool_room_locked(many->submit.pool),
                      (long long)many->submit.pool->limit);
}

static asyr_status admit_locked(struct many *many, asyr_error **error)
{
    asyr_pool *pool = many->submit.pool;
    const asyr_task_options *options = many->submit.options;
    int64_t room = asyri_pool_room_locked(pool);
    if (!asyri_submit_takes(pool, options))
        return asyri_pool_check_open(pool, error);
    if (many->count <= room)
        return ASYR_OK;
    if (pool->policy == ASYR_FULL_FAIL)
        return fail_too_many(many, error);
    if (pool->policy == ASYR_FULL_CALLER_RUNS || asyri_frame_is_inside(pool)) {
        if (!options->strand)
            many->queued = room;
        return ASYR_OK;
    }
    if (many->count > pool->limit)
        return fail_too_many(many, error);
    return asyri_pool_wait_for_room_locked(pool, many->count, options->interrupt,
                                           error);
}

static asyr_status admit(struct many *many, asyr_error **error)
{
    asyr_pool *pool = many->submit.pool;
    if (!pool->limit)
        return ASYR_OK;
    asyri_mutex_lock(&pool->lock);
    asyr_status status = admit_locked(many, error);
    if (status == ASYR_OK)
        pool->queued += many->count;
    asyri_mutex_unlock(&pool->lock);
    return status;
}

/* References to the recipe for all of them. */
static bool take_recipe(struct many *many, asyri_shard *shard)
{
    struct asyri_submit *submit = &many->submit;
    struct asyri_recipe_key key = {submit->function, submit->options->callback,
                                   submit->options->error_callback};
    many->recipe =
        asyri_recipe_take_many(&shard->recipes, &key, many->count, &submit->evicted);
    return many->recipe != NULL;
}

/* The next job, all but its state; `submit.job` is it.  False without memory. */
static bool make_job(struct many *many, int64_t place, asyri_shard *shard)
{
    struct asyri_submit *submit = &many->submit;
    asyri_job *job = asyri_heap_take(&shard->cells);
    if (!job)
        return false;
    submit->input = many->arguments ? many->arguments[place] : NULL;
    asyri_submit_init_job(submit, job);
    job->recipe = many->recipe;
    return true;
}

static void unmake_job(asyri_job *job, asyri_shard *shard)
{
    asyri_value_unref(job->input); /* its owner has it still */
    asyri_heap_give(&shard->cells, job);
}

/* Lay all jobs into the ring, where there is room; false, and none, without memory. */
static bool lay_jobs(struct many *many, asyri_shard *shard)
{
    struct asyri_submit *submit = &many->submit;
    for (int64_t i = 0; i < many->count; i++) {
        if (!make_job(many, i, shard)) {
            while (i-- > 0)
                unmake_job(asyri_shard_laid(shard, (uint64_t)i), shard);
            return false;
        }
        asyri_submit_set_state(submit);
        asyri_shard_lay(shard, (uint64_t)i, asyri_entry_of(submit->job));
    }
    return true;
}

/* The jobs that were laid, before somebody takes them. */
static void answer(struct many *many, asyri_shard *shard)
{
    for (int64_t i = 0; many->results && i < many->count; i++)
        many->results[i] =
            &asyri_entry_job(asyri_shard_laid(shard, (uint64_t)i))->result;
}

static bool publish_lean(struct many *many, asyri_shard *shard)
{
    uint64_t count = (uint64_t)many->count;
    if (!asyri_shard_reserve(shard, count) || !take_recipe(many, shard) ||
        !lay_jobs(many, shard))
        return false;
    answer(many, shard);
    asyri_shard_publish(shard, count);
    return true;
}

static asyr_status submit_lean(struct many *many, asyr_error **error)
{
    struct asyri_submit *submit = &many->submit;
    asyr_pool *pool = submit->pool;
    bool published = false;
    asyri_shard *shard = asyri_shard_lock_any(pool->shards, pool->shard_count);
    bool is_open = asyri_submit_takes(pool, submit->options);
    if (is_open)
        published = publish_lean(many, shard);
    asyri_shard_unlock(shard);
    asyri_recipe_give(submit->evicted.recipe, submit->evicted.left);
    if (published) {
        asyri_pool_notify(pool);
        return ASYR_OK;
    }
    asyri_recipe_give(many->recipe, many->count);
    return is_open ? asyri_fail_memory(error) : asyri_pool_check_open(pool, error);
}

static bool make_next(struct many *many, asyri_shard *shard)
{
    struct asyri_submit *submit = &many->submit;
    if (!make_job(many, many->made, shard))
        return false;
    if (!asyri_submit_make_rare(submit, shard)) {
        unmake_job(submit->job, shard);
        return false;
    }
    submit->job->result.rare->tag += (uint64_t)many->made;
    many->jobs[many->made++] = submit->job;
    return true;
}

/* Jobs that nobody sees yet; those that were made are discarded by the caller. */
static bool make_jobs(struct many *many)
{
    asyr_pool *pool = many->submit.pool;
    struct asyri_grant *evicted = &many->submit.evicted;
    if ((uint64_t)many->count > SIZE_MAX / sizeof(asyri_job *))
        return false;
    many->jobs = asyri_alloc((size_t)many->count * sizeof(asyri_job *));
    if (!many->jobs)
        return false;
    asyri_shard *shard = asyri_shard_lock_any(pool->shards, pool->shard_count);
    many->home = shard;
    if (take_recipe(many, shard))
        while (many->made < many->count && make_next(many, shard))
            continue;
    asyri_shard_unlock(shard);
    asyri_recipe_give(evicted->recipe, evicted->left);
    return many->made == many->count;
}

static void discard(struct many *many, bool promised)
{
    if (many->recipe)
        asyri_recipe_give(many->recipe, many->count - many->made);
    for (int64_t i = 0; i < many->made; i++) {
        many->submit.job = many->jobs[i];
        asyri_submit_discard(&many->submit, many->home, promised);
    }
    asyri_free(many->jobs);
}

/* Their places in the queue are taken. */
static asyr_status prepare_done(struct many *many, asyr_queue *queue,
                                asyr_error **error)
{
    for (int64_t i = 0; i < many->count; i++) {
        asyr_result *result = &many->jobs[i]->result;
        if (asyri_result_prepare_done(result, queue, asyri_result_tag(result)))
            continue;
        asyri_queue_give_up(queue, many->count - i); /* the others have theirs */
        return asyri_fail_memory(error);
    }
    return ASYR_OK;
}

/* Take the places that all their events need, or none. */
static asyr_status promise(struct many *many, asyr_error **error)
{
    const asyr_task_options *options = many->submit.options;
    asyr_queue *queue = asyri_result_queue(&many->jobs[0]->result);
    bool calls_back = asyri_submit_calls_back(options);
    asyr_status status = ASYR_OK;
    if (calls_back)
        status = asyri_queue_promise(queue, many->count, error);
    if (status != ASYR_OK)
        return status;
    for (int64_t i = 0; calls_back && i < many->count; i++)
        asyri_result_prepare_callback(&many->jobs[i]->result);
    if (options->event_kind != ASYR_EVENT_DONE)
        return ASYR_OK;
    status = asyri_queue_promise(queue, many->count, error);
    if (status == ASYR_OK)
        status = prepare_done(many, queue, error);
    if (status != ASYR_OK && calls_back)
        asyri_queue_give_up(queue, many->count);
    return status;
}

static void set_states(struct many *many)
{
    struct asyri_submit *submit = &many->submit;
    for (int64_t i = 0; i < many->count; i++) {
        submit->job = many->jobs[i];
        submit->here = i >= many->queued;
        asyri_submit_set_state(submit);
    }
}

/* With room for all of their entries. */
static void publish_full(struct many *many)
{
    asyri_shard *home = many->home;
    if (!many->submit.options->strand) {
        for (int64_t i = 0; i < many->queued; i++)
            asyri_shard_lay(home, (uint64_t)i, asyri_entry_of(many->jobs[i]));
        asyri_shard_publish(home, (uint64_t)many->queued);
        return;
    }
    for (int64_t i = 0; i < many->queued; i++)
        if (asyri_strand_push(many->jobs[i]))
            asyri_shard_push(home, asyri_entry_of(many->jobs[i]));
}

static asyr_status enter(struct many *many, asyr_error **error)
{
    asyr_pool *pool = many->submit.pool;
    bool published = false;
    asyri_shard_lock(many->home);
    bool is_open = asyri_submit_takes(pool, many->submit.options);
    if (is_open && asyri_shard_reserve(many->home, (uint64_t)many->queued)) {
        set_states(many);
        publish_full(many);
        published = true;
    }
    asyri_shard_unlock(many->home);
    if (published)
        return ASYR_OK;
    return is_open ? asyri_fail_memory(error) : asyri_pool_check_open(pool, error);
}

static void run_rest(void *arg)
{
    struct many *many = arg;
    while (many->run < many->count) {
        asyri_job *job = many->jobs[many->run++];
        if (asyri_pool_is_ended_by_force(many->submit.pool))
            asyri_job_end_claimed_by_force(job);
        else
            asyri_entry_run(asyri_entry_of(job), NULL);
    }
}

static void drop_results(struct many *many)
{
    for (int64_t i = 0; i < many->count; i++)
        asyri_result_unref(&many->jobs[i]->result);
}

/* A task ended the thread, and the submit's references with it. */
static void thread_ended(void *arg)
{
    struct many *many = arg;
    asyr_pool *pool = many->submit.pool;
    asyri_pool_begin_tasks(pool, many->count - many->run);
    while (many->run < many->count)
        asyri_job_drop(many->jobs[many->run++],
                       asyri_error_new(ASYR_E_WORKER_LOST, NULL,
                                       "the thread that was to run the task ended"));
    drop_results(many);
    asyri_free(many->jobs);
    asyri_pool_leave_guest(pool);
}

/* The rest of the tasks of a pool that counts this thread as its guest. */
static void run_here(struct many *many)
{
    many->run = many->queued;
    asyri_thread_guard(run_rest, thread_ended, many);
    asyri_pool_leave_guest(many->submit.pool);
}

/* Show the jobs to those who run them, and to those who end them. */
static asyr_status enter_and_run(struct many *many, asyr_error **error)
{
    asyr_pool *pool = many->submit.pool;
    bool runs = many->queued < many->count;
    if (runs)
        asyri_pool_enter_guest(pool);
    asyr_status status = enter(many, error);
    if (status == ASYR_OK)
        asyri_pool_notify(pool);
    if (status == ASYR_OK && runs)
        run_here(many);
    else if (runs)
        asyri_pool_leave_guest(pool);
    return status;
}

static asyr_status submit_full(struct many *many, asyr_error **error)
{
    bool promised = false;
    if (!make_jobs(many)) {
        discard(many, promised);
        return asyri_fail_memory(error);
    }
    asyr_status status = promise(many, error);
    if (status == ASYR_OK) {
        promised = true;
        status = enter_and_run(many, error);
    }
    if (status != ASYR_OK) {
        discard(many, promised);
        return status;
    }
    for (int64_t i = 0; many->results && i < many->count; i++)
        many->results[i] = &many->jobs[i]->result;
    if (!many->results)
        drop_results(many);
    asyri_free(many->jobs);
    return ASYR_OK;
}

/* Options carry a tag, which is another one for each task. */
static bool is_lean(const struct many *many)
{
    return many->submit.options == &asyri_task_defaults &&
           many->queued == many->count;
}

static asyr_status submit_all(struct many *many, asyr_error **error)
{
    asyr_status status = admit(many, error);
    if (status != ASYR_OK)
        return status;
    if (is_lean(many)) {
        many->submit.is_detached = !many->results;
        status = submit_lean(many, error);
    } else {
        status = submit_full(many, error);
    }
    if (status != ASYR_OK)
        asyri_pool_begin_tasks(many->submit.pool, many->count);
    return status;
}

asyr_status asyri_pool_submit_many(asyr_pool *pool, asyr_function *function,
                                   asyr_value *const *arguments, int64_t count,
                                   const asyr_task_options *options,
                                   asyr_result **results, asyr_error **error)
{
    struct many many = {.submit = {.pool = pool,
                                   .kind = ASYRI_JOB_APPLY,
                                   .function = function,
                                   .options = options},
                        .arguments = arguments,
                        .results = results,
                        .count = count,
                        .queued = count};
    asyr_status status = ASYR_OK;
    if (!asyri_submit_takes(pool, options))
        return asyri_pool_check_open(pool, error);
    if (options != &asyri_task_defaults)
        status = asyri_pool_check_options(pool, options, error);
    if (status != ASYR_OK || count == 0)
        return status;
    return submit_all(&many, error);
}
