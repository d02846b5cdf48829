/* overview_inside: what a key number is made of: pools, pipelines, jobs or categories,
 * then the records themselves. */
#include "inside.h"
#include "overview.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NAME_MOST = 300 };

struct ci_look overview_look(const struct tile *tile, double value)
{
    bool past = tile->floor ? value < tile->target : value > tile->target;
    bool bad = tile->floor ? value < tile->bad : value > tile->bad;

    if (isnan(value))
        return (struct ci_look){ DX_GLYPH_NONE, DX_ROLE_DIM, 0, "" };
    if (isnan(tile->target))
        return (struct ci_look){ DX_GLYPH_DOT, DX_ROLE_DIM, 0, "" };
    if (bad)
        return (struct ci_look){ DX_GLYPH_BAD, DX_ROLE_BAD, DX_BOLD, "" };
    return past ? (struct ci_look){ DX_GLYPH_WARN, DX_ROLE_WARN, 0, "" }
                : (struct ci_look){ DX_GLYPH_GOOD, DX_ROLE_GOOD, 0, "" };
}

static bool is(const struct tile *tile, const char *id)
{
    return strcmp(tile->id, id) == 0;
}

/* ---- pools and their jobs ---- */

static void list_pools(const struct overview *p, const struct tile *tile,
                       const struct dx_view *view, struct dx_list *list)
{
    bool p50 = is(tile, "queue_p50");
    struct dx_rows *rows = dx_rows(view, DX_QUERY_POOLS, NULL);

    while (dx_next(rows)) {
        double value = ci_seconds(rows, p50 ? DX_FIELD_P50 : DX_FIELD_P95);
        char words[80] = "";
        int64_t waiting = dx_int(rows, DX_FIELD_WAITING);

        if (waiting > 0)
            (void)snprintf(words, sizeof(words), "%lld wait now", (long long)waiting);
        inside_put(list,
                   &(struct line){ .look = overview_look(tile, value),
                                   .unit = tile->unit,
                                   .value = value,
                                   .before = p50 ? (double)NAN : ci_seconds(rows, DX_FIELD_BEFORE),
                                   .n = (double)dx_int(rows, DX_FIELD_N),
                                   .key = dx_text(rows, DX_FIELD_KEY),
                                   .name = dx_text(rows, DX_FIELD_NAME),
                                   .words = words,
                                   .into = dx_text(rows, DX_FIELD_NAME) },
                   p->now_ms);
    }
}

/* ---- pipelines and their runs ---- */

static double of_pipeline(const struct tile *tile, const struct dx_rows *rows)
{
    if (is(tile, "platform_success"))
        return dx_number(rows, DX_FIELD_PLATFORM);
    if (is(tile, "success"))
        return dx_number(rows, DX_FIELD_SUCCESS);
    if (is(tile, "first_attempt"))
        return dx_number(rows, DX_FIELD_FIRST);
    return ci_seconds(rows, is(tile, "duration_p90") ? DX_FIELD_P90 : DX_FIELD_P50);
}

static void list_pipelines(const struct overview *p, const struct tile *tile,
                           const struct dx_view *view, struct dx_list *list)
{
    struct ci_prefix prefix = ci_prefix(view, NULL);
    struct dx_rows *rows = dx_rows(view, DX_QUERY_PIPELINES, NULL);
    bool spans = tile->unit == DX_UNIT_SECONDS;

    if (spans && *tile->note) { /* of critical ones alone */
        char value[TILE_TEXT], note[TILE_TEXT + sizeof(tile->note) + 10];

        (void)snprintf(note, sizeof(note), "%s · all: %s", tile->note, tile_value(value, tile));
        dx_note(list, note);
    }
    while (dx_next(rows)) {
        double value = of_pipeline(tile, rows);
        int64_t n = dx_int(rows, spans ? DX_FIELD_DURATION_N : DX_FIELD_N);
        int64_t unknown = dx_int(rows, DX_FIELD_UNKNOWN);
        char name[NAME_MOST], words[80] = "";

        if (strcmp(dx_text(rows, DX_FIELD_NAME), "all") != 0 || n == 0)
            continue;
        if (is(tile, "platform_success") && unknown > 0)
            (void)snprintf(words, sizeof(words), "%lld failed, nobody knows why",
                           (long long)unknown);
        inside_put(list,
                   &(struct line){ .look = overview_look(tile, value),
                                   .unit = tile->unit,
                                   .value = value,
                                   .before = is(tile, "duration")
                                                 ? ci_seconds(rows, DX_FIELD_BEFORE)
                                                 : (double)NAN,
                                   .n = (double)n,
                                   .key = dx_text(rows, DX_FIELD_KEY),
                                   .url = dx_text(rows, DX_FIELD_URL),
                                   .name = ci_pipeline(name, sizeof(name), rows, &prefix),
                                   .words = words,
                                   .into = name },
                   p->now_ms);
    }
}

/* ---- flaky jobs and their commits ---- */

static void list_flaky(const struct overview *p, const struct tile *tile,
                       const struct dx_view *view, struct dx_list *list)
{
    struct ci_prefix prefix = ci_prefix(view, NULL);
    struct dx_rows *rows = dx_rows(view, DX_QUERY_FLAKY, NULL);
    bool lost = is(tile, "flaky_lost");

    while (dx_next(rows)) {
        char pipeline[160], name[NAME_MOST], words[80];

        if (dx_int(rows, DX_FIELD_STATE) != DX_FLAKY_FLAKY)
            continue;
        (void)snprintf(name, sizeof(name), "%.150s (%.120s)",
                       ci_pipeline(pipeline, sizeof(pipeline), rows, &prefix),
                       dx_text(rows, DX_FIELD_NAME));
        (void)snprintf(words, sizeof(words), "%lld of the commits failed and passed",
                       (long long)dx_int(rows, DX_FIELD_FAILED));
        inside_put(list,
                   &(struct line){ .look = { DX_GLYPH_WARN, DX_ROLE_WARN, 0, "" },
                                   .unit = lost ? DX_UNIT_SECONDS : DX_UNIT_RATIO,
                                   .value = lost ? ci_seconds(rows, DX_FIELD_LOST)
                                                 : dx_number(rows, DX_FIELD_RATE),
                                   .before = lost ? (double)NAN : dx_number(rows, DX_FIELD_BEFORE),
                                   .n = (double)dx_int(rows, DX_FIELD_N),
                                   .at_ms = dx_int(rows, DX_FIELD_LAST_SEEN),
                                   .key = dx_text(rows, DX_FIELD_KEY),
                                   .url = dx_text(rows, DX_FIELD_URL),
                                   .name = name,
                                   .words = words,
                                   .into = name },
                   p->now_ms);
    }
}

/* ---- what has no parts: its days ---- */

/* Days are those of UTC. */
static const char *day_name(char *out, size_t cap, int64_t at_ms)
{
    time_t at = (time_t)(at_ms / 1000);
    struct tm tm;

    if (!gmtime_r(&at, &tm) || strftime(out, cap, "%a %d %b %Y", &tm) == 0)
        (void)snprintf(out, cap, "–");
    return out;
}

static void list_days(const struct overview *p, const struct tile *tile, const struct dx_view *view,
                      struct dx_list *list)
{
    struct dx_rows *rows = dx_rows(
        view, DX_QUERY_KPI_POINTS,
        DX_FILTER(.key = tile->id, .step_ms = CI_DAY_MS, .from_ms = p->now_ms - 400 * CI_DAY_MS));

    dx_note(list, "by the day");
    while (dx_next(rows)) {
        int64_t at_ms = dx_int(rows, DX_FIELD_AT);
        double value = dx_number(rows, DX_FIELD_VALUE);
        char day[40], key[32];

        (void)snprintf(key, sizeof(key), "%lld", (long long)at_ms);
        inside_put(list,
                   &(struct line){ .look = overview_look(tile, value),
                                   .unit = tile->unit,
                                   .value = value,
                                   .before = (double)NAN,
                                   .n = (double)dx_int(rows, DX_FIELD_N),
                                   .key = key,
                                   .name = day_name(day, sizeof(day), at_ms - 1),
                                   .into = day },
                   p->now_ms);
    }
}

/* Beside those before it: was that day out of the ordinary? */
static void list_before(const struct overview *p, const struct tile *tile,
                        const struct dx_view *view, struct dx_list *list, int64_t day_ms)
{
    static const struct {
        int days;
        const char *name;
    } all[] = {
        { 0, "that day" }, { 1, "the day before" }, { 7, "a week before" }, { 30, "30 days before" }
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        int64_t at_ms = day_ms - all[i].days * CI_DAY_MS;
        struct dx_rows *rows = dx_rows(view, DX_QUERY_KPI_POINTS,
                                       DX_FILTER(.key = tile->id, .step_ms = CI_DAY_MS,
                                                 .from_ms = at_ms - CI_DAY_MS, .to_ms = at_ms));
        double value = (double)NAN, n = 0.;
        char day[40];

        while (dx_next(rows)) {
            if (dx_int(rows, DX_FIELD_AT) != at_ms)
                continue;
            value = dx_number(rows, DX_FIELD_VALUE);
            n = (double)dx_int(rows, DX_FIELD_N);
        }
        inside_put(list,
                   &(struct line){ .look = overview_look(tile, value),
                                   .unit = tile->unit,
                                   .value = value,
                                   .before = (double)NAN,
                                   .n = n,
                                   .key = all[i].name,
                                   .name = all[i].name,
                                   .words = day_name(day, sizeof(day), at_ms - 1) },
                   p->now_ms);
    }
}

/* Where the number came from: the sources that tell of such things, or what it was fed by. */
static void list_origins(const struct overview *p, const struct tile *tile,
                         const struct dx_view *view, struct dx_list *list)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_SOURCES, NULL);

    while (dx_next(rows)) {
        const char *name = dx_text(rows, DX_FIELD_SOURCE);
        char words[120];

        if (!(tile->reads & (uint32_t)dx_int(rows, DX_FIELD_YIELDS)))
            continue;
        (void)snprintf(words, sizeof(words), "a source, %.60s; AT: its last answer",
                       dx_text(rows, DX_FIELD_TYPE));
        inside_put(list,
                   &(struct line){ .look = { DX_GLYPH_DOT, DX_ROLE_DIM, 0, "" },
                                   .value = (double)NAN,
                                   .before = (double)NAN,
                                   .n = (double)NAN,
                                   .at_ms = dx_int(rows, DX_FIELD_LAST_OK),
                                   .key = name,
                                   .name = name,
                                   .words = words },
                   p->now_ms);
    }
    if (tile->reads == 0)
        inside_put(list,
                   &(struct line){ .look = { DX_GLYPH_DOT, DX_ROLE_DIM, 0, "" },
                                   .value = (double)NAN,
                                   .before = (double)NAN,
                                   .n = (double)NAN,
                                   .key = "fed",
                                   .name = "fed",
                                   .words = "from outside, as `kpis` of the configuration says" },
                   p->now_ms);
}

static void list_day(const struct overview *p, const struct tile *tile, const struct dx_view *view,
                     struct dx_list *list, const char *key)
{
    list_before(p, tile, view, list, strtoll(key, NULL, 10));
    if (!isnan(tile->target))
        inside_put(list,
                   &(struct line){ .look = { DX_GLYPH_DOT, DX_ROLE_DIM, 0, "" },
                                   .unit = tile->unit,
                                   .value = tile->target,
                                   .before = (double)NAN,
                                   .n = (double)NAN,
                                   .key = "goal",
                                   .name = "goal",
                                   .words = tile->floor ? "at least" : "at most" },
                   p->now_ms);
    list_origins(p, tile, view, list);
}

/* ---- the levels ---- */

enum made_of { OF_DAYS, OF_POOLS, OF_PIPELINES, OF_FLAKY, OF_TICKETS };

static enum made_of made_of(const struct tile *tile)
{
    static const struct {
        const char *id;
        enum made_of of;
    } table[] = {
        { "queue_p95", OF_POOLS },
        { "queue_p50", OF_POOLS },
        { "platform_success", OF_PIPELINES },
        { "success", OF_PIPELINES },
        { "first_attempt", OF_PIPELINES },
        { "duration", OF_PIPELINES },
        { "duration_p90", OF_PIPELINES },
        { "flaky", OF_FLAKY },
        { "flaky_lost", OF_FLAKY },
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (is(tile, table[i].id))
            return table[i].of;
    return overview_of_tickets(tile) ? OF_TICKETS : OF_DAYS;
}

static void list_parts(const struct overview *p, const struct tile *tile,
                       const struct dx_view *view, struct dx_list *list)
{
    switch (made_of(tile)) {
    case OF_POOLS:
        list_pools(p, tile, view, list);
        break;
    case OF_PIPELINES:
        list_pipelines(p, tile, view, list);
        break;
    case OF_FLAKY:
        list_flaky(p, tile, view, list);
        break;
    case OF_TICKETS:
        overview_list_groups(p, tile, view, list);
        break;
    case OF_DAYS:
        list_days(p, tile, view, list);
        break;
    }
}

static void list_records(const struct overview *p, const struct tile *tile,
                         const struct dx_view *view, struct dx_list *list, const char *key)
{
    switch (made_of(tile)) {
    case OF_POOLS:
        inside_jobs(view, list, DX_FILTER(.key = key), DX_FIELD_QUEUED);
        break;
    case OF_PIPELINES:
        inside_runs(view, list, key);
        break;
    case OF_FLAKY:
        inside_commits(view, list, key);
        break;
    case OF_TICKETS:
        overview_list_tickets(p, tile, view, list, key);
        break;
    case OF_DAYS:
        list_day(p, tile, view, list, key);
        break;
    }
}

void overview_inside(struct overview *p, const struct dx_view *view, struct dx_list *list)
{
    const struct tile *tile = p->show == SHOW_WALL
                                  ? overview_wall_worst(p, strtoul(dx_key(view, 1), NULL, 10))
                                  : overview_find(p, dx_key(view, 1));
    int depth = dx_depth(view);
    const char *key = dx_key(view, depth);
    char value[TILE_TEXT], note[TILE_TEXT + 20];

    dx_empty(list, tile && *tile->note ? tile->note : "Nothing is known of it now.");
    if (!tile)
        return;
    (void)snprintf(note, sizeof(note), "all: %s", tile_value(value, tile));
    dx_note(list, note);
    if (depth == 1)
        list_parts(p, tile, view, list);
    else if (depth == 2)
        list_records(p, tile, view, list, key);
    else if (depth == 3 && made_of(tile) == OF_FLAKY)
        inside_tries(view, list, dx_key(view, 2), key);
    else if (made_of(tile) == OF_TICKETS)
        overview_list_ticket(p, view, list, dx_key(view, 3));
    else if (depth == 3)
        inside_jobs(view, list, DX_FILTER(.key = key, .attempts = made_of(tile) == OF_POOLS),
                    made_of(tile) == OF_POOLS ? DX_FIELD_QUEUED : DX_FIELD_DURATION);
    else
        job_read(&p->job, view, list, key);
}
