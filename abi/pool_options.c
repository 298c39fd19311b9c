/* The exported functions of the options of a pool: a builder that is filled in. */
#include "check.h"

#include "../impl/base/alloc.h"
#include "../impl/core/function.h"
#include "../impl/core/queue.h"
#include "../impl/core/value.h"
#include "../impl/pool/options.h"

/* More threads than any system starts: a number that was computed wrongly. */
#define MOST_WORKERS 1000000

asyr_status asyr_pool_options_new(asyr_pool_options **options, asyr_error **error)
{
    ASYRI_CLEAR(options);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    asyr_pool_options *created = asyri_alloc(sizeof *created);
    if (!created)
        return asyri_fail_memory(error);
    *created = asyri_pool_defaults;
    *options = created;
    return ASYR_OK;
}

void asyr_pool_options_free(asyr_pool_options *options)
{
    if (!options)
        return;
    asyri_function_unref(options->initializer);
    asyri_value_unref(options->arguments);
    asyr_queue_unref(options->queue);
    asyri_closure_unref(options->hook);
    asyri_free(options->name);
    asyri_free(options);
}

asyr_status asyr_pool_options_set_workers(asyr_pool_options *options,
                                          int64_t workers, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    ASYRI_REQUIRE(workers >= 1 && workers <= MOST_WORKERS, error,
                  "%s: expected 1 to %d workers, found %lld", __func__, MOST_WORKERS,
                  (long long)workers);
    options->workers = workers;
    return ASYR_OK;
}

asyr_status asyr_pool_options_set_worker_source(asyr_pool_options *options,
                                                int32_t source, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    ASYRI_REQUIRE(source == ASYR_WORKERS_OWN || source == ASYR_WORKERS_HOST, error,
                  "%s: expected a source of workers, found %d", __func__,
                  (int)source);
    options->source = source;
    return ASYR_OK;
}

asyr_status asyr_pool_options_set_initializer(asyr_pool_options *options,
                                              asyr_function *function,
                                              asyr_value *arguments,
                                              asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    ASYRI_REQUIRE(!arguments || arguments->type == ASYR_VALUE_LIST, error,
                  "%s: expected a list of arguments, found %s", __func__,
                  asyri_value_type_name(arguments));
    asyr_function *function_before = options->initializer;
    asyr_value *arguments_before = options->arguments;
    options->initializer = asyri_function_ref(function);
    options->arguments = asyri_value_ref(arguments);
    asyri_function_unref(function_before);
    asyri_value_unref(arguments_before);
    return ASYR_OK;
}

asyr_status asyr_pool_options_set_max_tasks_per_worker(asyr_pool_options *options,
                                                       int64_t tasks,
                                                       asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    ASYRI_REQUIRE(tasks >= 1, error, "%s: expected at least 1 task, found %lld",
                  __func__, (long long)tasks);
    options->max_tasks = tasks;
    return ASYR_OK;
}

asyr_status asyr_pool_options_set_queue_limit(asyr_pool_options *options,
                                              int64_t limit, int32_t policy,
                                              asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    ASYRI_REQUIRE(limit >= 1, error,
                  "%s: expected a limit of at least 1, found %lld", __func__,
                  (long long)limit);
    ASYRI_REQUIRE(policy >= ASYR_FULL_BLOCK && policy <= ASYR_FULL_CALLER_RUNS,
                  error, "%s: expected a policy for a full queue, found %d",
                  __func__, (int)policy);
    options->limit = limit;
    options->policy = policy;
    return ASYR_OK;
}

asyr_status asyr_pool_options_set_spare_workers(asyr_pool_options *options,
                                                int64_t spares, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    ASYRI_REQUIRE(spares >= 0 && spares <= MOST_WORKERS, error,
                  "%s: expected 0 to %d spare workers, found %lld", __func__,
                  MOST_WORKERS, (long long)spares);
    options->spares = spares;
    return ASYR_OK;
}

asyr_status asyr_pool_options_set_helping(asyr_pool_options *options,
                                          int32_t helping, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    ASYRI_REQUIRE(helping == ASYR_HELP_WORKERS || helping == ASYR_HELP_ALL, error,
                  "%s: expected one of enum asyr_helping, found %d", __func__,
                  (int)helping);
    options->helping = helping;
    return ASYR_OK;
}

asyr_status asyr_pool_options_set_queue(asyr_pool_options *options,
                                        asyr_queue *queue, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    asyr_queue *before = options->queue;
    options->queue = asyr_queue_ref(queue);
    asyr_queue_unref(before);
    return ASYR_OK;
}

asyr_status asyr_pool_options_set_name(asyr_pool_options *options, const char *name,
                                       asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    char *copy = name ? asyri_strdup(name) : NULL;
    if (name && !copy)
        return asyri_fail_memory(error);
    asyri_free(options->name);
    options->name = copy;
    return ASYR_OK;
}

asyr_status asyr_pool_options_set_unread_error_hook(asyr_pool_options *options,
                                                    asyr_unread_error_fn hook,
                                                    void *arg,
                                                    asyr_release_fn release,
                                                    asyr_error **error)
{
    ASYRI_CLEAR(error);
    union asyri_callback call = {.unread = hook};
    asyri_closure *closure = asyri_closure_new(call, arg, release);
    if (!closure)
        return asyri_fail_memory(error);
    if (!options || !hook) {
        asyri_closure_unref(closure);
        closure = NULL;
    }
    ASYRI_REQUIRE_GIVEN(options, error);
    asyri_closure_unref(options->hook);
    options->hook = closure;
    return ASYR_OK;
}
