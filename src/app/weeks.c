/* weeks: week against week on the screen. */
#include "config.h"

#include "app/weeks.h"

#include <string.h>

#include "app/bars.h"
#include "app/moment.h"
#include "app/viewer.h"

/* ---- the page for the weekly meeting ---- */

static const char view[] =
    "views:\n"
    "  - name: Review\n"
    "    rows:\n"
    "      - {weight: 22, panels: [{panel: overview, show: review, priority: 1}]}\n"
    "      - weight: 15\n"
    "        panels:\n"
    "          - {panel: changes, priority: 0}\n"
    "          - {panel: changes, show: better, priority: 2}\n";

enum { WORSE = 1, BETTER }; /* slots */

static void open_page(struct viewer *v)
{
    struct weeks *w = &v->weeks;
    char overview[] = "overview", changes[] = "changes", *names[] = { overview, changes, NULL };
    struct config_kinds panels = app_panels(v->app, names), none = { 0 };
    struct buf complaints;

    buf_init(&complaints, 4096);
    w->open = config_load(&w->config, "review", view, &none, &panels, &complaints);
    w->failed = !w->open;
    if (w->open) {
        page_init(&w->page, &w->config.views[0]);
        w->page.large = true;
    } else {
        viewer_say(v, "%s", complaints.bytes);
    }
    buf_done(&complaints);
}

static bool has_key_numbers(const struct page *page)
{
    for (size_t i = 0; i < page->slot_count; i++)
        if (strcmp(page->slots[i].settings->panel, "overview") == 0)
            return true;
    return false;
}

static bool is_wanted(const struct viewer *v)
{
    return v->weeks.read && v->week && v->overlay != OVERLAY_LOG &&
           has_key_numbers(&v->pages[v->page]);
}

void weeks_settle(struct viewer *v)
{
    v->weeks.read = v->week && !v->wall.on;
    if (is_wanted(v) && !v->weeks.open && !v->weeks.failed)
        open_page(v);
}

struct page *weeks_page(struct viewer *v)
{
    return is_wanted(v) && v->weeks.open ? &v->weeks.page : NULL;
}

void weeks_done(struct weeks *weeks)
{
    if (weeks->open)
        page_done(&weeks->page);
    config_done(&weeks->config);
    *weeks = (struct weeks){ .open = false };
}

/* ---- what is read and said ---- */

/* On the wall it is the week that goes on. */
void weeks_begin(struct viewer *v)
{
    for (size_t i = 0; i < v->page_count; i++)
        v->pages[i].before = NULL;
    v->weeks.page.before = NULL;
    if (!v->wall.on)
        viewer_page(v)->before = moment_before(v);
}

void weeks_end(struct viewer *v)
{
    viewer_page(v)->before = NULL;
    moment_before_end(v);
}

/* How many got worse and better by the lists of the page. */
static void count_listed(const struct page *page, struct compared *compared)
{
    if (!page->open)
        return;
    compared->worse = page->slots[WORSE].instance.tables[0].row_count;
    compared->better = page->slots[BETTER].instance.tables[0].row_count;
}

void weeks_headline(struct viewer *v, struct dx_canvas *line, int64_t now_ms)
{
    struct page *page = viewer_page(v);
    struct compared compared = { .now_ms = now_ms, .before_ms = moment_week_before(v) };

    if (page == &v->weeks.page)
        count_listed(page, &compared);
    for (size_t i = 0; i < page->slot_count; i++)
        if (page->slots[i].box.rows > 0)
            week_count(&page->slots[i].instance, &compared.worse, &compared.better);
    bars_compared(line, &compared);
}
