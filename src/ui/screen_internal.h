/* screen_internal: what the files of the screen share. */
#ifndef UI_SCREEN_INTERNAL_H
#define UI_SCREEN_INTERNAL_H

#include <wchar.h>

#include "core/buf.h"
#include "ui/screen.h"
#include "ui/tty.h"

enum depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_TRUE };

/* screen_hold.c: so many bytes a second, and no more at once than in a fifth of one. */
struct hold {
    int64_t rate, last_ms; /* rate 0: none; boot time of the last look */
    double credit;         /* bytes that may go now */
};
size_t hold_allows(struct hold *hold, size_t want, int64_t boot_ms);

/* screen_pen.c: a terminal's colours, in its own words ("38;5;252"; "": its normal ones), and what
 * is bold, underlined, reversed. */
enum { COLOUR_MOST = 24 };
struct look {
    char fore[COLOUR_MOST], back[COLOUR_MOST];
    unsigned attr;
};
struct pen {
    struct look told, wanted;
    bool lost;         /* what it has is not known */
    const char *reset; /* what then makes all normal */
};
void pen_lose(struct pen *pen);
void pen_normal(struct pen *pen, struct buf *out); /* before bytes that are not ncurses' */
/* Adds a frame, as ncurses made it, without what the terminal needs not be told. */
void pen_fit(struct pen *pen, const struct buf *frame, struct buf *out);

struct screen {
    struct tty tty;
    struct screen_options options;
    struct theme theme;
    struct grid grid;      /* what is wanted */
    struct cell *told;     /* what ncurses was told of each; all bits set: nothing */
    uint64_t *told_extras; /* the hashes of its extras */
    size_t told_extra_count, told_extra_cap;
    FILE *memory; /* ncurses' terminal */
    void *curses; /* SCREEN */
    enum depth depth;
    bool modern, links; /* it takes what xterm does: synchronized updates, titles; OSC 8 */
    bool moves_safely;  /* also while its look is not the normal one */
    bool utf8;
    int cursor_row, cursor_col;
    struct buf out; /* bytes of the frame that is being written */
    size_t sent;
    struct hold hold;
    struct pen pen;
    struct buf extra; /* bytes outside the grid, for the next frame */
    bool shown;       /* a first frame */
    bool gone;
};

/* screen_colour.c: the terminfo name that the wanted colours need (in out, or
 * term itself; NULL: no true colour); make the theme's pairs; the attributes of a cell. */
const char *colour_indexed_term(const char *term, char *out, size_t cap);
const char *colour_direct_term(const char *term, const char *wanted, char *out, size_t cap);
void colour_init(struct screen *screen);
struct colour_look {
    unsigned long attr; /* of ncurses, without the pair */
    int pair;
};
struct colour_look colour_of(const struct screen *screen, const struct cell *cell);
/* The same as a sequence of our own, for what is rewritten with links. */
void colour_sgr(const struct screen *screen, const struct cell *cell, struct buf *out);

/* What is seen of a cell that holds nothing, as a number of its background; -1: more than
 * that. Is it what the terminal has after clearing? */
int colour_ground(const struct screen *screen, const struct cell *cell);
bool colour_is_clear(const struct screen *screen, int ground);

/* screen_cells.c: tell ncurses what differs from what it was told; rows that have a
 * changed link are marked. What it shows of a cell. */
void cells_put(struct screen *screen, bool *link_rows);
void cells_wide(const struct screen *screen, const struct cell *cell, wchar_t wide[6]);

/* screen_links.c: the linked text of these rows once more, with OSC 8 around it, between save
 * and restore cursor. */
void links_put(struct screen *screen, const bool *link_rows, struct buf *out);

/* screen_input.c */
void input_init(void);

#endif
