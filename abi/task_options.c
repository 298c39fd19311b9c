/* The exported functions of the options of a submit: a builder that is filled in. */
#include "check.h"

#include "../impl/base/alloc.h"
#include "../impl/core/interrupt.h"
#include "../impl/core/queue.h"
#include "../impl/pool/options.h"
#include "../impl/pool/strand.h"

asyr_status asyr_task_options_new(asyr_task_options **options, asyr_error **error)
{
    ASYRI_CLEAR(options);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    asyr_task_options *created = asyri_alloc(sizeof *created);
    if (!created)
        return asyri_fail_memory(error);
    *created = asyri_task_defaults;
    *options = created;
    return ASYR_OK;
}

void asyr_task_options_free(asyr_task_options *options)
{
    if (!options)
        return;
    asyri_closure_unref(options->callback);
    asyri_closure_unref(options->error_callback);
    asyr_queue_unref(options->queue);
    asyr_strand_unref(options->strand);
    asyri_interrupt_unref(options->interrupt);
    asyri_free(options);
}

/* Put a new closure, or none without `given`, in the place of the old one. */
static asyr_status set_closure(const asyr_task_options *options,
                               asyri_closure **place, union asyri_callback call,
                               bool given, void *arg, asyr_release_fn release,
                               asyr_error **error)
{
    asyri_closure *closure = asyri_closure_new(call, arg, release);
    if (!closure)
        return asyri_fail_memory(error);
    if (!options || !given) {
        asyri_closure_unref(closure);
        closure = NULL;
    }
    ASYRI_REQUIRE_GIVEN(options, error);
    asyri_closure_unref(*place);
    *place = closure;
    return ASYR_OK;
}

asyr_status asyr_task_options_set_callback(asyr_task_options *options,
                                           asyr_callback_fn callback, void *arg,
                                           asyr_release_fn release,
                                           asyr_error **error)
{
    ASYRI_CLEAR(error);
    union asyri_callback call = {.value = callback};
    return set_closure(options, options ? &options->callback : NULL, call,
                       callback != NULL, arg, release, error);
}

asyr_status asyr_task_options_set_error_callback(asyr_task_options *options,
                                                 asyr_error_callback_fn callback,
                                                 void *arg, asyr_release_fn release,
                                                 asyr_error **error)
{
    ASYRI_CLEAR(error);
    union asyri_callback call = {.error = callback};
    return set_closure(options, options ? &options->error_callback : NULL, call,
                       callback != NULL, arg, release, error);
}

asyr_status asyr_task_options_set_queue(asyr_task_options *options,
                                        asyr_queue *queue, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    asyr_queue *before = options->queue;
    options->queue = asyr_queue_ref(queue);
    asyr_queue_unref(before);
    return ASYR_OK;
}

asyr_status asyr_task_options_set_event(asyr_task_options *options, int32_t kind,
                                        asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    ASYRI_REQUIRE(kind >= -1 && kind <= ASYR_EVENT_DONE, error,
                  "%s: expected a kind of event or -1, found %d", __func__,
                  (int)kind);
    options->event_kind = kind;
    return ASYR_OK;
}

asyr_status asyr_task_options_set_tag(asyr_task_options *options, uint64_t tag,
                                      asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    options->tag = tag;
    return ASYR_OK;
}

asyr_status asyr_task_options_set_strand(asyr_task_options *options,
                                         asyr_strand *strand, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    asyr_strand *before = options->strand;
    options->strand = asyri_strand_ref(strand);
    asyr_strand_unref(before);
    return ASYR_OK;
}

asyr_status asyr_task_options_set_interrupt(asyr_task_options *options,
                                            asyr_interrupt *interrupt,
                                            asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    asyr_interrupt *before = options->interrupt;
    options->interrupt = asyri_interrupt_ref(interrupt);
    asyri_interrupt_unref(before);
    return ASYR_OK;
}

asyr_status asyr_task_options_set_chunk_size(asyr_task_options *options,
                                             int64_t chunk_size, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    ASYRI_REQUIRE(chunk_size >= 1, error,
                  "%s: expected a chunk size of at least 1, found %lld", __func__,
                  (long long)chunk_size);
    options->chunk_size = chunk_size;
    return ASYR_OK;
}

asyr_status asyr_task_options_set_error_policy(asyr_task_options *options,
                                               int32_t policy, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    ASYRI_REQUIRE(policy >= ASYR_ERRORS_FIRST && policy <= ASYR_ERRORS_FAIL_FAST,
                  error, "%s: expected an error policy, found %d", __func__,
                  (int)policy);
    options->error_policy = policy;
    return ASYR_OK;
}

asyr_status asyr_task_options_set_order(asyr_task_options *options, int32_t order,
                                        asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    ASYRI_REQUIRE(order == ASYR_ORDER_INPUT || order == ASYR_ORDER_ARRIVAL, error,
                  "%s: expected an order, found %d", __func__, (int)order);
    options->order = order;
    return ASYR_OK;
}

asyr_status asyr_task_options_set_buffer_size(asyr_task_options *options,
                                              int64_t items, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(options, error);
    ASYRI_REQUIRE(items >= 1, error,
                  "%s: expected a buffer of at least 1 item, found %lld", __func__,
                  (long long)items);
    options->buffer_size = items;
    return ASYR_OK;
}
