/*
 * Signals in a process with workers reach the threads of the program alone: a
 * storm of SIGALRM and SIGUSR1 is handled on the main thread, whose waits are not
 * disturbed, and every thread of the library blocks what can be blocked.
 */
#include "harness.h"

#include <dirent.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { STORM = 500 };

static pid_t main_thread;
static atomic_int alarms, users, elsewhere;

static void note_signal(int number)
{
    if (gettid() != main_thread)
        atomic_fetch_add(&elsewhere, 1);
    atomic_fetch_add(number == SIGALRM ? &alarms : &users, 1);
}

static void handle(int number)
{
    struct sigaction action = {.sa_handler = note_signal};
    CHECK_INT(0, sigaction(number, &action, NULL));
}

static void start_alarms(void)
{
    const struct itimerval each = {{.tv_usec = 1000}, {.tv_usec = 1000}};
    CHECK_INT(0, setitimer(ITIMER_REAL, &each, NULL));
}

static void stop_alarms(void)
{
    const struct itimerval none = {{0, 0}, {0, 0}};
    CHECK_INT(0, setitimer(ITIMER_REAL, &none, NULL));
}

/* Signals the process, not a thread, from inside a worker. */
static void signal_process(asyr_task *task, void *arg)
{
    (void)arg;
    for (int turn = 0; turn < 4; turn++)
        CHECK_INT(0, kill(getpid(), SIGUSR1));
    CHECK_CODE(ASYR_OK, asyr_task_return_int64(task, 3, NULL));
}

static void check_blocked(const char *thread)
{
    const int wanted[] = {SIGALRM, SIGUSR1, SIGINT, SIGTERM, SIGCHLD, SIGPROF};
    char path[64], line[128];
    unsigned long long blocked = 0;
    snprintf(path, sizeof path, "/proc/self/task/%.20s/status", thread);
    FILE *file = fopen(path, "r");
    if (!file)
        return; /* it has ended meanwhile */
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "SigBlk: %llx", &blocked) == 1)
            break;
    fclose(file);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        CHECK((blocked >> (wanted[i] - 1)) & 1);
}

static int check_threads(void)
{
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    for (struct dirent *entry; (entry = readdir(tasks));) {
        if (entry->d_name[0] == '.' || atoi(entry->d_name) == main_thread)
            continue;
        check_blocked(entry->d_name);
        count++;
    }
    closedir(tasks);
    return count;
}

static void ride_out_the_storm(asyr_pool *pool, int64_t called)
{
    while (atomic_load(&alarms) < STORM || atomic_load(&users) < STORM)
        CHECK_INT(3, finish_int(submit(pool, native(signal_process, NULL), NULL,
                                       with_callback(count_value, id_arg(called)))));
}

static void get_the_held(asyr_task *task, void *arg)
{
    CHECK_CODE(ASYR_OK, asyr_task_return_int64(task, get_int(arg), NULL));
}

int main(void)
{
    asyr_strand *strand;
#if defined(__SANITIZE_THREAD__)
    skip_case("ThreadSanitizer holds signals back while a thread waits");
#endif
    int64_t called = fixture_counter_new();
    main_thread = gettid();
    handle(SIGALRM);
    handle(SIGUSR1);
    asyr_pool *pool = pool_of(4);
    CHECK_CODE(ASYR_OK, asyr_strand_new(pool, ASYR_STRAND_PINNED, &strand, NULL));
    struct held held = hold(pool);
    asyr_result *waiting = submit_native(pool, get_the_held, held.result);
    start_alarms();
    ride_out_the_storm(pool, called);
    CHECK(check_threads() >= 6); /* workers, dispatcher, strand, maybe a spare */
    stop_alarms();
    fixture_latch_open(held.latch);
    CHECK_INT(held.latch, finish_int(waiting));
    let_go(held);
    asyr_strand_unref(strand);
    end_pool(pool);
    CHECK_INT(0, atomic_load(&elsewhere));
    CHECK(fixture_counter_get(called) > 0);
    return EXIT_SUCCESS;
}
