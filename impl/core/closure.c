/* Closures: see closure.h.  They do not change after they were made. */
#include "closure.h"

#include "../base/alloc.h"

asyri_closure *asyri_closure_new(union asyri_callback call, void *arg,
                                 asyr_release_fn release)
{
    asyri_closure *closure = asyri_alloc(sizeof *closure);
    if (!closure) {
        if (release)
            release(arg);
        return NULL;
    }
    asyri_refcount_init(&closure->refs);
    closure->call = call;
    closure->arg = arg;
    closure->release = release;
    return closure;
}

asyri_closure *asyri_closure_ref(asyri_closure *closure)
{
    if (closure)
        asyri_refcount_take(&closure->refs);
    return closure;
}

void asyri_closure_unref(asyri_closure *closure)
{
    if (!closure || !asyri_refcount_give(&closure->refs))
        return;
    if (closure->release)
        closure->release(closure->arg);
    asyri_free(closure);
}
