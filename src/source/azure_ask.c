/* azure: its requests: where they go, and what they are about. */
#include "config.h"

#include "source/azure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "source/field.h"

enum { FILL = 1, HOLE = 2, DONE = 4, LAST = 8, FIELDS = 12 };

#define BUILDS    "/{}/_apis/build/builds"
#define COMPLETED BUILDS "?statusFilter=completed&queryOrder=finishTimeDescending&$top="
#define OPTIONAL  (PLAN_OPTIONAL | PLAN_ANSWER)

/* {} are the project and a number, in this order. Only the newest page is conditional: the
 * jobs of open builds have to be asked for even where the list of them is the same as before.
 * preview: not in the published API, or never finished; the version has to say so. */
static const struct {
    const char *path;
    unsigned flags;
    bool preview;
} requests[AZURE_STEPS] = {
    [AZURE_PROJECTS] = { "/_apis/projects?stateFilter=wellFormed&$top=500", 0, false },
    [AZURE_QUEUES] = { "/{}/_apis/distributedtask/queues?", OPTIONAL, true },
    [AZURE_OPEN] = { BUILDS "?statusFilter=inProgress,notStarted,postponed,cancelling"
                            "&queryOrder=queueTimeDescending&$top=100",
                     OPTIONAL, false },
    [AZURE_NEWEST] = { COMPLETED "100", OPTIONAL | PLAN_CONDITIONAL, false },
    [AZURE_FILL] = { COMPLETED "50", OPTIONAL | PLAN_FILL, false },
    [AZURE_BUILD] = { BUILDS "/{}?", OPTIONAL, false },
    [AZURE_TIMELINE] = { BUILDS "/{}/timeline", OPTIONAL, false },
    [AZURE_LOG] = { BUILDS "/{}/logs/", OPTIONAL | PLAN_TEXT, false },
    [AZURE_POOLS] = { "/_apis/distributedtask/pools?", OPTIONAL, false },
    [AZURE_AGENTS] = { "/_apis/distributedtask/pools/", OPTIONAL, false },
    [AZURE_REQUESTS] = { "/_apis/distributedtask/pools/", OPTIONAL, true },
    [AZURE_PROBE] = { "/_apis/projects?$top=1", 0, false },
};

/* ---- what it is about: fields with a tab between; no clean text has one ---- */

static const char *text_of(const char *text)
{
    return text ? text : "";
}

static const char *about_text(struct plan *plan, const struct azure_about *about)
{
    int flags = (about->fill ? FILL : 0) | (about->hole ? HOLE : 0) | (about->done ? DONE : 0) |
                (about->last ? LAST : 0);

    return arena_print(&plan->arena,
                       "%d\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64
                       "\t%" PRId64 "\t%s\t%s\t%s\t%s",
                       flags, about->from_ms, about->gate_ms, about->queue, about->pool_id,
                       about->number, about->attempt, text_of(about->project), text_of(about->run),
                       text_of(about->pool), text_of(about->timeline));
}

struct azure_about azure_about(const struct reply *reply, struct batch *batch)
{
    char *rest = arena_text(&batch->arena, reply->detail_text), *field[FIELDS];
    size_t n = 0;
    long flags;

    while (n < FIELDS) {
        field[n++] = rest;
        rest += strcspn(rest, "\t");
        if (*rest)
            *rest++ = '\0';
    }
    flags = strtol(field[0], NULL, 10);
    return (struct azure_about){ .fill = flags & FILL,
                                 .hole = flags & HOLE,
                                 .done = flags & DONE,
                                 .last = flags & LAST,
                                 .from_ms = strtoll(field[1], NULL, 10),
                                 .gate_ms = strtoll(field[2], NULL, 10),
                                 .queue = strtoll(field[3], NULL, 10),
                                 .pool_id = strtoll(field[4], NULL, 10),
                                 .number = strtoll(field[5], NULL, 10),
                                 .attempt = strtoll(field[6], NULL, 10),
                                 .project = field[7],
                                 .run = field[8],
                                 .pool = field[9],
                                 .timeline = field[10] };
}

/* ---- where it goes ---- */

static void add_version(const struct azure *az, struct plan *plan, struct plan_request *r,
                        bool preview)
{
    bool says = strstr(az->api_version, "-preview") != NULL;
    const char *mark = strchr(r->path, '?');

    plan_append(plan, r, !mark ? "?" : mark[1] ? "&" : "", NULL);
    plan_append(plan, r, preview && !says ? "api-version={}-preview" : "api-version={}",
                az->api_version, NULL);
}

static void add_times(struct plan *plan, struct plan_request *r, int64_t from_ms, int64_t to_ms)
{
    char text[TIME_TEXT];

    if (from_ms > 0)
        plan_append(plan, r, "&minTime={}", time_format(text, from_ms), NULL);
    if (to_ms > 0)
        plan_append(plan, r, "&maxTime={}", time_format(text, to_ms), NULL);
}

static void add_timeline(struct plan *plan, struct plan_request *r, const char *timeline)
{
    const char *first = arena_print(&plan->arena, "%.*s", (int)strcspn(timeline, ","), timeline);

    if (*first)
        plan_append(plan, r, "/{}", first, NULL);
}

struct plan_request *azure_ask(const struct azure *az, struct plan *plan, enum azure_step step,
                               int64_t detail, const struct azure_about *about)
{
    char id[32], number[32];
    struct plan_request *r = plan_get(plan, step, "", NULL);

    (void)snprintf(id, sizeof(id), "%" PRId64, detail);
    (void)snprintf(number, sizeof(number), "%" PRId64, about->number);
    plan_append(plan, r, requests[step].path, text_of(about->project), id, NULL);
    if (step == AZURE_AGENTS)
        plan_append(plan, r, "{}/agents?includeAssignedRequest=true", id, NULL);
    else if (step == AZURE_REQUESTS)
        plan_append(plan, r, "{}/jobrequests?completedRequestCount=100", id, NULL);
    else if (step == AZURE_FILL)
        add_times(plan, r, about->from_ms, detail);
    else if (step == AZURE_OPEN)
        add_times(plan, r, 0, detail);
    else if (step == AZURE_LOG)
        plan_append(plan, r, "{}", number, NULL);
    else if (step == AZURE_TIMELINE)
        add_timeline(plan, r, text_of(about->timeline));
    add_version(az, plan, r, requests[step].preview);
    r->flags = requests[step].flags | (about->fill ? PLAN_FILL : 0);
    if (step == AZURE_LOG)
        r->accept = "text/plain"; /* else it comes as a JSON list of lines */
    r->detail = detail;
    r->detail_text = about_text(plan, about);
    return r;
}

bool azure_is_asked(const struct plan *plan, enum azure_step step, int64_t detail)
{
    for (const struct plan_request *r = plan->first; r; r = r->next)
        if (r->step == (unsigned)step && r->detail == detail)
            return true;
    return false;
}

/* ---- lists ---- */

static const char *token_of(struct batch *batch, const struct reply *reply)
{
    return reply_header(batch, reply, "x-ms-continuationtoken");
}

bool azure_has_more(const struct reply *reply, size_t top)
{
    struct batch scratch = { 0 };
    bool more = *token_of(&scratch, reply) != '\0' ||
                json_array_size(json_object_get(reply->json, "value")) >= top;

    batch_done(&scratch);
    return more;
}

bool azure_ask_next(const struct azure *az, struct plan *plan, const struct reply *reply,
                    const struct azure_about *about)
{
    struct batch scratch = { 0 };
    const char *token = token_of(&scratch, reply);
    bool more = *token != '\0';

    if (more) {
        struct plan_request *r =
            azure_ask(az, plan, (enum azure_step)reply->step, reply->detail, about);

        plan_append(plan, r, "&continuationToken={}", token, NULL);
        r->flags &= ~(unsigned)PLAN_CONDITIONAL;
        plan_at_once(plan, plan->last);
    }
    batch_done(&scratch);
    return more;
}

const json_t *azure_list(const struct reply *reply, const char *of, struct dx_error *err)
{
    const json_t *list = json_object_get(reply->json, "value");

    if (json_is_array(list))
        return list;
    (void)dx_fail(err, DX_FAULT_REPLY, "this is not the API of Azure DevOps (no list of %s)", of);
    return NULL;
}
