/* screen_tail: ncurses ends each frame in the terminal's normal look. Of a frame in one
 * colour, a digit of the clock say, the colour and that were eleven bytes of twelve. So what
 * makes it normal again is kept back, and goes before the next frame; where that one is in
 * the same colour neither is said. Only between frames that move, say their colour once
 * and write: whatever else there is in one is done in the look that ncurses believes in. */
#include "config.h"

#include <string.h>

#include "ui/screen_internal.h"

/* ---- the parts of a frame ---- */

/* Of an ESC [ with numbers alone and one of these ends; 0: it is another one. */
static size_t csi_len(const char *at, size_t left, const char *ends)
{
    size_t n = 2;

    if (left < 3 || at[0] != '\033' || at[1] != '[')
        return 0;
    while (n < left && ((at[n] >= '0' && at[n] <= '9') || at[n] == ';' || at[n] == ':'))
        n++;
    return n < left && strchr(ends, at[n]) && at[n] ? n + 1 : 0;
}

/* Moves that change nothing on their way. */
static size_t move_len(const char *at, size_t left)
{
    if (left > 0 && (*at == '\b' || *at == '\r'))
        return 1;
    return csi_len(at, left, "ABCDGHd");
}

/* A colour, or what makes it normal: in some descriptions with the letters of ASCII. */
static size_t look_len(const char *at, size_t left)
{
    if (left >= 3 && memcmp(at, "\033(B", 3) == 0)
        return 3;
    if (left > 0 && *at == '\017')
        return 1;
    return csi_len(at, left, "m");
}

static size_t letter_len(const char *at, size_t left)
{
    return left > 0 && (unsigned char)*at >= ' ' && *at != 0x7F;
}

typedef size_t part_len(const char *at, size_t left);

static size_t skip(const struct buf *out, size_t at, part_len *part)
{
    size_t n;

    while (at < out->len && (n = part(out->bytes + at, out->len - at)) > 0)
        at += n;
    return at;
}

/* Where its one colour is, and what ends it. false: it is more than that. */
struct shape {
    size_t colour, colour_len, normal, normal_len;
};

static bool shape_of(const struct buf *out, size_t from, struct shape *shape)
{
    size_t at, before;

    shape->colour = skip(out, from, move_len);
    at = skip(out, shape->colour, look_len);
    shape->colour_len = at - shape->colour;
    do {
        before = at;
        at = skip(out, skip(out, at, letter_len), move_len);
    } while (at > before);
    shape->normal = at;
    shape->normal_len = out->len - at;
    return shape->colour_len > 0 && shape->normal_len > 0 &&
           skip(out, shape->normal, look_len) == out->len;
}

/* ---- the normal look ---- */

static void cut(struct buf *out, size_t at, size_t len)
{
    out->len -= len;
    memmove(out->bytes + at, out->bytes + at + len, out->len - at + 1); /* with its NUL */
}

/* Where it ends with the sequence that resets all there is, the resets of colours and letters
 * before that say nothing: no letters but those of ASCII are ever asked for. */
static void say_once(struct buf *out, size_t from)
{
    static const char all[] = "\033[m";
    static const char *const parts[] = { "\033(B", "\033[39m", "\033[49m", "\033[39;49m" };
    const size_t len = sizeof(all) - 1;
    bool more = true;

    if (out->len < from + len || memcmp(out->bytes + out->len - len, all, len) != 0)
        return;
    while (more) {
        more = false;
        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
            size_t part = strlen(parts[i]), end = out->len - len;

            if (end >= from + part && memcmp(out->bytes + end - part, parts[i], part) == 0) {
                cut(out, end - part, part);
                more = true;
            }
        }
    }
}

/* ---- what was kept back ---- */

static bool is_same(const struct tail *tail, const struct buf *out, const struct shape *shape)
{
    return shape->colour_len == tail->colour_len && shape->normal_len == tail->normal_len &&
           memcmp(out->bytes + shape->colour, tail->colour, tail->colour_len) == 0 &&
           memcmp(out->bytes + shape->normal, tail->normal, tail->normal_len) == 0;
}

void tail_say(struct tail *tail, struct buf *out)
{
    (void)buf_add(out, tail->normal, tail->normal_len);
    tail->normal_len = 0;
}

static void say_before(struct tail *tail, struct buf *out, size_t from)
{
    size_t len = tail->normal_len, rest = out->len - from;

    tail_say(tail, out); /* behind it, for the room */
    if (len == 0 || out->full)
        return;
    memmove(out->bytes + from + len, out->bytes + from, rest);
    memcpy(out->bytes + from, tail->normal, len);
}

void tail_fit(struct tail *tail, struct buf *out, size_t from)
{
    struct shape shape;
    bool fits;

    if (out->len == from)
        return;
    say_once(out, from);
    fits = shape_of(out, from, &shape);
    if (tail->normal_len > 0 && fits && is_same(tail, out, &shape)) {
        cut(out, shape.normal, shape.normal_len);
        cut(out, shape.colour, shape.colour_len);
        return;
    }
    shape.colour += tail->normal_len;
    shape.normal += tail->normal_len;
    say_before(tail, out, from);
    if (!fits || out->full || shape.colour_len > sizeof(tail->colour) ||
        shape.normal_len > sizeof(tail->normal))
        return;
    tail->colour_len = shape.colour_len;
    tail->normal_len = shape.normal_len;
    memcpy(tail->colour, out->bytes + shape.colour, shape.colour_len);
    memcpy(tail->normal, out->bytes + shape.normal, shape.normal_len);
    cut(out, shape.normal, shape.normal_len);
}
