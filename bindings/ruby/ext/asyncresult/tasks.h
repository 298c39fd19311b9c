/* What runs code of Ruby, and the waits that it may run below of: see tasks.c. */
#ifndef ASYNCRESULT_RUBY_TASKS_H
#define ASYNCRESULT_RUBY_TASKS_H

#include "wait.h"

/* tasks.c: values by reference. */
asyr_value *glue_reference_new(VALUE object);
/* The arguments of a call of an Array [callable, arguments...], and its function, which
 * is borrowed; the places of a map's items. */
asyr_value *glue_call_arguments(VALUE call);
asyr_function *glue_call_function(VALUE has_keywords);
asyr_value *glue_places(long count);
/* Go on with the jump by which a task was left, if there is one. */
void glue_leave(void);

#endif
