/* What the parts of the fault test share; see faults.c. */
#ifndef STRESS_FAULTS_H
#define STRESS_FAULTS_H

#include <asyncresult.h>

#include <pthread.h>
#include <stdatomic.h>

enum { PLAYERS = 3, KEPT = 12, HOSTS = 2 };

/* One submit that is to be heard of once, and what was given with it. */
struct record {
    struct record *next;
    struct round *round;
    bool accepted;
    int given;
    atomic_int released;
    atomic_int ran;
};

struct round {
    uint64_t seed;
    asyr_pool *pool;
    asyr_queue *queue; /* NULL for the pool's dispatcher */
    asyr_interrupt *interrupt;
    asyr_strand *strands[2]; /* NULL if there was no memory or thread for one */
    pthread_mutex_t lock;    /* of the functions, which tasks use as well */
    asyr_function *leaf, *slow, *ender, *nest, *square;
    bool lent;
    bool has_faults; /* memory and threads are refused now and then */
    bool callbacks_end_threads;
    bool may_refuse;          /* its pool fails when its queue is full */
    bool may_break;           /* its initializer fails now and then */
    _Atomic uint64_t dice;    /* for tasks */
    _Atomic int64_t ending;   /* it was closed or terminated, or will be */
    _Atomic int64_t stopping; /* for those who make the faults */
    _Atomic int64_t queue_closed;
    _Atomic int64_t functions; /* that may still be called */
};

struct player {
    struct round *round;
    uint64_t random;
    asyr_result *kept[KEPT];
    asyr_iterator *iterator;
    struct record *records;
    /* of the submit that is going on, for the case that it ends the thread: */
    asyr_value *input;
    asyr_task_options *options;
    asyr_result *result;
};

void fail(const char *what);
void expect(bool holds, const char *what);
uint64_t next_random(uint64_t *state);
bool chance(uint64_t *state, unsigned percent);
void pause_for(uint64_t most_ns, uint64_t *random);

/* faults_play.c: a player's thread, and what is left of it. */
bool make_functions(struct round *round);
void drop_functions(struct round *round);
void count_function(void *round); /* one less */
void *play(void *player);
void end_iteration(struct player *player);
void settle_player(struct player *player);
void release_player(struct player *player);
bool is_settled(const struct player *player);
void check_player(struct player *player);

/* faults_host.c: lent workers, a host that drains its queue, and a fork. */
void *lend(void *round);
void *drain(void *round);
void fork_now(struct round *round);

#endif
