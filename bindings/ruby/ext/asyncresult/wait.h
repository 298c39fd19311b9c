/* What the calls that block share: see wait.c. */
#ifndef ASYNCRESULT_RUBY_WAIT_H
#define ASYNCRESULT_RUBY_WAIT_H

#include "glue.h"

struct glue_wait {
    /* Runs without the GVL, perhaps several times. */
    asyr_status (*call)(struct glue_wait *wait);
    VALUE (*answer)(struct glue_wait *wait);
    void *object;
    int64_t timeout_ns;
    asyr_interrupt *interrupt; /* NULL when the call must not wait */
    asyr_status status;
    asyr_value *value;
    asyr_event *event;
    asyr_worker *worker;
    asyr_task *task;
    VALUE put_off; /* an exception that a task below was left by; 0 for none */
    bool keeps;    /* its answer raises that */
    asyr_error *error;
};

/* Call, and raise what Ruby has for the thread meanwhile; else the answer. */
VALUE glue_wait_perform(struct glue_wait *wait);
/* First with a timeout of 0, which leaves no turn to Ruby's other threads. */
VALUE glue_wait_try_then_perform(struct glue_wait *wait);
NORETURN(void glue_wait_raise(struct glue_wait *wait));
/* Raise what was put off, if anything was. */
void glue_wait_raise_put_off(struct glue_wait *wait);

/* Whether this thread is inside a call that has given the GVL away.  A task that is run
 * there suspends that, and resumes it; the wait ends early if it was told to. */
bool glue_wait_is_unlocked(void);
struct glue_wait *glue_wait_suspend(void);
void glue_wait_resume(struct glue_wait *wait);
void glue_wait_end(struct glue_wait *wait);

#endif
