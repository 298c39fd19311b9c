/*
 * The runner: every case in a process of its own, so that one that crashes or
 * hangs is one line and harms no other.
 *
 * A case's process reports by its exit status and by a reason in a pipe; one that
 * is not done after CASE_LIMIT seconds is ended by its alarm.  Its exit is a normal
 * one, so that a leak checker has its say.
 */
#include "harness.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FAILED = 70, SKIPPED = 77 };

static const struct contract_case *const groups[] = {
    get_cases,     callback_cases, acting_cases,    queue_cases,   map_cases,
    imap_cases,    pool_cases,     terminate_cases, nested_cases,  full_cases,
    process_cases, strand_cases,   worker_cases,    combine_cases, native_cases};

static int reason_pipe = -1;

static _Noreturn void end_case(int status, const char *reason)
{
    ssize_t written = write(reason_pipe, reason, strlen(reason));
    _exit(written < 0 ? EXIT_FAILURE : status);
}

void fail_case(const char *file, int line, const char *reason)
{
    char text[500];
    const char *base = strrchr(file, '/');
    snprintf(text, sizeof text, "%s:%d: %s", base ? base + 1 : file, line, reason);
    end_case(FAILED, text);
}

void skip_case(const char *reason)
{
    end_case(SKIPPED, reason);
}

static void run_case(const struct contract_case *test, int out)
{
    reason_pipe = out;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGALRM, SIG_DFL);
    alarm(CASE_LIMIT);
    test->run();
    exit(EXIT_SUCCESS);
}

static void describe(int status, char *reason, size_t size)
{
    size_t length = strlen(reason);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        snprintf(reason, size, "hangs");
    else if (WIFSIGNALED(status))
        snprintf(reason, size, "ended by signal %d", WTERMSIG(status));
    else if (length == 0)
        snprintf(reason, size, "ended with status %d", WEXITSTATUS(status));
}

static void read_reason(int in, char *reason, size_t size)
{
    size_t length = 0;
    ssize_t got;
    while (length + 1 < size &&
           (got = read(in, reason + length, size - 1 - length)) > 0)
        length += (size_t)got;
    reason[length] = '\0';
}

static int report(const struct contract_case *test, int status, char *reason,
                  size_t size)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS) {
        printf("ok %s\n", test->id);
        return 0;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED) {
        printf("skip %s: %s\n", test->id, reason);
        return 0;
    }
    describe(status, reason, size);
    printf("not ok %s: %s\n", test->id, reason);
    return 1;
}

static int start_case(const struct contract_case *test)
{
    int ends[2], status;
    char reason[512];
    fflush(stdout);
    if (pipe(ends) != 0)
        return 1;
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        run_case(test, ends[1]);
    }
    close(ends[1]);
    if (child < 0 || waitpid(child, &status, 0) != child) {
        close(ends[0]);
        return 1;
    }
    kill(-child, SIGKILL); /* what the case started and left; it holds the pipe */
    read_reason(ends[0], reason, sizeof reason);
    close(ends[0]);
    return report(test, status, reason, sizeof reason);
}

static int run_group(const struct contract_case *tests, const char *prefix)
{
    int failed = 0;
    for (; tests->id; tests++) {
        if (strncmp(tests->id, prefix, strlen(prefix)) != 0)
            continue;
        if (tests->run)
            failed += start_case(tests);
        else
            printf("skip %s: %s\n", tests->id, tests->skip);
    }
    return failed;
}

int main(int count, char **arguments)
{
    const char *prefix = count > 1 ? arguments[1] : "";
    int failed = 0;
    if (!getenv("ASYR_FIXTURE")) {
        fprintf(stderr, "contract: ASYR_FIXTURE does not name the fixture\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        failed += run_group(groups[i], prefix);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
