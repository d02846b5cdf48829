/* jenkins: the end of the console of a build that failed. */
#include "config.h"

#include "source/jenkins.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "source/field.h"

enum { LINES_MOST = 200, BYTES_MOST = 32 << 10 };

void jenkins_log_ask(struct plan *plan, const struct jenkins_about *about)
{
    struct jenkins_build build = { .number = 0 };
    struct plan_request *r;
    char number[32];

    (void)jenkins_build_of(about->project, about->id, &build);
    (void)snprintf(number, sizeof(number), "%" PRId64, build.number);
    r = jenkins_ask(plan, JENKINS_LOG, build.job.full, "");
    plan_append(plan, r, "/{}/logText/progressiveText?start=0", number, NULL);
    r->accept = "text/plain";
    r->flags |= PLAN_OPTIONAL | PLAN_ANSWER | PLAN_TEXT;
    jenkins_set_about(plan, r, about);
}

static const char *start_of_tail(const char *body, size_t len)
{
    const char *at = body + len;

    for (size_t lines = 0; at > body && (size_t)(body + len - at) < BYTES_MOST; at--)
        if (at[-1] == '\n' && at < body + len && ++lines == LINES_MOST)
            break;
    return at;
}

bool jenkins_log_decode(struct jenkins_poll *p)
{
    struct jenkins_about about = jenkins_about(p->batch, p->reply);
    const char *end = p->reply->body + p->reply->len;
    struct log_tail *tail;
    struct buf text;

    if (!jenkins_is_answer(p->reply) || p->reply->len == 0)
        return true; /* it was discarded */
    buf_init(&text, (size_t)4 * BYTES_MOST);
    for (const char *at = start_of_tail(p->reply->body, p->reply->len); at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *line = batch_text(p->batch, at, (size_t)((stop ? stop : end) - at));

        if (*line)
            (void)buf_print(&text, "%s%s", text.len > 0 ? "\n" : "", line);
        at = stop ? stop + 1 : end;
    }
    if (text.len > 0) {
        tail = batch_tail(p->batch);
        tail->project = about.project;
        tail->run = about.id;
        tail->job = about.job;
        tail->run_attempt = tail->job_attempt = 1;
        tail->text = arena_text(&p->batch->arena, text.bytes);
    }
    buf_done(&text);
    return true;
}
