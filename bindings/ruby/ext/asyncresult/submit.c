/*
 * Submits.  Those that may take long, for pools with a bounded queue, are waits like the
 * others (wait.c), so one that waits for a place ends for whatever Ruby has for the
 * thread.
 *
 * An interrupted submit was not made; it is made again when nothing was due.
 * One whose task the caller runs is not interrupted, and only gives the GVL away.
 */
#include "tasks.h"

typedef asyr_status (*submit_fn)(asyr_pool *, asyr_function *, asyr_value *,
                                 const asyr_task_options *, asyr_result **,
                                 asyr_error **);

static const submit_fn submits[] = {
    [GLUE_APPLY] = asyr_pool_apply_async,
    [GLUE_MAP] = asyr_pool_map_async,
    [GLUE_STARMAP] = asyr_pool_starmap_async,
};

struct submit {
    struct glue_wait wait; /* first: its functions find the submit by it */
    submit_fn submit;      /* unless it is a lazy map */
    asyr_function *function;
    asyr_value *arguments;
    asyr_task_options *options;
    asyr_result *result;
    asyr_iterator *iterator;
    bool was_left; /* by an exception */
};

static asyr_status set_interrupt(struct submit *submit)
{
    return asyr_task_options_set_interrupt(submit->options, submit->wait.interrupt,
                                           &submit->wait.error);
}

static asyr_status call_submit(struct glue_wait *wait)
{
    struct submit *submit = (struct submit *)wait;
    asyr_status status = set_interrupt(submit);

    if (status != ASYR_OK)
        return status;
    return submit->submit(wait->object, submit->function, submit->arguments,
                          submit->options, &submit->result, &wait->error);
}

static asyr_status call_imap(struct glue_wait *wait)
{
    struct submit *submit = (struct submit *)wait;
    asyr_status status = set_interrupt(submit);

    if (status != ASYR_OK)
        return status;
    return asyr_pool_imap(wait->object, submit->function, submit->arguments,
                          submit->options, &submit->iterator, &wait->error);
}

static VALUE answer_submit(struct glue_wait *wait)
{
    if (wait->error != NULL)
        glue_wait_raise(wait);
    ((struct submit *)wait)->was_left = false;
    return Qnil;
}

static VALUE run_submit(VALUE submit)
{
    return glue_wait_perform(&((struct submit *)submit)->wait);
}

static VALUE end_of_submit(VALUE arg)
{
    struct submit *submit = (struct submit *)arg;

    asyr_value_unref(submit->arguments);
    if (submit->was_left) {
        asyr_result_unref(submit->result);
        asyr_iterator_unref(submit->iterator);
    }
    return Qnil;
}

static void perform(struct submit *submit)
{
    submit->wait.answer = answer_submit;
    submit->wait.timeout_ns = ASYR_FOREVER;
    submit->was_left = true;
    rb_ensure(run_submit, (VALUE)submit, end_of_submit, (VALUE)submit);
}

VALUE glue_submit_at_once(int32_t call, asyr_pool *pool, asyr_function *function,
                          asyr_value *consumed_arguments, asyr_task_options *options,
                          VALUE callbacks)
{
    asyr_result *result = NULL;
    asyr_error *error = NULL;

    submits[call](pool, function, consumed_arguments, options, &result, &error);
    asyr_value_unref(consumed_arguments);
    if (error != NULL)
        glue_raise(error);
    return glue_result_new(result, callbacks);
}

VALUE glue_submit(int32_t call, asyr_pool *pool, asyr_function *function,
                  asyr_value *consumed_arguments, asyr_task_options *options,
                  VALUE callbacks)
{
    struct submit submit = {.wait = {.call = call_submit, .object = pool},
                            .submit = submits[call],
                            .function = function,
                            .arguments = consumed_arguments,
                            .options = options};

    perform(&submit);
    return glue_result_new(submit.result, callbacks);
}

/* Also where the queue has no limit: many items take long to submit. */
asyr_iterator *glue_imap(asyr_pool *pool, asyr_function *function,
                         asyr_value *consumed_arguments, asyr_task_options *options)
{
    struct submit submit = {.wait = {.call = call_imap, .object = pool},
                            .function = function,
                            .arguments = consumed_arguments,
                            .options = options};

    perform(&submit);
    return submit.iterator;
}

/* Code of Ruby: a submit that may wait has options, for its interrupt. */
static VALUE send_code(enum glue_submit_call call, asyr_pool *pool,
                       asyr_function *function, asyr_value *consumed_arguments,
                       asyr_task_options *options, VALUE callbacks, VALUE may_wait)
{
    return RTEST(may_wait)
               ? glue_submit((int32_t)call, pool, function, consumed_arguments,
                             options, callbacks)
               : glue_submit_at_once((int32_t)call, pool, function,
                                     consumed_arguments, options, callbacks);
}

/* An Array [callable, arguments...], the last being keywords or not. */
VALUE glue_submit_code(asyr_pool *pool, VALUE call, VALUE has_keywords,
                       asyr_task_options *options, VALUE callbacks, VALUE may_wait)
{
    return send_code(GLUE_APPLY, pool, glue_call_function(has_keywords),
                     glue_call_arguments(call), options, callbacks, may_wait);
}

/* A map over so many items, which the function knows. */
VALUE glue_submit_code_map(asyr_pool *pool, asyr_function *function, int64_t count,
                           asyr_task_options *options, VALUE callbacks,
                           VALUE may_wait)
{
    return send_code(GLUE_MAP, pool, function, glue_places((long)count), options,
                     callbacks, may_wait);
}

asyr_iterator *glue_imap_places(asyr_pool *pool, asyr_function *function,
                                int64_t count, asyr_task_options *options)
{
    return glue_imap(pool, function, glue_places((long)count), options);
}

/* An Array [callable, arguments...] that prepares each worker. */
void glue_set_ruby_initializer(asyr_pool_options *options, VALUE call)
{
    asyr_error *error = NULL;
    asyr_value *arguments = glue_call_arguments(call);

    asyr_pool_options_set_initializer(options, glue_call_function(Qfalse), arguments,
                                      &error);
    asyr_value_unref(arguments);
    if (error != NULL)
        glue_raise(error);
}
