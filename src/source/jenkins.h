/* jenkins: what the files of this source share.
 *
 * One request lists all jobs with their last builds; of those that moved, the newest
 * builds are asked for, and of each Pipeline's build its stages. A build enters the
 * store with the page that names it and stays open until its jobs are there; so what
 * a poll cannot finish is asked for again by itself. History follows by ranges of
 * allBuilds, a page with its stages at a time.
 *
 * A build's number begins anew when its job is deleted and made again, so the id of
 * a run has its time too: "deploy#12@1795518000000" in the project that its folder
 * is, "main/12@..." in a multibranch project, "#12@..." of a job in no folder. No
 * name in Jenkins has one of / # @ in it.
 *
 * Cursors, each with the full name of its job behind the colon:
 *   n:  number of the last build that was seen, t: its time
 *   f:  how many builds, from the newest on, the back-fill has listed
 *   d:  since when all builds are known
 *   b:  it is a branch of a multibranch project
 *   x:  when it was not there, or may not be read
 * g: has a hash of a build that was not there when it was asked for, and those with
 * nothing behind the colon are of the whole source: stages and missing (see
 * jenkins_stages.c), metrics, queue and nodes, when these were said to be missing. */
#ifndef SOURCE_JENKINS_H
#define SOURCE_JENKINS_H

#include "source/plan.h"
#include "source/source.h"

enum jenkins_unstable { UNSTABLE_FAILURE, UNSTABLE_SUCCESS, UNSTABLE_EXCLUDED };

struct jenkins { /* its options; the lists are of const char * */
    struct dx_items jobs, include, exclude, protect;
    int unstable; /* enum jenkins_unstable */
    bool logs, executors;
};

enum jenkins_step {
    JENKINS_NODES,
    JENKINS_QUEUE,
    JENKINS_TREE,   /* of all jobs, of a folder or of one job; detail: how deep it lies */
    JENKINS_BUILDS, /* of a job, newest first; detail: from this one on */
    JENKINS_FILL,   /* the same, history */
    JENKINS_BUILD,  /* one */
    JENKINS_STAGES,
    JENKINS_LOG,
    JENKINS_VERSION,
    JENKINS_STEPS
};

static const int64_t JENKINS_MINUTE = (int64_t)60 * 1000, JENKINS_HOUR = 60 * JENKINS_MINUTE,
                     JENKINS_DAY = 24 * JENKINS_HOUR;

/* One reply being read, and where it goes. */
struct jenkins_poll {
    const struct jenkins *config;
    struct plan *plan;
    struct batch *batch;
    const struct reply *reply;
    bool stages_asked, no_stages; /* see jenkins_no_stages() */
};

/* ---- jenkins_names.c ---- */

enum { JENKINS_NAME = 400, JENKINS_FULL_MOST = 200 /* bytes of a full name */ };

struct jenkins_job {
    char full[JENKINS_NAME];    /* "acme/web/main" */
    char project[JENKINS_NAME]; /* "acme/web" */
    char leaf[JENKINS_NAME];    /* "main"; "" for a job in no folder */
    bool branch;                /* of a multibranch project */
};
/* branch: it lies in a multibranch project. */
struct jenkins_job jenkins_job_named(const char *full, bool branch);
struct jenkins_build { /* what the id of a run says */
    struct jenkins_job job;
    int64_t number, timestamp;
};
/* false: it is no build's, but that of a waiting item. */
bool jenkins_build_of(const char *project, const char *id, struct jenkins_build *out);
const char *jenkins_run_id(struct batch *batch, const struct jenkins_job *job, int64_t number,
                           int64_t timestamp);
/* "feature%2Fx" -> "feature/x" */
const char *jenkins_decoded(struct batch *batch, const char *name);
/* The full name in a job's URL, whatever the context path; "": it has none. */
const char *jenkins_full_of_url(struct batch *batch, const char *url);
bool jenkins_wanted(const struct jenkins *config, const char *full);
bool jenkins_protected(const struct jenkins *config, const char *branch);
/* Ask for /job/A/job/B and what follows; {} in it as in plan_get(). */
struct plan_request *jenkins_ask(struct plan *plan, enum jenkins_step step, const char *full,
                                 const char *rest);
bool jenkins_is_answer(const struct reply *reply); /* a success */
int64_t jenkins_recall(const struct plan *plan, const struct batch *batch, const char *kind,
                       const char *full);
void jenkins_remember(struct batch *batch, const char *kind, const char *full, int64_t value);
/* Is it time to say or to ask again what this cursor is about? */
bool jenkins_due(const struct jenkins_poll *p, const char *kind, const char *full,
                 int64_t every_ms);

/* ---- jenkins_jobs.c: which jobs there are, and which moved ---- */

void jenkins_jobs_begin(const struct jenkins *config, struct plan *plan);
bool jenkins_jobs_decode(struct jenkins_poll *p, struct dx_error *err);

/* ---- jenkins_forget.c: what is remembered goes ---- */

/* Was it built last, or was it so, longer ago than anything is kept? 0: nobody knows. */
bool jenkins_is_old(const struct plan *plan, int64_t ms);
/* Once a day, and not all at once: of what is old. */
void jenkins_forget(struct jenkins_poll *p);

/* ---- jenkins_builds.c: lists of builds ---- */

void jenkins_builds_ask(struct plan *plan, const struct jenkins_job *job, int64_t count);
bool jenkins_builds_decode(struct jenkins_poll *p, struct dx_error *err);
bool jenkins_builds_less(struct jenkins_poll *p);
void jenkins_open_begin(struct plan *plan);
bool jenkins_build_decode(struct jenkins_poll *p, struct dx_error *err);
void jenkins_fill_begin(const struct jenkins *config, struct plan *plan);
/* A page of history is in the batch, with its stages. */
void jenkins_filled(struct jenkins_poll *p, const char *full, int64_t listed);
/* in place of how many are listed: */
enum { JENKINS_FILLED_ALL = -1, JENKINS_FILLED_ENOUGH = -2 };

/* ---- jenkins_build.c: one build ---- */

/* In brackets: what a request's tree asks of each build. */
extern const char jenkins_build_tree[];
/* The run of a build in the batch, and where it is no Pipeline's the job that it is.
 * label: of the nodes that its job asks for, "". true: it has stages, which *stages
 * asks for. */
struct jenkins_about;
bool jenkins_add_build(struct jenkins_poll *p, const struct jenkins_job *job, const json_t *item,
                       const char *label, struct jenkins_about *stages);
/* Once: the list has builds that are done, and of none of them the times in the queue. */
void jenkins_say_metrics(struct jenkins_poll *p, const json_t *list);
#define JENKINS_WHOLE "build" /* its id */
/* The job that a build is which has no stages, or none that are known. */
void jenkins_add_whole(struct jenkins_poll *p, size_t run, const struct jenkins_job *job);
/* "SUCCESS" and the like. */
enum dx_result jenkins_result(const struct jenkins_poll *p, const char *word);
/* to - from; -1 where one is not known. */
int64_t jenkins_span(int64_t from_ms, int64_t to_ms, bool *skewed);
const char *jenkins_url(struct batch *batch, const json_t *item);

/* ---- jenkins_actions.c: what plugins add to a build ---- */

struct jenkins_actions {
    int64_t queuing_ms, blocked_ms, waiting_ms, buildable_ms; /* -1: not known */
    int64_t steps_ms;                                         /* buildable, of its node blocks */
    int64_t nodes;                                            /* node blocks; -1 */
    const char *sha, *branch, *event, *actor, *started_by;
    const char *interrupted;  /* why it was aborted; "" */
    enum dx_cause cause;      /* of a failure, as far as they tell */
    bool by_timeout, by_node; /* the reason of the abort */
    const char *evidence;     /* for the cause */
    const char **messages;
    size_t message_count;
};
struct jenkins_actions jenkins_actions_of(struct jenkins_poll *p, const struct jenkins_job *job,
                                          const json_t *item);

/* The basis of a wait that the plugin Metrics adds up for a Pipeline. */
#define JENKINS_ONE_NODE "buildableTimeMillis of its one node block"

/* ---- jenkins_stages.c: the stages of a Pipeline's build ---- */

struct jenkins_about { /* a request's detail_text */
    const char *project, *id;
    int64_t fill;     /* of history, the last of its page: see jenkins_filled(); 0 */
    int64_t steps_ms; /* see jenkins_actions */
    int64_t nodes;
    bool done; /* the build is, and so is its log */
    struct outcome outcome;
    const char *const *messages; /* of JENKINS_LOG: "ID NAME" of each stage that failed */
    size_t message_count;
    const char *job; /* of JENKINS_LOG: the first of them */
};
void jenkins_set_about(struct plan *plan, struct plan_request *request,
                       const struct jenkins_about *about);
/* The texts live as long as the batch. */
struct jenkins_about jenkins_about(struct batch *batch, const struct reply *reply);
/* It is the last of a page of history. */
void jenkins_mark_fill(struct plan *plan, struct plan_request *request, int64_t listed);
struct plan_request *jenkins_stages_ask(struct plan *plan, const struct jenkins_about *about,
                                        unsigned flags);
/* Stages are not to be asked for now: their plugin is missing. */
bool jenkins_no_stages(struct jenkins_poll *p);
bool jenkins_stages_decode(struct jenkins_poll *p, struct dx_error *err);

/* ---- jenkins_queue.c ---- */

void jenkins_queue_begin(struct plan *plan);
bool jenkins_queue_decode(struct jenkins_poll *p, struct dx_error *err);

/* ---- jenkins_nodes.c: nodes are runners, and those with the same labels a pool ---- */

void jenkins_nodes_begin(struct plan *plan);
bool jenkins_nodes_decode(struct jenkins_poll *p, struct dx_error *err);
/* The pool of a node; NULL: there is no such node now. */
const char *jenkins_pool_of_node(const struct batch *batch, const char *node);
/* Of the one pool whose nodes have this label, else the label itself. */
const char *jenkins_pool_of_label(struct batch *batch, const char *label);
/* The name that the built-in node goes by. */
#define JENKINS_BUILT_IN "built-in"

/* ---- jenkins_console.c ---- */

enum { JENKINS_OTHER = -1, JENKINS_DEPTH = 64 };
struct jenkins_console {
    const char *const *names; /* of stages */
    size_t count;
    int stack[JENKINS_DEPTH]; /* the blocks that the next line is in: index of their stage */
    size_t depth, lost;       /* lost: too deep for it */
};
/* The stage that printed the line: its index in names, or JENKINS_OTHER. */
int jenkins_console_line(struct jenkins_console *console, const char *line, size_t len);
/* All jobs of the run are there; but where the nodes, which say on which pools it was, did not
 * come in this poll, and it ended just now, another poll is to ask for it again. */
void jenkins_whole(struct jenkins_poll *p, size_t run);

/* ---- jenkins_log.c ---- */

void jenkins_log_ask(struct plan *plan, const struct jenkins_about *about);
bool jenkins_log_decode(struct jenkins_poll *p);

/* ---- jenkins_refused.c ---- */

void jenkins_refused(const void *config, const struct reply *reply, struct dx_error *err);
/* A job or list that is not there, or may not be read. false: it was all there is. */
bool jenkins_hidden(struct jenkins_poll *p, const char *full, struct dx_error *err);

#endif
