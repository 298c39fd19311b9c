/*
 * Reading numbers out of values.  A conversion is made only where it loses
 * nothing, but for an integer that is read as the nearest double.
 *
 * 2^63 and 2^64 are doubles, INT64_MAX and UINT64_MAX are not: so a double is
 * compared with the former, by less-than.
 */
#include <inttypes.h>

#include "error.h"
#include "value.h"

#define TWO_TO_63 9223372036854775808.0
#define TWO_TO_64 18446744073709551616.0

asyr_status asyri_value_get_bool(const asyr_value *value, bool *truth,
                                 asyr_error **error)
{
    asyr_status status = asyri_value_expect(value, ASYR_VALUE_BOOL, error);
    if (status == ASYR_OK)
        *truth = value->as.truth;
    return status;
}

static asyr_status int64_of_double(double number, int64_t *whole, asyr_error **error)
{
    if (number >= -TWO_TO_63 && number < TWO_TO_63 &&
        (double)(int64_t)number == number) {
        *whole = (int64_t)number;
        return ASYR_OK;
    }
    return asyri_fail(error, ASYR_E_TYPE,
                      "expected an integer from %" PRId64 " to %" PRId64
                      ", found the double %.17g",
                      INT64_MIN, INT64_MAX, number);
}

asyr_status asyri_value_get_int64(const asyr_value *value, int64_t *number,
                                  asyr_error **error)
{
    switch (value->type) {
    case ASYR_VALUE_INT64:
        *number = value->as.int64;
        return ASYR_OK;
    case ASYR_VALUE_DOUBLE:
        return int64_of_double(value->as.number, number, error);
    case ASYR_VALUE_UINT64:
        return asyri_fail(error, ASYR_E_TYPE,
                          "expected an integer from %" PRId64 " to %" PRId64
                          ", found %" PRIu64,
                          INT64_MIN, INT64_MAX, value->as.uint64);
    default:
        return asyri_fail(error, ASYR_E_TYPE, "expected an integer, found %s",
                          asyri_value_type_name(value));
    }
}

static asyr_status uint64_of_double(double number, uint64_t *whole,
                                    asyr_error **error)
{
    if (number >= 0 && number < TWO_TO_64 && (double)(uint64_t)number == number) {
        *whole = (uint64_t)number;
        return ASYR_OK;
    }
    return asyri_fail(error, ASYR_E_TYPE,
                      "expected an integer from 0 to %" PRIu64
                      ", found the double %.17g",
                      UINT64_MAX, number);
}

asyr_status asyri_value_get_uint64(const asyr_value *value, uint64_t *number,
                                   asyr_error **error)
{
    switch (value->type) {
    case ASYR_VALUE_INT64:
        if (value->as.int64 < 0)
            return asyri_fail(error, ASYR_E_TYPE,
                              "expected an integer from 0 to %" PRIu64
                              ", found %" PRId64,
                              UINT64_MAX, value->as.int64);
        *number = (uint64_t)value->as.int64;
        return ASYR_OK;
    case ASYR_VALUE_UINT64:
        *number = value->as.uint64;
        return ASYR_OK;
    case ASYR_VALUE_DOUBLE:
        return uint64_of_double(value->as.number, number, error);
    default:
        return asyri_fail(error, ASYR_E_TYPE, "expected an integer, found %s",
                          asyri_value_type_name(value));
    }
}

asyr_status asyri_value_get_double(const asyr_value *value, double *number,
                                   asyr_error **error)
{
    switch (value->type) {
    case ASYR_VALUE_DOUBLE:
        *number = value->as.number;
        return ASYR_OK;
    case ASYR_VALUE_INT64:
        *number = (double)value->as.int64;
        return ASYR_OK;
    case ASYR_VALUE_UINT64:
        *number = (double)value->as.uint64;
        return ASYR_OK;
    default:
        return asyri_fail(error, ASYR_E_TYPE, "expected a number, found %s",
                          asyri_value_type_name(value));
    }
}
