/* program: a source that is a program. */
#include "config.h"

#include "collect/program.h"

#include <string.h>

#include "core/text.h"
#include "source/lines.h"

enum { SAID_MOST = 8, SAID_LINE = 200, WORDS = 120 };

bool program_is(const struct source_settings *settings)
{
    return ((const struct source *)settings->kind)->command != NULL;
}

struct command *program_begin(struct ev_loop *loop, const struct source_settings *settings,
                              command_done_fn *done, void *self)
{
    const struct source *source = settings->kind;
    struct dx_items variables = { 0 };
    struct command_spec spec = { .argv = source->command(settings->settings),
                                 .timeout_ms = settings->endpoint.timeout_ms,
                                 .most = (size_t)settings->endpoint.max_body };

    if (source->variables)
        variables = source->variables(settings->settings);
    spec.variables = variables.item;
    spec.variable_count = variables.count;
    return command_start(loop, &spec, done, self);
}

/* The last lines of its stderr as notes; gives the last one. */
static const char *note_complaints(const struct command_result *result, struct batch *batch,
                                   char last[WORDS])
{
    struct buf lines;
    const char *at;
    size_t count = 0;

    last[0] = '\0';
    buf_init(&lines, 4 * result->stderr_len + 1);
    source_lines(&lines, result->stderr_end, result->stderr_len, false);
    at = lines.bytes ? lines.bytes : "";
    for (const char *c = at; *c; c++)
        count += *c == '\n';
    for (; *at; count--) {
        size_t len = strcspn(at, "\n");

        if (count < SAID_MOST)
            batch_note(batch, result->error ? DX_LOG_WARN : DX_LOG_INFO, "said: %.*s",
                       (int)(len < SAID_LINE ? len : SAID_LINE), at);
        (void)text_clean(last, WORDS, at, len);
        at += len + (at[len] != '\0');
    }
    buf_done(&lines);
    return last;
}

bool program_take(const struct source_settings *settings, const struct command_result *result,
                  struct plan *plan, struct batch *batch, struct dx_error *err)
{
    struct reply reply = { .status = result->error ? 0 : 200,
                           .cut = result->cut,
                           .detail_text = "",
                           .content_type = "",
                           .now_ms = plan->now_ms,
                           .body = result->bytes,
                           .len = result->len,
                           .next = "",
                           .head = "" };
    char last[WORDS];
    bool ok = source_decode(settings->kind, settings->settings, &reply, plan, batch, err);

    (void)note_complaints(result, batch, last);
    if (!result->error)
        return ok;
    *err = *result->error;
    if (*last)
        dx_fail(err, err->fault, "%.100s: %s", result->error->text, last);
    return false;
}
