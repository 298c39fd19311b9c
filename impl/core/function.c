/*
 * Functions: a counted head that every kind shares, and the native kind.
 *
 * A function is fixed from its birth, so any number of workers call it at once
 * without a lock.  A native function answers through its task: the callback runs,
 * then its answer is taken from there.
 */
#include "function.h"

#include <stddef.h>

#include "../base/alloc.h"
#include "error.h"

struct native {
    asyr_function head;
    asyr_native_fn run;
    asyr_release_fn release;
};

asyr_function *asyri_function_ref(asyr_function *function)
{
    if (function)
        asyri_refcount_take(&function->refs);
    return function;
}

void asyri_function_unref(asyr_function *function)
{
    if (function && asyri_refcount_give(&function->refs))
        function->ops->destroy(function);
}

static asyr_value *call_native(asyr_function *function, asyr_task *task,
                               asyr_value *const *arguments, int64_t count,
                               asyr_error **error)
{
    (void)arguments;
    (void)count;
    (void)error;
    struct native *native = (struct native *)function;
    native->run(task, function->native_arg);
    return NULL; /* the answer is with the task */
}

static void destroy_native(asyr_function *function)
{
    struct native *native = (struct native *)function;
    if (native->release)
        native->release(function->native_arg);
    asyri_free(function->name);
    asyri_free(native);
}

static const struct asyri_function_ops native_ops = {.call = call_native,
                                                     .destroy = destroy_native};

static struct native *allocate_native(const char *name)
{
    struct native *native = asyri_alloc_zeroed(1, sizeof *native);
    if (!native)
        return NULL;
    native->head.name = asyri_strdup(name);
    if (!native->head.name) {
        asyri_free(native);
        return NULL;
    }
    return native;
}

asyr_status asyri_function_new_native(const char *name, asyr_native_fn run,
                                      void *arg, asyr_release_fn release,
                                      asyr_function **function, asyr_error **error)
{
    struct native *native = allocate_native(name ? name : "native");
    if (!native) {
        if (release)
            release(arg);
        return asyri_fail_memory(error);
    }
    asyri_refcount_init(&native->head.refs);
    native->head.ops = &native_ops;
    native->head.return_element = -1;
    native->head.native_arg = arg;
    native->run = run;
    native->release = release;
    *function = &native->head;
    return ASYR_OK;
}
