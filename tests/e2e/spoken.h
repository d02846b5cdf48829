/* spoken: is what a program says to a terminal in the description that terminfo has of it?
 * Text is let through as it is. */
#ifndef TESTS_E2E_SPOKEN_H
#define TESTS_E2E_SPOKEN_H

#include <stdbool.h>
#include <stddef.h>

/* What the terminal called term may be told. more: what terminfo does not say of it, in its
 * words, ends at NULL: "\033[?2026h", "\033]8;;\a". NULL: there is no such terminal. */
struct spoken *spoken_new(const char *term, const char *const *more);
void spoken_free(struct spoken *spoken);
/* All of it; else the first that is not is in wrong, as words. */
bool spoken_fits(const struct spoken *spoken, const char *bytes, size_t len, char wrong[80]);

#endif
