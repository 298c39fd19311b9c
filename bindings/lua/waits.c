/*
 * Waits: the calls that block, and run callbacks meanwhile.
 *
 * Each waits for a slice of time at most, then answers false so that Lua's own code
 * calls again: an interpreter notices Ctrl-C between two of its instructions only.
 * A signal handler that runs on this thread ends a wait at once; the slice is for a
 * handler that ran elsewhere, or just before the wait began.
 */
#include "support.h"

#include <math.h>
#include <time.h>

static const int64_t SLICE_NS = (int64_t)500 * 1000 * 1000;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

struct slice begin_slice(struct entry entry, asyr_queue *queue, double deadline)
{
    luaL_checkstack(entry.L, 16, "wait");
    struct slice slice = {.context = get_context(entry.L), .timeout_ns = SLICE_NS};
    bool is_whole = deadline == -HUGE_VAL || is_worker(slice.context);
    if (is_whole && isinf(deadline)) {
        slice.timeout_ns = ASYR_FOREVER;
    } else if (isfinite(deadline)) {
        double remaining = (deadline - now()) * 1e9;
        slice.is_last = is_whole || remaining <= (double)SLICE_NS;
        if (slice.is_last)
            slice.timeout_ns = remaining > 0 ? (int64_t)ceil(remaining) : 0;
    }
    /* The host may have moved its Lua state to this thread. */
    asyr_queue_own(queue, NULL);
    slice.outer = enter_context(slice.context, entry);
    return slice;
}

void end_slice(struct slice *slice)
{
    leave_context(slice->context, slice->outer);
}

/* Whether a wait that failed so should be called again. */
static bool goes_on(const struct slice *slice, asyr_status status)
{
    return status == ASYR_E_INTERRUPTED ||
           (status == ASYR_E_TIMEOUT && !slice->is_last);
}

glue_pushed answer_slice(lua_State *L, const struct slice *slice, asyr_status status,
                         asyr_error *error)
{
    if (status != ASYR_OK && !goes_on(slice, status)) {
        glue_push_error(L, error);
        return -1;
    }
    asyr_error_unref(error);
    lua_pushboolean(L, status == ASYR_OK);
    return 1;
}

glue_pushed glue_deadline(lua_State *L, glue_index timeout)
{
    int64_t timeout_ns = 0;
    asyr_error *error = NULL;
    if (lua_type(L, timeout) != LUA_TNUMBER)
        error = new_error(ASYR_E_ARGUMENT, "timeout: expected seconds, found %s",
                          luaL_typename(L, timeout));
    else
        asyr_timeout_from_seconds((double)lua_tonumber(L, timeout), &timeout_ns,
                                  &error);
    if (error) {
        glue_push_error(L, error);
        return -1;
    }
    if (timeout_ns == ASYR_FOREVER)
        lua_pushnumber(L, (lua_Number)HUGE_VAL);
    else
        lua_pushnumber(L, (lua_Number)(now() + (double)timeout_ns * 1e-9));
    return 1;
}

glue_pushed glue_result_get(lua_State *L, asyr_result *result, asyr_queue *queue,
                            double deadline)
{
    asyr_value *value = NULL;
    asyr_error *error = NULL;
    struct slice slice = begin_slice((struct entry){L, 0}, queue, deadline);
    asyr_status status = asyr_result_get(
        result, slice.timeout_ns, get_interrupt(slice.context), &value, &error);
    end_slice(&slice);
    glue_pushed count = answer_slice(L, &slice, status, error);
    if (count < 0 || status != ASYR_OK)
        return count;
    return glue_push_value(L, value) < 0 ? -1 : 2;
}

/* Answers true, false to go on, or nil when the time is over. */
glue_pushed glue_result_wait(lua_State *L, asyr_result *result, asyr_queue *queue,
                             double deadline)
{
    asyr_error *error = NULL;
    struct slice slice = begin_slice((struct entry){L, 0}, queue, deadline);
    asyr_status status = asyr_result_wait(result, slice.timeout_ns,
                                          get_interrupt(slice.context), &error);
    end_slice(&slice);
    if (status != ASYR_E_TIMEOUT || !slice.is_last)
        return answer_slice(L, &slice, status, error);
    asyr_error_unref(error);
    lua_pushnil(L);
    return 1;
}

glue_pushed glue_pool_join(lua_State *L, asyr_pool *pool, asyr_queue *queue,
                           double deadline)
{
    asyr_error *error = NULL;
    struct slice slice = begin_slice((struct entry){L, 0}, queue, deadline);
    asyr_status status =
        asyr_pool_join(pool, slice.timeout_ns, get_interrupt(slice.context), &error);
    end_slice(&slice);
    return answer_slice(L, &slice, status, error);
}

/* Answers how many ran, or false to go on. */
glue_pushed glue_queue_run(lua_State *L, asyr_queue *queue, double deadline)
{
    int64_t count = 0;
    asyr_error *error = NULL;
    struct slice slice = begin_slice((struct entry){L, 0}, queue, deadline);
    asyr_status status = asyr_queue_run(
        queue, 0, slice.timeout_ns, get_interrupt(slice.context), &count, &error);
    end_slice(&slice);
    if (status != ASYR_OK)
        return answer_slice(L, &slice, status, error);
    if (count == 0 && !slice.is_last)
        lua_pushboolean(L, false);
    else
        push_int64(L, count);
    return 1;
}

asyr_status glue_set_interrupt(lua_State *L, asyr_task_options *options,
                               asyr_error **error)
{
    struct context *context = get_context(L);
    return asyr_task_options_set_interrupt(options, get_interrupt(context), error);
}

/* The finaliser of a pool ends it, and waits for nothing. */
void glue_release_pool(asyr_pool *pool)
{
    asyr_pool_terminate(pool, NULL);
    asyr_pool_unref(pool);
}
