/* jira: how many requests are in the queues of service desks: a line of the query
 * "queues" each. */
#include "config.h"

#include "source/jira.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "source/field.h"

enum {
    LIST_EVERY_MS = 5 * 60 * 1000,
    DESKS_MOST = 50, /* whose queues are asked for, in one poll */
    START_MOST = 10000,
    QUEUES_MOST = 1000, /* of one desk */
};

/* A request's detail: how many desks there were in the pages before, and so many times as many
 * that are wanted. */
static const int64_t WANTED = 1000000;

static void ask_desks(const struct jira_poll *p, int64_t start, int64_t count)
{
    char from[24];
    struct plan_request *r;

    (void)snprintf(from, sizeof(from), "%" PRId64, start);
    r = plan_get(p->plan, JIRA_DESKS, "/rest/servicedeskapi/servicedesk?limit=50", NULL);
    if (start > 0)
        plan_append(p->plan, r, "&start={}", from, NULL);
    r->flags = PLAN_OPTIONAL | PLAN_ANSWER;
    r->detail = start + count * WANTED;
}

void jira_queues_begin(const struct jira_poll *p)
{
    int64_t since = p->plan->now_ms - jira_recall(p, "queues");

    if (!jira_has_desk(p) || (since >= 0 && since < LIST_EVERY_MS))
        return;
    ask_desks(p, 0, 0);
}

static bool is_wanted(const struct jira *config, const char *project)
{
    const char *const *projects = config->projects.item;

    for (size_t i = 0; i < config->projects.count; i++)
        if (strcasecmp(projects[i], project) == 0)
            return true;
    return config->projects.count == 0;
}

static void ask_queues(const struct jira_poll *p, const char *desk, const char *project,
                       int64_t start)
{
    struct plan_request *r = plan_get(
        p->plan, JIRA_QUEUES,
        "/rest/servicedeskapi/servicedesk/{}/queue?includeCount=true&limit=50", desk, NULL);
    char from[24];

    (void)snprintf(from, sizeof(from), "%" PRId64, start);
    if (start > 0)
        plan_append(p->plan, r, "&start={}", from, NULL);
    r->flags = PLAN_OPTIONAL | PLAN_ANSWER;
    r->detail = start;
    r->detail_text = arena_print(&p->plan->arena, "%s %s", project, desk);
}

/* Behind this page, or at its end. */
static void go_on(const struct jira_poll *p, int64_t behind, int64_t count)
{
    const json_t *json = p->reply->json;
    int64_t start = p->reply->detail % WANTED;

    if (json_is_false(json_object_get(json, "isLastPage")) && behind > start && behind < START_MOST)
        ask_desks(p, behind, count);
    else if (count > DESKS_MOST)
        batch_note(p->batch, DX_LOG_INFO,
                   "of %" PRId64
                   " service desks the queues of the first %d are counted; `projects` "
                   "says of which",
                   count, (int)DESKS_MOST);
}

/* Who is refused here is told so with the list of requests. */
bool jira_decode_desks(const struct jira_poll *p, struct dx_error *err)
{
    const json_t *values = json_object_get(p->reply->json, "values"), *desk;
    int64_t start = p->reply->detail % WANTED;
    int64_t count = p->reply->detail / WANTED;
    size_t i;

    if (!jira_is_answer(p->reply))
        return true;
    if (!json_is_array(values))
        return dx_fail(err, DX_FAULT_REPLY, "its service desks answered without a list");
    batch_cursor(p->batch, "queues", p->plan->now_ms);
    json_array_foreach (values, i, desk) {
        const char *id = field_text(p->batch, desk, "id");
        const char *project = field_text(p->batch, desk, "projectKey");

        if (*id && *project && is_wanted(p->config, project) && count++ < DESKS_MOST)
            ask_queues(p, id, project, 0);
    }
    go_on(p, start + (int64_t)json_array_size(values), count);
    return true;
}

static const char *labels_of(struct batch *batch, const char *project, const char *queue)
{
    json_t *labels = json_pack("{s:s, s:s}", "project", project, "queue", queue);
    const char *text = value_labels(batch, labels, NULL);

    json_decref(labels);
    return text;
}

static void put_queue(const struct jira_poll *p, const char *project, const json_t *queue)
{
    const char *name = field_text(p->batch, queue, "name");
    double count;

    if (*name && value_number(json_object_get(queue, "issueCount"), &count))
        batch_sample(
            p->batch,
            batch_series(p->batch, (struct series){ .query = "queues",
                                                    .labels = labels_of(p->batch, project, name),
                                                    .text = "",
                                                    .unit = DX_UNIT_COUNT }),
            p->plan->now_ms, count);
}

/* The desk of another team, whose queues only its agents may see, is passed over. */
bool jira_decode_queues(const struct jira_poll *p, struct dx_error *err)
{
    const json_t *values = json_object_get(p->reply->json, "values"), *queue;
    int64_t behind = p->reply->detail + (int64_t)json_array_size(values);
    const char *desk = p->reply->detail_text, *project = jira_word(p->plan, &desk);
    size_t i;

    if (!jira_is_answer(p->reply))
        return true;
    if (!json_is_array(values))
        return dx_fail(err, DX_FAULT_REPLY, "a service desk answered without a list of queues");
    json_array_foreach (values, i, queue) {
        put_queue(p, project, queue);
    }
    if (!json_is_false(json_object_get(p->reply->json, "isLastPage")) || behind == p->reply->detail)
        return true;
    if (behind < QUEUES_MOST)
        ask_queues(p, desk, project, behind);
    else
        batch_note(p->batch, DX_LOG_WARN, "%s: the first %d queues of its service desk are counted",
                   project, (int)QUEUES_MOST);
    return true;
}
