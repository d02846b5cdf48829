/* golden: a screen as text and roles, compared with the one in tests/golden.
 * DX_GOLDEN=write writes it anew; look at the difference before it is committed. */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H

#include "ui/canvas.h"

void golden_text(const char *have, const char *name);
/* The port of a server on loopback is another one in each run: p in place of its digits. */
void golden_hide_port(char *text, int port);
void golden(const struct grid *grid, const char *name);

#endif
