/*
 * Closures: a function of the host with its argument, shared by the options that
 * it was set in and the tasks that were submitted with them.  The release runs
 * when the last of them is done with it.
 */
#ifndef ASYRI_CORE_CLOSURE_H
#define ASYRI_CORE_CLOSURE_H

#include <asyncresult/types.h>

#include "../base/refcount.h"

union asyri_callback {
    asyr_callback_fn value;
    asyr_error_callback_fn error;
    asyr_done_fn done;
    asyr_unread_error_fn unread;
    asyr_cancel_fn cancel;
};

typedef struct asyri_closure {
    asyri_refcount refs;
    union asyri_callback call;
    void *arg;
    asyr_release_fn release;
} asyri_closure;

/* NULL without memory; `arg` has then been released. */
asyri_closure *asyri_closure_new(union asyri_callback call, void *arg,
                                 asyr_release_fn release);
asyri_closure *asyri_closure_ref(asyri_closure *closure); /* may be NULL */
void asyri_closure_unref(asyri_closure *closure);         /* may be NULL */

#endif
