/* clipboard: the bytes that put a text into the terminal's clipboard (OSC 52), through
 * tmux and screen where it runs in them. */
#ifndef UI_CLIPBOARD_H
#define UI_CLIPBOARD_H

#include "core/buf.h"

enum clipboard_way {
    CLIPBOARD_NONE, /* a terminal that has none */
    CLIPBOARD_PLAIN,
    CLIPBOARD_TMUX,
    CLIPBOARD_SCREEN
};

/* By $TMUX and $STY, which name what is nearest; over ssh, by the name of the terminal.
 * Each may be NULL. */
enum clipboard_way clipboard_way(const char *term, const char *tmux, const char *sty);
void clipboard_put(struct buf *out, enum clipboard_way way, const char *text, size_t len);

#endif
