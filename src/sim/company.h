/* company: who works at the simulated company and what its CI did: repositories
 * in four CI systems, their pipelines, and every run and job with all its times.
 * All of it is a function of seed and options. A run is made whole, its future
 * too; what a face may show at a moment follows from the times, so that records
 * change by themselves while the clock runs.
 *
 * Time is cut into weeks that begin on Mondays at 04:00 UTC, when every runner is
 * restarted: a week depends on no other, and is made when somebody wants it. */
#ifndef SIM_COMPANY_H
#define SIM_COMPANY_H

#include "core/buf.h"
#include "core/mem.h"
#include "sim/world.h"

/* ---- what there is ---- */

enum company_system {
    COMPANY_GITHUB,
    COMPANY_GITLAB,
    COMPANY_JENKINS,
    COMPANY_AZURE,
    COMPANY_SYSTEMS
};
extern const char *const company_system_names[COMPANY_SYSTEMS]; /* "github" */

enum company_work { WORK_LINT, WORK_BUILD, WORK_TEST, WORK_DEPLOY, WORK_TRAIN };
enum company_gate { GATE_NONE, GATE_APPROVAL, GATE_CONCURRENCY };
enum company_event { EVENT_PUSH, EVENT_PULL_REQUEST, EVENT_SCHEDULE, EVENT_MANUAL };

/* Runs that have no jobs. */
enum company_special {
    SPECIAL_NONE,
    SPECIAL_BROKEN_FILE,   /* GitHub: startup_failure; GitLab: yaml_errors */
    SPECIAL_NEEDS_PERSON,  /* GitHub: action_required, of a new contributor */
    SPECIAL_SKIPPED_WHOLE, /* [skip ci], or no condition held */
};

struct company_repo {
    enum company_system system;
    int index;         /* in company.repos */
    int64_t id;        /* the system's number for it */
    const char *owner; /* organisation; group with subgroups; folder; project */
    char name[48];     /* Jenkins has one with letters beyond ASCII */
    const char *default_branch;
    int first_pipeline, pipelines;
    double pushes;  /* on a workday */
    double quality; /* 0.4 good to 1.8 bad: how often a commit is wrong */
};

enum { COMPANY_JOBS_MOST = 8 }; /* of a pipeline */
enum {
    JOB_MAY_FAIL = 1,     /* its failure does not fail the run */
    JOB_DEFAULT_ONLY = 2, /* skipped elsewhere; GitLab and Jenkins do not make it */
    JOB_APPROVAL = 4,     /* waits for a person */
};

struct company_job_def {
    const char *name;  /* "test (go1.22)" */
    const char *stage; /* "test" */
    enum company_work work;
    int pool; /* of world_pools */
    double minutes;
    unsigned needs; /* bits: indices of the pipeline's jobs */
    unsigned flags; /* JOB_... */
};

struct company_blueprint {
    const char *name, *file; /* "CI", "ci" */
    unsigned events;         /* bits: 1 << EVENT_... */
    bool default_only;       /* pushes to the default branch, no others */
    bool supersede;          /* a newer commit of the branch ends the runs before */
    bool concurrency;        /* one run after the other */
    struct company_job_def jobs[COMPANY_JOBS_MOST];
};

struct company_pipeline {
    const struct company_repo *repo;
    const struct company_blueprint *print;
    int index;  /* in company.pipelines */
    int64_t id; /* workflow, definition */
    int jobs;
    double flaky[COMPANY_JOBS_MOST]; /* chance to fail for no reason; mostly 0 */
    bool breaks[COMPANY_JOBS_MOST];  /* on the default branch, for days */
    int64_t week_numbers;            /* how many run numbers a week has */
};

/* ---- what happened ---- */

struct company_failure; /* below */

struct company_job {
    const struct company_attempt *attempt;
    const struct company_job_def *def;
    int index;                       /* of def in its pipeline */
    int64_t id;                      /* of the system; grows with created_ms */
    const struct company_job *copy;  /* GitHub lists what was not run again in the new attempt
                                        too, with the old times; NULL: it did run */
    int64_t created_ms;              /* what it needs is done: it waits for its gate or a runner */
    int64_t ready_ms;                /* the gate is open: it waits for a runner */
    int64_t started_ms, finished_ms; /* 0: it never started */
    int runner;                      /* from 1, in its pool; 0: none */
    int tries;                       /* 1, or the how many-th execution of this job in its run */
    enum company_gate gate;          /* GATE_NONE: ready_ms is created_ms */
    enum dx_result result;           /* once it is done */
    const struct company_failure *failure; /* NULL: nothing failed */
    bool absent;                           /* this system does not list what has no condition met */
    bool timed_out;                        /* GitHub calls it cancelled */
    bool by_person;                        /* cancelled by somebody, not by a newer commit */
    bool with_issues;                      /* a success with warnings */
    bool skewed;                           /* its runner's clock is a second and more late */
    uint64_t key;                          /* chance for what else is to be decided of it */
};

struct company_attempt {
    const struct company_run *run;
    int number; /* from 1 */
    int64_t created_ms;
    int64_t released_ms; /* the concurrency group let it go; created_ms without one */
    int64_t started_ms;  /* of its first job; 0: none ever did */
    int64_t finished_ms;
    enum dx_result result;
    bool whole; /* all jobs ran again, not the failed ones only */
    int job_count;
    struct company_job *jobs; /* in the order of their definition */
    uint64_t key;
};

enum { COMPANY_ATTEMPTS_MOST = 3 };

struct company_run {
    const struct company_pipeline *pipeline;
    int64_t id;     /* within the system; grows with created_ms */
    int64_t number; /* within the pipeline; grows, with gaps */
    int64_t created_ms;
    int64_t cancel_ms; /* whatever is not done by then is cancelled; 0: never */
    int64_t edited_ms; /* touched later, without a new result; 0: never */
    enum company_event event;
    enum company_special special;
    bool cancelled_by_person;
    bool on_default;                 /* a branch that is protected */
    int person;                      /* who began it: company_person() */
    int64_t pull;                    /* the number of the pull request, 0: none */
    uint64_t commit;                 /* company_sha() */
    const struct company_run *again; /* Jenkins: the build that this one repeats */
    int attempt_count;
    struct company_attempt *attempts[COMPANY_ATTEMPTS_MOST];
    uint64_t key;
};

struct company_week {
    int64_t index, from_ms, to_ms;
    struct arena arena;
    struct company_run **runs; /* by id, which is by created_ms: oldest first */
    size_t run_count;
    struct company_job **jobs; /* by id */
    size_t job_count;
};

struct company_options {
    int repos;          /* 1 to 1,000 */
    int64_t start_ms;   /* of the clock */
    int64_t history_ms; /* before it */
};

struct company {
    struct world world;
    struct company_options options;
    struct company_repo *repos;
    size_t repo_count;
    struct company_pipeline *pipelines;
    size_t pipeline_count;
    int capacity[COMPANY_SYSTEMS][WORLD_POOLS]; /* runners; 0: the system has no such pool */
    int64_t first_ms;                           /* older runs are not known any more */
    struct company_week **weeks;                /* oldest first */
    size_t week_count;
    struct helpdesk *desk; /* its tickets; NULL: nobody has asked for them yet */
};

struct company *company_new(const struct world *world, const struct company_options *options);
void company_free(struct company *company); /* NULL is fine */
/* Make every week up to at_ms; forget those that have long been over. What was
 * handed out stays valid while it is younger than twice the history and a month. */
void company_extend(struct company *company, int64_t at_ms);

/* ---- looking things up, as they are at a moment ---- */

struct company_query {
    int system, repo, pipeline; /* indices; -1: any */
    int64_t from_ms, to_ms;     /* created from .. to, both included */
};
/* Newest first; *runs is yours to free. */
size_t company_runs(const struct company *company, const struct company_query *query,
                    const struct company_run ***runs);
/* NULL: there is none, or not yet. */
const struct company_run *company_run_by_id(const struct company *company, int64_t id,
                                            int64_t at_ms);
const struct company_job *company_job_by_id(const struct company *company, int64_t id,
                                            int64_t at_ms);
const struct company_repo *company_repo_named(const struct company *company,
                                              enum company_system system, const char *owner,
                                              const char *name);

/* The newest attempt that has begun by then; NULL: none. */
const struct company_attempt *company_attempt_at(const struct company_run *run, int64_t at_ms);
/* DX_PHASE_UNKNOWN: not there yet, or listed while it waits for other jobs. */
enum dx_phase company_job_phase(const struct company_job *job, int64_t at_ms);
enum dx_phase company_attempt_phase(const struct company_attempt *attempt, int64_t at_ms);
/* When anything of it changed last, as far as at_ms knows. */
int64_t company_run_updated_ms(const struct company_run *run, int64_t at_ms);
/* Since when it is in the system's lists. */
int64_t company_job_listed_ms(const struct company_job *job);
/* started_ms as the runner's clock says it; may lie before ready_ms. */
int64_t company_started_ms(const struct company_job *job);

/* runner from 1. */
bool company_runner_online(const struct company *company, enum company_system system, int pool,
                           int runner, int64_t at_ms);
/* What each runner of a pool runs: busy[0] is runner 1, NULL: idle. There is room
 * for the pool's capacity. */
void company_runners(const struct company *company, enum company_system system, int pool,
                     int64_t at_ms, const struct company_job **busy);
/* "gh-linux-xl-3" */
enum { COMPANY_NAME = 64 };
const char *company_runner_name(char out[COMPANY_NAME], enum company_system system, int pool,
                                int runner);

/* ---- texts; titles are hostile now and then, as people's titles are ---- */

enum { COMPANY_SHA = 41, COMPANY_TEXT = 400 };
const char *company_sha(char out[COMPANY_SHA], uint64_t commit);
/* Without "refs/heads/". */
const char *company_branch(char out[COMPANY_NAME], const struct company_run *run);
const char *company_title(char out[COMPANY_TEXT], const struct company_run *run);

struct company_person {
    const char *login, *name;
    int64_t id;
};
const struct company_person *company_person(int index); /* any index */

/* ---- why jobs fail ---- */

/* Where in the job it shows. */
enum company_place { PLACE_NEVER, PLACE_SETUP, PLACE_CONTAINERS, PLACE_CHECKOUT, PLACE_WORK };
/* The best that a reader of the API has to know the cause by. */
enum company_signal { SIGNAL_NONE, SIGNAL_LOG, SIGNAL_ANNOTATION, SIGNAL_STRUCTURED };
extern const char *const company_signal_names[]; /* "none" "log" "annotation" "structured" */

struct company_failure {
    const char *name; /* "registry-5xx" */
    enum dx_cause cause;
    enum company_place place;
    int pattern;            /* of the catalogue that line matches; 0: none */
    const char *line;       /* of the log: what went wrong */
    const char *before;     /* lines that come before it, "" */
    const char *annotation; /* GitHub's, and Azure's issue; NULL: "exit code" only */
    const char *reason;     /* GitLab's failure_reason */
    bool abandoned;         /* Azure: the agent is gone, and so is Jenkins's */
    int exit_code;
};
enum company_signal company_signal(const struct company_failure *failure,
                                   enum company_system system);

/* ---- steps and logs ---- */

enum { COMPANY_STEPS_MOST = 8 };
struct company_step {
    const char *name;
    int64_t started_ms, finished_ms; /* 0: it never began */
    enum dx_result result;           /* once it is done */
};
/* What a finished or running job did, one after the other; 0: it never started. */
size_t company_steps(const struct company_job *job, struct company_step steps[COMPANY_STEPS_MOST]);

/* The log of a job as far as it has come, in the system's own dress. */
void company_log(const struct company_job *job, int64_t at_ms, struct buf *out);

#endif
