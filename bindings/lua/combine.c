/*
 * Several results: waits for one or all of them, and results made of results.
 *
 * A list of results on the Lua stack becomes an array in a userdata, so that an error of
 * Lua leaves nothing behind.
 */
#include "support.h"

#include <errno.h>
#include <math.h>
#include <poll.h>

struct results {
    asyr_result **items; /* borrowed from the list */
    int64_t count;
};

/* Pushes what holds the array. */
static bool read_results(lua_State *L, int index, struct results *results,
                         asyr_error **error)
{
    luaL_checkstack(L, 8, "results");
    if (!list_length(L, index, "results", &results->count, error))
        return false;
    results->items =
        lua_newuserdata(L, (size_t)(results->count + 1) * sizeof *results->items);
    for (int64_t i = 0; i < results->count; i++) {
        lua_rawgeti(L, index, (int)(i + 1));
        results->items[i] = to_object(L, -1, &result_kind);
        if (!results->items[i]) {
            *error = new_error(ASYR_E_ARGUMENT,
                               "results[%d]: expected an AsyncResult, found %s",
                               (int)(i + 1), luaL_typename(L, -1));
            return false;
        }
        lua_pop(L, 1);
    }
    return true;
}

/* ---- waits ---- */

static glue_pushed answer_timeout(lua_State *L, asyr_error *error)
{
    asyr_error_unref(error);
    lua_pushnil(L);
    return 1;
}

glue_pushed glue_wait_any(lua_State *L, glue_index list, double deadline)
{
    struct results results;
    asyr_error *error = NULL;
    int64_t index = -1;
    if (!read_results(L, list, &results, &error))
        return glue_fail(L, error);
    struct slice slice = begin_slice((struct entry){L, 0}, NULL, deadline);
    asyr_status status =
        asyr_result_wait_any(results.items, results.count, slice.timeout_ns,
                             get_interrupt(slice.context), &index, &error);
    end_slice(&slice);
    if (status == ASYR_E_TIMEOUT && slice.is_last)
        return answer_timeout(L, error);
    if (status != ASYR_OK)
        return answer_slice(L, &slice, status, error);
    push_int64(L, index + 1);
    return 1;
}

glue_pushed glue_wait_all(lua_State *L, glue_index list, double deadline)
{
    struct results results;
    asyr_error *error = NULL;
    if (!read_results(L, list, &results, &error))
        return glue_fail(L, error);
    struct slice slice = begin_slice((struct entry){L, 0}, NULL, deadline);
    asyr_status status =
        asyr_result_wait_all(results.items, results.count, slice.timeout_ns,
                             get_interrupt(slice.context), &error);
    end_slice(&slice);
    if (status == ASYR_E_TIMEOUT && slice.is_last)
        return answer_timeout(L, error);
    return answer_slice(L, &slice, status, error);
}

/* ---- in the order of completion ---- */

asyr_status glue_as_completed(lua_State *L, glue_index list, asyr_queue **queue,
                              asyr_error **error)
{
    struct results results;
    if (!read_results(L, list, &results, error))
        return asyr_error_get_code(*error);
    return asyr_result_as_completed(results.items, results.count, queue, error);
}

glue_pushed glue_next_completed(lua_State *L, asyr_queue *queue)
{
    asyr_event *event = NULL;
    if (asyr_queue_next(queue, 0, NULL, &event, NULL) != ASYR_OK) {
        lua_pushnil(L);
        return 1;
    }
    int64_t index = (int64_t)asyr_event_get_tag(event);
    asyr_event_finish(event, NULL, NULL);
    push_int64(L, index + 1);
    return 1;
}

static struct pollfd *read_descriptors(lua_State *L, int list, nfds_t count)
{
    struct pollfd *polled = lua_newuserdata(L, (count + 1) * sizeof *polled);
    for (nfds_t i = 0; i < count; i++) {
        lua_rawgeti(L, list, (int)(i + 1));
        polled[i].fd = (int)lua_tointeger(L, -1);
        polled[i].events = POLLIN;
        lua_pop(L, 1);
    }
    return polled;
}

glue_pushed glue_poll(lua_State *L, glue_index descriptors, double deadline)
{
    nfds_t count = (nfds_t)lua_rawlen(L, descriptors);
    struct pollfd *polled = read_descriptors(L, descriptors, count);
    struct slice slice = begin_slice((struct entry){L, 0}, NULL, deadline);
    double milliseconds = ceil((double)slice.timeout_ns / 1e6);
    int ready =
        poll(polled, count, milliseconds < 1e6 ? (int)milliseconds : 1000000);
    end_slice(&slice);
    if (ready > 0)
        lua_pushboolean(L, 1);
    else if (ready == 0 && slice.is_last)
        lua_pushnil(L);
    else
        lua_pushboolean(L, 0);
    return 1;
}

/* ---- results made of results ---- */

static glue_pushed push_made(lua_State *L, asyr_result *made, asyr_error *error)
{
    if (!made)
        return glue_fail(L, error);
    push_object(L, made, &result_kind);
    return 1;
}

glue_pushed glue_result_then(lua_State *L, asyr_result *source, asyr_pool *pool,
                             asyr_function *function, asyr_task_options *options)
{
    asyr_result *made = NULL;
    asyr_error *error = NULL;
    asyr_result_then(source, pool, function, options, &made, &error);
    return push_made(L, made, error);
}

glue_pushed glue_result_rescue(lua_State *L, asyr_result *source, asyr_pool *pool,
                               asyr_function *function, asyr_task_options *options)
{
    asyr_result *made = NULL;
    asyr_error *error = NULL;
    asyr_result_rescue(source, pool, function, options, &made, &error);
    return push_made(L, made, error);
}

glue_pushed glue_result_all(lua_State *L, glue_index list, asyr_pool *pool,
                            asyr_task_options *options)
{
    struct results results;
    asyr_result *made = NULL;
    asyr_error *error = NULL;
    if (read_results(L, list, &results, &error))
        asyr_result_all(results.items, results.count, pool, options, &made, &error);
    return push_made(L, made, error);
}

glue_pushed glue_result_any(lua_State *L, glue_index list, asyr_pool *pool,
                            asyr_task_options *options)
{
    struct results results;
    asyr_result *made = NULL;
    asyr_error *error = NULL;
    if (read_results(L, list, &results, &error))
        asyr_result_any(results.items, results.count, pool, options, &made, &error);
    return push_made(L, made, error);
}
