/*
 * What the results of chains wait for, for who waits for one of them: to run what has
 * not begun, and to see circles.
 *
 * The sources of a job never change, so what was noted once covers all that comes later.
 * A result that waits for any of several is not stuck while one of them may end; what is
 * behind it is noted last, to be run alone.
 */
#include "../base/alloc.h"
#include "chain.h"

enum { MOST_NOTED = 4096, FIRST_NOTED = 16 };

static bool reserve(struct asyri_sleep *sleep)
{
    if (sleep->other_count < sleep->other_capacity)
        return true;
    int64_t capacity =
        sleep->other_capacity ? 2 * sleep->other_capacity : FIRST_NOTED;
    asyr_result **others = asyri_alloc((size_t)capacity * sizeof(void *));
    if (!others)
        return false;
    for (int64_t i = 0; i < sleep->other_count; i++)
        others[i] = sleep->others[i];
    asyri_free(sleep->others);
    sleep->others = others;
    sleep->other_capacity = capacity;
    return true;
}

bool asyri_sleep_note(struct asyri_sleep *sleep, asyr_result *result)
{
    if (!reserve(sleep))
        return false;
    sleep->others[sleep->other_count++] = asyri_result_ref(result);
    return true;
}

static bool waits_for_any(const struct asyri_chain *chain)
{
    return chain->kind == ASYRI_CHAIN_ANY && chain->count > 1;
}

/* Note the sources of one job, if it waits for all of them, or for any. */
static void note_sources_of(asyr_result *result, bool of_any,
                            struct asyri_sleep *sleep)
{
    asyri_job *job = asyri_job_of(result);
    asyr_pool *pool = asyri_job_pool(job);
    if (!asyri_job_awaits(job))
        return;
    asyri_mutex_lock(&pool->lock);
    const struct asyri_chain *chain = asyri_job_rare(job)->chain;
    for (int64_t i = 0; chain && waits_for_any(chain) == of_any && i < chain->count;
         i++) {
        asyr_result *source = chain->links[i].source;
        if (!asyri_result_is_ready(source) && sleep->other_count < MOST_NOTED)
            asyri_sleep_note(sleep, source);
    }
    asyri_mutex_unlock(&pool->lock);
}

/* All from that place on, and what they lead to. */
static void note_behind(struct asyri_sleep *sleep, int64_t from, bool of_any)
{
    for (int64_t i = from; i < sleep->other_count; i++)
        note_sources_of(sleep->others[i], of_any, sleep);
}

static bool waits_in_chain(asyr_result *result)
{
    return asyri_job_awaits(asyri_job_of(result));
}

void asyri_sleep_note_sources(asyr_result *first, struct asyri_sleep *sleep)
{
    bool waits = first && waits_in_chain(first);
    for (int64_t i = 0; i < sleep->other_count && !waits; i++)
        waits = waits_in_chain(sleep->others[i]);
    sleep->strict_count = sleep->other_count;
    if (!waits)
        return;
    if (first)
        note_sources_of(first, false, sleep);
    note_behind(sleep, 0, false);
    sleep->strict_count = sleep->other_count;
    if (first)
        note_sources_of(first, true, sleep);
    note_behind(sleep, 0, true);
    note_behind(sleep, sleep->strict_count, false);
}
