/*
 * The list that events are posted to: many threads push without a lock, one drainer
 * at a time takes all there is.  It knows whether a push has to tell somebody.
 *
 * Its one word is the last event that was pushed, or says why there is none:
 *
 *   IDLE    nobody will look: whoever pushes now tells the drainer
 *   AWAKE   the drainer looks again before it goes idle: nobody has to tell it
 *   CLOSED  for good: nothing can be pushed
 *
 *   IDLE --push--> events --take--> AWAKE --rest--> IDLE
 *                  events <--push-- AWAKE            all of them --close--> CLOSED
 *
 * No wake-up is lost.  Each step is a read-modify-write of the one word, so all of them
 * have one order.  A push that finds IDLE tells the drainer.  A push that finds AWAKE or
 * an event comes before the next rest, and that rest, which turns AWAKE and nothing else
 * into IDLE, fails: the drainer takes again.  So whatever is in the list, either its
 * first pusher is about to tell the drainer or was the one who told it, or the drainer
 * has not rested since its last take.
 *
 * Memory order: a push releases the event's fields; those of the events below are
 * covered too, since a read-modify-write continues the release sequence that it reads
 * from.  Take and close acquire.  The three marks carry no data: what is read or written
 * of them alone is relaxed, and what else the drainer and the one who tells it share is
 * under the drainer's lock.
 *
 * Take, rest and close are the drainer's: a lock keeps them apart.  That, and that each
 * event is pushed once, rules out that a mark or an event comes back unseen.
 */
#ifndef ASYRI_CORE_EVENT_LIST_H
#define ASYRI_CORE_EVENT_LIST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A list in either direction; NULL ends it. */
typedef struct asyri_event_link {
    struct asyri_event_link *next;
} asyri_event_link;

enum asyri_event_list_mark {
    ASYRI_EVENT_LIST_IDLE = 0,
    ASYRI_EVENT_LIST_AWAKE = 1,
    ASYRI_EVENT_LIST_CLOSED = 2 /* the greatest; an event's address is above */
};

typedef struct asyri_event_list {
    _Atomic uintptr_t head;
} asyri_event_list;

static inline asyri_event_link *asyri_event_list_link(uintptr_t head)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr) */
    return head > ASYRI_EVENT_LIST_CLOSED ? (asyri_event_link *)head : NULL;
}

static inline void asyri_event_list_init(asyri_event_list *list)
{
    atomic_init(&list->head, ASYRI_EVENT_LIST_IDLE);
}

/*
 * Push unless somebody had to be told or the list is closed.  Once it was pushed, the
 * event and all that it alone keeps alive, this list too, may be gone.
 */
static inline bool asyri_event_list_push_awake(asyri_event_list *list,
                                               asyri_event_link *event)
{
    uintptr_t head = atomic_load_explicit(&list->head, memory_order_relaxed);
    do {
        if (head == ASYRI_EVENT_LIST_IDLE || head == ASYRI_EVENT_LIST_CLOSED)
            return false;
        event->next = asyri_event_list_link(head);
    } while (!atomic_compare_exchange_weak_explicit(
        &list->head, &head, (uintptr_t)event, memory_order_release,
        memory_order_relaxed));
    return true;
}

/* Push unless it is closed; what was found: a mark, or AWAKE for events. */
static inline enum asyri_event_list_mark
asyri_event_list_push(asyri_event_list *list, asyri_event_link *event)
{
    uintptr_t head = atomic_load_explicit(&list->head, memory_order_relaxed);
    do {
        if (head == ASYRI_EVENT_LIST_CLOSED)
            return ASYRI_EVENT_LIST_CLOSED;
        event->next = asyri_event_list_link(head);
    } while (!atomic_compare_exchange_weak_explicit(
        &list->head, &head, (uintptr_t)event, memory_order_release,
        memory_order_relaxed));
    return head == ASYRI_EVENT_LIST_IDLE ? ASYRI_EVENT_LIST_IDLE
                                         : ASYRI_EVENT_LIST_AWAKE;
}

/* Take what is there, last first, and stay awake; NULL if there is nothing. */
static inline asyri_event_link *asyri_event_list_take(asyri_event_list *list)
{
    uintptr_t head = atomic_load_explicit(&list->head, memory_order_relaxed);
    if (head <= ASYRI_EVENT_LIST_CLOSED)
        return NULL;
    return asyri_event_list_link(atomic_exchange_explicit(
        &list->head, ASYRI_EVENT_LIST_AWAKE, memory_order_acquire));
}

/* Go idle; false if there is something to take. */
static inline bool asyri_event_list_rest(asyri_event_list *list)
{
    uintptr_t head = atomic_load_explicit(&list->head, memory_order_relaxed);
    if (head == ASYRI_EVENT_LIST_AWAKE &&
        atomic_compare_exchange_strong_explicit(
            &list->head, &head, ASYRI_EVENT_LIST_IDLE, memory_order_relaxed,
            memory_order_relaxed))
        return true;
    return head <= ASYRI_EVENT_LIST_CLOSED;
}

/* Close, and take what is there, last first. */
static inline asyri_event_link *asyri_event_list_close(asyri_event_list *list)
{
    return asyri_event_list_link(atomic_exchange_explicit(
        &list->head, ASYRI_EVENT_LIST_CLOSED, memory_order_acquire));
}

#endif
