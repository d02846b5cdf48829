/* ticket_ref_query: what tickets and what they name say of each other, as of a moment: their
 * texts are those of the last poll. */
#include "config.h"

#include "store/rows.h"
#include "store/tickets.h"

/* C99 asks compilers for 4,095 bytes of a text; those that build this take any number. */
#pragma GCC diagnostic ignored "-Woverlength-strings"

// clang-format off

#define T(column) "(SELECT text FROM text WHERE id = " column ")"
#define KEY                                                                                        \
    "CASE r.kind WHEN 1 THEN 'q' || r.id WHEN 2 THEN 'l' || r.id WHEN 4 THEN 'f' || r.id || ':' || " \
    "r.nth END"
/* Without its calendar's word on what is left: that it is at risk stands in the list. What its
 * server said later was not said yet, and of one that changed since nobody knows. */
#define SAME "(" TICKETS_SAME("?1") ")"
#define RISK                                                                                       \
    "CASE WHEN NOT " SAME " THEN 0 WHEN (t.sla_state = 4 AND (coalesce(t.said_ms, 0) <= ?1 OR coalesce(t.breach_ms, 0) <="  \
    " ?1)) OR (t.sla_state = 1 AND t.breach_ms <= ?1) THEN 2 ELSE 0 END"
#define BREACH "CASE WHEN " SAME " THEN coalesce(t.breach_ms, 9e15) ELSE 9e15 END"
#define URGENT "coalesce(t.priority, 9)"
#define SOURCE " JOIN source src ON src.id = t.source AND " TICKETS_WANTED("src.") " "
/* ... of those that are open, and of those that were: few, for they were done after it. */
#define OPEN(columns, which)                                                                 \
    "SELECT " columns " FROM ticket_ref r CROSS JOIN ticket t ON t.id = r.ticket AND"              \
    " coalesce(t.created_ms, 0) <= ?1" SOURCE "WHERE r.open AND " which
#define OPEN_THEN(columns, which)                                                            \
    OPEN(columns, which) " UNION SELECT " columns " FROM ticket t CROSS JOIN ticket_ref r"         \
    " ON r.ticket = t.id AND"                                                                      \
    " coalesce(t.created_ms, 0) <= ?1" SOURCE "WHERE t.state = 3 AND NOT r.open AND"          \
    " coalesce(t.gone_ms, t.resolved_ms, t.updated_ms, t.created_ms) > ?1 AND " which

static const struct query of_ticket = {
    "SELECT " KEY ", r.kind, CASE r.kind WHEN 1 THEN " T("q.name") " WHEN 3 THEN " T("r.id")
    " WHEN 4 THEN " T("r.nth") " ELSE " T("p.name") " END, " T("p.project") ", " T("p.name")
    " FROM ticket_ref r LEFT JOIN pool q ON r.kind = 1 AND q.id = r.id"
    " LEFT JOIN pipeline p ON r.kind IN (2, 4) AND p.id = r.id"
    " WHERE r.ticket = ?6 ORDER BY r.kind, r.id, r.nth LIMIT ?5",
    { DX_FIELD_KEY, DX_FIELD_REF, DX_FIELD_NAME, DX_FIELD_PROJECT, DX_FIELD_PIPELINE,
      DX_FIELD_COUNT }
};

#define NAMING(which)                                                                              \
    {                                                                                              \
        "SELECT key, name, (SELECT title FROM ticket_text WHERE ticket = id), priority, risk, url," \
        " type"                                                                                     \
        " FROM (" OPEN_THEN("'t' || t.id AS key, t.key AS name, t.priority AS priority, " RISK     \
                            " AS risk, t.url AS url, src.type AS type, " BREACH " AS breach, " URGENT " AS urgent,"  \
                            " t.created_ms AS created, t.id AS id", which)                     \
        ") AS named ORDER BY breach, urgent, created, id LIMIT ?5",                                \
        { DX_FIELD_KEY, DX_FIELD_NAME, DX_FIELD_TITLE, DX_FIELD_PRIORITY, DX_FIELD_RISK,           \
          DX_FIELD_URL, DX_FIELD_TYPE, DX_FIELD_COUNT }                                            \
    }
static const struct query of_pool = NAMING("r.kind = 1 AND r.id = ?6");
static const struct query of_pipeline =
    NAMING("(r.kind, r.id) IN (SELECT 2, ?6 UNION ALL SELECT 3, project FROM pipeline WHERE id = ?6)");
static const struct query of_job = NAMING("r.kind = 4 AND r.id = ?6 AND r.nth = ?7");
/* Of one that ran: what names it, or the pipeline that it is of. */
static const struct query of_run_job =
    NAMING("(r.kind, r.id, r.nth) IN (SELECT 4, run.pipeline, j.name FROM job j JOIN run ON run.id ="
           " j.run WHERE j.id = ?6 UNION ALL SELECT 2, run.pipeline, 0 FROM job j JOIN run ON run.id ="
           " j.run WHERE j.id = ?6)");

/* Of each thing the name of its most urgent ticket; what has the most urgent ones first. A
 * project's tickets are those of its pipelines. How urgent a ticket is stands in one text,
 * the least first, so that what stands beside min() is of that ticket. */
#define NAMED                                                                                      \
    ", t.key AS name, " RISK " AS risk, printf('%d%019.0f%02d%019d%019d', 9 - " RISK ", "  \
    BREACH ", " URGENT ", t.created_ms, t.id) AS rank"
#define ALL(named)                                                                                 \
    {                                                                                              \
        "WITH r AS (" named ") SELECT key, kind, name, count(*), risk, min(rank) FROM"             \
        " (SELECT " KEY " AS key, kind, name, risk, rank FROM r WHERE kind <> 3 UNION"             \
        " SELECT 'l' || p.id, 2, r.name, risk, rank FROM r JOIN pipeline p ON p.project = r.id"      \
        " WHERE kind = 3) GROUP BY key ORDER BY 6, key LIMIT ?5",                                  \
        { DX_FIELD_KEY, DX_FIELD_REF, DX_FIELD_NAME, DX_FIELD_N, DX_FIELD_RISK, DX_FIELD_COUNT }   \
    }
#define NAMES "r.kind AS kind, r.id AS id, r.nth AS nth" NAMED
static const struct query of_all = ALL(OPEN(NAMES, "1"));
static const struct query of_all_then = ALL(OPEN_THEN(NAMES, "1"));

// clang-format on

const struct query *ticket_ref_query(const char *key, bool past)
{
    switch (*key) {
    case 't':
        return &of_ticket;
    case 'q':
        return &of_pool;
    case 'l':
        return &of_pipeline;
    case 'f':
        return &of_job;
    case 'j':
        return &of_run_job;
    default:
        return past ? &of_all_then : &of_all;
    }
}
