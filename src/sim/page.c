/* page: which part of a list an answer holds, and the links to the other parts. */
#include "config.h"

#include "sim/page.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUERY_MOST = 16384 };

static int64_t number_of(const struct exchange *x, const char *name, int64_t fallback)
{
    const char *text = exchange_parameter(x, name);
    int64_t number = text ? strtoll(text, NULL, 10) : 0;

    return number > 0 ? number : fallback;
}

struct page page_of(const struct exchange *x, size_t total, int64_t size, int64_t most)
{
    struct page page = { .number = number_of(x, "page", 1),
                         .size = number_of(x, "per_page", size),
                         .total = total };
    int64_t count = (int64_t)total;

    if (page.size > most)
        page.size = most;
    page.last = count > 0 ? (count + page.size - 1) / page.size : 1;
    page.from = page.number > page.last ? total : (size_t)((page.number - 1) * page.size);
    page.to = page.from + (size_t)page.size < total ? page.from + (size_t)page.size : total;
    return page;
}

const char *page_origin(struct exchange *x)
{
    const char *host = exchange_asked(x, "Host");

    return arena_print(&x->arena, "http://%s", *host ? host : "localhost");
}

static void add_encoded(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (isalnum((unsigned char)*text) || strchr("-._~", *text))
            (void)buf_add(out, text, 1);
        else
            (void)buf_print(out, "%%%02X", (unsigned)(unsigned char)*text);
    }
}

static void add_parameter(struct buf *out, const char *name, const char *value)
{
    (void)buf_text(out, out->len > 0 ? "&" : "");
    add_encoded(out, name);
    (void)buf_text(out, "=");
    add_encoded(out, value);
}

const char *page_query(struct exchange *x, const char *name, const char *value)
{
    struct buf out;
    const char *text;

    buf_init(&out, QUERY_MOST);
    for (size_t i = 0; i < x->parameter_count; i++)
        if (strcmp(x->parameters[i].name, name) != 0)
            add_parameter(&out, x->parameters[i].name, x->parameters[i].value);
    add_parameter(&out, name, value);
    text = arena_text(&x->arena, out.len > 0 ? out.bytes : "");
    buf_done(&out);
    return text;
}

static const char *add_link(struct exchange *x, const char *links, const char *url, int64_t number,
                            const char *rel)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, number);
    return arena_print(&x->arena, "%s%s<%s?%s>; rel=\"%s\"", links, *links ? ", " : "", url,
                       page_query(x, "page", text), rel);
}

void page_link(struct exchange *x, const struct page *page, const char *path, bool with_last)
{
    const char *url = arena_print(&x->arena, "%s%s", page_origin(x), path), *links = "";

    if (page->number > 1)
        links = add_link(x, links, url, page->number - 1, "prev");
    if (page->number < page->last) {
        links = add_link(x, links, url, page->number + 1, "next");
        if (with_last)
            links = add_link(x, links, url, page->last, "last");
    }
    if (page->number > 1)
        links = add_link(x, links, url, 1, "first");
    if (*links)
        exchange_header(x, "Link", "%s", links);
}
