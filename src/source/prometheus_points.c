/* prometheus_points: the points of a range, which are nearly all of its reply, stay text: [time,
 * "value"] is 27 bytes, and as an array and two values seven times as many. What is not just
 * that (an escape, a sign, another type, none at all) leaves the whole reply as it is. */
#include "config.h"

#include "source/prometheus.h"

#include <string.h>

#include "core/buf.h"
#include "source/field.h"

static const char KEY[] = "values";

enum {
    DEPTH = 4,       /* of the object that has them, in data.result[n] */
    NUMBER_MOST = 18 /* bytes: fits into the integers and the doubles of jansson */
};

static bool take(struct points *p, char c)
{
    if (p->at == p->end || *p->at != c)
        return false;
    p->at++;
    return true;
}

static void blanks(struct points *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t'))
        p->at++;
}

static bool mark(struct points *p, char c)
{
    blanks(p);
    return take(p, c);
}

/* ---- one point ---- */

struct pair {
    const char *time, *value;
    size_t time_len, value_len;
};

static bool digits(struct points *p)
{
    const char *from = p->at;

    while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
        p->at++;
    return p->at > from;
}

/* Behind 01 comes no comma, so it is none. */
static bool take_time(struct points *p, struct pair *out)
{
    blanks(p);
    out->time = p->at;
    if (!take(p, '0') && !digits(p))
        return false;
    if (take(p, '.') && !digits(p))
        return false;
    out->time_len = (size_t)(p->at - out->time);
    return out->time_len <= NUMBER_MOST;
}

static bool take_value(struct points *p, struct pair *out)
{
    if (!mark(p, '"'))
        return false;
    out->value = p->at;
    while (p->at < p->end && *p->at >= ' ' && *p->at <= '~' && *p->at != '"' && *p->at != '\\')
        p->at++;
    out->value_len = (size_t)(p->at - out->value);
    return take(p, '"');
}

static bool take_pair(struct points *p, struct pair *out)
{
    return mark(p, '[') && take_time(p, out) && mark(p, ',') && take_value(p, out) && mark(p, ']');
}

/* ---- the body without them ---- */

/* To behind the quote that ends a text; what is cut short has none. */
static bool text(struct points *p, bool *escaped)
{
    *escaped = false;
    while (p->at < p->end && *p->at != '"') {
        bool escape = *p->at == '\\';

        *escaped |= escape;
        p->at += escape && p->end - p->at > 1 ? 2 : 1;
    }
    return take(p, '"');
}

static bool pairs(struct points *p)
{
    struct pair one;

    if (!mark(p, '['))
        return false;
    do {
        if (!take_pair(p, &one))
            return false;
    } while (mark(p, ','));
    return mark(p, ']');
}

struct pass {
    struct points rest; /* of the body */
    const char *body;
    const char *copied; /* so far */
    struct buf *out;
};

/* Behind the quote that begins a text. false: it names points that are not just that, or may
 * do so. */
static bool text_or_points(struct pass *pass, int depth)
{
    struct points *p = &pass->rest;
    const char *from = p->at;
    bool escaped, named;

    if (!text(p, &escaped))
        return false;
    named = (size_t)(p->at - from) == sizeof(KEY) && memcmp(from, KEY, sizeof(KEY) - 1) == 0;
    if (depth != DEPTH || (!escaped && !named) || !mark(p, ':'))
        return true;
    from = p->at;
    if (escaped || !pairs(p))
        return false;
    (void)buf_add(pass->out, pass->copied, (size_t)(from - pass->copied));
    (void)buf_print(pass->out, "[%zu]", (size_t)(from - pass->body));
    pass->copied = p->at;
    return true;
}

/* Whether the brackets fit is for jansson to say, as all else: an array stands for an array. */
bool range_shorten(const struct reply *reply, struct buf *out)
{
    const char *end = reply->body + reply->len;
    struct pass pass = {
        .rest = { reply->body, end }, .body = reply->body, .copied = reply->body, .out = out
    };
    int depth = 0;

    if (reply->step != STEP_RANGE)
        return false;
    while (pass.rest.at < end) {
        char c = *pass.rest.at++;

        if (c == '"' && !text_or_points(&pass, depth))
            return false;
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    }
    (void)buf_add(out, pass.copied, (size_t)(end - pass.copied));
    return pass.copied > reply->body && !out->full;
}

/* ---- reading them ---- */

struct points range_points(const struct reply *reply, const json_t *values)
{
    json_int_t at = json_integer_value(json_array_get(values, 0));
    struct points points = { .at = reply->body + reply->len, .end = reply->body + reply->len };

    if (at > 0 && (size_t)at < reply->len)
        points.at = reply->body + at;
    (void)mark(&points, '[');
    return points;
}

bool range_next_point(struct points *points, struct point *out)
{
    struct pair one;
    double s = 0;

    if (!take_pair(points, &one))
        return false;
    (void)mark(points, ',');
    out->at_ms = text_number(one.time, one.time_len, &s) ? ms_of_seconds(s) : 0;
    out->value = one.value;
    out->len = one.value_len;
    return true;
}
