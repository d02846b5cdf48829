/* screen_links: ncurses' cells carry no links, so text that has one is written once more. */
#include "config.h"

#include "core/text.h"
#include "ui/screen_internal.h"

/* Texts with the same link, from this one on: all cells of a table's row have it, and its
 * address is said once for those that no other link stands between. Returns the column
 * behind them. */
static int put_link(struct screen *s, int row, int col, const struct cell **look, struct buf *out)
{
    const struct cell *cells = s->grid.cells + (size_t)row * (size_t)s->grid.cols;
    const uint32_t link = cells[col].link;
    int end = col, next = col;

    (void)buf_print(out, "\033[%d;%dH\033]8;;%s\033\\", row + 1, col + 1,
                    grid_link(&s->grid, &cells[col]));
    while (next < s->grid.cols && cells[next].link == link) {
        if (next > end)
            (void)buf_print(out, "\033[%d;%dH", row + 1, next + 1);
        for (end = next; end < s->grid.cols && cells[end].link == link; end++) {
            wchar_t wide[6];
            char utf8[4];

            if (cells[end].width == 0)
                continue;
            if (!*look || cells[end].role != (*look)->role || cells[end].attr != (*look)->attr)
                colour_sgr(s, &cells[end], out);
            *look = &cells[end];
            cells_wide(s, &cells[end], wide);
            for (int i = 0; wide[i]; i++)
                (void)buf_add(out, utf8, utf8_put(utf8, (char32_t)wide[i]));
        }
        for (next = end; next < s->grid.cols && cells[next].link == 0;)
            next++;
    }
    return end;
}

void links_put(struct screen *s, const bool *link_rows, struct buf *out)
{
    const struct cell *look = NULL; /* the last one whose look was said */

    for (int row = 0; row < s->grid.rows; row++) {
        const struct cell *cells = s->grid.cells + (size_t)row * (size_t)s->grid.cols;

        for (int col = 0; link_rows[row] && col < s->grid.cols; col++) {
            if (!grid_link(&s->grid, &cells[col]) || cells[col].width == 0)
                continue;
            if (!look)
                (void)buf_text(out, "\0337");
            col = put_link(s, row, col, &look, out) - 1;
        }
    }
    if (look) /* another link ends the one before it */
        (void)buf_text(out, "\033]8;;\033\\\0338");
}
