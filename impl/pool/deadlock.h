/* Waits that could never end. */
#ifndef ASYRI_POOL_DEADLOCK_H
#define ASYRI_POOL_DEADLOCK_H

#include "../core/result.h"

/*
 * This thread is about to sleep for the result, inside a task or a callback.
 * ASYR_E_DEADLOCK if that could never end; otherwise the sleep is noted until
 * asyri_deadlock_leave().  A wait with a time limit is only refused when it waits
 * for itself, and is not noted, since it ends by itself.
 */
asyr_status asyri_deadlock_enter(asyr_result *result, bool timed,
                                 struct asyri_sleep *sleep, asyr_error **error);
/* The same for a wait that ends with the first of several; it is not noted. */
asyr_status asyri_deadlock_check_any(asyr_result *const *results, int64_t count,
                                     bool timed, asyr_error **error);
void asyri_deadlock_leave(struct asyri_sleep *sleep);

#endif
