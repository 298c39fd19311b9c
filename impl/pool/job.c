/*
 * Jobs: see job.h.
 *
 * What a full job needs is allocated when it is submitted, so that completing it cannot
 * fail for lack of memory: a map's output has a place for each item, and each
 * participant writes the places of its items without a lock.
 *
 * The work of a lean job has one holder, who claimed it.  That of a full job is counted
 * in `holds`: one for the delivery, one for each thread that runs it or may yet run
 * it, one for each ticket to a map.  Who lets the last one go releases the function,
 * the input and the output.
 */
#include "job.h"

#include "../base/alloc.h"
#include "../core/error.h"
#include "../core/function.h"
#include "../core/value.h"
#include "chain.h"
#include "pool.h"
#include "promise.h"
#include "strand.h"
#include "worker.h"

asyr_pool *asyri_job_pool(const asyri_job *job)
{
    return ASYRI_OBJECT(job->result.owner, asyr_pool, owner);
}

int64_t asyri_job_task_count(const asyri_job *job)
{
    const asyri_map *map = asyri_job_map(job);
    if (!map)
        return 1;
    return map->items / map->chunk_size + (map->items % map->chunk_size != 0);
}

/* The popped bit, and freeing what waited for it. */
static void let_entry_go(asyri_job *job)
{
    asyri_result_let_go(&job->result, ASYRI_POPPED);
}

static asyri_job *claim_popped(asyri_job *job)
{
    bool freed;
    if (asyri_state_claim_popped(&job->result.state, &freed))
        return job;
    if (freed)
        asyri_job_destroy(&job->result);
    return NULL;
}

asyri_job *asyri_entry_claim(void *entry)
{
    asyri_job *job = asyri_entry_job(entry);
    return asyri_entry_is_ticket(entry) ? job : claim_popped(job);
}

bool asyri_entry_is_dead(void *entry)
{
    asyri_job *job = asyri_entry_job(entry);
    if (asyri_entry_is_ticket(entry))
        return !asyri_map_has_more(asyri_job_rare(job)->map);
    return asyri_result_state(&job->result) & ASYRI_CLAIMED;
}

void asyri_entry_drop(void *entry)
{
    asyri_job *job = asyri_entry_job(entry);
    if (asyri_entry_is_ticket(entry))
        asyri_job_release(job, 1);
    else
        let_entry_go(job);
}

/* Of a job whose work is over; where it is gathered is up to the thread. */
static void drop_work(asyri_job *job, struct asyri_spent *spent)
{
    struct asyri_job_rare *rare = asyri_job_rare(job);
    asyri_recipe *recipe = job->recipe;
    if (job->input)
        asyri_value_unref(job->input);
    job->input = NULL;
    if (rare && rare->map) {
        asyri_value_unref(rare->map->output);
        rare->map->output = NULL;
    }
    if (spent)
        asyri_recipe_gather(spent, recipe);
    else
        asyri_recipe_give(recipe, 1);
}

bool asyri_job_try_hold(asyri_job *job)
{
    struct asyri_job_rare *rare = asyri_job_rare(job);
    int32_t holds = atomic_load_explicit(&rare->holds, memory_order_relaxed);
    do {
        if (holds == 0)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&rare->holds, &holds, holds + 1,
                                                    memory_order_acquire,
                                                    memory_order_relaxed));
    return true;
}

void asyri_job_release(asyri_job *job, int32_t holds)
{
    struct asyri_job_rare *rare = asyri_job_rare(job);
    if (atomic_fetch_sub_explicit(&rare->holds, holds, memory_order_acq_rel) !=
        holds)
        return;
    drop_work(job, asyri_worker_spent_here());
    asyri_result_let_go(&job->result, ASYRI_WORKED);
}

/*
 * The hold of the run goes before the delivery, so that callbacks are let go no later
 * than by the thread that made the result ready.  The strand goes on afterwards, so
 * that its callbacks keep its order.
 */
bool asyri_job_end_full(asyri_job *job, union asyri_outcome outcome, uint32_t kind)
{
    asyr_strand *strand = asyri_job_strand(job);
    bool settled = asyri_result_settle(&job->result, outcome, kind);
    if (!settled)
        asyri_outcome_drop(outcome, kind);
    if (!strand)
        asyri_job_release(job, 1);
    if (settled)
        asyri_result_deliver(&job->result);
    if (!strand)
        return settled;
    asyri_strand_advance(job);
    asyri_job_release(job, 1);
    return settled;
}

void asyri_job_end(asyri_job *job, union asyri_outcome outcome, uint32_t kind,
                   struct asyri_spent *spent)
{
    if (job->result.rare) {
        asyri_job_end_full(job, outcome, kind);
        return;
    }
    drop_work(job, spent);
    if (asyri_result_complete(&job->result, outcome, kind))
        return;
    asyri_outcome_drop(outcome, kind);
    asyri_result_let_go(&job->result, ASYRI_WORKED);
}

/* The claimer of a job that he will not run lets the work go. */
static void let_work_go(asyri_job *job, uint32_t other_holds)
{
    if (!job->result.rare) {
        drop_work(job, NULL);
        asyri_result_let_go(&job->result, ASYRI_WORKED | other_holds);
        return;
    }
    if (asyri_chain_is_dropped_early(job))
        asyri_chain_end_wait(job);
    else if (asyri_job_strand(job))
        asyri_strand_drop(job);
    asyri_job_release(job, 1);
    if (other_holds)
        asyri_result_let_go(&job->result, other_holds);
}

void asyri_job_drop(asyri_job *job, asyr_error *error)
{
    union asyri_outcome outcome = {.error = error};
    if (!job->result.rare) {
        asyri_job_end(job, outcome, ASYRI_FAILED, NULL);
        return;
    }
    if (asyri_result_settle(&job->result, outcome, ASYRI_FAILED))
        asyri_result_deliver(&job->result);
    else
        asyri_error_unref(error);
    let_work_go(job, 0);
}

void asyri_job_end_claimed_by_force(asyri_job *job)
{
    union asyri_outcome none = {.error = NULL};
    uint32_t kind = ASYRI_FORCED | ASYRI_FAILED | ASYRI_CANCELLED;
    if (asyri_result_settle(&job->result, none, kind))
        asyri_result_deliver(&job->result);
    let_work_go(job, 0);
}

void asyri_job_end_forced(asyri_job *job, bool claimed)
{
    asyri_map *map = asyri_job_map(job);
    bool was_last = map && asyri_map_count_off(map, asyri_map_drop(map));
    asyri_promise_tell_cancelled(job);
    asyri_result_deliver(&job->result);
    if (claimed && (!map || asyri_job_strand(job))) {
        let_work_go(job, ASYRI_TOLD);
        return;
    }
    if (was_last && asyri_job_strand(job))
        asyri_strand_advance(job);
    asyri_result_let_go(&job->result, ASYRI_TOLD);
}

/* The depth of a list is known once its items are there. */
static uint8_t depth_of_items(const asyr_value *list)
{
    uint8_t deepest = 0;
    for (int64_t i = 0; i < list->as.list.count; i++) {
        uint8_t depth = list->as.list.items[i]->depth;
        deepest = depth > deepest ? depth : deepest;
    }
    return (uint8_t)(deepest + 1);
}

/* That of a range is nil. */
static asyr_value *take_output(asyri_job *job, asyr_error **error)
{
    if (asyri_job_rare(job)->kind == ASYRI_JOB_RANGE)
        return asyri_value_nil();
    asyr_value *output = asyri_job_map(job)->output;
    bool seen = asyri_job_rare(job)->policy != ASYRI_ERRORS_KEEP; /* as one value */
    if (output->type == ASYR_VALUE_LIST && seen) {
        uint8_t depth = depth_of_items(output);
        if (depth > ASYR_MAX_DEPTH) {
            asyri_fail(error, ASYR_E_ARGUMENT,
                       "expected values nested at most %d deep, found %d",
                       ASYR_MAX_DEPTH, depth);
            return NULL;
        }
        output->depth = depth;
    }
    return asyri_value_ref(output);
}

static asyr_error *take_failure(asyri_map *map, asyr_pool *pool)
{
    asyri_mutex_lock(&pool->lock);
    asyr_error *failure = map->failure;
    map->failure = NULL;
    asyri_mutex_unlock(&pool->lock);
    return failure;
}

static void settle_map(asyri_job *job)
{
    asyri_map *map = asyri_job_map(job);
    asyr_error *error = take_failure(map, asyri_job_pool(job));
    union asyri_outcome outcome = {.error = error};
    uint32_t kind = ASYRI_FAILED;
    asyr_value *value = error ? NULL : take_output(job, &error);
    if (value) {
        outcome.value = value;
        kind = 0;
    } else {
        outcome.error = error;
    }
    if (asyri_result_settle(&job->result, outcome, kind))
        asyri_result_deliver(&job->result);
    else
        asyri_outcome_drop(outcome, kind);
}

void asyri_job_end_map(asyri_job *job)
{
    settle_map(job);
    if (asyri_job_strand(job))
        asyri_strand_advance(job);
}

void asyri_job_offer_rest(asyri_job *job)
{
    if (asyri_job_strand(job))
        asyri_strand_resume(job);
    else
        asyri_pool_offer(asyri_job_pool(job), asyri_entry_ticket(job));
}

/* What the host itself asked for is not reported to it as an error. */
static bool is_unread_failure(asyr_result *result, asyr_error **error)
{
    uint32_t state = asyri_result_state(result);
    if (!(state & ASYRI_SETTLED) || !(state & ASYRI_FAILED) ||
        (state & ASYRI_ERROR_READ))
        return false;
    *error = asyri_result_error(result);
    int32_t code = asyri_error_code(*error);
    return code != ASYR_E_CANCELLED && code != ASYR_E_TERMINATED;
}

asyri_shard *asyri_shard_of(const asyri_job *job)
{
    return ASYRI_OBJECT(asyri_heap_of(job), asyri_shard, cells);
}

/*
 * Give a cell back to its shard: at once if that is free, remotely if not.  The pool is
 * there as long as the shard is not closed.
 */
static void give_cell(asyr_pool *pool, void *cell, size_t offset)
{
    asyri_heap *heap = asyri_heap_of(cell);
    asyri_shard *shard = (asyri_shard *)(void *)((char *)heap - offset);
    if (!asyri_shard_try_lock(shard)) {
        asyri_heap_give_remote(cell);
        return;
    }
    bool closed = shard->closed;
    if (!closed) {
        asyri_heap_give(heap, cell);
        if (heap->empty_count > ASYRI_SPARE_SLABS)
            asyri_pool_ask_trim(pool, heap);
    }
    asyri_shard_unlock(shard);
    if (closed)
        asyri_heap_give_remote(cell);
}

static void free_rare(struct asyri_job_rare *rare)
{
    asyri_map_free(rare->map);
    asyri_strand_unref(rare->strand);
    give_cell(asyri_job_pool(rare->job), rare, offsetof(asyri_shard, rares));
}

void asyri_job_delivered(asyr_result *result)
{
    if (result->rare)
        asyri_job_release(asyri_job_of(result), 1);
    else if (!(asyri_result_state(result) & ASYRI_FORCED))
        asyri_result_let_go(result, ASYRI_WORKED);
}

void asyri_job_destroy(asyr_result *result)
{
    asyri_job *job = asyri_job_of(result);
    asyr_pool *pool = asyri_job_pool(job);
    struct asyri_job_rare *rare = asyri_job_rare(job);
    asyr_error *error;
    if (pool->hook && is_unread_failure(result, &error))
        asyri_dispatcher_report(pool, error);
    asyri_result_fini(result);
    if (rare)
        free_rare(rare);
    give_cell(pool, job, offsetof(asyri_shard, cells));
}
