/*
 * The one interface file: every binding's private module comes from it.
 *
 *     swig -<language> -I../abi/include -I<folder of the language> asyncresult.i
 *
 * The headers of the ABI are read as they are, so `asyr_pool_close()` becomes
 * `pool_close()` of the private module, and `asyr_pool` the class `Pool`, whose
 * only member is its destructor.  The folder of the language gives two files:
 *
 * language.i  its typemaps, its glue functions and what else it hides, and
 *   %asyr_raise            argout typemap of `asyr_error **error`: raise *$1, which
 *                          is owned, when it is not NULL
 *   %asyr_handle_out(TYPE, PARAMETER)
 *                          argout typemap of `TYPE **PARAMETER`: answer the handle
 *                          *$1, which is owned
 *   ASYR_POOL_RELEASE      optional: what the destructor of a pool calls
 *   ASYR_OWN_CLASSES       optional: it has %asyr_class(CLASS, NAME, RELEASE), or
 *                          typemaps of its own, for handles that are no classes of SWIG's
 *   ASYR_WRAP_GLUE         optional: glue.h is read too, after the typemaps
 * glue.h      its C support, in files of its own, which only converts.
 *
 * Go cannot add outputs to a call: there, output parameters stay pointers, a handle
 * is a number, and references have functions in place of destructors.
 */
%module asyncresult

%{
#include <stdbool.h>
#include <stdint.h>
#include <asyncresult.h>
#include "glue.h"
%}

%include <stdint.i>

%nodefaultctor;
%nodefaultdtor;

%rename("%(strip:[asyr_])s", regexmatch$name="^asyr_") "";
%rename("%(strip:[ASYR_])s", regexmatch$name="^ASYR_") "";

/* References are the destructors' business. */
%rename("$ignore", regexmatch$name="^asyr_.*_(ref|unref|free)$") "";
/* The glue makes and reads values, and runs what is a task. */
%rename("$ignore", regexmatch$name="^asyr_value_[a-z]") "";
%rename("$ignore", regexmatch$name="^asyr_task_[gfir]") "";
/* What takes a C callback: the glue passes one of its own. */
%ignore asyr_release_fn;
%ignore asyr_native_fn;
%ignore asyr_callback_fn;
%ignore asyr_error_callback_fn;
%ignore asyr_done_fn;
%ignore asyr_unread_error_fn;
%ignore asyr_cancel_fn;
%ignore asyr_source_fn;
%ignore asyr_function_new_native;
%ignore asyr_function_new_address;
%ignore asyr_result_add_done_callback;
%ignore asyr_pool_imap_source;
/* Whoever lends workers does so in its glue. */
%ignore asyr_worker_await;
%ignore asyr_worker_block;
%ignore asyr_worker_claim;
%ignore asyr_worker_unblock;
/* Arrays of handles: for C. */
%ignore asyr_pool_apply_many_async;
/* A loop over numbers, as C code. */
%ignore asyr_range_fn;
%ignore asyr_pool_range_async;
%ignore asyr_pool_range_call_async;
%ignore asyr_task_options_set_callback;
%ignore asyr_task_options_set_error_callback;
%ignore asyr_pool_options_set_unread_error_hook;
/* INT64_MAX is no constant for SWIG; a wait without limit has no number. */
%ignore ASYR_FOREVER;

/* Owned answers. */
%newobject asyr_error_new;
%newobject asyr_error_get_cause;
%newobject asyr_error_get_value;
%newobject asyr_event_get_result;
%newobject asyr_task_get_function;

%include "language.i"

#ifndef ASYR_POOL_RELEASE
#define ASYR_POOL_RELEASE asyr_pool_unref
#endif

#ifdef SWIGGO
/* A handle is a number, and its release a function. */
%define %asyr_class(CLASS, NAME, RELEASE)
%enddef
#elif !defined(ASYR_OWN_CLASSES)
/* A handle: a class with a destructor. */
%define %asyr_class(CLASS, NAME, RELEASE)
%rename(CLASS) asyr_##NAME;
typedef struct asyr_##NAME {} asyr_##NAME;
%extend asyr_##NAME {
    ~asyr_##NAME() {
        RELEASE($self);
    }
}
%enddef
#endif

#ifdef SWIGGO
%define %asyr_outputs(NAME, PARAMETER)
%enddef
#else
/* How a call fails. */
%typemap(in, numinputs=0, noblock=1) asyr_error **error (asyr_error *failure = NULL) {
    $1 = &failure;
}
%asyr_raise
/* How a call answers a new handle. */
%define %asyr_outputs(NAME, PARAMETER)
%typemap(in, numinputs=0, noblock=1) asyr_##NAME **PARAMETER (asyr_##NAME *made = NULL) {
    $1 = &made;
}
%asyr_handle_out(asyr_##NAME, PARAMETER)
%enddef
#endif

%define %asyr_handle(CLASS, NAME, RELEASE)
%asyr_class(CLASS, NAME, RELEASE)
%asyr_outputs(NAME, NAME)
%enddef

%asyr_class(Error, error, asyr_error_unref)
%asyr_handle(Interrupt, interrupt, asyr_interrupt_unref)
%asyr_handle(Library, library, asyr_library_unref)
%asyr_handle(Function, function, asyr_function_unref)
%asyr_handle(Result, result, asyr_result_unref)
%asyr_handle(Queue, queue, asyr_queue_unref)
%asyr_handle(Pool, pool, ASYR_POOL_RELEASE)
%asyr_handle(Iterator, iterator, asyr_iterator_unref)
%asyr_handle(Strand, strand, asyr_strand_unref)
%asyr_handle(Worker, worker, asyr_worker_free)
%asyr_class(TaskOptions, task_options, asyr_task_options_free)
%asyr_outputs(task_options, options)
%asyr_class(PoolOptions, pool_options, asyr_pool_options_free)
%asyr_outputs(pool_options, options)
/* An event has no destructor: asyr_event_finish() takes it. */

%include "asyncresult/types.h"
%include "asyncresult/codes.h"
%include "asyncresult/error.h"
%include "asyncresult/value.h"
%include "asyncresult/interrupt.h"
%include "asyncresult/library.h"
%include "asyncresult/function.h"
%include "asyncresult/task.h"
%include "asyncresult/result.h"
%include "asyncresult/queue.h"
%include "asyncresult/task_options.h"
%include "asyncresult/pool_options.h"
%include "asyncresult/pool.h"
%include "asyncresult/iterator.h"
%include "asyncresult/strand.h"
%include "asyncresult/worker.h"
#ifdef ASYR_WRAP_GLUE
%include "glue.h"
#endif
