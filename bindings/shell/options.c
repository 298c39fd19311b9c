/*
 * The command line.  Short options end at the first other word, so that arguments
 * such as -1 need no care; long ones may stand anywhere before "--" or ":::".
 */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void show_help(void)
{
    puts("Usage: asyncresult call [OPTION]... LIBRARY PROTOTYPE [ARGUMENT]...\n"
         "       asyncresult map [OPTION]... LIBRARY PROTOTYPE [ARGUMENT]... "
         "[::: ITEM...]\n"
         "\n"
         "Call a C function of a shared library: once, or in parallel for each\n"
         "line of standard input, each ITEM, or each file that these name.  Long\n"
         "options may also follow; after -- or ::: there are none.\n"
         "\n"
         "  -t, --timeout=SECONDS  how long a call may take\n"
         "  -j, --json             write JSON, one object a line\n"
         "  -f, --format=FORMAT    write rows like this: '{value:08x}  {}'\n"
         "  -h, --help             show this help\n"
         "  -V, --version          show the version\n"
         "\n"
         "Of map alone:\n"
         "  -w, --workers=N        so many calls at once (default: one per CPU)\n"
         "  -F, --files            items name files; {data} and {size} stand for "
         "the\n"
         "                         contents (default arguments: {data} {size})\n"
         "  -u, --unordered        write each row as soon as its call has ended\n"
         "  -0, --null             items of standard input end in NUL, not newline\n"
         "  -e, --error-format=FORMAT\n"
         "                         write a row also for a call that failed\n"
         "\n"
         "A LIBRARY is a path, a file name (libm.so.6) or a stem (m).  In map the\n"
         "ARGUMENTs {} and {1}, {2}... stand for the item and its fields between "
         "tabs;\n"
         "without any ARGUMENT every field is one.  str:TEXT is TEXT as it is,\n"
         "file:PATH the contents of a file, nil a null pointer.\n"
         "\n"
         "  asyncresult call m 'double cos(double)' 0.5\n"
         "  seq 9 | asyncresult map m 'double sqrt(double)'\n"
         "\n"
         "The exit status is 0 if all went well, 1 if a call failed, 2 for a "
         "mistake\n"
         "in the command.  See asyncresult(1) for the whole.");
}

void show_version(void)
{
    printf("asyncresult %s\n", asyr_version());
}

int show(void (*text)(void))
{
    text();
    if (fflush(stdout) == 0)
        return STATUS_FINE;
    complain("write error: %s", strerror(errno));
    return STATUS_FAILED;
}

static int64_t parse_workers(const char *text)
{
    char *end;
    long long number;

    errno = 0;
    number = strtoll(text, &end, 10);
    if (end == text || *end || errno || number < 1 || number > 100000)
        usage_error("--workers: expected a whole number from 1 to 100000, found "
                    "'%s'",
                    text);
    return number;
}

static int64_t parse_timeout(const char *text)
{
    char *end;
    double seconds = strtod(text, &end);
    int64_t timeout_ns = 0;
    asyr_error *error = NULL;

    if (end == text || *end || !(seconds > 0))
        usage_error("--timeout: expected a number of seconds above 0, found '%s'",
                    text);
    must(asyr_timeout_from_seconds(seconds, &timeout_ns, &error), error);
    return timeout_ns;
}

static void set_option(struct options *options, int letter, const char *argument)
{
    switch (letter) {
    case 'w':
        options->workers = parse_workers(argument);
        break;
    case 't':
        options->timeout_ns = parse_timeout(argument);
        break;
    case 'j':
        options->json = true;
        break;
    case 'f':
        options->format = argument;
        break;
    case 'e':
        options->error_format = argument;
        break;
    case 'F':
        options->files = true;
        break;
    case 'u':
        options->unordered = true;
        break;
    case '0':
        options->separator = '\0';
        break;
    case 'h':
        exit(show(show_help));
    case 'V':
        exit(show(show_version));
    default:
        fputs("Try 'asyncresult --help' for more information.\n", stderr);
        exit(STATUS_USAGE);
    }
}

static bool is_long_option(const char *word)
{
    return strncmp(word, "--", 2) == 0 && isalpha((unsigned char)word[2]);
}

/* Set the options, and move the words to the front of `argv`, in their order, from 1
 * on; where they end. */
static int split(struct options *options, const char *letters,
                 const struct option *names, int argc, char **argv)
{
    int count = 1;
    bool rest = false; /* only words follow */

    while (optind < argc && !rest) {
        int letter = getopt_long(argc, argv, letters, names, NULL);
        if (letter != -1)
            set_option(options, letter, optarg);
        if (letter != -1 && count == 1)
            continue;
        rest = letter == -1 && strcmp(argv[optind - 1], "--") == 0;
        while (optind < argc && (rest || !is_long_option(argv[optind]))) {
            char *word = argv[optind++];
            bool ends = !rest && strcmp(word, "--") == 0;
            rest = rest || ends || strcmp(word, ":::") == 0;
            if (!ends)
                argv[count++] = word;
        }
    }
    argv[count] = NULL;
    return count;
}

static void parse(struct options *options, const char *letters,
                  const struct option *names, int argc, char **argv)
{
    const char *command = argv[0];
    int count;

    *options = (struct options){.timeout_ns = ASYR_FOREVER, .separator = '\n'};
    argv[0] = "asyncresult"; /* getopt begins its messages with it */
    count = split(options, letters, names, argc, argv);
    if (options->json && (options->format || options->error_format))
        usage_error("%s: --json and --format exclude each other", command);
    if (count < 2)
        usage_error("%s: expected a LIBRARY", command);
    if (count < 3)
        usage_error("%s: expected a PROTOTYPE after '%s'", command, argv[1]);
    options->library = argv[1];
    options->prototype = argv[2];
    options->words = argv + 3;
}

/* Those of map alone come first, so that call's begin after them. */
static const struct option NAMES[] = {{"files", no_argument, NULL, 'F'},
                                      {"unordered", no_argument, NULL, 'u'},
                                      {"null", no_argument, NULL, '0'},
                                      {"error-format", required_argument, NULL, 'e'},
                                      {"workers", required_argument, NULL, 'w'},
                                      {"timeout", required_argument, NULL, 't'},
                                      {"json", no_argument, NULL, 'j'},
                                      {"format", required_argument, NULL, 'f'},
                                      {"help", no_argument, NULL, 'h'},
                                      {"version", no_argument, NULL, 'V'},
                                      {NULL, 0, NULL, 0}};

enum { OF_MAP_ALONE = 5 };

void options_parse_call(struct options *options, int argc, char **argv)
{
    parse(options, "+t:jf:hV", NAMES + OF_MAP_ALONE, argc, argv);
}

void options_parse_map(struct options *options, int argc, char **argv)
{
    parse(options, "+Fu0e:w:t:jf:hV", NAMES, argc, argv);
    for (char **word = options->words; *word; word++) {
        if (strcmp(*word, ":::") == 0) {
            *word = NULL;
            options->operands = word + 1;
            break;
        }
    }
}
