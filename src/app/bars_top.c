/* bars_top: the first line: what is watched, the views, and the time. */
#include "config.h"

#include "app/bars.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/text.h"

enum { SOME_NAMES_FROM_COLS = 96, SECONDS_FROM_COLS = 96, MARGIN = 1, CLOCK_ROOM = 10 };
enum { ROOMY_COLS = 60, TIGHT_CLOCK = 7, TITLE_LEAST = 4, GAP = 3 };
enum { TABS_MOST = 32, NAME_LEAST = 6 };

static const struct dx_style text = { .role = DX_ROLE_TEXT };
static const struct dx_style strong = { .role = DX_ROLE_TEXT, .attr = DX_BOLD };
static const struct dx_style border = { .role = DX_ROLE_BORDER };
static const struct dx_style key_style = { .role = DX_ROLE_KEY };

/* Where what stands: `cols` are those that the moment leaves. */
struct plan {
    int cols, clock;     /* columns that are for the clock, with what is blank before it */
    int title, col, end; /* columns of the title; where tabs begin, and where they end */
    bool tight;          /* nothing between tabs but one blank */
    size_t first;        /* tabs before it have no room */
    int room[TABS_MOST]; /* of each tab's name; 0: its number only */
};

/* Put the text, or only measure it where canvas is NULL. */
static int put(struct dx_canvas *line, int col, const struct dx_style *style, const char *s)
{
    if (line)
        (void)canvas_put(line, 0, col, style, s);
    return text_width(s);
}

/* Draw the tab of a view at col; returns its width. */
static int tab(struct dx_canvas *line, const struct top_bar *top, const struct plan *plan, size_t i,
               int col)
{
    bool active = i == top->view;
    int from = col, room = i < TABS_MOST ? plan->room[i] : 0;
    char key[32] = " ", name[256];

    (void)keymap_nth(top->keymap, ACTION_VIEW, (int)i, key + 1, sizeof(key) - 1);
    col += put(line, col, active ? &strong : &key_style, key);
    if (room > 0) {
        (void)text_cut(name, sizeof(name), top->views[i].name, room,
                       line ? line->grid->glyphs->glyph[DX_GLYPH_ELLIPSIS] : ".");
        col += put(line, col, &text, " ");
        col += put(line, col, active ? &strong : &text, name);
    }
    if (active || !plan->tight)
        col += put(line, col, &text, " ");
    if (active && line)
        canvas_attr(line, (struct dx_box){ 0, from, 1, col - from }, DX_ON_SELECTED);
    return col - from;
}

static int tabs_width(const struct top_bar *top, const struct plan *plan)
{
    int width = 0;

    for (size_t i = plan->first; i < top->view_count; i++)
        width += tab(NULL, top, plan, i, 0);
    return width;
}

/* Of a title that is too long the words that fit; of one long word its beginning. */
static void title_text(char *out, size_t cap, const char *title, int cols)
{
    size_t n;

    (void)snprintf(out, cap, "%s", title);
    while (text_width(out) > cols) {
        for (n = strlen(out); n > 0 && out[n - 1] != ' '; n--)
            ;
        if (n == 0) {
            (void)text_cut(out, cap, title, cols, "…");
            return;
        }
        out[n - 1] = '\0';
    }
}

static void put_title(struct dx_canvas *line, const struct top_bar *top, const struct plan *plan)
{
    int col = MARGIN + put(line, MARGIN, &strong, "dxtop");
    char name[96];

    if (plan->title == 0)
        return;
    title_text(name, sizeof(name), top->title, plan->title);
    col += put(line, col, &border, line->grid->glyphs->vertical);
    (void)put(line, col, &text, name);
}

/* Its columns, and from them where the tabs begin. */
static void plan_title(const struct top_bar *top, struct plan *plan)
{
    const int before = MARGIN + 5 + 1; /* "dxtop│" */
    int room = plan->tight ? plan->cols - before - tabs_width(top, plan) - plan->clock - 1 : 24;
    char name[96];

    plan->col = before - 1 + (plan->tight ? 0 : 2);
    plan->title = 0;
    if (!*top->title || room < TITLE_LEAST)
        return;
    plan->title = room < 24 ? room : 24;
    title_text(name, sizeof(name), top->title, plan->title);
    plan->col = before + text_width(name) + (plan->tight ? 0 : 2);
}

/* How many columns the names of all but the active view take where none is longer. */
static int names_width(const struct top_bar *top, size_t count, int longest)
{
    int width = 0;

    for (size_t i = 0; i < count; i++) {
        int name = text_width(top->views[i].name);

        width += i == top->view ? 0 : 1 + (name < longest ? name : longest);
    }
    return width;
}

/* One more name, as much of it as there is room for. */
static void name_one(const struct top_bar *top, size_t i, int room[TABS_MOST], int *left)
{
    int name = text_width(top->views[i].name);

    if (name > *left - 1)
        name = *left - 1;
    if (name < NAME_LEAST && name < text_width(top->views[i].name))
        return;
    room[i] = name;
    *left -= name + 1;
}

static int aside_of(const struct top_bar *top)
{
    return top->moment && *top->moment ? text_width(top->moment) + GAP : 0;
}

/* All have their names where the longest are cut a little; else those beside the active one. */
static void name_others(const struct top_bar *top, struct plan *plan, size_t count, int left)
{
    int longest = 0;

    for (size_t i = 0; i < count; i++)
        if (text_width(top->views[i].name) > longest)
            longest = text_width(top->views[i].name);
    if (plan->cols + aside_of(top) < SOME_NAMES_FROM_COLS &&
        names_width(top, count, longest) > left)
        return;
    while (longest > NAME_LEAST && names_width(top, count, longest) > left)
        longest--;
    if (names_width(top, count, longest) <= left) {
        for (size_t i = 0; i < count; i++) {
            int name = text_width(top->views[i].name);

            plan->room[i] = i == top->view || name < longest ? name : longest;
        }
        return;
    }
    for (size_t away = 1; away < count; away++) {
        if (top->view + away < count)
            name_one(top, top->view + away, plan->room, &left);
        if (top->view >= away && top->view - away < count)
            name_one(top, top->view - away, plan->room, &left);
    }
}

/* The active view has its name, where few columns are left only if all others have their number
 * then; and it is seen, however many there are. */
static struct plan plan_of(const struct top_bar *top, int cols)
{
    bool tight = cols < ROOMY_COLS, moment = top->moment && *top->moment;
    struct plan plan = { .cols = cols,
                         .tight = tight,
                         .clock = !tight   ? CLOCK_ROOM
                                  : moment ? 0
                                           : TIGHT_CLOCK };
    size_t count = top->view_count < TABS_MOST ? top->view_count : TABS_MOST;
    int left;

    plan.end = cols - plan.clock;
    if (top->view < count)
        plan.room[top->view] = text_width(top->views[top->view].name);
    plan_title(top, &plan);
    if (plan.tight && top->view < count && plan.col + tabs_width(top, &plan) > plan.end) {
        plan.room[top->view] = 0;
        plan_title(top, &plan);
    }
    left = plan.end - plan.col - tabs_width(top, &plan);
    if (!plan.tight)
        name_others(top, &plan, count, left);
    while (plan.first < top->view && plan.col + tabs_width(top, &plan) > plan.end)
        plan.first++;
    return plan;
}

static void clock_text(char *out, size_t cap, int64_t now_ms, bool seconds)
{
    time_t at = (time_t)(now_ms / 1000);
    struct tm tm;

    (void)localtime_r(&at, &tm);
    (void)strftime(out, cap, seconds ? "%H:%M:%S" : "%H:%M", &tm);
}

/* "": the moment has its place. */
static void clock_of(char *out, size_t cap, const struct top_bar *top, int cols)
{
    clock_text(out, cap, top->now_ms, cols >= SECONDS_FROM_COLS);
    if (top->moment && *top->moment && cols < ROOMY_COLS)
        out[0] = '\0';
}

/* No tab reaches beyond: there the moment and the clock begin. */
static int tabs_end(const struct top_bar *top, const struct plan *plan, int cols)
{
    char clock[32];

    clock_of(clock, sizeof(clock), top, cols);
    return cols - text_width(clock) - aside_of(top) - (plan->tight ? 1 : 2);
}

/* What is not of now says so, and is dropped last: the clock goes before it. */
static void put_moment(struct dx_canvas *line, const char *moment, int end)
{
    (void)canvas_put(line, 0, end - text_width(moment),
                     &(struct dx_style){ .role = DX_ROLE_BUSY, .attr = DX_BOLD }, moment);
}

void bars_top(struct dx_canvas *line, const struct top_bar *top)
{
    const char *moment = top->moment ? top->moment : "";
    struct plan plan = plan_of(top, line->cols - aside_of(top));
    int col = plan.col, end = tabs_end(top, &plan, line->cols);
    char clock[32], frozen[48];

    clock_of(clock, sizeof(clock), top, line->cols);
    put_title(line, top, &plan);
    for (size_t i = plan.first; i < top->view_count; i++) {
        if (col + tab(NULL, top, &plan, i, 0) > end)
            break;
        col += tab(line, top, &plan, i, col);
    }
    if (top->frozen_ms > 0) {
        clock_text(clock, sizeof(clock), top->frozen_ms, line->cols >= SECONDS_FROM_COLS);
        (void)snprintf(frozen, sizeof(frozen), "frozen at %s", clock);
        if (col + text_width(frozen) + 2 > line->cols)
            (void)snprintf(frozen, sizeof(frozen), "frozen");
        (void)canvas_put(line, 0, line->cols - text_width(frozen) - MARGIN,
                         &(struct dx_style){ .role = DX_ROLE_BUSY }, frozen);
        return;
    }
    put_moment(line, moment, line->cols - MARGIN - (*clock ? text_width(clock) + GAP : 0));
    (void)canvas_put(line, 0, line->cols - text_width(clock) - MARGIN, &text, clock);
}

int bars_tab_at(const struct top_bar *top, int cols, int col)
{
    struct plan plan = plan_of(top, cols - aside_of(top));
    int at = plan.col, end = tabs_end(top, &plan, cols);

    for (size_t i = plan.first; i < top->view_count; i++) {
        int width = tab(NULL, top, &plan, i, 0);

        if (at + width > end)
            break;
        if (col >= at && col < at + width)
            return (int)i;
        at += width;
    }
    return -1;
}
