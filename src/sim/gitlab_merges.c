/* gitlab_merges: merge requests of GitLab, and who looked at them. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/gitlab.h"
#include "sim/reviews.h"

enum { FIRST_ID = 700000, ME = 0 };

static int64_t id_of(const struct pull *p)
{
    return FIRST_ID + p->repo->index * INT64_C(100000) + p->number;
}

static const char *state_of(const struct gitlab_call *call, const struct pull *p)
{
    if (!pull_is_closed(p, call->x->now_ms))
        return "opened";
    return p->merged ? "merged" : "closed";
}

static json_t *merge_json(const struct gitlab_call *call, const struct pull *p)
{
    const struct review *first = pull_first_review(p, call->x->now_ms);
    const char *state = state_of(call, p);
    char title[COMPANY_TEXT], branch[COMPANY_NAME], sha[COMPANY_SHA];
    json_t *reviewers = json_array(), *json;

    if (first)
        (void)json_array_append_new(reviewers, gitlab_user(call, first->person));
    json = json_pack("{s:I, s:I, s:I, s:s, s:n, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
                     (json_int_t)id_of(p), "iid", (json_int_t)p->number, "project_id",
                     (json_int_t)p->repo->id, "title", company_title(title, p->run), "description",
                     "state", state, "created_at", gitlab_time(p->created_ms), "updated_at",
                     gitlab_time(pull_updated_ms(p, call->x->now_ms)), "merged_at",
                     gitlab_time(strcmp(state, "merged") == 0 ? p->closed_ms : 0), "closed_at",
                     gitlab_time(strcmp(state, "closed") == 0 ? p->closed_ms : 0), "author",
                     gitlab_user(call, p->author), "reviewers", reviewers);
    (void)json_object_update_new(
        json, json_pack("{s:s, s:s, s:s, s:b, s:[], s:[], s:o, s:o, s:{s:o, s:o}}", "source_branch",
                        company_branch(branch, p->run), "target_branch", p->repo->default_branch,
                        "sha", company_sha(sha, p->run->commit), "draft", 0, "labels", "assignees",
                        "prepared_at", gitlab_time(p->created_ms + 3000), "web_url",
                        json_sprintf("%s/%s/%s/-/merge_requests/%" PRId64, call->web,
                                     p->repo->owner, p->repo->name, p->number),
                        "references", "short", json_sprintf("!%" PRId64, p->number), "full",
                        json_sprintf("%s/%s!%" PRId64, p->repo->owner, p->repo->name, p->number)));
    return json;
}

static void add_repo(struct gitlab_call *call, json_t *list, const struct company_repo *repo,
                     bool mine)
{
    struct pull *pulls;
    size_t count = pulls_of(call->company, repo, call->x->now_ms, &call->x->arena, &pulls);

    for (size_t i = 0; i < count; i++)
        if ((!mine || pulls[i].author == ME) &&
            gitlab_wants(call, state_of(call, &pulls[i]), pulls[i].created_ms,
                         pull_updated_ms(&pulls[i], call->x->now_ms)))
            (void)json_array_append_new(list, merge_json(call, &pulls[i]));
}

/* Of everything: only what who asks has written, unless scope=all says otherwise. */
void gitlab_put_merges(struct gitlab_call *call, const char *group, const char *path)
{
    const char *scope = exchange_parameter(call->x, "scope");
    bool mine = scope ? strcmp(scope, "all") != 0 : group && !*group;
    json_t *list = json_array();

    for (size_t i = 0; i < call->company->repo_count; i++) {
        const struct company_repo *repo = &call->company->repos[i];

        if (repo->system == COMPANY_GITLAB && (group || repo == call->repo) &&
            (!group || !*group || gitlab_is_below(repo->owner, group, true)))
            add_repo(call, list, repo, mine);
    }
    gitlab_put_sorted(call, list, path);
}

/* ---- who looked at it ---- */

static json_t *notes_of(const struct gitlab_call *call, const struct pull *p)
{
    static const char *const texts[] = { "Looks odd to me, see below.", "Please change the name.",
                                         "approved this merge request" };
    json_t *list = json_array();

    for (size_t i = 0; i < p->review_count && p->reviews[i].at_ms <= call->x->now_ms; i++) {
        const struct review *r = &p->reviews[i];
        int64_t id = id_of(p) * 10 + (int64_t)i;
        json_t *note = gitlab_note_json(call, texts[r->state], r->person, r->at_ms,
                                        r->state == REVIEW_APPROVED);

        (void)json_object_update_new(note, json_pack("{s:I, s:s, s:I, s:I}", "id", (json_int_t)id,
                                                     "noteable_type", "MergeRequest", "noteable_id",
                                                     (json_int_t)id_of(p), "noteable_iid",
                                                     (json_int_t)p->number));
        (void)json_array_append_new(list, note);
    }
    return list;
}

static json_t *approvals_of(const struct gitlab_call *call, const struct pull *p)
{
    json_t *by = json_array();

    for (size_t i = 0; i < p->review_count && p->reviews[i].at_ms <= call->x->now_ms; i++)
        if (p->reviews[i].state == REVIEW_APPROVED)
            (void)json_array_append_new(
                by, json_pack("{s:o, s:o}", "user", gitlab_user(call, p->reviews[i].person),
                              "approved_at", gitlab_time(p->reviews[i].at_ms)));
    return json_pack("{s:I, s:I, s:b, s:o}", "id", (json_int_t)id_of(p), "iid",
                     (json_int_t)p->number, "approved", json_array_size(by) > 0, "approved_by", by);
}

void gitlab_put_merge(struct gitlab_call *call, const char *rest)
{
    char *more;
    int64_t number = strtoll(rest, &more, 10);
    struct pull *pulls;
    size_t count = pulls_of(call->company, call->repo, call->x->now_ms, &call->x->arena, &pulls);

    for (size_t i = 0; i < count; i++) {
        if (pulls[i].number != number)
            continue;
        if (!*more)
            gitlab_put(call->x, merge_json(call, &pulls[i]));
        else if (strcmp(more, "/notes") == 0)
            gitlab_put_sorted(call, notes_of(call, &pulls[i]),
                              arena_print(&call->x->arena,
                                          "/projects/%" PRId64 "/merge_requests/%s", call->repo->id,
                                          rest));
        else if (strcmp(more, "/approvals") == 0)
            gitlab_put(call->x, approvals_of(call, &pulls[i]));
        else
            break;
        return;
    }
    gitlab_error(call->x, 404, "404 Not found");
}
