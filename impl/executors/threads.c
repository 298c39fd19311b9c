/*
 * Threads as workers.
 *
 * A thread owns its worker.  It works until the pool ends, or until it has run as
 * many tasks as one may and a successor has started.  A task that ends the thread
 * leaves through the guard, which puts another worker in its place.
 */
#include "threads.h"

#include <asyncresult/codes.h>

#include "../platform/thread.h"
#include "../pool/worker.h"

static void work(void *arg)
{
    asyr_worker *worker = arg;
    while (asyri_worker_work(worker, NULL) == ASYR_OK) {
        if (asyri_worker_hand_over(worker))
            break;
    }
}

static void ended(void *arg)
{
    asyri_worker_replace(arg);
}

static void thread_main(void *arg)
{
    asyri_thread_guard(work, ended, arg);
    asyri_worker_retire(arg);
}

static int start(asyr_worker *worker)
{
    return asyri_thread_start(&worker->start, worker->pool->name, thread_main,
                              worker);
}

const struct asyri_executor asyri_threads = {.start = start};
