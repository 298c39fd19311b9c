/* Threads, pollables, forks and the number of CPUs. */
#define _GNU_SOURCE
#include "support.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "platform/cpu_count.h"
#include "platform/fork.h"
#include "platform/pollable.h"
#include "platform/thread.h"

/* What a new thread saw of itself. */
struct seen {
    struct latch done;
    uintptr_t self;
    int unblocked;
    char name[16];
};

static void look(void *arg)
{
    struct seen *seen = arg;
    sigset_t mask;
    seen->self = asyri_thread_self();
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    for (int number = 1; number < 32; number++)
        seen->unblocked += number != SIGKILL && number != SIGSTOP &&
                           sigismember(&mask, number) == 0;
    pthread_getname_np(pthread_self(), seen->name, sizeof seen->name);
    latch_open(&seen->done);
}

static void a_thread_has_its_name_and_blocks_all_signals(void)
{
    struct seen seen = {.done = LATCH_CLOSED};
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    struct asyri_thread_start start;
    CU_ASSERT_EQUAL_FATAL(
        asyri_thread_start(&start, "a name that is too long", look, &seen), 0);
    latch_wait(&seen.done, 1);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    CU_ASSERT_EQUAL(seen.unblocked, 0);
    CU_ASSERT_STRING_EQUAL(seen.name, "a name that is ");
    CU_ASSERT_NOT_EQUAL(seen.self, 0);
    CU_ASSERT_NOT_EQUAL(seen.self, asyri_thread_self());
    CU_ASSERT_EQUAL(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
}

static void a_refused_thread_start_runs_nothing(void)
{
    struct seen seen = {.done = LATCH_CLOSED};
    struct asyri_thread_start starts[2];
    asyri_thread_fail_after(1);
    int first = asyri_thread_start(&starts[0], "first", look, &seen);
    int second = asyri_thread_start(&starts[1], "second", look, &seen);
    asyri_thread_fail_after(-1);
    CU_ASSERT_EQUAL(first, 0);
    CU_ASSERT_EQUAL(second, EAGAIN);
    latch_wait(&seen.done, 1);
    CU_ASSERT_EQUAL(latch_count(&seen.done), 1);
}

static void a_thread_start_allocates_nothing(void)
{
    struct seen seen = {.done = LATCH_CLOSED};
    struct asyri_thread_start start;
    int64_t before = asyri_alloc_count();
    CU_ASSERT_EQUAL_FATAL(asyri_thread_start(&start, "thread", look, &seen), 0);
    latch_wait(&seen.done, 1);
    CU_ASSERT_EQUAL(asyri_alloc_count(), before);
}

static void end_thread(void *arg)
{
    (void)arg;
    pthread_exit(NULL);
}

static void return_at_once(void *arg)
{
    (void)arg;
}

static void *guard_an_end(void *arg)
{
    asyri_thread_guard(end_thread, unit_count_release, arg);
    ++*(int *)arg; /* never reached */
    return NULL;
}

static void a_guard_runs_its_handler_only_when_the_thread_ends(void)
{
    int ended = 0;
    pthread_t thread;
    asyri_thread_guard(return_at_once, unit_count_release, &ended);
    CU_ASSERT_EQUAL(ended, 0);
    pthread_create(&thread, NULL, guard_an_end, &ended);
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(ended, 1);
}

static bool polls_readable(const asyri_pollable *pollable)
{
    struct pollfd entry = {.fd = pollable->read_end, .events = POLLIN};
    return poll(&entry, 1, 0) == 1 && (entry.revents & POLLIN);
}

static void a_pollable_is_readable_between_raise_and_clear(void)
{
    asyri_pollable pollable;
    asyri_pollable_init(&pollable);
    CU_ASSERT_EQUAL_FATAL(asyri_pollable_open(&pollable), 0);
    CU_ASSERT_FALSE(polls_readable(&pollable));
    for (int i = 0; i < 3; i++) {
        asyri_pollable_raise(&pollable);
        CU_ASSERT_TRUE(polls_readable(&pollable));
        asyri_pollable_clear(&pollable);
        CU_ASSERT_FALSE(polls_readable(&pollable));
    }
    asyri_pollable_close(&pollable);
    CU_ASSERT_EQUAL(pollable.read_end, -1);
}

static void a_pollable_that_is_not_open_does_nothing(void)
{
    asyri_pollable pollable;
    asyri_pollable_init(&pollable);
    asyri_pollable_raise(&pollable);
    asyri_pollable_clear(&pollable);
    asyri_pollable_close(&pollable);
    CU_ASSERT_EQUAL(pollable.read_end, -1);
}

/* B27 */
static void a_fork_makes_a_new_generation(void)
{
    int status = -1;
    uint32_t generation = asyri_fork_stamp();
    CU_ASSERT_FALSE(asyri_is_forked(generation));
    pid_t child = fork();
    if (child == 0)
        _exit(asyri_is_forked(generation) ? 0 : 1);
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_EQUAL(status, 0);
    CU_ASSERT_FALSE(asyri_is_forked(generation));
}

/* A made-up tree of control groups. */
static char tree[64];
static char membership[128];

static void write_file(const char *path, const char *content)
{
    char full[256];
    snprintf(full, sizeof full, "%s/%s", tree, path);
    for (char *slash = full + strlen(tree); (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        mkdir(full, 0700);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(content, file);
    fclose(file);
}

static void make_tree(const char *groups)
{
    strcpy(tree, "/tmp/asyr_cgroup_XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(tree));
    snprintf(membership, sizeof membership, "%s/membership", tree);
    write_file("membership", groups);
}

static int64_t limit_then_remove_tree(void)
{
    char command[128];
    int64_t limit = asyri_cgroup_cpu_limit(membership, tree);
    snprintf(command, sizeof command, "rm -r '%s'", tree);
    CU_ASSERT_EQUAL(system(command), 0);
    return limit;
}

/* B19 for control groups of version 2 */
static void a_quota_of_version_2_is_rounded_up(void)
{
    make_tree("0::/a\n");
    write_file("a/cpu.max", "150000 100000\n");
    CU_ASSERT_EQUAL(limit_then_remove_tree(), 2);
}

static void the_smallest_quota_on_the_way_up_counts(void)
{
    make_tree("0::/a/b/c\n");
    write_file("a/b/c/cpu.max", "max 100000\n");
    write_file("a/b/cpu.max", "800000 100000\n");
    write_file("a/cpu.max", "300000 100000\n");
    CU_ASSERT_EQUAL(limit_then_remove_tree(), 3);
}

static void a_quota_of_the_root_counts_too(void)
{
    make_tree("0::/\n");
    write_file("cpu.max", "400000 100000\n");
    CU_ASSERT_EQUAL(limit_then_remove_tree(), 4);
}

static void no_quota_is_no_limit(void)
{
    make_tree("0::/a\n");
    write_file("a/cpu.max", "max 100000\n");
    CU_ASSERT_EQUAL(limit_then_remove_tree(), INT64_MAX);
    make_tree("0::/not/there\n");
    CU_ASSERT_EQUAL(limit_then_remove_tree(), INT64_MAX);
    CU_ASSERT_EQUAL(asyri_cgroup_cpu_limit("/no/such/file", "/no/such/root"),
                    INT64_MAX);
}

static void the_smallest_quota_is_one_cpu(void)
{
    make_tree("0::/a\n");
    write_file("a/cpu.max", "1000 100000\n");
    CU_ASSERT_EQUAL(limit_then_remove_tree(), 1);
}

static void a_quota_that_makes_no_sense_is_no_limit(void)
{
    static const char *const contents[] = {"",          "0 100000\n", "-5 100000\n",
                                           "50000 0\n", "five\n",     "50000\n"};
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        make_tree("0::/a\n");
        write_file("a/cpu.max", contents[i]);
        CU_ASSERT_EQUAL(limit_then_remove_tree(), INT64_MAX);
    }
}

static void a_huge_quota_does_not_overflow(void)
{
    make_tree("0::/a\n");
    write_file("a/cpu.max", "9223372036854775807 1\n");
    CU_ASSERT_EQUAL(limit_then_remove_tree(), INT64_MAX);
}

/* B19 for control groups of version 1 */
static void a_quota_of_version_1_is_found_by_its_controllers(void)
{
    make_tree("9:memory:/a\n4:cpu,cpuacct:/a/b\n0::/\n");
    write_file("cpu,cpuacct/a/b/cpu.cfs_quota_us", "250000\n");
    write_file("cpu,cpuacct/a/b/cpu.cfs_period_us", "100000\n");
    write_file("cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    write_file("cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    CU_ASSERT_EQUAL(limit_then_remove_tree(), 3);
}

static void a_quota_of_a_parent_of_version_1_counts(void)
{
    make_tree("4:cpuacct,cpu:/a/b\n");
    write_file("cpuacct,cpu/a/b/cpu.cfs_quota_us", "-1\n");
    write_file("cpuacct,cpu/a/b/cpu.cfs_period_us", "100000\n");
    write_file("cpuacct,cpu/a/cpu.cfs_quota_us", "200000\n");
    write_file("cpuacct,cpu/a/cpu.cfs_period_us", "100000\n");
    CU_ASSERT_EQUAL(limit_then_remove_tree(), 2);
}

static void other_controllers_do_not_count(void)
{
    make_tree("4:cpuset,cpuacct:/a\nno colons\n5:one colon\n");
    write_file("cpuset,cpuacct/a/cpu.cfs_quota_us", "100000\n");
    write_file("cpuset,cpuacct/a/cpu.cfs_period_us", "100000\n");
    CU_ASSERT_EQUAL(limit_then_remove_tree(), INT64_MAX);
}

static void the_count_follows_the_affinity_mask(void)
{
    cpu_set_t before, one;
    CU_ASSERT_EQUAL_FATAL(sched_getaffinity(0, sizeof before, &before), 0);
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++) {
        if (CPU_ISSET(i, &before))
            CPU_SET(i, &one);
    }
    sched_setaffinity(0, sizeof one, &one);
    CU_ASSERT_EQUAL(asyr_default_worker_count(), 1);
    sched_setaffinity(0, sizeof before, &before);
    CU_ASSERT_TRUE(asyr_default_worker_count() >= 1);
    CU_ASSERT_TRUE(asyr_default_worker_count() <= CPU_COUNT(&before));
}

CU_TestInfo platform_tests[] = {
    UNIT_TEST(a_thread_has_its_name_and_blocks_all_signals),
    UNIT_TEST(a_refused_thread_start_runs_nothing),
    UNIT_TEST(a_thread_start_allocates_nothing),
    UNIT_TEST(a_guard_runs_its_handler_only_when_the_thread_ends),
    UNIT_TEST(a_pollable_is_readable_between_raise_and_clear),
    UNIT_TEST(a_pollable_that_is_not_open_does_nothing),
    UNIT_TEST(a_fork_makes_a_new_generation),
    UNIT_TEST(a_quota_of_version_2_is_rounded_up),
    UNIT_TEST(the_smallest_quota_on_the_way_up_counts),
    UNIT_TEST(a_quota_of_the_root_counts_too),
    UNIT_TEST(no_quota_is_no_limit),
    UNIT_TEST(the_smallest_quota_is_one_cpu),
    UNIT_TEST(a_quota_that_makes_no_sense_is_no_limit),
    UNIT_TEST(a_huge_quota_does_not_overflow),
    UNIT_TEST(a_quota_of_version_1_is_found_by_its_controllers),
    UNIT_TEST(a_quota_of_a_parent_of_version_1_counts),
    UNIT_TEST(other_controllers_do_not_count),
    UNIT_TEST(the_count_follows_the_affinity_mask),
    CU_TEST_INFO_NULL};
