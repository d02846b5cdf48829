/* plan: the requests that a poll still has to send. */
#include "config.h"

#include "source/plan.h"

#include <stdarg.h>
#include <string.h>

#include "core/buf.h"

enum { URL_MAX = 1 << 20 };

static bool is_unreserved(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("-._~", c));
}

size_t plan_escaped(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += is_unreserved(*text) ? 1 : 3;
    return n;
}

static void escape(struct buf *out, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";

    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        char coded[3] = { '%', hex[c >> 4], hex[c & 15] };

        if (is_unreserved(*text))
            (void)buf_add(out, text, 1);
        else
            (void)buf_add(out, coded, sizeof(coded));
    }
}

/* pattern with each {} replaced by the next argument, escaped. */
static const char *fill(struct plan *plan, const char *pattern, va_list ap)
{
    struct buf out;
    const char *text;

    buf_init(&out, URL_MAX);
    for (const char *p = pattern, *mark; *p; p = mark + 2) {
        const char *arg;

        mark = strstr(p, "{}");
        (void)buf_add(&out, p, mark ? (size_t)(mark - p) : strlen(p));
        arg = mark ? va_arg(ap, const char *) : NULL;
        if (!arg)
            break;
        escape(&out, arg);
    }
    text = arena_text(&plan->arena, out.bytes ? out.bytes : "");
    buf_done(&out);
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
    request->path = fill(plan, path, ap);
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
    request->form = fill(plan, form, ap);
    va_end(ap);
    return request;
}

void plan_append(struct plan *plan, struct plan_request *request, const char *more, ...)
{
    va_list ap;

    va_start(ap, more);
    request->path = arena_print(&plan->arena, "%s%s", request->path, fill(plan, more, ap));
    va_end(ap);
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
