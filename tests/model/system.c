/*
 * What lies below the pieces that are checked: mutexes, parkers and memory.  These take
 * the place of impl/platform, impl/base/alloc.c and impl/core/waiter.c.
 *
 * A mutex is a word in its first bytes, which is taken by an acquire and given back by
 * a release.  Nobody can tell whether a mutex was taken at once before the next step
 * of its holder or earlier, or given back directly after the last or later: so nothing
 * is run in between.  A parker is the permit in its first bytes.  A sleep that can end without
 * a permit may do so at any moment, and then take the permit with it or leave it.
 */
#include "engine.h"

#include <assert.h>
#include <string.h>

#include <asyncresult/codes.h>

#include "base/alloc.h"
#include "core/waiter.h"
#include "platform/thread.h"

#define WORD sizeof(uint32_t)
#define ARENA 8192

static struct {
    _Alignas(16) char memory[ARENA];
    size_t used;
} arenas[MODEL_THREADS + 1]; /* each thread's own, so that addresses stay the same */

void system_reset(void)
{
    for (int i = 0; i <= MODEL_THREADS; i++)
        arenas[i].used = 0;
}

void asyri_mutex_init(asyri_mutex *mutex)
{
    memset(mutex, 0, sizeof *mutex);
}

void asyri_mutex_destroy(asyri_mutex *mutex)
{
    (void)mutex;
}

void asyri_mutex_lock(asyri_mutex *mutex)
{
    if (threads_self() < 0)
        return;
    memory_exchange_when(mutex, WORD, 0, true, 1, __func__);
    threads_glue();
}

void asyri_mutex_unlock(asyri_mutex *mutex)
{
    if (threads_self() < 0)
        return;
    threads_glue();
    model_store(mutex, WORD, 0, memory_order_release, __func__);
}

void asyri_parker_init(asyri_parker *parker)
{
    memset(parker, 0, sizeof *parker);
}

void asyri_parker_destroy(asyri_parker *parker)
{
    (void)parker;
}

static bool take_permit(asyri_parker *parker, const char *function)
{
    if (!memory_newest(parker, WORD) || model_choose(2))
        return false;
    memory_exchange(parker, WORD, 0, memory_order_acquire, function);
    return true;
}

enum asyri_park_outcome asyri_park(asyri_parker *parker, int64_t deadline)
{
    if (deadline == ASYR_FOREVER) {
        memory_exchange_when(parker, WORD, 0, false, 0, __func__);
        return ASYRI_PARK_WOKEN;
    }
    threads_step();
    return take_permit(parker, __func__) ? ASYRI_PARK_WOKEN : ASYRI_PARK_TIMED_OUT;
}

void asyri_unpark(asyri_parker *parker)
{
    threads_step();
    memory_exchange(parker, WORD, 1, memory_order_release, __func__);
}

void asyri_waiter_init(asyri_waiter *waiter)
{
    asyri_parker_init(&waiter->parker);
}

void asyri_waiter_destroy(asyri_waiter *waiter)
{
    asyri_parker_destroy(&waiter->parker);
}

asyr_status asyri_waiter_park(asyri_waiter *waiter, int64_t deadline,
                              asyr_interrupt *interrupt)
{
    if (!interrupt)
        return asyri_park(&waiter->parker, deadline) == ASYRI_PARK_WOKEN
                   ? ASYR_OK
                   : ASYR_E_TIMEOUT;
    threads_step();
    bool given = take_permit(&waiter->parker, __func__);
    return given && model_choose(2) ? ASYR_OK : ASYR_E_INTERRUPTED;
}

void *asyri_alloc(size_t size)
{
    int arena = threads_self() + 1;
    size = (size + 15) / 16 * 16;
    assert(arenas[arena].used + size + 16 <= ARENA);
    char *memory = arenas[arena].memory + arenas[arena].used;
    arenas[arena].used += size + 16;
    *(size_t *)(void *)memory = size;
    return memory + 16;
}

void *asyri_alloc_zeroed(size_t count, size_t size)
{
    void *memory = asyri_alloc(count * size);
    memset(memory, 0, count * size);
    return memory;
}

void asyri_free(void *memory)
{
    if (!memory)
        return;
    size_t size = *(size_t *)(void *)((char *)memory - 16);
    memset(memory, 0xdd, size);
    if (threads_self() >= 0)
        plain_free(memory, size);
}
