/*
 * The fixture of the contract tests.
 *
 * Latches, counters, logs and meters are one kind of object, a cell: a number
 * under a lock, with a condition that is signalled at each change.  Cells are
 * found by their number in a table that only grows; they live as long as the
 * process, so that a task may outlast its test.  The table's lock is never held
 * together with that of a cell.
 */
#include "fixture.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

struct cell {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int64_t number;  /* under lock: open, count, inside */
    int64_t highest; /* under lock: of number */
    int64_t waiting; /* under lock: threads in latch_wait */
    int64_t *log;    /* under lock */
    int64_t count, room;
};

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct cell **table; /* under table_lock */
static int64_t table_count, table_room;

static atomic_int_fast64_t last_thread;
static _Thread_local int64_t this_thread;

static int64_t table_add_locked(struct cell *cell)
{
    if (table_count == table_room) {
        int64_t room = table_room ? 2 * table_room : 64;
        struct cell **bigger = realloc(table, (size_t)room * sizeof *bigger);
        if (!bigger)
            return -1;
        table = bigger;
        table_room = room;
    }
    table[table_count++] = cell;
    return table_count;
}

static int64_t cell_new(void)
{
    struct cell *cell = calloc(1, sizeof *cell);
    if (!cell)
        return -1;
    pthread_mutex_init(&cell->lock, NULL);
    pthread_cond_init(&cell->changed, NULL);
    pthread_mutex_lock(&table_lock);
    int64_t id = table_add_locked(cell);
    pthread_mutex_unlock(&table_lock);
    if (id < 0)
        free(cell);
    return id;
}

static struct cell *cell_find(int64_t id)
{
    struct cell *cell = NULL;
    pthread_mutex_lock(&table_lock);
    if (id >= 1 && id <= table_count)
        cell = table[id - 1];
    pthread_mutex_unlock(&table_lock);
    return cell;
}

static struct cell *cell_lock(int64_t id)
{
    struct cell *cell = cell_find(id);
    if (cell)
        pthread_mutex_lock(&cell->lock);
    return cell;
}

static void cell_unlock(struct cell *cell)
{
    pthread_cond_broadcast(&cell->changed);
    pthread_mutex_unlock(&cell->lock);
}

static int64_t cell_add(int64_t id, int64_t step)
{
    struct cell *cell = cell_lock(id);
    if (!cell)
        return -1;
    int64_t number = cell->number += step;
    if (number > cell->highest)
        cell->highest = number;
    cell_unlock(cell);
    return number;
}

int64_t fixture_square(int64_t number)
{
    return number * number;
}

int64_t fixture_add(int64_t left, int64_t right)
{
    return left + right;
}

double fixture_half(double number)
{
    return number / 2;
}

const char *fixture_text(void)
{
    return "asynchronous";
}

void fixture_nothing(void)
{
}

uint8_t fixture_byte(uint8_t number)
{
    return number;
}

int64_t fixture_thread_id(void)
{
    if (!this_thread)
        this_thread =
            atomic_fetch_add_explicit(&last_thread, 1, memory_order_relaxed) + 1;
    return this_thread;
}

void fixture_exit_thread(void)
{
    pthread_exit(NULL);
}

int64_t fixture_latch_new(void)
{
    return cell_new();
}

int64_t fixture_latch_open(int64_t latch)
{
    struct cell *cell = cell_lock(latch);
    if (!cell)
        return -1;
    cell->number = 1;
    cell_unlock(cell);
    return latch;
}

int64_t fixture_latch_wait(int64_t latch)
{
    struct cell *cell = cell_lock(latch);
    if (!cell)
        return -1;
    cell->waiting++;
    pthread_cond_broadcast(&cell->changed);
    while (!cell->number)
        pthread_cond_wait(&cell->changed, &cell->lock);
    cell->waiting--;
    cell_unlock(cell);
    return latch;
}

int64_t fixture_latch_number(int64_t latch, int64_t number)
{
    fixture_latch_wait(latch);
    return number;
}

uint8_t fixture_latch_byte(int64_t latch, uint8_t number)
{
    fixture_latch_wait(latch);
    return number;
}

int64_t fixture_latch_waiting(int64_t latch)
{
    struct cell *cell = cell_lock(latch);
    if (!cell)
        return -1;
    int64_t waiting = cell->waiting;
    cell_unlock(cell);
    return waiting;
}

int64_t fixture_wait_for_waiters(int64_t latch, int64_t count)
{
    struct cell *cell = cell_lock(latch);
    if (!cell)
        return -1;
    while (cell->waiting < count && !cell->number)
        pthread_cond_wait(&cell->changed, &cell->lock);
    cell_unlock(cell);
    return latch;
}

int64_t fixture_counter_new(void)
{
    return cell_new();
}

int64_t fixture_count(int64_t counter)
{
    return cell_add(counter, 1);
}

int64_t fixture_counter_get(int64_t counter)
{
    return cell_add(counter, 0);
}

uint8_t fixture_count_byte(int64_t counter, uint8_t number)
{
    cell_add(counter, 1);
    return number;
}

int64_t fixture_count_and_wait(int64_t counter, int64_t latch)
{
    int64_t count = cell_add(counter, 1);
    fixture_latch_wait(latch);
    return count;
}

int64_t fixture_wait_for_count(int64_t counter, int64_t count)
{
    struct cell *cell = cell_lock(counter);
    if (!cell)
        return -1;
    while (cell->number < count)
        pthread_cond_wait(&cell->changed, &cell->lock);
    int64_t number = cell->number;
    cell_unlock(cell);
    return number;
}

int64_t fixture_log_new(void)
{
    return cell_new();
}

static int64_t log_append_locked(struct cell *cell, int64_t number)
{
    if (cell->count == cell->room) {
        int64_t room = cell->room ? 2 * cell->room : 64;
        int64_t *bigger = realloc(cell->log, (size_t)room * sizeof *bigger);
        if (!bigger)
            return -1;
        cell->log = bigger;
        cell->room = room;
    }
    cell->log[cell->count++] = number;
    return number;
}

int64_t fixture_log_add(int64_t log, int64_t number)
{
    struct cell *cell = cell_lock(log);
    if (!cell)
        return -1;
    int64_t added = log_append_locked(cell, number);
    cell_unlock(cell);
    return added;
}

uint8_t fixture_log_byte(int64_t log, uint8_t number)
{
    fixture_log_add(log, number);
    return number;
}

int64_t fixture_log_count(int64_t log)
{
    struct cell *cell = cell_lock(log);
    if (!cell)
        return -1;
    int64_t count = cell->count;
    cell_unlock(cell);
    return count;
}

int64_t fixture_log_get(int64_t log, int64_t index)
{
    struct cell *cell = cell_lock(log);
    if (!cell)
        return -1;
    int64_t number = -1;
    if (index >= 0 && index < cell->count)
        number = cell->log[index];
    cell_unlock(cell);
    return number;
}

int64_t fixture_meter_new(void)
{
    return cell_new();
}

int64_t fixture_together(int64_t meter)
{
    int64_t inside = cell_add(meter, 1);
    for (int turn = 0; turn < 20; turn++)
        sched_yield();
    cell_add(meter, -1);
    return inside;
}

int64_t fixture_max_together(int64_t meter)
{
    struct cell *cell = cell_lock(meter);
    if (!cell)
        return -1;
    int64_t highest = cell->highest;
    cell_unlock(cell);
    return highest;
}
