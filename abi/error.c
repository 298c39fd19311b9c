/* Errors: checks over impl/core/error.c. */
#include "check.h"

#include "../impl/core/value.h"

asyr_error *asyr_error_new(int32_t code, const char *kind, const char *message)
{
    if (!asyri_code_kind(code))
        return asyri_error_format(ASYR_E_ARGUMENT,
                                  "%s: expected an error's code of enum asyr_code, "
                                  "found %d",
                                  __func__, (int)code);
    return asyri_error_new(code, kind, message);
}

asyr_error *asyr_error_ref(asyr_error *error)
{
    return asyri_error_ref(error);
}

void asyr_error_unref(asyr_error *error)
{
    asyri_error_unref(error);
}

asyr_status asyr_error_set_trace(asyr_error *target, const char *trace,
                                 asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(target, error);
    return asyri_error_set_trace(target, trace, error);
}

asyr_status asyr_error_set_origin(asyr_error *target, const char *origin,
                                  asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(target, error);
    return asyri_error_set_origin(target, origin, error);
}

asyr_status asyr_error_set_cause(asyr_error *target, asyr_error *cause,
                                 asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(target, error);
    return asyri_error_set_cause(target, cause, error);
}

asyr_status asyr_error_set_value(asyr_error *target, asyr_value *value,
                                 asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(target, error);
    return asyri_error_set_value(target, value, error);
}

int32_t asyr_error_get_code(const asyr_error *error)
{
    return error ? asyri_error_code(error) : ASYR_OK;
}

const char *asyr_error_get_kind(const asyr_error *error)
{
    return error ? asyri_error_kind(error) : "";
}

const char *asyr_error_get_message(const asyr_error *error)
{
    return error ? asyri_error_message(error) : "";
}

const char *asyr_error_get_trace(const asyr_error *error)
{
    return error ? asyri_error_trace(error) : NULL;
}

const char *asyr_error_get_origin(const asyr_error *error)
{
    return error ? asyri_error_origin(error) : NULL;
}

asyr_error *asyr_error_get_cause(const asyr_error *error)
{
    return error ? asyri_error_ref(asyri_error_cause(error)) : NULL;
}

asyr_value *asyr_error_get_value(const asyr_error *error)
{
    return error ? asyri_value_ref(asyri_error_value(error)) : NULL;
}

const char *asyr_code_get_kind(int32_t code)
{
    return asyri_code_kind(code);
}

const char *asyr_code_get_meaning(int32_t code)
{
    return asyri_code_meaning(code);
}
