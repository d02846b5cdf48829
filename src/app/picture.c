/* picture: a screen without a terminal. Text from outside was cleaned when it
 * entered the store; here it is escaped for where it goes. */
#include "config.h"

#include "app/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/aside.h"
#include "app/moment.h"
#include "app/report_markup.h"
#include "core/letters.h"
#include "core/text.h"

enum { CELL_W = 9, CELL_H = 19, BASELINE = 14, PICTURE_MAX = 16 << 20 };

const char *const picture_formats[] = { "text", "ansi", "svg", "html", "roles", NULL };

struct look { /* of a cell, as colours */
    uint32_t fg, bg;
    bool has_bg, bold, underline;
};

static uint32_t paper(const struct theme *theme)
{
    if (theme->paints)
        return theme->background;
    return strcmp(theme->kind, "light") == 0 ? 0xFFFFFF : 0x000000;
}

static struct look look_of(const struct theme *theme, const struct cell *cell)
{
    const struct theme_colour *colour = &theme->role[cell->role];
    struct look look = { .fg = colour->rgb,
                         .bold = colour->bold || (cell->attr & DX_BOLD) != 0,
                         .underline = colour->underline };

    if (cell->attr & DX_CHIP || colour->reverse) {
        look.bg = colour->rgb;
        look.fg = paper(theme);
        look.has_bg = true;
    } else if (cell->attr & DX_ON_SELECTED) {
        look.bg = theme->role[DX_ROLE_SELECTED].rgb;
        look.has_bg = true;
    }
    return look;
}

static bool same(const struct look *a, const struct look *b)
{
    return a->fg == b->fg && a->has_bg == b->has_bg && (!a->has_bg || a->bg == b->bg) &&
           a->bold == b->bold && a->underline == b->underline;
}

static const struct cell *cell_at(const struct grid *grid, int row, int col)
{
    return &grid->cells[(size_t)row * (size_t)grid->cols + (size_t)col];
}

/* The text of cells [from, to) of a row, escaped for markup when asked: all of a cell, for a
 * character that belongs to the next one shares its cell with whatever that is. */
static void put_text(struct buf *out, const struct grid *grid, int row, int from, int to,
                     bool for_markup)
{
    for (int col = from; col < to; col++) {
        const struct cell *cell = cell_at(grid, row, col);
        char utf8[5];

        if (cell->width == 0 && cell->cp == 0 && col > from &&
            cell_at(grid, row, col - 1)->width == 2)
            continue;
        utf8[utf8_put(utf8, cell->cp ? cell->cp : U' ')] = '\0';
        if (for_markup) {
            markup(out, "$$", utf8, grid_marks(grid, cell));
        } else {
            (void)buf_text(out, utf8);
            (void)buf_text(out, grid_marks(grid, cell));
        }
    }
}

/* One past the last cell that looks like the one at col. */
static int run_end(const struct grid *grid, const struct theme *theme, int row, int col)
{
    struct look first = look_of(theme, cell_at(grid, row, col));
    int end = col + 1;

    while (end < grid->cols) {
        struct look next = look_of(theme, cell_at(grid, row, end));

        if (!same(&first, &next))
            break;
        end++;
    }
    return end;
}

static int text_end(const struct grid *grid, int row)
{
    int end = grid->cols;

    while (end > 0) {
        const struct cell *cell = cell_at(grid, row, end - 1);

        if (cell->cp != 0 && cell->cp != ' ')
            break;
        end--;
    }
    return end;
}

static void write_text(struct buf *out, const struct grid *grid)
{
    for (int row = 0; row < grid->rows; row++) {
        put_text(out, grid, row, 0, text_end(grid, row), false);
        (void)buf_text(out, "\n");
    }
}

static void write_ansi(struct buf *out, const struct grid *grid, const struct theme *theme)
{
    for (int row = 0; row < grid->rows; row++) {
        for (int col = 0, end; col < grid->cols; col = end) {
            struct look look = look_of(theme, cell_at(grid, row, col));

            end = run_end(grid, theme, row, col);
            (void)buf_print(out, "\033[0%s%s;38;2;%u;%u;%u", look.bold ? ";1" : "",
                            look.underline ? ";4" : "", look.fg >> 16, look.fg >> 8 & 255,
                            look.fg & 255);
            if (look.has_bg)
                (void)buf_print(out, ";48;2;%u;%u;%u", look.bg >> 16, look.bg >> 8 & 255,
                                look.bg & 255);
            (void)buf_text(out, "m");
            put_text(out, grid, row, col, end, false);
        }
        (void)buf_text(out, "\033[0m\n");
    }
}

/* Each character has its place: fonts differ in what they hold. */
static void svg_places(struct buf *out, const struct grid *grid, int row, int from, int to)
{
    bool plain = true;

    for (int col = from; col < to; col++)
        plain = plain && cell_at(grid, row, col)->cp < 0x80;
    (void)buf_print(out, "<text y=\"%d\" x=\"%d", row * CELL_H + BASELINE, from * CELL_W);
    for (int col = from + 1; col < to && !plain; col++)
        if (cell_at(grid, row, col)->width > 0)
            (void)buf_print(out, " %d", col * CELL_W);
    (void)buf_text(out, "\"");
    if (plain)
        (void)buf_print(out, " textLength=\"%d\"", (to - from) * CELL_W);
}

static bool is_blank(const struct grid *grid, int row, int col)
{
    const struct cell *cell = cell_at(grid, row, col);

    return cell->width == 1 && (cell->cp == 0 || cell->cp == ' ');
}

/* The next piece of [*from, to) without blanks around it, and none of two within it: not
 * every program keeps them. Returns where it ends; *from is at to where there is none. */
static int svg_piece(const struct grid *grid, int row, int *from, int to)
{
    int end;

    while (*from < to && is_blank(grid, row, *from))
        (*from)++;
    end = *from;
    while (end < to &&
           !(is_blank(grid, row, end) && (end + 1 == to || is_blank(grid, row, end + 1))))
        end++;
    return end;
}

static void svg_run(struct buf *out, const struct grid *grid, const struct look *look, int row,
                    int from, int to)
{
    if (look->has_bg)
        (void)buf_print(out,
                        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n",
                        from * CELL_W, row * CELL_H, (to - from) * CELL_W, CELL_H, look->bg);
    for (int end; (end = svg_piece(grid, row, &from, to)) > from; from = end) {
        svg_places(out, grid, row, from, end);
        (void)buf_print(out, " fill=\"#%06x\"%s%s>", look->fg,
                        look->bold ? " font-weight=\"bold\"" : "",
                        look->underline ? " text-decoration=\"underline\"" : "");
        put_text(out, grid, row, from, end, true);
        (void)buf_text(out, "</text>\n");
    }
}

static void write_svg(struct buf *out, const struct grid *grid, const struct theme *theme)
{
    int width = grid->cols * CELL_W, height = grid->rows * CELL_H;

    (void)buf_print(out,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
                    "height=\"%d\" font-family=\"'DejaVu Sans Mono','Menlo','Consolas',monospace\" "
                    "font-size=\"15\" xml:space=\"preserve\">\n"
                    "<rect width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n",
                    width, height, width, height, width, height, paper(theme));
    for (int row = 0; row < grid->rows; row++) {
        for (int col = 0, end; col < grid->cols; col = end) {
            struct look look = look_of(theme, cell_at(grid, row, col));

            end = run_end(grid, theme, row, col);
            if (col < text_end(grid, row) || look.has_bg)
                svg_run(out, grid, &look, row, col, end);
        }
    }
    (void)buf_text(out, "</svg>\n");
}

static void write_html(struct buf *out, const struct grid *grid, const struct theme *theme)
{
    (void)buf_print(out,
                    "<!doctype html>\n<meta charset=\"utf-8\">\n<title>dxtop</title>\n"
                    "<pre style=\"background:#%06x;font-family:'DejaVu Sans Mono',monospace;"
                    "line-height:1.25\">",
                    paper(theme));
    for (int row = 0; row < grid->rows; row++) {
        for (int col = 0, end; col < grid->cols; col = end) {
            struct look look = look_of(theme, cell_at(grid, row, col));

            end = run_end(grid, theme, row, col);
            (void)buf_print(out, "<span style=\"color:#%06x%s%s", look.fg,
                            look.bold ? ";font-weight:bold" : "",
                            look.underline ? ";text-decoration:underline" : "");
            if (look.has_bg)
                (void)buf_print(out, ";background:#%06x", look.bg);
            (void)buf_text(out, "\">");
            put_text(out, grid, row, col, end, true);
            (void)buf_text(out, "</span>");
        }
        (void)buf_text(out, "\n");
    }
    (void)buf_text(out, "</pre>\n");
}

/* Its text, then a letter a cell for its role, then a sign a cell for how it
 * stands out: what tests of panels compare. */
static void write_roles(struct buf *out, const struct grid *grid)
{
    char *bytes = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&bytes, &len);

    if (!file)
        return;
    grid_dump(grid, file);
    if (fclose(file) == 0)
        (void)buf_add(out, bytes, len);
    free(bytes);
}

bool picture_write(struct buf *out, const struct grid *grid, const struct theme *theme,
                   enum picture_format format)
{
    switch (format) {
    case PICTURE_TEXT:
        write_text(out, grid);
        break;
    case PICTURE_ANSI:
        write_ansi(out, grid, theme);
        break;
    case PICTURE_SVG:
        write_svg(out, grid, theme);
        break;
    case PICTURE_HTML:
        write_html(out, grid, theme);
        break;
    case PICTURE_ROLES:
        write_roles(out, grid);
        break;
    }
    return !out->full;
}

enum picture_format picture_format(const char *name)
{
    int i = 0;

    while (i < PICTURE_ROLES && strcmp(picture_formats[i], name) != 0)
        i++;
    return (enum picture_format)i;
}

/* A file of a name that was free. -1: there is none, and errno says why. */
static int create(struct viewer *v, enum picture_format format, const char *file, char *path,
                  size_t cap)
{
    static const char *const ends[] = { "txt", "ansi", "svg", "html", "roles" };
    time_t now = (time_t)(viewer_now(v) / 1000);
    char stamp[32], nth[16] = "";
    struct tm tm;
    int fd = -1;

    (void)localtime_r(&now, &tm);
    (void)strftime(stamp, sizeof(stamp), "%Y-%m-%d-%H%M%S", &tm);
    for (int i = 0; i < 100 && fd < 0; i++) {
        if (i > 0)
            (void)snprintf(nth, sizeof(nth), "-%d", i);
        if (*file)
            (void)snprintf(path, cap, "%s", file);
        else
            (void)snprintf(path, cap, "dxtop-%s%s.%s", stamp, nth, ends[format]);
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0 && (errno != EEXIST || *file))
            break;
    }
    return fd;
}

bool picture_save(struct viewer *v, enum picture_format format, const char *file, char *path,
                  size_t cap, struct dx_error *err)
{
    struct buf out;
    bool ok = false;
    int fd;

    viewer_draw(v, screen_grid(v->screen)); /* without the line that asked for it */
    if (viewer_is_veiled(v))
        return dx_fail(err, DX_FAULT_SYSTEM, "cannot save: names are not %s yet",
                       v->redacted ? "hidden" : "shown");
    fd = create(v, format, file, path, cap);
    if (fd < 0)
        return dx_fail(err, DX_FAULT_SYSTEM, "cannot save %.150s: %s", path, strerror(errno));
    buf_init(&out, PICTURE_MAX);
    errno = EFBIG;
    if (picture_write(&out, screen_grid(v->screen), &v->app->theme, format))
        ok = write(fd, out.bytes, out.len) == (ssize_t)out.len;
    buf_done(&out);
    if (close(fd) != 0 || !ok) {
        (void)unlink(path);
        return dx_fail(err, DX_FAULT_SYSTEM, "cannot save %.150s: %s", path, strerror(errno));
    }
    return true;
}

/* A store that cannot be read is told of on the screen. */
static bool settle(struct app *app, struct dx_error *err)
{
    struct dx_error unread = { 0 };
    bool ok = !store_begin(app->store, &unread) || moment_settle(app, clock_now(&app->clock), err);

    store_end(app->store);
    return ok;
}

/* Markup is UTF-8 whatever the locale. */
static bool is_markup(enum picture_format format)
{
    return format == PICTURE_SVG || format == PICTURE_HTML;
}

static bool give_out(struct buf *out, const struct grid *grid, const struct app *app)
{
    if (!picture_write(out, grid, &app->theme, (enum picture_format)app->arguments.format)) {
        (void)fprintf(stderr,
                      "dxtop: this picture is larger than %d MiB: ask for a smaller --size\n",
                      PICTURE_MAX >> 20);
        return false;
    }
    if (fwrite(out->bytes, 1, out->len, stdout) == out->len && fflush(stdout) == 0)
        return true;
    output_lost(stdout, errno);
    return false;
}

int picture_run(struct app *app)
{
    struct viewer v = { .app = app,
                        .want_update = true,
                        .redacted = app->arguments.redact,
                        .week = app->arguments.week };
    const struct arguments *args = &app->arguments;
    const bool utf8 = is_markup((enum picture_format)args->format) || letters_utf8();
    struct dx_error err = { 0 };
    struct grid grid;
    struct buf out;
    bool whole = true;

    if (!app_open(app, &err) || !settle(app, &err)) {
        (void)fprintf(stderr, "dxtop: %s\n", err.text);
        return EXIT_FAILED;
    }
    if (!viewer_open_pages(&v, args->view, &err)) {
        (void)fprintf(stderr, "dxtop: %s\n", err.text);
        viewer_close_pages(&v);
        return EXIT_USAGE;
    }
    moment_live(&v);
    if (v.week && !moment_settle_week(&v, &err)) {
        (void)fprintf(stderr, "dxtop: the week before cannot be read: %s\n", err.text);
        v.week = false;
        whole = false;
    }
    if (args->wall && !wall_enter(&v)) {
        (void)fprintf(stderr, "dxtop: %s\n", v.message);
        viewer_close_pages(&v);
        return EXIT_FAILED;
    }
    grid_init(&grid, args->rows, args->cols,
              glyphs_choose(args->ascii ? "ascii" : app->config.glyphs, utf8, ""));
    viewer_draw(&v, &grid);
    if (!utf8)
        grid_ascii(&grid);
    buf_init(&out, PICTURE_MAX);
    whole = give_out(&out, &grid, app) && whole && !*v.store_trouble && !v.facts.failed;
    buf_done(&out);
    grid_done(&grid);
    wall_done(&v.wall);
    viewer_close_pages(&v);
    moment_done(&v);
    return whole ? EXIT_OK : EXIT_FAILED;
}
