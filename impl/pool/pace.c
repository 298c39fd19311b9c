/*
 * The pace of a loop over items of unknown cost.
 *
 * The first slice has one item, so that a stop is seen after one item that takes
 * long.  A slice that was quick is followed by one of eight times as many, up to
 * some thousands; one that was slow by an eighth.  So a slice of even items takes up
 * to about 100 us, and the clock is read five times on the way to the longest one.
 */
#include "pace.h"

#include "../platform/thread.h"

#define STEP 8
#define MOST_ITEMS 4096
#define QUICK_NS 12000
#define SLOW_NS 100000

static int64_t adapt(int64_t items, int64_t took)
{
    if (took < QUICK_NS && items < MOST_ITEMS)
        return items * STEP;
    if (took > SLOW_NS && items > 1)
        return items / STEP;
    return items;
}

int64_t asyri_pace_slice(struct asyri_pace *pace, int64_t begin, int64_t end)
{
    if (end - begin <= 1)
        return end;
    int64_t now = asyri_clock_now();
    if (pace->began)
        pace->items = adapt(pace->items, now - pace->began);
    pace->began = now;
    return end - begin < pace->items ? end : begin + pace->items;
}
