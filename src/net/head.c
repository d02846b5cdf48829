/* head: what a server sends before the body, kept as text with bounds. */
#include "config.h"

#include "net/call.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "net/header.h"

/* libcurl keeps all lines for itself, so it is us who have to stop a server that
 * never comes to the body. */
enum { HEAD_MOST = 256 << 10 };

static void clear(struct head *head)
{
    head->content_type[0] = head->etag[0] = head->retry_after[0] = '\0';
    head->location[0] = head->link[0] = '\0';
    head->all[0] = '\0';
    head->all_len = 0;
    head->date_ms = 0;
    limits_clear(&head->limits);
}

/* Half an address would be another one: what does not fit is not there. */
static void keep(char *out, size_t cap, const char *value)
{
    (void)snprintf(out, cap, "%.*s", (int)cap - 1, strlen(value) < cap ? value : "");
}

/* It goes into the store and back to the server: as it came, or not at all. */
static void keep_etag(struct head *head, const char *value)
{
    (void)text_clean(head->etag, sizeof(head->etag), value, strlen(value));
    if (strcmp(head->etag, value) != 0)
        head->etag[0] = '\0';
}

/* A second Link header goes on where the first one ended. */
static void keep_link(struct head *head, const char *value)
{
    size_t len = strlen(head->link), cap = sizeof(head->link);

    if (len + 2 + strlen(value) < cap)
        (void)snprintf(head->link + len, cap - len, "%s%s", len > 0 ? ", " : "", value);
}

/* For sources, which know headers that net does not. Half a line would be a lie. */
static void keep_all(struct head *head, const char *name, const char *value)
{
    size_t len = strlen(name) + strlen(value) + 3;
    char *at = head->all + head->all_len;

    if (len >= sizeof(head->all) - head->all_len || strcasecmp(name, "set-cookie") == 0)
        return;
    (void)snprintf(at, len + 1, "%s: %s\n", name, value);
    for (; *at != ':'; at++)
        *at = (char)tolower((unsigned char)*at);
    head->all_len += len;
}

static void take(struct head *head, const char *name, const char *value)
{
    keep_all(head, name, value);
    if (strcasecmp(name, "content-type") == 0)
        (void)text_clean(head->content_type, sizeof(head->content_type), value, strlen(value));
    else if (strcasecmp(name, "etag") == 0)
        keep_etag(head, value);
    else if (strcasecmp(name, "location") == 0)
        keep(head->location, sizeof(head->location), value);
    else if (strcasecmp(name, "link") == 0)
        keep_link(head, value);
    else if (strcasecmp(name, "retry-after") == 0)
        keep(head->retry_after, sizeof(head->retry_after), value);
    else if (strcasecmp(name, "date") == 0)
        head->date_ms = header_date(value);
    else
        (void)limits_take(&head->limits, name, value);
}

size_t head_line(char *bytes, size_t size, size_t n, void *self)
{
    struct head *head = self;
    char line[URL_MAX], *value;
    size_t len = size * n;

    head->size += len;
    head->too_large = head->size > HEAD_MOST;
    if (head->too_large)
        return 0;
    if (len >= sizeof(line))
        return len;
    memcpy(line, bytes, len);
    line[len] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    if (strncmp(line, "HTTP/", 5) == 0) /* also after a 100 or 103 */
        clear(head);
    value = strchr(line, ':');
    if (!value)
        return len;
    *value++ = '\0';
    value += strspn(value, " \t");
    for (size_t end = strlen(value); end > 0 && strchr(" \t", value[end - 1]); end--)
        value[end - 1] = '\0';
    take(head, line, value);
    return len;
}
