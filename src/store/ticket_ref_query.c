/* ticket_ref_query: what tickets and what they name say of each other. Of the past too
 * they are as they are now. */
#include "config.h"

#include "store/rows.h"

// clang-format off

#define T(column) "(SELECT text FROM text WHERE id = " column ")"
#define KEY                                                                                        \
    "CASE r.kind WHEN 1 THEN 'q' || r.id WHEN 2 THEN 'l' || r.id WHEN 4 THEN 'f' || r.id || ':' || " \
    "r.nth END"
/* Without its calendar's word on what is left: that it is at risk stands in the list. */
#define RISK                                                                                       \
    "CASE WHEN t.sla_state = 4 OR (t.sla_state = 1 AND t.breach_ms <= ?1) THEN 2 ELSE 0 END"
#define URGENCY "coalesce(t.breach_ms, 9e15), coalesce(t.priority, 9), t.created_ms, t.id"
#define FROM_REFS                                                                                  \
    " FROM ticket_ref r CROSS JOIN ticket t ON t.id = r.ticket AND coalesce(t.created_ms, 0) <= ?1"\
    " JOIN source src ON src.id = t.source AND src.place IS NOT NULL WHERE r.open "

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
        "SELECT DISTINCT 't' || t.id, t.key, (SELECT title FROM ticket_text WHERE ticket = t.id),"  \
        " t.priority, " RISK ", t.url" FROM_REFS "AND " which " ORDER BY " URGENCY " LIMIT ?5",    \
        { DX_FIELD_KEY, DX_FIELD_NAME, DX_FIELD_TITLE, DX_FIELD_PRIORITY, DX_FIELD_RISK,           \
          DX_FIELD_URL, DX_FIELD_COUNT }                                                           \
    }
static const struct query of_pool = NAMING("r.kind = 1 AND r.id = ?6");
static const struct query of_pipeline =
    NAMING("(r.kind, r.id) IN (SELECT 2, ?6 UNION ALL SELECT 3, project FROM pipeline WHERE id = ?6)");
static const struct query of_job = NAMING("r.kind = 4 AND r.id = ?6 AND r.nth = ?7");

/* Of each thing the name of its most urgent ticket; what has the most urgent ones first. A
 * project's tickets are those of its pipelines. How urgent a ticket is stands in one text,
 * the least first, so that what stands beside min() is of that ticket. */
#define RANK                                                                                       \
    "printf('%d%019.0f%02d%019d%019d', 9 - " RISK ", coalesce(t.breach_ms, 9e15),"                 \
    " coalesce(t.priority, 9), t.created_ms, t.id)"
static const struct query of_all = {
    "SELECT key, kind, name, count(*), risk, min(rank) FROM (SELECT DISTINCT CASE r.kind"
    " WHEN 1 THEN 'q' || r.id WHEN 4 THEN 'f' || r.id || ':' || r.nth"
    " ELSE 'l' || coalesce(p.id, r.id) END AS key,"
    " CASE r.kind WHEN 3 THEN 2 ELSE r.kind END AS kind,"
    " t.key AS name, " RISK " AS risk, " RANK " AS rank FROM ticket_ref r CROSS JOIN ticket t"
    " ON t.id = r.ticket AND coalesce(t.created_ms, 0) <= ?1"
    " JOIN source src ON src.id = t.source AND src.place IS NOT NULL"
    " LEFT JOIN pipeline p ON r.kind = 3 AND p.project = r.id"
    " WHERE r.open AND (r.kind <> 3 OR p.id IS NOT NULL)) AS named"
    " GROUP BY key ORDER BY 6, key LIMIT ?5",
    { DX_FIELD_KEY, DX_FIELD_REF, DX_FIELD_NAME, DX_FIELD_N, DX_FIELD_RISK, DX_FIELD_COUNT }
};

// clang-format on

const struct query *ticket_ref_query(const char *key)
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
    default:
        return &of_all;
    }
}
