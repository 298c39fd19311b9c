/*
 * Two copies of an interpreter in one process: two threads, each with Lua states of
 * its own, one after the other, that load the module and work with a pool of their
 * own; a state is closed while its pool's tasks still run, and the other thread
 * goes on.
 *
 * LUA_PATH and LUA_CPATH name the module, ASYR_FIXTURE the functions.
 */
#include "harness.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>

enum { STATES = 6 };

static const char script[] =
    "local asyncresult = require 'asyncresult'\n"
    "local fixture, latch = os.getenv('ASYR_FIXTURE'), ...\n"
    "local square = asyncresult.cfunction(fixture, 'int64_t "
    "fixture_square(int64_t)')\n"
    "local wait = asyncresult.cfunction(fixture, 'int64_t "
    "fixture_latch_wait(int64_t)')\n"
    "local pool, called, results = asyncresult.Pool(3), 0, {}\n"
    "local options = {callback = function() called = called + 1 end}\n"
    "pool:apply_async(wait, {latch})\n"
    "for number = 1, 200 do\n"
    "  results[number] = pool:apply_async(square, {number}, options)\n"
    "end\n"
    "for number = 1, 200 do assert(results[number]:get() == number * number) end\n"
    "assert(called == 200, called)\n"
    "kept = {pool, pool:apply_async(wait, {latch}, options)}\n";

/* Closes the state while two tasks of its pool wait on the latch. */
static void run_state(void)
{
    int64_t latch = fixture_latch_new();
    lua_State *state = luaL_newstate();
    CHECK(state != NULL);
    luaL_openlibs(state);
    CHECK_INT(LUA_OK, luaL_loadstring(state, script));
    lua_pushinteger(state, latch);
    if (lua_pcall(state, 1, 0, 0) != LUA_OK)
        CHECK_TEXT("no error", lua_tostring(state, -1));
    fixture_wait_for_waiters(latch, 2);
    lua_close(state);
    CHECK_INT(2, fixture_latch_waiting(latch));
    fixture_latch_open(latch);
}

static void *run_states(void *arg)
{
    (void)arg;
    for (int turn = 0; turn < STATES; turn++)
        run_state();
    return NULL;
}

int main(void)
{
    pthread_t first = start_thread(run_states, NULL);
    pthread_t second = start_thread(run_states, NULL);
    end_thread(first);
    end_thread(second);
    wait_until_alone();
    return EXIT_SUCCESS;
}
