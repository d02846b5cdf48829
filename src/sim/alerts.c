/* alerts: which of the company's rules fire. */
#include "config.h"

#include "sim/alerts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/noise.h"

/* No incident and no old image lasts longer than so many evaluations of its rule. */
enum { LOOK_BACK = 1500, SILENCE_PLACE = 400 };

const char *alert_label(const struct alert *a, const char *name)
{
    for (size_t i = 0; i < a->label_count; i++)
        if (strcmp(a->labels[i].name, name) == 0)
            return a->labels[i].value;
    return "";
}

int64_t rule_evaluated_ms(const struct rule *rule, int64_t at_ms)
{
    int64_t every_ms = (int64_t)rule->interval_s * 1000;

    return at_ms / every_ms * every_ms;
}

/* ---- words ---- */

/* As humanizeDuration: two units at most here, which is enough for minutes to days. */
static void print_duration(char *out, size_t cap, double s)
{
    long all = (long)s, days = all / 86400, hours = all / 3600 % 24, minutes = all / 60 % 60;

    if (days > 0)
        (void)snprintf(out, cap, "%ldd %ldh %ldm %lds", days, hours, minutes, all % 60);
    else if (hours > 0)
        (void)snprintf(out, cap, "%ldh %ldm %lds", hours, minutes, all % 60);
    else if (minutes > 0)
        (void)snprintf(out, cap, "%ldm %lds", minutes, all % 60);
    else
        (void)snprintf(out, cap, "%lds", all);
}

/* The part of a template between {{ and }}. */
static void print_part(char *out, size_t cap, const struct alert *a, const char *part, size_t len)
{
    static const char labels[] = "$labels.";
    char name[40];

    if (len > sizeof(labels) && strncmp(part, labels, sizeof(labels) - 1) == 0) {
        (void)snprintf(name, sizeof(name), "%.*s", (int)(len - sizeof(labels) + 1),
                       part + sizeof(labels) - 1);
        (void)snprintf(out, cap, "%s", alert_label(a, name));
    } else if (strncmp(part, "$value | humanizeDuration", len) == 0) {
        print_duration(out, cap, a->value);
    } else if (strncmp(part, "$value | humanizePercentage", len) == 0) {
        (void)snprintf(out, cap, "%.4g%%", 100. * a->value);
    }
}

static void describe(struct alert *a)
{
    const char *at = a->rule->summary;
    size_t n = 0;

    while (*at && n + 1 < sizeof(a->summary)) {
        const char *open = strstr(at, "{{ "), *close = open ? strstr(open, " }}") : NULL;
        size_t len = close ? (size_t)(open - at) : strlen(at);

        (void)snprintf(a->summary + n, sizeof(a->summary) - n, "%.*s", (int)len, at);
        n = strlen(a->summary);
        at = close ? close + 3 : at + len;
        if (close)
            print_part(a->summary + n, sizeof(a->summary) - n, a, open + 3,
                       (size_t)(close - open - 3));
        n = strlen(a->summary);
    }
}

/* As LabelSet.Fingerprint() of Prometheus: FNV-1a over names and values. */
static void fingerprint(struct alert *a)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < a->label_count; i++) {
        for (int part = 0; part < 2; part++) {
            const char *text = part == 0 ? a->labels[i].name : a->labels[i].value;

            for (const char *c = text; *c; c++)
                hash = (hash ^ (unsigned char)*c) * 1099511628211u;
            hash = (hash ^ 0xFF) * 1099511628211u;
        }
    }
    (void)snprintf(a->fingerprint, sizeof(a->fingerprint), "%016" PRIx64, hash);
}

/* ---- rules ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct label *)a)->name, ((const struct label *)b)->name);
}

static struct alert alert_of(const struct rule *rule, const struct element *e)
{
    struct alert a = { .rule = rule, .value = e->value };

    for (size_t i = 0; i < e->label_count; i++)
        if (strcmp(e->labels[i].name, "__name__") != 0)
            a.labels[a.label_count++] = e->labels[i];
    a.labels[a.label_count++] = (struct label){ "alertname", rule->name };
    a.labels[a.label_count++] = (struct label){ "severity", rule->severity };
    if (rule->team)
        a.labels[a.label_count++] = (struct label){ "team", rule->team };
    qsort(a.labels, a.label_count, sizeof(a.labels[0]), by_name);
    describe(&a);
    fingerprint(&a);
    return a;
}

static bool has(const struct promql_result *v, const struct element *e)
{
    for (size_t i = 0; i < v->count; i++)
        if (element_same(&v->elements[i], e))
            return true;
    return false;
}

/* Since when each of the elements has been there without a break: back from
 * evaluation to evaluation. */
static void look_back(const struct promql *query, const struct world *w, const struct rule *rule,
                      const struct promql_result *now, int64_t active_ms[])
{
    int64_t every_ms = (int64_t)rule->interval_s * 1000;
    size_t open = now->count;

    for (int n = 1; n < LOOK_BACK && open > 0; n++) {
        int64_t at_ms = active_ms[now->count] - n * every_ms;
        struct promql_result before = { 0 };
        struct promql_error error;
        struct arena arena = { 0 };

        if (!promql_eval(query, w, at_ms, &arena, &before, &error))
            before.count = 0;
        open = 0;
        for (size_t i = 0; i < now->count; i++) {
            if (active_ms[i] == at_ms + every_ms && has(&before, &now->elements[i])) {
                active_ms[i] = at_ms;
                open++;
            }
        }
        arena_free(&arena);
    }
}

static void evaluate(struct board *board, const struct world *w, const struct rule *rule,
                     int64_t at_ms)
{
    struct promql_error error;
    struct promql *query = promql_new(rule->query, &error);
    int64_t now_ms = rule_evaluated_ms(rule, at_ms), active_ms[ALERTS_MOST + 1];
    struct promql_result now = { 0 };
    struct arena arena = { 0 };

    if (!query || !promql_eval(query, w, now_ms, &arena, &now, &error))
        now.count = 0;
    if (now.count > ALERTS_MOST - board->count)
        now.count = ALERTS_MOST - board->count;
    for (size_t i = 0; i <= now.count; i++)
        active_ms[i] = now_ms;
    if (query)
        look_back(query, w, rule, &now, active_ms);
    for (size_t i = 0; i < now.count; i++) {
        struct alert *a = &board->alerts[board->count++];

        *a = alert_of(rule, &now.elements[i]);
        a->active_ms = active_ms[i];
        if (now_ms - active_ms[i] >= (int64_t)rule->for_s * 1000)
            a->firing_ms = active_ms[i] + (int64_t)rule->for_s * 1000;
    }
    arena_free(&arena);
    promql_free(query);
}

/* ---- muting ---- */

struct silence silence_of(const struct world *w, int64_t at_ms, int n)
{
    /* Mondays at 08:00. */
    const int64_t first_ms = 4 * DAY_MS + 8 * HOUR_MS - WEEK_MS;
    int64_t week = (at_ms - first_ms) / WEEK_MS - n;
    uint64_t a = noise_hash(w->seed, SILENCE_PLACE, 2 * week),
             b = noise_hash(w->seed, SILENCE_PLACE, 2 * week + 1);
    struct silence s = { .from_ms = week * WEEK_MS + first_ms };

    s.to_ms = s.from_ms + WEEK_MS;
    (void)snprintf(s.id, sizeof(s.id),
                   "%08" PRIx32 "-%04" PRIx32 "-4%03" PRIx32 "-a%03" PRIx32 "-%012" PRIx64,
                   (uint32_t)(a >> 32), (uint32_t)(a >> 16) & 0xFFFF, (uint32_t)a & 0xFFF,
                   (uint32_t)(b >> 48) & 0xFFF, b & 0xFFFFFFFFFFFF);
    return s;
}

static void mute(struct board *board, const struct world *w, int64_t at_ms)
{
    for (size_t i = 0; i < board->count; i++) {
        struct alert *a = &board->alerts[i];

        if (strcmp(a->rule->name, silenced_alert) == 0)
            memcpy(a->silenced_by, silence_of(w, at_ms, 0).id, sizeof(a->silenced_by));
        for (size_t j = 0; j < board->count; j++) {
            const struct alert *other = &board->alerts[j];

            for (const struct inhibition *in = inhibitions; in->source; in++)
                if (other->firing_ms > 0 && strcmp(other->rule->name, in->source) == 0 &&
                    strcmp(a->rule->name, in->target) == 0 &&
                    strcmp(alert_label(a, "pool"), alert_label(other, "pool")) == 0)
                    memcpy(a->inhibited_by, other->fingerprint, sizeof(a->inhibited_by));
        }
    }
}

void board_fill(struct board *board, const struct world *w, int64_t at_ms)
{
    int64_t minute = at_ms / MINUTE_MS;

    if (board->filled && board->minute == minute && board->seed == w->seed)
        return;
    board->filled = true;
    board->minute = minute;
    board->seed = w->seed;
    board->count = 0;
    for (const struct rule *rule = rules; rule->name; rule++)
        evaluate(board, w, rule, at_ms);
    mute(board, w, at_ms);
}
