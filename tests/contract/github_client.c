/* github_client: lets the source ask a server that somebody else drives: writes
 * "GET PATH" a line, and reads "STATUS LENGTH NEXT\n" and the body. So a script can
 * hold every request against GitHub's own description. Ends with what came of it. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "source/github.h"

enum { REQUESTS_MOST = 100, BODY_MOST = 8 << 20 };

static int64_t no_cursor(void *self, const char *name)
{
    (void)self;
    (void)name;
    return 0;
}

static enum known_run nothing_known(void *self, const char *project, const char *id,
                                    int64_t attempt, int64_t updated_ms)
{
    (void)self;
    (void)project;
    (void)id;
    (void)attempt;
    (void)updated_ms;
    return KNOWN_NOT;
}

static size_t one_open(void *self, const char *project, struct open_run *out, size_t cap)
{
    (void)self;
    (void)project;
    if (cap == 0)
        return 0;
    out[0] = (struct open_run){ "octo-org/octo-repo", "30433642", 1, 1, false };
    return 1;
}

/* false: the driver is gone. */
static bool exchange(const char *path, struct reply *reply, char *next, char *body)
{
    long status, len;
    char line[4096];
    char *rest;

    printf("GET %s\n", path);
    fflush(stdout);
    if (!fgets(line, sizeof(line), stdin))
        return false;
    status = strtol(line, &rest, 10);
    len = strtol(rest, &rest, 10);
    rest += *rest == ' ';
    snprintf(next, 2048, "%.*s", (int)strcspn(rest, "\n"), rest);
    if (len < 0 || len >= BODY_MOST || fread(body, 1, (size_t)len, stdin) != (size_t)len)
        return false;
    body[len] = '\0';
    reply->status = (int)status;
    reply->body = body;
    reply->len = (size_t)len;
    reply->next = next;
    return true;
}

/* What the examples give no reason to ask for. */
static void ask_more(const struct github *config, struct plan *plan, struct batch *batch)
{
    static const char rerun[] = "{\"id\":30433642,\"run_attempt\":2}";
    struct reply reply = { .step = STEP_RUN,
                           .status = 200,
                           .content_type = "application/json",
                           .detail_text = "octo-org/octo-repo 30433642 1",
                           .now_ms = plan->now_ms,
                           .body = rerun,
                           .len = sizeof(rerun) - 1,
                           .next = "" };
    struct github_poll p = { config, plan, batch, &reply };
    struct job failed = { .id = "399444496", .started = true };
    struct dx_error err = { 0 };

    failed.outcome.result = DX_RESULT_FAILURE;
    failed.run = batch_known_run(batch, "octo-org/octo-repo", "30433642", 1);
    github_evidence_ask(&p, &failed,
                        &(struct github_evidence){ "octo-org/octo-repo", "30433642", 1, 0 });
    github_gap_ask(plan, "octo-org/octo-repo", plan->now_ms - DAY_MS);
    github_run_ask(&p, "octo-org/octo-repo", "30433642", 1);
    (void)source_decode(&source_github, config, &reply, plan, batch, &err);
}

static int poll_once(const struct github *config, char *body)
{
    const struct cursors cursors = { .get = no_cursor };
    const struct known known = { .run = nothing_known, .open = one_open };
    struct plan plan = { .now_ms = 1795518007000,
                         .every_ms = 30000,
                         .history_ms = 35 * DAY_MS,
                         .cursors = &cursors,
                         .known = &known };
    struct batch batch = { 0 };
    struct plan_request *r;
    int bad = 0;

    source_github.begin(config, &cursors, &plan);
    source_github.probe(config, &plan);
    ask_more(config, &plan, &batch);
    for (int n = 0; n < REQUESTS_MOST && (r = plan_take(&plan)) != NULL; n++) {
        struct reply reply = { .step = r->step,
                               .detail = r->detail,
                               .detail_text = r->detail_text,
                               .content_type = "application/json",
                               .now_ms = plan.now_ms };
        struct dx_error err = { 0 };
        char next[2048];
        bool ok;

        if (!exchange(r->path, &reply, next, body))
            return 1;
        ok = r->flags & PLAN_TEXT
                 ? source_github.decode(config, &reply, &plan, &batch, &err)
                 : source_decode(&source_github, config, &reply, &plan, &batch, &err);
        if (!ok && ++bad)
            printf("# %s: %s\n", r->path, err.text);
    }
    printf("# %zu runs, %zu jobs, %zu runners, %zu unknown words, %d not read\n", batch.run_count,
           batch.job_count, batch.runner_count, batch.unknown, bad);
    batch_done(&batch);
    plan_done(&plan);
    return bad > 0;
}

int main(void)
{
    static const char *repos[] = { "octo-org/octo-repo" };
    static const struct github config[] = {
        { .repos = { repos, 1 }, .org = "", .annotations = true, .logs = true, .runners = true },
        { .org = "octo-org", .annotations = true, .logs = true, .runners = true },
    };
    char *body = malloc(BODY_MOST);
    int bad = 0;

    for (size_t i = 0; body && i < 2; i++)
        bad |= poll_once(&config[i], body);
    free(body);
    return bad;
}
