/* azure: the end of a failed job's log, as lines that came cleaned. */
#include "config.h"

#include "source/azure.h"

#include <inttypes.h>
#include <string.h>

#include "core/buf.h"
#include "source/field.h"

enum { LINES_MOST = 200, BYTES_MOST = 32 << 10 };

static const char *start_of_tail(const char *body, size_t len)
{
    const char *at = body + len;

    for (size_t lines = 0; at > body && (size_t)(body + len - at) < BYTES_MOST; at--)
        if (at[-1] == '\n' && at < body + len && ++lines == LINES_MOST)
            break;
    return at;
}

bool azure_decode_log(const struct reply *reply, struct batch *batch)
{
    struct azure_about about = azure_about(reply, batch);
    const char *end = reply->body + reply->len;
    const char *run = arena_print(&batch->arena, "%" PRId64, reply->detail);
    struct log_tail *tail;
    struct buf text;

    batch_paid(batch, about.run, run, 1);
    if (!azure_is_answer(reply) || reply->len == 0)
        return true; /* it was deleted, or there never was one */
    buf_init(&text, (size_t)4 * BYTES_MOST);
    for (const char *at = start_of_tail(reply->body, reply->len); at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *line = batch_text(batch, at, (size_t)((stop ? stop : end) - at));

        if (*line) {
            (void)buf_text(&text, text.len > 0 ? "\n" : "");
            (void)buf_text(&text, line);
        }
        at = stop ? stop + 1 : end;
    }
    if (text.len > 0) {
        tail = batch_tail(batch);
        tail->project = about.run;
        tail->run = run;
        tail->job = about.timeline;
        tail->run_attempt = 1;
        tail->job_attempt = about.attempt > 0 ? about.attempt : 1;
        tail->text = arena_text(&batch->arena, text.bytes);
    }
    buf_done(&text);
    return true;
}
