/*
 * Ranges: maps over the numbers of an interval, without a value for each.
 *
 * The map's items are the numbers; a participant calls the function once for each span
 * that it has taken, with its two ends.
 */
#ifndef ASYRI_POOL_RANGE_H
#define ASYRI_POOL_RANGE_H

#include <asyncresult/types.h>

#include "job.h"

/* The numbers from `begin` to below `end`; as many as fit in 63 bits. */
struct asyri_range {
    int64_t begin;
    int64_t end;
    asyr_range_fn kernel; /* NULL where a function is called */
};

/* What stands for the function of a range that has a kernel. */
extern asyr_function asyri_range_function;

/* The arguments of a function for a span of the job's items; NULL without memory. */
asyr_value *asyri_range_arguments(const asyri_job *job,
                                  const struct asyri_span *span);

/* `context` is what the function gets, or a pointer for the kernel; may be NULL. */
asyr_status asyri_pool_submit_range(asyr_pool *pool, const struct asyri_range *range,
                                    asyr_function *function, asyr_value *context,
                                    const asyr_task_options *options,
                                    asyr_result **result, asyr_error **error);

#endif
