/* C prototypes: what the parser accepts, as what, and where it stops. */
#include "unit.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "call/prototype.h"
#include "core/error.h"

static const char *const kind_names[] = {
    [ASYRI_C_INT8] = "i8",    [ASYRI_C_UINT8] = "u8",     [ASYRI_C_INT16] = "i16",
    [ASYRI_C_UINT16] = "u16", [ASYRI_C_INT32] = "i32",    [ASYRI_C_UINT32] = "u32",
    [ASYRI_C_INT64] = "i64",  [ASYRI_C_UINT64] = "u64",   [ASYRI_C_FLOAT] = "f32",
    [ASYRI_C_DOUBLE] = "f64", [ASYRI_C_BOOL] = "bool",    [ASYRI_C_VOID] = "void",
    [ASYRI_C_POINTER] = "?",  [ASYRI_C_OPAQUE] = "opaque"};

/* "f64 cos(f64)": a parsed prototype in a form that shows all of it. */
struct shown {
    char text[1024];
};

static void append(struct shown *shown, const char *format, ...)
{
    size_t used = strlen(shown->text);
    va_list list;
    va_start(list, format);
    vsnprintf(shown->text + used, sizeof shown->text - used, format, list);
    va_end(list);
}

static void show_type(struct shown *shown, const struct asyri_ctype *type)
{
    if (type->kind != ASYRI_C_POINTER)
        append(shown, "%s", kind_names[type->kind]);
    else
        append(shown, "%s%s*", type->pointee_is_const ? "const " : "",
               type->pointee_is_char ? "char" : kind_names[type->pointee]);
    if (type->passed_as != type->kind)
        append(shown, " as %s", kind_names[type->passed_as]);
}

static struct shown show(const char *text, const struct asyri_prototype *prototype)
{
    struct shown shown = {""};
    show_type(&shown, &prototype->returns);
    append(&shown, " %.*s(", prototype->name_length, text + prototype->name_begin);
    for (int i = 0; i < prototype->count; i++) {
        append(&shown, "%s", i > 0 ? ", " : "");
        if (prototype->is_variadic && i == prototype->fixed_count)
            append(&shown, "..., ");
        show_type(&shown, &prototype->parameters[i]);
    }
    if (prototype->is_variadic && prototype->count == prototype->fixed_count)
        append(&shown, ", ...");
    append(&shown, ")");
    return shown;
}

static void check_good(const char *text, const char *expected)
{
    struct asyri_prototype prototype;
    asyr_error *error = NULL;
    if (asyri_prototype_parse(text, &prototype, &error) != ASYR_OK) {
        UNIT_CHECK(false, asyri_error_message(error));
        asyri_error_unref(error);
        return;
    }
    struct shown shown = show(text, &prototype);
    if (strcmp(shown.text, expected) != 0)
        fprintf(stderr, "%s\n  expected %s\n  found    %s\n", text, expected,
                shown.text);
    CU_ASSERT_STRING_EQUAL(shown.text, expected);
}

struct good {
    const char *text;
    const char *shown;
};

static void check_all_good(const struct good *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_good(rows[i].text, rows[i].shown);
}

#define CHECK_GOOD(rows) check_all_good(rows, sizeof(rows) / sizeof *(rows))

static void everyday_prototypes_parse(void)
{
    static const struct good rows[] = {
        {"double cos(double)", "f64 cos(f64)"},
        {"double cos(double x);", "f64 cos(f64)"},
        {"size_t strlen(const char *)", "u64 strlen(const char*)"},
        {"unsigned long crc32(unsigned long, const unsigned char *, unsigned int)",
         "u64 crc32(u64, const u8*, u32)"},
        {"int getpid(void)", "i32 getpid()"},
        {"extern int abs (int __x) ;", "i32 abs(i32)"},
        {"void *memcpy(void *restrict dest, const void *restrict src, size_t n);",
         "void* memcpy(void*, const void*, u64)"},
        {"char *strdup(const char *s)", "char* strdup(const char*)"},
        {"const char *zlibVersion(void)", "const char* zlibVersion()"},
        {"FILE *fopen(const char *__restrict path, const char *__restrict__ mode)",
         "opaque* fopen(const char*, const char*)"},
        {"int sqlite3_step(sqlite3_stmt*)", "i32 sqlite3_step(opaque*)"},
        {"\n\textern\n double\tpow ( double x ,\r\n double y ) ;\n",
         "f64 pow(f64, f64)"},
        {"time_t time(time_t *tloc)", "i64 time(i64*)"},
        {"int f(struct foo *a, union bar *b, enum baz *c, const struct foo *d)",
         "i32 f(opaque*, opaque*, opaque*, const opaque*)"},
    };
    CHECK_GOOD(rows);
}

static void basic_words_come_in_any_order(void)
{
    static const struct good rows[] = {
        {"signed char f(signed char, unsigned char, char signed, char unsigned)",
         "i8 f(i8, u8, i8, u8)"},
        {"short f(short int, signed short, int signed short, short unsigned int)",
         "i16 f(i16, i16, i16, u16)"},
        {"unsigned f(unsigned, unsigned int, int unsigned, signed, signed int, int)",
         "u32 f(u32, u32, u32, i32, i32, i32)"},
        {"long f(long int, int long, unsigned long, long unsigned int, signed long)",
         "i64 f(i64, i64, u64, u64, i64)"},
        {"long long f(long long int, long int long, unsigned long long, "
         "long unsigned int long, int long long signed)",
         "i64 f(i64, i64, u64, u64, i64)"},
        {"float f(float a, double b)", "f32 f(f32, f64)"},
        {"_Bool f(bool a, _Bool)", "bool f(bool, bool)"},
        {"void f(void)", "void f()"},
    };
    CHECK_GOOD(rows);
}

static void plain_char_has_the_sign_of_the_platform(void)
{
    check_good("char f(char)", CHAR_MIN < 0 ? "i8 f(i8)" : "u8 f(u8)");
}

static void wchar_t_has_the_sign_of_the_platform(void)
{
    check_good("int f(wchar_t)", WCHAR_MIN < 0 ? "i32 f(i32)" : "i32 f(u32)");
}

static void standard_names_have_their_widths(void)
{
    static const struct good rows[] = {
        {"int8_t f(uint8_t, int16_t, uint16_t)", "i8 f(u8, i16, u16)"},
        {"int32_t f(uint32_t, int64_t, uint64_t)", "i32 f(u32, i64, u64)"},
        {"intptr_t f(uintptr_t, size_t, ssize_t, ptrdiff_t)",
         "i64 f(u64, u64, i64, i64)"},
        {"intmax_t f(uintmax_t, pid_t, uid_t, gid_t, mode_t)",
         "i64 f(u64, i32, u32, u32, u32)"},
        {"off_t lseek(int fd, off_t offset, int whence)",
         "i64 lseek(i32, i64, i32)"},
    };
    CHECK_GOOD(rows);
}

static void qualifiers_stand_anywhere(void)
{
    static const struct good rows[] = {
        {"const int f(int const, volatile int, const volatile int x)",
         "i32 f(i32, i32, i32)"},
        {"int f(char const *a, const char *const b, char *const c)",
         "i32 f(const char*, const char*, char*)"},
        {"int f(const volatile uint8_t *a, uint8_t const volatile *restrict b)",
         "i32 f(const u8*, const u8*)"},
        {"char const *f(void)", "const char* f()"},
        {"int f(struct foo const *const a)", "i32 f(const opaque*)"},
    };
    CHECK_GOOD(rows);
}

static void pointers_know_what_they_point_to(void)
{
    static const struct good rows[] = {
        {"int f(int *, unsigned *, int8_t *, unsigned char *, char *, signed char "
         "*)",
         "i32 f(i32*, u32*, i8*, u8*, char*, i8*)"},
        {"int f(float *, double *, bool *, void *, const void *)",
         "i32 f(f32*, f64*, bool*, void*, const void*)"},
        {"int f(char **, const char **, char *const *, void **, int ***)",
         "i32 f(opaque*, opaque*, opaque*, opaque*, opaque*)"},
        {"long double *f(long double *, const foo_t *)",
         "opaque* f(opaque*, const opaque*)"},
    };
    CHECK_GOOD(rows);
}

static void array_parameters_are_pointers(void)
{
    static const struct good rows[] = {
        {"int f(int a[], int [], int a[3], const char s[16])",
         "i32 f(i32*, i32*, i32*, const char*)"},
        {"int f(double x[static 4], float x[restrict], int x[const n], int x[n + "
         "1])",
         "i32 f(f64*, f32*, i32*, i32*)"},
        {"int main(int argc, char *argv[])", "i32 main(i32, opaque*)"},
    };
    CHECK_GOOD(rows);
}

static void types_after_the_dots_are_promoted(void)
{
    static const struct good rows[] = {
        {"int printf(const char *, ...)", "i32 printf(const char*, ...)"},
        {"int snprintf(char *, size_t, const char *, ..., int, double)",
         "i32 snprintf(char*, u64, const char*, ..., i32, f64)"},
        {"int f(int, ..., float, int8_t, unsigned char, short, unsigned short, "
         "bool)",
         "i32 f(i32, ..., f32 as f64, i8 as i32, u8 as i32, i16 as i32, u16 as i32, "
         "bool as i32)"},
        {"int f(float, ..., unsigned, long, char *s)",
         "i32 f(f32, ..., u32, i64, char*)"},
    };
    CHECK_GOOD(rows);
}

static void a_type_keeps_its_own_text(void)
{
    static const char text[] =
        "int f(const  unsigned char *buf, int a[ 3 ], long n)";
    static const char *const expected[] = {"const  unsigned char *", "int a[ 3 ]",
                                           "long"};
    struct asyri_prototype prototype;
    CU_ASSERT_EQUAL_FATAL(asyri_prototype_parse(text, &prototype, NULL), ASYR_OK);
    CU_ASSERT_EQUAL(prototype.count, 3);
    for (int i = 0; i < 3; i++) {
        const struct asyri_ctype *type = &prototype.parameters[i];
        CU_ASSERT_EQUAL(type->length, strlen(expected[i]));
        CU_ASSERT_NSTRING_EQUAL(text + type->begin, expected[i], type->length);
    }
}

#define PASSABLE                                                                    \
    "bool, an integer type (int, uint8_t, size_t, ...), float, double or a pointer"
#define NO_FUNCTION_POINTER "function pointers are not supported (spell one void *)"

struct bad {
    const char *text;
    int column;
    const char *message; /* after "column N of ...: expected " */
};

static void check_bad(const struct bad *row)
{
    struct asyri_prototype prototype;
    asyr_error *error = NULL;
    asyr_status status = asyri_prototype_parse(row->text, &prototype, &error);
    UNIT_CHECK(status == ASYR_E_PROTOTYPE, row->text);
    CU_ASSERT_EQUAL(asyri_prototype_parse(row->text, &prototype, NULL), status);
    if (status == ASYR_OK)
        return;
    char expected[512];
    snprintf(expected, sizeof expected, "column %d of \"%s\": expected %s",
             row->column, row->text, row->message);
    if (strcmp(asyri_error_message(error), expected) != 0)
        fprintf(stderr, "expected %s\nfound    %s\n", expected,
                asyri_error_message(error));
    CU_ASSERT_STRING_EQUAL(asyri_error_message(error), expected);
    asyri_error_unref(error);
}

static void check_all_bad(const struct bad *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_bad(&rows[i]);
}

#define CHECK_BAD(rows) check_all_bad(rows, sizeof(rows) / sizeof *(rows))

static void broken_texts_are_refused_at_their_place(void)
{
    static const struct bad rows[] = {
        {"", 1, "a type, found its end"},
        {"   ", 4, "a type, found its end"},
        {"double", 7, "the name of the function, found its end"},
        {"double cos", 11, "\"(\", found its end"},
        {"double cos(", 12, "a type, found its end"},
        {"double cos(double", 18, "\",\" or \")\", found its end"},
        {"double cos(double x", 20, "\",\" or \")\", found its end"},
        {"double cos(double) x", 20, "the end of the prototype, found \"x\""},
        {"double cos(double);;", 20, "the end of the prototype, found \";\""},
        {"double cos(double,)", 19, "a type, found \")\""},
        {"double cos(,double)", 12, "a type, found \",\""},
        {"double cos(double double)", 19,
         "a word that can follow this type, found \"double\""},
        {"double cos(double x y)", 21, "\",\" or \")\", found \"y\""},
        {"double 3cos(double)", 8, "the name of the function, found \"3cos\""},
        {"double cos[double]", 11, "\"(\", found \"[\""},
        {"cos(double)", 1, "a type before the name, found \"cos\""},
        {"cos", 1, PASSABLE ", found \"cos\""},
        {"*f(void)", 1, "a type, found \"*\""},
        {"42", 1, "a type, found \"42\""},
        {"double cos(double&)", 18, "\",\" or \")\", found \"&\""},
        {"double cos(@)", 12, "a type, found \"@\""},
        {"double cos(5)", 12, "a type, found \"5\""},
        {"const", 6, "a type, found its end"},
        {"const f(int)", 1, "a type before the name, found \"const f\""},
    };
    CHECK_BAD(rows);
}

static void types_of_unknown_size_are_refused_by_value(void)
{
    static const struct bad rows[] = {
        {"doubel cos(double)", 1, PASSABLE ", found \"doubel\""},
        {"double cos(doubel)", 12, PASSABLE ", found \"doubel\""},
        {"int f(struct point p)", 7, PASSABLE ", found \"struct point\""},
        {"struct point f(int)", 1, PASSABLE ", found \"struct point\""},
        {"int f(int, union u)", 12, PASSABLE ", found \"union u\""},
        {"int f(enum color c)", 7, PASSABLE ", found \"enum color\""},
        {"int f(long double)", 7, PASSABLE ", found \"long double\""},
        {"double long f(int)", 1, PASSABLE ", found \"double long\""},
        {"int f(const uLong n)", 7, PASSABLE ", found \"const uLong\""},
        {"int f(struct point p[2])", 7, PASSABLE ", found \"struct point\""},
        {"int f(int, void)", 12, PASSABLE ", found \"void\""},
        {"int f(void, int)", 7, PASSABLE ", found \"void\""},
        {"int f(void x)", 7, PASSABLE ", found \"void\""},
        {"int f(const void)", 7, PASSABLE ", found \"const void\""},
        {"int f(void a[])", 7, "a type that has a size, found \"void\""},
        {"int f(struct)", 13, "the name of the struct, union or enum, found \")\""},
        {"int f(struct int)", 14,
         "the name of the struct, union or enum, found \"int\""},
        {"va_list f(int)", 1, PASSABLE ", found \"va_list\""},
    };
    CHECK_BAD(rows);
}

static void words_that_do_not_go_together_are_refused(void)
{
    static const struct bad rows[] = {
        {"int f(long long long)", 17,
         "a word that can follow this type, found \"long\""},
        {"int f(unsigned float)", 16,
         "a word that can follow this type, found \"float\""},
        {"int f(signed unsigned)", 14,
         "a word that can follow this type, found \"unsigned\""},
        {"int f(int int)", 11, "a word that can follow this type, found \"int\""},
        {"int f(short long)", 13,
         "a word that can follow this type, found \"long\""},
        {"int f(long char)", 12, "a word that can follow this type, found \"char\""},
        {"int f(unsigned size_t)", 16,
         "a word that can follow a type, found \"size_t\""},
        {"int f(size_t int)", 14, "a word that can follow this type, found \"int\""},
        {"int f(FILE int)", 12, "a word that can follow this type, found \"int\""},
        {"int f(int struct s)", 11,
         "a word that can follow a type, found \"struct\""},
    };
    CHECK_BAD(rows);
}

/* Each of these would change how the function is called. */
static void words_that_change_a_call_are_refused(void)
{
    static const struct bad rows[] = {
        {"double cabs(double _Complex z)", 20,
         "a word that can follow a type, found \"_Complex\""},
        {"double cabs(double complex)", 20,
         "a word that can follow a type, found \"complex\""},
        {"double cabs(_Complex double)", 13, "a type, found \"_Complex\""},
        {"int f(__int128)", 7, "a type, found \"__int128\""},
        {"int f(_Atomic int)", 7, "a type, found \"_Atomic\""},
        {"__attribute__((ms_abi)) int f(int)", 1, "a type, found \"__attribute__\""},
        {"int f(int) __attribute__((ms_abi))", 12,
         "the end of the prototype, found \"__attribute__\""},
        {"int f(int) __asm__(\"g\")", 12,
         "the end of the prototype, found \"__asm__\""},
        {"int __stdcall f(int)", 15, "\"(\", found \"f\""},
        {"static inline int f(int)", 1, "a type, found \"static\""},
        {"typedef int f(int)", 1, "a type, found \"typedef\""},
    };
    CHECK_BAD(rows);
}

static void function_pointers_are_refused(void)
{
    static const struct bad rows[] = {
        {"void qsort(void *, size_t, size_t, int (*)(const void *, const void *))",
         40, "a name; " NO_FUNCTION_POINTER ", found \"(\""},
        {"int f(int (*callback)(int))", 11,
         "a name; " NO_FUNCTION_POINTER ", found \"(\""},
        {"int f(int callback(int))", 19,
         "\",\" or \")\"; " NO_FUNCTION_POINTER ", found \"(\""},
        {"void (*signal(int))(int)", 6,
         "a name; " NO_FUNCTION_POINTER ", found \"(\""},
    };
    CHECK_BAD(rows);
}

static void parameter_lists_are_checked(void)
{
    static const struct bad rows[] = {
        {"int rand()", 10, "parameters, or void for none, found \")\""},
        {"int f(...)", 7, "a type, found \"...\""},
        {"int f(int, ..., ...)", 17, "a type, found \"...\""},
        {"int f(int ...)", 11, "\",\" or \")\", found \"...\""},
        {"int f(int, ...,)", 16, "a type, found \")\""},
        {"int f(int, ..)", 12, "a type, found \".\""},
        {"int f(int a[3)", 14, "a size or \"]\", found \")\""},
        {"int f(int a[", 13, "a size or \"]\", found its end"},
        {"int f(int a[2][3])", 15,
         "\",\" or \")\"; arrays of arrays are not supported, found \"[\""},
    };
    CHECK_BAD(rows);
}

/* "int f(int, int)" with that many parameters. */
static struct shown with_parameters(int count)
{
    struct shown shown = {"int f(int"};
    for (int i = 1; i < count; i++)
        append(&shown, ", int");
    append(&shown, ")");
    return shown;
}

static void the_number_of_parameters_is_bounded(void)
{
    struct asyri_prototype prototype;
    CU_ASSERT_EQUAL(asyri_prototype_parse(with_parameters(ASYRI_MAX_PARAMETERS).text,
                                          &prototype, NULL),
                    ASYR_OK);
    CU_ASSERT_EQUAL(prototype.count, ASYRI_MAX_PARAMETERS);
    UNIT_FAILS(ASYR_E_PROTOTYPE,
               asyri_prototype_parse(with_parameters(ASYRI_MAX_PARAMETERS + 1).text,
                                     &prototype, &error));
}

static void the_length_is_bounded(void)
{
    static char text[ASYRI_MAX_PROTOTYPE + 2];
    memset(text, ' ', sizeof text - 1);
    memcpy(text, "int f(int)", 10);
    struct asyri_prototype prototype;
    UNIT_FAILS(ASYR_E_PROTOTYPE, asyri_prototype_parse(text, &prototype, &error));
    text[ASYRI_MAX_PROTOTYPE] = '\0';
    CU_ASSERT_EQUAL(asyri_prototype_parse(text, &prototype, NULL), ASYR_OK);
}

static bool message_has(const char *text, const char *part)
{
    struct asyri_prototype prototype;
    asyr_error *error = NULL;
    asyri_prototype_parse(text, &prototype, &error);
    bool found = error && strstr(asyri_error_message(error), part) != NULL &&
                 !strchr(asyri_error_message(error), '\n');
    asyri_error_unref(error);
    return found;
}

static void messages_stay_on_one_line_of_utf8(void)
{
    CU_ASSERT_TRUE(message_has("int\nf(\n\tx)", "column 9 of \"int f(  x)\""));
    CU_ASSERT_TRUE(message_has("int f(\x01)", "found \"\\x01\""));
    CU_ASSERT_TRUE(message_has("int f(\xff)", "found \"\\xff\""));
    CU_ASSERT_TRUE(message_has("int f(\xc3\xbc)", "found \"\xc3\xbc\""));
    CU_ASSERT_TRUE(
        message_has("int f(an_unknown_type_with_a_long_name_that_goes_on, "
                    "another_unknown_type_with_a_long_name)",
                    "...\": expected"));
}

CU_TestInfo prototype_tests[] = {
    UNIT_TEST(everyday_prototypes_parse),
    UNIT_TEST(basic_words_come_in_any_order),
    UNIT_TEST(plain_char_has_the_sign_of_the_platform),
    UNIT_TEST(wchar_t_has_the_sign_of_the_platform),
    UNIT_TEST(standard_names_have_their_widths),
    UNIT_TEST(qualifiers_stand_anywhere),
    UNIT_TEST(pointers_know_what_they_point_to),
    UNIT_TEST(array_parameters_are_pointers),
    UNIT_TEST(types_after_the_dots_are_promoted),
    UNIT_TEST(a_type_keeps_its_own_text),
    UNIT_TEST(broken_texts_are_refused_at_their_place),
    UNIT_TEST(types_of_unknown_size_are_refused_by_value),
    UNIT_TEST(words_that_do_not_go_together_are_refused),
    UNIT_TEST(words_that_change_a_call_are_refused),
    UNIT_TEST(function_pointers_are_refused),
    UNIT_TEST(parameter_lists_are_checked),
    UNIT_TEST(the_number_of_parameters_is_bounded),
    UNIT_TEST(the_length_is_bounded),
    UNIT_TEST(messages_stay_on_one_line_of_utf8),
    CU_TEST_INFO_NULL};
