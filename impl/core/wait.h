/* Waiting for a condition, with a completion queue drained meanwhile or not. */
#ifndef ASYRI_CORE_WAIT_H
#define ASYRI_CORE_WAIT_H

#include "queue.h"
#include "waiter.h"

struct asyri_wait {
    asyri_mutex *mutex; /* guards the condition and the list */
    asyri_waitlist *list;
    const void *key;            /* in the list; may be NULL */
    bool (*is_over)(void *arg); /* under the mutex */
    void *arg;
    asyr_queue *queue; /* to drain on this thread, or NULL */
    int64_t deadline;
    asyr_interrupt *interrupt;
};

/* ASYR_OK, ASYR_E_TIMEOUT or ASYR_E_INTERRUPTED. */
asyr_status asyri_wait(const struct asyri_wait *wait);

#endif
