/*
 * Workers: threads of Ruby that are lent to a pool.
 *
 * A worker has the GVL while there are tasks, one after the other, and gives it away
 * only to wait for the next: so small tasks do not pay for it each time.  Ruby switches
 * threads inside the tasks and between them, as it does anywhere.
 */
#include "tasks.h"

static asyr_status await_worker(struct glue_wait *wait)
{
    return asyr_worker_await(wait->object, wait->timeout_ns, wait->interrupt,
                             &wait->worker, &wait->error);
}

static VALUE answer_worker(struct glue_wait *wait)
{
    asyr_worker *worker = wait->worker;

    if (wait->status == ASYR_E_STOP)
        return Qnil;
    if (wait->error != NULL)
        glue_wait_raise(wait);
    wait->worker = NULL;
    return glue_handle_new(worker, &glue_type_asyr_worker);
}

/* Wait until the pool wants a worker; nil when it has ended. */
VALUE glue_worker_await(asyr_pool *pool)
{
    struct glue_wait wait = {.call = await_worker,
                             .answer = answer_worker,
                             .object = pool,
                             .timeout_ns = ASYR_FOREVER};

    return glue_wait_perform(&wait);
}

static asyr_status take_task(struct glue_wait *wait)
{
    return asyr_worker_next(wait->object, wait->timeout_ns, wait->interrupt,
                            &wait->task, &wait->error);
}

static VALUE answer_task(struct glue_wait *wait)
{
    if (wait->status == ASYR_OK)
        return Qtrue;
    if (wait->status != ASYR_E_STOP)
        glue_wait_raise(wait);
    return Qfalse;
}

/* The initializer, if there is one, runs inside. */
static asyr_task *wait_for_task(asyr_worker *worker)
{
    struct glue_wait wait = {.call = take_task,
                             .answer = answer_task,
                             .object = worker,
                             .timeout_ns = ASYR_FOREVER};

    return RTEST(glue_wait_perform(&wait)) ? wait.task : NULL;
}

static asyr_task *next_task(asyr_worker *worker)
{
    asyr_task *task = NULL;
    asyr_status status = asyr_worker_next(worker, 0, NULL, &task, NULL);

    return status == ASYR_E_TIMEOUT ? wait_for_task(worker) : task;
}

/* Run tasks until there are none for this worker. */
VALUE glue_worker_run(asyr_worker *worker)
{
    asyr_task *task = wait_for_task(worker);

    while (task != NULL) {
        asyr_task_run(task, NULL);
        asyr_worker_done(worker, NULL);
        glue_leave();
        rb_thread_check_ints();
        task = next_task(worker);
    }
    return Qnil;
}

/* Give it back to the pool, whose task, if there is one, is lost. */
VALUE glue_worker_end(VALUE object)
{
    asyr_worker *worker = glue_handle_get(object, &glue_type_asyr_worker);

    if (worker != NULL)
        DATA_PTR(object) = NULL;
    asyr_worker_free(worker);
    return Qnil;
}
