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

/*
 * A function of Go, known by a number that is not 0.  A worker that steps gives the
 * number to Go; where the library itself runs the task, asyrGoRun() does.  Once nothing
 * refers to the function, asyr_go_take_released() answers the number.
 */
asyr_status asyr_go_new_function(uint64_t id, asyr_function **function,
                                 asyr_error **error);

/* An error that stands for one of Go, known by its number; the parts are copied. */
asyr_error *asyr_go_new_error(int32_t code, const char *kind, const char *message,
                              const char *trace, uint64_t id);

/* The number of such an error; 0 for others. */
uint64_t asyr_go_error_id(const asyr_error *error);

/* The number of something of Go to which C does not refer any more; 0 for none. */
uint64_t asyr_go_take_released(void);

/* Have a pool made whose workers are lent. */
asyr_status asyr_go_lend_all(asyr_pool_options *options, asyr_error **error);

/* Lend a worker; with `wanted`, only if work waits for one.  NULL for none. */
asyr_worker *asyr_go_lend(asyr_pool *pool, bool wanted);
void asyr_go_take_back(asyr_worker *worker);

/*
 * A step of a worker.  slots[0] has bits: 1, its task is done; 2, with the integer in
 * slots[1] as its value; 4, with the error in slots[1], consumed; 8, wait for the next
 * task.  slots[2] is a result to look at when that is done, slots[3] one to release,
 * slots[4] the task; each may be 0.
 *
 * On return slots[0] is the code of asyr_worker_next(), slots[1] what became of the
 * result (-2 not ready, 0 a value, 1 an error), and of a task slots[2] is its address,
 * slots[3] the number of its function, slots[4] and slots[5] its first arguments.
 */
void asyr_go_step(asyr_worker *worker, uint64_t *slots);

/* Call a function with the ends of each piece of 0 to `end`. */
asyr_status asyr_go_pieces(asyr_pool *pool, asyr_function *function, int64_t end,
                           const asyr_task_options *options, asyr_result **result,
                           asyr_error **error);

/* Take the task of a result, as a step takes the next one. */
void asyr_go_claim(asyr_worker *worker, asyr_result *result, uint64_t *slots);

void asyr_go_block(asyr_worker *worker, bool blocked);

/* An initializer that fails as soon as it was given an error. */
asyr_status asyr_go_new_initializer(asyr_function **function, uint64_t *cell,
                                    asyr_error **error);
void asyr_go_fail_initializer(uint64_t cell, asyr_error *failure);

/* A promise, with a reference to its result; `options` may be NULL. */
asyr_status asyr_go_new_promise(asyr_pool *pool, const asyr_task_options *options,
                                uint64_t *promise, asyr_result **result,
                                asyr_error **error);
/* Complete it with nil or an error, consumed; false if it was completed before. */
bool asyr_go_complete(uint64_t promise, asyr_error *failure);
void asyr_go_drop_promise(uint64_t promise);

/* asyr_result_then() or, to rescue, asyr_result_rescue(). */
asyr_status asyr_go_chain(asyr_result *source, bool rescues, asyr_pool *pool,
                          asyr_function *function, const asyr_task_options *options,
                          asyr_result **next, asyr_error **error);

/* What a task that the library runs by itself was called with, and its answer. */
int64_t asyr_go_task_argument(asyr_task *task, int64_t index);
void asyr_go_task_answer(asyr_task *task, bool has_value, int64_t value,
                         asyr_error *failure);

/* Have errors that nobody read come as events of the pool's queue. */
asyr_status asyr_go_report_unread(asyr_pool_options *options, asyr_error **error);

/* A copy that ends in a NUL, for free(); NULL for an empty text. */
char *asyr_go_text(const char *text, int64_t length);

/* Which thread this is; never 0. */
uint64_t asyr_go_thread(void);

#endif
