/*
 * Runs the tests of the clock and of a parker on their own.  The exit status is 0
 * only when checks were made and none failed.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

extern CU_TestInfo clock_tests[], parker_tests[];

static int checks, failures;

int CU_assertImplementation(int holds, unsigned line, const char *condition,
                            const char *file, const char *function, int fatal)
{
    (void)function;
    checks++;
    if (holds)
        return CU_TRUE;
    failures++;
    printf("%s:%u: expected %s\n", file, line, condition);
    if (fatal)
        exit(EXIT_FAILURE);
    return CU_FALSE;
}

static void run(const CU_TestInfo *tests)
{
    for (; tests->name; tests++) {
        int before = failures;
        tests->run();
        printf("%s: %s\n", tests->name, failures > before ? "FAILED" : "passed");
        fflush(stdout);
    }
}

int main(void)
{
    run(clock_tests);
    run(parker_tests);
    printf("%d checks, %d failed\n", checks, failures);
    return checks > 0 && failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
