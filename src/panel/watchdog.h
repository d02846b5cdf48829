/* watchdog: a panel that loops or waits is ended with a word, not waited for. */
#ifndef PANEL_WATCHDOG_H
#define PANEL_WATCHDOG_H

#include <stdbool.h>

/* Time a callback of the panel `name`: after five seconds of processor time, or in which it
 * only waited, the terminal is given back and the program ends, naming the panel. A stopped
 * or swapped-out program is no looping panel, nor is one whose disk is slow. */
void watchdog_begin(const char *name);
/* What is done from here on, or not any more, is the store's: that it waits is not the
 * panel's fault, what it works for the panel is. */
void watchdog_aside(bool in_store);
/* Milliseconds that the callback took, but for waits in the store. */
int watchdog_end(void);
/* What gives the terminal back; async-signal-safe. NULL: nothing. */
void watchdog_on_bite(void (*hook)(void));

#endif
