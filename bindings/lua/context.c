/*
 * The context: what the binding keeps for one Lua state.
 *
 * It is made when the module is loaded and found through the registry.  Each
 * callback that the library holds refers to it, so it outlives its Lua state,
 * which takes its pointer away as it closes.
 *
 * Threads: Lua is entered from its own thread alone.  The library may let go of a
 * callback on any thread, which puts it on the list `released`; the Lua thread
 * takes that list and forgets the functions the next time it comes by.
 *
 * Callbacks run on the Lua thread (a coroutine, say) that waits or polls at the
 * moment: it is alive for sure, and no other is kept.
 */
#include "support.h"

#include <stdatomic.h>
#include <stdlib.h>

struct context {
    atomic_long references;
    _Atomic(struct callback *) released;
    struct entry active;       /* Lua's thread only */
    asyr_interrupt *interrupt; /* immutable */
    asyr_error *failure;       /* Lua's thread only: from the message handler */
    bool is_worker;            /* immutable */
    int runner;                /* in the registry; immutable: pcall's function, */
    int handler;               /* and its message handler */
};

static const char context_key = 'c';

/* What the registry has; empty once the Lua state closes. */
struct slot {
    struct context *context;
};

static struct slot *find_slot(lua_State *L)
{
    lua_pushlightuserdata(L, (void *)&context_key);
    lua_rawget(L, LUA_REGISTRYINDEX);
    struct slot *slot = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return slot;
}

static void free_released(struct context *context)
{
    struct callback *each =
        atomic_exchange_explicit(&context->released, NULL, memory_order_acquire);
    while (each) {
        struct callback *next = each->next;
        free(each);
        each = next;
    }
}

static void unref_context(struct context *context)
{
    if (atomic_fetch_sub_explicit(&context->references, 1, memory_order_acq_rel) > 1)
        return;
    free_released(context);
    asyr_interrupt_unref(context->interrupt);
    free(context);
}

/* ---- callbacks ---- */

static void forget_released(lua_State *L, struct context *context)
{
    struct callback *each =
        atomic_exchange_explicit(&context->released, NULL, memory_order_acquire);
    while (each) {
        struct callback *next = each->next;
        luaL_unref(L, LUA_REGISTRYINDEX, each->function);
        free(each);
        each = next;
    }
}

struct callback *new_callback(lua_State *L, int index)
{
    struct context *context = get_context(L);
    forget_released(L, context);
    lua_pushvalue(L, index);
    int function = luaL_ref(L, LUA_REGISTRYINDEX);
    struct callback *made = malloc(sizeof *made);
    if (!made) {
        luaL_unref(L, LUA_REGISTRYINDEX, function);
        return NULL;
    }
    atomic_fetch_add_explicit(&context->references, 1, memory_order_relaxed);
    made->context = context;
    made->function = function;
    made->next = NULL;
    return made;
}

void release_callback(void *arg)
{
    struct callback *callback = arg;
    struct context *context = callback->context;
    callback->next = atomic_load_explicit(&context->released, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(
        &context->released, &callback->next, callback, memory_order_release,
        memory_order_relaxed))
        ;
    unref_context(context);
}

/* ---- the active Lua thread ---- */

struct entry enter_context(struct context *context, struct entry entry)
{
    struct entry outer = context->active;
    forget_released(entry.L, context);
    context->active = entry;
    return outer;
}

void leave_context(struct context *context, struct entry outer)
{
    context->active = outer;
}

int get_input(struct context *context)
{
    return context->active.input;
}

asyr_interrupt *get_interrupt(struct context *context)
{
    return context->interrupt;
}

void enter_worker(struct context *context)
{
    context->is_worker = true;
}

bool is_worker_state(lua_State *L)
{
    const struct slot *slot = find_slot(L);
    return slot && slot->context && slot->context->is_worker;
}

bool is_worker(const struct context *context)
{
    return context->is_worker;
}

/* ---- protected calls ---- */

struct run {
    lua_CFunction function;
    void *arg;
};

/* Runs run->function with run->arg in place of `run`; kept in the registry, so that
 * finding it needs no memory. */
static int run_in_lua(lua_State *L)
{
    struct run *run = lua_touserdata(L, 1);
    lua_pushlightuserdata(L, run->arg);
    lua_replace(L, 1);
    return run->function(L);
}

static const char *push_traceback(lua_State *L)
{
#if LUA_VERSION_NUM >= 502
    luaL_traceback(L, L, NULL, 1);
#else
    lua_getglobal(L, "debug");
    if (!lua_istable(L, -1))
        return NULL;
    lua_getfield(L, -1, "traceback");
    lua_pushliteral(L, "");
    lua_pushinteger(L, 2);
    if (lua_pcall(L, 2, 1, 0) != LUA_OK)
        return NULL;
#endif
    const char *trace = lua_tostring(L, -1);
    while (trace && *trace == '\n')
        trace++;
    return trace;
}

/* The message handler: here the stack that failed can still be seen. */
static int keep_failure(lua_State *L)
{
    struct context *context = lua_touserdata(L, lua_upvalueindex(1));
    const char *trace = push_traceback(L);
    asyr_error *failure = error_from_lua(L, 1, trace);
    asyr_error_unref(context->failure);
    context->failure = failure;
    lua_settop(L, 1);
    return 1;
}

lua_State *begin_protected(struct context *context)
{
    lua_State *L = context->active.L;
    if (!L || !lua_checkstack(L, 8))
        return NULL;
    lua_rawgeti(L, LUA_REGISTRYINDEX, context->handler);
    return L;
}

asyr_error *end_protected(struct context *context, lua_State *L, int count)
{
    int base = lua_gettop(L) - count - 1;
    int status = lua_pcall(L, count, 0, base);
    asyr_error *failure = context->failure;
    context->failure = NULL;
    if (status != LUA_OK && !failure)
        failure = new_error(status == LUA_ERRMEM ? ASYR_E_MEMORY : ASYR_E_TASK, "%s",
                            lua_type(L, -1) == LUA_TSTRING
                                ? lua_tostring(L, -1)
                                : "an error while a Lua error was handled");
    lua_settop(L, base - 1);
    if (status != LUA_OK)
        return failure;
    asyr_error_unref(failure);
    return NULL;
}

asyr_error *refuse_call(void)
{
    return asyr_error_new(ASYR_E_STATE, NULL,
                          "no Lua thread can run a callback now");
}

asyr_error *call_protected(struct context *context, lua_CFunction function,
                           void *arg, int index)
{
    struct run run = {function, arg};
    lua_State *L = begin_protected(context);
    if (!L)
        return refuse_call();
    lua_rawgeti(L, LUA_REGISTRYINDEX, context->runner);
    lua_pushlightuserdata(L, &run);
    if (index)
        lua_pushvalue(L, index);
    return end_protected(context, L, index ? 2 : 1);
}

struct push {
    void (*push)(lua_State *L, void *handle);
    void *handle;
};

static int push_in_lua(lua_State *L)
{
    struct push *push = lua_touserdata(L, 1);
    push->push(L, push->handle);
    return 1;
}

int push_protected(lua_State *L, void (*push)(lua_State *, void *), void *handle)
{
    struct push what = {push, handle};
    lua_pushcfunction(L, push_in_lua);
    lua_pushlightuserdata(L, &what);
    return lua_pcall(L, 1, 1, 0) == LUA_OK ? 0 : -1;
}

/* ---- open and close ---- */

static int close_context(lua_State *L)
{
    struct slot *slot = lua_touserdata(L, 1);
    struct context *context = slot->context;
    slot->context = NULL;
    if (context)
        unref_context(context);
    return 0;
}

struct context *get_context(lua_State *L)
{
    const struct slot *slot = find_slot(L);
    if (slot && slot->context)
        return slot->context;
    luaL_error(L, "asyncresult: the Lua state is closing");
    return NULL;
}

/* Takes the slot from the stack. */
static void register_slot(lua_State *L)
{
    lua_newtable(L);
    lua_pushcfunction(L, close_context);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    lua_pushlightuserdata(L, (void *)&context_key);
    lua_insert(L, -2);
    lua_rawset(L, LUA_REGISTRYINDEX);
}

static struct context *new_context(void)
{
    struct context *context = calloc(1, sizeof *context);
    if (!context)
        return NULL;
    atomic_init(&context->references, 1);
    atomic_init(&context->released, NULL);
    if (asyr_interrupt_new(&context->interrupt, NULL) == ASYR_OK)
        return context;
    free(context);
    return NULL;
}

/* Done before the module is required in a worker. */
void glue_open(lua_State *L)
{
    if (find_slot(L))
        return;
    struct slot *slot = lua_newuserdata(L, sizeof *slot);
    slot->context = NULL;
    register_slot(L);
    struct context *context = slot->context = new_context();
    if (!context) {
        luaL_error(L, "asyncresult: not enough memory");
        return;
    }
    lua_pushcfunction(L, run_in_lua);
    context->runner = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pushlightuserdata(L, context);
    lua_pushcclosure(L, keep_failure, 1);
    context->handler = luaL_ref(L, LUA_REGISTRYINDEX);
    luaL_newmetatable(L, ERROR_METATABLE);
    lua_pop(L, 1);
    open_boxes(L);
    open_handles(L);
}
