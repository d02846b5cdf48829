/* jira: tickets of a Jira, Cloud or Data Center, and the SLAs of its service desks.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/
 * https://developer.atlassian.com/cloud/jira/service-desk/rest/ */
#include "config.h"

#include "source/jira.h"

#include <stdlib.h>
#include <string.h>

#include "core/zone.h"
#include "source/field.h"
#include "source/recall.h"
#include "source/ticket_words.h"

static const char *const desks[] = { "auto", "yes", "no", NULL };

static const struct dx_option options[] = {
    { .name = "projects",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct jira, projects),
      .fallback = "",
      .help = "projects by key, like DX; without it all that the account may browse" },
    { .name = "jql",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct jira, jql),
      .fallback = "",
      .help = "which tickets, in JQL without ORDER BY, like component = CI" },
    { .name = "category",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct jira, category),
      .fallback = "component",
      .help = "what a ticket is about: component, label, type, or a field like customfield_10050" },
    { .name = "priority",
      .type = DX_OPTION_MAP,
      .offset = offsetof(struct jira, priority),
      .fallback = "",
      .help = "names of priorities as 1, the most urgent, to 5, where they are your own" },
    { .name = "pauses",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct jira, pauses),
      .fallback = "",
      .help = "statuses, by name or id, in which a ticket waits for somebody outside; Waiting for "
              "customer and Pending unless given" },
    { .name = "bots",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct jira, bots),
      .fallback = "",
      .help = "patterns of names whose comments are no answer, beside those of apps" },
    { .name = "service_desk",
      .type = DX_OPTION_CHOICE,
      .offset = offsetof(struct jira, service_desk),
      .fallback = "auto",
      .choices = desks,
      .help = "ask Jira Service Management for the SLAs of its requests and for its queues" },
    { 0 },
};

static bool check(const void *config, struct dx_error *err)
{
    const struct jira *jira = config;

    return ticket_check_priority(&jira->priority, "priority", err) &&
           jira_check_category(jira->category, err) && jira_check_jql(jira->jql, err);
}

/* ---- the poll ---- */

void jira_go_on(const struct jira_poll *p)
{
    jira_walks_begin(p);
    jira_requests_begin(p);
    jira_queues_begin(p);
    jira_singles_begin(p);
}

/* The clocks of its accounts, as it told them earlier. One that it tells for the first time
 * is built then. */
static void prepare(const struct cursors *cursors)
{
    struct plan plan = { .cursors = cursors };
    const char *next = "";

    while ((next = recall_after(&plan, "zone=", next)) != NULL) {
        next = arena_text(&plan.arena, next);
        (void)zone_named(next);
    }
    arena_free(&plan.arena);
}

static void begin(const void *config, const struct cursors *cursors, struct plan *plan)
{
    struct jira_poll p = { .config = config, .plan = plan };
    bool first = jira_kind(&p) == JIRA_UNKNOWN || !jira_walks_started(&p);

    (void)cursors; /* those of the plan */
    if (first || jira_server_is_due(&p))
        jira_server_begin(&p, first);
    if (!first)
        jira_go_on(&p);
}

/* Without a store there is nothing but the probe to try the query. */
static void probe(const void *config, struct plan *plan)
{
    struct jira_poll p = { .config = config, .plan = plan };

    if (!plan->known)
        jira_try_begin(&p);
}

static bool decode(const void *config, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    struct jira_poll p = { config, plan, batch, reply };

    switch ((enum jira_step)reply->step) {
    case JIRA_SERVER:
        return jira_decode_server(&p, err);
    case JIRA_MYSELF:
        return jira_decode_myself(&p, err);
    case JIRA_STATUSES:
        return jira_decode_statuses(&p, err);
    case JIRA_NEWS:
    case JIRA_OPEN:
    case JIRA_FILL:
        return jira_decode_walk(&p, err);
    case JIRA_ISSUE:
        return jira_decode_issue(&p, err);
    case JIRA_FITS:
        return jira_decode_fits(&p);
    case JIRA_COMMENTS:
        return jira_decode_comments(&p, err);
    case JIRA_CHANGES:
        return jira_decode_changes(&p, err);
    case JIRA_REQUESTS:
        return jira_decode_requests(&p, err);
    case JIRA_SLA:
        return jira_decode_sla(&p, err);
    case JIRA_DESKS:
        return jira_decode_desks(&p, err);
    case JIRA_QUEUES:
        return jira_decode_queues(&p, err);
    case JIRA_TRY:
        return jira_decode_try(&p, err);
    case JIRA_STEPS:
        break;
    }
    return true;
}

static bool less(const void *config, const struct reply *reply, const struct dx_error *err,
                 struct plan *plan, struct batch *batch)
{
    struct jira_poll p = { config, plan, batch, reply };

    (void)err;
    if (!reply->too_large)
        return false;
    if (reply->step == JIRA_NEWS || reply->step == JIRA_OPEN || reply->step == JIRA_FILL)
        return jira_walk_less(&p);
    return jira_single_less(&p);
}

const char *jira_word(struct plan *plan, const char **rest)
{
    size_t len = strcspn(*rest, " ");
    const char *word = arena_print(&plan->arena, "%.*s", (int)len, *rest);

    *rest += len + ((*rest)[len] == ' ');
    return word;
}

static uint32_t yields_of(const void *config)
{
    const struct jira *jira = config;
    bool desk = jira->service_desk != JIRA_DESK_NO;

    return 1u << DX_KIND_TICKET | (desk ? 1u << DX_KIND_SAMPLE : 0);
}

static const char *scopes(const void *config, struct arena *arena)
{
    const struct jira *jira = config;
    bool desk = jira->service_desk != JIRA_DESK_NO;

    return arena_print(
        arena, "Browse Projects%s; of a token with scopes: read:jira-work, read:jira-user%s",
        desk ? "; for SLAs and queues: agent of the service desk" : "",
        desk ? ", read:servicedesk-request" : "");
}

/* Data Center has queues for those only who say that they know: they may change. */
static const char *const headers[] = { "X-ExperimentalApi: opt-in", NULL };

const struct source source_jira = {
    .name = "jira",
    .summary = "tickets of a Jira, Cloud or Data Center, with the SLAs of its service desks",
    .yields = 1u << DX_KIND_TICKET | 1u << DX_KIND_SAMPLE,
    .version = 1,
    .config_size = sizeof(struct jira),
    .options = options,
    .every = "60s",
    .history = "180d",
    .auth = SOURCE_AUTH_USER,
    .headers = headers,
    .yields_of = yields_of,
    .check = check,
    .prepare = prepare,
    .begin = begin,
    .decode = decode,
    .list_most = 10000,
    .refused = jira_refused,
    .less = less,
    .probe = probe,
    .scopes = scopes,
};
