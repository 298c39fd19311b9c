/*
 * The command line of a model program:
 *
 *     NAME_model [--scenario NAME] [--mutant NAME]... [--preemptions COUNT]
 *                [--weaken FUNCTION:OPERATION:OBJECT=ORDER]... [--must-fail] [--survey]
 *
 * The exit status is 0 when everything held, 1 when a check failed, and 2 for a wrong
 * command line; with --must-fail 0 and 1 change places.
 */
#include "engine.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *only;
static bool mutants_met[8];

static void usage(const char *found)
{
    fprintf(stderr,
            "model: expected --scenario, --mutant, --weaken, --preemptions with a "
            "word, --must-fail or --survey, found \"%s\"\n",
            found);
    exit(2);
}

static void add(const char **list, const char *word)
{
    int i = 0;
    while (i < 7 && list[i])
        i++;
    list[i] = word;
}

static void parse(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *option = argv[i];
        if (strcmp(option, "--must-fail") == 0) {
            model_options.must_fail = true;
            continue;
        }
        if (strcmp(option, "--survey") == 0) {
            model_options.survey = true;
            continue;
        }
        if (++i == argc)
            usage(option);
        if (strcmp(option, "--scenario") == 0)
            only = argv[i];
        else if (strcmp(option, "--mutant") == 0)
            add(model_options.mutants, argv[i]);
        else if (strcmp(option, "--weaken") == 0)
            add(model_options.weakened, argv[i]);
        else if (strcmp(option, "--preemptions") == 0)
            model_options.preemptions = atoi(argv[i]);
        else
            usage(option);
    }
}

bool model_mutant(const char *name)
{
    for (int i = 0; i < 8 && model_options.mutants[i]; i++) {
        if (strcmp(model_options.mutants[i], name) == 0) {
            mutants_met[i] = true;
            return true;
        }
    }
    return false;
}

static int status_of(bool failed)
{
    return failed == model_options.must_fail ? 0 : 1;
}

/* An assertion of the source fails, or it touches what it must not. */
static void crash(int number)
{
    explore_report_fault(number == SIGABRT ? "an assertion failed" : "a crash");
    fflush(NULL);
    _Exit(status_of(true));
}

static void report(const struct model_scenario *scenario,
                   const struct model_counts *counts)
{
    printf("%s: %" PRIu64 " executions (%" PRIu64 " to the end, %" PRIu64
           " to a known state), %" PRIu64 " states, at most %u steps, ",
           scenario->name, counts->executions, counts->complete, counts->merged,
           counts->states, counts->longest);
    if (explore_preemptions() < 0)
        printf("any number of pre-emptions\n");
    else
        printf("at most %d pre-emptions\n", explore_preemptions());
}

static bool run(const struct model_scenario *scenario)
{
    struct model_counts counts;
    bool held = explore(scenario, &counts);
    if (held && scenario->summarize)
        held = scenario->summarize();
    if (!model_options.quiet)
        report(scenario, &counts);
    if (held && counts.cut) {
        fprintf(stderr, "model: expected executions that end, cut %" PRIu64 "\n",
                counts.cut);
        exit(2);
    }
    return held;
}

/* Whether all scenarios held. */
static bool run_all(void)
{
    bool any = false;
    for (const struct model_scenario *scenario = model_scenarios; scenario->name;
         scenario++) {
        if (only && strcmp(only, scenario->name) != 0)
            continue;
        any = true;
        if (!run(scenario))
            return false;
    }
    if (!any)
        usage(only);
    return true;
}

static void check_options_met(void)
{
    for (int i = 0; i < 8; i++) {
        if (model_options.mutants[i] && !mutants_met[i])
            usage(model_options.mutants[i]);
        if (model_options.weakened[i] && !model_options.weakened_met[i])
            usage(model_options.weakened[i]);
    }
}

static bool holds_weakened(const struct explore_site *site, memory_order order)
{
    static char weakened[200];
    snprintf(weakened, sizeof weakened, "%s:%s:%s=%s", site->function,
             site->operation, site->object, explore_order_name(order));
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        model_options.weakened[0] = weakened;
        model_options.quiet = true;
        model_options.survey = false;
        alarm(120);
        _Exit(run_all() ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool is_weaker(memory_order order, const struct explore_site *site)
{
    bool loads =
        strstr(site->operation, "load") || strstr(site->operation, "failure");
    bool stores = strcmp(site->operation, "store") == 0;
    if (order >= site->order || order == memory_order_consume)
        return false;
    if (site->order == memory_order_release && order == memory_order_acquire)
        return false;
    if (loads)
        return order == memory_order_relaxed || order == memory_order_acquire;
    if (stores)
        return order == memory_order_relaxed || order == memory_order_release;
    return true;
}

/* For every order that the source names, whether a weaker one would be noticed. */
static void survey_orders(void)
{
    for (int i = 0; i < explore_site_count; i++) {
        const struct explore_site *site = &explore_sites[i];
        for (memory_order order = memory_order_relaxed;
             order <= memory_order_seq_cst; order++) {
            if (is_weaker(order, site))
                printf("%-30s %-24s %-10s %s -> %s: %s\n", site->function,
                       site->operation, site->object,
                       explore_order_name(site->order), explore_order_name(order),
                       holds_weakened(site, order) ? "not noticed" : "noticed");
        }
    }
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    parse(argc, argv);
    signal(SIGABRT, crash);
    signal(SIGSEGV, crash);
    bool held = run_all();
    if (held)
        check_options_met();
    if (held && model_options.survey)
        survey_orders();
    if (model_options.must_fail && held)
        fprintf(stderr, "model: expected a check to fail, and none did\n");
    return status_of(!held);
}
