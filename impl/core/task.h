/* Tasks, as function.c sees them; the pool makes and runs them. */
#ifndef ASYRI_CORE_TASK_H
#define ASYRI_CORE_TASK_H

#include <asyncresult/types.h>

/*
 * Take the answer that a native function gave, and leave none.  The value is owned
 * by the caller, nil without an answer; NULL with *error set when the function
 * failed its task.
 */
asyr_value *asyri_task_take_answer(asyr_task *task, asyr_error **error);

bool asyri_task_is_cancelled(const asyr_task *task);

#endif
