/* draw: a frame of the full-screen program: the store is read where that is needed,
 * then all is drawn into the grid. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "app/bars.h"
#include "app/help.h"
#include "app/moment.h"
#include "app/viewer.h"
#include "core/log.h"
#include "core/text.h"
#include "core/time.h"
#include "model/action.h"

enum {
    BARS = 3, /* two lines above the panels, one below */
    LINKS_LEFT = 512,
    MOMENT_ROOM = 28 /* beside it: the names, the tab that is open */
};

/* Somebody waits at the keys; a picture, and the wall, have all at once. */
static void prepare(struct viewer *v)
{
    for (size_t i = 0; i < v->page_count; i++) {
        v->pages[i].hurried = v->screen && !v->wall.on;
        v->pages[i].keymap = &v->app->config.keymap;
    }
}

/* Why the collector cannot collect is why the store cannot be read, too. */
const char *viewer_trouble(const struct viewer *v)
{
    return *v->collector.trouble ? v->collector.trouble : v->store_trouble;
}

/* One read transaction for all that the frame shows; it never spans a write to
 * the terminal. */
static void update(struct viewer *v, const struct grid *grid)
{
    struct dx_error err = { 0 };
    struct page *page;
    int64_t now_ms = viewer_now(v);

    weeks_settle(v);
    prepare(v);
    page = viewer_page(v);
    v->store_trouble[0] = '\0';
    v->update_ms = now_ms;
    if (!store_begin(v->app->store, &err)) {
        (void)snprintf(v->store_trouble, sizeof(v->store_trouble), "store: %s", err.text);
        log_line(DX_LOG_WARN, "%s", v->store_trouble);
        facts_missed(&v->facts);
        if (v->wall.on)
            page = wall_view(v);
        if (page)
            page_missed(page);
        return; /* what was read last stays on the screen, with its age */
    }
    v->reader = redact_store(&v->redact, v->app->store, v->redacted);
    weeks_begin(v);
    facts_read(&v->facts, &v->reader, now_ms);
    v->facts.redacted = v->redacted;
    (void)keymap_say(&v->app->config.keymap, ACTION_BACK, v->facts.back, sizeof(v->facts.back));
    v->facts.then = v->frozen_ms > 0 || moment_is_given(v->app);
    if (v->wall.on) {
        wall_update(v, grid->rows, grid->cols);
    } else {
        page_update(page, &v->reader, now_ms, grid->rows - BARS, grid->cols);
        page_findings(page, &v->facts);
        if (v->facts.bad == 0) /* else the view has what is looked at first */
            facts_numbers(&v->facts, &v->reader, now_ms);
    }
    weeks_end(v);
    store_end(v->app->store);
    v->veiled = false;
    v->shown_minute = now_ms / MINUTE_MS;
}

/* Only what shows the inside of what is selected elsewhere. */
static void follow(struct viewer *v)
{
    struct dx_error err = { 0 };

    v->want_follow = false;
    if (!store_begin(v->app->store, &err)) {
        (void)snprintf(v->store_trouble, sizeof(v->store_trouble), "store: %s", err.text);
        return;
    }
    v->reader = redact_store(&v->redact, v->app->store, v->redacted);
    weeks_begin(v);
    page_follow(viewer_page(v), &v->reader, viewer_now(v));
    weeks_end(v);
    store_end(v->app->store);
}

static struct top_bar top_bar(struct viewer *v)
{
    return (struct top_bar){
        .title = v->app->config.title,
        .views = v->app->config.views,
        .view_count = v->page_count,
        .view = v->page,
        .now_ms = clock_now(&v->app->clock),
        .frozen_ms = v->stepped ? 0 : v->frozen_ms,
        .keymap = &v->app->config.keymap,
    };
}

int viewer_tab_at(struct viewer *v, int col)
{
    struct top_bar top = top_bar(v);
    int cols = screen_grid(v->screen)->cols;
    char moment[64];

    top.moment = moment_text(v, cols - MOMENT_ROOM, moment, sizeof(moment));
    return bars_tab_at(&top, cols, col);
}

void viewer_arrange(struct viewer *v, struct instance *in)
{
    table_arrange(in->table);
    v->want_draw = true;
    if (in->total > 0 || in->table->searched) {
        /* It lists a part of what there is: another one now, which is nothing new. */
        in->table->marks.on = false;
        v->want_update = true;
    }
}

/* What leads through time, before all else while that is what one does. */
static size_t time_hints(struct viewer *v, struct hint *hints, char keys[][32])
{
    static const struct {
        enum action action;
        const char *word;
    } all[] = { { ACTION_EARLIER, "earlier" },
                { ACTION_LATER, "later" },
                { ACTION_LIVE, "live" },
                { ACTION_WEEK, "week" },
                { ACTION_SAVE, "save" } };
    size_t n = 0;

    for (size_t i = 0; (v->week || v->stepped) && i < sizeof(all) / sizeof(all[0]); i++) {
        const char *key =
            keymap_nth(&v->app->config.keymap, all[i].action, 0, keys[n], sizeof(keys[n]));
        bool off = all[i].action == ACTION_WEEK && v->week;

        if (*key)
            hints[n++] = (struct hint){ key, off ? "week off" : all[i].word, false };
    }
    return n;
}

/* The first key of what has a word for the last line; the arrows are one sign. */
static size_t make_hints(struct viewer *v, const struct glyphs *g, struct hint *hints,
                         char keys[][32], size_t most)
{
    const struct keymap *map = &v->app->config.keymap;
    struct slot *slot = page_focus(viewer_page(v));
    size_t n = time_hints(v, hints, keys);

    for (int i = 0; i < ACTION_COUNT && n < most; i++) {
        const char *key = keymap_nth(map, (enum action)i, 0, keys[n], sizeof(keys[n]));

        if (!action_kinds[i].hint || !*key ||
            (i == ACTION_OPEN && !(slot && instance_opens(&slot->instance))))
            continue;
        if (strcmp(key, "up") == 0)
            key = g->up_down;
        else if (strcmp(key, "enter") == 0)
            key = g->enter;
        hints[n++] = (struct hint){ key, action_kinds[i].hint, i == ACTION_HELP };
    }
    return n;
}

static void draw_bottom(struct viewer *v, struct dx_canvas *line)
{
    static const char prompts[] = {
        [TYPING_FILTER] = '/', [TYPING_COMMAND] = ':', [TYPING_WORD] = '>'
    };
    enum { HINTS = 15 };
    struct hint hints[HINTS + 1] = { { 0 } };
    char keys[HINTS][32], about[400] = "";
    const char *words = time_boot_ms() < v->message_until ? v->message : "";
    int cursor = -1;

    if (v->typing == TYPING_COMMAND)
        (void)command_hint(v, about, sizeof(about));
    else if (v->typing == TYPING_WORD)
        (void)snprintf(about, sizeof(about), "%s", say_hint(v));
    hints[make_hints(v, line->grid->glyphs, hints, keys, HINTS)] = (struct hint){ 0 };
    if (v->typing != TYPING_NONE)
        cursor = bars_type(line, &v->facts, prompts[v->typing], &v->line, about);
    else
        bars_bottom(line, &v->facts, hints, words);
    if (v->screen)
        screen_cursor(v->screen, cursor >= 0 ? line->row : -1, cursor);
}

void viewer_draw_clock(struct viewer *v, struct grid *grid)
{
    struct dx_canvas all = canvas_of(grid);
    struct dx_canvas line = canvas_sub(&all, (struct dx_box){ 0, 0, 1, grid->cols });
    struct top_bar top = top_bar(v);
    char moment[64];

    top.moment = moment_text(v, grid->cols - MOMENT_ROOM, moment, sizeof(moment));
    if (v->wall.on)
        wall_draw_clock(v, grid);
    else
        bars_top(&line, &top);
    v->shown_second = top.now_ms / 1000;
}

static int64_t drawn_now(const struct viewer *v) /* of what is on the screen */
{
    return v->frozen_ms > 0 ? v->update_ms : viewer_now(v);
}

/* Links of what was there before are left in the grid: not too many of them. */
void viewer_draw_panel(struct viewer *v, struct grid *grid)
{
    struct dx_canvas all = canvas_of(grid), part;

    if (v->wall.on || v->overlay == OVERLAY_HELP || grid->extra_count > LINKS_LEFT ||
        viewer_is_veiled(v)) {
        viewer_draw(v, grid);
        return;
    }
    v->rested = false;
    v->drawn_ms = time_boot_ms();
    part = canvas_sub(&all, (struct dx_box){ 2, 0, grid->rows - BARS, grid->cols });
    page_draw_focus(viewer_page(v), &part, drawn_now(v));
    part = canvas_sub(&all, (struct dx_box){ grid->rows - 1, 0, 1, grid->cols });
    canvas_clear(&part);
    draw_bottom(v, &part);
    if (v->want_clock)
        viewer_draw_clock(v, grid);
}

static void say_in_place(struct dx_canvas *part, const char *const said[2])
{
    (void)canvas_put(part, part->rows > 2, 1, &(struct dx_style){ .role = DX_ROLE_DIM },
                     said[text_width(said[0]) > part->cols - 2]);
}

bool viewer_is_veiled(struct viewer *v)
{
    const struct page *page = v->wall.on ? wall_view(v) : viewer_page(v);

    return v->veiled || (page && page->veiled);
}

/* Shown again, they are waited for, too; at a moment that cannot be read nothing comes. */
static void draw_veil(const struct viewer *v, struct dx_canvas *part)
{
    static const char *const hide[] = { "Hiding names; what is shown comes when it is read again.",
                                        "Hiding names" };
    static const char *const show[] = { "Showing names; what is shown comes when it is read again.",
                                        "Showing names" };
    static const char *const failed[] = { "This moment cannot be read; the next step tries again.",
                                          "Cannot be read" };

    say_in_place(part, moment_is_failed(v) ? failed : v->redacted ? hide : show);
}

/* Of a page that was never read nothing can stay until the moment is: what is empty would be
 * taken for no data. How far it is says the first line. */
static void draw_page(struct viewer *v, struct dx_canvas *part, int64_t now_ms)
{
    static const char *const words[] = { "Reading the week before; what is shown comes with it.",
                                         "Reading the week before" };
    static const char *const then[] = { "Reading how it was then; what is shown comes with it.",
                                        "Reading how it was then" };
    struct page *page = viewer_page(v);

    if (viewer_is_veiled(v)) {
        draw_veil(v, part);
        return;
    }
    page_draw(page, part, now_ms);
    if (!page->open && moment_is_busy(v))
        say_in_place(part, v->stepped ? then : words);
}

/* What is wrong names what it is wrong with; that the store cannot be read is no name. */
static void draw_headline(struct viewer *v, struct dx_canvas *line, int64_t now_ms)
{
    const char *trouble = viewer_trouble(v);

    if (viewer_is_veiled(v) && !*trouble)
        return;
    if (v->week && !*trouble)
        weeks_headline(v, line, now_ms);
    else
        bars_headline(line, &v->facts, trouble, now_ms);
}

static void draw_wall(struct viewer *v, struct grid *grid)
{
    struct dx_canvas all = canvas_of(grid),
                     inside = canvas_sub(&all, (struct dx_box){ 1, 0, grid->rows - 1, grid->cols });

    if (v->screen)
        screen_cursor(v->screen, -1, 0);
    if (!viewer_is_veiled(v)) {
        wall_draw(v, grid);
        return;
    }
    wall_draw_clock(v, grid);
    if (*viewer_trouble(v))
        say_in_place(&inside, (const char *const[]){ viewer_trouble(v), viewer_trouble(v) });
    else
        draw_veil(v, &inside);
}

void viewer_draw(struct viewer *v, struct grid *grid)
{
    struct dx_canvas all, part;
    int64_t now_ms;

    v->rested = false;
    v->drawn_ms = time_boot_ms();
    if (v->want_update && moment_is_ready(v))
        update(v, grid);
    else if (v->want_follow && moment_is_ready(v))
        follow(v);
    now_ms = drawn_now(v);
    grid_clear(grid);
    v->shown_age = now_ms / AGE_STEP_MS;
    v->shown_second = now_ms / 1000;
    if (v->wall.on) {
        draw_wall(v, grid);
        return;
    }
    all = canvas_of(grid);
    viewer_draw_clock(v, grid);
    part = canvas_sub(&all, (struct dx_box){ 1, 0, 1, grid->cols });
    draw_headline(v, &part, now_ms);
    part = canvas_sub(&all, (struct dx_box){ 2, 0, grid->rows - BARS, grid->cols });
    draw_page(v, &part, now_ms);
    if (v->overlay == OVERLAY_HELP) {
        int lines = help_draw(v, &part, v->help_top);

        v->help_rows = part.rows - 2;
        if (v->help_top > lines - v->help_rows)
            v->help_top = lines > v->help_rows ? lines - v->help_rows : 0;
    }
    part = canvas_sub(&all, (struct dx_box){ grid->rows - 1, 0, 1, grid->cols });
    draw_bottom(v, &part);
}
