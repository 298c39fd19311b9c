/*
 * Handles: the library's objects, as objects of Ruby that hold a reference.
 *
 * They are the binding's own, and SWIG's classes are not used, because those look an
 * instance variable up by its name for every argument.  A release calls nothing of
 * Ruby's and never waits, so the collector may do it at once.
 */
#include "glue.h"

#define HANDLE(name, release)                                                       \
    static void release_##name(void *handle)                                        \
    {                                                                               \
        release(handle);                                                            \
    }                                                                               \
    const rb_data_type_t glue_type_asyr_##name = {                                  \
        .wrap_struct_name = "asyncresult " #name,                                   \
        .function = {.dfree = release_##name},                                      \
        .flags = RUBY_TYPED_FREE_IMMEDIATELY | RUBY_TYPED_WB_PROTECTED,             \
    }

HANDLE(error, asyr_error_unref);
HANDLE(interrupt, asyr_interrupt_unref);
HANDLE(library, asyr_library_unref);
HANDLE(function, asyr_function_unref);
HANDLE(result, asyr_result_unref);
HANDLE(queue, asyr_queue_unref);
HANDLE(pool, asyr_pool_unref);
HANDLE(iterator, asyr_iterator_unref);
HANDLE(strand, asyr_strand_unref);
HANDLE(worker, asyr_worker_free);
HANDLE(promise, asyr_promise_unref);
HANDLE(task_options, asyr_task_options_free);
HANDLE(pool_options, asyr_pool_options_free);

/* The handle is consumed; nil for NULL. */
VALUE glue_handle_new(void *handle, const rb_data_type_t *type)
{
    return handle == NULL ? Qnil : TypedData_Wrap_Struct(rb_cObject, type, handle);
}

/* Borrowed; NULL for nil, which the library refuses where it must. */
void *glue_handle_get(VALUE object, const rb_data_type_t *type)
{
    return NIL_P(object) ? NULL : rb_check_typeddata(object, type);
}

static VALUE result_class = Qnil;

void glue_set_result_class(VALUE given)
{
    result_class = given;
    rb_gc_register_mark_object(given);
}

/* An AsyncResult, without a call of Ruby's; `callbacks` is where its own run. */
VALUE glue_result_new(asyr_result *consumed, VALUE callbacks)
{
    VALUE handle = glue_handle_new(consumed, &glue_type_asyr_result);
    VALUE object = rb_obj_alloc(result_class);

    rb_ivar_set(object, rb_intern("@handle"), handle);
    rb_ivar_set(object, rb_intern("@callbacks"), callbacks);
    return object;
}

VALUE glue_wrap_error(asyr_error *consumed)
{
    return glue_handle_new(consumed, &glue_type_asyr_error);
}

asyr_error *glue_unwrap_error(VALUE object)
{
    return glue_handle_get(object, &glue_type_asyr_error);
}
