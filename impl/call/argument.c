/*
 * Messages about arguments: which one, its type as the prototype spells it, what
 * would have fitted, what was found.
 */
#include "argument.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../core/error.h"
#include "excerpt.h"

static const char *const element_names[] = {"int8",  "uint8",  "int16", "uint16",
                                            "int32", "uint32", "int64", "uint64",
                                            "float", "double"};

const char *asyri_element_name(uint8_t element_type)
{
    return element_names[element_type];
}

/* What was found, in words: a number by its value, anything else by its type. */
struct found {
    char text[40];
};

/* With as few digits as tell the number from its neighbours. */
static void describe_double(struct found *found, double number)
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(found->text, sizeof found->text, "%.*g", digits, number);
        if (strtod(found->text, NULL) == number)
            return;
    }
}

static struct found describe(const asyr_value *value)
{
    struct found found;
    size_t size = sizeof found.text;
    switch (value->type) {
    case ASYR_VALUE_BOOL:
        snprintf(found.text, size, "%s", value->as.truth ? "true" : "false");
        break;
    case ASYR_VALUE_INT64:
        snprintf(found.text, size, "%" PRId64, value->as.int64);
        break;
    case ASYR_VALUE_UINT64:
        snprintf(found.text, size, "%" PRIu64, value->as.uint64);
        break;
    case ASYR_VALUE_DOUBLE:
        describe_double(&found, value->as.number);
        break;
    case ASYR_VALUE_ARRAY:
        snprintf(found.text, size, "an array of %s",
                 asyri_element_name(value->element_type));
        break;
    default:
        snprintf(found.text, size, "%s", asyri_value_type_name(value));
        break;
    }
    return found;
}

asyr_status asyri_argument_fail_found(const struct asyri_argument *argument,
                                      const char *expected, const char *found)
{
    const struct asyri_ctype *type = argument->type;
    struct asyri_excerpt name =
        asyri_excerpt(argument->text + type->begin, type->length);
    return asyri_fail(argument->error, ASYR_E_TYPE,
                      "argument %d (%s): expected %s, found %s", argument->place,
                      name.text, expected, found);
}

asyr_status asyri_argument_fail(const struct asyri_argument *argument,
                                const char *expected)
{
    struct found found = describe(argument->value);
    return asyri_argument_fail_found(argument, expected, found.text);
}
