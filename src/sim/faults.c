/* faults: what can go wrong on request. */
#include "config.h"

#include "sim/faults.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/text.h"
#include "sim/exchange.h"
#include "sim/hostile.h"

enum argument { NOTHING, NUMBER, TEXT, NUMBER_OR_TEXT };
enum { BIG_MOST = 64 << 20, FAULT_NAMES = 18 };

static const struct {
    const char *name;
    enum fault_kind kind;
    enum argument argument;
    int64_t least, most, fallback;
    const char *help;
} names[FAULT_NAMES] = {
    { "latency", FAULT_LATENCY, NUMBER, 0, 3600000, 1000, "milliseconds before the answer" },
    { "status", FAULT_STATUS, NUMBER, 400, 599, 503, "this status with a web page" },
    { "limit", FAULT_LIMIT, NUMBER, 0, 86400, 30, "429, Retry-After so many seconds" },
    { "limit-date", FAULT_LIMIT_DATE, NUMBER, 0, 86400, 30, "429, Retry-After as a date" },
    { "secondary", FAULT_SECONDARY, NUMBER, 0, 86400, 60,
      "GitHub's 403, Retry-After so many seconds; 0: does not say" },
    { "truncate", FAULT_TRUNCATE, NUMBER, 0, INT_MAX, 100,
      "so many bytes of the body, then the end" },
    { "drip", FAULT_DRIP, NUMBER, 1, INT_MAX, 1, "so many bytes a second" },
    { "reset", FAULT_RESET, NOTHING, 0, 0, 0, "the connection ends without an answer" },
    { "rst", FAULT_RST, NOTHING, 0, 0, 0, "the connection is reset" },
    { "html", FAULT_HTML, NOTHING, 0, 0, 0, "a web page with 200" },
    { "hibernate", FAULT_HIBERNATE, NOTHING, 0, 0, 0,
      "the page of a sleeping ServiceNow instance with 200" },
    { "type", FAULT_TYPE, TEXT, 0, 0, 0, "the right answer as this content type (text/html)" },
    { "hang", FAULT_HANG, NOTHING, 0, 0, 0, "no answer, ever" },
    { "bad-json", FAULT_BAD_JSON, NOTHING, 0, 0, 0, "an opening brace for the last byte" },
    { "bad-utf8", FAULT_BAD_UTF8, NOTHING, 0, 0, 0, "a byte that is no UTF-8 for each e" },
    { "hostile", FAULT_HOSTILE, NUMBER, 0, INT_MAX, 1,
      "formulas, markup and sequences for terminals in half of the fields, by N" },
    { "big", FAULT_BIG, NUMBER, 0, BIG_MOST, 16 << 20, "so many blanks after the answer" },
    { "redirect", FAULT_REDIRECT, NUMBER_OR_TEXT, 1, 65535, 1, "302 to a URL, or to this port" },
};

/* Cut ":30%" and "@/prefix" off the end of text. */
static bool take_target(struct fault *fault, char *text, struct dx_error *err)
{
    char *at = strrchr(text, '@'), *share, *end;

    if (at && at[1] == '/') {
        *at = '\0';
        if (strlen(at + 1) >= sizeof(fault->prefix))
            return dx_fail(err, DX_FAULT_CONFIG, "the path of a fault has at most 79 bytes");
        (void)snprintf(fault->prefix, sizeof(fault->prefix), "%s", at + 1);
    }
    share = strrchr(text, ':');
    if (!share || !*text || text[strlen(text) - 1] != '%')
        return true;
    fault->share = (int)strtol(share + 1, &end, 10);
    if (end == share + 1 || strcmp(end, "%") != 0 || fault->share < 0 || fault->share > 100)
        return dx_fail(err, DX_FAULT_CONFIG, "\"%.40s\" is not a share from 0%% to 100%%",
                       share + 1);
    *share = '\0';
    return true;
}

static bool take_argument(struct fault *fault, size_t which, const char *text, struct dx_error *err)
{
    char *end;

    (void)snprintf(fault->text, sizeof(fault->text), "%s", text);
    fault->number = names[which].fallback;
    if (!*text)
        return true;
    fault->number = strtoll(text, &end, 10);
    if (names[which].argument == NOTHING)
        return dx_fail(err, DX_FAULT_CONFIG, "the fault %s takes no argument", names[which].name);
    if (names[which].argument == TEXT)
        return true;
    if (names[which].argument == NUMBER_OR_TEXT && *end) {
        fault->number = 0;
        return true;
    }
    if (*end || fault->number < names[which].least || fault->number > names[which].most)
        return dx_fail(
            err, DX_FAULT_CONFIG, "the fault %s takes a number from %lld to %lld, not \"%.40s\"",
            names[which].name, (long long)names[which].least, (long long)names[which].most, text);
    return true;
}

bool fault_parse(struct fault *fault, const char *text, struct dx_error *err)
{
    const char *known[FAULT_NAMES + 1] = { 0 };
    const char *near;
    char copy[2 * FAULT_TEXT];
    size_t len, i = 0;

    *fault = (struct fault){ .share = 100 };
    if (strlen(text) >= FAULT_TEXT)
        return dx_fail(err, DX_FAULT_CONFIG, "a fault has at most %d bytes", FAULT_TEXT - 1);
    (void)snprintf(copy, sizeof(copy), "%s", text);
    if (!take_target(fault, copy, err))
        return false;
    len = strcspn(copy, ":=");
    for (size_t n = 0; n < FAULT_NAMES; n++)
        known[n] = names[n].name;
    while (i < FAULT_NAMES &&
           (strlen(names[i].name) != len || strncmp(names[i].name, copy, len) != 0))
        i++;
    if (i < FAULT_NAMES) {
        fault->kind = names[i].kind;
        return take_argument(fault, i, copy[len] ? copy + len + 1 : "", err);
    }
    copy[len] = '\0';
    near = text_nearest(copy, known);
    if (near)
        return dx_fail(err, DX_FAULT_CONFIG, "unknown fault \"%.40s\"; did you mean %s?", copy,
                       near);
    return dx_fail(err, DX_FAULT_CONFIG, "unknown fault \"%.40s\"; dxtop-sim --help lists them",
                   copy);
}

bool faults_add(struct faults *faults, const char *text, struct dx_error *err)
{
    if (faults->count == FAULTS_MOST)
        return dx_fail(err, DX_FAULT_CONFIG, "there can be %d faults at most", FAULTS_MOST);
    if (!fault_parse(&faults->fault[faults->count], text, err))
        return false;
    faults->count++;
    return true;
}

const struct fault *faults_hit(struct faults *faults, const char *path)
{
    for (size_t i = 0; i < faults->count; i++) {
        struct fault *f = &faults->fault[i];
        int64_t before = f->seen * f->share / 100;

        if (strncmp(path, f->prefix, strlen(f->prefix)) != 0)
            continue;
        f->seen++;
        if (f->seen * f->share / 100 > before)
            return f;
    }
    return NULL;
}

void faults_put_words(struct buf *out)
{
    for (size_t i = 0; i < FAULT_NAMES; i++)
        (void)buf_print(out, "%s%s", i > 0 ? " " : "", names[i].name);
}

void faults_print_names(struct buf *out)
{
    for (size_t i = 0; i < FAULT_NAMES; i++) {
        char name[40];

        (void)snprintf(name, sizeof(name), "%s%s", names[i].name,
                       names[i].argument == NOTHING ? ""
                       : names[i].argument == TEXT  ? ":TYPE"
                                                    : ":N");
        if (names[i].fallback > 0)
            (void)buf_print(out, "  %-15s %s (%lld)\n", name, names[i].help,
                            (long long)names[i].fallback);
        else
            (void)buf_print(out, "  %-15s %s\n", name, names[i].help);
    }
}

/* ---- answers ---- */

static const char *status_name(int status)
{
    static const struct {
        int status;
        const char *name;
    } all[] = { { 400, "Bad Request" },       { 401, "Unauthorized" },
                { 403, "Forbidden" },         { 404, "Not Found" },
                { 429, "Too Many Requests" }, { 500, "Internal Server Error" },
                { 502, "Bad Gateway" },       { 503, "Service Unavailable" },
                { 504, "Gateway Timeout" } };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (all[i].status == status)
            return all[i].name;
    return "Error";
}

static void page(struct exchange *x, int status, const char *title)
{
    x->status = status;
    x->content_type = "text/html";
    buf_clear(&x->body);
    (void)buf_print(&x->body,
                    "<html>\n<head><title>%s</title></head>\n<body>\n<center><h1>%s</h1></center>\n"
                    "<hr><center>proxy</center>\n</body>\n</html>\n",
                    title, title);
}

static void limit(struct exchange *x, const struct fault *fault)
{
    time_t until = (time_t)(x->now_ms / 1000 + fault->number);
    struct tm tm;
    char date[64];

    exchange_text(x, 429, "Retry later\n");
    if (fault->kind == FAULT_LIMIT) {
        exchange_header(x, "Retry-After", "%lld", (long long)fault->number);
        return;
    }
    (void)gmtime_r(&until, &tm);
    (void)strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
    exchange_header(x, "Retry-After", "%s", date);
}

static void secondary(struct exchange *x, const struct fault *fault)
{
    exchange_json(
        x, 403,
        json_pack("{s:s, s:s}", "documentation_url",
                  "https://docs.github.com/free-pro-team@latest/rest/overview/"
                  "rate-limits-for-the-rest-api#about-secondary-rate-limits",
                  "message",
                  "You have exceeded a secondary rate limit. Please wait a few minutes before you "
                  "try again."));
    if (fault->number > 0)
        exchange_header(x, "Retry-After", "%lld", (long long)fault->number);
}

static void redirect(struct exchange *x, const struct fault *fault)
{
    exchange_text(x, 302, "");
    if (fault->number > 0)
        exchange_header(x, "Location", "http://127.0.0.1:%lld%s", (long long)fault->number,
                        x->path);
    else
        exchange_header(x, "Location", "%s", fault->text);
}

static void add_blanks(struct buf *body, int64_t count)
{
    static const char blanks[] = "                                                               ";

    for (size_t left = (size_t)count, n; left > 0; left -= n) {
        n = left < sizeof(blanks) - 1 ? left : sizeof(blanks) - 1;
        if (!buf_add(body, blanks, n))
            return;
    }
}

void fault_spoil(struct exchange *x, const struct fault *fault)
{
    char title[64];

    switch (fault->kind) {
    case FAULT_STATUS:
        (void)snprintf(title, sizeof(title), "%d %s", (int)fault->number,
                       status_name((int)fault->number));
        page(x, (int)fault->number, title);
        break;
    case FAULT_HTML:
        page(x, 200, "Sign in");
        break;
    case FAULT_HIBERNATE:
        page(x, 200, "Your instance is hibernating");
        break;
    case FAULT_LIMIT:
    case FAULT_LIMIT_DATE:
        limit(x, fault);
        break;
    case FAULT_SECONDARY:
        secondary(x, fault);
        break;
    case FAULT_TYPE:
        x->content_type = *fault->text ? fault->text : "text/html";
        break;
    case FAULT_BAD_JSON:
        if (x->body.len > 0)
            x->body.bytes[x->body.len - 1] = '{';
        break;
    case FAULT_BAD_UTF8:
        for (size_t i = 0; i < x->body.len; i++)
            if (x->body.bytes[i] == 'e')
                x->body.bytes[i] = (char)0xFF;
        break;
    case FAULT_HOSTILE:
        hostile_spoil(&x->body, fault->number);
        break;
    case FAULT_BIG:
        add_blanks(&x->body, fault->number);
        break;
    case FAULT_REDIRECT:
        redirect(x, fault);
        break;
    case FAULT_NONE:
    case FAULT_LATENCY:
    case FAULT_TRUNCATE:
    case FAULT_DRIP:
    case FAULT_RESET:
    case FAULT_RST:
    case FAULT_HANG:
        break;
    }
}
