/* ticket_query: what viewers read of tickets, as of a moment. Key: t a ticket. */
#include "config.h"

#include "store/rows.h"
#include "store/tickets.h"

/* C99 asks compilers for 4,095 bytes of a text; those that build this take any number. */
#pragma GCC diagnostic ignored "-Woverlength-strings"

// clang-format off

/* What was not yet at the moment. */
#define THEN(ms, column) " CASE WHEN t." ms " <= ?1 THEN " column " END, "
#define DONE_MS TICKETS_DONE_MS /* as its index has it */
/* The moment when it was done has come. */
#define IS_DONE "t.state = 3 AND " DONE_MS " <= ?1"
/* Of a ticket only its last state is kept. It was in that at the moment if nothing happened to
 * it since; who had it and how it stood to its SLA before that nobody knows. What it is about
 * (title, type, category, priority) is as it is known by now. */
#define SAME TICKETS_SAME("?1")
#define IF_SAME(column) "CASE WHEN same THEN " column " END, "
#define W(column) "word(t." column ")"

/* ---- how it stands to its SLA ---- */

/* All of it is in the index that they are counted by. */
#define RISK      TICKETS_RISK("?1", "?17")
#define RISK_THEN TICKETS_RISK_THEN(SAME, "?1", "?17")

/* ---- one row ---- */

/* What the server said later was not so yet, and what was left then is not what was left. */
#define SLA_STATE "CASE WHEN s.state = 4 AND s.breach_ms > ?1 THEN 1 ELSE s.state END"
#define SLA_LEFT  "CASE WHEN s.said_ms <= ?1 THEN s.remaining_ms END"
/* Of a ticket that is looked at; a list has none of it, and is compiled in less time. */
#define WITH_PARTS(column)    column
#define WITHOUT_PARTS(column) "NULL, "
#define SLAS                                                                                       \
    "CASE WHEN ?11 AND same THEN (SELECT json_group_array(json_object('name', s.name, 'state', " SLA_STATE ","    \
    " 'breach_ms', s.breach_ms, 'remaining_ms', " SLA_LEFT ")) FROM ticket_sla s"                \
    " WHERE s.ticket = t.id) END, "
#define LINKS                                                                                      \
    "CASE WHEN ?11 AND same THEN (SELECT json_group_array(l.text) FROM ticket_link l"              \
    " WHERE l.ticket = t.id) END, "

#define STAYS                                                                                      \
    "CASE WHEN ?11 THEN (SELECT json_group_array(json_array(stay, from_ms)) FROM ticket_stay"      \
    " WHERE ticket = t.id AND from_ms <= ?1) END, "

/* TICKET_RESPONSE came, and was not refused. */
#define REPLY_KNOWN "t.first_ms IS NOT NULL OR (t.parts & (2 | (2 << 8))) = 2"

/* What was done after the moment was not, and what is gone since was there. How it stood, the
 * history of its statuses may tell; else that it was open is all. */
#define STATE_THEN                                                                                 \
    "coalesce((SELECT CASE stay WHEN 1 THEN 1 WHEN 2 THEN 2 WHEN 4 THEN 2 ELSE 4 END"              \
    " FROM ticket_stay WHERE ticket = t.id AND from_ms <= ?1 ORDER BY from_ms DESC LIMIT 1), 4)"
#define COLUMNS_OF(parts)                                                                          \
    "SELECT src.name, src.type, 't' || t.id, t.key, " W("project") ", " W("type") ", "             \
    W("category") ", " W("labels") ", t.priority, " W("raw_priority") ", CASE WHEN same OR "       \
    IS_DONE " THEN t.state ELSE " STATE_THEN " END, " IF_SAME(W("raw_status")) W("reporter") ", "               \
    IF_SAME(W("assignee")) "t.url, t.created_ms,"                                                  \
    THEN("first_ms", "t.first_ms") THEN("resolved_ms", "t.resolved_ms")                            \
    "CASE WHEN t.updated_ms <= ?1 THEN t.updated_ms END,"                                          \
    THEN("first_ms", "t.first_business_ms") THEN("resolved_ms", "t.business_ms")                   \
    IF_SAME("t.sla") IF_SAME("CASE WHEN t.sla_state = 4 AND t.breach_ms > ?1 THEN 1 ELSE"          \
    " t.sla_state END") IF_SAME("t.breach_ms") IF_SAME(TICKETS_LEFT("?1"))                         \
    " (SELECT title FROM ticket_text WHERE ticket = t.id), " parts(SLAS) parts(LINKS)              \
    parts("CASE WHEN ?11 THEN (SELECT text FROM ticket_text WHERE ticket = t.id) END, ")           \
    THEN("resolved_ms", "t.resolved_ms - t.created_ms")                                            \
    THEN("first_ms", "t.first_ms - t.created_ms") IF_SAME("t.goal_ms") IF_SAME("t.said_ms")        \
    "CASE WHEN " IS_DONE " THEN 0 ELSE " TICKETS_RISK_THEN("same", "?1", "?17") " END, "           \
    parts(STAYS) THEN("gone_ms", "t.gone_ms")                                                      \
    parts("CASE WHEN ?11 THEN " W("created_basis") " END, ")                                       \
    parts("CASE WHEN ?11 AND t.first_ms <= ?1 THEN " W("first_basis") " END, ")                    \
    parts("CASE WHEN ?11 AND t.resolved_ms <= ?1 THEN " W("resolved_basis") " END, ")              \
    REPLY_KNOWN " "
#define COLUMNS COLUMNS_OF(WITH_PARTS)
#define FIELDS                                                                                     \
    {                                                                                              \
        DX_FIELD_SOURCE, DX_FIELD_TYPE, DX_FIELD_KEY, DX_FIELD_NAME, DX_FIELD_PROJECT,             \
            DX_FIELD_TICKET_TYPE, DX_FIELD_CATEGORY, DX_FIELD_LABELS, DX_FIELD_PRIORITY,           \
            DX_FIELD_RAW_PRIORITY, DX_FIELD_STATE, DX_FIELD_RAW_STATUS, DX_FIELD_REPORTER,         \
            DX_FIELD_ASSIGNEE, DX_FIELD_URL, DX_FIELD_CREATED, DX_FIELD_RESPONDED,                 \
            DX_FIELD_RESOLVED, DX_FIELD_UPDATED, DX_FIELD_RESPONSE_BUSINESS,                       \
            DX_FIELD_RESOLUTION_BUSINESS, DX_FIELD_SLA, DX_FIELD_SLA_STATE, DX_FIELD_BREACH,       \
            DX_FIELD_LEFT, DX_FIELD_TITLE, DX_FIELD_SLAS, DX_FIELD_LINKS, DX_FIELD_TEXT,           \
            DX_FIELD_DURATION, DX_FIELD_RESPONSE, DX_FIELD_GOAL, DX_FIELD_SEEN, DX_FIELD_RISK,     \
            DX_FIELD_STAYS, DX_FIELD_GONE, DX_FIELD_CREATED_BASIS, DX_FIELD_RESPONDED_BASIS,       \
            DX_FIELD_RESOLVED_BASIS, DX_FIELD_REPLY_KNOWN, DX_FIELD_COUNT                          \
    }
#define TICKET "ticket t"
#define ROW    "(SELECT *, " SAME " AS same FROM " TICKET ") t"
#define SOURCE "JOIN source src ON src.id = t.source AND " TICKETS_WANTED("src.") " "

/* ---- which ones ---- */

/* +: not by an index of the source, for that would be all of its tickets. */
#define WITHIN                                                                                     \
    "coalesce(t.created_ms, 0) <= ?1 AND (?4 = '' OR t.key = ?4) AND +t.source IN (SELECT id"      \
    " FROM source WHERE " TICKETS_WANTED("") " AND (?3 = '' OR name = ?3))"                             \
    " AND (?12 = '' OR " W("project") " = ?12) AND (?13 = '' OR " W("category") " = ?13)"          \
    " AND (?14 = '' OR instr(', ' || " W("labels") " || ', ', ', ' || ?14 || ', '))"               \
    " AND (?15 IN ('', " W("assignee") ") OR (?15 = 'nobody' AND t.assignee IS NULL))"             \
    " AND (?16 = 0 OR t.priority <= ?16) AND (?23 = '' OR ?24 = CASE ?23 WHEN 'c'"                 \
    " THEN coalesce(t.category, 0) ELSE coalesce(t.priority, 0) END) "
/* The columns as the panel calls them. */
#define HOLDS                                                                                      \
    "AND (?18 = '' OR holds(?18, 'KEY', t.key, 'P', t.priority, 'OWNER', t.assignee_word,"         \
    " 'STATUS', t.raw_status_word, 'CATEGORY', t.category_word, 'TITLE', t.title)) "
/* Not done, or not yet. */
#define OPEN(columns)                                                                              \
    "SELECT " columns " FROM " TICKET " WHERE " WITHIN "AND t.state < 3 AND ?25 = 0 UNION ALL "    \
    "SELECT " columns " FROM " TICKET " WHERE " WITHIN "AND t.state = 3 AND " DONE_MS " > ?1"      \
    " AND ?25 = 0 "
/* Of the past also those that went since. */
#define OPEN_THEN(columns)                                                                         \
    "SELECT " columns " FROM " TICKET " WHERE " WITHIN "AND ?25 = 0 AND t.id IN (SELECT id FROM"   \
    " ticket WHERE state < 3 UNION ALL SELECT id FROM ticket WHERE state = 3 AND " DONE_MS         \
    " > ?1) "
/* One that is gone was not done by anybody, or is in the list by its other key. */
#define DONE(columns)                                                                              \
    "UNION ALL SELECT " columns " FROM " TICKET " WHERE " WITHIN "AND ?9 = 0"                      \
    " AND " DONE_MS " > ?2 AND " IS_DONE " AND t.gone_ms IS NULL AND (?25 < 2 OR " W("type")       \
    TICKETS_INCIDENT ") "

/* In the order of the index of the open ones, so that no more of them are looked at than
 * are shown: a constant column before it would have all of them sorted. Done ones come
 * behind any breach. */
#define URGENT                                                                                     \
    "t.id AS id, coalesce(t.breach_ms, 9e15) AS breach, coalesce(t.priority, 9) AS urgent,"        \
    " t.created_ms AS age"
#define BY_URGENCY(columns, which)                                                                 \
    columns "FROM (" which "ORDER BY 2, 3, 4, 1 LIMIT ?5) AS o CROSS JOIN " ROW                    \
    " ON t.id = o.id " SOURCE "ORDER BY o.breach, o.urgent, o.age, o.id"
static const struct query tickets = {
    BY_URGENCY(COLUMNS, OPEN(URGENT) DONE("t.id, 20000000000000000 - " DONE_MS ", 0, 0")), FIELDS
};
/* The same where ?9 is set and ?11 is not: what the first picture has. */
static const struct query open_tickets = {
    BY_URGENCY(COLUMNS_OF(WITHOUT_PARTS), OPEN(URGENT)), FIELDS
};
#define URGENT_THEN                                                                                \
    "t.id AS id, CASE WHEN " SAME " THEN coalesce(t.breach_ms, 9e15) ELSE 9e15 END AS breach,"     \
    " coalesce(t.priority, 9) AS urgent, t.created_ms AS age"
static const struct query tickets_then = {
    BY_URGENCY(COLUMNS, OPEN_THEN(URGENT_THEN) DONE("t.id, 20000000000000000 - " DONE_MS ", 0, 0")), FIELDS
};

/* By anything else, or for words in them, all are looked at: all of a ticket but its title
 * is in the index that they are counted by, and what narrows them comes after. */
#define IN_INDEX(done, state)                                                                      \
    "SELECT id, " done " AS done, source, created_ms, key, project, category, labels, assignee,"   \
    " priority, raw_status, breach_ms FROM ticket t WHERE " state " "
#define WORD(column) "word(f." column ") AS " column "_word, "
#define FOUND                                                                                      \
    "(SELECT f.*, " WORD("project") WORD("category") WORD("labels") WORD("assignee")               \
    WORD("raw_status") "(SELECT title FROM ticket_text WHERE ticket = f.id) AS title FROM ("       \
    IN_INDEX("0", "state < 3 AND ?25 = 0") "UNION ALL "                                            \
    IN_INDEX("0", "state = 3 AND ?25 = 0 AND " DONE_MS " > ?1") "UNION ALL "                       \
    IN_INDEX("1", "state = 3 AND ?9 = 0 AND " DONE_MS " > ?2 AND " DONE_MS " <= ?1"                \
                  " AND gone_ms IS NULL AND (?25 < 2 OR (SELECT text" TICKETS_INCIDENT             \
                  " FROM text WHERE id = type))")                                                  \
    ") AS f) AS t WHERE " WITHIN HOLDS
#define RANK                                                                                       \
    "CASE ?19 WHEN 1 THEN t.key WHEN 2 THEN t.priority WHEN 3 THEN t.created_ms WHEN 5 THEN"       \
    " t.assignee_word WHEN 6 THEN t.raw_status_word WHEN 7 THEN t.category_word WHEN 8 THEN"       \
    " t.project_word WHEN 9 THEN t.title ELSE t.breach_ms END"
static const struct query sorted_tickets = {
    COLUMNS "FROM (SELECT id, row_number() OVER () AS nth FROM (SELECT t.id AS id, t.done AS done, "
    RANK " AS rank, coalesce(t.priority, 9) AS urgent, t.created_ms AS age FROM " FOUND
    "ORDER BY done, rank IS NULL, CASE WHEN NOT ?20 THEN rank END COLLATE NOCASE,"
    " CASE WHEN ?20 THEN rank END COLLATE NOCASE DESC, urgent, age, id LIMIT ?5))"
    " AS o CROSS JOIN " ROW " ON t.id = o.id " SOURCE "ORDER BY o.nth",
    FIELDS
};

static const struct query one_ticket = { COLUMNS "FROM " ROW " " SOURCE "WHERE t.id = ?6",
                                         FIELDS };

#define COUNTS(open)                                                                               \
    "SELECT count(*), coalesce(sum(risk = 1), 0), coalesce(sum(risk = 2), 0), (SELECT count(*)"    \
    " FROM (SELECT 0 WHERE 0 " DONE("0") ")) FROM (" open ") AS open"
static const struct query counts = { COUNTS(OPEN(RISK " AS risk")),
                                     { DX_FIELD_N, DX_FIELD_DUE, DX_FIELD_OVER, DX_FIELD_CLOSED,
                                       DX_FIELD_COUNT } };
static const struct query counts_then = {
    COUNTS(OPEN_THEN(RISK_THEN " AS risk")),
    { DX_FIELD_N, DX_FIELD_DUE, DX_FIELD_OVER, DX_FIELD_CLOSED, DX_FIELD_COUNT }
};

/* ---- parts of one ---- */

static const struct query slas = {
    "SELECT name, " SLA_STATE ", breach_ms, " SLA_LEFT ", goal_ms, stopped_ms, said_ms"
    " FROM ticket_sla s WHERE ticket = ?6 AND (said_ms <= ?1 OR stopped_ms <= ?1) ORDER BY nth LIMIT ?5",
    { DX_FIELD_NAME, DX_FIELD_SLA_STATE, DX_FIELD_BREACH, DX_FIELD_LEFT, DX_FIELD_GOAL,
      DX_FIELD_FINISHED, DX_FIELD_SEEN, DX_FIELD_COUNT }
};

static const struct query pauses = {
    "SELECT from_ms, CASE WHEN to_ms <= ?1 THEN to_ms END FROM ticket_pause"
    " WHERE ticket = ?6 AND from_ms <= ?1 ORDER BY from_ms LIMIT ?5",
    { DX_FIELD_STARTED, DX_FIELD_FINISHED, DX_FIELD_COUNT }
};

/* The last of one that is gone ends with it. */
static const struct query stays = {
    "SELECT s.stay, s.from_ms, lead(s.from_ms, 1, CASE WHEN t.gone_ms > s.from_ms"
    " AND t.gone_ms <= ?1 THEN t.gone_ms END) OVER (ORDER BY s.from_ms) FROM ticket_stay s"
    " JOIN ticket t ON t.id = s.ticket WHERE s.ticket = ?6 AND s.from_ms <= ?1"
    " ORDER BY s.from_ms LIMIT ?5",
    { DX_FIELD_STATE, DX_FIELD_STARTED, DX_FIELD_FINISHED, DX_FIELD_COUNT }
};

static const struct query links = {
    "SELECT l.text FROM ticket_link l JOIN ticket t ON t.id = l.ticket WHERE l.ticket = ?6"
    " AND " SAME " ORDER BY l.nth LIMIT ?5",
    { DX_FIELD_TEXT, DX_FIELD_COUNT }
};

// clang-format on

const struct query *ticket_query(enum dx_query which, const struct dx_filter *filter, bool past)
{
    if (which == DX_QUERY_TICKET_SLAS)
        return &slas;
    if (which == DX_QUERY_TICKET_PAUSES)
        return &pauses;
    if (which == DX_QUERY_TICKET_STAYS)
        return &stays;
    if (which == DX_QUERY_TICKET_LINKS)
        return &links;
    if (which == DX_QUERY_TICKET_COUNTS)
        return past ? &counts_then : &counts;
    if (filter->key && *filter->key == 't')
        return &one_ticket;
    if (filter->order != DX_BY_URGENCY || filter->reverse || (filter->text && *filter->text))
        return &sorted_tickets;
    if (past)
        return &tickets_then;
    return filter->open && !filter->parts ? &open_tickets : &tickets;
}
