/* servicenow: what rows of tickets do not say: comments, SLAs, and changes of the state.
 * They are in tables of their own, which the user may not be allowed to read; then nobody
 * knows, and it is said once a day. */
#include "config.h"

#include "source/servicenow.h"

#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/time.h"
#include "source/field.h"

enum {
    LACKS_MOST = 200, /* tickets whose parts are asked for again, in one poll */
    OPEN_MOST = 1000, /* open ones whose SLAs are */
    OPEN_ALL = 10000,
    FEW = 3, /* tickets: of so many all rows may be hidden where the table is not */
    ITEMS_TEXT = 1 << 16,
    SLAS_EVERY_MS = 5 * 60 * 1000,
};

/* A request's detail. */
enum { LAST = 1 /* when it is there, all open ones were asked about */, HALF = 2 };

#define ROWS "&sysparm_display_value=all&sysparm_exclude_reference_link=true&sysparm_limit=1000"

static const struct kind {
    enum servicenow_step step;
    unsigned part;
    const char *table;
    const char *path; /* {} are the ids */
    const char *what; /* as the user knows it */
} kinds[] = {
    { SNOW_JOURNAL, TICKET_RESPONSE, "sys_journal_field",
      "/api/now/table/sys_journal_field?sysparm_query=element%3Dcomments%5Eelement_idIN{}"
      "%5EORDERBYsys_created_on&sysparm_fields=element,element_id,sys_created_on,sys_created_"
      "by" ROWS,
      "first responses" },
    { SNOW_SLAS, TICKET_SLAS, "task_sla",
      "/api/now/table/task_sla?sysparm_query=taskIN{}%5EORDERBYstart_time%5EORDERBYsys_id"
      "&sysparm_fields=task,sla,stage,has_breached,planned_end_time,end_time,business_time_left,"
      "business_duration" ROWS,
      "SLAs" },
    { SNOW_AUDIT, TICKET_PAUSES, "sys_audit",
      "/api/now/table/sys_audit?sysparm_query=fieldname%3Dstate%5EdocumentkeyIN{}"
      "%5EORDERBYsys_created_on&sysparm_fields=tablename,documentkey,fieldname,oldvalue,newvalue,"
      "sys_created_on" ROWS,
      "times on hold" },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* Of one of these steps: no other is asked for here. */
static const struct kind *kind_of(unsigned step)
{
    size_t i = 0;

    while (i < KINDS - 1 && kinds[i].step != step)
        i++;
    return &kinds[i];
}

static bool is_wanted(const struct snow_poll *p, const struct kind *kind)
{
    const struct servicenow *config = p->config;
    char refused[48];

    if (kind->step == SNOW_JOURNAL ? !config->responses
        : kind->step == SNOW_SLAS  ? !config->slas
                                   : !config->pauses)
        return false;
    (void)snprintf(refused, sizeof(refused), "refused:%s", kind->table);
    return snow_is_due(p, refused, "", DAY_MS);
}

/* ---- the tickets that a request is about ---- */

const char *snow_items_text(struct plan *plan, const struct snow_item *items, size_t count)
{
    struct buf text;
    const char *out;

    buf_init(&text, ITEMS_TEXT);
    for (size_t i = 0; i < count; i++)
        (void)buf_print(&text, "%s %s %s\n", items[i].key, items[i].id, items[i].user);
    out = arena_text(&plan->arena, text.bytes ? text.bytes : "");
    buf_done(&text);
    return out;
}

static const char *word(struct batch *batch, const char **at, const char *end)
{
    size_t len = strcspn(*at, end);
    const char *out = batch_text(batch, *at, len);

    *at += len;
    *at += **at != '\0';
    return out;
}

size_t snow_items(const struct snow_poll *p, struct snow_item items[SNOW_ITEMS])
{
    const char *at = p->reply->detail_text;
    size_t n = 0;

    while (*at && n < SNOW_ITEMS) {
        items[n].key = word(p->batch, &at, " \n");
        items[n].id = word(p->batch, &at, " \n");
        items[n].user = word(p->batch, &at, "\n");
        n++;
    }
    return n;
}

const struct snow_item *snow_find(const struct snow_item *items, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(items[i].id, id) == 0)
            return &items[i];
    return NULL;
}

struct ticket *snow_part(struct batch *batch, const struct snow_item *item, unsigned part)
{
    struct ticket *t = batch_ticket(batch);

    t->key = arena_text(&batch->arena, item->key);
    t->parts = part;
    return t;
}

/* ---- asking ---- */

const char *snow_ids(struct plan *plan, const struct snow_item *items, size_t count)
{
    struct buf ids;
    const char *out;

    buf_init(&ids, ITEMS_TEXT);
    for (size_t i = 0; i < count; i++)
        (void)buf_print(&ids, "%s%s", i == 0 ? "" : ",", items[i].id);
    out = arena_text(&plan->arena, ids.bytes ? ids.bytes : "");
    buf_done(&ids);
    return out;
}

static struct plan_request *ask_items(const struct snow_poll *p, enum servicenow_step step,
                                      const struct snow_item *items, size_t count)
{
    const char *ids = snow_ids(p->plan, items, count);
    struct plan_request *r = plan_get(p->plan, step, kind_of(step)->path, ids, NULL);

    r->flags = PLAN_OPTIONAL | PLAN_ANSWER;
    r->detail_text = snow_items_text(p->plan, items, count);
    return r;
}

static void ask_kind(const struct snow_poll *p, const struct kind *kind,
                     const struct snow_item *items, size_t count, unsigned flags)
{
    for (size_t i = 0; i < count; i += SNOW_ITEMS) {
        size_t n = count - i < SNOW_ITEMS ? count - i : SNOW_ITEMS;
        struct plan_request *r = ask_items(p, kind->step, items + i, n);

        r->flags |= flags;
        if (p->reply)
            plan_at_once(p->plan, r);
    }
}

void snow_ask_parts(const struct snow_poll *p, const struct snow_item *items, size_t count,
                    bool fill)
{
    for (size_t i = 0; i < KINDS; i++)
        if (is_wanted(p, &kinds[i]))
            ask_kind(p, &kinds[i], items, count, fill ? PLAN_FILL : 0);
}

/* Those of the store that lack this part, 0: the open ones; in the plan's arena. The store's id of
 * a ticket is both of its names that requests need. */
static size_t known_items(const struct snow_poll *p, unsigned lacks, struct snow_item *items,
                          size_t cap)
{
    struct known_ticket *found = arena_alloc(&p->plan->arena, cap * sizeof(*found));
    size_t n = plan_known_tickets(p->plan, lacks, found, cap);

    for (size_t i = 0; i < n; i++) {
        size_t len = strcspn(found[i].id, " ");

        items[i].key = arena_text(&p->plan->arena, found[i].key);
        items[i].id = arena_print(&p->plan->arena, "%.*s", (int)len, found[i].id);
        items[i].table = arena_text(&p->plan->arena, found[i].project);
        items[i].user = arena_text(&p->plan->arena, found[i].id + len + (found[i].id[len] != '\0'));
    }
    return n;
}

size_t snow_known_open(const struct snow_poll *p, int64_t every_ms, struct snow_item *items,
                       size_t most)
{
    struct snow_item *all = arena_alloc(&p->plan->arena, OPEN_ALL * sizeof(*all));
    size_t n = known_items(p, 0, all, OPEN_ALL), turn = plan_turn(p->plan, every_ms);
    size_t first = n > most ? turn * most % n : 0;

    for (size_t i = 0; i < n && i < most; i++)
        items[i] = all[(first + i) % n];
    return n < most ? n : most;
}

/* Figures of SLAs move while nothing else of their ticket does. */
static void ask_open_slas(const struct snow_poll *p, const struct kind *kind,
                          struct snow_item *items)
{
    if (kind->part != TICKET_SLAS || !snow_is_due(p, "slas", "", SLAS_EVERY_MS))
        return;
    ask_kind(p, kind, items, snow_known_open(p, SLAS_EVERY_MS, items, OPEN_MOST), 0);
    if (p->plan->last && p->plan->last->step == (unsigned)kind->step)
        p->plan->last->detail = LAST;
}

void snow_parts_begin(const struct snow_poll *p)
{
    struct snow_item *items = arena_alloc(&p->plan->arena, OPEN_MOST * sizeof(*items));

    for (size_t i = 0; i < KINDS; i++) {
        if (!is_wanted(p, &kinds[i]))
            continue;
        ask_kind(p, &kinds[i], items, known_items(p, kinds[i].part, items, LACKS_MOST), PLAN_FILL);
        ask_open_slas(p, &kinds[i], items);
    }
}

/* ---- the answer ---- */

static void no_rows(const struct snow_poll *p, const struct kind *kind, const char *why)
{
    char refused[48];

    (void)snprintf(refused, sizeof(refused), "refused:%s", kind->table);
    if (snow_recall(p, refused, "") == p->plan->now_ms)
        return;
    batch_cursor(p->batch, refused, p->plan->now_ms);
    batch_note(p->batch, DX_LOG_WARN,
               "the user may not read the table %s (%s), hence no %s; it is tried again tomorrow",
               kind->table, why, kind->what);
}

/* Half of the tickets each. */
static void ask_halves(const struct snow_poll *p, const struct snow_item *items, size_t n)
{
    enum servicenow_step step = (enum servicenow_step)p->reply->step;
    struct plan_request *half = ask_items(p, step, items, n / 2);

    half->detail = p->reply->detail | HALF; /* it comes behind the other one */
    plan_at_once(p->plan, half);
    half = ask_items(p, step, items + n / 2, n - n / 2);
    half->detail = HALF;
    plan_at_once(p->plan, half);
}

/* Is any row behind the last that one answer has, or hidden, as some of the total are? It may be
 * of any ticket. Of SLAs, which are asked for every few minutes, those count that may be seen. */
static bool is_short(const struct snow_poll *p, const struct kind *kind, size_t size)
{
    int64_t total = snow_total(p);

    return size >= SNOW_ROWS_MOST || total > SNOW_ROWS_MOST ||
           (total > (int64_t)size && (kind->part != TICKET_SLAS || size == 0));
}

static void note_asked(const struct snow_poll *p)
{
    if (p->reply->step == SNOW_SLAS && p->reply->detail & LAST)
        batch_cursor(p->batch, "slas", p->plan->now_ms);
}

/* false: it cannot be told of which tickets they all are, and that is seen to. */
static bool are_whole(const struct snow_poll *p, const struct kind *kind, size_t size)
{
    struct snow_item items[SNOW_ITEMS];
    size_t n = snow_items(p, items);

    if (is_short(p, kind, size) && n > 1) {
        ask_halves(p, items, n);
        return false;
    }
    note_asked(p);
    if (!is_short(p, kind, size) || n == 0 || snow_total(p) <= (int64_t)size)
        return true;
    if (size >= SNOW_ROWS_MOST && kind->part == TICKET_RESPONSE) /* it is the earliest that count */
        return true;
    snow_part(p->batch, &items[0], kind->part)->refused = kind->part;
    return false;
}

const json_t *snow_part_rows(const struct snow_poll *p, struct dx_error *err)
{
    const json_t *rows = json_object_get(p->reply->json, "result");
    const struct kind *kind = kind_of(p->reply->step);
    struct snow_item items[SNOW_ITEMS];
    struct dx_error why = { 0 };

    if (!snow_is_answer(p->reply)) {
        (void)dx_fail(&why, DX_FAULT_REPLY, "%d", p->reply->status);
        no_rows(p, kind, why.text);
        return NULL;
    }
    if (!json_is_array(rows)) {
        (void)dx_fail(err, DX_FAULT_REPLY, "the table %s answered without a list", kind->table);
        return NULL;
    }
    if (json_array_size(rows) == 0 && snow_total(p) > 0 && !(p->reply->detail & HALF) &&
        snow_items(p, items) > FEW) {
        no_rows(p, kind, "its rows are hidden");
        return NULL;
    }
    return are_whole(p, kind, json_array_size(rows)) ? rows : NULL;
}
