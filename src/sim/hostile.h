/* hostile: answers whose texts try to drive the terminal, the spreadsheet and the page of who
 * shows them. */
#ifndef SIM_HOSTILE_H
#define SIM_HOSTILE_H

#include "core/buf.h"

/* JSON: half of all names of fields, picked by the seed, have texts that are hostile; the others
 * stay, so that an answer still says something. Another text ends so. */
void hostile_spoil(struct buf *body, int64_t seed);

#endif
