/*
 * What the private module asyncresult.native offers beside the ABI itself: the
 * calls that run Lua's callbacks, and the makers of boxed values.  SWIG reads this
 * file; support.h has the rest.
 */
#ifndef GLUE_H
#define GLUE_H

#include <lua.h>
#include <asyncresult.h>

/* Where an argument stands on the Lua stack. */
typedef int glue_index;
/* How many answers were pushed; -1 when an error was. */
typedef int glue_pushed;

/* The moment, in seconds of a monotonic clock, at which a timeout will have passed. */
glue_pushed glue_deadline(lua_State *L, glue_index timeout);

/*
 * Waits.  Each takes the pool's queue and a deadline, infinite for nil, and answers
 * false when Lua should look around (for its own signal hook) and call again.  With a
 * deadline of minus infinity it looks around only after a signal on this thread.
 * Callbacks that are due run meanwhile, on the Lua thread `L`.
 */
glue_pushed glue_result_get(lua_State *L, asyr_result *result, asyr_queue *queue,
                            double deadline);
glue_pushed glue_result_wait(lua_State *L, asyr_result *result, asyr_queue *queue,
                             double deadline);
glue_pushed glue_pool_join(lua_State *L, asyr_pool *pool, asyr_queue *queue,
                           double deadline);
glue_pushed glue_queue_run(lua_State *L, asyr_queue *queue, double deadline);

/* Results: a userdata, whose user value is its pool. */
glue_pushed glue_result_class(lua_State *L);
glue_pushed glue_own_result(lua_State *L, glue_index result, glue_index pool);
glue_pushed glue_result_pool(lua_State *L, glue_index result);
/* The method get: it answers what is ready, and calls `waiting` with its arguments
 * otherwise. */
glue_pushed glue_result_getter(lua_State *L, glue_index waiting);
/* The method apply_async: it submits to the pool and the function whose handles are at
 * the place 1 of its arguments, and calls `other` when there is none, or when there are
 * other options than callbacks. */
glue_pushed glue_submitter(lua_State *L, glue_index other);

/*
 * Lazy maps whose input is a function of Lua, called on the Lua thread by these two
 * alone.  The Lua side keeps it and gives it to each, nil for a map over a list.
 */
asyr_status glue_imap_input(lua_State *L, asyr_pool *pool, asyr_function *function,
                            glue_index input, asyr_task_options *options,
                            asyr_iterator **iterator, asyr_error **error);
/* Answers true and a value, false to go on as in a wait, or nil at the end. */
glue_pushed glue_iterator_next(lua_State *L, asyr_iterator *iterator,
                               asyr_queue *queue, glue_index input, double deadline);
/* End an iterator now: its input may hold on to much. */
void glue_free_iterator(asyr_iterator *consumed);

/* Callbacks: each keeps the Lua function until the library lets go of it. */
asyr_status glue_set_callback(lua_State *L, asyr_task_options *options,
                              glue_index callback, asyr_error **error);
asyr_status glue_set_error_callback(lua_State *L, asyr_task_options *options,
                                    glue_index callback, asyr_error **error);
asyr_status glue_set_unread_error_hook(lua_State *L, asyr_pool_options *options,
                                       glue_index callback, asyr_error **error);
asyr_status glue_add_done_callback(lua_State *L, asyr_result *result,
                                   glue_index callback, asyr_queue *queue,
                                   asyr_error **error);

/* Let a signal end a submit that waits for a place. */
asyr_status glue_set_interrupt(lua_State *L, asyr_task_options *options,
                               asyr_error **error);
/* End a builder now: it holds on to what was set in it. */
void glue_free_task_options(asyr_task_options *consumed);
void glue_free_pool_options(asyr_pool_options *consumed);

/*
 * Lua functions as tasks.  A pool is a table with the handle of its states at the place 2
 * and what it knows of functions, a weak table, at 3.
 */
glue_pushed glue_new_states(lua_State *L, glue_index path, glue_index cpath,
                            glue_index memory_limit, glue_index stop_count);
/* Set, once, a list of a function or the name of a module and its arguments; answers the
 * function that runs it. */
glue_pushed glue_new_initializer(lua_State *L, glue_index states, glue_index list);
/* Close the states of a pool that has ended. */
glue_pushed glue_end_states(lua_State *L, glue_index states);
/* The function of the library that runs a Lua function in the pool. */
glue_pushed glue_lua_function(lua_State *L, glue_index pool, glue_index function,
                              glue_index is_reused);
/* What is given to one, in a box: its arguments, one item, a list of items or of lists
 * of arguments. */
glue_pushed glue_cross_arguments(lua_State *L, glue_index list);
glue_pushed glue_cross_item(lua_State *L, glue_index item);
glue_pushed glue_cross_items(lua_State *L, glue_index items, glue_index are_lists);
/* Whether a task runs here, and whether it was cancelled. */
glue_pushed glue_in_task(lua_State *L);
glue_pushed glue_cancelled(lua_State *L);
/* Of a handle, as a light userdata: the same in every Lua state. */
glue_pushed glue_handle_address(lua_State *L, glue_index handle);

/*
 * Several results, in a list.  The waits answer as those for one: wait_any the place of
 * the first.
 */
glue_pushed glue_wait_any(lua_State *L, glue_index list, double deadline);
glue_pushed glue_wait_all(lua_State *L, glue_index list, double deadline);
asyr_status glue_as_completed(lua_State *L, glue_index list, asyr_queue **queue,
                              asyr_error **error);
/* The place of the next that is ready; nil when none is. */
glue_pushed glue_next_completed(lua_State *L, asyr_queue *queue);
/* Wait until one of the descriptors is readable. */
glue_pushed glue_poll(lua_State *L, glue_index descriptors, double deadline);
glue_pushed glue_result_then(lua_State *L, asyr_result *source, asyr_pool *pool,
                             asyr_function *function, asyr_task_options *options);
glue_pushed glue_result_rescue(lua_State *L, asyr_result *source, asyr_pool *pool,
                               asyr_function *function, asyr_task_options *options);
glue_pushed glue_result_all(lua_State *L, glue_index list, asyr_pool *pool,
                            asyr_task_options *options);
glue_pushed glue_result_any(lua_State *L, glue_index list, asyr_pool *pool,
                            asyr_task_options *options);

/* Promises: answers its handle and the result. */
glue_pushed glue_promise_new(lua_State *L, asyr_pool *pool,
                             asyr_task_options *options);
glue_pushed glue_promise_set_value(lua_State *L, glue_index handle,
                                   glue_index value);
glue_pushed glue_promise_set_error(lua_State *L, glue_index handle,
                                   glue_index failure);
glue_pushed glue_promise_is_cancelled(lua_State *L, glue_index handle);

/* Values that Lua has no type for, in a box. */
glue_pushed glue_new_array(lua_State *L, glue_index type, glue_index content);
glue_pushed glue_new_bytes(lua_State *L, glue_index content);
glue_pushed glue_new_integer(lua_State *L, glue_index digits);

/* What stands for nil inside a list or a map. */
glue_pushed glue_null(lua_State *L);
/* The metatable of error tables, for the Lua side to fill. */
glue_pushed glue_error_metatable(lua_State *L);

#endif
