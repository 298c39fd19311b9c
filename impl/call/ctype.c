/*
 * C types by their names.
 *
 * C allows the basic words in any order ("long unsigned int"), so each has a
 * summand, two bits wide, and a type is known by the sum.  Every part of a valid
 * combination is itself one; a sum that is not in the table is therefore wrong at
 * its last word.
 *
 * Widths and signs are those of the compiler that builds this file, which has the
 * calling conventions of the libraries that will be opened.
 */
#include "ctype.h"

#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <wchar.h>

#define VOID (1u << 0)
#define BOOL (1u << 2)
#define CHAR (1u << 4)
#define SHORT (1u << 6)
#define INT (1u << 8)
#define LONG (1u << 10)
#define FLOAT (1u << 12)
#define DOUBLE (1u << 14)
#define SIGNED (1u << 16)
#define UNSIGNED (1u << 18)

#define IS_UNSIGNED(type) ((type)-1 > (type)0)
#define SIZE_STEP(type) (sizeof(type) <= 2 ? sizeof(type) - 1 : sizeof(type) / 4 + 1)
#define KIND(type) ((uint8_t)(2 * SIZE_STEP(type) + IS_UNSIGNED(type)))

struct sum_kind {
    uint32_t sum;
    uint8_t kind;
};

#define OPTIONAL_INT(sum, type)                                                     \
    {(sum), KIND(type)},                                                            \
    {                                                                               \
        (sum) + INT, KIND(type)                                                     \
    }
#define BOTH_SIGNS(sum, type, unsigned_type)                                        \
    OPTIONAL_INT(sum, type), OPTIONAL_INT((sum) + SIGNED, type),                    \
        OPTIONAL_INT((sum) + UNSIGNED, unsigned_type)

static const struct sum_kind sums[] = {
    {VOID, ASYRI_C_VOID},
    {BOOL, ASYRI_C_BOOL},
    {CHAR, KIND(char)},
    {CHAR + SIGNED, KIND(signed char)},
    {CHAR + UNSIGNED, KIND(unsigned char)},
    {INT, KIND(int)},
    OPTIONAL_INT(SIGNED, int),
    OPTIONAL_INT(UNSIGNED, unsigned),
    BOTH_SIGNS(SHORT, short, unsigned short),
    BOTH_SIGNS(LONG, long, unsigned long),
    BOTH_SIGNS(LONG + LONG, long long, unsigned long long),
    {FLOAT, ASYRI_C_FLOAT},
    {DOUBLE, ASYRI_C_DOUBLE},
    {LONG + DOUBLE, ASYRI_C_OPAQUE},
};

#define QUALIFIER(text, is_const)                                                   \
    {                                                                               \
        text, ASYRI_CWORD_QUALIFIER, is_const                                       \
    }
#define BASIC(text, summand)                                                        \
    {                                                                               \
        text, ASYRI_CWORD_BASIC, summand                                            \
    }
#define TYPEDEF(type)                                                               \
    {                                                                               \
#type, ASYRI_CWORD_TYPEDEF, KIND(type)                                      \
    }
#define TAG(text)                                                                   \
    {                                                                               \
        text, ASYRI_CWORD_TAG, 0                                                    \
    }
#define RESERVED(text)                                                              \
    {                                                                               \
        text, ASYRI_CWORD_RESERVED, 0                                               \
    }

static const struct asyri_cword words[] = {
    QUALIFIER("const", 1),
    QUALIFIER("volatile", 0),
    QUALIFIER("restrict", 0),
    QUALIFIER("__restrict", 0),
    QUALIFIER("__restrict__", 0),
    QUALIFIER("__const", 1),
    BASIC("void", VOID),
    BASIC("bool", BOOL),
    BASIC("_Bool", BOOL),
    BASIC("char", CHAR),
    BASIC("short", SHORT),
    BASIC("int", INT),
    BASIC("long", LONG),
    BASIC("float", FLOAT),
    BASIC("double", DOUBLE),
    BASIC("signed", SIGNED),
    BASIC("unsigned", UNSIGNED),
    TYPEDEF(int8_t),
    TYPEDEF(uint8_t),
    TYPEDEF(int16_t),
    TYPEDEF(uint16_t),
    TYPEDEF(int32_t),
    TYPEDEF(uint32_t),
    TYPEDEF(int64_t),
    TYPEDEF(uint64_t),
    TYPEDEF(intmax_t),
    TYPEDEF(uintmax_t),
    TYPEDEF(intptr_t),
    TYPEDEF(uintptr_t),
    TYPEDEF(size_t),
    TYPEDEF(ssize_t),
    TYPEDEF(ptrdiff_t),
    TYPEDEF(wchar_t),
    TYPEDEF(pid_t),
    TYPEDEF(uid_t),
    TYPEDEF(gid_t),
    TYPEDEF(mode_t),
#if INTPTR_MAX > INT32_MAX
    /* Elsewhere their width depends on how a program was compiled. */
    TYPEDEF(time_t),
    TYPEDEF(off_t),
#endif
    TAG("struct"),
    TAG("union"),
    TAG("enum"),
    RESERVED("_Alignas"),
    RESERVED("_Alignof"),
    RESERVED("_Atomic"),
    RESERVED("_Complex"),
    RESERVED("_Generic"),
    RESERVED("_Imaginary"),
    RESERVED("_Noreturn"),
    RESERVED("_Static_assert"),
    RESERVED("_Thread_local"),
    RESERVED("__asm__"),
    RESERVED("__attribute__"),
    RESERVED("__complex__"),
    RESERVED("__extension__"),
    RESERVED("__inline"),
    RESERVED("__inline__"),
    RESERVED("__int128"),
    RESERVED("__typeof__"),
    RESERVED("asm"),
    RESERVED("auto"),
    RESERVED("break"),
    RESERVED("case"),
    RESERVED("complex"),
    RESERVED("continue"),
    RESERVED("default"),
    RESERVED("do"),
    RESERVED("else"),
    RESERVED("extern"),
    RESERVED("for"),
    RESERVED("goto"),
    RESERVED("if"),
    RESERVED("imaginary"),
    RESERVED("inline"),
    RESERVED("register"),
    RESERVED("return"),
    RESERVED("sizeof"),
    RESERVED("static"),
    RESERVED("switch"),
    RESERVED("typedef"),
    RESERVED("typeof"),
    RESERVED("while"),
};

const struct asyri_cword *asyri_cword_find(const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].text) == length &&
            memcmp(words[i].text, text, length) == 0)
            return &words[i];
    return NULL;
}

bool asyri_ctype_from_sum(uint32_t sum, uint8_t *kind)
{
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        if (sums[i].sum == sum) {
            *kind = sums[i].kind;
            return true;
        }
    }
    return false;
}

bool asyri_ctype_is_char(uint32_t sum)
{
    return sum == CHAR;
}

uint8_t asyri_ctype_promote(uint8_t kind)
{
    if (kind == ASYRI_C_FLOAT)
        return ASYRI_C_DOUBLE;
    if (kind < KIND(int) || kind == ASYRI_C_BOOL)
        return KIND(int);
    return kind;
}
