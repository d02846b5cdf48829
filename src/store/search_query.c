/* search_query: runbooks and tickets by their words. Keys: b a runbook, t a ticket,
 * j a job. ?12 what is looked for. */
#include "config.h"

#include "store/rows.h"

#define RUNBOOK "SELECT 'b' || r.id, r.path, r.title, r.changed_ms, "
#define RUNBOOK_FIELDS                                                                             \
    {                                                                                              \
        DX_FIELD_KEY, DX_FIELD_NAME, DX_FIELD_TITLE, DX_FIELD_UPDATED, DX_FIELD_TEXT,              \
            DX_FIELD_VALUE, DX_FIELD_COUNT                                                         \
    }

static const struct query all_runbooks = { RUNBOOK
                                           "NULL, NULL FROM runbook r ORDER BY r.title, r.path"
                                           " LIMIT ?5",
                                           RUNBOOK_FIELDS };
static const struct query one_runbook = { RUNBOOK "r.text, NULL FROM runbook r WHERE r.id = ?6",
                                          RUNBOOK_FIELDS };
static const struct query found_runbooks = {
    RUNBOOK "excerpt(r.text, r.title, ?12), -bm25(runbook_words, 3.0, 1.0) FROM runbook_words"
            " JOIN runbook r ON r.id = runbook_words.rowid"
            " WHERE runbook_words MATCH ?12"
            " ORDER BY 6 DESC, r.title LIMIT ?5",
    RUNBOOK_FIELDS
};

/* ?13: the ids of search_tickets() */
static const struct query tickets = {
    "SELECT 't' || t.id, src.name, t.key, w.title, t.state, (SELECT text FROM text WHERE id ="
    " t.category), t.resolved_ms, t.url, excerpt(w.text, w.title, ?12),"
    " json_extract(found.value, '$[1]'), src.type FROM json_each(?13) AS found"
    " JOIN ticket t ON t.id = json_extract(found.value, '$[0]')"
    " JOIN ticket_text w ON w.ticket = t.id JOIN source src ON src.id = t.source"
    " ORDER BY found.key LIMIT ?5",
    { DX_FIELD_KEY, DX_FIELD_SOURCE, DX_FIELD_NAME, DX_FIELD_TITLE, DX_FIELD_STATE,
      DX_FIELD_CATEGORY, DX_FIELD_RESOLVED, DX_FIELD_URL, DX_FIELD_TEXT, DX_FIELD_VALUE,
      DX_FIELD_TYPE, DX_FIELD_COUNT }
};

static const struct query triage = {
    "SELECT verdict, category, at_ms FROM triage WHERE ticket = ?6 AND at_ms <= ?1",
    { DX_FIELD_STATE, DX_FIELD_CATEGORY, DX_FIELD_AT, DX_FIELD_COUNT }
};

const struct query *search_query(enum dx_query which, const struct dx_filter *filter)
{
    const char *key = filter->key ? filter->key : "";

    if (which == DX_QUERY_TRIAGE)
        return &triage;
    if (which == DX_QUERY_SIMILAR || which == DX_QUERY_SEARCH)
        return &tickets;
    if (*key == 'b')
        return &one_runbook;
    return *key || (filter->name && *filter->name) ? &found_runbooks : &all_runbooks;
}
