/* screen_pen: how the terminal writes, and how ncurses wants it to. ncurses says a change of look
 * from a reset on, names the letters and the colour again, and ends each frame in the normal
 * look. Of that nothing is sent but, ahead of what is written or erased, what differs from what
 * the terminal has: a digit of the clock stays a digit. */
#include "config.h"

#include <string.h>

#include "ui/screen_internal.h"

/* https://invisible-island.net/xterm/ctlseqs/, "Character Attributes (SGR)" */
static const struct {
    int on, off;
} attributes[] = { { 1, 22 }, { 4, 24 }, { 7, 27 } };

enum { ATTRIBUTES = sizeof(attributes) / sizeof(attributes[0]), PRIMARY_FONT = 10, SGR_MOST = 96 };

/* ---- the parts of a frame ---- */

enum part { PART_LOOK, PART_LETTERS, PART_MOVE, PART_TEXT, PART_OTHER };

static bool is_text(char c)
{
    return (unsigned char)c >= ' ' && c != 0x7F;
}

/* Behind the end of ESC [. */
static size_t csi_len(const char *at, size_t left)
{
    size_t n = 2;

    while (n < left && at[n] >= ' ' && at[n] < '@')
        n++;
    return n < left ? n + 1 : left;
}

/* Modes and moves change no cell; all else is done in the look that there is. */
static enum part part_at(const char *at, size_t left, size_t *len)
{
    *len = 1;
    if (is_text(*at)) {
        while (*len < left && is_text(at[*len]))
            ++*len;
        return PART_TEXT;
    }
    if (*at == '\b' || *at == '\r')
        return PART_MOVE;
    if (*at == '\017')
        return PART_LETTERS;
    if (*at != '\033' || left < 3)
        return PART_OTHER;
    if (memcmp(at, "\033(B", 3) == 0) {
        *len = 3;
        return PART_LETTERS;
    }
    if (at[1] != '[')
        return PART_OTHER;
    *len = csi_len(at, left);
    if (at[*len - 1] == 'm')
        return PART_LOOK;
    return strchr("ABCDGHdhl", at[*len - 1]) ? PART_MOVE : PART_OTHER;
}

/* ---- looks ---- */

/* Behind so many numbers of a sequence. */
static const char *behind(const char *at, const char *end, int count)
{
    while (at < end && count > 0) {
        const char *next = memchr(at, ';', (size_t)(end - at));

        count--;
        if (!next || count == 0)
            return next ? next : end;
        at = next + 1;
    }
    return at;
}

/* 38;5;N, 38;2;R;G;B, or the same with colons. */
static const char *behind_colour(const char *at, const char *end)
{
    const char *one = behind(at, end, 1);

    if (memchr(at, ':', (size_t)(one - at)))
        return one;
    return behind(at, end, one + 1 < end && one[1] == '2' ? 5 : 3);
}

static int number_at(const char *at, const char *end)
{
    int number = 0;

    for (; at < end && *at >= '0' && *at <= '9' && number < 1000; at++)
        number = number * 10 + (*at - '0');
    return number;
}

static bool set_colour(char colour[COLOUR_MOST], const char *text, const char *end)
{
    size_t len = (size_t)(end - text);

    if (len >= COLOUR_MOST)
        return false;
    memset(colour, 0, COLOUR_MOST); /* they are compared whole */
    memcpy(colour, text, len);
    return true;
}

/* Its `number` begins at `at` and ends at *next, or later. false: nothing that is known. */
static bool take(struct look *look, int number, const char *at, const char **next, const char *end)
{
    if (number == 38 || number == 48)
        *next = behind_colour(at, end);
    if ((number >= 30 && number <= 38) || (number >= 90 && number <= 97))
        return set_colour(look->fore, at, *next);
    if ((number >= 40 && number <= 48) || (number >= 100 && number <= 107))
        return set_colour(look->back, at, *next);
    if (number == 0)
        *look = (struct look){ .attr = 0 };
    else if (number == 39)
        memset(look->fore, 0, COLOUR_MOST);
    else if (number == 49)
        memset(look->back, 0, COLOUR_MOST);
    for (unsigned i = 0; i < ATTRIBUTES; i++)
        if (number == attributes[i].on || number == attributes[i].off) {
            look->attr &= ~(1U << i);
            look->attr |= number == attributes[i].on ? 1U << i : 0;
            return true;
        }
    return number == 0 || number == 39 || number == 49 || number == PRIMARY_FONT;
}

/* What ESC [ … m makes of it. One that begins with <, =, > or ? is no look. */
static bool take_all(struct look *look, const char *sequence, size_t len)
{
    const char *at = sequence + 2, *end = sequence + len - 1, *next;

    do {
        next = behind(at, end, 1);
        if ((at < end && *at >= '<') || !take(look, number_at(at, next), at, &next, end))
            return false;
        at = next + 1;
    } while (next < end);
    return true;
}

/* ---- what is said ---- */

struct sgr {
    size_t len;
    char text[SGR_MOST];
};

static void add_text(struct sgr *sgr, const char *text)
{
    size_t len = strlen(text);

    if (sgr->len > 0)
        sgr->text[sgr->len++] = ';';
    memcpy(sgr->text + sgr->len, text, len);
    sgr->len += len;
}

static void add_number(struct sgr *sgr, int number)
{
    const char text[] = { (char)('0' + number / 10), (char)('0' + number % 10), '\0' };

    add_text(sgr, number < 10 ? text + 1 : text);
}

/* What `to` has more, or other, than `from`. */
static void add_changes(struct sgr *sgr, const struct look *from, const struct look *to)
{
    for (unsigned i = 0; i < ATTRIBUTES; i++)
        if ((to->attr & ~from->attr) >> i & 1U)
            add_number(sgr, attributes[i].on);
    if (memcmp(from->fore, to->fore, COLOUR_MOST) != 0)
        add_text(sgr, *to->fore ? to->fore : "39");
    if (memcmp(from->back, to->back, COLOUR_MOST) != 0)
        add_text(sgr, *to->back ? to->back : "49");
}

static void add_anew(struct sgr *sgr, const struct look *to)
{
    static const struct look normal = { .attr = 0 };

    add_number(sgr, 0);
    add_changes(sgr, &normal, to);
    if (sgr->len == 1)
        sgr->len = 0; /* ESC [ m */
}

/* Not bold any more is said by a reset: terminfo has no other way. What has less than before
 * may be said in fewer bytes so, too. */
static void change(const struct look *from, const struct look *to, struct buf *out)
{
    bool less = (from->attr & ~to->attr) != 0;
    bool fewer = (*from->fore && !*to->fore) || (*from->back && !*to->back);
    struct sgr changes, anew;

    changes.len = anew.len = 0;
    add_changes(&changes, from, to);
    if (changes.len == 0 && !less)
        return;
    if (less || fewer)
        add_anew(&anew, to);
    if (less || (fewer && anew.len < changes.len))
        changes = anew;
    (void)buf_text(out, "\033[");
    (void)buf_add(out, changes.text, changes.len);
    (void)buf_text(out, "m");
}

static void say(struct pen *pen, struct buf *out)
{
    if (pen->lost)
        (void)buf_text(out, pen->reset);
    if (pen->lost)
        pen->told = (struct look){ .attr = 0 };
    pen->lost = false;
    change(&pen->told, &pen->wanted, out);
    pen->told = pen->wanted;
}

void pen_lose(struct pen *pen)
{
    pen->lost = true;
}

void pen_normal(struct pen *pen, struct buf *out)
{
    pen->wanted = (struct look){ .attr = 0 };
    say(pen, out);
}

void pen_fit(struct pen *pen, const struct buf *frame, struct buf *out)
{
    size_t len;

    for (size_t at = 0; at < frame->len; at += len) {
        const char *bytes = frame->bytes + at;

        switch (part_at(bytes, frame->len - at, &len)) {
        case PART_LETTERS: /* are never others */
            continue;
        case PART_LOOK:
            if (take_all(&pen->wanted, bytes, len))
                continue;
            len = frame->len - at; /* nothing of ours: as it is, to its normal end */
            say(pen, out);
            pen->wanted = pen->told = (struct look){ .attr = 0 };
            break;
        case PART_MOVE:
            break;
        case PART_TEXT:
        case PART_OTHER:
            say(pen, out);
            break;
        }
        (void)buf_add(out, bytes, len);
    }
}
