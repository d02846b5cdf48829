/* What a panel can ask of the store: the queries, the fields of their rows, and what
 * narrows them. Part of the panel interface; <dxtop/panel.h> includes it. */
#ifndef DXTOP_QUERY_H
#define DXTOP_QUERY_H

#include <dxtop/record.h>

enum dx_query {
    DX_QUERY_SERIES,  /* one row a series: SOURCE NAME KEY LABELS UNIT AT VALUE TEXT DEFINITION
                         (what the query asks, in the server's language) */
    DX_QUERY_SAMPLES, /* by series, then time: SOURCE NAME KEY AT VALUE MIN MAX N */
    DX_QUERY_ALERTS,  /* SOURCE KEY NAME SEVERITY STATE SINCE ENDED SEEN LABELS SUMMARY URL MUTED_BY
                       * NEXT (until when somebody snoozed it) ASSIGNEE (who claimed it) TEXT (his
                       * note) N (how often it fired in 7 d) STARTED (of a rule of dxtop's own: when
                       * it fired, after its SINCE) */
    DX_QUERY_SOURCES, /* SOURCE TYPE STATE LAST_TRY LAST_OK NEXT EVERY LATENCY FAULT TEXT REMAINING
                         LIMIT RESET PER_HOUR BYTES VERSION SKEW DONE TOTAL URL YIELDS
                         NONE_SINCE (since when polls do not bring all its alerts) */
    DX_QUERY_LOG,     /* newest first; key: one. KEY AT (last) SINCE (first) LEVEL SOURCE TEXT (with
                         "(×N)") N (so often within an hour) */
    /* CI. Every row has KEY, which other queries take as filter.key; it is opaque.
     * Rates are 0 to 1, spans ms. What cannot be known is unset. */
    DX_QUERY_RUNS,  /* newest first; key: a pipeline's; name: "protected" or "other" branches only.
                       SOURCE TYPE PROJECT PIPELINE RUN_ID NUMBER
                       ATTEMPT SHA BRANCH EVENT PROTECTED TITLE ACTOR URL PHASE RESULT CAUSE
                       EVIDENCE RAW_STATUS RAW_RESULT CREATED STARTED FINISHED QUEUED QUEUED_BASIS
                       DURATION DURATION_BASIS GATE N (jobs) */
    DX_QUERY_JOBS,  /* newest first, open ones by age; key: a run's, a pool's or a job's, or a flaky
                       job's (name: its tries on this commit only); with a cause those that failed
                       by it (name: of this category, ":" of none). All of
                       RUNS but TITLE ACTOR GATE N, and RUN (its key) JOB_ID NAME POOL RUNNER STAGE
                       WHY */
    DX_QUERY_STEPS, /* key: a job's. NAME PHASE RESULT RAW_RESULT STARTED FINISHED */
    DX_QUERY_POOLS, /* over window_ms. SOURCE TYPE NAME WAITING OLDEST ONLINE BUSY OFFLINE
                       NONE_SINCE TEXT N P50 P90 P95 P99 APPROX BEFORE (p95) N_BEFORE SKEWED
                       GATE_N GATE_P50 NEVER PER_HOUR_IN PER_HOUR_OUT */
    DX_QUERY_POOL_HOURS,    /* key: a pool's; by hour, ends at AT. N P50 P95 */
    DX_QUERY_RUNNERS,       /* key: a pool's. NAME POOL LABELS STATE (1 online, 2 busy) TEXT */
    DX_QUERY_PIPELINES,     /* over window_ms. SOURCE TYPE PROJECT PIPELINE N SUCCESS
                               FAILED FIRST FIRST_N PLATFORM PLATFORM_LOW UNKNOWN LOW HIGH LEFT_OUT
                               RUNNING DURATION_N P50 P90 BEFORE (p50) N_BEFORE SLOWER
                               SUCCESS_BEFORE SUCCESS_WAS_N WORSE STRIP URL POLICY NAME (the
                               part, as in TOTALS) */
    DX_QUERY_PIPELINE_DAYS, /* key: a pipeline's; by day, ends at AT. N P50 P90 SUCCESS */
    DX_QUERY_TOTALS,        /* as PIPELINES: one row for all, one for protected branches, one for
                               pull requests; NAME: "all" "protected" "other". KEPT */
    DX_QUERY_FLAKY, /* by minutes lost. SOURCE TYPE PROJECT PIPELINE NAME STATE RATE LOW HIGH
                       N FAILED PAIRS LOST FIRST_SEEN LAST_SEEN BEFORE (rate) TREND; with parts
                       also URL (of the last failure) */
    DX_QUERY_FLAKY_COMMITS, /* key: a flaky job's. TYPE SHA AT ACTOR STRIP TEXT (of the first
                               failure) URL */
    DX_QUERY_FAILURES,      /* over window_ms, by cause and category, most first. CAUSE NAME
                               (category) TEXT (last evidence) N PROJECTS POOL LAST_SEEN */
    DX_QUERY_TICKETS,       /* the open ones, the most urgent first, then those that were done after
                               `from`, the latest first (open: none of these); key: a ticket's. SOURCE
                               TYPE KEY NAME (its key at the server) PROJECT TITLE TICKET_TYPE
                               CATEGORY LABELS (as a list) PRIORITY RAW_PRIORITY STATE RAW_STATUS
                               REPORTER ASSIGNEE URL CREATED RESPONDED RESOLVED UPDATED
                               DURATION (to RESOLVED) RESPONSE (to RESPONDED)
                               RESPONSE_BUSINESS RESOLUTION_BUSINESS SLA SLA_STATE BREACH LEFT GOAL
                               SEEN RISK (these seven of the most urgent SLA) REPLY_KNOWN GONE;
                               with parts also SLAS LINKS STAYS TEXT CREATED_BASIS
                               RESPONDED_BASIS RESOLVED_BASIS. One that is gone is listed only
                               until then */
    DX_QUERY_TICKET_SLAS,   /* key: a ticket's. NAME SLA_STATE BREACH LEFT GOAL FINISHED SEEN */
    /* Search; name: words, all of which are to be there; key: a ticket's or a job's, like which
     * it is to be. The best first, with what was found in [brackets] in TEXT. */
    DX_QUERY_RUNBOOKS, /* KEY NAME (path) TITLE UPDATED TEXT VALUE (score); neither name nor key:
                          all, by title; key: a runbook's: that one, TEXT is all of it */
    DX_QUERY_SEARCH,   /* tickets. KEY SOURCE TYPE NAME TITLE STATE CATEGORY RESOLVED URL TEXT
                        * VALUE */
    DX_QUERY_SIMILAR,  /* the same of those that were resolved, like the one of the key */
    DX_QUERY_TRIAGE,   /* key: a ticket's. STATE (enum dx_verdict) CATEGORY AT */
    DX_QUERY_PROJECTS, /* those of PIPELINES, each once. SOURCE PROJECT */
    DX_QUERY_TICKET_COUNTS, /* of the open ones that pass the filter, but for its text and limit: N
                               DUE OVER; CLOSED: of those that are done */
    DX_QUERY_TICKET_PAUSES, /* key: a ticket's. STARTED FINISHED (unset: it still waits) */
    DX_QUERY_TICKET_LINKS,  /* key: a ticket's. TEXT ("blocks DX-3") */
    DX_QUERY_TICKET_REFS, /* key: a ticket's: what it names, open or not. KEY (a pool's, pipeline's
                             or failing job's; unset: a project's) REF NAME PROJECT PIPELINE.
                             key: a pool's, pipeline's, failing job's or that of one run of it:
                             the open tickets that name it (or its pipeline, or that one's
                             project), the most urgent first. KEY TYPE NAME
                             TITLE PRIORITY RISK URL. No key: of all that open tickets name. KEY
                             REF NAME (of the most urgent ticket) N (tickets) RISK, the most
                             urgent first */
    DX_QUERY_KPIS,        /* in their order; key: one. KEY (its id) NAME BRIEF UNIT VALUE LOW HIGH N
                             WINDOW BEFORE (previous value) BEFORE_WINDOW N_BEFORE TARGET TARGET_BAD
                             BETTER STATE DEFINITION TEXT (why there is no value, or what is beside
                             it) READS. Values are in UNIT: spans in seconds */
    DX_QUERY_TICKET_GROUPS, /* name: "category" or "priority"; the most opened first. KEY TYPE
                               (which of the two) NAME OPEN DUE BREACHED (of them; as RISK
                               with half an hour at risk) OPENED CLOSED (in 30 d) RESPONSE_N P50 P90
                               (business time to the first response, 7 d) N RESOLUTION_P50 BEFORE
                               (business time to the resolution, 30 d and the 30 d before) RESTORE_N
                               RESTORE_P50 (incidents, 30 d) REPEATS (share, 30 d). Spans are ms */
    DX_QUERY_TICKET_DAYS,   /* by day, ends at AT. OPENED CLOSED OPEN (at its end) */
    DX_QUERY_KPI_POINTS,    /* key: a KPI's id; by time, of step_ms (1 h or 1 d), ends at AT. KEY AT
                               VALUE N */
    DX_QUERY_TICKET_STAYS,  /* key: a ticket's: the history of its statuses. STATE (enum dx_stay)
                               STARTED FINISHED (unset: it stands so) */
    DX_QUERY_RULES,         /* alert rules, each for all that it looks at, what fires first. KEY
                               NAME TITLE (what it looks at) STATE (enum dx_rule_state) SINCE VALUE
                               UNIT TARGET (its limit) BETTER (-1: it fires above that, 1: below)
                               SEVERITY N (how often it fired in 7 d) LOST (how long, ms) MAX (the
                               longest, ms) LAST_SEEN (when it fired last) NONE_SINCE (without
                               data) TEXT (the alert's KEY) ASSIGNEE NEXT STARTED, as those of
                               ALERTS, of the one that is open */
    DX_QUERY_POLLS,         /* of sources, newest first; those that ended alike, one after the
                               other, are one row: SOURCE AT (the first) SEEN (the last)
                               STATE FAULT TEXT VERSION */
    DX_QUERY_ENDED,         /* alerts that ended after filter.from_ms, the last first. SOURCE NAME
                               SUMMARY ENDED */
    DX_QUERY_UNSEEN,        /* one row where nobody has looked at the alert rules for more than five
                               minutes: SEEN (when somebody did last) */
    DX_QUERY_COUNT
};

/* t text, i whole number, n number, ms time */
enum dx_field {
    DX_FIELD_SOURCE,    /* t name in the configuration */
    DX_FIELD_NAME,      /* t of the query, the alert */
    DX_FIELD_KEY,       /* t identity, stable between polls */
    DX_FIELD_LABELS,    /* t {a="b", c="d"}; dx_label() reads one */
    DX_FIELD_UNIT,      /* i enum dx_unit */
    DX_FIELD_AT,        /* ms */
    DX_FIELD_VALUE,     /* n last in the step */
    DX_FIELD_MIN,       /* n in the step */
    DX_FIELD_MAX,       /* n in the step */
    DX_FIELD_N,         /* i values in the step */
    DX_FIELD_TEXT,      /* t */
    DX_FIELD_SEVERITY,  /* i enum dx_severity */
    DX_FIELD_STATE,     /* i enum dx_alert_state, dx_source_state */
    DX_FIELD_SINCE,     /* ms */
    DX_FIELD_ENDED,     /* ms */
    DX_FIELD_SEEN,      /* ms */
    DX_FIELD_SUMMARY,   /* t */
    DX_FIELD_URL,       /* t */
    DX_FIELD_MUTED_BY,  /* t silence or alert that mutes it */
    DX_FIELD_TYPE,      /* t "prometheus" */
    DX_FIELD_LAST_TRY,  /* ms */
    DX_FIELD_LAST_OK,   /* ms */
    DX_FIELD_NEXT,      /* ms */
    DX_FIELD_EVERY,     /* i ms between polls, as stretched now */
    DX_FIELD_LATENCY,   /* i ms, of the last poll's slowest request */
    DX_FIELD_FAULT,     /* i enum dx_fault */
    DX_FIELD_REMAINING, /* i requests left of the server's limit; unset: none announced
                         */
    DX_FIELD_LIMIT,     /* i */
    DX_FIELD_RESET,     /* ms */
    DX_FIELD_PER_HOUR,  /* n requests an hour, projected */
    DX_FIELD_BYTES,     /* i received since the collector's start */
    DX_FIELD_VERSION,   /* t of the server */
    DX_FIELD_SKEW,      /* i ms, the server's clock minus ours */
    DX_FIELD_DONE,      /* i back-fill */
    DX_FIELD_TOTAL,     /* i back-fill, 0: nothing to fill */
    DX_FIELD_LEVEL,     /* i enum dx_log_level */
    DX_FIELD_YIELDS,    /* i 1u << enum dx_kind, or-ed */
    /* CI */
    DX_FIELD_PROJECT,        /* t */
    DX_FIELD_PIPELINE,       /* t */
    DX_FIELD_RUN,            /* t key of the run */
    DX_FIELD_RUN_ID,         /* t the server's */
    DX_FIELD_JOB_ID,         /* t the server's */
    DX_FIELD_NUMBER,         /* t */
    DX_FIELD_ATTEMPT,        /* i from 1 */
    DX_FIELD_SHA,            /* t */
    DX_FIELD_BRANCH,         /* t */
    DX_FIELD_EVENT,          /* t */
    DX_FIELD_PROTECTED,      /* i 1: of a protected branch */
    DX_FIELD_TITLE,          /* t */
    DX_FIELD_ACTOR,          /* t */
    DX_FIELD_POOL,           /* t */
    DX_FIELD_RUNNER,         /* t */
    DX_FIELD_STAGE,          /* t */
    DX_FIELD_WHY,            /* t why it waits */
    DX_FIELD_PHASE,          /* i enum dx_phase */
    DX_FIELD_RESULT,         /* i enum dx_result */
    DX_FIELD_CAUSE,          /* i enum dx_cause */
    DX_FIELD_EVIDENCE,       /* t */
    DX_FIELD_RAW_STATUS,     /* t */
    DX_FIELD_RAW_RESULT,     /* t */
    DX_FIELD_CREATED,        /* ms */
    DX_FIELD_STARTED,        /* ms */
    DX_FIELD_FINISHED,       /* ms */
    DX_FIELD_QUEUED,         /* i ms */
    DX_FIELD_QUEUED_BASIS,   /* t the two fields */
    DX_FIELD_DURATION,       /* i ms */
    DX_FIELD_DURATION_BASIS, /* t */
    DX_FIELD_GATE,           /* i ms waited for approval or a concurrency group */
    DX_FIELD_WAITING,        /* i jobs that wait now */
    DX_FIELD_OLDEST,         /* ms since when the oldest of them waits */
    DX_FIELD_ONLINE,         /* i runners */
    DX_FIELD_BUSY,           /* i runners */
    DX_FIELD_OFFLINE,        /* i runners */
    DX_FIELD_NONE_SINCE,     /* ms since when no runner is online */
    DX_FIELD_P50,            /* n ms */
    DX_FIELD_P90,            /* n ms */
    DX_FIELD_P95,            /* n ms */
    DX_FIELD_P99,            /* n ms */
    DX_FIELD_APPROX,         /* i 1: from the histogram, within 1 % */
    DX_FIELD_BEFORE,         /* n the same number, over the window before */
    DX_FIELD_N_BEFORE,       /* i */
    DX_FIELD_SKEWED,         /* i negative spans that were clamped */
    DX_FIELD_GATE_N,         /* i */
    DX_FIELD_GATE_P50,       /* n ms */
    DX_FIELD_NEVER,          /* i jobs that ended and never had a runner */
    DX_FIELD_PER_HOUR_IN,    /* n jobs that came, an hour */
    DX_FIELD_PER_HOUR_OUT,   /* n jobs that started, an hour */
    DX_FIELD_SUCCESS,        /* n rate */
    DX_FIELD_FAILED,         /* i */
    DX_FIELD_FIRST,          /* n rate of first attempts */
    DX_FIELD_FIRST_N,        /* i */
    DX_FIELD_PLATFORM,       /* n platform-controlled rate, unknown causes as code's */
    DX_FIELD_PLATFORM_LOW,   /* n the same, unknown causes as the platform's */
    DX_FIELD_UNKNOWN,        /* i failures without a known cause */
    DX_FIELD_LOW,            /* n Wilson interval of the rate, 95 % */
    DX_FIELD_HIGH,           /* n */
    DX_FIELD_LEFT_OUT,       /* i done, but not counted: cancelled, skipped ... */
    DX_FIELD_RUNNING,        /* i */
    DX_FIELD_DURATION_N,     /* i */
    DX_FIELD_SLOWER,         /* i 1: slower than before, -1: faster, by a rank test */
    DX_FIELD_STRIP,          /* t the last results, oldest first: enum dx_mark */
    DX_FIELD_RATE,           /* n */
    DX_FIELD_PAIRS,          /* i commits that failed and passed */
    DX_FIELD_LOST,           /* i ms */
    DX_FIELD_FIRST_SEEN,     /* ms */
    DX_FIELD_LAST_SEEN,      /* ms */
    DX_FIELD_PROJECTS,       /* i */
    DX_FIELD_POLICY,         /* t what counts as success: success_policy */
    DX_FIELD_SUCCESS_BEFORE, /* n rate over the window before */
    DX_FIELD_SUCCESS_WAS_N,  /* i what it is of */
    DX_FIELD_WORSE,          /* i 1: success is worse than before, by Fisher's exact test */
    /* tickets */
    DX_FIELD_TICKET_TYPE,         /* t the server's: "Bug", "Incident" */
    DX_FIELD_CATEGORY,            /* t */
    DX_FIELD_PRIORITY,            /* i 1 the most urgent to 5 */
    DX_FIELD_RAW_PRIORITY,        /* t */
    DX_FIELD_REPORTER,            /* t */
    DX_FIELD_ASSIGNEE,            /* t */
    DX_FIELD_RESPONDED,           /* ms first public answer by somebody else than the reporter */
    DX_FIELD_RESOLVED,            /* ms */
    DX_FIELD_UPDATED,             /* ms */
    DX_FIELD_RESPONSE,            /* i ms from CREATED to RESPONDED */
    DX_FIELD_RESPONSE_BUSINESS,   /* i ms of business time from CREATED to RESPONDED */
    DX_FIELD_RESOLUTION_BUSINESS, /* i ms of business time from CREATED to RESOLVED */
    DX_FIELD_SLA,                 /* t name */
    DX_FIELD_SLA_STATE,           /* i enum dx_sla_state */
    DX_FIELD_BREACH,              /* ms when the SLA's time is over */
    DX_FIELD_LEFT,                /* i ms left of it in its calendar, as the server said */
    DX_FIELD_GOAL,                /* i ms */
    DX_FIELD_SLAS,                /* t a JSON array, as TICKET_SLAS */
    DX_FIELD_LINKS,               /* t a JSON array of texts */
    DX_FIELD_RISK,                /* i enum dx_risk */
    DX_FIELD_REF,                 /* i enum dx_ref */
    DX_FIELD_DUE,                 /* i tickets whose SLA is at risk */
    DX_FIELD_OVER,                /* i tickets whose SLA is breached */
    DX_FIELD_OPEN,                /* i tickets; DUE and BREACHED are of them */
    DX_FIELD_BREACHED,            /* i of them past it */
    DX_FIELD_OPENED,              /* i */
    DX_FIELD_CLOSED,              /* i */
    DX_FIELD_RESPONSE_N,          /* i */
    DX_FIELD_RESOLUTION_P50,      /* n ms */
    DX_FIELD_RESTORE_N,           /* i */
    DX_FIELD_RESTORE_P50,         /* n ms */
    DX_FIELD_REPEATS,             /* n share */
    /* key numbers */
    DX_FIELD_BRIEF,         /* t a name for little room */
    DX_FIELD_WINDOW,        /* i ms; 0: as it is now */
    DX_FIELD_BEFORE_WINDOW, /* i ms, of the window before; of WINDOW 0: how long ago */
    DX_FIELD_TARGET,        /* n the goal; what is past it is a warning */
    DX_FIELD_TARGET_BAD,    /* n what is past it is bad */
    DX_FIELD_BETTER,        /* i 1: the more the better, -1: the less */
    DX_FIELD_DEFINITION,    /* t */
    DX_FIELD_READS,         /* i 1u << enum dx_kind, or-ed */
    /* tickets */
    DX_FIELD_REPLY_KNOWN,     /* i 1: whether somebody answered yet; 0: nobody can say */
    DX_FIELD_STAYS,           /* t a JSON array of TICKET_STAYS, each [STATE, STARTED] */
    DX_FIELD_GONE,            /* ms since when it is gone, or asked for no more */
    DX_FIELD_CREATED_BASIS,   /* t what CREATED was read from: "created_at" */
    DX_FIELD_RESPONDED_BASIS, /* t "comment" */
    DX_FIELD_RESOLVED_BASIS,  /* t "resolutiondate", "closed_at" */
    DX_FIELD_TREND,           /* t "20 35 - 180": RATE of flaky jobs as it was at the end of each of
                                 the 13 days before, UTC, and now; per mille, -: of too few */
    DX_FIELD_KEPT,            /* ms all runs and jobs are there that ended from then on; unset: none
                                 are forgotten. A window that began before has no numbers, nor N */
    DX_FIELD_COUNT
};

/* What a strip of results is made of. */
enum dx_mark {
    DX_MARK_OK = 'o',
    DX_MARK_CODE = 'c',     /* failed, and not by the platform */
    DX_MARK_PLATFORM = 'p', /* failed by the platform */
    DX_MARK_UNKNOWN = 'u',  /* failed, nobody knows why */
    DX_MARK_RUNNING = 'r',
    DX_MARK_OTHER = '-', /* cancelled, skipped */
};

enum dx_flaky_state {
    DX_FLAKY_SUSPECT, /* too few commits to say */
    DX_FLAKY_FLAKY,   /* the same commit both failed and passed */
    DX_FLAKY_BROKEN,  /* fails every time on the default branch */
};

/* What a person said of the suggestions for a ticket. */
enum dx_verdict { DX_VERDICT_NONE, DX_VERDICT_ACCEPTED, DX_VERDICT_IGNORED };
/* What a person can say of an alert that is open; all who watch see it. */
enum dx_word { DX_WORD_SNOOZE, DX_WORD_CLAIM };
/* How a key number stands against its target. */
enum dx_kpi_state {
    DX_KPI_NOTHING, /* no data */
    DX_KPI_PLAIN,   /* it has no target */
    DX_KPI_FEW,     /* too few to say */
    DX_KPI_GOOD,
    DX_KPI_WARN,
    DX_KPI_BAD,
};

/* How an alert rule stands. No data is never fine. */
enum dx_rule_state {
    DX_RULE_FINE,
    DX_RULE_PENDING, /* past the limit, but not yet as long as the rule asks */
    DX_RULE_FIRING,
    DX_RULE_RECOVERING, /* it fires, and is good again, but not yet long enough */
    DX_RULE_NO_DATA,
    DX_RULE_STALE, /* nobody has looked at it for more than five minutes */
};

/* How an open ticket stands to its SLA: by the moment of its breach, also where the
 * server has not said so yet. */
enum dx_risk {
    DX_RISK_NONE,
    DX_RISK_DUE,  /* less than a fifth of its goal is left, or less than at_risk_ms */
    DX_RISK_OVER, /* its time is over */
};

/* What tickets are listed by; the least or the first one comes first, no value last. */
enum dx_ticket_order {
    DX_BY_URGENCY, /* by the moment of the breach, then the priority, then the age */
    DX_BY_NAME,    /* the key at the server */
    DX_BY_PRIORITY,
    DX_BY_AGE, /* the oldest first */
    DX_BY_BREACH,
    DX_BY_ASSIGNEE,
    DX_BY_STATUS,
    DX_BY_CATEGORY,
    DX_BY_PROJECT,
    DX_BY_TITLE,
};

/* What of tickets that are done is listed. */
enum dx_ticket_done {
    DX_DONE_TOO,       /* behind the open ones */
    DX_DONE_ONLY,      /* and no open ones */
    DX_DONE_INCIDENTS, /* of these only those whose type says that they were incidents */
};

struct dx_filter {
    size_t size;
    const char *source;     /* NULL or "": all */
    const char *name;       /* NULL or "": all */
    int64_t from_ms, to_ms; /* (from, to]; to 0: the view's time */
    int64_t step_ms;        /* samples: one row a step, that ends at AT; 0: all as they are */
    int64_t limit;          /* 0: no limit */
    const char *key;        /* KEY of what the rows belong to; NULL or "": all */
    int64_t window_ms;      /* 1 h, 24 h, 7 d or 30 d; 0: 24 h */
    bool open;              /* only what is not done */
    int cause;              /* enum dx_cause; 0: all */
    bool parts;    /* pipelines: protected branches and others apart, too; tickets: lists; flaky
                      jobs: where they failed last */
    bool attempts; /* of the job with this key: all its attempts, the first first */
    /* tickets; NULL or "": all */
    const char *project, *category, *label;
    const char *assignee; /* "nobody": those that have none */
    int priority;         /* this one and more urgent ones; 0: all, those without one too */
    int64_t at_risk_ms;   /* for RISK and DUE */
    /* Only those in whose key, priority, assignee, status, category or title its words are,
     * as users type it: !word leaves out, owner:word looks into one of KEY P OWNER STATUS
     * CATEGORY TITLE. A word in a column that is none of these narrows nothing. */
    const char *text;
    int order; /* enum dx_ticket_order */
    bool reverse;
    const char *group; /* KEY of TICKET_GROUPS: only its tickets */
    int done;          /* enum dx_ticket_done */
};
#define DX_FILTER(...) (&(struct dx_filter){ .size = sizeof(struct dx_filter), __VA_ARGS__ })

#endif
