/*
 * The shared library that the tests call: functions of every width and sign.
 */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

#define IDENTITY(name, type)                                                        \
    EXPORT type name(type number);                                                  \
    type name(type number)                                                          \
    {                                                                               \
        return number;                                                              \
    }

IDENTITY(callee_char, char)
IDENTITY(callee_signed_char, signed char)
IDENTITY(callee_unsigned_char, unsigned char)
IDENTITY(callee_short, short)
IDENTITY(callee_unsigned_short, unsigned short)
IDENTITY(callee_int, int)
IDENTITY(callee_unsigned, unsigned)
IDENTITY(callee_long, long)
IDENTITY(callee_unsigned_long, unsigned long)
IDENTITY(callee_long_long, long long)
IDENTITY(callee_unsigned_long_long, unsigned long long)
IDENTITY(callee_int8, int8_t)
IDENTITY(callee_uint8, uint8_t)
IDENTITY(callee_int16, int16_t)
IDENTITY(callee_uint16, uint16_t)
IDENTITY(callee_int32, int32_t)
IDENTITY(callee_uint32, uint32_t)
IDENTITY(callee_int64, int64_t)
IDENTITY(callee_uint64, uint64_t)
IDENTITY(callee_size, size_t)
IDENTITY(callee_float, float)
IDENTITY(callee_double, double)
IDENTITY(callee_bool, bool)
IDENTITY(callee_pointer, void *)

/* A variable, which nobody may call. */
EXPORT int callee_variable = 7;
EXPORT _Thread_local int callee_thread_variable = 7;
EXPORT const int callee_constant = 7;

/* The low byte of a wide number, with whatever lies above it. */
EXPORT int8_t callee_low_int8(long long number);
int8_t callee_low_int8(long long number)
{
    return (int8_t)number;
}

EXPORT uint16_t callee_low_uint16(long long number);
uint16_t callee_low_uint16(long long number)
{
    return (uint16_t)number;
}

EXPORT bool callee_is_odd(long long number);
bool callee_is_odd(long long number)
{
    return number & 1;
}

static atomic_int calls;

EXPORT int callee_count(void);
int callee_count(void)
{
    return atomic_fetch_add(&calls, 1) + 1;
}

EXPORT void callee_nothing(void);
void callee_nothing(void)
{
}

EXPORT const char *callee_text(int which);
const char *callee_text(int which)
{
    static const char *const texts[] = {NULL, "", "text", "gr\xc3\xbc\xc3\x9f",
                                        "\xff"};
    return texts[which];
}

EXPORT bool callee_is_null(const void *pointer);
bool callee_is_null(const void *pointer)
{
    return pointer == NULL;
}

EXPORT void callee_fill(uint8_t *buffer, size_t size, uint8_t byte);
void callee_fill(uint8_t *buffer, size_t size, uint8_t byte)
{
    memset(buffer, byte, size);
}

EXPORT unsigned callee_sum_bytes(const unsigned char *bytes, size_t size);
unsigned callee_sum_bytes(const unsigned char *bytes, size_t size)
{
    unsigned sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += bytes[i];
    return sum;
}

EXPORT double callee_sum(const double *numbers, size_t count);
double callee_sum(const double *numbers, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += numbers[i];
    return sum;
}

EXPORT void callee_scale(float numbers[], int count, float factor);
void callee_scale(float numbers[], int count, float factor)
{
    for (int i = 0; i < count; i++)
        numbers[i] *= factor;
}

EXPORT void callee_double_each(int16_t *numbers, int count);
void callee_double_each(int16_t *numbers, int count)
{
    for (int i = 0; i < count; i++)
        numbers[i] = (int16_t)(2 * numbers[i]);
}

/* Twenty parameters of all kinds, written out so that a test sees each. */
EXPORT int callee_twenty(char *out, size_t size, int8_t a, uint8_t b, int16_t c,
                         uint16_t d, int32_t e, uint32_t f, int64_t g, uint64_t h,
                         float i, double j, bool k, const char *l, float m, double n,
                         short o, long p, unsigned long q, double r);
int callee_twenty(char *out, size_t size, int8_t a, uint8_t b, int16_t c, uint16_t d,
                  int32_t e, uint32_t f, int64_t g, uint64_t h, float i, double j,
                  bool k, const char *l, float m, double n, short o, long p,
                  unsigned long q, double r)
{
    return snprintf(
        out, size, "%d %u %d %u %d %u %lld %llu %g %g %d %s %g %g %d %ld %lu %g", a,
        b, c, d, (int)e, (unsigned)f, (long long)g, (unsigned long long)h, (double)i,
        j, k, l, (double)m, n, o, p, q, r);
}

EXPORT long callee_sum_ints(int count, ...);
long callee_sum_ints(int count, ...)
{
    va_list list;
    va_start(list, count);
    long sum = 0;
    for (int i = 0; i < count; i++)
        sum += va_arg(list, int);
    va_end(list);
    return sum;
}

EXPORT double callee_sum_doubles(int count, ...);
double callee_sum_doubles(int count, ...)
{
    va_list list;
    va_start(list, count);
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += va_arg(list, double);
    va_end(list);
    return sum;
}

/* An int64_t, a pointer to text and a size_t after the dots. */
EXPORT long long callee_mixed_dots(int first, ...);
long long callee_mixed_dots(int first, ...)
{
    va_list list;
    va_start(list, first);
    long long sum = first + va_arg(list, int64_t);
    sum += (long long)strlen(va_arg(list, const char *));
    sum += (long long)va_arg(list, size_t);
    va_end(list);
    return sum;
}

EXPORT long callee_two_lengths(const char *a, const char *b);
long callee_two_lengths(const char *a, const char *b)
{
    return (long)(10 * strlen(a) + strlen(b));
}

EXPORT void callee_mark(int64_t begin, int64_t end, unsigned char *marks);
void callee_mark(int64_t begin, int64_t end, unsigned char *marks)
{
    for (int64_t i = begin; i < end; i++)
        marks[i]++;
}
