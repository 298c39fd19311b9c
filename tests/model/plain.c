/*
 * Memory that is not atomic: accesses that race, and the use of what was freed.
 *
 * Of each object that a program names, the last write and each thread's last read are
 * known by their threads' clocks.  An access races with one that has not happened
 * before it.  What a thread does after a step has the clock of its next step, since
 * only that can release it.
 */
#include "engine.h"

#include <string.h>

#define CELLS 64
#define FREED 32

struct cell {
    const void *address;
    int writer;
    uint32_t written;
    uint32_t read[MODEL_THREADS];
};

static struct cell cells[CELLS];
static int cell_count;
static struct {
    const char *start;
    size_t size;
} freed[FREED];
static int freed_count;

void plain_reset(void)
{
    cell_count = freed_count = 0;
}

void plain_check_alive(const volatile void *address)
{
    const char *byte = (const char *)(uintptr_t)address;
    for (int i = 0; i < freed_count; i++) {
        if (byte >= freed[i].start && byte < freed[i].start + freed[i].size)
            model_fail("expected memory that is not freed");
    }
}

void plain_free(const void *start, size_t size)
{
    if (freed_count == FREED)
        memory_overflow("blocks that are freed");
    freed[freed_count].start = start;
    freed[freed_count++].size = size;
}

static struct cell *cell_at(const void *address)
{
    for (int i = 0; i < cell_count; i++) {
        if (cells[i].address == address)
            return &cells[i];
    }
    if (cell_count == CELLS)
        memory_overflow("plain objects");
    struct cell *cell = &cells[cell_count++];
    memset(cell, 0, sizeof *cell);
    cell->address = address;
    return cell;
}

void model_read_plain(const void *address)
{
    if (threads_self() < 0)
        return;
    plain_check_alive(address);
    struct cell *cell = cell_at(address);
    if (cell->writer != threads_self() &&
        !memory_has_happened(cell->writer, cell->written))
        model_fail("expected a read that does not race with a write");
    cell->read[threads_self()] = memory_next_clock();
}

void model_write_plain(const void *address)
{
    if (threads_self() < 0)
        return;
    plain_check_alive(address);
    struct cell *cell = cell_at(address);
    for (int i = 0; i < MODEL_THREADS; i++) {
        if (i != threads_self() && !memory_has_happened(i, cell->read[i]))
            model_fail("expected a write that does not race with a read");
    }
    if (cell->writer != threads_self() &&
        !memory_has_happened(cell->writer, cell->written))
        model_fail("expected a write that does not race with a write");
    cell->writer = threads_self();
    cell->written = memory_next_clock();
}
