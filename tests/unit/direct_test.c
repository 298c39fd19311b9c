/* Direct calls of C functions: each listed signature against libffi. */
#include "unit.h"

#include <ffi.h>
#include <stdio.h>
#include <string.h>

#include "call/direct.h"
#include "call/signature.h"
#include "core/value.h"

#define MOST 3

/* What a callee got, and what it returns. */
static union asyri_slot seen[MOST];
static union asyri_slot given;

#define RETURN(letter) RETURN_##letter
#define RETURN_i return given.MEMBER_i
#define RETURN_I return given.MEMBER_I
#define RETURN_l return given.MEMBER_l
#define RETURN_L return given.MEMBER_L
#define RETURN_f return given.MEMBER_f
#define RETURN_d return given.MEMBER_d
#define RETURN_p return given.MEMBER_p
#define RETURN_v return

#define CALLEE_0(r)                                                                 \
    static TYPE_##r callee_##r(void)                                                \
    {                                                                               \
        RETURN(r);                                                                  \
    }
#define CALLEE_1(r, a)                                                              \
    static TYPE_##r callee_##r##_##a(TYPE_##a x)                                    \
    {                                                                               \
        seen[0].MEMBER_##a = x;                                                     \
        RETURN(r);                                                                  \
    }
#define CALLEE_2(r, a, b)                                                           \
    static TYPE_##r callee_##r##_##a##b(TYPE_##a x, TYPE_##b y)                     \
    {                                                                               \
        seen[0].MEMBER_##a = x;                                                     \
        seen[1].MEMBER_##b = y;                                                     \
        RETURN(r);                                                                  \
    }
#define CALLEE_3(r, a, b, c)                                                        \
    static TYPE_##r callee_##r##_##a##b##c(TYPE_##a x, TYPE_##b y, TYPE_##c z)      \
    {                                                                               \
        seen[0].MEMBER_##a = x;                                                     \
        seen[1].MEMBER_##b = y;                                                     \
        seen[2].MEMBER_##c = z;                                                     \
        RETURN(r);                                                                  \
    }

ASYRI_SIGNATURES_0(CALLEE_0)
ASYRI_SIGNATURES_1(CALLEE_1)
ASYRI_SIGNATURES_2(CALLEE_2)
ASYRI_SIGNATURES_3(CALLEE_3)

#define SPELL(type) SPELL_EXPANDED(type)
#define SPELL_EXPANDED(type) #type
#define NAME(letter) SPELL(TYPE_##letter)

typedef void any_fn(void);

#define CASE_0(r) {NAME(r) " f(void)", (any_fn *)callee_##r},
#define CASE_1(r, a) {NAME(r) " f(" NAME(a) ")", (any_fn *)callee_##r##_##a},
#define CASE_2(r, a, b)                                                             \
    {NAME(r) " f(" NAME(a) ", " NAME(b) ")", (any_fn *)callee_##r##_##a##b},
#define CASE_3(r, a, b, c)                                                          \
    {NAME(r) " f(" NAME(a) ", " NAME(b) ", " NAME(c) ")",                           \
     (any_fn *)callee_##r##_##a##b##c},

static const struct direct_case {
    const char *prototype;
    any_fn *callee;
} cases[] = {ASYRI_SIGNATURES_0(CASE_0) ASYRI_SIGNATURES_1(CASE_1)
                 ASYRI_SIGNATURES_2(CASE_2) ASYRI_SIGNATURES_3(CASE_3)};

static ffi_type *ffi_type_of(uint8_t kind)
{
    switch (kind) {
    case ASYRI_C_INT32:
        return &ffi_type_sint32;
    case ASYRI_C_UINT32:
        return &ffi_type_uint32;
    case ASYRI_C_INT64:
        return &ffi_type_sint64;
    case ASYRI_C_UINT64:
        return &ffi_type_uint64;
    case ASYRI_C_FLOAT:
        return &ffi_type_float;
    case ASYRI_C_DOUBLE:
        return &ffi_type_double;
    case ASYRI_C_POINTER:
        return &ffi_type_pointer;
    default:
        return &ffi_type_void;
    }
}

static void call_by_libffi(const struct asyri_prototype *prototype, any_fn *callee,
                           union asyri_slot *slots, union asyri_slot *slot)
{
    ffi_cif cif;
    ffi_type *types[MOST];
    void *places[MOST];
    union {
        ffi_arg word;
        union asyri_slot slot;
    } returned = {.word = 0};
    uint8_t kind = prototype->returns.kind;
    for (int i = 0; i < prototype->count; i++) {
        types[i] = ffi_type_of(prototype->parameters[i].kind);
        places[i] = &slots[i];
    }
    CU_ASSERT_EQUAL(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, prototype->count,
                                 ffi_type_of(kind), types),
                    FFI_OK);
    ffi_call(&cif, callee, &returned, places);
    if (kind <= ASYRI_C_UINT32)
        asyri_slot_store(slot, kind, returned.word);
    else if (kind != ASYRI_C_VOID)
        *slot = returned.slot;
}

static void *address_of(any_fn *function)
{
    void *address;
    memcpy(&address, &function, sizeof address);
    return address;
}

/* What a function got, and what came back, by either way of calling. */
struct trace {
    union asyri_slot seen[MOST];
    union asyri_slot returned;
};

static void begin_trace(struct trace *trace, uint64_t bits)
{
    memset(seen, 0, sizeof seen);
    memset(trace, 0, sizeof *trace);
    given.uint64 = bits;
}

static void end_trace(struct trace *trace)
{
    memcpy(trace->seen, seen, sizeof seen);
}

static size_t size_of(uint8_t kind)
{
    if (kind == ASYRI_C_VOID)
        return 0;
    return kind == ASYRI_C_POINTER ? sizeof(void *)
                                   : (size_t)asyri_element_size(kind);
}

static const uint64_t patterns[] = {
    0,
    1,
    UINT64_MAX,
    UINT64_C(0x8000000000000000), /* INT64_MIN, -0.0 */
    UINT64_C(0x7fffffffffffffff), /* INT64_MAX */
    UINT64_C(0x7ff8000000000001), /* NaN */
    UINT64_C(0xfff0000000000000), /* -infinity */
    UINT64_C(0xdeadbeef80000000), /* in the low half INT32_MIN, -0.0f */
    UINT64_C(0x123456787fffffff), /* and INT32_MAX, a NaN */
    UINT64_C(0x400921fb54442d18)};

#define PATTERNS (sizeof patterns / sizeof *patterns)

static void check_pattern(const struct direct_case *this,
                          const struct asyri_prototype *prototype,
                          asyri_direct_call *direct, size_t which)
{
    union asyri_slot slots[MOST];
    struct trace ours, theirs;
    uint64_t bits = patterns[which];
    uint8_t returns = prototype->returns.kind;
    for (size_t i = 0; i < MOST; i++)
        slots[i].uint64 = patterns[(which + i) % PATTERNS];
    begin_trace(&ours, bits);
    direct(address_of(this->callee), slots, &ours.returned);
    end_trace(&ours);
    begin_trace(&theirs, bits);
    call_by_libffi(prototype, this->callee, slots, &theirs.returned);
    end_trace(&theirs);
    UNIT_CHECK(memcmp(&ours, &theirs, sizeof ours) == 0, this->prototype);
    UNIT_CHECK(memcmp(&ours.returned, &given, size_of(returns)) == 0,
               this->prototype);
    for (int i = 0; i < prototype->count; i++)
        UNIT_CHECK(memcmp(&ours.seen[i], &slots[i],
                          size_of(prototype->parameters[i].kind)) == 0,
                   this->prototype);
}

static void parse(const char *text, struct asyri_prototype *prototype)
{
    UNIT_CHECK(asyri_prototype_parse(text, prototype, NULL) == ASYR_OK, text);
}

static void each_signature_is_called_as_libffi_calls_it(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct asyri_prototype prototype;
        parse(cases[i].prototype, &prototype);
        asyri_direct_call *direct = asyri_direct_call_find(&prototype);
        UNIT_CHECK(direct != NULL, cases[i].prototype);
        for (size_t which = 0; direct && which < PATTERNS; which++)
            check_pattern(&cases[i], &prototype, direct, which);
    }
}

static bool is_direct(const char *text)
{
    struct asyri_prototype prototype;
    parse(text, &prototype);
    return asyri_direct_call_find(&prototype) != NULL;
}

static void names_of_one_kind_share_a_signature(void)
{
    CU_ASSERT_TRUE(is_direct("double cos(double x);"));
    CU_ASSERT_TRUE(is_direct("long labs(long)"));
    CU_ASSERT_TRUE(is_direct("long long llabs(long long)"));
    CU_ASSERT_TRUE(is_direct("size_t strlen(const char *)"));
    CU_ASSERT_TRUE(is_direct("char *strchr(const char *, int)"));
    CU_ASSERT_TRUE(is_direct("void free(void *)"));
}

static void other_signatures_are_left_to_libffi(void)
{
    CU_ASSERT_FALSE(is_direct("int printf(const char *, ...)"));
    CU_ASSERT_FALSE(is_direct("int printf(const char *, ..., int)"));
    CU_ASSERT_FALSE(is_direct("bool f(bool)"));
    CU_ASSERT_FALSE(is_direct("int f(char)"));
    CU_ASSERT_FALSE(is_direct("double f(double, double, double, double)"));
}

static bool has_loop(const char *text, uint8_t element_type)
{
    struct asyri_prototype prototype;
    parse(text, &prototype);
    return asyri_direct_loop_find(&prototype, element_type) != NULL;
}

static void loops_take_elements_that_always_fit(void)
{
    CU_ASSERT_TRUE(has_loop("double f(double)", ASYR_ELEMENT_DOUBLE));
    CU_ASSERT_TRUE(has_loop("double f(double)", ASYR_ELEMENT_FLOAT));
    CU_ASSERT_TRUE(has_loop("long f(long)", ASYR_ELEMENT_INT32));
    CU_ASSERT_FALSE(has_loop("int f(int)", ASYR_ELEMENT_INT64));
    CU_ASSERT_FALSE(has_loop("float f(float)", ASYR_ELEMENT_DOUBLE));
    CU_ASSERT_FALSE(has_loop("size_t f(size_t)", ASYR_ELEMENT_INT64));
    CU_ASSERT_FALSE(has_loop("double f(double, double)", ASYR_ELEMENT_DOUBLE));
    CU_ASSERT_FALSE(has_loop("int f(int, ...)", ASYR_ELEMENT_INT32));
    CU_ASSERT_FALSE(has_loop("void f(double)", ASYR_ELEMENT_DOUBLE));
}

CU_TestInfo direct_tests[] = {UNIT_TEST(each_signature_is_called_as_libffi_calls_it),
                              UNIT_TEST(names_of_one_kind_share_a_signature),
                              UNIT_TEST(other_signatures_are_left_to_libffi),
                              UNIT_TEST(loops_take_elements_that_always_fit),
                              CU_TEST_INFO_NULL};
