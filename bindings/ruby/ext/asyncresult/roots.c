/*
 * Roots: Ruby objects that the library holds a pointer to.
 *
 * A root is a place in a slab, so it has an address that compaction never moves, and
 * one that tells it from any other pointer: slabs are aligned, and known by their
 * address.  Places are taken by whoever has the GVL; a release may come from any
 * thread, also after Ruby has ended, so it only pushes the place onto a stack with one
 * atomic exchange, and the next one that has the GVL takes the stack.
 *
 * Each slab has an object that marks what is in it; rb_gc_mark() pins that.  The write
 * barrier lets a minor collection pass over slabs that nothing was put into.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "glue.h"

#include <ruby/st.h>

enum { SLAB_SIZE = 1 << 14 };

struct root {
    VALUE object; /* Qundef for a free place */
    struct root *next;
    bool is_failure; /* an exception that is to be raised itself */
};

struct slab {
    VALUE marker;
    struct root roots[];
};

enum { ROOTS = (SLAB_SIZE - sizeof(struct slab)) / sizeof(struct root) };

/* Under the GVL. */
static st_table *slabs;
static struct root *unused;
static _Atomic(struct root *) released;

static struct slab *slab_of(const void *address)
{
    return (struct slab *)((uintptr_t)address & ~(uintptr_t)(SLAB_SIZE - 1));
}

static void take_released(void)
{
    /* Acquire pairs with the release in glue_root_release(). */
    struct root *root =
        atomic_exchange_explicit(&released, NULL, memory_order_acquire);

    while (root != NULL) {
        struct root *next = root->next;

        root->object = Qundef;
        root->next = unused;
        unused = root;
        root = next;
    }
}

static void mark_slab(void *arg)
{
    struct slab *slab = arg;

    take_released();
    for (int i = 0; i < ROOTS; i++) {
        if (slab->roots[i].object != Qundef)
            rb_gc_mark(slab->roots[i].object);
    }
}

static const rb_data_type_t marker_type = {
    .wrap_struct_name = "asyncresult roots",
    .function = {.dmark = mark_slab},
    .flags = RUBY_TYPED_WB_PROTECTED,
};

void glue_init_roots(void)
{
    slabs = st_init_numtable();
}

static void add_slab(void)
{
    void *memory = NULL;
    struct slab *slab;

    if (posix_memalign(&memory, SLAB_SIZE, SLAB_SIZE) != 0)
        rb_memerror();
    slab = memory;
    for (int i = 0; i < ROOTS; i++) {
        slab->roots[i].object = Qundef;
        slab->roots[i].next = i + 1 < ROOTS ? &slab->roots[i + 1] : NULL;
    }
    slab->marker = TypedData_Wrap_Struct(rb_cObject, &marker_type, slab);
    rb_gc_register_mark_object(slab->marker);
    st_insert(slabs, (st_data_t)slab, 0);
    slab->roots[ROOTS - 1].next = unused; /* the collector may have released some */
    unused = slab->roots;
}

static struct root *take_root(VALUE object, bool is_failure)
{
    struct root *root;

    if (unused == NULL)
        take_released();
    if (unused == NULL)
        add_slab();
    root = unused;
    unused = root->next;
    root->is_failure = is_failure;
    RB_OBJ_WRITE(slab_of(root)->marker, &root->object, object);
    return root;
}

void *glue_root_new(VALUE object)
{
    return take_root(object, false);
}

void *glue_root_new_failure(VALUE exception)
{
    return take_root(exception, true);
}

/* The object of a root, or Qundef for any other address. */
VALUE glue_root_find(const void *address)
{
    if (!st_is_member(slabs, (st_data_t)slab_of(address)))
        return Qundef;
    return ((const struct root *)address)->object;
}

VALUE glue_root_get(void *root)
{
    return ((struct root *)root)->object;
}

bool glue_root_is_failure(const void *root)
{
    return ((const struct root *)root)->is_failure;
}

void glue_root_release(void *arg)
{
    struct root *root = arg;

    root->next = atomic_load_explicit(&released, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(
        &released, &root->next, root, memory_order_release, memory_order_relaxed))
        continue;
}

static int find_object(st_data_t slab, st_data_t unused_value, st_data_t object)
{
    const struct root *roots = ((const struct slab *)slab)->roots;

    (void)unused_value;
    for (int i = 0; i < ROOTS; i++) {
        if (roots[i].object == *(VALUE *)object) {
            *(VALUE *)object = Qundef;
            return ST_STOP;
        }
    }
    return ST_CONTINUE;
}

VALUE glue_is_rooted(VALUE object)
{
    take_released();
    st_foreach(slabs, find_object, (st_data_t)&object);
    return object == Qundef ? Qtrue : Qfalse;
}
