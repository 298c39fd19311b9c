/*
 * The Lua states of a pool: one for each thread that runs its Lua functions.
 *
 * A state belongs to the thread that made it and is entered from there alone: idle, or
 * running while a task (and the tasks that it waits for) is in it.  Whoever wants to
 * close a state claims it by making it closed while it is idle:
 *
 * - its thread, as it ends (a worker that was recycled, or whose pool was dropped),
 * - join(), once the pool has ended: then no task comes any more, and it waits for the
 *   others that close,
 * - the release of the last handle (the pool's object, its functions), which waits for
 *   nothing; a state that runs then is closed when its task has ended.
 *
 * A thread that ends in the middle of a task leaves its state as it is: nobody knows what
 * the stack was in the middle of.  In the child of a fork nothing is closed.
 *
 * Locks: `lock` guards the list and the count of those that close; nothing of Lua runs
 * under it.  Handles and functions count apart from the references to the memory, which
 * the states have too.
 */
#include "states.h"

#include <stdlib.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_key;
static bool has_key;

/* The states of this thread, and which of them runs. */
static _Thread_local struct state *of_thread;
static _Thread_local struct frame *current;
static _Thread_local int closing_here;

/* ---- memory ---- */

struct states *new_states(void)
{
    struct states *states = calloc(1, sizeof *states);
    if (!states)
        return NULL;
    atomic_init(&states->references, 1);
    atomic_init(&states->handles, 1);
    states->process = getpid();
    pthread_mutex_init(&states->lock, NULL);
    pthread_cond_init(&states->changed, NULL);
    return states;
}

void retain_memory(struct states *states)
{
    atomic_fetch_add_explicit(&states->references, 1, memory_order_relaxed);
}

void release_memory(struct states *states)
{
    if (atomic_fetch_sub_explicit(&states->references, 1, memory_order_acq_rel) > 1)
        return;
    free(states->recipe.path);
    free(states->recipe.cpath);
    asyr_value_unref(states->recipe.initializer);
    pthread_cond_destroy(&states->changed);
    pthread_mutex_destroy(&states->lock);
    free(states);
}

static void release_state(struct state *state)
{
    if (atomic_fetch_sub_explicit(&state->references, 1, memory_order_acq_rel) > 1)
        return;
    release_memory(state->states);
    free(state);
}

/* ---- closing ---- */

static void unlink_locked(struct state *state)
{
    *state->before = state->next;
    if (state->next)
        state->next->before = state->before;
}

static bool claim_locked(struct state *state)
{
    int idle = STATE_IDLE;
    if (!atomic_compare_exchange_strong(&state->phase, &idle, STATE_CLOSED))
        return false;
    unlink_locked(state);
    state->states->closing++;
    return true;
}

static bool claim(struct state *state)
{
    pthread_mutex_lock(&state->states->lock);
    bool claimed = claim_locked(state);
    pthread_mutex_unlock(&state->states->lock);
    return claimed;
}

/* For who claimed it; gives back the list's reference. */
static void close_claimed(struct state *state)
{
    struct states *states = state->states;
    retain_memory(states);
    closing_here++;
    close_state(state);
    closing_here--;
    pthread_mutex_lock(&states->lock);
    states->closing--;
    pthread_cond_broadcast(&states->changed);
    pthread_mutex_unlock(&states->lock);
    release_state(state);
    release_memory(states);
}

static struct state *claim_any(struct states *states)
{
    pthread_mutex_lock(&states->lock);
    struct state *each = states->first;
    while (each && !claim_locked(each))
        each = each->next;
    pthread_mutex_unlock(&states->lock);
    return each;
}

static void end_states(struct states *states)
{
    struct state *claimed;
    atomic_store(&states->ended, true);
    if (states->process != getpid())
        return;
    while ((claimed = claim_any(states)))
        close_claimed(claimed);
}

glue_pushed glue_end_states(lua_State *L, glue_index handle)
{
    struct states *states = to_object(L, handle, &states_kind);
    if (!states)
        return glue_fail(L, refuse_object(L, handle, &states_kind));
    end_states(states);
    /* What a state runs as it closes may come by here. */
    pthread_mutex_lock(&states->lock);
    while (states->closing && !closing_here && states->process == getpid())
        pthread_cond_wait(&states->changed, &states->lock);
    pthread_mutex_unlock(&states->lock);
    return 0;
}

void retain_states(struct states *states)
{
    atomic_fetch_add_explicit(&states->handles, 1, memory_order_relaxed);
}

void release_states(struct states *states)
{
    if (atomic_fetch_sub_explicit(&states->handles, 1, memory_order_acq_rel) > 1)
        return;
    end_states(states);
    release_memory(states);
}

/* ---- threads ---- */

static void abandon(struct state *state)
{
    pthread_mutex_lock(&state->states->lock);
    unlink_locked(state);
    pthread_mutex_unlock(&state->states->lock);
}

static void end_thread(void *arg)
{
    struct state *each = of_thread;
    (void)arg;
    of_thread = NULL;
    current = NULL;
    while (each) {
        struct state *next = each->next_of_thread;
        if (each->states->process != getpid())
            return;
        if (claim(each))
            close_claimed(each);
        else if (atomic_load(&each->phase) == STATE_RUNNING)
            abandon(each);
        release_state(each);
        each = next;
    }
}

static void make_key(void)
{
    has_key = pthread_key_create(&thread_key, end_thread) == 0;
}

/* The state of this thread, if it has one; those that were closed are forgotten. */
static struct state *find_state(struct states *states)
{
    struct state **link = &of_thread, *each;
    while ((each = *link)) {
        if (each->states == states && atomic_load(&each->phase) != STATE_CLOSED)
            return each;
        if (atomic_load(&each->phase) == STATE_CLOSED) {
            *link = each->next_of_thread;
            release_state(each);
        } else {
            link = &each->next_of_thread;
        }
    }
    return NULL;
}

static struct state *new_state(struct states *states, asyr_error **error)
{
    struct state *state = calloc(1, sizeof *state);
    pthread_once(&once, make_key);
    if (!state || !has_key) {
        free(state);
        *error = asyr_error_new(ASYR_E_MEMORY, NULL, NULL);
        return NULL;
    }
    atomic_init(&state->references, 2);
    atomic_init(&state->phase, STATE_RUNNING);
    state->states = states;
    retain_memory(states);
    if (open_state(state, error))
        return state;
    release_memory(states);
    free(state);
    return NULL;
}

static void add_state(struct state *state)
{
    struct states *states = state->states;
    state->next_of_thread = of_thread;
    of_thread = state;
    pthread_setspecific(thread_key, of_thread);
    pthread_mutex_lock(&states->lock);
    state->next = states->first;
    state->before = &states->first;
    if (state->next)
        state->next->before = &state->next;
    states->first = state;
    pthread_mutex_unlock(&states->lock);
}

/* ---- entering ---- */

const struct frame *current_frame(void)
{
    return current;
}

static void push_frame(struct frame *frame, struct state *state, asyr_task *task)
{
    frame->state = state;
    frame->task = task;
    frame->outer = current;
    current = frame;
    state->depth++;
}

void leave_state(struct frame *frame)
{
    struct state *state = frame->state;
    current = frame->outer;
    if (--state->depth > 0)
        return;
    atomic_store(&state->phase, STATE_IDLE);
    if (atomic_load(&state->states->ended) && claim(state))
        close_claimed(state);
}

static bool enter_new(struct frame *frame, struct states *states, asyr_task *task,
                      asyr_error **error)
{
    struct state *state = new_state(states, error);
    if (!state)
        return false;
    add_state(state);
    push_frame(frame, state, task);
    *error = states->recipe.initializer ? initialize_state(state) : NULL;
    if (!*error)
        return true;
    leave_state(frame);
    if (claim(state))
        close_claimed(state);
    return false;
}

bool enter_state(struct frame *frame, struct states *states, asyr_task *task,
                 asyr_error **error)
{
    int idle = STATE_IDLE;
    struct state *state = find_state(states);
    if (state && state->depth == 0 &&
        !atomic_compare_exchange_strong(&state->phase, &idle, STATE_RUNNING))
        state = NULL;
    if (!state)
        return enter_new(frame, states, task, error);
    push_frame(frame, state, task);
    return true;
}
