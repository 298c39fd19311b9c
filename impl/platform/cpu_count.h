/* How many CPUs this process may use. */
#ifndef ASYRI_PLATFORM_CPU_COUNT_H
#define ASYRI_PLATFORM_CPU_COUNT_H

#include <stdint.h>

/* At least 1: the affinity mask, and the quota of the control group. */
int64_t asyri_cpu_count(void);

/*
 * The CPUs that a quota allows, rounded up, read from a control group's files
 * below `root` for the groups named in `membership` (a file in the form of
 * /proc/self/cgroup); INT64_MAX for no limit.  Of its own for the tests.
 */
int64_t asyri_cgroup_cpu_limit(const char *membership, const char *root);

#endif
