/* Intrusive, doubly linked, circular lists; a node that is in none is zero. */
#ifndef ASYRI_BASE_LIST_H
#define ASYRI_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

typedef struct asyri_list {
    struct asyri_list *next;
    struct asyri_list *previous;
} asyri_list;

/* The object of type `type` whose member `member` is at `node`. */
#define ASYRI_OBJECT(node, type, member)                                            \
    ((type *)(void *)((char *)(node)-offsetof(type, member)))

static inline void asyri_list_init(asyri_list *list)
{
    list->next = list->previous = list;
}

static inline bool asyri_list_is_empty(const asyri_list *list)
{
    return list->next == list;
}

static inline bool asyri_list_has(const asyri_list *node)
{
    return node->next != NULL;
}

static inline void asyri_list_append(asyri_list *list, asyri_list *node)
{
    node->next = list;
    node->previous = list->previous;
    list->previous->next = node;
    list->previous = node;
}

static inline void asyri_list_remove(asyri_list *node)
{
    /* A list is circular, which the analyzer cannot know. */
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
    node->previous->next = node->next;
    node->next->previous = node->previous;
    node->next = node->previous = NULL;
}

/* NULL from an empty list. */
static inline asyri_list *asyri_list_take_first(asyri_list *list)
{
    asyri_list *node = list->next;
    if (node == list)
        return NULL;
    asyri_list_remove(node);
    return node;
}

/* Move all nodes to `target`, which is empty. */
static inline void asyri_list_move_all(asyri_list *source, asyri_list *target)
{
    asyri_list_init(target);
    if (asyri_list_is_empty(source))
        return;
    *target = *source;
    target->next->previous = target;
    target->previous->next = target;
    asyri_list_init(source);
}

#endif
