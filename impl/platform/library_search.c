/*
 * The search for a library's versions.
 *
 * dlopen finds "libm.so.6" but has no notion of "the newest libm", and the
 * unversioned libm.so comes with development packages alone, sometimes as a text
 * for the linker.  So the places in which the loader looks are read for file
 * names: its search path, as dlinfo tells it (LD_LIBRARY_PATH and the system's
 * folders), and its cache, which covers the folders of /etc/ld.so.conf.
 *
 * Names alone are gathered, not paths: which file a name stands for is then the
 * loader's decision, as for any program.  It also skips files of other machines.
 *
 * Newer means greater in the first number that differs.  Of "libz.so.1" and
 * "libz.so.1.2.13" the shorter comes first: it is the name that programs use.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "library_search.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../base/alloc.h"

/* The version within lib<stem>.so.<version>; NULL for any other file name. */
static const char *version_of(const char *file, const char *stem)
{
    size_t length = strlen(stem);
    if (strncmp(file, "lib", 3) != 0 || strncmp(file + 3, stem, length) != 0)
        return NULL;
    const char *rest = file + 3 + length;
    if (strncmp(rest, ".so.", 4) != 0)
        return NULL;
    const char *version = rest + 4;
    if (*version < '0' || *version > '9')
        return NULL;
    return version[strspn(version, "0123456789.")] == '\0' ? version : NULL;
}

static size_t digits_of(const char **number)
{
    *number += strspn(*number, "0");
    return strspn(*number, "0123456789");
}

/* Compare the numbers at the heads of both texts and step over them. */
static int compare_numbers(const char **a, const char **b)
{
    size_t a_digits = digits_of(a), b_digits = digits_of(b);
    int order = a_digits != b_digits ? (a_digits < b_digits ? -1 : 1)
                                     : strncmp(*a, *b, a_digits);
    *a += a_digits;
    *b += b_digits;
    return order;
}

int asyri_library_compare_versions(const char *a, const char *b)
{
    while (*a && *b) {
        int order = compare_numbers(&a, &b);
        if (order != 0)
            return -order;
        a += strspn(a, ".");
        b += strspn(b, ".");
    }
    return *a ? 1 : *b ? -1 : 0;
}

static bool contains(const struct asyri_file_names *found, const char *file)
{
    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->names[i], file) == 0)
            return true;
    return false;
}

static bool add(struct asyri_file_names *found, const char *file)
{
    if (contains(found, file))
        return true;
    if (found->count == found->capacity) {
        size_t capacity = found->capacity ? 2 * found->capacity : 8;
        char **names = asyri_realloc(found->names, capacity * sizeof *names);
        if (!names)
            return false;
        found->names = names;
        found->capacity = capacity;
    }
    char *copy = asyri_strdup(file);
    if (!copy)
        return false;
    found->names[found->count++] = copy;
    return true;
}

void asyri_file_names_free(struct asyri_file_names *found)
{
    for (size_t i = 0; i < found->count; i++)
        asyri_free(found->names[i]);
    asyri_free(found->names);
    memset(found, 0, sizeof *found);
}

#ifdef __GLIBC__
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The layout of the cache, as glibc has written it since 2.2. */
#define CACHE_FILE "/etc/ld.so.cache"
#define OLD_MAGIC "ld.so-1.7.0"
#define OLD_HEADER_SIZE 16
#define OLD_ENTRY_SIZE 12
#define MAGIC "glibc-ld.so.cache1.1"
#define HEADER_SIZE 48
#define ENTRY_SIZE 24

static uint32_t word_at(const unsigned char *place)
{
    uint32_t word;
    memcpy(&word, place, sizeof word);
    return word;
}

/* The start of the cache proper; older systems put another format before it. */
static size_t skip_old_format(const unsigned char *cache, size_t size)
{
    if (size < OLD_HEADER_SIZE || memcmp(cache, OLD_MAGIC, strlen(OLD_MAGIC)) != 0)
        return 0;
    uint64_t end = OLD_HEADER_SIZE + (uint64_t)OLD_ENTRY_SIZE * word_at(cache + 12);
    end = (end + 7) / 8 * 8;
    return end < size ? (size_t)end : size;
}

bool asyri_library_search_cache(const void *cache, size_t size, const char *stem,
                                struct asyri_file_names *found)
{
    size_t start = skip_old_format(cache, size);
    const unsigned char *base = (const unsigned char *)cache + start;
    size -= start;
    if (size < HEADER_SIZE || memcmp(base, MAGIC, strlen(MAGIC)) != 0)
        return true;
    uint64_t count = word_at(base + 20);
    if (count > (size - HEADER_SIZE) / ENTRY_SIZE)
        return true;
    for (uint64_t i = 0; i < count; i++) {
        size_t key = word_at(base + HEADER_SIZE + i * ENTRY_SIZE + 4);
        if (key >= size || !memchr(base + key, '\0', size - key))
            continue;
        const char *file = (const char *)base + key;
        if (version_of(file, stem) && !add(found, file))
            return false;
    }
    return true;
}

static bool search_cache_file(const char *stem, struct asyri_file_names *found)
{
    int descriptor = open(CACHE_FILE, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return true;
    bool enough_memory = true;
    struct stat status;
    if (fstat(descriptor, &status) == 0 && status.st_size > 0) {
        size_t size = (size_t)status.st_size;
        void *cache = mmap(NULL, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (cache != MAP_FAILED) {
            enough_memory = asyri_library_search_cache(cache, size, stem, found);
            munmap(cache, size);
        }
    }
    close(descriptor);
    return enough_memory;
}

static bool search_folder(const char *folder, const char *stem,
                          struct asyri_file_names *found)
{
    DIR *entries = opendir(folder);
    if (!entries)
        return true;
    bool enough_memory = true;
    struct dirent *entry;
    while (enough_memory && (entry = readdir(entries)))
        if (version_of(entry->d_name, stem))
            enough_memory = add(found, entry->d_name);
    closedir(entries);
    return enough_memory;
}

static bool search_folders(void *program, const char *stem,
                           struct asyri_file_names *found)
{
    Dl_serinfo size;
    if (dlinfo(program, RTLD_DI_SERINFOSIZE, &size) != 0)
        return true;
    Dl_serinfo *path = asyri_alloc(size.dls_size);
    if (!path)
        return false;
    bool enough_memory = true;
    memcpy(path, &size, offsetof(Dl_serinfo, dls_serpath));
    if (dlinfo(program, RTLD_DI_SERINFO, path) == 0)
        for (unsigned i = 0; enough_memory && i < path->dls_cnt; i++)
            enough_memory =
                search_folder(path->dls_serpath[i].dls_name, stem, found);
    asyri_free(path);
    return enough_memory;
}

static int compare_entries(const void *a, const void *b)
{
    const char *version_a = strstr(*(char *const *)a, ".so.") + 4;
    const char *version_b = strstr(*(char *const *)b, ".so.") + 4;
    return asyri_library_compare_versions(version_a, version_b);
}

bool asyri_library_search(const char *stem, struct asyri_file_names *found)
{
    bool enough_memory = true;
    void *program = dlopen(NULL, RTLD_NOW);
    if (program) {
        enough_memory = search_folders(program, stem, found);
        dlclose(program);
    }
    enough_memory = enough_memory && search_cache_file(stem, found);
    if (found->count > 1)
        qsort(found->names, found->count, sizeof *found->names, compare_entries);
    return enough_memory;
}
#else
bool asyri_library_search_cache(const void *cache, size_t size, const char *stem,
                                struct asyri_file_names *found)
{
    (void)cache, (void)size, (void)stem, (void)found;
    return true;
}

bool asyri_library_search(const char *stem, struct asyri_file_names *found)
{
    (void)stem, (void)found;
    return true;
}
#endif
