/*
 * Events: entries of a completion queue, taken by a Ruby thread.
 *
 * An event that is collected unfinished (its thread was killed between two steps)
 * is finished by the collector, so that no result waits for it for ever.
 */
#include "glue.h"

static void drop_event(void *arg)
{
    asyr_error *failure;

    if (arg == NULL)
        return;
    failure = asyr_error_new(ASYR_E_TASK, NULL, "the callback was abandoned");
    asyr_event_finish(arg, failure, NULL);
    asyr_error_unref(failure);
}

static const rb_data_type_t event_type = {
    .wrap_struct_name = "asyncresult event",
    .function = {.dfree = drop_event},
    .flags = RUBY_TYPED_FREE_IMMEDIATELY,
};

VALUE glue_event_new(asyr_event *consumed)
{
    return TypedData_Wrap_Struct(rb_cObject, &event_type, consumed);
}

static asyr_event *event_of(VALUE object)
{
    return rb_check_typeddata(object, &event_type);
}

VALUE glue_event_tag(VALUE event)
{
    return ULL2NUM(asyr_event_get_tag(event_of(event)));
}

/* Whether it reports an error that nobody read. */
VALUE glue_event_is_report(VALUE event)
{
    asyr_result *result = asyr_event_get_result(event_of(event));

    asyr_result_unref(result);
    return result == NULL ? Qtrue : Qfalse;
}

/* Without reading the error. */
VALUE glue_event_has_failed(VALUE event)
{
    asyr_status status = asyr_event_get_outcome(event_of(event), NULL, NULL);

    return status == ASYR_OK ? Qfalse : Qtrue;
}

VALUE glue_event_value(VALUE event)
{
    asyr_value *value = NULL;
    VALUE object;

    asyr_event_get_outcome(event_of(event), &value, NULL);
    if (value == NULL)
        return Qnil;
    object = glue_value_to_ruby(value);
    asyr_value_unref(value);
    return object;
}

/* The task's error as an exception, or nil. */
VALUE glue_event_error(VALUE event)
{
    asyr_error *error = NULL;

    asyr_event_get_outcome(event_of(event), NULL, &error);
    return error == NULL ? Qnil : glue_error_to_ruby(error);
}

VALUE glue_event_run(VALUE event)
{
    asyr_event_run(event_of(event), NULL);
    return Qnil;
}

VALUE glue_event_finish(VALUE object, asyr_error *failure)
{
    asyr_event *event = event_of(object);

    if (event == NULL)
        return Qnil;
    DATA_PTR(object) = NULL;
    asyr_event_finish(event, failure, NULL);
    return Qnil;
}

struct report {
    VALUE hook;
    asyr_error *failure;
};

static VALUE call_hook(VALUE arg)
{
    struct report *report = (struct report *)arg;
    VALUE error = glue_error_to_ruby(asyr_error_ref(report->failure));

    return rb_funcall(report->hook, rb_intern("call"), 1, error);
}

/* Runs in glue_event_run(), so under the GVL; the hook itself rescues. */
static void report_unread(asyr_error *failure, void *root)
{
    struct report report = {glue_root_get(root), failure};
    int state = 0;

    rb_protect(call_hook, (VALUE)&report, &state);
    if (state != 0)
        rb_set_errinfo(Qnil);
}

void glue_set_unread_error_hook(asyr_pool_options *options, VALUE hook)
{
    asyr_error *error = NULL;

    asyr_pool_options_set_unread_error_hook(
        options, report_unread, glue_root_new(hook), glue_root_release, &error);
    if (error != NULL)
        glue_raise(error);
}
