/*
 * Iterators: taking what a lazy map has, and putting in what it is to read.
 *
 * A value that came when Ruby has something for the thread (Thread#raise, Timeout,
 * Ctrl-C) is kept in the array `kept`, which belongs to the iterator, before that
 * is raised: the next call has it, so none is lost.  An entry is [failed, what], with
 * the value or the native error.
 */
#include <ruby/thread.h>

#include "wait.h"

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
    entry = rb_ary_shift(take->kept);
    return NIL_P(entry) ? Qundef : hand_out(entry);
}

static bool was_taken(const struct glue_wait *wait)
{
    return wait->status != ASYR_E_STOP && wait->status != ASYR_E_TIMEOUT;
}

static VALUE answer_next(struct glue_wait *wait)
{
    struct take *take = (struct take *)wait;

    if (was_taken(wait) && rb_thread_interrupted(rb_thread_current()))
        return keep_over_interrupt(take);
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
                                     .timeout_ns = timeout_ns},
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

/* Whether the iterator takes more items; `place` is what an error calls this one. */
VALUE glue_iterator_put(asyr_iterator *iterator, VALUE item, VALUE place)
{
    struct glue_wait wait = {.call = put_item,
                             .answer = answer_put,
                             .object = iterator,
                             .timeout_ns = ASYR_FOREVER};

    wait.value = glue_item_from_ruby(item, NUM2LONG(place));
    return glue_wait_try_then_perform(&wait);
}
