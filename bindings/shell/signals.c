/*
 * Signals.  A handler does no more than note the signal and write to a pipe, so
 * one that comes just before the command waits is not missed.
 */
#include "signals.h"
#include "common.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t caught;
static int ends[2];

static void note(int number)
{
    int saved = errno;

    if (!caught)
        caught = number;
    (void)!write(ends[1], "", 1);
    errno = saved;
}

static void catch (int number)
{
    struct sigaction action = {.sa_handler = note};
    struct sigaction before;

    sigemptyset(&action.sa_mask);
    action.sa_flags = (int)SA_RESETHAND; /* a second one ends the command */
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

int signals_catch(void)
{
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        complain("pipe: %s", strerror(errno));
        exit(STATUS_FAILED);
    }
    catch (SIGINT);
    catch (SIGTERM);
    catch (SIGHUP);
    return ends[0];
}

int signals_caught(void)
{
    return caught;
}
