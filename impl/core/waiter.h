/*
 * Waiting: lists of threads that wait for something which a mutex guards.
 *
 * A waiter stands on the stack of its thread, and a node puts it into a list.
 * Nodes and lists belong to the mutex; who wakes holds it, so a waiter lives as
 * long as anybody can reach it.
 */
#ifndef ASYRI_CORE_WAITER_H
#define ASYRI_CORE_WAITER_H

#include <asyncresult/types.h>

#include "../base/list.h"
#include "../platform/parker.h"
#include "../platform/thread.h"

typedef struct asyri_waiter {
    asyri_parker parker;
} asyri_waiter;

typedef struct asyri_wait_node {
    asyri_list link;
    asyri_waiter *waiter;
    const void *key; /* what it waits for, in a list that several share */
} asyri_wait_node;

typedef struct asyri_waitlist {
    asyri_list nodes;
} asyri_waitlist;

void asyri_waiter_init(asyri_waiter *waiter);
void asyri_waiter_destroy(asyri_waiter *waiter);

void asyri_waitlist_init(asyri_waitlist *list);
void asyri_waitlist_add(asyri_waitlist *list, asyri_wait_node *node,
                        asyri_waiter *waiter, const void *key);
void asyri_wait_node_remove(asyri_wait_node *node); /* in a list or not */
void asyri_waitlist_wake_one(asyri_waitlist *list);
void asyri_waitlist_wake_all(asyri_waitlist *list);
/* All that were added with the key. */
void asyri_waitlist_wake_for(asyri_waitlist *list, const void *key);

/*
 * Sleep, without any lock: ASYR_OK when woken (perhaps for nothing),
 * ASYR_E_TIMEOUT, or, only with an interrupt, ASYR_E_INTERRUPTED.
 */
asyr_status asyri_waiter_park(asyri_waiter *waiter, int64_t deadline,
                              asyr_interrupt *interrupt);

/*
 * Wait in a list once, like a condition variable: the mutex is held on entry and
 * on return.  The outcome is that of asyri_waiter_park().
 */
asyr_status asyri_waitlist_wait(asyri_waitlist *list, const void *key,
                                asyri_mutex *mutex, int64_t deadline,
                                asyr_interrupt *interrupt);

#endif
