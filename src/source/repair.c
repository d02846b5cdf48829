/* repair: mend what one bad byte would make jansson refuse whole. */
#include "config.h"

#include "source/repair.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

static const char replacement[] = "\xEF\xBF\xBD";

enum { NUMBER_MAX = 400 /* digits; 1e308 is the largest double */ };

/* ---- the first attempt ---- */

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

/* What stands at a place: so many good bytes, or so many bad ones and what is
 * to stand there instead. */
struct place {
    size_t good, bad;
    const char *instead;
};

static const struct place lost = { .bad = 1, .instead = replacement };

static struct place escape_at(const char *s, size_t len)
{
    const struct place doubled = { .bad = 1, .instead = "\\\\" };
    const struct place lost_unit = { .bad = 6, .instead = replacement };
    int unit = unit_at(s, len);
    size_t good = 6;

    if (unit < 0 && len > 1 && (s[1] == '\0' || !strchr("\"\\/bfnrt", s[1])))
        return doubled;
    if (unit == 0 || is_low(unit))
        return lost_unit;
    if (is_high(unit)) {
        if (!is_low(unit_at(s + 6, len - 6)))
            return lost_unit;
        good = 12;
    } else if (unit < 0) {
        good = len > 1 ? 2 : 1; /* cut short: the parser shall say so */
    }
    return (struct place){ .good = good };
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static struct place look_at(const char *s, size_t len)
{
    unsigned char c = (unsigned char)s[0];
    char32_t cp;
    size_t n = 1;

    if (c == '\\')
        return escape_at(s, len);
    if (c < 0x20 && !is_blank(s[0]))
        return lost;
    if (c >= 0x80) {
        n = utf8_next(s, len, &cp);
        if (n == 1)
            return lost;
    }
    return (struct place){ .good = n };
}

/* How many bytes at s are plain ASCII, no backslash, no control: eight at a
 * time, for that is nearly all of a body. */
static size_t plain(const char *s, size_t len)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    size_t n = 0;

    for (; n + 8 <= len; n += 8) {
        uint64_t w, slash;

        memcpy(&w, s + n, sizeof(w));
        slash = w ^ (ones * '\\');
        /* Tops are set where a byte is >= 0x80, below 0x20, or a backslash (or,
         * by a borrow, behind such a one, which does no harm). */
        if ((w | (w - ones * 0x20) | ((slash - ones) & ~slash)) & tops)
            break;
    }
    return n;
}

size_t repair(struct buf *out, const char *body, size_t len)
{
    size_t mended = 0, from = 0, at = 0;

    if (len >= 3 && memcmp(body, "\xEF\xBB\xBF", 3) == 0) {
        from = at = 3;
        mended++;
    }
    while (at < len) {
        struct place place = { .good = plain(body + at, len - at) };

        if (place.good == 0)
            place = look_at(body + at, len - at);
        at += place.good;
        if (place.bad == 0)
            continue;
        (void)buf_add(out, body + from, at - from);
        (void)buf_text(out, place.instead);
        at += place.bad;
        from = at;
        mended++;
    }
    if (mended > 0)
        (void)buf_add(out, body + from, len - from);
    return mended;
}

/* ---- the second ---- */

static bool is_of(const char *set, char c)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* The number at s, or one of the words that stand for one: how long it is (0:
 * there is none), and whether a double can hold it. */
static size_t number_at(const char *s, size_t len, bool *fine)
{
    static const char *const words[] = { "NaN", "Infinity", "-Infinity" };
    char number[NUMBER_MAX + 1];
    size_t n = 0;

    *fine = false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (len >= strlen(words[i]) && memcmp(s, words[i], strlen(words[i])) == 0)
            return strlen(words[i]);
    while (n < len && is_of(n == 0 ? "-0123456789" : "+-.0123456789eE", s[n]))
        n++;
    if (n > NUMBER_MAX)
        return n;
    memcpy(number, s, n);
    number[n] = '\0';
    *fine = !isinf(strtod(number, NULL));
    return n;
}

/* The end of the text that begins at s[0] == '"': behind its quote, or len. */
static size_t text_end(const char *s, size_t len)
{
    size_t at = 1;

    while (at < len && s[at] != '"')
        at += s[at] == '\\' && at + 1 < len ? 2 : 1;
    return at < len ? at + 1 : len;
}

static size_t put_text(struct buf *out, const char *s, size_t len)
{
    size_t mended = 0, from = 0;

    for (size_t i = 0; i < len; i++) {
        if (s[i] != '\n' && s[i] != '\r' && s[i] != '\t')
            continue;
        (void)buf_add(out, s + from, i - from);
        (void)buf_text(out, " ");
        from = i + 1;
        mended++;
    }
    (void)buf_add(out, s + from, len - from);
    return mended;
}

size_t repair_harder(struct buf *out, const char *body, size_t len)
{
    size_t mended = 0, at = 0, n;
    bool fine;

    while (at < len) {
        if (body[at] == '"') {
            n = text_end(body + at, len - at);
            mended += put_text(out, body + at, n);
            at += n;
            continue;
        }
        n = number_at(body + at, len - at, &fine);
        if (n > 0 && !fine) {
            (void)buf_text(out, "null");
            mended++;
        } else {
            n = n > 0 ? n : 1;
            (void)buf_add(out, body + at, n);
        }
        at += n;
    }
    return mended;
}
