/* screen_cells: what ncurses is told of the cells: what differs from what it was told
 * before. */
#include "config.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>

#include <string.h>
#include <wchar.h>

#include "core/letters.h"
#include "ui/screen_internal.h"

enum { REPLACEMENT = 0xFFFD, MANY = 8, AT_ONCE = 64 };

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
        wide[0] = s->utf8 ? REPLACEMENT : letters_narrow(cp);
        wide[1] = 0;
    }
}

/* Cells side by side, handed to ncurses together: one by one it looks at each anew. */
struct stretch {
    int row, from, to; /* columns; to: where the next one has to stand */
    int count;
    cchar_t cell[AT_ONCE];
};

static void put_stretch(struct stretch *stretch)
{
    if (stretch->count > 0)
        (void)mvwadd_wchnstr(newscr, stretch->row, stretch->from, stretch->cell, stretch->count);
    stretch->count = 0;
}

static void add(struct stretch *stretch, const wchar_t *wide, struct colour_look look)
{
    cchar_t *c = &stretch->cell[stretch->count++];

    if (setcchar(c, wide, (attr_t)look.attr, 0, &look.pair) != OK)
        (void)setcchar(c, L"?", (attr_t)look.attr, 0, &look.pair);
}

static void put_cell(const struct screen *s, struct stretch *stretch, int col,
                     struct colour_look look)
{
    const struct cell *cell = &s->grid.cells[stretch->row * s->grid.cols + col];
    wchar_t wide[6];

    if (col != stretch->to || stretch->count + cell->width > AT_ONCE) {
        put_stretch(stretch);
        stretch->from = col;
    }
    cells_wide(s, cell, wide);
    add(stretch, wide, look);
    if (cell->width == 2 && (wide[0] == REPLACEMENT || !s->utf8))
        add(stretch, L" ", look);
    stretch->to = col + cell->width;
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

enum { ROLE = 42, ATTR = 47, LINK = 51, WIDTH = 62, NO_WIDTH = 3 };

/* What does not fit, which is rare: as good as different wherever it is. */
static uint64_t pack_rare(const struct cell *cell)
{
    const uint64_t parts[] = { cell->cp[0], cell->cp[1], cell->cp[2], cell->cp[3],
                               cell->role,  cell->attr,  cell->width, cell->link };
    uint64_t h = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        h = (h ^ parts[i]) * UINT64_C(1099511628211);
        h ^= h >> 32;
    }
    return (h | (uint64_t)NO_WIDTH << WIDTH) & ~(uint64_t)1; /* all bits set is an erased one */
}

static uint64_t pack(const struct cell *cell)
{
    if (cell->cp[2] || cell->role >> (ATTR - ROLE) || cell->attr >> (LINK - ATTR) ||
        cell->link >> (WIDTH - LINK))
        return pack_rare(cell);
    return (uint64_t)cell->cp[0] | (uint64_t)cell->cp[1] << 21 | (uint64_t)cell->role << ROLE |
           (uint64_t)cell->attr << ATTR | (uint64_t)cell->link << LINK |
           (uint64_t)cell->width << WIDTH;
}

static bool had_link(uint64_t told)
{
    return told >> WIDTH == NO_WIDTH || (told >> LINK & ((1U << (WIDTH - LINK)) - 1)) != 0;
}

static void put_row(struct screen *s, int row, bool *links)
{
    const struct cell *want = s->grid.cells + (size_t)row * (size_t)s->grid.cols;
    uint64_t *told = s->told + (size_t)row * (size_t)s->grid.cols;
    struct blanks blanks = { .to = 0 };
    struct stretch stretch = { .row = row };

    for (int col = 0; col < s->grid.cols; col++) {
        uint64_t now = pack(&want[col]);

        if (now == told[col])
            continue;
        if (is_blank(&want[col])) {
            if (col >= blanks.to)
                blanks = blanks_at(s, want, col);
            if (told[col] != TOLD_ERASED || blanks.look.pair != 0 || blanks.look.attr != 0)
                put_cell(s, &stretch, col, blanks.look);
        } else if (want[col].width > 0) { /* else its left half has drawn it */
            put_cell(s, &stretch, col, colour_of(s, &want[col]));
        }
        *links = *links || want[col].link || had_link(told[col]);
        told[col] = now;
    }
    put_stretch(&stretch);
}

void cells_put(struct screen *s, bool *link_rows)
{
    for (int row = 0; row < s->grid.rows; row++) {
        if (s->grid.touched[row])
            put_row(s, row, &link_rows[row]);
        s->grid.touched[row] = false;
    }
}
