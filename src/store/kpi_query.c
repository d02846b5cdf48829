/* kpi_query: what viewers read of key numbers. Key: the id of a KPI. */
#include "config.h"

#include "store/rows.h"

/* One that no source tells of is not there. */
static const struct query kpis = {
    "SELECT k.id, k.name, k.brief, k.unit, k.value, k.low, k.high, k.n, k.window_ms, k.previous,"
    " k.before_ms, k.n_before, k.warn, k.bad, CASE WHEN k.better = 1 THEN 1 ELSE -1 END, k.state,"
    " k.definition, k.note, k.reads FROM kpi k WHERE (?21 = '' OR k.id = ?21)"
    " AND (k.reads = 0 OR EXISTS (SELECT 1 FROM source s WHERE s.place IS NOT NULL"
    "  AND s.yields & k.reads)) ORDER BY k.place LIMIT ?5",
    { DX_FIELD_KEY,        DX_FIELD_NAME,       DX_FIELD_BRIEF,         DX_FIELD_UNIT,
      DX_FIELD_VALUE,      DX_FIELD_LOW,        DX_FIELD_HIGH,          DX_FIELD_N,
      DX_FIELD_WINDOW,     DX_FIELD_BEFORE,     DX_FIELD_BEFORE_WINDOW, DX_FIELD_N_BEFORE,
      DX_FIELD_TARGET,     DX_FIELD_TARGET_BAD, DX_FIELD_BETTER,        DX_FIELD_STATE,
      DX_FIELD_DEFINITION, DX_FIELD_TEXT,       DX_FIELD_READS,         DX_FIELD_COUNT },
};

/* Of each by its key, for days are kept for ever. */
static const struct query points = {
    "SELECT p.id, (p.nth + 1) * p.step_ms, p.value, p.n FROM kpi k CROSS JOIN kpi_point p"
    " ON p.id = k.id AND p.step_ms = ?22 AND p.nth BETWEEN ?2 / ?22 - 1 AND ?1 / ?22"
    " WHERE (?21 = '' OR k.id = ?21) AND (p.nth + 1) * ?22 > ?2 ORDER BY k.id, p.nth LIMIT ?5",
    { DX_FIELD_KEY, DX_FIELD_AT, DX_FIELD_VALUE, DX_FIELD_N, DX_FIELD_COUNT },
};

static const struct query groups = {
    "SELECT CASE kind WHEN 1 THEN 'c' ELSE 'p' END || g.id,"
    " CASE kind WHEN 1 THEN 'category' ELSE 'priority' END,"
    " CASE WHEN g.id = 0 THEN '' WHEN kind = 1 THEN (SELECT text FROM text WHERE id = g.id)"
    "  ELSE g.id END, open, due, breached, opened, closed, answered, first_p50, first_p90,"
    " resolved, resolution_p50, before, restored, restore_p50, repeats FROM ticket_group g"
    " WHERE ?4 = '' OR ?4 = CASE kind WHEN 1 THEN 'category' ELSE 'priority' END"
    " ORDER BY kind, CASE kind WHEN 1 THEN -opened - open ELSE g.id END, g.id LIMIT ?5",
    { DX_FIELD_KEY, DX_FIELD_TYPE, DX_FIELD_NAME, DX_FIELD_OPEN, DX_FIELD_DUE, DX_FIELD_BREACHED,
      DX_FIELD_OPENED, DX_FIELD_CLOSED, DX_FIELD_RESPONSE_N, DX_FIELD_P50, DX_FIELD_P90, DX_FIELD_N,
      DX_FIELD_RESOLUTION_P50, DX_FIELD_BEFORE, DX_FIELD_RESTORE_N, DX_FIELD_RESTORE_P50,
      DX_FIELD_REPEATS, DX_FIELD_COUNT },
};

static const struct query days = {
    "SELECT (day + 1) * 86400000, opened, closed, backlog FROM ticket_day"
    " WHERE day * 86400000 <= ?1 AND (day + 1) * 86400000 > ?2 ORDER BY day LIMIT ?5",
    { DX_FIELD_AT, DX_FIELD_OPENED, DX_FIELD_CLOSED, DX_FIELD_OPEN, DX_FIELD_COUNT },
};

const struct query *kpi_query(enum dx_query which)
{
    if (which == DX_QUERY_TICKET_GROUPS)
        return &groups;
    if (which == DX_QUERY_TICKET_DAYS)
        return &days;
    return which == DX_QUERY_KPIS ? &kpis : &points;
}
