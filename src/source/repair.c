/* repair: mend what one bad byte would make jansson refuse whole. */
#include "config.h"

#include "source/repair.h"

#include <string.h>

#include "core/text.h"

static const char replacement[] = "\xEF\xBF\xBD";

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The code unit of \uXXXX at s, or -1. */
static int unit_at(const char *s, size_t len)
{
    int unit = 0;

    if (len < 6 || s[0] != '\\' || s[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        int digit = hex_digit(s[i]);

        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static bool is_high(int unit)
{
    return unit >= 0xD800 && unit < 0xDC00;
}

static bool is_low(int unit)
{
    return unit >= 0xDC00 && unit < 0xE000;
}

/* How many bytes at s are good as they are; 0: the first one needs mending, and
 * *bad bytes of it. */
static size_t good(const char *s, size_t len, size_t *bad)
{
    unsigned char c = (unsigned char)s[0];
    char32_t cp;

    *bad = 1;
    if (c == '\\') {
        int unit = unit_at(s, len);

        if (unit < 0)
            return len > 1 && (unsigned char)s[1] < 0x80 ? 2 : 1; /* \" and the like */
        if (is_high(unit) && is_low(unit_at(s + 6, len - 6)))
            return 12;
        *bad = 6;
        return is_high(unit) || is_low(unit) ? 0 : 6;
    }
    if (c < 0x80)
        return c != '\0';
    size_t n = utf8_next(s, len, &cp);
    return n == 1 ? 0 : n;
}

size_t repair(struct buf *out, const char *body, size_t len)
{
    size_t mended = 0, from = 0, at = 0, bad;

    if (len >= 3 && memcmp(body, "\xEF\xBB\xBF", 3) == 0) {
        from = at = 3;
        mended++;
    }
    while (at < len) {
        size_t n = good(body + at, len - at, &bad);

        if (n > 0) {
            at += n;
            continue;
        }
        (void)buf_add(out, body + from, at - from);
        (void)buf_text(out, replacement);
        at += bad;
        from = at;
        mended++;
    }
    if (mended > 0)
        (void)buf_add(out, body + from, at - from);
    return mended;
}
