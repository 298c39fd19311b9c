/* Lists and maps: what they hold, who may fill them. */
#include "unit.h"

#include <math.h>
#include <stdio.h>

#include "base/alloc.h"
#include "core/value.h"

/* Append and give back the caller's reference. */
static void give(asyr_value *list, asyr_value *item)
{
    UNIT_SUCCEEDS(asyr_value_append(list, item, &error));
    asyr_value_unref(item);
}

static void put(asyr_value *map, asyr_value *key, asyr_value *item)
{
    UNIT_SUCCEEDS(asyr_value_put(map, key, item, &error));
    asyr_value_unref(key);
    asyr_value_unref(item);
}

static void a_list_keeps_its_items_in_order(void)
{
    asyr_value *list = unit_list();
    for (int64_t i = 0; i < 100; i++)
        give(list, unit_int64(i * 1000));
    CU_ASSERT_EQUAL(asyr_value_get_count(list), 100);
    for (int64_t i = 0; i < 100; i++) {
        asyr_value *item = NULL;
        int64_t number = 0;
        UNIT_SUCCEEDS(asyr_value_get_item(list, i, &item, &error));
        UNIT_SUCCEEDS(asyr_value_get_int64(item, &number, &error));
        CU_ASSERT_EQUAL(number, i * 1000);
        asyr_value_unref(item);
    }
    asyr_value_unref(list);
}

static void an_index_outside_is_refused(void)
{
    static const int64_t outside[] = {-1, 1, INT64_MIN, INT64_MAX};
    asyr_value *list = unit_list();
    asyr_value *map = unit_map();
    give(list, unit_int64(1));
    put(map, unit_int64(1), unit_int64(1));
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        asyr_value *item = list;
        asyr_value *key = map;
        UNIT_FAILS(ASYR_E_ARGUMENT,
                   asyr_value_get_item(list, outside[i], &item, &error));
        CU_ASSERT_PTR_NULL(item);
        UNIT_FAILS(ASYR_E_ARGUMENT,
                   asyr_value_get_entry(map, outside[i], &key, &item, &error));
        CU_ASSERT_PTR_NULL(key);
    }
    asyr_value_unref(list);
    asyr_value_unref(map);
}

static void a_shared_container_is_not_filled(void)
{
    asyr_value *list = unit_list();
    asyr_value *map = unit_map();
    asyr_value *one = unit_int64(1);
    asyr_value_ref(list);
    asyr_value_ref(map);
    UNIT_FAILS(ASYR_E_STATE, asyr_value_append(list, one, &error));
    UNIT_FAILS(ASYR_E_STATE, asyr_value_put(map, one, one, &error));
    CU_ASSERT_EQUAL(asyr_value_get_count(list), 0);
    CU_ASSERT_EQUAL(asyr_value_get_count(map), 0);
    asyr_value_unref(list);
    asyr_value_unref(map);
    UNIT_SUCCEEDS(asyr_value_append(list, one, &error));
    UNIT_SUCCEEDS(asyr_value_put(map, one, one, &error));
    asyr_value_unref(list);
    asyr_value_unref(map);
}

static void a_container_never_holds_itself(void)
{
    asyr_value *list = unit_list();
    asyr_value *map = unit_map();
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_append(list, list, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_put(map, unit_int64(1), map, &error));
    asyr_value_unref(list);
    asyr_value_unref(map);
}

static void containers_nest_up_to_the_limit(void)
{
    asyr_value *inner = unit_list();
    for (int depth = 2; depth <= ASYR_MAX_DEPTH; depth++) {
        asyr_value *outer = depth % 2 ? unit_list() : unit_map();
        if (depth % 2)
            give(outer, inner);
        else
            put(outer, unit_int64(depth), inner);
        inner = outer;
    }
    asyr_value *list = unit_list();
    asyr_value *map = unit_map();
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_append(list, inner, &error));
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_put(map, unit_int64(1), inner, &error));
    CU_ASSERT_EQUAL(asyr_value_get_count(list), 0);
    asyr_value_unref(list);
    asyr_value_unref(map);
    asyr_value_unref(inner);
}

static void a_container_releases_what_it_holds(void)
{
    int released = 0;
    asyr_value *list = unit_list();
    asyr_value *map = unit_map();
    for (int i = 0; i < 20; i++) {
        asyr_value *pointer = NULL;
        UNIT_SUCCEEDS(
            asyr_value_new_pointer(&released, unit_count_release, &pointer, &error));
        UNIT_SUCCEEDS(asyr_value_append(list, pointer, &error));
        put(map, unit_int64(i), pointer);
    }
    asyr_value_unref(list);
    CU_ASSERT_EQUAL(released, 0);
    asyr_value_unref(map);
    CU_ASSERT_EQUAL(released, 20);
}

static void a_map_keeps_its_entries_in_order_and_finds_them(void)
{
    asyr_value *map = unit_map();
    char name[32];
    for (int64_t i = 0; i < 10000; i++) {
        snprintf(name, sizeof name, "key %d", (int)i);
        put(map, unit_text(name), unit_int64(i));
    }
    CU_ASSERT_EQUAL(asyr_value_get_count(map), 10000);
    for (int64_t i = 0; i < 10000; i += 97) {
        asyr_value *key = NULL;
        asyr_value *item = NULL;
        asyr_value *found = NULL;
        const char *string = NULL;
        int64_t number = -1;
        snprintf(name, sizeof name, "key %d", (int)i);
        UNIT_SUCCEEDS(asyr_value_get_entry(map, i, &key, &item, &error));
        UNIT_SUCCEEDS(asyr_value_get_string(key, &string, NULL, &error));
        CU_ASSERT_STRING_EQUAL(string, name);
        UNIT_SUCCEEDS(asyr_value_find(map, name, &found, &error));
        CU_ASSERT_PTR_EQUAL(found, item);
        UNIT_SUCCEEDS(asyr_value_get_int64(found, &number, &error));
        CU_ASSERT_EQUAL(number, i);
        asyr_value_unref(key);
        asyr_value_unref(item);
        asyr_value_unref(found);
    }
    asyr_value_unref(map);
}

static void a_key_that_is_missing_is_found_as_null(void)
{
    asyr_value *map = unit_map();
    asyr_value *item = map;
    UNIT_SUCCEEDS(asyr_value_find(map, "key", &item, &error));
    CU_ASSERT_PTR_NULL(item);
    put(map, unit_text("other"), unit_int64(1));
    UNIT_SUCCEEDS(asyr_value_find(map, "key", &item, &error));
    CU_ASSERT_PTR_NULL(item);
    asyr_value_unref(map);
}

static void an_entry_may_be_read_in_part(void)
{
    asyr_value *map = unit_map();
    asyr_value *key = NULL;
    asyr_value *item = NULL;
    put(map, unit_text("key"), unit_int64(5));
    UNIT_SUCCEEDS(asyr_value_get_entry(map, 0, &key, NULL, &error));
    UNIT_SUCCEEDS(asyr_value_get_entry(map, 0, NULL, &item, &error));
    UNIT_SUCCEEDS(asyr_value_get_entry(map, 0, NULL, NULL, &error));
    CU_ASSERT_EQUAL(asyr_value_get_type(key), ASYR_VALUE_STRING);
    CU_ASSERT_EQUAL(asyr_value_get_type(item), ASYR_VALUE_INT64);
    asyr_value_unref(key);
    asyr_value_unref(item);
    asyr_value_unref(map);
}

static void check_duplicate(asyr_value *map, asyr_value *key)
{
    UNIT_FAILS(ASYR_E_ARGUMENT, asyr_value_put(map, key, key, &error));
    asyr_value_unref(key);
}

static void a_key_is_added_once(void)
{
    asyr_value *map = unit_map();
    asyr_value *bytes = NULL;
    asyr_value *large = NULL;
    UNIT_SUCCEEDS(asyr_value_new_bytes("a", 1, &bytes, &error));
    UNIT_SUCCEEDS(asyr_value_new_uint64(UINT64_MAX, &large, &error));
    put(map, unit_text("a"), unit_int64(1));
    put(map, unit_int64(5), unit_int64(1));
    put(map, unit_int64(INT64_MIN), unit_int64(1));
    put(map, unit_double(0.0), unit_int64(1));
    put(map, unit_double(NAN), unit_int64(1));
    put(map, asyri_value_bool(true), unit_int64(1));
    put(map, asyr_value_ref(bytes), unit_int64(1));
    put(map, asyr_value_ref(large), unit_int64(1));
    check_duplicate(map, unit_text("a"));
    check_duplicate(map, unit_int64(5));
    check_duplicate(map, unit_int64(INT64_MIN));
    check_duplicate(map, unit_double(-0.0));
    check_duplicate(map, unit_double(-NAN));
    check_duplicate(map, asyri_value_bool(true));
    check_duplicate(map, bytes);
    check_duplicate(map, large);
    put(map, unit_double(5), unit_int64(1));
    put(map, unit_int64(1), unit_int64(1));
    put(map, asyri_value_bool(false), unit_int64(1));
    CU_ASSERT_EQUAL(asyr_value_get_count(map), 11);
    asyr_value_unref(map);
}

static void only_scalars_and_text_are_keys(void)
{
    asyr_value *values[12];
    unit_one_of_each(values);
    asyr_value *map = unit_map();
    for (int type = 0; type < 12; type++) {
        bool is_key = type >= ASYR_VALUE_BOOL && type <= ASYR_VALUE_BYTES;
        CU_ASSERT_EQUAL(asyr_value_put(map, values[type], values[0], NULL),
                        is_key ? ASYR_OK : ASYR_E_TYPE);
        asyr_value_unref(values[type]);
    }
    asyr_value_unref(map);
}

static asyr_status attempt_list(asyr_error **error)
{
    asyr_value *list = NULL;
    asyr_status status = asyr_value_new_list(3, &list, error);
    for (int64_t i = 0; !status && i < 30; i++) {
        asyr_value *item = NULL;
        status = asyr_value_new_int64(i << 20, &item, error);
        if (!status)
            status = asyr_value_append(list, item, error);
        asyr_value_unref(item);
    }
    asyr_value_unref(list);
    return status;
}

static asyr_status attempt_map(asyr_error **error)
{
    asyr_value *map = NULL;
    asyr_status status = asyr_value_new_map(3, &map, error);
    for (int64_t i = 1; !status && i < 30; i++) {
        asyr_value *key = NULL;
        status = asyr_value_new_int64(i << 20, &key, error);
        if (!status)
            status = asyr_value_put(map, key, key, error);
        asyr_value_unref(key);
    }
    asyr_value_unref(map);
    return status;
}

static void every_failing_allocation_is_a_memory_error(void)
{
    unit_fail_each_allocation(attempt_list);
    unit_fail_each_allocation(attempt_map);
}

static void a_list_without_memory_keeps_its_items(void)
{
    asyr_value *list = unit_list();
    for (int64_t i = 0; i < 8; i++)
        give(list, unit_int64(i));
    asyri_alloc_fail_after(0, 1);
    UNIT_FAILS(ASYR_E_MEMORY, asyr_value_append(list, unit_int64(8), &error));
    asyri_alloc_fail_after(-1, 0);
    CU_ASSERT_EQUAL(asyr_value_get_count(list), 8);
    give(list, unit_int64(8));
    CU_ASSERT_EQUAL(asyr_value_get_count(list), 9);
    asyr_value_unref(list);
}

CU_TestInfo container_tests[] = {
    UNIT_TEST(a_list_keeps_its_items_in_order),
    UNIT_TEST(an_index_outside_is_refused),
    UNIT_TEST(a_shared_container_is_not_filled),
    UNIT_TEST(a_container_never_holds_itself),
    UNIT_TEST(containers_nest_up_to_the_limit),
    UNIT_TEST(a_container_releases_what_it_holds),
    UNIT_TEST(a_map_keeps_its_entries_in_order_and_finds_them),
    UNIT_TEST(a_key_that_is_missing_is_found_as_null),
    UNIT_TEST(an_entry_may_be_read_in_part),
    UNIT_TEST(a_key_is_added_once),
    UNIT_TEST(only_scalars_and_text_are_keys),
    UNIT_TEST(every_failing_allocation_is_a_memory_error),
    UNIT_TEST(a_list_without_memory_keeps_its_items),
    CU_TEST_INFO_NULL};
