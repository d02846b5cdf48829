/* clipboard: OSC 52, through tmux and screen.
 * https://invisible-island.net/xterm/ctlseqs/ctlseqs.html (Ps = 5 2),
 * https://github.com/tmux/tmux/wiki/FAQ (what is the passthrough escape sequence) */
#include "config.h"

#include "ui/clipboard.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/text.h"

enum { SCREEN_PIECE = 240 }; /* older ones take at most 256 bytes of a string */

static bool begins(const char *text, const char *with)
{
    return text && strncmp(text, with, strlen(with)) == 0;
}

/* Those of Digital, not VTE's. */
static bool is_vt(const char *term)
{
    return begins(term, "vt") && term[2] >= '0' && term[2] <= '9';
}

enum clipboard_way clipboard_way(const char *term, const char *tmux, const char *sty)
{
    if (!term || begins(term, "linux") || is_vt(term) || begins(term, "dumb"))
        return CLIPBOARD_NONE;
    if ((tmux && *tmux) || begins(term, "tmux"))
        return CLIPBOARD_TMUX;
    return (sty && *sty) || begins(term, "screen") ? CLIPBOARD_SCREEN : CLIPBOARD_PLAIN;
}

static void put_plain(struct buf *out, const char *coded, size_t len)
{
    (void)buf_text(out, "\033]52;c;");
    (void)buf_add(out, coded, len);
    (void)buf_text(out, "\a");
}

/* As a string for the terminal outside, in pieces that screen takes. */
static void put_pieces(struct buf *out, const char *coded, size_t len)
{
    (void)buf_text(out, "\033P\033]52;c;");
    for (size_t at = 0; at < len; at += SCREEN_PIECE) {
        if (at > 0)
            (void)buf_text(out, "\033\\\033P");
        (void)buf_add(out, coded + at, len - at < SCREEN_PIECE ? len - at : SCREEN_PIECE);
    }
    (void)buf_text(out, "\a\033\\");
}

void clipboard_put(struct buf *out, enum clipboard_way way, const char *text, size_t len)
{
    char *coded = mem_new(len / 3 * 4 + 4, 1);
    size_t n = text_base64(coded, text, len);

    switch (way) {
    case CLIPBOARD_NONE:
        break;
    case CLIPBOARD_TMUX: /* set-clipboard takes the one, allow-passthrough the other */
        put_plain(out, coded, n);
        (void)buf_text(out, "\033Ptmux;\033");
        put_plain(out, coded, n);
        (void)buf_text(out, "\033\\");
        break;
    case CLIPBOARD_SCREEN: /* a tmux that is called screen takes the plain one */
        put_plain(out, coded, n);
        put_pieces(out, coded, n);
        break;
    case CLIPBOARD_PLAIN:
        put_plain(out, coded, n);
        break;
    }
    free(coded);
}
