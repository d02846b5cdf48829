/* azure: what the files of this source share.
 *
 * A build is in one of two lists: of those that are not completed, whatever their age,
 * and of those that are, by when they finished. A poll reads both, the open ones first,
 * so a build that completes in between is in the second. A build of which a stage is run
 * again is open once more, and then finishes anew, at the top of the second list; by
 * queueTime it would keep its old place and never be seen again. Both have constant URLs.
 *
 * What a list names goes to the store at once as a run whose jobs did not come yet; so
 * what a poll cannot finish is in a list again, or asked for by id. */
#ifndef SOURCE_AZURE_H
#define SOURCE_AZURE_H

#include "source/plan.h"
#include "source/source.h"

struct azure { /* its options; the lists are of const char * */
    struct dx_items projects, include, exclude, protect;
    const char *api_version;
    bool pools, logs;
};

enum azure_step {
    AZURE_PROJECTS, /* of the organisation or collection */
    AZURE_QUEUES,   /* of a project: which number is which pool */
    AZURE_OPEN,     /* builds of a project that are not completed; detail: queued until, 0: all */
    AZURE_NEWEST,   /* those that finished last */
    AZURE_FILL,     /* that finished before; detail: until when */
    AZURE_BUILD,    /* one; detail: its id, here and in the next two */
    AZURE_TIMELINE,
    AZURE_LOG,
    AZURE_POOLS,
    AZURE_AGENTS,   /* of a pool; detail: its id, here and below */
    AZURE_REQUESTS, /* what it was asked to run */
    AZURE_PROBE,
    AZURE_STEPS
};

/* ---- azure_ask.c: requests, and what they are about ---- */

struct azure_about {      /* a request's detail_text; each text may be NULL */
    const char *project;  /* as URLs have it; of AZURE_AGENTS: the pool */
    const char *run;      /* the run's project: "Billing/invoices" */
    const char *pool;     /* of the build's queue */
    const char *timeline; /* AZURE_TIMELINE: of the attempts before, with commas between; the first
                             is asked for. AZURE_LOG: the job's id */
    bool fill;            /* it is history */
    bool hole;            /* AZURE_FILL: what an outage left, not the history */
    bool done;            /* the build is */
    bool last;            /* AZURE_AGENTS: no pool follows */
    int64_t from_ms;      /* AZURE_FILL: since when. AZURE_TIMELINE: when the build was queued */
    int64_t gate_ms;      /* AZURE_BUILD: its jobs are known, and that it waited so long. -1 */
    int64_t queue, pool_id; /* of the build */
    int64_t number;         /* AZURE_LOG: of the log. AZURE_AGENTS: pools in all */
    int64_t attempt;        /* AZURE_LOG: of the job */
};
/* The texts live as long as batch does. */
struct azure_about azure_about(const struct reply *reply, struct batch *batch);
struct plan_request *azure_ask(const struct azure *az, struct plan *plan, enum azure_step step,
                               int64_t detail, const struct azure_about *about);
enum { AZURE_PAGE = 100, AZURE_FILL_PAGE = 50 };
/* Is there more than this list of so many at most? */
bool azure_has_more(const struct reply *reply, size_t top);
/* Ask for the next page of the same by the server's own token, at once; false: there is none. */
bool azure_ask_next(const struct azure *az, struct plan *plan, const struct reply *reply,
                    const struct azure_about *about);
bool azure_is_asked(const struct plan *plan, enum azure_step step, int64_t detail);
/* The array `value` of a list; NULL: it is not a list of Azure DevOps, *err says so. */
const json_t *azure_list(const struct reply *reply, const char *of, struct dx_error *err);

/* ---- azure_cursors.c ---- */

/* Of a project (or of "", the source). Those of this poll count already. */
enum azure_cursor {
    AZURE_LATEST = 'n',  /* up to here all that finished is listed but for the holes below */
    AZURE_HOLE_TO = 'g', /* after an outage: up to here it is missing; 0: no hole */
    AZURE_HOLE_FROM = 'l',
    AZURE_OLDEST = 'o',        /* of the history, how far back it is listed */
    AZURE_FOUND = 'd',         /* when all projects had been found */
    AZURE_REFUSED = 'a',       /* when the project refused its builds */
    AZURE_QUEUES_SEEN = 'q',   /* when its queues were read */
    AZURE_POOLS_NEXT = 'p',    /* when to ask for pools again */
    AZURE_REQUESTS_NEXT = 'r', /* when to ask for job requests again, after a refusal */
    AZURE_GONE = 'x',          /* when a run was not there any more for the first time */
};
enum { AZURE_NAME_MOST = 200 }; /* bytes of a project's name */
int64_t azure_cursor(const struct plan *plan, const struct batch *batch, enum azure_cursor which,
                     const char *project);
void azure_remember(struct batch *batch, enum azure_cursor which, const char *project,
                    int64_t value);
/* Projects that were found: when each was seen last, and the next behind one ("" begins), in
 * the plan's arena; NULL: the last. */
int64_t azure_project_seen(const struct plan *plan, const struct batch *batch, const char *project);
void azure_remember_project(struct batch *batch, const char *project, int64_t now_ms);
const char *azure_next_project(struct plan *plan, const char *project);
/* Is this the name of one? A server, or whoever writes into the store, may say what is none, and
 * would lead elsewhere. */
bool azure_is_project(const char *text);
const char *azure_found_project(const char *cursor); /* by a cursor's name; NULL: another */
/* The pool behind a queue of a project; false: not known. *name lives as long as batch does. */
bool azure_queue(const struct plan *plan, struct batch *batch, const char *project, int64_t queue,
                 int64_t *pool, const char **name);
void azure_remember_queue(struct batch *batch, const char *project, int64_t queue, int64_t pool,
                          const char *name, int64_t now_ms);

/* ---- azure_words.c: what the server's words mean; they count those that are not known ---- */

struct azure_word {
    const char *word;
    enum dx_phase phase;
    enum dx_result result;
    bool with_issues;
};
struct azure_word azure_status(struct batch *batch, const char *status);
struct azure_word azure_result(struct batch *batch, const char *result);
enum dx_phase azure_state(struct batch *batch, const char *state);
/* to - from; -1 where one is not known. */
int64_t azure_span(int64_t from_ms, int64_t to_ms, bool *skewed);
/* An option or a name fits a pattern, in any case. */
bool azure_fits(const struct dx_items *patterns, const char *text);

/* ---- azure_projects.c ---- */

/* How much of all projects' history is listed: into the batch. */
void azure_tell_progress(const struct azure *az, struct plan *plan, struct batch *batch);
enum { AZURE_VISITS_MOST = 60 }; /* projects that are asked in one poll */
void azure_denied(const void *config, struct plan *plan, struct batch *batch, struct denied *out);
void azure_projects_begin(const struct azure *az, struct plan *plan);
bool azure_decode_projects(const struct azure *az, const struct reply *reply, struct plan *plan,
                           struct batch *batch, struct dx_error *err);
bool azure_decode_queues(const struct azure *az, const struct reply *reply, struct plan *plan,
                         struct batch *batch, struct dx_error *err);

/* ---- azure_builds.c: which builds there are ---- */

enum { AZURE_FILLS = 2 }; /* projects that are filled back at a time */
/* Ask for the open ones and the newest. */
void azure_visit(const struct azure *az, struct plan *plan, const char *project);
/* Ask for older ones where some are missing: what an outage left, then the history. */
void azure_fill(const struct azure *az, struct plan *plan, const char *project);
/* From here on backwards its builds are not listed; 0: they are, as far as the history
 * goes; INT64_MAX: an outage left a hole. */
int64_t azure_unlisted_from(const struct plan *plan, const struct batch *batch,
                            const char *project);
bool azure_decode_open(const struct azure *az, const struct reply *reply, struct plan *plan,
                       struct batch *batch, struct dx_error *err);
bool azure_decode_builds(const struct azure *az, const struct reply *reply, struct plan *plan,
                         struct batch *batch, struct dx_error *err);

/* ---- azure_run.c: one build ---- */

bool azure_is_wanted(const struct azure *az, struct batch *batch, const char *project,
                     const json_t *item);
/* The project of the run: with the repository's name, where the server says it. */
const char *azure_run_project(struct batch *batch, const char *project, const json_t *item);
/* The run that item describes, in the batch; returns its index. */
size_t azure_add_run(const struct azure *az, struct batch *batch, const char *project,
                     const json_t *item);
/* What its timeline has to know of it. */
struct azure_about azure_about_run(struct batch *batch, const char *project, const json_t *item,
                                   size_t run);
bool azure_decode_build(const struct azure *az, const struct reply *reply, struct plan *plan,
                        struct batch *batch, struct dx_error *err);

/* ---- azure_timeline.c: the jobs of a build ---- */

bool azure_decode_timeline(const struct azure *az, const struct reply *reply, struct plan *plan,
                           struct batch *batch, struct dx_error *err);

/* ---- azure_records.c: a timeline's records as a tree ---- */

enum { AZURE_RECORDS_MOST = 20000 };
struct azure_record {
    const json_t *item;
    const char *id, *parent, *type;
    int64_t order;
};
struct azure_records {
    struct azure_record *by_id;            /* sorted */
    const struct azure_record **by_parent; /* sorted, and by their order below it */
    size_t count;
};
struct azure_records azure_records(struct batch *batch, const json_t *list);
/* The nearest above it that is of this type; NULL: there is none. */
const struct azure_record *azure_above(const struct azure_records *records,
                                       const struct azure_record *record, const char *type);
/* Its children of this type, in the batch's arena, by their order. */
const struct azure_record **azure_below(struct batch *batch, const struct azure_records *records,
                                        const struct azure_record *record, const char *type,
                                        size_t *count);
bool azure_is(const struct azure_record *record, const char *type);

/* ---- azure_job.c: one job ---- */

/* What it needs of its build. run: index in the batch. */
struct azure_of {
    size_t run;
    const struct azure_about *about;
    const char *url; /* of the build */
    const struct plan *plan;
};
struct job *azure_add_job(struct batch *batch, const struct azure_of *of,
                          const struct azure_records *records, const struct azure_record *record);
/* The number of the log that says most about a failed job; 0: there is none. */
int64_t azure_log_of(struct batch *batch, const struct azure_records *records,
                     const struct azure_record *record);
/* The first error among the record's issues; "" none. */
const char *azure_error_of(struct batch *batch, const json_t *item);

/* ---- azure_pools.c ---- */

void azure_pools_begin(const struct azure *az, struct plan *plan);
bool azure_decode_pools(const struct azure *az, const struct reply *reply, struct plan *plan,
                        struct batch *batch, struct dx_error *err);
bool azure_decode_agents(const struct reply *reply, struct batch *batch, struct dx_error *err);

/* ---- azure_requests.c: how long jobs really waited ---- */

/* Ask for the requests of the pool, once in a poll, where the token may see them. */
void azure_ask_requests(const struct azure *az, struct plan *plan, const struct batch *batch,
                        int64_t pool);
bool azure_decode_requests(const struct reply *reply, struct batch *batch, struct dx_error *err);

/* ---- azure_log.c ---- */

bool azure_decode_log(const struct reply *reply, struct batch *batch);

/* ---- azure_refused.c ---- */

bool azure_is_answer(const struct reply *reply); /* a success */
void azure_refused(const void *config, const struct reply *reply, struct dx_error *err);
bool azure_less(const void *config, const struct reply *reply, const struct dx_error *err,
                struct plan *plan, struct batch *batch);
/* A project that is not there, or may not be read. false: with it all is refused. */
bool azure_no_project(const struct azure *az, const struct reply *reply, const struct plan *plan,
                      struct batch *batch, struct dx_error *err);
/* The token may not see pools or what they were asked for: say it, once a day. */
void azure_no_pools(const struct reply *reply, struct batch *batch);

#endif
