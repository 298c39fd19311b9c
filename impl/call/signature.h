/*
 * The signatures that are called without libffi, and C's types by letters:
 *
 *     a A  int8_t  uint8_t      i I  int32_t  uint32_t     f  float    p  void *
 *     s S  int16_t uint16_t     l L  int64_t  uint64_t     d  double   v  void
 *
 * A letter X has TYPE_X; KIND_X, its enum asyri_ctype_kind; and MEMBER_X, where a
 * slot keeps it.
 */
#ifndef ASYRI_CALL_SIGNATURE_H
#define ASYRI_CALL_SIGNATURE_H

#include <stdint.h>

#include "ctype.h"

#define TYPE_a int8_t
#define TYPE_A uint8_t
#define TYPE_s int16_t
#define TYPE_S uint16_t
#define TYPE_i int32_t
#define TYPE_I uint32_t
#define TYPE_l int64_t
#define TYPE_L uint64_t
#define TYPE_f float
#define TYPE_d double
#define TYPE_p void *
#define TYPE_v void

#define KIND_a ASYRI_C_INT8
#define KIND_A ASYRI_C_UINT8
#define KIND_s ASYRI_C_INT16
#define KIND_S ASYRI_C_UINT16
#define KIND_i ASYRI_C_INT32
#define KIND_I ASYRI_C_UINT32
#define KIND_l ASYRI_C_INT64
#define KIND_L ASYRI_C_UINT64
#define KIND_f ASYRI_C_FLOAT
#define KIND_d ASYRI_C_DOUBLE
#define KIND_p ASYRI_C_POINTER
#define KIND_v ASYRI_C_VOID

#define MEMBER_a int8
#define MEMBER_A uint8
#define MEMBER_s int16
#define MEMBER_S uint16
#define MEMBER_i int32
#define MEMBER_I uint32
#define MEMBER_l int64
#define MEMBER_L uint64
#define MEMBER_f single
#define MEMBER_d number
#define MEMBER_p pointer

/*
 * Single calls, by the number of parameters: what is returned, then the parameters.
 */
#define ASYRI_SIGNATURES_0(SIGNATURE)                                               \
    SIGNATURE(v) /* tzset */                                                        \
    SIGNATURE(i) /* rand */                                                         \
    SIGNATURE(I) /* getuid */                                                       \
    SIGNATURE(l) /* clock */                                                        \
    SIGNATURE(L) /* zlibCompileFlags */                                             \
    SIGNATURE(d) /* drand48 */                                                      \
    SIGNATURE(p) /* zlibVersion */

#define ASYRI_SIGNATURES_1(SIGNATURE)                                               \
    SIGNATURE(d, d) /* cos */                                                       \
    SIGNATURE(f, f) /* cosf */                                                      \
    SIGNATURE(i, i) /* abs */                                                       \
    SIGNATURE(I, I) /* sleep */                                                     \
    SIGNATURE(l, l) /* labs */                                                      \
    SIGNATURE(L, L) /* compressBound */                                             \
    SIGNATURE(l, d) /* lround */                                                    \
    SIGNATURE(i, d) /* ilogb */                                                     \
    SIGNATURE(d, l)                                                                 \
    SIGNATURE(d, i)                                                                 \
    SIGNATURE(v, i) /* srand */                                                     \
    SIGNATURE(v, I) /* srandom */                                                   \
    SIGNATURE(v, p) /* free */                                                      \
    SIGNATURE(i, p) /* puts */                                                      \
    SIGNATURE(l, p) /* atol */                                                      \
    SIGNATURE(L, p) /* strlen */                                                    \
    SIGNATURE(d, p) /* atof */                                                      \
    SIGNATURE(p, p) /* getenv */                                                    \
    SIGNATURE(p, i) /* strerror */                                                  \
    SIGNATURE(p, L) /* malloc */

#define ASYRI_SIGNATURES_2(SIGNATURE)                                               \
    SIGNATURE(d, d, d) /* pow */                                                    \
    SIGNATURE(f, f, f) /* powf */                                                   \
    SIGNATURE(i, i, i)                                                              \
    SIGNATURE(l, l, l)                                                              \
    SIGNATURE(L, L, L)                                                              \
    SIGNATURE(d, d, i) /* ldexp */                                                  \
    SIGNATURE(d, i, d) /* jn */                                                     \
    SIGNATURE(i, p, p) /* strcmp */                                                 \
    SIGNATURE(p, p, p) /* strstr */                                                 \
    SIGNATURE(d, p, p) /* strtod */                                                 \
    SIGNATURE(p, p, i) /* strchr */                                                 \
    SIGNATURE(i, p, i) /* access */                                                 \
    SIGNATURE(i, p, L) /* gethostname */                                            \
    SIGNATURE(L, p, L) /* strnlen */                                                \
    SIGNATURE(d, p, L)                                                              \
    SIGNATURE(v, p, L) /* bzero */

#define ASYRI_SIGNATURES_3(SIGNATURE)                                               \
    SIGNATURE(d, d, d, d) /* fma */                                                 \
    SIGNATURE(i, p, p, L) /* memcmp */                                              \
    SIGNATURE(p, p, p, L) /* memcpy */                                              \
    SIGNATURE(p, p, i, L) /* memset */                                              \
    SIGNATURE(l, p, p, i) /* strtol */                                              \
    SIGNATURE(L, p, p, i) /* strtoul */                                             \
    SIGNATURE(l, i, p, L) /* read */                                                \
    SIGNATURE(L, L, p, I) /* crc32 */                                               \
    SIGNATURE(L, L, p, L) /* crc32_z */                                             \
    SIGNATURE(v, l, l, p) /* a kernel over a range */

/* Loops over arrays: the type of the elements, that of the parameter, which holds
 * each of them, and what is returned. */
#define ASYRI_LOOPS(LOOP)                                                           \
    LOOP(a, a, a)                                                                   \
    LOOP(A, A, A)                                                                   \
    LOOP(s, s, s)                                                                   \
    LOOP(S, S, S)                                                                   \
    LOOP(i, i, i)                                                                   \
    LOOP(I, I, I)                                                                   \
    LOOP(l, l, l)                                                                   \
    LOOP(L, L, L)                                                                   \
    LOOP(f, f, f)                                                                   \
    LOOP(d, d, d)                                                                   \
    LOOP(f, d, d)                                                                   \
    LOOP(i, d, d)                                                                   \
    LOOP(l, d, d)                                                                   \
    LOOP(d, d, l)                                                                   \
    LOOP(d, d, i)                                                                   \
    LOOP(d, d, f)                                                                   \
    LOOP(f, f, d)                                                                   \
    LOOP(i, i, d)                                                                   \
    LOOP(l, l, d)                                                                   \
    LOOP(i, i, l)                                                                   \
    LOOP(i, l, l)                                                                   \
    LOOP(l, l, i)                                                                   \
    LOOP(A, i, i)                                                                   \
    LOOP(s, i, i)                                                                   \
    LOOP(I, L, L)                                                                   \
    LOOP(l, l, L)                                                                   \
    LOOP(L, L, l)

#endif
