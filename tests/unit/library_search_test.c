/* The search for a library's versions: their order, the cache, the folders. */
#include "unit.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/library_search.h"

static void newer_versions_come_first(void)
{
    static const struct {
        const char *first, *second;
    } rows[] = {{"2", "1"},       {"10", "9"},     {"2.10", "2.9"},
                {"1.2", "1.1.9"}, {"1", "1.2.13"}, {"3", "2.99"},
                {"1.0", "1.0.1"}, {"010", "9"},    {"1.10", "1.9"},
                {"20220101", "6"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *first = rows[i].first, *second = rows[i].second;
        UNIT_CHECK(asyri_library_compare_versions(first, second) < 0, first);
        UNIT_CHECK(asyri_library_compare_versions(second, first) > 0, second);
        CU_ASSERT_EQUAL(asyri_library_compare_versions(first, first), 0);
    }
}

/* --- the loader's cache --- */

#define HEADER_SIZE 48
#define ENTRY_SIZE 24

struct cache {
    unsigned char bytes[1024];
    size_t size;
};

static void put_word(struct cache *cache, size_t place, uint32_t word)
{
    memcpy(cache->bytes + place, &word, sizeof word);
}

static struct cache make_cache(const char *const *names, uint32_t count)
{
    struct cache cache = {.size = HEADER_SIZE + count * ENTRY_SIZE};
    memcpy(cache.bytes, "glibc-ld.so.cache1.1", 20);
    put_word(&cache, 20, count);
    for (uint32_t i = 0; i < count; i++) {
        put_word(&cache, HEADER_SIZE + i * ENTRY_SIZE + 4, (uint32_t)cache.size);
        memcpy(cache.bytes + cache.size, names[i], strlen(names[i]) + 1);
        cache.size += strlen(names[i]) + 1;
    }
    return cache;
}

static const char *const cached[] = {"libx.so.1",   "libx.so",   "libxy.so.2",
                                     "libx.so.2.1", "libx.so.1", "libx.so.3-beta",
                                     "x.so.4",      "libx.so."};
#define CACHED_COUNT (sizeof cached / sizeof *cached)

static void check_found(const void *bytes, size_t size)
{
    struct asyri_file_names found = {0};
    CU_ASSERT_TRUE(asyri_library_search_cache(bytes, size, "x", &found));
    CU_ASSERT_EQUAL_FATAL(found.count, 2);
    CU_ASSERT_STRING_EQUAL(found.names[0], "libx.so.1");
    CU_ASSERT_STRING_EQUAL(found.names[1], "libx.so.2.1");
    asyri_file_names_free(&found);
}

static void the_cache_is_searched_for_versions_of_the_stem(void)
{
    struct cache cache = make_cache(cached, CACHED_COUNT);
    check_found(cache.bytes, cache.size);
}

static void the_cache_may_follow_one_in_the_old_format(void)
{
    struct cache cache = make_cache(cached, CACHED_COUNT);
    unsigned char bytes[2048] = "ld.so-1.7.0";
    uint32_t old_count = 3;
    memcpy(bytes + 12, &old_count, sizeof old_count);
    size_t start = (16 + (size_t)12 * old_count + 7) / 8 * 8;
    memcpy(bytes + start, cache.bytes, cache.size);
    check_found(bytes, start + cache.size);
}

/* In memory of just that size, so that a checker sees every byte beyond it. */
static size_t count_in_first(const struct cache *cache, size_t size)
{
    struct asyri_file_names found = {0};
    unsigned char *copy = malloc(size ? size : 1);
    memcpy(copy, cache->bytes, size);
    CU_ASSERT_TRUE(asyri_library_search_cache(copy, size, "x", &found));
    size_t count = found.count;
    asyri_file_names_free(&found);
    free(copy);
    return count;
}

static void a_cache_that_is_cut_off_is_read_to_its_end(void)
{
    struct cache cache = make_cache(cached, CACHED_COUNT);
    size_t entries_end = HEADER_SIZE + CACHED_COUNT * ENTRY_SIZE;
    for (size_t size = 0; size < entries_end; size++)
        CU_ASSERT_EQUAL(count_in_first(&cache, size), 0);
    CU_ASSERT_EQUAL(count_in_first(&cache, entries_end + strlen("libx.so.1")), 0);
    CU_ASSERT_EQUAL(count_in_first(&cache, entries_end + strlen("libx.so.1") + 1),
                    1);
}

static void a_cache_of_another_kind_is_passed_over(void)
{
    struct cache cache = make_cache(cached, CACHED_COUNT);
    cache.bytes[17] = '9';
    CU_ASSERT_EQUAL(count_in_first(&cache, cache.size), 0);
    cache = make_cache(cached, CACHED_COUNT);
    put_word(&cache, 20, UINT32_MAX);
    CU_ASSERT_EQUAL(count_in_first(&cache, cache.size), 0);
    cache = make_cache(cached, CACHED_COUNT);
    put_word(&cache, HEADER_SIZE + 4, UINT32_MAX);
    CU_ASSERT_EQUAL(count_in_first(&cache, cache.size), 2);
    memcpy(cache.bytes, "ld.so-1.7.0", 12);
    put_word(&cache, 12, UINT32_MAX);
    CU_ASSERT_EQUAL(count_in_first(&cache, cache.size), 0);
}

/* --- folders --- */

/*
 * What lies in the folder: a link to the tests' library, or a text.  There are many
 * versions, so that hardly any order of the folder finds the newest by chance.
 */
static const struct {
    const char *name;
    bool is_text;
} files[] = {{"libversioned.so.1", false},    {"libversioned.so.1.9", false},
             {"libversioned.so.2", false},    {"libversioned.so.2.3", false},
             {"libversioned.so.2.2", false},  {"libversioned.so.10.1", false},
             {"libversioned.so.9.9", false},  {"libversioned.so.2.10", false},
             {"libversioned.so.2.9", false},  {"libversioned.so.4", false},
             {"libversioned.so.3.14", false}, {"libversioned.so.11", true},
             {"libscript.so", true},          {"libscript.so.4", false},
             {"libplain.so", false},          {"libplain.so.7", false},
             {"libbroken.so.5", true}};
#define FILE_COUNT (sizeof files / sizeof *files)

static void path_of(const char *folder, const char *name, char *room, size_t size)
{
    snprintf(room, size, "%s/%s", folder, name);
}

static void make_file(const char *folder, const char *name, bool is_text)
{
    char path[256];
    path_of(folder, name, path, sizeof path);
    if (!is_text) {
        CU_ASSERT_EQUAL(symlink(CALLEE_LIBRARY, path), 0);
        return;
    }
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    for (int i = 0; i < 4; i++)
        fputs("GROUP ( libversioned.so.1 )\n", file);
    fclose(file);
}

/* Run the program `opens` with that folder; the whole status, 0 for success. */
static int run_opens(const char *folder, char **arguments)
{
    char variable[256];
    snprintf(variable, sizeof variable, "LD_LIBRARY_PATH=%s", folder);
    char *environment[] = {variable, NULL};
    pid_t child;
    int status = -1;
    if (posix_spawn(&child, OPENS_PROGRAM, NULL, NULL, arguments, environment) !=
            0 ||
        waitpid(child, &status, 0) != child)
        return -1;
    return status;
}

static void check_opens(const char *folder, const char *name, const char *expected)
{
    char *arguments[] = {"opens", (char *)name, (char *)expected, NULL};
    UNIT_CHECK(run_opens(folder, arguments) == 0, name);
}

static void check_refuses(const char *folder, const char *name, const char *said_of,
                          const char *hint)
{
    char expected[512];
    snprintf(expected, sizeof expected,
             "cannot open the library \"%s\": %s/%s: invalid ELF header%s", name,
             folder, said_of, hint);
    check_opens(folder, name, expected);
}

static void check_folder(const char *folder)
{
    check_opens(folder, "versioned", "libversioned.so.10.1");
    check_opens(folder, "script", "libscript.so.4");
    check_opens(folder, "plain", "libplain.so");
    check_opens(folder, "libplain.so.7", "libplain.so.7");
    check_refuses(folder, "broken", "libbroken.so.5", "");
    check_refuses(folder, "libscript.so", "libscript.so",
                  "; \"script\" stands for its newest version");
}

/* What the loader refuses (a text for the linker) is passed over. */
static void folders_are_searched_for_the_newest_that_loads(void)
{
    char folder[] = "/tmp/asyncresult-test-XXXXXX";
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    for (size_t i = 0; i < FILE_COUNT; i++)
        make_file(folder, files[i].name, files[i].is_text);
    check_folder(folder);
    for (size_t i = 0; i < FILE_COUNT; i++) {
        char path[256];
        path_of(folder, files[i].name, path, sizeof path);
        unlink(path);
    }
    rmdir(folder);
}

CU_TestInfo library_search_tests[] = {
    UNIT_TEST(newer_versions_come_first),
    UNIT_TEST(the_cache_is_searched_for_versions_of_the_stem),
    UNIT_TEST(the_cache_may_follow_one_in_the_old_format),
    UNIT_TEST(a_cache_that_is_cut_off_is_read_to_its_end),
    UNIT_TEST(a_cache_of_another_kind_is_passed_over),
    UNIT_TEST(folders_are_searched_for_the_newest_that_loads),
    CU_TEST_INFO_NULL};
