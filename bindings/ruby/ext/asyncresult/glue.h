/*
 * The C support of the Ruby binding: it converts and waits, and decides nothing.
 *
 * Every function here runs under the GVL.  `VALUE` results are never undefined;
 * a failure is raised as the exception that belongs to it.
 */
#ifndef ASYNCRESULT_RUBY_GLUE_H
#define ASYNCRESULT_RUBY_GLUE_H

#include <ruby.h>

#include <asyncresult.h>

/* errors.c */
void glue_set_error_class(VALUE error_class);
VALUE glue_error_to_ruby(asyr_error *consumed);
asyr_error *glue_error_of(VALUE exception);
NORETURN(void glue_raise(asyr_error *consumed));
NORETURN(void glue_fail(int32_t code, const char *format, ...));
asyr_error *glue_error_new(int32_t code, VALUE texts, VALUE exception, VALUE itself,
                           asyr_error *cause);
VALUE glue_error_get_value(const asyr_error *error);
VALUE glue_error_get_exception(const asyr_error *error);
VALUE glue_failure_of(VALUE exception);

/* roots.c: Ruby objects that the library holds. */
void glue_init_roots(void);
void *glue_root_new(VALUE object);
void *glue_root_new_failure(VALUE exception);
VALUE glue_root_find(const void *address);
bool glue_root_is_failure(const void *root);
VALUE glue_root_get(void *root);
void glue_root_release(void *root);
VALUE glue_is_rooted(VALUE object);

/* values.c */
asyr_value *glue_value_from_ruby(VALUE object);
asyr_value *glue_items_from_ruby(VALUE object);
asyr_value *glue_item_from_ruby(VALUE object, long place);
VALUE glue_value_to_ruby(asyr_value *borrowed);

/* opaque.c: values that stay the library's: arrays and pointers. */
void glue_set_opaque_classes(VALUE array_class, VALUE pointer_class);
VALUE glue_opaque_new(asyr_value *borrowed);
asyr_value *glue_opaque_get(VALUE object);
VALUE glue_array_new(VALUE element_type, VALUE numbers);
VALUE glue_array_type(VALUE array);
VALUE glue_array_count(VALUE array);
VALUE glue_array_get(VALUE array, VALUE index);
VALUE glue_array_bytes(VALUE array);
VALUE glue_pointer_address(VALUE pointer);

/* numbers.c */
bool glue_integer_to_int64(VALUE integer, int64_t *number);
bool glue_integer_to_uint64(VALUE integer, uint64_t *number);
int64_t glue_whole(VALUE number, const char *name);
int64_t glue_timeout(VALUE seconds);
const char *glue_text(VALUE string);

/* tasks.c: code of Ruby as tasks. */
void glue_init_tasks(void);
asyr_function *glue_function_new(VALUE callable);
asyr_function *glue_map_function_new(VALUE callable, VALUE items, VALUE spreads);
VALUE glue_is_cancelled(void);
VALUE glue_is_inside_task(void);

/* workers.c: threads of Ruby that run them. */
VALUE glue_worker_await(asyr_pool *pool);
VALUE glue_worker_run(asyr_worker *worker);
VALUE glue_worker_end(VALUE worker);

/* wait.c: calls that block, without the GVL and interruptible. */
VALUE glue_misses_signals(void);
VALUE glue_result_get(asyr_result *result, VALUE seconds);
VALUE glue_result_wait(asyr_result *result, VALUE seconds);
VALUE glue_result_error(asyr_result *result);
VALUE glue_pool_join(asyr_pool *pool, VALUE seconds);
VALUE glue_queue_next(asyr_queue *queue, VALUE seconds);

/* iterators.c */
VALUE glue_iterator_next(asyr_iterator *iterator, VALUE seconds, VALUE kept,
                         VALUE end);
VALUE glue_iterator_put(asyr_iterator *iterator, VALUE item, VALUE place);
VALUE glue_iterator_put_reference(asyr_iterator *iterator, VALUE item);

/* events.c */
VALUE glue_event_new(asyr_event *consumed);
VALUE glue_event_tag(VALUE event);
VALUE glue_event_is_report(VALUE event);
VALUE glue_event_has_failed(VALUE event);
VALUE glue_event_value(VALUE event);
VALUE glue_event_error(VALUE event);
VALUE glue_event_run(VALUE event);
VALUE glue_event_finish(VALUE event, asyr_error *failure);
void glue_set_unread_error_hook(asyr_pool_options *options, VALUE hook);

/* submit.c: submits; they raise their errors. */
enum glue_submit_call { GLUE_APPLY = 0, GLUE_MAP = 1, GLUE_STARMAP = 2 };
VALUE glue_submit_at_once(int32_t call, asyr_pool *pool, asyr_function *function,
                          asyr_value *consumed_arguments, asyr_task_options *options,
                          VALUE callbacks);
VALUE glue_submit(int32_t call, asyr_pool *pool, asyr_function *function,
                  asyr_value *consumed_arguments, asyr_task_options *options,
                  VALUE callbacks);
asyr_iterator *glue_imap(asyr_pool *pool, asyr_function *function,
                         asyr_value *consumed_arguments, asyr_task_options *options);
VALUE glue_submit_code(asyr_pool *pool, VALUE call, VALUE has_keywords,
                       asyr_task_options *options, VALUE callbacks, VALUE may_wait);
VALUE glue_submit_code_map(asyr_pool *pool, asyr_function *function, int64_t count,
                           asyr_task_options *options, VALUE callbacks,
                           VALUE may_wait);
asyr_iterator *glue_imap_places(asyr_pool *pool, asyr_function *function,
                                int64_t count, asyr_task_options *options);
void glue_set_ruby_initializer(asyr_pool_options *options, VALUE call);

/* combine.c: results made of results, and promises; the results are an Array. */
VALUE glue_results_wait_any(VALUE array, VALUE seconds);
VALUE glue_results_wait_all(VALUE array, VALUE seconds);
asyr_queue *glue_results_as_completed(VALUE array);
VALUE glue_result_then(asyr_result *result, asyr_pool *pool, asyr_function *function,
                       asyr_task_options *options, VALUE callbacks);
VALUE glue_result_rescue(asyr_result *result, asyr_pool *pool,
                         asyr_function *function, asyr_task_options *options,
                         VALUE callbacks);
VALUE glue_results_all(VALUE array, asyr_pool *pool, asyr_task_options *options,
                       VALUE callbacks);
VALUE glue_results_any(VALUE array, asyr_pool *pool, asyr_task_options *options,
                       VALUE callbacks);
VALUE glue_promise_new(asyr_pool *pool, asyr_task_options *options, VALUE callbacks);
VALUE glue_promise_set_value(VALUE promise, VALUE object);
VALUE glue_promise_set_error(VALUE promise, VALUE exception);
VALUE glue_promise_is_cancelled(VALUE promise);

/* handles.c: the library's objects as Ruby's; nil and NULL are each other. */
extern const rb_data_type_t glue_type_asyr_error, glue_type_asyr_interrupt,
    glue_type_asyr_library, glue_type_asyr_function, glue_type_asyr_result,
    glue_type_asyr_queue, glue_type_asyr_pool, glue_type_asyr_iterator,
    glue_type_asyr_strand, glue_type_asyr_worker, glue_type_asyr_task_options,
    glue_type_asyr_pool_options, glue_type_asyr_promise;
VALUE glue_handle_new(void *consumed, const rb_data_type_t *type);
void *glue_handle_get(VALUE object, const rb_data_type_t *type);
void glue_set_result_class(VALUE result_class);
VALUE glue_result_new(asyr_result *consumed, VALUE callbacks);
VALUE glue_wrap_error(asyr_error *consumed);
asyr_error *glue_unwrap_error(VALUE object);

#endif
