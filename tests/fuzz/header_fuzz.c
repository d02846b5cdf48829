/* Any lines as the head of a reply: what is kept of them fits and is one line each, and where
 * they lead is an address without anybody's login in it. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "net/call.h"
#include "net/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t NOW = 1795518007000;

/* "name: value\n" each, names in lower case. */
static void expect_lines(const char *all, size_t len)
{
    if (strlen(all) != len || (len > 0 && all[len - 1] != '\n'))
        abort();
    for (const char *line = all, *end; *line; line = end + 1) {
        const char *colon = strchr(line, ':');

        end = strchr(line, '\n');
        if (!colon || colon > end || memchr(line, '\r', (size_t)(end - line)))
            abort();
        for (const char *c = line; c < colon; c++)
            if (*c >= 'A' && *c <= 'Z')
                abort();
    }
}

static void follow(const char *to)
{
    static char there[URL_MAX], again[URL_MAX];
    struct origin origin;
    const char *host;

    if (!origin_join(there, "https://ci.example:8443/api/v4/jobs?page=2", to))
        return;
    if (strlen(there) >= sizeof(there))
        abort();
    if (!origin_of(&origin, there))
        return;
    host = strstr(there, "://");
    if (!host || memchr(host + 3, '@', strcspn(host + 3, "/?#")) || strchr(there, '#') ||
        origin.port < 0 || origin.port > UINT16_MAX)
        abort();
    if (!origin_join(again, there, there) || strcmp(there, again) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct head head;
    static char next[URL_MAX];
    char clean[sizeof(head.etag)];
    const char *at = (const char *)data, *end = at + size;

    head = (struct head){ .size = 0 };
    limits_clear(&head.limits);
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)(newline ? newline + 1 - at : end - at);

        if (head_line((char *)(uintptr_t)at, 1, len, &head) != (head.too_large ? 0 : len))
            abort();
        at += len;
    }
    expect_lines(head.all, head.all_len);
    if (text_clean(clean, sizeof(clean), head.etag, strlen(head.etag)) != strlen(head.etag) ||
        header_retry_after(head.retry_after, NOW) < -1 || head.date_ms < 0 ||
        limits_reset_ms(&head.limits, NOW) < 0 || head.limits.delay_ms < 0)
        abort();
    follow(head.location);
    follow(header_next(head.link, next, sizeof(next)));
    return 0;
}
