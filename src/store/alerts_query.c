/* alerts_query: what viewers read of alerts, and of alert rules. How a rule stood before it
 * came to stand as it does is told by its alerts. */
#include "config.h"

#include "store/alerting.h"
#include "store/rows.h"

/* fired: those of the last 30 days, as they were then. Nobody knows how long one went on after
 * somebody looked last. */
static const struct query rules = {
    "WITH unseen AS (" RULES_UNSEEN
    "), fired AS (SELECT a.id AS id, a.key AS key, a.since_ms AS since_ms,"
    "  CASE WHEN a.ended_ms <= ?1 THEN a.ended_ms END AS ended_ms, (SELECT min(at_ms)"
    "   FROM alert_state WHERE alert = a.id AND state = 1 AND at_ms <= ?1) AS fired_ms"
    "  FROM alert a WHERE a.source = (SELECT id FROM source WHERE type = 'dxtop' AND url = ''"
    "   AND nth = 0) AND a.key GLOB 'rule:*' AND a.first_ms <= ?1"
    "  AND coalesce(a.ended_ms, ?1) > ?1 - 2592000000),"
    " week AS (SELECT key, count(*) AS times, sum(lasted) AS lasted, max(lasted) AS longest"
    "  FROM (SELECT key, max(0, coalesce(ended_ms, (SELECT at_ms FROM unseen), ?1)"
    "    - max(fired_ms, ?1 - 604800000)) AS lasted FROM fired"
    "   WHERE fired_ms IS NOT NULL AND coalesce(ended_ms, ?1) > ?1 - 604800000) AS each"
    "  GROUP BY key),"
    " then_was AS (SELECT r.*, 'rule:' || r.rule || '/' || r.subject AS key, r.since_ms <= ?1"
    "  AS is_now, w.times, w.lasted, w.longest, o.id AS open, o.since_ms AS open_since_ms,"
    "  o.fired_ms AS open_fired_ms, (SELECT max(fired_ms) FROM fired WHERE fired.key = 'rule:' ||"
    "  r.rule || '/' || r.subject) AS last_ms FROM rule_state r"
    "  LEFT JOIN week w ON w.key = 'rule:' || r.rule || '/' || r.subject"
    "  LEFT JOIN fired o ON o.key = 'rule:' || r.rule || '/' || r.subject AND o.ended_ms IS NULL"
    "  WHERE ?2 IS NOT NULL AND (?3 = '' OR ?3 = 'dxtop') AND (?4 = '' OR r.rule = ?4)),"
    " listed AS (SELECT t.*, CASE WHEN EXISTS (SELECT 1 FROM unseen) THEN 5"
    "  WHEN is_now AND state > 0 THEN state WHEN is_now THEN"
    "  4 * (no_data_ms > 0) WHEN open IS NULL THEN 0 WHEN open_fired_ms IS NULL THEN 1 ELSE 2 END"
    "  AS stands, CASE WHEN EXISTS (SELECT 1 FROM unseen) THEN (SELECT at_ms FROM unseen)"
    "  WHEN is_now AND state = 0 AND no_data_ms > 0 THEN no_data_ms"
    "  WHEN is_now THEN nullif(since_ms, 0) ELSE coalesce(open_fired_ms, open_since_ms) END"
    "  AS stands_since_ms FROM then_was t)"
    " SELECT rule || '/' || subject, rule, subject, stands, stands_since_ms,"
    " CASE WHEN at_ms <= ?1 THEN value END, unit, bound, CASE WHEN above THEN -1 ELSE 1 END, "
    "severity,"
    " coalesce(times, 0), coalesce(lasted, 0), longest, last_ms,"
    " CASE WHEN is_now AND no_data_ms > 0 THEN no_data_ms END,"
    " 'dxtop/' || key || '/' || open_since_ms,"
    " (SELECT who FROM alert_word w WHERE w.alert = open AND w.kind = 2 AND w.at_ms <= ?1"
    "  ORDER BY w.at_ms DESC LIMIT 1),"
    " (SELECT CASE WHEN until_ms > ?1 THEN until_ms END FROM alert_word w WHERE w.alert = open"
    "  AND w.kind = 1 AND w.at_ms <= ?1 ORDER BY w.at_ms DESC LIMIT 1), open_fired_ms"
    " FROM listed ORDER BY CASE stands WHEN 2 THEN 0 WHEN 3 THEN 1 WHEN 1 THEN 2 WHEN 4 THEN 3"
    " WHEN 5 THEN open_fired_ms IS NULL ELSE 4 END, severity DESC, CASE WHEN stands > 0 THEN "
    "stands_since_ms END, place, subject"
    " LIMIT ?5",
    { DX_FIELD_KEY,   DX_FIELD_NAME,     DX_FIELD_TITLE,  DX_FIELD_STATE,     DX_FIELD_SINCE,
      DX_FIELD_VALUE, DX_FIELD_UNIT,     DX_FIELD_TARGET, DX_FIELD_BETTER,    DX_FIELD_SEVERITY,
      DX_FIELD_N,     DX_FIELD_LOST,     DX_FIELD_MAX,    DX_FIELD_LAST_SEEN, DX_FIELD_NONE_SINCE,
      DX_FIELD_TEXT,  DX_FIELD_ASSIGNEE, DX_FIELD_NEXT,   DX_FIELD_STARTED,   DX_FIELD_COUNT },
};

/* Whose alerts the configuration wants: how others are nobody asks. 2: of DX_KIND_ALERT. */
#define WANTED "src.place IS NOT NULL AND (src.yields & 2 OR src.type = 'dxtop')"

/* Open ones, and with a `from` those that ended after it. One that began after
 * we saw it has a server whose clock is ahead. What people said last of it counts: z until
 * when nobody wants to hear of it, c who takes care. Of an incident that grew after the moment
 * it is not kept how many had failed by then, nor of a rule what it looked at (it is written
 * once a minute). */
#define OF_A_RULE "src.type = 'dxtop' AND a.key GLOB 'rule:*'"
/* Where nobody looked for long what was pending began anew (insight/alerting.h). */
#define PENDING_ANEW                                                                               \
    "CASE WHEN " OF_A_RULE " THEN (SELECT r.since_ms FROM rule_state r WHERE r.rule = a.name"      \
    " AND r.subject = substr(a.key, length(a.name) + 7) AND r.alert = a.id AND r.state = 1"        \
    " AND r.since_ms <= ?1) END"
/* Of other systems: its last good polls went on without it, and none of them brought the whole
 * list, by which it would have ended. */
#define MISSED "a.seen_ms < looked.from_ms"
static const struct query alerts = {
    "WITH unseen AS (" RULES_UNSEEN "), looked AS (SELECT id, (SELECT min(o.last_ms, ?1)"
    "   - 2 * coalesce(o.every_ms, source.every_ms) FROM poll o WHERE o.source = source.id"
    "   AND o.ok AND o.at_ms <= ?1 ORDER BY o.at_ms DESC LIMIT 1) AS from_ms"
    "  FROM source WHERE type <> 'dxtop')"
    " SELECT src.name, src.name || '/' || a.key || '/' || a.since_ms, a.name, a.severity,"
    " CASE WHEN a.ended_ms <= ?1 THEN 4 WHEN st.state = 1 AND z.until_ms > ?1 THEN 2"
    "  WHEN " MISSED " OR (" OF_A_RULE " AND EXISTS (SELECT 1 FROM unseen)) THEN 5"
    "  ELSE st.state END AS state_then,"
    " coalesce(" PENDING_ANEW ", min(a.since_ms, a.first_ms)) AS since_then,"
    " CASE WHEN a.ended_ms <= ?1 THEN a.ended_ms END,"
    " min(CASE WHEN " OF_A_RULE " THEN coalesce((SELECT at_ms FROM unseen), a.seen_ms)"
    "  ELSE a.seen_ms END, ?1), a.labels,"
    " CASE WHEN " OF_A_RULE " THEN CASE WHEN a.seen_ms / 60000 >"
    "  ?1 / 60000 THEN substr(a.key, length(a.name) + 7) || ': what it was then is not kept'"
    "  ELSE a.summary END WHEN src.type = 'dxtop' AND a.seen_ms > ?1 AND instr(a.summary, ':') > 0 "
    "THEN "
    "substr(a.summary, 1,"
    "  instr(a.summary, ':')) || ' jobs fail, and went on to' ELSE a.summary END,"
    " a.url, CASE WHEN z.until_ms > ?1 THEN z.who || CASE WHEN z.note <> '' THEN ': ' || z.note"
    "  ELSE '' END ELSE st.muted_by END, CASE WHEN z.until_ms > ?1 THEN z.until_ms END, c.who,"
    " c.note, (SELECT count(*) FROM alert b WHERE b.source = a.source AND b.key = a.key"
    /* With the last one that began before: it may have gone on into these seven days. */
    "  AND b.since_ms >= coalesce((SELECT max(since_ms) FROM alert WHERE source = a.source"
    "   AND key = a.key AND since_ms <= ?1 - 604800000), 0) AND b.since_ms <= ?1"
    "  AND coalesce(b.ended_ms, ?1) > ?1 - 604800000 AND EXISTS (SELECT 1"
    "   FROM alert_state WHERE alert = b.id AND state IN (1, 2, 3) AND at_ms <= ?1)),"
    " CASE WHEN " OF_A_RULE " THEN (SELECT min(at_ms) FROM alert_state WHERE alert = a.id"
    "  AND state = 1 AND at_ms <= ?1) WHEN " MISSED " AND st.state = 1"
    "  THEN min(a.since_ms, a.first_ms) END"
    " FROM alert a JOIN source src ON src.id = a.source AND " WANTED
    " LEFT JOIN looked ON looked.id = a.source"
    " JOIN alert_state st ON st.alert = a.id AND st.at_ms ="
    "  (SELECT max(at_ms) FROM alert_state WHERE alert = a.id AND at_ms <= ?1)"
    " LEFT JOIN alert_word z ON z.alert = a.id AND z.kind = 1 AND z.at_ms ="
    "  (SELECT max(at_ms) FROM alert_word WHERE alert = a.id AND kind = 1 AND at_ms <= ?1)"
    " LEFT JOIN alert_word c ON c.alert = a.id AND c.kind = 2 AND c.at_ms ="
    "  (SELECT max(at_ms) FROM alert_word WHERE alert = a.id AND kind = 2 AND at_ms <= ?1)"
    " WHERE a.first_ms <= ?1"
    " AND (a.ended_ms IS NULL OR a.ended_ms > CASE WHEN ?2 > 0 THEN min(?1, ?2) ELSE ?1 END)"
    " AND (?3 = '' OR src.name = ?3) AND (?4 = '' OR a.name = ?4)"
    " ORDER BY state_then = 4, state_then IN (2, 3), state_then = 5, a.severity DESC, since_then, "
    "a.id LIMIT ?5",
    { DX_FIELD_SOURCE, DX_FIELD_KEY, DX_FIELD_NAME, DX_FIELD_SEVERITY, DX_FIELD_STATE,
      DX_FIELD_SINCE, DX_FIELD_ENDED, DX_FIELD_SEEN, DX_FIELD_LABELS, DX_FIELD_SUMMARY,
      DX_FIELD_URL, DX_FIELD_MUTED_BY, DX_FIELD_NEXT, DX_FIELD_ASSIGNEE, DX_FIELD_TEXT, DX_FIELD_N,
      DX_FIELD_STARTED, DX_FIELD_COUNT },
};

static const struct query ended = {
    "SELECT src.name, a.name, a.summary, a.ended_ms"
    " FROM alert a JOIN source src ON src.id = a.source AND " WANTED
    " WHERE a.ended_ms > ?2 AND a.ended_ms <= ?1 AND a.first_ms <= ?1"
    " AND (?3 = '' OR src.name = ?3) AND (?4 = '' OR a.name = ?4)"
    " ORDER BY a.ended_ms DESC LIMIT ?5",
    { DX_FIELD_SOURCE, DX_FIELD_NAME, DX_FIELD_SUMMARY, DX_FIELD_ENDED, DX_FIELD_COUNT },
};

static const struct query unseen = {
    RULES_UNSEEN " AND EXISTS (SELECT 1 FROM rule_state) AND ?2 IS NOT NULL AND ?3 IS NOT NULL"
                 " AND ?4 IS NOT NULL LIMIT ?5",
    { DX_FIELD_SEEN, DX_FIELD_COUNT },
};

const struct query *alerts_query(enum dx_query which)
{
    switch ((int)which) {
    case DX_QUERY_RULES:
        return &rules;
    case DX_QUERY_ENDED:
        return &ended;
    case DX_QUERY_UNSEEN:
        return &unseen;
    default:
        return &alerts;
    }
}
