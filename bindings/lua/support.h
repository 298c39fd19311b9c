/*
 * What the C files of the Lua binding share.
 *
 * Conventions: `push_...` pushes one Lua value, may raise a Lua error, and owns
 * nothing; `glue_push_...` consumes its handle and never raises: it answers 0, or
 * -1 with an error on the top of the stack.
 */
#ifndef GLUE_SUPPORT_H
#define GLUE_SUPPORT_H

#include <lua.h>
#include <lauxlib.h>
#include <asyncresult.h>

#include "compat.h"
#include "glue.h"

#define ERROR_METATABLE "asyncresult.Error"
#define BOX_METATABLE "asyncresult.Value"

/* generated/asyncresult_wrap.c */
int glue_open_wrapper(lua_State *L);

/* context.c */
struct context;
/* A Lua function that the library may have called.  It is on its context's list of
 * released ones from when the library let go of it until Lua forgets it. */
struct callback {
    struct context *context;
    int function; /* in the registry */
    struct callback *next;
};
void glue_open(lua_State *L);
struct context *get_context(lua_State *L);
struct callback *new_callback(lua_State *L, int index);
void release_callback(void *arg);
/* A call of the library that may call Lua back. */
struct entry {
    lua_State *L;
    int input; /* where the input of the call's lazy map stands; 0 without one */
};
/* Let the call of `entry` run Lua until leave_context(), which is given what this
 * answers. */
struct entry enter_context(struct context *context, struct entry entry);
void leave_context(struct context *context, struct entry outer);
int get_input(struct context *context);
asyr_interrupt *get_interrupt(struct context *context);
/* Say that its Lua state is a worker's: no signal comes there. */
void enter_worker(struct context *context);
bool is_worker(const struct context *context);
bool is_worker_state(lua_State *L);
/* Call a C function of Lua with a pointer and, unless it is 0, with what stands at
 * `index`; NULL, or an owned error. */
asyr_error *call_protected(struct context *context, lua_CFunction function,
                           void *arg, int index);
/* The same for what needs no memory: between the two a function is pushed, and `count`
 * arguments.  NULL when no Lua thread can be entered, which refuse_call() says. */
lua_State *begin_protected(struct context *context);
asyr_error *end_protected(struct context *context, lua_State *L, int count);
asyr_error *refuse_call(void);
/* Call `push(L, handle)`; answer 0, or -1 with an error on the top of the stack. */
int push_protected(lua_State *L, void (*push)(lua_State *, void *), void *handle);

/* waits.c */
/* One wait: how long it may last, and whether its end is that of the caller's. */
struct slice {
    struct context *context;
    struct entry outer;
    int64_t timeout_ns;
    bool is_last;
};
struct slice begin_slice(struct entry entry, asyr_queue *queue, double deadline);
void end_slice(struct slice *slice);
/* Push true, or false to go on; otherwise the answer is -1 with the error. */
glue_pushed answer_slice(lua_State *L, const struct slice *slice, asyr_status status,
                         asyr_error *error);
void glue_release_pool(asyr_pool *pool);

/* handles.c */
struct handle_kind;
extern const struct handle_kind result_kind, pool_kind, function_kind, strand_kind,
    promise_kind, states_kind;
void open_handles(lua_State *L);
/* What a handle of that kind refers to; NULL for anything else. */
void *to_object(lua_State *L, int index, const struct handle_kind *kind);
asyr_error *refuse_object(lua_State *L, int index, const struct handle_kind *kind);
void push_object(lua_State *L, void *consumed, const struct handle_kind *kind);
/* A handle that came from another Lua state; takes a reference. */
void push_shared_object(lua_State *L, void *object, const struct handle_kind *kind);
/* The kind of the handle at `index`, and its object; NULL for what is none. */
const struct handle_kind *kind_of(lua_State *L, int index, void **object);
void retain_object(const struct handle_kind *kind, void *object);
/* For a reference of retain_object(). */
void release_object(const struct handle_kind *kind, void *object);

/* states.c */
struct states;
void retain_states(struct states *states);
void release_states(struct states *states);

/* numbers.c */
bool read_int64(lua_State *L, int index, int64_t *number);
asyr_status glue_read_int64(lua_State *L, int index, const char *what,
                            int64_t *number, asyr_error **error);
asyr_value *number_to_value(lua_State *L, int index, asyr_error **error);
/* Whether it could be pushed without a box; never raises. */
bool push_small_int64(lua_State *L, int64_t number);
void push_int64(lua_State *L, int64_t number);
void push_uint64(lua_State *L, uint64_t number);

/* to_value.c */
asyr_value *glue_to_value(lua_State *L, int index, asyr_error **error);
/* A list of values, or what a box holds; `what` is named in a refusal. */
asyr_value *glue_to_list(lua_State *L, int index, const char *what,
                         asyr_error **error);

/* Whether there is a list at `index`, and how long it is; otherwise an error that says
 * what was expected. */
bool list_length(lua_State *L, int index, const char *what, int64_t *count,
                 asyr_error **error);

/* code.c */
/* What the pool, a table at `pool`, knows a Lua function as; borrowed from the pool for
 * as long as the function lives.  NULL with the error. */
asyr_function *lua_function(lua_State *L, int pool, int function,
                            asyr_error **error);

/* from_value.c */
void push_value(lua_State *L, asyr_value *value);
/* Whether it could be pushed without memory, and so without protection. */
bool push_plain(lua_State *L, asyr_value *value);
int glue_push_value(lua_State *L, asyr_value *value);
/* A part of something larger, where a nil is asyncresult.null. */
int glue_push_part(lua_State *L, asyr_value *part);
bool is_null(lua_State *L, int index);

/* errors.c */
void push_error(lua_State *L, asyr_error *error);
int glue_push_error(lua_State *L, asyr_error *error);
bool is_error(lua_State *L, int index);
asyr_error *error_from_lua(lua_State *L, int index, const char *trace);
asyr_error *new_error(int32_t code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* boxes.c */
void open_boxes(lua_State *L);
asyr_value **push_empty_box(lua_State *L);
void push_box(lua_State *L, asyr_value *value);
asyr_value *to_box(lua_State *L, int index);
/* The answer of a call that failed: pushes the error, which it consumes. */
glue_pushed glue_fail(lua_State *L, asyr_error *error);

/* arrays.c */
const char *element_name_of(asyr_value *array);

#endif
