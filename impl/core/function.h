/* Functions inside the library: a table of operations and a name. */
#ifndef ASYRI_CORE_FUNCTION_H
#define ASYRI_CORE_FUNCTION_H

#include <asyncresult/types.h>

#include "../base/refcount.h"

struct asyri_function_ops {
    /*
     * Call the function.  The value is owned by the caller; NULL with *error set
     * when the call failed; NULL without an error when the function, a native one,
     * has answered through `task`, whose arguments are `arguments`.
     */
    asyr_value *(*call)(asyr_function *function, asyr_task *task,
                        asyr_value *const *arguments, int64_t count,
                        asyr_error **error);
    /*
     * Call the function with each element of [begin, end) of an array, and keep what
     * it returns in the same places of `output`, an array of its return_element.
     * Where it stopped: `end`, or the item that failed, with *error set.  NULL for a
     * function that is called item by item.
     */
    int64_t (*map_array)(asyr_function *function, const asyr_value *input,
                         int64_t begin, int64_t end, asyr_value *output,
                         asyr_error **error);
    void (*destroy)(asyr_function *function); /* frees the object itself too */
};

/* The head of every kind of function. */
struct asyr_function {
    asyri_refcount refs;
    const struct asyri_function_ops *ops;
    char *name;
    const char *prototype;  /* NULL for a native function */
    int32_t return_element; /* enum asyr_element_type; -1 if it is no number */
    void *native_arg;       /* NULL but for a native function */
};

asyr_function *asyri_function_ref(asyr_function *function);
void asyri_function_unref(asyr_function *function);

/* `name` may be NULL; `arg` is consumed. */
asyr_status asyri_function_new_native(const char *name, asyr_native_fn run,
                                      void *arg, asyr_release_fn release,
                                      asyr_function **function, asyr_error **error);

#endif
