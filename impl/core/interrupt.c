/*
 * Interrupts: a flag, and the waits that are to end when it is raised.
 *
 * The list is guarded by the mutex, which is the last that anybody takes.  A wait
 * enters the list before it looks at the flag, and the trigger raises the flag
 * before it walks the list: one of them sees the other.  In the child of a fork an
 * inherited interrupt does nothing, since its mutex may be held for ever.
 */
#include "interrupt.h"

#include "../base/alloc.h"
#include "../base/refcount.h"
#include "../platform/fork.h"
#include "error.h"

struct asyr_interrupt {
    asyri_refcount refs;
    uint32_t generation;
    asyri_mutex mutex;
    asyri_list entries;
    atomic_bool triggered;
};

asyr_status asyri_interrupt_new(asyr_interrupt **interrupt, asyr_error **error)
{
    asyr_interrupt *created = asyri_alloc(sizeof *created);
    if (!created)
        return asyri_fail_memory(error);
    asyri_refcount_init(&created->refs);
    created->generation = asyri_fork_stamp();
    asyri_mutex_init(&created->mutex);
    asyri_list_init(&created->entries);
    atomic_init(&created->triggered, false);
    *interrupt = created;
    return ASYR_OK;
}

asyr_interrupt *asyri_interrupt_ref(asyr_interrupt *interrupt)
{
    if (interrupt)
        asyri_refcount_take(&interrupt->refs);
    return interrupt;
}

void asyri_interrupt_unref(asyr_interrupt *interrupt)
{
    if (!interrupt || !asyri_refcount_give(&interrupt->refs))
        return;
    asyri_mutex_destroy(&interrupt->mutex);
    asyri_free(interrupt);
}

void asyri_interrupt_trigger(asyr_interrupt *interrupt)
{
    atomic_store_explicit(&interrupt->triggered, true, memory_order_release);
    if (asyri_is_forked(interrupt->generation))
        return;
    asyri_mutex_lock(&interrupt->mutex);
    for (asyri_list *node = interrupt->entries.next; node != &interrupt->entries;
         node = node->next) {
        struct asyri_interrupt_entry *entry =
            ASYRI_OBJECT(node, struct asyri_interrupt_entry, link);
        asyri_unpark(&entry->waiter->parker);
    }
    asyri_mutex_unlock(&interrupt->mutex);
}

void asyri_interrupt_clear(asyr_interrupt *interrupt)
{
    atomic_store_explicit(&interrupt->triggered, false, memory_order_relaxed);
}

bool asyri_interrupt_is_triggered(const asyr_interrupt *interrupt)
{
    return atomic_load_explicit(&interrupt->triggered, memory_order_acquire);
}

void asyri_interrupt_enter(asyr_interrupt *interrupt,
                           struct asyri_interrupt_entry *entry, asyri_waiter *waiter)
{
    entry->waiter = waiter;
    entry->entered = !asyri_is_forked(interrupt->generation);
    if (!entry->entered)
        return;
    asyri_mutex_lock(&interrupt->mutex);
    asyri_list_append(&interrupt->entries, &entry->link);
    asyri_mutex_unlock(&interrupt->mutex);
}

void asyri_interrupt_leave(asyr_interrupt *interrupt,
                           struct asyri_interrupt_entry *entry)
{
    if (!entry->entered)
        return;
    asyri_mutex_lock(&interrupt->mutex);
    asyri_list_remove(&entry->link);
    asyri_mutex_unlock(&interrupt->mutex);
}
