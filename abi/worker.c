/* The exported functions of host workers. */
#include "check.h"

#include "../impl/pool/worker.h"

asyr_status asyr_worker_new(asyr_pool *pool, asyr_worker **worker,
                            asyr_error **error)
{
    ASYRI_CLEAR(worker);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(pool, error);
    ASYRI_REQUIRE_GIVEN(worker, error);
    return asyri_worker_lend(pool, worker, error);
}

asyr_status asyr_worker_await(asyr_pool *pool, int64_t timeout_ns,
                              asyr_interrupt *interrupt, asyr_worker **worker,
                              asyr_error **error)
{
    ASYRI_CLEAR(worker);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(pool, error);
    ASYRI_REQUIRE_GIVEN(worker, error);
    return asyri_worker_await(pool, timeout_ns, interrupt, worker, error);
}

void asyr_worker_free(asyr_worker *worker)
{
    if (worker && !asyri_is_forked(worker->generation))
        asyri_worker_free(worker);
}

asyr_status asyr_worker_run(asyr_worker *worker, asyr_interrupt *interrupt,
                            asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(worker, error);
    return asyri_worker_run(worker, interrupt, error);
}

asyr_status asyr_worker_next(asyr_worker *worker, int64_t timeout_ns,
                             asyr_interrupt *interrupt, asyr_task **task,
                             asyr_error **error)
{
    ASYRI_CLEAR(task);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(worker, error);
    ASYRI_REQUIRE_GIVEN(task, error);
    return asyri_worker_next(worker, timeout_ns, interrupt, task, error);
}

asyr_status asyr_worker_claim(asyr_worker *worker, asyr_result *result,
                              asyr_task **task, asyr_error **error)
{
    ASYRI_CLEAR(task);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(worker, error);
    ASYRI_REQUIRE_GIVEN(result, error);
    ASYRI_REQUIRE_GIVEN(task, error);
    return asyri_worker_claim(worker, result, task, error);
}

asyr_status asyr_worker_block(asyr_worker *worker, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(worker, error);
    return asyri_worker_block(worker, error);
}

asyr_status asyr_worker_unblock(asyr_worker *worker, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(worker, error);
    return asyri_worker_unblock(worker, error);
}

asyr_status asyr_worker_done(asyr_worker *worker, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(worker, error);
    return asyri_worker_done(worker, error);
}

asyr_status asyr_worker_lost(asyr_worker *worker, const char *message,
                             asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(worker, error);
    asyri_worker_lost(worker, message);
    return ASYR_OK;
}
