/*
 * Errors of the library as exceptions, and exceptions as errors of the library.
 *
 * The exception's class is made in lib/asyncresult/error.rb, which has the hook
 * `wrap` (an exception for a native error) and `raise_native` (which raises one).  An
 * error made from an exception carries the exception itself as a pointer value, which is a
 * root.
 */
#include <stdarg.h>

#include "glue.h"

static VALUE error_class = Qnil;

void glue_set_error_class(VALUE given)
{
    error_class = given;
    rb_gc_register_mark_object(given);
}

VALUE glue_error_to_ruby(asyr_error *consumed)
{
    return rb_funcall(error_class, rb_intern("wrap"), 1, glue_wrap_error(consumed));
}

void glue_raise(asyr_error *consumed)
{
    rb_funcall(error_class, rb_intern("raise_native"), 1, glue_wrap_error(consumed));
    rb_bug("asyncresult: an error was not raised");
}

void glue_fail(int32_t code, const char *format, ...)
{
    va_list arguments;
    VALUE message;

    va_start(arguments, format);
    message = rb_vsprintf(format, arguments);
    va_end(arguments);
    glue_raise(asyr_error_new(code, NULL, StringValueCStr(message)));
}

/* The native error of an exception that was made from one (borrowed), or NULL. */
asyr_error *glue_error_of(VALUE exception)
{
    if (!rb_obj_is_kind_of(exception, error_class))
        return NULL;
    return glue_unwrap_error(rb_attr_get(exception, rb_intern("@native")));
}

/* Attach a root with the exception; an error without it is still an error. */
static void attach(asyr_error *error, void *root)
{
    asyr_value *value = NULL;

    asyr_value_new_pointer(root, glue_root_release, &value, NULL);
    if (value != NULL)
        asyr_error_set_value(error, value, NULL);
    asyr_value_unref(value);
}

/*
 * texts: kind, message and trace, each a String or nil.  `itself`: who reads the error
 * has the exception itself raised.
 */
asyr_error *glue_error_new(int32_t code, VALUE texts, VALUE exception, VALUE itself,
                           asyr_error *cause)
{
    const char *kind = glue_text(rb_ary_entry(texts, 0));
    const char *message = glue_text(rb_ary_entry(texts, 1));
    const char *trace = glue_text(rb_ary_entry(texts, 2));
    asyr_error *error = asyr_error_new(code, kind, message);

    asyr_error_set_trace(error, trace, NULL);
    asyr_error_set_origin(error, "Ruby", NULL);
    asyr_error_set_cause(error, cause, NULL);
    if (!NIL_P(exception))
        attach(error, RTEST(itself) ? glue_root_new_failure(exception)
                                    : glue_root_new(exception));
    return error;
}

/* The native error of what a task raised; Ruby code. */
VALUE glue_failure_of(VALUE exception)
{
    return rb_funcall(error_class, rb_intern("native_failure"), 1, exception);
}

/* The exception that is to be raised itself, or nil. */
VALUE glue_error_get_exception(const asyr_error *error)
{
    asyr_value *value = asyr_error_get_value(error);
    void *root = NULL;
    VALUE exception = Qundef;

    if (value == NULL)
        return Qnil;
    if (asyr_value_get_type(value) == ASYR_VALUE_POINTER) {
        asyr_value_get_pointer(value, &root, NULL);
        exception = glue_root_find(root);
    }
    if (exception != Qundef && !glue_root_is_failure(root))
        exception = Qundef;
    asyr_value_unref(value);
    return exception == Qundef ? Qnil : exception;
}

VALUE glue_error_get_value(const asyr_error *error)
{
    asyr_value *value = asyr_error_get_value(error);
    VALUE object;

    if (value == NULL)
        return Qnil;
    object = glue_value_to_ruby(value);
    asyr_value_unref(value);
    return object;
}
