/* header: what a reply's headers mean. */
#include "config.h"

#include "net/header.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const char BLANKS[] = " \t";
static const double SECONDS_MOST = 1e10;

int64_t header_date(const char *value)
{
    /* As it is, as RFC 850 had it, as asctime() writes it. */
    static const char *const forms[] = { "%a, %d %b %Y %H:%M:%S GMT", "%a, %d-%b-%y %H:%M:%S GMT",
                                         "%a %b %d %H:%M:%S %Y" };

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct tm tm = { 0 };
        const char *end = strptime(value, forms[i], &tm);

        if (end && end[strspn(end, BLANKS)] == '\0' && tm.tm_year >= 70)
            return (int64_t)timegm(&tm) * 1000;
    }
    return 0;
}

int64_t header_retry_after(const char *value, int64_t now_ms)
{
    char *end;
    double seconds = strtod(value, &end);
    int64_t date;

    if (end != value && end[strspn(end, BLANKS)] == '\0' && !isnan(seconds)) {
        if (seconds > SECONDS_MOST)
            seconds = SECONDS_MOST;
        return seconds > 0. ? (int64_t)ceil(seconds) : 0;
    }
    date = header_date(value);
    if (date == 0)
        return -1;
    return date > now_ms ? (date - now_ms + 999) / 1000 : 0;
}

/* ---- Link ---- */

/* A value of a parameter, quoted or not. Moves *at behind it. */
static size_t parameter_value(const char **at, const char **value)
{
    size_t len;

    if (**at != '"') {
        *value = *at;
        len = strcspn(*at, ";, \t");
        *at += len;
        return len;
    }
    *value = *at + 1;
    len = strcspn(*value, "\"");
    *at = *value + len + ((*value)[len] == '"');
    return len;
}

static bool has_word(const char *words, size_t len, const char *word)
{
    for (size_t i = 0; i < len;) {
        size_t n = 0;

        while (i + n < len && !strchr(BLANKS, words[i + n]))
            n++;
        if (n == strlen(word) && strncasecmp(words + i, word, n) == 0)
            return true;
        i += n + 1;
    }
    return false;
}

/* The parameters of one link. Moves *at to the comma behind them, or the end. */
static bool is_next(const char **at)
{
    bool next = false, seen = false;

    for (;;) {
        const char *name, *value = "";
        size_t name_len, len = 0;

        *at += strspn(*at, BLANKS);
        if (**at != ';')
            return next;
        *at += 1 + strspn(*at + 1, BLANKS);
        name = *at;
        name_len = strcspn(name, "=;, \t");
        *at += name_len;
        *at += strspn(*at, BLANKS);
        if (**at == '=') {
            *at += 1 + strspn(*at + 1, BLANKS);
            len = parameter_value(at, &value);
        }
        if (!seen && name_len == 3 && strncasecmp(name, "rel", 3) == 0) {
            seen = true; /* a second rel is not looked at, says the RFC */
            next = has_word(value, len, "next");
        }
    }
}

const char *header_next(const char *value, char *out, size_t cap)
{
    out[0] = '\0';
    for (const char *p = value; (p = strchr(p, '<')) != NULL;) {
        const char *url = p + 1;
        size_t len = strcspn(url, ">");

        if (url[len] == '\0')
            break;
        p = url + len + 1;
        if (is_next(&p) && len < cap) {
            memcpy(out, url, len);
            out[len] = '\0';
            break;
        }
    }
    return out;
}
