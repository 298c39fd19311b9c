/*
 * The checker itself: small programs of which it is known what C lets them do.  The
 * names are those of the literature on memory models.
 */
#include "model.h"

#include <stdatomic.h>

#include "base/alloc.h"

#define RELAXED memory_order_relaxed
#define ACQUIRE memory_order_acquire
#define RELEASE memory_order_release
#define SEQ_CST memory_order_seq_cst

static _Atomic int x, y, z;
static int plain;
static _Atomic int *allocated;
static int r[4];
static bool seen;

static void setup(void)
{
    atomic_init(&x, 0);
    atomic_init(&y, 0);
    atomic_init(&z, 0);
    plain = 0;
    for (int i = 0; i < 4; i++)
        r[i] = -1;
    model_name(&x, "x");
    model_name(&y, "y");
    model_name(&z, "z");
}

/* Each test looks for one outcome, which C allows or forbids. */
static bool allowed(void)
{
    bool was_seen = seen;
    seen = false;
    return was_seen;
}

static bool forbidden(void)
{
    return !allowed();
}

static void store_x(memory_order order)
{
    atomic_store_explicit(&x, 1, order);
}

static void store_y(memory_order order)
{
    atomic_store_explicit(&y, 1, order);
}

static int load_x(memory_order order)
{
    return atomic_load_explicit(&x, order);
}

static int load_y(memory_order order)
{
    return atomic_load_explicit(&y, order);
}

/* Store buffering: store one, load the other. */
#define STORE_BUFFERING(name, store, fence, load)                                   \
    static void name##_0(void)                                                      \
    {                                                                               \
        store_x(store);                                                             \
        if (fence)                                                                  \
            atomic_thread_fence(SEQ_CST);                                           \
        r[0] = load_y(load);                                                        \
    }                                                                               \
    static void name##_1(void)                                                      \
    {                                                                               \
        store_y(store);                                                             \
        if (fence)                                                                  \
            atomic_thread_fence(SEQ_CST);                                           \
        r[1] = load_x(load);                                                        \
    }

STORE_BUFFERING(sb_release, RELEASE, false, ACQUIRE)
STORE_BUFFERING(sb_seq_cst, SEQ_CST, false, SEQ_CST)
STORE_BUFFERING(sb_fences, RELAXED, true, RELAXED)

static void sb_release_store_0(void)
{
    store_x(RELEASE);
    r[0] = load_y(SEQ_CST);
}

static void sb_one_fence_0(void)
{
    store_x(RELAXED);
    atomic_thread_fence(SEQ_CST);
    r[0] = load_y(SEQ_CST);
}

static void sb_other_object_0(void)
{
    store_x(RELEASE);
    atomic_fetch_add_explicit(&z, 1, SEQ_CST);
    r[0] = load_y(SEQ_CST);
}

static void sb_exchange_0(void)
{
    atomic_exchange_explicit(&x, 1, SEQ_CST);
    r[0] = load_y(SEQ_CST);
}

static void neither_saw(void)
{
    seen |= r[0] == 0 && r[1] == 0;
}

/* Message passing. */
#define MESSAGE_PASSING(name, before, store, load, after)                           \
    static void name##_0(void)                                                      \
    {                                                                               \
        store_x(RELAXED);                                                           \
        before;                                                                     \
        store_y(store);                                                             \
    }                                                                               \
    static void name##_1(void)                                                      \
    {                                                                               \
        r[0] = load_y(load);                                                        \
        after;                                                                      \
        r[1] = load_x(RELAXED);                                                     \
    }

MESSAGE_PASSING(mp_relaxed, (void)0, RELAXED, RELAXED, (void)0)
MESSAGE_PASSING(mp_no_release, (void)0, RELAXED, ACQUIRE, (void)0)
MESSAGE_PASSING(mp_no_acquire, (void)0, RELEASE, RELAXED, (void)0)
MESSAGE_PASSING(mp_acquire, (void)0, RELEASE, ACQUIRE, (void)0)
MESSAGE_PASSING(mp_fences, atomic_thread_fence(RELEASE), RELAXED, RELAXED,
                atomic_thread_fence(ACQUIRE))

static void only_the_flag_seen(void)
{
    seen |= r[0] == 1 && r[1] == 0;
}

/* A release sequence: the read-modify-write carries on what it modifies. */
static void carry_on(void)
{
    int one = 1;
    atomic_compare_exchange_strong_explicit(&y, &one, 2, RELAXED, RELAXED);
}

static void overwrite(void)
{
    if (load_y(RELAXED) == 1)
        atomic_store_explicit(&y, 2, RELAXED);
}

static void only_the_second_flag_seen(void)
{
    seen |= r[0] == 2 && r[1] == 0;
}

/* Independent reads of independent writes. */
#define TWO_READS(name, first, second, order, to)                                   \
    static void name(void)                                                          \
    {                                                                               \
        r[to] = first(order);                                                       \
        r[to + 1] = second(order);                                                  \
    }

TWO_READS(xy_acquire, load_x, load_y, ACQUIRE, 0)
TWO_READS(yx_acquire, load_y, load_x, ACQUIRE, 2)
TWO_READS(xy_seq_cst, load_x, load_y, SEQ_CST, 0)
TWO_READS(yx_seq_cst, load_y, load_x, SEQ_CST, 2)
TWO_READS(xx_relaxed, load_x, load_x, RELAXED, 0)

static void store_x_release(void)
{
    store_x(RELEASE);
}

static void store_y_release(void)
{
    store_y(RELEASE);
}

static void store_x_seq_cst(void)
{
    store_x(SEQ_CST);
}

static void store_y_seq_cst(void)
{
    store_y(SEQ_CST);
}

static void readers_disagree(void)
{
    seen |= r[0] == 1 && r[1] == 0 && r[2] == 1 && r[3] == 0;
}

static void went_back(void)
{
    seen |= r[0] == 1 && r[1] == 0;
}

/* Each writes both, in opposite orders; both first writes are the last in the end. */
static void write_xy(void)
{
    atomic_store_explicit(&x, 1, RELAXED);
    atomic_store_explicit(&y, 2, RELAXED);
}

static void write_yx(void)
{
    atomic_store_explicit(&y, 1, RELAXED);
    atomic_store_explicit(&x, 2, RELAXED);
}

static void both_first_are_last(void)
{
    seen |= atomic_load(&x) == 1 && atomic_load(&y) == 1;
}

/* Load buffering: C allows it for relaxed operations, this checker does not find it. */
static void load_buffering_0(void)
{
    r[0] = load_x(RELAXED);
    store_y(RELAXED);
}

static void load_buffering_1(void)
{
    r[1] = load_y(RELAXED);
    store_x(RELAXED);
}

static void both_saw(void)
{
    seen |= r[0] == 1 && r[1] == 1;
}

static void add(void)
{
    atomic_fetch_add_explicit(&x, 1, RELAXED);
}

static void lost_one(void)
{
    seen |= atomic_load(&x) != 3;
}

/* Memory that is not atomic. */
static void hand_over_0(void)
{
    model_write_plain(&plain);
    store_x(RELEASE);
}

static void hand_over_1(void)
{
    MODEL_AWAIT(&x, 1);
    model_read_plain(&plain);
}

/* Memory that is given back when nobody uses it any more. */
static void setup_allocated(void)
{
    setup();
    allocated = asyri_alloc(sizeof *allocated);
    atomic_init(allocated, 0);
}

static void use(void)
{
    atomic_fetch_add_explicit(allocated, 1, RELAXED);
    store_x(RELEASE);
}

static void free_when_used(void)
{
    if (!model_mutant("free_too_early"))
        MODEL_AWAIT(&x, 1);
    load_y(RELAXED);
    asyri_free(allocated);
}

static void nothing(void)
{
}

#define TEST(name, first, second, check, verdict)                                   \
    {                                                                               \
        name, setup, {first, second}, check, verdict, false, 0                      \
    }

const struct model_scenario model_scenarios[] = {
    TEST("sb_release", sb_release_0, sb_release_1, neither_saw, allowed),
    TEST("sb_seq_cst", sb_seq_cst_0, sb_seq_cst_1, neither_saw, forbidden),
    TEST("sb_fences", sb_fences_0, sb_fences_1, neither_saw, forbidden),
    TEST("sb_one_release", sb_release_store_0, sb_seq_cst_1, neither_saw, allowed),
    TEST("sb_one_fence", sb_one_fence_0, sb_seq_cst_1, neither_saw, forbidden),
    TEST("sb_other_object", sb_other_object_0, sb_seq_cst_1, neither_saw, allowed),
    TEST("sb_exchange", sb_exchange_0, sb_seq_cst_1, neither_saw, forbidden),
    TEST("mp_relaxed", mp_relaxed_0, mp_relaxed_1, only_the_flag_seen, allowed),
    TEST("mp_no_release", mp_no_release_0, mp_no_release_1, only_the_flag_seen,
         allowed),
    TEST("mp_no_acquire", mp_no_acquire_0, mp_no_acquire_1, only_the_flag_seen,
         allowed),
    TEST("mp_acquire", mp_acquire_0, mp_acquire_1, only_the_flag_seen, forbidden),
    TEST("mp_fences", mp_fences_0, mp_fences_1, only_the_flag_seen, forbidden),
    {"release_sequence",
     setup,
     {mp_acquire_0, carry_on, mp_acquire_1},
     only_the_second_flag_seen,
     forbidden,
     false,
     0},
    {"no_release_sequence",
     setup,
     {mp_acquire_0, overwrite, mp_acquire_1},
     only_the_second_flag_seen,
     allowed,
     false,
     0},
    {"iriw_acquire",
     setup,
     {store_x_release, store_y_release, xy_acquire, yx_acquire},
     readers_disagree,
     allowed,
     false,
     0},
    {"iriw_seq_cst",
     setup,
     {store_x_seq_cst, store_y_seq_cst, xy_seq_cst, yx_seq_cst},
     readers_disagree,
     forbidden,
     false,
     0},
    TEST("coherence", store_x_release, xx_relaxed, went_back, forbidden),
    TEST("two_and_two_writes", write_xy, write_yx, both_first_are_last, allowed),
    TEST("load_buffering", load_buffering_0, load_buffering_1, both_saw, forbidden),
    {"atomic_addition", setup, {add, add, add}, lost_one, forbidden, false, 0},
    TEST("hand_over", hand_over_0, hand_over_1, nothing, NULL),
    {"freed", setup_allocated, {use, free_when_used}, nothing, NULL, false, 0},
    {.name = NULL}};
