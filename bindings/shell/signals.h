/* SIGINT, SIGTERM and SIGHUP as something that poll can wait for. */
#ifndef SHELL_SIGNALS_H
#define SHELL_SIGNALS_H

/* Returns a descriptor that polls readable once a signal has come; a signal
 * that the caller of the command ignores stays ignored. */
int signals_catch(void);

/* The first signal that came, or 0. */
int signals_caught(void);

#endif
