/* text: UTF-8 and what a terminal can be trusted with. */
#include "config.h"

#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

enum { REPLACEMENT = 0xFFFD, DOTTED_CIRCLE = 0x25CC, VS16 = 0xFE0F, MARKS = 3 };

size_t utf8_next(const char *s, size_t len, char32_t *cp)
{
    static const char32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *u = (const unsigned char *)s;
    size_t n = u[0] < 0x80   ? 1
               : u[0] < 0xC2 ? 0
               : u[0] < 0xE0 ? 2
               : u[0] < 0xF0 ? 3
               : u[0] < 0xF5 ? 4
                             : 0;

    *cp = REPLACEMENT;
    if (n == 0 || n > len)
        return 1;
    char32_t c = n == 1 ? u[0] : u[0] & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((u[i] & 0xC0) != 0x80)
            return 1;
        c = (c << 6) | (u[i] & 0x3Fu);
    }
    if (c < smallest[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 1;
    *cp = c;
    return n;
}

static bool is_space(char32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
}

static bool is_control(char32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

/* Marks that reorder or hide their neighbours ("Trojan Source"). */
static bool is_bidi_control(char32_t c)
{
    return c == 0x061C || (c >= 0x200E && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

/* How many bytes at s are printable ASCII and no blank: that is what nearly all texts are
 * made of, and nothing has to be looked at twice. */
static size_t plain_prefix(const char *s, size_t len)
{
    size_t n = 0;

    while (n < len && s[n] > ' ' && s[n] < 0x7F)
        n++;
    return n;
}

size_t text_clean(char *dst, size_t cap, const char *src, size_t len)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    size_t used = 0;
    bool blank = false;

    for (size_t i = 0; i < len;) {
        char32_t c = 'a'; /* what stands for all of the plain ones */
        const char *from = src + i;
        size_t n = plain_prefix(from, len - i);

        if (used + blank + n + 1 > cap) /* cut within it */
            n = used + blank + 1 < cap ? cap - used - blank - 1 : 0;
        if (n == 0)
            n = utf8_next(from, len - i, &c);
        i += n;
        if (is_bidi_control(c))
            continue;
        if (is_space(c)) {
            blank = used > 0;
            continue;
        }
        if (is_control(c) || c == REPLACEMENT) {
            from = replacement;
            n = sizeof(replacement) - 1;
        }
        if (used + blank + n + 1 > cap)
            break;
        if (blank)
            dst[used++] = ' ';
        memcpy(dst + used, from, n);
        used += n;
        blank = false;
    }
    if (cap > 0)
        dst[used] = '\0';
    return used;
}

/* cp: as utf8_next() read it, of so many bytes. */
static bool is_safe(char32_t cp, size_t bytes)
{
    return cp == '\n' ||
           !(is_control(cp) || is_space(cp) || is_bidi_control(cp) ||
             (cp == REPLACEMENT && bytes == 1)) ||
           cp == ' ';
}

bool text_is_safe(const char *text)
{
    for (;;) {
        char32_t cp;
        size_t n;

        while (*text >= ' ' && *text < 0x7F) /* nearly all of nearly all texts */
            text++;
        if (!*text)
            return true;
        n = utf8_next(text, strnlen(text, 4), &cp);
        if (!is_safe(cp, n))
            return false;
        text += n;
    }
}

void text_make_safe(char *out, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        char32_t cp;
        size_t n = utf8_next(text, left, &cp);

        out += utf8_put(out, is_safe(cp, n) ? cp : REPLACEMENT);
        text += n;
        left -= n;
    }
    *out = '\0';
}

size_t utf8_put(char out[4], char32_t cp)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

/* ---- what a reader takes for one character ---- */

/* Latin, punctuation, lines, blocks and braille: one column, and among themselves
 * they join nothing. What a screen is made of; the tables need not be touched. */
static bool is_plain(char32_t cp)
{
    static const struct {
        char32_t first, last;
    } plain[] = { { ' ', 0x7E },      { 0xA1, 0xAC },     { 0xAE, 0x2FF },    { 0x2010, 0x2027 },
                  { 0x2190, 0x22FF }, { 0x2500, 0x25FC }, { 0x2713, 0x2718 }, { 0x2800, 0x28FF } };

    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        if (cp <= plain[i].last)
            return cp >= plain[i].first;
    return false;
}

static int width_of(char32_t cp)
{
    if (cp < ' ' || is_plain(cp))
        return cp >= ' ';
    return utf8proc_charwidth((utf8proc_int32_t)cp);
}

size_t text_ascii(const char *s, size_t len)
{
    size_t n = 0;

    while (n < len && s[n] >= ' ' && s[n] < 0x7F)
        n++;
    return n > 0 && n < len ? n - 1 : n; /* what comes then may join the last one */
}

void text_grapheme(const char *s, size_t len, struct grapheme *out)
{
    utf8proc_int32_t state = 0;
    size_t kept = 1;
    char32_t cp, before;

    *out = (struct grapheme){ 0 };
    out->bytes = utf8_next(s, len, &cp);
    if (!is_plain(cp) && (is_control(cp) || is_space(cp) || is_bidi_control(cp)))
        cp = REPLACEMENT; /* of a text that nobody cleaned: no terminal is to be sent that */
    out->cp[0] = cp;
    out->width = width_of(cp);
    if (is_plain(cp)) { /* the common case: before another one of its kind, or the end */
        if (out->bytes >= len)
            return;
        (void)utf8_next(s + out->bytes, len - out->bytes, &before);
        if (before < ' ' || is_plain(before))
            return;
    }
    if (out->width == 0) { /* a mark without a base */
        out->cp[0] = DOTTED_CIRCLE;
        out->cp[1] = cp;
        kept = 2;
        out->width = 1;
    }
    for (before = cp; out->bytes < len; before = cp) {
        size_t n = utf8_next(s + out->bytes, len - out->bytes, &cp);

        if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)cp,
                                             &state))
            break;
        out->bytes += n;
        if (kept <= MARKS)
            out->cp[kept++] = cp;
        int width = cp == VS16 ? 2 : width_of(cp);
        if (width > out->width)
            out->width = width;
        if (before >= 0x1F1E6 && before <= 0x1F1FF)
            out->width = 2; /* a flag */
    }
    if (out->width < 1)
        out->width = 1;
}

void text_copy(char *dst, size_t cap, const char *src)
{
    size_t n = strnlen(src, cap);

    if (n == cap)
        for (n = cap - 1; n > 0 && ((unsigned char)src[n] & 0xC0) == 0x80;)
            n--;
    memcpy(dst, src, n);
    dst[n] = '\0';
}

int text_width(const char *s)
{
    size_t left = strlen(s);
    int width = 0;

    while (left > 0) {
        size_t n = text_ascii(s, left);
        struct grapheme g;

        s += n;
        left -= n;
        width += (int)n;
        if (left == 0)
            break;
        text_grapheme(s, left, &g);
        s += g.bytes;
        left -= g.bytes;
        width += g.width;
    }
    return width;
}

/* The bytes of s that fit in cols columns; *used: the columns. */
static size_t prefix(const char *s, int cols, int *used)
{
    size_t len = strlen(s), at = 0;

    *used = 0;
    while (at < len && *used < cols) {
        size_t n = text_ascii(s + at, len - at), room = (size_t)(cols - *used);
        struct grapheme g;

        n = n < room ? n : room;
        *used += (int)n;
        at += n;
        if (at == len || *used == cols)
            break;
        text_grapheme(s + at, len - at, &g);
        if (*used + g.width > cols)
            break;
        *used += g.width;
        at += g.bytes;
    }
    return at;
}

/* Append at most what fits, whole characters only. */
static size_t append(char *dst, size_t cap, size_t at, const char *src, size_t len)
{
    if (len > cap - 1 - at) {
        len = cap - 1 - at;
        while (len > 0 && ((unsigned char)src[len] & 0xC0) == 0x80)
            len--;
    }
    memcpy(dst + at, src, len);
    dst[at + len] = '\0';
    return at + len;
}

int text_cut(char *dst, size_t cap, const char *src, int cols, const char *ellipsis)
{
    int used = 0;
    size_t len = strlen(src), n, at;

    dst[0] = '\0';
    if (cols <= 0)
        return 0;
    n = prefix(src, cols, &used);
    if (n == len) {
        (void)append(dst, cap, 0, src, n);
        return used;
    }
    n = prefix(src, cols - 1, &used);
    at = append(dst, cap, 0, src, n);
    (void)append(dst, cap, at, ellipsis, strlen(ellipsis));
    return used + 1;
}

int text_cut_middle(char *dst, size_t cap, const char *src, int cols, const char *ellipsis)
{
    int width = text_width(src), head, tail, skipped = 0;
    size_t n, at;

    if (width <= cols || cols < 3)
        return text_cut(dst, cap, src, cols, ellipsis);
    n = prefix(src, cols / 2, &head);
    at = append(dst, cap, 0, src, n);
    at = append(dst, cap, at, ellipsis, strlen(ellipsis));
    /* the tail begins where no more columns are left than fit */
    n = prefix(src, width - (cols - head - 1), &skipped);
    tail = width - skipped;
    if (tail > cols - head - 1) { /* a wide character lies across the edge */
        struct grapheme g;

        text_grapheme(src + n, strlen(src + n), &g);
        n += g.bytes;
        tail -= g.width;
    }
    (void)append(dst, cap, at, src + n, strlen(src + n));
    return head + 1 + tail;
}

uint64_t text_hash_on(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash;
}

uint64_t text_hash(const char *text)
{
    return text_hash_on(UINT64_C(14695981039346656037), text);
}

size_t text_base64(char *out, const char *bytes, size_t len)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    const size_t pad = 64;
    size_t n = 0;

    for (size_t i = 0; i < len; i += 3) {
        unsigned long bits = 0;

        for (size_t j = 0; j < 3; j++)
            bits = bits << 8 | (i + j < len ? (unsigned char)bytes[i + j] : 0u);
        for (size_t j = 0; j < 4; j++)
            out[n++] = digits[i + j > len ? pad : bits >> (18 - 6 * j) & 63];
    }
    return n;
}

bool text_is_path(const char *name, const char *ending)
{
    const char *end = strrchr(name, '.');

    return strchr(name, '/') || (end && strcmp(end, ending) == 0);
}

/* ---- did you mean ---- */

enum { WORD_MAX = 64 };

/* Edit distance; at most `most` matters, above it most + 1. */
static int letters_off(const char *a, const char *b, int most)
{
    int row[WORD_MAX + 1];
    size_t an = strlen(a), bn = strlen(b);

    if (an > WORD_MAX || bn > WORD_MAX)
        return most + 1;
    for (size_t j = 0; j <= bn; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= an; i++) {
        int diagonal = row[0];

        row[0] = (int)i;
        for (size_t j = 1; j <= bn; j++) {
            int above = row[j], best = diagonal + (a[i - 1] != b[j - 1]);

            best = above + 1 < best ? above + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            diagonal = above;
            row[j] = best;
        }
    }
    return row[bn] <= most ? row[bn] : most + 1;
}

const char *text_nearest(const char *word, const char *const *names)
{
    const char *best = NULL;
    int len = (int)strlen(word), most = len < 3 ? 1 : len < 9 ? 2 : len / 3;

    for (; names && *names; names++) {
        int distance = letters_off(word, *names, most);

        if (distance <= most && (!best || distance < letters_off(word, best, most)))
            best = *names;
    }
    return best;
}

const char *text_percent(char out[PERCENT_TEXT], double percent)
{
    bool near_all = percent < 100. && percent >= 99.95, near_none = percent > 0. && percent < 0.05;

    if (near_all && percent >= 99.995)
        (void)snprintf(out, PERCENT_TEXT, ">99.99");
    else if (near_none && percent < 0.005)
        (void)snprintf(out, PERCENT_TEXT, "<0.01");
    else if (fabs(percent) > 1e15)
        (void)snprintf(out, PERCENT_TEXT, "%.4g", percent);
    else
        (void)snprintf(out, PERCENT_TEXT, near_all || near_none ? "%.2f" : "%.1f", percent);
    return out;
}
