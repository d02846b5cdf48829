/* changed_cells: of what a program sent to its terminal of 200x60, how much changed the
 * screen. stdin: pieces, each its length (uint32), whether it counts (a byte; those before
 * only make the screen), and its bytes. Prints JSON:
 *
 *   bytes      of the pieces that count
 *   cells      that were another after a piece than before it
 *   text       the bytes of these cells alone
 *   addressed  these, and before each run of them in a row where it is: ESC [ row ; column H.
 *              No cell can be changed without saying which; colours are not in it */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vterm.h>

enum { ROWS = 60, COLS = 200, UTF8_MOST = 4 };

struct sums {
    size_t bytes, cells, text, addressed;
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

static void compare(VTermScreen *screen, VTermScreenCell *before, struct sums *sums)
{
    char address[32];

    for (int row = 0; row < ROWS; row++) {
        int in_run = 0;

        for (int col = 0; col < COLS; col++) {
            VTermScreenCell now, *old = &before[row * COLS + col];
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
            sums->addressed += len;
            if (!in_run)
                sums->addressed +=
                    (size_t)snprintf(address, sizeof(address), "\x1b[%d;%dH", row + 1, col + 1);
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
    printf("{\"bytes\": %zu, \"cells\": %zu, \"text\": %zu, \"addressed\": %zu}\n", sums.bytes,
           sums.cells, sums.text, sums.addressed);
    free(before);
    vterm_free(vt);
    return 0;
}
