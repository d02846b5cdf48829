/* alertmanager: the Alertmanager face, API v2, as Alertmanager 0.25 answers.
 * https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/exchange.h"
#include "sim/matcher.h"
#include "sim/number.h"
#include "sim/sim.h"

enum { MATCHERS_MOST = 16, EXPIRY_MS = 4 * 60000 };

struct filter {
    struct matcher matchers[MATCHERS_MOST];
    size_t count;
    regex_t *receiver; /* NULL: any */
};

/* ---- parameters ---- */

static void filter_done(struct filter *filter)
{
    for (size_t i = 0; i < filter->count; i++)
        matcher_done(&filter->matchers[i]);
    regex_free(filter->receiver);
}

/* A line, as go-openapi writes it. */
static void put(struct exchange *x, int status, json_t *json)
{
    exchange_json(x, status, json);
    (void)buf_text(&x->body, "\n");
}

static void refuse(struct exchange *x, const char *words)
{
    json_t *text = json_string(words);

    put(x, 400, text ? text : json_string("bad request")); /* no UTF-8 */
}

/* false: the answer is an error; there is nothing to free. */
static bool filter_parse(struct exchange *x, struct filter *filter)
{
    const char *text;
    char words[WORDS_MOST];

    *filter = (struct filter){ 0 };
    while ((text = exchange_nth(x, "filter", filter->count)) != NULL &&
           filter->count < MATCHERS_MOST) {
        if (!matcher_parse(&filter->matchers[filter->count], text, words)) {
            refuse(x, words);
            filter_done(filter);
            return false;
        }
        filter->count++;
    }
    text = exchange_parameter(x, "receiver");
    if (text && *text)
        filter->receiver = regex_new(text, words);
    if (!text || !*text || filter->receiver)
        return true;
    refuse(x, arena_print(&x->arena, "failed to parse receiver param: %s", words));
    filter_done(filter);
    return false;
}

/* As go-openapi reads a boolean; there unless it says no. */
static bool flag(struct exchange *x, const char *name)
{
    static const char *const yes[] = { "true", "1",        "yes",     "ok", "y",
                                       "on",   "selected", "checked", "t",  "enabled" };
    const char *value = exchange_parameter(x, name);

    for (size_t i = 0; value && *value && i < sizeof(yes) / sizeof(yes[0]); i++)
        if (strcasecmp(value, yes[i]) == 0)
            return true;
    return !value || !*value;
}

/* ---- alerts ---- */

static bool wanted(struct exchange *x, const struct alert *a, const struct filter *filter)
{
    bool silenced = *a->silenced_by, inhibited = *a->inhibited_by;

    if (a->firing_ms == 0 || (silenced && !flag(x, "silenced")) ||
        (inhibited && !flag(x, "inhibited")) || (!silenced && !inhibited && !flag(x, "active")))
        return false;
    if (filter->receiver && regexec(filter->receiver, receiver_name, 0, NULL, 0) != 0)
        return false;
    for (size_t i = 0; i < filter->count; i++)
        if (!matcher_fits(&filter->matchers[i], alert_label(a, filter->matchers[i].name)))
            return false;
    return true;
}

static json_t *one_or_none(const char *text)
{
    return *text ? json_pack("[s]", text) : json_array();
}

/* The query as Go's url.QueryEscape() writes it. */
static const char *graph_url(struct exchange *x, const struct rule *rule)
{
    struct buf out;
    const char *url;

    buf_init(&out, 4096);
    for (const char *c = rule->query; *c; c++) {
        if (isalnum((unsigned char)*c) || strchr("-_.~", *c))
            (void)buf_print(&out, "%c", *c);
        else if (*c == ' ')
            (void)buf_text(&out, "+");
        else
            (void)buf_print(&out, "%%%02X", (unsigned)(unsigned char)*c);
    }
    url = arena_print(&x->arena, "%s/graph?g0.expr=%s&g0.tab=1", x->sim->public_url,
                      out.bytes ? out.bytes : "");
    buf_done(&out);
    return url;
}

static json_t *alert_json(struct exchange *x, const struct alert *a)
{
    bool muted = *a->silenced_by || *a->inhibited_by;
    int64_t sent_ms = rule_evaluated_ms(a->rule, x->now_ms);
    char starts[INSTANT_TEXT], ends[INSTANT_TEXT], updated[INSTANT_TEXT];
    json_t *labels = json_object();

    /* Prometheus sends an alert again each minute. */
    sent_ms = sent_ms < x->now_ms - 60000 ? x->now_ms - x->now_ms % 60000 : sent_ms;
    for (size_t i = 0; i < a->label_count; i++)
        (void)json_object_set_new(labels, a->labels[i].name, json_string(a->labels[i].value));
    return json_pack(
        "{s:{s:s}, s:s, s:s, s:[{s:s}], s:s, s:{s:o, s:o, s:s}, s:s, s:s, s:o}", "annotations",
        "summary", a->summary, "endsAt", number_instant(ends, sent_ms + EXPIRY_MS), "fingerprint",
        a->fingerprint, "receivers", "name", receiver_name, "startsAt",
        number_instant(starts, a->firing_ms), "status", "inhibitedBy", one_or_none(a->inhibited_by),
        "silencedBy", one_or_none(a->silenced_by), "state", muted ? "suppressed" : "active",
        "updatedAt", number_instant(updated, sent_ms), "generatorURL", graph_url(x, a->rule),
        "labels", labels);
}

static int by_fingerprint(const void *a, const void *b)
{
    return strcmp((*(const struct alert *const *)a)->fingerprint,
                  (*(const struct alert *const *)b)->fingerprint);
}

static void answer_alerts(struct exchange *x)
{
    const struct alert *sorted[ALERTS_MOST];
    struct board *board = &x->sim->board;
    struct filter filter;
    json_t *list;

    if (!filter_parse(x, &filter))
        return;
    list = json_array();
    board_fill(board, &x->sim->world, x->now_ms);
    for (size_t i = 0; i < board->count; i++)
        sorted[i] = &board->alerts[i];
    if (board->count > 0)
        qsort(sorted, board->count, sizeof(const struct alert *), by_fingerprint);
    for (size_t i = 0; i < board->count; i++)
        if (wanted(x, sorted[i], &filter))
            (void)json_array_append_new(list, alert_json(x, sorted[i]));
    put(x, 200, list);
    filter_done(&filter);
}

/* ---- silences, status ---- */

static bool silence_fits(const struct filter *filter)
{
    for (size_t i = 0; i < filter->count; i++)
        if (!matcher_fits(&filter->matchers[i],
                          strcmp(filter->matchers[i].name, "alertname") == 0 ? silenced_alert : ""))
            return false;
    return true;
}

static json_t *silence_json(const struct silence *s, const char *state)
{
    char from[INSTANT_TEXT], to[INSTANT_TEXT];

    return json_pack("{s:s, s:{s:s}, s:s, s:s, s:s, s:s, s:[{s:b, s:b, s:s, s:s}], s:s}", "id",
                     s->id, "status", "state", state, "updatedAt", number_instant(from, s->from_ms),
                     "comment", "the images are renewed one after the other", "createdBy", "k.wu",
                     "endsAt", number_instant(to, s->to_ms), "matchers", "isEqual", 1, "isRegex", 0,
                     "name", "alertname", "value", silenced_alert, "startsAt",
                     number_instant(from, s->from_ms));
}

static void answer_silences(struct exchange *x)
{
    struct silence now = silence_of(&x->sim->world, x->now_ms, 0),
                   before = silence_of(&x->sim->world, x->now_ms, 1);
    struct filter filter;
    json_t *list;

    if (!filter_parse(x, &filter))
        return;
    list = json_array();
    if (silence_fits(&filter)) {
        (void)json_array_append_new(list, silence_json(&now, "active"));
        (void)json_array_append_new(list, silence_json(&before, "expired"));
    }
    put(x, 200, list);
    filter_done(&filter);
}

static void answer_status(struct exchange *x)
{
    char since[INSTANT_TEXT];

    put(x, 200,
        json_pack("{s:{s:[], s:s}, s:{s:s}, s:s, s:{s:s, s:s, s:s, s:s, s:s, s:s}}", "cluster",
                  "peers", "status", "disabled", "config", "original", alertmanager_config,
                  "uptime", number_instant(since, x->sim->start_ms), "versionInfo", "branch", "",
                  "buildDate", "", "buildUser", "", "goVersion", "", "revision",
                  "dxtop-sim " PACKAGE_VERSION, "version", "0.25.0"));
}

static void answer_receivers(struct exchange *x)
{
    x->steady = true;
    put(x, 200, json_pack("[{s:s}]", "name", receiver_name));
}

/* ---- the face ---- */

static void no_path(struct exchange *x)
{
    json_t *words = json_sprintf("path %s was not found", x->path);

    exchange_json(x, 404,
                  json_pack("{s:i, s:o}", "code", 404, "message",
                            words ? words : json_string("path was not found")));
}

static void no_method(struct exchange *x, const char *methods)
{
    exchange_header(x, "Allow", "%s", methods);
    exchange_json(
        x, 405,
        json_pack("{s:i, s:o}", "code", 405, "message",
                  json_sprintf("method %s is not allowed, but [%s] are", x->method, methods)));
}

static const struct route routes[] = {
    { "/api/v2/alerts", "GET", answer_alerts },
    { "/api/v2/silences", "GET", answer_silences },
    { "/api/v2/status", "GET", answer_status },
    { "/api/v2/receivers", "GET", answer_receivers },
    { 0 },
};

const struct face face_alertmanager = {
    .name = "alertmanager",
    .routes = routes,
    .prefix = "/api/v2/",
    .no_path = no_path,
    .no_method = no_method,
};
