/* jenkins: the end of the console of a build that failed. */
#include "config.h"

#include "source/jenkins.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "source/field.h"
#include "source/lines.h"

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

/* The last lines of one stage, or of the whole console. */
struct lines {
    struct {
        const char *text;
        size_t len;
    } line[TAIL_LINES]; /* a ring */
    size_t count;
};

static void keep(struct lines *lines, const char *text, size_t len)
{
    lines->line[lines->count % TAIL_LINES].text = text;
    lines->line[lines->count % TAIL_LINES].len = len;
    lines->count++;
}

static void add_tail(struct jenkins_poll *p, const struct jenkins_about *about, const char *job,
                     const struct lines *lines)
{
    size_t first = lines->count, bytes = 0;
    struct log_tail *tail;
    struct buf text;

    while (first > 0 && lines->count - first < TAIL_LINES &&
           (bytes += lines->line[(first - 1) % TAIL_LINES].len) < TAIL_BYTES)
        first--;
    buf_init(&text, (size_t)4 * TAIL_BYTES);
    for (size_t i = first; i < lines->count; i++) {
        const char *line =
            batch_text(p->batch, lines->line[i % TAIL_LINES].text, lines->line[i % TAIL_LINES].len);

        if (*line)
            (void)buf_print(&text, "%s%s", text.len > 0 ? "\n" : "", line);
    }
    if (text.len > 0) {
        tail = batch_tail(p->batch);
        tail->project = about->project;
        tail->run = about->id;
        tail->job = job;
        tail->run_attempt = tail->job_attempt = 1;
        tail->text = arena_text(&p->batch->arena, text.bytes);
    }
    buf_done(&text);
}

static const char *end_of_line(const char *at, const char *end)
{
    const char *stop = memchr(at, '\n', (size_t)(end - at));

    return stop ? stop : end;
}

/* Where several stages failed, each has its own lines; false: the console does not tell
 * which those are. */
static bool add_stages(struct jenkins_poll *p, const struct jenkins_about *about)
{
    const char *const *stages = about->messages; /* "ID NAME" */
    size_t count = about->message_count, told = 0;
    struct arena *arena = &p->batch->arena;
    const char **names = arena_alloc(arena, (count + 1) * sizeof(*names));
    struct lines *lines = arena_alloc(arena, (count + 1) * sizeof(*lines));
    struct jenkins_console console = { .names = names, .count = count };
    const char *end = p->reply->body + p->reply->len;

    for (size_t i = 0; i < count; i++) {
        names[i] = stages[i] + strcspn(stages[i], " ");
        names[i] += *names[i] == ' ';
    }
    for (const char *at = p->reply->body; at < end; at = end_of_line(at, end) + 1) {
        size_t len = (size_t)(end_of_line(at, end) - at);
        int stage = jenkins_console_line(&console, at, len);

        if (stage != JENKINS_OTHER)
            keep(&lines[stage], at, len);
    }
    for (size_t i = 0; i < count; i++) {
        told += lines[i].count > 0;
        add_tail(p, about, arena_print(arena, "%.*s", (int)strcspn(stages[i], " "), stages[i]),
                 &lines[i]);
    }
    return told > 0;
}

bool jenkins_log_decode(struct jenkins_poll *p)
{
    struct jenkins_about about = jenkins_about(p->batch, p->reply);
    const char *end = p->reply->body + p->reply->len;
    struct lines *lines;

    batch_paid(p->batch, about.project, about.id, 1);
    if (!jenkins_is_answer(p->reply) || p->reply->len == 0)
        return true; /* it was discarded */
    if (about.message_count > 1 && add_stages(p, &about))
        return true;
    lines = arena_alloc(&p->batch->arena, sizeof(*lines));
    for (const char *at = lines_tail(p->reply->body, p->reply->len); at < end;
         at = end_of_line(at, end) + 1)
        keep(lines, at, (size_t)(end_of_line(at, end) - at));
    add_tail(p, &about, about.job, lines);
    return true;
}
