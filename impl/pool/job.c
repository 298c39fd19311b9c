/*
 * Jobs: see job.h.
 *
 * What a job needs is allocated when it is submitted, so that completing it cannot
 * fail for lack of memory: a map's output has a place for each item, and each
 * chunk writes its own places without a lock.  Ending the last task, under the
 * pool's lock, orders all of them before the outcome.
 *
 * References: the caller's, one for all tasks together (dropped when the last has
 * ended), and one for each event that is posted.
 */
#include "job.h"

#include <string.h>

#include "../base/alloc.h"
#include "../core/error.h"
#include "../core/function.h"
#include "../core/value.h"
#include "pool.h"
#include "strand.h"
#include "worker.h"

/* ceil(n / (4 * workers)), as Python's Pool has it. */
static int64_t default_chunk_size(int64_t items, int64_t workers)
{
    int64_t chunks = 4 * workers;
    int64_t size = items / chunks + (items % chunks != 0);
    return size > 0 ? size : 1;
}

static int64_t chunk_size_for(asyr_pool *pool, enum asyri_job_kind kind,
                              int64_t items, const asyr_task_options *options)
{
    if (kind == ASYRI_JOB_APPLY)
        return 1;
    if (options->chunk_size)
        return options->chunk_size;
    return default_chunk_size(items, pool->nominal);
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
static asyr_value *output_new(enum asyri_job_kind kind, asyr_function *function,
                              asyr_value *input, int32_t policy)
{
    int64_t count = asyri_value_count(input);
    if (kind == ASYRI_JOB_MAP && input->type == ASYR_VALUE_ARRAY &&
        function->return_element >= 0 && policy != ASYR_ERRORS_COLLECT)
        return asyri_value_array_unset(function->return_element, count);
    return list_of_nils(count);
}

static void init_tasks(asyri_job *job, int64_t items)
{
    for (int64_t i = 0; i < job->task_count; i++) {
        asyr_task *task = &job->tasks[i];
        int64_t rest = items - i * job->chunk_size;
        task->job = job;
        task->function = job->function;
        task->next = i * job->chunk_size;
        task->end = task->next + (rest < job->chunk_size ? rest : job->chunk_size);
    }
}

static asyri_job *job_allocate(int64_t tasks)
{
    if ((uint64_t)tasks > (SIZE_MAX / 2 - sizeof(asyri_job)) / sizeof(asyr_task))
        return NULL;
    return asyri_alloc_zeroed(1,
                              sizeof(asyri_job) + (size_t)tasks * sizeof(asyr_task));
}

static asyr_status init_result(asyri_job *job, const asyr_task_options *options,
                               asyr_error **error)
{
    struct asyri_result_setup setup = {
        .ops = &asyri_pool_result_ops,
        .lock = &job->pool->lock,
        .tag = options->tag,
        .queue = options->queue ? options->queue : job->pool->queue,
        .callback = options->callback,
        .error_callback = options->error_callback,
        .event_kind = options->event_kind,
    };
    return asyri_result_init(&job->result, &setup, error);
}

asyr_status asyri_job_new(asyr_pool *pool, enum asyri_job_kind kind,
                          asyr_function *function, asyr_value *input,
                          const asyr_task_options *options, asyri_job **job,
                          asyr_error **error)
{
    int64_t items = kind == ASYRI_JOB_APPLY ? 1 : asyri_value_count(input);
    int64_t size = chunk_size_for(pool, kind, items, options);
    int64_t tasks = items / size + (items % size != 0);
    asyri_job *created = job_allocate(tasks);
    if (!created)
        return asyri_fail_memory(error);
    created->pool = asyri_pool_ref(pool);
    created->kind = kind;
    created->policy = options->error_policy;
    created->strand = asyri_strand_ref(options->strand);
    created->chunk_size = size;
    created->task_count = created->tasks_left = tasks;
    created->function = asyri_function_ref(function);
    created->input = asyri_value_ref(input);
    init_tasks(created, items);
    asyr_status status = init_result(created, options, error);
    if (status == ASYR_OK && kind != ASYRI_JOB_APPLY) {
        created->output = output_new(kind, function, input, created->policy);
        if (!created->output)
            status = asyri_fail_memory(error);
    }
    if (status != ASYR_OK) {
        asyri_job_discard(created);
        return status;
    }
    asyri_result_ref(&created->result); /* of its tasks */
    *job = created;
    return ASYR_OK;
}

static void drop_work(asyri_job *job)
{
    asyri_value_unref(job->input);
    asyri_value_unref(job->output);
    asyri_function_unref(job->function);
    if (job->kind == ASYRI_JOB_APPLY)
        asyri_task_answer(&job->tasks[0], NULL, NULL);
    job->input = job->output = NULL;
    job->function = NULL;
}

void asyri_job_discard(asyri_job *job)
{
    asyr_pool *pool = job->pool;
    drop_work(job);
    asyri_result_fini(&job->result);
    asyri_error_unref(job->failure);
    asyri_strand_unref(job->strand);
    asyri_free(job);
    asyri_pool_unref(pool);
}

bool asyri_job_count_down_locked(asyri_job *job, int64_t tasks)
{
    job->tasks_left -= tasks;
    return tasks > 0 && job->tasks_left == 0;
}

void asyri_job_release_work(asyri_job *job)
{
    drop_work(job);
    asyri_result_unref(&job->result);
}

/* Keep the better of two failures; the other one is the caller's. */
static asyr_error *keep_failure(asyri_job *job, int64_t index, asyr_error *failure)
{
    asyr_error *before = job->failure;
    bool better =
        !before || (job->policy == ASYR_ERRORS_LOWEST && index < job->failure_index);
    if (!better)
        return failure;
    job->failure = failure;
    job->failure_index = index;
    return before;
}

asyr_error *asyri_job_fail_locked(asyri_job *job, int64_t index, asyr_error *failure)
{
    if (job->policy == ASYR_ERRORS_FAIL_FAST) {
        atomic_store_explicit(&job->result.cancelled, true, memory_order_relaxed);
        asyri_job_count_down_locked(job, asyri_job_drop_queued_locked(job));
    }
    return keep_failure(job, index, failure);
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

static asyr_value *take_output(asyri_job *job, asyr_error **error)
{
    asyr_value *output = job->output;
    bool seen = job->policy != ASYRI_ERRORS_KEEP; /* by the host, as one value */
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
    job->output = NULL;
    return output;
}

void asyri_job_settle_locked(asyri_job *job)
{
    asyr_value *value = NULL;
    asyr_error *error = job->failure;
    job->failure = NULL;
    if (!error && job->kind == ASYRI_JOB_APPLY) {
        value = job->tasks[0].answer;
        job->tasks[0].answer = NULL;
    } else if (!error) {
        value = take_output(job, &error);
    }
    bool taken = asyri_result_settle_locked(&job->result, value, error);
    (void)taken; /* the caller saw that it was not settled */
}
