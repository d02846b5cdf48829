/* strip: times, escape sequences, section marks, progress, ##[error]. */
#include "config.h"

#include "insight/strip.h"

#include <stdint.h>
#include <string.h>

#include "core/time.h"

/* A rest of a line: what is cut off its front is gone. */
struct rest {
    const char *at, *end;
};

static size_t left(const struct rest *rest)
{
    return (size_t)(rest->end - rest->at);
}

static bool starts(const struct rest *rest, const char *word)
{
    size_t len = strlen(word);

    return left(rest) >= len && memcmp(rest->at, word, len) == 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- escape sequences ---- */

/* ESC, or the U+FFFD that it has become in text that was cleaned before. */
static size_t escape_len(const struct rest *rest)
{
    if (left(rest) > 0 && *rest->at == '\x1b')
        return 1;
    return starts(rest, "\xEF\xBF\xBD") ? 3 : 0;
}

/* What ends the text of "ESC ] ... BEL" at the start, as in xterm: BEL, ST (ESC \, or its one
 * character), and CAN and SUB, which break it off; so does an ESC that begins another sequence,
 * which is not of this one. In cleaned text all but the \ have become U+FFFD, most of them of a
 * BEL. SIZE_MAX: nothing. */
static size_t osc_end(const struct rest *rest)
{
    size_t escape = escape_len(rest);
    char next = '\0';

    if (escape > 0 && left(rest) > escape)
        next = rest->at[escape];
    if (next == '\\')
        return escape + 1;
    if (escape > 0)
        return *rest->at == '\x1b' ? 0 : escape;
    if (*rest->at == '\a' || *rest->at == '\x18' || *rest->at == '\x1a')
        return 1;
    return starts(rest, "\xC2\x9C") ? 2 : SIZE_MAX;
}

/* A terminal would wait for the end through all lines that follow. Here one that has none in its
 * line is none: what stands there is for people to read, so only its ESC goes; U+FFFD, which does
 * no harm, may be of the text. */
static size_t osc_len(const struct rest *from, size_t escape)
{
    struct rest rest = *from;

    for (rest.at += escape + 1; left(&rest) > 0; rest.at++) {
        size_t end = osc_end(&rest);

        if (end != SIZE_MAX)
            return (size_t)(rest.at - from->at) + end;
    }
    return escape == 1 ? 1 : 0;
}

/* "ESC [ 0 ; 31 m", or "ESC ] ... BEL": the bytes of the sequence at the start; 0:
 * there is none. */
static size_t sequence_len(struct rest rest)
{
    const char *start = rest.at;
    size_t escape = escape_len(&rest);

    if (escape == 0 || left(&rest) <= escape)
        return 0;
    if (rest.at[escape] == ']')
        return osc_len(&rest, escape);
    rest.at += escape;
    if (*rest.at != '[')
        return 0;
    rest.at++;
    while (left(&rest) > 0 && (is_digit(*rest.at) || strchr(";:?<=> ", *rest.at)) && *rest.at)
        rest.at++;
    if (left(&rest) == 0 || *rest.at < '@' || *rest.at > '~')
        return 0;
    return (size_t)(rest.at + 1 - start);
}

/* Copies the rest without its escape sequences. */
static struct rest without_sequences(char *room, struct rest rest)
{
    char *out = room;

    while (left(&rest) > 0) {
        size_t len = sequence_len(rest);

        if (len > 0)
            rest.at += len;
        else
            *out++ = *rest.at++;
    }
    return (struct rest){ room, out };
}

static bool has_escape(const struct rest *rest)
{
    return left(rest) > 0 && (memchr(rest->at, '\x1b', left(rest)) != NULL ||
                              memchr(rest->at, 0xEF, left(rest)) != NULL);
}

/* ---- what stands before the words ---- */

static void skip_blanks(struct rest *rest)
{
    while (left(rest) > 0 && (*rest->at == ' ' || *rest->at == '\t'))
        rest->at++;
}

/* "2026-11-24T08:43:00.123Z": its length, 0: it is none. */
static size_t stamp_len(const struct rest *rest)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    size_t n = sizeof(form) - 1;

    if (left(rest) <= n)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (form[i] == 'd' ? !is_digit(rest->at[i]) : rest->at[i] != form[i])
            return 0;
    if (rest->at[n] == '.')
        for (n++; n < left(rest) && is_digit(rest->at[n]);)
            n++;
    return n < left(rest) && rest->at[n] == 'Z' ? n + 1 : 0;
}

/* GitLab's "00O " or "01E+" behind a time. */
static void skip_stream_mark(struct rest *rest)
{
    if (left(rest) >= 4 && is_digit(rest->at[0]) && is_digit(rest->at[1]) &&
        (rest->at[2] == 'O' || rest->at[2] == 'E') && (rest->at[3] == ' ' || rest->at[3] == '+'))
        rest->at += 4;
}

static bool skip_stamp(struct rest *rest, int64_t *at_ms, bool timed)
{
    bool bracket = starts(rest, "[");
    struct rest in = { rest->at + bracket, rest->end };
    size_t len = stamp_len(&in);

    if (len == 0)
        return false;
    if (timed)
        *at_ms = time_parse(in.at, len);
    in.at += len;
    if (bracket && starts(&in, "]"))
        in.at++;
    skip_blanks(&in);
    if (!bracket)
        skip_stream_mark(&in);
    *rest = in;
    return true;
}

/* What a carriage return overwrote is gone; the last state of a progress line stays. */
static void skip_progress(struct rest *rest)
{
    while (left(rest) > 0 && rest->end[-1] == '\r')
        rest->end--;
    for (const char *p = rest->end; p > rest->at; p--) {
        if (p[-1] == '\r') {
            rest->at = p;
            break;
        }
    }
}

/* "section_start:1560896352:name[collapsed=true]" */
static void skip_section(struct rest *rest)
{
    struct rest in = *rest;

    if (starts(&in, "section_start:"))
        in.at += strlen("section_start:");
    else if (starts(&in, "section_end:"))
        in.at += strlen("section_end:");
    else
        return;
    while (left(&in) > 0 && *in.at != ' ' && *in.at != '\r')
        in.at++;
    skip_blanks(&in);
    *rest = in;
}

struct stripped strip_line(char *room, const char *line, size_t len, bool timed)
{
    static const char mark[] = "##[error]";
    struct rest rest = { line, line + (len < STRIP_MAX ? len : STRIP_MAX) };
    struct stripped out = { 0 };
    size_t first = sequence_len(rest);

    rest.at += first;
    out.has_time = skip_stamp(&rest, &out.at_ms, timed);
    if (left(&rest) > 0 && memchr(rest.at, '\r', left(&rest)))
        skip_progress(&rest);
    if (has_escape(&rest))
        rest = without_sequences(room, rest);
    skip_section(&rest);
    if (starts(&rest, mark)) {
        out.mark_len = sizeof(mark) - 1;
        rest.at += out.mark_len;
    }
    out.text = rest.at;
    out.len = left(&rest);
    return out;
}
