/* golden: a screen as text and roles, compared with the one in tests/golden.
 * DX_GOLDEN=write writes it anew; look at the difference before it is committed. */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H

#include "ui/canvas.h"

void golden_text(const char *have, const char *name);
/* Look until it is as it should be, for a while: what is drawn on a slow machine comes later. That
 * it stays so is for golden_text() to say. look()'s text is freed. */
void golden_wait(char *(*look)(void *self), void *self, const char *name);
/* The port of a server on loopback is another one in each run: p in place of its digits. */
void golden_hide_port(char *text, int port);
void golden(const struct grid *grid, const char *name);

#endif
