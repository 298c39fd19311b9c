/*
 * Submitting work.
 *
 * A submit takes a cell from a shard, fills it in and puts an entry into the shard's
 * ring, or, on one of the pool's own workers, into that one's deque; all of it under
 * the shard's lock.  Whether the pool is open is asked under that lock, too: who closes
 * or ends the pool changes its state first and takes each lock once afterwards, so
 * that a submit is either seen by him or sees him.
 */
#include "submit.h"

#include "../core/error.h"
#include "../core/function.h"
#include "../core/queue.h"
#include "../core/value.h"
#include "../platform/fork.h"
#include "chain.h"
#include "promise.h"
#include "strand.h"
#include "worker.h"

asyr_status asyri_pool_check_options(asyr_pool *pool,
                                     const asyr_task_options *options,
                                     asyr_error **error)
{
    bool functions = options->callback || options->error_callback;
    if (options->queue && asyri_is_forked(options->queue->generation))
        return asyri_fail(error, ASYR_E_FORKED,
                          "the completion queue belongs to the parent process");
    if (options->strand && options->strand->pool != pool)
        return asyri_fail(error, ASYR_E_ARGUMENT,
                          "expected a strand of this pool, found another pool's");
    if (options->event_kind == ASYR_EVENT_CALLBACK && functions)
        return asyri_fail(error, ASYR_E_ARGUMENT,
                          "expected callback functions or an event of the kind "
                          "callback, found both");
    if (options->event_kind >= 0 && !options->queue && pool->owns_queue)
        return asyri_fail(error, ASYR_E_ARGUMENT,
                          "expected a completion queue for the event, found none");
    if (!functions || options->queue)
        return ASYR_OK;
    return asyri_dispatcher_want(pool, error);
}

/* A place for each item; nil until the item is there. */
static asyr_value *list_of_nils(int64_t count)
{
    asyr_value *list = asyri_value_list(count);
    if (!list)
        return NULL;
    for (int64_t i = 0; i < count; i++)
        list->as.list.items[i] = asyri_value_nil();
    list->as.list.count = count;
    return list;
}

/* An array for an array mapped by a C function that returns a number. */
static asyr_value *output_new(const struct asyri_submit *submit)
{
    const asyr_value *input = submit->input;
    int64_t count = asyri_value_count(input);
    if (submit->kind == ASYRI_JOB_MAP && input->type == ASYR_VALUE_ARRAY &&
        submit->function->return_element >= 0 &&
        submit->options->error_policy != ASYR_ERRORS_COLLECT)
        return asyri_value_array_unset(submit->function->return_element, count);
    return list_of_nils(count);
}

/* Chunks that are counted (by a limit, by a worker's maximum) stay whole. */
static bool may_adapt(const struct asyri_submit *submit)
{
    const asyr_pool *pool = submit->pool;
    return !pool->limit && !pool->max_tasks && !submit->options->strand &&
           pool->source == ASYR_WORKERS_OWN;
}

static asyri_map *map_new(const struct asyri_submit *submit, asyr_value *output,
                          int64_t items)
{
    return asyri_map_new(output, items, submit->options->chunk_size,
                         submit->pool->nominal, may_adapt(submit));
}

static asyr_status make_range(struct asyri_submit *submit, asyr_error **error)
{
    const struct asyri_range *range = submit->range;
    submit->map = map_new(submit, NULL, range->end - range->begin);
    if (!submit->map)
        return asyri_fail_memory(error);
    submit->map->begin = range->begin;
    submit->map->kernel = range->kernel;
    return ASYR_OK;
}

static asyr_status make_map(struct asyri_submit *submit, asyr_error **error)
{
    if (submit->range)
        return make_range(submit, error);
    if (submit->kind == ASYRI_JOB_APPLY)
        return ASYR_OK;
    asyr_value *output = output_new(submit);
    if (output)
        submit->map = map_new(submit, output, asyri_value_count(submit->input));
    if (submit->map)
        return ASYR_OK;
    asyri_value_unref(output);
    return asyri_fail_memory(error);
}

static bool is_empty_map(const struct asyri_submit *submit)
{
    return submit->map && submit->map->items == 0;
}

/* The state comes last: it says that the cell is a job. */
static uint32_t first_state(const struct asyri_submit *submit)
{
    uint32_t state = ASYRI_LIVE | ASYRI_TOLD;
    if (submit->is_detached)
        state |= ASYRI_DETACHED;
    if (asyri_submit_calls_back(submit->options))
        state |= ASYRI_CALLS_BACK;
    if (submit->options->event_kind == ASYR_EVENT_DONE)
        state |= ASYRI_OBSERVED;
    bool by_hand = submit->kind == ASYRI_JOB_PROMISE;
    bool is_queued =
        submit->map || submit->options->strand || submit->here || by_hand;
    if (is_queued && !submit->chain)
        state |= ASYRI_POPPED;
    if (submit->here || by_hand || is_empty_map(submit))
        state |= ASYRI_CLAIMED; /* by who submits or made it */
    return state;
}

/* With the shard's lock held: the cell, and all but its state. */
static bool make_job(struct asyri_submit *submit, asyri_shard *shard)
{
    const asyr_task_options *options = submit->options;
    struct asyri_recipe_key key = {submit->function, options->callback,
                                   options->error_callback};
    asyri_job *job = asyri_heap_take(&shard->cells);
    if (!job)
        return false;
    job->recipe = asyri_recipe_take(&shard->recipes, &key, &submit->evicted);
    if (!job->recipe) {
        asyri_heap_give(&shard->cells, job);
        return false;
    }
    asyri_submit_init_job(submit, job);
    return true;
}

/* The recipe is left to give back without the lock. */
static void unmake_job(struct asyri_submit *submit, asyri_shard *shard)
{
    submit->unused = submit->job->recipe;
    asyri_heap_give(&shard->cells, submit->job);
}

/* The rare part; who runs it holds the work, and so does the delivery. */
bool asyri_submit_make_rare(struct asyri_submit *submit, asyri_shard *shard)
{
    const asyr_task_options *options = submit->options;
    struct asyri_job_rare *rare = asyri_heap_take(&shard->rares);
    if (!rare)
        return false;
    *rare = (struct asyri_job_rare){
        .common = {.tag = options->tag,
                   .queue = asyri_queue_ref(options->queue),
                   .callback = options->callback,
                   .error_callback = options->error_callback,
                   .wants_event = options->event_kind == ASYR_EVENT_CALLBACK},
        .kind = (uint8_t)submit->kind,
        .policy = (uint8_t)options->error_policy,
        .strand = asyri_strand_ref(options->strand),
        .map = submit->map,
        .job = submit->job,
        .is_chained = submit->chain != NULL,
        .chain = submit->chain};
    atomic_init(&rare->live, 1);
    atomic_init(&rare->awaits, rare->is_chained);
    atomic_init(&rare->holds, 2);
    submit->job->result.rare = &rare->common;
    return true;
}

static void give_recipes_back(struct asyri_submit *submit)
{
    asyri_recipe_give(submit->evicted.recipe, submit->evicted.left);
    asyri_recipe_give(submit->unused, 1);
}

static bool push(asyr_pool *pool, asyri_shard *shard, void *entry)
{
    asyr_worker *worker = asyri_worker_here(pool);
    return (worker && asyri_worker_push(worker, entry)) ||
           asyri_shard_push(shard, entry);
}

void asyri_submit_set_state(struct asyri_submit *submit)
{
    atomic_store_explicit(&submit->job->result.state, first_state(submit),
                          memory_order_release);
}

/* The two cells of a full job; the map is its own from then on. */
static asyr_status make_full(struct asyri_submit *submit, asyri_shard **home,
                             asyr_error **error)
{
    asyr_pool *pool = submit->pool;
    asyri_shard *shard = asyri_shard_lock_any(pool->shards, pool->shard_count);
    bool made = make_job(submit, shard);
    if (made && !asyri_submit_make_rare(submit, shard)) {
        unmake_job(submit, shard);
        made = false;
    }
    asyri_shard_unlock(shard);
    give_recipes_back(submit);
    *home = shard;
    if (made)
        return ASYR_OK;
    if (submit->job)
        asyri_value_unref(submit->input);
    submit->job = NULL;
    return asyri_fail_memory(error);
}

/* Take the places that its events need: all or none. */
static asyr_status promise(struct asyri_submit *submit, asyr_error **error)
{
    asyr_result *result = &submit->job->result;
    bool calls_back = asyri_submit_calls_back(submit->options);
    asyr_status status = ASYR_OK;
    if (calls_back)
        status = asyri_result_promise(result, error);
    if (status != ASYR_OK || submit->options->event_kind != ASYR_EVENT_DONE)
        return status;
    status = asyri_result_expect_done(result, asyri_result_queue(result),
                                      submit->options->tag, error);
    if (status != ASYR_OK && calls_back)
        asyri_result_give_up(result);
    return status;
}

void asyri_submit_discard(struct asyri_submit *submit, asyri_shard *home,
                          bool promised)
{
    asyri_job *job = submit->job;
    if (!job)
        return;
    if (promised && asyri_submit_calls_back(submit->options))
        asyri_result_give_up(&job->result);
    asyri_result_drop_observers(&job->result);
    asyri_value_unref(job->input);
    asyri_strand_unref(asyri_job_strand(job));
    asyri_queue_unref(job->result.rare->queue);
    asyri_map_free(asyri_job_map(job));
    submit->map = NULL;
    asyri_shard_lock(home);
    asyri_heap_give(&home->rares, asyri_job_rare(job));
    unmake_job(submit, home);
    asyri_shard_unlock(home);
    asyri_recipe_give(submit->unused, 1);
}

static bool is_queued_at_once(const struct asyri_submit *submit)
{
    return submit->kind != ASYRI_JOB_PROMISE && submit->kind != ASYRI_JOB_CHAINED;
}

/* With the lock of its shard: show it to those who run jobs, and who end them. */
static bool publish(struct asyri_submit *submit, asyri_shard *home)
{
    asyri_job *job = submit->job;
    asyri_submit_set_state(submit);
    if (submit->chain)
        asyri_chain_begin_wait(submit->chain, job);
    if (submit->here || is_empty_map(submit) || !is_queued_at_once(submit))
        return true;
    if (submit->options->strand) {
        if (!asyri_shard_reserve(home, 1))
            return false;
        if (asyri_strand_push(job))
            asyri_shard_push(home, asyri_entry_of(job)); /* there is room */
        return true;
    }
    return push(submit->pool, home,
                submit->map ? asyri_entry_ticket(job) : asyri_entry_of(job));
}

static asyr_status enter(struct asyri_submit *submit, asyri_shard *home,
                         asyr_error **error)
{
    asyr_pool *pool = submit->pool;
    bool published = false;
    asyri_shard_lock(home);
    bool is_open = asyri_submit_takes(pool, submit->options);
    if (is_open)
        published = publish(submit, home);
    if (!published)
        atomic_store_explicit(&submit->job->result.state, ASYRI_CELL_FREE,
                              memory_order_relaxed);
    asyri_shard_unlock(home);
    if (published)
        return ASYR_OK;
    return is_open ? asyri_fail_memory(error) : asyri_pool_check_open(pool, error);
}

static void run_here(void *arg)
{
    struct asyri_submit *submit = arg;
    asyri_entry_run(submit->map ? asyri_entry_ticket(submit->job)
                                : asyri_entry_of(submit->job),
                    NULL);
}

/* The task ended the thread, and the submit's reference with it. */
static void thread_ended_here(void *arg)
{
    struct asyri_submit *submit = arg;
    asyri_result_unref(&submit->job->result);
    asyri_pool_leave_guest(submit->pool);
}

/* A guest from before the job is seen, so that the pool does not end meanwhile. */
static asyr_status enter_as_guest(struct asyri_submit *submit, asyri_shard *home,
                                  asyr_error **error)
{
    asyri_pool_enter_guest(submit->pool);
    asyr_status status = enter(submit, home, error);
    if (status == ASYR_OK)
        asyri_thread_guard(run_here, thread_ended_here, submit);
    asyri_pool_leave_guest(submit->pool);
    return status;
}

static asyr_status enter_queue(struct asyri_submit *submit, asyri_shard *home,
                               asyr_error **error)
{
    asyr_status status = enter(submit, home, error);
    if (status != ASYR_OK)
        return status;
    if (is_empty_map(submit)) {
        asyri_job_end_map(submit->job);
        asyri_job_release(submit->job, 1);
    } else if (is_queued_at_once(submit)) {
        asyri_pool_notify(submit->pool);
    }
    return ASYR_OK;
}

static asyr_status submit_full(struct asyri_submit *submit, asyr_error **error)
{
    asyri_shard *home;
    asyr_status status = make_full(submit, &home, error);
    if (status != ASYR_OK)
        return status;
    bool promised = false;
    status = promise(submit, error);
    if (status == ASYR_OK) {
        promised = true;
        status = submit->here && !is_empty_map(submit)
                     ? enter_as_guest(submit, home, error)
                     : enter_queue(submit, home, error);
    }
    if (status != ASYR_OK)
        asyri_submit_discard(submit, home, promised);
    return status;
}

/* Its places in a queue with a limit are taken. */
static asyr_status submit_admitted(struct asyri_submit *submit, asyr_result **result,
                                   asyr_error **error)
{
    if (!submit->map && !asyri_submit_needs_rare(submit->options) && !submit->here)
        return asyri_submit_lean(submit->pool, submit->function, submit->input,
                                 submit->options, result, error);
    asyr_status status = submit_full(submit, error);
    if (status != ASYR_OK)
        return status;
    if (result)
        *result = &submit->job->result;
    else
        asyri_result_unref(&submit->job->result);
    return ASYR_OK;
}

static asyr_status submit_checked(struct asyri_submit *submit, asyr_result **result,
                                  asyr_error **error)
{
    asyr_status status = make_map(submit, error);
    if (status == ASYR_OK)
        status = asyri_submit_admit(submit, error);
    if (status == ASYR_OK) {
        int64_t tasks = asyri_submit_task_count(submit);
        status = submit_admitted(submit, result, error);
        if (status != ASYR_OK)
            asyri_pool_begin_tasks(submit->pool, tasks);
    }
    if (status != ASYR_OK)
        asyri_map_free(submit->map);
    return status;
}

static asyr_status submit_with_options(asyr_pool *pool, enum asyri_job_kind kind,
                                       asyr_function *function, asyr_value *input,
                                       const asyr_task_options *options,
                                       asyr_result **result, asyr_error **error)
{
    struct asyri_submit submit = {.pool = pool,
                                  .kind = kind,
                                  .function = function,
                                  .input = input,
                                  .options = options};
    asyr_status status = asyri_pool_check_options(pool, options, error);
    return status == ASYR_OK ? submit_checked(&submit, result, error) : status;
}

asyr_status asyri_pool_submit(asyr_pool *pool, enum asyri_job_kind kind,
                              asyr_function *function, asyr_value *input,
                              const asyr_task_options *options, asyr_result **result,
                              asyr_error **error)
{
    if (kind == ASYRI_JOB_APPLY && options == &asyri_task_defaults && !pool->limit)
        return asyri_submit_lean(pool, function, input, options, result, error);
    if (!asyri_submit_takes(pool, options))
        return asyri_pool_check_open(pool, error);
    return submit_with_options(pool, kind, function, input, options, result, error);
}

asyr_status asyri_pool_submit_apart(asyr_pool *pool, enum asyri_job_kind kind,
                                    asyr_function *function,
                                    struct asyri_chain *chain,
                                    const asyr_task_options *options,
                                    asyr_result **result, asyr_error **error)
{
    struct asyri_submit submit = {.pool = pool,
                                  .kind = kind,
                                  .function = function,
                                  .options = options,
                                  .chain = chain};
    if (!asyri_submit_takes(pool, options))
        return asyri_pool_check_open(pool, error);
    asyr_status status = asyri_pool_check_options(pool, options, error);
    if (status == ASYR_OK)
        status = submit_full(&submit, error);
    if (status == ASYR_OK)
        *result = &submit.job->result;
    return status;
}

asyr_status asyri_pool_submit_range(asyr_pool *pool, const struct asyri_range *range,
                                    asyr_function *function, asyr_value *context,
                                    const asyr_task_options *options,
                                    asyr_result **result, asyr_error **error)
{
    struct asyri_submit submit = {.pool = pool,
                                  .kind = ASYRI_JOB_RANGE,
                                  .function = function,
                                  .input = context,
                                  .options = options,
                                  .range = range};
    if (!asyri_submit_takes(pool, options))
        return asyri_pool_check_open(pool, error);
    if (options->error_policy == ASYR_ERRORS_COLLECT)
        return asyri_fail(
            error, ASYR_E_ARGUMENT,
            "expected an error policy without places for errors, for a "
            "range has no items, found ASYR_ERRORS_COLLECT");
    asyr_status status = asyri_pool_check_options(pool, options, error);
    return status == ASYR_OK ? submit_checked(&submit, result, error) : status;
}

/* A place without memory: the job itself.  False if another ticket to it has that; one
 * invites as many as two. */
static bool spill(asyr_pool *pool, void *entry)
{
    struct asyri_job_rare *rare = asyri_job_rare(asyri_entry_job(entry));
    asyri_mutex_lock(&pool->lock);
    bool is_free = !asyri_list_has(&rare->waiting);
    if (is_free) {
        rare->spilled = entry;
        asyri_list_append(&pool->spilled, &rare->waiting);
        atomic_store_explicit(&pool->has_spilled, true, memory_order_seq_cst);
    }
    asyri_mutex_unlock(&pool->lock);
    return is_free;
}

void asyri_pool_offer(asyr_pool *pool, void *entry)
{
    asyri_shard *shard = asyri_shard_lock_any(pool->shards, pool->shard_count);
    bool pushed = push(pool, shard, entry);
    asyri_shard_unlock(shard);
    if (!pushed && !spill(pool, entry))
        asyri_entry_drop(entry);
    asyri_pool_notify(pool);
}

bool asyri_pool_offer_lean(asyr_pool *pool, void *entry)
{
    asyri_shard *shard = asyri_shard_lock_any(pool->shards, pool->shard_count);
    bool pushed = push(pool, shard, entry);
    asyri_shard_unlock(shard);
    if (pushed)
        asyri_pool_notify(pool);
    return pushed;
}
