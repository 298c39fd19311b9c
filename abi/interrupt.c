/* The exported functions of interrupts. */
#include "check.h"

#include "../impl/core/interrupt.h"

asyr_status asyr_interrupt_new(asyr_interrupt **interrupt, asyr_error **error)
{
    ASYRI_CLEAR(interrupt);
    ASYRI_CLEAR(error);
    ASYRI_REQUIRE_GIVEN(interrupt, error);
    return asyri_interrupt_new(interrupt, error);
}

asyr_interrupt *asyr_interrupt_ref(asyr_interrupt *interrupt)
{
    return asyri_interrupt_ref(interrupt);
}

void asyr_interrupt_unref(asyr_interrupt *interrupt)
{
    asyri_interrupt_unref(interrupt);
}

void asyr_interrupt_trigger(asyr_interrupt *interrupt)
{
    if (interrupt)
        asyri_interrupt_trigger(interrupt);
}

void asyr_interrupt_clear(asyr_interrupt *interrupt)
{
    if (interrupt)
        asyri_interrupt_clear(interrupt);
}

bool asyr_interrupt_is_triggered(const asyr_interrupt *interrupt)
{
    return interrupt && asyri_interrupt_is_triggered(interrupt);
}
