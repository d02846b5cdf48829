/* fuzz_views: the panels that come with dxtop, in the views that they come in, and hands that
 * look through them. */
#ifndef FUZZ_VIEWS_H
#define FUZZ_VIEWS_H

#include "app/page.h"
#include "fuzz_input.h"

extern const struct config_kinds fuzz_panels;

/* All views that there are without any in the configuration. */
const struct config *fuzz_views(void);

/* Draw one of them, or one of others, in a size that the input says, and do in it what it says:
 * read, move, open, go back, sort, filter, type. aborts where a cell holds what no terminal should
 * be sent. */
void fuzz_view(struct fuzz_input *in, const struct reader *reader, int64_t now_ms);

/* What may be on a screen: no control character, no half of a wide one, no address that is none. */
void fuzz_check_grid(const struct grid *grid);

#endif
