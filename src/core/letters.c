/* letters: text for people in the letters that their locale has. */
#include "config.h"

#include "core/letters.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>

#include <utf8proc.h>

#include "core/text.h"

struct letter {
    char32_t cp;
    char narrow;
    const char *spelled;
};

/* The signs in what dxtop itself says, its glyphs among them. */
static const struct letter signs[] = {
    { U'≤', '<', "<=" }, { U'≥', '>', ">=" }, { U'±', '+', "+-" }, { U'…', '~', "..." },
    { U'·', '.', "." },  { U'–', '-', "-" },  { U'—', '-', "-" },  { U'›', '>', ">" },
    { U'→', '>', "->" }, { U'✓', '.', "." },  { U'✗', 'X', "X" },  { U'●', '*', "*" },
    { U'◐', 'o', "o" },  { U'○', 'x', "x" },  { U'◌', '>', ">" },  { U'▲', '^', "^" },
    { U'▼', 'v', "v" },  { U'▾', 'v', "v" },  { U'≈', '~', "~" },  { U'×', 'x', "x" },
    { U'Δ', 'd', "d" },  { U'▎', '|', "|" },  { U'▌', '#', "#" },  { 0 },
};

/* What else has a way to be written that its base letter does not tell. */
static const struct letter others[] = {
    { U'•', '+', "+" },  { U'’', '\'', "'" }, { U'‘', '\'', "'" },  { U'“', '"', "\"" },
    { U'”', '"', "\"" }, { U'ß', 's', "ss" }, { U'⏎', 'r', "ret" }, { 0 },
};

static const struct letter *find_in(const struct letter *table, char32_t cp)
{
    for (; table->cp; table++)
        if (table->cp == cp)
            return table;
    return NULL;
}

static const struct letter *find(char32_t cp)
{
    const struct letter *sign = find_in(signs, cp);

    return sign ? sign : find_in(others, cp);
}

char letters_sign(char32_t cp)
{
    const struct letter *sign = find_in(signs, cp);

    if (!sign)
        return '\0';
    return sign->narrow;
}

/* The letter without its marks; 0: that is no ASCII either. */
static char base_of(char32_t cp)
{
    utf8proc_int32_t parts[8];
    utf8proc_ssize_t n =
        utf8proc_decompose_char((utf8proc_int32_t)cp, parts, 8,
                                (utf8proc_option_t)(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT), NULL);

    if (n > 0 && parts[0] >= ' ' && parts[0] < 0x7F)
        return (char)parts[0];
    return '\0';
}

static bool is_mark(char32_t cp)
{
    return utf8proc_category((utf8proc_int32_t)cp) == UTF8PROC_CATEGORY_MN;
}

char letters_narrow(char32_t cp)
{
    const struct letter *known = find(cp);
    char base;

    if (cp < 0x80)
        return (char)cp;
    if (known)
        return known->narrow;
    base = base_of(cp);
    if (base == '\0')
        return '?';
    return base;
}

const char *letters_spelled(char32_t cp)
{
    static char one[2];
    const struct letter *known = find(cp);

    if (known)
        return known->spelled;
    if (is_mark(cp))
        return "";
    one[0] = letters_narrow(cp);
    return one;
}

bool letters_utf8(void)
{
    return setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* ---- standard output ---- */

/* What the stream has of a character that is not whole yet. */
static char held[4];
static size_t held_len;

static size_t whole(const char *bytes, size_t len)
{
    size_t back = 0;

    while (back < 4 && back < len && ((unsigned char)bytes[len - 1 - back] & 0xC0) == 0x80)
        back++;
    /* A first byte with less behind it than it tells of. */
    if (back < 3 && back < len) {
        unsigned char first = (unsigned char)bytes[len - 1 - back];
        size_t need = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;

        if (back < need)
            return len - 1 - back;
    }
    return len;
}

static void put(const char *bytes, size_t len)
{
    while (len > 0) {
        char32_t cp;
        size_t n = utf8_next(bytes, len, &cp);

        if (cp < 0x80)
            (void)putc((int)cp, stdout);
        else
            (void)fputs(letters_spelled(cp), stdout);
        bytes += n;
        len -= n;
    }
}

static ssize_t pass_on(void *self, const char *bytes, size_t len)
{
    char text[1024];
    size_t taken = 0;

    (void)self;
    while (taken < len) {
        size_t room = sizeof(text) - held_len, n = len - taken < room ? len - taken : room, cut;

        memcpy(text, held, held_len);
        memcpy(text + held_len, bytes + taken, n);
        taken += n;
        n += held_len;
        cut = whole(text, n);
        put(text, cut);
        held_len = n - cut;
        memcpy(held, text + cut, held_len);
    }
    return fflush(stdout) == 0 ? (ssize_t)len : 0;
}

FILE *letters_out(void)
{
    static FILE *out;

    if (!out && !letters_utf8())
        out = fopencookie(NULL, "w", (cookie_io_functions_t){ .write = pass_on });
    if (!out)
        out = stdout;
    return out;
}
