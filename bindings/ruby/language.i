/*
 * Ruby's part of bindings/asyncresult.i: typemaps and glue.
 *
 * An error is raised in a freearg typemap, the last one to be emitted, because an
 * exception leaves the wrapper at once: whatever it converted must be released
 * before.
 */
%define %asyr_raise
%typemap(freearg, noblock=1) asyr_error **error {
    if (*$1 != NULL)
        glue_raise(*$1);
}
%enddef
%asyr_raise

/* Handles are typed data of the binding's own (handles.c), also for the glue below. */
#define ASYR_OWN_CLASSES
%define %asyr_class(CLASS, NAME, RELEASE)
%enddef
%define %glue_handle(TYPE)
%typemap(in, noblock=1) TYPE *, const TYPE * {
    $1 = glue_handle_get($input, &glue_type_##TYPE);
}
%typemap(out, noblock=1) TYPE * {
    $result = glue_handle_new($1, &glue_type_##TYPE);
}
%enddef
%glue_handle(asyr_error)
%glue_handle(asyr_interrupt)
%glue_handle(asyr_library)
%glue_handle(asyr_function)
%glue_handle(asyr_result)
%glue_handle(asyr_queue)
%glue_handle(asyr_pool)
%glue_handle(asyr_iterator)
%glue_handle(asyr_strand)
%glue_handle(asyr_worker)
%glue_handle(asyr_task_options)
%glue_handle(asyr_pool_options)
%define %asyr_handle_out(TYPE, PARAMETER)
%typemap(argout, noblock=1) TYPE **PARAMETER {
    if (*$1 != NULL)
        $result = glue_handle_new(*$1, &glue_type_##TYPE);
}
%enddef

/* The status says nothing that the error does not. */
%typemap(out, noblock=1) asyr_status {
    (void)$1;
    $result = Qnil;
}

/* Texts are nil or a String; what is not declared const is one too. */
%typemap(in, noblock=1) const char * {
    $1 = (char *)glue_text($input);
}
%typemap(freearg) const char * "";
%typemap(out, noblock=1) const char * {
    $result = $1 == NULL ? Qnil : rb_utf8_str_new_cstr($1);
}

/* Whole numbers, never rounded. */
%typemap(in, noblock=1) int64_t {
    $1 = glue_whole($input, "$1_name");
}

%typemap(in, noblock=1) int64_t items {
    $1 = glue_whole($input, "buffer_size");
}

/* Values: what a call takes is released after it, unless it is consumed. */
%typemap(in, noblock=1) asyr_value *arguments, asyr_value *items,
                        asyr_value *consumed_arguments {
    $1 = glue_items_from_ruby($input);
}
%typemap(freearg, noblock=1) asyr_value *arguments, asyr_value *items {
    asyr_value_unref($1);
}
%typemap(freearg) asyr_value *consumed_arguments "";

/* Handles may be nil where the library takes NULL; it says so where it does not. */

%typemap(in, numinputs=0, noblock=1) bool *successful (bool truth = false) {
    $1 = &truth;
}
%typemap(argout, noblock=1) bool *successful {
    $result = *$1 ? Qtrue : Qfalse;
}
%typemap(in, numinputs=0, noblock=1) int32_t *outcome (int32_t number = 0) {
    $1 = &number;
}
%typemap(argout, noblock=1) int32_t *outcome {
    $result = INT2NUM(*$1);
}
%typemap(in, numinputs=0, noblock=1) int64_t *descriptor (int64_t number = 0) {
    $1 = &number;
}
%typemap(argout, noblock=1) int64_t *descriptor {
    $result = LL2NUM(*$1);
}

/* What blocks, and what deals with events, is glue. */
%ignore asyr_result_get;
%ignore asyr_result_get_int64;
%ignore asyr_result_get_double;
%ignore asyr_result_wait;
%ignore asyr_pool_imap;
%ignore asyr_pool_apply_async;
%ignore asyr_pool_map_async;
%ignore asyr_pool_starmap_async;
%ignore asyr_iterator_next;
%ignore asyr_iterator_put;
%ignore asyr_pool_join;
%ignore asyr_queue_next;
%ignore asyr_queue_next_many;
%ignore asyr_queue_run;
%ignore asyr_error_new;
%ignore asyr_error_set_trace;
%ignore asyr_error_set_origin;
%ignore asyr_error_set_cause;
%ignore asyr_error_set_value;
%ignore asyr_error_get_value;
%ignore asyr_timeout_from_seconds;
%ignore asyr_element_size;
%rename("$ignore", regexmatch$name="^asyr_event_[gfr]") "";
%rename("$ignore", regexmatch$name="^asyr_interrupt_") "";
%rename("$ignore", regexmatch$name="^asyr_worker_[nrdl]") "";

%rename("%(strip:[glue_])s", regexmatch$name="^glue_") "";
%rename("%(strip:[GLUE_])s", regexmatch$name="^GLUE_") "";

const char *asyr_version(void);
void glue_set_error_class(VALUE error_class);
void glue_set_opaque_classes(VALUE array_class, VALUE pointer_class);
asyr_error *glue_error_new(int32_t code, VALUE texts, VALUE exception, VALUE itself,
                           asyr_error *cause);
VALUE glue_error_get_value(const asyr_error *error);
VALUE glue_error_get_exception(const asyr_error *error);
VALUE glue_is_rooted(VALUE object);
VALUE glue_array_new(VALUE element_type, VALUE numbers);
VALUE glue_array_type(VALUE array);
VALUE glue_array_count(VALUE array);
VALUE glue_array_get(VALUE array, VALUE index);
VALUE glue_array_bytes(VALUE array);
VALUE glue_pointer_address(VALUE pointer);
VALUE glue_misses_signals(void);
VALUE glue_result_get(asyr_result *result, VALUE seconds);
VALUE glue_result_wait(asyr_result *result, VALUE seconds);
VALUE glue_result_error(asyr_result *result);
VALUE glue_pool_join(asyr_pool *pool, VALUE seconds);
VALUE glue_queue_next(asyr_queue *queue, VALUE seconds);
VALUE glue_iterator_next(asyr_iterator *iterator, VALUE seconds, VALUE kept,
                         VALUE end);
VALUE glue_iterator_put(asyr_iterator *iterator, VALUE item, VALUE place);
VALUE glue_iterator_put_reference(asyr_iterator *iterator, VALUE item);
VALUE glue_event_tag(VALUE event);
VALUE glue_event_is_report(VALUE event);
VALUE glue_event_has_failed(VALUE event);
VALUE glue_event_value(VALUE event);
VALUE glue_event_error(VALUE event);
VALUE glue_event_run(VALUE event);
VALUE glue_event_finish(VALUE event, asyr_error *failure);
void glue_set_unread_error_hook(asyr_pool_options *options, VALUE hook);
enum glue_submit_call { GLUE_APPLY = 0, GLUE_MAP = 1, GLUE_STARMAP = 2 };
VALUE glue_submit_at_once(int32_t call, asyr_pool *pool, asyr_function *function,
                          asyr_value *consumed_arguments,
                          asyr_task_options *options, VALUE callbacks);
VALUE glue_submit(int32_t call, asyr_pool *pool, asyr_function *function,
                  asyr_value *consumed_arguments, asyr_task_options *options,
                  VALUE callbacks);
void glue_set_result_class(VALUE result_class);
asyr_iterator *glue_imap(asyr_pool *pool, asyr_function *function,
                         asyr_value *consumed_arguments, asyr_task_options *options);
asyr_function *glue_function_new(VALUE callable);
asyr_function *glue_map_function_new(VALUE callable, VALUE items, VALUE spreads);
VALUE glue_is_cancelled(void);
VALUE glue_is_inside_task(void);
VALUE glue_worker_await(asyr_pool *pool);
VALUE glue_worker_run(asyr_worker *worker);
VALUE glue_worker_end(VALUE worker);
VALUE glue_submit_code(asyr_pool *pool, VALUE call, VALUE has_keywords,
                       asyr_task_options *options, VALUE callbacks, VALUE may_wait);
VALUE glue_submit_code_map(asyr_pool *pool, asyr_function *function, int64_t count,
                      asyr_task_options *options, VALUE callbacks, VALUE may_wait);
asyr_iterator *glue_imap_places(asyr_pool *pool, asyr_function *function,
                                int64_t count, asyr_task_options *options);
void glue_set_ruby_initializer(asyr_pool_options *options, VALUE call);
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

%init %{
    glue_init_roots();
    glue_init_tasks();
%}
