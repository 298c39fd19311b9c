/*
 * The items that have been begun and whose rows have not been added yet.
 *
 * There is a fixed number of slots, which bounds the memory of a run whatever
 * the length of its input.  A slot's tag has its item's index in it, so an event
 * that comes for an earlier use of the slot (its call timed out) is told apart.
 */
#include "window.h"

#include <stdlib.h>

void window_init(struct window *window, size_t count)
{
    *window = (struct window){.count = count};
    window->slots = allocate(count, sizeof(struct slot));
    for (size_t i = count; i-- > 0;) {
        window->slots[i].next = window->free;
        window->free = &window->slots[i];
    }
}

void window_free(struct window *window)
{
    while (window->first)
        window_remove(window, window->first);
    free(window->slots);
}

struct slot *window_add(struct window *window)
{
    struct slot *slot = window->free;

    window->free = slot->next;
    *slot = (struct slot){0};
    if (window->last)
        window->last->next = slot;
    else
        window->first = slot;
    window->last = slot;
    window->used++;
    return slot;
}

static void unlink_slot(struct window *window, struct slot *slot)
{
    struct slot *before = NULL;

    for (struct slot *at = window->first; at != slot; at = at->next)
        before = at;
    if (before)
        before->next = slot->next;
    else
        window->first = slot->next;
    if (window->last == slot)
        window->last = before;
}

void window_drop_contents(struct window *window, struct slot *slot)
{
    if (!slot->item.contents)
        return;
    window->bytes -= slot->item.size;
    asyr_value_unref(slot->item.contents);
    slot->item.contents = NULL;
}

void window_remove(struct window *window, struct slot *slot)
{
    window_drop_contents(window, slot);
    unlink_slot(window, slot);
    item_free(&slot->item);
    asyr_result_unref(slot->result);
    asyr_value_unref(slot->value);
    asyr_error_unref(slot->failure);
    *slot = (struct slot){.next = window->free};
    window->free = slot;
    window->used--;
}

uint64_t window_tag(const struct window *window, const struct slot *slot)
{
    return slot->item.index * window->count + (uint64_t)(slot - window->slots);
}

uint64_t window_index_of_tag(const struct window *window, uint64_t tag)
{
    return tag / window->count;
}

struct slot *window_find(struct window *window, uint64_t tag)
{
    struct slot *slot = &window->slots[tag % window->count];

    if (!slot->waiting || slot->item.index != window_index_of_tag(window, tag))
        return NULL;
    return slot;
}
