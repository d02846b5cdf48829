/* gitlab: merge requests, and who looked at them first. Of a group one list has those of all
 * its projects; it begins at the latest change that is known. The notes of a merge request
 * have comments, approvals and when a draft was ready, in the order of time.
 * https://docs.gitlab.com/api/merge_requests/ https://docs.gitlab.com/api/notes/ */
#include "config.h"

#include "source/gitlab.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/time.h"
#include "source/field.h"
#include "source/recall.h"

enum {
    PAGE = 100,
    LISTS_MOST = 40, /* of single projects, in one poll */
    LACKS_MOST = 20, /* merge requests whose notes are asked for again, in one poll */
    FIRST_MOST =
        30, /* of history, whose notes are asked for with their list: the rest lacks them */
    SETTLING_MS = 10 * 1000, /* a new one is looked through by the server itself */
    GROUP_MS = 5 * MINUTE_MS,
    PROJECT_MS = 10 * MINUTE_MS,
    OVERLAP_MS = 2 * MINUTE_MS, /* a change is listed late, where another one is already */
    REFUSED_MS = DAY_MS,
};

/* ---- asking ---- */

static int64_t mark_of(const struct gitlab *g)
{
    return ticket_labels_mark(&(struct ticket_labels){ .on = false }, &g->include, &g->exclude);
}

/* That of a group was listed for the projects that another configuration wanted. */
static bool is_for_others(const struct gitlab *g, const struct plan *plan,
                          const struct batch *batch, const struct gitlab_about *of)
{
    int64_t mark = of->group ? gitlab_cursor(plan, batch, GITLAB_MERGES_FOR, of->project) : 0;

    return mark != 0 && mark != mark_of(g);
}

/* of: the project or group, and what was asked for of it in this poll. */
static void ask_list(const struct gitlab *g, struct plan *plan, const struct batch *batch,
                     const struct gitlab_about *of)
{
    int64_t at = gitlab_cursor(plan, batch, GITLAB_MERGES_NEWS, of->project);
    struct gitlab_about about = *of;
    struct plan_request *r;

    if (recall_is_short(plan, gitlab_cursor(plan, batch, GITLAB_MERGES_BACK, of->project)) ||
        is_for_others(g, plan, batch, of))
        at = 0;
    /* Until its end was reached once, it is history. */
    about.fill = at == 0 || gitlab_cursor(plan, batch, GITLAB_MERGES_NEXT, of->project) == 0;
    r = gitlab_ask(plan, GITLAB_MERGES, at != 0 ? at : plan->now_ms - plan->history_ms, &about);
    if (about.fill)
        r->flags &= ~(unsigned)PLAN_CONDITIONAL;
}

static void ask_when_due(const struct gitlab *g, struct plan *plan, const char *of, bool group)
{
    int64_t next = gitlab_cursor(plan, NULL, GITLAB_MERGES_NEXT, of);

    if (plan->now_ms >= next || next - plan->now_ms > REFUSED_MS) /* a clock set back */
        ask_list(g, plan, NULL, &(struct gitlab_about){ .project = of, .group = group });
}

static void ask_notes(struct plan *plan, const struct lacking *merge, bool fill)
{
    struct gitlab_about about = { .project = merge->project,
                                  .fill = fill,
                                  .seen = (int64_t)text_hash(merge->author) };

    (void)gitlab_ask(plan, GITLAB_MERGE_NOTES, strtoll(merge->id, NULL, 10), &about);
}

static void ask_lacking(struct plan *plan)
{
    struct lacking found[LACKS_MOST];
    size_t n = plan_known_changes(plan, found, LACKS_MOST);

    for (size_t i = 0; i < n; i++)
        ask_notes(plan, &found[i], true);
}

void gitlab_merges_begin(const struct gitlab *g, struct plan *plan)
{
    const char *const *projects = g->projects.item;
    size_t before = plan->count;

    if (!g->reviews)
        return;
    if (*g->group)
        ask_when_due(g, plan, g->group, true);
    for (size_t i = 0; i < g->projects.count && plan->count - before < LISTS_MOST; i++)
        ask_when_due(g, plan, projects[i], false);
    ask_lacking(plan);
}

/* ---- a list ---- */

/* Of "acme/web!12"; that of a project that is asked for by itself is known. */
static const char *project_of(const struct gitlab_about *about, struct batch *batch,
                              const json_t *item)
{
    const char *full = field_text(batch, json_object_get(item, "references"), "full");
    const char *mark = strrchr(full, '!');

    if (mark)
        return batch_text(batch, full, (size_t)(mark - full));
    return about->group ? "" : arena_text(&batch->arena, about->project);
}

/* Whatever happens to it, an approval too, moves the time of its last change. */
static bool is_untouched(const json_t *item)
{
    int64_t age_ms = field_time(item, "updated_at") - field_time(item, "created_at");
    const json_t *notes = json_object_get(item, "user_notes_count");

    return json_is_integer(notes) && json_integer_value(notes) == 0 && age_ms >= 0 &&
           age_ms < SETTLING_MS;
}

/* Of one that is known the time of its creation stays: it was a draft, perhaps. What a
 * machine wrote keeps nobody waiting. */
static void take(const struct gitlab *g, struct gitlab_about *about, struct plan *plan,
                 struct batch *batch, const json_t *item)
{
    const struct known *known = plan->known;
    const char *project = project_of(about, batch, item);
    const char *author = field_text(batch, json_object_get(item, "author"), "username");
    enum known_change as = KNOWN_CHANGE_NOT;
    struct change *c;

    if (!*project || field_int(item, "iid") <= 0) {
        batch->unknown++;
        return;
    }
    if (gitlab_is_machine(g, author) || (about->group && !gitlab_is_wanted(g, project)))
        return;
    c = batch_change(batch);
    c->project = project;
    c->id = arena_print(&batch->arena, "%" PRId64, field_int(item, "iid"));
    c->title = field_text(batch, item, "title");
    c->author = author;
    c->url = gitlab_url(batch, item);
    c->merged_ms = field_time(item, "merged_at");
    c->closed_ms = c->merged_ms > 0 ? c->merged_ms : field_time(item, "closed_at");
    if (known && known->change)
        as = known->change(known->self, project, c->id);
    if (as == KNOWN_CHANGE_NOT)
        c->created_ms = field_time(item, "created_at");
    c->reviews_known = is_untouched(item);
    if (as == KNOWN_CHANGE_REVIEWED || c->reviews_known ||
        (about->fill && about->seen >= FIRST_MOST))
        return;
    about->seen++;
    ask_notes(plan, &(struct lacking){ project, c->id, author }, about->fill);
}

static void arrive(const struct reply *reply, struct plan *plan, struct batch *batch,
                   int64_t last_ms)
{
    struct gitlab_about about = gitlab_about(reply);

    gitlab_remember(batch, GITLAB_MERGES_NEWS, about.project,
                    recall_news(reply, last_ms > 0 ? last_ms - OVERLAP_MS : reply->detail));
    gitlab_remember(batch, GITLAB_MERGES_NEXT, about.project,
                    plan->now_ms + (about.group ? GROUP_MS : PROJECT_MS));
}

/* It begins with history, or anew with one that is longer than before, or for others. */
static void note_begin(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                       struct batch *batch)
{
    const struct gitlab_about about = gitlab_about(reply);
    const char *of = about.project;
    bool first = gitlab_cursor(plan, batch, GITLAB_MERGES_NEWS, of) == 0;
    bool anew = is_for_others(g, plan, batch, &about);

    if (about.group && gitlab_cursor(plan, batch, GITLAB_MERGES_FOR, of) != mark_of(g))
        gitlab_remember(batch, GITLAB_MERGES_FOR, of, mark_of(g));
    if (!first && !anew && reply->detail >= gitlab_cursor(plan, batch, GITLAB_MERGES_BACK, of))
        return;
    gitlab_remember(batch, GITLAB_MERGES_BACK, of, reply->detail);
    if (!first)
        gitlab_remember(batch, GITLAB_MERGES_NEXT, of, 0);
}

static void no_merges(const struct reply *reply, struct batch *batch)
{
    const char *project = gitlab_about(reply).project;

    batch_note(batch, DX_LOG_INFO,
               "the merge requests of %s are off, or the token may not see them (%d)", project,
               reply->status);
    gitlab_remember(batch, GITLAB_MERGES_NEXT, project, reply->now_ms + REFUSED_MS);
}

/* A page that ends with a later change than it begins with is followed by one that begins
 * there: what changes meanwhile goes to the end, and would shift others off a page. */
bool gitlab_decode_merges(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                          struct batch *batch, struct dx_error *err)
{
    struct gitlab_about about = gitlab_about(reply);
    const json_t *item;
    int64_t last_ms = 0;
    size_t i;

    if (!gitlab_is_answer(reply)) {
        no_merges(reply, batch);
        return true;
    }
    if (!json_is_array(reply->json))
        return dx_fail(err, DX_FAULT_REPLY,
                       "this is not the API of a GitLab (no list of merge requests)");
    json_array_foreach (reply->json, i, item) {
        int64_t ms = field_time(item, "updated_at");

        if (ms > last_ms && !recall_is_ahead(reply, ms))
            last_ms = ms;
        take(g, &about, plan, batch, item);
    }
    note_begin(g, reply, plan, batch);
    plan->new_is_behind = gitlab_has_next(reply) || json_array_size(reply->json) >= PAGE;
    if (!gitlab_has_next(reply)) {
        arrive(reply, plan, batch, last_ms);
    } else if (last_ms > reply->detail) {
        gitlab_remember(batch, GITLAB_MERGES_NEWS, about.project, last_ms);
        ask_list(g, plan, batch, &about);
    } else {
        (void)gitlab_ask_next(plan, reply, &about);
    }
    return true;
}

/* ---- the notes of one ---- */

/* The system notes in the name of who did it, and always in English; reviewers are
 * colleagues, so an internal note is a review, too. */
static int64_t look_of(const struct gitlab *g, struct batch *batch, const json_t *note,
                       int64_t author)
{
    const char *login = field_text(batch, json_object_get(note, "author"), "username");

    if (json_is_true(json_object_get(note, "system")) &&
        !value_is(json_object_get(note, "body"), "approved this merge request") &&
        !value_is(json_object_get(note, "body"), "requested changes"))
        return 0;
    if ((int64_t)text_hash(login) == author || gitlab_is_machine(g, login))
        return 0;
    return field_time(note, "created_at");
}

static bool says(const json_t *note, const char *body)
{
    return json_is_true(json_object_get(note, "system")) &&
           value_has(json_object_get(note, "body"), body);
}

static void put_reviews(const struct reply *reply, struct batch *batch, bool known,
                        int64_t ready_ms, int64_t first_ms)
{
    struct change *c = batch_change(batch);

    c->project = arena_text(&batch->arena, gitlab_about(reply).project);
    c->id = arena_print(&batch->arena, "%" PRId64, reply->detail);
    c->created_ms = ready_ms;
    c->reviews_known = known;
    c->first_review_ms = first_ms;
}

/* The first mark of a draft that was opened as one makes it ready; of one that became a
 * draft later, it does not. A draft that was reviewed before it was ready was open for it. */
bool gitlab_decode_merge_notes(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                               struct batch *batch, struct dx_error *err)
{
    struct gitlab_about about = gitlab_about(reply);
    int64_t ready_ms = 0, first_ms = 0;
    const json_t *note;
    size_t i;

    if (gitlab_is_answer(reply) && !json_is_array(reply->json))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of a GitLab (no list of notes)");
    json_array_foreach (reply->json, i, note) {
        bool ready = says(note, "marked this merge request as **ready**");

        if (ready && !about.attempt)
            ready_ms = field_time(note, "created_at");
        if (ready || says(note, "marked this merge request as **draft**"))
            about.attempt = 1;
        first_ms = look_of(g, batch, note, about.seen);
        if (first_ms > 0)
            break;
    }
    if (gitlab_is_answer(reply) && first_ms == 0 && gitlab_ask_next(plan, reply, &about)) {
        if (ready_ms > 0)
            put_reviews(reply, batch, false, ready_ms, 0);
        return true;
    }
    put_reviews(reply, batch, true, ready_ms, first_ms); /* of one that is refused, nothing */
    return true;
}
