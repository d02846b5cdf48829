/* servicenow: which tickets there are, a page of a table at a time. */
#include "config.h"

#include "source/servicenow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "source/denied.h"
#include "source/field.h"
#include "source/recall.h"
#include "source/ticket_open.h"

enum {
    PAGE = 200,
    OVERLAP_MS = 2 * 60 * 1000,     /* a change is seen when its transaction ends */
    BEGIN_MS = 24 * 60 * 60 * 1000, /* no clock is that wrong */
    OFFSET_MOST = 1000 * 1000,      /* of one second: there is no such mass change */
    EMPTY_MOST = 20,                /* pages in a row whose rows are all hidden */
};

/* ---- what a request carries ---- */

struct about { /* detail_text: "incident 200 400 0 9d385017c611228701d22104cc95c371" */
    struct snow_window window;
    int64_t size, offset, empty; /* empty: pages before it, in a row, that came without rows */
    const char *first;           /* sys_id that the page before began with; "": none */
};

static struct about about_of(const struct snow_poll *p)
{
    const char *text = p->reply->detail_text;
    size_t len = strcspn(text, " ");
    char *rest = NULL;
    struct about about = {
        .window = { .table = batch_text(p->batch, text, len),
                    .walk = (enum servicenow_step)p->reply->step,
                    .at_ms = p->reply->detail },
    };

    about.size = strtoll(text + len, &rest, 10);
    about.offset = strtoll(rest, &rest, 10);
    about.empty = strtoll(rest, &rest, 10);
    about.first = *rest == ' ' ? rest + 1 : "";
    return about;
}

static struct plan_request *ask(const struct snow_poll *p, const struct about *about)
{
    const struct snow_window *window = &about->window;
    char size[24], offset[24];
    struct plan_request *r;

    (void)snprintf(size, sizeof(size), "%" PRId64, about->size);
    (void)snprintf(offset, sizeof(offset), "%" PRId64, about->offset);
    r = plan_get(p->plan, window->walk,
                 "/api/now/table/{}?sysparm_query={}&sysparm_fields={}&sysparm_display_value=all"
                 "&sysparm_limit={}&sysparm_offset={}",
                 window->table, snow_query(p, window), snow_fields(p), size, offset, NULL);
    r->flags = PLAN_OPTIONAL | PLAN_ANSWER | (window->walk == SNOW_FILL ? PLAN_FILL : 0);
    r->detail = window->at_ms;
    r->detail_text = arena_print(&p->plan->arena, "%s %s %s %" PRId64 " %s", window->table, size,
                                 offset, about->empty, about->first);
    return r;
}

/* ---- where the walks stand ---- */

static const char *cursor_of(enum servicenow_step walk)
{
    return walk == SNOW_NEWS ? "n" : walk == SNOW_OPEN ? "o" : "f";
}

/* The change that a walk came to. */
static int64_t reached(const struct snow_poll *p, enum servicenow_step walk, const char *table)
{
    int64_t at = snow_recall(p, cursor_of(walk), table);

    return walk == SNOW_OPEN ? ticket_open_at(at) : at;
}

static void ask_first(const struct snow_poll *p, const char *table, enum servicenow_step walk)
{
    int64_t at = reached(p, walk, table);
    struct about about = { .window = { table, walk, at }, .size = PAGE, .first = "" };

    if (walk == SNOW_NEWS)
        about.window.at_ms = at > 0 ? at - OVERLAP_MS : p->plan->now_ms - BEGIN_MS;
    (void)ask(p, &about);
}

static bool lacks_history(const struct snow_poll *p, const char *table)
{
    int64_t at = snow_recall(p, "f", table);

    return at == 0 || at > snow_history_ms(p) + OVERLAP_MS;
}

void snow_denied(const void *config, struct plan *plan, struct batch *batch, struct denied *out)
{
    const struct snow_poll p = { .config = config, .plan = plan, .batch = batch };
    const struct dx_items *all = snow_tables(config);
    const char *const *tables = all->item;

    *out = (struct denied){ .things = "tables",
                            .reads = "tickets",
                            .right = "a role like itil that lets the user read each",
                            .who = "the user",
                            .step = SNOW_NEWS };
    for (size_t i = 0; i < all->count; i++)
        denied_add(out, plan, batch, tables[i], snow_recall(&p, "x", tables[i]));
}

void snow_walks_begin(const struct snow_poll *p)
{
    const struct dx_items *all = snow_tables(p->config);
    const char *const *tables = all->item;
    struct denied denied;

    snow_denied(p->config, p->plan, p->batch, &denied);
    for (size_t i = 0; i < all->count; i++) {
        if (denied_now(p->plan, p->batch, snow_recall(p, "x", tables[i])) &&
            !denied_again(&denied, tables[i]))
            continue;
        ask_first(p, tables[i], SNOW_NEWS);
        if (ticket_open_due(p->plan, snow_recall(p, "o", tables[i])))
            ask_first(p, tables[i], SNOW_OPEN);
        else if (lacks_history(p, tables[i]))
            ask_first(p, tables[i], SNOW_FILL);
    }
}

/* Of all tables; of one whose active ones are not listed yet, nothing. */
static void tell_progress(const struct snow_poll *p)
{
    const struct dx_items *all = snow_tables(p->config);
    const char *const *tables = all->item;

    p->batch->total = p->batch->done = 0;
    for (size_t i = 0; i < all->count; i++) {
        int64_t at = snow_recall(p, "f", tables[i]);

        if (denied_now(p->plan, p->batch, snow_recall(p, "x", tables[i])))
            continue;
        p->batch->total += p->plan->history_ms / MINUTE_MS;
        if (at > 0 && lacks_history(p, tables[i]))
            p->batch->done += (p->plan->now_ms - at) / MINUTE_MS;
        else if (at > 0)
            p->batch->done += p->plan->history_ms / MINUTE_MS;
    }
}

/* ---- a page ---- */

struct page {
    struct about about;
    const json_t *rows;
    int64_t count, edge_ms; /* edge: the last change that it shows; 0: none */
    int64_t news_ms;        /* the last that is not ahead of the server's clock */
    int64_t misfits;
    const char *misfit, *first; /* first: sys_id of its first row; "" */
    struct snow_item *news;
    size_t news_count;
};

static bool is_known(const struct snow_poll *p, const json_t *row)
{
    const struct known *known = p->plan->known;
    enum known_run as = KNOWN_NOT;

    if (known && known->ticket)
        as = known->ticket(known->self, snow_value(p->batch, row, "number"),
                           snow_time(row, "sys_updated_on"));
    return as == KNOWN_OPEN || as == KNOWN_DONE;
}

static void take_rows(const struct snow_poll *p, struct page *page)
{
    const json_t *row;
    size_t i;

    page->news = arena_alloc(&p->batch->arena, ((size_t)page->count + 1) * sizeof(*page->news));
    json_array_foreach (page->rows, i, row) {
        const char *misfit = snow_misfit(p, &page->about.window, row);

        if (misfit) {
            page->misfits++;
            page->misfit = misfit;
            continue;
        }
        page->edge_ms = snow_time(row, "sys_updated_on");
        if (page->edge_ms > page->news_ms && !recall_is_ahead(p->reply, page->edge_ms))
            page->news_ms = page->edge_ms;
        if (!is_known(p, row) &&
            snow_take(p, page->about.window.table, row, &page->news[page->news_count]))
            page->news_count++;
    }
}

/* A server that says that there is more, and never gives any. */
static bool is_hollow(const struct snow_poll *p, const struct page *page)
{
    if (page->count > 0 || page->about.empty < EMPTY_MOST)
        return false;
    batch_note(p->batch, DX_LOG_WARN,
               "%s: it says that there are more rows and gives none; what its user may not read is "
               "not seen",
               page->about.window.table);
    return true;
}

/* A server, or one between, that passes over the offset gives the same page for ever. */
static bool is_endless(const struct snow_poll *p, const struct page *page)
{
    const struct about *about = &page->about;

    if (about->offset < OFFSET_MOST &&
        (about->offset == 0 || !*page->first || strcmp(page->first, about->first) != 0))
        return false;
    batch_note(p->batch, DX_LOG_WARN,
               "%s: it gives the same page again and again, and seems to pass over sysparm_offset: "
               "what is behind it is not seen",
               about->window.table);
    return true;
}

/* Whether there is more behind the page. Access rules take rows away, before or after
 * they are counted; so only a page that came full of the last rows, or an empty one that
 * nothing is said to follow, is the end. */
static bool has_more(const struct snow_poll *p, const struct page *page)
{
    int64_t total = snow_total(p), left = total - page->about.offset;

    if (*p->reply->next || (total >= 0 && left > page->about.size))
        return true;
    return page->count > 0 && (total < 0 || page->count != left);
}

static bool is_further(const struct page *page)
{
    int64_t at = page->about.window.at_ms;

    if (page->edge_ms == 0)
        return false;
    return page->about.window.walk == SNOW_NEWS ? page->edge_ms > at
                                                : at == 0 || page->edge_ms < at;
}

static void ask_next(const struct snow_poll *p, const struct page *page)
{
    struct about about = page->about;

    if (is_further(page)) {
        about.window.at_ms = page->edge_ms;
        about.offset = 0;
    } else {
        about.offset += about.size;
    }
    about.size = about.size * 2 < PAGE ? about.size * 2 : PAGE; /* it may have been halved */
    about.empty = page->count > 0 ? 0 : about.empty + 1;
    if (*page->first)
        about.first = page->first;
    plan_at_once(p->plan, ask(p, &about));
}

static void arrive(const struct snow_poll *p, const struct page *page)
{
    const char *table = page->about.window.table;

    if (page->about.window.walk == SNOW_NEWS) {
        /* Nothing changed yet: it goes on from there, however long nobody asks. */
        int64_t at_ms = snow_recall(p, "n", table);

        at_ms = at_ms > 0 ? at_ms : page->about.window.at_ms;
        if (snow_recall(p, "n", table) != recall_news(p->reply, at_ms))
            snow_remember(p, "n", table, recall_news(p->reply, at_ms));
        snow_drop_tables(p);
    } else if (page->about.window.walk == SNOW_OPEN) {
        snow_remember(p, "o", table, ticket_open_end(p->plan));
        if (lacks_history(p, table))
            ask_first(p, table, SNOW_FILL);
    } else if (page->about.window.walk == SNOW_FILL) {
        snow_remember(p, "f", table, snow_history_ms(p));
    }
}

static void step_on(const struct snow_poll *p, const struct page *page)
{
    const struct snow_window *window = &page->about.window;
    const char *cursor = cursor_of(window->walk);
    int64_t before = reached(p, window->walk, window->table);

    if (window->walk == SNOW_NEWS && page->news_ms > before)
        snow_remember(p, cursor, window->table, page->news_ms);
    if (window->walk != SNOW_NEWS && page->edge_ms > 0 && (before == 0 || page->edge_ms < before))
        snow_remember(p, cursor, window->table, page->edge_ms);
}

/* ---- what is no page ---- */

/* One table of several that may not be read loses no other. */
static bool no_table(const struct snow_poll *p, struct dx_error *err)
{
    const struct dx_items *all = snow_tables(p->config);
    const char *table = about_of(p).window.table;

    (void)dx_fail(err, DX_FAULT_REPLY, "%s: answered %d", table, p->reply->status);
    snow_refused(p->config, p->reply, err);
    if (all->count == 1)
        return false;
    if (!denied_said(p->plan, p->batch, snow_recall(p, "x", table)))
        batch_note(p->batch, DX_LOG_WARN, "%s", err->text);
    snow_remember(p, "x", table, p->plan->now_ms);
    *err = (struct dx_error){ 0 };
    return true;
}

static void is_read(const struct snow_poll *p, const char *table)
{
    if (snow_recall(p, "x", table) == 0)
        return;
    snow_remember(p, "x", table, 0);
    denied_over(p->plan, p->batch);
}

static bool tell_misfits(const struct snow_poll *p, const struct page *page, struct dx_error *err)
{
    if (page->misfits == 0)
        return true;
    if (page->misfits == page->count)
        return dx_fail(err, DX_FAULT_REPLY,
                       "%s: the server passes over \"%s\" of the query: what came is not what was "
                       "asked for; may the user read that field?",
                       page->about.window.table, page->misfit);
    batch_note(p->batch, DX_LOG_WARN,
               "%s: %" PRId64 " rows do not fit \"%s\" of the query; they are left out",
               page->about.window.table, page->misfits, page->misfit);
    return true;
}

bool snow_decode_walk(const struct snow_poll *p, struct dx_error *err)
{
    struct page page;
    bool fill = p->reply->step != SNOW_NEWS;

    if (!snow_is_answer(p->reply))
        return no_table(p, err);
    page = (struct page){ .about = about_of(p), .rows = json_object_get(p->reply->json, "result") };
    if (!json_is_array(page.rows))
        return dx_fail(err, DX_FAULT_REPLY,
                       "this is not the Table API of a ServiceNow (no list \"result\")");
    is_read(p, page.about.window.table);
    page.count = (int64_t)json_array_size(page.rows);
    page.first = snow_value(p->batch, json_array_get(page.rows, 0), "sys_id");
    take_rows(p, &page);
    if (!tell_misfits(p, &page, err))
        return false;
    step_on(p, &page);
    if (has_more(p, &page) && !is_endless(p, &page) && !is_hollow(p, &page))
        ask_next(p, &page);
    else
        arrive(p, &page);
    snow_ask_parts(p, page.news, page.news_count, fill);
    tell_progress(p);
    return true;
}

bool snow_walk_less(const struct snow_poll *p)
{
    struct about about = about_of(p);

    if (about.size > 1) {
        about.size /= 2;
        about.offset -= about.offset % about.size;
    } else { /* one that cannot be had holds up no other */
        batch_note(p->batch, DX_LOG_WARN,
                   "%s: a row is larger than max_body by itself; it is left out",
                   about.window.table);
        about.offset++;
    }
    plan_at_once(p->plan, ask(p, &about));
    return true;
}
