/* plan: the requests that a poll still has to send. */
#include "config.h"

#include "source/plan.h"

#include <stdarg.h>
#include <string.h>

#include "source/source.h"

static bool is_unreserved(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

/* Where a name of a path stands, dots lead elsewhere; nothing is called so. */
static bool is_way(const char *text)
{
    return text[0] == '.' && (!text[1] || (text[1] == '.' && !text[2]));
}

size_t plan_escaped(const char *text)
{
    size_t n = 0;

    if (is_way(text))
        return 0;
    for (; *text; text++)
        n += is_unreserved(*text) ? 1 : 3;
    return n;
}

/* Behind what it wrote. */
static char *escape(char *out, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";

    if (is_way(text))
        return out;
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (is_unreserved(*text)) {
            *out++ = *text;
            continue;
        }
        *out++ = '%';
        *out++ = hex[c >> 4];
        *out++ = hex[c & 15];
    }
    return out;
}

static char *copy(char *out, const char *text, size_t len)
{
    memcpy(out, text, len);
    return out + len;
}

/* The length of what fill() makes. */
static size_t filled(const char *pattern, va_list ap)
{
    size_t n = 0;

    for (const char *p = pattern, *mark; *p; p = mark + 2) {
        const char *arg;

        mark = strstr(p, "{}");
        n += mark ? (size_t)(mark - p) : strlen(p);
        arg = mark ? va_arg(ap, const char *) : NULL;
        if (!arg)
            break;
        n += plan_escaped(arg);
    }
    return n;
}

/* before, then pattern with each {} replaced by the next argument, escaped. Measured first:
 * a poll has thousands of them, and each is written once. */
static const char *fill(struct plan *plan, const char *before, const char *pattern, va_list ap)
{
    size_t len = strlen(before);
    va_list measured;
    char *text, *out;

    va_copy(measured, ap);
    text = arena_raw(&plan->arena, len + filled(pattern, measured) + 1);
    va_end(measured);
    out = copy(text, before, len);
    for (const char *p = pattern, *mark; *p; p = mark + 2) {
        const char *arg;

        mark = strstr(p, "{}");
        out = copy(out, p, mark ? (size_t)(mark - p) : strlen(p));
        arg = mark ? va_arg(ap, const char *) : NULL;
        if (!arg)
            break;
        out = escape(out, arg);
    }
    *out = '\0';
    return text;
}

static struct plan_request *add(struct plan *plan, unsigned step)
{
    struct plan_request *request = arena_alloc(&plan->arena, sizeof(*request));

    request->step = step;
    request->mark = plan->mark;
    request->detail_text = "";
    if (plan->last)
        plan->last->next = request;
    else
        plan->first = request;
    plan->last = request;
    plan->count++;
    return request;
}

struct plan_request *plan_get(struct plan *plan, unsigned step, const char *path, ...)
{
    struct plan_request *request = add(plan, step);
    va_list ap;

    va_start(ap, path);
    request->path = fill(plan, "", path, ap);
    va_end(ap);
    return request;
}

struct plan_request *plan_form(struct plan *plan, unsigned step, const char *path, const char *form,
                               ...)
{
    struct plan_request *request = add(plan, step);
    va_list ap;

    request->path = arena_text(&plan->arena, path);
    va_start(ap, form);
    request->form = fill(plan, "", form, ap);
    va_end(ap);
    return request;
}

void plan_append(struct plan *plan, struct plan_request *request, const char *more, ...)
{
    va_list ap;

    va_start(ap, more);
    request->path = fill(plan, request->path, more, ap);
    va_end(ap);
}

void plan_of_run(struct plan *plan, struct plan_request *request, const struct open_run *run)
{
    request->project = arena_text(&plan->arena, run->project);
    request->run = arena_text(&plan->arena, run->id);
    request->attempt = run->attempt;
}

void plan_at_once(struct plan *plan, struct plan_request *request)
{
    struct plan_request *before = plan->first;

    if (before == request)
        return;
    while (before->next != request)
        before = before->next;
    before->next = request->next;
    if (plan->last == request)
        plan->last = before;
    request->next = plan->first;
    plan->first = request;
}

struct plan_request *plan_take(struct plan *plan)
{
    struct plan_request *request = plan->first;

    if (request) {
        plan->first = request->next;
        if (!plan->first)
            plan->last = NULL;
    }
    return request;
}

void plan_done(struct plan *plan)
{
    arena_free(&plan->arena);
    plan->first = plan->last = NULL;
    plan->count = 0;
}

/* ---- what the store knows ---- */

size_t plan_open_runs(const struct plan *plan, struct open_run *out, size_t cap)
{
    const struct known *known = plan->known;

    return known && known->open ? known->open(known->self, "", out, cap) : 0;
}

size_t plan_known_tickets(const struct plan *plan, unsigned lacks, struct known_ticket *out,
                          size_t cap)
{
    const struct known *known = plan->known;

    return known && known->tickets ? known->tickets(known->self, lacks, out, cap) : 0;
}

size_t plan_known_changes(const struct plan *plan, struct lacking *out, size_t cap)
{
    const struct known *known = plan->known;

    return known && known->changes ? known->changes(known->self, out, cap) : 0;
}

size_t plan_turn(const struct plan *plan, int64_t every_ms)
{
    uint64_t turn = (uint64_t)(plan->now_ms / every_ms);

    if (plan->round) {
        turn *= UINT64_C(0x9E3779B97F4A7C15);
        turn = (turn ^ turn >> 32) * UINT64_C(0xD6E8FEB86659FD93);
        turn ^= turn >> 32;
    }
    return (size_t)turn;
}
