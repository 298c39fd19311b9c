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
/* Let `L` run callbacks until leave_context(), which is given what this answers. */
lua_State *enter_context(struct context *context, lua_State *L);
void leave_context(struct context *context, lua_State *outer);
asyr_interrupt *get_interrupt(struct context *context);
/* Call a C function of Lua with a pointer; NULL, or an owned error. */
asyr_error *call_protected(struct context *context, lua_CFunction function,
                           void *arg);
/* Call `push(L, handle)`; answer 0, or -1 with an error on the top of the stack. */
int push_protected(lua_State *L, void (*push)(lua_State *, void *), void *handle);

/* waits.c */
void glue_release_pool(asyr_pool *pool);

/* numbers.c */
bool read_int64(lua_State *L, int index, int64_t *number);
asyr_status glue_read_int64(lua_State *L, int index, const char *what,
                            int64_t *number, asyr_error **error);
asyr_value *number_to_value(lua_State *L, int index, asyr_error **error);
void push_int64(lua_State *L, int64_t number);
void push_uint64(lua_State *L, uint64_t number);

/* to_value.c */
asyr_value *glue_to_value(lua_State *L, int index, asyr_error **error);
/* A list of values, or what a box holds; `what` is named in a refusal. */
asyr_value *glue_to_list(lua_State *L, int index, const char *what,
                         asyr_error **error);

/* from_value.c */
void push_value(lua_State *L, asyr_value *value);
int glue_push_value(lua_State *L, asyr_value *value);
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
