/* once_text: records as sentences. */
#include "config.h"

#include "app/once_text.h"

#include <math.h>
#include <string.h>

#include "core/text.h"
#include "core/time.h"

static const double SPAN_MOST_S = 1e12; /* what is more is no span, as on the screen */
static const double WHOLE_LEAST = 1000; /* from there on it has all its digits before the point */

static const char *text_of(const json_t *record, const char *key)
{
    const char *text = json_string_value(json_object_get(record, key));

    return text ? text : "";
}

static long long count_of(const json_t *record, const char *key)
{
    return json_integer_value(json_object_get(record, key));
}

/* The dash where it is unknown. */
static const char *whole_of(const json_t *record, const char *key, char out[TIME_TEXT])
{
    if (!json_is_integer(json_object_get(record, key)))
        return "–";
    (void)snprintf(out, TIME_TEXT, "%lld", count_of(record, key));
    return out;
}

static const char *span_of(const json_t *record, const char *key, char out[TIME_TEXT])
{
    const json_t *value = json_object_get(record, key);

    if (json_is_string(value)) /* "+Inf" */
        return json_string_value(value);
    if (!json_is_number(value))
        return "–";
    if (fabs(json_number_value(value)) >= SPAN_MOST_S) {
        (void)snprintf(out, TIME_TEXT, "%.4g", json_number_value(value));
        return out;
    }
    return duration_format(out, (int64_t)llround(json_number_value(value) * 1e3), false);
}

enum { SHARE_TEXT = 16 };

static const char *share_of(const json_t *record, const char *key, char out[SHARE_TEXT])
{
    const json_t *value = json_object_get(record, key);
    char share[PERCENT_TEXT];

    if (!json_is_number(value))
        return "–";
    (void)snprintf(out, SHARE_TEXT, "%.14s%%",
                   text_percent(share, json_number_value(value) * 100.));
    return out;
}

static void print_labels(FILE *out, json_t *labels)
{
    const char *name, *comma = "";
    json_t *value;

    (void)fputc('{', out);
    json_object_foreach (labels, name, value) {
        (void)fprintf(out, "%s%s=%s", comma, name, json_string_value(value));
        comma = ", ";
    }
    (void)fputc('}', out);
}

static void print_source(FILE *out, const json_t *record)
{
    (void)fprintf(out, "source %s: %s", text_of(record, "source"), text_of(record, "state"));
    if (*text_of(record, "error"))
        (void)fprintf(out, ": %s", text_of(record, "error"));
    (void)fputc('\n', out);
}

static void print_series(FILE *out, const json_t *record)
{
    const json_t *value = json_object_get(record, "value");

    (void)fprintf(out, "%s ", text_of(record, "query"));
    print_labels(out, json_object_get(record, "labels"));
    if (json_is_number(value))
        (void)fprintf(out, " %.12g", json_number_value(value));
    else
        (void)fprintf(out, " %s",
                      *text_of(record, "value")  ? text_of(record, "value")
                      : *text_of(record, "text") ? text_of(record, "text")
                                                 : "–");
    (void)fprintf(out, " at %s\n", text_of(record, "at"));
}

static void print_alert(FILE *out, const json_t *record)
{
    (void)fprintf(out, "alert %s: %s, %s since %s: %s\n", text_of(record, "name"),
                  text_of(record, "severity"), text_of(record, "state"), text_of(record, "since"),
                  text_of(record, "summary"));
}

static const char *amount_of(const json_t *record, const char *key, char out[TIME_TEXT])
{
    const json_t *value = json_object_get(record, key);
    const char *unit = text_of(record, "unit");
    double number;

    if (strcmp(unit, "seconds") == 0)
        return span_of(record, key, out);
    if (strcmp(unit, "share") == 0)
        return share_of(record, key, out);
    if (!json_is_number(value))
        return "–";
    number = json_number_value(value);
    (void)snprintf(out, TIME_TEXT,
                   fabs(number) >= WHOLE_LEAST && fabs(number) < SPAN_MOST_S ? "%.0f" : "%.4g",
                   number);
    return out;
}

/* "98.1%", or where causes are unknown what it is at worst and at best. */
static void print_value(FILE *out, const json_t *record)
{
    char least[TIME_TEXT], most[TIME_TEXT];
    const char *low = amount_of(record, "low", least), *high = amount_of(record, "high", most);

    if (json_is_number(json_object_get(record, "low")) && strcmp(low, high) != 0)
        (void)fprintf(out, "%s to %s", low, high);
    else
        (void)fputs(amount_of(record, "value", most), out);
}

static void print_kpi(FILE *out, const json_t *record)
{
    char before[TIME_TEXT], target[TIME_TEXT];
    const char *note = text_of(record, "note");

    (void)fprintf(out, "kpi %s: ", text_of(record, "id"));
    print_value(out, record);
    (void)fprintf(out, " %s", text_of(record, "state"));
    if (json_is_number(json_object_get(record, "value")))
        (void)fprintf(out, ", n %lld, before %s", count_of(record, "n"),
                      amount_of(record, "previous", before));
    if (json_is_number(json_object_get(record, "target")))
        (void)fprintf(out, ", %s %s", text_of(record, "target_is"),
                      amount_of(record, "target", target));
    (void)fprintf(out, "%s%s%s\n", *note ? " (" : "", note, *note ? ")" : "");
}

static void print_success(FILE *out, const json_t *record)
{
    char rate[SHARE_TEXT], low[SHARE_TEXT], high[SHARE_TEXT], p50[TIME_TEXT], p90[TIME_TEXT];

    (void)fprintf(out, "%s of %s runs succeeded", share_of(record, "success_rate", rate),
                  whole_of(record, "n", p50));
    if (json_is_number(json_object_get(record, "success_low")))
        (void)fprintf(out, " (%s to %s)", share_of(record, "success_low", low),
                      share_of(record, "success_high", high));
    (void)fprintf(out, ", %s at the first attempt, platform %s to %s",
                  share_of(record, "first_attempt_rate", rate),
                  share_of(record, "platform_rate_low", low),
                  share_of(record, "platform_rate_high", high));
    if (count_of(record, "duration_n") > 0)
        (void)fprintf(out, ", took %s (p90 %s)", span_of(record, "duration_p50_s", p50),
                      span_of(record, "duration_p90_s", p90));
    if (*text_of(record, "duration_trend"))
        (void)fprintf(out, ", %s than before", text_of(record, "duration_trend"));
    (void)fputc('\n', out);
}

static void print_pipeline(FILE *out, const json_t *record)
{
    if (strcmp(text_of(record, "part"), "all") != 0)
        return;
    (void)fprintf(out, "pipeline %s %s: ", text_of(record, "project"), text_of(record, "pipeline"));
    print_success(out, record);
}

static void print_total(FILE *out, const json_t *record)
{
    if (strcmp(text_of(record, "part"), "all") == 0 && *text_of(record, "policy"))
        (void)fprintf(out, "success policy: %s\n", text_of(record, "policy"));
    (void)fprintf(out, "runs, %s: ", text_of(record, "part"));
    print_success(out, record);
}

static void print_pool(FILE *out, const json_t *record)
{
    static const char *const quantiles[] = { "p50", "p90", "p95", "p99" };
    char span[TIME_TEXT], key[16];

    (void)fprintf(out, "pool %s (%s): %s wait", text_of(record, "pool"), text_of(record, "source"),
                  whole_of(record, "waiting", span));
    if (json_is_number(json_object_get(record, "oldest_s")))
        (void)fprintf(out, ", the oldest %s", span_of(record, "oldest_s", span));
    (void)fprintf(out, "; %s waits%s", whole_of(record, "n", span),
                  json_is_true(json_object_get(record, "approx")) ? ", about" : ":");
    for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++) {
        (void)snprintf(key, sizeof(key), "%s_s", quantiles[i]);
        (void)fprintf(out, " %s %s", quantiles[i], span_of(record, key, span));
    }
    if (json_is_integer(json_object_get(record, "online")))
        (void)fprintf(out, "; %lld runners online", count_of(record, "online"));
    if (*text_of(record, "none_since"))
        (void)fprintf(out, ", none since %s", text_of(record, "none_since"));
    (void)fputc('\n', out);
}

static void print_flaky(FILE *out, const json_t *record)
{
    (void)fprintf(out, "%s %s %s %s: %lld of %lld commits failed and passed later, %.0f min lost\n",
                  text_of(record, "state"), text_of(record, "project"), text_of(record, "pipeline"),
                  text_of(record, "job"), count_of(record, "failed"), count_of(record, "n"),
                  json_number_value(json_object_get(record, "lost_min")));
}

static void print_failure(FILE *out, const json_t *record)
{
    (void)fprintf(out, "failures by %s%s%s: %lld in %lld projects; %s\n", text_of(record, "cause"),
                  *text_of(record, "category") ? ", " : "", text_of(record, "category"),
                  count_of(record, "n"), count_of(record, "projects"),
                  *text_of(record, "evidence") ? text_of(record, "evidence") : "no evidence");
}

static void print_ticket(FILE *out, const json_t *record)
{
    if (strcmp(text_of(record, "state"), "done") != 0)
        (void)fprintf(out, "ticket %s (%s): %s since %s: %s\n", text_of(record, "key"),
                      text_of(record, "source"), text_of(record, "state"),
                      text_of(record, "created_at"), text_of(record, "title"));
}

static void count(struct once_text *text, const json_t *record)
{
    const char *phase = text_of(record, "phase"), *result = text_of(record, "result");

    if (strcmp(phase, "running") == 0)
        text->running++;
    else if (strcmp(phase, "queued") == 0 || strcmp(phase, "waiting_gate") == 0)
        text->waiting++;
    else if (strcmp(result, "success") == 0)
        text->succeeded++;
    else if (strcmp(result, "failure") == 0)
        text->failed++;
    else
        text->others++;
}

void once_text_record(struct once_text *text, enum record_type type, const json_t *record)
{
    switch ((int)type) {
    case RECORD_SOURCE:
        print_source(text->out, record);
        break;
    case RECORD_SERIES:
        print_series(text->out, record);
        break;
    case RECORD_ALERT:
        print_alert(text->out, record);
        break;
    case RECORD_RUN:
    case RECORD_JOB:
        count(text, record);
        break;
    case RECORD_POOL:
        print_pool(text->out, record);
        break;
    case RECORD_PIPELINE:
        print_pipeline(text->out, record);
        break;
    case RECORD_TOTAL:
        print_total(text->out, record);
        break;
    case RECORD_FLAKY:
        print_flaky(text->out, record);
        break;
    case RECORD_FAILURE:
        print_failure(text->out, record);
        break;
    case RECORD_TICKET:
        print_ticket(text->out, record);
        break;
    case RECORD_KPI:
        print_kpi(text->out, record);
        break;
    default:
        break;
    }
}

void once_text_end(struct once_text *text, enum record_type type)
{
    if (text->waiting + text->running + text->succeeded + text->failed + text->others > 0)
        (void)fprintf(
            text->out,
            "%s: %lld wait, %lld run; in 24 hours %lld succeeded, %lld failed, %lld ended "
            "otherwise\n",
            record_kinds[type].name, (long long)text->waiting, (long long)text->running,
            (long long)text->succeeded, (long long)text->failed, (long long)text->others);
    *text = (struct once_text){ .out = text->out };
}
