/*
 * Every interleaving of one thread that parks and two that unpark, over the source
 * of the futex's parker itself: it is included here with its atomic operations and
 * its system calls replaced.  Each of them is a point at which another thread may go
 * on, and one sleep may end with a time-out, a signal or for nothing.
 *
 * A schedule is the list of the choices made; the next one changes the last choice
 * that can still be changed.  Operations happen one after the other here, so memory
 * orders are not checked: the protocol has a single word, and its source argues
 * them.
 */
#define _GNU_SOURCE
#include <asyncresult/types.h>

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { UNPARKERS = 2, THREADS = 1 + UNPARKERS, ODD_ENDS = 1, MOST_CHOICES = 200 };

static void step(void);
static long kernel(_Atomic uint32_t *word, int operation, uint32_t value, ...);

static uint32_t exchange(_Atomic uint32_t *word, uint32_t value)
{
    step();
    return atomic_exchange(word, value);
}

static bool compare_exchange(_Atomic uint32_t *word, uint32_t *expected,
                             uint32_t value)
{
    step();
    return atomic_compare_exchange_strong(word, expected, value);
}

#undef atomic_exchange_explicit
#undef atomic_compare_exchange_strong_explicit
#define atomic_exchange_explicit(word, value, order) exchange(word, value)
#define atomic_compare_exchange_strong_explicit(word, expected, value, yes, no)     \
    compare_exchange(word, expected, value)
#define syscall(number, ...) kernel(__VA_ARGS__)
#include "platform/parker_futex.c"

/* The deadlines below have never passed when they are asked for. */
int64_t asyri_time_left(int64_t deadline)
{
    return deadline;
}

int64_t asyri_timer_slack_cut(int64_t sleep_ns)
{
    (void)sleep_ns;
    return 0;
}

void asyri_timer_slack_restore(int64_t slack)
{
    (void)slack;
}

static struct {
    int taken[MOST_CHOICES];
    int of[MOST_CHOICES];
    int count; /* that the schedule has so far */
    int next;  /* to be made */
} choices;

static ucontext_t scheduler, threads[THREADS];
static char stacks[THREADS][65536];
static bool ended[THREADS];
static int current;

static asyri_parker parker;
static bool asleep;  /* the parking thread, in the kernel */
static int odd_ends; /* of sleeps, in this schedule */
static bool written[UNPARKERS];
static int calls; /* of the kernel */

static void fail(const char *what)
{
    printf("%s; the schedule:", what);
    for (int i = 0; i < choices.next; i++)
        printf(" %d/%d", choices.taken[i], choices.of[i]);
    printf("\n");
    exit(EXIT_FAILURE);
}

static int choose(int count)
{
    if (choices.next == MOST_CHOICES)
        fail("the schedule does not end");
    if (choices.next == choices.count) {
        choices.taken[choices.count] = 0;
        choices.of[choices.count++] = count;
    }
    return choices.taken[choices.next++];
}

/* Whether there is a schedule after this one. */
static bool advance(void)
{
    while (choices.count > 0) {
        int last = choices.count - 1;
        if (++choices.taken[last] < choices.of[last])
            return true;
        choices.count--;
    }
    return false;
}

static void step(void)
{
    swapcontext(&threads[current], &scheduler);
}

/* Awake again by a wake-up, or by choice for another reason; which may be none. */
static long sleep_in_kernel(void)
{
    static const int reasons[] = {0, EINTR, ETIMEDOUT};
    asleep = true;
    step();
    if (!asleep)
        return 0;
    asleep = false;
    odd_ends++;
    errno = reasons[choose(3)];
    return errno ? -1 : 0;
}

static long kernel(_Atomic uint32_t *word, int operation, uint32_t value, ...)
{
    calls++;
    step();
    if (operation == FUTEX_WAKE_PRIVATE) {
        asleep = false;
        return 0;
    }
    if (operation != FUTEX_WAIT_BITSET_PRIVATE)
        fail("expected a wait or a wake-up, found another system call");
    if (atomic_load(word) != value) {
        errno = EAGAIN;
        return -1;
    }
    return sleep_in_kernel();
}

/* As every wait of the library: look, sleep, look again. */
static void park_until_written(void)
{
    int64_t deadline = choose(2) ? ASYR_FOREVER : 1;
    while (!written[0] || !written[1])
        asyri_park(&parker, deadline);
    ended[0] = true;
}

static void write_and_unpark(int index)
{
    written[index] = true;
    asyri_unpark(&parker);
    ended[1 + index] = true;
}

static void begin(int index)
{
    getcontext(&threads[index]);
    threads[index].uc_stack.ss_sp = stacks[index];
    threads[index].uc_stack.ss_size = sizeof stacks[index];
    threads[index].uc_link = &scheduler;
    if (index == 0)
        makecontext(&threads[index], park_until_written, 0);
    else
        makecontext(&threads[index], (void (*)(void))write_and_unpark, 1, index - 1);
    ended[index] = false;
}

static bool can_go_on(int index)
{
    return !ended[index] && (index > 0 || !asleep || odd_ends < ODD_ENDS);
}

/* When all have unparked, no other reason may be needed to end the sleep. */
static void check_sleeper(void)
{
    bool alone = true;
    for (int i = 1; i < THREADS; i++)
        alone = alone && ended[i];
    if (asleep && alone)
        fail("a thread sleeps that was unparked");
}

static void run_schedule(void)
{
    choices.next = odd_ends = 0;
    asleep = written[0] = written[1] = false;
    asyri_parker_init(&parker);
    for (int i = 0; i < THREADS; i++)
        begin(i);
    for (;;) {
        int able[THREADS], count = 0;
        check_sleeper();
        for (int i = 0; i < THREADS; i++)
            if (can_go_on(i))
                able[count++] = i;
        if (count == 0)
            return;
        current = able[choose(count)];
        swapcontext(&scheduler, &threads[current]);
    }
}

/* Nothing but a sleep, and waking a sleeper, costs a system call. */
static void park_with_a_permit(void)
{
    asyri_unpark(&parker);
    if (asyri_park(&parker, ASYR_FOREVER) != ASYRI_PARK_WOKEN)
        fail("expected to be woken by the permit");
    ended[0] = true;
}

static void run_alone(void)
{
    asyri_parker_init(&parker);
    begin(0);
    makecontext(&threads[0], park_with_a_permit, 0);
    for (current = 0; !ended[0];)
        swapcontext(&scheduler, &threads[0]);
    if (calls != 0)
        fail("a permit that is there at once made a system call");
}

int main(void)
{
    int64_t schedules = 0;
    run_alone();
    do {
        run_schedule();
        schedules++;
    } while (advance());
    printf("%lld schedules, %d system calls\n", (long long)schedules, calls);
    return schedules > 1000 ? EXIT_SUCCESS : EXIT_FAILURE;
}
