/* watchdog: a panel that loops or waits is ended with a word, not waited for. */
#ifndef PANEL_WATCHDOG_H
#define PANEL_WATCHDOG_H

/* Time a callback of the panel `name`: after five seconds of processor time, or in which it
 * only waited, the terminal is given back and the program ends, naming the panel. A stopped
 * or swapped-out program is no looping panel. */
void watchdog_begin(const char *name);
/* Milliseconds that the callback took. */
int watchdog_end(void);
/* What gives the terminal back; async-signal-safe. NULL: nothing. */
void watchdog_on_bite(void (*hook)(void));

#endif
