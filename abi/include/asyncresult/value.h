/**
 * @file
 * Values: what tasks take and return, the same in every language.
 *
 * A value does not change once it is shared.  Lists and maps are filled by their
 * maker while it holds the only reference; so no value ever contains itself.
 * Containers nest at most ASYR_MAX_DEPTH deep.
 */
#ifndef ASYNCRESULT_VALUE_H
#define ASYNCRESULT_VALUE_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How deep lists and maps may nest.  @since 0.1 */
#define ASYR_MAX_DEPTH 150

/** The types of values.  @since 0.1 */
enum asyr_value_type {
    ASYR_VALUE_NIL = 0,
    ASYR_VALUE_BOOL = 1,
    ASYR_VALUE_INT64 = 2,
    ASYR_VALUE_UINT64 = 3, /**< only numbers above INT64_MAX */
    ASYR_VALUE_DOUBLE = 4,
    ASYR_VALUE_STRING = 5, /**< UTF-8, may contain NULs */
    ASYR_VALUE_BYTES = 6,
    ASYR_VALUE_LIST = 7,
    ASYR_VALUE_MAP = 8, /**< entries in the order in which they were added */
    ASYR_VALUE_ERROR = 9,
    ASYR_VALUE_POINTER = 10,
    ASYR_VALUE_ARRAY = 11 /**< numbers of one type, side by side */
};

/** The element types of arrays.  @since 0.1 */
enum asyr_element_type {
    ASYR_ELEMENT_INT8 = 0,
    ASYR_ELEMENT_UINT8 = 1,
    ASYR_ELEMENT_INT16 = 2,
    ASYR_ELEMENT_UINT16 = 3,
    ASYR_ELEMENT_INT32 = 4,
    ASYR_ELEMENT_UINT32 = 5,
    ASYR_ELEMENT_INT64 = 6,
    ASYR_ELEMENT_UINT64 = 7,
    ASYR_ELEMENT_FLOAT = 8,
    ASYR_ELEMENT_DOUBLE = 9
};

/*
 * Making values.  Each of these stores a value that the caller owns, and
 * returns ASYR_OK, ASYR_E_ARGUMENT or ASYR_E_MEMORY besides what its entry says.
 */

/** Make nil.  It never fails but for a NULL `value`.  @since 0.1 */
ASYR_API asyr_status asyr_value_new_nil(asyr_value **value, asyr_error **error);

/** Make a bool.  It never fails but for a NULL `value`.  @since 0.1 */
ASYR_API asyr_status asyr_value_new_bool(bool truth, asyr_value **value,
                                         asyr_error **error);

/** Make an integer.  @since 0.1 */
ASYR_API asyr_status asyr_value_new_int64(int64_t number, asyr_value **value,
                                          asyr_error **error);

/** Make an integer; up to INT64_MAX its type is ASYR_VALUE_INT64.  @since 0.1 */
ASYR_API asyr_status asyr_value_new_uint64(uint64_t number, asyr_value **value,
                                           asyr_error **error);

/** Make a double; NaN and the infinities are fine.  @since 0.1 */
ASYR_API asyr_status asyr_value_new_double(double number, asyr_value **value,
                                           asyr_error **error);

/**
 * Make a string.
 *
 * @param text         copied; UTF-8; may be NULL when `length` is 0.
 * @param length       in bytes; -1 when `text` ends in a NUL.
 * @param[out] value   owned by the caller.
 * @param[out] error   may be NULL; owned by the caller.
 * @return besides: ASYR_E_TYPE when the text is not UTF-8.
 * @since 0.1
 */
ASYR_API asyr_status asyr_value_new_string(const char *text, int64_t length,
                                           asyr_value **value, asyr_error **error);

/**
 * Make bytes.
 *
 * @param data        copied; may be NULL when `length` is 0.
 * @param length      in bytes, 0 or more.
 * @param[out] value  owned by the caller.
 * @param[out] error  may be NULL; owned by the caller.
 * @since 0.1
 */
ASYR_API asyr_status asyr_value_new_bytes(const void *data, int64_t length,
                                          asyr_value **value, asyr_error **error);

/**
 * Make bytes that stay where they are.
 *
 * @param data        borrowed until `release` runs; it must not change.
 * @param length      in bytes, 0 or more.
 * @param owner       consumed; handed to `release`.
 * @param release     called when the value is gone; may be NULL.
 * @param[out] value  owned by the caller.
 * @param[out] error  may be NULL; owned by the caller.
 * @since 0.1
 */
ASYR_API asyr_status asyr_value_new_bytes_view(const void *data, int64_t length,
                                               void *owner, asyr_release_fn release,
                                               asyr_value **value,
                                               asyr_error **error);

/** Make an empty list with room for `capacity` items (0 or more); see
 *  asyr_value_append().  @since 0.1 */
ASYR_API asyr_status asyr_value_new_list(int64_t capacity, asyr_value **value,
                                         asyr_error **error);

/** Make an empty map with room for `capacity` entries (0 or more); see
 *  asyr_value_put().  @since 0.1 */
ASYR_API asyr_status asyr_value_new_map(int64_t capacity, asyr_value **value,
                                        asyr_error **error);

/** Make a value of an error (borrowed; the value keeps a reference).
 *  @since 0.1 */
ASYR_API asyr_status asyr_value_new_error(asyr_error *content, asyr_value **value,
                                          asyr_error **error);

/**
 * Make a pointer.
 *
 * @param pointer      anything; NULL is fine.
 * @param release      called with `pointer` when the value is gone; may be NULL.
 * @param[out] value   owned by the caller.
 * @param[out] error   may be NULL; owned by the caller.
 * @since 0.1
 */
ASYR_API asyr_status asyr_value_new_pointer(void *pointer, asyr_release_fn release,
                                            asyr_value **value, asyr_error **error);

/**
 * Make an array.
 *
 * @param element_type  one of `enum asyr_element_type`.
 * @param data          copied; NULL for zeros.
 * @param count         in elements, 0 or more.
 * @param[out] value    owned by the caller.
 * @param[out] error    may be NULL; owned by the caller.
 * @since 0.1
 */
ASYR_API asyr_status asyr_value_new_array(int32_t element_type, const void *data,
                                          int64_t count, asyr_value **value,
                                          asyr_error **error);

/**
 * Make an array of memory that stays where it is.
 *
 * A C function that takes `T *` may write into it.
 *
 * @param element_type  one of `enum asyr_element_type`.
 * @param data          borrowed until `release` runs; aligned for its type.
 * @param count         in elements, 0 or more.
 * @param owner         consumed; handed to `release`.
 * @param release       called when the value is gone; may be NULL.
 * @param[out] value    owned by the caller.
 * @param[out] error    may be NULL; owned by the caller.
 * @since 0.1
 */
ASYR_API asyr_status asyr_value_new_array_view(int32_t element_type, void *data,
                                               int64_t count, void *owner,
                                               asyr_release_fn release,
                                               asyr_value **value,
                                               asyr_error **error);

/**
 * Append an item to a list.
 *
 * @param list        borrowed; the caller's must be its only reference.
 * @param item        borrowed; not `list` itself.
 * @param[out] error  may be NULL; owned by the caller.
 * @return besides: ASYR_E_TYPE when `list` is none, ASYR_E_STATE when it is shared.
 * @since 0.1
 */
ASYR_API asyr_status asyr_value_append(asyr_value *list, asyr_value *item,
                                       asyr_error **error);

/**
 * Add an entry to a map.
 *
 * @param map         borrowed; the caller's must be its only reference.
 * @param key         borrowed; a bool, number, string or bytes that the map does
 *                    not have yet.
 * @param item        borrowed; not `map` itself.
 * @param[out] error  may be NULL; owned by the caller.
 * @return besides: ASYR_E_TYPE for a wrong type, ASYR_E_STATE when `map` is shared.
 * @since 0.1
 */
ASYR_API asyr_status asyr_value_put(asyr_value *map, asyr_value *key,
                                    asyr_value *item, asyr_error **error);

/** Take another reference; returns its argument.  @since 0.1 */
ASYR_API asyr_value *asyr_value_ref(asyr_value *value);

/** Give a reference back (consumed; may be NULL).  @since 0.1 */
ASYR_API void asyr_value_unref(asyr_value *value);

/*
 * Reading values.  Each returns ASYR_OK, ASYR_E_ARGUMENT, or ASYR_E_TYPE with a
 * message that says what was expected and what was found.
 */

/**
 * The type: one of `enum asyr_value_type`.
 *
 * @param value  borrowed; for NULL the answer is -1.
 * @since 0.1
 */
ASYR_API int32_t asyr_value_get_type(const asyr_value *value);

/** Read a bool.  @since 0.1 */
ASYR_API asyr_status asyr_value_get_bool(const asyr_value *value, bool *truth,
                                         asyr_error **error);

/** Read an integer that fits, or a double without a fraction.  @since 0.1 */
ASYR_API asyr_status asyr_value_get_int64(const asyr_value *value, int64_t *number,
                                          asyr_error **error);

/** Read an integer that is not negative, or such a double.  @since 0.1 */
ASYR_API asyr_status asyr_value_get_uint64(const asyr_value *value, uint64_t *number,
                                           asyr_error **error);

/** Read a double, or an integer as the nearest double.  @since 0.1 */
ASYR_API asyr_status asyr_value_get_double(const asyr_value *value, double *number,
                                           asyr_error **error);

/**
 * Read a string.
 *
 * @param value        borrowed.
 * @param[out] text    lives as long as the value; a NUL follows it.
 * @param[out] length  in bytes; may be NULL.
 * @param[out] error   may be NULL; owned by the caller.
 * @since 0.1
 */
ASYR_API asyr_status asyr_value_get_string(const asyr_value *value,
                                           const char **text, int64_t *length,
                                           asyr_error **error);

/**
 * Read bytes, or the bytes of a string.
 *
 * @param value        borrowed.
 * @param[out] data    lives as long as the value.
 * @param[out] length  in bytes; may be NULL.
 * @param[out] error   may be NULL; owned by the caller.
 * @since 0.1
 */
ASYR_API asyr_status asyr_value_get_bytes(const asyr_value *value, const void **data,
                                          int64_t *length, asyr_error **error);

/**
 * How many items, entries or elements; of a string or bytes, how many bytes.
 *
 * @param value  borrowed; for NULL and for scalars the answer is 0.
 * @since 0.1
 */
ASYR_API int64_t asyr_value_get_count(const asyr_value *value);

/**
 * Take a reference to an item of a list; of an array, make a value of it.
 *
 * @param value       borrowed.
 * @param index       from 0.
 * @param[out] item   owned by the caller.
 * @param[out] error  may be NULL; owned by the caller.
 * @return besides: ASYR_E_MEMORY.
 * @since 0.1
 */
ASYR_API asyr_status asyr_value_get_item(const asyr_value *value, int64_t index,
                                         asyr_value **item, asyr_error **error);

/**
 * Take references to the key and the item of an entry of a map.
 *
 * @param value       borrowed.
 * @param index       from 0, in the order in which the entries were added.
 * @param[out] key    owned by the caller; may be NULL.
 * @param[out] item   owned by the caller; may be NULL.
 * @param[out] error  may be NULL; owned by the caller.
 * @since 0.1
 */
ASYR_API asyr_status asyr_value_get_entry(const asyr_value *value, int64_t index,
                                          asyr_value **key, asyr_value **item,
                                          asyr_error **error);

/**
 * Take a reference to the item that belongs to a string key.
 *
 * @param value       borrowed; a map.
 * @param key         borrowed; ends in a NUL.
 * @param[out] item   owned by the caller; NULL, with ASYR_OK, without such a key.
 * @param[out] error  may be NULL; owned by the caller.
 * @since 0.1
 */
ASYR_API asyr_status asyr_value_find(const asyr_value *value, const char *key,
                                     asyr_value **item, asyr_error **error);

/** Take a reference to the error (owned by the caller) of an error value.
 *  @since 0.1 */
ASYR_API asyr_status asyr_value_get_error(const asyr_value *value,
                                          asyr_error **content, asyr_error **error);

/** Read a pointer, which lives as long as its value.  @since 0.1 */
ASYR_API asyr_status asyr_value_get_pointer(const asyr_value *value, void **pointer,
                                            asyr_error **error);

/**
 * Read an array.
 *
 * @param value              borrowed.
 * @param[out] element_type  one of `enum asyr_element_type`; may be NULL.
 * @param[out] data          lives as long as the value.
 * @param[out] count         in elements; may be NULL.
 * @param[out] error         may be NULL; owned by the caller.
 * @since 0.1
 */
ASYR_API asyr_status asyr_value_get_array(const asyr_value *value,
                                          int32_t *element_type, void **data,
                                          int64_t *count, asyr_error **error);

/**
 * The size of an element, in bytes.
 *
 * @return 1, 2, 4 or 8; 0 for an unknown element type.
 * @since 0.1
 */
ASYR_API int64_t asyr_element_size(int32_t element_type);

#ifdef __cplusplus
}
#endif

#endif
