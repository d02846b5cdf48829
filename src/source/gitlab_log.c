/* gitlab: the end of a failed job's log. It comes whole, for the server knows no
 * ranges. */
#include "config.h"

#include "source/gitlab.h"

#include <inttypes.h>
#include <string.h>

#include "source/lines.h"

enum { LINE_MOST = 4000 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "2024-05-22T12:43:46.962646Z 00O " or "... 00O+": when and from which stream. */
static size_t stamp_of(const char *line, size_t len)
{
    const char *end = len > 20 && is_digit(line[0]) && line[4] == '-' && line[10] == 'T'
                          ? memchr(line, ' ', len < 40 ? len : 40)
                          : NULL;
    size_t n = end ? (size_t)(end - line) + 1 : 0;

    if (n == 0 || end[-1] != 'Z')
        return 0;
    if (len >= n + 4 && is_digit(line[n]) && is_digit(line[n + 1]) && strchr("OE", line[n + 2]))
        return n + 4;
    return n;
}

/* Progress is overwritten by what comes behind a carriage return, and so are the
 * marks of sections. */
static void cut_overwritten(const char **line, size_t *len)
{
    while (*len > 0 && (*line)[*len - 1] == '\r')
        (*len)--;
    for (size_t i = *len; i-- > 0;)
        if ((*line)[i] == '\r') {
            *line += i + 1;
            *len -= i + 1;
            return;
        }
}

/* Without colours and other sequences of the terminal. */
static size_t without_escapes(char *out, size_t cap, const char *line, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len && n + 1 < cap; i++) {
        if (line[i] != '\x1b') {
            out[n++] = line[i];
            continue;
        }
        if (i + 1 < len && line[i + 1] == '[')
            for (i += 2; i < len && (line[i] < '@' || line[i] > '~'); i++)
                ;
        else
            i++;
    }
    return n;
}

static const char *clean_line(struct batch *batch, const char *line, size_t len)
{
    char plain[LINE_MOST];
    size_t skip = stamp_of(line, len);

    line += skip;
    len -= skip;
    cut_overwritten(&line, &len);
    return batch_text(batch, plain, without_escapes(plain, sizeof(plain), line, len));
}

/* Not where a storage behind the server refused it: its links are good for a minute only,
 * and it speaks no JSON. */
static bool is_for_good(const struct reply *reply)
{
    return reply->status != 403 || reply->json;
}

bool gitlab_decode_log(const struct reply *reply, struct batch *batch)
{
    struct gitlab_about about = gitlab_about(reply);
    const char *run = arena_print(&batch->arena, "%" PRId64, reply->detail);
    struct log_tail *tail;
    const char *text;

    if (is_for_good(reply))
        batch_paid(batch, about.project, run, 1);
    if (!gitlab_is_answer(reply) || reply->len == 0)
        return true; /* it was erased, or there never was one */
    text = lines_kept(batch, reply->body, reply->len, clean_line);
    if (*text) {
        tail = batch_tail(batch);
        tail->project = batch_text(batch, about.project, strlen(about.project));
        tail->run = run;
        tail->job = arena_print(&batch->arena, "%" PRId64, about.seen);
        tail->run_attempt = 1;
        tail->job_attempt = about.attempt;
        tail->text = text;
    }
    return true;
}
