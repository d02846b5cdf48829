/* piece: a poll that brings much is committed in pieces, so that the screen shows the
 * newest records at once, memory stays small, and a restart goes on where it stopped.
 * A piece is cut between two replies, so each run, job and cursor in it is as the server
 * said; runs whose jobs did not come yet are open in the store, and asked for again.
 * They are in the piece and stay in the batch too, for what replies to come say of them.
 * Lists of which only the whole says something (alerts, pools, runners) stay for the
 * poll's end. */
#ifndef COLLECT_PIECE_H
#define COLLECT_PIECE_H

#include "model/batch.h"

/* Is there enough for a piece, beside what was kept of the last one? */
bool piece_is_full(const struct batch *batch, size_t kept);
/* Is there anything in it, beside that? */
bool piece_is_new(const struct batch *batch, size_t kept);
/* Take out of batch what stays for the poll's end; it is copied to rest (empty), and
 * so are the runs that something is still asked about, with their jobs. */
void piece_cut(struct batch *batch, struct batch *rest);
/* How much in it stays for the poll's end. */
size_t piece_late(const struct batch *batch);

/* The poll failed: what came before is good, but for lists that are not whole. */
void piece_rescue(struct batch *batch);

#endif
