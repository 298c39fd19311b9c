/*
 * What becomes of a chain when its sources are ready: see chain.h.
 *
 * Whoever makes a source ready keeps what became of it, and works on the link when he
 * works on no other: a chain of ten thousand results whose first one fails is a loop,
 * no recursion.
 */
#include "chain.h"

#include "../core/error.h"
#include "../core/value.h"
#include "../platform/thread_local.h"

/* The links that this thread is to work on. */
struct work {
    bool busy;
    struct asyri_link *first;
    struct asyri_link *last;
};

static ASYRI_THREAD_LOCAL struct work here;

/* The job ends with the outcome (owned), unless somebody else ends it. */
static void end_with(struct asyri_chain *chain, union asyri_outcome outcome,
                     uint32_t kind)
{
    asyri_job *job = chain->job;
    if (!asyri_result_claim(&job->result)) {
        asyri_outcome_drop(outcome, kind);
        return;
    }
    asyri_job_end_full(job, outcome, kind);
    asyri_chain_end_wait(job);
}

static void end_with_error(struct asyri_chain *chain, asyr_error *error)
{
    end_with(chain, (union asyri_outcome){.error = error}, ASYRI_FAILED);
}

static void end_with_value(struct asyri_chain *chain, asyr_value *value)
{
    end_with(chain, (union asyri_outcome){.value = value}, 0);
}

/* The outcome of a link as a value or an error; it is the caller's then. */
static union asyri_outcome take_outcome(struct asyri_link *link)
{
    union asyri_outcome outcome = link->is;
    link->is.value = NULL;
    return outcome;
}

static asyr_value *take_as_value(struct asyri_link *link)
{
    if (!(link->kind & ASYRI_FAILED))
        return take_outcome(link).value;
    asyr_value *wrapped = link->wrapped;
    link->wrapped = NULL;
    wrapped->depth = asyri_error_depth(link->is.error);
    wrapped->as.error = take_outcome(link).error;
    link->kind = 0;
    return wrapped;
}

static void pass_on(struct asyri_link *link)
{
    end_with(link->chain, take_outcome(link), link->kind);
    link->kind = 0;
}

static asyr_error *fail_depth(uint8_t depth)
{
    return asyri_error_format(ASYR_E_ARGUMENT,
                              "expected values nested at most %d deep, found %d",
                              ASYR_MAX_DEPTH, depth);
}

/* All are ready: the list, of which each thread that came has filled a place. */
static asyr_value *take_list(struct asyri_chain *chain)
{
    asyr_value *list = chain->list;
    uint8_t deepest = 0;
    for (int64_t i = 0; i < list->as.list.count; i++) {
        uint8_t depth = list->as.list.items[i]->depth;
        deepest = depth > deepest ? depth : deepest;
    }
    list->depth = (uint8_t)(deepest + 1);
    chain->list = NULL;
    return list;
}

static void end_with_list(struct asyri_chain *chain)
{
    asyr_value *list = take_list(chain);
    if (list->depth <= ASYR_MAX_DEPTH) {
        end_with_value(chain, list);
        return;
    }
    end_with_error(chain, fail_depth(list->depth));
    asyri_value_unref(list);
}

static int64_t place_of_failure(struct asyri_chain *chain)
{
    if (chain->policy != ASYR_ERRORS_LOWEST)
        return atomic_load_explicit(&chain->first, memory_order_acquire);
    int64_t place = 0;
    while (place < chain->count && !(chain->links[place].kind & ASYRI_FAILED))
        place++;
    return place < chain->count ? place : -1;
}

static void end_all(struct asyri_chain *chain)
{
    int64_t place = place_of_failure(chain);
    if (place < 0)
        end_with_list(chain);
    else
        end_with_error(chain, asyri_error_ref(chain->links[place].is.error));
}

/* In its place, but for an error that is not collected: that stays in its link. */
static void store(struct asyri_link *link)
{
    asyr_value **items = link->chain->list->as.list.items;
    items[link - link->chain->links] = take_as_value(link);
}

static void work_on_all(struct asyri_link *link, bool last)
{
    struct asyri_chain *chain = link->chain;
    if (last)
        end_all(chain);
    else if ((link->kind & ASYRI_FAILED) && chain->policy == ASYR_ERRORS_FAIL_FAST)
        end_with_error(chain, asyri_error_ref(link->is.error));
}

/* All have failed; an error that nests too deep goes without its value. */
static void end_without_any(struct asyri_chain *chain)
{
    asyr_value *list = take_list(chain);
    asyr_error *failure = chain->failure;
    chain->failure = NULL;
    asyri_error_set_value(failure, list, NULL);
    asyri_value_unref(list);
    end_with_error(chain, failure);
}

static void work_on_any(struct asyri_link *link, bool last)
{
    int64_t none = -1;
    struct asyri_chain *chain = link->chain;
    if (link->is.value) /* else its error is in the list */
        pass_on(link);
    else if (last &&
             atomic_load_explicit(&chain->first, memory_order_acquire) == none)
        end_without_any(chain);
}

static void work_on(struct asyri_link *link)
{
    struct asyri_chain *chain = link->chain;
    bool failed = link->kind & ASYRI_FAILED;
    bool last =
        atomic_fetch_sub_explicit(&chain->left, 1, memory_order_acq_rel) == 1;
    switch (chain->kind) {
    case ASYRI_CHAIN_THEN:
    case ASYRI_CHAIN_RESCUE:
        if (failed == (chain->kind == ASYRI_CHAIN_RESCUE))
            asyri_chain_take_turn(chain, take_as_value(link));
        else
            pass_on(link);
        break;
    case ASYRI_CHAIN_ALL:
        work_on_all(link, last);
        break;
    case ASYRI_CHAIN_ANY:
        work_on_any(link, last);
        break;
    }
    asyri_chain_leave(chain);
}

static void append(struct asyri_link *link)
{
    link->next = NULL;
    if (here.first)
        here.last->next = link;
    else
        here.first = link;
    here.last = link;
}

/* What works on one makes others ready, which come after it. */
static void work_in_turn(struct asyri_link *link)
{
    append(link);
    if (here.busy)
        return;
    here.busy = true;
    while (here.first) {
        struct asyri_link *first = here.first;
        here.first = first->next;
        work_on(first);
    }
    here.busy = false;
}

static asyr_value *take_number(struct asyri_link *link, uint32_t state,
                               union asyri_outcome outcome)
{
    asyr_value *value = link->number;
    link->number = NULL;
    value->type = state & ASYRI_INT64 ? ASYR_VALUE_INT64 : ASYR_VALUE_DOUBLE;
    if (state & ASYRI_INT64)
        value->as.int64 = outcome.int64;
    else
        value->as.number = outcome.number;
    return value;
}

/* Keep what became of the source. */
static void keep_outcome(struct asyri_link *link, asyr_result *source)
{
    uint32_t state = asyri_result_state(source);
    link->kind = state & ASYRI_FAILED;
    if (state & ASYRI_FAILED) {
        asyri_result_mark_error_read(source);
        link->is.error = asyri_error_ref(asyri_result_error(source));
    } else if (state & (ASYRI_INT64 | ASYRI_DOUBLE)) {
        link->is.value = take_number(link, state, source->outcome);
    } else if (source->outcome.value) {
        link->is.value = asyri_value_ref(source->outcome.value);
    } else {
        link->is.value = asyri_value_nil();
    }
}

/* What a gathering notes of each, before it counts it off. */
static void note(struct asyri_link *link)
{
    int64_t none = -1;
    struct asyri_chain *chain = link->chain;
    bool failed = link->kind & ASYRI_FAILED;
    bool is_all = chain->kind == ASYRI_CHAIN_ALL;
    if (failed == is_all && !(is_all && chain->policy == ASYR_ERRORS_COLLECT))
        atomic_compare_exchange_strong_explicit(
            &chain->first, &none, link - chain->links, memory_order_acq_rel,
            memory_order_relaxed);
    if (is_all ? !failed || chain->policy == ASYR_ERRORS_COLLECT : failed)
        store(link);
}

void asyri_chain_source_is_ready(struct asyri_observer *observer,
                                 asyr_result *source)
{
    struct asyri_link *link = ASYRI_OBJECT(observer, struct asyri_link, observer);
    keep_outcome(link, source);
    if (link->chain->kind == ASYRI_CHAIN_ALL || link->chain->kind == ASYRI_CHAIN_ANY)
        note(link);
    work_in_turn(link);
}

void asyri_chain_end_empty(struct asyri_chain *chain)
{
    if (chain->kind == ASYRI_CHAIN_ALL)
        end_all(chain);
    else
        end_without_any(chain);
}
