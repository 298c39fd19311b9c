/* Values: checks over impl/core/value.c. */
#include "check.h"

#include <inttypes.h>
#include <string.h>

#include "../impl/core/value.h"

#define NEEDS_COUNT(count, error)                                                   \
    ASYRI_REQUIRE((count) >= 0, (error),                                            \
                  "%s: expected " #count " of 0 or more, found %" PRId64, __func__, \
                  (count))

/* Store a value that was made, or say that there was no memory for it. */
static asyr_status deliver(asyr_value *made, asyr_value **value, asyr_error **error)
{
    if (!made)
        return asyri_fail_memory(error);
    *value = made;
    return ASYR_OK;
}

asyr_status asyr_value_new_nil(asyr_value **value, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(value, error);
    return deliver(asyri_value_nil(), value, error);
}

asyr_status asyr_value_new_bool(bool truth, asyr_value **value, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(value, error);
    return deliver(asyri_value_bool(truth), value, error);
}

asyr_status asyr_value_new_int64(int64_t number, asyr_value **value,
                                 asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(value, error);
    *value = NULL;
    return deliver(asyri_value_int64(number), value, error);
}

asyr_status asyr_value_new_uint64(uint64_t number, asyr_value **value,
                                  asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(value, error);
    *value = NULL;
    return deliver(asyri_value_uint64(number), value, error);
}

asyr_status asyr_value_new_double(double number, asyr_value **value,
                                  asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(value, error);
    *value = NULL;
    return deliver(asyri_value_double(number), value, error);
}

asyr_status asyr_value_new_string(const char *text, int64_t length,
                                  asyr_value **value, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(value);
    ASYRI_REQUIRE_GIVEN(value, error);
    ASYRI_REQUIRE(length >= -1, error,
                  "%s: expected length of -1 or more, found %" PRId64, __func__,
                  length);
    if (length != 0)
        ASYRI_REQUIRE_GIVEN(text, error);
    if (length < 0)
        length = (int64_t)strlen(text);
    if (!asyri_utf8_is_valid(text, length))
        return asyri_fail(error, ASYR_E_TYPE,
                          "expected text in UTF-8, found other bytes");
    return deliver(asyri_value_text(text, length), value, error);
}

asyr_status asyr_value_new_bytes(const void *data, int64_t length,
                                 asyr_value **value, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(value);
    ASYRI_REQUIRE_GIVEN(value, error);
    NEEDS_COUNT(length, error);
    if (length != 0)
        ASYRI_REQUIRE_GIVEN(data, error);
    return deliver(asyri_value_bytes(data, length), value, error);
}

static asyr_status check_bytes_view(const void *data, int64_t length,
                                    asyr_value **value, asyr_error **error)
{
    ASYRI_REQUIRE(value != NULL, error, "expected value, found NULL");
    ASYRI_REQUIRE(length >= 0, error, "expected length of 0 or more, found %" PRId64,
                  length);
    ASYRI_REQUIRE(data != NULL || length == 0, error, "expected data, found NULL");
    return ASYR_OK;
}

asyr_status asyr_value_new_bytes_view(const void *data, int64_t length, void *owner,
                                      asyr_release_fn release, asyr_value **value,
                                      asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(value);
    asyr_status status = check_bytes_view(data, length, value, error);
    if (status) {
        if (release)
            release(owner);
        return status;
    }
    return deliver(asyri_value_bytes_view(data, length, owner, release), value,
                   error);
}

asyr_status asyr_value_new_list(int64_t capacity, asyr_value **value,
                                asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(value);
    ASYRI_REQUIRE_GIVEN(value, error);
    NEEDS_COUNT(capacity, error);
    return deliver(asyri_value_list(capacity), value, error);
}

asyr_status asyr_value_new_map(int64_t capacity, asyr_value **value,
                               asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(value);
    ASYRI_REQUIRE_GIVEN(value, error);
    NEEDS_COUNT(capacity, error);
    return deliver(asyri_value_map(capacity), value, error);
}

asyr_status asyr_value_new_error(asyr_error *content, asyr_value **value,
                                 asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(value);
    ASYRI_REQUIRE_GIVEN(value, error);
    ASYRI_REQUIRE_GIVEN(content, error);
    return deliver(asyri_value_error(content), value, error);
}

asyr_status asyr_value_new_pointer(void *pointer, asyr_release_fn release,
                                   asyr_value **value, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(value);
    if (!value && release)
        release(pointer);
    ASYRI_REQUIRE_GIVEN(value, error);
    return deliver(asyri_value_pointer(pointer, release), value, error);
}

static asyr_status check_array(int32_t element_type, int64_t count,
                               asyr_value **value, asyr_error **error)
{
    ASYRI_REQUIRE(value != NULL, error, "expected value, found NULL");
    ASYRI_REQUIRE(asyri_element_size(element_type) > 0, error,
                  "expected a type of enum asyr_element_type, found %d",
                  (int)element_type);
    ASYRI_REQUIRE(
        count >= 0 && count <= INT64_MAX / asyri_element_size(element_type), error,
        "expected a count of 0 or more whose bytes fit an int64, found "
        "%" PRId64,
        count);
    return ASYR_OK;
}

asyr_status asyr_value_new_array(int32_t element_type, const void *data,
                                 int64_t count, asyr_value **value,
                                 asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(value);
    asyr_status status = check_array(element_type, count, value, error);
    if (status)
        return status;
    return deliver(asyri_value_array(element_type, data, count), value, error);
}

static asyr_status check_array_view(int32_t element_type, const void *data,
                                    int64_t count, asyr_value **value,
                                    asyr_error **error)
{
    asyr_status status = check_array(element_type, count, value, error);
    if (status)
        return status;
    ASYRI_REQUIRE(data != NULL || count == 0, error, "expected data, found NULL");
    uintptr_t size = (uintptr_t)asyri_element_size(element_type);
    ASYRI_REQUIRE((uintptr_t)data % size == 0, error,
                  "expected data aligned to %d bytes, found %p", (int)size, data);
    return ASYR_OK;
}

asyr_status asyr_value_new_array_view(int32_t element_type, void *data,
                                      int64_t count, void *owner,
                                      asyr_release_fn release, asyr_value **value,
                                      asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(value);
    asyr_status status = check_array_view(element_type, data, count, value, error);
    if (status) {
        if (release)
            release(owner);
        return status;
    }
    return deliver(asyri_value_array_view(element_type, data, count, owner, release),
                   value, error);
}

asyr_status asyr_value_append(asyr_value *list, asyr_value *item, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(list, error);
    ASYRI_REQUIRE_GIVEN(item, error);
    return asyri_value_append(list, item, error);
}

asyr_status asyr_value_put(asyr_value *map, asyr_value *key, asyr_value *item,
                           asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(map, error);
    ASYRI_REQUIRE_GIVEN(key, error);
    ASYRI_REQUIRE_GIVEN(item, error);
    return asyri_value_put(map, key, item, error);
}

asyr_value *asyr_value_ref(asyr_value *value)
{
    return asyri_value_ref(value);
}

void asyr_value_unref(asyr_value *value)
{
    asyri_value_unref(value);
}

int32_t asyr_value_get_type(const asyr_value *value)
{
    return value ? value->type : -1;
}

asyr_status asyr_value_get_bool(const asyr_value *value, bool *truth,
                                asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(truth);
    ASYRI_REQUIRE_GIVEN(value, error);
    ASYRI_REQUIRE_GIVEN(truth, error);
    return asyri_value_get_bool(value, truth, error);
}

asyr_status asyr_value_get_int64(const asyr_value *value, int64_t *number,
                                 asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(number);
    ASYRI_REQUIRE_GIVEN(value, error);
    ASYRI_REQUIRE_GIVEN(number, error);
    return asyri_value_get_int64(value, number, error);
}

asyr_status asyr_value_get_uint64(const asyr_value *value, uint64_t *number,
                                  asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(number);
    ASYRI_REQUIRE_GIVEN(value, error);
    ASYRI_REQUIRE_GIVEN(number, error);
    return asyri_value_get_uint64(value, number, error);
}

asyr_status asyr_value_get_double(const asyr_value *value, double *number,
                                  asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(number);
    ASYRI_REQUIRE_GIVEN(value, error);
    ASYRI_REQUIRE_GIVEN(number, error);
    return asyri_value_get_double(value, number, error);
}

asyr_status asyr_value_get_string(const asyr_value *value, const char **text,
                                  int64_t *length, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(text);
    ASYRI_CLEAR(length);
    ASYRI_REQUIRE_GIVEN(value, error);
    ASYRI_REQUIRE_GIVEN(text, error);
    asyr_status status = asyri_value_expect(value, ASYR_VALUE_STRING, error);
    if (status)
        return status;
    *text = value->as.block.data;
    if (length)
        *length = value->as.block.count;
    return ASYR_OK;
}

asyr_status asyr_value_get_bytes(const asyr_value *value, const void **data,
                                 int64_t *length, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(data);
    ASYRI_CLEAR(length);
    ASYRI_REQUIRE_GIVEN(value, error);
    ASYRI_REQUIRE_GIVEN(data, error);
    if (value->type != ASYR_VALUE_BYTES && value->type != ASYR_VALUE_STRING)
        return asyri_fail(error, ASYR_E_TYPE, "expected bytes or a string, found %s",
                          asyri_value_type_name(value));
    *data = value->as.block.data;
    if (length)
        *length = value->as.block.count;
    return ASYR_OK;
}

int64_t asyr_value_get_count(const asyr_value *value)
{
    return value ? asyri_value_count(value) : 0;
}

asyr_status asyr_value_get_item(const asyr_value *value, int64_t index,
                                asyr_value **item, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(item);
    ASYRI_REQUIRE_GIVEN(value, error);
    ASYRI_REQUIRE_GIVEN(item, error);
    return asyri_value_get_item(value, index, item, error);
}

asyr_status asyr_value_get_entry(const asyr_value *value, int64_t index,
                                 asyr_value **key, asyr_value **item,
                                 asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(key);
    ASYRI_CLEAR(item);
    ASYRI_REQUIRE_GIVEN(value, error);
    return asyri_value_get_entry(value, index, key, item, error);
}

asyr_status asyr_value_find(const asyr_value *value, const char *key,
                            asyr_value **item, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(item);
    ASYRI_REQUIRE_GIVEN(value, error);
    ASYRI_REQUIRE_GIVEN(key, error);
    ASYRI_REQUIRE_GIVEN(item, error);
    asyr_status status = asyri_value_expect(value, ASYR_VALUE_MAP, error);
    if (status == ASYR_OK)
        *item = asyri_value_find(value, key);
    return status;
}

asyr_status asyr_value_get_error(const asyr_value *value, asyr_error **content,
                                 asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(content);
    ASYRI_REQUIRE_GIVEN(value, error);
    ASYRI_REQUIRE_GIVEN(content, error);
    asyr_status status = asyri_value_expect(value, ASYR_VALUE_ERROR, error);
    if (status == ASYR_OK)
        *content = asyri_error_ref(value->as.error);
    return status;
}

asyr_status asyr_value_get_pointer(const asyr_value *value, void **pointer,
                                   asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(pointer);
    ASYRI_REQUIRE_GIVEN(value, error);
    ASYRI_REQUIRE_GIVEN(pointer, error);
    asyr_status status = asyri_value_expect(value, ASYR_VALUE_POINTER, error);
    if (status == ASYR_OK)
        *pointer = value->as.pointer.address;
    return status;
}

asyr_status asyr_value_get_array(const asyr_value *value, int32_t *element_type,
                                 void **data, int64_t *count, asyr_error **error)
{
    ASYRI_CLEAR(error);
    ASYRI_CLEAR(element_type);
    ASYRI_CLEAR(data);
    ASYRI_CLEAR(count);
    ASYRI_REQUIRE_GIVEN(value, error);
    ASYRI_REQUIRE_GIVEN(data, error);
    asyr_status status = asyri_value_expect(value, ASYR_VALUE_ARRAY, error);
    if (status)
        return status;
    *data = value->as.block.data;
    if (element_type)
        *element_type = value->element_type;
    if (count)
        *count = value->as.block.count;
    return ASYR_OK;
}

int64_t asyr_element_size(int32_t element_type)
{
    return asyri_element_size(element_type);
}
