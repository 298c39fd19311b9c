/*
 * Lists and maps.
 *
 * A list is a growing array of references.  A map is a growing array of entries in
 * the order in which they were added, followed in the same block by an index: an
 * open-addressing hash table of twice as many slots, probed one after the other.
 * Keys are equal when they have the same type and content (0.0 equals -0.0, and NaN
 * equals itself, so that no key can be added twice).
 */
#include "container.h"

#include <inttypes.h>
#include <string.h>

#include "../base/alloc.h"
#include "error.h"

#define FIRST_CAPACITY 8 /* of a map */
#define SHORT_CAPACITY 4 /* of a list */
#define MOST_ENTRIES (INT64_C(1) << 30)

struct slot {
    uint32_t hash;
    uint32_t place; /* of the entry, from 1; 0 for none */
};

static asyr_status check_fillable(const asyr_value *container, asyr_error **error)
{
    if (asyri_refcount_is_sole(&container->refs))
        return ASYR_OK;
    return asyri_fail(error, ASYR_E_STATE,
                      "expected %s that nobody shares yet, found a shared one",
                      asyri_value_type_name(container));
}

static asyr_status check_item(const asyr_value *container, const asyr_value *item,
                              asyr_error **error)
{
    if (item == container)
        return asyri_fail(error, ASYR_E_ARGUMENT,
                          "expected another value as the item, found %s itself",
                          asyri_value_type_name(container));
    if (item->depth >= ASYR_MAX_DEPTH)
        return asyri_fail(error, ASYR_E_ARGUMENT,
                          "expected values that nest at most %d deep, found %d",
                          ASYR_MAX_DEPTH, item->depth + 1);
    return ASYR_OK;
}

static void deepen(asyr_value *container, const asyr_value *item)
{
    if (container->depth <= item->depth)
        container->depth = item->depth + 1;
}

/* Lists */

/* A short list, as the arguments of a call are, is one allocation with its items. */
static asyr_value **own_items(asyr_value *list)
{
    return (asyr_value **)(void *)(list + 1);
}

bool asyri_list_reserve(asyr_value *list, int64_t capacity)
{
    asyr_value **before = list->as.list.items;
    bool owns = before == own_items(list);
    if ((uint64_t)capacity > PTRDIFF_MAX / sizeof(asyr_value *))
        return false;
    asyr_value **items =
        asyri_realloc(owns ? NULL : before, (size_t)capacity * sizeof(void *));
    if (!items)
        return false;
    if (owns)
        memcpy(items, before, (size_t)list->as.list.capacity * sizeof(void *));
    list->as.list.items = items;
    list->as.list.capacity = capacity;
    return true;
}

static asyr_value *list_with_own_items(int64_t capacity)
{
    asyr_value *list =
        asyri_alloc_zeroed(1, sizeof *list + (size_t)capacity * sizeof(void *));
    if (!list)
        return NULL;
    asyri_refcount_init(&list->refs);
    list->type = ASYR_VALUE_LIST;
    list->depth = 1;
    list->as.list.items = own_items(list);
    list->as.list.capacity = capacity;
    return list;
}

asyr_value *asyri_value_list(int64_t capacity)
{
    bool is_short = capacity <= SHORT_CAPACITY;
    asyr_value *list = list_with_own_items(is_short ? SHORT_CAPACITY : 0);
    if (!list)
        return NULL;
    if (!is_short && !asyri_list_reserve(list, capacity)) {
        asyri_free(list);
        return NULL;
    }
    return list;
}

void asyri_list_clear(asyr_value *list)
{
    for (int64_t i = 0; i < list->as.list.count; i++)
        asyri_value_unref(list->as.list.items[i]);
    if (list->as.list.items != own_items(list))
        asyri_free(list->as.list.items);
}

static bool make_room_for_item(asyr_value *list)
{
    int64_t capacity = list->as.list.capacity;
    if (list->as.list.count < capacity)
        return true;
    return asyri_list_reserve(list, capacity * 2);
}

asyr_status asyri_value_append(asyr_value *list, asyr_value *item,
                               asyr_error **error)
{
    asyr_status status = asyri_value_expect(list, ASYR_VALUE_LIST, error);
    if (!status)
        status = check_item(list, item, error);
    if (!status)
        status = check_fillable(list, error);
    if (status)
        return status;
    if (!make_room_for_item(list))
        return asyri_fail_memory(error);
    list->as.list.items[list->as.list.count++] = asyri_value_ref(item);
    deepen(list, item);
    return ASYR_OK;
}

/* Maps */

static struct slot *index_of(const struct asyri_entry *entries, int64_t capacity)
{
    return (struct slot *)(uintptr_t)(entries + capacity);
}

static uint32_t hash_bytes(const void *data, int64_t length)
{
    const uint8_t *byte = data;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (int64_t i = 0; i < length; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    return (uint32_t)(hash ^ hash >> 32);
}

static uint32_t hash_double(double number)
{
    if (number == 0 || number != number)
        return 0;
    return hash_bytes(&number, sizeof number);
}

static uint32_t hash_of(const asyr_value *key)
{
    switch (key->type) {
    case ASYR_VALUE_BOOL:
        return key->as.truth;
    case ASYR_VALUE_INT64:
    case ASYR_VALUE_UINT64:
        return hash_bytes(&key->as.uint64, sizeof key->as.uint64);
    case ASYR_VALUE_DOUBLE:
        return hash_double(key->as.number);
    default:
        return hash_bytes(key->as.block.data, key->as.block.count);
    }
}

static bool equal_doubles(double a, double b)
{
    return a == b || (a != a && b != b);
}

static bool equal_blocks(const asyr_value *a, const asyr_value *b)
{
    return a->as.block.count == b->as.block.count &&
           memcmp(a->as.block.data, b->as.block.data, (size_t)a->as.block.count) ==
               0;
}

static bool equal_keys(const asyr_value *a, const asyr_value *b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case ASYR_VALUE_BOOL:
        return a->as.truth == b->as.truth;
    case ASYR_VALUE_INT64:
    case ASYR_VALUE_UINT64:
        return a->as.uint64 == b->as.uint64;
    case ASYR_VALUE_DOUBLE:
        return equal_doubles(a->as.number, b->as.number);
    default:
        return equal_blocks(a, b);
    }
}

static void add_to_index(struct slot *index, int64_t capacity, uint32_t hash,
                         int64_t entry)
{
    uint32_t mask = (uint32_t)(capacity * 2 - 1);
    uint32_t at = hash & mask;
    while (index[at].place)
        at = (at + 1) & mask;
    index[at] = (struct slot){hash, (uint32_t)entry + 1};
}

static const struct asyri_entry *find_entry(const asyr_value *map,
                                            const asyr_value *key)
{
    int64_t capacity = map->as.map.capacity;
    if (capacity == 0)
        return NULL;
    const struct asyri_entry *entries = map->as.map.entries;
    const struct slot *index = index_of(entries, capacity);
    uint32_t mask = (uint32_t)(capacity * 2 - 1);
    uint32_t hash = hash_of(key);
    for (uint32_t at = hash & mask; index[at].place; at = (at + 1) & mask) {
        const struct asyri_entry *entry = &entries[index[at].place - 1];
        if (index[at].hash == hash && equal_keys(entry->key, key))
            return entry;
    }
    return NULL;
}

/* `capacity` is a power of two. */
static bool reserve_entries(asyr_value *map, int64_t capacity)
{
    struct asyri_entry *entries = asyri_alloc_zeroed(
        (size_t)capacity, sizeof(struct asyri_entry) + 2 * sizeof(struct slot));
    if (!entries)
        return false;
    struct slot *index = index_of(entries, capacity);
    int64_t count = map->as.map.count;
    for (int64_t i = 0; i < count; i++) {
        entries[i] = map->as.map.entries[i];
        add_to_index(index, capacity, hash_of(entries[i].key), i);
    }
    asyri_free(map->as.map.entries);
    map->as.map.entries = entries;
    map->as.map.capacity = capacity;
    return true;
}

static bool reserve_rounded(asyr_value *map, int64_t capacity)
{
    if (capacity > MOST_ENTRIES)
        return false;
    int64_t rounded = FIRST_CAPACITY;
    while (rounded < capacity)
        rounded *= 2;
    return reserve_entries(map, rounded);
}

asyr_value *asyri_value_map(int64_t capacity)
{
    asyr_value *map = asyri_value_new(ASYR_VALUE_MAP);
    if (!map)
        return NULL;
    map->depth = 1;
    if (capacity > 0 && !reserve_rounded(map, capacity)) {
        asyri_free(map);
        return NULL;
    }
    return map;
}

void asyri_map_clear(asyr_value *map)
{
    for (int64_t i = 0; i < map->as.map.count; i++) {
        asyri_value_unref(map->as.map.entries[i].key);
        asyri_value_unref(map->as.map.entries[i].item);
    }
    asyri_free(map->as.map.entries);
}

static bool make_room_for_entry(asyr_value *map)
{
    int64_t capacity = map->as.map.capacity;
    if (map->as.map.count < capacity)
        return true;
    return reserve_rounded(map, capacity ? capacity * 2 : FIRST_CAPACITY);
}

static asyr_status check_key(const asyr_value *map, const asyr_value *key,
                             asyr_error **error)
{
    switch (key->type) {
    case ASYR_VALUE_BOOL:
    case ASYR_VALUE_INT64:
    case ASYR_VALUE_UINT64:
    case ASYR_VALUE_DOUBLE:
    case ASYR_VALUE_STRING:
    case ASYR_VALUE_BYTES:
        break;
    default:
        return asyri_fail(error, ASYR_E_TYPE,
                          "expected a bool, number, string or bytes as the key, "
                          "found %s",
                          asyri_value_type_name(key));
    }
    if (find_entry(map, key))
        return asyri_fail(error, ASYR_E_ARGUMENT,
                          "expected a new key, found one that the map has already");
    return ASYR_OK;
}

asyr_status asyri_value_put(asyr_value *map, asyr_value *key, asyr_value *item,
                            asyr_error **error)
{
    asyr_status status = asyri_value_expect(map, ASYR_VALUE_MAP, error);
    if (!status)
        status = check_item(map, item, error);
    if (!status)
        status = check_fillable(map, error);
    if (!status)
        status = check_key(map, key, error);
    if (status)
        return status;
    if (!make_room_for_entry(map))
        return asyri_fail_memory(error);
    int64_t place = map->as.map.count++;
    struct asyri_entry *entries = map->as.map.entries;
    entries[place].key = asyri_value_ref(key);
    entries[place].item = asyri_value_ref(item);
    add_to_index(index_of(entries, map->as.map.capacity), map->as.map.capacity,
                 hash_of(key), place);
    deepen(map, item);
    return ASYR_OK;
}

asyr_value *asyri_value_find(const asyr_value *map, const char *key)
{
    asyr_value probe = {
        .type = ASYR_VALUE_STRING,
        .as.block = {.data = (void *)key, .count = (int64_t)strlen(key)}};
    const struct asyri_entry *entry = find_entry(map, &probe);
    return entry ? asyri_value_ref(entry->item) : NULL;
}

/* Both */

static asyr_status check_index(const asyr_value *value, int64_t index,
                               asyr_error **error)
{
    int64_t count = asyri_value_count(value);
    if (index >= 0 && index < count)
        return ASYR_OK;
    return asyri_fail(error, ASYR_E_ARGUMENT,
                      "expected an index from 0 and below the count of %" PRId64
                      ", found %" PRId64,
                      count, index);
}

static asyr_value *element(const asyr_value *array, int64_t index)
{
    asyr_value scalar;
    asyri_value_load_element(array, index, &scalar);
    switch (scalar.type) {
    case ASYR_VALUE_INT64:
        return asyri_value_int64(scalar.as.int64);
    case ASYR_VALUE_UINT64:
        return asyri_value_uint64(scalar.as.uint64);
    default:
        return asyri_value_double(scalar.as.number);
    }
}

asyr_status asyri_value_get_item(const asyr_value *value, int64_t index,
                                 asyr_value **item, asyr_error **error)
{
    if (value->type != ASYR_VALUE_LIST && value->type != ASYR_VALUE_ARRAY)
        return asyri_fail(error, ASYR_E_TYPE,
                          "expected a list or an array, found %s",
                          asyri_value_type_name(value));
    asyr_status status = check_index(value, index, error);
    if (status)
        return status;
    if (value->type == ASYR_VALUE_LIST)
        *item = asyri_value_ref(value->as.list.items[index]);
    else
        *item = element(value, index);
    return *item ? ASYR_OK : asyri_fail_memory(error);
}

asyr_status asyri_value_get_entry(const asyr_value *value, int64_t index,
                                  asyr_value **key, asyr_value **item,
                                  asyr_error **error)
{
    asyr_status status = asyri_value_expect(value, ASYR_VALUE_MAP, error);
    if (!status)
        status = check_index(value, index, error);
    if (status)
        return status;
    const struct asyri_entry *entry = &value->as.map.entries[index];
    if (key)
        *key = asyri_value_ref(entry->key);
    if (item)
        *item = asyri_value_ref(entry->item);
    return ASYR_OK;
}
