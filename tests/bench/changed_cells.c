/* changed_cells: of what a program sent to its terminal of 200x60, how much changed the
 * screen. stdin: pieces, each its length (uint32), whether it counts (a byte; those before
 * only make the screen), and its bytes. Prints JSON:
 *
 *   bytes      of the pieces that count
 *   cells      that were another after a piece than before it
 *   text       the bytes of these cells alone
 *   addressed  these, and before each run of them in a row where it is: ESC [ row ; column H.
 *              No cell can be changed without saying which; colours are not in it
 *   dressed    these, and before each cell what its look has that the one before it had not, in
 *              the fewest bytes: ESC [ numbers m */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vterm.h>

enum { ROWS = 60, COLS = 200, UTF8_MOST = 4, COLOUR = 32 };

struct sums {
    size_t bytes, cells, text, addressed, dressed;
};

struct look {
    char fore[COLOUR], back[COLOUR];
    int bold, underline, reverse;
};

static size_t utf8_len(uint32_t cp)
{
    return cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : UTF8_MOST;
}

static size_t text_len(const VTermScreenCell *cell)
{
    size_t len = 0;

    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] != 0; i++)
        len += cell->chars[i] == UINT32_MAX ? 0 : utf8_len(cell->chars[i]); /* half of a wide one */
    return len > 0 || cell->chars[0] == UINT32_MAX ? len : 1;               /* a blank */
}

static int same(const VTermScreenCell *a, const VTermScreenCell *b)
{
    return memcmp(a->chars, b->chars, sizeof(a->chars)) == 0 &&
           memcmp(&a->attrs, &b->attrs, sizeof(a->attrs)) == 0 &&
           vterm_color_is_equal(&a->fg, &b->fg) && vterm_color_is_equal(&a->bg, &b->bg);
}

/* ---- looks ---- */

static void name_colour(char name[COLOUR], const VTermColor *c, int is_normal, int first)
{
    *name = '\0';
    if (is_normal)
        return;
    if (VTERM_COLOR_IS_RGB(c))
        (void)snprintf(name, COLOUR, ";%d;2;%d;%d;%d", first + 8, c->rgb.red, c->rgb.green,
                       c->rgb.blue);
    else if (c->indexed.idx < 8)
        (void)snprintf(name, COLOUR, ";%d", first + c->indexed.idx);
    else
        (void)snprintf(name, COLOUR, ";%d;5;%d", first + 8, c->indexed.idx);
}

/* Of a blank no more than its ground is seen: the rest is the pen's. */
static struct look look_of(const VTermScreenCell *cell, const struct look *pen)
{
    int blank = cell->chars[0] == 0 || cell->chars[0] == ' ';
    struct look look = { .bold = (int)cell->attrs.bold,
                         .underline = cell->attrs.underline != 0,
                         .reverse = (int)cell->attrs.reverse };

    name_colour(look.fore, &cell->fg, VTERM_COLOR_IS_DEFAULT_FG(&cell->fg), 30);
    name_colour(look.back, &cell->bg, VTERM_COLOR_IS_DEFAULT_BG(&cell->bg), 40);
    if (blank && !look.underline && !look.reverse && !pen->underline && !pen->reverse) {
        memcpy(look.fore, pen->fore, sizeof(look.fore));
        look.bold = pen->bold;
    }
    return look;
}

/* ESC [ and each of them that is said with a ; before it, but for the first, and m. */
static size_t sequence_len(size_t said)
{
    return sizeof("\x1b[m") - 1 + said - 1;
}

static size_t number_len(int is_said)
{
    return is_said ? sizeof(";1") - 1 : 0;
}

static size_t colour_len(const char *from, const char *to)
{
    if (strcmp(from, to) == 0)
        return 0;
    return *to ? strlen(to) : sizeof(";39") - 1;
}

static size_t look_len(const struct look *from, const struct look *to)
{
    size_t more = number_len(to->bold > from->bold) + number_len(to->underline > from->underline) +
                  number_len(to->reverse > from->reverse) + colour_len(from->fore, to->fore) +
                  colour_len(from->back, to->back);
    size_t anew = number_len(1) + number_len(to->bold) + number_len(to->underline) +
                  number_len(to->reverse) + strlen(to->fore) + strlen(to->back);
    int less =
        from->bold > to->bold || from->underline > to->underline || from->reverse > to->reverse;

    if (anew == number_len(1))
        anew = 1; /* ESC [ m */
    if (less || (more > 0 && anew < more))
        return sequence_len(anew);
    return more > 0 ? sequence_len(more) : 0;
}

/* ---- what changed ---- */

static void compare(VTermScreen *screen, VTermScreenCell *before, struct sums *sums)
{
    static struct look pen;
    char address[32];

    for (int row = 0; row < ROWS; row++) {
        int in_run = 0;

        for (int col = 0; col < COLS; col++) {
            VTermScreenCell now, *old = &before[row * COLS + col];
            struct look look;
            size_t len;

            memset(&now, 0, sizeof(now));
            (void)vterm_screen_get_cell(screen, (VTermPos){ .row = row, .col = col }, &now);
            if (same(&now, old)) {
                in_run = 0;
                continue;
            }
            len = text_len(&now);
            sums->cells++;
            sums->text += len;
            if (!in_run)
                len += (size_t)snprintf(address, sizeof(address), "\x1b[%d;%dH", row + 1, col + 1);
            sums->addressed += len;
            look = look_of(&now, &pen);
            sums->dressed += len + look_len(&pen, &look);
            pen = look;
            in_run = 1;
            *old = now;
        }
    }
}

int main(void)
{
    VTerm *vt = vterm_new(ROWS, COLS);
    VTermScreen *screen = vterm_obtain_screen(vt);
    VTermScreenCell *before = calloc((size_t)ROWS * COLS, sizeof(*before));
    struct sums sums = { 0 }, unused = { 0 };
    uint32_t len;
    uint8_t counts;

    if (!before)
        return 2;
    vterm_set_utf8(vt, 1);
    vterm_screen_enable_altscreen(screen, 1);
    vterm_screen_reset(screen, 1);
    while (fread(&len, sizeof(len), 1, stdin) == 1 && fread(&counts, 1, 1, stdin) == 1) {
        char *bytes = malloc(len);

        if (!bytes || fread(bytes, 1, len, stdin) != len)
            return 1;
        (void)vterm_input_write(vt, bytes, len);
        free(bytes);
        sums.bytes += counts ? len : 0;
        compare(screen, before, counts ? &sums : &unused);
    }
    printf(
        "{\"bytes\": %zu, \"cells\": %zu, \"text\": %zu, \"addressed\": %zu, \"dressed\": %zu}\n",
        sums.bytes, sums.cells, sums.text, sums.addressed, sums.dressed);
    free(before);
    vterm_free(vt);
    return 0;
}
