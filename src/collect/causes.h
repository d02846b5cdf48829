/* causes: why jobs failed, by the catalogue of texts: dxtop's own file and those of the
 * configuration's `patterns`. */
#ifndef COLLECT_CAUSES_H
#define COLLECT_CAUSES_H

#include "config/config.h"
#include "core/buf.h"
#include "model/batch.h"

struct causes;

/* What cannot be read or used is left out, with a line in complaints for each. */
struct causes *causes_new(const struct config *config, struct buf *complaints);
void causes_free(struct causes *causes); /* NULL is fine */

/* The failed jobs of a batch that is complete, by what their source says of them. NULL
 * causes does nothing. */
void causes_of_jobs(const struct causes *causes, struct batch *batch);
/* The tails of logs from this one on. Each takes milliseconds, so this is done reply by
 * reply. */
void causes_of_tails(const struct causes *causes, struct batch *batch, size_t from);

#endif
