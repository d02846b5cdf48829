/* Records: the words that sources, the store and panels share. Panels never
 * see a struct of a record: they read rows by field (dx_rows() in panel.h), so
 * that records can grow. Every text is printable UTF-8 without controls and
 * never NULL ("" when unknown); every time is Unix milliseconds, 0 when it has
 * not happened; an unknown number is NaN. Enumerators are only added at the
 * end. */
#ifndef DXTOP_RECORD_H
#define DXTOP_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DX_EXPORT            __attribute__((visibility("default")))
#define DX_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* ---- failing ---- */

/* Sorted by who can act. */
enum dx_fault {
    DX_FAULT_NONE,
    DX_FAULT_CONFIG,  /* the user can act: edit the configuration     */
    DX_FAULT_AUTH,    /* the user can act: renew or widen a token     */
    DX_FAULT_LIMITED, /* time will act: wait retry_after_s            */
    DX_FAULT_NETWORK, /* time will act: retry with back-off           */
    DX_FAULT_REPLY,   /* we must act: the server said what we cannot read */
    DX_FAULT_SYSTEM,  /* the machine: files, modules, terminal        */
};

/* A plain value: nothing to free. The text is one sentence without a period,
 * and says what to do where somebody can do something. */
struct dx_error {
    enum dx_fault fault;
    int retry_after_s; /* 0: not said */
    char text[240];
};

/* Fill *err, return false:  return dx_fail(err, DX_FAULT_CONFIG, "..."); */
DX_EXPORT bool dx_fail(struct dx_error *err, enum dx_fault fault, const char *fmt, ...)
    DX_PRINTF(3, 4);

/* ---- kinds ---- */

enum dx_kind {
    DX_KIND_SAMPLE,
    DX_KIND_ALERT,
    DX_KIND_RUN,
    DX_KIND_POOL,
    DX_KIND_TICKET,
    DX_KIND_CHANGE, /* pull and merge requests */
    DX_KIND_COUNT
};

/* ---- runs and jobs of CI ---- */

/* Where a run or job stands. Kept apart from its result, and the server's own
 * words beside both. */
enum dx_phase {
    DX_PHASE_UNKNOWN, /* the server said a word that we do not know */
    DX_PHASE_GATE,    /* waits for a person, a date or another run: no runner is wanted yet */
    DX_PHASE_QUEUED,  /* waits for a runner */
    DX_PHASE_RUNNING,
    DX_PHASE_DONE,
};

enum dx_result {
    DX_RESULT_NONE, /* not done yet */
    DX_RESULT_SUCCESS,
    DX_RESULT_FAILURE,   /* timed out and failed to start included */
    DX_RESULT_CANCELLED, /* by a person, or by a newer run */
    DX_RESULT_SKIPPED,   /* a condition did not hold */
    DX_RESULT_NEUTRAL,   /* done and neither: stale, waiting for a person for ever */
    DX_RESULT_UNKNOWN,   /* done, by a word that we do not know, or it was seen no more */
};

/* Who has to act on a failure. */
enum dx_cause {
    DX_CAUSE_NONE,     /* nothing failed */
    DX_CAUSE_UNKNOWN,  /* no signal: neither the platform's fault nor the code's */
    DX_CAUSE_PLATFORM, /* runner, network, registry, disk, secrets, the CI service itself */
    DX_CAUSE_CODE,     /* it does not compile, or its program fails */
    DX_CAUSE_TEST,
    DX_CAUSE_LINT,
    DX_CAUSE_DEPENDENCY, /* what it asks for does not exist or does not fit */
    DX_CAUSE_CONFIG,     /* of the pipeline itself */
    DX_CAUSE_USER,       /* a person ended it, or may not do it */
    DX_CAUSE_COUNT
};

/* ---- tickets ---- */

/* Where a ticket stands, by the server's category of its status, never by the
 * status' name. */
enum dx_ticket_state {
    DX_TICKET_UNKNOWN, /* the server said a word that we do not know */
    DX_TICKET_NEW,     /* nobody began with it */
    DX_TICKET_IN_PROGRESS,
    DX_TICKET_DONE,
    DX_TICKET_OPEN, /* of a past moment: it was not done then, and nobody knows more */
};

/* How a ticket stood for a while, by the history of its statuses. */
enum dx_stay {
    DX_STAY_UNKNOWN, /* in a status that we do not know */
    DX_STAY_NEW,     /* these three as of enum dx_ticket_state */
    DX_STAY_IN_PROGRESS,
    DX_STAY_DONE,
    DX_STAY_WAITING, /* for somebody outside */
};

/* What a ticket can name. */
enum dx_ref { DX_REF_POOL = 1, DX_REF_PIPELINE, DX_REF_PROJECT, DX_REF_JOB /* a flaky one */ };

/* An SLA of a ticket, as the server says it: dxtop computes none of its own. */
enum dx_sla_state {
    DX_SLA_UNKNOWN, /* it has this SLA, and no clock of it ran yet */
    DX_SLA_RUNNING,
    DX_SLA_PAUSED,
    DX_SLA_MET,
    DX_SLA_BREACHED,  /* its time is over, and it is not fulfilled yet or was too late */
    DX_SLA_CANCELLED, /* it counts no more */
};

enum dx_alert_state {
    DX_ALERT_PENDING, /* condition holds, but not yet long enough */
    DX_ALERT_FIRING,
    DX_ALERT_SILENCED,  /* firing, but somebody muted it */
    DX_ALERT_INHIBITED, /* firing, but another alert explains it */
    DX_ALERT_RESOLVED,
    DX_ALERT_STALE, /* of a rule of dxtop's own: it fired or was pending when somebody looked last,
                       and nobody has looked for more than five minutes; of a system: polls of two
                       intervals did without it, and none brought the whole list */
};

enum dx_severity { /* the higher the worse; from the label "severity" */
                   DX_SEVERITY_UNKNOWN,
                   DX_SEVERITY_INFO,
                   DX_SEVERITY_WARNING,
                   DX_SEVERITY_CRITICAL,
};

enum dx_source_state {
    DX_SOURCE_NEW,     /* not polled yet */
    DX_SOURCE_LIVE,    /* the last poll succeeded, its data is fresh */
    DX_SOURCE_FILLING, /* live, and this poll fills history back */
    DX_SOURCE_LIMITED, /* slowed by the server's limit or by our budget */
    DX_SOURCE_LOST,    /* the last poll failed */
    DX_SOURCE_STOPPED, /* refused (401, 403) or wrongly configured: a person must act */
};

enum dx_log_level { DX_LOG_DEBUG, DX_LOG_INFO, DX_LOG_WARN, DX_LOG_ERROR };

/* How a number is written, everywhere alike (dx_format()). */
enum dx_unit {
    DX_UNIT_NONE,    /* 12.3, 1,240, 3.1 M */
    DX_UNIT_COUNT,   /* whole number */
    DX_UNIT_SECONDS, /* a duration: 12s, 1m02s, 3h02m */
    DX_UNIT_RATIO,   /* 0 to 1, shown as per cent */
    DX_UNIT_PERCENT, /* 0 to 100, shown as per cent */
    DX_UNIT_BYTES,   /* 12.3 MiB */
    DX_UNIT_PER_S,   /* 12.3 /s */
    DX_UNIT_BYTES_PER_S,
};

#endif
