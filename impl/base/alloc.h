/*
 * Memory.  Everything the library allocates comes from here, so that tests can
 * make any allocation fail and a later release can let a host replace it.
 */
#ifndef ASYRI_BASE_ALLOC_H
#define ASYRI_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NULL when there is no memory. */
void *asyri_alloc(size_t size);
void *asyri_alloc_zeroed(size_t count, size_t size);
void *asyri_realloc(void *memory, size_t size);
char *asyri_strdup(const char *text);
void asyri_free(void *memory);

/*
 * Fault injection, for tests: the allocation that comes after `successes` more
 * fails, and every later one too if `sticky`; a negative count turns it off.
 * asyri_alloc_count() is the number of allocations so far.
 */
void asyri_alloc_fail_after(int64_t successes, int sticky);
int64_t asyri_alloc_count(void);

/* For memory that comes from elsewhere: count it; true when it is to fail. */
bool asyri_alloc_should_fail(void);

#endif
