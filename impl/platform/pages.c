/*
 * Pages: mmap; VirtualAlloc on Windows.
 *
 * A mapping is mostly put right below the last one, so a plain map of the size is
 * tried first, and it is aligned when the last one was.  Only otherwise twice as
 * much is reserved and what lies around the aligned part given back.  Windows aligns
 * every reservation to 64 KiB; for more, a place is looked for and then asked for,
 * again if somebody else took it in between.
 *
 * Under the address sanitizer the pages come from its malloc, so that its leak
 * checker follows what is kept in them and reports them when nothing refers to them.
 */
#define _GNU_SOURCE
#include "pages.h"

#include <stdbool.h>
#include <stdint.h>

#include "../base/alloc.h"

static void *map(size_t size, bool populate);

static inline bool is_aligned(const void *pages, size_t size)
{
    return ((uintptr_t)pages & (size - 1)) == 0;
}

void *asyri_pages_map(size_t size)
{
    return asyri_alloc_should_fail() ? NULL : map(size, false);
}

void *asyri_pages_map_populated(size_t size)
{
    return asyri_alloc_should_fail() ? NULL : map(size, true);
}

#if defined(ASYRI_ADDRESS_SANITIZER)

#include <stdlib.h>
#include <string.h>

static void *map(size_t size, bool populate)
{
    void *pages = NULL;
    (void)populate;
    if (posix_memalign(&pages, size, size))
        return NULL;
    return memset(pages, 0, size);
}

void asyri_pages_unmap(void *pages, size_t size)
{
    ASYRI_UNPOISON(pages, size);
    free(pages);
}

#elif defined(_WIN32)

#include <windows.h>

#define ATTEMPTS 16

static void *map_at(void *place, size_t size)
{
    return VirtualAlloc(place, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

static void *find_aligned(size_t size)
{
    void *reserved = VirtualAlloc(NULL, 2 * size, MEM_RESERVE, PAGE_NOACCESS);
    if (!reserved)
        return NULL;
    VirtualFree(reserved, 0, MEM_RELEASE);
    return (void *)(((uintptr_t)reserved + size - 1) & ~(uintptr_t)(size - 1));
}

static void *map(size_t size, bool populate)
{
    void *pages = map_at(NULL, size);
    (void)populate;
    for (int i = 0; i < ATTEMPTS && pages && !is_aligned(pages, size); i++) {
        VirtualFree(pages, 0, MEM_RELEASE);
        void *place = find_aligned(size);
        if (!place)
            return NULL;
        pages = map_at(place, size);
        if (!pages)
            pages = map_at(NULL, size);
    }
    if (!pages || is_aligned(pages, size))
        return pages;
    VirtualFree(pages, 0, MEM_RELEASE);
    return NULL;
}

void asyri_pages_unmap(void *pages, size_t size)
{
    (void)size;
    VirtualFree(pages, 0, MEM_RELEASE);
}

#else

#include <sys/mman.h>

#if !defined(MAP_POPULATE)
#define MAP_POPULATE 0
#endif

#define MAPPING (MAP_PRIVATE | MAP_ANONYMOUS)

static void *map_at(void *place, size_t size, int protection, int flags)
{
    void *pages = mmap(place, size, protection, flags, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

static void unmap_between(char *from, char *to)
{
    if (from < to)
        munmap(from, (size_t)(to - from));
}

static void *map_aligned(size_t size, int populated)
{
    char *reserved = map_at(NULL, 2 * size, PROT_NONE, MAPPING);
    if (!reserved)
        return NULL;
    char *place = reserved + (-(uintptr_t)reserved & (size - 1));
    char *pages =
        map_at(place, size, PROT_READ | PROT_WRITE, MAPPING | MAP_FIXED | populated);
    if (!pages) {
        munmap(reserved, 2 * size);
        return NULL;
    }
    unmap_between(reserved, pages);
    unmap_between(pages + size, reserved + 2 * size);
    return pages;
}

static void *map(size_t size, bool populate)
{
    int populated = populate ? MAP_POPULATE : 0;
    void *pages = map_at(NULL, size, PROT_READ | PROT_WRITE, MAPPING | populated);
    if (!pages || is_aligned(pages, size))
        return pages;
    munmap(pages, size);
    return map_aligned(size, populated);
}

/* A hole in a mapping makes two of one, and the system may have no more of them. */
void asyri_pages_unmap(void *pages, size_t size)
{
    if (munmap(pages, size))
        madvise(pages, size, MADV_DONTNEED);
}

#endif
