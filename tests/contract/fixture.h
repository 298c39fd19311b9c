/*
 * The C functions that the contract's tasks call, each by the prototype below.
 *
 * Latches, counters, logs and meters are named by numbers, so that every language
 * can pass them.  A number that names none is answered with -1.  Every function
 * may be called from any thread; none sleeps.
 */
#ifndef ASYR_CONTRACT_FIXTURE_H
#define ASYR_CONTRACT_FIXTURE_H

#include <stdint.h>

#define FIXTURE_API __attribute__((visibility("default")))

/* Plain values. */

FIXTURE_API int64_t fixture_square(int64_t number);
FIXTURE_API int64_t fixture_add(int64_t left, int64_t right);
FIXTURE_API double fixture_half(double number);
FIXTURE_API const char *fixture_text(void); /* "asynchronous" */
FIXTURE_API void fixture_nothing(void);
/* Returns its argument; 300 does not fit: how a task fails, with a Type error. */
FIXTURE_API uint8_t fixture_byte(uint8_t number);

/* Threads. */

/* A number that no other thread of this process has or had. */
FIXTURE_API int64_t fixture_thread_id(void);
/* Ends the calling thread. */
FIXTURE_API void fixture_exit_thread(void);

/* Latches: closed, then open for good. */

FIXTURE_API int64_t fixture_latch_new(void);
FIXTURE_API int64_t fixture_latch_open(int64_t latch); /* returns the latch */
FIXTURE_API int64_t fixture_latch_wait(int64_t latch); /* returns the latch */
/* Waits, then returns the number. */
FIXTURE_API int64_t fixture_latch_number(int64_t latch, int64_t number);
/* Waits, then returns the number; with 300 it fails at once. */
FIXTURE_API uint8_t fixture_latch_byte(int64_t latch, uint8_t number);
/* How many threads wait now. */
FIXTURE_API int64_t fixture_latch_waiting(int64_t latch);
/* Blocks until `count` threads wait, or the latch is open; returns the latch. */
FIXTURE_API int64_t fixture_wait_for_waiters(int64_t latch, int64_t count);

/* Counters. */

FIXTURE_API int64_t fixture_counter_new(void);
FIXTURE_API int64_t fixture_count(int64_t counter); /* adds 1; the new count */
FIXTURE_API int64_t fixture_counter_get(int64_t counter);
/* Adds 1, then returns the number; with 300 it fails and adds nothing. */
FIXTURE_API uint8_t fixture_count_byte(int64_t counter, uint8_t number);
/* Adds 1, then waits for the latch; returns the new count. */
FIXTURE_API int64_t fixture_count_and_wait(int64_t counter, int64_t latch);
/* Blocks until the count is `count` or more; returns the count. */
FIXTURE_API int64_t fixture_wait_for_count(int64_t counter, int64_t count);

/* Logs: numbers in the order in which they were added. */

FIXTURE_API int64_t fixture_log_new(void);
FIXTURE_API int64_t fixture_log_add(int64_t log, int64_t number); /* the number */
/* Adds the number; with 300 it fails and adds nothing. */
FIXTURE_API uint8_t fixture_log_byte(int64_t log, uint8_t number);
FIXTURE_API int64_t fixture_log_count(int64_t log);
/* The number at `index`, from 0; -1 beyond the end. */
FIXTURE_API int64_t fixture_log_get(int64_t log, int64_t index);

/* Meters: how many threads are inside at once. */

FIXTURE_API int64_t fixture_meter_new(void);
/* Enters, gives others the chance to enter, leaves; returns how many were inside
 * at its entry, itself included. */
FIXTURE_API int64_t fixture_together(int64_t meter);
FIXTURE_API int64_t fixture_max_together(int64_t meter); /* the most ever inside */

#endif
