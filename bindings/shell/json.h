/* Rows as JSON, one object a line. */
#ifndef SHELL_JSON_H
#define SHELL_JSON_H

#include "format.h"

void json_row(const struct outcome *outcome, struct buffer *row);

#endif
