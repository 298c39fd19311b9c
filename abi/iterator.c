/* The exported functions of lazy maps. */
#include "check.h"

#include "../impl/core/queue.h"
#include "../impl/core/value.h"
#include "../impl/pool/iterator.h"

static asyr_status check_options(const char *function,
                                 const asyr_task_options *options,
                                 asyr_error **error)
{
    ASYRI_REQUIRE(
        !options->callback && !options->error_callback && options->event_kind < 0,
        error, "%s: expected no callbacks and no event, found one", function);
    ASYRI_REQUIRE(options->error_policy == ASYR_ERRORS_FIRST, error,
                  "%s: expected no error policy, as each item's error comes at its "
                  "place, found %d",
                  function, (int)options->error_policy);
    return ASYR_OK;
}

/* The pool and the output have been looked at. */
static asyr_status start(const char *function, struct asyri_iterator_setup *setup,
                         asyr_iterator **iterator, asyr_error **error)
{
    if (!setup->options)
        setup->options = &asyri_task_defaults;
    asyr_status status = check_options(function, setup->options, error);
    if (status == ASYR_OK)
        return asyri_iterator_new(setup, iterator, error);
    if (setup->source_release)
        setup->source_release(setup->source_arg);
    return status;
}

asyr_status asyr_pool_imap(asyr_pool *pool, asyr_function *function,
                           asyr_value *items, const asyr_task_options *options,
                           asyr_iterator **iterator, asyr_error **error)
{
    ASYRI_CLEAR(iterator);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(pool, error);
    ASYRI_REQUIRE_GIVEN(function, error);
    ASYRI_REQUIRE_GIVEN(items, error);
    ASYRI_REQUIRE_GIVEN(iterator, error);
    ASYRI_REQUIRE(items->type == ASYR_VALUE_LIST || items->type == ASYR_VALUE_ARRAY,
                  error, "%s: expected a list or an array of items, found %s",
                  __func__, asyri_value_type_name(items));
    struct asyri_iterator_setup setup = {
        .pool = pool,
        .function = function,
        .input = ASYRI_INPUT_ITEMS,
        .items = items,
        .options = options,
    };
    return start(__func__, &setup, iterator, error);
}

static asyr_status check_source(asyr_pool *pool, asyr_function *function,
                                asyr_source_fn source, asyr_iterator **iterator,
                                asyr_error **error)
{
    ASYRI_REQUIRE_HANDLE(pool, error);
    ASYRI_REQUIRE_GIVEN(function, error);
    ASYRI_REQUIRE_GIVEN(source, error);
    ASYRI_REQUIRE_GIVEN(iterator, error);
    return ASYR_OK;
}

asyr_status asyr_pool_imap_source(asyr_pool *pool, asyr_function *function,
                                  asyr_source_fn source, void *arg,
                                  asyr_release_fn release,
                                  const asyr_task_options *options,
                                  asyr_iterator **iterator, asyr_error **error)
{
    ASYRI_CLEAR(iterator);
    ASYRI_CLEAR(error);
    asyr_status status = check_source(pool, function, source, iterator, error);
    if (status != ASYR_OK) {
        if (release)
            release(arg);
        return status;
    }
    struct asyri_iterator_setup setup = {
        .pool = pool,
        .function = function,
        .input = ASYRI_INPUT_SOURCE,
        .source = source,
        .source_arg = arg,
        .source_release = release,
        .options = options,
    };
    return start(__func__, &setup, iterator, error);
}

asyr_status asyr_pool_imap_fed(asyr_pool *pool, asyr_function *function,
                               const asyr_task_options *options,
                               asyr_iterator **iterator, asyr_error **error)
{
    ASYRI_CLEAR(iterator);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(pool, error);
    ASYRI_REQUIRE_GIVEN(function, error);
    ASYRI_REQUIRE_GIVEN(iterator, error);
    struct asyri_iterator_setup setup = {
        .pool = pool,
        .function = function,
        .input = ASYRI_INPUT_FED,
        .options = options,
    };
    return start(__func__, &setup, iterator, error);
}

asyr_iterator *asyr_iterator_ref(asyr_iterator *iterator)
{
    if (iterator)
        asyri_iterator_ref_handle(iterator);
    return iterator;
}

void asyr_iterator_unref(asyr_iterator *iterator)
{
    if (iterator && !asyri_is_forked(iterator->generation))
        asyri_iterator_unref_handle(iterator);
}

asyr_status asyr_iterator_next(asyr_iterator *iterator, int64_t timeout_ns,
                               asyr_interrupt *interrupt, asyr_value **value,
                               asyr_error **error)
{
    asyr_value *taken = NULL;
    ASYRI_CLEAR(value);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(iterator, error);
    asyr_status status =
        asyri_iterator_next(iterator, timeout_ns, interrupt, &taken, error);
    if (value)
        *value = taken;
    else
        asyri_value_unref(taken);
    return status;
}

asyr_status asyr_iterator_notify(asyr_iterator *iterator, asyr_queue *queue,
                                 uint64_t tag, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(iterator, error);
    ASYRI_REQUIRE_HANDLE(queue, error);
    return asyri_iterator_notify(iterator, queue, tag, error);
}

asyr_status asyr_iterator_cancel(asyr_iterator *iterator, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(iterator, error);
    asyri_iterator_cancel(iterator);
    return ASYR_OK;
}

asyr_status asyr_iterator_put(asyr_iterator *iterator, asyr_value *item,
                              int64_t timeout_ns, asyr_interrupt *interrupt,
                              asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(iterator, error);
    ASYRI_REQUIRE_GIVEN(item, error);
    ASYRI_REQUIRE(iterator->input == ASYRI_INPUT_FED, error,
                  "%s: expected an iterator that is fed, found one with an input",
                  __func__);
    return asyri_iterator_put(iterator, item, timeout_ns, interrupt, error);
}

asyr_status asyr_iterator_finish(asyr_iterator *iterator, asyr_error *failure,
                                 asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_HANDLE(iterator, error);
    ASYRI_REQUIRE(iterator->input == ASYRI_INPUT_FED, error,
                  "%s: expected an iterator that is fed, found one with an input",
                  __func__);
    asyri_iterator_finish(
        iterator, failure ? asyri_error_of_task(asyri_error_ref(failure)) : NULL);
    return ASYR_OK;
}
