/* process: what the collector asks of its own process. */
#ifndef COLLECT_PROCESS_H
#define COLLECT_PROCESS_H

void process_be_small(void); /* memory goes back after each poll */
void process_harden(void);   /* no core dump, no debugger of the same user */

#endif
