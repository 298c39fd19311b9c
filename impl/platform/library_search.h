/* Which versions of a library are installed, by its stem ("m" of libm.so.6). */
#ifndef ASYRI_PLATFORM_LIBRARY_SEARCH_H
#define ASYRI_PLATFORM_LIBRARY_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

struct asyri_file_names {
    char **names;
    size_t count;
    size_t capacity;
};

/*
 * The names of the files lib<stem>.so.<version> where the loader looks, newest
 * first, each once.  false without memory; free them in either case.
 */
bool asyri_library_search(const char *stem, struct asyri_file_names *found);
void asyri_file_names_free(struct asyri_file_names *found);

/* One part of the search: the contents of the loader's cache file. */
bool asyri_library_search_cache(const void *cache, size_t size, const char *stem,
                                struct asyri_file_names *found);

/* Negative when version `a` ("1.2.13") is to be tried before `b`, positive when
 * after; both are made of digits and dots. */
int asyri_library_compare_versions(const char *a, const char *b);

#endif
