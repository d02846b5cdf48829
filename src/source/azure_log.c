/* azure: the end of a failed job's log, as lines that came cleaned. */
#include "config.h"

#include "source/azure.h"

#include <inttypes.h>

#include "source/lines.h"

bool azure_decode_log(const struct reply *reply, struct batch *batch)
{
    struct azure_about about = azure_about(reply, batch);
    const char *run = arena_print(&batch->arena, "%" PRId64, reply->detail);
    struct log_tail *tail;
    const char *text;

    batch_paid(batch, about.run, run, 1);
    if (!azure_is_answer(reply) || reply->len == 0)
        return true; /* it was deleted, or there never was one */
    text = lines_kept(batch, reply->body, reply->len, batch_text);
    if (*text) {
        tail = batch_tail(batch);
        tail->project = about.run;
        tail->run = run;
        tail->job = about.timeline;
        tail->run_attempt = 1;
        tail->job_attempt = about.attempt > 0 ? about.attempt : 1;
        tail->text = text;
    }
    return true;
}
