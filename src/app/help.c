/* help: the screen behind `?`. */
#include "config.h"

#include "app/help.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "model/action.h"
#include "ui/widgets.h"

enum { KEYS_COLS = 18, MARGIN = 1, BESIDE_COLS = 110 };

/* Where the next line goes; rows above `top` are counted but not drawn. */
struct pen {
    struct dx_canvas *canvas;
    int line, top;
};

static const struct dx_style title_style = { .role = DX_ROLE_TITLE, .attr = DX_BOLD };
static const struct dx_style key_style = { .role = DX_ROLE_KEY };
static const struct dx_style dim_style = { .role = DX_ROLE_DIM };

static void put(struct pen *pen, int col, const struct dx_style *style, const char *text)
{
    if (pen->line >= pen->top)
        (void)canvas_put(pen->canvas, pen->line - pen->top, col, style, text);
}

/* Words from col on, wrapped at the right edge; newlines begin paragraphs. */
static void wrap(struct pen *pen, int col, const struct dx_style *style, const char *text)
{
    int width = pen->canvas->cols - MARGIN, at = col;
    char word[256];

    while (*text) {
        size_t n = strcspn(text, " \n");

        (void)snprintf(word, sizeof(word), "%.*s", (int)(n < 255 ? n : 255), text);
        if (at > col && at + text_width(word) > width) {
            pen->line++;
            at = col;
        }
        put(pen, at, style, word);
        at += text_width(word) + 1;
        text += n;
        if (*text == '\n') {
            pen->line++;
            at = col;
        }
        if (*text)
            text++;
    }
    pen->line++;
}

static void entry(struct pen *pen, const char *key, const char *help)
{
    put(pen, MARGIN, &key_style, key);
    if (text_width(key) >= KEYS_COLS) /* as many as the user wants */
        pen->line++;
    wrap(pen, MARGIN + KEYS_COLS, NULL, help);
}

/* Keys as they are engraved: "up k" is "↑ k", where the terminal has the sign. */
static const char *engraved(char *out, size_t cap, const struct glyphs *g, const char *keys)
{
    static const char *const names[][2] = {
        { "up", "↑" },         { "down", "↓" },         { "left", "←" },    { "right", "→" },
        { "page-up", "PgUp" }, { "page-down", "PgDn" }, { "home", "Home" }, { "end", "End" },
    };
    bool signs = strcmp(g->up_down, "↑↓") == 0;
    size_t n = 0;

    out[0] = '\0';
    while (*keys) {
        size_t len = strcspn(keys, " ");
        char key[64];
        const char *shown = key;

        (void)snprintf(key, sizeof(key), "%.*s", (int)len, keys);
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            if (strcmp(key, names[i][0]) == 0 && signs)
                shown = names[i][1];
        if (strcmp(key, "enter") == 0 && signs)
            shown = g->enter;
        n += (size_t)snprintf(out + n, cap - n, "%s%s", n > 0 ? " " : "", shown);
        n = n < cap ? n : cap - 1;
        keys += len;
        keys += strspn(keys, " ");
    }
    return out;
}

static void section(struct pen *pen, const char *name)
{
    if (pen->line > 0)
        pen->line++;
    put(pen, MARGIN, &title_style, name);
    pen->line++;
}

static void about_panel(struct pen *pen, const struct instance *in, const struct keymap *keymap)
{
    const struct dx_panel *panel = in->panel;
    char text[160], key[64];

    const struct table_row *row = in->columns && in->depth == 0 ? table_selected(in->table) : NULL;
    const char *about = row ? instance_about(in, row->key) : "";
    const struct dx_change *changes = instance_changes(in);

    if (*about) {
        section(pen, row->into);
        wrap(pen, MARGIN, NULL, about);
    }
    section(pen, in->title);
    wrap(pen, MARGIN, NULL, panel->summary);
    if (panel->help && *panel->help) {
        pen->line++;
        wrap(pen, MARGIN, &dim_style, panel->help);
    }
    if (changes) {
        (void)snprintf(text, sizeof(text), "Week against week (%s): it is worse where",
                       keymap_say(keymap, ACTION_WEEK, key, sizeof(key)));
        section(pen, text);
        for (const struct dx_change *c = changes; c->what; c++)
            if (*c->what)
                wrap(pen, MARGIN, NULL, c->what);
    }
    if (in->columns) {
        section(pen, "Columns");
        for (const struct dx_column *c = in->columns; c->title; c++)
            if (c->help)
                entry(pen, *c->title ? c->title : "(state)", c->help);
    }
    if (panel->keys) {
        section(pen, "Keys of this panel");
        for (const struct dx_key *k = panel->keys; k->keys; k++)
            entry(pen, k->keys, k->help);
    }
}

static void about_keys(struct viewer *v, struct pen *pen)
{
    section(pen, "Keys");
    for (int i = 0; i < ACTION_COUNT; i++) {
        const char *keys = v->app->config.keymap.keys[i];
        char name[32], shown[128];

        (void)snprintf(name, sizeof(name), ":%s", action_names[i]); /* where it is on no key */
        entry(pen, *keys ? engraved(shown, sizeof(shown), pen->canvas->grid->glyphs, keys) : name,
              action_kinds[i].help);
    }
}

/* What is focused comes first; where there is room, the keys stand beside it. Returns how many
 * lines that are, from `top` on of which it draws. */
static int draw_from(struct viewer *v, struct dx_canvas inside, int top)
{
    const struct slot *slot = page_focus(viewer_page(v));
    int half =
        inside.cols >= BESIDE_COLS && slot && slot->instance.panel ? inside.cols * 11 / 20 : 0;
    struct dx_canvas beside =
        canvas_sub(&inside, (struct dx_box){ 0, half, inside.rows, inside.cols - half });

    if (half > 0)
        inside = canvas_sub(&inside, (struct dx_box){ 0, 0, inside.rows, half - 1 });
    struct pen pen = { .canvas = &inside, .top = top }, keys = { .canvas = &beside, .top = top };
    if (slot && slot->instance.panel)
        about_panel(&pen, &slot->instance, &v->app->config.keymap);
    if (half == 0)
        keys.line = pen.line;
    about_keys(v, &keys);
    return keys.line > pen.line ? keys.line : pen.line;
}

int help_draw(struct viewer *v, struct dx_canvas *canvas, int top)
{
    char note[80], foot[80] = "", key[64];
    struct frame frame = {
        .title = "Help", .note = note, .foot = foot, .note_role = DX_ROLE_DIM, .focused = true
    };
    struct dx_canvas inside;
    int lines, last;

    (void)snprintf(note, sizeof(note), "%s closes",
                   keymap_say(&v->app->config.keymap, ACTION_BACK, key, sizeof(key)));
    for (int row = 0; row < canvas->rows; row++)
        (void)canvas_print(canvas, row, 0, NULL, "%*s", canvas->cols, "");
    inside = frame_draw(canvas, &frame);
    lines = draw_from(v, inside, INT_MAX); /* counts only */
    if (lines > inside.rows) {
        top = top > lines - inside.rows ? lines - inside.rows : top;
        last = top + inside.rows;
        (void)snprintf(foot, sizeof(foot), "%d-%d of %d", top + 1, last, lines);
        inside = frame_draw(canvas, &frame);
    } else {
        top = 0;
    }
    return draw_from(v, inside, top);
}
