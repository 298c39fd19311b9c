/*
 * Tasks: the items of a job that one thread runs, in order.
 *
 * A task belongs to its runner from the moment when it was begun under the pool's
 * lock.  For each item its arguments are laid out, the function is called and its
 * answer stored in the job's output.  An item that fails ends the task, unless each
 * item's error is wanted.  The lock is taken when an item fails and at the end.
 *
 * A function may end its thread; then the guard ends the task in its place, on the
 * way out, from the innermost frame to the outermost.
 */
#include "worker.h"

#include <string.h>

#include "../base/alloc.h"
#include "../core/error.h"
#include "../core/function.h"
#include "../core/value.h"
#include "../platform/fork.h"
#include "pace.h"
#include "strand.h"

static _Thread_local struct asyri_frame *innermost;

struct asyri_frame *asyri_frame_current(void)
{
    if (!innermost || asyri_is_forked(innermost->generation))
        return NULL;
    return innermost;
}

static bool is_inside_task(const asyr_pool *pool)
{
    struct asyri_frame *frame = asyri_frame_current();
    while (frame && frame->pool != pool)
        frame = frame->outer;
    return frame != NULL;
}

/* Its callbacks may run in any queue; those of its own one are known by that. */
static bool is_inside_callback(const asyr_pool *pool)
{
    const struct asyri_running *running = asyri_queue_running_here();
    for (; running; running = running->outer) {
        asyr_result *result = running->event->result;
        if (result && asyri_job_of(result)->pool == pool)
            return true;
    }
    return pool->queue && asyri_queue_is_run_by(pool->queue, asyri_thread_self());
}

bool asyri_frame_is_inside(asyr_pool *pool)
{
    return is_inside_task(pool) || is_inside_callback(pool);
}

void asyri_task_begin_locked(asyr_task *task)
{
    asyri_job *job = task->job;
    task->state = ASYRI_TASK_RUNNING;
    task->runner = asyri_thread_self();
    asyri_list_append(&job->pool->running, &task->running);
    if (!asyri_result_is_ready(&job->result))
        atomic_store_explicit(&job->result.state, ASYR_RESULT_RUNNING,
                              memory_order_relaxed);
}

void asyri_task_answer(asyr_task *task, asyr_value *value, asyr_error *error)
{
    asyri_value_unref(task->answer);
    asyri_error_unref(task->answer_error);
    task->answer = value;
    task->answer_error = error;
}

static asyr_value *take_answer(asyr_task *task, asyr_error **error)
{
    asyr_value *value = task->answer;
    *error = task->answer_error;
    task->answer = NULL;
    task->answer_error = NULL;
    if (!value && !*error)
        value = asyri_value_nil();
    return value;
}

static void set_arguments(asyr_task *task, asyr_value *const *arguments,
                          int64_t count)
{
    task->arguments = arguments;
    task->argument_count = count;
}

static asyr_error *spread_item(asyr_task *task)
{
    asyr_value *item = task->item;
    if (item->type != ASYR_VALUE_LIST)
        return asyri_error_format(
            ASYR_E_TYPE, "item %lld: expected a list of arguments, found %s",
            (long long)task->next, asyri_value_type_name(item));
    set_arguments(task, item->as.list.items, item->as.list.count);
    return NULL;
}

/* Lay out the arguments of the next item. */
static asyr_error *load_arguments(asyr_task *task)
{
    asyri_job *job = task->job;
    asyr_error *error = NULL;
    if (job->kind == ASYRI_JOB_APPLY) {
        asyr_value *list = job->input;
        set_arguments(task, list ? list->as.list.items : NULL,
                      list ? list->as.list.count : 0);
        return NULL;
    }
    if (asyri_value_get_item(job->input, task->next, &task->item, &error) != ASYR_OK)
        return error;
    if (job->kind == ASYRI_JOB_STARMAP)
        return spread_item(task);
    set_arguments(task, &task->item, 1);
    return NULL;
}

/* The rest of the items is skipped. */
static void fail_item(asyr_task *task, asyr_error *error)
{
    asyri_job *job = task->job;
    asyri_mutex_lock(&job->pool->lock);
    asyr_error *unused = asyri_job_fail_locked(job, task->next, error);
    asyri_mutex_unlock(&job->pool->lock);
    asyri_error_unref(unused);
    task->next = task->end;
}

/* Put a number into an array; false without a number. */
static bool store_element(asyr_value *array, int64_t index, const asyr_value *value)
{
    int64_t size = asyri_element_size(array->element_type);
    char *place = (char *)array->as.block.data + index * size;
    return asyri_value_store_element(value, array->element_type, place);
}

/* Keep an item's value in the output; the place belongs to this task alone. */
static void store_item(asyr_task *task, asyr_value *value)
{
    asyr_value *output = task->job->output;
    if (output->type == ASYR_VALUE_LIST) {
        output->as.list.items[task->next++] = value;
        return;
    }
    bool stored = store_element(output, task->next, value);
    asyri_value_unref(value);
    if (stored)
        task->next++;
    else
        fail_item(task,
                  asyri_error_format(ASYR_E_TYPE, "item %lld: expected a number",
                                     (long long)task->next));
}

static void collect_failure(asyr_task *task, asyr_error *error)
{
    bool keep = task->job->policy == ASYRI_ERRORS_KEEP;
    asyr_value *value = keep ? asyri_value_failure(error) : asyri_value_error(error);
    asyri_error_unref(error);
    if (value)
        store_item(task, value);
    else
        fail_item(task, asyri_error_memory());
}

/* What was kept stays; for others the whole map fails. */
static void cancel_rest(asyr_task *task)
{
    asyr_error *error =
        asyri_error_new(ASYR_E_CANCELLED, NULL, "the rest of the map was cancelled");
    if (task->job->policy != ASYRI_ERRORS_KEEP) {
        fail_item(task, error);
        return;
    }
    while (task->next < task->end)
        collect_failure(task, asyri_error_ref(error));
    asyri_error_unref(error);
}

bool asyri_task_is_cancelled(const asyr_task *task)
{
    return task->job &&
           atomic_load_explicit(&task->job->result.cancelled, memory_order_relaxed);
}

bool asyri_task_begin_item(asyr_task *task)
{
    if (task->next >= task->end)
        return false;
    if (task->job->kind != ASYRI_JOB_APPLY && asyri_task_is_cancelled(task)) {
        cancel_rest(task);
        return false;
    }
    asyr_error *error = load_arguments(task);
    if (error)
        asyri_task_answer(task, NULL, error);
    return true;
}

void asyri_task_call(asyr_task *task)
{
    asyr_error *error = NULL;
    if (task->answer_error)
        return; /* there are no arguments to call it with */
    asyr_value *value = task->function->ops->call(
        task->function, task, task->arguments, task->argument_count, &error);
    if (value || error) /* if not, the function answered through its task */
        asyri_task_answer(task, value, error);
}

void asyri_task_end_item(asyr_task *task)
{
    asyri_job *job = task->job;
    asyr_error *error;
    asyr_value *value = take_answer(task, &error);
    asyri_value_unref(task->item);
    task->item = NULL;
    if (error)
        error = asyri_error_of_task(error);
    if (error && asyri_job_keeps_errors(job))
        collect_failure(task, error);
    else if (error)
        fail_item(task, error);
    else if (job->kind != ASYRI_JOB_APPLY)
        store_item(task, value);
    else {
        task->answer = value; /* which settling takes */
        task->next = task->end;
    }
}

/* Take the task off; whether it was the job's last, and decided the outcome. */
static bool end_locked(asyr_task *task, bool *settled)
{
    asyri_job *job = task->job;
    task->state = ASYRI_TASK_ENDED;
    asyri_list_remove(&task->running);
    bool last = asyri_job_count_down_locked(job, 1);
    *settled = last && !job->result.settled;
    if (*settled)
        asyri_job_settle_locked(job);
    return last;
}

/* The strand goes on after the result was delivered: its callbacks keep its order. */
static void advance_strand(asyr_strand *strand, asyr_pool *pool)
{
    asyri_mutex_lock(&pool->lock);
    asyri_strand_advance_locked(strand);
    asyri_mutex_unlock(&pool->lock);
    asyri_strand_unref(strand);
}

void asyri_task_end(asyr_task *task)
{
    asyri_job *job = task->job;
    asyr_pool *pool = asyri_pool_ref(job->pool);
    asyr_strand *strand = task->heads_strand ? asyri_strand_ref(job->strand) : NULL;
    bool settled;
    asyri_mutex_lock(&pool->lock);
    bool last = end_locked(task, &settled);
    asyri_pool_check_end_locked(pool);
    asyri_mutex_unlock(&pool->lock);
    if (settled)
        asyri_result_deliver(&job->result);
    if (strand)
        advance_strand(strand, pool);
    if (last)
        asyri_job_release_work(job);
    asyri_pool_unref(pool);
}

void asyri_task_lose(asyr_task *task, asyr_error *error)
{
    asyri_job *job = task->job;
    bool collects = asyri_job_keeps_errors(job);
    asyri_task_answer(task, NULL, NULL);
    asyri_value_unref(task->item);
    task->item = NULL;
    while (collects && task->next < task->end)
        collect_failure(task, asyri_error_ref(error));
    if (collects)
        asyri_error_unref(error);
    else
        fail_item(task, error);
    asyri_task_end(task);
}

static bool maps_array(const asyr_task *task)
{
    const asyri_job *job = task->job;
    return task->function->ops->map_array && job->kind == ASYRI_JOB_MAP &&
           job->output->type == ASYR_VALUE_ARRAY;
}

static void map_array(asyr_task *task)
{
    struct asyri_pace pace = ASYRI_PACE_START;
    while (task->next < task->end && !asyri_task_is_cancelled(task)) {
        asyr_error *error = NULL;
        int64_t end = asyri_pace_slice(&pace, task->next, task->end);
        task->next = task->function->ops->map_array(task->function, task->job->input,
                                                    task->next, end,
                                                    task->job->output, &error);
        if (error)
            fail_item(task, asyri_error_of_task(error));
    }
}

static void run_items(void *arg)
{
    asyr_task *task = ((struct asyri_frame *)arg)->task;
    if (maps_array(task))
        map_array(task);
    while (asyri_task_begin_item(task)) {
        asyri_task_call(task);
        asyri_task_end_item(task);
    }
}

static void leave_frame(struct asyri_frame *frame)
{
    innermost = frame->outer;
    if (frame->sleep)
        asyri_sleep_end(frame->sleep);
}

/* The function ended the thread: the task fails, and so do those around it. */
static void thread_ended(void *arg)
{
    struct asyri_frame *frame = arg;
    leave_frame(frame);
    asyri_task_lose(frame->task,
                    asyri_error_new(ASYR_E_WORKER_LOST, NULL,
                                    "the task ended the thread that ran it"));
}

static void run_framed(struct asyri_frame *frame, void (*body)(void *frame),
                       void (*ended)(void *frame))
{
    frame->outer = asyri_frame_current();
    frame->generation = asyri_fork_generation();
    frame->pool = frame->task->job->pool;
    innermost = frame;
    asyri_thread_guard(body, ended, frame);
    innermost = frame->outer;
}

void asyri_task_run(asyr_task *task, asyr_worker *worker)
{
    struct asyri_frame frame = {.worker = worker, .task = task};
    run_framed(&frame, run_items, thread_ended);
    asyri_task_end(task);
}

static void call_pulled(void *arg)
{
    asyri_task_call(((struct asyri_frame *)arg)->task);
}

/* The host, whose thread it was, says what becomes of the task. */
static void pulled_thread_ended(void *arg)
{
    leave_frame(arg);
}

static void set_runner(asyr_task *task, uintptr_t thread)
{
    asyri_mutex *lock = &task->job->pool->lock;
    asyri_mutex_lock(lock);
    task->runner = thread;
    asyri_mutex_unlock(lock);
}

void asyri_task_call_pulled(asyr_task *task)
{
    struct asyri_frame frame = {.task = task};
    set_runner(task, asyri_thread_self());
    run_framed(&frame, call_pulled, pulled_thread_ended);
    set_runner(task, 0);
}
