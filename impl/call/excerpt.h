/* Foreign text within a message: one line, printable, valid UTF-8, shortened. */
#ifndef ASYRI_CALL_EXCERPT_H
#define ASYRI_CALL_EXCERPT_H

#include <stddef.h>

struct asyri_excerpt {
    char text[512];
};

/*
 * White space becomes spaces, control characters and bytes that are not UTF-8
 * become \xNN; what goes beyond some 76 bytes is cut off and "..." stands for it.
 */
struct asyri_excerpt asyri_excerpt(const char *text, size_t length);
/* The same of a whole text, as much as there is room for: paths, reasons. */
struct asyri_excerpt asyri_excerpt_line(const char *text);

#endif
