/*
 * The dispatcher: the thread that runs a pool's callbacks, for a host that drains no
 * queue of its own.
 *
 * It is started when it is first needed, and ends with the pool, when no result is
 * left that could call back.  A callback that ends the thread gets a new one.
 *
 * It owns its queue while it lives, so that a submit sees without the pool's lock that it
 * does.  That may be stale: a dispatcher that has left had an ended or closed queue, which
 * refuses the place that is asked for next.
 */
#include "pool.h"

#include <errno.h>
#include <string.h>

#include "../base/alloc.h"
#include "../core/error.h"

static void dispatch(void *arg);

static void run_queue(void *arg)
{
    asyr_pool *pool = arg;
    int64_t count;
    while (asyri_queue_run(pool->queue, 0, ASYR_FOREVER, NULL, &count, NULL) ==
           ASYR_OK)
        continue;
}

static void leave(asyr_pool *pool)
{
    asyri_queue_disown(pool->queue);
    asyri_mutex_lock(&pool->lock);
    pool->dispatching = false;
    asyri_waitlist_wake_all(&pool->ended);
    asyri_mutex_unlock(&pool->lock);
    asyri_pool_unref(pool);
}

/* Without another thread, callbacks are dropped and their results become ready. */
static void ended(void *arg)
{
    asyr_pool *pool = arg;
    if (asyri_thread_start(&pool->dispatcher, pool->name, dispatch, pool) == 0)
        return;
    asyri_queue_close(pool->queue);
    leave(pool);
}

static void dispatch(void *arg)
{
    asyri_queue_own(((asyr_pool *)arg)->queue);
    asyri_thread_guard(run_queue, ended, arg);
    leave(arg);
}

asyr_status asyri_dispatcher_want(asyr_pool *pool, asyr_error **error)
{
    int failed = 0;
    if (!pool->owns_queue || asyri_queue_has_owner(pool->queue))
        return ASYR_OK;
    asyri_mutex_lock(&pool->lock);
    if (!pool->dispatching) {
        failed = asyri_thread_start(&pool->dispatcher, pool->name, dispatch,
                                    asyri_pool_ref(pool));
        pool->dispatching = !failed;
    }
    asyri_mutex_unlock(&pool->lock);
    if (!failed)
        return ASYR_OK;
    asyri_pool_unref(pool);
    if (failed == ENOMEM)
        return asyri_fail_memory(error);
    return asyri_fail(error, ASYR_E_SYSTEM,
                      "the thread for callbacks could not be started: %s",
                      strerror(failed));
}

static void finish_report(asyr_event *event, asyr_error *failure)
{
    asyri_error_unref(failure);
    asyri_error_unref(event->report);
    asyri_closure_unref(event->closure);
    asyri_event_give_up(event);
    asyri_queue_unref(event->queue);
    asyri_free(event);
}

/* After the pool's own dispatcher has ended, the report is made here. */
void asyri_dispatcher_report(asyr_pool *pool, asyr_error *failure)
{
    asyr_event *event = asyri_alloc(sizeof *event);
    if (!event)
        return;
    if (asyri_queue_promise(pool->queue, 1, NULL) != ASYR_OK) {
        asyri_free(event);
        if (pool->owns_queue)
            pool->hook->call.unread(failure, pool->hook->arg);
        return;
    }
    asyri_event_init(event, ASYR_EVENT_DONE, finish_report);
    event->action = ASYRI_EVENT_REPORT_UNREAD;
    event->report = asyri_error_ref(failure);
    event->closure = asyri_closure_ref(pool->hook);
    event->queue = asyri_queue_ref(pool->queue);
    if (!asyri_queue_post(pool->queue, event))
        asyri_event_finish(event, NULL);
}
