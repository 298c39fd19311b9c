/*
 * Roots: Ruby objects that the library holds a pointer to.
 *
 * A root is a malloc'ed node, so that it has an address that compaction never
 * moves.  The list of live roots belongs to whoever has the GVL; a release may
 * come from any thread, also after Ruby has ended, so it only pushes the node
 * onto a stack with one atomic exchange, and the next one that has the GVL takes
 * the stack and frees what is on it.  One object of the data type below marks
 * all live roots; rb_gc_mark() pins them.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "glue.h"

struct root {
    VALUE object;
    struct root *previous;
    struct root *next;
    struct root *next_released;
};

/* Under the GVL; a ring. */
static struct root live = {Qnil, &live, &live, NULL};
static _Atomic(struct root *) released;
static VALUE marker;

static void unlink_root(struct root *root)
{
    root->previous->next = root->next;
    root->next->previous = root->previous;
}

static void free_released(void)
{
    /* Acquire pairs with the release in glue_root_release(). */
    struct root *root =
        atomic_exchange_explicit(&released, NULL, memory_order_acquire);

    while (root != NULL) {
        struct root *next = root->next_released;

        unlink_root(root);
        free(root);
        root = next;
    }
}

static void mark_roots(void *ignored)
{
    (void)ignored;
    free_released();
    for (struct root *root = live.next; root != &live; root = root->next)
        rb_gc_mark(root->object);
}

static const rb_data_type_t marker_type = {
    .wrap_struct_name = "asyncresult roots",
    .function = {.dmark = mark_roots},
};

void glue_init_roots(void)
{
    /* Without a pointer in it the object would not be marked through. */
    marker = TypedData_Wrap_Struct(rb_cObject, &marker_type, &live);
    rb_gc_register_mark_object(marker);
}

void *glue_root_new(VALUE object)
{
    struct root *root = malloc(sizeof *root);

    if (root == NULL)
        rb_memerror();
    free_released();
    root->object = object;
    root->previous = &live;
    root->next = live.next;
    live.next->previous = root;
    live.next = root;
    return root;
}

VALUE glue_root_get(void *root)
{
    return ((struct root *)root)->object;
}

void glue_root_release(void *arg)
{
    struct root *root = arg;

    root->next_released = atomic_load_explicit(&released, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&released, &root->next_released,
                                                  root, memory_order_release,
                                                  memory_order_relaxed))
        continue;
}

VALUE glue_is_rooted(VALUE object)
{
    free_released();
    for (struct root *root = live.next; root != &live; root = root->next) {
        if (root->object == object)
            return Qtrue;
    }
    return Qfalse;
}
