/* Interrupts inside the library. */
#ifndef ASYRI_CORE_INTERRUPT_H
#define ASYRI_CORE_INTERRUPT_H

#include <asyncresult/interrupt.h>

#include "../base/list.h"
#include "waiter.h"

/* One wait that an interrupt can end; stands on the waiting thread's stack. */
struct asyri_interrupt_entry {
    asyri_list link; /* under the interrupt's lock, while entered */
    bool entered;    /* of the waiting thread alone */
    asyri_waiter *waiter;
};

asyr_status asyri_interrupt_new(asyr_interrupt **interrupt, asyr_error **error);
asyr_interrupt *asyri_interrupt_ref(asyr_interrupt *interrupt);
void asyri_interrupt_unref(asyr_interrupt *interrupt);
void asyri_interrupt_trigger(asyr_interrupt *interrupt);
void asyri_interrupt_clear(asyr_interrupt *interrupt);
bool asyri_interrupt_is_triggered(const asyr_interrupt *interrupt);

void asyri_interrupt_enter(asyr_interrupt *interrupt,
                           struct asyri_interrupt_entry *entry,
                           asyri_waiter *waiter);
void asyri_interrupt_leave(asyr_interrupt *interrupt,
                           struct asyri_interrupt_entry *entry);

#endif
