/*
 * Tasks: one run of a job, or of a part of a map, on one thread.
 *
 * A task stands on the stack of its thread, or in the worker that a host pulls with.
 * For each item its arguments are laid out, the function is called and its answer
 * stored in the map's output; a call that is no map has one item.  An item that fails
 * skips the rest of its chunk, unless each item's error is wanted.
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
#include "pace.h"
#include "range.h"
#include "strand.h"

ASYRI_THREAD_LOCAL struct asyri_frame *asyri_frame_innermost;

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
        if (result && asyri_job_pool(asyri_job_of(result)) == pool)
            return true;
    }
    return pool->queue && asyri_queue_is_run_by(pool->queue, asyri_thread_self());
}

bool asyri_frame_is_inside(asyr_pool *pool)
{
    return is_inside_task(pool) || is_inside_callback(pool);
}

struct asyri_spent *asyri_worker_spent_here(void)
{
    struct asyri_frame *frame = asyri_frame_current();
    return frame && frame->worker ? &frame->worker->spent : NULL;
}

void asyri_task_answer(asyr_task *task, union asyri_outcome answer, uint32_t kind)
{
    asyri_outcome_drop(task->answer, task->answer_kind);
    task->answer = answer;
    task->answer_kind = kind;
}

void asyri_task_answer_value(asyr_task *task, asyr_value *value)
{
    asyri_task_answer(task, (union asyri_outcome){.value = value}, 0);
}

void asyri_task_answer_error(asyr_task *task, asyr_error *error)
{
    asyri_task_answer(task, (union asyri_outcome){.error = error}, ASYRI_FAILED);
}

static union asyri_outcome take_answer(asyr_task *task, uint32_t *kind)
{
    union asyri_outcome answer = task->answer;
    *kind = task->answer_kind;
    task->answer.value = NULL;
    task->answer_kind = 0;
    if (*kind & ASYRI_FAILED)
        answer.error = asyri_error_of_task(answer.error);
    return answer;
}

/* The answer as a value, for those who keep values; the outcome is consumed. */
static asyr_value *value_of(union asyri_outcome answer, uint32_t kind)
{
    if (kind & ASYRI_INT64)
        return asyri_value_int64(answer.int64);
    if (kind & ASYRI_DOUBLE)
        return asyri_value_double(answer.number);
    return answer.value ? answer.value : asyri_value_nil();
}

static void set_arguments(asyr_task *task, asyr_value *const *arguments,
                          int64_t count)
{
    task->arguments = arguments;
    task->argument_count = count;
}

static void load_list(asyr_task *task, const asyr_value *list)
{
    set_arguments(task, list ? list->as.list.items : NULL,
                  list ? list->as.list.count : 0);
}

static bool is_range(const asyr_task *task)
{
    return task->map && asyri_job_rare(task->job)->kind == ASYRI_JOB_RANGE;
}

static asyr_error *spread_item(asyr_task *task)
{
    asyr_value *item = task->item;
    if (item->type != ASYR_VALUE_LIST)
        return asyri_error_format(
            ASYR_E_TYPE, "item %lld: expected a list of arguments, found %s",
            (long long)task->span.next, asyri_value_type_name(item));
    load_list(task, item);
    return NULL;
}

/* A kernel has no arguments. */
static asyr_error *load_span(asyr_task *task)
{
    if (task->map->kernel)
        return NULL;
    task->item = asyri_range_arguments(task->job, &task->span);
    if (!task->item)
        return asyri_error_memory();
    load_list(task, task->item);
    return NULL;
}

/* Lay out the arguments of the next item, or of the span of a range. */
static asyr_error *load_item(asyr_task *task)
{
    asyri_job *job = task->job;
    asyr_error *error = NULL;
    if (is_range(task))
        return load_span(task);
    if (asyri_value_get_item(job->input, task->span.next, &task->item, &error) !=
        ASYR_OK)
        return error;
    if (asyri_job_rare(job)->kind == ASYRI_JOB_STARMAP)
        return spread_item(task);
    set_arguments(task, &task->item, 1);
    return NULL;
}

/* Drop what nobody has begun; it counts as this thread's. */
static void drop_rest(asyr_task *task)
{
    int64_t dropped = asyri_map_drop(task->map);
    asyri_pool_begin_tasks(asyri_job_pool(task->job), dropped);
    task->span.done += dropped;
}

static void fail_fast(asyr_task *task)
{
    atomic_fetch_or_explicit(&task->job->result.state, ASYRI_CANCELLED,
                             memory_order_relaxed);
    drop_rest(task);
}

static int64_t end_of_chunk(const asyr_task *task)
{
    const struct asyri_span *span = &task->span;
    int64_t rest = task->map->chunk_size - span->next % task->map->chunk_size;
    return rest < span->end - span->next ? span->next + rest : span->end;
}

/* The rest of the chunk is skipped. */
static void fail_item(asyr_task *task, asyr_error *error)
{
    int32_t policy = asyri_job_rare(task->job)->policy;
    asyr_pool *pool = asyri_job_pool(task->job);
    asyri_mutex_lock(&pool->lock);
    asyr_error *unused =
        asyri_map_fail_locked(task->map, policy, task->span.next, error);
    asyri_mutex_unlock(&pool->lock);
    asyri_error_unref(unused);
    if (policy == ASYR_ERRORS_FAIL_FAST)
        fail_fast(task);
    asyri_map_skip_chunk(task->map, task->span.next);
    task->span.next = end_of_chunk(task);
}

bool asyri_task_is_cancelled(const asyr_task *task)
{
    return task->job &&
           (atomic_load_explicit(&task->job->result.state, memory_order_relaxed) &
            ASYRI_CANCELLED);
}

/* Whether the worker has run as many chunks as one may, and others can go on. */
static bool is_worn_out(const asyr_task *task, const asyr_worker *worker)
{
    return worker && worker->pool->max_tasks && !worker->is_pinned &&
           worker->tasks_done + task->span.chunks >= worker->pool->max_tasks;
}

/* Go to the next item that is not skipped, taking more of them if need be. */
static bool next_item(asyr_task *task, const asyr_worker *worker)
{
    struct asyri_span *span = &task->span;
    for (;;) {
        while (span->next < span->end && asyri_map_has_failed(task->map) &&
               asyri_map_skips(task->map, span->next))
            span->next = end_of_chunk(task);
        if (span->next < span->end)
            return true;
        if (span->units)
            asyri_map_end_span(task->map, span);
        if (is_worn_out(task, worker) || !asyri_map_take(task->map, span))
            return false;
        asyri_pool_begin_tasks(asyri_job_pool(task->job), span->units);
    }
}

void asyri_task_call(asyr_task *task)
{
    asyr_error *error = NULL;
    if (task->answer_kind & ASYRI_FAILED)
        return; /* there are no arguments to call it with */
    asyr_value *value = task->function->ops->call(
        task->function, task, task->arguments, task->argument_count, &error);
    if (error) /* with neither, the function answered through its task */
        asyri_task_answer_error(task, error);
    else if (value)
        asyri_task_answer_value(task, value);
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
    asyr_value *output = task->map->output;
    if (output->type == ASYR_VALUE_LIST) {
        output->as.list.items[task->span.next++] = value;
        return;
    }
    bool stored = store_element(output, task->span.next, value);
    asyri_value_unref(value);
    if (stored)
        task->span.next++;
    else
        fail_item(task,
                  asyri_error_format(ASYR_E_TYPE, "item %lld: expected a number",
                                     (long long)task->span.next));
}

static void collect_failure(asyr_task *task, asyr_error *error)
{
    bool keep = asyri_job_rare(task->job)->policy == ASYRI_ERRORS_KEEP;
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
    if (asyri_job_rare(task->job)->policy != ASYRI_ERRORS_KEEP) {
        fail_item(task, error);
        task->span.next = task->span.end;
        return;
    }
    while (task->span.next < task->span.end)
        collect_failure(task, asyri_error_ref(error));
    asyri_error_unref(error);
}

bool asyri_task_begin_item(asyr_task *task, const asyr_worker *worker)
{
    if (!task->map)
        return !task->is_over;
    while (next_item(task, worker)) {
        if (!asyri_task_is_cancelled(task)) {
            asyr_error *error = load_item(task);
            if (error)
                asyri_task_answer_error(task, error);
            return true;
        }
        cancel_rest(task);
    }
    return false;
}

void asyri_task_end_item(asyr_task *task)
{
    uint32_t kind;
    if (!task->map) {
        task->is_over = true;
        return;
    }
    union asyri_outcome answer = take_answer(task, &kind);
    asyri_value_unref(task->item);
    task->item = NULL;
    if (kind & ASYRI_FAILED) {
        if (asyri_job_keeps_errors(task->job))
            collect_failure(task, answer.error);
        else
            fail_item(task, answer.error);
        return;
    }
    if (is_range(task)) {
        asyri_outcome_drop(answer, kind);
        task->span.next = task->span.end;
        return;
    }
    asyr_value *value = value_of(answer, kind);
    if (value)
        store_item(task, value);
    else
        fail_item(task, asyri_error_memory());
}

bool asyri_task_is_over(const asyr_task *task)
{
    return task->map ? task->span.next >= task->span.end : task->is_over;
}

/* What is left of a map whose participant leaves early needs another one. */
static void leave_map(asyr_task *task)
{
    asyri_job *job = task->job;
    bool is_last = false;
    if (task->span.units)
        asyri_map_end_span(task->map, &task->span);
    bool has_more = asyri_map_has_more(task->map);
    if (has_more)
        atomic_fetch_add_explicit(&asyri_job_rare(job)->holds, 1,
                                  memory_order_relaxed);
    is_last = asyri_map_leave(task->map, &task->span);
    if (has_more)
        asyri_job_offer_rest(job);
    if (is_last)
        asyri_job_end_map(job);
    asyri_job_release(job, 1);
}

/* A result that calls back holds a value, which may need memory. */
static union asyri_outcome fit_for_callback(union asyri_outcome answer,
                                            uint32_t *kind)
{
    if (!(*kind & (ASYRI_INT64 | ASYRI_DOUBLE)))
        return answer;
    answer.value = value_of(answer, *kind);
    *kind = answer.value ? 0 : ASYRI_FAILED;
    if (!answer.value)
        answer.error = asyri_error_memory();
    return answer;
}

void asyri_task_end(asyr_task *task, asyr_worker *worker)
{
    uint32_t kind;
    if (task->map) {
        leave_map(task);
        return;
    }
    union asyri_outcome answer = take_answer(task, &kind);
    if (task->job->result.rare)
        answer = fit_for_callback(answer, &kind);
    asyri_job_end(task->job, answer, kind, worker ? &worker->spent : NULL);
}

void asyri_task_lose(asyr_task *task, asyr_error *error)
{
    if (!task->map) {
        asyri_task_answer_error(task, error);
        asyri_task_end(task, NULL);
        return;
    }
    bool collects = asyri_job_keeps_errors(task->job);
    asyri_task_answer_value(task, NULL);
    asyri_value_unref(task->item);
    task->item = NULL;
    while (collects && task->span.next < task->span.end)
        collect_failure(task, asyri_error_ref(error));
    if (collects)
        asyri_error_unref(error);
    else
        fail_item(task, error);
    asyri_task_end(task, NULL);
}

static bool maps_array(const asyr_task *task)
{
    return task->map && task->function->ops->map_array &&
           asyri_job_rare(task->job)->kind == ASYRI_JOB_MAP &&
           task->map->output->type == ASYR_VALUE_ARRAY;
}

/* What is left for begin_item() is at most to say that the map was cancelled. */
static void map_array(asyr_task *task, const asyr_worker *worker)
{
    struct asyri_span *span = &task->span;
    struct asyri_pace pace = ASYRI_PACE_START;
    while (!asyri_task_is_cancelled(task) && next_item(task, worker)) {
        asyr_error *error = NULL;
        int64_t end = asyri_pace_slice(&pace, span->next, span->end);
        span->next = task->function->ops->map_array(task->function, task->job->input,
                                                    span->next, end,
                                                    task->map->output, &error);
        if (error)
            fail_item(task, asyri_error_of_task(error));
    }
}

static void run_items(void *arg)
{
    struct asyri_frame *frame = arg;
    asyr_task *task = frame->task;
    if (maps_array(task))
        map_array(task, frame->worker);
    while (asyri_task_begin_item(task, frame->worker)) {
        asyri_task_call(task);
        asyri_task_end_item(task);
    }
}

/* The wait that ran it is over, too; its sleep stands on this stack above the outer
 * frame, and is gone when the guard of that one is called. */
static void leave_frame(struct asyri_frame *frame)
{
    struct asyri_frame *outer = frame->outer;
    asyri_frame_innermost = outer;
    if (!outer || !outer->sleep)
        return;
    asyri_sleep_end(outer->sleep);
    outer->sleep = NULL;
}

/* The function ended the thread: the task fails, and so do those around it. */
static void thread_ended(void *arg)
{
    struct asyri_frame *frame = arg;
    leave_frame(frame);
    if (!frame->worker && frame->task->map)
        drop_rest(frame->task); /* a submit ran it here because nobody else could */
    asyri_task_lose(frame->task,
                    asyri_error_new(ASYR_E_WORKER_LOST, NULL,
                                    "the task ended the thread that ran it"));
}

static void run_framed(struct asyri_frame *frame, void (*body)(void *frame),
                       void (*ended)(void *frame))
{
    frame->outer = asyri_frame_current();
    frame->generation = asyri_fork_generation();
    frame->pool = asyri_job_pool(frame->task->job);
    asyri_frame_innermost = frame;
    asyri_thread_guard(body, ended, frame);
    asyri_frame_innermost = frame->outer;
}

/* A map that others can join as well is offered to one more. */
static void invite(asyri_job *job, const asyri_map *map)
{
    asyr_pool *pool = asyri_job_pool(job);
    if (asyri_job_strand(job) || pool->nominal == 1 || map->unit_count == 1 ||
        !asyri_map_has_more(map))
        return;
    atomic_fetch_add_explicit(&asyri_job_rare(job)->holds, 1, memory_order_relaxed);
    asyri_pool_offer(pool, asyri_entry_ticket(job));
}

static bool begin_map(asyr_task *task)
{
    asyri_job *job = task->job;
    if (asyri_map_join(task->map, &task->span, asyri_thread_self())) {
        asyri_result_claim(&job->result);
        invite(job, task->map);
        return true;
    }
    if (asyri_job_strand(job))
        asyri_strand_advance(job);
    asyri_job_release(job, 1);
    return false;
}

/* All but the span, which a call does not have. */
static void init_task(asyr_task *task, asyri_job *job)
{
    task->job = job;
    task->map = asyri_job_map(job);
    task->function = job->recipe->function;
    task->arguments = NULL;
    task->argument_count = 0;
    task->answer.value = NULL;
    task->answer_kind = 0;
    task->is_over = false;
    task->item = NULL;
}

static void begin_call(asyr_task *task)
{
    asyri_job *job = task->job;
    if (job->input)
        load_list(task, job->input);
    asyri_job_set_runner(job, asyri_thread_self());
    asyri_pool_begin_tasks(asyri_job_pool(job), 1);
}

bool asyri_task_begin(asyr_task *task, void *entry)
{
    asyri_job *job = asyri_entry_job(entry);
    init_task(task, job);
    if (asyri_job_strand(job) && !asyri_entry_is_ticket(entry))
        asyri_strand_begin(job);
    if (task->map)
        return begin_map(task);
    begin_call(task);
    return true;
}

static void run_call(void *arg)
{
    asyri_task_call(((struct asyri_frame *)arg)->task);
}

int64_t asyri_entry_run(void *entry, asyr_worker *worker)
{
    asyr_task task;
    if (!asyri_task_begin(&task, entry))
        return 0;
    struct asyri_frame frame = {.worker = worker, .task = &task};
    run_framed(&frame, task.map ? run_items : run_call, thread_ended);
    if (worker && !frame.outer && !worker->is_pinned)
        asyri_worker_announce_search(worker); /* which is what it does next */
    asyri_task_end(&task, worker);
    return task.map ? task.span.chunks : 1;
}

/* The host, whose thread it was, says what becomes of the task. */
static void pulled_thread_ended(void *arg)
{
    leave_frame(arg);
}

void asyri_task_set_runner(asyr_task *task, uintptr_t thread)
{
    if (task->map)
        atomic_store_explicit(task->span.seat, thread ? thread : ASYRI_SEAT_UNKNOWN,
                              memory_order_relaxed);
    else
        asyri_job_set_runner(task->job, thread);
}

/* A task that its own function runs once more stands on that function's stack. */
static asyr_worker *puller_of(asyr_task *task)
{
    struct asyri_frame *frame = asyri_frame_current();
    return frame && frame->task == task ? frame->worker
                                        : ASYRI_OBJECT(task, asyr_worker, task);
}

void asyri_task_call_pulled(asyr_task *task)
{
    struct asyri_frame frame = {.task = task, .worker = puller_of(task)};
    asyri_task_set_runner(task, asyri_thread_self());
    run_framed(&frame, run_call, pulled_thread_ended);
    asyri_task_set_runner(task, 0);
}
