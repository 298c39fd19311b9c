/*
 * Several Lua states in one process, as hosts with a state per thread have: each opens
 * the module for itself, they do not see each other's callbacks, and one may close while
 * its tasks run.
 */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static const char setup[] =
    "asyncresult = require 'asyncresult'\n"
    "local function fixture(prototype)\n"
    "  return asyncresult.cfunction(os.getenv 'ASYR_FIXTURE', prototype)\n"
    "end\n"
    "square = fixture 'int64_t fixture_square(int64_t)'\n"
    "wait = fixture 'int64_t fixture_latch_wait(int64_t)'\n"
    "waiters = fixture 'int64_t fixture_wait_for_waiters(int64_t, int64_t)'\n"
    "open = fixture 'int64_t fixture_latch_open(int64_t)'\n"
    "pool = asyncresult.Pool(2)\n"
    "latch = pool:apply(fixture 'int64_t fixture_latch_new(void)')\n";

static const char work[] = "local sum, results = 0, {}\n"
                           "for number = 1, 100 do\n"
                           "  results[number] = pool:apply_async(square, {number}, "
                           "{callback = function(value)\n"
                           "    sum = sum + value\n"
                           "  end})\n"
                           "end\n"
                           "for number, result in ipairs(results) do\n"
                           "  assert(result:get() == number * number)\n"
                           "end\n"
                           "assert(sum == 338350, sum)\n";

static const char leave_a_task[] = "held = pool:apply_async(wait, {latch}, "
                                   "{callback = print, error_callback = print})\n"
                                   "pool:apply(waiters, {latch, 1})\n";

static void run(lua_State *L, const char *text)
{
    if (luaL_dostring(L, text)) {
        fprintf(stderr, "FAILED: %s\n", luaL_tolstring(L, -1, NULL));
        exit(1);
    }
}

static lua_State *open_state(void)
{
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    run(L, setup);
    return L;
}

static void states_take_turns(void)
{
    lua_State *first = open_state(), *second = open_state();
    run(first, work);
    run(second, work);
    run(first, leave_a_task);
    lua_close(first);
    run(second, work);
    lua_State *third = open_state();
    run(third, work);
    lua_close(second);
    run(third, work);
    lua_close(third);
}

static void *live(void *arg)
{
    (void)arg;
    lua_State *L = open_state();
    run(L, work);
    run(L, leave_a_task);
    lua_close(L);
    return NULL;
}

static void states_of_several_threads(void)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, live, NULL))
            exit(2);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

/* A state may be used on another thread than the one that made it. */
static void *work_elsewhere(void *arg)
{
    run(arg, work);
    return NULL;
}

static void a_state_moves_to_another_thread(void)
{
    lua_State *L = open_state();
    pthread_t thread;
    if (pthread_create(&thread, NULL, work_elsewhere, L))
        exit(2);
    pthread_join(thread, NULL);
    run(L, work);
    lua_close(L);
}

int main(void)
{
    states_of_several_threads();
    states_take_turns();
    a_state_moves_to_another_thread();
    puts("states live side by side");
    return 0;
}
