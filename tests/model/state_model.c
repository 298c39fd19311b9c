/*
 * The state word of a result: one claims, one settles, and the memory is freed once, by
 * the last who touches it.
 *
 * The threads do what a worker, a host with one or two references, a waiter that runs
 * its own task, and who ends the pool by force do with it.
 */
#include "model.h"

#include "core/state.h"

static _Atomic uint32_t state;
static _Atomic int32_t references;
static int
    memory; /* of the result: read by who touches it, written by who frees it */
static int outcome; /* written by who settles, before the result is ready */
static int claims, settlements, frees;

static void set_up_with(int32_t more_references)
{
    atomic_init(&state, ASYRI_LIVE | ASYRI_TOLD);
    atomic_init(&references, more_references);
    model_name(&state, "state");
    model_name(&references, "references");
    memory = outcome = claims = settlements = frees = 0;
}

static void set_up(void)
{
    set_up_with(0);
}

static void set_up_two(void)
{
    set_up_with(1);
}

static void touch(void)
{
    model_read_plain(&memory);
}

/* As the heap marks a cell that is free. */
static void free_memory(void)
{
    model_write_plain(&memory);
    frees++;
    atomic_store_explicit(&state, 0, memory_order_relaxed);
}

static void let_go(uint32_t holds)
{
    if (asyri_state_let_go(&state, holds))
        free_memory();
}

/* Who claimed runs it, and has an answer. */
static void run(void)
{
    uint32_t old;
    claims++;
    touch();
    model_write_plain(&outcome);
    if (asyri_state_complete(&state, 0, &old) != ASYRI_COMPLETED) {
        let_go(ASYRI_WORKED);
        return;
    }
    settlements++;
    if (asyri_state_is_last(old))
        free_memory();
}

/* The entry in the queue holds the memory until it is popped. */
static void work(void)
{
    bool freed;
    touch();
    if (asyri_state_claim_popped(&state, &freed))
        run();
    else if (freed)
        free_memory();
}

static void read_outcome(void)
{
    touch();
    uint32_t seen = atomic_load_explicit(&state, memory_order_acquire);
    if ((seen & ASYRI_READY) && !(seen & ASYRI_FORCED))
        model_read_plain(&outcome);
}

static void drop(void)
{
    touch();
    if (asyri_state_unref(&state, &references))
        free_memory();
}

static void read_and_drop(void)
{
    read_outcome();
    drop();
}

/* A waiter, or who cancels: has a reference, and claims without the entry. */
static void help_and_drop(void)
{
    touch();
    if (asyri_state_claim(&state))
        run();
    read_outcome();
    drop();
}

/* Has no reference; TOLD holds the memory for it. */
static void end_by_force(void)
{
    bool claimed;
    if (!asyri_state_force(&state, &claimed))
        return;
    settlements++;
    claims += claimed;
    if (model_mutant("told_too_early"))
        let_go(ASYRI_TOLD);
    touch();
    atomic_fetch_or_explicit(&state, ASYRI_READY, memory_order_acq_rel);
    let_go(ASYRI_TOLD | (claimed ? ASYRI_WORKED : 0));
}

static void check(void)
{
    MODEL_CHECK(claims == 1);
    MODEL_CHECK(settlements == 1);
    MODEL_CHECK(frees == 1);
}

const struct model_scenario model_scenarios[] = {
    {.name = "worker_and_host",
     .setup = set_up,
     .threads = {work, read_and_drop},
     .check = check},
    {.name = "two_references",
     .setup = set_up_two,
     .threads = {work, read_and_drop, drop},
     .check = check},
    {.name = "waiter_helps",
     .setup = set_up,
     .threads = {work, help_and_drop},
     .check = check},
    {.name = "two_help",
     .setup = set_up_two,
     .threads = {work, help_and_drop, help_and_drop},
     .check = check},
    {.name = "force",
     .setup = set_up,
     .threads = {work, read_and_drop, end_by_force},
     .check = check},
    {.name = "force_and_help",
     .setup = set_up,
     .threads = {work, help_and_drop, end_by_force},
     .check = check,
     .preemptions = 4},
    {.name = NULL},
};
