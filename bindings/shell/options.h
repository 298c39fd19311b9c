/* The command line. */
#ifndef SHELL_OPTIONS_H
#define SHELL_OPTIONS_H

#include "format.h"

struct options {
    int64_t workers;    /* 0: as many as the library thinks right */
    int64_t timeout_ns; /* ASYR_FOREVER: none */
    bool files;
    bool unordered;
    bool json;
    int separator;
    const char *format;       /* NULL: the default */
    const char *error_format; /* NULL: a message on standard error */
    const char *library;
    const char *prototype;
    char **words;    /* what follows the prototype, up to a NULL */
    char **operands; /* what follows ":::", up to a NULL; NULL without it */
};

/* Both end the command after a mistake, or after --help and --version. */
void options_parse_call(struct options *options, int argc, char **argv);
void options_parse_map(struct options *options, int argc, char **argv);

void show_help(void);
void show_version(void);

/* Run one of these two; returns the exit status. */
int show(void (*text)(void));

#endif
