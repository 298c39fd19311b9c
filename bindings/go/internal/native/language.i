/*
 * Go's part of asyncresult.i.  A handle is a uintptr here, an output parameter a
 * pointer to a local variable; the package on top makes objects of them.
 */
%rename("%(strip:[asyr_])s", regexmatch$name="^asyr_value_") "";
%rename("%(strip:[asyr_go_])s", regexmatch$name="^asyr_go_") "";
%rename("%(strip:[asyr_])s", regexmatch$name="^asyr_.*_(unref|free)$") "";
%rename("iterator_ref") asyr_iterator_ref;
%rename("result_ref") asyr_result_ref;

/* The package keeps what these say in Go, or has no use for it yet. */
%ignore asyr_value_new_bytes_view;
%ignore asyr_value_new_array_view;
%ignore asyr_value_get_bool;
%ignore asyr_value_get_int64;
%ignore asyr_value_get_uint64;
%ignore asyr_value_get_double;
%ignore asyr_value_get_string;
%ignore asyr_value_get_bytes;
%ignore asyr_value_get_item;
%ignore asyr_value_get_array;
%ignore asyr_value_append;
%ignore asyr_value_new_nil;
%ignore asyr_value_new_bool;
%ignore asyr_value_new_int64;
%ignore asyr_value_new_uint64;
%ignore asyr_value_new_double;
%ignore asyr_value_new_pointer;
%ignore asyr_value_get_pointer;
%ignore asyr_value_find;
%ignore asyr_timeout_from_seconds;
%ignore asyr_code;
%ignore asyr_queue_own;
%ignore asyr_queue_run;
%ignore asyr_event_run;
%ignore asyr_iterator_next;
%ignore asyr_queue_next_many;
%ignore asyr_event_finish_many;
%rename("$ignore", regexmatch$name="^asyr_worker_") "";
%rename("$ignore", regexmatch$name="^asyr_result_get_(int64|double)$") "";

/* Numbers keep their widths. */
%typemap(gotype) int32_t "int32"
%typemap(gotype) int32_t * "*int32"
%typemap(gotype) int64_t * "*int64"
%typemap(gotype) uint64_t * "*uint64"
%typemap(gotype) bool * "*bool"
%apply int32_t { asyr_status };

/* Text that ends in a NUL is copied; an empty one is NULL. */
%typemap(in) const char *
%{ $1 = asyr_go_text($input.p, $input.n); %}
%typemap(freearg) const char *
%{ free((char *)$1); %}

/* Other text goes in without a copy; its length comes with it. */
%typemap(gotype) (const char *text, int64_t length) "string"
%typemap(in) (const char *text, int64_t length)
%{ $1 = $input.p;
   $2 = $input.n; %}

/* Memory of Go, for the time of a call. */
%typemap(gotype) void *data, const void *data "*byte"

%define %asyr_go_handle(TYPE)
%typemap(gotype) TYPE *, const TYPE * "uintptr"
%typemap(gotype) TYPE ** "*uintptr"
%enddef
%asyr_go_handle(asyr_error)
%asyr_go_handle(asyr_value)
%asyr_go_handle(asyr_interrupt)
%asyr_go_handle(asyr_library)
%asyr_go_handle(asyr_function)
%asyr_go_handle(asyr_task)
%asyr_go_handle(asyr_result)
%asyr_go_handle(asyr_queue)
%asyr_go_handle(asyr_event)
%asyr_go_handle(asyr_task_options)
%asyr_go_handle(asyr_pool_options)
%asyr_go_handle(asyr_pool)
%asyr_go_handle(asyr_strand)
%asyr_go_handle(asyr_worker)
%asyr_go_handle(asyr_iterator)

%ignore asyr_go_text;
%include "glue.h"
