/**
 * @file
 * Interrupts: how a host ends a wait early.
 *
 * A wait that is given an interrupt ends with ASYR_E_INTERRUPTED as soon as
 * another thread triggers it, and also when a signal handler ran on the waiting
 * thread meanwhile (where the system tells: Linux).  What was waited for goes
 * on, and can be waited for again.
 */
#ifndef ASYNCRESULT_INTERRUPT_H
#define ASYNCRESULT_INTERRUPT_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Make an interrupt that is not triggered.
 *
 * @param[out] interrupt  owned by the caller.
 * @param[out] error      may be NULL; owned by the caller.
 * @return ASYR_OK, ASYR_E_ARGUMENT or ASYR_E_MEMORY.
 * @since 0.1
 */
ASYR_API asyr_status asyr_interrupt_new(asyr_interrupt **interrupt,
                                        asyr_error **error);

/** Take another reference; returns its argument.  @since 0.1 */
ASYR_API asyr_interrupt *asyr_interrupt_ref(asyr_interrupt *interrupt);

/** Give a reference back (consumed; may be NULL).  @since 0.1 */
ASYR_API void asyr_interrupt_unref(asyr_interrupt *interrupt);

/**
 * End every wait that uses the interrupt, now and until it is cleared.
 *
 * @param interrupt  borrowed; NULL does nothing.
 * Threads: any.  Does not block.  Not for signal handlers.
 * @since 0.1
 */
ASYR_API void asyr_interrupt_trigger(asyr_interrupt *interrupt);

/** Make the interrupt usable again (borrowed; may be NULL).  @since 0.1 */
ASYR_API void asyr_interrupt_clear(asyr_interrupt *interrupt);

/** Whether it is triggered (borrowed; NULL: false).  @since 0.1 */
ASYR_API bool asyr_interrupt_is_triggered(const asyr_interrupt *interrupt);

#ifdef __cplusplus
}
#endif

#endif
