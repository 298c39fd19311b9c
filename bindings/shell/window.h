/* The items that have been begun and whose rows have not been added yet. */
#ifndef SHELL_WINDOW_H
#define SHELL_WINDOW_H

#include "template.h"

struct slot {
    struct slot *next; /* in the order of the items, or among the free ones */
    bool waiting;      /* for the event of its call */
    bool settled;      /* it has a value or a failure */
    struct item item;
    asyr_result *result;
    asyr_value *value;
    asyr_error *failure;
    int64_t deadline_ms;
};

struct window {
    struct slot *slots;
    size_t count;
    size_t used;
    struct slot *free;
    struct slot *first;
    struct slot *last;
    int64_t bytes; /* of the contents in it */
};

void window_init(struct window *window, size_t count);
void window_free(struct window *window);

/* A slot at the end of the order; there must be a free one. */
struct slot *window_add(struct window *window);

/* Take a slot out of the order and free what it has. */
void window_remove(struct window *window, struct slot *slot);

/* Contents are not needed once the call has ended. */
void window_drop_contents(struct window *window, struct slot *slot);

/* A number that tells this use of the slot from all others, and back. */
uint64_t window_tag(const struct window *window, const struct slot *slot);
struct slot *window_find(struct window *window, uint64_t tag);
uint64_t window_index_of_tag(const struct window *window, uint64_t tag);

#endif
