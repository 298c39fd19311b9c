/* Whole files as values. */
#ifndef SHELL_CONTENTS_H
#define SHELL_CONTENTS_H

#include "common.h"

/* Read a file into a value of bytes; "-" is a file name like any other.  The
 * error says what the system said, without the path. */
asyr_status contents_read(const char *path, asyr_value **value, asyr_error **error);

#endif
