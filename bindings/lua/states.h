/*
 * The Lua states of a pool's workers: what their C files share.
 */
#ifndef GLUE_STATES_H
#define GLUE_STATES_H

#include "crossing.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

/* How each state is made; immutable. */
struct recipe {
    char *path, *cpath;  /* package.path and package.cpath; NULL for Lua's own */
    size_t memory_limit; /* bytes; 0 for none */
    int stop_count;      /* instructions between two looks at the flag; 0: never */
    asyr_value *initializer; /* a list: a function or a module's name, arguments */
};

struct state;

/* The states of one pool: made by states.c, which says who closes them. */
struct states {
    atomic_long references; /* to this memory */
    atomic_long handles;    /* the pool's object, its functions */
    atomic_bool ended;      /* no task comes any more */
    atomic_uint released;   /* how many functions are gone */
    pid_t process;          /* immutable */
    struct recipe recipe;   /* immutable once the pool is made */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct state *first; /* under lock */
    int closing;         /* under lock */
};

enum phase { STATE_IDLE, STATE_RUNNING, STATE_CLOSED };

/* A function that was loaded into a state. */
struct loaded {
    struct code *code; /* a reference to its memory */
    struct loaded *next;
};

/* One Lua state: of one thread and one pool. */
struct state {
    struct states *states; /* a reference to its memory */
    atomic_long references;
    atomic_int phase;
    struct state *next, **before; /* under the lock of `states` */
    struct state *next_of_thread; /* the rest: the thread's own */
    lua_State *L;
    struct context *context;
    int depth;     /* of tasks in tasks */
    size_t memory; /* in use, in bytes; counted when there is a limit */
    lua_Alloc allocate;
    void *allocator;
    struct loaded *functions;
    int function_count;
    unsigned released; /* as of the last look */
};

/* states.c */
struct states *new_states(void);
void retain_memory(struct states *states);
void release_memory(struct states *states);
/* A task that runs on this thread, and those that wait for it there. */
struct frame {
    struct state *state;
    asyr_task *task;
    struct frame *outer;
};
/* Enter the state of this thread, which is made if it has none; false with the error. */
bool enter_state(struct frame *frame, struct states *states, asyr_task *task,
                 asyr_error **error);
void leave_state(struct frame *frame);
/* The innermost on this thread; NULL outside tasks. */
const struct frame *current_frame(void);

/* prepare.c */
/* Open a Lua state as the recipe says; false with the error. */
bool open_state(struct state *state, asyr_error **error);
void close_state(struct state *state);
/* Run the pool's initializer in it. */
asyr_error *initialize_state(struct state *state);

/* stop.c */
/* Have the tasks in a state stopped that are cancelled; only where the recipe asks. */
void watch_tasks(struct state *state, lua_State *L);

/* code.c */
/* A Lua function as a pool knows it. */
struct code {
    atomic_long references; /* to this memory */
    struct states *states;  /* a handle, until it is released */
    asyr_value *packet;
    atomic_bool is_released;
    atomic_bool is_reused; /* worth keeping in the states that ran it */
    bool is_constant;      /* nothing to copy at a submit but its code */
};
void push_loaded(lua_State *L, struct state *state, struct code *code);
void forget_loaded(struct state *state);

/* tasks.c */
void run_lua_task(asyr_task *task, void *arg);
void run_initializer(asyr_task *task, void *arg);

#endif
