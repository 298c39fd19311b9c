/*
 * Depth-first search.  An execution is what its choices make of it: who goes on, which
 * store a load sees.  The search runs the scenario again and again, each time with the
 * choices of the last time up to the deepest that has an alternative left, the next
 * alternative there, and the first alternatives after it.
 *
 * An execution that comes to a state that was met before is given up: all that can
 * follow was tried or is going to be.  Every step from every state is run at least
 * once, so a fault in any step is met.
 */
#include "engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHOICES 4096
#define LOG 4096
#define SITES 256

struct model_options model_options = {.preemptions = -1};
struct explore_site explore_sites[SITES];
int explore_site_count;

static struct {
    uint16_t count;
    uint16_t taken;
} choices[CHOICES];
static unsigned at;    /* the next choice of this execution */
static unsigned known; /* choices that are given beforehand */

static uint64_t *states; /* open addressing; 0 is free */
static size_t capacity;
static size_t state_count;

static struct explore_step steps[LOG];
static int step_count;
static const char *fault;
static int preemptions;

static void give_up(const char *what)
{
    fprintf(stderr, "model: %s\n", what);
    fflush(NULL);
    _Exit(2);
}

bool explore_is_new(void)
{
    return at >= known;
}

unsigned explore_choose(unsigned count)
{
    if (count == 1)
        return 0;
    if (at == CHOICES)
        give_up("expected fewer choices in one execution");
    if (explore_is_new()) {
        choices[at].count = (uint16_t)count;
        choices[at].taken = 0;
        known = at + 1;
    }
    if (choices[at].count != count)
        give_up("expected the same choices after the same choices");
    return choices[at++].taken;
}

/* Prepare the next execution; false when there is none. */
static bool advance(void)
{
    known = at;
    while (known > 0 && choices[known - 1].taken + 1 == choices[known - 1].count)
        known--;
    if (known == 0)
        return false;
    choices[known - 1].taken++;
    return true;
}

static bool insert_state(uint64_t state)
{
    size_t i = (size_t)state & (capacity - 1);
    while (states[i]) {
        if (states[i] == state)
            return false;
        i = (i + 1) & (capacity - 1);
    }
    states[i] = state;
    state_count++;
    return true;
}

static void grow(void)
{
    uint64_t *old = states;
    size_t old_capacity = capacity;
    capacity = capacity ? capacity * 2 : 1 << 16;
    states = calloc(capacity, sizeof *states);
    if (!states)
        give_up("expected memory for the states");
    state_count = 0;
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i])
            insert_state(old[i]);
    }
    free(old);
}

bool explore_add_state(uint64_t state)
{
    if (state_count * 2 >= capacity)
        grow();
    return insert_state(state ? state : 1);
}

void explore_log(const struct explore_step *step)
{
    if (step_count < LOG)
        steps[step_count++] = *step;
}

const char *explore_order_name(memory_order order)
{
    switch (order) {
    case memory_order_relaxed:
        return "relaxed";
    case memory_order_consume:
        return "consume";
    case memory_order_acquire:
        return "acquire";
    case memory_order_release:
        return "release";
    case memory_order_acq_rel:
        return "acq_rel";
    default:
        return "seq_cst";
    }
}

static void print_log(void)
{
    for (int i = 0; i < step_count; i++) {
        const struct explore_step *step = &steps[i];
        printf("  thread %d  %-28s %s %s = %" PRIu64 " (%s)\n", step->thread,
               step->function, step->operation, step->object, step->value,
               explore_order_name(step->order));
    }
}

void model_fail(const char *what)
{
    if (!fault)
        fault = what;
    threads_fail();
}

static memory_order order_named(const char *name)
{
    for (memory_order order = memory_order_relaxed; order <= memory_order_seq_cst;
         order++) {
        if (strcmp(name, explore_order_name(order)) == 0)
            return order;
    }
    give_up("expected --weaken FUNCTION:OPERATION:OBJECT=ORDER");
    return memory_order_seq_cst;
}

static void note_site(const char *function, const char *operation,
                      const char *object, memory_order order)
{
    for (int i = 0; i < explore_site_count; i++) {
        const struct explore_site *site = &explore_sites[i];
        if (site->function == function && site->operation == operation &&
            strcmp(site->object, object) == 0)
            return;
    }
    if (explore_site_count < SITES)
        explore_sites[explore_site_count++] =
            (struct explore_site){function, operation, object, order};
}

memory_order explore_weaken(const char *function, const char *operation,
                            const char *object, memory_order order)
{
    char place[160];
    if (model_options.survey)
        note_site(function, operation, object, order);
    if (!model_options.weakened[0])
        return order;
    int length =
        snprintf(place, sizeof place, "%s:%s:%s=", function, operation, object);
    for (int i = 0; i < 8 && model_options.weakened[i]; i++) {
        if (strncmp(model_options.weakened[i], place, (size_t)length) == 0) {
            model_options.weakened_met[i] = true;
            return order_named(model_options.weakened[i] + length);
        }
    }
    return order;
}

static enum threads_outcome run_once(const struct model_scenario *scenario)
{
    at = 0;
    step_count = 0;
    memory_reset();
    plain_reset();
    system_reset();
    scenario->setup();
    enum threads_outcome outcome = threads_run(scenario);
    if (outcome != THREADS_ENDED)
        return outcome;
    for (int i = 0; i < threads_count() && !scenario->may_sleep; i++)
        if (model_is_blocked(i))
            model_fail("expected every thread to come to its end");
    scenario->check();
    return fault ? THREADS_FAILED : THREADS_ENDED;
}

static void count_execution(struct model_counts *counts,
                            enum threads_outcome outcome)
{
    counts->executions++;
    counts->complete += outcome == THREADS_ENDED;
    counts->merged += outcome == THREADS_MERGED;
    counts->cut += outcome == THREADS_CUT;
    if (threads_steps() > counts->longest)
        counts->longest = threads_steps();
}

void explore_report_fault(const char *what)
{
    if (model_options.quiet)
        return;
    printf("%s, after:\n", what);
    print_log();
    fflush(stdout);
}

int explore_preemptions(void)
{
    return preemptions;
}

bool explore(const struct model_scenario *scenario, struct model_counts *counts)
{
    preemptions = scenario->preemptions ? scenario->preemptions : -1;
    if (model_options.preemptions >= 0)
        preemptions = model_options.preemptions;
    known = 0;
    fault = NULL;
    if (capacity)
        memset(states, 0, capacity * sizeof *states);
    state_count = 0;
    memset(counts, 0, sizeof *counts);
    do
        count_execution(counts, run_once(scenario));
    while (!fault && advance());
    counts->states = state_count;
    if (fault)
        explore_report_fault(fault);
    return !fault;
}
