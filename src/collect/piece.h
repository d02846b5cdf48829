/* piece: a poll that brings much is committed in pieces, so that the screen shows the
 * newest records at once, memory stays small, and a restart goes on where it stopped.
 * A piece is cut between two replies, so each run, job and cursor in it is as the server
 * said; runs whose jobs did not come yet are open in the store, and asked for again.
 * Lists of which only the whole says something (alerts, pools, runners) stay for the
 * poll's end. */
#ifndef COLLECT_PIECE_H
#define COLLECT_PIECE_H

#include "model/batch.h"

/* Is there enough for a piece? */
bool piece_is_full(const struct batch *batch);
/* Take out of batch what stays for the poll's end; it is copied to rest (empty). */
void piece_cut(struct batch *batch, struct batch *rest);
/* How much in it stays for the poll's end. */
size_t piece_late(const struct batch *batch);

/* The poll failed: what came before is good, but for lists that are not whole. */
void piece_rescue(struct batch *batch);

#endif
