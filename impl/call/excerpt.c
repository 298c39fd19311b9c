/*
 * Excerpts: what a caller gave, made fit for a message.
 *
 * A message is one line of UTF-8; a prototype or a library's name may be
 * anything.  Room for "..." is kept from the beginning, so that cutting off never
 * splits a character.
 */
#include "excerpt.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../core/value.h"

static bool is_space(unsigned char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* How many bytes of `text`, at least one, make a character. */
static size_t character_length(const char *text, size_t length)
{
    size_t end = 1;
    while (end < length && ((unsigned char)text[end] & 0xc0) == 0x80)
        end++;
    return end;
}

/* What stands for a character in a message; its length. */
static size_t show(char *room, const char *character, size_t length, bool is_utf8)
{
    unsigned char byte = (unsigned char)character[0];
    if (is_space(byte)) {
        room[0] = ' ';
        return 1;
    }
    if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !is_utf8))
        return (size_t)sprintf(room, "\\x%02x", byte);
    memcpy(room, character, length);
    return length;
}

/* At most `limit` bytes, and "..." after them when that is not all. */
static struct asyri_excerpt cut(const char *text, size_t length, size_t limit)
{
    struct asyri_excerpt result;
    bool is_utf8 = asyri_utf8_is_valid(text, (int64_t)length);
    size_t used = 0, at = 0;
    while (at < length) {
        char piece[8];
        size_t step = is_utf8 ? character_length(text + at, length - at) : 1;
        size_t size = show(piece, text + at, step, is_utf8);
        if (used + size > limit) {
            memcpy(result.text + used, "...", 3);
            used += 3;
            break;
        }
        memcpy(result.text + used, piece, size);
        used += size;
        at += step;
    }
    result.text[used] = '\0';
    return result;
}

struct asyri_excerpt asyri_excerpt(const char *text, size_t length)
{
    return cut(text, length, 76);
}

struct asyri_excerpt asyri_excerpt_line(const char *text)
{
    struct asyri_excerpt result;
    return cut(text, strlen(text), sizeof result.text - sizeof "...");
}
