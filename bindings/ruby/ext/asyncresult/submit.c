/*
 * Submits.  Those that may take long, for pools with a bounded queue, are waits like the
 * others (wait.c), so one that waits for a place ends for whatever Ruby has for the
 * thread.
 *
 * An interrupted submit was not made; it is made again when nothing was due.
 * One whose task the caller runs is not interrupted, and only gives the GVL away.
 */
#include "wait.h"

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
    return Qnil;
}

static VALUE run_submit(VALUE submit)
{
    return glue_wait_perform(&((struct submit *)submit)->wait);
}

static VALUE end_of_submit(VALUE submit)
{
    asyr_value_unref(((struct submit *)submit)->arguments);
    return Qnil;
}

static void perform(struct submit *submit)
{
    submit->wait.answer = answer_submit;
    submit->wait.timeout_ns = ASYR_FOREVER;
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
