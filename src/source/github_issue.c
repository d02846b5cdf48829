/* github: an issue as a ticket, and its first response. */
#include "config.h"

#include "source/github.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "source/field.h"
#include "source/ticket_sweep.h"
#include "source/ticket_words.h"

enum { PAGES_MOST = 3 /* of comments, of which none was an answer */ };

/* ---- an issue ---- */

/* "https://api.github.com/repos/acme/web" */
static const char *repo_of(struct batch *batch, const json_t *item)
{
    const char *name = field_text(batch, json_object_get(item, "repository"), "full_name");
    const char *at = strstr(field_text(batch, item, "repository_url"), "/repos/");

    if (!*name && at)
        name = at + strlen("/repos/");
    return github_named(name) ? name : "";
}

static bool is_known(const struct github_poll *p, const char *key, int64_t updated_ms)
{
    const struct known *known = p->plan->known;
    enum known_run as =
        known && known->ticket ? known->ticket(known->self, key, updated_ms) : KNOWN_NOT;

    return as == KNOWN_OPEN || as == KNOWN_DONE;
}

static bool is_url(const char *text)
{
    return strncasecmp(text, "https://", 8) == 0 || strncasecmp(text, "http://", 7) == 0;
}

/* Open or closed is all that there is: somebody who is to do it stands for a beginning. */
static void put_state(struct batch *batch, struct ticket *t, const json_t *item)
{
    const char *state = field_text(batch, item, "state");
    const char *reason = field_text(batch, item, "state_reason");

    t->raw_status = *reason ? arena_print(&batch->arena, "%s, %s", state, reason) : state;
    if (strcmp(state, "closed") == 0) {
        t->state = DX_TICKET_DONE;
        t->resolved_ms = field_time(item, "closed_at");
        t->resolved_basis = t->resolved_ms > 0 ? "closed_at" : "";
    } else if (strcmp(state, "open") == 0) {
        t->state = *t->assignee ? DX_TICKET_IN_PROGRESS : DX_TICKET_NEW;
    } else {
        batch->unknown++;
    }
}

static void put_fields(const struct github_poll *p, struct ticket *t, const json_t *item)
{
    struct batch *batch = p->batch;
    const char *type = field_text(batch, json_object_get(item, "type"), "name");
    const char *url = field_text(batch, item, "html_url");

    t->title = field_text(batch, item, "title");
    t->text = field_text(batch, item, "body");
    t->type = *type ? type : "Issue";
    t->reporter = field_text(batch, json_object_get(item, "user"), "login");
    t->id = t->reporter; /* whose comments are no answer */
    t->assignee = field_text(batch, json_object_get(item, "assignee"), "login");
    t->url = is_url(url) ? url : "";
    t->created_ms = field_time(item, "created_at");
    t->created_basis = "created_at";
    t->updated_ms = field_time(item, "updated_at");
    put_state(batch, t, item);
    ticket_labels_put(&p->config->issues, batch, t, json_object_get(item, "labels"));
}

/* Of a list that did not come to its end yet. */
static bool is_history(const struct github_poll *p)
{
    char scope[GITHUB_NAME];

    github_word(p->reply->detail_text, 0, scope);
    return github_number(p->reply->detail_text, 1) != 0 ||
           github_recall(p->plan, p->batch, "ilisted", scope) == 0;
}

static bool is_wanted(const struct github_poll *p, const json_t *item, const char *repo)
{
    return github_wanted(p->config, repo) &&
           ticket_labels_wanted(&p->config->issues, json_object_get(item, "labels"));
}

/* moved: it goes on by another key here, and would be counted twice. */
static void put_gone(struct batch *batch, const char *key, bool moved)
{
    struct ticket *t = batch_ticket(batch);

    t->key = arena_text(&batch->arena, key);
    t->gone = true;
    t->moved = moved;
}

/* One that was wanted may have lost its label: what becomes of it is nobody's matter here. */
static void pass_over(const struct github_poll *p, const char *key)
{
    const struct known *known = p->plan->known;

    if (known && known->ticket && known->ticket(known->self, key, 0) != KNOWN_NOT)
        put_gone(p->batch, key, false);
}

void github_issue_take(struct github_poll *p, const json_t *item)
{
    const char *repo = repo_of(p->batch, item), *key;
    bool listed = p->reply->step == STEP_ISSUES;
    struct ticket *t;

    if (!*repo || field_int(item, "number") <= 0) {
        p->batch->unknown++;
        return;
    }
    if (json_is_object(json_object_get(item, "pull_request")))
        return;
    key = arena_print(&p->batch->arena, "%s#%" PRId64, repo, field_int(item, "number"));
    if (!is_wanted(p, item, repo)) {
        pass_over(p, key);
        return;
    }
    if (listed && is_known(p, key, field_time(item, "updated_at"))) {
        ticket_sweep_see(p->plan, p->batch, key);
        return;
    }
    t = batch_ticket(p->batch);
    t->key = key;
    t->project = repo;
    t->parts = TICKET_FIELDS;
    put_fields(p, t, item);
    if (field_int(item, "comments") == 0)
        t->parts |= TICKET_RESPONSE;
    else if (listed)
        github_comments_ask(p->plan, key, t->reporter, is_history(p) ? PLAN_FILL : 0);
}

/* Does it go on where somebody looks? One that has its number still is of a repository that was
 * renamed, whose old name leads on. */
static bool is_followed(const struct github_poll *p, const char *key, const char *repo)
{
    const char *number = strchr(key, '#');
    char old[GITHUB_NAME];

    (void)snprintf(old, sizeof(old), "%.*s", (int)strcspn(key, "#"), key);
    return github_walked(p, repo) ||
           (github_walked(p, old) && number &&
            strtoll(number + 1, NULL, 10) == field_int(p->reply->json, "number"));
}

bool github_issue_decode(struct github_poll *p, struct dx_error *err)
{
    const char *key = p->reply->detail_text, *repo = repo_of(p->batch, p->reply->json), *is;

    if (!*repo)
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of GitHub (no issue)");
    is = arena_print(&p->batch->arena, "%s#%" PRId64, repo, field_int(p->reply->json, "number"));
    if (strcasecmp(key, is) != 0) { /* renamed, or transferred under another number */
        bool followed = is_followed(p, key, repo);

        put_gone(p->batch, key, followed && is_wanted(p, p->reply->json, repo));
        if (!followed)
            return true;
    }
    github_issue_take(p, p->reply->json);
    return true;
}

void github_issue_gone(struct github_poll *p)
{
    if (p->reply->status == 404 || p->reply->status == 410)
        put_gone(p->batch, p->reply->detail_text, false);
}

/* ---- its first response ---- */

/* By who belongs to the project; who does not is another one with the same trouble. */
static bool is_answer(const struct github_poll *p, const json_t *comment, const char *author)
{
    static const char *const members[] = { "OWNER", "MEMBER", "COLLABORATOR" };
    const json_t *user = json_object_get(comment, "user");
    const json_t *as = json_object_get(comment, "author_association");
    const char *login = field_text(p->batch, user, "login");
    bool member = false;

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        member = member || value_is(as, members[i]);
    if (!member || value_is(json_object_get(user, "type"), "Bot"))
        return false;
    return (!*login || strcasecmp(login, author) != 0) &&
           !ticket_is_bot(&p->config->issues.bots, login);
}

static struct ticket *put_response(struct batch *batch, const char *key, int64_t ms)
{
    struct ticket *t = batch_ticket(batch);

    t->key = arena_text(&batch->arena, key);
    t->parts = TICKET_RESPONSE;
    t->first_response_ms = ms;
    t->response_basis = ms > 0 ? "comment" : "";
    return t;
}

/* They come oldest first. */
bool github_comments_decode(struct github_poll *p, struct dx_error *err)
{
    const json_t *comment;
    char key[GITHUB_NAME], author[GITHUB_NAME];
    int64_t first = 0;
    size_t i;

    github_word(p->reply->detail_text, 0, key);
    github_word(p->reply->detail_text, 1, author);
    if (!json_is_array(p->reply->json))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of GitHub (no comments)");
    json_array_foreach (p->reply->json, i, comment) {
        int64_t ms = field_time(comment, "created_at");

        if (ms > 0 && (first == 0 || ms < first) && is_answer(p, comment, author))
            first = ms;
    }
    if (first == 0 && *p->reply->next && p->reply->detail + 1 < PAGES_MOST) {
        struct plan_request *r = github_next(p);

        r->flags |= PLAN_ANSWER | PLAN_OPTIONAL;
        r->detail++;
        return true;
    }
    (void)put_response(p->batch, key, first);
    return true;
}

/* Nothing can be had of it: it is not asked for again and again. */
void github_comments_refused(struct github_poll *p)
{
    char key[GITHUB_NAME];

    put_response(p->batch, github_word(p->reply->detail_text, 0, key), 0)->refused =
        TICKET_RESPONSE;
}
