/*
 * The counters of a map: each unit is run or dropped once, the map ends once, and who
 * ends it sees what all others wrote.
 */
#include "model.h"

#include "core/error.h"
#include "core/value.h"
#include "platform/clock.h"
#include "pool/map.h"

enum { ITEMS = 2 };

static asyri_map *map;
static int outputs[ITEMS];
static int runs[ITEMS];
static int dropped, ends;

/* What the source needs and the model does not. */
void asyri_value_unref(asyr_value *value)
{
    (void)value;
}

void asyri_error_unref(asyr_error *error)
{
    (void)error;
}

int64_t asyri_clock_now(void)
{
    return 0;
}

static void setup(void)
{
    map = asyri_map_new(NULL, ITEMS, 1, 2, false);
    model_name(&map->next, "next");
    model_name(&map->left, "left");
    for (int i = 0; i < ITEMS; i++)
        outputs[i] = runs[i] = 0;
    dropped = ends = 0;
}

static void end(void)
{
    ends++;
    for (int i = 0; i < ITEMS; i++)
        model_read_plain(&outputs[i]);
}

static void take_part(uintptr_t thread)
{
    struct asyri_span span;
    if (!asyri_map_join(map, &span, thread))
        return;
    while (asyri_map_take(map, &span)) {
        for (; span.next < span.end; span.next++) {
            model_write_plain(&outputs[span.next]);
            runs[span.next]++;
        }
        asyri_map_end_span(map, &span);
    }
    if (asyri_map_leave(map, &span))
        end();
}

static void take_part_first(void)
{
    take_part(100);
}

static void take_part_second(void)
{
    take_part(101);
}

static void cancel(void)
{
    int64_t units = asyri_map_drop(map);
    dropped += (int)units;
    if (asyri_map_count_off(map, units))
        end();
}

static void check(void)
{
    int ran = 0;
    for (int i = 0; i < ITEMS; i++) {
        MODEL_CHECK(runs[i] <= 1);
        ran += runs[i];
    }
    MODEL_CHECK(ran + dropped == ITEMS);
    MODEL_CHECK(ends == 1);
    asyri_map_free(map);
}

const struct model_scenario model_scenarios[] = {
    {.name = "two_participants",
     .setup = setup,
     .threads = {take_part_first, take_part_second},
     .check = check},
    {.name = "cancelled",
     .setup = setup,
     .threads = {take_part_first, cancel},
     .check = check},
    {.name = "two_and_a_cancel",
     .setup = setup,
     .threads = {take_part_first, take_part_second, cancel},
     .check = check,
     .preemptions = 3},
    {.name = NULL},
};
