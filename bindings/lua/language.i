/*
 * SWIG for Lua: typemaps, and which calls of the ABI are wrapped as they are.
 *
 * Values become values of Lua and back in to_value.c and from_value.c; every integer
 * has a typemap of its own, since SWIG would pass them through a double.
 */
%{
#include <math.h>
#include "support.h"

/* The entry is module.c's. */
#undef SWIG_init
#define SWIG_init glue_open_wrapper
#undef SWIGEXPORT
#define SWIGEXPORT

/* Some handles are no objects of SWIG's. */
static void push_handle(lua_State *L, void *handle, swig_type_info *type)
{
    if (type == SWIGTYPE_p_asyr_result)
        push_object(L, handle, &result_kind);
    else if (type == SWIGTYPE_p_asyr_pool)
        push_object(L, handle, &pool_kind);
    else if (type == SWIGTYPE_p_asyr_function)
        push_object(L, handle, &function_kind);
    else if (type == SWIGTYPE_p_asyr_strand)
        push_object(L, handle, &strand_kind);
    else
        SWIG_NewPointerObj(L, handle, type, 1);
}
%}

#define ASYR_POOL_RELEASE glue_release_pool
#define ASYR_WRAP_GLUE

%init %{
    glue_open(L);
%}

%rename("%(strip:[glue_])s", regexmatch$name="^glue_") "";
%ignore GLUE_H;

/* These are made in C, or have a call of the glue in their place. */
%rename("$ignore", regexmatch$name="^asyr_(error_(get|set|new)|event_[gfr]|worker_[ndlr]|interrupt_[nct])") "";
%ignore asyr_result_get;
%ignore asyr_result_get_int64;
%ignore asyr_result_get_double;
%ignore asyr_result_wait;
%ignore asyr_result_notify;
%ignore asyr_iterator_next;
%ignore asyr_iterator_put;
%ignore asyr_iterator_finish;
%ignore asyr_pool_imap_fed;
%ignore asyr_pool_join;
%ignore asyr_queue_run;
%ignore asyr_queue_next;
%ignore asyr_queue_next_many;
%ignore asyr_task_options_set_event;
%ignore asyr_task_options_set_interrupt;
%ignore asyr_element_size;
%ignore asyr_interrupt_is_triggered;

%define %asyr_raise
%typemap(argout, noblock=1) asyr_error **error {
    if (*$1) {
        glue_push_error(L, *$1);
        SWIG_fail;
    }
}
%enddef

%define %asyr_handle_out(TYPE, PARAMETER)
%typemap(argout, noblock=1) TYPE **PARAMETER {
    if (*$1) {
        push_handle(L, *$1, $*1_descriptor);
        SWIG_arg++;
    }
}
%enddef

%define %glue_object(TYPE, KIND)
%typemap(in, noblock=1) TYPE * {
    if (!($1 = to_object(L, $input, &KIND))) {
        glue_push_error(L, refuse_object(L, $input, &KIND));
        SWIG_fail;
    }
}
%enddef
%glue_object(asyr_result, result_kind)
%glue_object(asyr_pool, pool_kind)
%glue_object(asyr_function, function_kind)
%glue_object(asyr_strand, strand_kind)

/* A failure has an error object, which the typemap of `error` raises. */
%typemap(out, noblock=1) asyr_status {
    (void)$1;
}

%typemap(in) glue_index {
    $1 = $input;
}
%typemap(out, noblock=1) glue_pushed {
    if ($1 < 0)
        SWIG_fail;
    SWIG_arg += $1;
}

/* ---- numbers ---- */

%typemap(in, noblock=1) int64_t (asyr_error *refusal = NULL) {
    if (glue_read_int64(L, $input, "$1_name", &$1, &refusal) != ASYR_OK) {
        glue_push_error(L, refusal);
        SWIG_fail;
    }
}
%typemap(in, noblock=1) uint64_t (int64_t number = 0, asyr_error *refusal = NULL) {
    if (glue_read_int64(L, $input, "$1_name", &number, &refusal) != ASYR_OK) {
        glue_push_error(L, refusal);
        SWIG_fail;
    }
    $1 = ($1_ltype)number;
}
%apply uint64_t { int32_t };
%typemap(out, noblock=1) int64_t, int32_t {
    push_int64(L, $1);
    SWIG_arg++;
}
%typemap(out, noblock=1) uint64_t {
    push_uint64(L, $1);
    SWIG_arg++;
}
/* A deadline: a moment, or nil for none. */
%typemap(in, noblock=1) double deadline {
    $1 = lua_type(L, $input) == LUA_TNUMBER ? (double)lua_tonumber(L, $input) : HUGE_VAL;
}

%typemap(in, numinputs=0, noblock=1) int64_t *OUTPUT (int64_t number = 0) {
    $1 = &number;
}
%typemap(argout, noblock=1) int64_t *OUTPUT {
    push_int64(L, *$1);
    SWIG_arg++;
}
%typemap(in, numinputs=0, noblock=1) int32_t *OUTPUT (int32_t number = 0) {
    $1 = &number;
}
%typemap(argout, noblock=1) int32_t *OUTPUT {
    push_int64(L, *$1);
    SWIG_arg++;
}
%typemap(in, numinputs=0, noblock=1) bool *OUTPUT (bool truth = false) {
    $1 = &truth;
}
%typemap(argout, noblock=1) bool *OUTPUT {
    lua_pushboolean(L, *$1);
    SWIG_arg++;
}
%apply int64_t *OUTPUT { int64_t *descriptor }
%apply int32_t *OUTPUT { int32_t *outcome }
%apply bool *OUTPUT { bool *successful }

%apply SWIGTYPE *DISOWN { asyr_task_options *consumed, asyr_pool_options *consumed,
                          asyr_iterator *consumed };

/* ---- values ---- */

%typemap(in, noblock=1) asyr_value * (asyr_error *refusal = NULL) {
    if (!lua_isnil(L, $input) &&
        !($1 = glue_to_list(L, $input, "$1_name", &refusal))) {
        glue_push_error(L, refusal);
        SWIG_fail;
    }
}
%typemap(freearg, noblock=1) asyr_value * {
    asyr_value_unref($1);
}
