/* origin: scheme, host and port of a URL. */
#include "config.h"

#include "net/origin.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "core/mem.h"

/* What cannot be read for want of memory is no bad address. */
static bool went(CURLUcode code)
{
    if (code == CURLUE_OUT_OF_MEMORY)
        mem_die();
    return code == CURLUE_OK;
}

static CURLU *new_url(void)
{
    CURLU *url = curl_url();

    if (!url)
        mem_die();
    return url;
}

static bool part(CURLU *url, CURLUPart what, unsigned flags, char *out, size_t cap)
{
    char *text = NULL;
    bool ok = went(curl_url_get(url, what, &text, flags)) && strlen(text) < cap;

    if (ok)
        (void)snprintf(out, cap, "%s", text);
    curl_free(text);
    return ok;
}

bool origin_of(struct origin *origin, const char *url)
{
    CURLU *u = new_url();
    char port[8];
    bool ok = went(curl_url_set(u, CURLUPART_URL, url, 0)) &&
              part(u, CURLUPART_SCHEME, 0, origin->scheme, sizeof(origin->scheme)) &&
              part(u, CURLUPART_HOST, 0, origin->host, sizeof(origin->host)) &&
              part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT, port, sizeof(port));

    if (ok)
        origin->port = (int)strtol(port, NULL, 10);
    curl_url_cleanup(u);
    return ok && (strcmp(origin->scheme, "http") == 0 || strcmp(origin->scheme, "https") == 0);
}

bool origin_same(const struct origin *a, const struct origin *b)
{
    return strcmp(a->scheme, b->scheme) == 0 && strcasecmp(a->host, b->host) == 0 &&
           a->port == b->port;
}

bool origin_is_loopback(const struct origin *origin)
{
    struct in_addr v4;

    /* "127.evil.example" is a name like any other. */
    return strcasecmp(origin->host, "localhost") == 0 || strcmp(origin->host, "[::1]") == 0 ||
           (inet_pton(AF_INET, origin->host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127);
}

bool origin_join(char *out, const char *from, const char *to)
{
    /* Servers do send blanks and raw UTF-8; schemes that curl does not know are for
     * the caller to refuse in words. */
    const unsigned lenient = CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME;
    CURLU *u = new_url();
    bool ok = went(curl_url_set(u, CURLUPART_URL, from, 0)) &&
              went(curl_url_set(u, CURLUPART_URL, to, lenient)) &&
              /* whoever sends us on does not choose what we log in with */
              went(curl_url_set(u, CURLUPART_USER, NULL, 0)) &&
              went(curl_url_set(u, CURLUPART_PASSWORD, NULL, 0)) &&
              went(curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0)) &&
              part(u, CURLUPART_URL, 0, out, URL_MAX);

    curl_url_cleanup(u);
    return ok;
}
