/*
 * Iterators: taking what a lazy map has, and putting in what it is to read.
 *
 * A value that came when Ruby has something for the thread (Thread#raise, Timeout,
 * Ctrl-C) is kept in the array `kept`, which belongs to the iterator, before that
 * is raised: the next call has it, so none is lost.  An entry is [failed, what], with
 * the value or the native error.
 */
#include <ruby.h>
#include <ruby/thread.h>

#include "tasks.h"

struct take {
    struct glue_wait wait; /* first: its functions find the take by it */
    VALUE kept;
    VALUE end;
};

static asyr_status take_next(struct glue_wait *wait)
{
    return asyr_iterator_next(wait->object, wait->timeout_ns, wait->interrupt,
                              &wait->value, &wait->error);
}

static VALUE hand_out(VALUE entry)
{
    VALUE what = rb_ary_entry(entry, 1);

    if (RTEST(rb_ary_entry(entry, 0)))
        glue_raise(asyr_error_ref(glue_unwrap_error(what)));
    return what;
}

static VALUE entry_of(struct glue_wait *wait)
{
    if (wait->error == NULL)
        return rb_assoc_new(Qfalse, glue_value_to_ruby(wait->value));
    return rb_assoc_new(Qtrue, glue_wrap_error(asyr_error_ref(wait->error)));
}

/* What Ruby runs meanwhile may take the entry: then there is none (Qundef). */
static VALUE keep_over_interrupt(struct take *take)
{
    VALUE entry;

    rb_ary_push(take->kept, entry_of(&take->wait));
    rb_thread_check_ints();
    glue_wait_raise_put_off(&take->wait);
    entry = rb_ary_shift(take->kept);
    return NIL_P(entry) ? Qundef : hand_out(entry);
}

static bool was_taken(const struct glue_wait *wait)
{
    return wait->status != ASYR_E_STOP && wait->status != ASYR_E_TIMEOUT &&
           wait->status != ASYR_E_INTERRUPTED;
}

static VALUE answer_next(struct glue_wait *wait)
{
    struct take *take = (struct take *)wait;

    bool is_interrupted =
        wait->put_off != 0 || rb_thread_interrupted(rb_thread_current());

    if (was_taken(wait) && is_interrupted)
        return keep_over_interrupt(take);
    glue_wait_raise_put_off(wait);
    if (wait->status == ASYR_E_STOP && RARRAY_LEN(take->kept) == 0)
        return take->end;
    if (wait->status == ASYR_E_STOP)
        return hand_out(rb_ary_shift(take->kept));
    if (wait->error != NULL)
        glue_wait_raise(wait);
    return glue_value_to_ruby(wait->value);
}

/* The next value, or `end`. */
VALUE glue_iterator_next(asyr_iterator *iterator, VALUE seconds, VALUE kept,
                         VALUE end)
{
    int64_t timeout_ns = glue_timeout(seconds);
    VALUE answer = Qundef;

    if (RARRAY_LEN(kept) > 0)
        return hand_out(rb_ary_shift(kept));
    while (answer == Qundef) {
        struct take take = {.wait = {.call = take_next,
                                     .answer = answer_next,
                                     .object = iterator,
                                     .timeout_ns = timeout_ns,
                                     .keeps = true},
                            .kept = kept,
                            .end = end};

        answer = glue_wait_try_then_perform(&take.wait);
    }
    return answer;
}

static asyr_status put_item(struct glue_wait *wait)
{
    return asyr_iterator_put(wait->object, wait->value, wait->timeout_ns,
                             wait->interrupt, &wait->error);
}

/* Why it takes no more, its taker is told. */
static VALUE answer_put(struct glue_wait *wait)
{
    if (wait->status == ASYR_E_MEMORY)
        glue_wait_raise(wait);
    return wait->status == ASYR_OK ? Qtrue : Qfalse;
}

/* Whether the iterator takes more items; the value is consumed. */
static VALUE put(asyr_iterator *iterator, asyr_value *value)
{
    struct glue_wait wait = {.call = put_item,
                             .answer = answer_put,
                             .object = iterator,
                             .timeout_ns = ASYR_FOREVER,
                             .value = value};

    return glue_wait_try_then_perform(&wait);
}

/* An item for a C function; `place` is what an error calls it. */
VALUE glue_iterator_put(asyr_iterator *iterator, VALUE item, VALUE place)
{
    return put(iterator, glue_item_from_ruby(item, NUM2LONG(place)));
}

/* An item for code of Ruby. */
VALUE glue_iterator_put_reference(asyr_iterator *iterator, VALUE item)
{
    return put(iterator, glue_reference_new(item));
}
