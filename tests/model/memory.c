/*
 * The memory model: C11's as mended by C++20, without executions in which a load
 * sees a store that depends on it (program order and reads-from have no cycle).
 *
 * Every atomic object has its stores in modification order.  A thread has a view: for
 * each object the oldest store that it may still see.  A load may see any store from
 * there on.  A store goes anywhere after there; a read-modify-write goes directly after
 * the store that it reads, and nothing else ever does.  A store carries a view: all
 * of its thread's if it releases, that of its thread's last release fence if not, and
 * what it carries on from the store that it modified.  An acquire takes that
 * view over; a relaxed load keeps it for the next acquire fence.
 *
 * The single order of sequentially consistent operations is the one in which they are
 * run.  `consistent` has for each object the newest store that any of them knows.  An
 * access that is sequentially consistent sees nothing older there, and a fence
 * exchanges views with it.
 *
 * Vector clocks travel with the views, but not through `consistent`: they are for
 * happens-before, by which memory that is not atomic goes (plain.c).
 */
#include "engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OBJECTS 24
#define STORES 96 /* of one object */
#define ALL_STORES 1024
#define APART (UINT64_C(1) << 40) /* of times; stores in between halve it */

struct view {
    uint64_t times[OBJECTS];
    uint32_t clocks[MODEL_THREADS];
};

struct store {
    uint64_t time; /* place in modification order; the first is 0 */
    uint64_t value;
    uint64_t past; /* a hash of all that led to it */
    bool modified; /* a read-modify-write comes directly after */
    struct view view;
};

struct object {
    const volatile void *address;
    size_t size;
    const char *name;
    int writer; /* the only thread that stores; -1: any */
    int count;
    struct store *stores[STORES]; /* in modification order */
    uint64_t hash;
};

struct thread_view {
    struct view now;
    struct view released; /* at its last release fence */
    struct view kept;     /* for its next acquire fence */
};

static struct {
    const volatile void *address;
    const char *name;
    int writer;
} names[OBJECTS];
static int name_count;

static struct object objects[OBJECTS];
static int object_count;
static struct store all_stores[ALL_STORES];
static int store_count;
static struct thread_view threads[MODEL_THREADS];
static uint64_t consistent[OBJECTS];

/* The read-modify-write that is half done. */
static struct {
    struct object *object;
    volatile void *address;
    size_t size;
    int read;
    memory_order order;
} pending;

static bool releases(memory_order order)
{
    return order == memory_order_release || order == memory_order_acq_rel ||
           order == memory_order_seq_cst;
}

static bool acquires(memory_order order)
{
    return order != memory_order_relaxed && order != memory_order_release;
}

void memory_overflow(const char *what)
{
    fprintf(stderr, "model: expected fewer %s in one execution\n", what);
    fflush(NULL);
    _Exit(2);
}

static uint64_t read_raw(const volatile void *address, size_t size)
{
    uint64_t value = 0;
    memcpy(&value, (const void *)address, size); /* little-endian */
    return value;
}

static void write_raw(volatile void *address, size_t size, uint64_t value)
{
    memcpy((void *)address, &value, size);
}

static uint64_t cut_to(uint64_t value, size_t size)
{
    return size == 8 ? value : value & ((UINT64_C(1) << size * 8) - 1);
}

void memory_reset(void)
{
    object_count = store_count = name_count = 0;
    memset(threads, 0, sizeof threads);
    memset(consistent, 0, sizeof consistent);
}

void model_name(const volatile void *address, const char *name)
{
    model_name_written_by(address, name, -1);
}

void model_name_written_by(const volatile void *address, const char *name,
                           int thread)
{
    if (name_count == OBJECTS)
        memory_overflow("names");
    names[name_count].address = address;
    names[name_count].writer = thread;
    names[name_count++].name = name;
}

static void name_object(struct object *object)
{
    object->name = "?";
    object->writer = -1;
    for (int i = 0; i < name_count; i++) {
        if (names[i].address == object->address) {
            object->name = names[i].name;
            object->writer = names[i].writer;
        }
    }
}

static void hash_object(struct object *object)
{
    uint64_t hash = (uintptr_t)object->address;
    for (int i = 0; i < object->count; i++)
        hash = explore_mix(hash, object->stores[i]->past);
    object->hash = hash;
}

static struct store *new_store(uint64_t value, uint64_t past)
{
    if (store_count == ALL_STORES)
        memory_overflow("stores");
    struct store *store = &all_stores[store_count++];
    memset(store, 0, sizeof *store);
    store->value = value;
    store->past = past;
    return store;
}

static struct object *object_at(const volatile void *address, size_t size)
{
    for (int i = 0; i < object_count; i++) {
        if (objects[i].address == address)
            return &objects[i];
    }
    if (object_count == OBJECTS)
        memory_overflow("objects");
    struct object *object = &objects[object_count++];
    object->address = address;
    object->size = size;
    name_object(object);
    object->count = 1;
    object->stores[0] = new_store(read_raw(address, size), (uintptr_t)address);
    hash_object(object);
    return object;
}

static size_t index_of(const struct object *object)
{
    return (size_t)(object - objects);
}

/* Objects that are not known yet have time 0 everywhere. */
static void join_times(uint64_t *times, const uint64_t *others)
{
    for (int i = 0; i < object_count; i++) {
        if (times[i] < others[i])
            times[i] = others[i];
    }
}

static void join(struct view *view, const struct view *other)
{
    join_times(view->times, other->times);
    for (int i = 0; i < MODEL_THREADS; i++) {
        if (view->clocks[i] < other->clocks[i])
            view->clocks[i] = other->clocks[i];
    }
}

static struct thread_view *own(void)
{
    return &threads[threads_self()];
}

void memory_start(int count)
{
    for (int i = 0; i < count; i++)
        threads[i].now.clocks[i] = 1;
}

uint64_t memory_newest(const volatile void *address, size_t size)
{
    struct object *object = object_at(address, size);
    return object->stores[object->count - 1]->value;
}

/* The past of the newest store that sequentially consistent operations know. */
static uint64_t consistent_past(int index)
{
    struct object *object = &objects[index];
    int i = object->count - 1;
    while (object->stores[i]->time > consistent[index])
        i--;
    return explore_mix((uintptr_t)object->address, object->stores[i]->past);
}

/* Sums, since objects are met in another order in another execution. */
static uint64_t consistent_state(void)
{
    uint64_t sum = 0;
    for (int i = 0; i < object_count; i++) {
        if (consistent[i])
            sum += consistent_past(i);
    }
    return sum;
}

uint64_t memory_state(void)
{
    uint64_t sum = 0;
    for (int i = 0; i < object_count; i++) {
        if (objects[i].count > 1)
            sum += explore_mix(objects[i].hash, 1);
    }
    return explore_mix(sum, consistent_state());
}

static void log_step(const char *function, const char *operation,
                     const struct object *object, uint64_t value, memory_order order)
{
    explore_log(&(struct explore_step){.thread = threads_self(),
                                       .function = function,
                                       .operation = operation,
                                       .object = object ? object->name : "",
                                       .value = value,
                                       .order = order});
}

/* The oldest store that the running thread may see. */
static int oldest_visible(const struct object *object, memory_order order)
{
    size_t at = index_of(object);
    uint64_t time = own()->now.times[at];
    if (order == memory_order_seq_cst && consistent[at] > time)
        time = consistent[at];
    int i = object->count - 1;
    while (object->stores[i]->time > time)
        i--;
    return i;
}

static void see(const struct object *object, const struct store *store,
                memory_order order)
{
    struct thread_view *self = own();
    size_t at = index_of(object);
    if (self->now.times[at] < store->time)
        self->now.times[at] = store->time;
    join(acquires(order) ? &self->now : &self->kept, &store->view);
    if (order == memory_order_seq_cst && consistent[at] < store->time)
        consistent[at] = store->time;
    threads_remember(store->past);
}

/* A step of the running thread, which another thread's reads can tell apart. */
static void tick(void)
{
    own()->now.clocks[threads_self()]++;
}

static uint64_t time_after(const struct object *object, int index)
{
    uint64_t time = object->stores[index]->time;
    if (index + 1 == object->count)
        return time + APART;
    uint64_t next = object->stores[index + 1]->time;
    if (next - time < 2)
        memory_overflow("stores between stores");
    return time + (next - time) / 2;
}

/* Store after `index`; `carried`: the store that this one modifies, or NULL. */
static void insert(struct object *object, int index, uint64_t value,
                   memory_order order, const struct store *carried)
{
    struct thread_view *self = own();
    size_t at = index_of(object);
    if (object->count == STORES)
        memory_overflow("stores of one object");
    if (object->writer >= 0 && object->writer != threads_self())
        model_fail("expected a store by the thread that was named as the only one");
    threads_remember(explore_mix((uintptr_t)object->address, value));
    struct store *store = new_store(value, threads_past());
    store->time = time_after(object, index);
    self->now.times[at] = store->time;
    store->view = releases(order) ? self->now : self->released;
    store->view.times[at] = store->time;
    if (carried)
        join(&store->view, &carried->view);
    if (order == memory_order_seq_cst && consistent[at] < store->time)
        consistent[at] = store->time;
    memmove(&object->stores[index + 2], &object->stores[index + 1],
            (size_t)(object->count - index - 1) * sizeof object->stores[0]);
    object->stores[index + 1] = store;
    object->count++;
    if (index + 2 == object->count)
        write_raw((volatile void *)object->address, object->size, value);
    hash_object(object);
}

uint64_t model_load(const volatile void *address, size_t size, memory_order order,
                    const char *function)
{
    if (threads_self() < 0)
        return read_raw(address, size);
    struct object *object = object_at(address, size);
    order = explore_weaken(function, "load", object->name, order);
    if (object->writer == threads_self() && order != memory_order_seq_cst)
        threads_glue();
    threads_step();
    plain_check_alive(address);
    tick();
    int oldest = oldest_visible(object, order);
    int count = object->count - oldest;
    int read = object->count - 1 - (int)explore_choose((unsigned)count);
    struct store *store = object->stores[read];
    see(object, store, order);
    log_step(function, read + 1 == object->count ? "load" : "load, of an old value",
             object, store->value, order);
    return store->value;
}

/* Where a store may go: after one of these. */
static int choose_modifiable(const struct object *object, int oldest)
{
    int places[STORES];
    int count = 0;
    for (int i = object->count - 1; i >= oldest; i--) {
        if (!object->stores[i]->modified)
            places[count++] = i;
    }
    return places[explore_choose((unsigned)count)];
}

void model_store(volatile void *address, size_t size, uint64_t value,
                 memory_order order, const char *function)
{
    value = cut_to(value, size);
    if (threads_self() < 0) {
        write_raw(address, size, value);
        return;
    }
    threads_step();
    plain_check_alive(address);
    struct object *object = object_at(address, size);
    order = explore_weaken(function, "store", object->name, order);
    tick();
    int place = choose_modifiable(object, oldest_visible(object, order));
    insert(object, place, value, order, NULL);
    log_step(function,
             place + 2 == object->count ? "store" : "store, before a newer one",
             object, value, order);
}

uint64_t model_read_to_modify(volatile void *address, size_t size,
                              memory_order order, const char *operation,
                              const char *function)
{
    pending.address = address;
    pending.size = size;
    if (threads_self() < 0)
        return read_raw(address, size);
    threads_step();
    plain_check_alive(address);
    struct object *object = object_at(address, size);
    order = explore_weaken(function, operation, object->name, order);
    tick();
    pending.object = object;
    pending.order = order;
    pending.read = choose_modifiable(object, oldest_visible(object, order));
    struct store *store = object->stores[pending.read];
    see(object, store, order);
    log_step(function, operation, object, store->value, order);
    return store->value;
}

void model_modify(uint64_t value)
{
    value = cut_to(value, pending.size);
    if (threads_self() < 0) {
        write_raw(pending.address, pending.size, value);
        return;
    }
    struct store *read = pending.object->stores[pending.read];
    read->modified = true;
    insert(pending.object, pending.read, value, pending.order, read);
    log_step("", "  writes", pending.object, value, pending.order);
}

/*
 * It may see any store that differs from what is expected, and then fails; or one
 * that is equal and was not modified yet.
 */
static int choose_compared(const struct object *object, uint64_t expected,
                           memory_order success, memory_order failure)
{
    int places[STORES];
    int count = 0;
    int oldest_to_fail = oldest_visible(object, failure);
    int oldest_to_modify = oldest_visible(object, success);
    for (int i = object->count - 1; i >= 0; i--) {
        const struct store *store = object->stores[i];
        bool equal = store->value == expected;
        if (equal ? i >= oldest_to_modify && !store->modified : i >= oldest_to_fail)
            places[count++] = i;
    }
    return places[explore_choose((unsigned)count)];
}

bool model_compare_exchange(volatile void *address, size_t size, uint64_t *expected,
                            uint64_t desired, memory_order success,
                            memory_order failure, const char *function)
{
    *expected = cut_to(*expected, size);
    if (threads_self() < 0) {
        uint64_t raw = read_raw(address, size);
        bool equal = raw == *expected;
        *expected = raw;
        if (equal)
            write_raw(address, size, desired);
        return equal;
    }
    threads_step();
    plain_check_alive(address);
    struct object *object = object_at(address, size);
    const char *name = object->name;
    success = explore_weaken(function, "compare_exchange", name, success);
    failure = explore_weaken(function, "compare_exchange_failure", name, failure);
    tick();
    int read = choose_compared(object, *expected, success, failure);
    struct store *store = object->stores[read];
    bool equal = store->value == *expected;
    *expected = store->value;
    see(object, store, equal ? success : failure);
    log_step(function, equal ? "compare_exchange" : "compare_exchange, which fails",
             object, store->value, equal ? success : failure);
    if (equal) {
        store->modified = true;
        insert(object, read, cut_to(desired, size), success, store);
        log_step("", "  writes", object, desired, success);
    }
    return equal;
}

void model_fence(memory_order order, const char *function)
{
    if (threads_self() < 0)
        return;
    threads_step();
    order = explore_weaken(function, "fence", "", order);
    tick();
    struct thread_view *self = own();
    if (acquires(order))
        join(&self->now, &self->kept);
    if (order == memory_order_seq_cst) {
        threads_remember(consistent_state());
        join_times(self->now.times, consistent);
        join_times(consistent, self->now.times);
    }
    if (releases(order))
        self->released = self->now;
    threads_remember(order);
    log_step(function, "fence", NULL, 0, order);
}

/* A read-modify-write of the newest store; its step is taken. */
static uint64_t exchange_newest(struct object *object, uint64_t value,
                                memory_order order, const char *function)
{
    int newest = object->count - 1;
    struct store *store = object->stores[newest];
    tick();
    see(object, store, order);
    store->modified = true;
    insert(object, newest, value, order, store);
    log_step(function, "exchange", object, value, order);
    return store->value;
}

void memory_exchange_when(const volatile void *address, size_t size, uint64_t value,
                          bool equal, uint64_t replacement, const char *function)
{
    threads_step_when(address, size, value, equal);
    plain_check_alive(address);
    exchange_newest(object_at(address, size), replacement, memory_order_acquire,
                    function);
}

uint64_t memory_exchange(const volatile void *address, size_t size, uint64_t value,
                         memory_order order, const char *function)
{
    plain_check_alive(address);
    return exchange_newest(object_at(address, size), value, order, function);
}

void model_await(const volatile void *address, size_t size, uint64_t value,
                 bool equal, const char *function)
{
    threads_step_when(address, size, cut_to(value, size), equal);
    struct object *object = object_at(address, size);
    struct store *newest = object->stores[object->count - 1];
    tick();
    see(object, newest, memory_order_acquire);
    log_step(function, "await", object, newest->value, memory_order_acquire);
}

bool memory_has_happened(int thread, uint32_t clock)
{
    return own()->now.clocks[thread] >= clock;
}

uint32_t memory_next_clock(void)
{
    return own()->now.clocks[threads_self()] + 1;
}
