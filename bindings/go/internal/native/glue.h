/*
 * C support of the Go package: several calls of the ABI in one, since each call
 * from Go costs more than most of what it calls.  It converts and decides nothing.
 */
#ifndef ASYR_GO_GLUE_H
#define ASYR_GO_GLUE_H

#include <asyncresult.h>

/*
 * Look at a value: slot[0] is a number's bits, or the address of its content;
 * slot[1] the count of bytes, items, entries or elements; slot[2] the element
 * type.  Returns the value's type.
 */
int32_t asyr_go_read(const asyr_value *value, uint64_t *slot);

/* Look at an item of a list; `item`, owned, is NULL for nil and for numbers. */
int32_t asyr_go_read_item(const asyr_value *list, int64_t index, uint64_t *slot,
                          asyr_value **item);

/* Copy from an address of C. */
void asyr_go_copy(void *data, uint64_t address, int64_t size);

/* Make nil, a bool or a number of its bits. */
asyr_status asyr_go_new_scalar(int32_t type, uint64_t bits, asyr_value **value,
                               asyr_error **error);

/* Make a pointer that owns nothing. */
asyr_status asyr_go_new_pointer(uint64_t address, asyr_value **value,
                                asyr_error **error);

/* Append such a value, or one that is consumed. */
asyr_status asyr_go_append_scalar(asyr_value *list, int32_t type, uint64_t bits,
                                  asyr_error **error);
asyr_status asyr_go_append(asyr_value *list, asyr_value *item, asyr_error **error);

/* Take the next event, if there is one: the tag, or 0; `event` is NULL if it is
 * finished already, which is so for what is not a callback and has a tag. */
uint64_t asyr_go_take(asyr_queue *queue, asyr_event **event);

/*
 * Take what an iterator has now.  A value is looked at as by asyr_go_read(), its type
 * in slot[3]; `value`, owned, is NULL for nil and for numbers.  The codes Timeout and
 * Stop come without an error.
 */
asyr_status asyr_go_next(asyr_iterator *iterator, uint64_t *slot, asyr_value **value,
                         asyr_error **error);

/* Put such a value as asyr_go_new_scalar() makes, waiting for a place. */
asyr_status asyr_go_put_scalar(asyr_iterator *iterator, int32_t type, uint64_t bits,
                               asyr_error **error);

/*
 * Submit a task with default options.  `slots` is the number of its arguments, then the
 * type and the bits of each as for asyr_go_new_scalar(); a type of -1 is a value,
 * consumed, that the bits are the address of.  On return slots[0] is the result or,
 * after a failure, the error.
 */
asyr_status asyr_go_apply(asyr_pool *pool, asyr_function *function, uint64_t *slots);

/*
 * Submit many, all or none.  `slots` has each as above, one behind the other; values are
 * consumed in any case.
 */
asyr_status asyr_go_apply_many(asyr_pool *pool, asyr_function *function,
                               uint64_t *slots, int64_t count, uint64_t *results,
                               asyr_error **error);

/*
 * Read results, each from the first of its two slots.  One that is ready with a number
 * (or nil, or a bool) is released, and gives the type and the bits; another one gives -2
 * while it is not ready, and -1 then.
 */
void asyr_go_collect(uint64_t *slots, int64_t count);

/* Say of results whether they are ready, in the same way: -2 or -1. */
void asyr_go_look(uint64_t *slots, int64_t count);

/* Wait for a result, which is consumed. */
void asyr_go_wait(asyr_result *result, int64_t timeout_ns,
                  asyr_interrupt *interrupt);

/*
 * Release results, then take events, and finish them: at most `capacity`, of which
 * `events` has the tag, the type of the value and its bits.  The type is -1 for an
 * error, a value that is no number, and what is not about a result.
 */
int64_t asyr_go_take_done(asyr_queue *queue, uint64_t *released,
                          int64_t release_count, uint64_t *events, int64_t capacity);

/* Have errors that nobody read come as events of the pool's queue. */
asyr_status asyr_go_report_unread(asyr_pool_options *options, asyr_error **error);

/* A copy that ends in a NUL, for free(); NULL for an empty text. */
char *asyr_go_text(const char *text, int64_t length);

/* Which thread this is; never 0. */
uint64_t asyr_go_thread(void);

#endif
