/* review: what the screen has for a meeting: hidden names, weeks. */
#include "config.h"

#include "app/review.h"

#include "app/bars.h"
#include "app/moment.h"

struct reader review_reader(struct viewer *v)
{
    struct reader reader = store_reader(v->app->store);

    return v->redacted ? redact_reader(&v->redact, v->app->store, &reader) : reader;
}

static void close_steps(struct page *page)
{
    for (size_t i = 0; i < page->slot_count && page->open; i++)
        while (instance_back(&page->slots[i].instance))
            ;
}

/* What was opened is closed: the path may have names in it. */
void review_redact(struct viewer *v, bool on)
{
    v->redacted = on;
    for (size_t i = 0; i < v->page_count; i++)
        close_steps(&v->pages[i]);
    close_steps(&v->log);
    close_steps(&v->meeting.page);
    v->message_until = 0;
    v->want_update = true;
}

/* On the wall it is the week that goes on. */
void review_begin(struct viewer *v)
{
    for (size_t i = 0; i < v->page_count; i++)
        v->pages[i].before = NULL;
    v->meeting.page.before = NULL;
    if (!v->wall.on)
        viewer_page(v)->before = moment_before(v);
}

void review_end(struct viewer *v)
{
    viewer_page(v)->before = NULL;
    moment_before_end(v);
}

void review_weeks(struct viewer *v, struct dx_canvas *line, int64_t now_ms)
{
    struct page *page = viewer_page(v);
    struct weeks weeks = { .now_ms = now_ms, .before_ms = moment_week_before(v) };

    if (page == &v->meeting.page)
        meeting_count(page, &weeks.worse, &weeks.better);
    for (size_t i = 0; i < page->slot_count; i++)
        if (page->slots[i].box.rows > 0)
            week_count(&page->slots[i].instance, &weeks.worse, &weeks.better);
    bars_weeks(line, &weeks);
}
