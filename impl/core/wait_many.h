/* Waiting for several results. */
#ifndef ASYRI_CORE_WAIT_MANY_H
#define ASYRI_CORE_WAIT_MANY_H

#include "result.h"

/* What `asyr_result_wait_any` and the others document. */
asyr_status asyri_result_wait_any(asyr_result *const *results, int64_t count,
                                  int64_t timeout_ns, asyr_interrupt *interrupt,
                                  int64_t *index, asyr_error **error);
asyr_status asyri_result_wait_all(asyr_result *const *results, int64_t count,
                                  int64_t timeout_ns, asyr_interrupt *interrupt,
                                  asyr_error **error);
asyr_status asyri_result_wait_first_error(asyr_result *const *results, int64_t count,
                                          int64_t timeout_ns,
                                          asyr_interrupt *interrupt, int64_t *index,
                                          asyr_error **error);
asyr_status asyri_result_as_completed(asyr_result *const *results, int64_t count,
                                      asyr_queue **queue, asyr_error **error);

#endif
