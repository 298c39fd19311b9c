/*
 * Sleeping workers: nobody sleeps for ever while there is work, and the counts and the
 * list agree in the end.
 *
 * Publishers put items into a box, set a fence and notify.  Workers do what
 * the workers of a pool do, except that they search but once before they sleep.  They
 * sleep in the end, so what counts is what is left when nobody can go on.
 */
#include "model.h"

#include <assert.h>

#include <asyncresult/codes.h>

#include "pool/sleepers.h"

#define WORKERS 3
#define PUBLISHERS 2

static asyri_sleepers sleepers;
static asyri_sleeper places[WORKERS];
static _Atomic int boxes[PUBLISHERS]; /* how many items each published */
static int boxes_used;
static int published;
static int taken;
static bool closes; /* in this scenario somebody does */
static int told;    /* plain: written before the only notify, read when woken */
static bool tells;
static bool together; /* nobody is done with an item before all have been taken */
static _Atomic int begun;
static _Atomic int closed;

static void setup(void)
{
    asyri_sleepers_init(&sleepers, 1);
    model_name(&sleepers.word, "word");
    model_name(&sleepers.mutex, "mutex");
    for (int i = 0; i < WORKERS; i++) {
        asyri_sleeper_init(&places[i]);
        model_name(&places[i].chosen, "chosen");
        model_name(&places[i].waiter.parker, "permit");
    }
    for (int i = 0; i < PUBLISHERS; i++) {
        atomic_init(&boxes[i], 0);
        model_name(&boxes[i], i ? "box 1" : "box 0");
    }
    atomic_init(&begun, 0);
    atomic_init(&closed, 0);
    model_name(&begun, "begun");
    model_name(&closed, "closed");
    published = taken = 0;
    boxes_used = 1;
    closes = tells = together = false;
}

static void setup_together(void)
{
    setup();
    together = true;
}

static void setup_telling(void)
{
    setup();
    tells = true;
}

static void setup_two_boxes(void)
{
    setup();
    boxes_used = 2;
}

static void setup_closing(void)
{
    setup();
    closes = true;
}

/* Publishing. */

static void publish_to(_Atomic int *box)
{
    if (tells)
        model_write_plain(&told);
    published++;
    atomic_fetch_add_explicit(box, 1, memory_order_release);
    if (!model_mutant("no_fence"))
        atomic_thread_fence(memory_order_seq_cst);
    asyri_sleepers_notify(&sleepers);
}

/* A sequentially consistent write needs no fence. */
static void publish_in_order(void)
{
    if (tells)
        model_write_plain(&told);
    published++;
    atomic_fetch_add_explicit(&boxes[0], 1, memory_order_seq_cst);
    asyri_sleepers_notify(&sleepers);
}

static void publish_0(void)
{
    publish_to(&boxes[0]);
}

static void publish_1(void)
{
    publish_to(&boxes[1]);
}

static void publish_two(void)
{
    publish_0();
    publish_0();
}

static void close_all(void)
{
    atomic_store_explicit(&closed, 1, memory_order_seq_cst);
    asyri_sleepers_wake_all(&sleepers);
}

/* Working. */

static bool take_from(_Atomic int *box)
{
    int count = atomic_load_explicit(box, memory_order_relaxed);
    while (count > 0) {
        if (atomic_compare_exchange_weak_explicit(box, &count, count - 1,
                                                  memory_order_acquire,
                                                  memory_order_relaxed)) {
            taken++;
            return true;
        }
    }
    return false;
}

static bool take_one(void)
{
    for (int i = 0; i < boxes_used; i++) {
        if (take_from(&boxes[i]))
            return true;
    }
    return false;
}

static bool is_there_work(void)
{
    for (int i = 0; i < boxes_used; i++) {
        if (atomic_load_explicit(&boxes[i], memory_order_seq_cst) > 0)
            return true;
    }
    return false;
}

static bool is_closed(void)
{
    return closes && atomic_load_explicit(&closed, memory_order_seq_cst);
}

static void end_search(void)
{
    if (!asyri_sleepers_end_search(&sleepers) ||
        model_mutant("no_look_after_search"))
        return;
    if (is_there_work())
        asyri_sleepers_notify(&sleepers);
}

static void run_item(void)
{
    if (!together)
        return;
    atomic_fetch_add_explicit(&begun, 1, memory_order_seq_cst);
    MODEL_AWAIT(&begun, 2);
}

struct worker {
    asyri_sleeper *place;
    bool searching;
    int64_t deadline;
    asyr_interrupt *interrupt;
};

/* What the second look is for: it comes after the worker counts as asleep. */
static bool look_again(void)
{
    return !model_mutant("no_second_look") && (is_there_work() || is_closed());
}

static void sleep_once(struct worker *worker)
{
    asyri_sleepers_enter(&sleepers, worker->place, worker->searching);
    if (look_again()) {
        asyri_sleepers_leave(&sleepers, worker->place);
        worker->searching = true;
        return;
    }
    asyr_status status = asyri_sleepers_park(&sleepers, worker->place,
                                             worker->deadline, worker->interrupt);
    worker->searching = status == ASYR_OK;
    if (tells && status == ASYR_OK)
        model_read_plain(&told);
    if (status != ASYR_OK) { /* once is enough */
        worker->deadline = ASYR_FOREVER;
        worker->interrupt = NULL;
    }
}

static void work(struct worker *worker)
{
    while (!is_closed()) {
        if (take_one()) {
            if (worker->searching)
                end_search();
            worker->searching = false;
            run_item();
        } else if (!worker->searching && asyri_sleepers_start_search(&sleepers)) {
            worker->searching = true;
        } else {
            sleep_once(worker);
        }
    }
    if (worker->searching)
        end_search();
}

static void worker_0(void)
{
    work(&(struct worker){.place = &places[0], .deadline = ASYR_FOREVER});
}

static void worker_1(void)
{
    work(&(struct worker){.place = &places[1], .deadline = ASYR_FOREVER});
}

static void timed_worker(void)
{
    work(&(struct worker){.place = &places[2], .deadline = 0});
}

static void interrupted_worker(void)
{
    static char interrupt; /* the model's sleep looks at nothing but the address */
    work(&(struct worker){.place = &places[2],
                          .deadline = ASYR_FOREVER,
                          .interrupt = (asyr_interrupt *)(void *)&interrupt});
}

/* In the end. */

static int list_length(void)
{
    int length = 0;
    for (asyri_list *node = sleepers.list.next; node != &sleepers.list;
         node = node->next)
        length++;
    return length;
}

static void check_counts(int asleep)
{
    MODEL_CHECK(asyri_sleepers_count_searching(&sleepers) == 0);
    MODEL_CHECK(asyri_sleepers_count_asleep(&sleepers) == asleep);
    MODEL_CHECK(list_length() == asleep);
    MODEL_CHECK(sleepers.forestalled == 0);
}

static void check(void)
{
    int asleep = 0;
    for (int i = 0; i < MODEL_THREADS; i++)
        asleep += model_is_blocked(i);
    MODEL_CHECK(!is_there_work());
    MODEL_CHECK(taken == published);
    check_counts(asleep);
}

/* Everybody came to an end. */
static void check_closed(void)
{
    check_counts(0);
}

/* Everybody may sleep in the end, unless it was closed. */
#define SCENARIO(name, setup, preemptions, ...)                                     \
    {                                                                               \
        name, setup, {__VA_ARGS__}, check, NULL, true, preemptions                  \
    }
#define CLOSING(name, preemptions, ...)                                             \
    {                                                                               \
        name, setup_closing, {__VA_ARGS__}, check_closed, NULL, false, preemptions  \
    }

/* Three threads are too many for every interleaving. */
const struct model_scenario model_scenarios[] = {
    SCENARIO("one_worker", setup, 0, worker_0, publish_0),
    SCENARIO("one_worker_no_fence", setup, 0, worker_0, publish_in_order),
    SCENARIO("one_worker_two_items", setup, 0, worker_0, publish_two),
    SCENARIO("one_timed_worker", setup_telling, 0, timed_worker, publish_in_order),
    SCENARIO("one_interrupted_worker", setup, 0, interrupted_worker, publish_0),
    CLOSING("closing", 0, worker_0, close_all),
    CLOSING("closing_two_workers", 4, worker_0, timed_worker, close_all),
    SCENARIO("two_publishers", setup_two_boxes, 3, worker_0, publish_0, publish_1),
    SCENARIO("two_workers_at_once", setup_together, 3, worker_0, worker_1,
             publish_two),
    SCENARIO("two_workers_two_publishers", setup_together, 2, worker_0, timed_worker,
             publish_0, publish_0),
    {.name = NULL}};
