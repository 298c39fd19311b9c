/* Numbers as elements of arrays. */
#include "value.h"

#include <asyncresult/codes.h>

#include <string.h>

static void set_int64(asyr_value *scalar, int64_t number)
{
    scalar->type = ASYR_VALUE_INT64;
    scalar->as.int64 = number;
}

static void set_uint64(asyr_value *scalar, uint64_t number)
{
    scalar->type = number <= INT64_MAX ? ASYR_VALUE_INT64 : ASYR_VALUE_UINT64;
    scalar->as.uint64 = number;
}

static void set_double(asyr_value *scalar, double number)
{
    scalar->type = ASYR_VALUE_DOUBLE;
    scalar->as.number = number;
}

void asyri_value_load_element(const asyr_value *array, int64_t index,
                              asyr_value *scalar)
{
    const void *data = array->as.block.data;
    switch (array->element_type) {
    case ASYR_ELEMENT_INT8:
        set_int64(scalar, ((const int8_t *)data)[index]);
        break;
    case ASYR_ELEMENT_UINT8:
        set_int64(scalar, ((const uint8_t *)data)[index]);
        break;
    case ASYR_ELEMENT_INT16:
        set_int64(scalar, ((const int16_t *)data)[index]);
        break;
    case ASYR_ELEMENT_UINT16:
        set_int64(scalar, ((const uint16_t *)data)[index]);
        break;
    case ASYR_ELEMENT_INT32:
        set_int64(scalar, ((const int32_t *)data)[index]);
        break;
    case ASYR_ELEMENT_UINT32:
        set_int64(scalar, ((const uint32_t *)data)[index]);
        break;
    case ASYR_ELEMENT_INT64:
        set_int64(scalar, ((const int64_t *)data)[index]);
        break;
    case ASYR_ELEMENT_UINT64:
        set_uint64(scalar, ((const uint64_t *)data)[index]);
        break;
    case ASYR_ELEMENT_FLOAT:
        set_double(scalar, (double)((const float *)data)[index]);
        break;
    default:
        set_double(scalar, ((const double *)data)[index]);
        break;
    }
}

/* The integer's two's complement, of which the low bytes are the element. */
static bool get_integer(const asyr_value *value, uint64_t *bits)
{
    if (value->type == ASYR_VALUE_INT64)
        *bits = (uint64_t)value->as.int64;
    else if (value->type == ASYR_VALUE_UINT64)
        *bits = value->as.uint64;
    else
        return false;
    return true;
}

static void store_integer(uint64_t bits, int64_t size, void *place)
{
    uint8_t byte = (uint8_t)bits;
    uint16_t half = (uint16_t)bits;
    uint32_t word = (uint32_t)bits;
    const void *source = size == 1   ? (const void *)&byte
                         : size == 2 ? (const void *)&half
                         : size == 4 ? (const void *)&word
                                     : (const void *)&bits;
    memcpy(place, source, (size_t)size);
}

bool asyri_value_store_element(const asyr_value *value, int32_t element_type,
                               void *place)
{
    if (element_type == ASYR_ELEMENT_FLOAT || element_type == ASYR_ELEMENT_DOUBLE) {
        double number;
        if (asyri_value_get_double(value, &number, NULL) != ASYR_OK)
            return false;
        float narrow = (float)number;
        if (element_type == ASYR_ELEMENT_FLOAT)
            memcpy(place, &narrow, sizeof narrow);
        else
            memcpy(place, &number, sizeof number);
        return true;
    }
    uint64_t bits;
    if (!get_integer(value, &bits))
        return false;
    store_integer(bits, asyri_element_size(element_type), place);
    return true;
}
