/*
 * Running a Lua function as a task: on the thread that the library has it run.
 *
 * A task that waits for another one may run it on top of itself.  That one has a Lua
 * thread of its own in the same state, since Lua counts how deep C calls nest in each.
 * A Lua error must not pass through the library: all that can raise is in call_task().
 */
#include "states.h"

struct call {
    struct state *state;
    struct code *code;
    asyr_task *task;
    asyr_value *value; /* owned: what it answers */
    asyr_error *error; /* owned: why that cannot cross */
};

/* Push the arguments of a task, and answer how many. */
static int push_arguments(lua_State *L, asyr_task *task)
{
    int64_t count = asyr_task_get_argument_count(task);
    int pushed = 0;
    luaL_checkstack(L, count < INT32_MAX ? (int)count + 8 : INT32_MAX, "arguments");
    for (int64_t index = 0; index < count; index++) {
        asyr_value *value = NULL;
        asyr_task_get_argument(task, index, &value, NULL);
        /* The task keeps it. */
        asyr_value_unref(value);
        const struct packet *packet = to_packet(value);
        if (packet) {
            pushed += push_packet(L, packet);
        } else {
            push_value(L, value);
            pushed++;
        }
    }
    return pushed;
}

/* Answer what is on the top of the stack. */
static void answer(lua_State *L, struct call *call)
{
#if HAS_INTEGERS
    if (lua_isinteger(L, -1)) {
        asyr_task_return_int64(call->task, (int64_t)lua_tointeger(L, -1), NULL);
        return;
    }
    if (lua_type(L, -1) == LUA_TNUMBER) {
        asyr_task_return_double(call->task, (double)lua_tonumber(L, -1), NULL);
        return;
    }
#endif
    if (!lua_isnil(L, -1))
        call->value = cross_value(L, lua_gettop(L), "value", &call->error);
}

static int call_task(lua_State *L)
{
    struct call *call = lua_touserdata(L, 1);
    lua_settop(L, 0);
    push_loaded(L, call->state, call->code);
    lua_call(L, push_arguments(L, call->task), 1);
    answer(L, call);
    return 0;
}

/* ---- a task on top of another ---- */

struct inner {
    lua_State *L;
    int place; /* in the registry */
};

static int make_thread(lua_State *L)
{
    struct inner *inner = lua_touserdata(L, 1);
    inner->L = lua_newthread(L);
    inner->place = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

static asyr_error *call_in(struct state *state, lua_State *L, struct call *call)
{
    struct entry outer = enter_context(state->context, (struct entry){L, 0});
    asyr_error *error = call_protected(state->context, call_task, call, 0);
    leave_context(state->context, outer);
    return error;
}

static asyr_error *call_on_top(struct state *state, struct call *call)
{
    struct inner inner = {NULL, LUA_NOREF};
    asyr_error *error = call_protected(state->context, make_thread, &inner, 0);
    if (error)
        return error;
    error = call_in(state, inner.L, call);
    luaL_unref(state->L, LUA_REGISTRYINDEX, inner.place);
    return error;
}

/* ---- the outcome ---- */

static int collect(lua_State *L)
{
    lua_gc(L, LUA_GCCOLLECT, 0);
    return 0;
}

/* A state that ran out of memory is of use again once its garbage is gone. */
static void recover(struct state *state, const asyr_error *error)
{
    if (asyr_error_get_code(error) != ASYR_E_MEMORY || state->depth > 1)
        return;
    struct entry outer = enter_context(state->context, (struct entry){state->L, 0});
    asyr_error_unref(call_protected(state->context, collect, NULL, 0));
    leave_context(state->context, outer);
}

static void give_answer(struct call *call, asyr_error *error)
{
    if (!error)
        error = call->error;
    else
        asyr_error_unref(call->error);
    if (error) {
        asyr_task_fail(call->task, error, NULL);
        recover(call->state, error);
        asyr_error_unref(error);
    } else if (call->value) {
        asyr_task_return(call->task, call->value, NULL);
    }
    asyr_value_unref(call->value);
}

static void run_in_state(struct frame *frame, struct code *code)
{
    struct state *state = frame->state;
    struct call call = {state, code, frame->task, NULL, NULL};
    give_answer(&call, state->depth > 1 ? call_on_top(state, &call)
                                        : call_in(state, state->L, &call));
}

static void fail(asyr_task *task, asyr_error *error)
{
    asyr_task_fail(task, error, NULL);
    asyr_error_unref(error);
}

void run_lua_task(asyr_task *task, void *arg)
{
    struct code *code = arg;
    struct frame frame;
    asyr_error *error = NULL;
    if (!enter_state(&frame, code->states, task, &error)) {
        fail(task, error);
        return;
    }
    run_in_state(&frame, code);
    leave_state(&frame);
}

void run_initializer(asyr_task *task, void *arg)
{
    struct frame frame;
    asyr_error *error = NULL;
    if (enter_state(&frame, arg, task, &error))
        leave_state(&frame);
    else
        fail(task, error);
}
