/* The defaults of the options; abi/ fills in what a host sets. */
#include "options.h"

const struct asyr_pool_options asyri_pool_defaults = {
    .source = ASYR_WORKERS_OWN,
    .policy = ASYR_FULL_BLOCK,
    .spares = 64,
};

const struct asyr_task_options asyri_task_defaults = {
    .event_kind = -1,
    .error_policy = ASYR_ERRORS_FIRST,
};
