/* frame: the line around a panel, with its title, age and counts in it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "ui/widgets.h"

enum { TITLE_COL = 2, NOTE_LEAST = 14, BESIDE = 3, HEAT_STEPS = 8, FOOT_MOST = 240 };

static void horizontal(struct dx_canvas *canvas, int row, const char *left, const char *right,
                       const struct dx_style *style)
{
    (void)canvas_put(canvas, row, 0, style, left);
    canvas_line(canvas, (struct dx_box){ row, 1, 1, canvas->cols - 2 }, style,
                canvas->grid->glyphs->horizontal);
    if (canvas->cols > 1)
        (void)canvas_put(canvas, row, canvas->cols - 1, style, right);
}

/* " text " in the line, ending before the corner, cut to room columns. */
static void at_right(struct dx_canvas *canvas, int row, enum dx_role role, const char *text,
                     int room)
{
    int width = text_width(text);
    struct dx_box box;

    if (width > room)
        width = room;
    if (width < 4 && width < text_width(text))
        return;
    box = (struct dx_box){ row, canvas->cols - TITLE_COL - 1 - width, 1, width };
    (void)canvas_put(canvas, row, box.col - 1, NULL, " ");
    (void)canvas_put_fit(canvas, box, DX_FIT_LEFT, &(struct dx_style){ .role = role }, text);
    (void)canvas_put(canvas, row, box.col + width, NULL, " ");
}

/* The end of the path, from a step's beginning. */
static const char *path_that_fits(const struct frame *frame, const char *mark, int room)
{
    const char *path = frame->path ? frame->path : "";

    while (*path && text_width(path) > room) {
        path = strstr(path, mark);
        if (!path)
            return "";
        path += strlen(mark);
        path += *path == ' ';
    }
    return path;
}

/* Of the columns between the corners. The title stays whole as long as it can, and the path as
 * far as it does; the note gets what is left, and is cut rather than left out: it may be the one
 * that says "stale". */
struct head {
    const char *path;
    int room, before, width; /* columns: of all; of the path; of the path and the title */
};

static struct head head_of(const struct dx_canvas *canvas, const struct frame *frame)
{
    int title = text_width(frame->title);
    struct head head = { .room = canvas->cols - 2 * TITLE_COL - 2 };

    head.path = path_that_fits(frame, canvas->grid->glyphs->glyph[DX_GLYPH_PATH],
                               head.room - NOTE_LEAST - title);
    head.before = text_width(head.path);
    head.width = head.before + title;
    if (head.width > head.room - NOTE_LEAST)
        head.width = head.room - NOTE_LEAST > 4 ? head.room - NOTE_LEAST : head.room;
    return head;
}

int frame_note_cols(const struct dx_canvas *canvas, const struct frame *frame)
{
    struct head head = head_of(canvas, frame);

    return head.room - head.width - BESIDE;
}

/* "1-9 of 24  idle ■■■■■■■■ ≥ goal" */
static void draw_foot(struct dx_canvas *canvas, const struct frame *frame, int row, int room)
{
    const struct glyphs *g = canvas->grid->glyphs;
    const char *foot = frame->foot ? frame->foot : "";
    char legend[HEAT_STEPS + 1], after[32], text[FOOT_MOST];

    (void)snprintf(legend, sizeof(legend), "%*s", HEAT_STEPS, "");
    (void)snprintf(after, sizeof(after), " %s goal", g->glyph[DX_GLYPH_AT_LEAST]);
    (void)snprintf(text, sizeof(text), "%s%sidle %s%s", foot, *foot ? "  " : "", legend, after);
    if (row <= 0)
        return;
    if (!frame->heat || text_width(text) > room) {
        if (*foot)
            at_right(canvas, row, DX_ROLE_DIM, foot, room);
        return;
    }
    at_right(canvas, row, DX_ROLE_DIM, text, room);
    for (int i = 0; i < HEAT_STEPS; i++)
        (void)canvas_put(
            canvas, row, canvas->cols - TITLE_COL - 1 - text_width(after) - HEAT_STEPS + i,
            &(struct dx_style){ .role = (enum dx_role)(DX_ROLE_HEAT_0 + i) }, g->heat[i]);
}

struct dx_canvas frame_draw(struct dx_canvas *canvas, const struct frame *frame)
{
    const struct glyphs *g = canvas->grid->glyphs;
    struct dx_style line = { .role = frame->focused ? DX_ROLE_BORDER_FOCUS : DX_ROLE_BORDER };
    struct dx_style title = { .role = DX_ROLE_TITLE, .attr = DX_BOLD };
    bool stale = canvas->stale;
    int bottom = canvas->rows - 1;
    struct head head;

    if (canvas->rows < 1 || canvas->cols < 2)
        return canvas_sub(canvas, (struct dx_box){ 0, 0, 0, 0 });
    canvas->stale = false; /* the frame says why the rest is dim */
    horizontal(canvas, 0, g->top_left, g->top_right, &line);
    canvas_line(canvas, (struct dx_box){ 1, 0, bottom - 1, 1 }, &line, g->vertical);
    canvas_line(canvas, (struct dx_box){ 1, canvas->cols - 1, bottom - 1, 1 }, &line, g->vertical);
    if (bottom > 0)
        horizontal(canvas, bottom, g->bottom_left, g->bottom_right, &line);
    head = head_of(canvas, frame);
    if (frame->note && *frame->note)
        at_right(canvas, 0, frame->note_role, frame->note, head.room - head.width - BESIDE);
    if (head.room > 0) {
        if (!frame->note || !*frame->note)
            head.width = head.before + text_width(frame->title);
        head.width = head.width < head.room ? head.width : head.room;
        (void)canvas_put(canvas, 0, TITLE_COL, NULL, " ");
        (void)canvas_put(canvas, 0, TITLE_COL + 1, &(struct dx_style){ .role = DX_ROLE_DIM },
                         head.path);
        (void)canvas_put_fit(
            canvas, (struct dx_box){ 0, TITLE_COL + 1 + head.before, 1, head.width - head.before },
            DX_FIT_LEFT, &title, frame->title);
        (void)canvas_put(canvas, 0, TITLE_COL + 1 + head.width, NULL, " ");
    }
    draw_foot(canvas, frame, bottom, head.room);
    canvas->stale = stale;
    return canvas_sub(canvas, (struct dx_box){ 1, 1, canvas->rows - 2, canvas->cols - 2 });
}

void frame_loud(struct dx_canvas *canvas, struct dx_box box, enum dx_role role)
{
    static const char *const heavy[] = { "┏", "┓", "┗", "┛", "━", "┃" };
    static const char *const ascii[] = { "#", "#", "#", "#", "=", "#" };
    const char *const *line = canvas->grid->glyphs->set == GLYPHS_ASCII ? ascii : heavy;
    struct dx_style style = { .role = role, .attr = DX_BOLD };
    int bottom = box.row + box.rows - 1, right = box.col + box.cols - 1;

    if (box.rows < 2 || box.cols < 2)
        return;
    for (int col = box.col + 1; col < right; col++) {
        (void)canvas_put(canvas, box.row, col, &style, line[4]);
        (void)canvas_put(canvas, bottom, col, &style, line[4]);
    }
    for (int row = box.row + 1; row < bottom; row++) {
        (void)canvas_put(canvas, row, box.col, &style, line[5]);
        (void)canvas_put(canvas, row, right, &style, line[5]);
    }
    (void)canvas_put(canvas, box.row, box.col, &style, line[0]);
    (void)canvas_put(canvas, box.row, right, &style, line[1]);
    (void)canvas_put(canvas, bottom, box.col, &style, line[2]);
    (void)canvas_put(canvas, bottom, right, &style, line[3]);
}
