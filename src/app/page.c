/* page: one view of the configuration on the screen. */
#include "config.h"

#include "app/page.h"

#include <stdlib.h>

#include "config/option.h"
#include "core/mem.h"

enum { FRAME = 2 }; /* rows and columns that a frame takes */
enum { LARGE_ROWS = 27, LARGE_COLS = 96, LARGE_LEAST = 9 }; /* of page.large */

void page_init(struct page *page, const struct view_settings *settings)
{
    size_t n = 0;

    *page = (struct page){ .settings = settings, .zoomed = -1 };
    for (size_t r = 0; r < settings->row_count; r++)
        page->slot_count += settings->rows[r].panel_count;
    page->slots = mem_new(page->slot_count, sizeof(*page->slots));
    for (size_t r = 0; r < settings->row_count; r++)
        for (size_t p = 0; p < settings->rows[r].panel_count; p++)
            page->slots[n++].settings = &settings->rows[r].panels[p];
}

void page_done(struct page *page)
{
    for (size_t i = 0; i < page->slot_count && page->open; i++)
        instance_close(&page->slots[i].instance);
    free(page->slots);
    *page = (struct page){ .zoomed = -1 };
}

/* The panel may have other columns now. */
static void restore(struct slot *slot)
{
    struct table *table = &slot->instance.tables[0];

    if (!slot->restore || !slot->instance.columns || slot->sort < -1 ||
        slot->sort >= table->column_count)
        return;
    table->sort = slot->sort;
    table->reverse = slot->reverse;
}

static void open_panels(struct page *page)
{
    for (size_t i = 0; i < page->slot_count; i++) {
        const struct panel_settings *s = page->slots[i].settings;
        const struct dx_panel *panel = s->kind;

        (void)instance_open(&page->slots[i].instance, panel, s->title, s->settings,
                            options_size(panel->options));
        restore(&page->slots[i]);
    }
    page->open = true;
    /* Tiles are looked at, lists are walked through: those are where one begins. */
    for (size_t i = 0; i < page->slot_count; i++) {
        page->focus = i;
        if (!page->slots[i].instance.panel->rows_on)
            return;
    }
    page->focus = 0;
}

/* How it stands on a page of rows x cols. */
static struct layout_panel wanted(const struct page *page, struct slot *slot, int rows, int cols)
{
    const struct dx_panel *panel = slot->settings->kind;
    bool bare = page->large && rows >= LARGE_ROWS && cols >= LARGE_COLS;
    bool out = cols < slot->settings->min_cols;
    int own;

    slot->instance.keeps = slot->settings->priority == 0;
    if (panel->rows_on && bare) {
        slot->instance.bare = true;
        return (struct layout_panel){ .weight = (int)slot->settings->weight,
                                      .priority = (int)slot->settings->priority,
                                      .min_rows = LARGE_LEAST,
                                      .min_cols = panel->min_cols };
    }
    bare = false;
    own = panel->rows_on ? instance_rows_on(panel, rows, cols, &bare) : 0;
    slot->instance.bare = bare;
    if (panel->rows_on)
        return (struct layout_panel){ .weight = (int)slot->settings->weight,
                                      .priority = (int)slot->settings->priority,
                                      .strip = bare,
                                      .out = out,
                                      .min_rows = own + (bare ? 0 : FRAME),
                                      .min_cols = panel->min_cols,
                                      .want_rows = own + (bare ? 0 : FRAME) };
    return (struct layout_panel){
        .weight = (int)slot->settings->weight,
        .priority = (int)slot->settings->priority,
        .out = out,
        .min_rows = panel->min_rows + FRAME,
        .min_cols = panel->min_cols + FRAME,
        .want_rows = panel->want_rows ? panel->want_rows + FRAME : 0,
        .want_cols = panel->want_cols ? panel->want_cols + FRAME : 0,
    };
}

/* The slot that has all of it; -1: none. What is low by its own wish has no room for what
 * is inside of it. */
static int whole_page(const struct page *page)
{
    const struct slot *slot = &page->slots[page->focus];

    if (page->zoomed >= 0 || page->focus >= page->slot_count)
        return page->zoomed;
    return slot->instance.depth > 0 && slot->instance.panel->rows_on ? (int)page->focus : -1;
}

static void place(struct page *page, int rows, int cols)
{
    const struct view_settings *view = page->settings;
    struct layout_panel *panels = mem_new(page->slot_count, sizeof(*panels));
    struct layout_row *lines = mem_new(view->row_count, sizeof(*lines));
    size_t n = 0;
    int whole;

    for (size_t r = 0; r < view->row_count; r++) {
        lines[r] = (struct layout_row){ .height = (int)view->rows[r].height,
                                        .weight = (int)view->rows[r].weight,
                                        .panels = panels + n,
                                        .count = (int)view->rows[r].panel_count };
        for (size_t p = 0; p < view->rows[r].panel_count; p++, n++)
            panels[n] = wanted(page, &page->slots[n], rows, cols);
    }
    whole = whole_page(page);
    if (whole >= 0 && !(page->large && page->slots[whole].instance.depth == 0))
        page->slots[whole].instance.bare = false;
    layout_place(lines, (int)view->row_count, (struct dx_box){ 0, 0, rows, cols }, whole);
    for (size_t i = 0; i < page->slot_count; i++)
        page->slots[i].box = panels[i].box;
    free(panels);
    free(lines);
}

/* ---- panels that follow another ---- */

static bool is_shown(const struct slot *slot)
{
    int frame = slot->instance.bare ? 0 : FRAME;

    return slot->box.rows > frame && slot->box.cols > frame;
}

size_t page_master(const struct page *page, size_t slot)
{
    bool paints;

    /* A page that was not shown yet has no tables. */
    if (!page->open || !page->slots[slot].settings->follow)
        return SIZE_MAX;
    paints = !page->slots[slot].instance.tables[0].columns;
    for (size_t i = slot; i-- > 0;) {
        const struct slot *s = &page->slots[i];

        /* One that paints has no selection; what it paints is of the panel's own list. */
        if (s->settings->kind == page->slots[slot].settings->kind &&
            s->instance.tables[0].columns && !(paints && s->settings->follow))
            return i;
    }
    return SIZE_MAX;
}

size_t page_follower(const struct page *page, size_t slot)
{
    if (page->zoomed >= 0) /* also before it was laid out so */
        return SIZE_MAX;
    for (size_t i = slot + 1; i < page->slot_count; i++)
        if (is_shown(&page->slots[i]) && page->slots[i].instance.tables[0].columns &&
            page_master(page, i) == slot)
            return i;
    return SIZE_MAX;
}

/* One that is followed has a selection also where the screen is too small for it. */
static void update_slot(struct slot *slot, const struct reader *reader, int64_t now_ms)
{
    int frame;

    slot->instance.owes = false;
    if (!is_shown(slot) && !slot->instance.followed)
        return;
    frame = slot->instance.bare ? 0 : FRAME;
    instance_update(&slot->instance, reader, now_ms, is_shown(slot) ? slot->box.rows - frame : 0,
                    is_shown(slot) ? slot->box.cols - frame : 0);
}

static void mark_followed(struct page *page)
{
    for (size_t i = 0; i < page->slot_count; i++)
        page->slots[i].instance.followed = false;
    for (size_t i = page->slot_count; i-- > 0;) {
        size_t master = page_master(page, i);

        if (master != SIZE_MAX && (is_shown(&page->slots[i]) || page->slots[i].instance.followed))
            page->slots[master].instance.followed = true;
    }
}

/* Masters stand before those that follow them. */
static void update_slots(struct page *page, const struct reader *reader, int64_t now_ms, bool all)
{
    for (size_t i = 0; i < page->slot_count; i++) {
        size_t master = page_master(page, i);
        page->slots[i].instance.before = page->before;
        page->slots[i].instance.hurried = page->hurried;
        page->slots[i].instance.keymap = page->keymap;
        bool moved = master != SIZE_MAX &&
                     instance_follow(&page->slots[i].instance, &page->slots[master].instance);

        if (all || moved || page->slots[i].instance.owes)
            update_slot(&page->slots[i], reader, now_ms);
    }
}

bool page_owes(const struct page *page)
{
    for (size_t i = 0; i < page->slot_count && page->open; i++)
        if (page->slots[i].instance.owes)
            return true;
    return false;
}

void page_follow(struct page *page, const struct reader *reader, int64_t now_ms)
{
    update_slots(page, reader, now_ms, false);
}

void page_update(struct page *page, const struct reader *reader, int64_t now_ms, int rows, int cols)
{
    if (!page->open)
        open_panels(page);
    place(page, rows, cols);
    mark_followed(page);
    update_slots(page, reader, now_ms, true);
    page->veiled = false;
    if (!page_focus(page))
        page_move_focus(page, 1);
}

void page_rest(struct page *page)
{
    for (size_t i = 0; i < page->slot_count && page->open; i++)
        instance_rest(&page->slots[i].instance);
}

void page_missed(struct page *page)
{
    for (size_t i = 0; i < page->slot_count && page->open; i++)
        instance_missed(&page->slots[i].instance);
}

void page_close_steps(struct page *page)
{
    for (size_t i = 0; i < page->slot_count && page->open; i++)
        while (instance_back(&page->slots[i].instance))
            ;
}

void page_hide(struct page *page)
{
    page->veiled = page->open;
    for (size_t i = 0; i < page->slot_count && page->open; i++)
        instance_hide(&page->slots[i].instance);
}

void page_draw(struct page *page, struct dx_canvas *canvas, int64_t now_ms)
{
    for (size_t i = 0; i < page->slot_count; i++) {
        struct slot *slot = &page->slots[i];

        if (slot->box.rows < 1)
            continue;
        struct dx_canvas window = canvas_sub(canvas, slot->box);
        instance_draw(&slot->instance, &window, now_ms, i == page->focus);
    }
}

void page_draw_focus(struct page *page, struct dx_canvas *canvas, int64_t now_ms)
{
    struct slot *slot = page_focus(page);
    struct dx_canvas window;

    if (!slot)
        return;
    window = canvas_sub(canvas, slot->box);
    canvas_clear(&window);
    instance_draw(&slot->instance, &window, now_ms, true);
}

struct slot *page_focus(struct page *page)
{
    if (page->focus >= page->slot_count || page->slots[page->focus].box.rows < 1)
        return NULL;
    return &page->slots[page->focus];
}

void page_move_focus(struct page *page, int by)
{
    size_t n = page->slot_count;

    for (size_t tried = 0; tried < n; tried++) {
        page->focus = (page->focus + n + (by < 0 ? n - 1 : 1)) % n;
        if (page->slots[page->focus].box.rows > 0)
            return;
    }
}

struct slot *page_at(struct page *page, int row, int col)
{
    for (size_t i = 0; i < page->slot_count; i++) {
        const struct dx_box *b = &page->slots[i].box;

        if (row >= b->row && row < b->row + b->rows && col >= b->col && col < b->col + b->cols)
            return &page->slots[i];
    }
    return NULL;
}

/* ---- what is wrong ---- */

void page_panel_findings(const struct instance *in, struct facts *facts)
{
    /* alerts may be of dxtop's own rules */
    bool answered =
        in->panel->paint || in->last_ok_ms > 0 || in->panel->reads & 1u << DX_KIND_ALERT;

    facts->judged = facts->judged || ((in->panel->reads != 0 || in->panel->paint) && answered);
    facts->awaited = facts->awaited || (in->panel->reads != 0 && !answered);
    if (in->error.fault != DX_FAULT_NONE) {
        facts->failed = true;
        facts_add(facts, DX_ROLE_WARN, in->title, in->error.text);
    }
    if (in->off) /* what it found last may be over */
        return;
    for (size_t f = 0; f < in->finding_count; f++)
        facts_add(facts, in->findings[f].role, in->findings[f].subject, in->findings[f].sentence);
    for (size_t f = 0; f < in->found_count; f++)
        (void)facts_count(facts, in->found[f]);
}

/* Things that can be acted on come before numbers over all of them. */
void page_findings(const struct page *page, struct facts *facts)
{
    size_t count = page->slot_count;

    facts->zoomed = page->zoomed >= 0 && count > 1;
    for (size_t n = 0; n < 2 * count; n++) {
        const struct slot *slot = &page->slots[n < count ? n : n - count];
        const struct instance *in = &slot->instance;
        bool shown = slot->box.rows > 0;

        facts->opened = facts->opened || (shown && in->depth > in->base);
        if (shown && (n >= count) == (in->panel->paint != NULL))
            page_panel_findings(in, facts);
    }
    facts_sort(facts);
}
