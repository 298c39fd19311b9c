/* Functions: checks over impl/call/cfunction.c and impl/core/function.c. */
#include "check.h"

#include "../impl/call/cfunction.h"
#include "../impl/core/function.h"

asyr_status asyr_function_new_c(asyr_library *library, const char *prototype,
                                asyr_function **function, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(function);
    ASYRI_REQUIRE_GIVEN(library, error);
    ASYRI_REQUIRE_GIVEN(prototype, error);
    ASYRI_REQUIRE_GIVEN(function, error);
    return asyri_cfunction_new(library, prototype, function, error);
}

asyr_status asyr_function_new_address(void *address, const char *prototype,
                                      asyr_function **function, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(function);
    ASYRI_REQUIRE_GIVEN(address, error);
    ASYRI_REQUIRE_GIVEN(prototype, error);
    ASYRI_REQUIRE_GIVEN(function, error);
    return asyri_cfunction_new_address(address, prototype, function, error);
}

asyr_status asyr_function_new_native(const char *name, asyr_native_fn run, void *arg,
                                     asyr_release_fn release,
                                     asyr_function **function, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(function);
    if ((!run || !function) && release)
        release(arg);
    ASYRI_REQUIRE_GIVEN(run, error);
    ASYRI_REQUIRE_GIVEN(function, error);
    return asyri_function_new_native(name, run, arg, release, function, error);
}

asyr_function *asyr_function_ref(asyr_function *function)
{
    return asyri_function_ref(function);
}

void asyr_function_unref(asyr_function *function)
{
    asyri_function_unref(function);
}

const char *asyr_function_get_name(const asyr_function *function)
{
    return function ? function->name : "";
}

const char *asyr_function_get_prototype(const asyr_function *function)
{
    return function ? function->prototype : NULL;
}
