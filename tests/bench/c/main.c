/*
 * The protocol of ../README.md: list, notes, run.
 */
#include "workloads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int bench_workers(void)
{
    const char *text = getenv("BENCH_WORKERS");
    int workers = text ? atoi(text) : 2;
    if (workers < 1 || workers > 1024)
        bench_fail("expected BENCH_WORKERS from 1 to 1024, found %s", text);
    return workers;
}

static int list(const struct bench_peer *const *peers)
{
    for (const struct bench_workload *w = bench_workloads; w->name; w++)
        for (const struct bench_peer *const *peer = peers; *peer; peer++)
            if (w->is_for(*peer))
                printf("%s %s\n", w->name, (*peer)->variant);
    return 0;
}

static const struct bench_workload *find_workload(const char *name)
{
    for (const struct bench_workload *w = bench_workloads; w->name; w++)
        if (strcmp(w->name, name) == 0)
            return w;
    bench_fail("expected a workload, found %s", name);
}

static const struct bench_peer *find_peer(const struct bench_peer *const *peers,
                                          const char *variant)
{
    for (; *peers; peers++)
        if (strcmp((*peers)->variant, variant) == 0)
            return *peers;
    bench_fail("expected a variant, found %s", variant);
}

static int run(const struct bench_workload *workload, const struct bench_peer *peer,
               double scale)
{
    if (!workload->is_for(peer))
        bench_fail("expected a case of the list, found %s %s", workload->name,
                   peer->variant);
    if (!(scale > 0 && scale <= 1))
        bench_fail("expected a scale above 0 and at most 1, found %g", scale);
    struct bench_run run = {
        .peer = peer, .workers = bench_workers(), .scale = scale};
    workload->run(&run);
    return 0;
}

static int usage(const char *program)
{
    fprintf(stderr, "usage: %s list | notes | run WORKLOAD VARIANT [SCALE]\n",
            program);
    return 2;
}

int bench_main(int argc, char **argv, const struct bench_peer *const *peers,
               const char *notes)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list(peers);
    if (argc == 2 && strcmp(argv[1], "notes") == 0)
        return fputs(notes, stdout) < 0;
    if ((argc == 4 || argc == 5) && strcmp(argv[1], "run") == 0)
        return run(find_workload(argv[2]), find_peer(peers, argv[3]),
                   argc == 5 ? atof(argv[4]) : 1);
    return usage(argv[0]);
}
