/*
 * exec while workers run, from the main thread or from a worker: the new program
 * starts, and inherits neither a descriptor nor a blocked signal.
 * usage: load_exec main | worker
 *
 * It starts itself again as `load_exec after DESCRIPTORS`, with the number of
 * descriptors that were open before there was a pool.
 */
#include "harness.h"

#include <dirent.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char descriptors[16];

static int count_descriptors(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    CHECK(directory != NULL);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

static void start_again(void)
{
    execl("/proc/self/exe", "load_exec", "after", descriptors, (char *)NULL);
    CHECK(!"exec to work");
}

/* A worker blocks every signal, and what execs in a task unblocks them first. */
static void exec_in_task(asyr_task *task, void *arg)
{
    sigset_t none;
    (void)task;
    (void)arg;
    sigemptyset(&none);
    CHECK_INT(0, pthread_sigmask(SIG_SETMASK, &none, NULL));
    start_again();
}

static void check_after(const char *expected)
{
    sigset_t blocked;
    CHECK_INT(atoi(expected), count_descriptors());
    CHECK_INT(0, pthread_sigmask(SIG_SETMASK, NULL, &blocked));
    for (int number = 1; number < 32; number++)
        CHECK_INT(0, sigismember(&blocked, number));
}

static void make_everything(asyr_pool **pool)
{
    static asyr_queue *queue;
    static asyr_strand *strand;
    int64_t descriptor;
    *pool = pool_of(2);
    hold(*pool);
    CHECK_CODE(ASYR_OK, asyr_queue_new(0, &queue, NULL));
    CHECK_CODE(ASYR_OK, asyr_queue_get_descriptor(queue, &descriptor, NULL));
    CHECK_CODE(ASYR_OK, asyr_strand_new(*pool, ASYR_STRAND_PINNED, &strand, NULL));
}

int main(int count, char **arguments)
{
    asyr_pool *pool;
    CHECK(count >= 2);
    if (strcmp(arguments[1], "after") == 0) {
        CHECK_INT(3, count);
        check_after(arguments[2]);
        return EXIT_SUCCESS;
    }
    snprintf(descriptors, sizeof descriptors, "%d", count_descriptors());
    make_everything(&pool);
    if (strcmp(arguments[1], "worker") == 0)
        get_code(submit_native(pool, exec_in_task, NULL), ASYR_FOREVER);
    start_again();
}
