/*
 * Sleeping workers: see sleepers.h for the states and for what callers owe.
 *
 * The word says how many sleep and how many search; the list says who sleeps.  The
 * mutex is the last that its holder takes.  asleep grows only under it, together with
 * the list.  A waker first takes one from asleep, without the mutex, and so owns the
 * right to choose one; then it takes the mutex and somebody out of the list.  A worker
 * that wants to leave while all in the list are promised to wakers that have yet to
 * come takes the place of the one whom the next of them would choose, and is counted
 * as forestalled.  So whenever the mutex is free,
 *
 *     length of the list = asleep + wakers on their way - forestalled
 *     forestalled <= wakers on their way
 *
 * and a waker that takes the mutex finds forestalled > 0 or somebody in the list.
 *
 * No wake-up is lost.  All operations on the word are sequentially consistent, and so
 * are the publishing write W (or a fence after it) and the look L of who has entered:
 *
 *     publisher:  W; load of the word         sleeper:  enter; L
 *
 * If the load comes before the enter in their single order, W comes before L, which
 * sees the work.  Otherwise the load sees one asleep, and wakes unless it sees a
 * searcher.  Then some later step takes the count of searchers to 0, by enter or by
 * end_search, and who took it looks afterwards: W comes before that look, by the same
 * argument with this step in place of enter.  If end_search asks for no look, nobody
 * is asleep then, and who enters later looks.
 * A waker whose compare-exchange fails decides anew with what it then sees.
 *
 * Permits may be left over: an interrupt gives some, and who leaves by itself may have
 * been given one.  `chosen` decides; a permit only says that it is time to look.  It
 * is released by the waker and acquired by the one who is woken.
 */
#include "sleepers.h"

#include <assert.h>

#include <asyncresult/codes.h>

void asyri_sleepers_init(asyri_sleepers *sleepers, int limit)
{
    assert(limit >= 1 && limit <= ASYRI_SLEEPERS_MOST);
    atomic_init(&sleepers->word, 0);
    sleepers->limit = limit;
    asyri_mutex_init(&sleepers->mutex);
    asyri_list_init(&sleepers->list);
    sleepers->forestalled = 0;
}

void asyri_sleepers_destroy(asyri_sleepers *sleepers)
{
    assert(asyri_list_is_empty(&sleepers->list));
    asyri_mutex_destroy(&sleepers->mutex);
}

void asyri_sleeper_init(asyri_sleeper *sleeper)
{
    sleeper->link.next = sleeper->link.previous = NULL;
    atomic_init(&sleeper->chosen, false);
    asyri_waiter_init(&sleeper->waiter);
}

void asyri_sleeper_destroy(asyri_sleepers *sleepers, asyri_sleeper *sleeper)
{
    asyri_mutex_lock(&sleepers->mutex);
    assert(!asyri_list_has(&sleeper->link));
    asyri_mutex_unlock(&sleepers->mutex);
    asyri_waiter_destroy(&sleeper->waiter);
}

static uint64_t word_of(const asyri_sleepers *sleepers)
{
    return atomic_load_explicit(&sleepers->word, memory_order_seq_cst);
}

/* As a weak compare-exchange: `word` is read anew when it fails. */
static bool change_word(asyri_sleepers *sleepers, uint64_t *word, uint64_t changed)
{
    return atomic_compare_exchange_weak_explicit(
        &sleepers->word, word, changed, memory_order_seq_cst, memory_order_seq_cst);
}

int asyri_sleepers_count_asleep(const asyri_sleepers *sleepers)
{
    return asyri_sleepers_asleep_in(word_of(sleepers));
}

int asyri_sleepers_count_searching(const asyri_sleepers *sleepers)
{
    return asyri_sleepers_searching_in(word_of(sleepers));
}

void asyri_sleepers_ask_attention(asyri_sleepers *sleepers)
{
    atomic_fetch_or_explicit(&sleepers->word, ASYRI_SLEEPERS_ATTENTION,
                             memory_order_seq_cst);
}

void asyri_sleepers_clear_attention(asyri_sleepers *sleepers)
{
    atomic_fetch_and_explicit(&sleepers->word, ~ASYRI_SLEEPERS_ATTENTION,
                              memory_order_seq_cst);
}

/* Under the mutex, which the unparked cannot be freed without. */
static void choose_first_locked(asyri_sleepers *sleepers)
{
    asyri_list *first = asyri_list_take_first(&sleepers->list);
    if (!first)
        return; /* there is one for each that counts as asleep */
    asyri_sleeper *sleeper = ASYRI_OBJECT(first, asyri_sleeper, link);
    atomic_store_explicit(&sleeper->chosen, true, memory_order_release);
    asyri_unpark(&sleeper->waiter.parker);
}

void asyri_sleepers_wake_one(asyri_sleepers *sleepers)
{
    uint64_t word = word_of(sleepers);
    do {
        if (!asyri_sleepers_wants_waking(word))
            return;
    } while (!change_word(sleepers, &word,
                          word - ASYRI_SLEEPERS_ASLEEP + ASYRI_SLEEPERS_SEARCHING));
    asyri_mutex_lock(&sleepers->mutex);
    if (sleepers->forestalled > 0)
        sleepers->forestalled--;
    else
        choose_first_locked(sleepers);
    asyri_mutex_unlock(&sleepers->mutex);
}

void asyri_sleepers_wake_all(asyri_sleepers *sleepers)
{
    int count;
    asyri_mutex_lock(&sleepers->mutex);
    uint64_t word = word_of(sleepers);
    do
        count = asyri_sleepers_asleep_in(word);
    while (!change_word(sleepers, &word,
                        word - (uint64_t)count * ASYRI_SLEEPERS_ASLEEP +
                            (uint64_t)count * ASYRI_SLEEPERS_SEARCHING));
    while (count-- > 0)
        choose_first_locked(sleepers);
    asyri_mutex_unlock(&sleepers->mutex);
}

bool asyri_sleepers_start_search(asyri_sleepers *sleepers)
{
    uint64_t word = word_of(sleepers);
    do {
        if (asyri_sleepers_searching_in(word) >= sleepers->limit)
            return false;
    } while (!change_word(sleepers, &word, word + ASYRI_SLEEPERS_SEARCHING));
    return true;
}

bool asyri_sleepers_end_search(asyri_sleepers *sleepers)
{
    uint64_t before = atomic_fetch_sub_explicit(
        &sleepers->word, ASYRI_SLEEPERS_SEARCHING, memory_order_seq_cst);
    assert(asyri_sleepers_searching_in(before) > 0);
    uint64_t word = before - ASYRI_SLEEPERS_SEARCHING;
    return asyri_sleepers_wants_waking(word) ||
           ((word & ASYRI_SLEEPERS_ATTENTION) &&
            asyri_sleepers_searching_in(word) == 0);
}

void asyri_sleepers_enter(asyri_sleepers *sleepers, asyri_sleeper *sleeper,
                          bool searching)
{
    uint64_t change = ASYRI_SLEEPERS_ASLEEP;
    if (searching)
        change -= ASYRI_SLEEPERS_SEARCHING;
    asyri_mutex_lock(&sleepers->mutex);
    atomic_store_explicit(&sleeper->chosen, false, memory_order_relaxed);
    asyri_list_append(sleepers->list.next, &sleeper->link);
    atomic_fetch_add_explicit(&sleepers->word, change, memory_order_seq_cst);
    asyri_mutex_unlock(&sleepers->mutex);
}

/*
 * Stop being asleep, and change the word by `change` as well.  False when it was
 * chosen, or takes the place of who would have been: it counts as searching then.
 */
static bool stop_sleeping(asyri_sleepers *sleepers, asyri_sleeper *sleeper,
                          uint64_t change)
{
    bool stopped = false;
    asyri_mutex_lock(&sleepers->mutex);
    if (asyri_list_has(&sleeper->link)) {
        uint64_t word = word_of(sleepers);
        while (!stopped && asyri_sleepers_asleep_in(word) > 0)
            stopped =
                change_word(sleepers, &word, word - ASYRI_SLEEPERS_ASLEEP + change);
        asyri_list_remove(&sleeper->link);
        sleepers->forestalled += !stopped;
    }
    asyri_mutex_unlock(&sleepers->mutex);
    return stopped;
}

void asyri_sleepers_leave(asyri_sleepers *sleepers, asyri_sleeper *sleeper)
{
    stop_sleeping(sleepers, sleeper, ASYRI_SLEEPERS_SEARCHING);
}

asyr_status asyri_sleepers_park(asyri_sleepers *sleepers, asyri_sleeper *sleeper,
                                int64_t deadline, asyr_interrupt *interrupt)
{
    for (;;) {
        asyr_status status =
            asyri_waiter_park(&sleeper->waiter, deadline, interrupt);
        if (atomic_load_explicit(&sleeper->chosen, memory_order_acquire))
            return ASYR_OK;
        if (status != ASYR_OK)
            return stop_sleeping(sleepers, sleeper, 0) ? status : ASYR_OK;
    }
}
