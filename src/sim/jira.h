/* jira: what the files of the Jira faces share, called atlas_ since the source that reads
 * them has the other name. Jira Cloud lives under /jira, with its
 * service desk; Jira Data Center under /jiradc. */
#ifndef SIM_JIRA_H
#define SIM_JIRA_H

#include "sim/exchange.h"
#include "sim/jql.h"
#include "sim/sim.h"

struct atlas_call {
    struct exchange *x;
    const struct helpdesk *desk;
    struct jql_account account;
    bool cloud;
    const char *base; /* "http://HOST/jira" */
    const char *api;  /* "http://HOST/jira/rest/api/3" */
};

/* false: the answer is there already. */
bool atlas_begin(struct atlas_call *call, struct exchange *x, bool cloud);
void atlas_put(const struct atlas_call *call, json_t *json); /* takes json */
void atlas_error(struct exchange *x, int status, const char *message);
int64_t atlas_number(const struct exchange *x, const char *name, int64_t fallback, int64_t most);

/* As in a JSON of Jira, "2026-11-24T14:32:07.000+0800"; null for 0. */
json_t *atlas_time(const struct atlas_call *call, int64_t ms);
/* "2026-11-24T14:32:07" or, friendly, "24/Nov/2026 02:32 PM" of the account's clock. */
const char *atlas_time_text(const struct atlas_call *call, int64_t ms, bool friendly);

/* atlas_issue.c */
extern const char *const atlas_statuses_cloud[TICKET_STATUSES];
extern const char *const atlas_statuses_server[TICKET_STATUSES];
extern const char *const atlas_projects_cloud[], *const atlas_projects_server[];
int64_t atlas_id(const struct ticket *ticket);
json_t *atlas_user(const struct atlas_call *call, int person);
json_t *atlas_status(const struct atlas_call *call, enum ticket_status status);
/* An issue with the fields of the list ("*all", "summary,status"), NULL: only its id in
 * the cloud, the navigable ones elsewhere. */
json_t *atlas_issue(const struct atlas_call *call, const struct ticket *ticket, const char *fields,
                    bool with_changes);
/* jira_history.c */
json_t *atlas_changes(const struct atlas_call *call, const struct ticket *ticket);
/* with_properties: Data Center says only there which are internal. */
json_t *atlas_comments(const struct atlas_call *call, const struct ticket *ticket,
                       bool with_properties);
json_t *atlas_body(const struct atlas_call *call, const char *text); /* a document in the cloud */

/* jira_search.c */
void atlas_search_cloud(struct exchange *x);
void atlas_search_gone(struct exchange *x);
void atlas_count(struct exchange *x);
void atlas_search_server(struct exchange *x);
/* behind "issue/" */
void atlas_answer_issue(struct atlas_call *call, const char *rest);

/* jsm.c */
void atlas_answer_desk(struct exchange *x);
json_t *atlas_sla(const struct atlas_call *call, const struct ticket *ticket,
                  enum ticket_goal goal);
enum { ATLAS_DESK = 1 };

#endif
