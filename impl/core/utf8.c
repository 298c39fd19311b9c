/*
 * UTF-8, as Unicode 15 defines it (table 3-7): no overlong forms, no surrogates,
 * nothing above U+10FFFF.  The first byte of a character gives its length and the
 * range of its second byte; the others are continuation bytes.
 */
#include "value.h"

struct form {
    uint8_t first_low, first_high;
    uint8_t second_low, second_high;
    uint8_t length;
};

static const struct form forms[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
    {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3},
    {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
    {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};

static const struct form *find_form(uint8_t first)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (first >= forms[i].first_low && first <= forms[i].first_high)
            return &forms[i];
    return NULL;
}

/* The length of the character at `text`; 0 if it is none. */
static int64_t character_length(const uint8_t *text, int64_t left)
{
    if (text[0] < 0x80)
        return 1;
    const struct form *form = find_form(text[0]);
    if (!form || form->length > left)
        return 0;
    if (text[1] < form->second_low || text[1] > form->second_high)
        return 0;
    for (int i = 2; i < form->length; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    return form->length;
}

bool asyri_utf8_is_valid(const char *text, int64_t length)
{
    const uint8_t *next = (const uint8_t *)text;
    while (length > 0) {
        int64_t taken = character_length(next, length);
        if (taken == 0)
            return false;
        next += taken;
        length -= taken;
    }
    return true;
}
