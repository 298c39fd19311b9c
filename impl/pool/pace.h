/* How many items go between two looks at whether to stop. */
#ifndef ASYRI_POOL_PACE_H
#define ASYRI_POOL_PACE_H

#include <stdint.h>

struct asyri_pace {
    int64_t items; /* of the slice to come, or that runs */
    int64_t began; /* when that slice did; 0 before the first */
};

#define ASYRI_PACE_START                                                            \
    {                                                                               \
        1, 0                                                                        \
    }

/* The end of a slice that begins now with the item `begin`; `end` at most. */
int64_t asyri_pace_slice(struct asyri_pace *pace, int64_t begin, int64_t end);

#endif
