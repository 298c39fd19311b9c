/*
 * Bad input that is not NULL: negative sizes, unknown enum values, NaN, values of
 * the wrong type, and objects that are closed, ended or of another pool.
 */
#include "refused.h"

#include <math.h>

#define BAD ASYR_E_ARGUMENT

/* Below, above, and far outside an enum or a count that starts at 1. */
static const int32_t unknown[] = {-2, 99, INT32_MIN, INT32_MAX};
static const int64_t below_one[] = {0, -1, INT64_MIN};
static const int64_t negative[] = {-1, INT64_MIN};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void echo(asyr_task *task, void *arg)
{
    asyr_value *value = NULL;
    (void)arg;
    if (asyr_task_get_argument(task, 0, &value, NULL) == ASYR_OK)
        asyr_task_return(task, value, NULL);
    asyr_value_unref(value);
}

static asyr_error *on_value(asyr_value *value, void *arg)
{
    (void)value;
    (void)arg;
    return NULL;
}

static asyr_error *on_value_error(asyr_error *failure, void *arg)
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

static asyr_function *new_echo(void)
{
    asyr_function *function = NULL;
    ACCEPTED(asyr_function_new_native("echo", echo, NULL, NULL, &function, error));
    return function;
}

static asyr_pool *new_pool(int32_t source)
{
    asyr_pool_options *options = NULL;
    asyr_pool *pool = NULL;
    ACCEPTED(asyr_pool_options_new(&options, error));
    ACCEPTED(asyr_pool_options_set_workers(options, 1, error));
    ACCEPTED(asyr_pool_options_set_worker_source(options, source, error));
    ACCEPTED(asyr_pool_new(options, &pool, error));
    asyr_pool_options_free(options);
    return pool;
}

static void end_pool(asyr_pool *pool)
{
    ACCEPTED(asyr_pool_terminate(pool, error));
    ACCEPTED(asyr_pool_join(pool, ASYR_FOREVER, NULL, error));
    asyr_pool_unref(pool);
}

static void errors_and_timeouts(void)
{
    int64_t timeout_ns = 0;
    for (size_t i = 0; i < COUNT(unknown); i++) {
        asyr_error *made = asyr_error_new(unknown[i], "Kind", "message");
        CHECK(asyr_error_get_code(made) == ASYR_E_ARGUMENT);
        CHECK(asyr_error_get_message(made)[0] != '\0');
        CHECK(asyr_code_get_kind(unknown[i]) == NULL);
        CHECK(asyr_code_get_meaning(unknown[i]) == NULL);
        asyr_error_unref(made);
    }
    REFUSED(BAD, asyr_timeout_from_seconds(NAN, &timeout_ns, error));
    CHECK(asyr_version()[0] != '\0');
}

static void sizes_of_values(void)
{
    asyr_value *value = NULL;
    for (size_t i = 0; i < COUNT(negative); i++) {
        int64_t size = negative[i];
        if (size != -1)
            REFUSED(BAD, asyr_value_new_string("x", size, &value, error));
        REFUSED(BAD, asyr_value_new_bytes("x", size, &value, error));
        REFUSED(BAD, asyr_value_new_list(size, &value, error));
        REFUSED(BAD, asyr_value_new_map(size, &value, error));
        REFUSED(BAD,
                asyr_value_new_array(ASYR_ELEMENT_INT8, NULL, size, &value, error));
        REFUSED_CONSUMING(BAD, asyr_value_new_bytes_view(
                                   "x", size, NULL, count_release, &value, error));
        REFUSED_CONSUMING(
            BAD, asyr_value_new_array_view(ASYR_ELEMENT_INT8, &released, size, NULL,
                                           count_release, &value, error));
    }
    REFUSED(ASYR_E_TYPE, asyr_value_new_string("\xFF", 1, &value, error));
    CHECK(value == NULL);
}

static void types_of_elements(void)
{
    static double numbers[2];
    asyr_value *value = NULL;
    for (size_t i = 0; i < COUNT(unknown); i++) {
        REFUSED(BAD, asyr_value_new_array(unknown[i], NULL, 1, &value, error));
        REFUSED_CONSUMING(BAD,
                          asyr_value_new_array_view(unknown[i], numbers, 1, NULL,
                                                    count_release, &value, error));
        CHECK(asyr_element_size(unknown[i]) == 0);
    }
    REFUSED_CONSUMING(BAD, asyr_value_new_array_view(ASYR_ELEMENT_DOUBLE,
                                                     (char *)numbers + 1, 1, NULL,
                                                     count_release, &value, error));
    CHECK(value == NULL);
}

static void options_of_tasks(void)
{
    asyr_task_options *options = NULL;
    ACCEPTED(asyr_task_options_new(&options, error));
    for (size_t i = 0; i < COUNT(unknown); i++) {
        REFUSED(BAD, asyr_task_options_set_event(options, unknown[i], error));
        REFUSED(BAD, asyr_task_options_set_error_policy(options, unknown[i], error));
        REFUSED(BAD, asyr_task_options_set_order(options, unknown[i], error));
    }
    for (size_t i = 0; i < COUNT(below_one); i++) {
        REFUSED(BAD, asyr_task_options_set_chunk_size(options, below_one[i], error));
        REFUSED(BAD,
                asyr_task_options_set_buffer_size(options, below_one[i], error));
    }
    asyr_task_options_free(options);
}

static void options_of_pools(void)
{
    asyr_pool_options *options = NULL;
    ACCEPTED(asyr_pool_options_new(&options, error));
    for (size_t i = 0; i < COUNT(unknown); i++) {
        REFUSED(BAD,
                asyr_pool_options_set_worker_source(options, unknown[i], error));
        REFUSED(BAD,
                asyr_pool_options_set_queue_limit(options, 1, unknown[i], error));
    }
    for (size_t i = 0; i < COUNT(below_one); i++) {
        int64_t count = below_one[i];
        REFUSED(BAD, asyr_pool_options_set_workers(options, count, error));
        REFUSED(BAD,
                asyr_pool_options_set_max_tasks_per_worker(options, count, error));
        REFUSED(BAD, asyr_pool_options_set_queue_limit(options, count,
                                                       ASYR_FULL_FAIL, error));
    }
    for (size_t i = 0; i < COUNT(negative); i++)
        REFUSED(BAD,
                asyr_pool_options_set_spare_workers(options, negative[i], error));
    asyr_pool_options_free(options);
}

static void counts_beyond_reason(void)
{
    asyr_pool_options *options = NULL;
    asyr_queue *queue = NULL;
    int64_t most = INT64_MAX;
    ACCEPTED(asyr_pool_options_new(&options, error));
    REFUSED(BAD, asyr_pool_options_set_workers(options, most, error));
    REFUSED(BAD, asyr_pool_options_set_spare_workers(options, most, error));
    REFUSED(BAD, asyr_pool_options_set_helping(options, ASYR_HELP_ALL + 1, error));
    REFUSED(BAD, asyr_pool_options_set_helping(options, -1, error));
    ACCEPTED(asyr_pool_options_set_max_tasks_per_worker(options, most, error));
    ACCEPTED(
        asyr_pool_options_set_queue_limit(options, most, ASYR_FULL_FAIL, error));
    ACCEPTED(asyr_queue_new(most, &queue, error));
    asyr_queue_unref(queue);
    asyr_pool_options_free(options);
}

static void a_chunk_beyond_the_end(void)
{
    asyr_pool *pool = new_pool(ASYR_WORKERS_OWN);
    asyr_function *function = new_echo();
    asyr_task_options *options = NULL;
    asyr_value *items = NULL;
    asyr_value *value = NULL;
    asyr_result *result = NULL;
    ACCEPTED(asyr_task_options_new(&options, error));
    ACCEPTED(asyr_task_options_set_chunk_size(options, INT64_MAX, error));
    ACCEPTED(asyr_value_new_array(ASYR_ELEMENT_INT32, NULL, 3, &items, error));
    ACCEPTED(asyr_pool_map_async(pool, function, items, options, &result, error));
    ACCEPTED(asyr_result_get(result, ASYR_FOREVER, NULL, &value, error));
    CHECK(asyr_value_get_count(value) == 3);
    asyr_value_unref(value);
    asyr_result_unref(result);
    asyr_value_unref(items);
    asyr_task_options_free(options);
    asyr_function_unref(function);
    end_pool(pool);
}

static void arguments_that_are_no_list(void)
{
    asyr_pool *pool = new_pool(ASYR_WORKERS_OWN);
    asyr_function *function = new_echo();
    asyr_pool_options *options = NULL;
    asyr_value *number = NULL;
    asyr_value *list = NULL;
    asyr_result *result = NULL;
    ACCEPTED(asyr_value_new_int64(1 << 20, &number, error));
    ACCEPTED(asyr_value_new_list(0, &list, error));
    ACCEPTED(asyr_value_append(list, number, error));
    asyr_value *several[] = {list, number};
    ACCEPTED(asyr_pool_options_new(&options, error));
    REFUSED(BAD,
            asyr_pool_options_set_initializer(options, function, number, error));
    REFUSED(BAD, asyr_pool_apply_async(pool, function, number, NULL, NULL, error));
    REFUSED(BAD, asyr_pool_apply_many_async(pool, function, several, 2, NULL, NULL,
                                            error));
    REFUSED(BAD,
            asyr_pool_apply_many_async(pool, function, NULL, -1, NULL, NULL, error));
    REFUSED(BAD, asyr_pool_map_async(pool, function, number, NULL, NULL, error));
    REFUSED(BAD, asyr_pool_starmap_async(pool, function, number, NULL, NULL, error));
    ACCEPTED(asyr_pool_starmap_async(pool, function, list, NULL, &result, error));
    REFUSED(ASYR_E_TYPE, asyr_result_get(result, ASYR_FOREVER, NULL, NULL, error));
    asyr_result_unref(result);
    asyr_pool_options_free(options);
    asyr_value_unref(list);
    asyr_value_unref(number);
    asyr_function_unref(function);
    end_pool(pool);
}

static void over_range(int64_t begin, int64_t end, void *context)
{
    (void)begin;
    (void)end;
    (void)context;
}

static void ranges_that_are_none(void)
{
    static const int64_t ends[][2] = {
        {0, -1}, {INT64_MAX, INT64_MIN}, {-1, INT64_MAX}, {INT64_MIN, INT64_MAX}};
    asyr_pool *pool = new_pool(ASYR_WORKERS_OWN);
    asyr_function *function = new_echo();
    for (size_t i = 0; i < COUNT(ends); i++) {
        REFUSED_CONSUMING(
            BAD, asyr_pool_range_async(pool, ends[i][0], ends[i][1], over_range,
                                       &released, count_release, NULL, NULL, error));
        REFUSED(BAD, asyr_pool_range_call_async(pool, ends[i][0], ends[i][1],
                                                function, NULL, NULL, NULL, error));
    }
    asyr_function_unref(function);
    end_pool(pool);
}

static asyr_status no_items(void *arg, asyr_value **item, asyr_error **error)
{
    (void)arg;
    (void)item;
    (void)error;
    return ASYR_E_STOP;
}

static void pools_that_take_no_work(asyr_pool *pool, int32_t code)
{
    asyr_function *function = new_echo();
    asyr_value *empty = NULL;
    asyr_result *result = NULL;
    asyr_strand *strand = NULL;
    asyr_iterator *iterator = NULL;
    ACCEPTED(asyr_value_new_list(0, &empty, error));
    REFUSED(code, asyr_pool_apply_async(pool, function, NULL, NULL, &result, error));
    REFUSED(code, asyr_pool_apply_many_async(pool, function, NULL, 1, NULL, &result,
                                             error));
    REFUSED(code, asyr_pool_map_async(pool, function, empty, NULL, &result, error));
    REFUSED(code,
            asyr_pool_starmap_async(pool, function, empty, NULL, &result, error));
    REFUSED_CONSUMING(code,
                      asyr_pool_range_async(pool, 0, 0, over_range, &released,
                                            count_release, NULL, &result, error));
    REFUSED(code, asyr_pool_range_call_async(pool, 0, 0, function, NULL, NULL,
                                             &result, error));
    REFUSED(code, asyr_strand_new(pool, ASYR_STRAND_SERIAL, &strand, error));
    REFUSED(code, asyr_pool_imap(pool, function, empty, NULL, &iterator, error));
    REFUSED(code, asyr_pool_imap_fed(pool, function, NULL, &iterator, error));
    REFUSED_CONSUMING(code,
                      asyr_pool_imap_source(pool, function, no_items, &released,
                                            count_release, NULL, &iterator, error));
    CHECK(iterator == NULL);
    CHECK(result == NULL);
    CHECK(strand == NULL);
    asyr_value_unref(empty);
    asyr_function_unref(function);
}

static void closed_and_terminated_pools(void)
{
    asyr_pool *pool = new_pool(ASYR_WORKERS_OWN);
    REFUSED(ASYR_E_POOL_RUNNING, asyr_pool_join(pool, 0, NULL, error));
    ACCEPTED(asyr_pool_close(pool, error));
    ACCEPTED(asyr_pool_close(pool, error));
    pools_that_take_no_work(pool, ASYR_E_POOL_CLOSED);
    ACCEPTED(asyr_pool_terminate(pool, error));
    ACCEPTED(asyr_pool_terminate(pool, error));
    pools_that_take_no_work(pool, ASYR_E_TERMINATED);
    end_pool(pool);
}

static void strands(void)
{
    asyr_pool *pool = new_pool(ASYR_WORKERS_OWN);
    asyr_pool *other = new_pool(ASYR_WORKERS_OWN);
    asyr_function *function = new_echo();
    asyr_task_options *options = NULL;
    asyr_strand *strand = NULL;
    for (size_t i = 0; i < COUNT(unknown); i++)
        REFUSED(BAD, asyr_strand_new(pool, unknown[i], &strand, error));
    CHECK(strand == NULL);
    ACCEPTED(asyr_strand_new(other, ASYR_STRAND_SERIAL, &strand, error));
    ACCEPTED(asyr_task_options_new(&options, error));
    ACCEPTED(asyr_task_options_set_strand(options, strand, error));
    REFUSED(BAD, asyr_pool_apply_async(pool, function, NULL, options, NULL, error));
    asyr_task_options_free(options);
    asyr_strand_unref(strand);
    asyr_function_unref(function);
    end_pool(pool);
    end_pool(other);
}

/* What a lazy map has no use for, and what is no input. */
static void options_of_lazy_maps(void)
{
    asyr_pool *pool = new_pool(ASYR_WORKERS_OWN);
    asyr_function *function = new_echo();
    asyr_task_options *options[4];
    asyr_iterator *iterator = NULL;
    for (int i = 0; i < 4; i++)
        ACCEPTED(asyr_task_options_new(&options[i], error));
    ACCEPTED(
        asyr_task_options_set_callback(options[0], on_value, NULL, NULL, error));
    ACCEPTED(asyr_task_options_set_error_callback(options[1], on_value_error, NULL,
                                                  NULL, error));
    ACCEPTED(asyr_task_options_set_event(options[2], ASYR_EVENT_DONE, error));
    ACCEPTED(
        asyr_task_options_set_error_policy(options[3], ASYR_ERRORS_COLLECT, error));
    for (int i = 0; i < 4; i++) {
        REFUSED(BAD,
                asyr_pool_imap_fed(pool, function, options[i], &iterator, error));
        REFUSED_CONSUMING(BAD, asyr_pool_imap_source(pool, function, no_items,
                                                     &released, count_release,
                                                     options[i], &iterator, error));
        asyr_task_options_free(options[i]);
    }
    CHECK(iterator == NULL);
    asyr_function_unref(function);
    end_pool(pool);
}

static void inputs_of_lazy_maps(void)
{
    asyr_pool *pool = new_pool(ASYR_WORKERS_OWN);
    asyr_function *function = new_echo();
    asyr_value *number = NULL, *list = NULL;
    asyr_iterator *iterator = NULL;
    ACCEPTED(asyr_value_new_int64(1 << 20, &number, error));
    ACCEPTED(asyr_value_new_list(0, &list, error));
    REFUSED(BAD, asyr_pool_imap(pool, function, number, NULL, &iterator, error));
    CHECK(iterator == NULL);
    ACCEPTED(asyr_pool_imap(pool, function, list, NULL, &iterator, error));
    REFUSED(BAD, asyr_iterator_put(iterator, number, 0, NULL, error));
    REFUSED(BAD, asyr_iterator_finish(iterator, NULL, error));
    asyr_iterator_unref(iterator);
    asyr_value_unref(list);
    asyr_value_unref(number);
    asyr_function_unref(function);
    end_pool(pool);
}

static void queues(void)
{
    asyr_queue *queue = NULL;
    asyr_event *event = NULL;
    int64_t count = 0;
    for (size_t i = 0; i < COUNT(negative); i++)
        REFUSED(BAD, asyr_queue_new(negative[i], &queue, error));
    CHECK(queue == NULL);
    ACCEPTED(asyr_queue_new(0, &queue, error));
    for (size_t i = 0; i < COUNT(negative); i++)
        REFUSED(BAD, asyr_queue_run(queue, negative[i], 0, NULL, &count, error));
    REFUSED(ASYR_E_TIMEOUT, asyr_queue_next(queue, INT64_MIN, NULL, &event, error));
    for (size_t i = 0; i < COUNT(negative); i++) {
        REFUSED(BAD, asyr_queue_next_many(queue, 0, NULL, &event, negative[i],
                                          &count, error));
        REFUSED(BAD, asyr_event_finish_many(&event, negative[i], error));
    }
    REFUSED(BAD, asyr_queue_next_many(queue, 0, NULL, &event, 0, &count, error));
    ACCEPTED(asyr_event_finish_many(NULL, 0, error));
    count = 5;
    REFUSED(ASYR_E_TIMEOUT,
            asyr_queue_next_many(queue, INT64_MIN, NULL, &event, 1, &count, error));
    CHECK(count == 0);
    ACCEPTED(asyr_queue_close(queue, error));
    ACCEPTED(asyr_queue_close(queue, error));
    REFUSED(ASYR_E_STATE, asyr_queue_run(queue, 0, 0, NULL, &count, error));
    REFUSED(ASYR_E_STATE, asyr_queue_next(queue, 0, NULL, &event, error));
    CHECK(event == NULL);
    asyr_queue_unref(queue);
}

static void submits_to_a_closed_queue(void)
{
    asyr_pool *pool = new_pool(ASYR_WORKERS_OWN);
    asyr_function *function = new_echo();
    asyr_queue *queue = NULL;
    asyr_task_options *options = NULL;
    asyr_result *result = NULL;
    ACCEPTED(asyr_queue_new(0, &queue, error));
    ACCEPTED(asyr_queue_close(queue, error));
    ACCEPTED(asyr_task_options_new(&options, error));
    ACCEPTED(asyr_task_options_set_callback(options, on_value, NULL, NULL, error));
    ACCEPTED(asyr_task_options_set_queue(options, queue, error));
    REFUSED(ASYR_E_STATE,
            asyr_pool_apply_async(pool, function, NULL, options, NULL, error));
    ACCEPTED(asyr_pool_apply_async(pool, function, NULL, NULL, &result, error));
    REFUSED(ASYR_E_STATE, asyr_result_notify(result, queue, 0, error));
    REFUSED_CONSUMING(ASYR_E_STATE,
                      asyr_result_add_done_callback(result, on_done, NULL,
                                                    count_release, queue, error));
    asyr_result_unref(result);
    asyr_task_options_free(options);
    asyr_queue_unref(queue);
    asyr_function_unref(function);
    end_pool(pool);
}

static void an_event_without_a_queue(void)
{
    asyr_pool *pool = new_pool(ASYR_WORKERS_OWN);
    asyr_function *function = new_echo();
    asyr_task_options *options = NULL;
    ACCEPTED(asyr_task_options_new(&options, error));
    ACCEPTED(asyr_task_options_set_event(options, ASYR_EVENT_DONE, error));
    REFUSED(BAD, asyr_pool_apply_async(pool, function, NULL, options, NULL, error));
    asyr_task_options_free(options);
    asyr_function_unref(function);
    end_pool(pool);
}

static void workers(void)
{
    asyr_pool *own = new_pool(ASYR_WORKERS_OWN);
    asyr_pool *host = new_pool(ASYR_WORKERS_HOST);
    asyr_worker *worker = NULL;
    asyr_worker *second = NULL;
    asyr_task *task = NULL;
    asyr_result *foreign = NULL;
    asyr_function *function = new_echo();
    ACCEPTED(asyr_pool_apply_async(own, function, NULL, NULL, &foreign, error));
    REFUSED(ASYR_E_STATE, asyr_worker_new(own, &worker, error));
    REFUSED(ASYR_E_STATE, asyr_worker_await(own, 0, NULL, &worker, error));
    REFUSED(ASYR_E_TIMEOUT, asyr_worker_await(host, -1, NULL, &worker, error));
    CHECK(worker == NULL);
    ACCEPTED(asyr_worker_new(host, &worker, error));
    REFUSED(ASYR_E_STATE, asyr_worker_new(host, &second, error));
    REFUSED(ASYR_E_STATE, asyr_worker_done(worker, error));
    REFUSED(ASYR_E_STATE, asyr_worker_block(worker, error));
    REFUSED(ASYR_E_STATE, asyr_worker_unblock(worker, error));
    REFUSED(ASYR_E_STATE, asyr_worker_claim(worker, foreign, &task, error));
    asyr_function_unref(function);
    asyr_result_unref(foreign);
    REFUSED(ASYR_E_TIMEOUT, asyr_worker_next(worker, -1, NULL, &task, error));
    CHECK(task == NULL);
    ACCEPTED(asyr_pool_terminate(host, error));
    REFUSED(ASYR_E_STOP, asyr_worker_next(worker, 0, NULL, &task, error));
    REFUSED(ASYR_E_STOP, asyr_worker_run(worker, NULL, error));
    REFUSED(ASYR_E_STOP, asyr_worker_new(host, &second, error));
    asyr_worker_free(worker);
    REFUSED(ASYR_E_STOP, asyr_worker_await(host, 0, NULL, &worker, error));
    end_pool(own);
    end_pool(host);
}

/* What a task may ask wrongly; it runs on a worker, which the main thread awaits. */
static void ask_wrongly(asyr_task *task, void *arg)
{
    asyr_value *value = NULL;
    int64_t whole = 0;
    double number = 0;
    (void)arg;
    REFUSED(BAD, asyr_task_get_argument(task, -1, &value, error));
    REFUSED(BAD, asyr_task_get_argument(task, 1, &value, error));
    REFUSED(BAD, asyr_task_get_argument(task, INT64_MAX, &value, error));
    REFUSED(BAD, asyr_task_get_argument(task, 0, NULL, error));
    REFUSED(BAD, asyr_task_get_int64(task, 1, &whole, error));
    REFUSED(BAD, asyr_task_get_int64(task, 0, NULL, error));
    REFUSED(BAD, asyr_task_get_double(task, INT64_MIN, &number, error));
    REFUSED(BAD, asyr_task_get_double(task, 0, NULL, error));
    REFUSED(ASYR_E_TYPE, asyr_task_get_int64(task, 0, &whole, error));
    REFUSED(ASYR_E_TYPE, asyr_task_get_double(task, 0, &number, error));
    REFUSED(BAD, asyr_task_fail(task, NULL, error));
    CHECK(value == NULL);
    ACCEPTED(asyr_task_fail_with(task, NULL, NULL, error));
}

static void tasks(void)
{
    asyr_pool *pool = new_pool(ASYR_WORKERS_OWN);
    asyr_function *function = NULL;
    asyr_value *text = NULL;
    asyr_value *list = NULL;
    asyr_result *result = NULL;
    ACCEPTED(
        asyr_function_new_native("ask", ask_wrongly, NULL, NULL, &function, error));
    ACCEPTED(asyr_value_new_string("text", -1, &text, error));
    ACCEPTED(asyr_value_new_list(1, &list, error));
    ACCEPTED(asyr_value_append(list, text, error));
    ACCEPTED(asyr_pool_apply_async(pool, function, list, NULL, &result, error));
    REFUSED(ASYR_E_TASK, asyr_result_get(result, ASYR_FOREVER, NULL, NULL, error));
    asyr_result_unref(result);
    asyr_value_unref(list);
    asyr_value_unref(text);
    asyr_function_unref(function);
    end_pool(pool);
}

static void libraries_and_prototypes(void)
{
    asyr_library *library = NULL;
    asyr_function *function = NULL;
    REFUSED(ASYR_E_LIBRARY, asyr_library_open("no such library", &library, error));
    REFUSED(BAD, asyr_library_open("", &library, error));
    CHECK(library == NULL);
    ACCEPTED(asyr_library_open(NULL, &library, error));
    REFUSED(ASYR_E_SYMBOL,
            asyr_function_new_c(library, "int asyr_no_such(int)", &function, error));
    REFUSED(ASYR_E_PROTOTYPE, asyr_function_new_c(library, "", &function, error));
    REFUSED(ASYR_E_PROTOTYPE,
            asyr_function_new_c(library, "int abs(int", &function, error));
    REFUSED(ASYR_E_PROTOTYPE,
            asyr_function_new_address(&released, "what?", &function, error));
    CHECK(function == NULL);
    asyr_library_unref(library);
}

static void counts_of_results(void)
{
    int64_t index = 0;
    asyr_queue *queue = NULL;
    asyr_result *none[1] = {NULL};
    for (size_t i = 0; i < COUNT(negative); i++) {
        int64_t count = negative[i];
        REFUSED(BAD, asyr_result_wait_any(none, count, 0, NULL, &index, error));
        REFUSED(BAD, asyr_result_wait_all(none, count, 0, NULL, error));
        REFUSED(BAD,
                asyr_result_wait_first_error(none, count, 0, NULL, &index, error));
        REFUSED(BAD, asyr_result_as_completed(none, count, &queue, error));
    }
    REFUSED(BAD, asyr_result_wait_any(none, 0, 0, NULL, &index, error));
    CHECK(index == -1);
    CHECK(queue == NULL);
}

static void chains_that_cannot_be(void)
{
    asyr_strand *strand = NULL;
    asyr_result *made = NULL;
    asyr_task_options *options = NULL;
    asyr_pool *pool = new_pool(ASYR_WORKERS_OWN);
    for (size_t i = 0; i < COUNT(negative); i++) {
        int64_t count = negative[i];
        REFUSED(BAD, asyr_result_all(&made, count, pool, NULL, &made, error));
        REFUSED(BAD, asyr_result_any(&made, count, pool, NULL, &made, error));
    }
    ACCEPTED(asyr_strand_new(pool, ASYR_STRAND_SERIAL, &strand, error));
    ACCEPTED(asyr_task_options_new(&options, error));
    ACCEPTED(asyr_task_options_set_strand(options, strand, error));
    REFUSED(BAD, asyr_result_all(NULL, 0, pool, options, &made, error));
    REFUSED(BAD, asyr_result_any(NULL, 0, pool, options, &made, error));
    asyr_task_options_free(options);
    asyr_strand_unref(strand);
    ACCEPTED(asyr_pool_close(pool, error));
    REFUSED(ASYR_E_POOL_CLOSED, asyr_result_all(NULL, 0, pool, NULL, &made, error));
    REFUSED(ASYR_E_POOL_CLOSED, asyr_result_any(NULL, 0, pool, NULL, &made, error));
    CHECK(made == NULL);
    end_pool(pool);
}

static void promises_that_are_over(void)
{
    asyr_promise *promise = NULL;
    asyr_result *result = NULL;
    asyr_pool *pool = new_pool(ASYR_WORKERS_OWN);
    asyr_error *oops = asyr_error_new(ASYR_E_TASK, NULL, NULL);
    ACCEPTED(asyr_promise_new(pool, NULL, &promise, &result, error));
    ACCEPTED(asyr_promise_set_value(promise, NULL, error));
    REFUSED(ASYR_E_STATE, asyr_promise_set_value(promise, NULL, error));
    REFUSED(ASYR_E_STATE, asyr_promise_set_error(promise, oops, error));
    asyr_promise_unref(promise);
    asyr_result_unref(result);
    asyr_error_unref(oops);
    end_pool(pool);
    pool = new_pool(ASYR_WORKERS_OWN);
    ACCEPTED(asyr_pool_close(pool, error));
    REFUSED(ASYR_E_POOL_CLOSED, asyr_promise_new(pool, NULL, &promise, NULL, error));
    CHECK(promise == NULL);
    end_pool(pool);
}

int main(void)
{
    errors_and_timeouts();
    sizes_of_values();
    types_of_elements();
    options_of_tasks();
    options_of_pools();
    counts_beyond_reason();
    a_chunk_beyond_the_end();
    libraries_and_prototypes();
    arguments_that_are_no_list();
    ranges_that_are_none();
    closed_and_terminated_pools();
    strands();
    options_of_lazy_maps();
    inputs_of_lazy_maps();
    queues();
    submits_to_a_closed_queue();
    an_event_without_a_queue();
    workers();
    counts_of_results();
    chains_that_cannot_be();
    promises_that_are_over();
    tasks();
    return finish();
}
