/*
 * Seeing that a task was cancelled, and stopping one that does not look.
 *
 * On request a count hook looks at the flag of the task.  Once it is set, each further
 * instruction raises, so that a task that catches errors in a loop ends as well.
 */
#include "states.h"

/* LuaJIT's: its compiled code runs no hooks, so it has to be interpreted. */
enum { JIT_ENGINE = 0, JIT_OFF = 0 };
extern int luaJIT_setmode(lua_State *L, int index, int mode) __attribute__((weak));

glue_pushed glue_cancelled(lua_State *L)
{
    const struct frame *frame = current_frame();
    lua_pushboolean(L, frame && asyr_task_is_cancelled(frame->task));
    return 1;
}

glue_pushed glue_in_task(lua_State *L)
{
    lua_pushboolean(L, current_frame() != NULL);
    return 1;
}

static void look(lua_State *L, lua_Debug *record)
{
    (void)record;
    const struct frame *frame = current_frame();
    if (!frame)
        return;
    if (!asyr_task_is_cancelled(frame->task)) {
        int count = frame->state->states->recipe.stop_count;
        if (lua_gethookcount(L) != count)
            lua_sethook(L, look, LUA_MASKCOUNT, count);
        return;
    }
    lua_sethook(L, look, LUA_MASKCOUNT, 1);
    asyr_error *error =
        new_error(ASYR_E_CANCELLED, "the task was stopped: it was cancelled");
    glue_push_error(L, error);
    lua_error(L);
}

void watch_tasks(struct state *state, lua_State *L)
{
    int count = state->states->recipe.stop_count;
    if (!count)
        return;
    lua_sethook(L, look, LUA_MASKCOUNT, count);
    if (luaJIT_setmode)
        luaJIT_setmode(L, JIT_ENGINE, JIT_OFF);
}
