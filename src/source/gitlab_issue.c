/* gitlab: an issue as a ticket, and its first response. */
#include "config.h"

#include "source/gitlab.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

#include "core/text.h"
#include "source/field.h"
#include "source/ticket_sweep.h"
#include "source/ticket_words.h"

/* ---- an issue ---- */

/* "acme/web#12"; of a project that is asked for by itself it can be made up. */
static const char *key_of(const struct reply *reply, struct batch *batch, const json_t *item)
{
    const char *full = field_text(batch, json_object_get(item, "references"), "full");
    struct gitlab_about about = gitlab_about(reply);

    if (strrchr(full, '#'))
        return full;
    if (about.group || field_int(item, "iid") <= 0)
        return "";
    return arena_print(&batch->arena, "%s#%" PRId64, about.project, field_int(item, "iid"));
}

static bool is_known(const struct plan *plan, const char *key, int64_t updated_ms)
{
    const struct known *known = plan->known;
    enum known_run as =
        known && known->ticket ? known->ticket(known->self, key, updated_ms) : KNOWN_NOT;

    return as == KNOWN_OPEN || as == KNOWN_DONE;
}

/* Opened or closed is all that there is: somebody who is to do it stands for a beginning.
 * Old servers have a word for what was opened again. */
static void put_state(struct batch *batch, struct ticket *t, const json_t *item)
{
    t->raw_status = field_text(batch, item, "state");
    if (strcmp(t->raw_status, "closed") == 0) {
        t->state = DX_TICKET_DONE;
        t->resolved_ms = field_time(item, "closed_at");
        t->resolved_basis = t->resolved_ms > 0 ? "closed_at" : "";
    } else if (strcmp(t->raw_status, "opened") == 0 || strcmp(t->raw_status, "reopened") == 0) {
        t->state = *t->assignee ? DX_TICKET_IN_PROGRESS : DX_TICKET_NEW;
    } else {
        batch->unknown++;
    }
}

static void put_fields(const struct gitlab *g, struct batch *batch, struct ticket *t,
                       const json_t *item)
{
    const json_t *assignees = json_object_get(item, "assignees");
    const char *mail = field_text(batch, item, "service_desk_reply_to");
    const char *severity = field_text(batch, item, "severity");

    t->title = field_text(batch, item, "title");
    t->text = field_text(batch, item, "description");
    t->type = field_text(batch, item, "issue_type");
    t->id = field_text(batch, json_object_get(item, "author"), "username");
    t->reporter = *mail ? mail : t->id;
    t->assignee = field_text(batch, json_array_get(assignees, 0), "username");
    t->url = gitlab_url(batch, item);
    t->created_ms = field_time(item, "created_at");
    t->created_basis = "created_at";
    t->updated_ms = field_time(item, "updated_at");
    put_state(batch, t, item);
    ticket_labels_put(&g->issues, batch, t, json_object_get(item, "labels"));
    if (t->priority == 0 && (t->priority = ticket_priority(NULL, severity)) > 0)
        t->raw_priority = severity;
}

static const char *project_of(struct batch *batch, const char *key)
{
    return batch_text(batch, key, (size_t)(strrchr(key, '#') - key));
}

static void put_gone(struct batch *batch, const char *key, bool moved)
{
    struct ticket *t = batch_ticket(batch);

    t->key = key;
    t->gone = true;
    t->moved = moved;
}

/* One that was wanted may have lost its label, or be moved to another project, which closes it
 * here: what becomes of it is nobody's matter here. Where it went is not said, nor whether that is
 * wanted; there it is an issue of its own. */
static void pass_over(const struct plan *plan, struct batch *batch, const char *key)
{
    const struct known *known = plan->known;

    if (known && known->ticket && known->ticket(known->self, key, 0) != KNOWN_NOT)
        put_gone(batch, key, false);
}

void gitlab_take_issue(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                       struct batch *batch, const json_t *item)
{
    const char *key = key_of(reply, batch, item), *project;
    bool listed = reply->step == GITLAB_ISSUES;
    struct gitlab_about about = gitlab_about(reply);
    struct ticket *t;

    if (!*key) {
        batch->unknown++;
        return;
    }
    project = project_of(batch, key);
    if ((about.group && !gitlab_is_wanted(g, project)) || field_int(item, "moved_to_id") > 0 ||
        !ticket_labels_wanted(&g->issues, json_object_get(item, "labels"))) {
        pass_over(plan, batch, key);
        return;
    }
    if (listed && is_known(plan, key, field_time(item, "updated_at"))) {
        ticket_sweep_see(plan, batch, key);
        return;
    }
    t = batch_ticket(batch);
    t->key = key;
    t->project = project;
    t->parts = TICKET_FIELDS;
    put_fields(g, batch, t, item);
    if (json_is_integer(json_object_get(item, "user_notes_count")) &&
        field_int(item, "user_notes_count") == 0)
        t->parts |= TICKET_RESPONSE;
    else if (listed)
        gitlab_notes_ask(plan, key, t->id, about.fill);
}

static const char *part_key(const struct reply *reply, struct batch *batch)
{
    return arena_print(&batch->arena, "%s#%" PRId64, gitlab_about(reply).project, reply->detail);
}

static struct ticket *part_of(const struct reply *reply, struct batch *batch)
{
    struct ticket *t = batch_ticket(batch);

    t->key = part_key(reply, batch);
    return t;
}

/* Who is configured is followed to a new name, and is known by its number. */
static bool is_followed(const struct gitlab *g, const struct reply *reply, const struct plan *plan,
                        struct batch *batch, const char *is)
{
    const char *number =
        arena_print(&batch->arena, "%" PRId64, field_int(reply->json, "project_id"));

    return gitlab_is_configured(g, gitlab_about(reply).project) ||
           gitlab_is_configured(g, number) || gitlab_is_configured(g, project_of(batch, is)) ||
           gitlab_is_found(g, plan, project_of(batch, is));
}

/* Its project has another name. It goes on there where that is polled, too; as long as the group
 * has the old name, it was not looked through since, and nobody knows. */
static void follow(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                   struct batch *batch, const char *is)
{
    const char *asked = part_key(reply, batch);
    bool followed = is_followed(g, reply, plan, batch, is);

    if (!followed && gitlab_is_found(g, plan, gitlab_about(reply).project))
        return;
    put_gone(batch, asked, followed);
    if (followed)
        gitlab_take_issue(g, reply, plan, batch, reply->json);
}

bool gitlab_decode_issue(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                         struct batch *batch)
{
    const char *asked = part_key(reply, batch);
    const char *is = gitlab_is_answer(reply) ? key_of(reply, batch, reply->json) : "";

    if (reply->status == 404)
        put_gone(batch, asked, false);
    else if (*is && strcmp(is, asked) != 0)
        follow(g, reply, plan, batch, is);
    else if (gitlab_is_answer(reply))
        gitlab_take_issue(g, reply, plan, batch, reply->json);
    return true;
}

/* ---- its first response ---- */

/* Tokens of projects and groups have users of their own. */
bool gitlab_is_machine(const struct gitlab *g, const char *login)
{
    return fnmatch("project_[0-9]*_bot*", login, 0) == 0 ||
           fnmatch("group_[0-9]*_bot*", login, 0) == 0 || ticket_is_bot(&g->issues.bots, login);
}

/* What the system writes is in the name of who did it; what is internal its reporter does
 * not see. */
static bool is_answer(const struct gitlab *g, struct batch *batch, const json_t *note,
                      int64_t author)
{
    const char *login = field_text(batch, json_object_get(note, "author"), "username");

    return !json_is_true(json_object_get(note, "system")) &&
           !json_is_true(json_object_get(note, "internal")) &&
           !json_is_true(json_object_get(note, "confidential")) &&
           (int64_t)text_hash(login) != author && !gitlab_is_machine(g, login);
}

bool gitlab_decode_notes(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                         struct batch *batch, struct dx_error *err)
{
    struct gitlab_about about = gitlab_about(reply);
    const json_t *note;
    struct ticket *t;
    int64_t first = 0;
    size_t i;

    if (gitlab_is_answer(reply) && !json_is_array(reply->json))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of a GitLab (no list of notes)");
    json_array_foreach (reply->json, i, note) {
        int64_t ms = field_time(note, "created_at");

        if (ms > 0 && (first == 0 || ms < first) && is_answer(g, batch, note, about.seen))
            first = ms;
    }
    if (gitlab_is_answer(reply) && first == 0 && gitlab_ask_next(plan, reply, &about))
        return true;
    t = part_of(reply, batch); /* of one that is refused, nothing can be had */
    t->parts = TICKET_RESPONSE;
    t->refused = gitlab_is_answer(reply) ? 0 : TICKET_RESPONSE;
    t->first_response_ms = first;
    t->response_basis = first > 0 ? "note" : "";
    return true;
}
