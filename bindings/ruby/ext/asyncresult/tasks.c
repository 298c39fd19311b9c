/*
 * Tasks: code of Ruby that the library calls, on threads that Ruby made.
 *
 * A task refers to what it calls, and to what with, by a root, so anything may cross: a
 * call has one for its Array [callable, arguments...], a map one for [callable, items],
 * whose task is given an index.  What it returns goes back in the same way.
 *
 * A thread is called with the GVL (a worker, workers.c), or without it where the
 * library runs a task below a wait or a submit (wait.c).
 *
 * Whatever leaves the code is caught, and becomes the task's error.  What is meant for the
 * thread goes on once the library has been told (glue_leave): its end; and, below a wait,
 * a signal, and a throw, by which Timeout ends what waits.
 */
#include <ruby.h>
#include <ruby/thread.h>

#include "tasks.h"

enum { TAG_KILLED = 8 }; /* Ruby's own number for the end of a thread */

struct run {
    asyr_task *task;
    VALUE (*call)(struct run *run);
    void *root;
    int state;
    struct glue_wait *below; /* NULL for none */
};

static _Thread_local asyr_task *current;
static _Thread_local int leaving; /* Ruby's tag of a jump that goes on; 0 for none */

static asyr_function *call_function, *keywords_function;

/* A value by reference; what Ruby keeps in a word, and floats, as themselves. */
asyr_value *glue_reference_new(VALUE object)
{
    asyr_value *value = NULL;
    asyr_error *error = NULL;

    if (NIL_P(object))
        asyr_value_new_nil(&value, &error);
    else if (object == Qtrue || object == Qfalse)
        asyr_value_new_bool(RTEST(object), &value, &error);
    else if (FIXNUM_P(object))
        asyr_value_new_int64(FIX2LONG(object), &value, &error);
    else if (RB_FLOAT_TYPE_P(object))
        asyr_value_new_double(RFLOAT_VALUE(object), &value, &error);
    else
        asyr_value_new_pointer(glue_root_new(object), glue_root_release, &value,
                               &error);
    if (error != NULL)
        glue_raise(error);
    return value;
}

static void answer(asyr_task *task, VALUE object)
{
    asyr_value *value;

    if (FIXNUM_P(object)) {
        asyr_task_return_int64(task, FIX2LONG(object), NULL);
    } else if (RB_FLOAT_TYPE_P(object)) {
        asyr_task_return_double(task, RFLOAT_VALUE(object), NULL);
    } else {
        value = glue_reference_new(object);
        asyr_task_return(task, value, NULL);
        asyr_value_unref(value);
    }
}

static VALUE call_body(VALUE arg)
{
    struct run *run = (struct run *)arg;

    answer(run->task, run->call(run));
    return Qnil;
}

static VALUE make_failure(VALUE exception)
{
    return glue_failure_of(exception);
}

/* The exception itself; its texts are Ruby code, which may fail too. */
static void fail_with(asyr_task *task, VALUE exception)
{
    int state = 0;
    VALUE handle = rb_protect(make_failure, exception, &state);

    if (state == 0) {
        asyr_task_fail(task, glue_unwrap_error(handle), NULL);
        return;
    }
    rb_set_errinfo(Qnil);
    asyr_task_fail_with(task, "Exception", "the exception could not be told", NULL);
}

static bool is_exception(VALUE object)
{
    return !SPECIAL_CONST_P(object) && RB_BUILTIN_TYPE(object) == T_OBJECT &&
           RTEST(rb_obj_is_kind_of(object, rb_eException));
}

/* What is left in $! belongs to the jump. */
static void fail_killed(struct run *run)
{
    asyr_error *error = asyr_error_new(ASYR_E_WORKER_LOST, NULL,
                                       "the thread was killed inside the task");

    asyr_task_fail(run->task, error, NULL);
    asyr_error_unref(error);
    leaving = run->state;
}

static void fail_left(struct run *run)
{
    asyr_task_fail_with(run->task, "LocalJumpError",
                        "the task left its block by a break, return or throw", NULL);
    if (run->below != NULL)
        leaving = run->state;
    else
        rb_set_errinfo(Qnil);
}

static void fail(struct run *run)
{
    VALUE failure = rb_errinfo();

    if (is_exception(failure)) {
        rb_set_errinfo(Qnil);
        fail_with(run->task, failure);
        if (run->below != NULL && RTEST(rb_obj_is_kind_of(failure, rb_eSignal)))
            run->below->put_off = failure;
    } else if (run->state == TAG_KILLED) {
        fail_killed(run);
    } else {
        fail_left(run);
    }
}

static void run_here(struct run *run)
{
    asyr_task *outer = current;

    current = run->task;
    rb_protect(call_body, (VALUE)run, &run->state);
    current = outer;
    if (run->state != 0)
        fail(run);
}

/* With the GVL again, below a wait. */
static void *run_locked(void *arg)
{
    struct run *run = arg;

    run->below = glue_wait_suspend();
    run_here(run);
    glue_wait_resume(run->below);
    if (leaving != 0 || run->below->put_off != 0 ||
        rb_thread_interrupted(rb_thread_current()))
        glue_wait_end(run->below);
    return NULL;
}

static void run_task(asyr_task *task, VALUE (*call)(struct run *), void *root)
{
    struct run run = {.task = task, .call = call, .root = root};

    if (!ruby_native_thread_p())
        asyr_task_fail_with(task, "ThreadError",
                            "code of Ruby runs on threads of Ruby only", NULL);
    else if (glue_wait_is_unlocked())
        rb_thread_call_with_gvl(run_locked, &run);
    else
        run_here(&run);
}

/* Go on with the jump by which a task was left, if there is one. */
void glue_leave(void)
{
    int state = leaving;

    leaving = 0;
    if (state != 0)
        rb_jump_tag(state);
}

static void *root_of_argument(asyr_task *task)
{
    asyr_value *value = NULL;
    void *root = NULL;

    asyr_task_get_argument(task, 0, &value, NULL);
    asyr_value_get_pointer(value, &root, NULL);
    asyr_value_unref(value); /* the task has it still */
    return root;
}

static VALUE invoke(VALUE callable, int count, const VALUE *arguments)
{
    if (rb_obj_is_proc(callable))
        return rb_proc_call_with_block(callable, count, arguments, Qnil);
    return rb_funcallv(callable, rb_intern("call"), count, arguments);
}

/* [callable, arguments...] */
static VALUE call_plain(struct run *run)
{
    VALUE call = glue_root_get(run->root);
    VALUE answer = invoke(RARRAY_AREF(call, 0), (int)RARRAY_LEN(call) - 1,
                          RARRAY_CONST_PTR(call) + 1);

    RB_GC_GUARD(call);
    return answer;
}

/* The same, with the keywords last. */
static VALUE call_with_keywords(struct run *run)
{
    VALUE call = glue_root_get(run->root);
    VALUE answer = rb_funcallv_kw(RARRAY_AREF(call, 0), rb_intern("call"),
                                  (int)RARRAY_LEN(call) - 1,
                                  RARRAY_CONST_PTR(call) + 1, RB_PASS_KEYWORDS);

    RB_GC_GUARD(call);
    return answer;
}

static VALUE item_of(struct run *run)
{
    int64_t index = -1;

    asyr_task_get_int64(run->task, 0, &index, NULL);
    return rb_ary_entry(rb_ary_entry(glue_root_get(run->root), 1), (long)index);
}

/* [callable, items], and an index as argument */
static VALUE call_item(struct run *run)
{
    VALUE item = item_of(run);

    return invoke(rb_ary_entry(glue_root_get(run->root), 0), 1, &item);
}

static VALUE call_spread_item(struct run *run)
{
    VALUE arguments = item_of(run);
    VALUE answer = invoke(rb_ary_entry(glue_root_get(run->root), 0),
                          (int)RARRAY_LEN(arguments), RARRAY_CONST_PTR(arguments));

    RB_GC_GUARD(arguments);
    return answer;
}

/* The callable alone, and the values that the task was given. */
static VALUE call_values(struct run *run)
{
    int64_t count = asyr_task_get_argument_count(run->task);
    VALUE arguments = rb_ary_new_capa((long)count);

    for (int64_t i = 0; i < count; i++) {
        asyr_value *value = NULL;

        asyr_task_get_argument(run->task, i, &value, NULL);
        rb_ary_push(arguments, glue_value_to_ruby(value));
        asyr_value_unref(value);
    }
    return invoke(glue_root_get(run->root), (int)count, RARRAY_CONST_PTR(arguments));
}

static void run_plain(asyr_task *task, void *ignored)
{
    (void)ignored;
    run_task(task, call_plain, root_of_argument(task));
}

static void run_with_keywords(asyr_task *task, void *ignored)
{
    (void)ignored;
    run_task(task, call_with_keywords, root_of_argument(task));
}

static void run_item(asyr_task *task, void *root)
{
    run_task(task, call_item, root);
}

static void run_spread_item(asyr_task *task, void *root)
{
    run_task(task, call_spread_item, root);
}

static void run_values(asyr_task *task, void *root)
{
    run_task(task, call_values, root);
}

static asyr_function *function_new(asyr_native_fn run, void *root)
{
    asyr_function *function = NULL;
    asyr_error *error = NULL;

    asyr_function_new_native("Ruby", run, root, root ? glue_root_release : NULL,
                             &function, &error);
    if (error != NULL)
        glue_raise(error);
    return function;
}

void glue_init_tasks(void)
{
    call_function = function_new(run_plain, NULL);
    keywords_function = function_new(run_with_keywords, NULL);
}

/* Calls of `callable` with values that the library gives it. */
asyr_function *glue_function_new(VALUE callable)
{
    return function_new(run_values, glue_root_new(callable));
}

/* What a map calls for each of so many items. */
asyr_function *glue_map_function_new(VALUE callable, VALUE items, VALUE spreads)
{
    void *root = glue_root_new(rb_assoc_new(callable, items));

    return function_new(RTEST(spreads) ? run_spread_item : run_item, root);
}

/* What calls an Array [callable, arguments...]; borrowed. */
asyr_function *glue_call_function(VALUE has_keywords)
{
    return RTEST(has_keywords) ? keywords_function : call_function;
}

/* The arguments of such a call. */
asyr_value *glue_call_arguments(VALUE call)
{
    asyr_value *list = NULL;
    asyr_value *value = glue_reference_new(call);
    asyr_error *error = NULL;

    asyr_value_new_list(1, &list, &error);
    if (error == NULL)
        asyr_value_append(list, value, &error);
    asyr_value_unref(value);
    if (error == NULL)
        return list;
    asyr_value_unref(list);
    glue_raise(error);
}

/* The numbers from 0 on: the places of so many items. */
asyr_value *glue_places(long count)
{
    asyr_value *value = NULL;
    asyr_error *error = NULL;
    void *data = NULL;

    asyr_value_new_array(ASYR_ELEMENT_INT64, NULL, count, &value, &error);
    if (error != NULL)
        glue_raise(error);
    asyr_value_get_array(value, NULL, &data, NULL, NULL);
    for (long i = 0; i < count; i++)
        ((int64_t *)data)[i] = i;
    return value;
}

VALUE glue_is_cancelled(void)
{
    return asyr_task_is_cancelled(current) ? Qtrue : Qfalse;
}

VALUE glue_is_inside_task(void)
{
    return current != NULL ? Qtrue : Qfalse;
}
