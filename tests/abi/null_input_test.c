/*
 * Every exported function with NULL for each parameter that is a handle, a function
 * or an output: refused with ASYR_E_ARGUMENT where it is needed, and answered as its
 * header says where it is allowed.  Consumed arguments are released all the same.
 */
#include "refused.h"

#include <string.h>

#define NONE ASYR_E_ARGUMENT

static asyr_error *some_error;
static asyr_value *some_value;
static asyr_value *some_list;
static asyr_value *some_map;
static asyr_function *some_function;
static asyr_library *some_library;
static asyr_queue *some_queue;
static asyr_pool *some_pool;
static asyr_result *some_result;
static asyr_task_options *task_options;
static asyr_pool_options *pool_options;

static void native(asyr_task *task, void *arg)
{
    (void)task;
    (void)arg;
}

static asyr_error *on_value(asyr_value *value, void *arg)
{
    (void)value;
    (void)arg;
    return NULL;
}

static asyr_error *on_error(asyr_error *failure, void *arg)
{
    (void)failure;
    (void)arg;
    return NULL;
}

static void on_done(asyr_result *result, void *arg)
{
    (void)result;
    (void)arg;
}

static void on_unread(asyr_error *failure, void *arg)
{
    (void)failure;
    (void)arg;
}

static void make_objects(void)
{
    some_error = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    ACCEPTED(asyr_value_new_int64(1 << 20, &some_value, error));
    ACCEPTED(asyr_value_new_list(0, &some_list, error));
    ACCEPTED(asyr_value_new_map(0, &some_map, error));
    ACCEPTED(
        asyr_function_new_native("f", native, NULL, NULL, &some_function, error));
    ACCEPTED(asyr_library_open(NULL, &some_library, error));
    ACCEPTED(asyr_queue_new(0, &some_queue, error));
    ACCEPTED(asyr_task_options_new(&task_options, error));
    ACCEPTED(asyr_pool_options_new(&pool_options, error));
    ACCEPTED(asyr_pool_options_set_workers(pool_options, 1, error));
    ACCEPTED(asyr_pool_new(pool_options, &some_pool, error));
    ACCEPTED(asyr_pool_apply_async(some_pool, some_function, NULL, NULL,
                                   &some_result, error));
}

static void release_objects(void)
{
    asyr_result_unref(some_result);
    ACCEPTED(asyr_pool_terminate(some_pool, error));
    ACCEPTED(asyr_pool_join(some_pool, ASYR_FOREVER, NULL, error));
    asyr_pool_unref(some_pool);
    asyr_pool_options_free(pool_options);
    asyr_task_options_free(task_options);
    asyr_queue_unref(some_queue);
    asyr_library_unref(some_library);
    asyr_function_unref(some_function);
    asyr_value_unref(some_map);
    asyr_value_unref(some_list);
    asyr_value_unref(some_value);
    asyr_error_unref(some_error);
}

static void releases_of_null_do_nothing(void)
{
    asyr_error_unref(NULL);
    asyr_value_unref(NULL);
    asyr_interrupt_unref(NULL);
    asyr_library_unref(NULL);
    asyr_function_unref(NULL);
    asyr_result_unref(NULL);
    asyr_queue_unref(NULL);
    asyr_task_options_free(NULL);
    asyr_pool_options_free(NULL);
    asyr_pool_unref(NULL);
    asyr_iterator_unref(NULL);
    asyr_strand_unref(NULL);
    asyr_worker_free(NULL);
    CHECK(asyr_error_ref(NULL) == NULL);
    CHECK(asyr_value_ref(NULL) == NULL);
    CHECK(asyr_interrupt_ref(NULL) == NULL);
    CHECK(asyr_library_ref(NULL) == NULL);
    CHECK(asyr_function_ref(NULL) == NULL);
    CHECK(asyr_result_ref(NULL) == NULL);
    CHECK(asyr_queue_ref(NULL) == NULL);
    CHECK(asyr_pool_ref(NULL) == NULL);
    CHECK(asyr_iterator_ref(NULL) == NULL);
    CHECK(asyr_strand_ref(NULL) == NULL);
}

static void errors(void)
{
    REFUSED(NONE, asyr_error_set_trace(NULL, "trace", error));
    REFUSED(NONE, asyr_error_set_origin(NULL, "C", error));
    REFUSED(NONE, asyr_error_set_cause(NULL, some_error, error));
    REFUSED(NONE, asyr_error_set_value(NULL, some_value, error));
    ACCEPTED(asyr_error_set_trace(some_error, NULL, error));
    ACCEPTED(asyr_error_set_origin(some_error, NULL, error));
    ACCEPTED(asyr_error_set_cause(some_error, NULL, error));
    ACCEPTED(asyr_error_set_value(some_error, NULL, error));
    CHECK(asyr_error_get_code(NULL) == ASYR_OK);
    CHECK(strcmp(asyr_error_get_kind(NULL), "") == 0);
    CHECK(strcmp(asyr_error_get_message(NULL), "") == 0);
    CHECK(asyr_error_get_trace(NULL) == NULL);
    CHECK(asyr_error_get_origin(NULL) == NULL);
    CHECK(asyr_error_get_cause(NULL) == NULL);
    CHECK(asyr_error_get_value(NULL) == NULL);
}

static void new_values(void)
{
    asyr_value *made = NULL;
    REFUSED(NONE, asyr_value_new_nil(NULL, error));
    REFUSED(NONE, asyr_value_new_bool(true, NULL, error));
    REFUSED(NONE, asyr_value_new_int64(1, NULL, error));
    REFUSED(NONE, asyr_value_new_uint64(1, NULL, error));
    REFUSED(NONE, asyr_value_new_double(1, NULL, error));
    REFUSED(NONE, asyr_value_new_string("x", 1, NULL, error));
    REFUSED(NONE, asyr_value_new_string(NULL, 1, &made, error));
    REFUSED(NONE, asyr_value_new_string(NULL, -1, &made, error));
    REFUSED(NONE, asyr_value_new_bytes("x", 1, NULL, error));
    REFUSED(NONE, asyr_value_new_bytes(NULL, 1, &made, error));
    REFUSED(NONE, asyr_value_new_list(1, NULL, error));
    REFUSED(NONE, asyr_value_new_map(1, NULL, error));
    REFUSED(NONE, asyr_value_new_error(some_error, NULL, error));
    REFUSED(NONE, asyr_value_new_error(NULL, &made, error));
    REFUSED(NONE, asyr_value_new_array(ASYR_ELEMENT_INT8, "x", 1, NULL, error));
    REFUSED_CONSUMING(
        NONE, asyr_value_new_bytes_view("x", 1, NULL, count_release, NULL, error));
    REFUSED_CONSUMING(
        NONE, asyr_value_new_bytes_view(NULL, 1, NULL, count_release, &made, error));
    REFUSED_CONSUMING(NONE,
                      asyr_value_new_array_view(ASYR_ELEMENT_INT8, &released, 1,
                                                NULL, count_release, NULL, error));
    REFUSED_CONSUMING(NONE,
                      asyr_value_new_array_view(ASYR_ELEMENT_INT8, NULL, 1, NULL,
                                                count_release, &made, error));
    REFUSED_CONSUMING(NONE,
                      asyr_value_new_pointer(NULL, count_release, NULL, error));
    CHECK(made == NULL);
}

static void reading_values(void)
{
    union {
        bool truth;
        int64_t int64;
        uint64_t uint64;
        double number;
        const char *text;
        const void *bytes;
        void *data;
        asyr_value *value;
        asyr_error *error;
    } out;
    REFUSED(NONE, asyr_value_get_bool(NULL, &out.truth, error));
    REFUSED(NONE, asyr_value_get_int64(NULL, &out.int64, error));
    REFUSED(NONE, asyr_value_get_int64(some_value, NULL, error));
    REFUSED(NONE, asyr_value_get_uint64(NULL, &out.uint64, error));
    REFUSED(NONE, asyr_value_get_double(NULL, &out.number, error));
    REFUSED(NONE, asyr_value_get_string(NULL, &out.text, NULL, error));
    REFUSED(NONE, asyr_value_get_bytes(NULL, &out.bytes, NULL, error));
    REFUSED(NONE, asyr_value_get_item(NULL, 0, &out.value, error));
    REFUSED(NONE, asyr_value_get_item(some_list, 0, NULL, error));
    REFUSED(NONE, asyr_value_get_entry(NULL, 0, &out.value, NULL, error));
    REFUSED(NONE, asyr_value_find(NULL, "key", &out.value, error));
    REFUSED(NONE, asyr_value_find(some_map, NULL, &out.value, error));
    REFUSED(NONE, asyr_value_find(some_map, "key", NULL, error));
    REFUSED(NONE, asyr_value_get_error(NULL, &out.error, error));
    REFUSED(NONE, asyr_value_get_pointer(NULL, &out.data, error));
    REFUSED(NONE, asyr_value_get_array(NULL, NULL, &out.data, NULL, error));
    REFUSED(NONE, asyr_value_append(NULL, some_value, error));
    REFUSED(NONE, asyr_value_append(some_list, NULL, error));
    REFUSED(NONE, asyr_value_put(NULL, some_value, some_value, error));
    REFUSED(NONE, asyr_value_put(some_map, NULL, some_value, error));
    REFUSED(NONE, asyr_value_put(some_map, some_value, NULL, error));
    CHECK(asyr_value_get_type(NULL) == -1);
    CHECK(asyr_value_get_count(NULL) == 0);
}

static void interrupts_and_libraries(void)
{
    asyr_interrupt_trigger(NULL);
    asyr_interrupt_clear(NULL);
    CHECK(!asyr_interrupt_is_triggered(NULL));
    REFUSED(NONE, asyr_interrupt_new(NULL, error));
    REFUSED(NONE, asyr_library_open("m", NULL, error));
    CHECK(strcmp(asyr_library_get_name(NULL), "") == 0);
    REFUSED(NONE, asyr_timeout_from_seconds(1, NULL, error));
}

static void functions(void)
{
    asyr_function *made = NULL;
    const char *prototype = "int abs(int)";
    REFUSED(NONE, asyr_function_new_c(NULL, prototype, &made, error));
    REFUSED(NONE, asyr_function_new_c(some_library, NULL, &made, error));
    REFUSED(NONE, asyr_function_new_c(some_library, prototype, NULL, error));
    REFUSED(NONE, asyr_function_new_address(NULL, prototype, &made, error));
    REFUSED(NONE, asyr_function_new_address(&released, NULL, &made, error));
    REFUSED(NONE, asyr_function_new_address(&released, prototype, NULL, error));
    REFUSED_CONSUMING(NONE, asyr_function_new_native("f", NULL, NULL, count_release,
                                                     &made, error));
    REFUSED_CONSUMING(NONE, asyr_function_new_native("f", native, NULL,
                                                     count_release, NULL, error));
    CHECK(made == NULL);
    CHECK(strcmp(asyr_function_get_name(NULL), "") == 0);
    CHECK(asyr_function_get_prototype(NULL) == NULL);
}

static void tasks(void)
{
    asyr_value *value = NULL;
    int64_t whole = 0;
    double number = 0;
    REFUSED(NONE, asyr_task_get_argument(NULL, 0, &value, error));
    REFUSED(NONE, asyr_task_get_int64(NULL, 0, &whole, error));
    REFUSED(NONE, asyr_task_get_double(NULL, 0, &number, error));
    REFUSED(NONE, asyr_task_return(NULL, some_value, error));
    REFUSED(NONE, asyr_task_return_int64(NULL, 1, error));
    REFUSED(NONE, asyr_task_return_double(NULL, 1, error));
    REFUSED(NONE, asyr_task_fail(NULL, some_error, error));
    REFUSED(NONE, asyr_task_fail_with(NULL, "Kind", "message", error));
    REFUSED(NONE, asyr_task_run(NULL, error));
    CHECK(asyr_task_get_argument_count(NULL) == 0);
    CHECK(!asyr_task_is_cancelled(NULL));
    CHECK(asyr_task_get_tag(NULL) == 0);
    CHECK(asyr_task_get_function(NULL) == NULL);
    CHECK(asyr_task_get_native_arg(NULL) == NULL);
}

static void results(void)
{
    asyr_value *value = NULL;
    bool successful = false;
    int64_t whole = 0;
    double number = 0;
    REFUSED(NONE, asyr_result_wait(NULL, 0, NULL, error));
    REFUSED(NONE, asyr_result_get(NULL, 0, NULL, &value, error));
    REFUSED(NONE, asyr_result_get_int64(NULL, 0, &whole, error));
    REFUSED(NONE, asyr_result_get_int64(some_result, 0, NULL, error));
    REFUSED(NONE, asyr_result_get_double(NULL, 0, &number, error));
    REFUSED(NONE, asyr_result_get_double(some_result, 0, NULL, error));
    REFUSED(NONE, asyr_result_is_successful(NULL, &successful, error));
    REFUSED(NONE, asyr_result_is_successful(some_result, NULL, error));
    REFUSED(NONE, asyr_result_cancel(NULL, NULL, error));
    REFUSED(NONE, asyr_result_notify(NULL, some_queue, 0, error));
    REFUSED(NONE, asyr_result_notify(some_result, NULL, 0, error));
    REFUSED_CONSUMING(NONE, asyr_result_add_done_callback(
                                NULL, on_done, NULL, count_release, NULL, error));
    REFUSED_CONSUMING(NONE,
                      asyr_result_add_done_callback(some_result, NULL, NULL,
                                                    count_release, NULL, error));
    CHECK(!asyr_result_is_ready(NULL));
    CHECK(asyr_result_get_state(NULL) == -1);
    CHECK(asyr_result_get_tag(NULL) == 0);
}

static void queues(void)
{
    asyr_event *event = NULL;
    asyr_value *value = NULL;
    int64_t number = 0;
    REFUSED(NONE, asyr_queue_new(0, NULL, error));
    REFUSED(NONE, asyr_queue_own(NULL, error));
    REFUSED(NONE, asyr_queue_get_descriptor(NULL, &number, error));
    REFUSED(NONE, asyr_queue_get_descriptor(some_queue, NULL, error));
    REFUSED(NONE, asyr_queue_run(NULL, 0, 0, NULL, &number, error));
    REFUSED(NONE, asyr_queue_next(NULL, 0, NULL, &event, error));
    REFUSED(NONE, asyr_queue_next(some_queue, 0, NULL, NULL, error));
    REFUSED(NONE, asyr_queue_next_many(NULL, 0, NULL, &event, 1, &number, error));
    REFUSED(NONE,
            asyr_queue_next_many(some_queue, 0, NULL, NULL, 1, &number, error));
    REFUSED(NONE, asyr_queue_next_many(some_queue, 0, NULL, &event, 1, NULL, error));
    REFUSED(NONE, asyr_queue_close(NULL, error));
    REFUSED(NONE, asyr_event_get_outcome(NULL, &value, error));
    REFUSED(NONE, asyr_event_run(NULL, error));
    REFUSED(NONE, asyr_event_finish(NULL, NULL, error));
    REFUSED(NONE, asyr_event_finish_many(NULL, 1, error));
    REFUSED(NONE, asyr_event_finish_many(&event, 1, error));
    CHECK(asyr_queue_get_count(NULL) == 0);
    CHECK(asyr_event_get_kind(NULL) == -1);
    CHECK(asyr_event_get_tag(NULL) == 0);
    CHECK(asyr_event_get_result(NULL) == NULL);
}

static void options_of_tasks(void)
{
    REFUSED(NONE, asyr_task_options_new(NULL, error));
    REFUSED_CONSUMING(NONE, asyr_task_options_set_callback(NULL, on_value, NULL,
                                                           count_release, error));
    REFUSED_CONSUMING(NONE, asyr_task_options_set_error_callback(
                                NULL, on_error, NULL, count_release, error));
    REFUSED(NONE, asyr_task_options_set_queue(NULL, some_queue, error));
    REFUSED(NONE, asyr_task_options_set_event(NULL, ASYR_EVENT_DONE, error));
    REFUSED(NONE, asyr_task_options_set_tag(NULL, 1, error));
    REFUSED(NONE, asyr_task_options_set_strand(NULL, NULL, error));
    REFUSED(NONE, asyr_task_options_set_interrupt(NULL, NULL, error));
    REFUSED(NONE, asyr_task_options_set_chunk_size(NULL, 1, error));
    REFUSED(NONE,
            asyr_task_options_set_error_policy(NULL, ASYR_ERRORS_FIRST, error));
    REFUSED(NONE, asyr_task_options_set_order(NULL, ASYR_ORDER_INPUT, error));
    REFUSED(NONE, asyr_task_options_set_buffer_size(NULL, 1, error));
    ACCEPTED(asyr_task_options_set_callback(task_options, NULL, NULL, NULL, error));
    ACCEPTED(
        asyr_task_options_set_error_callback(task_options, NULL, NULL, NULL, error));
    ACCEPTED(asyr_task_options_set_queue(task_options, NULL, error));
    ACCEPTED(asyr_task_options_set_strand(task_options, NULL, error));
    ACCEPTED(asyr_task_options_set_interrupt(task_options, NULL, error));
}

static void options_of_pools(void)
{
    REFUSED(NONE, asyr_pool_options_new(NULL, error));
    REFUSED(NONE, asyr_pool_options_set_workers(NULL, 1, error));
    REFUSED(NONE,
            asyr_pool_options_set_worker_source(NULL, ASYR_WORKERS_OWN, error));
    REFUSED(NONE,
            asyr_pool_options_set_initializer(NULL, some_function, NULL, error));
    REFUSED(NONE, asyr_pool_options_set_max_tasks_per_worker(NULL, 1, error));
    REFUSED(NONE,
            asyr_pool_options_set_queue_limit(NULL, 1, ASYR_FULL_BLOCK, error));
    REFUSED(NONE, asyr_pool_options_set_spare_workers(NULL, 1, error));
    REFUSED(NONE, asyr_pool_options_set_helping(NULL, ASYR_HELP_ALL, error));
    REFUSED(NONE, asyr_pool_options_set_queue(NULL, some_queue, error));
    REFUSED(NONE, asyr_pool_options_set_name(NULL, "name", error));
    REFUSED_CONSUMING(NONE, asyr_pool_options_set_unread_error_hook(
                                NULL, on_unread, NULL, count_release, error));
    ACCEPTED(asyr_pool_options_set_initializer(pool_options, NULL, NULL, error));
    ACCEPTED(asyr_pool_options_set_queue(pool_options, NULL, error));
    ACCEPTED(asyr_pool_options_set_name(pool_options, NULL, error));
    ACCEPTED(asyr_pool_options_set_unread_error_hook(pool_options, NULL, NULL, NULL,
                                                     error));
}

static void over_range(int64_t begin, int64_t end, void *context)
{
    (void)begin;
    (void)end;
    (void)context;
}

static void pools(void)
{
    asyr_function *f = some_function;
    REFUSED(NONE, asyr_pool_new(NULL, NULL, error));
    REFUSED(NONE, asyr_pool_apply_async(NULL, f, NULL, NULL, NULL, error));
    REFUSED(NONE, asyr_pool_apply_async(some_pool, NULL, NULL, NULL, NULL, error));
    REFUSED(NONE, asyr_pool_apply_many_async(NULL, f, NULL, 1, NULL, NULL, error));
    REFUSED(NONE,
            asyr_pool_apply_many_async(some_pool, NULL, NULL, 1, NULL, NULL, error));
    REFUSED(NONE, asyr_pool_map_async(NULL, f, some_list, NULL, NULL, error));
    REFUSED(NONE,
            asyr_pool_map_async(some_pool, NULL, some_list, NULL, NULL, error));
    REFUSED(NONE, asyr_pool_map_async(some_pool, f, NULL, NULL, NULL, error));
    REFUSED(NONE, asyr_pool_starmap_async(NULL, f, some_list, NULL, NULL, error));
    REFUSED(NONE,
            asyr_pool_starmap_async(some_pool, NULL, some_list, NULL, NULL, error));
    REFUSED(NONE, asyr_pool_starmap_async(some_pool, f, NULL, NULL, NULL, error));
    REFUSED_CONSUMING(NONE, asyr_pool_range_async(NULL, 0, 1, over_range, &released,
                                                  count_release, NULL, NULL, error));
    REFUSED_CONSUMING(NONE, asyr_pool_range_async(some_pool, 0, 1, NULL, &released,
                                                  count_release, NULL, NULL, error));
    REFUSED(NONE,
            asyr_pool_range_call_async(NULL, 0, 1, f, NULL, NULL, NULL, error));
    REFUSED(NONE, asyr_pool_range_call_async(some_pool, 0, 1, NULL, NULL, NULL, NULL,
                                             error));
    REFUSED(NONE, asyr_pool_close(NULL, error));
    REFUSED(NONE, asyr_pool_terminate(NULL, error));
    REFUSED(NONE, asyr_pool_join(NULL, 0, NULL, error));
    CHECK(asyr_pool_get_state(NULL) == -1);
    CHECK(asyr_pool_get_worker_count(NULL) == 0);
    CHECK(asyr_default_worker_count() >= 1);
}

static void strands_and_workers(void)
{
    asyr_strand *strand = NULL;
    asyr_worker *worker = NULL;
    asyr_task *task = NULL;
    REFUSED(NONE, asyr_strand_new(NULL, ASYR_STRAND_SERIAL, &strand, error));
    REFUSED(NONE, asyr_strand_new(some_pool, ASYR_STRAND_SERIAL, NULL, error));
    REFUSED(NONE, asyr_worker_new(NULL, &worker, error));
    REFUSED(NONE, asyr_worker_new(some_pool, NULL, error));
    REFUSED(NONE, asyr_worker_await(NULL, 0, NULL, &worker, error));
    REFUSED(NONE, asyr_worker_await(some_pool, 0, NULL, NULL, error));
    REFUSED(NONE, asyr_worker_run(NULL, NULL, error));
    REFUSED(NONE, asyr_worker_next(NULL, 0, NULL, &task, error));
    REFUSED(NONE, asyr_worker_claim(NULL, some_result, &task, error));
    REFUSED(NONE, asyr_worker_block(NULL, error));
    REFUSED(NONE, asyr_worker_unblock(NULL, error));
    REFUSED(NONE, asyr_worker_done(NULL, error));
    REFUSED(NONE, asyr_worker_lost(NULL, "message", error));
}

static asyr_status no_items(void *arg, asyr_value **item, asyr_error **error)
{
    (void)arg;
    (void)item;
    (void)error;
    return ASYR_E_STOP;
}

/* The functions that begin a lazy map. */
static void lazy_maps(void)
{
    asyr_iterator *made = NULL;
    asyr_pool *pool = some_pool;
    asyr_function *function = some_function;
    REFUSED(NONE, asyr_pool_imap(NULL, function, some_list, NULL, &made, error));
    REFUSED(NONE, asyr_pool_imap(pool, NULL, some_list, NULL, &made, error));
    REFUSED(NONE, asyr_pool_imap(pool, function, NULL, NULL, &made, error));
    REFUSED(NONE, asyr_pool_imap(pool, function, some_list, NULL, NULL, error));
    REFUSED_CONSUMING(NONE,
                      asyr_pool_imap_source(NULL, function, no_items, &released,
                                            count_release, NULL, &made, error));
    REFUSED_CONSUMING(NONE,
                      asyr_pool_imap_source(pool, NULL, no_items, &released,
                                            count_release, NULL, &made, error));
    REFUSED_CONSUMING(NONE,
                      asyr_pool_imap_source(pool, function, NULL, &released,
                                            count_release, NULL, &made, error));
    REFUSED_CONSUMING(NONE,
                      asyr_pool_imap_source(pool, function, no_items, &released,
                                            count_release, NULL, NULL, error));
    REFUSED(NONE, asyr_pool_imap_fed(NULL, function, NULL, &made, error));
    REFUSED(NONE, asyr_pool_imap_fed(pool, NULL, NULL, &made, error));
    REFUSED(NONE, asyr_pool_imap_fed(pool, function, NULL, NULL, error));
    CHECK(made == NULL);
}

static void iterators(void)
{
    asyr_iterator *made = NULL;
    asyr_value *value = NULL;
    REFUSED(NONE, asyr_iterator_next(NULL, 0, NULL, &value, error));
    REFUSED(NONE, asyr_iterator_notify(NULL, some_queue, 0, error));
    REFUSED(NONE, asyr_iterator_cancel(NULL, error));
    REFUSED(NONE, asyr_iterator_put(NULL, some_value, 0, NULL, error));
    REFUSED(NONE, asyr_iterator_finish(NULL, NULL, error));
    ACCEPTED(asyr_pool_imap_fed(some_pool, some_function, NULL, &made, error));
    REFUSED(NONE, asyr_iterator_notify(made, NULL, 0, error));
    REFUSED(NONE, asyr_iterator_put(made, NULL, 0, NULL, error));
    ACCEPTED(asyr_iterator_put(made, some_value, 0, NULL, error));
    ACCEPTED(asyr_iterator_next(made, ASYR_FOREVER, NULL, NULL, error));
    ACCEPTED(asyr_iterator_finish(made, NULL, error));
    REFUSED(ASYR_E_STOP, asyr_iterator_next(made, 0, NULL, NULL, error));
    asyr_iterator_unref(made);
}

static void no_hook(void *arg)
{
    (void)arg;
}

static void promises(void)
{
    asyr_promise *made = NULL;
    asyr_promise_unref(NULL);
    CHECK(asyr_promise_ref(NULL) == NULL);
    CHECK(!asyr_promise_is_cancelled(NULL));
    REFUSED(NONE, asyr_promise_new(NULL, NULL, &made, NULL, error));
    REFUSED(NONE, asyr_promise_new(some_pool, NULL, NULL, NULL, error));
    CHECK(made == NULL);
    REFUSED(NONE, asyr_promise_set_value(NULL, some_value, error));
    REFUSED(NONE, asyr_promise_set_error(NULL, some_error, error));
    REFUSED_CONSUMING(NONE, asyr_promise_set_cancel_hook(NULL, no_hook, &released,
                                                         count_release, error));
    ACCEPTED(asyr_promise_new(some_pool, NULL, &made, NULL, error));
    REFUSED(NONE, asyr_promise_set_error(made, NULL, error));
    ACCEPTED(asyr_promise_set_cancel_hook(made, NULL, NULL, NULL, error));
    ACCEPTED(asyr_promise_set_value(made, NULL, error));
    asyr_promise_unref(made);
}

static void combined_results(void)
{
    asyr_queue *queue = NULL;
    asyr_result *holes[2] = {some_result, NULL};
    REFUSED(NONE, asyr_result_wait_any(NULL, 1, 0, NULL, NULL, error));
    REFUSED(NONE, asyr_result_wait_any(holes, 2, 0, NULL, NULL, error));
    REFUSED(NONE, asyr_result_wait_all(NULL, 1, 0, NULL, error));
    REFUSED(NONE, asyr_result_wait_all(holes, 2, 0, NULL, error));
    REFUSED(NONE, asyr_result_wait_first_error(NULL, 1, 0, NULL, NULL, error));
    REFUSED(NONE, asyr_result_wait_first_error(holes, 2, 0, NULL, NULL, error));
    REFUSED(NONE, asyr_result_as_completed(NULL, 1, &queue, error));
    REFUSED(NONE, asyr_result_as_completed(holes, 2, &queue, error));
    REFUSED(NONE, asyr_result_as_completed(holes, 1, NULL, error));
    CHECK(queue == NULL);
    ACCEPTED(asyr_result_wait_any(holes, 1, ASYR_FOREVER, NULL, NULL, error));
    ACCEPTED(asyr_result_wait_all(NULL, 0, 0, NULL, error));
    ACCEPTED(asyr_result_wait_first_error(NULL, 0, 0, NULL, NULL, error));
}

static void chained_results(void)
{
    asyr_result *made = NULL;
    asyr_result *holes[2] = {some_result, NULL};
    asyr_function *f = some_function;
    REFUSED(NONE, asyr_result_then(NULL, NULL, f, NULL, &made, error));
    REFUSED(NONE, asyr_result_then(some_result, NULL, NULL, NULL, &made, error));
    REFUSED(NONE, asyr_result_rescue(NULL, NULL, f, NULL, &made, error));
    REFUSED(NONE, asyr_result_rescue(some_result, NULL, NULL, NULL, &made, error));
    REFUSED(NONE, asyr_result_all(NULL, 1, some_pool, NULL, &made, error));
    REFUSED(NONE, asyr_result_all(holes, 2, some_pool, NULL, &made, error));
    REFUSED(NONE, asyr_result_all(NULL, 0, NULL, NULL, &made, error));
    REFUSED(NONE, asyr_result_any(NULL, 1, some_pool, NULL, &made, error));
    REFUSED(NONE, asyr_result_any(holes, 2, some_pool, NULL, &made, error));
    REFUSED(NONE, asyr_result_any(NULL, 0, NULL, NULL, &made, error));
    CHECK(made == NULL);
    ACCEPTED(asyr_result_then(some_result, NULL, f, NULL, NULL, error));
    ACCEPTED(asyr_result_rescue(some_result, NULL, f, NULL, NULL, error));
    ACCEPTED(asyr_result_all(holes, 1, NULL, NULL, NULL, error));
    ACCEPTED(asyr_result_any(holes, 1, NULL, NULL, NULL, error));
}

int main(void)
{
    make_objects();
    if (failures > 0)
        return finish();
    releases_of_null_do_nothing();
    errors();
    new_values();
    reading_values();
    interrupts_and_libraries();
    functions();
    tasks();
    results();
    queues();
    options_of_tasks();
    options_of_pools();
    pools();
    strands_and_workers();
    lazy_maps();
    iterators();
    promises();
    combined_results();
    chained_results();
    release_objects();
    return finish();
}
