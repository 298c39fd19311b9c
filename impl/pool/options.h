/* The options of pools and of submits, as their builders hold them. */
#ifndef ASYRI_POOL_OPTIONS_H
#define ASYRI_POOL_OPTIONS_H

#include <asyncresult/pool_options.h>
#include <asyncresult/task_options.h>

#include "../core/closure.h"

/*
 * Beyond enum asyr_error_policy: each item's place has its value, or an error that is
 * marked as the item's failure (asyri_value_failure()), so that an error which a
 * function returned as a value is told apart.  Nothing is lost for want of memory.
 */
#define ASYRI_ERRORS_KEEP 100

struct asyr_pool_options {
    int64_t workers; /* 0 for the default */
    int32_t source;
    asyr_function *initializer;
    asyr_value *arguments;
    int64_t max_tasks; /* 0 for no maximum */
    int64_t limit;     /* 0 for no limit */
    int32_t policy;
    int64_t spares;
    int32_t helping; /* enum asyr_helping */
    asyr_queue *queue;
    char *name;
    asyri_closure *hook;
};

struct asyr_task_options {
    asyri_closure *callback;
    asyri_closure *error_callback;
    asyr_queue *queue;
    int32_t event_kind;
    uint64_t tag;
    asyr_strand *strand;
    int64_t chunk_size;   /* 0 for the default */
    int32_t error_policy; /* or ASYRI_ERRORS_KEEP, of the library itself */
    int32_t order;
    int64_t buffer_size; /* 0 for the default */
    /* Of the library itself: a part of work that was accepted before, which is queued
     * over the limit, and also when the pool was closed since. */
    bool is_continuation;
    asyr_interrupt *interrupt;
};

extern const struct asyr_pool_options asyri_pool_defaults;
extern const struct asyr_task_options asyri_task_defaults;

#endif
