/* A batch is what one reply of one source brought: records, and the arena that
 * holds them and their text. A decoder fills it; the replies of a poll are
 * committed together, a long poll in pieces, so a reader never sees half of a reply. */
#ifndef MODEL_BATCH_H
#define MODEL_BATCH_H

#include <dxtop/record.h>

#include "core/mem.h"

struct series {         /* one line of a query: identity is (source, query, labels) */
    const char *query;  /* name in the configuration */
    const char *labels; /* {a="b", c="d"}, sorted by name, values escaped as in PromQL; "{}" */
    const char *text;   /* of a string result, else "" */
    const char *expr;   /* what the query asks, in the server's language; "": not known */
    enum dx_unit unit;
};

struct sample {
    size_t series; /* index in the batch */
    int64_t at_ms;
    double value; /* NaN and infinities as the server said them */
};

struct alert {
    const char *key; /* identity within the source: the fingerprint */
    const char *name, *labels, *summary, *url, *muted_by;
    enum dx_severity severity;
    enum dx_alert_state state;
    int64_t since_ms, ended_ms;
};

/* A step of a job. */
struct job_step {
    const char *name, *raw_result;
    enum dx_phase phase;
    enum dx_result result;
    int64_t started_ms, finished_ms;
};

/* What a run and a job have in common. Every duration has the two fields that it
 * was made of beside it, so that a reader can see why: "started_at - created_at".
 * -1: cannot be known. A span that came out negative is 0, and `skewed`. */
struct timing {
    int64_t created_ms, started_ms, finished_ms; /* created: when it began to wait */
    int64_t queued_ms, duration_ms;
    const char *queued_basis, *duration_basis;
    bool skewed;
};

struct outcome {
    enum dx_phase phase;
    enum dx_result result;
    enum dx_cause cause;  /* NONE: the source cannot tell */
    const char *evidence; /* for the cause, in one line */
    const char *raw_status, *raw_result;
    bool with_issues; /* a success that the server itself has doubts about */
};

/* A workflow run, pipeline or build. Each attempt is a run of its own. */
struct run {
    const char *project; /* "acme/web": repository, project or folder */
    const char
        *pipeline;      /* of the project: workflow, definition, job; "" where there is one only */
    const char *id;     /* within (source, project) */
    int64_t attempt;    /* from 1 */
    const char *number; /* as people call it: "4812" */
    const char *title, *sha, *branch, *event, *actor, *url;
    bool protected_branch; /* the default or a protected branch, and not a pull request */
    struct outcome outcome;
    struct timing timing;
    const char *stand_in; /* id of a job that stands for the run while no other is known; "" */
    int64_t gate_ms;      /* waited for approval or a concurrency group; -1: cannot be known */
    int64_t updated_ms;   /* by the server; 0: it does not say */
    bool bare;            /* see batch_known_run() */
    bool gone;            /* a bare one that the server has no more: done, by nobody knows what */
    bool jobs_whole;      /* see batch_jobs_whole() */
    int64_t jobs_ms;      /* when the server listed them, by its clock; 0: that does not matter */
    int owed;             /* see batch_owe() */
};

/* A job of a run. Its text `pool` names who runs it: a runner pool, agent pool,
 * or the labels it asks for. */
struct job {
    size_t run;       /* index in the batch */
    const char *name; /* with its matrix: "test (jdk21)" */
    const char *id;   /* within the run */
    int64_t attempt;
    const char *pool, *runner, *stage, *url;
    const char *why; /* it still waits: what the server says of it */
    bool allow_failure;
    bool started; /* a runner had it: false for those that failed before */
    struct outcome outcome;
    struct timing timing;
    struct job_step *steps; /* in the batch's arena */
    size_t step_count;
    const char *queue_ref;       /* of the queue item that it came from; "" */
    const char *const *messages; /* annotations, issues: what a cause is looked for in */
    size_t message_count;
};

/* A failed job's log: its last lines, for the pattern catalogue. */
struct log_tail {
    const char *project, *run, *job; /* their ids */
    int64_t run_attempt, job_attempt;
    const char *text; /* lines, cleaned, between line feeds */
    /* What it says of the failure, filled in by the collector; NONE: nothing. */
    enum dx_cause cause;
    const char *evidence;
};

/* A pool as the server counts it now. -1: it does not say. */
struct pool {
    const char *name;
    int64_t online, busy, offline; /* runners or executors */
    int64_t waiting;
    const char *note; /* why it has none: "disconnected by ..." */
};

struct runner {
    const char *pool, *name, *labels, *note; /* note: why it is offline */
    bool online, busy;
};

struct ticket_sla {
    const char *name;
    enum dx_sla_state state;
    int64_t breach_ms;    /* when its time is over, or was; 0: the server does not say */
    int64_t remaining_ms; /* of its own calendar, negative: over it; SLA_UNSAID */
    int64_t goal_ms;      /* -1: the server does not say */
    int64_t stopped_ms;   /* met or breached and fulfilled; 0: its clock still counts */
};
#define SLA_UNSAID INT64_MIN

struct ticket_pause {
    int64_t from_ms, to_ms; /* waited for somebody outside; to 0: still does */
};

struct ticket_stay { /* how it stood, until the next one */
    enum dx_stay stay;
    int64_t from_ms;
};

/* What a reply says of a ticket; the other parts stay as the store has them. */
enum ticket_part {
    TICKET_FIELDS = 1,   /* all that is in struct ticket itself but first_response_ms */
    TICKET_RESPONSE = 2, /* first_response_ms; 0: nobody answered yet */
    TICKET_SLAS = 4,     /* all there are */
    TICKET_PAUSES = 8,   /* all there are, and its stays, where their history is known */
    TICKET_LINKS = 16,   /* all there are */
};

/* An issue, incident or request. */
struct ticket {
    unsigned parts;      /* enum ticket_part, or-ed; 0: it was asked for in vain */
    unsigned refused;    /* of these, what cannot be had: the store keeps what it has of it, and
                            asks no more until the ticket moves on */
    const char *project; /* Jira project, table, repository: "DX", "incident", "acme/web" */
    const char *key;     /* identity within the source, as people call it: "DX-412" */
    const char *id;      /* the server's, where requests need another one; "" */
    const char *title, *type, *category, *raw_priority, *raw_status, *reporter, *assignee, *url;
    const char *labels; /* separated by ", " */
    const char *text;   /* the beginning of its description: it is searched */
    int priority;       /* 1 is the most urgent, 5 the least; 0: unknown */
    enum dx_ticket_state state;
    bool gone;   /* the server has it no more: done, by nobody knows what; needs no part */
    bool moved;  /* the same, for it goes on under another key */
    bool keeps;  /* the parts that it does not have are as they were: there is nobody to ask for
                    them, however much it changed */
    bool unique; /* its id is no other ticket's, ever: what has it by another key, of a project that
                    was renamed, is this one and goes on here */
    int64_t created_ms, resolved_ms, updated_ms; /* 0: it does not say */
    int64_t first_response_ms; /* first public answer by somebody else than the reporter */
    /* What these were read from: "closed_at", "changelog", "comment"; "": nobody says. */
    const char *created_basis, *response_basis, *resolved_basis;
    struct ticket_sla *slas; /* these lists are in the batch's arena */
    struct ticket_pause *pauses;
    /* Oldest first, each another one than the one before it; from_ms 0: since its creation.
     * None, though they are known: it stands as it did at its creation. */
    struct ticket_stay *stays;
    bool stays_known;
    const char *const *links; /* "blocks DX-3", each in one line */
    size_t sla_count, pause_count, stay_count, link_count;
};

/* A pull or merge request. What is "" or 0 stays as the store has it. */
struct change {
    const char *project, *id; /* identity within the source; id: the server's */
    const char *title, *author, *url;
    int64_t created_ms;           /* when it was opened; of a draft, when it was ready */
    bool reviews_known;           /* all there are were looked at */
    int64_t first_review_ms;      /* the first by somebody else than the author; 0: none yet */
    int64_t merged_ms, closed_ms; /* 0: not yet; merged is closed, too */
};

struct cursor { /* how far the back-fill of a name has come */
    const char *name;
    size_t hash; /* of the name: a source with a thousand jobs has as many */
    int64_t value;
};

struct note { /* a warning that the user should see: it goes to the log */
    enum dx_log_level level;
    char *text; /* its poller may strike secrets out */
};

struct batch {
    struct arena arena;
    struct series *series;
    size_t series_count, series_cap;
    size_t *series_index, index_cap; /* by hash: index + 1, 0 free */
    struct sample *samples;
    size_t sample_count, sample_cap;
    struct alert *alerts;
    size_t alert_count, alert_cap;
    /* The alerts are all there are: those of this source that are missing have
     * ended. */
    bool alerts_whole;
    struct run *runs;
    size_t run_count, run_cap;
    size_t *run_index, run_index_cap, run_indexed; /* by hash: index + 1; the first so many */
    struct job *jobs;
    size_t job_count, job_cap;
    struct log_tail *tails;
    size_t tail_count, tail_cap;
    struct pool *pools;
    size_t pool_count, pool_cap;
    struct runner *runners;
    size_t runner_count, runner_cap;
    struct ticket *tickets;
    size_t ticket_count, ticket_cap;
    struct change *changes;
    size_t change_count, change_cap;
    bool pools_whole;  /* pools and runners are all there are */
    bool pools_hidden; /* ... that may be seen: of other pools nobody knows whether they have any */
    bool waiting_whole; /* jobs with a queue_ref that wait are all there are */
    struct cursor *cursors;
    size_t cursor_count, cursor_cap;
    struct note *notes;
    size_t note_count, note_cap;
    const char *version;      /* of the server, "" or NULL: not said */
    int64_t done, total;      /* back-fill progress; total 0: nothing to say */
    size_t repaired, unknown; /* bytes mended in the reply, enum values not known */
};

void batch_done(struct batch *batch); /* frees; { 0 } again */

/* Where a batch stands, and back to it: a reply that fails half way leaves no
 * records. What was noted stays. */
struct batch_mark {
    size_t series, samples, alerts, runs, jobs, tails, pools, runners, tickets, changes, cursors;
    bool alerts_whole, pools_whole, pools_hidden, waiting_whole;
};
struct batch_mark batch_mark(const struct batch *batch);
void batch_rewind(struct batch *batch, const struct batch_mark *mark);

/* New records, every text "", every time 0. Owned by the batch; the pointer
 * (for series: the index) is good until the next call. */
size_t batch_series(struct batch *batch, struct series series); /* finds or adds */
void batch_sample(struct batch *batch, size_t series, int64_t at_ms, double value);
struct alert *batch_alert(struct batch *batch);
/* A run with unknown durations. Of the same (project, id, attempt) twice the
 * later one counts. */
struct run *batch_run(struct batch *batch);
/* A job of the run at this index of the batch, with unknown durations. */
struct job *batch_job(struct batch *batch, size_t run);
/* The run of the batch with this identity; SIZE_MAX: it is not there. */
size_t batch_find_run(struct batch *batch, const char *project, const char *id, int64_t attempt);
/* A run of which only its identity is known here, for jobs whose run was
 * committed before: what the store knows of it stays. */
size_t batch_known_run(struct batch *batch, const char *project, const char *id, int64_t attempt);
/* All jobs of the run, in its present state, are in the batch. */
void batch_jobs_whole(struct batch *batch, size_t run);
/* One more thing was asked for that says why a job of the run failed: until it came, or
 * is known to be gone, not all of the run is there, and so it is asked for again. */
void batch_owe(struct batch *batch, size_t run);
void batch_paid(struct batch *batch, const char *project, const char *id, int64_t attempt);
/* Its jobs are there, and all that was asked for of them. */
bool batch_run_whole(const struct run *run);
struct log_tail *batch_tail(struct batch *batch);
struct pool *batch_pool(struct batch *batch);
struct runner *batch_runner(struct batch *batch);
/* A ticket of which nothing is known but what the caller then says in parts. Of the
 * same key twice in a batch, both are taken, in their order. */
struct ticket *batch_ticket(struct batch *batch);
struct change *batch_change(struct batch *batch);
/* 0: it is forgotten, as it is one that is not known. */
void batch_cursor(struct batch *batch, const char *name, int64_t value);
/* The last one of that name; NULL: the batch brings none. */
const struct cursor *batch_find_cursor(const struct batch *batch, const char *name);
void batch_note(struct batch *batch, enum dx_log_level level, const char *fmt, ...) DX_PRINTF(3, 4);

/* The one door for foreign text: a clean copy of at most 2,000 bytes, owned by
 * the batch. */
const char *batch_text(struct batch *batch, const char *foreign, size_t len);

#endif
