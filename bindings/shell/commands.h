/* The commands, and what they share. */
#ifndef SHELL_COMMANDS_H
#define SHELL_COMMANDS_H

#include "options.h"

int call_command(int argc, char **argv);
int map_command(int argc, char **argv);

/* Each ends the command when it fails. */
asyr_pool *open_pool(int64_t workers);
asyr_function *open_function(const struct options *options);

/* Consumes the pool, and waits for its workers unless some are stuck in a call. */
void end_pool(asyr_pool *pool, bool stuck);

#endif
