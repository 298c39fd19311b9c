/*
 * Submits that may take long, for pools with a bounded queue.
 *
 * Where the caller runs the task, the submit only gives the GVL away meanwhile.
 * Where the caller waits for a place, it must stay interruptible, and the library
 * cannot be told to end such a submit: a thread of its own makes it, and the
 * caller waits for that thread.  A caller that leaves early abandons the submit;
 * its thread then cancels the task, if it was accepted after all.
 *
 * A submit has two references, the caller's and the thread's; its fields are the
 * thread's until `done` is set under the lock.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include <ruby/thread.h>

#include "glue.h"

typedef asyr_status (*submit_fn)(asyr_pool *, asyr_function *, asyr_value *,
                                 const asyr_task_options *, asyr_result **,
                                 asyr_error **);

static const submit_fn submits[] = {
    [GLUE_APPLY] = asyr_pool_apply_async,
    [GLUE_MAP] = asyr_pool_map_async,
    [GLUE_STARMAP] = asyr_pool_starmap_async,
};

struct submit {
    submit_fn call;
    asyr_pool *pool;
    asyr_function *function;
    asyr_value *arguments;
    asyr_task_options *options;
    asyr_result *result;
    asyr_error *error;
    /* Under the lock. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int references;
    bool done;
    bool interrupted;
    bool abandoned;
};

static void *call_submit(void *arg)
{
    struct submit *submit = arg;

    submit->call(submit->pool, submit->function, submit->arguments, submit->options,
                 &submit->result, &submit->error);
    return NULL;
}

static VALUE call_without_gvl(VALUE submit)
{
    rb_thread_call_without_gvl(call_submit, (void *)submit, NULL, NULL);
    return Qnil;
}

asyr_result *glue_submit_unlocked(int32_t call, asyr_pool *pool,
                                  asyr_function *function,
                                  asyr_value *consumed_arguments,
                                  asyr_task_options *options, asyr_error **error)
{
    struct submit submit = {.call = submits[call],
                            .pool = pool,
                            .function = function,
                            .arguments = consumed_arguments,
                            .options = options};
    int state = 0;

    rb_protect(call_without_gvl, (VALUE)&submit, &state);
    asyr_value_unref(consumed_arguments);
    if (state == 0) {
        *error = submit.error;
        return submit.result;
    }
    asyr_error_unref(submit.error);
    asyr_result_unref(submit.result);
    rb_jump_tag(state);
}

static void free_submit(struct submit *submit)
{
    asyr_pool_unref(submit->pool);
    asyr_function_unref(submit->function);
    asyr_value_unref(submit->arguments);
    asyr_task_options_free(submit->options);
    asyr_result_unref(submit->result);
    asyr_error_unref(submit->error);
    pthread_cond_destroy(&submit->changed);
    pthread_mutex_destroy(&submit->lock);
    free(submit);
}

static void unref_submit(struct submit *submit)
{
    bool is_last;

    pthread_mutex_lock(&submit->lock);
    is_last = --submit->references == 0;
    pthread_mutex_unlock(&submit->lock);
    if (is_last)
        free_submit(submit);
}

static void *submit_main(void *arg)
{
    struct submit *submit = arg;
    bool abandoned;

    call_submit(submit);
    pthread_mutex_lock(&submit->lock);
    submit->done = true;
    abandoned = submit->abandoned;
    pthread_cond_signal(&submit->changed);
    pthread_mutex_unlock(&submit->lock);
    if (abandoned && submit->result != NULL)
        asyr_result_cancel(submit->result, NULL, NULL);
    unref_submit(submit);
    return NULL;
}

static struct submit *new_submit(int32_t call, asyr_pool *pool,
                                 asyr_function *function,
                                 asyr_value *consumed_arguments,
                                 asyr_task_options *consumed_options)
{
    struct submit *submit = calloc(1, sizeof *submit);

    if (submit == NULL) {
        asyr_value_unref(consumed_arguments);
        asyr_task_options_free(consumed_options);
        rb_memerror();
    }
    submit->call = submits[call];
    submit->pool = asyr_pool_ref(pool);
    submit->function = asyr_function_ref(function);
    submit->arguments = consumed_arguments;
    submit->options = consumed_options;
    submit->references = 1;
    pthread_mutex_init(&submit->lock, NULL);
    pthread_cond_init(&submit->changed, NULL);
    return submit;
}

/* Signals are for Ruby's own threads. */
static bool start_thread(struct submit *submit)
{
    pthread_t thread;
    sigset_t all, before;
    int failed;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    submit->references = 2;
    failed = pthread_create(&thread, NULL, submit_main, submit);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed == 0)
        pthread_detach(thread);
    else
        submit->references = 1;
    return failed == 0;
}

static void *wait_unlocked(void *arg)
{
    struct submit *submit = arg;

    pthread_mutex_lock(&submit->lock);
    while (!submit->done && !submit->interrupted)
        pthread_cond_wait(&submit->changed, &submit->lock);
    submit->interrupted = false;
    pthread_mutex_unlock(&submit->lock);
    return NULL;
}

static void end_wait(void *arg)
{
    struct submit *submit = arg;

    pthread_mutex_lock(&submit->lock);
    submit->interrupted = true;
    pthread_cond_signal(&submit->changed);
    pthread_mutex_unlock(&submit->lock);
}

static bool is_done(struct submit *submit)
{
    bool done;

    pthread_mutex_lock(&submit->lock);
    done = submit->done;
    pthread_mutex_unlock(&submit->lock);
    return done;
}

static VALUE wait_for_submit(VALUE arg)
{
    struct submit *submit = (struct submit *)arg;

    while (!is_done(submit)) {
        rb_thread_call_without_gvl2(wait_unlocked, submit, end_wait, submit);
        if (!is_done(submit))
            rb_thread_check_ints();
    }
    return Qnil;
}

/* Take what the submit answered, or leave it to its thread. */
static void take_answer(struct submit *submit, asyr_result **result,
                        asyr_error **error)
{
    pthread_mutex_lock(&submit->lock);
    submit->abandoned = !submit->done;
    if (submit->done) {
        *result = submit->result;
        *error = submit->error;
        submit->result = NULL;
        submit->error = NULL;
    }
    pthread_mutex_unlock(&submit->lock);
}

asyr_result *glue_submit_patient(int32_t call, asyr_pool *pool,
                                 asyr_function *function,
                                 asyr_value *consumed_arguments,
                                 asyr_task_options *consumed_options,
                                 asyr_error **error)
{
    struct submit *submit =
        new_submit(call, pool, function, consumed_arguments, consumed_options);
    asyr_result *result = NULL;
    int state = 0;

    if (start_thread(submit)) {
        rb_protect(wait_for_submit, (VALUE)submit, &state);
        take_answer(submit, &result, error);
    } else {
        *error =
            asyr_error_new(ASYR_E_SYSTEM, NULL, "a thread could not be started");
    }
    unref_submit(submit);
    if (state == 0)
        return result;
    asyr_error_unref(*error);
    if (result != NULL)
        asyr_result_cancel(result, NULL, NULL);
    asyr_result_unref(result);
    rb_jump_tag(state);
}
