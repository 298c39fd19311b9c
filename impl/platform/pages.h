/* Memory in whole pages, straight from the system. */
#ifndef ASYRI_PLATFORM_PAGES_H
#define ASYRI_PLATFORM_PAGES_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define ASYRI_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASYRI_ADDRESS_SANITIZER 1
#endif
#endif

/* What must not be read or written for the time being, as far as a checker tells. */
#if defined(ASYRI_ADDRESS_SANITIZER)
#include <sanitizer/asan_interface.h>
#define ASYRI_POISON(memory, size) __asan_poison_memory_region((memory), (size))
#define ASYRI_UNPOISON(memory, size) __asan_unpoison_memory_region((memory), (size))
#else
#define ASYRI_POISON(memory, size) ((void)0)
#define ASYRI_UNPOISON(memory, size) ((void)0)
#endif

/*
 * Pages of zeros, aligned to their size, a power of two; NULL without memory.  It
 * counts as an allocation for asyri_alloc_fail_after().  The second one takes the
 * memory at once, where the system can, instead of at the first touch of each page.
 */
void *asyri_pages_map(size_t size);
void *asyri_pages_map_populated(size_t size);

/* All of what one map returned. */
void asyri_pages_unmap(void *pages, size_t size);

#endif
