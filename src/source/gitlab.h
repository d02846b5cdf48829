/* gitlab: what the files of this source share.
 *
 * A poll asks again for the runs that are open, then for the newest page of each
 * project's pipelines, and, where history is missing, for older pages. What a page
 * names for the first time goes to the store at once as a run whose jobs did not
 * come yet; so whatever a poll cannot finish is asked for again by id, and nothing
 * is lost wherever it ends. Each run is asked for in one go: the pipeline, its bridges,
 * its jobs; so the jobs are never older than the state they belong to. */
#ifndef SOURCE_GITLAB_H
#define SOURCE_GITLAB_H

#include "source/plan.h"
#include "source/source.h"
#include "source/ticket_labels.h"

struct gitlab { /* its options; the lists are of const char * */
    struct dx_items projects, include, exclude, protect;
    const char *group;
    bool runners, logs, reviews;
    struct ticket_labels issues;
};

enum gitlab_step {
    GITLAB_GROUP,     /* the projects of the group */
    GITLAB_PROJECT,   /* one that is configured by itself */
    GITLAB_PIPELINES, /* the newest of a project */
    GITLAB_FILL,      /* older ones; detail: until when */
    GITLAB_PIPELINE,  /* one; detail: its id, here and below */
    GITLAB_BRIDGES,
    GITLAB_JOBS,
    GITLAB_TRACE,   /* of a job; detail: the id of its run */
    GITLAB_RUNNERS, /* of a group or project */
    GITLAB_RUNNER,
    GITLAB_ISSUES, /* of a group or project; detail: those that changed since */
    GITLAB_ISSUE,  /* one; detail: its number, here and below */
    GITLAB_NOTES,
    GITLAB_MERGES,      /* as GITLAB_ISSUES: merge requests */
    GITLAB_MERGE_NOTES, /* of one; detail: its number */
    GITLAB_VERSION,
    GITLAB_STEPS
};

/* ---- gitlab_ask.c: requests, and what they are about ---- */

struct gitlab_about {    /* a request's detail_text */
    const char *project; /* of GITLAB_GROUP and GITLAB_RUNNERS: the group */
    bool fill;           /* it is history */
    bool go_on;          /* the back-fill of the project goes on behind this run; of
                          * GITLAB_ISSUES: only the open ones */
    bool done;           /* the run is done */
    bool group;          /* the runners, issues or merge requests of a group, not of a project */
    bool hole;           /* GITLAB_FILL: what an outage left, not the history */
    bool hidden;         /* GITLAB_RUNNERS: some lists are not asked for, for they were refused */
    /* GITLAB_JOBS: the run's jobs in the pages before. GITLAB_TRACE: the job's id.
     * GITLAB_FILL: from when on. GITLAB_RUNNERS: lists that are asked for in all.
     * GITLAB_NOTES and GITLAB_MERGE_NOTES: the hash of who opened it. GITLAB_MERGES: how many
     * of these were asked for in the pages before. */
    int64_t seen;
    /* GITLAB_TRACE: of the job. GITLAB_RUNNER: 1: it is online. GITLAB_MERGE_NOTES: 1: when
     * it was opened for review is known. */
    int64_t attempt;
};
/* project lives as long as the reply does. */
struct gitlab_about gitlab_about(const struct reply *reply);
struct plan_request *gitlab_ask(struct plan *plan, enum gitlab_step step, int64_t detail,
                                const struct gitlab_about *about);
/* It is about this now. */
void gitlab_set_about(struct plan *plan, struct plan_request *request,
                      const struct gitlab_about *about);
bool gitlab_has_next(const struct reply *reply);
/* Ask for the next page of the same, at once; false: this was the last one. */
bool gitlab_ask_next(struct plan *plan, const struct reply *reply,
                     const struct gitlab_about *about);

/* ---- cursors ---- */

/* Of a project (or of "", the source). Those of this poll count already. */
enum gitlab_cursor {
    GITLAB_NEWEST = 'n',  /* up to here all is listed but for the holes below */
    GITLAB_HOLE_TO = 'g', /* after an outage: up to here it is missing; 0: no hole */
    GITLAB_HOLE_FROM = 'l',
    GITLAB_OLDEST = 'o',         /* of the history, how far back it is listed */
    GITLAB_SEEN = 's',           /* when the project was found in the group */
    GITLAB_FOUND = 'd',          /* when all projects of the group had been found */
    GITLAB_REFUSED = 'a',        /* when the project refused its pipelines */
    GITLAB_VISITED = 'p',        /* when the configured projects were asked for themselves */
    GITLAB_ALIAS = 'y',          /* 1: a configured one is polled by another name, too */
    GITLAB_RUNNERS_NEXT = 'r',   /* when to ask for runners again */
    GITLAB_RUNNERS_DUE = 'w',    /* answers about them that are missing in this poll */
    GITLAB_RUNNERS_HIDDEN = 'v', /* 1: some lists of them may not be seen */
    GITLAB_ISSUES_NEWS = 'i',    /* up to here all issues that changed are known */
    GITLAB_ISSUES_OPEN = 'j',    /* the same of the open ones (see ticket_open.h) */
    GITLAB_ISSUES_LISTED = 'k',  /* when they were all known for the first time */
    GITLAB_ISSUES_NEXT = 'q',    /* when to ask for issues again */
    GITLAB_ISSUES_BACK = 'e',    /* how far back they were listed */
    GITLAB_ISSUES_FOR = 'h',     /* for which labels and projects: ticket_labels_mark() */
    GITLAB_MERGES_NEWS = 'm',    /* up to here all merge requests that changed are known */
    GITLAB_MERGES_NEXT = 'u',    /* when to ask for them again */
    GITLAB_MERGES_BACK = 'f',    /* how far back they were listed */
    GITLAB_MERGES_FOR = 't',     /* for which projects of the group: ticket_labels_mark() */
    GITLAB_GONE = 'x',           /* when a run was not there any more for the first time */
};
enum { GITLAB_PATH = 600, GITLAB_PATH_MOST = 240 }; /* the longest that the group may have */
int64_t gitlab_cursor(const struct plan *plan, const struct batch *batch, enum gitlab_cursor which,
                      const char *project);
void gitlab_remember(struct batch *batch, enum gitlab_cursor which, const char *project,
                     int64_t value);
/* The hash of the name of its default branch; 0: not known yet. The cursor has the
 * project's own name, so that the projects of the group can be found again. */
int64_t gitlab_branch(const struct plan *plan, const struct batch *batch, const char *project);
void gitlab_remember_branch(const struct plan *plan, struct batch *batch, const char *project,
                            const char *branch);
/* The next project behind this one ("" begins) that has such a cursor, in the plan's
 * arena; NULL: the last. */
const char *gitlab_next_project(struct plan *plan, const char *project);
const char *gitlab_found_project(const char *cursor); /* by such a cursor's name; NULL: another */

/* ---- gitlab_words.c: what the server's words mean ---- */

struct gitlab_state {
    enum dx_phase run, job;
    enum dx_result result;
    const char *why; /* a job waits */
};
/* Counts a word that is not known. */
struct gitlab_state gitlab_state(struct batch *batch, const char *status);
struct gitlab_reason {
    const char *name;
    enum dx_cause cause;
    const char *category; /* of the evidence; "": it says too little */
    const char *before;   /* the broader name that servers used before it; NULL: none */
};
const struct gitlab_reason *gitlab_reason(const char *name); /* NULL: not known */

/* ---- gitlab_projects.c ---- */

enum { GITLAB_LISTS_MOST = 100 }; /* projects that are asked for news in one poll */
void gitlab_denied(const void *config, struct plan *plan, struct batch *batch, struct denied *out);
void gitlab_projects_begin(const struct gitlab *g, struct plan *plan);
bool gitlab_decode_group(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                         struct batch *batch, struct dx_error *err);
bool gitlab_decode_project(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                           struct batch *batch, struct dx_error *err);

/* Do `include` and `exclude` let this project of the group be? */
bool gitlab_is_wanted(const struct gitlab *g, const char *path);

bool gitlab_is_configured(const struct gitlab *g, const char *path); /* by itself */
/* Is it wanted, and was there when the group was looked through last? */
bool gitlab_is_found(const struct gitlab *g, const struct plan *plan, const char *path);

/* ---- gitlab_pipelines.c: which runs there are ---- */

/* Ask for the newest; for older ones too where some are missing and may_fill. */
void gitlab_visit(struct plan *plan, const struct batch *batch, const char *project, bool may_fill);
/* Ask for the older ones that are missing; false: none are. */
bool gitlab_go_on(struct plan *plan, const struct batch *batch, const char *project);
bool gitlab_decode_pipelines(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                             struct batch *batch, struct dx_error *err);

/* ---- gitlab_runs.c: one run ---- */

/* The pipeline of a project's child pipelines: they have definitions of their own. */
#define GITLAB_CHILD "child"

/* The run that item describes, in the batch; returns its index. */
size_t gitlab_add_run(const struct gitlab *g, const struct plan *plan, struct batch *batch,
                      const char *project, const json_t *item);
bool gitlab_decode_run(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                       struct batch *batch, struct dx_error *err);

/* ---- gitlab_jobs.c ---- */

bool gitlab_decode_bridges(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                           struct batch *batch, struct dx_error *err);
bool gitlab_decode_jobs(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                        struct batch *batch, struct dx_error *err);

/* ---- gitlab_job.c: one job ---- */

/* done: its run is. bridge: it starts another pipeline, on no runner. */
struct job *gitlab_add_job(struct batch *batch, size_t run, const json_t *item,
                           const struct reply *reply, bool done, bool bridge);
/* A duration in seconds as milliseconds; -1: it is not said. */
int64_t gitlab_seconds(const json_t *item, const char *name, bool *skewed);
/* to - from; -1 where one is not known. */
int64_t gitlab_span(int64_t from_ms, int64_t to_ms, bool *skewed);
const char *gitlab_runner_name(struct batch *batch, const json_t *runner); /* "" for null */
/* What is run on it that asks for no tags. */
const char *gitlab_untagged_pool(struct batch *batch, const json_t *runner);
/* Tags, sorted, with commas between; "": none. */
const char *gitlab_tags(struct batch *batch, const json_t *tags);
const char *gitlab_url(struct batch *batch, const json_t *item); /* its web_url, if it is one */

/* ---- gitlab_runners.c ---- */

void gitlab_runners_begin(const struct gitlab *g, struct plan *plan);
bool gitlab_decode_runners(const struct reply *reply, struct plan *plan, struct batch *batch,
                           struct dx_error *err);
bool gitlab_decode_runner(const struct reply *reply, struct plan *plan, struct batch *batch);

/* ---- gitlab_log.c ---- */

bool gitlab_decode_log(const struct reply *reply, struct batch *batch);

/* ---- gitlab_refused.c ---- */

void gitlab_refused(const void *config, const struct reply *reply, struct dx_error *err);
/* Is it a reply with what was asked for? */
bool gitlab_is_answer(const struct reply *reply);
bool gitlab_lacks_scope(const struct reply *reply); /* of the token, for anything */
/* A project that is not there, or may not be read. false: with it all is refused. */
bool gitlab_no_project(const struct gitlab *g, const struct reply *reply, const struct plan *plan,
                       struct batch *batch, struct dx_error *err);

/* ---- gitlab_issues.c: issues as tickets ---- */

void gitlab_issues_begin(const struct gitlab *g, struct plan *plan);
bool gitlab_decode_issues(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                          struct batch *batch, struct dx_error *err);
/* With each reply: what the configuration does not want any more is open no longer. */
void gitlab_issues_sweep(const struct gitlab *g, struct plan *plan, struct batch *batch);
void gitlab_notes_ask(struct plan *plan, const char *key, const char *author, bool fill);

/* ---- gitlab_issue.c: one of them ---- */

void gitlab_take_issue(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                       struct batch *batch, const json_t *item);
bool gitlab_decode_issue(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                         struct batch *batch);
bool gitlab_decode_notes(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                         struct batch *batch, struct dx_error *err);
/* A login of a bot, or of an access token. */
bool gitlab_is_machine(const struct gitlab *g, const char *login);

/* ---- gitlab_merges.c: merge requests, and their first reviews ---- */

void gitlab_merges_begin(const struct gitlab *g, struct plan *plan);
bool gitlab_decode_merges(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                          struct batch *batch, struct dx_error *err);
bool gitlab_decode_merge_notes(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                               struct batch *batch, struct dx_error *err);

#endif
