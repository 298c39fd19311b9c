/*
 * The list that events are posted to: every event is taken, dropped or refused once,
 * who takes it sees what its poster wrote, and nobody sleeps while one is there.
 *
 * The drainer does what a completion queue does around the list: what it took is under
 * a lock, and it sleeps only after the list let it rest.
 */
#include "model.h"

#include <asyncresult/codes.h>

#include "core/event_list.h"
#include "core/waiter.h"

#define EVENTS 3

struct event {
    asyri_event_link link;
    int payload;
    int ended; /* how often it was taken, dropped or refused */
};

static asyri_event_list list;
static asyri_mutex lock;
static asyri_parker parker;
static struct event events[EVENTS];
static int posted;
/* under the lock: */
static asyri_event_link *waiting;
static bool asleep;

static void setup(void)
{
    asyri_event_list_init(&list);
    asyri_mutex_init(&lock);
    asyri_parker_init(&parker);
    model_name(&list.head, "head");
    model_name(&lock, "lock");
    model_name(&parker, "permit");
    for (int i = 0; i < EVENTS; i++)
        events[i] = (struct event){.link = {NULL}};
    posted = 0;
    waiting = NULL;
    asleep = false;
}

static void end(asyri_event_link *link)
{
    struct event *event = ASYRI_OBJECT(link, struct event, link);
    model_read_plain(&event->payload);
    event->ended++;
}

static void end_all(asyri_event_link *link)
{
    for (asyri_event_link *next; link; link = next) {
        model_read_plain(&link->next);
        next = link->next;
        end(link);
    }
}

/* What was taken before comes first, but their order is no matter here. */
static void collect_locked(void)
{
    asyri_event_link *latest = asyri_event_list_take(&list);
    asyri_event_link *last = latest;
    if (!latest)
        return;
    for (model_read_plain(&last->next); last->next; model_read_plain(&last->next))
        last = last->next;
    model_write_plain(&last->next);
    last->next = waiting;
    waiting = latest;
}

static bool find_locked(void)
{
    while (!waiting && !asyri_event_list_rest(&list))
        collect_locked();
    return waiting;
}

static void tell(void)
{
    asyri_mutex_lock(&lock);
    bool wake = find_locked() && asleep && !model_mutant("tells_nobody");
    if (wake) {
        asleep = false;
        asyri_unpark(&parker);
    }
    asyri_mutex_unlock(&lock);
}

static void post(struct event *event)
{
    posted++;
    model_write_plain(&event->payload);
    model_write_plain(&event->link.next);
    if (asyri_event_list_push_awake(&list, &event->link))
        return;
    enum asyri_event_list_mark found = asyri_event_list_push(&list, &event->link);
    if (found == ASYRI_EVENT_LIST_CLOSED)
        event->ended++;
    else if (found == ASYRI_EVENT_LIST_IDLE)
        tell();
}

static void post_first(void)
{
    post(&events[0]);
}

static void post_second(void)
{
    post(&events[1]);
}

static void post_two(void)
{
    post(&events[0]);
    post(&events[2]);
}

static void drain(void)
{
    for (;;) {
        asyri_mutex_lock(&lock);
        bool found = model_mutant("no_rest") ? waiting != NULL : find_locked();
        asyri_event_link *first = waiting;
        waiting = NULL;
        asleep = !found;
        asyri_mutex_unlock(&lock);
        end_all(first);
        if (!found)
            asyri_park(&parker, ASYR_FOREVER);
    }
}

/* Somebody who only wants to know how many wait. */
static void count(void)
{
    asyri_mutex_lock(&lock);
    collect_locked();
    asyri_mutex_unlock(&lock);
}

static void close_list(void)
{
    asyri_mutex_lock(&lock);
    asyri_event_link *dropped = asyri_event_list_close(&list);
    asyri_event_link *taken = waiting;
    waiting = NULL;
    asyri_mutex_unlock(&lock);
    end_all(dropped);
    end_all(taken);
}

static void check(void)
{
    int ended = 0;
    for (int i = 0; i < EVENTS; i++) {
        MODEL_CHECK(events[i].ended <= 1);
        ended += events[i].ended;
    }
    MODEL_CHECK(ended == posted);
}

#define SCENARIO(name, preemptions, ...)                                            \
    {                                                                               \
        name, setup, {__VA_ARGS__}, check, NULL, true, preemptions                  \
    }

const struct model_scenario model_scenarios[] = {
    SCENARIO("one_event", 0, drain, post_first),
    SCENARIO("one_poster", 0, drain, post_two),
    SCENARIO("two_posters", 0, drain, post_first, post_second),
    SCENARIO("counted", 0, drain, post_two, count),
    SCENARIO("closed", 0, drain, post_two, close_list),
    SCENARIO("counted_two_posters", 2, drain, post_two, post_second, count),
    {.name = NULL}};
