/*
 * Timer slack of Linux: an attribute of the thread, which belongs to the host.  It
 * is read each time, since the host may change it, and given back as it was: setting
 * 0 would give the default of the thread instead.
 *
 * 0 stands for a slack that was not changed: a thread of a real-time policy has
 * none, and a host may have forbidden the call.
 */
#define _GNU_SOURCE
#include "timer_slack.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SHORT_SLEEP = 10000000, FINEST = 1 };

/* By hand: the C library's function cuts the answer to an int. */
static long control(int option, long value)
{
    return syscall(SYS_prctl, option, value, 0, 0, 0);
}

int64_t asyri_timer_slack_cut(int64_t sleep_ns)
{
    if (sleep_ns >= SHORT_SLEEP)
        return 0;
    long slack = control(PR_GET_TIMERSLACK, 0);
    if (slack <= FINEST || control(PR_SET_TIMERSLACK, FINEST))
        return 0;
    return slack;
}

void asyri_timer_slack_restore(int64_t slack)
{
    if (slack)
        control(PR_SET_TIMERSLACK, (long)slack);
}
