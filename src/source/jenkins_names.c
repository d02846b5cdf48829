/* jenkins: names of jobs, and what is remembered of them. */
#include "config.h"

#include "source/jenkins.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/field.h"
#include "source/pattern.h"
#include "source/recall.h"

enum { KEY_MAX = JENKINS_FULL_MOST + 16 };

/* ---- jobs and runs ---- */

struct jenkins_job jenkins_job_named(const char *full, bool branch)
{
    struct jenkins_job job = { .branch = branch };
    const char *slash = strrchr(full, '/');

    (void)snprintf(job.full, sizeof(job.full), "%s", full);
    if (slash) {
        (void)snprintf(job.project, sizeof(job.project), "%.*s", (int)(slash - full), full);
        (void)snprintf(job.leaf, sizeof(job.leaf), "%s", slash + 1);
    } else {
        (void)snprintf(job.project, sizeof(job.project), "%s", full);
    }
    return job;
}

const char *jenkins_run_id(struct batch *batch, const struct jenkins_job *job, int64_t number,
                           int64_t timestamp)
{
    return arena_print(&batch->arena, "%s%c%" PRId64 "@%" PRId64, job->leaf,
                       job->branch ? '/' : '#', number, timestamp);
}

bool jenkins_build_of(const char *project, const char *id, struct jenkins_build *out)
{
    const char *at = strrchr(id, '@'), *sign = at;
    char full[JENKINS_NAME];

    if (!at)
        return false;
    while (sign > id && *sign != '#' && *sign != '/')
        sign--;
    if (*sign != '#' && *sign != '/')
        return false;
    (void)snprintf(full, sizeof(full), "%s%s%.*s", project, sign > id ? "/" : "", (int)(sign - id),
                   id);
    *out = (struct jenkins_build){ .job = jenkins_job_named(full, *sign == '/'),
                                   .number = strtoll(sign + 1, NULL, 10),
                                   .timestamp = strtoll(at + 1, NULL, 10) };
    if (sign == id) { /* in no folder, so that the project is the job */
        (void)snprintf(out->job.project, sizeof(out->job.project), "%s", project);
        out->job.leaf[0] = '\0';
    }
    return true;
}

/* ---- escapes ---- */

static int digit_of(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t decode(char *out, size_t cap, const char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len && n + 1 < cap; i++) {
        int high = text[i] == '%' && i + 2 < len ? digit_of(text[i + 1]) : -1;
        int low = high >= 0 ? digit_of(text[i + 2]) : -1;

        out[n] = text[i];
        if (low >= 0) {
            out[n] = (char)(unsigned char)(high * 16 + low);
            i += 2;
        }
        n++;
    }
    return n;
}

const char *jenkins_decoded(struct batch *batch, const char *name)
{
    char text[JENKINS_NAME];

    return batch_text(batch, text, decode(text, sizeof(text), name, strlen(name)));
}

/* Pairs of "job" and a name; a context path may come before them, and whatever is no
 * pair ends them. */
const char *jenkins_full_of_url(struct batch *batch, const char *url)
{
    const char *at = strstr(url, "://");
    char full[JENKINS_NAME];
    size_t n = 0;

    at = strstr(at ? at + 3 : url, "/job/");
    while (at && strncmp(at, "/job/", 5) == 0) {
        size_t len = strcspn(at + 5, "/?#");

        if (len == 0 || n + len + 2 >= sizeof(full))
            break;
        if (n > 0)
            full[n++] = '/';
        n += decode(full + n, sizeof(full) - n, at + 5, len);
        at += 5 + len;
    }
    return batch_text(batch, full, n);
}

/* ---- patterns ---- */

/* A pattern of a multibranch project stands for its branches too. */
static bool fits_it_or_above(const struct dx_items *patterns, const char *full)
{
    char text[JENKINS_NAME];

    (void)snprintf(text, sizeof(text), "%s", full);
    while (!pattern_fits(patterns, text, PATTERN_EXACT)) {
        char *slash = strrchr(text, '/');

        if (!slash)
            return false;
        *slash = '\0';
    }
    return true;
}

bool jenkins_wanted(const struct jenkins *config, const char *full)
{
    return (config->include.count == 0 || fits_it_or_above(&config->include, full)) &&
           !fits_it_or_above(&config->exclude, full);
}

bool jenkins_protected(const struct jenkins *config, const char *branch)
{
    static const char *const usual[] = { "main", "master", "trunk" };

    if (config->protect.count > 0)
        return pattern_fits(&config->protect, branch, PATTERN_EXACT);
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        if (strcmp(branch, usual[i]) == 0)
            return true;
    return false;
}

/* ---- requests ---- */

struct plan_request *jenkins_ask(struct plan *plan, enum jenkins_step step, const char *full,
                                 const char *rest)
{
    struct plan_request *r = plan_get(plan, step, "", NULL);

    while (*full) {
        size_t len = strcspn(full, "/");
        char name[JENKINS_NAME];

        (void)snprintf(name, sizeof(name), "%.*s", (int)len, full);
        plan_append(plan, r, "/job/{}", name, NULL);
        full += full[len] ? len + 1 : len;
    }
    if (*rest)
        plan_append(plan, r, rest, NULL);
    return r;
}

bool jenkins_is_answer(const struct reply *reply)
{
    return reply->status >= 200 && reply->status <= 299;
}

/* ---- cursors ---- */

int64_t jenkins_recall(const struct plan *plan, const struct batch *batch, const char *kind,
                       const char *full)
{
    char key[KEY_MAX];

    (void)snprintf(key, sizeof(key), "%s:%s", kind, full);
    return recall(plan, batch, key);
}

void jenkins_remember(struct batch *batch, const char *kind, const char *full, int64_t value)
{
    char key[KEY_MAX];

    (void)snprintf(key, sizeof(key), "%s:%s", kind, full);
    batch_cursor(batch, key, value);
}

bool jenkins_due(const struct jenkins_poll *p, const char *kind, const char *full, int64_t every_ms)
{
    int64_t since = p->plan->now_ms - jenkins_recall(p->plan, p->batch, kind, full);

    return since < 0 || since >= every_ms;
}
