/*
 * Runs the suites that are named on the command line, or all of them.  The exit
 * status is 0 only when something ran and nothing failed.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/Basic.h>

#define SUITES(SUITE)                                                               \
    SUITE(array_map)                                                                \
    SUITE(batch)                                                                    \
    SUITE(call)                                                                     \
    SUITE(call_array)                                                               \
    SUITE(call_number)                                                              \
    SUITE(call_pointer)                                                             \
    SUITE(chain)                                                                    \
    SUITE(clock)                                                                    \
    SUITE(combine)                                                                  \
    SUITE(container)                                                                \
    SUITE(deque)                                                                    \
    SUITE(direct)                                                                   \
    SUITE(done)                                                                     \
    SUITE(drain)                                                                    \
    SUITE(error)                                                                    \
    SUITE(fork)                                                                     \
    SUITE(full)                                                                     \
    SUITE(function)                                                                 \
    SUITE(heap)                                                                     \
    SUITE(interrupt)                                                                \
    SUITE(iterator)                                                                 \
    SUITE(iterator_end)                                                             \
    SUITE(iterator_input)                                                           \
    SUITE(iterator_memory)                                                          \
    SUITE(lend)                                                                     \
    SUITE(library)                                                                  \
    SUITE(library_search)                                                           \
    SUITE(lost)                                                                     \
    SUITE(many)                                                                     \
    SUITE(map)                                                                      \
    SUITE(memory)                                                                   \
    SUITE(number)                                                                   \
    SUITE(options)                                                                  \
    SUITE(pace)                                                                     \
    SUITE(parker)                                                                   \
    SUITE(platform)                                                                 \
    SUITE(pool)                                                                     \
    SUITE(post)                                                                     \
    SUITE(promise)                                                                  \
    SUITE(prototype)                                                                \
    SUITE(queue)                                                                    \
    SUITE(range)                                                                    \
    SUITE(result)                                                                   \
    SUITE(sleepers)                                                                 \
    SUITE(start)                                                                    \
    SUITE(strand)                                                                   \
    SUITE(task)                                                                     \
    SUITE(timeout)                                                                  \
    SUITE(value)                                                                    \
    SUITE(value_input)                                                              \
    SUITE(wait)                                                                     \
    SUITE(worker)

#define DECLARE(name) extern CU_TestInfo name##_tests[];
SUITES(DECLARE)

static const struct suite {
    const char *name;
    CU_TestInfo *tests;
} suites[] = {
#define ENTRY(name) {#name, name##_tests},
    SUITES(ENTRY)};

#define SUITE_COUNT (sizeof suites / sizeof suites[0])

static void add_suite(const struct suite *suite)
{
    CU_SuiteInfo info[] = {{suite->name, NULL, NULL, NULL, NULL, suite->tests},
                           CU_SUITE_INFO_NULL};
    if (CU_register_suites(info) != CUE_SUCCESS) {
        fprintf(stderr, "unit_tests: %s\n", CU_get_error_msg());
        exit(2);
    }
}

static void add_named(const char *name)
{
    for (size_t i = 0; i < SUITE_COUNT; i++) {
        if (strcmp(suites[i].name, name) == 0) {
            add_suite(&suites[i]);
            return;
        }
    }
    fprintf(stderr, "unit_tests: expected the name of a suite, found \"%s\"\n",
            name);
    exit(2);
}

int main(int argc, char **argv)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 2;
    for (int i = 1; i < argc; i++)
        add_named(argv[i]);
    for (size_t i = 0; argc < 2 && i < SUITE_COUNT; i++)
        add_suite(&suites[i]);
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_ErrorCode ran = CU_basic_run_tests();
    bool passed = ran == CUE_SUCCESS && CU_get_number_of_asserts() > 0 &&
                  CU_get_number_of_failures() == 0 &&
                  CU_get_number_of_failure_records() == 0;
    CU_cleanup_registry();
    return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
