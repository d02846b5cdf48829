/* github: what is remembered of repositories, and what a request carries. */
#include "config.h"

#include "source/github.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/field.h"
#include "source/recall.h"

enum { KEY_MAX = GITHUB_NAME + 16 };

/* So much is asked for beside what the poll began with, of an organisation a page of each of its
 * repositories: then it is long enough, and the rest of the history follows. */
static const size_t POLL_FULL = 120;
/* It may spend as much of an hour's limit as this, evenly over the hour: what is
 * new must always find room in the half that a source is given. */
static const double FILL_SHARE = 0.4;
static const double FILL_AT_ONCE = 0.02;
static const double LIMIT_HOUR_S = 3600.;

int64_t github_recall(const struct plan *plan, const struct batch *batch, const char *kind,
                      const char *repo)
{
    char key[KEY_MAX];

    (void)snprintf(key, sizeof(key), "%s:%s", kind, repo);
    return recall(plan, batch, key);
}

void github_remember(struct batch *batch, const char *kind, const char *repo, int64_t value)
{
    char key[KEY_MAX];

    (void)snprintf(key, sizeof(key), "%s:%s", kind, repo);
    batch_cursor(batch, key, value);
}

const char *github_discovered(const struct plan *plan, const char *repo)
{
    const char *name = repo;

    do
        name = recall_after(plan, "repo:", name);
    while (name && (github_recall(plan, NULL, "repo", name) == 0 || !github_named(name)));
    return name;
}

/* ---- what a request carries ---- */

const char *github_word(const char *text, int nth, char out[GITHUB_NAME])
{
    size_t len;

    for (; nth > 0 && *text; nth--) {
        text += strcspn(text, " ");
        text += *text == ' ';
    }
    len = strcspn(text, " ");
    (void)snprintf(out, GITHUB_NAME, "%.*s", (int)(len < GITHUB_NAME ? len : GITHUB_NAME - 1),
                   text);
    return out;
}

int64_t github_number(const char *text, int nth)
{
    char word[GITHUB_NAME];

    return strtoll(github_word(text, nth, word), NULL, 10);
}

struct plan_request *github_next(struct github_poll *p)
{
    struct plan_request *r = plan_get(p->plan, p->reply->step, "", NULL);

    r->path = arena_text(&p->plan->arena, p->reply->next);
    r->detail = p->reply->detail;
    r->detail_text = arena_text(&p->plan->arena, p->reply->detail_text);
    return r;
}

bool github_asked(const struct plan *plan, const char *path)
{
    for (const struct plan_request *r = plan->first; r; r = r->next)
        if (strcmp(r->path, path) == 0)
            return true;
    return false;
}

bool github_room(const struct github_poll *p)
{
    double limit = strtod(reply_header(p->batch, p->reply, "x-ratelimit-limit"), NULL);
    double left = strtod(reply_header(p->batch, p->reply, "x-ratelimit-remaining"), NULL);
    double reset = strtod(reply_header(p->batch, p->reply, "x-ratelimit-reset"), NULL);
    double gone_s = LIMIT_HOUR_S - (reset - (double)p->reply->now_ms / 1e3);

    if (p->plan->count - p->plan->begun >= POLL_FULL)
        return false;
    if (!(limit > 0.))
        return true; /* a server of one's own announces none */
    if (gone_s < 0.)
        gone_s = 0.;
    if (gone_s > LIMIT_HOUR_S)
        gone_s = LIMIT_HOUR_S;
    return limit - left < limit * (FILL_AT_ONCE + FILL_SHARE * gone_s / LIMIT_HOUR_S);
}
