/*
 * Results made of results, waits for several, and promises.
 */
#include <stdlib.h>

#include <ruby.h>
#include <ruby/thread.h>

#include "tasks.h"

struct group {
    struct glue_wait wait; /* first: its functions find the group by it */
    asyr_result **results; /* borrowed; their objects are in the Array */
    int64_t count;
    int64_t index;
};

static VALUE result_of(VALUE object)
{
    return rb_attr_get(object, rb_intern("@handle"));
}

/* The results of an Array of AsyncResult, in memory that Ruby frees. */
static asyr_result **results_of(VALUE array, VALUE *memory)
{
    long count = RARRAY_LEN(array);
    asyr_result **results =
        rb_alloc_tmp_buffer2(memory, count + 1, sizeof(asyr_result *));

    for (long i = 0; i < count; i++)
        results[i] = glue_handle_get(result_of(rb_ary_entry(array, i)),
                                     &glue_type_asyr_result);
    return results;
}

static asyr_status wait_any(struct glue_wait *wait)
{
    struct group *group = (struct group *)wait;

    return asyr_result_wait_any(group->results, group->count, wait->timeout_ns,
                                wait->interrupt, &group->index, &wait->error);
}

static asyr_status wait_all(struct glue_wait *wait)
{
    struct group *group = (struct group *)wait;

    return asyr_result_wait_all(group->results, group->count, wait->timeout_ns,
                                wait->interrupt, &wait->error);
}

static VALUE answer_index(struct glue_wait *wait)
{
    if (wait->error != NULL)
        glue_wait_raise(wait);
    return LL2NUM(((struct group *)wait)->index);
}

static VALUE answer_whether(struct glue_wait *wait)
{
    if (wait->error != NULL && wait->status != ASYR_E_TIMEOUT)
        glue_wait_raise(wait);
    return wait->status == ASYR_OK ? Qtrue : Qfalse;
}

static VALUE wait_for(VALUE array, VALUE seconds,
                      asyr_status (*call)(struct glue_wait *),
                      VALUE (*answer)(struct glue_wait *))
{
    VALUE memory = 0;
    VALUE found;
    struct group group = {.wait = {.call = call,
                                   .answer = answer,
                                   .timeout_ns = glue_timeout(seconds)},
                          .count = RARRAY_LEN(array)};

    group.results = results_of(array, &memory);
    found = glue_wait_perform(&group.wait);
    ALLOCV_END(memory);
    RB_GC_GUARD(array);
    return found;
}

/* The place of the first that is ready. */
VALUE glue_results_wait_any(VALUE array, VALUE seconds)
{
    return wait_for(array, seconds, wait_any, answer_index);
}

/* Whether all are ready in time. */
VALUE glue_results_wait_all(VALUE array, VALUE seconds)
{
    return wait_for(array, seconds, wait_all, answer_whether);
}

/* A queue with an event for each, whose tag is its place. */
asyr_queue *glue_results_as_completed(VALUE array)
{
    VALUE memory = 0;
    asyr_queue *queue = NULL;
    asyr_error *error = NULL;
    asyr_result **results = results_of(array, &memory);

    asyr_result_as_completed(results, RARRAY_LEN(array), &queue, &error);
    ALLOCV_END(memory);
    RB_GC_GUARD(array);
    if (error != NULL)
        glue_raise(error);
    return queue;
}

static VALUE made(asyr_result *result, asyr_error *error, VALUE callbacks)
{
    if (error != NULL)
        glue_raise(error);
    return glue_result_new(result, callbacks);
}

VALUE glue_result_then(asyr_result *result, asyr_pool *pool, asyr_function *function,
                       asyr_task_options *options, VALUE callbacks)
{
    asyr_result *next = NULL;
    asyr_error *error = NULL;

    asyr_result_then(result, pool, function, options, &next, &error);
    return made(next, error, callbacks);
}

VALUE glue_result_rescue(asyr_result *result, asyr_pool *pool,
                         asyr_function *function, asyr_task_options *options,
                         VALUE callbacks)
{
    asyr_result *next = NULL;
    asyr_error *error = NULL;

    asyr_result_rescue(result, pool, function, options, &next, &error);
    return made(next, error, callbacks);
}

typedef asyr_status (*combine_fn)(asyr_result *const *, int64_t, asyr_pool *,
                                  const asyr_task_options *, asyr_result **,
                                  asyr_error **);

static VALUE combine(combine_fn combines, VALUE array, asyr_pool *pool,
                     asyr_task_options *options, VALUE callbacks)
{
    VALUE memory = 0;
    asyr_result *result = NULL;
    asyr_error *error = NULL;
    asyr_result **results = results_of(array, &memory);

    combines(results, RARRAY_LEN(array), pool, options, &result, &error);
    ALLOCV_END(memory);
    RB_GC_GUARD(array);
    return made(result, error, callbacks);
}

VALUE glue_results_all(VALUE array, asyr_pool *pool, asyr_task_options *options,
                       VALUE callbacks)
{
    return combine(asyr_result_all, array, pool, options, callbacks);
}

VALUE glue_results_any(VALUE array, asyr_pool *pool, asyr_task_options *options,
                       VALUE callbacks)
{
    return combine(asyr_result_any, array, pool, options, callbacks);
}

/* [promise, AsyncResult] */
VALUE glue_promise_new(asyr_pool *pool, asyr_task_options *options, VALUE callbacks)
{
    asyr_promise *promise = NULL;
    asyr_result *result = NULL;
    asyr_error *error = NULL;
    VALUE handle;

    asyr_promise_new(pool, options, &promise, &result, &error);
    if (error != NULL)
        glue_raise(error);
    handle = glue_handle_new(promise, &glue_type_asyr_promise);
    return rb_assoc_new(handle, glue_result_new(result, callbacks));
}

static asyr_promise *promise_of(VALUE object)
{
    return glue_handle_get(object, &glue_type_asyr_promise);
}

VALUE glue_promise_set_value(VALUE promise, VALUE object)
{
    asyr_value *value = glue_reference_new(object);
    asyr_error *error = NULL;

    asyr_promise_set_value(promise_of(promise), value, &error);
    asyr_value_unref(value);
    if (error != NULL)
        glue_raise(error);
    return Qnil;
}

/* `exception` is what get raises. */
VALUE glue_promise_set_error(VALUE promise, VALUE exception)
{
    asyr_error *error = NULL;
    VALUE failure = glue_failure_of(exception);

    asyr_promise_set_error(promise_of(promise), glue_unwrap_error(failure), &error);
    RB_GC_GUARD(failure);
    if (error != NULL)
        glue_raise(error);
    return Qnil;
}

VALUE glue_promise_is_cancelled(VALUE promise)
{
    return asyr_promise_is_cancelled(promise_of(promise)) ? Qtrue : Qfalse;
}
