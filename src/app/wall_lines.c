/* wall_lines: what stands around the pages of the wall. */
#include "config.h"

#include "app/wall_lines.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/bars.h"
#include "core/text.h"
#include "core/time.h"

enum {
    MARGIN = 2,
    ROOMY_COLS = 60,
    ROOMY_ROWS = 30, /* from here on blank lines around the sentence */
    TWO_LINES_ROWS = 16,
    DOTS_MOST = 12,
    AGE_STEP = 10,
    ITEM_MOST = 320
};

static const struct dx_style text = { .role = DX_ROLE_TEXT };
static const struct dx_style strong = { .role = DX_ROLE_TEXT, .attr = DX_BOLD };
static const struct dx_style dim = { .role = DX_ROLE_DIM };
static const struct dx_style border = { .role = DX_ROLE_BORDER };

static int below(int rows)
{
    if (rows >= ROOMY_ROWS)
        return 6;
    return rows >= TWO_LINES_ROWS ? 4 : 3;
}

struct dx_box wall_inside(int rows, int cols)
{
    int inside = rows - 1 - below(rows);

    return (struct dx_box){ 1, 0, inside > 0 ? inside : 0, cols };
}

/* ---- above ---- */

void wall_lines_clock(struct dx_canvas *canvas, const struct wall_lines *lines)
{
    time_t at = (time_t)(lines->now_ms / 1000);
    char words[32];
    struct tm tm;
    int col = MARGIN;

    (void)localtime_r(&at, &tm);
    (void)strftime(words, sizeof(words), "%H:%M", &tm);
    col += canvas_put(canvas, 0, col, &strong, *lines->title ? lines->title : "dxtop") + 2;
    (void)canvas_put(canvas, 0, col, &dim, lines->page);
    col = canvas->cols - MARGIN - text_width(words);
    (void)canvas_put(canvas, 0, col, &strong, words);
    if (lines->frozen || lines->redacted) {
        const char *word = lines->frozen ? "frozen" : "names hidden";

        col -= text_width(word) + 2;
        (void)canvas_put(canvas, 0, col, &(struct dx_style){ .role = DX_ROLE_BUSY }, word);
    }
}

/* ---- the sentence ---- */

struct pen { /* lines of so many columns from a column on */
    struct dx_canvas *canvas;
    int row, col, left, right, last_row;
};

/* "linux-xl: 18 jobs wait", "DX-412 passed its SLA": what has its own subject comes after a
 * colon. */
static const char *after_subject(const char *sentence)
{
    bool own = (*sentence >= '0' && *sentence <= '9') || strncmp(sentence, "the ", 4) == 0;

    return own ? ": " : " ";
}

/* Is there room for so many columns, here or on the next line? */
static bool take_room(struct pen *pen, int cols)
{
    if (pen->col + cols <= pen->right)
        return true;
    if (pen->row == pen->last_row || pen->col == pen->left)
        return false;
    pen->row++;
    pen->col = pen->left;
    return pen->col + cols <= pen->right;
}

/* One that is too long for a line is cut rather than left out, where it is the first. */
static bool put_item(struct pen *pen, const struct fact *fact, int rest, bool first)
{
    const char *link = after_subject(fact->sentence);
    char words[ITEM_MOST];
    int width = text_width(fact->subject) + text_width(link) + text_width(fact->sentence);

    if (!take_room(pen, width + rest) && !first)
        return false;
    pen->col += canvas_put(pen->canvas, pen->row, pen->col, &strong, fact->subject);
    (void)snprintf(words, sizeof(words), "%s%s", link, fact->sentence);
    if (pen->right > pen->col)
        pen->col += canvas_put_fit(pen->canvas,
                                   (struct dx_box){ pen->row, pen->col, 1, pen->right - pen->col },
                                   DX_FIT_LEFT, &text, words);
    return true;
}

static void put_items(struct pen *pen, const struct facts *facts)
{
    size_t total = facts->bad + facts->warn, shown = 0;
    char more[32];

    for (; shown < facts->fact_count; shown++) {
        size_t left = total - shown - 1;
        int rest = left > 0 ? 1 + (pen->row == pen->last_row ? 10 : 0) : 0;

        if (shown > 0) {
            struct pen ahead = *pen;

            ahead.col += 2;
            if (!put_item(&ahead, &facts->fact[shown], rest, false))
                break;
            (void)canvas_put(pen->canvas, pen->row, pen->col, &text, ";");
            *pen = ahead;
        } else if (!put_item(pen, &facts->fact[0], rest, true)) {
            break;
        }
    }
    if (shown >= total)
        return;
    (void)snprintf(more, sizeof(more), "; %zu more", total - shown);
    if (take_room(pen, text_width(more)))
        (void)canvas_put(pen->canvas, pen->row, pen->col, &dim,
                         pen->col == pen->left ? more + 2 : more);
}

static void put_sentence(struct dx_canvas *canvas, const struct wall_lines *lines, int row,
                         int last_row)
{
    const struct glyphs *g = canvas->grid->glyphs;
    const struct facts *facts = lines->facts;
    bool trouble = *lines->trouble != '\0', bad = facts->bad > 0 || trouble;
    struct dx_style chip = { .role = bad ? DX_ROLE_BAD : DX_ROLE_WARN,
                             .attr = DX_BOLD | (bad ? DX_CHIP : 0) };
    struct pen pen = { canvas, row, MARGIN, MARGIN, canvas->cols - MARGIN, last_row };
    char words[48];

    if (!bad && facts->warn == 0) {
        struct dx_canvas line =
            canvas_sub(canvas, (struct dx_box){ row, MARGIN - 1, 1, canvas->cols - MARGIN });

        bars_headline(&line, facts, "", lines->now_ms);
        return;
    }
    (void)snprintf(words, sizeof(words), bad ? " %s %zu " : "%s %zu",
                   g->glyph[bad ? DX_GLYPH_BAD : DX_GLYPH_WARN],
                   (bad ? facts->bad : facts->warn) + trouble);
    pen.left = pen.col += canvas_put(canvas, row, MARGIN, &chip, words) + 1;
    if (trouble) { /* it comes first, and makes all else doubtful */
        (void)canvas_put_fit(canvas, (struct dx_box){ row, pen.left, 1, pen.right - pen.left },
                             DX_FIT_LEFT, &strong, lines->trouble);
        if (pen.row++ == last_row)
            return;
    }
    put_items(&pen, facts);
}

/* ---- the last line ---- */

/* Returns where it ends. Where there is little room the dots say it. */
static int put_pages(struct dx_canvas *canvas, const struct wall_lines *lines, int row)
{
    const char *dot = canvas->grid->glyphs->glyph[DX_GLYPH_LIVE];
    int col = MARGIN;
    char words[64];

    if (*lines->message) {
        return col + canvas_put(canvas, row, col, &text, lines->message);
    }
    for (size_t i = 0; lines->pages > 1 && lines->pages <= DOTS_MOST && i < lines->pages; i++)
        col += 1 + canvas_put(canvas, row, col, i == lines->at ? &text : &border, dot);
    col += col > MARGIN;
    words[0] = '\0';
    if (lines->pages > 1 && (canvas->cols >= ROOMY_COLS || lines->pages > DOTS_MOST))
        (void)snprintf(words, sizeof(words), "%zu of %zu%s", lines->at + 1, lines->pages,
                       lines->paused ? "  paused" : "");
    else if (lines->paused)
        (void)snprintf(words, sizeof(words), "paused");
    return col + canvas_put(canvas, row, col, &dim, words);
}

/* Of one that is not live the name, else how many they are. */
static void light_text(char *out, size_t cap, const struct facts *facts, enum light light)
{
    (void)snprintf(out, cap, "%zu", facts->lights[light]);
    if (facts->lights[light] > 1 || light == LIGHT_LIVE)
        return;
    for (size_t i = 0; i < facts->source_count; i++)
        if (facts->source[i].light == light)
            text_copy(out, cap, facts->source[i].name);
}

/* At the right end of the room, which gets so much smaller; without its word where that does not
 * fit. */
static void put_light(struct dx_canvas *canvas, const struct facts *facts, struct dx_box *room,
                      enum light light)
{
    const struct light_look *look = &light_looks[light];
    const char *word = look->word;
    char name[48];
    int width, col;

    if (facts->lights[light] == 0)
        return;
    light_text(name, sizeof(name), facts, light);
    width = 2 + text_width(name) + 1 + text_width(word);
    if (width > room->cols) {
        width -= 1 + text_width(word);
        word = "";
    }
    if (width > room->cols)
        return;
    col = room->col + room->cols - width;
    (void)canvas_put(canvas, room->row, col, &(struct dx_style){ .role = look->role },
                     canvas->grid->glyphs->glyph[look->glyph]);
    (void)canvas_put(canvas, room->row, col + 2, &text, name);
    (void)canvas_put(canvas, room->row, col + width - text_width(word), &dim, word);
    room->cols -= width + 2;
}

static void put_right(struct dx_canvas *canvas, const struct wall_lines *lines, struct dx_box room)
{
    const struct facts *f = lines->facts;
    int64_t age_s = (lines->now_ms - f->ok_ms) / 1000 / AGE_STEP * AGE_STEP;
    char words[64], age[TIME_TEXT];

    if (f->ok_ms > 0) {
        if (age_s < AGE_STEP)
            (void)snprintf(words, sizeof(words), "data now");
        else
            (void)snprintf(words, sizeof(words), "data %s old",
                           duration_format(age, age_s * 1000, false));
        if (text_width(words) <= room.cols) { /* half an age is another one */
            (void)canvas_put_fit(canvas, room, DX_FIT_RIGHT, &dim, words);
            room.cols -= text_width(words) + 2;
        }
    }
    for (int i = LIGHT_LOST; i >= LIGHT_LIVE; i--)
        put_light(canvas, f, &room, (enum light)i);
}

void wall_lines_draw(struct dx_canvas *canvas, const struct wall_lines *lines)
{
    int rule = canvas->rows - below(canvas->rows), last = canvas->rows - 1;
    int left;
    bool roomy = canvas->rows >= ROOMY_ROWS;
    bool bad = lines->facts->bad > 0 || *lines->trouble;
    struct dx_style style = { .role = bad ? DX_ROLE_BAD : DX_ROLE_BORDER };

    wall_lines_clock(canvas, lines);
    if (rule < 1)
        return;
    for (int col = 0; col < canvas->cols; col++)
        (void)canvas_put(canvas, rule, col, &style, canvas->grid->glyphs->horizontal);
    put_sentence(canvas, lines, rule + 1 + roomy, last - 1 - roomy);
    left = put_pages(canvas, lines, last) + 2;
    put_right(canvas, lines, (struct dx_box){ last, left, 1, canvas->cols - MARGIN - left });
}
