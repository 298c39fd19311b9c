/* Waiting: see waiter.h for who owns what. */
#include "waiter.h"

#include <asyncresult/codes.h>

#include "interrupt.h"

void asyri_waiter_init(asyri_waiter *waiter)
{
    asyri_parker_init(&waiter->parker);
}

void asyri_waiter_destroy(asyri_waiter *waiter)
{
    asyri_parker_destroy(&waiter->parker);
}

void asyri_waitlist_init(asyri_waitlist *list)
{
    asyri_list_init(&list->nodes);
}

void asyri_waitlist_add(asyri_waitlist *list, asyri_wait_node *node,
                        asyri_waiter *waiter, const void *key)
{
    node->waiter = waiter;
    node->key = key;
    asyri_list_append(&list->nodes, &node->link);
}

void asyri_wait_node_remove(asyri_wait_node *node)
{
    if (asyri_list_has(&node->link))
        asyri_list_remove(&node->link);
}

void asyri_waitlist_wake_one(asyri_waitlist *list)
{
    asyri_list *first = asyri_list_take_first(&list->nodes);
    if (first)
        asyri_unpark(&ASYRI_OBJECT(first, asyri_wait_node, link)->waiter->parker);
}

void asyri_waitlist_wake_all(asyri_waitlist *list)
{
    while (!asyri_list_is_empty(&list->nodes))
        asyri_waitlist_wake_one(list);
}

void asyri_waitlist_wake_for(asyri_waitlist *list, const void *key)
{
    asyri_list *next;
    for (asyri_list *link = list->nodes.next; link != &list->nodes; link = next) {
        asyri_wait_node *node = ASYRI_OBJECT(link, asyri_wait_node, link);
        next = link->next;
        if (node->key != key)
            continue;
        asyri_list_remove(link);
        asyri_unpark(&node->waiter->parker);
    }
}

static asyr_status park(asyri_waiter *waiter, int64_t deadline, bool interruptible)
{
    for (;;) {
        switch (asyri_park(&waiter->parker, deadline)) {
        case ASYRI_PARK_WOKEN:
            return ASYR_OK;
        case ASYRI_PARK_TIMED_OUT:
            return ASYR_E_TIMEOUT;
        case ASYRI_PARK_SIGNALLED:
            if (interruptible)
                return ASYR_E_INTERRUPTED;
        }
    }
}

asyr_status asyri_waiter_park(asyri_waiter *waiter, int64_t deadline,
                              asyr_interrupt *interrupt)
{
    struct asyri_interrupt_entry entry;
    if (!interrupt)
        return park(waiter, deadline, false);
    asyri_interrupt_enter(interrupt, &entry, waiter);
    asyr_status status = ASYR_E_INTERRUPTED;
    if (!asyri_interrupt_is_triggered(interrupt))
        status = park(waiter, deadline, true);
    asyri_interrupt_leave(interrupt, &entry);
    return asyri_interrupt_is_triggered(interrupt) ? ASYR_E_INTERRUPTED : status;
}

asyr_status asyri_waitlist_wait(asyri_waitlist *list, const void *key,
                                asyri_mutex *mutex, int64_t deadline,
                                asyr_interrupt *interrupt)
{
    asyri_waiter waiter;
    asyri_wait_node node;
    asyri_waiter_init(&waiter);
    asyri_waitlist_add(list, &node, &waiter, key);
    asyri_mutex_unlock(mutex);
    asyr_status status = asyri_waiter_park(&waiter, deadline, interrupt);
    asyri_mutex_lock(mutex);
    asyri_wait_node_remove(&node);
    asyri_waiter_destroy(&waiter);
    return status;
}
