/*
 * Threads as coroutines.  One runs at a time, up to its next step; there the choice of
 * who goes on is made, in the stack of the one that stops.
 *
 * A thread has a past: a hash of all that it did and saw, which contains the pasts of
 * the stores that it read.  Since a thread does nothing but what follows from what it
 * saw, the pasts and the modification orders are the state.
 */
#include "engine.h"

#include <string.h>
#include <ucontext.h>

#define STACK (128 * 1024)
#define MOST_STEPS 600

struct thread {
    ucontext_t context;
    void (*run)(void);
    bool done;
    bool glued; /* its next step follows on the last without a choice */
    uint64_t past;
    /* what its next step waits for: */
    const volatile void *object; /* NULL: nothing */
    size_t size;
    uint64_t value;
    bool equal;
};

static struct thread threads[MODEL_THREADS];
static char stacks[MODEL_THREADS][STACK];
static ucontext_t main_context;
static int count;
static int self = -1;
static bool starting;
static int preemptions;
static unsigned steps;
static enum threads_outcome outcome;

int threads_count(void)
{
    return count;
}

int threads_self(void)
{
    return self;
}

unsigned threads_steps(void)
{
    return steps;
}

uint64_t threads_past(void)
{
    return threads[self].past;
}

void threads_remember(uint64_t what)
{
    threads[self].past = explore_mix(threads[self].past, what);
}

static void leave(enum threads_outcome why)
{
    struct thread *left = &threads[self];
    outcome = why;
    self = -1;
    swapcontext(&left->context, &main_context);
}

void threads_fail(void)
{
    if (self >= 0)
        leave(THREADS_FAILED);
}

static bool can_go(const struct thread *thread)
{
    if (thread->done)
        return false;
    if (!thread->object)
        return true;
    bool equal = memory_newest(thread->object, thread->size) == thread->value;
    return equal == thread->equal;
}

static uint64_t state(int from)
{
    uint64_t hash = memory_state();
    for (int i = 0; i < count; i++)
        hash = explore_mix(hash, threads[i].past + threads[i].done);
    if (explore_preemptions() >= 0)
        hash = explore_mix(hash, (uint64_t)from << 32 | (uint64_t)preemptions);
    return hash;
}

/* Who goes on; -1 when nobody can, -2 at a known state.  `from`: who went last. */
static int pick(int from)
{
    int able[MODEL_THREADS];
    int ables = 0;
    bool from_can = from >= 0 && can_go(&threads[from]);
    if (from_can)
        able[ables++] = from;
    bool stay = from_can && preemptions == explore_preemptions();
    for (int i = 0; i < count && !stay; i++) {
        if (i != from && can_go(&threads[i]))
            able[ables++] = i;
    }
    if (ables == 0)
        return -1;
    if (ables > 1 && explore_is_new() && !explore_add_state(state(from)))
        return -2;
    unsigned chosen = explore_choose((unsigned)ables);
    preemptions += from_can && chosen > 0;
    return able[chosen];
}

/* Of a thread that has stopped before a step, or is done. */
static void go_on(void)
{
    struct thread *stopped = &threads[self];
    int next = pick(self);
    if (next == -2)
        leave(THREADS_MERGED);
    else if (next == -1)
        leave(THREADS_ENDED);
    else if (++steps > MOST_STEPS)
        leave(THREADS_CUT);
    else if (next != self) {
        self = next;
        swapcontext(&stopped->context, &threads[next].context);
    }
}

static void stop(void)
{
    if (starting)
        leave(THREADS_ENDED);
    else
        go_on();
}

void threads_step(void)
{
    bool glued = threads[self].glued && !starting;
    threads[self].glued = false;
    if (!glued)
        stop();
}

void threads_glue(void)
{
    threads[self].glued = true;
}

void threads_step_when(const volatile void *object, size_t size, uint64_t value,
                       bool equal)
{
    struct thread *thread = &threads[self];
    thread->object = object;
    thread->size = size;
    thread->value = value;
    thread->equal = equal;
    thread->glued = false;
    stop();
    thread->object = NULL;
}

unsigned model_choose(unsigned alternatives)
{
    unsigned chosen = explore_choose(alternatives);
    threads_remember(chosen);
    return chosen;
}

bool model_is_blocked(int thread)
{
    return thread < count && !threads[thread].done;
}

static void body(void)
{
    threads[self].run();
    threads[self].done = true;
    stop();
}

static void make(int index, void (*run)(void))
{
    struct thread *thread = &threads[index];
    memset(thread, 0, sizeof *thread);
    thread->run = run;
    thread->past = (uint64_t)index + 1;
    getcontext(&thread->context);
    thread->context.uc_stack.ss_sp = stacks[index];
    thread->context.uc_stack.ss_size = STACK;
    thread->context.uc_link = NULL;
    makecontext(&thread->context, body, 0);
}

static void switch_to(int index)
{
    self = index;
    swapcontext(&main_context, &threads[index].context);
}

/* What comes before a thread's first step is its own business. */
static void start_all(const struct model_scenario *scenario)
{
    starting = true;
    for (count = 0; count < MODEL_THREADS && scenario->threads[count]; count++)
        make(count, scenario->threads[count]);
    memory_start(count);
    for (int i = 0; i < count && outcome != THREADS_FAILED; i++)
        switch_to(i);
    starting = false;
}

enum threads_outcome threads_run(const struct model_scenario *scenario)
{
    steps = 0;
    preemptions = 0;
    outcome = THREADS_ENDED;
    start_all(scenario);
    if (outcome == THREADS_FAILED)
        return outcome;
    int first = pick(-1);
    if (first == -2)
        return THREADS_MERGED;
    if (first >= 0)
        switch_to(first);
    return outcome;
}
