/* lines: a log as lines that can be read and shown. */
#include "config.h"

#include "source/lines.h"

#include <string.h>

#include "core/text.h"

enum { LINE_MOST = 2000, ESC = 0x1B, BEL = 0x07 };

/* What a carriage return overwrote: only what was written last stays. */
static void cut_overwritten(const char **line, size_t *len)
{
    const char *last;

    while (*len > 0 && (*line)[*len - 1] == '\r')
        (*len)--;
    last = memrchr(*line, '\r', *len);
    if (last) {
        *len -= (size_t)(last + 1 - *line);
        *line = last + 1;
    }
}

/* Of the sequence that text begins with: "ESC [ 0 ; 31 m", "ESC ] ... BEL", "ESC ] ... ESC \\",
 * "ESC c". */
static size_t sequence_len(const char *text, size_t len)
{
    size_t n = 2;

    if (len < 2)
        return len;
    if (text[1] == '[') {
        while (n < len && (text[n] < '@' || text[n] > '~'))
            n++;
        return n < len ? n + 1 : n;
    }
    if (text[1] == ']') {
        while (n < len && text[n] != BEL && text[n] != ESC)
            n++;
        if (n < len && text[n] == ESC)
            n++;
        return n < len ? n + 1 : n;
    }
    return n;
}

static void put_line(struct buf *out, const char *line, size_t len)
{
    char plain[LINE_MOST + 1], clean[LINE_MOST + 1];
    size_t n = 0;

    cut_overwritten(&line, &len);
    for (size_t i = 0; i < len && n < LINE_MOST;)
        if (line[i] == ESC)
            i += sequence_len(line + i, len - i);
        else
            plain[n++] = line[i++];
    n = text_clean(clean, sizeof(clean), plain, n);
    if (n > 0 && out->len > 0)
        (void)buf_add(out, "\n", 1);
    (void)buf_add(out, clean, n);
}

void source_lines(struct buf *out, const char *text, size_t len, bool cut)
{
    const char *at = text, *end = text + len;

    if (cut) {
        at = memchr(text, '\n', len);
        at = at ? at + 1 : end;
    } else if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        at += 3;
    }
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));

        put_line(out, at, (size_t)((stop ? stop : end) - at));
        at = stop ? stop + 1 : end;
    }
}

const char *lines_tail(const char *text, size_t len)
{
    const char *at = text + len;

    for (size_t lines = 0; at > text && (size_t)(text + len - at) < TAIL_BYTES; at--)
        if (at[-1] == '\n' && at < text + len && ++lines == TAIL_LINES)
            break;
    return at;
}

const char *lines_kept(struct batch *batch, const char *text, size_t len,
                       const char *(*clean)(struct batch *batch, const char *line, size_t len))
{
    const char *end = text + len, *kept;
    struct buf out;

    buf_init(&out, (size_t)4 * TAIL_BYTES); /* cleaned, a byte can be three */
    for (const char *at = lines_tail(text, len); at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *line = clean(batch, at, (size_t)((stop ? stop : end) - at));

        if (*line)
            (void)buf_print(&out, "%s%s", out.len > 0 ? "\n" : "", line);
        at = stop ? stop + 1 : end;
    }
    kept = out.len > 0 ? arena_text(&batch->arena, out.bytes) : "";
    buf_done(&out);
    return kept;
}
