/*
 * Waits: without the GVL, and ended early by whatever Ruby has for the thread
 * (a signal, Timeout, Thread#raise, Thread#kill, the end of the program).
 *
 * Ruby calls end_wait() from another thread, which triggers the wait's interrupt;
 * the wait comes back as Interrupted, rb_thread_check_ints() raises what is due,
 * and if nothing was, the wait goes on with what is left of its time.  The
 * interrupt is cleared before Ruby knows of end_wait(), so no call of it is lost.
 * rb_ensure() releases what a wait has when an exception leaves it.
 *
 * Ruby's main thread is to see signals also when no other thread of Ruby does: then
 * nobody calls end_wait(), and Ruby relies on the signal to end the system call.  Where
 * the library sleeps in one that goes on (see impl/README.md), the main thread waits
 * for a slice of time, looks, and waits again.
 */
#include <time.h>

#include <ruby.h>
#include <ruby/thread.h>

#include "tasks.h"

static _Thread_local struct glue_wait *unlocked;

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t deadline_of(int64_t timeout_ns)
{
    int64_t now = now_ns();

    return timeout_ns > ASYR_FOREVER - now ? ASYR_FOREVER : now + timeout_ns;
}

static int64_t time_until(int64_t deadline)
{
    return deadline == ASYR_FOREVER ? ASYR_FOREVER : deadline - now_ns();
}

static void *call_unlocked(void *arg)
{
    struct glue_wait *wait = arg;
    struct glue_wait *outer = unlocked;

    unlocked = wait;
    wait->status = wait->call(wait);
    unlocked = outer;
    return NULL;
}

bool glue_wait_is_unlocked(void)
{
    return unlocked != NULL;
}

struct glue_wait *glue_wait_suspend(void)
{
    struct glue_wait *wait = unlocked;

    unlocked = NULL;
    return wait;
}

void glue_wait_resume(struct glue_wait *wait)
{
    unlocked = wait;
}

void glue_wait_end(struct glue_wait *wait)
{
    asyr_interrupt_trigger(wait->interrupt);
}

static void end_wait(void *arg)
{
    asyr_interrupt_trigger(((struct glue_wait *)arg)->interrupt);
}

/* How long a wait may be without Ruby looking for signals. */
static int64_t slice_ns(void)
{
#if defined(ASYR_PARKER_CONDITION) || !defined(__linux__)
    if (rb_thread_current() == rb_thread_main())
        return 500 * 1000 * 1000;
#endif
    return ASYR_FOREVER;
}

VALUE glue_misses_signals(void)
{
    return slice_ns() < ASYR_FOREVER ? Qtrue : Qfalse;
}

static void forget_error(struct glue_wait *wait)
{
    asyr_error_unref(wait->error);
    wait->error = NULL;
}

static void call_once(struct glue_wait *wait)
{
    int64_t timeout_ns = wait->timeout_ns;
    int64_t slice = slice_ns();

    forget_error(wait);
    wait->status = ASYR_E_INTERRUPTED;
    wait->timeout_ns = timeout_ns < slice ? timeout_ns : slice;
    asyr_interrupt_clear(wait->interrupt);
    /* It does not call at all when something is due for the thread. */
    rb_thread_call_without_gvl2(call_unlocked, wait, end_wait, wait);
    glue_leave();
    if (wait->status == ASYR_E_TIMEOUT && wait->timeout_ns < timeout_ns)
        wait->status = ASYR_E_INTERRUPTED;
}

static void call_until_done(struct glue_wait *wait)
{
    int64_t deadline = deadline_of(wait->timeout_ns);

    if (asyr_interrupt_new(&wait->interrupt, &wait->error) != ASYR_OK)
        return;
    while (wait->put_off == 0) {
        rb_thread_check_ints(); /* also what is due only before a thread blocks */
        call_once(wait);
        if (wait->status != ASYR_E_INTERRUPTED)
            return;
        wait->timeout_ns = time_until(deadline);
    }
}

static VALUE run_wait(VALUE arg)
{
    struct glue_wait *wait = (struct glue_wait *)arg;

    if (wait->timeout_ns <= 0)
        wait->status = wait->call(wait);
    else
        call_until_done(wait);
    if (!wait->keeps)
        glue_wait_raise_put_off(wait);
    return wait->answer(wait);
}

void glue_wait_raise_put_off(struct glue_wait *wait)
{
    VALUE exception = wait->put_off;

    wait->put_off = 0;
    if (exception != 0)
        rb_exc_raise(exception);
}

static VALUE end_of_wait(VALUE arg)
{
    struct glue_wait *wait = (struct glue_wait *)arg;

    asyr_interrupt_unref(wait->interrupt);
    asyr_value_unref(wait->value);
    asyr_error_unref(wait->error);
    asyr_worker_free(wait->worker);
    if (wait->event != NULL)
        asyr_event_finish(wait->event, NULL, NULL);
    return Qnil;
}

VALUE glue_wait_perform(struct glue_wait *wait)
{
    return rb_ensure(run_wait, (VALUE)wait, end_of_wait, (VALUE)wait);
}

static VALUE try_then_run(VALUE arg)
{
    struct glue_wait *wait = (struct glue_wait *)arg;
    int64_t timeout_ns = wait->timeout_ns;

    wait->timeout_ns = 0;
    wait->status = wait->call(wait);
    if (wait->status != ASYR_E_TIMEOUT || timeout_ns <= 0)
        return wait->answer(wait);
    forget_error(wait);
    wait->timeout_ns = timeout_ns;
    return run_wait(arg);
}

VALUE glue_wait_try_then_perform(struct glue_wait *wait)
{
    return rb_ensure(try_then_run, (VALUE)wait, end_of_wait, (VALUE)wait);
}

void glue_wait_raise(struct glue_wait *wait)
{
    asyr_error *error = wait->error;

    wait->error = NULL;
    glue_raise(error);
}

/* true, or false for a time-out. */
static VALUE answer_in_time(struct glue_wait *wait)
{
    if (wait->error != NULL && wait->status != ASYR_E_TIMEOUT)
        glue_wait_raise(wait);
    return wait->status == ASYR_OK ? Qtrue : Qfalse;
}

static VALUE answer_value(struct glue_wait *wait)
{
    if (wait->error != NULL)
        glue_wait_raise(wait);
    return glue_value_to_ruby(wait->value);
}

/* The event, or nil for a time-out. */
static VALUE answer_event(struct glue_wait *wait)
{
    VALUE event;

    if (wait->status == ASYR_E_TIMEOUT)
        return Qnil;
    if (wait->error != NULL)
        glue_wait_raise(wait);
    event = glue_event_new(wait->event);
    wait->event = NULL;
    return event;
}

static asyr_status get_result(struct glue_wait *wait)
{
    return asyr_result_get(wait->object, wait->timeout_ns, wait->interrupt,
                           &wait->value, &wait->error);
}

static asyr_status wait_for_result(struct glue_wait *wait)
{
    return asyr_result_wait(wait->object, wait->timeout_ns, wait->interrupt,
                            &wait->error);
}

static asyr_status join_pool(struct glue_wait *wait)
{
    return asyr_pool_join(wait->object, wait->timeout_ns, wait->interrupt,
                          &wait->error);
}

static asyr_status take_event(struct glue_wait *wait)
{
    return asyr_queue_next(wait->object, wait->timeout_ns, wait->interrupt,
                           &wait->event, &wait->error);
}

/* A ready result needs no waiting, so Ruby's other threads need no turn. */
static int64_t result_timeout(asyr_result *result, VALUE seconds)
{
    int64_t timeout_ns = glue_timeout(seconds);

    return asyr_result_is_ready(result) ? 0 : timeout_ns;
}

VALUE glue_result_get(asyr_result *result, VALUE seconds)
{
    struct glue_wait wait = {
        .call = get_result, .answer = answer_value, .object = result};

    wait.timeout_ns = result_timeout(result, seconds);
    return glue_wait_perform(&wait);
}

/* The exception for the error of a result that is ready, or nil. */
VALUE glue_result_error(asyr_result *result)
{
    asyr_value *value = NULL;
    asyr_error *error = NULL;

    asyr_result_get(result, 0, NULL, &value, &error);
    asyr_value_unref(value);
    return error == NULL ? Qnil : glue_error_to_ruby(error);
}

VALUE glue_result_wait(asyr_result *result, VALUE seconds)
{
    struct glue_wait wait = {
        .call = wait_for_result, .answer = answer_in_time, .object = result};

    wait.timeout_ns = result_timeout(result, seconds);
    return glue_wait_perform(&wait);
}

VALUE glue_pool_join(asyr_pool *pool, VALUE seconds)
{
    struct glue_wait wait = {
        .call = join_pool, .answer = answer_in_time, .object = pool};

    wait.timeout_ns = glue_timeout(seconds);
    return glue_wait_perform(&wait);
}

VALUE glue_queue_next(asyr_queue *queue, VALUE seconds)
{
    struct glue_wait wait = {
        .call = take_event, .answer = answer_event, .object = queue};

    wait.timeout_ns = glue_timeout(seconds);
    return glue_wait_try_then_perform(&wait);
}
