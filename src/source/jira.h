/* jira: what the files of this source share.
 *
 * Three walks go through the tickets, a page at a time: what changed since the last poll
 * (the oldest change first), all open ones, and what was finished in the history (both
 * the latest change first). Each has a cursor, the change that it has come to, and begins
 * there again in the next poll; so nothing is lost wherever a poll ends. A ticket that
 * changes while a walk is under way is met by the first walk later on.
 *
 * A ticket comes with its fields, links, comments and changes in one row; what is cut off
 * there, or is not in it (SLAs), is asked for by itself, in this poll or in a later one:
 * the store knows which tickets lack which part.
 *
 * Cursors: of a query (their names end in its hash) n: the latest change that is here,
 * o: how far the open ones are listed (see ticket_open.h), f: how far the history is, b: the
 * latest change that was too large for a page. Of the server, the change of a ticket that was left
 * out as too large, large=KEY; its kind, base=URL and zone=NAME (their value is when it was said),
 * status=ID (its category, enum dx_ticket_state), told: when these were asked for, desk: when there
 * was no service desk, slas and queues: when all were listed. */
#ifndef SOURCE_JIRA_H
#define SOURCE_JIRA_H

#include "source/plan.h"
#include "source/source.h"
#include "source/ticket_stays.h"

enum jira_desk { JIRA_DESK_AUTO, JIRA_DESK_YES, JIRA_DESK_NO };

struct jira { /* its options; the lists are of const char *, the map of struct dx_pair */
    const char *jql, *category;
    struct dx_items projects, pauses, bots, priority;
    int service_desk; /* enum jira_desk */
};

enum jira_step {
    JIRA_SERVER, /* detail: enum jira_asking */
    JIRA_MYSELF,
    JIRA_STATUSES,
    JIRA_NEWS,     /* the walks; detail: the change that the query begins at */
    JIRA_OPEN,     /* the open ones */
    JIRA_FILL,     /* history */
    JIRA_ISSUE,    /* one ticket, whole; detail_text: its key, here and below */
    JIRA_FITS,     /* does the query still find it? detail_text: its key */
    JIRA_COMMENTS, /* of one; detail: the first of the page, here and below */
    JIRA_CHANGES,
    JIRA_REQUESTS, /* open requests of service desks, with their SLAs */
    JIRA_SLA,      /* of one request */
    JIRA_DESKS,    /* the service desks */
    JIRA_QUEUES,   /* of one; detail: the first of the page; detail_text: its project and id */
    JIRA_TRY,      /* may we ask, and is the JQL good? */
    JIRA_STEPS
};

/* One reply being read (NULL: a poll begins), and where it goes. */
struct jira_poll {
    const struct jira *config;
    struct plan *plan;
    struct batch *batch; /* NULL: a poll begins */
    const struct reply *reply;
};

/* The text up to the next blank of *rest, in the plan's arena; *rest moves behind it. */
const char *jira_word(struct plan *plan, const char **rest);

/* ---- jira_server.c: what it is, who we are, and where the clock of our account stands ---- */

enum jira_kind { JIRA_UNKNOWN, JIRA_CLOUD, JIRA_DATA_CENTER };
enum jira_asking { JIRA_AGAIN = 1, JIRA_FIRST = 2, JIRA_OTHER_API = 4 };

int64_t jira_recall(const struct jira_poll *p, const char *name);
enum jira_kind jira_kind(const struct jira_poll *p);
const char *jira_api(const struct jira_poll *p); /* "/rest/api/3" */
/* The last that was said: what is "base=" or "zone="; "": nothing. */
const char *jira_told(const struct jira_poll *p, const char *what);
/* Ask who and what it is; first: the poll goes on when that is known. */
void jira_server_begin(const struct jira_poll *p, bool first);
/* Is it time to ask that again? */
bool jira_server_is_due(const struct jira_poll *p);
bool jira_decode_server(const struct jira_poll *p, struct dx_error *err);
bool jira_decode_myself(const struct jira_poll *p, struct dx_error *err);
/* It is of the other kind, its search says: from Data Center to Cloud, or back. */
bool jira_turned(const struct jira_poll *p, struct dx_error *err);

/* ---- jira.c ---- */

void jira_go_on(const struct jira_poll *p); /* what a poll asks once the kind is known */

/* ---- jira_jql.c ---- */

enum jira_bound { JIRA_SINCE, JIRA_UNTIL };
/* A bound that leaves nothing out: "2026-11-24 14:08" by the account's clock, which knows
 * minutes only. In the plan's arena. */
const char *jira_time(const struct jira_poll *p, enum jira_bound bound, int64_t ms);
/* The query of a walk that begins at this change; 0: at the first. */
const char *jira_query(const struct jira_poll *p, enum jira_step walk, int64_t at_ms);
const char *jira_query_to_try(const struct jira_poll *p);
/* The query of this ticket, if it is one that is wanted; NULL: all are. */
const char *jira_query_of(const struct jira_poll *p, const char *key);
/* false: it cannot be completed, and *err says why. */
bool jira_check_jql(const char *jql, struct dx_error *err);

/* ---- jira_walk.c ---- */

/* Did the walks begin, and from when on is news told? */
bool jira_walks_started(const struct jira_poll *p);
void jira_walks_start(const struct jira_poll *p, int64_t server_ms);
void jira_walks_begin(const struct jira_poll *p);
bool jira_decode_walk(const struct jira_poll *p, struct dx_error *err);
/* Ask for smaller pages, or for less of each ticket, and at last leave it out by name; false: there
 * is no less. */
bool jira_walk_less(const struct jira_poll *p);
void jira_try_begin(const struct jira_poll *p);
bool jira_decode_try(const struct jira_poll *p, struct dx_error *err);

/* ---- jira_issue.c: one ticket ---- */

enum jira_depth {
    JIRA_ROW,   /* of a walk: one that is known already is passed over */
    JIRA_SLIM,  /* the same, without comments and changes */
    JIRA_WHOLE, /* asked for by itself */
    JIRA_BARE,  /* of one that is too large: what it is called, and when it changed */
    JIRA_PEEK,  /* the same of all, where one of them is known to be too large */
};
/* What is asked of each ticket: ?fields=... */
const char *jira_fields(const struct jira_poll *p, enum jira_depth depth);
/* Does the store have this change of it? */
bool jira_is_known(const struct jira_poll *p, const char *key, int64_t updated_ms);
/* The ticket, in the batch, and what it lacks asked for; its updated_ms. */
int64_t jira_take(const struct jira_poll *p, const json_t *issue, enum jira_depth depth);

/* ---- jira_words.c ---- */

enum dx_ticket_state jira_state(struct batch *batch, const json_t *status);
const char *jira_category(const struct jira_poll *p, const json_t *fields);
const char *jira_labels(struct batch *batch, const json_t *labels);
const char *const *jira_links(struct batch *batch, const json_t *links, size_t *count);
/* The identity of a user: accountId, key or name; "" for null. */
const char *jira_user(struct batch *batch, const json_t *user);
bool jira_check_category(const char *category, struct dx_error *err);

/* ---- jira_document.c ---- */

/* A text, or a document of the cloud as a text: its beginning. */
const char *jira_text(struct batch *batch, const json_t *value);

/* ---- jira_comments.c: the first response ---- */

#define JIRA_RESPONSE_BASIS "comment"
/* The first public comment by somebody else who is no machine; 0: none. */
int64_t jira_response(const struct jira_poll *p, const json_t *comments, const char *reporter);
/* Is it said of each of them who sees it? Data Center does not in a list of tickets. */
bool jira_says_public(const json_t *comments);
void jira_ask_comments(const struct jira_poll *p, const char *key, const char *reporter,
                       int64_t start);
bool jira_decode_comments(const struct jira_poll *p, struct dx_error *err);

/* ---- jira_statuses.c: what they stand for ---- */

/* Ask for the categories of all statuses: changes name only the statuses. */
void jira_ask_statuses(const struct jira_poll *p);
bool jira_decode_statuses(const struct jira_poll *p, struct dx_error *err);
/* How a ticket in this status stands; which of them are pauses the configuration says. */
enum dx_stay jira_stay(const struct jira_poll *p, const char *name, const char *id);
bool jira_is_pause(const struct jira *config, const char *name, const char *id);

/* ---- jira_changes.c: how it stood, when it waited for somebody outside, and its keys ---- */

struct jira_trail { /* from change to change */
    const char *key;
    int64_t created_ms;
    enum dx_stay now; /* as it is */
    struct ticket_trail stays;
};
/* Changes in any order, all of them or the next page. */
void jira_follow(const struct jira_poll *p, struct jira_trail *trail, const json_t *changes);
/* All changes were seen: say it of the ticket. */
void jira_put_stays(struct batch *batch, struct ticket *ticket, struct jira_trail *trail);
/* Of a ticket that is called key now: what it was called before it moved is gone, whatever state
 * it was in then. */
void jira_leave_keys(const struct jira_poll *p, const char *key, const json_t *changes);
void jira_ask_changes(const struct jira_poll *p, const struct jira_trail *trail, int64_t start);
bool jira_decode_changes(const struct jira_poll *p, struct dx_error *err);

/* ---- jira_sla.c: Jira Service Management ---- */

/* Is it to be asked? Not right after it said that there is none. */
bool jira_has_desk(const struct jira_poll *p);
bool jira_had_desk(const struct jira_poll *p); /* it answered once */
/* The same, and it did so the last time, so that it can be asked about single requests. */
bool jira_desk_answers(const struct jira_poll *p);
void jira_requests_begin(const struct jira_poll *p);
void jira_ask_sla(const struct jira_poll *p, const char *key);
bool jira_decode_requests(const struct jira_poll *p, struct dx_error *err);
bool jira_decode_sla(const struct jira_poll *p, struct dx_error *err);

/* ---- jira_queues.c ---- */

void jira_queues_begin(const struct jira_poll *p);
bool jira_decode_desks(const struct jira_poll *p, struct dx_error *err);
bool jira_decode_queues(const struct jira_poll *p, struct dx_error *err);

/* ---- jira_single.c: tickets that are asked for by themselves ---- */

void jira_singles_begin(const struct jira_poll *p);
bool jira_decode_issue(const struct jira_poll *p, struct dx_error *err);
bool jira_decode_fits(const struct jira_poll *p);
/* Nothing more can be had of this ticket: these parts are asked for no more. */
void jira_give_up(struct batch *batch, const char *key, unsigned parts);
bool jira_single_less(const struct jira_poll *p);

/* ---- jira_refused.c ---- */

void jira_refused(const void *config, const struct reply *reply, struct dx_error *err);
bool jira_is_answer(const struct reply *reply);

#endif
