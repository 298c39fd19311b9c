/*
 * Observers of a result that is being completed: each is told once or refused, and sees
 * the outcome; who tells sees the observer.
 */
#include "model.h"

#include "core/observers.h"

enum { OBSERVERS = 2 };

struct node {
    struct asyri_observer observer;
    int content;
    int told;
    int refused;
};

static _Atomic uint32_t state;
static asyri_observers observers;
static struct node nodes[OBSERVERS];
static int outcome;

static void setup(void)
{
    atomic_init(&state, ASYRI_LIVE | ASYRI_TOLD | ASYRI_CLAIMED | ASYRI_POPPED);
    atomic_init(&observers, NULL);
    model_name(&state, "state");
    model_name(&observers, "observers");
    for (int i = 0; i < OBSERVERS; i++)
        nodes[i] = (struct node){.content = 0};
    outcome = 0;
}

static void tell(struct asyri_observer *observer)
{
    while (observer) {
        struct node *node = (struct node *)observer;
        observer = observer->next;
        model_read_plain(&node->content);
        model_read_plain(&outcome);
        node->told++;
    }
}

static void observe(int i)
{
    struct asyri_observer *others;
    struct node *node = &nodes[i];
    model_write_plain(&node->content);
    if (!asyri_observers_add(&observers, &state, &node->observer, &others)) {
        model_read_plain(&outcome);
        node->refused++;
    }
    tell(others);
}

static void observe_first(void)
{
    observe(0);
}

static void observe_second(void)
{
    observe(1);
}

static void complete(void)
{
    uint32_t old;
    model_write_plain(&outcome);
    if (asyri_state_complete(&state, 0, &old) == ASYRI_COMPLETED)
        return;
    MODEL_CHECK(asyri_state_settle(&state, 0));
    if (model_mutant("tells_nobody"))
        atomic_fetch_or_explicit(&state, ASYRI_READY, memory_order_acq_rel);
    else
        tell(asyri_observers_make_ready(&observers, &state, 0, &old));
}

static void check_one(void)
{
    MODEL_CHECK(nodes[0].told + nodes[0].refused == 1);
}

static void check_both(void)
{
    for (int i = 0; i < OBSERVERS; i++)
        MODEL_CHECK(nodes[i].told + nodes[i].refused == 1);
}

const struct model_scenario model_scenarios[] = {
    {.name = "one_observer",
     .setup = setup,
     .threads = {complete, observe_first},
     .check = check_one},
    {.name = "two_observers",
     .setup = setup,
     .threads = {complete, observe_first, observe_second},
     .check = check_both,
     .preemptions = 4},
    {.name = NULL},
};
