/*
 * The number of CPUs that this process may use.
 *
 * A quota of a control group counts at every level up to the root, in both forms:
 * version 2 has "QUOTA PERIOD" or "max PERIOD" in cpu.max (Linux,
 * Documentation/admin-guide/cgroup-v2.rst), version 1 has two files
 * (Documentation/scheduler/sched-bwc.rst).
 */
#define _GNU_SOURCE
#include "cpu_count.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t affinity_count(void)
{
#if defined(__linux__)
    cpu_set_t set;
    if (!sched_getaffinity(0, sizeof set, &set))
        return CPU_COUNT(&set);
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? online : 1;
}

static int64_t cpus_for(long long quota, long long period)
{
    if (quota <= 0 || period <= 0)
        return INT64_MAX;
    return quota / period + (quota % period != 0);
}

/* The number in a file; -1 if there is none. */
static long long read_number(const char *folder, const char *name)
{
    char path[4096 + 64];
    long long number = -1;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    if (!file)
        return -1;
    if (fscanf(file, "%lld", &number) != 1)
        number = -1;
    fclose(file);
    return number;
}

static int64_t limit_of_v2(const char *folder)
{
    char path[4096 + 64];
    long long quota = -1, period = -1;
    snprintf(path, sizeof path, "%s/cpu.max", folder);
    FILE *file = fopen(path, "re");
    if (!file)
        return INT64_MAX;
    if (fscanf(file, "%lld %lld", &quota, &period) != 2)
        quota = -1; /* "max PERIOD" */
    fclose(file);
    return cpus_for(quota, period);
}

static int64_t limit_of_v1(const char *folder)
{
    return cpus_for(read_number(folder, "cpu.cfs_quota_us"),
                    read_number(folder, "cpu.cfs_period_us"));
}

/* The smallest limit on the way from root/group up to root. */
static int64_t limit_up_from(const char *root, const char *group,
                             int64_t (*limit_of)(const char *folder))
{
    char folder[4096];
    int length = snprintf(folder, sizeof folder, "%s%s", root, group);
    if (length < 0 || (size_t)length >= sizeof folder)
        return INT64_MAX;
    int64_t limit = limit_of(folder);
    for (char *slash; (slash = strrchr(folder, '/'));) {
        *slash = '\0';
        if (strlen(folder) < strlen(root))
            break;
        limit = smaller(limit, limit_of(folder));
    }
    return limit;
}

/* Whether "cpu" is one of the names in a list with commas. */
static bool controls_cpu(const char *controllers)
{
    for (const char *name = controllers; *name;) {
        size_t length = strcspn(name, ",");
        if (length == 3 && !strncmp(name, "cpu", 3))
            return true;
        name += length + (name[length] == ',');
    }
    return false;
}

static int64_t limit_of_line(char *line, const char *root)
{
    line[strcspn(line, "\n")] = '\0';
    char *controllers = strchr(line, ':');
    if (!controllers)
        return INT64_MAX;
    char *group = strchr(++controllers, ':');
    if (!group)
        return INT64_MAX;
    *group++ = '\0';
    if (!*controllers)
        return limit_up_from(root, group, limit_of_v2);
    if (!controls_cpu(controllers))
        return INT64_MAX;
    char mount[4096];
    snprintf(mount, sizeof mount, "%s/%s", root, controllers);
    return limit_up_from(mount, group, limit_of_v1);
}

int64_t asyri_cgroup_cpu_limit(const char *membership, const char *root)
{
    char line[4096];
    int64_t limit = INT64_MAX;
    FILE *file = fopen(membership, "re");
    if (!file)
        return limit;
    while (fgets(line, sizeof line, file))
        limit = smaller(limit, limit_of_line(line, root));
    fclose(file);
    return limit;
}

int64_t asyri_cpu_count(void)
{
    int64_t limit = asyri_cgroup_cpu_limit("/proc/self/cgroup", "/sys/fs/cgroup");
    return smaller(affinity_count(), limit);
}
