/*
 * The allocator: malloc, with a counter that tests use to make any call fail.
 *
 * The counter is one relaxed atomic: it orders nothing and guards nothing.
 */
#include "alloc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Atomic int64_t allocations;
static _Atomic int64_t remaining = -1;
static atomic_bool keeps_failing;

/* What is left after a call that had `left`: the failing one stays if it repeats. */
static int64_t count_down(int64_t left)
{
    bool stays =
        left == 0 && atomic_load_explicit(&keeps_failing, memory_order_relaxed);
    return stays ? 0 : left - 1;
}

bool asyri_alloc_should_fail(void)
{
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    int64_t left = atomic_load_explicit(&remaining, memory_order_relaxed);
    do {
        if (left < 0)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(
        &remaining, &left, count_down(left), memory_order_relaxed,
        memory_order_relaxed));
    return left == 0;
}

void *asyri_alloc(size_t size)
{
    return asyri_alloc_should_fail() ? NULL : malloc(size ? size : 1);
}

void *asyri_alloc_zeroed(size_t count, size_t size)
{
    return asyri_alloc_should_fail() ? NULL
                                     : calloc(count ? count : 1, size ? size : 1);
}

void *asyri_realloc(void *memory, size_t size)
{
    return asyri_alloc_should_fail() ? NULL : realloc(memory, size ? size : 1);
}

char *asyri_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = asyri_alloc(size);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

void asyri_free(void *memory)
{
    free(memory);
}

void asyri_alloc_fail_after(int64_t successes, int sticky)
{
    atomic_store_explicit(&keeps_failing, sticky, memory_order_relaxed);
    atomic_store_explicit(&remaining, successes, memory_order_relaxed);
}

int64_t asyri_alloc_count(void)
{
    return atomic_load_explicit(&allocations, memory_order_relaxed);
}
