/* ticket_query: what viewers read of tickets, as of a moment. Key: t a ticket. */
#include "config.h"

#include "store/rows.h"

/* The text of an interned column. */
#define T(column) "(SELECT text FROM text WHERE id = " column "), "
#define DONE_MS   "coalesce(t.resolved_ms, t.updated_ms, t.created_ms)"

#define SLAS                                                                                       \
    "CASE WHEN ?11 THEN (SELECT json_group_array(json_object('name', s.name, 'state', s.state,"    \
    " 'breach_ms', s.breach_ms, 'remaining_ms', s.remaining_ms)) FROM ticket_sla s"                \
    " WHERE s.ticket = t.id) END, "
#define LINKS                                                                                      \
    "CASE WHEN ?11 THEN (SELECT json_group_array(l.text) FROM ticket_link l"                       \
    " WHERE l.ticket = t.id) END, "

/* What was done after the moment was not; what the SLA says is of the last poll. */
#define COLUMNS                                                                                    \
    "SELECT src.name, src.type, 't' || t.id, t.key, " T("t.project") T("t.type") T("t.category")   \
        T("t.labels") "t.priority, " T(                                                            \
            "t.raw_priority") "CASE WHEN t.state = 3 AND " DONE_MS                                 \
                              " > ?1 THEN CASE WHEN t.first_ms <= ?1 THEN 2"                       \
                              " ELSE 1 END ELSE t.state END, " T("t.raw_status") T("t.reporter")   \
                                  T("t.assignee") "t.url, t.created_ms, CASE WHEN t.first_ms <= "  \
                                                  "?1 THEN t.first_ms END,"                        \
                                                  " CASE WHEN t.resolved_ms <= ?1 THEN "           \
                                                  "t.resolved_ms END, min(t.updated_ms, ?1),"      \
                                                  " CASE WHEN t.first_ms <= ?1 THEN "              \
                                                  "t.first_business_ms END,"                       \
                                                  " CASE WHEN t.resolved_ms <= ?1 THEN "           \
                                                  "t.business_ms END, t.sla, t.sla_state,"         \
                                                  " t.breach_ms, t.remaining_ms, w.title, " SLAS   \
                                                      LINKS "CASE WHEN ?11 THEN w.text END,"       \
                                                  " CASE WHEN t.resolved_ms <= ?1 THEN "           \
                                                  "t.resolved_ms - t.created_ms END,"              \
                                                  " CASE WHEN t.first_ms <= ?1 THEN t.first_ms - " \
                                                  "t.created_ms END, "
#define FROM                                                                                       \
    "JOIN source src ON src.id = t.source AND src.place IS NOT NULL"                               \
    " JOIN ticket_text w ON w.ticket = t.id "
#define FIELDS                                                                                     \
    {                                                                                              \
        DX_FIELD_SOURCE, DX_FIELD_TYPE, DX_FIELD_KEY, DX_FIELD_NAME, DX_FIELD_PROJECT,             \
            DX_FIELD_TICKET_TYPE, DX_FIELD_CATEGORY, DX_FIELD_LABELS, DX_FIELD_PRIORITY,           \
            DX_FIELD_RAW_PRIORITY, DX_FIELD_STATE, DX_FIELD_RAW_STATUS, DX_FIELD_REPORTER,         \
            DX_FIELD_ASSIGNEE, DX_FIELD_URL, DX_FIELD_CREATED, DX_FIELD_RESPONDED,                 \
            DX_FIELD_RESOLVED, DX_FIELD_UPDATED, DX_FIELD_RESPONSE_BUSINESS,                       \
            DX_FIELD_RESOLUTION_BUSINESS, DX_FIELD_SLA, DX_FIELD_SLA_STATE, DX_FIELD_BREACH,       \
            DX_FIELD_LEFT, DX_FIELD_TITLE, DX_FIELD_SLAS, DX_FIELD_LINKS, DX_FIELD_TEXT,           \
            DX_FIELD_DURATION, DX_FIELD_RESPONSE, DX_FIELD_COUNT                                   \
    }

/* Which ones, by the indexes, so that no more tickets are looked at than are shown. */
#define OPEN                                                                                       \
    "SELECT t.id, 0, coalesce(t.breach_ms, 9e15), coalesce(t.priority, 9), t.created_ms FROM"      \
    " ticket t WHERE " WITHIN
#define DONE                                                                                       \
    "SELECT t.id, 1, -" DONE_MS ", 0, 0 FROM ticket t WHERE " WITHIN "AND t.state = 3 AND ?9 = 0 " \
    "AND " DONE_MS " > ?2 AND " DONE_MS " <= ?1 "
#define WITHIN                                                                                     \
    "coalesce(t.created_ms, 0) <= ?1 AND (?4 = '' OR t.key = ?4) AND t.source IN (SELECT id"       \
    " FROM source WHERE place IS NOT NULL AND (?3 = '' OR name = ?3)) "

static const struct query tickets = {
    COLUMNS "NULL FROM (SELECT id, row_number() OVER () AS nth FROM (" OPEN "AND t.state < 3 "
            "UNION ALL " OPEN "AND t.state = 3 AND " DONE_MS " > ?1 UNION ALL " DONE
            "ORDER BY 2, 3, 4, 5, 1 LIMIT ?5)) AS o CROSS JOIN ticket t ON t.id = o.id " FROM
            "ORDER BY o.nth",
    FIELDS
};
static const struct query one_ticket = { COLUMNS "NULL FROM ticket t " FROM "WHERE t.id = ?6",
                                         FIELDS };

static const struct query slas = {
    "SELECT name, state, breach_ms, remaining_ms, goal_ms, stopped_ms, said_ms FROM ticket_sla"
    " WHERE ticket = ?6 ORDER BY nth LIMIT ?5",
    { DX_FIELD_NAME, DX_FIELD_SLA_STATE, DX_FIELD_BREACH, DX_FIELD_LEFT, DX_FIELD_GOAL,
      DX_FIELD_FINISHED, DX_FIELD_SEEN, DX_FIELD_COUNT }
};

const struct query *ticket_query(enum dx_query which, const char *key)
{
    if (which == DX_QUERY_TICKET_SLAS)
        return &slas;
    return *key == 't' ? &one_ticket : &tickets;
}
