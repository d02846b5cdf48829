/* github: self-hosted runners, and the pools that they make up. */
#include "config.h"

#include "source/github.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/time.h"
#include "source/field.h"

enum { LABELS_MOST = 32, NAME_MAX_BYTES = 300, REPOS_MOST = 50, RUNNERS_MOST = 10000 };

static const int64_t EVERY_MS = MINUTE_MS, DENIED_MS = DAY_MS;

/* ---- names of pools ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_custom(const json_t *label)
{
    return value_is(json_object_get(label, "type"), "custom");
}

/* Texts, or {"name", "type"}. Labels are the same in any letter case. */
static size_t read_labels(struct batch *batch, const json_t *labels, const char *out[LABELS_MOST])
{
    const json_t *label;
    bool custom = false;
    size_t n = 0, i;

    json_array_foreach (labels, i, label) {
        custom = custom || is_custom(label);
    }
    json_array_foreach (labels, i, label) {
        const char *text =
            json_is_object(label) ? field_text(batch, label, "name") : value_text(batch, label);
        char *lower = arena_text(&batch->arena, text);

        if (n == LABELS_MOST || !*text || (custom && !is_custom(label)))
            continue;
        for (char *c = lower; *c; c++)
            *c = (char)tolower((unsigned char)*c);
        out[n++] = lower;
    }
    qsort(out, n, sizeof(out[0]), by_text);
    return n;
}

/* "self-hosted" says nothing where there are others. A runner is named by the
 * labels that somebody gave it: those of its system come by themselves. */
const char *github_pool(struct batch *batch, const json_t *labels, const char *group)
{
    const char *label[LABELS_MOST];
    size_t n = read_labels(batch, labels, label);
    struct buf out;
    const char *name;

    if (n == 0)
        return group;
    buf_init(&out, NAME_MAX_BYTES);
    for (size_t i = 0; i < n; i++) {
        if (n > 1 && strcmp(label[i], "self-hosted") == 0)
            continue;
        if (i > 0 && strcmp(label[i], label[i - 1]) == 0)
            continue;
        (void)buf_print(&out, "%s%s", out.len > 0 ? "," : "", label[i]);
    }
    name = batch_text(batch, out.bytes ? out.bytes : "", out.len);
    buf_done(&out);
    return name;
}

/* ---- asking: the organisation, or one repository after the other ---- */

static void ask(struct plan *plan, const char *of, size_t before)
{
    struct plan_request *r = plan_get(plan, STEP_RUNNERS, "", NULL);

    r->path = strchr(of, '/')
                  ? arena_print(&plan->arena, "/repos/%s/actions/runners?per_page=100", of)
                  : arena_print(&plan->arena, "/orgs/%s/actions/runners?per_page=100", of);
    r->flags |= PLAN_ANSWER | PLAN_OPTIONAL;
    r->detail = (int64_t)before;
    r->detail_text = arena_text(&plan->arena, of);
}

/* batch: of this poll; NULL: before it. */
static bool is_denied(const struct plan *plan, const struct batch *batch, const char *of)
{
    int64_t at = github_recall(plan, batch, "runners", of), since = plan->now_ms - at;

    return at != 0 && since >= 0 && since < DENIED_MS;
}

/* The first behind `of` ("" begins) that may be asked. */
static const char *next_repo(const struct github *config, const struct plan *plan, const char *of,
                             struct github_walk *walk)
{
    bool behind = *of == '\0';
    const char *repo;

    *walk = (struct github_walk){ 0 };
    while ((repo = github_walk(config, plan, walk)) != NULL) {
        if (behind && !is_denied(plan, NULL, repo))
            return repo;
        behind = behind || strcmp(repo, of) == 0;
    }
    return NULL;
}

void github_runners_begin(const struct github *config, struct plan *plan, size_t repos)
{
    struct github_walk walk;
    const char *of = config->org;

    if (!config->runners || !github_turn(plan, "runners", EVERY_MS))
        return;
    if (*of && is_denied(plan, NULL, of))
        return;
    if (!*of)
        of = repos <= REPOS_MOST ? next_repo(config, plan, "", &walk) : NULL;
    if (of)
        ask(plan, of, 0);
}

/* ---- reading ---- */

static void take_runner(struct batch *b, const json_t *item)
{
    const char *status = field_text(b, item, "status");
    const json_t *labels = json_object_get(item, "labels");
    struct runner *runner = batch_runner(b);

    runner->name = field_text(b, item, "name");
    runner->pool = github_pool(b, labels, field_text(b, item, "runner_group_name"));
    runner->labels = github_pool(b, labels, "");
    runner->online = strcasecmp(status, "online") == 0;
    runner->busy = json_is_true(json_object_get(item, "busy"));
    b->unknown += !runner->online && strcasecmp(status, "offline") != 0;
}

static struct pool *pool_of(struct batch *b, const char *name)
{
    struct pool *pool;

    for (size_t i = 0; i < b->pool_count; i++)
        if (strcmp(b->pools[i].name, name) == 0)
            return &b->pools[i];
    pool = batch_pool(b);
    pool->name = name;
    pool->online = pool->busy = pool->offline = 0;
    return pool;
}

static bool is_any_denied(const struct github_poll *p)
{
    struct github_walk walk = { 0 };
    const char *repo;

    if (*p->config->org)
        return is_denied(p->plan, p->batch, p->config->org);
    while ((repo = github_walk(p->config, p->plan, &walk)) != NULL)
        if (is_denied(p->plan, p->batch, repo))
            return true;
    return false;
}

/* All runners that may be seen are in the batch: count them. */
static void end(const struct github_poll *p)
{
    struct batch *b = p->batch;

    for (size_t i = 0; i < b->runner_count; i++) {
        struct pool *pool = pool_of(b, b->runners[i].pool);

        pool->online += b->runners[i].online;
        pool->offline += !b->runners[i].online;
        pool->busy += b->runners[i].online && b->runners[i].busy;
    }
    b->pools_whole = true;
    b->pools_hidden = is_any_denied(p);
}

static void go_on(struct github_poll *p, bool whole)
{
    struct github_walk walk;
    const char *of = p->reply->detail_text;
    const char *repo = *p->config->org ? NULL : next_repo(p->config, p->plan, of, &walk);

    if (repo)
        ask(p->plan, repo, p->batch->runner_count);
    else if (whole)
        end(p);
}

bool github_runners_decode(struct github_poll *p, struct dx_error *err)
{
    const json_t *list = json_object_get(p->reply->json, "runners"), *item;
    /* A part of them may have been committed meanwhile; then the rest says too
     * little. */
    bool whole = p->reply->detail == (int64_t)p->batch->runner_count;
    size_t i;

    if (!json_is_array(list))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of GitHub (no \"runners\")");
    json_array_foreach (list, i, item) {
        take_runner(p->batch, item);
    }
    if (p->batch->runner_count >= RUNNERS_MOST) {
        batch_note(p->batch, DX_LOG_WARN, "it has more than %d runners; they are not counted",
                   RUNNERS_MOST);
        return true;
    }
    if (*p->reply->next) {
        struct plan_request *next = github_next(p);

        next->flags |= PLAN_ANSWER | PLAN_OPTIONAL;
        next->detail = whole ? (int64_t)p->batch->runner_count : -1;
        return true;
    }
    go_on(p, whole);
    return true;
}

/* 403 or 404: to see runners the token has to be an administrator's. */
void github_runners_denied(struct github_poll *p)
{
    const char *of = p->reply->detail_text;

    batch_note(p->batch, DX_LOG_INFO,
               "the token may not see the runners of %s (%d); pools are known by their jobs only",
               of, p->reply->status);
    github_remember(p->batch, "runners", of, p->reply->now_ms);
    go_on(p, p->reply->detail == (int64_t)p->batch->runner_count);
}
