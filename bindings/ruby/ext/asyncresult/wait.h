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
    asyr_error *error;
};

/* Call, and raise what Ruby has for the thread meanwhile; else the answer. */
VALUE glue_wait_perform(struct glue_wait *wait);
/* First with a timeout of 0, which leaves no turn to Ruby's other threads. */
VALUE glue_wait_try_then_perform(struct glue_wait *wait);
NORETURN(void glue_wait_raise(struct glue_wait *wait));

#endif
