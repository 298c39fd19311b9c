/* Libraries: checks over impl/call/library.c. */
#include "check.h"

#include "../impl/call/library.h"

asyr_status asyr_library_open(const char *name, asyr_library **library,
                              asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(library);
    ASYRI_REQUIRE_GIVEN(library, error);
    ASYRI_REQUIRE(!name || *name, error, "%s: expected a name or NULL, found \"\"",
                  __func__);
    return asyri_library_open(name, library, error);
}

asyr_library *asyr_library_ref(asyr_library *library)
{
    return asyri_library_ref(library);
}

void asyr_library_unref(asyr_library *library)
{
    asyri_library_unref(library);
}

const char *asyr_library_get_name(const asyr_library *library)
{
    return library ? asyri_library_name(library) : "";
}
