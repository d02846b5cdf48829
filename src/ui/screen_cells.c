/* screen_cells: what ncurses is told of the cells: what differs from what it was told
 * before. */
#include "config.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>

#include <string.h>
#include <wchar.h>

#include "core/letters.h"
#include "core/mem.h"
#include "core/text.h"
#include "ui/screen_internal.h"

enum { REPLACEMENT = 0xFFFD, MANY = 8, AT_ONCE = 64 };

/* ncurses measures by libc: where that differs from us, U+FFFD stands. */
void cells_wide(const struct screen *s, const struct cell *cell, wchar_t wide[6])
{
    int n = 0;
    char32_t cp = cell->cp ? cell->cp : U' ', mark;

    memset(wide, 0, 6 * sizeof(*wide));
    wide[n++] = (wchar_t)cp;
    for (const char *marks = grid_marks(&s->grid, cell); *marks;) {
        marks += utf8_next(marks, strlen(marks), &mark);
        if (wcwidth((wchar_t)mark) == 0)
            wide[n++] = (wchar_t)mark;
    }
    if (cp >= 0x80 && (!s->utf8 || wcwidth((wchar_t)cp) != (int)cell->width)) {
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

    if (col != stretch->to || stretch->count + (int)cell->width > AT_ONCE) {
        put_stretch(stretch);
        stretch->from = col;
    }
    cells_wide(s, cell, wide);
    add(stretch, wide, look);
    if (cell->width == 2 && (wide[0] == REPLACEMENT || !s->utf8))
        add(stretch, L" ", look);
    stretch->to = col + (int)cell->width;
}

/* ---- blanks ---- */

static bool is_blank(const struct cell *cell)
{
    return cell->width == 1 && (cell->cp == 0 || cell->cp == U' ') && cell->marks == 0;
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

static bool stays(const struct screen *s, unsigned extra)
{
    return extra == 0 || (extra <= s->told_extra_count &&
                          s->told_extras[extra - 1] == s->grid.extras[extra - 1].hash);
}

static bool is_told(const struct screen *s, const struct cell *want, const struct cell *told)
{
    return memcmp(want, told, sizeof(*want)) == 0 && stays(s, want->link) && stays(s, want->marks);
}

static bool is_erased(const struct cell *told)
{
    return told->none != 0;
}

/* Its text stays but is no link any more, of which ncurses, who would leave it as it is,
 * knows nothing. */
static bool loses_link(const struct cell *want, const struct cell *told)
{
    return told->link && !want->link && !is_erased(told) && told->cp == want->cp && !is_blank(want);
}

static void put_row(struct screen *s, int row, bool *links)
{
    const struct cell *want = s->grid.cells + (size_t)row * (size_t)s->grid.cols;
    struct cell *told = s->told + (size_t)row * (size_t)s->grid.cols;
    struct blanks blanks = { .to = 0 };
    struct stretch stretch = { .row = row };

    for (int col = 0; col < s->grid.cols; col++) {
        if (is_told(s, &want[col], &told[col]))
            continue;
        if (loses_link(&want[col], &told[col]))
            (void)wredrawln(newscr, row, 1);
        if (is_blank(&want[col])) {
            if (col >= blanks.to)
                blanks = blanks_at(s, want, col);
            if (!is_erased(&told[col]) || blanks.look.pair != 0 || blanks.look.attr != 0)
                put_cell(s, &stretch, col, blanks.look);
        } else if (want[col].width > 0) { /* else its left half has drawn it */
            put_cell(s, &stretch, col, colour_of(s, &want[col]));
        }
        *links = *links || want[col].link || told[col].link;
        told[col] = want[col];
    }
    put_stretch(&stretch);
}

/* Those of a cleared grid may be others with the same index. */
static void remember_extras(struct screen *s)
{
    size_t count = s->grid.extra_count;

    if (count > s->told_extra_cap) {
        s->told_extra_cap = s->grid.extra_cap;
        s->told_extras = mem_grow(s->told_extras, s->told_extra_cap, sizeof(*s->told_extras));
    }
    for (size_t i = 0; i < count; i++)
        s->told_extras[i] = s->grid.extras[i].hash;
    s->told_extra_count = count;
}

void cells_put(struct screen *s, bool *link_rows)
{
    for (int row = 0; row < s->grid.rows; row++) {
        if (s->grid.touched[row])
            put_row(s, row, &link_rows[row]);
        s->grid.touched[row] = false;
    }
    remember_extras(s);
}
