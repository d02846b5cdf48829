/* meeting: the page for the weekly meeting. */
#include "config.h"

#include "app/meeting.h"

#include <string.h>

#include "app/viewer.h"

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

static bool open_page(struct viewer *v)
{
    struct meeting *m = &v->meeting;
    char overview[] = "overview", changes[] = "changes", *names[] = { overview, changes, NULL };
    struct config_kinds panels = app_panels(v->app, names), none = { 0 };
    struct buf complaints;

    buf_init(&complaints, 4096);
    m->open = config_load(&m->config, "review", view, &none, &panels, &complaints);
    m->failed = !m->open;
    if (m->open) {
        page_init(&m->page, &m->config.views[0]);
        m->page.large = true;
    } else {
        viewer_say(v, "%s", complaints.bytes);
    }
    buf_done(&complaints);
    return m->open;
}

static bool has_key_numbers(const struct page *page)
{
    for (size_t i = 0; i < page->slot_count; i++)
        if (strcmp(page->slots[i].settings->panel, "overview") == 0)
            return true;
    return false;
}

void meeting_due(struct viewer *v)
{
    v->meeting.due = v->week;
}

struct page *meeting_page(struct viewer *v)
{
    struct meeting *m = &v->meeting;

    m->due = m->due && v->week;
    if (!m->due || v->overlay == OVERLAY_LOG || !has_key_numbers(&v->pages[v->page]))
        return NULL;
    return m->open || (!m->failed && open_page(v)) ? &m->page : NULL;
}

void meeting_count(const struct page *page, size_t *worse, size_t *better)
{
    if (!page->open)
        return;
    *worse = page->slots[WORSE].instance.tables[0].row_count;
    *better = page->slots[BETTER].instance.tables[0].row_count;
}

void meeting_done(struct meeting *m)
{
    if (m->open)
        page_done(&m->page);
    config_done(&m->config);
    *m = (struct meeting){ .open = false };
}
