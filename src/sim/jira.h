/* jira: what the files of the Jira faces share. Jira Cloud lives under /jira, with its
 * service desk; Jira Data Center under /jiradc. */
#ifndef SIM_JIRA_H
#define SIM_JIRA_H

#include "sim/exchange.h"
#include "sim/jql.h"
#include "sim/sim.h"

struct jira_call {
    struct exchange *x;
    const struct helpdesk *desk;
    struct jql_account account;
    bool cloud;
    const char *base; /* "http://HOST/jira" */
    const char *api;  /* "http://HOST/jira/rest/api/3" */
};

/* false: the answer is there already. */
bool jira_begin(struct jira_call *call, struct exchange *x, bool cloud);
void jira_put(const struct jira_call *call, json_t *json); /* takes json */
void jira_error(struct exchange *x, int status, const char *message);
int64_t jira_number(const struct exchange *x, const char *name, int64_t fallback, int64_t most);

/* As in a JSON of Jira, "2026-11-24T14:32:07.000+0800"; null for 0. */
json_t *jira_time(const struct jira_call *call, int64_t ms);
/* "2026-11-24T14:32:07" or, friendly, "24/Nov/2026 02:32 PM" of the account's clock. */
const char *jira_time_text(const struct jira_call *call, int64_t ms, bool friendly);

/* jira_issue.c */
extern const char *const jira_statuses_cloud[TICKET_STATUSES];
extern const char *const jira_statuses_server[TICKET_STATUSES];
extern const char *const jira_projects_cloud[], *const jira_projects_server[];
int64_t jira_id(const struct ticket *ticket);
json_t *jira_user(const struct jira_call *call, int person);
json_t *jira_status(const struct jira_call *call, enum ticket_status status);
/* An issue with the fields of the list ("*all", "summary,status"), NULL: only its id in
 * the cloud, the navigable ones elsewhere. */
json_t *jira_issue(const struct jira_call *call, const struct ticket *ticket, const char *fields,
                   bool with_changes);
/* jira_history.c */
json_t *jira_changes(const struct jira_call *call, const struct ticket *ticket);
json_t *jira_comments(const struct jira_call *call, const struct ticket *ticket);
json_t *jira_body(const struct jira_call *call, const char *text); /* a document in the cloud */

/* jira_search.c */
void jira_search_cloud(struct exchange *x);
void jira_search_gone(struct exchange *x);
void jira_count(struct exchange *x);
void jira_search_server(struct exchange *x);
/* behind "issue/" */
void jira_answer_issue(struct jira_call *call, const char *rest);

/* jsm.c */
void jsm_answer(struct exchange *x);
json_t *jsm_sla(const struct jira_call *call, const struct ticket *ticket, enum ticket_goal goal);
enum { JSM_DESK = 1 };

#endif
