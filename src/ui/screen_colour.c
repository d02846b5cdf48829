/* screen_colour: the theme's colours in what the terminal has of them. The
 * user's palette is never redefined. */
#include "config.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui/screen_internal.h"

#include <term.h> /* last: its macros are everyday words */

enum ground { GROUND_OWN, GROUND_SELECTED, GROUND_CHIP, GROUNDS };

static bool is_light(const struct theme *theme)
{
    return strcmp(theme->kind, "light") == 0;
}

static int pick(const struct screen *screen, uint32_t rgb, int index256, int index16)
{
    switch (screen->depth) {
    case DEPTH_TRUE:
        return (int)rgb;
    case DEPTH_256:
        return index256;
    case DEPTH_16:
        return index16;
    case DEPTH_8:
        return index16 > 7 ? index16 - 8 : index16;
    case DEPTH_MONO:
        break;
    }
    return -1;
}

static int role_colour(const struct screen *screen, enum dx_role role)
{
    const struct theme_colour *c = &screen->theme.role[role];

    return pick(screen, c->rgb, c->index256, c->index16);
}

/* The background that is painted; -1: the terminal's own. */
static int ground_colour(const struct screen *screen)
{
    const struct theme *t = &screen->theme;

    return t->paints ? pick(screen, t->background, t->background256, t->background16) : -1;
}

/* What stands on a chip: the background's colour, which has to be named. Not
 * 0x000000: the first eight values are the palette's, and bold black is grey. */
static int paper_colour(const struct screen *screen)
{
    if (screen->theme.paints)
        return ground_colour(screen);
    return is_light(&screen->theme) ? pick(screen, 0xFFFFFF, 231, 15)
                                    : pick(screen, 0x080808, 16, 0);
}

static bool selected_is_reverse(const struct screen *screen)
{
    return screen->depth < DEPTH_256 || screen->theme.mono;
}

static int pair_of(enum dx_role role, enum ground ground)
{
    return 1 + (int)role * GROUNDS + (int)ground;
}

/* ---- which description of the terminal ---- */

static bool has_term(const char *name)
{
    int status = 0;
    bool ok = setupterm(name, STDOUT_FILENO, &status) == OK;

    if (ok)
        (void)del_curterm(cur_term);
    return ok;
}

static bool is_direct(const char *term)
{
    return strstr(term, "-direct") != NULL;
}

/* With the `-direct` description itself fewer colours cannot be asked for: an
 * index would be taken as an RGB value. */
const char *colour_indexed_term(const char *term, char *out, size_t cap)
{
    int len = (int)strcspn(term, "-");

    if (!is_direct(term))
        return term;
    (void)snprintf(out, cap, "%.*s-256color", len, term);
    if (!has_term(out))
        (void)snprintf(out, cap, "%.*s", len, term);
    return has_term(out) ? out : term;
}

/* The `-direct` description of the same terminal, where the terminal says that
 * it has true colour and terminfo knows it. */
const char *colour_direct_term(const char *term, const char *wanted, char *out, size_t cap)
{
    const char *says = getenv("COLORTERM");
    bool yes =
        strcmp(wanted, "truecolor") == 0 ||
        (!*wanted && (is_direct(term) ||
                      (says && (strcmp(says, "truecolor") == 0 || strcmp(says, "24bit") == 0))));
    size_t len = strcspn(term, "-");

    if (!yes)
        return NULL;
    if (is_direct(term))
        return term;
    (void)snprintf(out, cap, "%.*s-direct", (int)len, term);
    return has_term(out) ? out : NULL;
}

/* ---- pairs ---- */

void colour_init(struct screen *screen)
{
    if (screen->depth == DEPTH_MONO)
        return;
    for (int role = 0; role < DX_ROLE_COUNT; role++) {
        int fg = role_colour(screen, (enum dx_role)role), ground = ground_colour(screen);
        int selected = selected_is_reverse(screen) ? ground : role_colour(screen, DX_ROLE_SELECTED);

        (void)init_extended_pair(pair_of((enum dx_role)role, GROUND_OWN), fg, ground);
        (void)init_extended_pair(pair_of((enum dx_role)role, GROUND_SELECTED), fg, selected);
        (void)init_extended_pair(pair_of((enum dx_role)role, GROUND_CHIP), paper_colour(screen),
                                 fg);
    }
}

/* Braille and blocks reversed are holes: never. */
static bool is_solid(const struct cell *cell)
{
    return (cell->cp >= 0x2580 && cell->cp <= 0x259F) || (cell->cp >= 0x2800 && cell->cp <= 0x28FF);
}

static enum ground ground_of(const struct cell *cell)
{
    if (cell->attr & DX_CHIP)
        return GROUND_CHIP;
    return cell->attr & DX_ON_SELECTED ? GROUND_SELECTED : GROUND_OWN;
}

/* A chip is the state's colour behind its text; where that has none it is reversed. */
static bool is_reversed_chip(const struct screen *screen, const struct cell *cell)
{
    return (cell->attr & DX_CHIP) != 0 && role_colour(screen, (enum dx_role)cell->role) < 0;
}

struct colour_look colour_of(const struct screen *screen, const struct cell *cell)
{
    const struct theme_colour *c = &screen->theme.role[cell->role];
    enum ground ground = ground_of(cell);
    struct colour_look look = { .attr = 0 };
    bool mono = screen->depth == DEPTH_MONO || screen->theme.mono;
    bool chip = is_reversed_chip(screen, cell);
    bool bold = c->bold || (cell->attr & DX_BOLD) != 0, reverse = false;

    if (screen->depth != DEPTH_MONO)
        look.pair = pair_of((enum dx_role)cell->role, chip ? GROUND_OWN : ground);
    if (ground == GROUND_SELECTED && selected_is_reverse(screen))
        reverse = true;
    if (mono && c->underline)
        look.attr |= A_UNDERLINE;
    if (chip || (ground != GROUND_CHIP && mono && c->reverse)) {
        if (reverse)
            look.attr |= A_UNDERLINE; /* already reversed: the selected row */
        reverse = true;
    }
    if (screen->depth <= DEPTH_16 && ground == GROUND_CHIP)
        bold = false; /* bold black is grey on many terminals */
    if (screen->depth == DEPTH_8 && c->index16 > 7 && ground != GROUND_CHIP)
        bold = true;
    if (bold)
        look.attr |= A_BOLD;
    if (reverse && !is_solid(cell))
        look.attr |= A_REVERSE;
    return look;
}

int colour_ground(const struct screen *screen, const struct cell *cell)
{
    enum ground ground = ground_of(cell);
    bool more = (colour_of(screen, cell).attr & (A_REVERSE | A_UNDERLINE)) != 0;

    return more || ground == GROUND_CHIP ? -1 : (int)ground;
}

bool colour_is_clear(const struct screen *screen, int ground)
{
    return ground == GROUND_OWN && ground_colour(screen) < 0;
}

static void sgr_colour(const struct screen *screen, struct buf *out, int colour, int base)
{
    if (colour < 0)
        return;
    if (screen->depth == DEPTH_TRUE)
        (void)buf_print(out, ";%d;2;%d;%d;%d", base + 8, colour >> 16, colour >> 8 & 255,
                        colour & 255);
    else if (screen->depth == DEPTH_256)
        (void)buf_print(out, ";%d;5;%d", base + 8, colour);
    else
        (void)buf_print(out, ";%d", (colour > 7 ? base + 60 - 8 : base) + colour);
}

void colour_sgr(const struct screen *screen, const struct cell *cell, struct buf *out)
{
    struct colour_look look = colour_of(screen, cell);
    enum ground ground = ground_of(cell);
    int fg = role_colour(screen, (enum dx_role)cell->role), bg = ground_colour(screen);

    if (ground == GROUND_CHIP && !is_reversed_chip(screen, cell)) {
        bg = fg;
        fg = paper_colour(screen);
    } else if (ground == GROUND_SELECTED && !selected_is_reverse(screen)) {
        bg = role_colour(screen, DX_ROLE_SELECTED);
    }
    (void)buf_print(out, "\033[0%s%s%s", look.attr & A_BOLD ? ";1" : "",
                    look.attr & A_UNDERLINE ? ";4" : "", look.attr & A_REVERSE ? ";7" : "");
    if (screen->depth != DEPTH_MONO) {
        sgr_colour(screen, out, fg, 30);
        sgr_colour(screen, out, bg, 40);
    }
    (void)buf_text(out, "m");
}
