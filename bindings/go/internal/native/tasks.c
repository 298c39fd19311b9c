//go:build cgo

/*
 * Functions of Go as tasks.
 *
 * What C keeps of Go is a number.  When the library lets go of such a function or error,
 * its number goes to a list that Go takes from when it next adds one: a release may come
 * on any thread, where Go must not be entered.
 */
#include "glue.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Of Go: runs the task on a goroutine of its own. */
extern void asyrGoRun(uint64_t id, asyr_task *task);

struct reference {
    uint64_t id;
    struct reference *next; /* once it is released */
};

static _Atomic(struct reference *) released;

static struct reference *reference_new(uint64_t id)
{
    struct reference *reference = malloc(sizeof *reference);
    if (!reference)
        abort();
    reference->id = id;
    return reference;
}

static void release_reference(void *arg)
{
    struct reference *reference = arg;
    reference->next = atomic_load_explicit(&released, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&released, &reference->next,
                                                  reference, memory_order_release,
                                                  memory_order_relaxed))
        continue;
}

/* One at a time calls this, so the first cannot be taken and put back meanwhile. */
uint64_t asyr_go_take_released(void)
{
    struct reference *first = atomic_load_explicit(&released, memory_order_acquire);
    while (first && !atomic_compare_exchange_weak_explicit(
                        &released, &first, first->next, memory_order_acquire,
                        memory_order_acquire))
        continue;
    uint64_t id = first ? first->id : 0;
    free(first);
    return id;
}

static void run_here(asyr_task *task, void *arg)
{
    asyrGoRun(((struct reference *)arg)->id, task);
}

asyr_status asyr_go_new_function(uint64_t id, asyr_function **function,
                                 asyr_error **error)
{
    return asyr_function_new_native("Go", run_here, reference_new(id),
                                    release_reference, function, error);
}

/* What marks the value of an error that stands for one of Go. */
static const char mark[] = "error of Go";

static asyr_status append(asyr_value *list, asyr_status made, asyr_value *item)
{
    asyr_status status = made ? made : asyr_value_append(list, item, NULL);
    asyr_value_unref(item);
    return status;
}

/* [mark, reference]; NULL without memory. */
static asyr_value *new_marked(struct reference *reference)
{
    asyr_value *list = NULL, *text = NULL, *pointer = NULL;
    asyr_status status =
        asyr_value_new_pointer(reference, release_reference, &pointer, NULL);
    if (status)
        release_reference(reference);
    status = status ? status : asyr_value_new_list(2, &list, NULL);
    status = status ? status : asyr_value_new_string(mark, sizeof mark, &text, NULL);
    status = append(list, status, text);
    status = append(list, status, pointer);
    if (!status)
        return list;
    asyr_value_unref(list);
    return NULL;
}

asyr_error *asyr_go_new_error(int32_t code, const char *kind, const char *message,
                              const char *trace, uint64_t id)
{
    asyr_error *error = asyr_error_new(code, kind, message);
    asyr_value *value = new_marked(reference_new(id));
    asyr_error_set_trace(error, trace, NULL);
    asyr_error_set_origin(error, "Go", NULL);
    asyr_error_set_value(error, value, NULL);
    asyr_value_unref(value);
    return error;
}

static bool is_marked(const asyr_value *value)
{
    asyr_value *text = NULL;
    const char *content = NULL;
    int64_t length = 0;
    if (asyr_value_get_type(value) != ASYR_VALUE_LIST ||
        asyr_value_get_count(value) != 2 ||
        asyr_value_get_item(value, 0, &text, NULL))
        return false;
    bool is = asyr_value_get_type(text) == ASYR_VALUE_STRING &&
              !asyr_value_get_string(text, &content, &length, NULL) &&
              length == sizeof mark && memcmp(content, mark, sizeof mark) == 0;
    asyr_value_unref(text);
    return is;
}

uint64_t asyr_go_error_id(const asyr_error *error)
{
    asyr_value *value = asyr_error_get_value(error), *item = NULL;
    void *pointer = NULL;
    if (value && is_marked(value) && !asyr_value_get_item(value, 1, &item, NULL))
        asyr_value_get_pointer(item, &pointer, NULL);
    uint64_t id = pointer ? ((struct reference *)pointer)->id : 0;
    asyr_value_unref(item);
    asyr_value_unref(value);
    return id;
}

asyr_status asyr_go_lend_all(asyr_pool_options *options, asyr_error **error)
{
    return asyr_pool_options_set_worker_source(options, ASYR_WORKERS_HOST, error);
}

asyr_worker *asyr_go_lend(asyr_pool *pool, bool wanted)
{
    asyr_worker *worker = NULL;
    if (wanted)
        asyr_worker_await(pool, 0, NULL, &worker, NULL);
    else
        asyr_worker_new(pool, &worker, NULL);
    return worker;
}

void asyr_go_take_back(asyr_worker *worker)
{
    asyr_worker_free(worker);
}

enum { DONE = 1, HAS_VALUE = 2, HAS_ERROR = 4, WAITS = 8 };

/* A task that the library runs by itself, or the one of a step. */
static void answer(asyr_task *task, uint64_t bits, uint64_t content)
{
    asyr_error *failure = (asyr_error *)(uintptr_t)content;
    if (bits & HAS_VALUE)
        asyr_task_return_int64(task, (int64_t)content, NULL);
    if (bits & HAS_ERROR) {
        asyr_task_fail(task, failure, NULL);
        asyr_error_unref(failure);
    }
}

/* What became of a result that may be ready.  To ask whether it was successful counts as
 * having read its error. */
static uint64_t look_at(uint64_t result, bool failed)
{
    bool successful = false;
    if (failed && asyr_result_is_ready((asyr_result *)(uintptr_t)result))
        return 1;
    if (!result || failed ||
        asyr_result_is_successful((asyr_result *)(uintptr_t)result, &successful,
                                  NULL))
        return (uint64_t)-2;
    return successful ? 0 : 1;
}

int64_t asyr_go_task_argument(asyr_task *task, int64_t index)
{
    int64_t number = 0;
    asyr_task_get_int64(task, index, &number, NULL);
    return number;
}

static void describe(asyr_task *task, uint64_t *slots)
{
    const struct reference *function = asyr_task_get_native_arg(task);
    slots[2] = (uint64_t)(uintptr_t)task;
    slots[3] = function ? function->id : 0;
    slots[4] = (uint64_t)asyr_go_task_argument(task, 0);
    slots[5] = asyr_task_get_argument_count(task) > 1
                   ? (uint64_t)asyr_go_task_argument(task, 1)
                   : 0;
}

void asyr_go_step(asyr_worker *worker, uint64_t *slots)
{
    uint64_t bits = slots[0], result = slots[2];
    asyr_task *task = NULL;
    asyr_result_unref((asyr_result *)(uintptr_t)slots[3]);
    if (bits & DONE) {
        answer((asyr_task *)(uintptr_t)slots[4], bits, slots[1]);
        asyr_worker_done(worker, NULL);
    }
    slots[1] = look_at(result, bits & HAS_ERROR);
    slots[0] = (uint64_t)asyr_worker_next(worker, bits & WAITS ? ASYR_FOREVER : 0,
                                          NULL, &task, NULL);
    if (task)
        describe(task, slots);
}

asyr_status asyr_go_pieces(asyr_pool *pool, asyr_function *function, int64_t end,
                           const asyr_task_options *options, asyr_result **result,
                           asyr_error **error)
{
    return asyr_pool_range_call_async(pool, 0, end, function, NULL, options, result,
                                      error);
}

void asyr_go_claim(asyr_worker *worker, asyr_result *result, uint64_t *slots)
{
    asyr_task *task = NULL;
    slots[0] = (uint64_t)asyr_worker_claim(worker, result, &task, NULL);
    if (task)
        describe(task, slots);
}

void asyr_go_block(asyr_worker *worker, bool blocked)
{
    if (blocked)
        asyr_worker_block(worker, NULL);
    else
        asyr_worker_unblock(worker, NULL);
}

void asyr_go_task_answer(asyr_task *task, bool has_value, int64_t value,
                         asyr_error *failure)
{
    if (failure)
        answer(task, HAS_ERROR, (uint64_t)(uintptr_t)failure);
    else if (has_value)
        answer(task, HAS_VALUE, (uint64_t)value);
}

/* What an initializer fails with. */
struct cell {
    _Atomic(asyr_error *) failure;
};

static void initialize(asyr_task *task, void *arg)
{
    asyr_error *failure = atomic_load(&((struct cell *)arg)->failure);
    if (failure)
        asyr_task_fail(task, failure, NULL);
}

static void cell_free(void *arg)
{
    struct cell *cell = arg;
    asyr_error_unref(atomic_load(&cell->failure));
    free(cell);
}

asyr_status asyr_go_new_initializer(asyr_function **function, uint64_t *made,
                                    asyr_error **error)
{
    struct cell *cell = calloc(1, sizeof *cell);
    if (!cell)
        abort();
    *made = (uint64_t)(uintptr_t)cell;
    return asyr_function_new_native("initializer", initialize, cell, cell_free,
                                    function, error);
}

/* The first one stays. */
void asyr_go_fail_initializer(uint64_t made, asyr_error *failure)
{
    struct cell *cell = (struct cell *)(uintptr_t)made;
    asyr_error *none = NULL;
    if (!atomic_compare_exchange_strong(&cell->failure, &none, failure))
        asyr_error_unref(failure);
}

asyr_status asyr_go_new_promise(asyr_pool *pool, const asyr_task_options *options,
                                uint64_t *promise, asyr_result **result,
                                asyr_error **error)
{
    asyr_promise *made = NULL;
    asyr_status status = asyr_promise_new(pool, options, &made, result, error);
    *promise = (uint64_t)(uintptr_t)made;
    return status;
}

bool asyr_go_complete(uint64_t promise, asyr_error *failure)
{
    asyr_promise *to = (asyr_promise *)(uintptr_t)promise;
    asyr_status status = failure ? asyr_promise_set_error(to, failure, NULL)
                                 : asyr_promise_set_value(to, NULL, NULL);
    asyr_error_unref(failure);
    return status == ASYR_OK;
}

void asyr_go_drop_promise(uint64_t promise)
{
    asyr_promise_unref((asyr_promise *)(uintptr_t)promise);
}

asyr_status asyr_go_chain(asyr_result *source, bool rescues, asyr_pool *pool,
                          asyr_function *function, const asyr_task_options *options,
                          asyr_result **next, asyr_error **error)
{
    if (rescues)
        return asyr_result_rescue(source, pool, function, options, next, error);
    return asyr_result_then(source, pool, function, options, next, error);
}
