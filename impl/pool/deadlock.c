/*
 * The graph of waits: which thread sleeps for which result, inside a task or a
 * callback.
 *
 * A result waits for the thread that runs one of its tasks; if it is queued in a
 * strand, for the thread that runs the strand's task; and if it has callbacks, for the
 * thread that is inside a callback of their queue.  A thread that sleeps waits for its
 * result.  A wait that closes a circle could never end.
 *
 * The sleeps are in one list for all pools, under one lock, which is taken before that
 * of any pool.  A sleep is noted before the thread sleeps and removed after it woke,
 * so the last one that closes a circle sees all the others.  Edges to threads that run
 * may be stale, which does not matter: they are not in the list.
 */
#include "deadlock.h"

#include "../core/error.h"
#include "../platform/fork.h"
#include "pool.h"
#include "strand.h"

static asyri_mutex graph_lock = ASYRI_MUTEX_STATIC;
static asyri_list sleeps = {&sleeps, &sleeps};
static uint32_t generation; /* of the sleeps */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void acquire(void)
{
    asyri_mutex_lock(&graph_lock);
}

static void release(void)
{
    asyri_mutex_unlock(&graph_lock);
}

static void guard_forks(void)
{
    asyri_fork_guard(acquire, release);
}

static void lock_graph(void)
{
    pthread_once(&once, guard_forks);
    asyri_mutex_lock(&graph_lock);
    if (generation != asyri_fork_generation()) {
        asyri_list_init(&sleeps); /* those of the parent's threads */
        generation = asyri_fork_generation();
    }
}

static bool runs_for(asyri_job *job, uintptr_t thread)
{
    asyri_map *map = asyri_job_map(job);
    asyr_strand *strand = asyri_job_strand(job);
    if (map ? asyri_map_is_run_by(map, thread)
            : atomic_load_explicit(&job->runner, memory_order_relaxed) == thread)
        return true;
    return strand && asyri_strand_is_run_by(strand, thread);
}

/* The waiter has a reference to the result, so it is there. */
static bool waits_for_thread(asyr_result *result, uintptr_t thread)
{
    uint32_t state = asyri_result_state(result);
    if (!(state & ASYRI_SETTLED) && runs_for(asyri_job_of(result), thread))
        return true;
    /* Its callbacks have yet to run: what it has may be settled already. */
    return (state & ASYRI_CALLS_BACK) && !asyri_result_is_ready(result) &&
           asyri_queue_is_run_by(asyri_result_queue(result), thread);
}

static bool sleeps_for_thread(const struct asyri_sleep *sleep, uintptr_t thread)
{
    if (waits_for_thread(sleep->result, thread))
        return true;
    for (int64_t i = 0; i < sleep->strict_count; i++)
        if (waits_for_thread(sleep->others[i], thread))
            return true;
    return false;
}

/* Whether a chain of sleeps leads from this one to the thread. */
static bool leads_to(const struct asyri_sleep *from, uintptr_t thread)
{
    for (asyri_list *node = sleeps.next; node != &sleeps; node = node->next) {
        struct asyri_sleep *sleep = ASYRI_OBJECT(node, struct asyri_sleep, link);
        if (sleep->visited || !sleeps_for_thread(from, sleep->thread))
            continue;
        sleep->visited = true;
        if (sleeps_for_thread(sleep, thread) || leads_to(sleep, thread))
            return true;
    }
    return false;
}

static bool closes_circle(const struct asyri_sleep *sleep)
{
    for (asyri_list *node = sleeps.next; node != &sleeps; node = node->next)
        ASYRI_OBJECT(node, struct asyri_sleep, link)->visited = false;
    return leads_to(sleep, sleep->thread);
}

static asyr_status fail_self(asyr_error **error)
{
    return asyri_fail(error, ASYR_E_DEADLOCK,
                      "this task or callback would wait for itself");
}

static asyr_status fail_circle(asyr_error **error)
{
    return asyri_fail(error, ASYR_E_DEADLOCK,
                      "this wait would close a circle of tasks that wait for "
                      "each other");
}

asyr_status asyri_deadlock_enter(asyr_result *result, bool timed,
                                 struct asyri_sleep *sleep, asyr_error **error)
{
    sleep->thread = asyri_thread_self();
    sleep->result = result;
    lock_graph();
    bool self = sleeps_for_thread(sleep, sleep->thread);
    bool circle = !self && !timed && closes_circle(sleep);
    if (self || circle || timed)
        sleep->result = NULL;
    else
        asyri_list_append(&sleeps, &sleep->link);
    asyri_mutex_unlock(&graph_lock);
    if (self)
        return fail_self(error);
    return circle ? fail_circle(error) : ASYR_OK;
}

/*
 * It ends with the first of them, so it fails only if none could come.  While it
 * sleeps it is no part of the graph: a circle that another wait closes through it
 * later is not seen.
 */
asyr_status asyri_deadlock_check_any(asyr_result *const *results, int64_t count,
                                     bool timed, asyr_error **error)
{
    struct asyri_sleep sleep = {.thread = asyri_thread_self()};
    bool could_end = false, circle = false;
    lock_graph();
    for (int64_t i = 0; i < count && !could_end; i++) {
        sleep.result = results[i];
        could_end = asyri_result_is_ready(results[i]);
        if (could_end || sleeps_for_thread(&sleep, sleep.thread))
            continue;
        circle = !timed && closes_circle(&sleep);
        could_end = !circle;
    }
    asyri_mutex_unlock(&graph_lock);
    if (could_end)
        return ASYR_OK;
    return circle ? fail_circle(error) : fail_self(error);
}

void asyri_deadlock_leave(struct asyri_sleep *sleep)
{
    if (!sleep->result)
        return;
    lock_graph();
    if (asyri_list_has(&sleep->link))
        asyri_list_remove(&sleep->link);
    sleep->result = NULL;
    asyri_mutex_unlock(&graph_lock);
}
