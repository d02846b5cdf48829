/* screen_cells: what ncurses is told of the cells: what differs from what it was told
 * before. */
#include "config.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>

#include <string.h>
#include <wchar.h>

#include "ui/screen_internal.h"

enum { REPLACEMENT = 0xFFFD, LINK_SHIFT = 39, MANY = 8 };

/* ncurses measures by libc: where that differs from us, U+FFFD stands. */
void cells_wide(const struct screen *s, const struct cell *cell, wchar_t wide[6])
{
    int n = 0;
    char32_t cp = cell->cp[0] ? cell->cp[0] : U' ';

    memset(wide, 0, 6 * sizeof(*wide));
    wide[n++] = (wchar_t)cp;
    for (int i = 1; i < 4 && cell->cp[i]; i++)
        if (wcwidth((wchar_t)cell->cp[i]) == 0)
            wide[n++] = (wchar_t)cell->cp[i];
    if (cp >= 0x80 && (!s->utf8 || wcwidth((wchar_t)cp) != cell->width)) {
        wide[0] = s->utf8 ? REPLACEMENT : L'?';
        wide[1] = 0;
    }
}

static void put_cell(const struct screen *s, int row, int col, struct colour_look look)
{
    const struct cell *cell = &s->grid.cells[row * s->grid.cols + col];
    wchar_t wide[6];
    cchar_t c;

    cells_wide(s, cell, wide);
    if (setcchar(&c, wide, (attr_t)look.attr, 0, &look.pair) != OK)
        (void)setcchar(&c, L"?", (attr_t)look.attr, 0, &look.pair);
    (void)mvwadd_wch(newscr, row, col, &c);
    if (cell->width == 2 && wide[0] == REPLACEMENT) {
        (void)setcchar(&c, L" ", (attr_t)look.attr, 0, &look.pair);
        (void)mvwadd_wch(newscr, row, col + 1, &c);
    }
}

/* ---- blanks ---- */

static bool is_blank(const struct cell *cell)
{
    return cell->width == 1 && (cell->cp[0] == 0 || cell->cp[0] == U' ') && cell->cp[1] == 0;
}

/* Do they stand on the same ground, which is all that is seen of them? Mostly they are
 * alike. */
static bool goes_on(const struct screen *s, const struct cell *a, const struct cell *b, int ground)
{
    return (a->role == b->role && a->attr == b->attr) || colour_ground(s, a) == ground;
}

/* Cells side by side that are blank on the same ground, and how all of them look. */
struct blanks {
    int to; /* behind the last one */
    struct colour_look look;
};

/* To change the colour for what has none was two in five of a frame's changes of colour. A
 * few blanks go on in the look of what stands before them. Many are as clearing leaves
 * them, where that is their ground: then they cost nothing in a whole frame, and a few
 * bytes later. */
static struct blanks blanks_at(const struct screen *s, const struct cell *row, int col)
{
    const struct cell *own = &row[col];
    const int ground = colour_ground(s, own);
    struct blanks b = { .to = col + 1, .look = colour_of(s, own) };
    int from = col;

    if (ground < 0)
        return b;
    while (from > 0 && is_blank(&row[from - 1]) && goes_on(s, &row[from - 1], own, ground))
        from--;
    while (b.to < s->grid.cols && is_blank(&row[b.to]) && goes_on(s, &row[b.to], own, ground))
        b.to++;
    if (b.to - from >= MANY && colour_is_clear(s, ground))
        b.look = (struct colour_look){ .pair = 0 };
    else if (from > 0 && colour_ground(s, &row[from - 1]) == ground)
        b.look = colour_of(s, &row[from - 1]);
    if (b.to - from >= MANY)
        b.look.attr = 0; /* of a bold one ncurses does not know that clearing makes it */
    return b;
}

/* ---- changes ---- */

/* A code point has 21 bits, a width 2, and a grid some thousand links at most. */
static struct told pack(const struct cell *cell)
{
    return (struct told){ .low = (uint64_t)cell->cp[0] | (uint64_t)cell->cp[1] << 21 |
                                 (uint64_t)cell->cp[2] << 42,
                          .high = (uint64_t)cell->cp[3] | (uint64_t)cell->role << 21 |
                                  (uint64_t)cell->attr << 29 | (uint64_t)cell->width << 37 |
                                  (uint64_t)cell->link << LINK_SHIFT };
}

/* As after screen_redraw(): ncurses has nothing there. */
static bool is_erased(const struct told *told)
{
    return told->low == UINT64_MAX && told->high == UINT64_MAX;
}

static void put_row(struct screen *s, int row, bool *links)
{
    const struct cell *want = s->grid.cells + (size_t)row * (size_t)s->grid.cols;
    struct told *told = s->told + (size_t)row * (size_t)s->grid.cols;
    struct blanks blanks = { .to = 0 };

    for (int col = 0; col < s->grid.cols; col++) {
        struct told now = pack(&want[col]);

        if (now.low == told[col].low && now.high == told[col].high)
            continue;
        if (is_blank(&want[col])) {
            if (col >= blanks.to)
                blanks = blanks_at(s, want, col);
            if (!is_erased(&told[col]) || blanks.look.pair != 0 || blanks.look.attr != 0)
                put_cell(s, row, col, blanks.look);
        } else if (want[col].width > 0) { /* else its left half has drawn it */
            put_cell(s, row, col, colour_of(s, &want[col]));
        }
        *links = *links || want[col].link || told[col].high >> LINK_SHIFT;
        told[col] = now;
    }
}

void cells_put(struct screen *s, bool *link_rows)
{
    for (int row = 0; row < s->grid.rows; row++)
        put_row(s, row, &link_rows[row]);
}
