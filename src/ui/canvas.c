/* canvas: a grid of cells that panels paint on. */
#include "config.h"

#include "ui/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/letters.h"
#include "core/mem.h"
#include "core/text.h"

enum { TEXT_MAX = 4096, EXTRAS_MOST = 4096, LINK_BYTES = 2084 };

/* What a cell has room for; nothing is larger. */
enum { CP_BITS = 0x1FFFFF, ROLE_BITS = 0x3F, ATTR_BITS = 0xF, EXTRA_BITS = 0x1FFF };

void grid_init(struct grid *grid, int rows, int cols, const struct glyphs *glyphs)
{
    *grid = (struct grid){ .rows = rows, .cols = cols, .glyphs = glyphs };
    grid->cells = mem_new((size_t)rows * (size_t)cols, sizeof(*grid->cells));
    grid->touched = mem_new((size_t)rows, sizeof(*grid->touched));
    grid_clear(grid);
}

static void drop_extras(struct grid *grid)
{
    for (size_t i = 0; i < grid->extra_count; i++)
        free(grid->extras[i].text);
    grid->extra_count = 0;
}

void grid_done(struct grid *grid)
{
    drop_extras(grid);
    free(grid->extras);
    free(grid->cells);
    free(grid->touched);
    *grid = (struct grid){ .rows = 0 };
}

void grid_touch(struct grid *grid)
{
    for (int row = 0; row < grid->rows; row++)
        grid->touched[row] = true;
}

void grid_clear(struct grid *grid)
{
    grid_touch(grid);
    for (size_t i = 0; i < (size_t)grid->rows * (size_t)grid->cols; i++)
        grid->cells[i] = (struct cell){ .width = 1 };
    drop_extras(grid);
}

const char *grid_link(const struct grid *grid, const struct cell *cell)
{
    return cell->link > 0 ? grid->extras[cell->link - 1].text : NULL;
}

const char *grid_marks(const struct grid *grid, const struct cell *cell)
{
    return cell->marks > 0 ? grid->extras[cell->marks - 1].text : "";
}

/* Within OSC 8 only printable ASCII is sure to be taken for what it is; the rest is
 * percent-encoded. NULL: longer than terminals take. */
static const char *link_text(const char *link, char *out)
{
    size_t n = 0;

    for (; *link && n + 3 < LINK_BYTES; link++) {
        if (*link > ' ' && *link < 0x7F)
            out[n++] = *link;
        else
            n +=
                (size_t)snprintf(out + n, LINK_BYTES - n, "%%%02X", (unsigned)(unsigned char)*link);
    }
    out[n] = '\0';
    return *link ? NULL : out;
}

/* Its index + 1; 0 where there are too many. The newest first: mostly it is that one. */
static unsigned add_extra(struct grid *grid, const char *text)
{
    uint64_t hash = text_hash(text);

    for (size_t i = grid->extra_count; i > 0; i--)
        if (grid->extras[i - 1].hash == hash && strcmp(grid->extras[i - 1].text, text) == 0)
            return (unsigned)i;
    if (grid->extra_count == EXTRAS_MOST)
        return 0;
    if (grid->extra_count == grid->extra_cap) {
        grid->extra_cap = grid->extra_cap ? 2 * grid->extra_cap : 16;
        grid->extras = mem_grow(grid->extras, grid->extra_cap, sizeof(*grid->extras));
    }
    grid->extras[grid->extra_count++] = (struct extra){ .text = mem_text(text), .hash = hash };
    return (unsigned)grid->extra_count;
}

/* 0 for what is no web address, or too long for one. Most texts have none, or the one of the
 * text before. */
static unsigned link_of(struct grid *grid, const char *link)
{
    char text[LINK_BYTES];

    if (!link || (strncmp(link, "https://", 8) != 0 && strncmp(link, "http://", 7) != 0))
        return 0;
    if (grid->extra_count > 0 && strcmp(grid->extras[grid->extra_count - 1].text, link) == 0)
        return (unsigned)grid->extra_count;
    link = link_text(link, text);
    return link ? add_extra(grid, link) : 0;
}

static unsigned marks_of(struct grid *grid, const struct grapheme *g)
{
    char text[4 * 3 + 1];
    size_t n = 0;

    for (int i = 1; i < 4 && g->cp[i]; i++)
        n += utf8_put(text + n, g->cp[i]);
    text[n] = '\0';
    return n > 0 ? add_extra(grid, text) : 0;
}

struct dx_canvas canvas_of(struct grid *grid)
{
    return (struct dx_canvas){ .grid = grid, .rows = grid->rows, .cols = grid->cols };
}

static int at_most(int a, int b)
{
    return a < b ? a : b;
}

static int not_negative(int n)
{
    return n > 0 ? n : 0;
}

/* Where something of that length ends within `most`; panels hand over any box. */
static int end_of(int from, int length, int most)
{
    int64_t end = (int64_t)from + not_negative(length);

    return end < most ? (int)end : most;
}

struct dx_canvas canvas_sub(const struct dx_canvas *canvas, struct dx_box box)
{
    struct dx_canvas sub = *canvas;
    int row = not_negative(box.row), col = not_negative(box.col);
    int end_row = end_of(box.row, box.rows, canvas->rows);
    int end_col = end_of(box.col, box.cols, canvas->cols);

    row = at_most(row, canvas->rows);
    col = at_most(col, canvas->cols);
    sub.row = canvas->row + row;
    sub.col = canvas->col + col;
    sub.rows = not_negative(end_row - row);
    sub.cols = not_negative(end_col - col);
    return sub;
}

/* Of a place that is on the canvas. */
static struct cell *cell_at(const struct dx_canvas *canvas, int row, int col)
{
    canvas->grid->touched[canvas->row + row] = true;
    return &canvas->grid->cells[(size_t)(canvas->row + row) * (size_t)canvas->grid->cols +
                                (size_t)(canvas->col + col)];
}

struct cell *canvas_cell(const struct dx_canvas *canvas, int row, int col)
{
    if (row < 0 || col < 0 || row >= canvas->rows || col >= canvas->cols)
        return NULL;
    return cell_at(canvas, row, col);
}

/* Old data loses its colour before it loses its place. */
static enum dx_role role_on(const struct dx_canvas *canvas, enum dx_role role)
{
    if (canvas->stale && role != DX_ROLE_BORDER && role != DX_ROLE_BORDER_FOCUS &&
        role != DX_ROLE_STALE)
        return DX_ROLE_DIM;
    return role;
}

/* What stands at the cell goes; half a wide character never stays. */
static void clear_cell(struct cell *cell, bool has_left, bool has_right)
{
    if (cell->width == 0 && has_left)
        cell[-1] = (struct cell){ .width = 1, .role = cell[-1].role, .attr = cell[-1].attr };
    if (cell->width == 2 && has_right)
        cell[1] = (struct cell){ .width = 1, .role = cell[1].role, .attr = cell[1].attr };
}

static void put_grapheme(const struct dx_canvas *canvas, int row, int col, const struct grapheme *g,
                         const struct cell *look)
{
    struct cell *cell = cell_at(canvas, row, col);
    int x = canvas->col + col, cols = canvas->grid->cols;

    clear_cell(cell, x > 0, x + 1 < cols);
    if (g->width == 2)
        clear_cell(cell + 1, true, x + 2 < cols);
    *cell = *look;
    cell->cp = g->cp[0] & CP_BITS;
    cell->marks = marks_of(canvas->grid, g) & EXTRA_BITS;
    cell->width = g->width == 2 ? 2 : 1;
    if (g->width == 2) {
        cell[1] = *look;
        cell[1].width = 0;
    }
}

/* Among ASCII glyphs the signs that our own words have in them are ASCII too. */
static void to_ascii(struct grapheme *g)
{
    char sign = letters_sign(g->cp[0]);

    if (sign)
        *g = (struct grapheme){ .cp = { (char32_t)sign }, .width = 1, .bytes = g->bytes };
}

static struct cell look_of(const struct dx_canvas *canvas, const struct dx_style *style)
{
    static const struct dx_style plain = { .role = DX_ROLE_TEXT };

    if (!style)
        style = &plain;
    return (struct cell){ .role = role_on(canvas, style->role) & ROLE_BITS,
                          .attr =
                              style->attr & (canvas->stale ? ~(unsigned)DX_CHIP : ~0U) & ATTR_BITS,
                          .link = link_of(canvas->grid, style->link) & EXTRA_BITS };
}

int canvas_put(struct dx_canvas *canvas, int row, int col, const struct dx_style *style,
               const char *text)
{
    size_t left = strlen(text), sure = 0; /* bytes: one column each */
    bool ascii = canvas->grid->glyphs && canvas->grid->glyphs->set == GLYPHS_ASCII;
    struct cell look;
    int x = col;

    if (row < 0 || row >= canvas->rows)
        return 0;
    look = look_of(canvas, style);
    while (left > 0 && x < canvas->cols) {
        struct grapheme g = { .cp = { (unsigned char)*text }, .bytes = 1, .width = 1 };

        if (sure == 0)
            sure = text_ascii(text, left);
        if (sure > 0)
            sure--;
        else
            text_grapheme(text, left, &g);
        text += g.bytes;
        left -= g.bytes;
        if (ascii && g.cp[0] >= 0x80)
            to_ascii(&g);
        if (x + g.width > canvas->cols)
            break;
        if (x >= 0)
            put_grapheme(canvas, row, x, &g, &look);
        x += g.width;
    }
    return x - col;
}

void canvas_line(struct dx_canvas *canvas, struct dx_box box, const struct dx_style *style,
                 const char *glyph)
{
    const struct dx_canvas part = canvas_sub(canvas, box);
    const struct cell look = look_of(canvas, style);
    size_t len = strlen(glyph);
    struct grapheme g;

    if (len == 0)
        return;
    text_grapheme(glyph, len, &g);
    for (int row = 0; row < part.rows; row++)
        for (int col = 0; col + g.width <= part.cols; col += g.width)
            put_grapheme(&part, row, col, &g, &look);
}

int canvas_put_wrapped(struct dx_canvas *canvas, struct dx_box box, const struct dx_style *style,
                       const char *text)
{
    int row = 0, col = 0;
    char word[512];

    while (*text && row < box.rows) {
        size_t n = strcspn(text, " ");
        int width;

        (void)snprintf(word, sizeof(word), "%.*s", (int)n, text);
        width = text_width(word);
        if (col > 0 && col + width > box.cols) {
            row++;
            col = 0;
            continue;
        }
        (void)canvas_put_fit(canvas,
                             (struct dx_box){ box.row + row, box.col + col, 1, box.cols - col },
                             DX_FIT_LEFT, style, word);
        col += width + 1;
        text += n + strspn(text + n, " ");
    }
    return row < box.rows ? row + (col > 0) : row;
}

int canvas_put_fit(struct dx_canvas *canvas, struct dx_box box, enum dx_fit fit,
                   const struct dx_style *style, const char *text)
{
    const char *ellipsis = canvas->grid->glyphs->glyph[DX_GLYPH_ELLIPSIS];
    char cut[TEXT_MAX];
    int width, shift;

    if (box.cols <= 0 || box.col >= canvas->cols)
        return 0;
    width = fit == DX_FIT_MIDDLE ? text_cut_middle(cut, sizeof(cut), text, box.cols, ellipsis)
                                 : text_cut(cut, sizeof(cut), text, box.cols, ellipsis);
    shift = fit == DX_FIT_RIGHT ? box.cols - width : 0;

    return shift + canvas_put(canvas, box.row, box.col + shift, style, cut);
}

int canvas_print(struct dx_canvas *canvas, int row, int col, const struct dx_style *style,
                 const char *fmt, ...)
{
    char text[TEXT_MAX];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return canvas_put(canvas, row, col, style, text);
}

void canvas_clear(struct dx_canvas *canvas)
{
    for (int row = 0; row < canvas->rows; row++) {
        struct cell *cells = canvas_cell(canvas, row, 0);

        for (int col = 0; cells && col < canvas->cols; col++)
            cells[col] = (struct cell){ .width = 1 };
    }
}

void canvas_attr(struct dx_canvas *canvas, struct dx_box box, unsigned attr)
{
    struct dx_canvas part = canvas_sub(canvas, box);

    for (int row = 0; row < part.rows; row++)
        for (int col = 0; col < part.cols; col++)
            cell_at(&part, row, col)->attr |= attr & ATTR_BITS;
}

void grid_ascii(struct grid *grid)
{
    grid_touch(grid);
    for (size_t i = 0; i < (size_t)grid->rows * (size_t)grid->cols; i++) {
        struct cell *cell = &grid->cells[i];

        if (cell->width > 0 && cell->cp)
            cell->cp = (char32_t)letters_narrow(cell->cp) & CP_BITS;
        cell->marks = 0;
        cell->width = 1; /* the right half of a wide one is a blank */
    }
}

void grid_dump(const struct grid *grid, FILE *out)
{
    const struct cell *cell = grid->cells;
    size_t count = (size_t)grid->rows * (size_t)grid->cols;
    char utf8[4] = "";

    for (size_t i = 0; i < count; i++) {
        if (cell[i].width > 0)
            (void)fwrite(utf8, 1, utf8_put(utf8, cell[i].cp ? cell[i].cp : U' '), out);
        (void)fputs(grid_marks(grid, &cell[i]), out);
        if ((i + 1) % (size_t)grid->cols == 0)
            (void)fputc('\n', out);
    }
    for (size_t i = 0; i < count; i++) {
        (void)fputc('a' + (int)cell[i].role, out);
        if ((i + 1) % (size_t)grid->cols == 0)
            (void)fputc('\n', out);
    }
    for (size_t i = 0; i < count; i++) {
        (void)fputc(cell[i].attr ? '0' + (int)cell[i].attr : '.', out);
        if ((i + 1) % (size_t)grid->cols == 0)
            (void)fputc('\n', out);
    }
}
