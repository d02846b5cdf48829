/* github: why a job failed: its annotations, and the end of its log. What happens
 * to a runner ("lost communication") is said in annotations only. */
#include "config.h"

#include "source/github.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/text.h"
#include "core/time.h"
#include "source/field.h"

enum { MESSAGES_MOST = 20, LINES_MOST = 200, LINE_MAX_BYTES = 1000, TAIL_MAX = 64 << 10 };

/* A job that is cut off by its timeout is said to be cancelled, and so is what a
 * newer run replaced: only the first of the two took its time. */
static const int64_t TIMEOUT_LEAST = MINUTE_MS, LOG_MADE_MS = 10 * MINUTE_MS;
static const char timeout_words[] = "exceeded the maximum execution time";

static void ask(struct github_poll *p, size_t run, enum github_step step, const char *path,
                const char *text)
{
    struct plan_request *r = plan_get(p->plan, step, "", NULL);

    r->path = path;
    r->flags |= PLAN_ANSWER | PLAN_OPTIONAL | (step == STEP_LOG ? PLAN_TEXT : 0);
    r->detail_text = text;
    batch_owe(p->batch, run);
}

static size_t heir_of(const struct github_poll *p)
{
    const char *text = p->reply->detail_text;
    int64_t heir = github_number(text, 4);
    char repo[GITHUB_NAME], run[GITHUB_NAME];

    return heir > 0 ? batch_find_run(p->batch, github_word(text, 0, repo),
                                     github_word(text, 1, run), heir)
                    : SIZE_MAX;
}

void github_evidence_ask(struct github_poll *p, const struct job *job,
                         const struct github_evidence *of)
{
    const struct outcome *out = &job->outcome;
    bool failed = out->result == DX_RESULT_FAILURE;
    bool timeout = out->result == DX_RESULT_CANCELLED && job->timing.duration_ms >= TIMEOUT_LEAST;
    struct arena *arena = &p->plan->arena;
    const char *text;

    if (!(failed || timeout))
        return;
    text = arena_print(arena, "%s %s %" PRId64 " %s %" PRId64, of->repo, of->run, of->attempt,
                       job->id, of->heir);
    if (p->config->annotations) {
        size_t heir =
            of->heir > 0 ? batch_find_run(p->batch, of->repo, of->run, of->heir) : SIZE_MAX;

        ask(p, job->run, STEP_ANNOTATIONS,
            arena_print(arena, "/repos/%s/check-runs/%s/annotations?per_page=100", of->repo,
                        job->id),
            text);
        if (heir != SIZE_MAX)
            batch_owe(p->batch, heir);
    }
    if (p->config->logs && failed && job->started)
        ask(p, job->run, STEP_LOG,
            arena_print(arena, "/repos/%s/actions/jobs/%s/logs", of->repo, job->id), text);
}

void github_evidence_end(struct github_poll *p)
{
    const char *text = p->reply->detail_text;
    char repo[GITHUB_NAME], run[GITHUB_NAME];

    batch_paid(p->batch, github_word(text, 0, repo), github_word(text, 1, run),
               github_number(text, 2));
    if (p->reply->step == STEP_ANNOTATIONS && github_number(text, 4) > 0)
        batch_paid(p->batch, repo, run, github_number(text, 4));
}

/* NULL: it was committed before, without what comes now. Its run then stays open
 * and is asked for again. */
static struct job *job_of(struct github_poll *p)
{
    const char *text = p->reply->detail_text;
    char repo[GITHUB_NAME], run[GITHUB_NAME], id[GITHUB_NAME];
    size_t at = batch_find_run(p->batch, github_word(text, 0, repo), github_word(text, 1, run),
                               github_number(text, 2));

    github_word(text, 3, id);
    for (size_t i = p->batch->job_count; i-- > 0;)
        if (p->batch->jobs[i].run == at && strcmp(p->batch->jobs[i].id, id) == 0)
            return &p->batch->jobs[i];
    return NULL;
}

/* A log is where a link leads that is good for a minute, and some time after its job ended.
 * So not each refusal is for ever: not that of the storage, which speaks no JSON, nor of a
 * log that is still being made. */
void github_evidence_refused(struct github_poll *p)
{
    const struct job *job = job_of(p);
    bool late = p->reply->status == 403 && !p->reply->json;
    bool early = p->reply->status == 404 && job && job->timing.finished_ms > 0 &&
                 p->reply->now_ms - job->timing.finished_ms < LOG_MADE_MS;

    if (p->reply->step != STEP_LOG || !(late || early))
        github_evidence_end(p);
}

/* ---- annotations ---- */

static void take_messages(struct github_poll *p, struct job *job)
{
    static const char *const levels[] = { "failure", "warning" };
    const char **messages = arena_alloc(&p->batch->arena, MESSAGES_MOST * sizeof(*messages));
    const json_t *item;
    size_t i;

    job->messages = messages;
    job->message_count = 0;
    for (size_t level = 0; level < 2; level++) {
        json_array_foreach (p->reply->json, i, item) {
            const char *text = field_text(p->batch, item, "message");
            const char *how = field_text(p->batch, item, "annotation_level");

            if (strcasecmp(how, levels[level]) == 0 && *text && job->message_count < MESSAGES_MOST)
                messages[job->message_count++] = text;
        }
    }
}

/* Of a run's jobs, those that are of it and not of another attempt. */
static bool has_job(const struct batch *batch, size_t run, const char *name)
{
    for (size_t i = 0; i < batch->job_count; i++)
        if (batch->jobs[i].run == run && (!name || strcmp(batch->jobs[i].name, name) == 0))
            return true;
    return false;
}

/* Was it cancelled by somebody, whatever it took over? */
static bool has_cancelled(const struct batch *batch, size_t run)
{
    for (size_t i = 0; i < batch->job_count; i++)
        if (batch->jobs[i].run == run && batch->jobs[i].outcome.result == DX_RESULT_CANCELLED)
            return true;
    return false;
}

/* Its own; or one of an earlier attempt that it took over as it was, for it did not run it. */
static bool is_its(const struct batch *batch, size_t at, const struct job *job)
{
    const struct run *run = &batch->runs[at], *of = &batch->runs[job->run];

    if (job->run == at)
        return true;
    return of->attempt < run->attempt && strcmp(of->id, run->id) == 0 &&
           strcmp(of->project, run->project) == 0 && has_job(batch, at, NULL) &&
           !has_job(batch, at, job->name) && !has_cancelled(batch, at);
}

void github_run_timeout(struct batch *batch, size_t at)
{
    struct run *run = &batch->runs[at];

    for (size_t i = 0; i < batch->job_count; i++) {
        const struct job *job = &batch->jobs[i];

        if (run->bare || run->outcome.result != DX_RESULT_CANCELLED)
            return;
        if (job->outcome.result == DX_RESULT_FAILURE &&
            strcasecmp(job->outcome.raw_result, "cancelled") == 0 && is_its(batch, at, job)) {
            run->outcome.result = DX_RESULT_FAILURE;
            run->outcome.evidence = job->outcome.evidence;
        }
    }
}

static void take_timeout(struct github_poll *p, struct job *job)
{
    size_t heir = heir_of(p);

    for (size_t i = 0; i < job->message_count; i++) {
        if (!strcasestr(job->messages[i], timeout_words))
            continue;
        if (job->outcome.result == DX_RESULT_CANCELLED) {
            job->outcome.result = DX_RESULT_FAILURE;
            job->outcome.evidence = job->messages[i];
        }
        github_run_timeout(p->batch, job->run);
        if (heir != SIZE_MAX)
            github_run_timeout(p->batch, heir);
        return;
    }
}

bool github_annotations_decode(struct github_poll *p, struct dx_error *err)
{
    struct job *job = job_of(p);

    if (!json_is_array(p->reply->json))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of GitHub (no annotations)");
    if (!job)
        return true;
    take_messages(p, job);
    take_timeout(p, job);
    github_evidence_end(p);
    return true;
}

/* ---- the log ---- */

static bool is_digits(const char *text, size_t from, size_t n)
{
    for (size_t i = from; i < from + n; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

/* "2024-01-02T03:04:05.1234567Z " before each line. */
static size_t stamp(const char *line, size_t len)
{
    size_t at = 19;

    if (len < 21 || !is_digits(line, 0, 4) || line[4] != '-' || line[10] != 'T' ||
        !is_digits(line, 17, 2))
        return 0;
    while (at < len && (line[at] == '.' || (line[at] >= '0' && line[at] <= '9')))
        at++;
    return at + 1 < len && line[at] == 'Z' && line[at + 1] == ' ' ? at + 2 : 0;
}

/* Colours and the like: ESC [ ... letter. */
static size_t without_escapes(char *out, const char *line, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        if (line[i] != '\x1b') {
            out[n++] = line[i];
            continue;
        }
        if (i + 1 < len && line[i + 1] == '[')
            for (i += 2; i < len && (line[i] < '@' || line[i] > '~');)
                i++;
    }
    return n;
}

static void put_line(struct buf *out, const char *line, size_t len)
{
    char plain[LINE_MAX_BYTES], clean[LINE_MAX_BYTES * 3];
    const char *last;
    size_t skip;

    while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == ' '))
        len--;
    last = memrchr(line, '\r', len); /* of a progress bar the last state */
    if (last) {
        len -= (size_t)(last + 1 - line);
        line = last + 1;
    }
    skip = stamp(line, len);
    len = len - skip < sizeof(plain) ? len - skip : sizeof(plain);
    len = without_escapes(plain, line + skip, len);
    (void)text_clean(clean, sizeof(clean), plain, len);
    if (out->len > 0)
        (void)buf_text(out, "\n");
    (void)buf_text(out, clean);
}

void github_log_decode(struct github_poll *p)
{
    const char *text = p->reply->detail_text, *end = p->reply->body + p->reply->len, *from = end;
    char word[GITHUB_NAME];
    struct log_tail *tail = batch_tail(p->batch);
    struct buf out;

    for (int lines = 0; from > p->reply->body && end - from < TAIL_MAX; from--)
        if (from[-1] == '\n' && from != end && ++lines == LINES_MOST)
            break;
    if (end - from >= 3 && memcmp(from, "\xEF\xBB\xBF", 3) == 0)
        from += 3;
    tail->project = arena_text(&p->batch->arena, github_word(text, 0, word));
    tail->run = arena_text(&p->batch->arena, github_word(text, 1, word));
    tail->run_attempt = tail->job_attempt = github_number(text, 2);
    tail->job = arena_text(&p->batch->arena, github_word(text, 3, word));
    buf_init(&out, (size_t)4 * TAIL_MAX);
    while (from < end) {
        const char *feed = memchr(from, '\n', (size_t)(end - from));

        put_line(&out, from, (size_t)((feed ? feed : end) - from));
        from = feed ? feed + 1 : end;
    }
    tail->text = arena_text(&p->batch->arena, out.bytes ? out.bytes : "");
    buf_done(&out);
    github_evidence_end(p);
}
