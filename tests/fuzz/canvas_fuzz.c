/* Whatever is put wherever, no cell outside the window changes, and no half of a
 * wide character stands alone. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ui/canvas.h"

enum { ROWS = 6, COLS = 17, TOP = 1, LEFT = 2, HIGH = 4, WIDE = 11, TEXT_MOST = 40 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *at;
    size_t left;
};

static unsigned byte(struct input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

/* Near the edges most often, now and then anything. */
static int place(struct input *in)
{
    unsigned first = byte(in);
    uint32_t far = 0;

    if (first < 0xF0)
        return (int)(first % 32) - 8;
    for (int i = 0; i < 4; i++)
        far = far << 8 | byte(in);
    return (int)far;
}

static struct dx_box box_of(struct input *in)
{
    struct dx_box box = { place(in), place(in), place(in), place(in) };

    return box;
}

static void text_of(struct input *in, char text[TEXT_MOST + 1])
{
    size_t len = byte(in) % TEXT_MOST;

    if (len > in->left)
        len = in->left;
    memcpy(text, in->at, len);
    text[len] = '\0';
    in->at += len;
    in->left -= len;
}

static void check(const struct grid *grid)
{
    for (int i = 0; i < ROWS * COLS; i++) {
        const struct cell *cell = &grid->cells[i];
        int row = i / COLS, col = i % COLS;
        bool inside = row >= TOP && row < TOP + HIGH && col >= LEFT && col < LEFT + WIDE;

        if (!inside && (cell->cp != 0 || cell->width != 1 || cell->attr != 0))
            abort();
        if (cell->width > 2 || (cell->width == 2 && (col + 1 == COLS || cell[1].width != 0)) ||
            (cell->width == 0 && (col == 0 || cell[-1].width != 2)))
            abort();
        if (cell->link > grid->extra_count || cell->marks > grid->extra_count)
            abort();
    }
}

static void put(struct dx_canvas *canvas, struct input *in)
{
    unsigned what = byte(in), look = byte(in);
    struct dx_style style = { .role = (enum dx_role)(look % DX_ROLE_COUNT), .attr = look >> 5 };
    struct dx_box box = box_of(in);
    char text[TEXT_MOST + 1];
    struct dx_canvas sub;

    text_of(in, text);
    style.link = what & 8 ? text : what & 16 ? "https://sim.example/1" : NULL;
    switch (what % 4) {
    case 0:
        (void)canvas_put(canvas, box.row, box.col, &style, text);
        break;
    case 1:
        (void)canvas_put_fit(canvas, box, (enum dx_fit)(look % 3), &style, text);
        break;
    case 2:
        canvas_attr(canvas, box, style.attr);
        break;
    default:
        sub = canvas_sub(canvas, box);
        (void)canvas_put(&sub, place(in), place(in), &style, text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = { data, size };
    struct dx_canvas all, window;
    struct grid grid;

    grid_init(&grid, ROWS, COLS, glyphs_choose("braille", true, ""));
    all = canvas_of(&grid);
    window = canvas_sub(&all, (struct dx_box){ TOP, LEFT, HIGH, WIDE });
    while (in.left > 0) {
        put(&window, &in);
        check(&grid);
    }
    grid_done(&grid);
    return 0;
}
