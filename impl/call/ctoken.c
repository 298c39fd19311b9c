/*
 * Tokens: names, numbers, dots, and single characters for all the rest.
 *
 * A character that C has no use for is a token too: the parser, which knows what it
 * expected there, reports it.  The text is short (ASYRI_MAX_PROTOTYPE), so that
 * 16 bits hold a place in it.
 */
#include "ctoken.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The locale must not decide what a name is, hence not <ctype.h>. */
static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_name_part(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           byte == '_' || is_digit(byte);
}

static struct asyri_ctoken token_of(enum asyri_ctoken_kind kind, size_t begin,
                                    size_t length)
{
    return (struct asyri_ctoken){
        .kind = kind, .begin = (uint16_t)begin, .length = (uint16_t)length};
}

struct asyri_ctoken asyri_ctoken_at(const char *text, uint16_t from)
{
    size_t begin = from + strspn(text + from, " \t\n\v\f\r");
    const char *head = text + begin;
    if (*head == '\0')
        return token_of(ASYRI_CTOKEN_END, begin, 0);
    if (strncmp(head, "...", 3) == 0)
        return token_of(ASYRI_CTOKEN_DOTS, begin, 3);
    size_t length = 0;
    while (is_name_part(head[length]))
        length++;
    if (length > 0)
        return token_of(is_digit(*head) ? ASYRI_CTOKEN_NUMBER : ASYRI_CTOKEN_NAME,
                        begin, length);
    do
        length++;
    while (((unsigned char)head[length] & 0xc0) == 0x80);
    struct asyri_ctoken token = token_of(ASYRI_CTOKEN_SIGN, begin, length);
    token.sign = *head;
    return token;
}
