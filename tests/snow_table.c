/* snow_table: a table of servicenow in memory, and polls of it. */
#include "config.h"

#include "snow_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/time.h"

static const char *tables[] = { "incident" };
struct servicenow config = { .tables = { tables, 1 }, .category = "category" };
struct server server;
struct ticket_kit store;
struct kit kit;

void forget(void)
{
    memset(&store, 0, sizeof(store));
    memset(&kit, 0, sizeof(kit));
    memset(&server, 0, sizeof(server));
}

/* ---- the server ---- */

static int by_change(const void *a, const void *b)
{
    const struct row *one = a, *other = b;

    if (one->updated_ms != other->updated_ms)
        return one->updated_ms < other->updated_ms ? -1 : 1;
    return one->id - other->id;
}

static int64_t parameter(const char *path, const char *name, int64_t fallback)
{
    const char *at = strstr(path, name);

    return at ? strtoll(at + strlen(name), NULL, 10) : fallback;
}

/* "sys_updated_on%3E%3D2026-11-24%2011%3A00%3A00" */
static int64_t bound(const char *path, const char *name)
{
    const char *at = strstr(path, name);
    char text[32];

    if (!at)
        return 0;
    at += strlen(name);
    snprintf(text, sizeof(text), "%.10sT%.2s:%.2s:%.2sZ", at, at + 13, at + 18, at + 23);
    return time_parse(text, strlen(text));
}

static bool fits(const struct row *row, const char *path)
{
    int64_t from = bound(path, "sys_updated_on%3E%3D"), to = bound(path, "sys_updated_on%3C%3D");

    if (!server.ignores_time && ((from && row->updated_ms < from) || (to && row->updated_ms > to)))
        return false;
    if (server.ignores_active)
        return true;
    return !(strstr(path, "active%3Dtrue") && !row->active) &&
           !(strstr(path, "active%3Dfalse") && row->active);
}

static void put_row(FILE *out, const struct row *row, bool first)
{
    char text[32];
    time_t s = (time_t)(row->updated_ms / 1000);
    struct tm tm;

    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", gmtime_r(&s, &tm));
    fprintf(out,
            "%s{\"sys_id\":\"%032d\",\"number\":\"INC%07d\",\"sys_updated_on\":\"%s\","
            "\"opened_at\":\"2026-11-01 00:00:00\",\"active\":\"%s\",\"state\":\"%d\"}",
            first ? "" : ",", row->id, row->id, text, row->active ? "true" : "false",
            row->active ? 2 : 7);
}

char *table_answer(const char *path, char head[200], const char **next)
{
    bool fits_in = true;
    bool down = strstr(path, "ORDERBYDESC") != NULL;
    int64_t offset = parameter(path, "sysparm_offset=", 0),
            limit = parameter(path, "sysparm_limit=", 10000);
    bool again = server.ignores_offset && offset > 0;
    int64_t nth = 0, shown = 0, counted = 0;
    char *body = NULL;
    size_t len;
    FILE *out = open_memstream(&body, &len);

    qsort(server.row, (size_t)server.count, sizeof(struct row), by_change);
    offset = again ? 0 : offset;
    fprintf(out, "{\"result\":[");
    for (int i = 0; i < server.count; i++) {
        const struct row *row = &server.row[down ? server.count - 1 - i : i];

        if (!fits(row, path))
            continue;
        counted += !(server.counts_after_rules && row->hidden);
        if (nth >= offset && nth < offset + limit && !row->hidden) {
            put_row(out, row, shown++ == 0);
            fits_in = fits_in && !row->large;
        }
        nth++;
    }
    fprintf(out, "]}");
    fclose(out);
    snprintf(head, 200, server.says_count ? "x-total-count: %" PRId64 "\n" : "", counted);
    *next = server.links && offset + limit < counted ? "/there/is/more" : "";
    if (fits_in)
        return body;
    free(body);
    return NULL;
}

/* ---- a poll ---- */

static bool less(const struct plan_request *r)
{
    const struct reply reply = { .step = r->step,
                                 .detail = r->detail,
                                 .detail_text = r->detail_text,
                                 .too_large = true,
                                 .content_type = "" };
    const struct dx_error err = { .fault = DX_FAULT_REPLY };

    return source_less(&source_servicenow, &config, &reply, &err, &kit.plan, &kit.batch);
}

bool poll_some(int64_t now_ms, int pages)
{
    struct plan_request *r;
    bool ok = true;

    ticket_poll(&store, &kit, now_ms);
    kit.plan.history_ms = 30 * DAY;
    source_servicenow.begin(&config, &kit.cursors, &kit.plan);
    while (ok && pages-- > 0 && (r = plan_take(&kit.plan)) != NULL) {
        char head[200], *body;
        const char *next = "";

        server.requests++;
        if (server.requests == server.move_at)
            server.row[0].updated_ms = now_ms;
        body = table_answer(r->path, head, &next);
        ok = body ? kit_decode(&kit, &source_servicenow, &config,
                               (struct reply){ .step = r->step,
                                               .detail = r->detail,
                                               .detail_text = r->detail_text,
                                               .head = head,
                                               .next = next,
                                               .body = body })
                  : less(r);
        free(body);
    }
    for (size_t i = 0; i < kit.batch.note_count; i++)
        server.told |= strstr(kit.batch.notes[i].text, "the same page again") != NULL;
    ticket_commit(&store, &kit);
    return ok;
}

bool poll_once(int64_t now_ms)
{
    bool ok = poll_some(now_ms, PAGES_MOST);

    cr_assert(!ok || !kit.plan.first, "it pages for ever");
    return ok;
}

void fill(int count, int64_t apart_ms)
{
    server.count = count;
    for (int i = 0; i < count; i++)
        server.row[i] = (struct row){ .id = i + 1,
                                      .updated_ms = NOW - HOUR - i * apart_ms,
                                      .active = i % 3 == 0 };
}

void expect_all(const char *what)
{
    char key[16];
    int missing = 0;

    for (int i = 0; i < server.count; i++) {
        snprintf(key, sizeof(key), "INC%07d", server.row[i].id);
        if (!server.row[i].hidden && !server.row[i].large && !ticket_find(&store, key))
            missing++;
    }
    cr_expect_eq(missing, 0, "%s: %d of %d are missing", what, missing, server.count);
}
