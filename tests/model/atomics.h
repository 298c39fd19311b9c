/*
 * Included before everything else in a model program: <stdatomic.h> with its generic
 * operations replaced.  What is not replaced goes past the model unseen: operators on
 * _Atomic objects (x++, x = 1, reading x), atomic_flag and atomic_is_lock_free.
 */
#ifndef MODEL_ATOMICS_H
#define MODEL_ATOMICS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint64_t model_load(const volatile void *object, size_t size, memory_order order,
                    const char *function);
void model_store(volatile void *object, size_t size, uint64_t value,
                 memory_order order, const char *function);
/* Nothing happens between the two halves of a read-modify-write. */
uint64_t model_read_to_modify(volatile void *object, size_t size, memory_order order,
                              const char *operation, const char *function);
void model_modify(uint64_t value);
bool model_compare_exchange(volatile void *object, size_t size, uint64_t *expected,
                            uint64_t desired, memory_order success,
                            memory_order failure, const char *function);
void model_fence(memory_order order, const char *function);

#undef atomic_load
#undef atomic_load_explicit
#undef atomic_store
#undef atomic_store_explicit
#undef atomic_exchange
#undef atomic_exchange_explicit
#undef atomic_compare_exchange_strong
#undef atomic_compare_exchange_strong_explicit
#undef atomic_compare_exchange_weak
#undef atomic_compare_exchange_weak_explicit
#undef atomic_fetch_add
#undef atomic_fetch_add_explicit
#undef atomic_fetch_sub
#undef atomic_fetch_sub_explicit
#undef atomic_fetch_or
#undef atomic_fetch_or_explicit
#undef atomic_fetch_and
#undef atomic_fetch_and_explicit
#undef atomic_fetch_xor
#undef atomic_fetch_xor_explicit
#undef atomic_thread_fence
#undef atomic_signal_fence

/* The type of what `object` points to, without _Atomic. */
#define MODEL_TYPE(object) __typeof__((void)0, *(object))

#define atomic_load_explicit(object, order)                                         \
    ((MODEL_TYPE(object))model_load((object), sizeof *(object), (order), __func__))
#define atomic_store_explicit(object, value, order)                                 \
    model_store((object), sizeof *(object), (uintptr_t)(value), (order), __func__)

#define MODEL_MODIFY(object, order, operation, changed)                             \
    __extension__({                                                                 \
        __typeof__(object) at_ = (object);                                          \
        MODEL_TYPE(object)                                                          \
        old_ = (MODEL_TYPE(object))model_read_to_modify(at_, sizeof *at_, (order),  \
                                                        operation, __func__);       \
        model_modify((uintptr_t)(MODEL_TYPE(object))(changed));                     \
        old_;                                                                       \
    })
#define atomic_exchange_explicit(object, value, order)                              \
    MODEL_MODIFY(object, order, "exchange", value)
#define atomic_fetch_add_explicit(object, value, order)                             \
    MODEL_MODIFY(object, order, "fetch_add", old_ + (value))
#define atomic_fetch_sub_explicit(object, value, order)                             \
    MODEL_MODIFY(object, order, "fetch_sub", old_ - (value))
#define atomic_fetch_or_explicit(object, value, order)                              \
    MODEL_MODIFY(object, order, "fetch_or", old_ | (value))
#define atomic_fetch_and_explicit(object, value, order)                             \
    MODEL_MODIFY(object, order, "fetch_and", old_ &(value))
#define atomic_fetch_xor_explicit(object, value, order)                             \
    MODEL_MODIFY(object, order, "fetch_xor", old_ ^ (value))

#define atomic_compare_exchange_strong_explicit(object, expected, desired, success, \
                                                failure)                            \
    __extension__({                                                                 \
        __typeof__(expected) place_ = (expected);                                   \
        uint64_t value_ = (uintptr_t)*place_;                                       \
        bool done_ = model_compare_exchange((object), sizeof *(object), &value_,    \
                                            (uintptr_t)(desired), (success),        \
                                            (failure), __func__);                   \
        if (!done_)                                                                 \
            *place_ = (MODEL_TYPE(expected))value_;                                 \
        done_;                                                                      \
    })
#define atomic_compare_exchange_weak_explicit atomic_compare_exchange_strong_explicit

#define atomic_load(object) atomic_load_explicit(object, memory_order_seq_cst)
#define atomic_store(object, value)                                                 \
    atomic_store_explicit(object, value, memory_order_seq_cst)
#define atomic_exchange(object, value)                                              \
    atomic_exchange_explicit(object, value, memory_order_seq_cst)
#define atomic_fetch_add(object, value)                                             \
    atomic_fetch_add_explicit(object, value, memory_order_seq_cst)
#define atomic_fetch_sub(object, value)                                             \
    atomic_fetch_sub_explicit(object, value, memory_order_seq_cst)
#define atomic_fetch_or(object, value)                                              \
    atomic_fetch_or_explicit(object, value, memory_order_seq_cst)
#define atomic_fetch_and(object, value)                                             \
    atomic_fetch_and_explicit(object, value, memory_order_seq_cst)
#define atomic_fetch_xor(object, value)                                             \
    atomic_fetch_xor_explicit(object, value, memory_order_seq_cst)
#define atomic_compare_exchange_strong(object, expected, desired)                   \
    atomic_compare_exchange_strong_explicit(                                        \
        object, expected, desired, memory_order_seq_cst, memory_order_seq_cst)
#define atomic_compare_exchange_weak atomic_compare_exchange_strong
#define atomic_thread_fence(order) model_fence((order), __func__)
#define atomic_signal_fence(order) ((void)(order))

#endif
