/*
 * Direct calls: a C function is called as compiled code calls it, through a pointer
 * to a function of its type.
 *
 * A type is known by its kind: a width with a sign, float, double, or a pointer.
 * Types of one kind (long and long long where both have 64 bits, pointers to
 * whatever) are passed alike in every calling convention that libffi knows: it is
 * told no more than the kind either.  Nothing else is assumed: no kind stands for
 * another one, as registers are extended by the sign, so each signature has code of
 * its own.  Functions with dots have a convention of their own; they and every
 * signature that is not listed stay with libffi.
 *
 * A signature is known by a key of four bits for each kind, void for parameters
 * that it has not.
 *
 * A loop exists only where no element can be refused: the parameter's type holds
 * all values of the element's, or is double.  Its conversions are those that an
 * element makes on its way through a value (marshal.c); but a signalling NaN of a
 * float is handed on as it is.
 */
#include "direct.h"

#include "signature.h"

#define KEY(returns, a, b, c) (uint16_t)((returns) | (a) << 4 | (b) << 8 | (c) << 12)

#define STORE(letter, call) STORE_##letter(call)
#define STORE_i(call) returned->MEMBER_i = call
#define STORE_I(call) returned->MEMBER_I = call
#define STORE_l(call) returned->MEMBER_l = call
#define STORE_L(call) returned->MEMBER_L = call
#define STORE_f(call) returned->MEMBER_f = call
#define STORE_d(call) returned->MEMBER_d = call
#define STORE_p(call) returned->MEMBER_p = call
#define STORE_v(call) (void)returned, call

#define DEFINE(name, letter, call)                                                  \
    static void name(void *address, const union asyri_slot *slots,                  \
                     union asyri_slot *returned)                                    \
    {                                                                               \
        (void)slots;                                                                \
        STORE(letter, call);                                                        \
    }

#define CALL_0(r) DEFINE(call_##r, r, ((TYPE_##r(*)(void))address)())
#define CALL_1(r, a)                                                                \
    DEFINE(call_##r##_##a, r, ((TYPE_##r(*)(TYPE_##a))address)(slots[0].MEMBER_##a))
#define CALL_2(r, a, b)                                                             \
    DEFINE(call_##r##_##a##b, r,                                                    \
           ((TYPE_##r(*)(TYPE_##a, TYPE_##b))address)(slots[0].MEMBER_##a,          \
                                                      slots[1].MEMBER_##b))
#define CALL_3(r, a, b, c)                                                          \
    DEFINE(call_##r##_##a##b##c, r,                                                 \
           ((TYPE_##r(*)(TYPE_##a, TYPE_##b, TYPE_##c))address)(                    \
               slots[0].MEMBER_##a, slots[1].MEMBER_##b, slots[2].MEMBER_##c))

ASYRI_SIGNATURES_0(CALL_0)
ASYRI_SIGNATURES_1(CALL_1)
ASYRI_SIGNATURES_2(CALL_2)
ASYRI_SIGNATURES_3(CALL_3)

#define ENTRY_0(r) {KEY(KIND_##r, KIND_v, KIND_v, KIND_v), call_##r},
#define ENTRY_1(r, a) {KEY(KIND_##r, KIND_##a, KIND_v, KIND_v), call_##r##_##a},
#define ENTRY_2(r, a, b)                                                            \
    {KEY(KIND_##r, KIND_##a, KIND_##b, KIND_v), call_##r##_##a##b},
#define ENTRY_3(r, a, b, c)                                                         \
    {KEY(KIND_##r, KIND_##a, KIND_##b, KIND_##c), call_##r##_##a##b##c},

static const struct direct_call {
    uint16_t key;
    asyri_direct_call *call;
} calls[] = {ASYRI_SIGNATURES_0(ENTRY_0) ASYRI_SIGNATURES_1(ENTRY_1)
                 ASYRI_SIGNATURES_2(ENTRY_2) ASYRI_SIGNATURES_3(ENTRY_3)};

static uint8_t parameter_kind(const struct asyri_prototype *prototype, int place)
{
    return place < prototype->count ? prototype->parameters[place].kind
                                    : ASYRI_C_VOID;
}

asyri_direct_call *asyri_direct_call_find(const struct asyri_prototype *prototype)
{
    if (prototype->is_variadic || prototype->count > 3)
        return NULL;
    uint16_t key = KEY(prototype->returns.kind, parameter_kind(prototype, 0),
                       parameter_kind(prototype, 1), parameter_kind(prototype, 2));
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (calls[i].key == key)
            return calls[i].call;
    return NULL;
}

#define LOOP(e, a, r)                                                               \
    static void loop_##e##_##a##_##r(void *address, const void *input,              \
                                     int64_t begin, int64_t end, void *output)      \
    {                                                                               \
        TYPE_##r (*function)(TYPE_##a) = (TYPE_##r(*)(TYPE_##a))address;            \
        const TYPE_##e *elements = input;                                           \
        TYPE_##r *results = output;                                                 \
        for (int64_t i = begin; i < end; i++)                                       \
            results[i] = function((TYPE_##a)elements[i]);                           \
    }

ASYRI_LOOPS(LOOP)

#define LOOP_ENTRY(e, a, r)                                                         \
    {KEY(KIND_##r, KIND_##a, KIND_##e, KIND_v), loop_##e##_##a##_##r},

static const struct direct_loop {
    uint16_t key;
    asyri_direct_loop *loop;
} loops[] = {ASYRI_LOOPS(LOOP_ENTRY)};

asyri_direct_loop *asyri_direct_loop_find(const struct asyri_prototype *prototype,
                                          uint8_t element_type)
{
    if (prototype->is_variadic || prototype->count != 1)
        return NULL;
    uint16_t key = KEY(prototype->returns.kind, prototype->parameters[0].kind,
                       element_type, ASYRI_C_VOID);
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
        if (loops[i].key == key)
            return loops[i].loop;
    return NULL;
}
