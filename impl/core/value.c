/*
 * Values: counted, and fixed once shared.
 *
 * Nil, the bools and the integers that programs use most are static and never
 * freed.  A string, bytes or an array is one block of memory that ends in its
 * data; a view points at the data of its owner instead.  Lists and maps
 * (container.c) are filled by their maker while it holds the only reference.  As a
 * shared value never changes, no lock is needed to read one, no value contains
 * itself, and a container's `depth` bounds how deep a release recurses.
 */
#include "value.h"

#include <string.h>

#include "../base/alloc.h"
#include "container.h"
#include "error.h"

#define SMALLEST (-128)
#define SMALL_COUNT 1152

#define STATIC_REFS                                                                 \
    {                                                                               \
        ASYRI_REFCOUNT_STATIC                                                       \
    }
#define INT_1(n)                                                                    \
    {                                                                               \
        .refs = STATIC_REFS, .type = ASYR_VALUE_INT64, .as.int64 = (n),             \
    }
#define INT_4(n) INT_1(n), INT_1((n) + 1), INT_1((n) + 2), INT_1((n) + 3)
#define INT_16(n) INT_4(n), INT_4((n) + 4), INT_4((n) + 8), INT_4((n) + 12)
#define INT_64(n) INT_16(n), INT_16((n) + 16), INT_16((n) + 32), INT_16((n) + 48)
#define INT_128(n) INT_64(n), INT_64((n) + 64)
#define INT_384(n) INT_128(n), INT_128((n) + 128), INT_128((n) + 256)

static asyr_value small[SMALL_COUNT] = {INT_384(SMALLEST), INT_384(SMALLEST + 384),
                                        INT_384(SMALLEST + 768)};
static asyr_value nil = {.refs = STATIC_REFS, .type = ASYR_VALUE_NIL};
static asyr_value bools[2] = {
    {.refs = STATIC_REFS, .type = ASYR_VALUE_BOOL, .as.truth = false},
    {.refs = STATIC_REFS, .type = ASYR_VALUE_BOOL, .as.truth = true}};

asyr_value *asyri_value_new(uint8_t type)
{
    asyr_value *value = asyri_alloc_zeroed(1, sizeof(asyr_value));
    if (!value)
        return NULL;
    asyri_refcount_init(&value->refs);
    value->type = type;
    return value;
}

asyr_value *asyri_value_nil(void)
{
    return &nil;
}

asyr_value *asyri_value_bool(bool truth)
{
    return truth ? &bools[1] : &bools[0];
}

asyr_value *asyri_value_int64(int64_t number)
{
    if (number >= SMALLEST && number < SMALLEST + SMALL_COUNT)
        return &small[number - SMALLEST];
    asyr_value *value = asyri_value_new(ASYR_VALUE_INT64);
    if (value)
        value->as.int64 = number;
    return value;
}

asyr_value *asyri_value_uint64(uint64_t number)
{
    if (number <= INT64_MAX)
        return asyri_value_int64((int64_t)number);
    asyr_value *value = asyri_value_new(ASYR_VALUE_UINT64);
    if (value)
        value->as.uint64 = number;
    return value;
}

asyr_value *asyri_value_double(double number)
{
    asyr_value *value = asyri_value_new(ASYR_VALUE_DOUBLE);
    if (value)
        value->as.number = number;
    return value;
}

/* The size of a value with `count` elements of its own and a NUL; 0 if too large. */
static size_t block_size(int64_t count, int64_t element_size)
{
    uint64_t most = PTRDIFF_MAX - sizeof(asyr_value) - 1;
    if (element_size < 1 || (uint64_t)count > most / (uint64_t)element_size)
        return 0;
    return sizeof(asyr_value) + (size_t)(count * element_size) + 1;
}

static asyr_value *init_block(asyr_value *value, uint8_t type, int64_t count)
{
    *value =
        (asyr_value){.type = type, .as.block = {.data = value + 1, .count = count}};
    asyri_refcount_init(&value->refs);
    return value;
}

/* Its elements are not set, only the NUL behind them. */
static asyr_value *new_unset_block(uint8_t type, int64_t count, int64_t element_size)
{
    size_t size = block_size(count, element_size);
    asyr_value *value = size ? asyri_alloc(size) : NULL;
    if (!value)
        return NULL;
    ((char *)value)[size - 1] = '\0';
    return init_block(value, type, count);
}

static asyr_value *new_block(uint8_t type, int64_t count, int64_t element_size,
                             const void *data)
{
    asyr_value *value = new_unset_block(type, count, element_size);
    if (value && count > 0)
        memcpy(value->as.block.data, data, (size_t)(count * element_size));
    return value;
}

/* Large zeros come cheaper from the system than from memset(). */
static asyr_value *new_zeros(uint8_t type, int64_t count, int64_t element_size)
{
    size_t size = block_size(count, element_size);
    asyr_value *value = size ? asyri_alloc_zeroed(1, size) : NULL;
    return value ? init_block(value, type, count) : NULL;
}

static asyr_value *new_view(uint8_t type, void *data, int64_t count, void *owner,
                            asyr_release_fn release)
{
    asyr_value *value = asyri_value_new(type);
    if (!value) {
        if (release)
            release(owner);
        return NULL;
    }
    value->as.block.data = data ? data : "";
    value->as.block.count = count;
    value->as.block.owner = owner;
    value->as.block.release = release;
    return value;
}

asyr_value *asyri_value_text(const char *text, int64_t length)
{
    if (length < 0)
        length = (int64_t)strlen(text);
    return new_block(ASYR_VALUE_STRING, length, 1, text);
}

asyr_value *asyri_value_bytes(const void *data, int64_t length)
{
    return new_block(ASYR_VALUE_BYTES, length, 1, data);
}

asyr_value *asyri_value_bytes_view(const void *data, int64_t length, void *owner,
                                   asyr_release_fn release)
{
    return new_view(ASYR_VALUE_BYTES, (void *)data, length, owner, release);
}

asyr_value *asyri_value_error(asyr_error *content)
{
    asyr_value *value = asyri_value_new(ASYR_VALUE_ERROR);
    if (!value)
        return NULL;
    value->as.error = asyri_error_ref(content);
    value->depth = asyri_error_depth(content);
    return value;
}

/* No host sees it, and its error is that of asyri_error_memory(). */
static asyr_value memory_failure = {
    .refs = STATIC_REFS, .type = ASYR_VALUE_ERROR, .element_type = true};

asyr_value *asyri_value_failure(asyr_error *error)
{
    asyr_value *value = asyri_value_error(error);
    if (!value)
        return &memory_failure;
    value->element_type = true;
    return value;
}

bool asyri_value_is_failure(const asyr_value *value, asyr_error **error)
{
    if (value->type != ASYR_VALUE_ERROR || !value->element_type)
        return false;
    *error = value->as.error ? value->as.error : asyri_error_memory();
    return true;
}

asyr_value *asyri_value_pointer(void *address, asyr_release_fn release)
{
    asyr_value *value = asyri_value_new(ASYR_VALUE_POINTER);
    if (!value) {
        if (release)
            release(address);
        return NULL;
    }
    value->as.pointer.address = address;
    value->as.pointer.release = release;
    return value;
}

static asyr_value *set_element_type(asyr_value *array, int32_t element_type)
{
    if (array)
        array->element_type = (uint8_t)element_type;
    return array;
}

asyr_value *asyri_value_array(int32_t element_type, const void *data, int64_t count)
{
    int64_t size = asyri_element_size(element_type);
    asyr_value *array = data ? new_block(ASYR_VALUE_ARRAY, count, size, data)
                             : new_zeros(ASYR_VALUE_ARRAY, count, size);
    return set_element_type(array, element_type);
}

asyr_value *asyri_value_array_unset(int32_t element_type, int64_t count)
{
    int64_t size = asyri_element_size(element_type);
    return set_element_type(new_unset_block(ASYR_VALUE_ARRAY, count, size),
                            element_type);
}

asyr_value *asyri_value_array_view(int32_t element_type, void *data, int64_t count,
                                   void *owner, asyr_release_fn release)
{
    asyr_value *value = new_view(ASYR_VALUE_ARRAY, data, count, owner, release);
    return set_element_type(value, element_type);
}

asyr_value *asyri_value_ref(asyr_value *value)
{
    if (value)
        asyri_refcount_take(&value->refs);
    return value;
}

static void destroy(asyr_value *value)
{
    switch (value->type) {
    case ASYR_VALUE_STRING:
    case ASYR_VALUE_BYTES:
    case ASYR_VALUE_ARRAY:
        if (value->as.block.release)
            value->as.block.release(value->as.block.owner);
        break;
    case ASYR_VALUE_LIST:
        asyri_list_clear(value);
        break;
    case ASYR_VALUE_MAP:
        asyri_map_clear(value);
        break;
    case ASYR_VALUE_ERROR:
        asyri_error_unref(value->as.error);
        break;
    case ASYR_VALUE_POINTER:
        if (value->as.pointer.release)
            value->as.pointer.release(value->as.pointer.address);
        break;
    default:
        break;
    }
    asyri_free(value);
}

void asyri_value_unref(asyr_value *value)
{
    if (value && asyri_refcount_give(&value->refs))
        destroy(value);
}

int64_t asyri_value_count(const asyr_value *value)
{
    switch (value->type) {
    case ASYR_VALUE_STRING:
    case ASYR_VALUE_BYTES:
    case ASYR_VALUE_ARRAY:
        return value->as.block.count;
    case ASYR_VALUE_LIST:
        return value->as.list.count;
    case ASYR_VALUE_MAP:
        return value->as.map.count;
    default:
        return 0;
    }
}

int64_t asyri_element_size(int32_t element_type)
{
    static const uint8_t sizes[] = {1, 1, 2, 2, 4, 4, 8, 8, 4, 8};
    if (element_type < 0 || element_type > ASYR_ELEMENT_DOUBLE)
        return 0;
    return sizes[element_type];
}

static const char *const type_names[] = {
    "nil",   "a bool", "an int64", "a uint64", "a double",  "a string",
    "bytes", "a list", "a map",    "an error", "a pointer", "an array"};

const char *asyri_type_name(int32_t type)
{
    return type_names[type];
}

const char *asyri_value_type_name(const asyr_value *value)
{
    return asyri_type_name(value->type);
}

asyr_status asyri_value_expect(const asyr_value *value, int32_t type,
                               asyr_error **error)
{
    if (value->type == type)
        return ASYR_OK;
    return asyri_fail(error, ASYR_E_TYPE, "expected %s, found %s",
                      asyri_type_name(type), asyri_value_type_name(value));
}
