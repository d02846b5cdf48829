/* github: what the files of this source share.
 *
 * A repository is polled by one URL that never changes, the newest runs, so that
 * the server can say "nothing new" (304), which costs nothing. What is older comes
 * by ranges of `created`, from the newest back to the end of the history. A run
 * that is not done is asked for by its id, jobs first, until it is.
 *
 * Cursors, each with the name of its repository behind the colon:
 *   repo:    it was discovered; the time of its last push
 *   branch:  hash of the name of its default branch
 *   seen:    the newest run was created at
 *   fill:    all runs since are known
 *   gap:     paging back to what is known was cut here; the rest follows
 *   gone:    it was refused or is not there; not to be asked again for a while
 *   issues:  all issues that changed until then are known (or the organisation's name)
 *   ilisted: these came to an end once, so that they are news from then on
 *   iopen:   the same of all open ones (see ticket_open.h)
 *   ifor:    for which labels and repositories (see ticket_labels_mark())
 *   inone:   the list of issues was refused (or the organisation's)
 *   pulls:   all pull requests that changed until then are known
 *   pnone:   their list was refused
 * and of the whole source: poll, scan (see github_fill.c), discovered, runners. */
#ifndef SOURCE_GITHUB_H
#define SOURCE_GITHUB_H

#include "source/plan.h"
#include "source/source.h"
#include "source/ticket_labels.h"

struct github {            /* its options */
    struct dx_items repos; /* of const char *: "owner/name" */
    const char *org;
    struct dx_items include, exclude, branches; /* of const char *: patterns */
    bool annotations, logs, runners, reviews;
    struct ticket_labels issues;
};

enum github_step {
    STEP_RUNS, /* the newest runs of a repository */
    STEP_GAP,  /* between them and what is known */
    STEP_FILL, /* of the history */
    STEP_SCAN, /* of a day that was read before: reruns move old runs */
    STEP_RUN,  /* one run, or one attempt of it */
    STEP_JOBS,
    STEP_ANNOTATIONS,
    STEP_LOG,
    STEP_REVIEWS, /* who approved its deployments */
    STEP_REPOS,   /* of the organisation */
    STEP_REPO,
    STEP_RUNNERS,
    STEP_ISSUES, /* that changed, of an organisation or a repository */
    STEP_ISSUE,  /* one; detail_text: its key */
    STEP_COMMENTS,
    STEP_PULLS,    /* of a repository, the latest change first */
    STEP_TIMELINE, /* of one of them */
    STEP_META,
    STEP_COUNT
};

enum { GITHUB_NAME = 160, GITHUB_POLL_MOST = 150 /* requests that begin() asks for */ };

/* One reply being read, and where it goes. */
struct github_poll {
    const struct github *config;
    struct plan *plan;
    struct batch *batch;
    const struct reply *reply;
};

/* ---- github_cursors.c ---- */

/* Of this poll's replies, else of the store. */
int64_t github_recall(const struct plan *plan, const struct batch *batch, const char *kind,
                      const char *repo);
void github_remember(struct batch *batch, const char *kind, const char *repo, int64_t value);
/* The next discovered repository behind this one ("" begins); NULL: the last. */
const char *github_discovered(const struct plan *plan, const char *repo);
/* The nth word of a request's detail_text, ""; words are apart by one blank. */
const char *github_word(const char *text, int nth, char out[GITHUB_NAME]);
int64_t github_number(const char *text, int nth);
/* Ask for what reply->next leads to: another page of the same. */
struct plan_request *github_next(struct github_poll *p);
/* A request for this path waits already. */
bool github_asked(const struct plan *plan, const char *path);
/* Whether history may go on in this poll: the server's limit and the poll itself
 * have room for it. */
bool github_room(const struct github_poll *p);

/* ---- github_words.c: what the server's words mean ---- */

/* Set phase, result and raw words from status and conclusion. */
void github_outcome(const json_t *object, struct outcome *out, struct batch *batch);
/* The reply is no success: what it means, in err. repo: the one it was about, "". */
void github_refused(const void *config, const struct reply *reply, struct dx_error *err);
/* The same of a reply that decode() was given. false: the poll fails. */
bool github_answered(struct github_poll *p, struct dx_error *err);

/* ---- github_repos.c: which repositories there are, and which are due ---- */

bool github_named(const char *name); /* "owner/name", as GitHub allows it */
/* Such a name, and a number: others may have written into the store that they come from, and
 * both become parts of paths. */
bool github_numbered(const char *repo, const char *id);
bool github_owner(const char *name);
/* Do `include` and `exclude` let it be? */
bool github_wanted(const struct github *config, const char *repo);
/* Whether a moment that comes once in every_ms, another one for each name, lies
 * between the last poll and this. */
bool github_turn(const struct plan *plan, const char *name, int64_t every_ms);
void github_denied(const void *config, struct plan *plan, struct batch *batch, struct denied *out);
void github_repos_begin(const struct github *config, struct plan *plan);
bool github_repos_decode(struct github_poll *p, struct dx_error *err);
bool github_repo_decode(struct github_poll *p, struct dx_error *err);
/* The repositories to poll, one after the other: *at begins at 0. NULL: no more. */
struct github_walk {
    size_t at;
    bool found; /* those discovered come behind those configured */
    char name[GITHUB_NAME];
};
const char *github_walk(const struct github *config, const struct plan *plan,
                        struct github_walk *walk);
bool github_walked(const struct github_poll *p, const char *repo); /* is it one of these? */
/* The reply has runs of a repository that was renamed since, and is asked for by its new name,
 * too: GitHub leads on from the old one. They are left to the new one. */
bool github_is_another(struct github_poll *p, const char *repo);
bool github_protected(const struct github_poll *p, const char *repo, const char *branch,
                      const char *event);

/* ---- github_runs.c: runs, newest first ---- */

void github_runs_ask(struct plan *plan, const char *repo);
struct plan_request *github_gap_ask(struct plan *plan, const char *repo, int64_t to_ms);
bool github_runs_decode(struct github_poll *p, struct dx_error *err);
void github_open_begin(struct plan *plan, size_t repos);
void github_run_ask(struct github_poll *p, const char *repo, const char *id, int64_t attempt);
/* The run, or the attempt, that this request asked for is there, or will never be. */
void github_run_end(struct github_poll *p);
bool github_run_decode(struct github_poll *p, struct dx_error *err);
/* Read a list of runs into the batch and ask for the jobs of those that are new
 * or changed. */
struct github_page {
    size_t runs, news, asked; /* news: never seen before */
    int64_t oldest_ms, newest_ms;
    struct plan_request *last; /* for the jobs of the last run, NULL */
};
struct github_page github_page_decode(struct github_poll *p, const char *repo, unsigned flags);

/* ---- github_fill.c: history ---- */

void github_fill_begin(const struct github *config, struct plan *plan);
/* The newest page of a repository that was never asked before. */
void github_fill_first(struct github_poll *p, const char *repo, struct github_page page);
bool github_fill_decode(struct github_poll *p, struct dx_error *err);
void github_scan_begin(const struct github *config, struct plan *plan, size_t repos);
bool github_scan_decode(struct github_poll *p, struct dx_error *err);
/* Its list was refused: go on with the next. */
void github_scan_skip(struct github_poll *p);

/* ---- github_jobs.c ---- */

/* Ask for all jobs of all attempts; NULL: they are asked for already. */
struct plan_request *github_jobs_ask(struct plan *plan, const char *repo, const char *id,
                                     int64_t attempt, unsigned flags);
bool github_jobs_decode(struct github_poll *p, struct dx_error *err);
void github_missed(struct github_poll *p); /* the run of this request is not found, or refused */
void github_there(struct github_poll *p);  /* it is */
/* The jobs of a page of history are there. */
void github_filled(struct github_poll *p);

/* ---- github_timing.c ---- */

/* A job's timing and steps, whether it started, and the cause where that is
 * plain. */
void github_job_timing(const json_t *item, struct job *job, struct batch *batch);
/* What its jobs say of a run's. */
void github_run_timing(struct batch *batch, size_t at);

/* ---- github_reviews.c: approvals ---- */

/* Ask where a job of the run waited long. repo, id: of the run. */
void github_reviews_ask(struct github_poll *p, size_t run, const char *repo, const char *id);
bool github_reviews_decode(struct github_poll *p, struct dx_error *err);

/* ---- github_evidence.c: annotations and logs of failed jobs ---- */

/* Whose evidence it is. heir: the last attempt that took the job over as it was, without running
 * it again, and is said to be cancelled for it; 0: none did. */
struct github_evidence {
    const char *repo, *run;
    int64_t attempt, heir;
};

/* Ask for those of one job, if it has any. */
void github_evidence_ask(struct github_poll *p, const struct job *job,
                         const struct github_evidence *of);
/* A run that is said to be cancelled failed where that was a job's timeout. Its jobs may have
 * come before it. */
void github_run_timeout(struct batch *batch, size_t at);
bool github_annotations_decode(struct github_poll *p, struct dx_error *err);
void github_log_decode(struct github_poll *p);
/* What this request asked for is there, or is known to be gone. */
void github_evidence_end(struct github_poll *p);
/* It was answered with a status that is no success: for good, or to be asked again. */
void github_evidence_refused(struct github_poll *p);

/* ---- github_runners.c ---- */

void github_runners_begin(const struct github *config, struct plan *plan, size_t repos);
bool github_runners_decode(struct github_poll *p, struct dx_error *err);
/* The token may not see them. */
void github_runners_denied(struct github_poll *p);
/* Labels as the name of a pool; group: where there are none. */
const char *github_pool(struct batch *batch, const json_t *labels, const char *group);

/* ---- github_issues.c: issues as tickets ---- */

void github_issues_begin(const struct github *config, struct plan *plan);
bool github_issues_decode(struct github_poll *p, struct dx_error *err);
/* The open ones of a repository or organisation are to be listed from the first on. */
void github_issues_anew(const struct plan *plan, struct batch *batch, const char *scope);
/* With each reply: what the configuration does not want any more is open no longer. */
void github_issues_sweep(struct github_poll *p);
void github_issues_refused(struct github_poll *p);
void github_comments_ask(struct plan *plan, const char *key, const char *author, unsigned flags);

/* ---- github_issue.c: one of them ---- */

void github_issue_take(struct github_poll *p, const json_t *item);
bool github_issue_decode(struct github_poll *p, struct dx_error *err);
void github_issue_gone(struct github_poll *p); /* it is not where it was */
bool github_comments_decode(struct github_poll *p, struct dx_error *err);
void github_comments_refused(struct github_poll *p);

/* ---- github_changes.c: pull requests, and their first reviews ---- */

void github_changes_begin(const struct github *config, struct plan *plan);
/* This repository is new: its list is asked for in this poll, where not too many are. */
void github_changes_found(const struct github *config, struct plan *plan, const char *repo);
bool github_pulls_decode(struct github_poll *p, struct dx_error *err);
void github_pulls_refused(struct github_poll *p);
bool github_timeline_decode(struct github_poll *p, struct dx_error *err);
void github_timeline_refused(struct github_poll *p);

#endif
