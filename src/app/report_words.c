/* report_words: the model's values as words. */
#include "config.h"

#include "app/report_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/text.h"
#include "core/time.h"
#include "ui/widgets.h"

static const double SHARE_MOST = 100.; /* what is more is no share */

static const char *const days[7] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char *const months[12] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

const char *report_text(const json_t *record, const char *key)
{
    const char *text = json_string_value(json_object_get(record, key));

    return text ? text : "";
}

double report_number(const json_t *record, const char *key)
{
    const json_t *value = json_object_get(record, key);

    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

int64_t report_time(const json_t *record, const char *key)
{
    const char *text = report_text(record, key);

    return *text ? time_parse(text, strlen(text)) : 0;
}

json_int_t report_count(const json_t *record, const char *key)
{
    return json_integer_value(json_object_get(record, key));
}

/* The two units of a span stand apart, and its second one is left out where it is nothing. */
static void set_apart(char *out, const char *text)
{
    size_t n = 0;

    for (const char *p = text; *p && n + 2 < REPORT_TEXT; p++) {
        out[n++] = *p;
        if (strchr("dhm", *p) && p[1] >= '0' && p[1] <= '9') {
            if (p[1] == '0' && p[2] == '0')
                break;
            out[n++] = ' ';
        }
    }
    out[n] = '\0';
}

const char *report_value(char out[REPORT_TEXT], const char *unit, double value)
{
    static const struct {
        const char *word;
        enum dx_unit unit;
    } units[] = { { "seconds", DX_UNIT_SECONDS }, { "share", DX_UNIT_RATIO },
                  { "count", DX_UNIT_COUNT },     { "number", DX_UNIT_NONE },
                  { "percent", DX_UNIT_PERCENT }, { "bytes", DX_UNIT_BYTES } };
    enum dx_unit as = DX_UNIT_NONE;
    char text[REPORT_TEXT];

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(units[i].word, unit) == 0)
            as = units[i].unit;
    (void)format_value(text, sizeof(text), as, value);
    if (as == DX_UNIT_SECONDS)
        set_apart(out, text);
    else
        (void)snprintf(out, REPORT_TEXT, "%s", text);
    return out;
}

const char *report_whole(char out[REPORT_TEXT], const json_t *record, const char *key)
{
    return report_value(out, "count", report_number(record, key));
}

static struct tm parts_of(int64_t ms)
{
    time_t at = (time_t)(ms / 1000);
    struct tm parts = { 0 };

    (void)gmtime_r(&at, &parts);
    return parts;
}

const char *report_moment(char out[REPORT_TEXT], int64_t ms)
{
    struct tm at = parts_of(ms);

    if (ms <= 0)
        return memcpy(out, "–", sizeof("–"));
    (void)snprintf(out, REPORT_TEXT, "%d %s %02d:%02d", at.tm_mday, months[at.tm_mon], at.tm_hour,
                   at.tm_min);
    return out;
}

const char *report_clock(char out[REPORT_TEXT], int64_t ms)
{
    struct tm at = parts_of(ms);

    (void)snprintf(out, REPORT_TEXT, "%02d:%02d", at.tm_hour, at.tm_min);
    return out;
}

const char *report_date(char out[REPORT_TEXT], int64_t ms)
{
    struct tm at = parts_of(ms);

    (void)snprintf(out, REPORT_TEXT, "%d %s %d", at.tm_mday, months[at.tm_mon], at.tm_year + 1900);
    return out;
}

const char *report_day(char out[REPORT_TEXT], int64_t ms)
{
    struct tm at = parts_of(ms);

    (void)snprintf(out, REPORT_TEXT, "%s %d", days[at.tm_wday], at.tm_mday);
    return out;
}

const char *report_window(char out[REPORT_TEXT], double seconds)
{
    if (!(seconds > 0.))
        (void)snprintf(out, REPORT_TEXT, "now");
    else if (seconds > 86400.)
        (void)snprintf(out, REPORT_TEXT, "%.0f d", seconds / 86400.);
    else
        (void)snprintf(out, REPORT_TEXT, "%.0f h", seconds / 3600.);
    return out;
}

int64_t report_data_ms(const json_t *sources)
{
    const json_t *source;
    int64_t last_ms = 0;
    size_t i;

    json_array_foreach (sources, i, source) {
        int64_t ok_ms = report_time(source, "last_ok_at");

        last_ms = ok_ms > last_ms ? ok_ms : last_ms;
    }
    return last_ms;
}

bool report_is_old(int64_t data_ms, int64_t now_ms)
{
    return data_ms > 0 && now_ms - data_ms > HOUR_MS;
}

static bool has_number(const json_t *list, const char *key)
{
    const json_t *one;
    size_t i;

    json_array_foreach (list, i, one) {
        if (json_is_number(json_object_get(one, key)))
            return true;
    }
    return false;
}

const char *report_against(char out[REPORT_TEXT], const json_t *model)
{
    const bool compares = has_number(json_object_get(model, "totals"), "success_before") ||
                          has_number(json_object_get(model, "pools"), "p95_before_s") ||
                          has_number(json_object_get(model, "kpis"), "previous");
    char window[REPORT_TEXT];

    (void)report_window(window, report_number(model, "window_s"));
    (void)snprintf(out, REPORT_TEXT,
                   compares ? ", against the %.16s before"
                            : "; of the %.16s before there is nothing to compare with",
                   window);
    return out;
}

/* ---- key numbers ---- */

const char *report_range(char out[REPORT_TEXT], double low, double high)
{
    char from[PERCENT_TEXT], to[PERCENT_TEXT];

    if (fabs(low) < SHARE_MOST && fabs(high) < SHARE_MOST)
        (void)snprintf(out, REPORT_TEXT, "%s–%s %%", text_percent(from, 100. * low),
                       text_percent(to, 100. * high));
    else
        (void)snprintf(out, REPORT_TEXT, "–");
    return out;
}

const char *report_kpi_value(char out[REPORT_TEXT], const json_t *kpi)
{
    double low = report_number(kpi, "low"), high = report_number(kpi, "high");

    if (strcmp(report_text(kpi, "unit"), "share") == 0 && high - low >= 0.0005)
        return report_range(out, low, high);
    return report_value(out, report_text(kpi, "unit"), report_number(kpi, "value"));
}

static bool is_floor(const json_t *kpi)
{
    return strcmp(report_text(kpi, "target_is"), "at least") == 0;
}

const char *report_goal(char out[REPORT_TEXT], const json_t *kpi)
{
    double target = report_number(kpi, "target");
    char number[REPORT_TEXT], *end;

    out[0] = '\0';
    if (isnan(target))
        return out;
    (void)report_value(number, report_text(kpi, "unit"), target);
    end = strstr(number, ".0 %");
    if (end)
        (void)memmove(end, end + 2, strlen(end + 2) + 1);
    (void)snprintf(out, REPORT_TEXT, "%s %.80s", is_floor(kpi) ? "≥" : "≤", number);
    return out;
}

const char *report_trend(char out[REPORT_TEXT], const json_t *kpi)
{
    const char *unit = report_text(kpi, "unit");
    double by = report_number(kpi, "value") - report_number(kpi, "previous"), size = fabs(by);
    bool share = strcmp(unit, "share") == 0, seconds = strcmp(unit, "seconds") == 0;
    char number[REPORT_TEXT];

    out[0] = '\0';
    if (isnan(by))
        return out;
    if (size < (share ? 0.0005 : strcmp(unit, "number") == 0 ? 0.005 : 0.5)) {
        (void)snprintf(out, REPORT_TEXT, "=");
        return out;
    }
    if (share)
        (void)snprintf(number, sizeof(number), "%.1f pts", 100. * size);
    else
        (void)report_value(number, unit, seconds ? round(size) : size);
    (void)snprintf(out, REPORT_TEXT, "%s %.80s", by > 0. ? "▲" : "▼", number);
    return out;
}

bool report_is_worse(const json_t *kpi)
{
    double value = report_number(kpi, "value"), before = report_number(kpi, "previous");

    return is_floor(kpi) ? value < before : value > before;
}

const char *report_kpi_window(char out[REPORT_TEXT], const json_t *kpi, const char *key)
{
    int64_t ms = 0;

    (void)duration_parse(&ms, report_text(kpi, key)); /* "now" is none */
    return report_window(out, (double)ms / 1e3);
}

/* ---- what got worse ---- */

/* What fits, up to a whole character. */
static void append(char *out, size_t cap, const char *text)
{
    size_t n = strlen(out);

    text_copy(out + n, cap - n, text);
}

const char *report_what(char *out, size_t cap, const json_t *record)
{
    static const char *const keys[] = { "project", "pipeline", "job" };

    out[0] = '\0';
    if (*report_text(record, "pool")) {
        append(out, cap, report_text(record, "pool"));
        return out;
    }
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *text = report_text(record, keys[i]); /* GitLab's pipelines have no name */

        append(out, cap, *text && *out ? " · " : "");
        append(out, cap, text);
    }
    return out;
}

const char *report_lasts(const json_t *model, const json_t *incident)
{
    if (report_time(incident, "ended") > 0)
        return "over";
    return report_is_old(report_data_ms(json_object_get(model, "sources")),
                         report_time(model, "generated_at"))
               ? "open at the last answer"
               : "goes on";
}

const char *report_seen(const json_t *incident)
{
    static const char last[] = "the last: ";
    const char *summary = report_text(incident, "summary"), *at = strstr(summary, last);

    return at ? at + sizeof(last) - 1 : summary;
}
