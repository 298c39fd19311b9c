/* Numbers as elements of arrays. */
#include "value.h"

#include <asyncresult/codes.h>

#include <string.h>

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
