/* Values inside the library. */
#ifndef ASYRI_CORE_VALUE_H
#define ASYRI_CORE_VALUE_H

#include <stddef.h>

#include <asyncresult/value.h>

#include "../base/refcount.h"

struct asyri_entry {
    asyr_value *key;
    asyr_value *item;
};

struct asyr_value {
    asyri_refcount refs;
    uint8_t type;         /* enum asyr_value_type */
    uint8_t element_type; /* of an array: enum asyr_element_type; of an error:
                             whether it is a failure */
    uint8_t depth;        /* of a list or map: 1 + that of its deepest item; of an
                             error: that of the values in it */
    union {
        bool truth;
        int64_t int64;
        uint64_t uint64;
        double number;
        struct { /* strings, bytes, arrays */
            void *data;
            int64_t count; /* bytes, or elements of an array */
            void *owner;   /* of a view */
            asyr_release_fn release;
        } block;
        struct {
            asyr_value **items;
            int64_t count;
            int64_t capacity;
        } list;
        struct {
            struct asyri_entry *entries; /* followed by an index; see container.c */
            int64_t count;
            int64_t capacity;
        } map;
        asyr_error *error;
        struct {
            void *address;
            asyr_release_fn release;
        } pointer;
    } as;
};

/* The static ones; making them cannot fail. */
asyr_value *asyri_value_nil(void);
asyr_value *asyri_value_bool(bool truth);

/* A value of that type and otherwise all zeros, for value.c and container.c. */
asyr_value *asyri_value_new(uint8_t type);

/*
 * NULL without memory.  A view or a pointer consumes its owner also then.  Text must
 * be UTF-8 (asyri_utf8_is_valid()); its length may be -1 when it ends in a NUL.
 */
asyr_value *asyri_value_int64(int64_t number);
asyr_value *asyri_value_uint64(uint64_t number);
asyr_value *asyri_value_double(double number);
asyr_value *asyri_value_text(const char *text, int64_t length);
asyr_value *asyri_value_bytes(const void *data, int64_t length);
asyr_value *asyri_value_bytes_view(const void *data, int64_t length, void *owner,
                                   asyr_release_fn release);
asyr_value *asyri_value_list(int64_t capacity);
asyr_value *asyri_value_map(int64_t capacity);
asyr_value *asyri_value_error(asyr_error *content);
asyr_value *asyri_value_pointer(void *address, asyr_release_fn release);
asyr_value *asyri_value_array(int32_t element_type, const void *data, int64_t count);
/* For somebody who sets every element before anybody reads one. */
asyr_value *asyri_value_array_unset(int32_t element_type, int64_t count);
asyr_value *asyri_value_array_view(int32_t element_type, void *data, int64_t count,
                                   void *owner, asyr_release_fn release);

asyr_value *asyri_value_ref(asyr_value *value);
void asyri_value_unref(asyr_value *value);

/* The rest does what the public function of the same name documents. */
asyr_status asyri_value_append(asyr_value *list, asyr_value *item,
                               asyr_error **error);
asyr_status asyri_value_put(asyr_value *map, asyr_value *key, asyr_value *item,
                            asyr_error **error);
asyr_status asyri_value_get_bool(const asyr_value *value, bool *truth,
                                 asyr_error **error);
asyr_status asyri_value_get_int64(const asyr_value *value, int64_t *number,
                                  asyr_error **error);
asyr_status asyri_value_get_uint64(const asyr_value *value, uint64_t *number,
                                   asyr_error **error);
asyr_status asyri_value_get_double(const asyr_value *value, double *number,
                                   asyr_error **error);
asyr_status asyri_value_get_item(const asyr_value *value, int64_t index,
                                 asyr_value **item, asyr_error **error);
asyr_status asyri_value_get_entry(const asyr_value *value, int64_t index,
                                  asyr_value **key, asyr_value **item,
                                  asyr_error **error);
asyr_value *asyri_value_find(const asyr_value *map, const char *key); /* owned */
int64_t asyri_value_count(const asyr_value *value);

int64_t asyri_element_size(int32_t element_type);
/* Make `scalar`, which nobody may take a reference to, the number in that place. */
void asyri_value_load_element(const asyr_value *array, int64_t index,
                              asyr_value *scalar);
/* Put a number into an array's memory; false if it is none that fits. */
bool asyri_value_store_element(const asyr_value *value, int32_t element_type,
                               void *place);
bool asyri_utf8_is_valid(const char *text, int64_t length);

/* What a message calls a type of value: "an int64", "a list". */
const char *asyri_type_name(int32_t type);
const char *asyri_value_type_name(const asyr_value *value);

/*
 * How an item failed, as a marked value that no host ever sees.  It takes a reference;
 * without memory it is static and stands for the Memory error.
 */
asyr_value *asyri_value_failure(asyr_error *error);
/* Whether it is such a value; its error then, borrowed. */
bool asyri_value_is_failure(const asyr_value *value, asyr_error **error);

/* ASYR_OK, or a Type error unless the value has that type. */
asyr_status asyri_value_expect(const asyr_value *value, int32_t type,
                               asyr_error **error);

#endif
