/* The parts of lists and maps that value.c needs. */
#ifndef ASYRI_CORE_CONTAINER_H
#define ASYRI_CORE_CONTAINER_H

#include "value.h"

/* Room for so many items, at least as many as now; false without memory. */
bool asyri_list_reserve(asyr_value *list, int64_t capacity);
/* Release all items and the memory that held them. */
void asyri_list_clear(asyr_value *list);
void asyri_map_clear(asyr_value *map);

#endif
