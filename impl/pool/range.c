/*
 * Ranges: see range.h.
 *
 * The context is the input of the job, so it goes with the work; that of a kernel is
 * a pointer whose release goes with the value.  One function, which is never freed,
 * stands for all kernels: it calls the one of its task's map.
 */
#include "range.h"

#include "../core/function.h"
#include "../core/value.h"
#include "worker.h"

static asyr_value *call_kernel(asyr_function *function, asyr_task *task,
                               asyr_value *const *arguments, int64_t count,
                               asyr_error **error)
{
    const asyri_map *map = task->map;
    const asyr_value *context = task->job->input;
    (void)function;
    (void)arguments;
    (void)count;
    (void)error;
    map->kernel(map->begin + task->span.next, map->begin + task->span.end,
                context->as.pointer.address);
    return NULL; /* nil */
}

static const struct asyri_function_ops kernel_ops = {.call = call_kernel};

asyr_function asyri_range_function = {.refs = {ASYRI_REFCOUNT_STATIC},
                                      .ops = &kernel_ops,
                                      .name = "range",
                                      .return_element = -1};

asyr_value *asyri_range_arguments(const asyri_job *job,
                                  const struct asyri_span *span)
{
    const asyri_map *map = asyri_job_map(job);
    asyr_value *list = asyri_value_list(3);
    if (!list)
        return NULL;
    asyr_value **items = list->as.list.items;
    items[0] = asyri_value_int64(map->begin + span->next);
    items[1] = items[0] ? asyri_value_int64(map->begin + span->end) : NULL;
    items[2] = job->input ? asyri_value_ref(job->input) : asyri_value_nil();
    list->as.list.count = 3;
    if (items[1])
        return list;
    asyri_value_unref(list);
    return NULL;
}
